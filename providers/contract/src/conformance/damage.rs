//! Replies that were cut, flipped, faked or mixed up never prove anything new.

use super::{World, money};
use crate::{Order, Reply, Treatment};
use base::RefundId;
use payment::{Ask, Verdict};
use std::time::Duration;

/// Every kind of reply, damaged in every way that keeps it short of being forged with the right key.
pub(super) fn damaged_replies_prove_nothing(world: &mut World<'_>) {
    for (ask, order, reply) in genuine(world) {
        let told = verdict(world, ask, &order, &reply);
        for (how, damaged) in broken(&reply) {
            let proved = verdict(world, ask, &order, &damaged);
            assert!(matches!(proved, Verdict::Unclear(_)), "{ask:?} with {how}: {proved:?}");
        }
        for (how, damaged) in altered(&reply) {
            let proved = verdict(world, ask, &order, &damaged);
            let harmless = proved == told || matches!(proved, Verdict::Unclear(_));
            assert!(harmless, "{ask:?} with {how}: {proved:?} instead of {told:?}");
        }
    }
}

/// A genuine reply about one order proves nothing about another.
pub(super) fn replies_about_others_prove_nothing(world: &mut World<'_>) {
    let other = money::charged(world, Treatment::Normal);
    for (ask, order, reply) in genuine(world) {
        let refusal = matches!(verdict(world, ask, &order, &reply), Verdict::Declined(_));
        // These replies need name no order, and whose they are follows from the connection alone. Of reversals that holds
        // only where the provider's documents have it so.
        let nameless = ask == Ask::Reverse && !names(&reply, &order);
        if refusal || nameless || matches!(ask, Ask::Present | Ask::Close) {
            continue;
        }
        let proved = verdict(world, ask, &other, &reply);
        assert!(matches!(proved, Verdict::Unclear(_)), "{ask:?}, answered about another order: {proved:?}");
    }
}

/// Whether the reply says which order it is about.
fn names(reply: &Reply, order: &Order) -> bool {
    String::from_utf8_lossy(&reply.body).contains(&order.order_no.to_string())
}

fn verdict(world: &mut World<'_>, ask: Ask, order: &Order, reply: &Reply) -> Verdict {
    let moment = world.moment();
    world.provider.answer(&ask, order, reply, &moment).verdict
}

/// A good reply to each question.
fn genuine(world: &mut World<'_>) -> Vec<(Ask, Order, Reply)> {
    let paid = money::charged(world, Treatment::Normal);
    let refund = RefundId::from_u128(world.draw());
    let shown = world.order(true, Treatment::Normal);
    let charge = world.order(false, Treatment::Normal);
    let refused = world.order(false, Treatment::InsufficientBalance);
    let reversed = money::charged(world, Treatment::Normal);
    let asked = [
        (Ask::Charge, &charge),
        (Ask::Charge, &refused),
        (Ask::Inquire, &paid),
        (Ask::Refund { refund, amount: paid.amount }, &paid),
        (Ask::InquireRefund { refund }, &paid),
        (Ask::Reverse, &reversed),
        (Ask::Present, &shown),
        (Ask::Close, &shown),
    ];
    let mut replies = Vec::new();
    for (ask, order) in asked {
        let shown_only = matches!(ask, Ask::Present | Ask::Close);
        if shown_only && !world.provider.capabilities().shown_qr {
            continue;
        }
        let reply = world.exchange(ask, order).expect("nothing is lost here");
        replies.push((ask, order.clone(), reply));
        world.pass(Duration::from_secs(2));
    }
    replies
}

/// Damage after which nothing may be proved.
fn broken(reply: &Reply) -> Vec<(String, Reply)> {
    let with_body = |body: &[u8]| Reply { body: body.to_vec(), ..reply.clone() };
    let html = b"<html><head><title>502 Bad Gateway</title></head></html>";
    let mut damaged = vec![
        ("no body".to_owned(), with_body(b"")),
        ("a web page".to_owned(), with_body(html)),
        ("an empty object".to_owned(), with_body(b"{}")),
        ("no headers and no body".to_owned(), Reply { headers: Vec::new(), ..with_body(b"") }),
    ];
    for status in [500, 502, 503, 504] {
        damaged.push((format!("status {status}"), Reply { status, ..reply.clone() }));
    }
    let length = reply.body.len();
    for end in (0..length).step_by(length.div_ceil(40).max(1)) {
        damaged.push((format!("only {end} bytes"), with_body(&reply.body[..end])));
    }
    damaged.retain(|(_, damaged)| damaged != reply);
    damaged
}

/// Damage that may hit something without meaning: the verdict stays, or nothing is proved.
fn altered(reply: &Reply) -> Vec<(String, Reply)> {
    let mut damaged = Vec::new();
    for at in 0..reply.body.len() {
        let mut changed = reply.clone();
        changed.body[at] ^= 1 << (at % 8);
        damaged.push((format!("bit {} of byte {at} flipped", at % 8), changed));
    }
    for (at, (name, value)) in reply.headers.iter().enumerate() {
        let mut without = reply.clone();
        without.headers.remove(at);
        damaged.push((format!("no {name}"), without));
        for (position, changed) in spoiled(value) {
            let mut with = reply.clone();
            with.headers[at].1 = changed;
            damaged.push((format!("character {position} of {name} changed"), with));
        }
    }
    for status in [200, 202, 204, 302, 400, 401, 403, 404, 429] {
        damaged.push((format!("status {status}"), Reply { status, ..reply.clone() }));
    }
    damaged
}

/// The text with one character changed, at a few places.
pub(super) fn spoiled(text: &str) -> Vec<(usize, String)> {
    let length = text.chars().count();
    let places = [0, length / 3, length / 2, length.saturating_sub(1)];
    let changed = |place: usize| {
        let other = |c: char| if c == '0' { '1' } else { '0' };
        text.chars().enumerate().map(|(at, c)| if at == place { other(c) } else { c }).collect()
    };
    places.into_iter().filter(|place| *place < length).map(|place| (place, changed(place))).collect()
}
