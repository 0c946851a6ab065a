//! What the engine promises to whoever drives it, and what happens if the driver dies, fails or repeats itself.

use base::{ChannelId, MerchantId, Money, PaymentId, RefundId, StoreId, Text, TillId, Timestamp};
use engine::lease::Fence;
use engine::{After, Batch, Change, Elsewhere, End, Engine, Row, Wake, Which, Work};
use payment::{
    Answer, Ask, Command, Doubt, Entry, Fact, Lost, Method, Next, Notice, Outcome, Paid, PayerCode, Policy,
    RefundRequest, RefundWay, Refusal, Request, Said, Trace, Traces, Verdict,
};
use std::collections::BTreeMap;
use std::time::Duration;

#[test]
fn a_call_exists_only_behind_its_durable_row() {
    let mut desk = Desk::new();
    desk.begin("sale", 1250, 1);
    let batch = desk.gather();
    let asked = |row: &Row| matches!(row.entry.fact, Fact::Asked { call: 1, ask: Ask::Charge, .. });
    assert!(batch.rows.iter().any(asked), "the same batch holds the row and the call: {batch:?}");
    let calls = batch.after.iter().filter(|after| matches!(after, After::Call(_))).count();
    assert_eq!(calls, 1);
}

#[test]
fn rows_count_on_without_gaps() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, End::Lost(Lost::TimedOut));
    desk.commit();
    desk.pass(Duration::from_secs(3));
    desk.commit();
    desk.end(id, 2, paid(1250));
    desk.commit();
    let seqs: Vec<_> = desk.rows.iter().map(|row| row.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u32).collect::<Vec<_>>());
    assert_eq!(desk.engine.open_payments(), 0, "what rests leaves memory");
}

#[test]
fn the_code_goes_with_the_charge_and_with_nothing_else() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    assert!(desk.commit().iter().all(|(ask, code)| *ask == Ask::Charge && *code));
    desk.end(id, 1, End::NeverLeft("refused".into()));
    desk.commit();
    desk.pass(Duration::from_secs(2));
    assert_eq!(desk.commit(), [(Ask::Charge, true)], "a charge that never left is sent again with its code");
    // A code prints masked, but it prints.
    let remembered = |desk: &Desk| format!("{:?}", desk.engine).contains("PayerCode(");
    assert!(remembered(&desk));
    desk.end(id, 2, End::Lost(Lost::ConnectionBroke));
    desk.commit();
    assert!(!remembered(&desk), "what may have left is charged no more, so nobody needs its code");
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.commit(), [(Ask::Inquire, false)]);
}

#[test]
fn the_same_key_is_the_same_payment_also_before_it_is_durable() {
    let mut desk = Desk::new();
    desk.begin("sale", 1250, 1);
    desk.begin("sale", 1250, 2);
    desk.begin("sale", 1300, 3);
    let batch = desk.gather();
    let requests = batch.rows.iter().filter(|row| matches!(row.entry.fact, Fact::Requested(_))).count();
    assert_eq!(requests, 1);
    assert_eq!(told(&batch, 1), told(&batch, 2));
    assert_eq!(told(&batch, 3), Some(Err(Refusal::IdempotencyKeyReusedWithOtherContent)));
}

#[test]
fn the_same_key_is_the_same_payment_after_it_has_left_memory() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, paid(1250));
    desk.commit();
    assert_eq!(desk.engine.open_payments(), 0);
    desk.begin("sale", 1250, 2);
    let batch = desk.gather();
    assert!(batch.rows.is_empty());
    assert_eq!(told(&batch, 2), Some(Ok(id)));
}

/// A payment that the provider answers nothing about for an hour: asked now and then, and out of memory between.
#[test]
fn what_cannot_be_settled_leaves_memory_until_its_time() {
    let mut desk = Desk::new();
    let id = desk.unsettled();
    assert_eq!((desk.engine.open_payments(), desk.engine.sleeping_payments()), (1, 1));
    let due = desk.engine.next_due().expect("its time will come");
    assert!(due > desk.now, "later");
    desk.pass(due.since(desk.now));
    assert_eq!(desk.commit().len(), 1, "its time came: it was looked up, and is asked about");
    assert_eq!(desk.engine.sleeping_payments(), 0);
    let call = desk.open_call(id).expect("it was just asked");
    desk.end(id, call, paid(1250));
    desk.commit();
    assert!(payment::fold(&desk.facts[&id]).paid().is_some());
}

