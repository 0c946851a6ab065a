//! The store under a real engine, as text: what happened, and what the database says afterwards. One suite for
//! every database the store can sit on.

use crate::failure::is_duplicate;
use crate::folder::Folder;
use crate::sql::{from_columns, query, query_as};
use crate::{Cursor, EventId, MerchantScope, PaymentFilter, Store, StoreConfig, StoreError, payments};
use base::{ChannelId, MerchantId, Money, PaymentId, RefundId, StoreId, Text, TillId, Timestamp};
use engine::lease::Fence;
use engine::{After, Batch, CallOut, Change, End, Engine, Wake, Which};
use expect_test::{Expect, expect};
use payment::{
    Answer, Command, Lost, Method, MoneyState, Paid, PayerCode, Policy, Reason, RefundRequest, Request, Said,
    Verdict,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

const SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(0x51));
const OTHER_SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(0x52));
const TILL: TillId = TillId::from_u128(0x71);
const MORNING: Timestamp = Timestamp::from_micros(1_795_400_000_000_000);

/// One server: an engine over a store, and the calls it has under way.
struct World {
    engine: Engine,
    store: Store,
    now: Timestamp,
    calls: BTreeMap<PaymentId, CallOut>,
    told: Vec<String>,
    folder: Folder,
}

impl World {
    async fn new() -> World {
        let folder = Folder::new();
        let store = folder.open().await.expect("an empty folder takes a database");
        World { engine: engine(), store, now: MORNING, calls: BTreeMap::new(), told: Vec::new(), folder }
    }

    /// Everything in memory is gone, as after a kill; the database is opened again.
    async fn restart(&mut self) {
        self.store.close().await;
        self.store = self.folder.open().await.expect("the database opens again");
        self.engine = engine();
        self.calls.clear();
        let open = self.store.open_payments(None, 1_000).await.expect("open payments are listed");
        self.settle(open.into_iter().map(Which::Id).collect()).await.expect("open payments are taken up");
    }

    async fn wake(&mut self, wake: Wake) -> Result<(), StoreError> {
        self.engine.handle(wake, self.now);
        self.settle(Vec::new()).await
    }

    async fn settle(&mut self, mut loads: Vec<Which>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        loop {
            let work = self.engine.take();
            batch.rows.extend(work.batch.rows);
            batch.changes.extend(work.batch.changes);
            batch.after.extend(work.batch.after);
            loads.extend(work.loads);
            if loads.is_empty() {
                break;
            }
            for (which, entries) in self.store.load(&std::mem::take(&mut loads)).await? {
                self.engine.handle(Wake::Loaded { which, entries }, self.now);
            }
        }
        if let Err(error) = self.store.commit(&batch, self.now).await {
            self.engine.forget();
            return Err(error);
        }
        self.engine.committed(&batch);
        for after in batch.after {
            match after {
                After::Call(out) => drop(self.calls.insert(out.payment.request.id, *out)),
                After::Tell { answer: Ok(told), .. } => {
                    self.told.push(format!("{} v{}", name(told.payment.request.id), told.payment.version));
                }
                After::Tell { answer: Err(refusal), .. } => self.told.push(refusal.code().to_owned()),
            }
        }
        Ok(())
    }

    async fn end(&mut self, id: PaymentId, end: End) -> Result<(), StoreError> {
        match self.calls.remove(&id) {
            Some(out) => self.wake(Wake::Ended { payment: id, call: out.call, end }).await,
            None => Ok(()),
        }
    }

