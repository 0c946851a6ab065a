//! Every question under every treatment: each order ends, and ends as the books have it.

use super::World;
use crate::{CannotAsk, Order, Treatment};
use base::{Currency, Money, RefundId};
use payment::{Ask, Doubt, Reason, Verdict};
use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A charge is answered as its treatment says, and asking on, then undoing, ends it definitely.
pub(super) fn charge_ends_definitely(world: &mut World<'_>, treatment: Treatment, name: &str) {
    let mut order = world.order(false, treatment);
    world.simulator.treat(order.order_no, treatment);
    let asked_at = world.now;
    let answer = world.ask(Ask::Charge, &order).map(|answer| answer.verdict);
    assert!(charge_fits(treatment, answer.as_ref(), &order), "{name}: the charge was answered {answer:?}");
    if treatment == Treatment::Slow {
        assert!(world.now.since(asked_at) >= seconds(5), "slow is at least five seconds");
    }
    let mut end = answer.unwrap_or(Verdict::Unclear(Doubt::ProviderError));
    for wait in [2, 5, 5, 5, 5, 5, 5, 5, 5, 5] {
        if definite(&end) {
            break;
        }
        world.pass(seconds(wait));
        end = world.verdict(Ask::Inquire, &order);
    }
    assert_eq!(matches!(end, Verdict::Paid(_)), ends_paid(treatment), "{name}: after asking on: {end:?}");
    if let Verdict::Paid(paid) = &end {
        order.transaction = Some(paid.transaction.clone());
    }
    undo_ends_definitely(world, treatment, name, order);
}

fn undo_ends_definitely(world: &mut World<'_>, treatment: Treatment, name: &str, mut order: Order) {
    world.pass(seconds(15));
    let tries = undone_after(world, Ask::Reverse, &order, name);
    assert_eq!(world.kept(&order), 0, "{name}: undone");
    let needs_repeat = treatment == Treatment::ReverseNeedsRepeat;
    assert_eq!(tries > 1, needs_repeat, "{name}: undone after {tries} tries");
    world.pass(seconds(60));
    if treatment != Treatment::PaidAfterReverse {
        assert_eq!(world.kept(&order), 0, "{name}: stays undone");
        return;
    }
    let Verdict::Paid(paid) = world.verdict(Ask::Inquire, &order) else {
        panic!("{name}: a payment that slips through is found by asking")
    };
    order.transaction = Some(paid.transaction);
    undone_after(world, Ask::Reverse, &order, name);
    assert_eq!(world.kept(&order), 0, "{name}: undone for good");
}

/// Undoes until it is done and says after how many tries it was.
fn undone_after(world: &mut World<'_>, ask: Ask, order: &Order, name: &str) -> u32 {
    for tries in 1..=8 {
        let verdict = world.verdict(ask, order);
        match verdict {
            Verdict::Closed | Verdict::NotFound | Verdict::Declined(_) => return tries,
            Verdict::Returned => {
                assert!(order.transaction.is_some(), "{name}: returned, but nothing was known to be paid");
                return tries;
            }
            Verdict::AskAgain | Verdict::Unclear(_) => world.pass(seconds(3)),
            other => panic!("{name}: {ask:?} was answered {other:?}"),
        }
    }
    panic!("{name}: {ask:?} never ended")
}

fn definite(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Paid(_) | Verdict::Declined(_) | Verdict::NotFound | Verdict::Closed | Verdict::Returned
    )
}