#[test]
fn what_is_said_about_a_payment_wakes_it_and_its_time_comes_once() {
    let mut desk = Desk::new();
    let id = desk.unsettled();
    desk.want(id, Command::Look { by: "Li".into() }, 7);
    let batch = desk.gather();
    assert_eq!(told(&batch, 7), Some(Ok(id)), "it is looked up for whoever wants something of it");
    assert_eq!((desk.engine.open_payments(), desk.engine.sleeping_payments()), (1, 0));
    assert!(!batch.rows.is_empty() && desk.engine.next_due().is_some_and(|due| due > desk.now));
    desk.engine.let_go(&[id].into());
    assert_eq!(
        (desk.engine.open_payments(), desk.engine.next_due()),
        (0, None),
        "nothing of it is left behind"
    );
}

#[test]
fn another_servers_payment_is_not_waited_for_here() {
    let mut desk = Desk::new();
    let id = desk.unsettled();
    desk.engine.let_go(&[id].into());
    assert_eq!((desk.engine.open_payments(), desk.engine.next_due()), (0, None));
}

#[test]
fn a_failed_commit_is_forgotten_and_the_key_can_be_used_again() {
    let mut desk = Desk::new();
    desk.begin("sale", 1250, 1);
    drop(desk.gather());
    desk.engine.forget();
    assert_eq!(desk.engine.open_payments(), 0);
    let again = desk.begin("sale", 1250, 2);
    assert_eq!(desk.commit(), [(Ask::Charge, true)]);
    assert!(desk.facts.contains_key(&again));
}

#[test]
fn a_call_whose_maker_died_reads_as_lost() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.restart();
    desk.commit();
    let last = &desk.facts[&id].last().expect("it has facts").fact;
    assert_eq!(*last, Fact::Lost { call: 1, why: Lost::WeStopped });
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.commit(), [(Ask::Inquire, false)], "and is asked about, never charged again");
}

#[test]
fn a_call_that_is_still_being_made_is_not_an_orphan_after_a_failed_commit() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.engine.forget();
    desk.load(id);
    desk.commit();
    desk.end(id, 1, paid(1250));
    desk.commit();
    let lost = desk.facts[&id].iter().filter(|entry| matches!(entry.fact, Fact::Lost { .. })).count();
    assert_eq!(lost, 0, "its reply is still heard");
    assert_eq!(desk.became, [Outcome::Paid]);
}

#[test]
fn a_driver_that_never_ends_a_call_loses_it() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.pass(Duration::from_secs(20));
    desk.commit();
    assert!(desk.facts[&id].iter().any(|entry| matches!(entry.fact, Fact::Lost { .. })));
}

#[test]
fn an_end_that_comes_twice_or_for_nobody_changes_nothing() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, paid(1250));
    desk.commit();
    let facts = desk.rows.len();
    desk.end(id, 1, paid(1250));
    desk.end(id, 7, paid(1250));
    desk.end(PaymentId::from_u128(404), 1, paid(1250));
    desk.commit();
    assert_eq!(desk.rows.len(), facts);
    assert_eq!(desk.became, [Outcome::Paid]);
}

#[test]
fn a_notification_is_heard_once_and_only_over_the_right_channel() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    let before = desk.rows.len();
    desk.notice(id, 99, "n1");
    desk.notice(PaymentId::from_u128(404), 5, "n1");
    desk.commit();
    assert_eq!(desk.rows.len(), before, "another channel's and nobody's are not believed");
    desk.notice(id, 5, "n1");
    desk.notice(id, 5, "n1");
    desk.commit();
    let heard = desk.facts[&id].iter().filter(|entry| matches!(entry.fact, Fact::Noticed(_))).count();
    assert_eq!(heard, 1);
}

#[test]
fn another_merchants_payment_does_not_exist() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    for (payment, merchant) in [(id, 77), (PaymentId::from_u128(404), 2)] {
        let command = Command::Cancel { by: "Li".into() };
        let merchant = MerchantId::from_u128(merchant);
        desk.engine.handle(Wake::Command { payment, merchant, command, caller: 9 }, desk.now);
        let batch = desk.gather();
        assert!(batch.rows.is_empty());
        assert_eq!(told(&batch, 9), Some(Err(Refusal::NoSuchPayment)));
    }
}

#[test]
fn an_outcome_is_said_once_whatever_is_loaded_again() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, paid(1250));
    desk.commit();
    for _ in 0..3 {
        desk.restart();
        desk.load(id);
        desk.notice(id, 5, "n1");
        desk.commit();
    }
    assert_eq!(desk.became, [Outcome::Paid]);
}

#[test]
fn facts_stay_in_order_though_the_clock_is_set_back() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.now = desk.now - Duration::from_secs(3600);
    desk.end(id, 1, End::Lost(Lost::TimedOut));
    desk.commit();
    assert!(desk.facts[&id].windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(desk.engine.next_due().is_some(), "and it goes on");
}

