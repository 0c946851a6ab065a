//! Several servers on one database: who may commit what.

use crate::bad_databases::{NOW, SHOP, batch, is_there, one};
use crate::folder::Folder;
use crate::{Found, MerchantScope, Store, Uncommitted};
use base::{Money, PaymentId, SaleId};
use engine::lease::{Fence, Suspect};
use engine::{Batch, Engine, Wake, Which};
use payment::{Command, Fact, Part};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A database and two servers that joined it. On SQLite the second is only pretended; its rules are the same.
async fn two() -> (Folder, Store, Fence, Fence) {
    let folder = Folder::new();
    let store = folder.open().await.expect("it opens");
    let (a, b) = (store.join("a", "").await.expect("joined"), store.join("b", "").await.expect("joined"));
    (folder, store, a, b)
}

fn ids(numbers: &[u128]) -> BTreeSet<PaymentId> {
    numbers.iter().map(|number| PaymentId::from_u128(*number)).collect()
}

/// What canceling a payment adds to it, by a server that read it just now.
async fn cancel(store: &Store, number: u128) -> Batch {
    let id = PaymentId::from_u128(number);
    let mut engine = Engine::new([].into());
    let command = Command::Cancel { by: "wang".into() };
    engine.handle(Wake::Command { payment: id, merchant: SHOP.0, command, caller: 1 }, NOW);
    let wanted = engine.take().loads;
    for (which, entries) in store.load(&wanted).await.expect("it reads") {
        engine.handle(Wake::Loaded { which, entries }, NOW);
    }
    engine.take().batch
}

#[tokio::test]
async fn a_fenced_server_commits_nothing_any_more() {
    let (_folder, store, a, b) = two().await;
    store.commit_as(a, &one(1), NOW).await.expect("it is alive");
    assert!(store.fence(Suspect { fence: a, beat: 0 }).await.expect("fenced"));
    let refused = store.commit_as(a, &one(2), NOW).await;
    assert!(matches!(refused, Err(Uncommitted::Fenced)), "{refused:?}");
    assert!(!is_there(&store, 2).await);
    let never = store.commit_as(Fence(77), &one(3), NOW).await;
    assert!(matches!(never, Err(Uncommitted::Fenced)), "whoever never joined is no server: {never:?}");
    let open = store.open_payments_beside(b, None, 10).await.expect("a list");
    assert_eq!(open, [PaymentId::from_u128(1)], "what it held is to be taken up");
    let more = cancel(&store, 1).await;
    store.commit_as(b, &more, NOW).await.expect("the dead hold nothing");
}

#[tokio::test]
async fn what_another_server_drives_is_refused_by_itself() {
    let (_folder, store, a, b) = two().await;
    store.commit_as(a, &batch(1..3), NOW).await.expect("new");
    assert!(store.open_payments_beside(b, None, 10).await.expect("a list").is_empty());
    if store.is_shared() {
        let found = store.load_as(b, &[Which::Id(PaymentId::from_u128(1))]).await.expect("it reads");
        assert!(matches!(&found[0].1, Found::Elsewhere { holder, .. } if *holder == a), "{found:?}");
    }
    let mut mixed = cancel(&store, 1).await;
    let fresh = one(9);
    mixed.rows.extend(fresh.rows);
    mixed.changes.extend(fresh.changes);
    let Err(Uncommitted::Refused(refused)) = store.commit_as(b, &mixed, NOW).await else {
        panic!("the first is driven by another")
    };
    assert_eq!(refused, ids(&[1]));
    assert!(!is_there(&store, 9).await, "nothing of it was done");
    mixed.without(&refused);
    store.commit_as(b, &mixed, NOW).await.expect("the rest may be");
    assert!(is_there(&store, 9).await);
    store.leave(a).await.expect("left");
    let late = cancel(&store, 1).await;
    store.commit_as(b, &late, NOW).await.expect("nobody holds it now");
}