/// Whether the first answer to a charge is one that its treatment allows; nothing is a lost answer.
fn charge_fits(treatment: Treatment, answer: Option<&Verdict>, order: &Order) -> bool {
    use Treatment as T;
    let Some(verdict) = answer else { return matches!(treatment, T::LostBefore | T::LostAfter) };
    match treatment {
        T::Normal
        | T::Slow
        | T::NotifyTwice
        | T::NotifyLate
        | T::ReverseNeedsRepeat
        | T::RefundSlow
        | T::RefundRefused => matches!(verdict, Verdict::Paid(paid) if paid.amount == order.amount),
        T::WrongAmount => matches!(verdict, Verdict::Paid(paid) if paid.amount != order.amount),
        T::PasswordThenPaid | T::PasswordNeverTyped | T::PasswordThenRefused => {
            matches!(verdict, Verdict::AwaitingPayer)
        }
        T::PaidAfterReverse => matches!(verdict, Verdict::AwaitingPayer | Verdict::Unclear(_)),
        T::LostBefore | T::LostAfter => false,
        T::InsufficientBalance => refused(verdict, &[Reason::InsufficientBalance]),
        T::CodeExpired | T::CodeUsed => refused(verdict, &[Reason::CodeExpired, Reason::CodeInvalidOrUsed]),
        T::CodeWrong => refused(verdict, &[Reason::CodeOfAnotherWallet, Reason::CodeInvalidOrUsed]),
        T::PayerLimit => refused(verdict, &[Reason::PayerLimitExceeded]),
        T::Risk => refused(verdict, &[Reason::RiskControl]),
        T::ErrorButPaid | T::ErrorNotPaid => matches!(verdict, Verdict::Unclear(_)),
        T::Maintenance => {
            matches!(verdict, Verdict::Unclear(_)) || refused(verdict, &[Reason::ProviderMaintenance])
        }
        T::WrongSignature | T::SignatureProbe => *verdict == Verdict::Unclear(Doubt::BadSignature),
    }
}

fn refused(verdict: &Verdict, reasons: &[Reason]) -> bool {
    matches!(verdict, Verdict::Declined(reason) if reasons.contains(reason))
}

/// Whether asking on finds the order paid.
fn ends_paid(treatment: Treatment) -> bool {
    use Treatment as T;
    matches!(
        treatment,
        T::Normal
            | T::PasswordThenPaid
            | T::Slow
            | T::LostAfter
            | T::NotifyTwice
            | T::NotifyLate
            | T::ErrorButPaid
            | T::WrongSignature
            | T::SignatureProbe
            | T::WrongAmount
            | T::ReverseNeedsRepeat
            | T::RefundSlow
            | T::RefundRefused
    )
}

/// An order the customer scans: its QR can be had, it is paid if scanned, and closed otherwise.
pub(super) fn shown_order_ends_definitely(world: &mut World<'_>, treatment: Treatment, name: &str) {
    if !world.provider.capabilities().shown_qr {
        return;
    }
    let mut order = world.order(true, treatment);
    world.simulator.treat(order.order_no, treatment);
    let mut open = false;
    for _ in 0..4 {
        match world.ask(Ask::Present, &order).map(|answer| answer.verdict) {
            Some(Verdict::QrReady { content, .. }) => {
                assert!(!content.is_empty(), "{name}: a QR with nothing in it");
                open = true;
                break;
            }
            None | Some(Verdict::Unclear(_)) => world.pass(seconds(1)),
            Some(other) => panic!("{name}: presenting was answered {other:?}"),
        }
    }
    assert!(open, "{name}: no QR after four tries");
    let waiting = world.verdict(Ask::Inquire, &order);
    let fits = matches!(waiting, Verdict::AwaitingPayer | Verdict::NotFound);
    assert!(fits, "{name}: a QR nobody scanned is {waiting:?}");
    let scanned = world.simulator.scan(order.order_no, world.now);
    world.pass(seconds(20));
    let end = world.verdict(Ask::Inquire, &order);
    match end {
        Verdict::Paid(paid) => {
            assert!(scanned, "{name}: paid without being scanned");
            order.transaction = Some(paid.transaction);
        }
        _ => {
            assert_eq!(world.kept(&order), 0, "{name}: paid, but inquiring says {end:?}");
            undone_after(world, Ask::Close, &order, name);
            let paid_late = world.simulator.scan(order.order_no, world.now);
            let slips_through = treatment == Treatment::PaidAfterReverse;
            assert_eq!(paid_late, slips_through, "{name}: whether a closed QR is still payable");
        }
    }
    world.pass(seconds(600));
}