    /// One line of a script; see the tests for what can be said.
    async fn step(&mut self, line: &str) -> Result<(), StoreError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["begin", who, fen, key] => {
                let request = request(id(who), fen.parse().expect("fen"), key);
                let code = PayerCode::parse("134567890123456789").ok();
                self.wake(Wake::Begin { request, code, caller: 1 }).await
            }
            ["paid", who] => {
                let amount = self.calls.get(&id(who)).expect("a call is under way").payment.request.amount;
                self.end(id(who), End::Answered(paid(amount, who))).await
            }
            ["declined", who] => {
                let verdict = Verdict::Declined(Reason::InsufficientBalance);
                self.end(id(who), answered(verdict)).await
            }
            ["awaiting", who] => self.end(id(who), answered(Verdict::AwaitingPayer)).await,
            ["closed", who] => self.end(id(who), answered(Verdict::Closed)).await,
            ["lost", who] => self.end(id(who), End::Lost(Lost::TimedOut)).await,
            ["refund", who, fen, key] => {
                let command = Command::Refund(refund(id(who), fen.parse().expect("fen"), key));
                self.wake(Wake::Command { payment: id(who), merchant: SHOP.0, command, caller: 2 }).await
            }
            ["refunded", who] => {
                let amount = Money::cny(500);
                self.end(id(who), answered(Verdict::Refunded { amount, at: None })).await
            }
            ["cancel", who] => {
                let command = Command::Cancel { by: "wang".into() };
                self.wake(Wake::Command { payment: id(who), merchant: SHOP.0, command, caller: 3 }).await
            }
            ["after", seconds] => {
                self.now = self.now + Duration::from_secs(seconds.parse().expect("seconds"));
                self.wake(Wake::Time).await
            }
            ["restart"] => {
                self.restart().await;
                Ok(())
            }
            ["break"] => {
                self.raw("ALTER TABLE events RENAME TO events_away").await;
                Ok(())
            }
            ["mend"] => {
                self.raw("ALTER TABLE events_away RENAME TO events").await;
                Ok(())
            }
            other => panic!("not a step: {other:?}"),
        }
    }

    async fn raw(&self, text: &'static str) {
        let mut transaction = self.store.begin().await.expect("a transaction begins");
        query(text).execute(&mut *transaction).await.expect("the statement is right");
        transaction.commit().await.expect("the transaction ends");
    }

    /// How every payment stands by its row, newest first, and the questions under way.
    async fn stand(&self) -> String {
        let rows: Vec<StandRow> = query_as(STAND).fetch_all(self.store.read()).await.expect("rows are read");
        let mut text = String::new();
        for (id, state, reason, paid, refunded, due, version) in rows {
            let id: PaymentId = id.parse().expect("an id");
            let asked = self.calls.get(&id).map(|out| format!(" asks {:?}", out.ask)).unwrap_or_default();
            let due = due.map(|due| Timestamp::from_micros(due).since(MORNING).as_secs());
            let due = due.map(|due| format!(" due {due}")).unwrap_or_default();
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            let money = paid.map(|paid| format!(" {paid}-{refunded}")).unwrap_or_default();
            writeln!(text, "  {} v{version} {state}{reason}{money}{due}{asked}", name(id))
                .expect("text grows");
        }
        text
    }
}

type StandRow = (String, String, Option<String>, Option<i64>, i64, Option<i64>, i64);
const STAND: &str = "SELECT id, state, reason, paid, refunded, due_at, version FROM payments ORDER BY id";

fn engine() -> Engine {
    Engine::new([(ChannelId::from_u128(9), Policy::default())].into())
}

fn id(name: &str) -> PaymentId {
    PaymentId::from_u128(u128::from(name.as_bytes()[0]))
}

fn name(id: PaymentId) -> char {
    char::from(id.as_u128() as u8)
}

fn request(id: PaymentId, fen: i64, key: &str) -> Request {
    let code = PayerCode::parse("134567890123456789").expect("a code");
    Request {
        id,
        merchant: SHOP.0,
        store: StoreId::from_u128(0x61),
        till: TILL,
        cashier: "王芳".into(),
        key: key.into(),
        content: [fen as u8; 32],
        amount: Money::cny(fen),
        channel: ChannelId::from_u128(9),
        routed: None,
        wallet: "blue".into(),
        wallet_name: Text::new("蓝钱包", "Blue"),
        method: Method::PayerCode { hint: code.hint() },
        description: "早餐".into(),
        reference: format!("R-{}", name(id)),
        part: None,
        installments: None,
    }
}