#[test]
fn every_charge_has_a_number_of_its_own_and_whoever_waits_is_told_of_it() {
    let mut desk = Desk::at_a_terminal();
    let ids: Vec<PaymentId> = (1..=5).map(|n| desk.begin(&format!("sale {n}"), 1250, n)).collect();
    let batch = desk.gather();
    let told_of = |caller: u64| {
        batch.after.iter().find_map(|after| match after {
            After::Tell { caller: who, answer: Ok(told) } if *who == caller => told.payment.trace,
            _ => None,
        })
    };
    assert_eq!(
        (1..=5).map(|n| told_of(n).map(|trace| trace.number)).collect::<Vec<_>>(),
        (1..=5).map(Some).collect::<Vec<_>>()
    );
    let tells = batch.after.iter().filter(|after| matches!(after, After::Tell { .. })).count();
    assert_eq!(tells, ids.len(), "and once");
}

#[test]
fn a_reversal_repeats_its_charges_number() {
    let mut desk = Desk::at_a_terminal();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, End::Answered(Answer::unclear(Doubt::BadSignature, Said::default())));
    let batch = desk.gather();
    let under = batch.after.iter().find_map(|after| match after {
        After::Call(out) => Some((out.ask, out.payment.trace_of(&out.ask))),
        After::Tell { .. } => None,
    });
    assert_eq!(under, Some((Ask::Reverse, Some(Trace { batch: 1, number: 1 }))));
    let number = batch.rows.iter().find_map(|row| match row.entry.fact {
        Fact::Asked { trace, .. } => Some(trace),
        _ => None,
    });
    assert_eq!(number, Some(None), "it is given none");
}

#[test]
fn a_charge_that_never_left_is_another_message_and_a_refund_asked_for_again_is_the_same() {
    let mut desk = Desk::at_a_terminal();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    desk.end(id, 1, End::NeverLeft("refused".into()));
    desk.pass(Duration::from_secs(2));
    desk.commit();
    desk.end(id, 2, paid(1250));
    desk.commit();
    let refund = RefundId::from_u128(9);
    let amount = Money::cny(1250);
    desk.want(id, Command::Refund(refund_request(refund, amount)), 2);
    desk.commit();
    desk.end(id, 3, End::Lost(Lost::TimedOut));
    desk.pass(Duration::from_secs(10));
    desk.commit();
    let again = Ask::Refund { refund, amount };
    let expected = [(Ask::Charge, Some(1)), (Ask::Charge, Some(2)), (again, Some(3)), (again, None)];
    assert_eq!(desk.numbers(id), expected);
    let payment = payment::fold(&desk.facts[&id]);
    assert_eq!(payment.trace_of(&again), Some(Trace { batch: 1, number: 3 }));
}

#[test]
fn numbers_of_an_engine_that_is_gone_are_skipped() {
    let mut desk = Desk::at_a_terminal();
    desk.begin("sale", 1250, 1);
    drop(desk.gather());
    desk.engine.forget();
    let id = desk.begin("sale", 1250, 2);
    desk.commit();
    assert_eq!(desk.numbers(id), [(Ask::Charge, Some(TRACES + 1))]);
}

/// Numbers reserved at a time; few, so that they run out in the middle.
const TRACES: u32 = 2;

fn is_of(one: &Change, other: &Change) -> bool {
    one.payment.request.id == other.payment.request.id
}

fn terminal_engine() -> Engine {
    let policy = Policy {
        numbered: true,
        can_inquire: false,
        reverse_not_before: Duration::ZERO,
        ..Policy::default()
    };
    Engine::new([(ChannelId::from_u128(5), policy)].into())
}

fn refund_request(id: RefundId, amount: Money) -> RefundRequest {
    let (key, reason, by) = ("back".into(), String::new(), "Li".into());
    RefundRequest { id, key, content: [1; 32], amount, reason, by, way: RefundWay::Provider }
}

/// A driver with a store in memory.
struct Desk {
    engine: Engine,
    now: Timestamp,
    made: u128,
    facts: BTreeMap<PaymentId, Vec<Entry>>,
    keys: BTreeMap<(MerchantId, String), PaymentId>,
    rows: Vec<Row>,
    became: Vec<Outcome>,
    /// Numbers that were reserved so far.
    reserved: u32,
}

impl Desk {
    fn new() -> Desk {
        Desk {
            engine: Engine::default(),
            now: Timestamp::parse("2026-11-23T10:00:00+08:00").unwrap(),
            made: 0,
            facts: BTreeMap::new(),
            keys: BTreeMap::new(),
            rows: Vec::new(),
            became: Vec::new(),
            reserved: 0,
        }
    }