/// Asking about what never was finds nothing and makes nothing.
pub(super) fn nothing_is_known_of_unknown_orders(world: &mut World<'_>) {
    let order = world.order(false, Treatment::Normal);
    let refund = RefundId::from_u128(world.draw());
    assert_eq!(world.verdict(Ask::Inquire, &order), Verdict::NotFound);
    assert_eq!(world.verdict(Ask::InquireRefund { refund }, &order), Verdict::NotFound);
    let moment = world.moment();
    let ask = Ask::Refund { refund, amount: order.amount };
    // Some providers know what is to be returned by their own number of the payment only.
    if world.provider.call(&ask, &order, &moment).is_ok() {
        let refusal = world.verdict(ask, &order);
        assert!(matches!(refusal, Verdict::RefundRefused(_) | Verdict::Unclear(_)), "{refusal:?}");
    }
    for ask in [Ask::Reverse, Ask::Close] {
        let verdict = world.verdict(ask, &order);
        let fits = matches!(verdict, Verdict::NotFound | Verdict::Closed | Verdict::Unclear(_));
        assert!(fits, "{ask:?} of an unknown order: {verdict:?}");
    }
    assert_eq!(world.kept(&order), 0);
}

/// The same charge, refund or reversal again is the same charge, refund or reversal.
pub(super) fn repeats_change_nothing(world: &mut World<'_>) {
    let mut order = world.order(false, Treatment::Normal);
    let first = world.verdict(Ask::Charge, &order);
    let Verdict::Paid(paid) = &first else { panic!("a normal charge was answered {first:?}") };
    order.transaction = Some(paid.transaction.clone());
    let again = world.verdict(Ask::Charge, &order);
    assert!(again == first || again == Verdict::Unclear(Doubt::SaysPaid), "a repeated charge: {again:?}");
    assert_eq!(world.kept(&order), 1250);

    let refund = RefundId::from_u128(world.draw());
    let ask = Ask::Refund { refund, amount: Money::cny(250) };
    world.verdict(ask, &order);
    world.pass(seconds(120));
    world.verdict(ask, &order);
    assert_eq!(world.kept(&order), 1000, "the same refund was paid twice");

    let mut order = world.order(false, Treatment::Normal);
    world.verdict(Ask::Charge, &order);
    order.transaction = Some("seen".to_owned());
    world.pass(seconds(20));
    assert_eq!(world.verdict(Ask::Reverse, &order), Verdict::Returned);
    assert_eq!(world.verdict(Ask::Reverse, &order), Verdict::Returned);
    let after = world.verdict(Ask::Inquire, &order);
    assert!(!matches!(after, Verdict::Paid(_)), "a reversed order is {after:?}");
}

/// An order number with other content proves nothing about the order, and a code works once.
pub(super) fn conflicts_prove_nothing(world: &mut World<'_>) {
    let order = world.order(false, Treatment::Normal);
    world.verdict(Ask::Charge, &order);
    let dearer = Order { amount: Money::cny(9999), ..order.clone() };
    let verdict = world.verdict(Ask::Charge, &dearer);
    assert!(matches!(verdict, Verdict::Unclear(_)), "another amount under one number: {verdict:?}");
    assert_eq!(world.kept(&order), 1250);
    let other = Order { payer_code: order.payer_code.clone(), ..world.order(false, Treatment::Normal) };
    let verdict = world.verdict(Ask::Charge, &other);
    assert!(matches!(verdict, Verdict::Declined(_)), "a code used twice: {verdict:?}");
    assert_eq!(world.kept(&other), 0);
}

