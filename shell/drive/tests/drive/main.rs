//! The drive over a real store and real sockets: every way a call can end, a store that fails, a stop and a kill.

mod keys;
mod provider;
mod world;

use base::{MerchantId, PaymentId};
use drive::{Begin, Clock, DriveError};
use expect_test::{Expect, expect};
use payment::{Command, Refusal};
use provider_contract::HttpRequest;
use std::sync::atomic::Ordering;
use std::time::Duration;
use world::{CHANNEL, Folder, OTHER_CHANNEL, SHOP, TERMINAL, World, begin, rested, start};

/// One payment over a provider that follows `script`; what came of it, and what the provider was asked.
async fn check(script: &[&'static str], expected: Expect) {
    let world = World::new(script).await;
    let trace = world.pay(1).await;
    let asked: Vec<String> = world
        .server
        .asked()
        .iter()
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    expected.assert_eq(&format!("{trace}arrived: {}\n", asked.join(", ")));
    world.handle.stop().await;
}

#[tokio::test]
async fn an_ordinary_payment() {
    check(
        &["paid"],
        expect![[r#"
        requested
        asked 1 Charge
        answered 1 Paid ""
        = Paid
        arrived: charge
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_refusal_is_the_end_of_it() {
    check(
        &["declined"],
        expect![[r#"
        requested
        asked 1 Charge
        answered 1 Declined ""
        = NotPaid(InsufficientBalance)
        arrived: charge
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_payer_who_takes_a_moment_is_asked_about() {
    check(
        &["awaiting", "awaiting", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        answered 1 AwaitingPayer ""
        asked 2 Inquire
        answered 2 AwaitingPayer ""
        asked 3 Inquire
        answered 3 Paid ""
        = Paid
        arrived: charge, inquire, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_lost_and_asked_about() {
    check(
        &["reset", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        lost 1 ConnectionBroke
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
        arrived: charge, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn half_a_reply_is_no_reply() {
    check(
        &["half", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        lost 1 ConnectionBroke
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
        arrived: charge, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_lost_when_time_is_up() {
    check(
        &["hang", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        lost 1 TimedOut
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
        arrived: charge, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_reply_without_end_proves_nothing() {
    check(
        &["long", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        answered 1 Unclear ""
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
        arrived: charge, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_translation_that_panics_on_a_reply_proves_nothing() {
    check(
        &["panic", "paid"],
        expect![[r#"
        requested
        asked 1 Charge
        answered 1 Unclear ""
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
        arrived: charge, inquire
    "#]],
    )
    .await;
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent_and_after_three_tries_it_is_not_paid() {
    let folder = Folder::new();
    let handle = start(&folder, provider::nobody().await).await;
    handle.begin(begin(1, "breakfast")).await.expect("it is recorded");
    expect![[r#"
        requested
        asked 1 Charge
        never left 1 Connection refused (os error 111)
        asked 2 Charge
        never left 2 Connection refused (os error 111)
        asked 3 Charge
        never left 3 Connection refused (os error 111)
        = NotPaid(ProviderUnreachable)
    "#]]
    .assert_eq(&rested(&handle, 1).await);
}

#[tokio::test]
async fn an_order_that_cannot_be_put_is_refused_without_asking_anybody() {
    let world = World::new(&[]).await;
    world.handle.begin(begin(1, "unspeakable")).await.expect("it is recorded");
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 Declined "the order breaks a rule of the provider: unspeakable"
        = NotPaid(MerchantConfig)
    "#]]
    .assert_eq(&world.rested(1).await);
    world.handle.begin(begin(2, "panics")).await.expect("it is recorded");
    expect![[r#"
        requested
        asked 1 Charge
        never left 1 the request could not be made
        asked 2 Charge
        never left 2 the request could not be made
        asked 3 Charge
        never left 3 the request could not be made
        = NotPaid(ProviderUnreachable)
    "#]]
    .assert_eq(&world.rested(2).await);
    assert!(world.server.asked().is_empty());
}

#[tokio::test]
async fn kept_connections_that_closed_meanwhile_never_charge_twice() {
    let world = World::new(&["paid, then gone"; 20]).await;
    for id in 1..=20 {
        let trace = world.pay(id).await;
        assert!(trace.ends_with("= Paid\n"), "{trace}");
    }
    let charges = world.server.asked().iter().filter(|line| line.starts_with("charge")).count();
    assert_eq!(charges, 20);
}

/// By a clock that leapt, no request of an hour ago can still arrive: the money would come after it is given up.
#[tokio::test]
async fn a_clock_set_forward_in_the_middle_of_a_payment_does_not_end_it() {
    let world = World::new(&["reset", "unknown", "slowly unknown", "paid"]).await;
    world.begin(1).await.expect("it is recorded");
    world.asked(2).await;
    world.clock.leap(2);
    expect![[r#"
        requested
        asked 1 Charge
        lost 1 ConnectionBroke
        asked 2 Inquire
        answered 2 NotFound ""
        asked 3 Inquire
        answered 3 NotFound ""
        asked 4 Inquire
        answered 4 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.rested(1).await);
    assert!(world.pay(2).await.ends_with("= Paid\n"));
}

#[tokio::test]
async fn a_clock_set_back_in_the_middle_of_a_payment_does_not_stop_it() {
    let world = World::new(&["awaiting", "slowly awaiting", "paid"]).await;
    world.begin(1).await.expect("it is recorded");
    world.asked(2).await;
    world.clock.leap(-3);
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 AwaitingPayer ""
        asked 2 Inquire
        answered 2 AwaitingPayer ""
        asked 3 Inquire
        answered 3 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.rested(1).await);
}

#[tokio::test]
async fn once_nothing_is_open_payments_have_the_time_that_the_clock_was_set_to() {
    let world = World::new(&[]).await;
    world.pay(1).await;
    for hours in [5, -9] {
        world.clock.leap(hours);
        let off = |wall: base::Timestamp, ours: base::Timestamp| wall.since(ours).max(ours.since(wall));
        while off(world.clock.now(), world.handle.clock().now()) > Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert!(world.pay(2).await.ends_with("= Paid\n"));
}

#[tokio::test]
async fn many_at_once_share_transactions() {
    let world = World::new(&[]).await;
    let begins = (1..=100).map(|id| {
        let handle = world.handle.clone();
        tokio::spawn(async move { handle.begin(begin(id, "breakfast")).await })
    });
    for begun in begins.collect::<Vec<_>>() {
        begun.await.expect("no panic").expect("it is recorded");
    }
    for id in 1..=100 {
        assert!(world.rested(id).await.ends_with("= Paid\n"));
    }
    let stats = world.handle.stats();
    assert_eq!(stats.facts, 300, "requested, asked and answered, a hundred times: {stats:?}");
    assert!(stats.commits < 50 && stats.largest_commit > 4, "{stats:?}");
}

#[tokio::test]
async fn the_same_key_at_the_same_moment_is_one_payment() {
    let world = World::new(&[]).await;
    let begins = (1..=20).map(|id| {
        let handle = world.handle.clone();
        let mut begin = begin(id, "breakfast");
        begin.request.key = "the one key".into();
        tokio::spawn(async move { handle.begin(begin).await })
    });
    let mut ids = Vec::new();
    for begun in begins.collect::<Vec<_>>() {
        ids.push(begun.await.expect("no panic").expect("it is the same").payment.request.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "everybody is told of the same payment");
    rested(&world.handle, ids[0].as_u128()).await;
    assert_eq!(world.server.asked().len(), 1);
    let mut other = begin(30, "breakfast");
    other.request.key = "the one key".into();
    other.request.content = [8; 32];
    let refusal = world.handle.begin(other).await.expect_err("other content");
    assert_eq!(refusal, DriveError::Refused(Refusal::IdempotencyKeyReusedWithOtherContent));
}

#[tokio::test]
async fn what_is_not_durable_is_not_sent() {
    let world = World::new(&[]).await;
    world.break_store().await;
    let error = world.begin(1).await.expect_err("it cannot be recorded");
    assert!(matches!(&error, DriveError::StoreFailed(why) if why.contains("disk on fire")), "{error}");
    assert!(matches!(world.begin(2).await, Err(DriveError::StoreFailed(_))));
    world.prepared(1).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(world.server.asked().is_empty(), "it was signed and ready: {:?}", world.server.asked());
    assert_eq!(world.handle.stats().calls, 0);
    world.mend_store().await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.pay(1).await);
    assert!(world.handle.stats().store_failures >= 1);
}

#[tokio::test]
async fn a_request_is_made_ready_while_its_intent_is_being_written_and_leaves_behind_it() {
    let world = World::new(&[]).await;
    // It must be one of the servers before its database is kept from it.
    while !world.handle.leads() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let holding = world.hold_store().await;
    let handle = world.handle.clone();
    let begun = tokio::spawn(async move { handle.begin(begin(1, "breakfast")).await });
    world.prepared(1).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(world.server.asked().is_empty(), "{:?}", world.server.asked());
    assert!(!begun.is_finished(), "nobody is told of what is not durable");
    drop(holding);
    begun.await.expect("no panic").expect("it is recorded");
    assert!(world.rested(1).await.ends_with("= Paid\n"));
    assert_eq!((world.server.asked().len(), world.prepared.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn an_engine_that_finds_what_cannot_be_says_so_and_takes_nothing_more() {
    let folder = Folder::new();
    let server = provider::Server::start(&["awaiting"; 100]).await;
    let handle = start(&folder, server.address).await;
    handle.begin(begin(1, "breakfast")).await.expect("it is recorded");
    handle.stop().await;
    let still = tokio::time::timeout(Duration::from_millis(20), handle.broke()).await;
    assert!(still.is_err(), "a stop is no break");
    world::raw(&folder, "DELETE FROM facts WHERE seq = 1").await;
    let handle = start(&folder, server.address).await;
    assert_eq!(handle.broke().await, "the first fact of a payment is that it was requested");
    assert!(!handle.is_running());
    assert_eq!(handle.begin(begin(2, "breakfast")).await, Err(DriveError::Stopping));
    handle.stop().await;
}

#[tokio::test]
async fn an_answer_that_comes_while_the_store_fails_is_kept() {
    let world = World::new(&["slowly paid"]).await;
    world.begin(1).await.expect("it is recorded");
    world.break_store().await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(world.server.asked().len(), 1);
    world.mend_store().await;
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.rested(1).await);
}

#[tokio::test]
async fn a_question_that_failed_with_its_transaction_is_asked_once_the_store_is_well() {
    let world = World::new(&["slowly says paid", "paid"]).await;
    world.begin(1).await.expect("it is recorded");
    world.break_store().await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.server.asked().len(), 1, "the inquiry is not durable, so it is not made");
    world.mend_store().await;
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 Unclear ""
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.rested(1).await);
    assert_eq!(world.server.asked().len(), 2);
}

#[tokio::test]
async fn a_stop_lets_calls_end_and_takes_nothing_new() {
    let world = World::new(&["slowly paid"]).await;
    world.begin(1).await.expect("it is recorded");
    let stopping = world.handle.clone();
    let stopped = tokio::spawn(async move { stopping.stop().await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.begin(2).await.expect_err("it stops"), DriveError::Stopping);
    stopped.await.expect("it stops in good order");
    assert!(!world.handle.is_running());
    assert_eq!(world.begin(3).await.expect_err("it has stopped"), DriveError::Stopping);
    world.handle.stop().await;
    expect![[r#"
        requested
        asked 1 Charge
        answered 1 Paid ""
        = Paid
    "#]]
    .assert_eq(&world.rested(1).await);
}

#[test]
fn killed_in_the_middle_it_asks_what_became_of_it() {
    let folder = Folder::new();
    let server_runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = server_runtime.block_on(provider::Server::start(&["hang"]));
    let doomed = tokio::runtime::Runtime::new().expect("a runtime");
    doomed.block_on(async {
        let handle = start(&folder, server.address).await;
        handle.begin(begin(1, "breakfast")).await.expect("it is recorded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    });
    doomed.shutdown_background();
    assert_eq!(server.asked().len(), 1);
    let again = tokio::runtime::Runtime::new().expect("a runtime");
    let trace = again.block_on(async {
        let handle = start(&folder, server.address).await;
        rested(&handle, 1).await
    });
    expect![[r#"
        requested
        asked 1 Charge
        lost 1 WeStopped
        asked 2 Inquire
        answered 2 Paid ""
        = Paid
    "#]]
    .assert_eq(&trace);
}

#[tokio::test]
async fn a_reversal_repeats_its_charges_number_and_after_a_restart_no_number_comes_again() {
    let folder = Folder::new();
    let server = provider::Server::start(&["reset", "reset", "closed", "paid"]).await;
    let handle = start(&folder, server.address).await;
    handle.begin(over_the_terminal(1)).await.expect("it is recorded");
    expect![[r#"
        requested
        asked 1 Charge as 1/1
        lost 1 ConnectionBroke
        asked 2 Reverse
        lost 2 ConnectionBroke
        asked 3 Reverse
        answered 3 Closed ""
        = NotPaid(NotPaidInTime)
    "#]]
    .assert_eq(&rested(&handle, 1).await);
    handle.begin(over_the_terminal(2)).await.expect("it is recorded");
    rested(&handle, 2).await;
    handle.stop().await;
    let handle = start(&folder, server.address).await;
    let told = handle.begin(over_the_terminal(3)).await.expect("it is recorded");
    assert_eq!(
        told.payment.trace.map(|trace| trace.number),
        Some(33),
        "whoever is told is told of the charge"
    );
    rested(&handle, 3).await;
    let numbers: Vec<String> = server.asked().iter().map(|line| line.replace(&"0".repeat(31), "")).collect();
    assert_eq!(numbers, ["charge 1 1-1", "reverse 1 1-1", "reverse 1 1-1", "charge 2 1-2", "charge 3 1-33"]);
}

fn over_the_terminal(id: u128) -> Begin {
    let mut begin = begin(id, "breakfast");
    begin.request.channel = TERMINAL;
    begin
}

#[tokio::test]
async fn a_notification_is_a_reason_to_look_if_it_is_rightly_signed() {
    let world = World::new(&["awaiting", "paid"]).await;
    world.begin(1).await.expect("it is recorded");
    let order_no = base::OrderNo::from(PaymentId::from_u128(1)).to_string();
    let request = |signature: &str, target: &str| HttpRequest {
        method: "POST".into(),
        target: target.into(),
        headers: vec![("x-signature".into(), signature.into())],
        body: order_no.clone().into_bytes(),
    };
    let status = |channel, signature, target| {
        let (handle, request) = (world.handle.clone(), request(signature, target));
        async move { handle.notice(channel, &request).await.status }
    };
    assert_eq!(status(CHANNEL, "forged", "/n/0").await, 401);
    assert_eq!(status(base::ChannelId::from_u128(404), "right", "/n/0").await, 404);
    assert_eq!(status(OTHER_CHANNEL, "right", "/n/other").await, 200, "heard, and not believed");
    assert_eq!(status(CHANNEL, "right", "/n/1").await, 200);
    let trace = world.rested(1).await;
    assert_eq!(status(CHANNEL, "right", "/n/1").await, 200, "a repeat is acknowledged");
    assert_eq!(world.rested(1).await, trace, "and adds nothing");
    let noticed: Vec<&str> = trace.lines().filter(|line| line.starts_with("noticed")).collect();
    assert_eq!(noticed, ["noticed /n/1"]);
    world.break_store().await;
    assert_eq!(status(CHANNEL, "right", "/n/2").await, 503, "the provider will send it again");
}

#[tokio::test]
async fn changes_reach_listeners_in_the_order_of_their_events() {
    let world = World::new(&[]).await;
    let mut changes = world.handle.changes();
    let mut watch = world.handle.watch(PaymentId::from_u128(1));
    let told = world.begin(1).await.expect("it is recorded");
    assert_eq!(told.payment.version, 2);
    world.rested(1).await;
    let first = changes.recv().await.expect("a change");
    let second = changes.recv().await.expect("a change");
    assert!(first.event_id < second.event_id);
    let seen = watch.past(2, Duration::from_secs(1)).await.expect("the answer");
    assert_eq!((seen.change.payment.version, seen.event_id), (3, second.event_id));
    assert_eq!(watch.past(3, Duration::from_millis(10)).await, None);
}

#[tokio::test]
async fn another_merchants_payment_and_channel_do_not_exist() {
    let world = World::new(&[]).await;
    world.pay(1).await;
    let other = MerchantId::from_u128(0x52);
    let look = Command::Look { by: "wang".into() };
    let refused = world.handle.command(PaymentId::from_u128(1), other, look.clone()).await;
    assert_eq!(refused, Err(DriveError::Refused(Refusal::NoSuchPayment)));
    let unknown = world.handle.command(PaymentId::from_u128(2), SHOP, look).await;
    assert_eq!(unknown, Err(DriveError::Refused(Refusal::NoSuchPayment)));
    let mut begin = begin(3, "breakfast");
    begin.request.merchant = other;
    assert_eq!(world.handle.begin(begin).await, Err(DriveError::NoSuchChannel));
}
