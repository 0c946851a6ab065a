//! Notifications: verified before they are believed, repeated until they are taken.

use super::World;
use super::damage::spoiled;
use crate::{BadNotice, HttpRequest, Order, Outgoing, Treatment};
use base::Timestamp;
use payment::{Ask, Verdict};
use std::time::Duration;

/// A genuine notification names its order; a damaged one is refused.
pub(super) fn notices_are_verified(world: &mut World<'_>) {
    let Some(order) = scanned(world, Treatment::Normal) else { return };
    world.pass(Duration::from_secs(60));
    let mail = letters(world);
    let outgoing = mail.first().map(|(_, outgoing)| outgoing).expect("a payment is notified").clone();
    let request = HttpRequest::from(&outgoing.call);
    let moment = world.moment();
    let notice = world.provider.notice(&request, &moment).expect("a genuine notification");
    assert_eq!((notice.order_no, &notice.refund_no), (order.order_no, &None));
    for damaged in damages(&request) {
        let taken = world.provider.notice(&damaged, &moment);
        let harmless = taken.as_ref().map_or(true, |taken| *taken == notice);
        assert!(harmless, "{damaged:?} was read as {taken:?}");
    }
    for cut in 0..request.body.len() {
        let damaged = HttpRequest { body: request.body[..cut].to_vec(), ..request.clone() };
        assert!(world.provider.notice(&damaged, &moment).is_err(), "cut to {cut} bytes, yet taken");
    }
}

fn damages(request: &HttpRequest) -> Vec<HttpRequest> {
    let mut damaged = Vec::new();
    for at in 0..request.body.len() {
        let mut changed = request.clone();
        changed.body[at] ^= 1 << (at % 8);
        damaged.push(changed);
    }
    for at in 0..request.headers.len() {
        let mut without = request.clone();
        without.headers.remove(at);
        damaged.push(without);
        for (_, value) in spoiled(&request.headers[at].1) {
            let mut changed = request.clone();
            changed.headers[at].1 = value;
            damaged.push(changed);
        }
    }
    damaged
}

/// Not taken: comes again, the same. Taken: comes no more. A refused one counts as not taken.
pub(super) fn notices_are_repeated_until_acknowledged(world: &mut World<'_>) {
    world.listening = false;
    if scanned(world, Treatment::Normal).is_none() {
        return;
    }
    world.pass(Duration::from_secs(3600));
    let unheard = letters(world);
    assert!(unheard.len() >= 3, "{} tries in an hour", unheard.len());
    assert!(unheard.iter().all(|(_, letter)| letter.notice_id == unheard[0].1.notice_id));
    let refusal = world.provider.acknowledge(Err(&BadNotice::WrongSignature));
    world.simulator.notified(&unheard[0].1.notice_id, Some(&refusal), world.now);
    world.listening = true;
    world.pass(Duration::from_secs(86_400));
    let heard = letters(world).len();
    assert!(heard > unheard.len(), "a refused notification was not repeated");
    world.pass(Duration::from_secs(86_400));
    assert_eq!(letters(world).len(), heard, "repeated although it was taken");
}

/// Twice, late, or after a wrong signature: a good one arrives in the end.
pub(super) fn treated_notices_arrive(world: &mut World<'_>) {
    for treatment in [
        Treatment::Normal,
        Treatment::NotifyTwice,
        Treatment::NotifyLate,
        Treatment::WrongSignature,
        Treatment::SignatureProbe,
    ] {
        let paid_at = world.now;
        if scanned(world, treatment).is_none() {
            return;
        }
        world.pass(Duration::from_secs(900));
        let mail = letters(world);
        let good = mail.iter().filter(|(at, letter)| taken_at(world, *at, letter)).count();
        assert!(good >= 1, "{treatment:?}: no good notification came");
        let first = mail[0].0.since(paid_at);
        match treatment {
            Treatment::NotifyTwice => {
                assert!(good >= 2, "{treatment:?}: came {good} times");
                assert_eq!(mail[0].1.notice_id, mail[1].1.notice_id);
            }
            Treatment::NotifyLate => assert!(first >= Duration::from_secs(60), "late is {first:?}"),
            Treatment::Normal => assert!(first < Duration::from_secs(60) && good == 1, "{first:?}, {good}"),
            _ => {}
        }
    }
}

fn taken_at(world: &World<'_>, at: Timestamp, letter: &Outgoing) -> bool {
    let moment = crate::Moment { now: at, nonce: 0 };
    world.provider.notice(&HttpRequest::from(&letter.call), &moment).is_ok()
}

/// An order that was shown, scanned and paid under `treatment`; nothing if the provider shows no QR.
fn scanned(world: &mut World<'_>, treatment: Treatment) -> Option<Order> {
    if !world.provider.capabilities().shown_qr {
        return None;
    }
    let order = world.order(true, treatment);
    world.simulator.treat(order.order_no, treatment);
    world.mail.clear();
    let verdict = world.verdict(Ask::Present, &order);
    assert!(matches!(verdict, Verdict::QrReady { .. }), "{treatment:?}: presenting said {verdict:?}");
    assert!(world.simulator.scan(order.order_no, world.now), "{treatment:?}: cannot be paid");
    Some(order)
}

/// The notifications that came since [`scanned`], in their order.
fn letters(world: &World<'_>) -> Vec<(Timestamp, Outgoing)> {
    world.mail.clone()
}
