//! What others hear of a payment: stories, and the news in them.

mod sale;

use base::{Money, RefundId, Timestamp};
use expect_test::{Expect, expect};
use payment::{
    Alarm, Answer, Ask, Entry, Fact, FoundRefund, Lost, Match, Method, Policy, Reason, RefundRequest,
    RefundWay, Said, Settled, Settlement, Source, Verdict, news,
};
use sale::{PRICE, by_code, proof, request};
use std::time::Duration;

/// Facts ten seconds apart; the first is the request, and each verdict answers the question before it.
fn check(method: Method, facts: Vec<Fact>, expected: Expect) {
    let start = Timestamp::parse("2026-11-23T10:00:00+08:00").expect("a time");
    let all = std::iter::once(Fact::Requested(request(method).into())).chain(facts);
    let entries: Vec<Entry> = (0..)
        .zip(all)
        .map(|(place, fact)| Entry { at: start + Duration::from_secs(10 * place), fact })
        .collect();
    let told = news(&entries, &Policy::default());
    for length in 1..entries.len() {
        let earlier = news(&entries[..length], &Policy::default());
        assert_eq!(earlier[..], told[..earlier.len()], "what was told stays told");
    }
    let lines: Vec<String> = told
        .iter()
        .map(|one| {
            let refund = one.what.refund().map_or(String::new(), |id| format!(" {}", id.as_u128()));
            format!("{} {}{refund}\n", one.payment.version, one.what.code())
        })
        .collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn a_payment_is_told_when_its_end_is_known() {
    check(
        by_code(),
        vec![asked(1, Ask::Charge), answered(1, paid(PRICE))],
        expect![[r#"
        3 payment.paid
    "#]],
    );
    check(
        by_code(),
        vec![asked(1, Ask::Charge), answered(1, declined())],
        expect![[r#"
        3 payment.not_paid
    "#]],
    );
    check(
        Method::Cash { tendered: Money::cny(2000) },
        vec![],
        expect![[r#"
        1 payment.paid
    "#]],
    );
}

#[test]
fn late_money_is_told_and_its_return_too() {
    let facts = vec![
        asked(1, Ask::Charge),
        answered(1, declined()),
        asked(2, Ask::Inquire),
        answered(2, paid(PRICE)),
        asked(3, Ask::Reverse),
        answered(3, Verdict::Returned),
    ];
    check(
        by_code(),
        facts,
        expect![[r#"
        3 payment.not_paid
        5 payment.found_paid
        7 payment.returned
    "#]],
    );
}

#[test]
fn what_a_restart_hid_is_told_as_found() {
    let facts = vec![
        asked(1, Ask::Charge),
        Fact::Lost { call: 1, why: Lost::WeStopped },
        asked(2, Ask::Inquire),
        answered(2, paid(PRICE)),
    ];
    check(
        by_code(),
        facts,
        expect![[r#"
        5 payment.paid
        5 payment.found_paid
    "#]],
    );
}

#[test]
fn a_look_that_changes_nothing_is_no_news() {
    let look = |call, verdict| {
        [Fact::LookRequested { by: "Li".into() }, asked(call, Ask::Inquire), answered(call, verdict)]
    };
    let begun = vec![asked(1, Ask::Charge), answered(1, declined())];
    let facts = begun.into_iter().chain(look(2, declined())).collect();
    check(
        by_code(),
        facts,
        expect![[r#"
        3 payment.not_paid
    "#]],
    );
    let begun = vec![asked(1, Ask::Charge), answered(1, paid(PRICE))];
    let facts = begun.into_iter().chain(look(2, paid(PRICE))).collect();
    check(
        by_code(),
        facts,
        expect![[r#"
        3 payment.paid
    "#]],
    );
}

#[test]
fn a_provider_that_changes_its_mind_is_told_both_times() {
    let facts = vec![
        asked(1, Ask::Charge),
        answered(1, paid(PRICE)),
        asked(2, Ask::Inquire),
        answered(2, Verdict::NotFound),
        Fact::Raised(Alarm::ProviderContradicts),
        asked(3, Ask::Inquire),
        answered(3, paid(PRICE)),
    ];
    check(
        by_code(),
        facts,
        expect![[r#"
        3 payment.paid
        6 payment.raised
        8 payment.paid
    "#]],
    );
}

#[test]
fn refunds_are_told_one_by_one() {
    let back = |id, fen| Fact::RefundRequested(refund(id, fen, RefundWay::Provider));
    let ask = |call, id, fen| asked(call, Ask::Refund { refund: RefundId::from_u128(id), amount: fen });
    let done = |fen| Verdict::Refunded { amount: Money::cny(fen), at: None };
    let facts = vec![
        asked(1, Ask::Charge),
        answered(1, paid(PRICE)),
        back(21, 250),
        ask(2, 21, Money::cny(250)),
        answered(2, Verdict::RefundProcessing),
        asked(3, Ask::InquireRefund { refund: RefundId::from_u128(21) }),
        answered(3, done(250)),
        back(22, 500),
        ask(4, 22, Money::cny(500)),
        answered(4, Verdict::RefundRefused(Reason::MerchantBalanceTooLow)),
        Fact::RefundRequested(refund(23, 500, RefundWay::Cash)),
        Fact::RefundFound(FoundRefund {
            id: RefundId::from_u128(24),
            number: "R9".into(),
            amount: Money::cny(500),
            at: None,
            source: bill(),
        }),
    ];
    check(
        by_code(),
        facts,
        expect![[r#"
        3 payment.paid
        8 refund.done 21
        11 refund.refused 22
        12 refund.done 23
        13 payment.returned
        13 refund.done 24
    "#]],
    );
}

#[test]
fn a_record_by_hand_is_told_until_somebody_knows() {
    let seen = || Method::ShopCode { seen: "支付成功".into(), digits: "4321".into() };
    let found = Fact::Matched(Match { paid: proof(PRICE), source: bill(), by: String::new() });
    check(
        seen(),
        vec![found],
        expect![[r#"
        1 payment.recorded
        2 payment.paid
        2 payment.found_paid
    "#]],
    );
    let decided =
        Settlement { verdict: Settled::NotPaid, reason: "no such money".into(), by: "zhang".into() };
    let facts = vec![Fact::Raised(Alarm::NotVerified), Fact::Settled(decided)];
    check(
        seen(),
        facts,
        expect![[r#"
        1 payment.recorded
        2 payment.raised
        3 payment.not_paid
    "#]],
    );
}

#[test]
fn late_money_that_a_person_keeps_is_paid_and_found_once() {
    let kept = Settlement { verdict: Settled::Paid, reason: "goods taken".into(), by: "zhang".into() };
    let refused = Verdict::RefundRefused(Reason::MerchantBalanceTooLow);
    let undo = RefundId::from_u128(1);
    let facts = vec![
        asked(1, Ask::Present),
        answered(1, Verdict::Closed),
        Fact::LookRequested { by: "Li".into() },
        asked(2, Ask::Inquire),
        answered(2, paid(PRICE)),
        asked(3, Ask::Refund { refund: undo, amount: Money::cny(PRICE) }),
        answered(3, refused),
        asked(4, Ask::Inquire),
        answered(4, paid(PRICE)),
        Fact::Raised(Alarm::CannotGiveBack),
        Fact::Settled(kept),
    ];
    check(
        Method::ShownQr,
        facts,
        expect![[r#"
        3 payment.not_paid
        6 payment.found_paid
        8 refund.refused 1
        11 payment.raised
        12 payment.paid
    "#]],
    );
}

fn asked(call: u32, ask: Ask) -> Fact {
    Fact::Asked { call, ask, trace: None }
}

fn answered(call: u32, verdict: Verdict) -> Fact {
    Fact::Answered { call, answer: Answer { verdict, said: Said::default() } }
}

fn declined() -> Verdict {
    Verdict::Declined(Reason::PayerCancelledOrTimedOut)
}

fn paid(fen: i64) -> Verdict {
    Verdict::Paid(proof(fen))
}

fn bill() -> Source {
    Source::Bill { name: "2026-11-23".into(), row: 9 }
}

fn refund(id: u128, fen: i64, way: RefundWay) -> RefundRequest {
    RefundRequest {
        id: RefundId::from_u128(id),
        key: format!("k{id}"),
        content: [0; 32],
        amount: Money::cny(fen),
        reason: String::new(),
        by: "Li".into(),
        way,
    }
}