#[tokio::test]
async fn of_two_who_change_a_payment_at_once_one_wins_and_the_other_is_told() {
    let (folder, store, a, b) = two().await;
    store.commit(&batch(1..40), NOW).await.expect("held by nobody");
    let other = folder.open().await.expect("it opens");
    for number in 1..40 {
        let (ours, theirs) = (cancel(&store, number).await, cancel(&other, number).await);
        let (ours, theirs) = tokio::join!(store.commit_as(a, &ours, NOW), other.commit_as(b, &theirs, NOW));
        let refused = |done: &Result<_, Uncommitted>| matches!(done, Err(Uncommitted::Refused(_)));
        assert!(ours.is_ok() && refused(&theirs) || refused(&ours) && theirs.is_ok(), "{ours:?} {theirs:?}");
    }
}

#[tokio::test]
async fn of_two_who_take_a_key_at_once_one_wins_and_the_other_is_told() {
    let (folder, store, a, b) = two().await;
    let other = folder.open().await.expect("it opens");
    for number in 1..40_u128 {
        let mut theirs = one(number + 1_000);
        // The same key as the other's, among others of the batch.
        for change in &mut theirs.changes {
            Arc::make_mut(&mut Arc::make_mut(&mut change.payment).request).key = format!("k{number}");
        }
        let fresh = one(number + 2_000);
        theirs.rows.extend(fresh.rows);
        theirs.changes.extend(fresh.changes);
        let ours = one(number);
        let (ours, done) = tokio::join!(store.commit_as(a, &ours, NOW), other.commit_as(b, &theirs, NOW));
        match (ours, done) {
            (Ok(_), Err(Uncommitted::Refused(refused))) => assert_eq!(refused, ids(&[number + 1_000])),
            (Err(Uncommitted::Refused(refused)), Ok(_)) => assert_eq!(refused, ids(&[number])),
            other => panic!("one wins: {other:?}"),
        }
    }
}

#[tokio::test]
async fn of_two_who_would_charge_the_rest_of_a_sale_at_once_one_wins_and_the_other_is_told() {
    let (folder, store, a, b) = two().await;
    let other = folder.open().await.expect("it opens");
    for number in 1..40_u128 {
        let sale = SaleId::from_u128(number);
        let (ours, theirs) = (part_of(number, sale, 1), part_of(number + 1_000, sale, 1));
        let (ours, done) = tokio::join!(store.commit_as(a, &ours, NOW), other.commit_as(b, &theirs, NOW));
        let winner = match (ours, done) {
            (Ok(_), Err(Uncommitted::Refused(refused))) if refused == ids(&[number + 1_000]) => number,
            (Err(Uncommitted::Refused(refused)), Ok(_)) if refused == ids(&[number]) => number + 1_000,
            other => panic!("one wins: {other:?}"),
        };
        let parts = store.payments_of_sale(&SHOP, sale).await.expect("it reads");
        let ids: Vec<PaymentId> = parts.iter().map(|payment| payment.request.id).collect();
        assert_eq!(ids, [PaymentId::from_u128(winner)]);
        store.commit_as(a, &part_of(number + 2_000, sale, 2), NOW).await.expect("the next number is free");
    }
    let begun = store.sales_begun(&SHOP, NOW, None, 100).await.expect("a list");
    assert_eq!(begun.len(), 39);
    let elsewhere = MerchantScope(base::MerchantId::from_u128(0x77));
    let foreign = store.payments_of_sale(&elsewhere, SaleId::from_u128(1)).await.expect("it reads");
    assert!(foreign.is_empty(), "another merchant's sales are not there");
}

/// A batch that begins one payment as a part of a sale.
fn part_of(number: u128, sale: SaleId, place: u32) -> Batch {
    let mut batch = one(number);
    let part = Part { sale, number: place, total: Money::cny(10_000), note: String::new() };
    for change in &mut batch.changes {
        Arc::make_mut(&mut Arc::make_mut(&mut change.payment).request).part = Some(part.clone());
    }
    for row in &mut batch.rows {
        if let Fact::Requested(request) = &mut row.entry.fact {
            Arc::make_mut(request).part = Some(part.clone());
        }
    }
    batch
}
