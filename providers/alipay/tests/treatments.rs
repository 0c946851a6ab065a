//! Every treatment, from both ways of paying to the books: one readable trace each.

mod world;

use expect_test::expect_file;
use payment::{Answer, Ask, Verdict};
use provider_contract::{Delivery, HttpRequest, Order, Simulator as _, Treatment};
use std::fmt::Write;
use world::{World, refund, refund_query};

#[test]
fn a_payers_code_under_every_treatment() {
    let mut trace = String::new();
    for (treatment, name) in Treatment::ALL {
        let mut world = world::cheap();
        let order = world.order(7, *treatment);
        writeln!(trace, "{name}").unwrap();
        step(&mut trace, &mut world, &order, &Ask::Charge);
        step(&mut trace, &mut world, &order, &Ask::Inquire);
        later(&mut trace, &mut world, 10);
        step(&mut trace, &mut world, &order, &Ask::Inquire);
        reverse(&mut trace, &mut world, &order);
        later(&mut trace, &mut world, 10);
        step(&mut trace, &mut world, &order, &Ask::Inquire);
        line(&mut trace, &world, &order);
    }
    expect_file!["traces/payers_code.txt"].assert_eq(&trace);
}

#[test]
fn a_shown_qr_under_every_treatment() {
    let mut trace = String::new();
    for (treatment, name) in Treatment::ALL {
        let mut world = world::cheap();
        let order = Order { shown_qr: true, payer_code: None, ..world.order(7, *treatment) };
        world.simulator.treat(order.order_no, *treatment);
        writeln!(trace, "{name}").unwrap();
        step(&mut trace, &mut world, &order, &Ask::Present);
        step(&mut trace, &mut world, &order, &Ask::Present);
        let now = world.now;
        writeln!(trace, "  scanned: {}", world.simulator.scan(order.order_no, now)).unwrap();
        later(&mut trace, &mut world, 10);
        step(&mut trace, &mut world, &order, &Ask::Inquire);
        reverse(&mut trace, &mut world, &order);
        line(&mut trace, &world, &order);
    }
    expect_file!["traces/shown_qr.txt"].assert_eq(&trace);
}

#[test]
fn returns_under_the_treatments_that_concern_them() {
    let mut trace = String::new();
    for treatment in [Treatment::Normal, Treatment::RefundSlow, Treatment::RefundRefused] {
        let mut world = world::cheap();
        let order = world.order(7, treatment);
        writeln!(trace, "{}", treatment.name()).unwrap();
        step(&mut trace, &mut world, &order, &Ask::Charge);
        step(&mut trace, &mut world, &order, &refund_query(1));
        for ask in [refund(1, 500), refund(1, 500), refund_query(1)] {
            step(&mut trace, &mut world, &order, &ask);
        }
        later(&mut trace, &mut world, 31);
        for ask in
            [refund_query(1), refund(1, 501), refund(2, 751), refund(3, 750), refund(4, 1), Ask::Reverse]
        {
            step(&mut trace, &mut world, &order, &ask);
        }
        later(&mut trace, &mut world, 31);
        let paid = Order { transaction: Some("2026".to_owned()), ..order };
        step(&mut trace, &mut world, &paid, &Ask::Inquire);
        line(&mut trace, &world, &paid);
    }
    expect_file!["traces/returns.txt"].assert_eq(&trace);
}

fn step(trace: &mut String, world: &mut World, order: &Order, ask: &Ask) {
    let call = world.call(order, ask);
    let (said, delay) = match world.serve(&HttpRequest::from(&call)) {
        Delivery::Reply { reply, delay } => (words(&world.read(order, ask, &reply.into())), delay),
        Delivery::Nothing => ("lost".to_owned(), Default::default()),
    };
    let after = if delay.is_zero() { String::new() } else { format!(" after {} s", delay.as_secs()) };
    let asked = match ask {
        Ask::Refund { refund, amount } => format!("Refund {} of {amount}", refund.as_u128()),
        Ask::InquireRefund { refund } => format!("InquireRefund {}", refund.as_u128()),
        plain => format!("{plain:?}"),
    };
    writeln!(trace, "  {asked}: {said}{after}").unwrap();
}

fn words(answer: &Answer) -> String {
    let verdict = match &answer.verdict {
        Verdict::Paid(paid) => format!("Paid {} by {}", paid.amount, paid.funds),
        Verdict::QrReady { content, .. } => format!("QrReady {content}"),
        Verdict::Refunded { amount, .. } => format!("Refunded {amount}"),
        other => format!("{other:?}"),
    };
    let code = &answer.said.code;
    if code == "10000" || code.is_empty() { verdict } else { format!("{verdict} [{code}]") }
}

/// Asks to undo until it is done or known to be impossible.
fn reverse(trace: &mut String, world: &mut World, order: &Order) {
    for _ in 0..4 {
        step(trace, world, order, &Ask::Reverse);
        if trace.lines().last() != Some("  Reverse: AskAgain") {
            return;
        }
    }
}

fn later(trace: &mut String, world: &mut World, seconds: u64) {
    world.wait(seconds);
    let told: Vec<String> = world.tick().into_iter().map(|outgoing| outgoing.notice_id).collect();
    let notices = if told.is_empty() { String::new() } else { format!(", {} notice(s)", told.len()) };
    writeln!(trace, "  -- {seconds} s later{notices}").unwrap();
}

fn line(trace: &mut String, world: &World, order: &Order) {
    let Some(book) = world.simulator.book(order.order_no) else {
        writeln!(trace, "  books: nothing").unwrap();
        return;
    };
    let paid = book.paid.map_or("nothing".to_owned(), |paid| paid.to_string());
    let returned: Vec<String> = book.refunds.iter().map(|(_, amount)| amount.to_string()).collect();
    writeln!(
        trace,
        "  books: paid {paid}, charged {}x, reversed {}, returned [{}], closed {}",
        book.charges,
        book.reversed,
        returned.join(" "),
        book.closed
    )
    .unwrap();
}
