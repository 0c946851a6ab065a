//! The auditor: watches everything that becomes durable, leaves or is announced. It knows the promises, and next to
//! nothing of how they are kept. What can only be judged at the end of the day is judged in [`super::settle`].

use super::ledger::Ledger;
use super::settle::kept_by_us;
use super::till::{Sale, Wish, sale_of};
use super::weather::Fault;
use super::{Delivered, Press, Want};
use crate::promises::{Promise, Tested};
use crate::report::{Report, Spans, Violation};
use crate::store::Store;
use base::{ChannelId, PaymentId, Timestamp};
use engine::lease::Fence;
use engine::{Batch, CallOut, Change, Row, Told};
use payment::{
    Answer, Ask, CallNo, Charge, Doubt, Entry, Fact, Next, Notice, Outcome, Payment, Policy, Reason, Refusal,
    Verdict,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// No unknown may take longer, from the moment that nothing stands in the way any more.
const UNKNOWN_AT_MOST: Duration = Duration::from_secs(180);

/// What is watched of one sale.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The payment that became durable for it.
    pub id: Option<PaymentId>,
    pub acknowledged: bool,
    pub refunds_acknowledged: Vec<String>,
    pub charges_left: u32,
    pub announced: Vec<Outcome>,
    pub stands: Option<Next>,
    /// Goods left on the word that it is paid.
    pub goods: bool,
    /// Money came after it had been given up.
    pub late_money: bool,
    /// A bill made somebody look.
    pub seen_by_bill: bool,
    /// A person was told of a difference that only a person can cure.
    pub raised: bool,
    /// Some call of it was lost or proved nothing.
    pub was_unsure: bool,
    heard: Vec<(CallNo, bool)>,
    notices: Vec<String>,
    driver: Fence,
    unknown_since: Option<Timestamp>,
    last_trouble: Option<Timestamp>,
    ledger: Ledger,
}

/// The auditor of one world.
pub(super) struct Audit {
    pub found: Vec<Violation>,
    pub watched: Vec<Watch>,
    pub traced: BTreeSet<PaymentId>,
    pub last_rested: Timestamp,
    pub settle_by: Timestamp,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub payments: u64,
    pub unresolved: u64,
    pub tested: Tested,
    pub one_leg_only: bool,
    traces: BTreeMap<PaymentId, Vec<String>>,
    stories: BTreeMap<PaymentId, String>,
    healthy: Vec<Timestamp>,
    resolved: Spans,
    counts: BTreeMap<&'static str, u64>,
    faults: BTreeMap<&'static str, u64>,
    drawn: [u64; Fault::ALL.len()],
    facts: u64,
    hash: Hasher,
}

