//! A provider's bills against its simulator's: what was done is what the bill says, and every fault is found or named.

use super::World;
use crate::bill_desk::fee_rule;
use crate::bill_faults::BillFault;
use crate::bills::{BadBill, BillSort, Bills, NoBill, read_bill};
use crate::{Delivery, HttpRequest, Order, Reply, Treatment};
use base::{Currency, Money, RefundId};
use payment::Ask;
use settlement::{BookRow, Class, Day, Flow, Kind, Place, State, Sums, hold_funds, reconcile};
use std::io::Cursor;
use std::time::Duration;

/// Some trade on a fresh day, its bill as it is and spoilt in every way.
pub fn bills_tell_what_happened(world: &mut World<'_>) {
    let Some(bills) = world.provider.bills() else { return };
    let until_noon = Day::of(world.now).end().since(world.now) + Duration::from_secs(12 * 3600);
    world.pass(until_noon);
    let mut days = Vec::new();
    for _ in 0..=BillFault::ALL.len() {
        days.push((Day::of(world.now), trade(world)));
        // Two days on, so that a row that slips into the next day meets no other fault.
        world.pass(Duration::from_secs(2 * 86_400));
    }
    not_before_its_hour(world, bills);
    let (honest, spoilt) = days.split_first().expect("there is a day for each");
    assert_eq!(differences(world, bills, honest), Ok(vec![]), "an honest bill differs");
    movements_agree(world, bills, honest.0);
    for ((fault, name), day) in BillFault::ALL.iter().zip(spoilt) {
        world.simulator.spoil_bill(day.0, *fault);
        let found = differences(world, bills, day).map_err(|bad| bad.code());
        let expected: Result<Vec<Class>, &[&str]> = match fault {
            BillFault::MissingRow | BillFault::NextDay => Ok(vec![Class::MissingThere]),
            BillFault::ExtraRow => Ok(vec![Class::MissingHere]),
            BillFault::OtherAmount => Ok(vec![Class::Amount]),
            // A bill that names no currency cannot say another one.
            BillFault::OtherCurrency if found == Ok(vec![]) => Ok(vec![]),
            BillFault::OtherCurrency => Ok(vec![Class::Currency]),
            BillFault::OtherFee => Ok(vec![Class::Fee]),
            BillFault::DuplicateRow => Ok(vec![Class::Duplicate]),
            BillFault::Reordered | BillFault::HostileCells => Ok(vec![]),
            // A sale that became a return: the sale is missing, and a return stands there that nobody made.
            BillFault::OtherStatus => Ok(vec![Class::MissingThere, Class::MissingHere]),
            BillFault::Truncated => Err(&["truncated", "broken_row"]),
            BillFault::WrongHash => Err(&["wrong_hash"]),
            BillFault::WrongEncoding => Err(&["wrong_encoding"]),
            BillFault::WrongDay => Err(&["wrong_day"]),
            BillFault::WrongMerchant => Err(&["wrong_merchant"]),
        };
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{name}"),
            (Err(code), Err(codes)) => assert!(codes.contains(&code), "{name}: {code}"),
            (found, expected) => panic!("{name}: {found:?} instead of {expected:?}"),
        }
    }
    assert_eq!(fetch(world, bills, Day::of(world.now).next()), Err(None), "a bill of tomorrow");
}

/// Six sales, a refund of a part, a reversal. Gives our book of it.
fn trade(world: &mut World<'_>) -> Vec<BookRow> {
    let mut book = Vec::new();
    let orders: Vec<Order> = (0..6)
        .map(|_| {
            let order = world.order(false, Treatment::Normal);
            world.ask(Ask::Charge, &order);
            book.push(row(Kind::Sale, order.order_no.id().as_u128(), order.amount));
            world.pass(Duration::from_secs(60));
            order
        })
        .collect();
    let refund = RefundId::from_u128(world.draw() << 64 | 7);
    let amount = Money::cny(250);
    world.ask(Ask::Refund { refund, amount }, &orders[1]);
    book.push(row(Kind::Refund, refund.as_u128(), amount));
    world.pass(Duration::from_secs(60));
    world.ask(Ask::Reverse, &orders[2]);
    book.push(row(Kind::Refund, orders[2].order_no.id().as_u128(), orders[2].amount));
    world.pass(Duration::from_secs(600));
    book
}