/// Refunds never exceed the payment, and each ends as its treatment says.
pub(super) fn refunds_add_up(world: &mut World<'_>) {
    let order = charged(world, Treatment::Normal);
    for (fen, kept) in [(1000, 250), (300, 250), (250, 0), (1, 0)] {
        let refund = RefundId::from_u128(world.draw());
        let verdict = world.verdict(Ask::Refund { refund, amount: Money::cny(fen) }, &order);
        world.pass(seconds(10));
        assert_eq!(world.kept(&order), kept, "after a refund of {fen}: {verdict:?}");
        let found = world.verdict(Ask::InquireRefund { refund }, &order);
        match world.refunded(&order, refund) {
            Some(amount) => {
                assert!(matches!(found, Verdict::Refunded { amount: told, .. } if told == amount))
            }
            None => {
                assert!(matches!(verdict, Verdict::RefundRefused(_)), "{verdict:?}");
                assert_eq!(found, Verdict::NotFound);
            }
        }
    }
    // Money that came too late goes back under the payment's own number.
    let mut order = charged(world, Treatment::Normal);
    let refund = RefundId::from_u128(order.order_no.id().as_u128());
    order.requested_at = order.requested_at + seconds(3);
    world.verdict(Ask::Refund { refund, amount: order.amount }, &order);
    world.pass(seconds(10));
    let found = world.verdict(Ask::InquireRefund { refund }, &order);
    assert!(matches!(found, Verdict::Refunded { .. }), "given back, yet {found:?}");
    assert_eq!((world.kept(&order), world.refunded(&order, refund)), (0, Some(order.amount)));

    let order = charged(world, Treatment::RefundRefused);
    let refund = RefundId::from_u128(world.draw());
    let ask = Ask::Refund { refund, amount: order.amount };
    let verdict = world.verdict(ask, &order);
    assert!(matches!(verdict, Verdict::RefundRefused(_)), "refused, but answered {verdict:?}");

    let order = charged(world, Treatment::RefundSlow);
    let ask = Ask::Refund { refund, amount: order.amount };
    let verdict = world.verdict(ask, &order);
    assert!(matches!(verdict, Verdict::RefundProcessing | Verdict::Unclear(_)), "slow, yet {verdict:?}");
    let verdict = world.verdict(Ask::InquireRefund { refund }, &order);
    assert!(!matches!(verdict, Verdict::Refunded { .. }), "slow, yet {verdict:?}");
    world.pass(seconds(600));
    let verdict = world.verdict(Ask::InquireRefund { refund }, &order);
    assert!(matches!(verdict, Verdict::Refunded { .. }), "after ten minutes {verdict:?}");
}

/// A paid order under `treatment`.
pub(super) fn charged(world: &mut World<'_>, treatment: Treatment) -> Order {
    let mut order = world.order(false, treatment);
    world.simulator.treat(order.order_no, treatment);
    let Verdict::Paid(paid) = world.verdict(Ask::Charge, &order) else { panic!("{treatment:?} is not paid") };
    order.transaction = Some(paid.transaction);
    order
}

/// Questions that cannot be put are not put.
pub(super) fn impossible_questions_are_refused(world: &mut World<'_>) {
    let order = world.order(false, Treatment::Normal);
    let moment = world.moment();
    let gone = Order { payer_code: None, ..order.clone() };
    let call = world.provider.call(&Ask::Charge, &gone, &moment);
    assert_eq!(call.err(), Some(CannotAsk::PayerCodeGone));
    for amount in [Money::cny(0), Money::cny(-1), Money::new(100, Currency::Jpy)] {
        let wrong = Order { amount, ..order.clone() };
        let refund = RefundId::from_u128(1);
        for ask in [Ask::Charge, Ask::Present, Ask::Refund { refund, amount }] {
            let call = world.provider.call(&ask, &wrong, &moment);
            let fits = matches!(call, Err(CannotAsk::OrderNotAcceptable(_) | CannotAsk::NotSupported));
            assert!(fits, "{ask:?} of {amount:?}: {call:?}");
        }
    }
}

/// While the provider is down nothing is proved and nothing happens; afterwards all goes on.
pub(super) fn a_provider_that_is_down_proves_nothing(world: &mut World<'_>) {
    world.simulator.set_down(true);
    let order = world.order(false, Treatment::Normal);
    for ask in [Ask::Charge, Ask::Inquire, Ask::Reverse] {
        let answer = world.ask(ask, &order).map(|answer| answer.verdict);
        assert!(matches!(answer, None | Some(Verdict::Unclear(_))), "down, yet {ask:?} said {answer:?}");
    }
    assert_eq!(world.kept(&order), 0);
    world.simulator.set_down(false);
    assert!(matches!(world.verdict(Ask::Charge, &order), Verdict::Paid(_)));
}
