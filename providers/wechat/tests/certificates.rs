//! Certificate mode while certificates change, and what replies show to be wrong between us and WeChat Pay.

use base::{Money, OrderNo, PaymentId, Timestamp};
use payment::{Ask, Doubt, Verdict};
use provider_contract::{
    BadNotice, Call, Delivery, HttpRequest, Moment, Order, Provider, Reply, Simulator as _, Trouble,
};
use std::sync::Arc;
use wechat::{Simulator, WeChat};

const NOW: i64 = 1_795_400_000;

fn moment(seconds: i64) -> Moment {
    Moment {
        now: Timestamp::from_micros(seconds * 1_000_000),
        nonce: 0x5eed_0000_0000_0000_0000_0000_1111_2222,
    }
}

fn order() -> Order {
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(7)),
        amount: Money::cny(1),
        description: "x".into(),
        requested_at: moment(NOW).now,
        expires_at: moment(NOW).now,
        terminal: String::new(),
        shown_qr: false,
        payer_code: None,
        transaction: None,
        refund_no: None,
        refund_reason: String::new(),
        trace: None,
        charge_trace: None,
    }
}

fn sent(simulator: &mut Simulator, call: &Call, at: i64) -> Reply {
    match simulator.serve(&HttpRequest::from(call), &moment(at)) {
        Delivery::Reply { reply, .. } => reply.into(),
        Delivery::Nothing => panic!("no reply"),
    }
}

/// A simulator in the older mode and a client without a single key.
fn world() -> (Simulator, Arc<dyn Provider>) {
    let mut simulator = Simulator::fresh();
    simulator.answer_with_certificate();
    let client = client(&simulator, |_| {});
    (simulator, client)
}

fn client(simulator: &Simulator, change: impl Fn(&mut wechat::Config)) -> Arc<dyn Provider> {
    let keys = simulator.keys().expect("fresh keys are kept");
    let mut config = simulator.client_config("http://simulated", "http://shop/notify");
    change(&mut config);
    Arc::new(WeChat::from_pem(config, &keys.merchant_private_key_pem, &[]).expect("good keys"))
}

/// What asking for an order that nobody made comes to.
fn asked(simulator: &mut Simulator, client: &dyn Provider, at: i64) -> (Verdict, Option<Trouble>) {
    let call = client.call(&Ask::Inquire, &order(), &moment(at)).expect("askable");
    let reply = sent(simulator, &call, at);
    let answer = client.answer(&Ask::Inquire, &order(), &reply, &moment(at));
    (answer.verdict, client.trouble(&Ask::Inquire, &order(), &reply, &moment(at)))
}

fn renewed(simulator: &mut Simulator, client: &dyn Provider) -> (Arc<dyn Provider>, usize) {
    let renewal = client.renews_keys().expect("certificate mode");
    let reply = sent(simulator, &renewal.keys_call(&moment(NOW)), NOW);
    let renewed = renewal.with_keys(&reply, &moment(NOW)).unwrap_or_else(|why| panic!("{why}"));
    (renewed.provider, renewed.keys.len())
}

#[test]
fn every_step_of_a_rotation_is_survived() {
    let (mut simulator, bare) = world();
    let unknown = (Verdict::Unclear(Doubt::BadSignature), Some(Trouble::UnknownKey));
    let good = (Verdict::NotFound, None);
    assert_eq!(asked(&mut simulator, &*bare, NOW), unknown, "no answer is believed before its key is there");

    let (first, keys) = renewed(&mut simulator, &*bare);
    assert_eq!((asked(&mut simulator, &*first, NOW), keys), (good.clone(), 1));

    assert!(simulator.rotate_keys(moment(NOW).now), "a new certificate beside the old");
    assert_eq!(asked(&mut simulator, &*first, NOW), good, "the old one still signs");
    let (both, keys) = renewed(&mut simulator, &*first);
    assert_eq!((asked(&mut simulator, &*both, NOW), keys), (good.clone(), 2));

    assert!(simulator.rotate_keys(moment(NOW).now), "the new one signs");
    assert_eq!(asked(&mut simulator, &*both, NOW), good, "it was known beforehand");
    assert_eq!(asked(&mut simulator, &*first, NOW), unknown, "who did not ask in time must ask now");
    let (late, _) = renewed(&mut simulator, &*first);
    assert_eq!(asked(&mut simulator, &*late, NOW), good);

    assert!(simulator.rotate_keys(moment(NOW).now), "the old one is gone");
    let (last, keys) = renewed(&mut simulator, &*both);
    assert_eq!((asked(&mut simulator, &*last, NOW), keys), (good, 1));
}