fn refund(payment: PaymentId, fen: i64, key: &str) -> RefundRequest {
    RefundRequest {
        id: RefundId::from_u128(payment.as_u128() << 8 | key.len() as u128),
        key: key.into(),
        content: [fen as u8; 32],
        amount: Money::cny(fen),
        reason: "太咸".into(),
        by: "wang".into(),
        way: payment::RefundWay::Provider,
    }
}

fn paid(amount: Money, who: &str) -> Answer {
    let transaction = format!("42000{who}");
    let paid = Paid { amount, transaction, at: None, payer: String::new(), funds: "CMB".into() };
    Answer { verdict: Verdict::Paid(paid), said: Said::new("SUCCESS", "") }
}

fn answered(verdict: Verdict) -> End {
    End::Answered(Answer { verdict, said: Said::default() })
}

/// Runs a script and compares what was told, what failed and how the rows stand at its end.
async fn check(script: &str, expected: Expect) {
    let mut world = World::new().await;
    let mut trace = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let result = world.step(line).await;
        let told = std::mem::take(&mut world.told).join(", ");
        let arrow = if told.is_empty() { "" } else { " -> " };
        writeln!(trace, "{line}{arrow}{told}").expect("text grows");
        if let Err(error) = result {
            // What the database says of it is its own; what was being done is ours.
            let ours = error.to_string().split(": ").next().unwrap_or_default().to_owned();
            writeln!(trace, "  failed: {ours}").expect("text grows");
        }
        trace += &world.stand().await;
    }
    expected.assert_eq(&trace);
}