impl Audit {
    pub fn new(traced: BTreeSet<PaymentId>, channels: usize, now: Timestamp) -> Audit {
        Audit {
            found: Vec::new(),
            watched: Vec::new(),
            traced,
            last_rested: Timestamp::from_micros(0),
            settle_by: Timestamp::MAX,
            outcomes: BTreeMap::new(),
            payments: 0,
            unresolved: 0,
            tested: Tested::default(),
            one_leg_only: false,
            traces: BTreeMap::new(),
            stories: BTreeMap::new(),
            healthy: vec![now; channels],
            resolved: Spans::default(),
            counts: BTreeMap::new(),
            faults: BTreeMap::new(),
            drawn: [0; Fault::ALL.len()],
            facts: 0,
            hash: Hasher(0xcbf2_9ce4_8422_2325),
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn fault(&mut self, fault: Fault) {
        self.drawn[fault as usize] += 1;
    }

    pub fn fault_if(&mut self, happened: bool, what: &'static str) {
        if happened {
            *self.faults.entry(what).or_default() += 1;
        }
    }

    /// Writes a line into the payment's trace, if it is traced.
    pub fn note(&mut self, payment: PaymentId, now: Timestamp, line: impl FnOnce() -> String) {
        if self.traced.contains(&payment) {
            self.traces.entry(payment).or_default().push(format!("{now} {}", line()));
        }
    }

    /// Puts a promise to the test.
    pub fn expect(
        &mut self,
        promise: Promise,
        now: Timestamp,
        payment: Option<PaymentId>,
        holds: bool,
        detail: impl FnOnce() -> String,
    ) {
        self.tested.count(promise);
        if !holds {
            let detail = format!("at {now} {}", detail());
            let trace = Vec::new();
            self.found.push(Violation { seed: 0, sales: 0, payment, promise, detail, trace });
        }
    }

    /// From this moment on everything must rest.
    pub fn settle_by(&mut self, at: Timestamp) {
        self.settle_by = at;
    }

    /// A trouble on the way to a provider, or anywhere, began or ended now: unknowns are measured from here.
    pub fn healthy_again(&mut self, channel: Option<usize>, now: Timestamp) {
        match channel {
            Some(channel) => self.healthy[channel] = now,
            None => self.healthy.fill(now),
        }
    }

    pub fn watch(&mut self, id: PaymentId) -> &mut Watch {
        let sale = sale_of(id);
        if self.watched.len() <= sale {
            self.watched.resize_with(sale + 1, Watch::default);
        }
        &mut self.watched[sale]
    }

    /// A node's call is about to leave: its intent must be in the store with nothing that ended it, and nobody may
    /// have taken the payment over.
    pub fn call_leaves(&mut self, now: Timestamp, me: Fence, out: &CallOut, store: &Store) {
        let id = out.payment.request.id;
        let facts = store.facts(id);
        let asked = facts.iter().rev().any(|entry| is_asked(&entry.fact, out));
        let call = || format!("{:?} #{} left", out.ask, out.call);
        self.expect(Promise::DurableBeforeSent, now, Some(id), asked, || format!("{} unrecorded", call()));
        let since = facts.iter().rev().take_while(|entry| !is_asked(&entry.fact, out));
        let ended = since.into_iter().any(|entry| ends(&entry.fact, out.call));
        let alone = !ended && store.members.may_commit(me);
        self.expect(Promise::OneDriver, now, Some(id), alone || !asked, || {
            format!("{} from {me}, which counts no more", call())
        });
        self.note(id, now, || format!("call #{} {:?} by {me}", out.call, out.ask));
    }

    /// Bytes of a call left.
    pub fn left(&mut self, id: PaymentId, ask: Ask) {
        if ask == Ask::Charge {
            self.watch(id).charges_left += 1;
        }
    }

    /// A request reached its provider after we had stopped waiting for it, or a second time.
    pub fn arrived_late(&mut self, id: PaymentId, now: Timestamp) {
        self.watch(id).last_trouble = Some(now);
    }

    /// A reply arrived for a call. Unless it proves something, the call may not end in an outcome.
    pub fn heard(&mut self, id: PaymentId, call: CallNo, damaged: bool, answer: &Answer) {
        let proves = !damaged && !matches!(answer.verdict, Verdict::Unclear(_));
        self.watch(id).heard.push((call, proves));
    }

    pub fn damaged_reply(
        &mut self,
        now: Timestamp,
        id: PaymentId,
        ask: Ask,
        answer: &Answer,
        believed: bool,
    ) {
        self.expect(Promise::SilenceProvesNothing, now, Some(id), !believed, || {
            format!("a damaged reply to {ask:?} was read as {:?}", answer.verdict)
        });
    }

    /// A node was refused because it counts no more.
    pub fn fenced_out(&mut self, _now: Timestamp) {
        self.count("commits_of_the_fenced_refused");
    }

    pub fn unsound(&mut self, now: Timestamp, why: String) {
        self.expect(Promise::OneDriver, now, None, false, || {
            format!("the store was offered rows that do not fit: {why}")
        });
    }

    /// A node's batch became durable, but for payments that others hold.
    pub fn committed(
        &mut self,
        now: Timestamp,
        me: Fence,
        batch: &Batch,
        elsewhere: &BTreeSet<PaymentId>,
        store: &Store,
        policies: &BTreeMap<ChannelId, Policy>,
    ) {
        for row in batch.rows.iter().filter(|row| !elsewhere.contains(&row.payment)) {
            self.row(now, me, row, store);
        }
        for change in batch.changes.iter().filter(|change| !elsewhere.contains(&change.payment.request.id)) {
            let policy = &policies[&change.payment.request.channel];
            self.change(now, change, store, policy);
        }
    }

    fn row(&mut self, now: Timestamp, me: Fence, row: &Row, store: &Store) {
        self.facts += 1;
        self.hash.row(row);
        let id = row.payment;
        self.note(id, now, || format!("fact {} {:?} by {me}", row.seq, row.entry.fact));
        let one_leg = self.one_leg_only;
        let watch = self.watch(id);
        watch.ledger.learn(&row.entry.fact, one_leg);
        let before = std::mem::replace(&mut watch.driver, me);
        let (announced, known) = (!watch.announced.is_empty(), watch.id);
        if before != me && before != Fence::NOBODY {
            let alone = !store.members.may_commit(before) && store.members.may_commit(me);
            self.expect(Promise::OneDriver, now, Some(id), alone, || {
                format!("{me} acts and {before} is alive")
            });
        }
        if announced {
            self.tested.count(Promise::OutcomeStays);
        }
        match &row.entry.fact {
            Fact::Requested(_) => {
                self.watch(id).id = Some(id);
                self.expect(
                    Promise::KeyIsOneContent,
                    now,
                    Some(id),
                    known.is_none_or(|known| known == id),
                    || "its key has two payments".to_owned(),
                );
            }
            Fact::Answered { call, answer } => self.answer_recorded(now, id, *call, answer),
            Fact::Lost { .. } | Fact::NeverLeft { .. } => {
                let watch = self.watch(id);
                watch.was_unsure = true;
                watch.last_trouble = Some(now);
            }
            Fact::Noticed(notice) => {
                let repeated = self.watch(id).notices.contains(&notice.notice_id);
                self.watch(id).notices.push(notice.notice_id.clone());
                self.expect(Promise::NoticesOnlyMakeUsLook, now, Some(id), !repeated, || {
                    "a repeated notification became a fact".to_owned()
                });
            }
            _ => {}
        }
    }

    /// An answer became a fact: it must have been heard, and must not say more than was heard.
    fn answer_recorded(&mut self, now: Timestamp, id: PaymentId, call: CallNo, answer: &Answer) {
        let proves = !matches!(answer.verdict, Verdict::Unclear(_));
        let watch = self.watch(id);
        if matches!(answer.verdict, Verdict::Unclear(doubt) if doubt != Doubt::NotYetPaid) {
            watch.was_unsure = true;
            watch.last_trouble = Some(now);
        }
        let heard = watch.heard.iter().any(|(heard, proof)| *heard == call && (*proof || !proves));
        self.expect(Promise::SilenceProvesNothing, now, Some(id), heard, || {
            format!("#{call} is recorded as {:?}, and no such reply came", answer.verdict)
        });
    }

    fn change(&mut self, now: Timestamp, change: &Change, store: &Store, policy: &Policy) {
        let id = change.payment.request.id;
        if let Some(outcome) = change.became {
            self.became(now, id, outcome, store);
            let facts = store.facts(id);
            let same = !facts.is_empty() && payment::fold(facts) == *change.payment;
            self.expect(Promise::MemoryIsFacts, now, Some(id), same, || {
                "the engine's memory differs from the store".to_owned()
            });
        }
        if matches!(change.next, Next::Rest(_)) {
            self.last_rested = now;
        }
        self.balance(now, &change.payment);
        self.measure(now, &change.payment, policy);
        self.note(id, now, || format!("stands {:?}", change.next));
        let watch = self.watch(id);
        watch.late_money |= change.payment.owed_back();
        watch.stands = Some(change.next.clone());
    }

    /// An outcome needs evidence: an answer that proves it, or that nothing ever left.
    fn became(&mut self, now: Timestamp, id: PaymentId, outcome: Outcome, store: &Store) {
        let facts = store.facts(id);
        let proved = match outcome {
            Outcome::Paid => any_verdict(facts, |verdict| matches!(verdict, Verdict::Paid(_))),
            Outcome::Returned => any_verdict(facts, |verdict| {
                matches!(verdict, Verdict::Returned | Verdict::Closed | Verdict::Refunded { .. })
            }),
            Outcome::NotPaid(_) => {
                let proof = |verdict: &Verdict| {
                    matches!(verdict, Verdict::Declined(_) | Verdict::Closed | Verdict::NotFound)
                };
                any_verdict(facts, proof) || nothing_left(facts)
            }
        };
        self.expect(Promise::SilenceProvesNothing, now, Some(id), proved, || {
            format!("{outcome:?} was announced without an answer that proves it")
        });
        self.watch(id).announced.push(outcome);
    }

    /// Promise 12. The two accounts of a payment, posted from its facts, balance, and say what the payment says.
    fn balance(&mut self, now: Timestamp, payment: &Payment) {
        let kept = kept_by_us(payment);
        let ledger = &self.watch(payment.request.id).ledger;
        let (sound, owed) =
            (ledger.balances() && ledger.owed_to_us == kept, [ledger.owed_to_us, ledger.owed_by_us]);
        self.expect(Promise::BooksBalance, now, Some(payment.request.id), sound, || {
            format!("the accounts say {owed:?} fen and the payment keeps {kept}")
        });
    }

    /// How long an unknown takes to its end, from the moment on that nothing stands in the way: the provider answers,
    /// the links hold, calls of it get through, and neither the payer nor a request under way can change it any more.
    fn measure(&mut self, now: Timestamp, payment: &Payment, policy: &Policy) {
        let id = payment.request.id;
        let channel = (payment.request.channel.as_u128() as usize).saturating_sub(1);
        let healthy = self.healthy[channel];
        let unsure = matches!(payment.charge, Charge::Unclear { .. });
        let watch = self.watch(id);
        if unsure {
            watch.unknown_since.get_or_insert(now);
            return;
        }
        let Some(since) = watch.unknown_since.take() else { return };
        let definite =
            matches!(payment.charge, Charge::Paid { .. } | Charge::NotPaid { .. } | Charge::Returned { .. });
        if !definite {
            return;
        }
        let trouble = watch.last_trouble.unwrap_or(since);
        let from = since.max(healthy).max(trouble).max(open_until(payment, policy));
        let took = now.since(from);
        self.resolved.count(took);
        self.expect(Promise::UnknownEnds, now, Some(id), took <= UNKNOWN_AT_MOST, || {
            format!("it took {took:?} from {from}")
        });
    }

    /// A server answered a caller; what it acknowledged must never be lost.
    pub fn answered(
        &mut self,
        now: Timestamp,
        wish: Wish,
        sales: &[Sale],
        answer: &Result<Box<Told>, Refusal>,
    ) {
        let (promise, kept) = match (wish, answer) {
            (Wish::Sale { how: Press::OtherContent, .. }, answer) => (
                Promise::KeyIsOneContent,
                matches!(answer, Err(Refusal::IdempotencyKeyReusedWithOtherContent)),
            ),
            (Wish::Want { want: Want::LookAsAnotherMerchant, .. }, answer) => {
                (Promise::OwnPaymentsOnly, matches!(answer, Err(Refusal::NoSuchPayment)))
            }
            (Wish::Sale { sale, .. }, Ok(told)) => {
                let id = told.payment.request.id;
                self.watch(id).acknowledged = true;
                (Promise::KeyIsOneContent, sales[sale].payment.is_none_or(|known| known == id))
            }
            (Wish::Sale { .. }, Err(_)) => (Promise::KeyIsOneContent, false),
            (Wish::Want { sale, want: Want::Refund(which) }, answer) => {
                let wish = &sales[sale].refunds[which];
                if let Ok(told) = answer {
                    self.watch(told.payment.request.id).refunds_acknowledged.push(wish.key.clone());
                }
                let impossible =
                    !wish.amount.is_positive() || wish.amount.minor() > sales[sale].amount.minor();
                (Promise::RefundsWithinPaid, !(impossible && answer.is_ok()) || over_paid(sales, sale))
            }
            (Wish::Want { .. }, _) => return,
        };
        let payment = wish_payment(wish, sales);
        self.expect(promise, now, payment, kept, || format!("{wish:?} was answered {answer:?}"));
    }

    /// The till lets goods go.
    pub fn goods_leave(&mut self, id: PaymentId) {
        self.watch(id).goods = true;
    }

    /// A notification was read, or refused.
    pub fn notice_read(&mut self, now: Timestamp, kind: Delivered, read: Option<&Notice>) {
        let harmless = kind != Delivered::Forged || read.is_none();
        if kind != Delivered::AsSent {
            self.expect(Promise::NoticesOnlyMakeUsLook, now, None, harmless, || {
                format!("a forged notification was believed: {read:?}")
            });
        }
    }

    pub fn report(self, sales: u64) -> Report {
        let mut faults = self.faults;
        for fault in Fault::ALL {
            let times = self.drawn[*fault as usize];
            if times > 0 {
                faults.insert(fault.name(), times);
            }
        }
        Report {
            payments: self.payments,
            sales,
            outcomes: self.outcomes,
            unresolved: self.unresolved,
            facts: self.facts,
            faults,
            counts: self.counts,
            tested: self.tested,
            resolved: self.resolved,
            trace_hash: self.hash.0,
            ..Report::default()
        }
    }

    /// The traces of the traced payments.
    pub fn traces(&mut self) -> BTreeMap<PaymentId, Vec<String>> {
        std::mem::take(&mut self.traces)
    }

    /// Keeps the scenario of a traced payment.
    pub fn keep_story(&mut self, id: PaymentId, facts: &[Entry]) {
        let first = self.found.iter().find(|found| found.payment == Some(id));
        let promise = first.map_or("a payment of the simulated world", |found| found.promise.sentence());
        self.stories.insert(id, super::story::scenario(&format!("Broken: {promise}."), facts));
    }

    pub fn stories(&mut self) -> BTreeMap<PaymentId, String> {
        std::mem::take(&mut self.stories)
    }
}

/// Until when the world itself may change what becomes of it: a lost request may arrive, the payer may pay, the
/// provider does not permit to undo.
fn open_until(payment: &Payment, policy: &Policy) -> Timestamp {
    let charged = payment.history.charged_at.unwrap_or(payment.requested_at);
    let by_code = payment.request.method.is_payer_code();
    let payable = if by_code { charged } else { payment.requested_at + policy.qr_lifetime };
    match (&payment.charge, payment.undo) {
        (Charge::NotPaid { reason: Reason::NeverArrived, .. }, _) => {
            payable + policy.in_flight_max + policy.call_timeout
        }
        (_, Some(undo)) if by_code => undo.since.max(charged + policy.reverse_not_before),
        (_, Some(undo)) => undo.since,
        (_, None) => charged,
    }
}

fn any_verdict(facts: &[Entry], proves: impl Fn(&Verdict) -> bool) -> bool {
    facts.iter().any(|entry| {
        matches!(&entry.fact, Fact::Answered { answer: Answer { verdict, .. }, .. } if proves(verdict))
    })
}

/// No call about the charge ever left.
fn nothing_left(facts: &[Entry]) -> bool {
    facts.iter().all(|entry| !matches!(entry.fact, Fact::Answered { .. } | Fact::Lost { .. }))
}

fn is_asked(fact: &Fact, out: &CallOut) -> bool {
    matches!(fact, Fact::Asked { call, ask, .. } if *call == out.call && *ask == out.ask)
}

fn ends(fact: &Fact, number: CallNo) -> bool {
    match fact {
        Fact::Answered { call, .. } | Fact::Lost { call, .. } | Fact::NeverLeft { call, .. } => {
            *call == number
        }
        _ => false,
    }
}

/// The provider took more than the sale, so a refund of more than the sale can be right.
fn over_paid(sales: &[Sale], sale: usize) -> bool {
    sales[sale].treatment == provider_contract::Treatment::WrongAmount && sales[sale].amount.is_positive()
}

fn wish_payment(wish: Wish, sales: &[Sale]) -> Option<PaymentId> {
    match wish {
        Wish::Sale { sale, .. } | Wish::Want { sale, .. } => sales[sale].payment,
    }
}

/// A mixture of words, in order.
struct Hasher(u64);

impl Hasher {
    /// A durable fact: whose, when, what. Bytes that differ with keys drawn anew are left out.
    fn row(&mut self, row: &Row) {
        let id = row.payment.as_u128();
        self.word((id >> 64) as u64);
        self.word(id as u64);
        self.word(row.entry.at.as_micros() as u64);
        match &row.entry.fact {
            Fact::Requested(request) => self.words(1, request.amount.minor() as u64, 0),
            Fact::Asked { call, ask, .. } => self.words(2, u64::from(*call), ask_word(ask)),
            Fact::Answered { call, answer } => self.words(3, u64::from(*call), verdict_word(&answer.verdict)),
            Fact::Lost { call, why } => self.words(4, u64::from(*call), *why as u64),
            Fact::NeverLeft { call, .. } => self.words(5, u64::from(*call), 0),
            Fact::Noticed(notice) => self.words(6, u64::from(notice.refund_no.is_some()), 0),
            Fact::CancelRequested { .. } => self.words(7, 0, 0),
            Fact::RefundRequested(request) => self.words(8, request.amount.minor() as u64, 0),
            Fact::LookRequested { .. } => self.words(9, 0, 0),
            Fact::Matched(_)
            | Fact::MatchWithdrawn { .. }
            | Fact::Settled(_)
            | Fact::Raised(_)
            | Fact::RefundFound(_)
            | Fact::RefundWithdrawn(_)
            | Fact::FoundAcknowledged { .. } => self.words(10, 0, 0),
        }
    }

    fn words(&mut self, kind: u64, first: u64, second: u64) {
        self.word(kind);
        self.word(first);
        self.word(second);
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

fn ask_word(ask: &Ask) -> u64 {
    match ask {
        Ask::Charge => 1,
        Ask::Present => 2,
        Ask::Inquire => 3,
        Ask::Reverse => 4,
        Ask::Close => 5,
        Ask::Refund { amount, .. } => 100 + amount.minor() as u64,
        Ask::InquireRefund { .. } => 7,
    }
}

fn verdict_word(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Paid(paid) => 1000 + paid.amount.minor() as u64,
        Verdict::AwaitingPayer => 1,
        Verdict::QrReady { .. } => 2,
        Verdict::Declined(reason) => 100 + *reason as u64,
        Verdict::NotFound => 3,
        Verdict::Closed => 4,
        Verdict::Returned => 5,
        Verdict::AskAgain => 6,
        Verdict::RefundProcessing => 7,
        Verdict::Refunded { amount, .. } => 1 << 32 | amount.minor() as u64,
        Verdict::RefundRefused(reason) => 200 + *reason as u64,
        // Which byte was damaged may decide whether a reply is garbled or wrongly signed.
        Verdict::Unclear(Doubt::BadSignature | Doubt::Garbled) => 8,
        Verdict::Unclear(doubt) => 300 + *doubt as u64,
    }
}
