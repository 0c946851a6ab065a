//! Whatever reaches the simulator or our notification address in the wrong form is named and changes nothing.

mod world;

use expect_test::expect_file;
use payment::Ask;
use proptest::prelude::*;
use provider_contract::form::{Fields, decode_form, encode_form};
use provider_contract::signing::Checksum;
use provider_contract::{BadNotice, HttpRequest, Order, Provider, Reply, Simulator as _, Treatment};
use std::fmt::Write;
use unionpay::acp::sign::sign;
use unionpay::acp::wire::read_answer;
use world::World;

/// The merchant and the gateway of `Simulator::cheap(1)`.
const MERCHANT: Checksum = Checksum { key: 3 };
const GATEWAY: Checksum = Checksum { key: 4 };

fn good(world: &mut World) -> (HttpRequest, Fields) {
    let order = world.order(1, Treatment::Normal);
    let request = HttpRequest::from(&world.call(&order, &Ask::Charge));
    let mut fields = Fields::new();
    decode_form(std::str::from_utf8(&request.body).unwrap(), &mut fields).unwrap();
    (request, fields)
}

/// One line: what was wrong, and the answer.
fn tell(trace: &mut String, what: &str, request: &HttpRequest) {
    let mut world = world::cheap();
    let reply = world.reply_to(request);
    let said = if reply.status == 200 {
        let fields = read_answer(std::str::from_utf8(&reply.body).unwrap()).unwrap();
        format!("{} {}", fields["respCode"], fields["respMsg"])
    } else {
        format!("HTTP {}", reply.status)
    };
    writeln!(trace, "{what}: {said}").unwrap();
    assert!(world.simulator.books().is_empty(), "{what} opened an order");
}

#[test]
fn the_door_names_what_is_wrong() {
    let mut trace = String::new();
    let mut world = world::cheap();
    let (request, fields) = good(&mut world);
    let mut http = |what: &str, change: &dyn Fn(&mut HttpRequest)| {
        let mut request = request.clone();
        change(&mut request);
        tell(&mut trace, what, &request);
    };
    http("another path", &|r| r.target = "/".to_owned());
    http("a charge at the address for looks", &|r| r.target = "/gateway/api/queryTrans.do".to_owned());
    http("GET", &|r| r.method = "GET".to_owned());
    http("a body of 100 kB", &|r| r.body = vec![b'a'; 100_000]);
    http("nothing", &|r| r.body.clear());
    http("rubbish", &|r| r.body = vec![0xff, 0xfe]);
    http("a field twice with two values", &|r| r.body.extend(b"&txnAmt=1"));
    let mut field = |what: &str, name: &str, value: Option<&str>, sign_again: bool| {
        let mut fields = fields.clone();
        match value {
            Some(value) => fields.insert(name.to_owned(), value.to_owned()),
            None => fields.remove(name),
        };
        if sign_again {
            sign(&mut fields, &MERCHANT);
        }
        let body = encode_form(&fields).into_bytes();
        tell(&mut trace, what, &HttpRequest { body, ..request.clone() });
    };
    field("no merchant", "merId", None, true);
    field("an unknown merchant", "merId", Some("777290058110049"), true);
    field("no signature", "signature", None, false);
    field("a wrong signature", "signature", Some("AAAA"), false);
    field("an amount changed after signing", "txnAmt", Some("1"), false);
    field("another certificate", "certId", Some("1"), true);
    field("a signature with a shared key", "signMethod", Some("11"), true);
    field("version 5.0.0", "version", Some("5.0.0"), true);
    field("GBK", "encoding", Some("GBK"), true);
    field("an unknown type", "txnType", Some("02"), true);
    field("a purchase on a web page", "txnSubType", Some("01"), true);
    field("no order number", "orderId", None, true);
    field("a short order number", "orderId", Some("1234567"), true);
    field("an order number with a dash", "orderId", Some("12345678-1"), true);
    field("no moment", "txnTime", None, true);
    field("a moment that is none", "txnTime", Some("20261301000000"), true);
    field("a moment with a sign", "txnTime", Some("+0261123120000"), true);
    field("no amount", "txnAmt", None, true);
    field("zero", "txnAmt", Some("0"), true);
    field("a negative amount", "txnAmt", Some("-1"), true);
    field("yuan instead of fen", "txnAmt", Some("12.50"), true);
    field("too much", "txnAmt", Some("1000000000000"), true);
    field("dollars", "currencyCode", Some("840"), true);
    field("no notification address", "backUrl", None, true);
    field("no code", "qrNo", None, true);
    field("a code of letters", "qrNo", Some("62abc"), true);
    expect_file!["traces/bad_requests.txt"].assert_eq(&trace);
}