    /// Over a channel whose provider knows questions by numbers and can say nothing of them afterwards.
    fn at_a_terminal() -> Desk {
        Desk { engine: terminal_engine(), ..Desk::new() }
    }

    /// The numbers of the calls that were recorded, in order.
    fn numbers(&self, id: PaymentId) -> Vec<(Ask, Option<u32>)> {
        let asked = |entry: &Entry| match entry.fact {
            Fact::Asked { ask, trace, .. } => Some((ask, trace.map(|trace| trace.number))),
            _ => None,
        };
        self.facts[&id].iter().filter_map(asked).collect()
    }

    fn begin(&mut self, key: &str, fen: i64, caller: u64) -> PaymentId {
        self.made += 1;
        let id = PaymentId::from_u128(self.made);
        let code = PayerCode::parse("134567890123456789").ok();
        self.engine.handle(Wake::Begin { request: request(id, key, fen), code, caller }, self.now);
        id
    }

    fn end(&mut self, payment: PaymentId, call: u32, end: End) {
        self.engine.handle(Wake::Ended { payment, call, end }, self.now);
    }

    fn notice(&mut self, payment: PaymentId, channel: u128, id: &str) {
        let notice = Notice {
            order_no: payment.into(),
            refund_no: None,
            claim: "SUCCESS".into(),
            notice_id: id.into(),
        };
        let channel = ChannelId::from_u128(channel);
        self.engine.handle(Wake::Noticed { channel, notice }, self.now);
    }

    fn load(&mut self, id: PaymentId) {
        let entries = self.facts.get(&id).cloned();
        self.engine.handle(Wake::Loaded { which: Which::Id(id), entries }, self.now);
    }

    fn restart(&mut self) {
        self.engine = Engine::default();
        let ids: Vec<_> = self.facts.keys().copied().collect();
        ids.into_iter().for_each(|id| self.load(id));
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        self.engine.handle(Wake::Time, self.now);
    }

    fn want(&mut self, payment: PaymentId, command: Command, caller: u64) {
        let merchant = MerchantId::from_u128(2);
        self.engine.handle(Wake::Command { payment, merchant, command, caller }, self.now);
    }

    /// A sale about which nothing can be learnt, once it has left memory.
    fn unsettled(&mut self) -> PaymentId {
        let id = self.begin("sale", 1250, 1);
        self.commit();
        for _ in 0..200 {
            if self.engine.sleeping_payments() == 1 {
                return id;
            }
            match self.open_call(id) {
                Some(call) => self.end(id, call, End::Lost(Lost::TimedOut)),
                None => {
                    let due = self.engine.next_due().expect("it waits for a moment");
                    self.pass(due.since(self.now));
                }
            }
            self.commit();
        }
        panic!("it never left memory");
    }

    fn open_call(&self, id: PaymentId) -> Option<u32> {
        payment::fold(&self.facts[&id]).open_call.map(|open| open.call)
    }

    /// Does the loads and returns everything to be committed.
    fn gather(&mut self) -> Batch {
        let mut all = Batch::default();
        loop {
            let Work { loads, traces, batch } = self.engine.take();
            all.rows.extend(batch.rows);
            // A payment changes once in a transaction, and the later state holds.
            let later = |change: &Change| batch.changes.iter().any(|new| is_of(new, change));
            all.changes.retain(|change| !later(change));
            all.changes.extend(batch.changes);
            all.after.extend(batch.after);
            if loads.is_empty() && traces.is_empty() {
                return all;
            }
            for which in loads {
                let id = match &which {
                    Which::Id(id) => Some(*id),
                    Which::Key(merchant, key) => self.keys.get(&(*merchant, key.clone())).copied(),
                };
                let entries = id.and_then(|id| self.facts.get(&id)).cloned();
                self.engine.handle(Wake::Loaded { which, entries }, self.now);
            }
            for channel in traces {
                let first = Trace { batch: 1, number: self.reserved + 1 };
                self.reserved += TRACES;
                self.engine
                    .handle(Wake::Traces { channel, traces: Traces { first, left: TRACES } }, self.now);
            }
        }
    }

