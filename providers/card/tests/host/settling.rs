//! A batch is settled against the simulated host, whatever is lost and wherever the terminal stops in between.

use crate::counter::{CARD, Counter, End, TERMINAL};
use card::{CannotSettle, Detail, HostAnswer, Kind, Pan, Settlement};

/// A batch of so many sales, the last voided; the terminal's own lines of it.
fn batch(counter: &mut Counter, sales: u64) -> Vec<Detail> {
    let mut details = Vec::new();
    for number in 1..=sales {
        let sale = counter.transaction(Kind::Sale, number);
        let paid = counter.ask(&sale).answer();
        details.push(detail(false, sale.numbers.trace, number));
        if number == sales {
            let void = counter.resting_on(&sale, &paid, Kind::SaleVoid, number);
            assert_eq!(counter.ask(&void).code(), "00");
            details.push(detail(true, void.numbers.trace, number));
        }
    }
    details
}

fn detail(credit: bool, trace: u32, fen: u64) -> Detail {
    Detail { credit, foreign: false, trace, pan: Pan::parse(CARD).expect("digits"), fen }
}

/// How a message ends: `Before` it is lost there, `After` only its answer is.
#[derive(Clone, Copy, PartialEq)]
enum Loss {
    Before,
    After,
}

/// Settles to the end; the message of that number is lost. In between nothing is kept but the text. Gives how many
/// messages were answered.
fn settle(counter: &mut Counter, details: &[Detail], lose: Option<(usize, Loss)>) -> usize {
    let mut kept = Settlement::begin(counter.batch).to_text();
    let mut sent = 0;
    loop {
        let settlement = Settlement::parse(&kept).expect("it was kept");
        let trace = counter.next_trace();
        let message = settlement.message(details, trace, &counter.acquirer, &counter.terminal);
        let Some(message) = message else { return sent };
        let message = message.expect("it can be written");
        sent += 1;
        assert!(sent < 20, "it ends");
        let lost = lose.filter(|(number, _)| *number == sent).map(|(_, how)| how);
        if lost == Some(Loss::Before) {
            continue;
        }
        let End::Answered(answer) = counter.exchange_unsigned(&message) else { panic!("the host is up") };
        if lost != Some(Loss::After) {
            kept = settlement.heard(details, &answer).expect("it goes on").to_text();
        }
    }
}

#[test]
fn a_batch_that_is_equal_needs_two_messages() {
    let mut counter = Counter::open();
    let details = batch(&mut counter, 3);
    assert_eq!(settle(&mut counter, &details, None), 2);
    assert_eq!(counter.host.batch(TERMINAL), Some(2));
}

#[test]
fn what_the_host_counts_otherwise_is_uploaded_eight_at_a_time() {
    let mut counter = Counter::open();
    let mut details = batch(&mut counter, 16);
    details.push(detail(false, 999, 77));
    assert_eq!(details.len(), 18);
    assert_eq!(settle(&mut counter, &details, None), 1 + 3 + 1, "totals, three of details, the end");
    assert_eq!(counter.host.batch(TERMINAL), Some(2));
}

/// Every message lost once, there or back, with a stop behind it: the batch is closed once, and what follows is the next.
#[test]
fn whatever_is_lost_it_goes_on_where_it_was() {
    for unequal in [false, true] {
        for number in 1..=5 {
            for how in [Loss::Before, Loss::After] {
                let mut counter = Counter::open();
                let mut details = batch(&mut counter, 16);
                if unequal {
                    details.push(detail(false, 999, 77));
                }
                settle(&mut counter, &details, Some((number, how)));
                assert_eq!(counter.host.batch(TERMINAL), Some(2), "message {number}, unequal {unequal}");
                counter.sign_in().expect("it signs in");
                let sale = counter.transaction(Kind::Sale, 5);
                assert_eq!(counter.ask(&sale).code(), "00");
            }
        }
    }
}

fn answer(code: &str, totals: Option<&str>) -> HostAnswer {
    HostAnswer {
        code: code.to_owned(),
        amount: None,
        retrieval: None,
        authorization: None,
        date: None,
        time: None,
        settled_on: None,
        batch: None,
        totals: totals.map(str::to_owned),
        chip: None,
        wants: None,
    }
}

#[test]
fn a_host_that_does_not_say_how_they_compare_closes_nothing() {
    let settlement = Settlement::begin(1);
    let zeros = "0".repeat(30);
    let heard = |code, totals: Option<&str>| settlement.heard(&[], &answer(code, totals)).err();
    assert_eq!(heard("96", None), Some(CannotSettle::Refused("96".to_owned())));
    assert_eq!(heard("00", None), Some(CannotSettle::NoResult));
    assert_eq!(heard("00", Some("1")), Some(CannotSettle::NoResult));
    assert_eq!(heard("00", Some(&format!("{zeros}0{zeros}1"))), Some(CannotSettle::NoResult));
    assert_eq!(heard("00", Some(&format!("{zeros}1{zeros}3"))), Some(CannotSettle::HostCannotCount));
    assert_eq!(heard("00", Some(&format!("{zeros}1{zeros}1"))), None);
}