fn notice(change: &[(&str, Option<&str>)]) -> Result<payment::Notice, BadNotice> {
    let mut world = world::cheap();
    let pairs = [
        ("merId", "777290058110048"),
        ("orderId", "00000000000000000000000000000001"),
        ("txnType", "01"),
        ("respCode", "00"),
        ("queryId", "202611231200000000001"),
        ("signMethod", "01"),
        ("signPubKeyCert", "none"),
    ];
    let mut fields: Fields = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    for (name, value) in change {
        match value {
            Some(value) => fields.insert((*name).to_owned(), (*value).to_owned()),
            None => fields.remove(*name),
        };
    }
    sign(&mut fields, &GATEWAY);
    let body = encode_form(&fields).into_bytes();
    let request =
        HttpRequest { method: "POST".to_owned(), target: "/notify".to_owned(), headers: Vec::new(), body };
    let moment = world.moment();
    world.client.notice(&request, &moment)
}

#[test]
fn a_notification_that_is_not_ours_is_refused_by_name() {
    assert!(notice(&[]).is_ok());
    let refund = notice(&[
        ("txnType", Some("04")),
        ("orderId", Some("00000000000000000000000000000002")),
        ("reqReserved", Some("00000000000000000000000000000001")),
    ]);
    let refund = refund.unwrap();
    assert_eq!(refund.order_no.to_string(), "00000000000000000000000000000001");
    assert_eq!(refund.refund_no.unwrap().to_string(), "00000000000000000000000000000002");
    for (change, expected) in [
        (("merId", Some("777290058110049")), BadNotice::NotOurs),
        (("orderId", Some("shop-board-1")), BadNotice::NotOurs),
        (("txnType", Some("04")), BadNotice::Incomplete("reqReserved")),
        (("txnType", Some("99")), BadNotice::OfNoInterest),
        (("txnType", None), BadNotice::Incomplete("txnType")),
        (("queryId", None), BadNotice::Incomplete("queryId")),
        (("signMethod", Some("11")), BadNotice::WrongSignature),
        (("signPubKeyCert", None), BadNotice::Incomplete("signature")),
    ] {
        assert_eq!(notice(&[change]), Err(expected), "{change:?}");
    }
}

#[test]
fn a_refund_of_what_is_not_known_to_be_paid_is_not_asked_for() {
    let mut world = world::cheap();
    let order = Order { transaction: None, ..world.order(1, Treatment::Normal) };
    let moment = world.moment();
    let call = world.client.call(&world::refund(2, 500), &order, &moment);
    assert!(call.unwrap_err().to_string().contains("known to be paid"));
}

/// A code is worth money: it stands in the request's body and nowhere else.
#[test]
fn a_code_that_the_gateway_repeats_is_masked() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let code = order.payer_code.clone().unwrap();
    let body = format!("respCode=10&respMsg=qrNo {} is bad", code.reveal());
    let reply = Reply { status: 200, headers: Vec::new(), body: body.into_bytes() };
    let answer = world.read(&order, &Ask::Charge, &reply);
    assert!(!format!("{answer:?}").contains(code.reveal()), "{answer:?}");
    let call = world.call(&order, &Ask::Charge);
    assert!(!call.url.contains(code.reveal()) && !format!("{call:?}").contains(code.reveal()));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader_or_the_simulator(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut world = world::cheap();
        let order = world.order(1, Treatment::Normal);
        let reply = Reply { status: 200, headers: Vec::new(), body: body.clone() };
        world.read(&order, &Ask::Charge, &reply);
        let target = "/gateway/api/backTransReq.do".to_owned();
        let request = HttpRequest { method: "POST".to_owned(), target, headers: Vec::new(), body };
        world.reply_to(&request);
        let moment = world.moment();
        prop_assert!(world.client.notice(&request, &moment).is_err());
        prop_assert!(world.simulator.books().is_empty());
    }
}
