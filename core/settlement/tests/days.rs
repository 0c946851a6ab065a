//! Days as text: a book, a bill, and every difference between them with its cure.

use base::{Currency, Text, Timestamp};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use settlement::{
    Again, BillRow, BookRow, Class, Difference, Kind, Moved, Place, State, judge_again, reconcile,
};

/// `sale 1 12.50 [moved|open|not_moved|recorded] [before|near|after] [fee 0.08] [USD]`
fn book_row(line: &str) -> BookRow {
    let words: Vec<&str> = line.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let after = |word: &str| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
    BookRow {
        kind: kind(words[0]),
        id: words[1].parse().unwrap(),
        amount: yuan(words[2]),
        currency: if has("USD") { Currency::Usd } else { Currency::Cny },
        fee: after("fee").map(yuan),
        state: match () {
            () if has("open") => State::Open,
            () if has("not_moved") => State::NotMoved,
            () if has("recorded") => State::Recorded,
            () => State::Moved,
        },
        place: match () {
            () if has("before") => Place::Before,
            () if has("near") => Place::NearTheEnd,
            () if has("after") => Place::After,
            () => Place::Inside,
        },
    }
}

/// `sale 1 12.50 [under_way|failed] [fee 0.08] [USD]`; the number may be a text that is none of ours.
fn bill_row(line: u64, text: &str) -> BillRow<'_> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let after = |word: &str| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
    BillRow {
        line,
        kind: kind(words[0]),
        id: words[1].parse().ok(),
        order_no: words[1].as_bytes(),
        refund_no: b"",
        transaction: after("tx").unwrap_or("T").as_bytes(),
        amount: yuan(words[2]),
        currency: if has("USD") { Currency::Usd } else { Currency::Cny },
        fee: after("fee").map_or(0, yuan),
        moved: match () {
            () if has("under_way") => Moved::UnderWay,
            () if has("failed") => Moved::No,
            () => Moved::Yes,
        },
        at: Timestamp::parse("2026-11-22T12:00:00+08:00"),
    }
}

fn kind(word: &str) -> Kind {
    if word == "sale" { Kind::Sale } else { Kind::Refund }
}

fn yuan(text: &str) -> i64 {
    settlement::cell::yuan(text.as_bytes()).unwrap()
}

fn differences(book: &str, bill: &str) -> Vec<Difference> {
    let book: Vec<BookRow> = book.lines().map(str::trim).filter(|l| !l.is_empty()).map(book_row).collect();
    let bill: Vec<&str> = bill.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let bill: Vec<BillRow<'_>> =
        bill.iter().enumerate().map(|(at, text)| bill_row(at as u64 + 1, text)).collect();
    reconcile(&bill, &book)
}

fn check(book: &str, bill: &str, expected: Expect) {
    let told: String = differences(book, bill)
        .iter()
        .map(|difference| {
            let story = difference.story(&Text::new("某支付", "Some Pay"), difference.cure().begins());
            format!(
                "{} -> {}\n  {}\n  {}\n  {}\n  {}\n",
                difference.key(),
                difference.cure().code(),
                story.happened.zh,
                story.happened.en,
                story.means.en,
                story.todo.en
            )
        })
        .collect();
    expected.assert_eq(&told);
}

#[test]
fn equal_sides_have_nothing_to_tell() {
    check(
        "sale 1 12.50\nrefund 2 3.00\nsale 3 1.00 not_moved\nsale 4 2.00 open",
        "refund 2 3.00\nsale 1 12.50",
        expect![[""]],
    );
}