#[test]
fn a_certificate_counts_only_while_it_is_valid() {
    let (mut simulator, bare) = world();
    let (client, _) = renewed(&mut simulator, &*bare);
    let long_after = 2_600_000_000;
    assert_eq!(asked(&mut simulator, &*client, long_after).1, Some(Trouble::UnknownKey));
}

#[test]
fn the_public_key_is_never_fetched() {
    let simulator = Simulator::fresh();
    assert!(simulator.client("http://simulated", "").renews_keys().is_none());
    assert!(!Simulator::cheap(7).rotate_keys(moment(NOW).now), "and the cheap world has no certificates");
}

#[test]
fn keys_that_cannot_be_opened_change_nothing() {
    let (mut simulator, _) = world();
    let other = "f".repeat(32);
    let client = client(&simulator, |config| config.apiv3_key = base::Secret::new(other.clone()));
    let renewal = client.renews_keys().expect("certificate mode");
    let reply = sent(&mut simulator, &renewal.keys_call(&moment(NOW)), NOW);
    let why = renewal.with_keys(&reply, &moment(NOW)).err().expect("another key");
    assert!(why.0.en.contains("APIv3 key does not decrypt") && why.0.zh.contains("APIv3 密钥"), "{why}");
    assert!(!why.to_string().contains(&other));
}

#[test]
fn what_is_wrong_between_us_has_a_name() {
    let (mut simulator, bare) = world();
    let (good, _) = renewed(&mut simulator, &*bare);
    let mut check = |change: &dyn Fn(&mut wechat::Config), at: i64, expected| {
        let spoiled = client(&simulator, change);
        let call = spoiled.call(&Ask::Inquire, &order(), &moment(at)).expect("askable");
        let reply = sent(&mut simulator, &call, NOW);
        assert_eq!(good.trouble(&Ask::Inquire, &order(), &reply, &moment(at)), expected);
    };
    check(&|_| {}, NOW, None);
    check(&|config| config.mchid = "1900000009".into(), NOW, Some(Trouble::OurNumber));
    check(&|config| config.merchant_serial = "5F".into(), NOW, Some(Trouble::OurNumber));
    check(&|_| {}, NOW + 301, Some(Trouble::Clock));
    check(&|_| {}, NOW - 301, Some(Trouble::Clock));

    let stranger = Simulator::fresh();
    let keys = stranger.keys().expect("fresh keys are kept").merchant_private_key_pem.clone();
    let config = simulator.client_config("http://simulated", "");
    let stranger = WeChat::from_pem(config, &keys, &[]).expect("good keys");
    let call = stranger.call(&Ask::Inquire, &order(), &moment(NOW)).expect("askable");
    let refused = sent(&mut simulator, &call, NOW);
    let trouble = |reply: &Reply| good.trouble(&Ask::Inquire, &order(), reply, &moment(NOW));
    assert_eq!(trouble(&refused), Some(Trouble::OurSignature));

    let bare_reply = |status, body: &str| Reply { status, headers: vec![], body: body.into() };
    assert_eq!(trouble(&bare_reply(200, "<html>sign in to this network")), Some(Trouble::NotTheProvider));
    assert_eq!(trouble(&bare_reply(502, "bad gateway")), Some(Trouble::Failing));
    assert_eq!(trouble(&bare_reply(403, r#"{"code":"NO_AUTH","message":"x"}"#)), Some(Trouble::NotPermitted));
    let call = good.call(&Ask::Inquire, &order(), &moment(NOW)).expect("askable");
    let mut forged = sent(&mut simulator, &call, NOW);
    forged.body.push(b' ');
    assert_eq!(trouble(&forged), Some(Trouble::TheirSignature));
}

#[test]
fn a_notification_signed_by_a_new_key_is_refused_until_the_key_is_there() {
    let (mut simulator, bare) = world();
    let (first, _) = renewed(&mut simulator, &*bare);
    let mut shown = Order { shown_qr: true, description: "x".into(), ..order() };
    shown.expires_at = moment(NOW + 600).now;
    let call = first.call(&Ask::Present, &shown, &moment(NOW)).expect("askable");
    assert_eq!(sent(&mut simulator, &call, NOW).status, 200);
    for _ in 0..2 {
        simulator.rotate_keys(moment(NOW).now);
    }
    assert!(simulator.scan(shown.order_no, moment(NOW).now));
    let told = simulator.tick(&moment(NOW + 5)).remove(0);
    let request = HttpRequest::from(&told.call);
    assert_eq!(first.notice(&request, &moment(NOW + 5)), Err(BadNotice::UnknownKey));
    let (second, _) = renewed(&mut simulator, &*first);
    assert!(second.notice(&request, &moment(NOW + 5)).is_ok());
}