#[tokio::test]
async fn a_payment_is_taken_and_partly_refunded() {
    check(
        "begin A 1250 k1
         paid A
         refund A 500 r1
         refunded A",
        expect![[r#"
            begin A 1250 k1 -> A v2
              A v2 verifying due 20 asks Charge
            paid A
              A v3 paid 1250-0
            refund A 500 r1 -> A v5
              A v5 paid 1250-0 due 20 asks Refund { refund: RefundId(00000000-0000-0000-0000-000000004102), amount: Money { minor: 500, currency: Cny } }
            refunded A
              A v6 paid 1250-500
        "#]],
    )
    .await;
}

#[tokio::test]
async fn killed_between_commit_and_answer_it_resumes_as_lost_and_asks() {
    check(
        "begin A 1250 k1
         restart
         after 2
         paid A",
        expect![[r#"
            begin A 1250 k1 -> A v2
              A v2 verifying due 20 asks Charge
            restart
              A v3 verifying due 2
            after 2
              A v4 verifying due 22 asks Inquire
            paid A
              A v5 paid 1250-0
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_key_is_known_after_a_restart_whatever_became_of_the_payment() {
    check(
        "begin A 1250 k1
         declined A
         restart
         begin B 1250 k1
         begin B 9 k1",
        expect![[r#"
            begin A 1250 k1 -> A v2
              A v2 verifying due 20 asks Charge
            declined A
              A v3 not_paid (insufficient_balance)
            restart
              A v3 not_paid (insufficient_balance)
            begin B 1250 k1 -> A v3
              A v3 not_paid (insufficient_balance)
            begin B 9 k1 -> idempotency_key_reused_with_other_content
              A v3 not_paid (insufficient_balance)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_failed_commit_leaves_nothing_behind_and_the_key_is_free() {
    check(
        "break
         begin A 1250 k1
         mend
         begin A 1250 k1
         paid A",
        expect![[r#"
            break
            begin A 1250 k1
              failed: the database failed to store a batch
            mend
            begin A 1250 k1 -> A v2
              A v2 verifying due 20 asks Charge
            paid A
              A v3 paid 1250-0
        "#]],
    )
    .await;
}

#[tokio::test]
async fn two_payments_cannot_have_one_key_even_if_two_engines_think_so() {
    let mut world = World::new().await;
    world.step("begin A 1250 k1").await.expect("the first takes the key");
    let mut second = engine();
    let code = PayerCode::parse("134567890123456789").ok();
    second.handle(Wake::Begin { request: request(id("B"), 1250, "k1"), code, caller: 1 }, MORNING);
    for which in second.take().loads {
        second.handle(Wake::Loaded { which, entries: None }, MORNING);
    }
    let error = world.store.commit(&second.take().batch, MORNING).await.expect_err("the key is taken");
    let StoreError::Failed { source, .. } = error else { panic!("{error}") };
    assert!(is_duplicate(&source), "{source}");
    assert_eq!(world.store.payment_entries(&SHOP, id("B")).await.expect("it reads"), None, "not half of it");
}

#[tokio::test]
async fn another_merchant_sees_nothing() {
    let mut world = World::new().await;
    for line in ["begin A 1250 k1", "paid A", "refund A 500 r1", "refunded A"] {
        world.step(line).await.expect("it goes well");
    }
    let store = &world.store;
    let all = PaymentFilter::default();
    assert_eq!(store.page(&SHOP, &all, None, 10).await.expect("a page").items.len(), 1);
    assert!(store.page(&OTHER_SHOP, &all, None, 10).await.expect("a page").items.is_empty());
    assert_eq!(store.payment_entries(&OTHER_SHOP, id("A")).await.expect("it reads"), None);
    assert!(store.events_after(&OTHER_SHOP, EventId(0), 10).await.expect("events").is_empty());
    assert!(store.printed(&OTHER_SHOP, &[id("A")]).await.expect("jobs").is_empty());
    assert_eq!(store.queue_copy(&OTHER_SHOP, id("A"), MORNING).await.expect("it answers"), None);
    let day = store.day(&OTHER_SHOP, MORNING, Timestamp::MAX, None).await.expect("figures");
    assert_eq!(day, crate::DayFigures::default());
}

#[tokio::test]
async fn events_are_numbered_in_order_and_resume_where_one_stopped() {
    let mut world = World::new().await;
    for line in ["begin A 100 k1", "begin B 200 k2", "paid A", "paid B"] {
        world.step(line).await.expect("it goes well");
    }
    let all = world.store.events_after(&SHOP, EventId(0), 10).await.expect("events");
    let text: Vec<String> =
        all.iter().map(|event| format!("{} {} v{}", event.id, name(event.payment), event.version)).collect();
    assert_eq!(text, ["1 A v2", "2 B v2", "3 A v3", "4 B v3"]);
    assert_eq!(world.store.events_after(&SHOP, EventId(2), 1).await.expect("events"), all[2..3]);
    assert_eq!(world.store.last_event(&SHOP).await.expect("a number"), EventId(4));
    assert_eq!(world.store.drop_events(MORNING + Duration::from_secs(1), 3).await.expect("dropped"), 3);
    world.step("begin C 300 k3").await.expect("it goes well");
    assert_eq!(world.store.last_event(&SHOP).await.expect("a number"), EventId(5), "no number comes twice");
}

/// More rows than one statement may have parameters for.
#[tokio::test]
async fn a_large_batch_is_one_transaction_whose_events_keep_the_order_of_its_changes() {
    let mut world = World::new().await;
    for number in 1..=1_500_u128 {
        let request = request(PaymentId::from_u128(number), 100, &format!("k{number}"));
        let code = PayerCode::parse("134567890123456789").ok();
        world.engine.handle(Wake::Begin { request, code, caller: 1 }, world.now);
    }
    for which in world.engine.take().loads {
        world.engine.handle(Wake::Loaded { which, entries: None }, world.now);
    }
    let batch = world.engine.take().batch;
    assert_eq!((batch.rows.len(), batch.changes.len()), (3_000, 1_500));
    let numbers = world.store.commit(&batch, world.now).await.expect("it is stored");
    let events = world.store.events_after(&SHOP, EventId(0), 2_000).await.expect("events");
    let told: BTreeMap<EventId, PaymentId> =
        numbers.into_iter().zip(batch.changes.iter().map(|change| change.payment.request.id)).collect();
    assert_eq!(told, events.iter().map(|event| (event.id, event.payment)).collect());
    let open = world.store.open_payments(None, 2_000).await.expect("a list");
    assert_eq!(open.len(), 1_500);
    assert_eq!(world.store.count_open_beside(Fence::NOBODY).await.expect("a count"), 1_500);
    assert!(open.is_sorted_by(|newer, older| newer > older), "newest first");
    let rest = world.store.open_payments(Some(open[1_000]), 2_000).await.expect("a list");
    assert_eq!(rest, open[1_001..]);
    let wanted: Vec<Which> =
        batch.changes.iter().map(|change| Which::Id(change.payment.request.id)).collect();
    let found = world.store.load(&wanted).await.expect("facts");
    assert!(found.iter().all(|(_, entries)| entries.as_ref().is_some_and(|entries| entries.len() == 2)));
}

#[tokio::test]
async fn a_receipt_is_queued_once_and_copies_are_counted() {
    let mut world = World::new().await;
    for line in [
        "begin A 1250 k1",
        "begin B 100 k2",
        "paid A",
        "declined B",
        "refund A 500 r1",
        "refunded A",
        "restart",
    ] {
        world.step(line).await.expect("it goes well");
    }
    let store = &world.store;
    let jobs = store.waiting_jobs(TILL, 10).await.expect("jobs");
    assert_eq!(jobs.iter().map(|job| (name(job.payment), job.copy)).collect::<Vec<_>>(), [('A', 0)]);
    let copy =
        store.queue_copy(&SHOP, id("A"), world.now).await.expect("a copy").expect("of a payment of ours");
    assert_eq!((copy.copy, copy.state), (1, crate::JobState::Queued));
    assert_eq!(store.newest_job().await.expect("jobs"), copy.id);
    assert_eq!(store.jobs_after(jobs[0].id).await.expect("jobs"), [(copy.id, TILL)]);
    assert_eq!(store.jobs_after(copy.id).await.expect("jobs"), []);
    store.move_job(jobs[0].id, crate::JobState::Printed, "", world.now).await.expect("it is recorded");
    store.move_job(copy.id, crate::JobState::Held, "paper_out", world.now).await.expect("it is recorded");
    let waiting = store.waiting_jobs(TILL, 10).await.expect("jobs");
    assert_eq!(waiting.iter().map(|job| job.why.as_str()).collect::<Vec<_>>(), ["paper_out"]);
    let printed = store.printed(&SHOP, &[id("A"), id("B")]).await.expect("jobs");
    assert_eq!(printed.len(), 1);
    assert_eq!(printed[&id("A")], crate::Printed { state: crate::JobState::Held, copies: 1 });
}

#[tokio::test]
async fn what_was_found_paid_waits_for_a_person_until_it_was_seen() {
    let mut world = World::new().await;
    for line in ["begin A 100 k1", "begin B 200 k2", "after 1", "paid B", "restart", "after 3", "paid A"] {
        world.step(line).await.expect("it goes well");
    }
    let waiting = async |store: &Store, shop: &MerchantScope, till: Option<TillId>| {
        let found = store.attention(shop, till, 9).await.expect("a list");
        found.iter().map(|payment| name(payment.request.id)).collect::<String>()
    };
    assert_eq!(waiting(&world.store, &SHOP, None).await, "A", "the till was blind while A was paid");
    assert_eq!(waiting(&world.store, &SHOP, Some(TILL)).await, "A");
    assert_eq!(waiting(&world.store, &SHOP, Some(TillId::from_u128(77))).await, "");
    assert_eq!(waiting(&world.store, &OTHER_SHOP, None).await, "");
    compare(&world).await;

    let command = Command::Acknowledge { by: "wang".into() };
    let seen = Wake::Command { payment: id("A"), merchant: SHOP.0, command, caller: 4 };
    world.wake(seen).await.expect("it goes well");
    assert_eq!(waiting(&world.store, &SHOP, None).await, "");
    compare(&world).await;
}

#[tokio::test]
async fn pages_follow_one_another_and_a_search_finds_by_any_number() {
    let mut world = World::new().await;
    for line in
        ["begin A 100 k1", "after 1", "begin B 200 k2", "after 1", "begin C 300 k3", "paid A", "declined C"]
    {
        world.step(line).await.expect("it goes well");
    }
    let store = &world.store;
    let names = |page: &crate::Page| page.items.iter().map(|p| name(p.request.id)).collect::<String>();
    let first = store.page(&SHOP, &PaymentFilter::default(), None, 2).await.expect("a page");
    assert_eq!(names(&first), "CB");
    let cursor: Cursor = first.next.expect("there is more").to_string().parse().expect("it reads back");
    let second = store.page(&SHOP, &PaymentFilter::default(), Some(cursor), 2).await.expect("a page");
    assert_eq!((names(&second).as_str(), second.next), ("A", None));

    let order_no = base::OrderNo::from(id("B")).to_string();
    for (q, found) in [
        ("42000A", "A"),
        ("R-C", "C"),
        ("2.00", "B"),
        (&order_no, "B"),
        ("R", ""),
        (" R-A ", "A"),
        ("'; --", ""),
    ] {
        let filter = PaymentFilter { q: Some(q.to_owned()), ..PaymentFilter::default() };
        assert_eq!(names(&store.page(&SHOP, &filter, None, 9).await.expect("a page")), found, "{q}");
    }
    let by = |filter: PaymentFilter| async move {
        names(&store.page(&SHOP, &filter, None, 9).await.expect("a page"))
    };
    assert_eq!(by(PaymentFilter { state: Some(MoneyState::NotPaid), ..Default::default() }).await, "C");
    assert_eq!(
        by(PaymentFilter { from: Some(MORNING + Duration::from_secs(1)), ..Default::default() }).await,
        "CB"
    );
    assert_eq!(
        by(PaymentFilter { to: Some(MORNING + Duration::from_secs(1)), ..Default::default() }).await,
        "A"
    );
    assert_eq!(by(PaymentFilter { wallet: Some("red".into()), ..Default::default() }).await, "");
    assert_eq!(by(PaymentFilter { till: Some(TILL), ..Default::default() }).await, "CBA");
    for wrong in ["", "5", "x.y", "5.x"] {
        assert_eq!(wrong.parse::<Cursor>(), Err(crate::MalformedCursor), "{wrong}");
    }
}

#[tokio::test]
async fn a_day_counts_sales_when_they_were_wanted_and_refunds_when_they_were_done() {
    let mut world = World::new().await;
    for line in [
        "begin A 1250 k1",
        "paid A",
        "begin B 800 k2",
        "declined B",
        "begin C 300 k3",
        "after 3600",
        "begin D 999 k4",
        "paid D",
        "refund A 500 r1",
        "refunded A",
    ] {
        world.step(line).await.expect("it goes well");
    }
    let store = &world.store;
    let hour = MORNING + Duration::from_secs(3600);
    let whole = store.day(&SHOP, MORNING, hour + Duration::from_secs(3600), None).await.expect("figures");
    expect![[r#"
        DayFigures {
            paid: Sum {
                count: 2,
                amount: 2249,
            },
            refunded: Sum {
                count: 1,
                amount: 500,
            },
            recorded: Sum {
                count: 0,
                amount: 0,
            },
            not_paid: 1,
            waiting: 1,
            by_hour: [
                HourFigures {
                    hour: 0,
                    paid: Sum {
                        count: 1,
                        amount: 1250,
                    },
                },
                HourFigures {
                    hour: 1,
                    paid: Sum {
                        count: 1,
                        amount: 999,
                    },
                },
            ],
            by_wallet: [
                WalletFigures {
                    wallet: "blue",
                    paid: Sum {
                        count: 2,
                        amount: 2249,
                    },
                },
            ],
        }"#]]
    .assert_eq(&format!("{whole:#?}"));
    let first = store.day(&SHOP, MORNING, hour, Some(TILL)).await.expect("figures");
    assert_eq!((first.paid.amount, first.refunded.count), (1250, 0));
    let elsewhere = store.day(&SHOP, MORNING, hour, Some(TillId::from_u128(1))).await.expect("figures");
    assert_eq!(elsewhere, crate::DayFigures::default());
}

#[tokio::test]
async fn a_newer_database_and_a_wrong_address_are_refused_by_name() {
    let world = World::new().await;
    world.raw("INSERT INTO schema_steps (number) VALUES (99)").await;
    world.store.close().await;
    let error = world.folder.open().await.expect_err("it is newer").to_string();
    assert!(error.contains("schema step 99") && error.contains("run the newer version"), "{error}");
    for (address, why) in [
        ("mysql://me:pw@db/x", "mysql://…@db/x"),
        ("sqlite:", "write sqlite:PATH"),
        ("sqlite:/nowhere/at/all.db", "cannot be opened"),
    ] {
        let error =
            Store::open(&StoreConfig { database: address.into() }).await.expect_err(address).to_string();
        assert!(error.contains(why), "{error}");
    }
}

/// The plans of the look-ups that must stay instant however many payments there are.
#[tokio::test]
async fn the_engine_s_look_ups_use_their_indexes() {
    let world = World::new().await;
    if world.folder.on_postgresql() {
        return;
    }
    let plan = |text: &'static str| {
        let store = world.store.clone();
        async move {
            let text = format!("EXPLAIN QUERY PLAN {text}");
            let rows: Vec<(i64, i64, i64, String)> =
                query_as(text).fetch_all(store.read()).await.expect("a plan");
            rows.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("; ")
        }
    };
    let open = payments::OPEN_PAYMENTS;
    let open = open.replace("$1", "1").replace("$2", "'x'").replace("$3", "9");
    expect!["SEARCH payments USING INDEX payments_open (holder=? AND id<?)"]
        .assert_eq(&plan(open.leak()).await);
    expect!["CO-ROUTINE holders; SETUP; SEARCH payments USING INDEX payments_open; RECURSIVE STEP; SCAN holders; CORRELATED SCALAR SUBQUERY 2; SEARCH payments USING INDEX payments_open (holder>?); SCAN holders"].assert_eq(&plan(payments::HOLDERS).await);
    let keys =
        "SELECT merchant, key, id FROM payments WHERE (merchant, key) IN (VALUES ('a', 'b'), ('c', 'd'))";
    expect!["SEARCH payments USING INDEX payments_key (merchant=? AND key=?); LIST SUBQUERY 4; SCAN 2-ROW VALUES CLAUSE; CREATE BLOOM FILTER"].assert_eq(&plan(keys).await);
    let facts = "SELECT payment, at, body FROM facts WHERE payment IN ('a', 'b') ORDER BY payment, seq";
    expect!["SEARCH facts USING INDEX sqlite_autoindex_facts_1 (payment=?)"].assert_eq(&plan(facts).await);
    let page =
        "SELECT id, created_at FROM payments WHERE merchant = 'm' ORDER BY created_at DESC, id DESC LIMIT 51";
    expect!["SEARCH payments USING COVERING INDEX payments_newest (merchant=?)"].assert_eq(&plan(page).await);
}

/// One step of a random history.
fn steps() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0..4_u8, 0..9_u8), 1..40)
}

fn line((who, what): (u8, u8)) -> String {
    let who = char::from(b'A' + who);
    match what {
        0 => format!("begin {who} 1000 key-{who}"),
        1 => format!("lost {who}"),
        2 => format!("declined {who}"),
        3 => format!("awaiting {who}"),
        4 => format!("refund {who} 500 r{who}"),
        5 => format!("refunded {who}"),
        6 => format!("cancel {who}"),
        7 => "after 11".to_owned(),
        _ => format!("paid {who}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever happened, the projection is what folding the facts gives, and a restart changes no fact.
    #[test]
    fn the_projection_is_what_the_facts_add_up_to(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                let line = line(step);
                let needs_a_call = line.starts_with("paid");
                if needs_a_call && !world.calls.contains_key(&id(&line[5..])) {
                    continue;
                }
                world.step(&line).await.expect("nothing fails here");
                compare(&world).await;
            }
            let before = world.store.load(&[Which::Id(id("A"))]).await.expect("facts");
            let resting = !world.calls.contains_key(&id("A"));
            world.restart().await;
            if resting {
                let after = world.store.load(&[Which::Id(id("A"))]).await.expect("facts");
                assert_eq!(before, after);
            }
            compare(&world).await;
        });
    }
}

/// Every row of the projection against the row that its facts give.
async fn compare(world: &World) {
    let policy = Policy::default();
    let rows: Vec<ProjectionRow> =
        query_as("SELECT * FROM payments ORDER BY id").fetch_all(world.store.read()).await.expect("rows");
    for row in rows {
        let id: PaymentId = row.id.parse().expect("an id");
        let entries = world.store.payment_entries(&SHOP, id).await.expect("facts").expect("there are some");
        let payment = payment::fold(&entries);
        let next = payment::next(&payment, &policy, payment.updated_at);
        let change = Change { payment: payment.clone().into(), next, due: None, became: None };
        let stand = payments::Standing::of(&change);
        assert_eq!(row.version, i64::from(payment.version));
        assert_eq!(row.created_at, payment.requested_at.as_micros());
        assert_eq!(row.updated_at, payment.updated_at.as_micros());
        assert_eq!(
            (row.merchant, row.key),
            (payment.request.merchant.to_string(), payment.request.key.clone())
        );
        assert_eq!(
            (row.amount, row.paid, row.refunded),
            (payment.request.amount.minor(), stand.paid, stand.refunded)
        );
        assert_eq!((row.state.as_str(), row.reason.as_deref()), (stand.state, stand.reason));
        assert_eq!((row.undone, row.escalated, row.unseen), (stand.undone, stand.escalated, stand.unseen));
        assert_eq!(row.transaction_no, stand.transaction_no);
        let explained = payment::explain(&payment, &change.next, &policy, &Text::new("蓝", "Blue"));
        assert_eq!(row.state, explained.money.code(), "the row and the words agree");
        let open = matches!(
            change.next,
            payment::Next::Wait { .. } | payment::Next::Escalate { until: Some(_), .. }
        );
        assert_eq!(row.due_at.is_some(), open, "{:?}", change.next);
    }
}

struct ProjectionRow {
    id: String,
    merchant: String,
    key: String,
    amount: i64,
    created_at: i64,
    state: String,
    reason: Option<String>,
    paid: Option<i64>,
    refunded: i64,
    undone: bool,
    escalated: bool,
    unseen: bool,
    transaction_no: Option<String>,
    due_at: Option<i64>,
    updated_at: i64,
    version: i64,
}

from_columns!(ProjectionRow {
    id,
    merchant,
    key,
    amount,
    created_at,
    state,
    reason,
    paid,
    refunded,
    undone,
    escalated,
    unseen,
    transaction_no,
    due_at,
    updated_at,
    version,
});