#[test]
fn one_side_lacks_a_row() {
    check(
        "sale 1 12.50\nrefund 2 3.00",
        "sale 3 8.00\nsale shop-77 9.00\nrefund 4 1.00",
        expect![[r#"
        sale/00000000000000000000000000000001/missing_there -> look
          我们的账上有一笔收款 ￥12.50，某支付账单里没有
          Our book has a payment of ￥12.50 that is not in Some Pay's bill
          The money may never have arrived
          The provider is being asked about it again; the answer is taken over by itself
        refund/00000000000000000000000000000002/missing_there -> person
          我们的账上有一笔退款 ￥3.00，某支付账单里没有
          Our book has a refund of ￥3.00 that is not in Some Pay's bill
          The customer may not have got this money back
          Look this refund up on the provider's site; if it was not made, make it again
        sale/00000000000000000000000000000003/missing_here -> person
          某支付账单里有一笔收款 ￥8.00，我们的账上没有
          Some Pay's bill has a payment of ￥8.00 that our book does not know
          The money arrived and we have no record of it: data may have been lost, or a till has not uploaded yet
          Let every till upload and reconcile again; if it stays, record it from the bill or return it
        refund/00000000000000000000000000000004/missing_here -> person
          某支付账单里有一笔退款 ￥1.00，我们的账上没有
          Some Pay's bill has a refund of ￥1.00 that our book does not know
          Money went back to a customer, and this system did not ask for it
          Ask who returned it on the provider's own site, and settle it with the reason
        sale/shop-77~T/missing_here -> person
          某支付账单里有一笔收款 ￥9.00，我们的账上没有
          Some Pay's bill has a payment of ￥9.00 that our book does not know
          The money arrived, but the order number is not one of this system: the shop's static code, another system, or taken by hand
          Check whether the static code or another system took it; if so settle it with a reason, if not return it to the customer
    "#]],
    );
}

#[test]
fn a_row_says_something_else() {
    check(
        "sale 1 12.50\nsale 2 5.00\nsale 3 5.00 fee 0.03\nrefund 4 2.00",
        "sale 1 12.51\nsale 2 5.00 USD\nsale 3 5.00 fee 0.04\nrefund 4 1.50",
        expect![[r#"
            sale/00000000000000000000000000000001/amount -> look
              这笔收款我们记 ￥12.50，某支付账单记 ￥12.51
              Our book says ￥12.50 for this payment, Some Pay's bill says ￥12.51
              The money in the book is not the money that moved
              The provider is being asked about it again; the answer is taken over by itself
            sale/00000000000000000000000000000002/currency -> person
              这笔收款我们记 ￥5.00，某支付账单记 US$5.00
              Our book says ￥5.00 for this payment, Some Pay's bill says US$5.00
              The money in the book is not the money that moved
              Ask the provider, quoting order and transaction number, then settle it with the reason
            sale/00000000000000000000000000000003/fee -> record_fee
              这笔收款应收手续费 ￥0.03，某支付实收 ￥0.04
              A fee of ￥0.03 was expected for this payment; Some Pay took ￥0.04
              What is paid out will differ from what was expected by that much
              The fee is recorded as taken; if it is far off, check the contract
            refund/00000000000000000000000000000004/amount -> person
              这笔退款我们记 ￥2.00，某支付账单记 ￥1.50
              Our book says ￥2.00 for this refund, Some Pay's bill says ￥1.50
              The money in the book is not the money that moved
              Ask the provider, quoting order and transaction number, then settle it with the reason
        "#]],
    );
}

#[test]
fn only_one_side_says_that_money_moved() {
    check(
        "sale 1 12.50 not_moved\nsale 2 5.00 open\nsale 3 5.00\nrefund 4 2.00\nrefund 5 2.00 open\nrefund 6 2.00 not_moved",
        "sale 1 12.50\nsale 2 5.00\nsale 3 5.00 failed\nrefund 4 2.00 under_way\nrefund 5 2.00\nrefund 6 2.00",
        expect![[r#"
            sale/00000000000000000000000000000001/status -> give_back
              这笔收款我们记未收款，某支付账单记成功
              Our book says this payment is not paid; Some Pay's bill says it succeeded
              The customer paid after being told that the payment failed: this money is not the shop's
              The provider is being asked again; if it confirms, the money goes back by itself
            sale/00000000000000000000000000000002/status -> look
              这笔收款我们记还没有结果，某支付账单记成功
              Our book says this payment has no result yet; Some Pay's bill says it succeeded
              Only one side says that the money moved
              The provider is being asked about it again; the answer is taken over by itself
            sale/00000000000000000000000000000003/status -> look
              这笔收款我们记已收到，某支付账单记没有成功
              Our book says this payment is paid; Some Pay's bill says it did not succeed
              Only one side says that the money moved
              The provider is being asked about it again; the answer is taken over by itself
            refund/00000000000000000000000000000004/status -> await_next_bill
              这笔退款我们记已退回，某支付账单记处理中
              Our book says this refund is done; Some Pay's bill says it is under way
              Only one side says that the money moved
              The next day's bill is awaited; if it is not there either, a person is told
            refund/00000000000000000000000000000005/status -> look
              这笔退款我们记还没有结果，某支付账单记成功
              Our book says this refund has no result yet; Some Pay's bill says it succeeded
              Only one side says that the money moved
              The provider is being asked about it again; the answer is taken over by itself
            refund/00000000000000000000000000000006/status -> person
              这笔退款我们记未退款，某支付账单记成功
              Our book says this refund was refused; Some Pay's bill says it succeeded
              Only one side says that the money moved
              Ask the provider, quoting order and transaction number, then settle it with the reason
        "#]],
    );
}

#[test]
fn a_row_stands_twice() {
    check(
        "sale 1 12.50",
        "sale 1 12.50 tx A\nsale 1 12.50 tx B",
        expect![[r#"
        sale/00000000000000000000000000000001/duplicate/B -> person
          这笔收款 ￥12.50 在某支付账单里不止一行
          This payment of ￥12.50 stands more than once in Some Pay's bill
          If the transaction numbers differ, the customer may have been charged twice
          Compare the two lines' transaction numbers; if the customer was charged twice, return one
    "#]],
    );
}

#[test]
fn days_are_cut_differently() {
    check(
        "sale 1 1.00 near\nsale 2 2.00 before\nsale 3 3.00 after\nsale 4 4.00 before\nsale 5 5.00 near",
        "sale 3 3.00\nsale 4 4.00\nsale 5 5.00",
        expect![[r#"
            sale/00000000000000000000000000000001/day_cut -> await_next_bill
              这笔收款 ￥1.00 临近日切，不在某支付这一天的账单里
              This payment of ￥1.00 was made near midnight and is not in Some Pay's bill of this day
              It will most likely be in the next day's bill
              The next day's bill is awaited; if it is not there either, a person is told
            sale/00000000000000000000000000000003/late -> note
              这笔收款 ￥3.00 在某支付这一天的账单里，我们记在另一天
              This payment of ￥3.00 is in Some Pay's bill of this day; our book counts it to another
              The amounts agree; only the days differ, and no money is missing
              Nothing; it is kept on record
            sale/00000000000000000000000000000004/late -> note
              这笔收款 ￥4.00 在某支付这一天的账单里，我们记在另一天
              This payment of ￥4.00 is in Some Pay's bill of this day; our book counts it to another
              The amounts agree; only the days differ, and no money is missing
              Nothing; it is kept on record
        "#]],
    );
}

#[test]
fn hostile_texts_are_shown_harmless() {
    let hostile = b"=cmd|' /C calc'!A0\n\x1b[2J\0\xff";
    let mut row = bill_row(1, "sale x 1.00");
    row.order_no = hostile;
    let found = reconcile(&[row], &[]);
    let shown = &found[0].theirs.as_ref().unwrap().order_no;
    assert_eq!(shown, "=cmd|' /C calc'!A0\u{FFFD}\u{FFFD}[2J\u{FFFD}\u{FFFD}");
}

#[test]
fn a_look_settles_what_an_inquiry_can_settle() {
    let again = |book: &str, bill: &str, now: &str, asked: bool, owed: bool| {
        let found = differences(book, bill).remove(0);
        match judge_again(&found, Some(&book_row(now)), asked, owed) {
            Again::Agrees => "agrees".to_owned(),
            Again::GoesBack => "goes back".to_owned(),
            Again::Waits => "waits".to_owned(),
            Again::Differs(difference) => format!("differs: {}", difference.class.code()),
        }
    };
    let late_money = ("sale 1 5.00 not_moved", "sale 1 5.00");
    assert_eq!(again(late_money.0, late_money.1, "sale 1 5.00 not_moved", false, false), "waits");
    assert_eq!(again(late_money.0, late_money.1, "sale 1 5.00", true, true), "goes back");
    assert_eq!(again(late_money.0, late_money.1, "sale 1 5.00 not_moved", true, false), "differs: status");
    assert_eq!(again("sale 1 5.00 open", "sale 1 5.00", "sale 1 5.00", true, false), "agrees");
    assert_eq!(again("sale 1 5.00", "sale 1 6.00", "sale 1 6.00", true, false), "agrees");
    assert_eq!(again("sale 1 5.00", "sale 1 6.00", "sale 1 5.00", true, false), "differs: amount");
    assert_eq!(again("sale 1 5.00", "", "sale 1 5.00", false, false), "waits");
    assert_eq!(again("sale 1 5.00", "", "sale 1 5.00", true, false), "differs: missing_there");
    assert_eq!(again("sale 1 5.00", "", "sale 1 5.00 not_moved", true, false), "agrees");
    assert_eq!(again("", "sale 1 5.00", "sale 1 5.00 before", false, false), "differs: late");
}

fn day() -> impl Strategy<Value = (Vec<BookRow>, Vec<Class>)> {
    let faults = prop_oneof![
        4 => Just(None),
        1 => proptest::sample::select(vec![
            Class::MissingHere, Class::MissingThere, Class::Amount, Class::Status, Class::Fee, Class::Duplicate,
            Class::DayCut, Class::Currency, Class::Late,
        ]).prop_map(Some),
    ];
    proptest::collection::vec((any::<bool>(), 1..1_000_000i64, faults), 0..60).prop_map(|rows| {
        let mut book = Vec::new();
        let mut classes = Vec::new();
        for (at, (sale, amount, fault)) in rows.into_iter().enumerate() {
            book.push(BookRow {
                kind: if sale { Kind::Sale } else { Kind::Refund },
                id: at as u128 + 1,
                amount,
                currency: Currency::Cny,
                fee: Some(amount / 100),
                state: State::Moved,
                place: match fault {
                    Some(Class::DayCut) => Place::NearTheEnd,
                    Some(Class::Late) => Place::Before,
                    _ => Place::Inside,
                },
            });
            classes.push(fault.unwrap_or(Class::MissingHere));
            if fault.is_none() {
                classes.pop();
                classes.push(Class::Late);
                book.last_mut().unwrap().place = Place::Inside;
            }
        }
        (book, classes)
    })
}

/// The bill that the book makes, with the fault that was planted in each row.
fn bill_of<'a>(book: &[BookRow], faults: &[Class]) -> (Vec<BillRow<'a>>, Vec<(u128, Class)>) {
    let (mut bill, mut planted) = (Vec::new(), Vec::new());
    for (row, fault) in book.iter().zip(faults) {
        let same = BillRow {
            line: bill.len() as u64 + 1,
            kind: row.kind,
            id: Some(row.id),
            order_no: b"",
            refund_no: b"",
            transaction: b"T",
            amount: row.amount,
            currency: row.currency,
            fee: row.fee.unwrap_or(0),
            moved: Moved::Yes,
            at: None,
        };
        if *fault == Class::Late && row.place == Place::Inside {
            bill.push(same);
            continue;
        }
        let mut id = row.id;
        match fault {
            Class::MissingHere => {
                id += 1000;
                bill.push(same);
                bill.push(BillRow { id: Some(id), ..same });
            }
            Class::MissingThere | Class::DayCut => {}
            Class::Amount => bill.push(BillRow { amount: row.amount + 1, ..same }),
            Class::Status => bill.push(BillRow { moved: Moved::No, ..same }),
            Class::Fee => bill.push(BillRow { fee: same.fee + 1, ..same }),
            Class::Duplicate => bill.extend([same, same]),
            Class::Currency => bill.push(BillRow { currency: Currency::Usd, ..same }),
            Class::Late => bill.push(same),
        }
        planted.push((id, *fault));
    }
    planted.sort();
    (bill, planted)
}

fn found(bill: &[BillRow<'_>], book: &[BookRow]) -> Vec<(u128, Class)> {
    let differences = reconcile(bill, book);
    let mut found: Vec<(u128, Class)> = differences.iter().map(|d| (d.id.unwrap(), d.class)).collect();
    found.sort();
    found
}

proptest! {
    #[test]
    fn what_was_planted_is_found_and_nothing_else((book, faults) in day()) {
        let (bill, planted) = bill_of(&book, &faults);
        prop_assert_eq!(found(&bill, &book), planted);
    }

    #[test]
    fn the_order_of_rows_changes_nothing((book, faults) in day(), salt in any::<u64>()) {
        let (bill, planted) = bill_of(&book, &faults);
        let place = |at: usize| (at as u64 + 1).wrapping_mul(salt | 1).rotate_left(17);
        let shuffle = |len: usize| {
            let mut order: Vec<usize> = (0..len).collect();
            order.sort_by_key(|at| place(*at));
            order
        };
        let bill: Vec<BillRow<'_>> = shuffle(bill.len()).into_iter().map(|at| bill[at]).collect();
        let book: Vec<BookRow> = shuffle(book.len()).into_iter().map(|at| book[at]).collect();
        prop_assert_eq!(found(&bill, &book), planted);
    }
}