fn row(kind: Kind, id: u128, amount: Money) -> BookRow {
    let (currency, state, place) = (Currency::Cny, State::Moved, Place::Inside);
    fee_rule().expect(BookRow { kind, id, amount: amount.minor(), currency, fee: None, state, place })
}

fn not_before_its_hour(world: &mut World<'_>, bills: &dyn Bills) {
    let today = Day::of(world.now);
    let none = fetch(world, bills, today);
    assert!(matches!(none, Err(None)), "the bill of a day that is not over: {none:?}");
    assert!(bills.ready_at(today) > today.end());
}

/// What differs between that day's bill and our book; `Err` if the bill cannot be used.
fn differences(
    world: &mut World<'_>,
    bills: &dyn Bills,
    (day, book): &(Day, Vec<BookRow>),
) -> Result<Vec<Class>, BadBill> {
    let bytes = fetch(world, bills, *day).map_err(|bad| bad.expect("there is a bill"))?;
    let mut found = Vec::new();
    read_bill(bills.reader(BillSort::Trades, *day), &bytes, |row| {
        found.push((settlement::Theirs::of(row), row.kind, row.id));
    })?;
    let rows: Vec<_> = found.iter().map(|(theirs, kind, id)| theirs.row(*kind, *id)).collect();
    let mut classes: Vec<Class> = reconcile(&rows, book).iter().map(|found| found.class).collect();
    classes.sort_by_key(|class| *class == Class::MissingHere);
    Ok(classes)
}

/// The account's movements are what the trade bill counts: six payments, a refund and a reversal, and their fees.
fn movements_agree(world: &mut World<'_>, bills: &dyn Bills, day: Day) {
    assert_eq!(bills.sorts(), [BillSort::Trades, BillSort::Funds]);
    let mut sums = Sums::default();
    let trades = fetch(world, bills, day).expect("there is a trade bill");
    read_bill(bills.reader(BillSort::Trades, day), &trades, |row| sums.count(row)).expect("it is whole");
    let funds = fetch_sort(world, bills, BillSort::Funds, day).expect("there is a bill of movements");
    let tally = read_bill(bills.reader(BillSort::Funds, day), &funds, |row| panic!("{row:?}"));
    let tally = tally.expect("it is whole");
    let (flows, balance) = (tally.flows, tally.balance().expect("the simulator says what the account holds"));
    assert_eq!(hold_funds(&sums, &flows, Some(&balance), Some(balance.opening)), vec![]);
    assert_eq!((flows.of(Flow::Payment).count, flows.of(Flow::Refund).count), (6, 2));
    assert_eq!(flows.of(Flow::Other).count, 0, "the simulator moves nothing that is not known");
    let cut = &funds[..funds.len() * 2 / 3];
    assert!(read_bill(bills.reader(BillSort::Funds, day), cut, |_| ()).is_err(), "it was cut off");
    assert!(read_bill(bills.reader(BillSort::Trades, day), &funds, |_| ()).is_err(), "another sort of bill");
}

/// The trade bill's bytes; `Err(None)` if there is none to be had.
fn fetch(world: &mut World<'_>, bills: &dyn Bills, day: Day) -> Result<Vec<u8>, Option<BadBill>> {
    fetch_sort(world, bills, BillSort::Trades, day)
}

fn fetch_sort(
    world: &mut World<'_>,
    bills: &dyn Bills,
    sort: BillSort,
    day: Day,
) -> Result<Vec<u8>, Option<BadBill>> {
    let moment = world.moment();
    let reply = serve(world, &bills.locate(sort, day, &moment));
    let moment = world.moment();
    let located = match bills.located(&reply, &moment) {
        Ok(located) => located,
        Err(NoBill::NotReady | NoBill::NotThere | NoBill::NothingHappened) => return Err(None),
        Err(other) => panic!("{other:?}"),
    };
    let call = bills.download(&located, &moment).expect("the address is the provider's own");
    let reply = serve(world, &call);
    assert_eq!(reply.status, 200, "the address lives");
    let mut bytes = Vec::new();
    bills.unpack(&located, &mut Cursor::new(reply.body), &mut bytes).map_err(Some)?;
    Ok(bytes)
}

fn serve(world: &mut World<'_>, call: &crate::Call) -> Reply {
    let moment = world.moment();
    match world.simulator.serve(&HttpRequest::from(call), &moment) {
        Delivery::Reply { reply, .. } => Reply::from(reply),
        Delivery::Nothing => panic!("a bill is always answered"),
    }
}
