//! What our own API's refusals prove, and what a till that was taken over may still do.

use base::{Money, OrderNo, PaymentId, Timestamp};
use paydesk_link::Simulator;
use payment::{Ask, Doubt, PayerCode, Reason, Verdict};
use provider_contract::{Delivery, HttpRequest, Moment, Order, Provider, Reply, Simulator as _, Treatment};

fn order(simulator: &Simulator, number: u128) -> Order {
    let now = Timestamp::from_micros(1_795_400_000_000_000);
    let code = simulator.code_for(Treatment::Normal, number as u64);
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(number)),
        amount: Money::cny(1250),
        description: String::new(),
        requested_at: now,
        expires_at: now,
        terminal: String::new(),
        shown_qr: false,
        payer_code: PayerCode::parse(&code).ok(),
        transaction: None,
        refund_no: None,
        refund_reason: String::new(),
        trace: None,
        charge_trace: None,
    }
}

fn ask(client: &dyn Provider, simulator: &mut Simulator, ask: Ask, order: &Order) -> Verdict {
    let moment = Moment { now: order.requested_at, nonce: 1 };
    let call = client.call(&ask, order, &moment).expect("it can be asked");
    let Delivery::Reply { reply, .. } = simulator.serve(&HttpRequest::from(&call), &moment) else {
        panic!("no reply")
    };
    client.answer(&ask, order, &Reply::from(reply), &moment).verdict
}

#[test]
fn a_till_that_was_taken_over_begins_nothing_and_may_still_look() {
    let mut simulator = Simulator::fresh(1);
    let old = simulator.client("http://simulated");
    let paid = order(&simulator, 1);
    assert!(matches!(ask(&old, &mut simulator, Ask::Charge, &paid), Verdict::Paid(_)));
    simulator.take_over();
    let other = order(&simulator, 2);
    let refused = ask(&old, &mut simulator, Ask::Charge, &other);
    assert_eq!(refused, Verdict::Declined(Reason::NeverArrived));
    assert_eq!(simulator.book(other.order_no), None);
    assert!(matches!(ask(&old, &mut simulator, Ask::Inquire, &paid), Verdict::Paid(_)));
    let undo = ask(&old, &mut simulator, Ask::Reverse, &paid);
    assert_eq!(undo, Verdict::Unclear(Doubt::CannotUndoYet));
    let new = simulator.client("http://simulated");
    assert_eq!(ask(&new, &mut simulator, Ask::Reverse, &paid), Verdict::Returned);
}

#[test]
fn what_is_not_listed_proves_nothing() {
    let mut simulator = Simulator::fresh(1);
    let client = simulator.client("http://simulated");
    let stranger = Simulator::fresh(2).client("http://simulated");
    let order = order(&simulator, 1);
    let unknown = ask(&stranger, &mut simulator, Ask::Charge, &order);
    assert_eq!(unknown, Verdict::Unclear(Doubt::BadSignature), "sealed for another key");
    assert_eq!(ask(&client, &mut simulator, Ask::Inquire, &order), Verdict::NotFound);
    let moment = Moment { now: order.requested_at, nonce: 1 };
    let body = br#"{"code":"something_new","en":"x"}"#.to_vec();
    let seal = provider_contract::seal::Seal::of_key("pk_simulated_0000000000000001");
    let about = order.order_no.to_string();
    let headers = vec![("paydesk-seal".to_owned(), seal.make(&about, 422, &body))];
    let reply = Reply { status: 422, headers, body };
    for question in [Ask::Charge, Ask::Inquire, Ask::Reverse, Ask::Close] {
        let verdict = client.answer(&question, &order, &reply, &moment).verdict;
        assert_eq!(verdict, Verdict::Unclear(Doubt::UnknownCode), "{question:?}");
    }
}

#[test]
fn what_stands_between_a_till_and_its_server_has_a_name() {
    use provider_contract::Trouble;
    let simulator = Simulator::fresh(1);
    let client = simulator.client("http://simulated");
    let order = order(&simulator, 1);
    let moment = Moment { now: order.requested_at, nonce: 1 };
    let seal = provider_contract::seal::Seal::of_key("pk_simulated_0000000000000001");
    let sealed = vec![("paydesk-seal".to_owned(), seal.make(&order.order_no.to_string(), 200, b"{}"))];
    for (status, body, headers, expected) in [
        (503, "", vec![], Some(Trouble::Failing)),
        (401, "{}", vec![], Some(Trouble::OurNumber)),
        (403, "{}", vec![], Some(Trouble::NotPermitted)),
        (200, "<html>a hotel's sign-in page</html>", vec![], Some(Trouble::NotTheProvider)),
        (200, "{}", vec![], Some(Trouble::TheirSignature)),
        (200, "{}", sealed, None),
    ] {
        let reply = Reply { status, headers, body: body.as_bytes().to_vec() };
        assert_eq!(client.trouble(&Ask::Inquire, &order, &reply, &moment), expected, "{status} {body}");
    }
}