    /// Makes everything durable; returns the calls that may leave now, and whether each carries the code.
    fn commit(&mut self) -> Vec<(Ask, bool)> {
        let batch = self.gather();
        for row in &batch.rows {
            if let Fact::Requested(request) = &row.entry.fact {
                self.keys.insert((request.merchant, request.key.clone()), request.id);
            }
            self.facts.entry(row.payment).or_default().push(row.entry.clone());
            self.rows.push(row.clone());
        }
        for change in &batch.changes {
            let folded = payment::fold(&self.facts[&change.payment.request.id]);
            assert_eq!(folded, *change.payment, "what the engine says is what the facts add up to");
            assert!(!matches!(change.next, Next::Ask(_)), "whatever is to be asked is asked");
            self.became.extend(change.became);
        }
        self.engine.committed(&batch);
        let calls = batch.after.iter().filter_map(|after| match after {
            After::Call(out) => Some((out.ask, out.code.is_some())),
            After::Tell { .. } => None,
        });
        calls.collect()
    }
}

fn told(batch: &Batch, who: u64) -> Option<Result<PaymentId, Refusal>> {
    batch.after.iter().find_map(|after| match after {
        After::Tell { caller, answer } if *caller == who => {
            Some(answer.as_ref().map(|told| told.payment.request.id).map_err(Clone::clone))
        }
        _ => None,
    })
}

fn paid(fen: i64) -> End {
    let paid = Paid {
        amount: Money::cny(fen),
        transaction: "T1".into(),
        at: None,
        payer: String::new(),
        funds: String::new(),
    };
    End::Answered(Answer { verdict: Verdict::Paid(paid), said: Said::default() })
}

fn request(id: PaymentId, key: &str, fen: i64) -> Request {
    Request {
        id,
        merchant: MerchantId::from_u128(2),
        store: StoreId::from_u128(3),
        till: TillId::from_u128(4),
        cashier: "Li".into(),
        key: key.into(),
        content: [fen as u8; 32],
        amount: Money::cny(fen),
        channel: ChannelId::from_u128(5),
        routed: None,
        wallet: "wallet".into(),
        wallet_name: Text::new("钱包", "wallet"),
        method: Method::PayerCode { hint: "13••89".into() },
        description: "goods".into(),
        reference: String::new(),
        part: None,
        installments: None,
    }
}

#[test]
fn what_another_node_drives_is_answered_from_its_facts_and_never_changed() {
    let mut desk = Desk::new();
    let id = desk.begin("sale", 1250, 1);
    desk.commit();
    let entries: Vec<Entry> = desk.rows.iter().map(|row| row.entry.clone()).collect();
    let Some(Fact::Requested(request)) = entries.first().map(|entry| entry.fact.clone()) else {
        panic!("a payment begins with its request")
    };
    let mut other = Engine::new(BTreeMap::new());
    let request = std::sync::Arc::unwrap_or_clone(request);
    let now = request_time(&entries);
    let by_key = Which::Key(request.merchant, request.key.clone());
    let merchant = request.merchant;
    other.handle(Wake::Begin { request, code: None, caller: 1 }, now);
    other.handle(
        Wake::Command { payment: id, merchant, command: Command::Cancel { by: "wang".into() }, caller: 2 },
        now,
    );
    assert_eq!(other.take().loads, [by_key.clone(), Which::Id(id)]);
    let holder = Fence(7);
    for which in [by_key, Which::Id(id)] {
        other.handle(Wake::Elsewhere { which, entries: entries.clone(), holder }, now);
    }
    let batch = other.take().batch;
    assert!(batch.rows.is_empty() && batch.changes.is_empty(), "{batch:?}");
    assert!(
        matches!(&batch.after[..], [After::Tell { caller: 1, answer: Ok(told) }] if told.payment.version == 2)
    );
    assert_eq!(batch.elsewhere, [Elsewhere::Caller { caller: 2, holder }]);
    assert_eq!((other.open_payments(), other.next_due()), (0, None));
}

#[test]
fn a_payment_that_is_let_go_leaves_nothing_behind() {
    let mut desk = Desk::new();
    let (ours, theirs) = (desk.begin("ours", 100, 1), desk.begin("theirs", 200, 2));
    let mut batch = desk.gather();
    let untold = batch.without(&[theirs].into());
    desk.engine.let_go(&[theirs].into());
    assert_eq!(untold, [2], "whoever waits for it hears nothing from this batch");
    assert!(batch.rows.iter().all(|row| row.payment == ours) && batch.rows.len() == 2);
    assert_eq!((batch.changes.len(), batch.after.len()), (1, 2));
    assert_eq!(desk.engine.open_payments(), 1);
    desk.engine.committed(&batch);
    desk.begin("theirs", 200, 3);
    assert_eq!(desk.engine.take().loads.len(), 1, "what is wanted of it is looked up anew");
}

fn request_time(entries: &[Entry]) -> Timestamp {
    entries.first().expect("a first fact").at
}
