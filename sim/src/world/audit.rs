//! The auditor: watches everything that becomes durable or leaves, and at the end compares what everybody's
//! books say. It knows the promises, and next to nothing of how they are kept.

use super::channel::Channel;
use super::till::{Sale, Wish};
use super::{Press, Want};
use crate::report::{Report, Violation};
use crate::server::{Done, Server, Store};
use base::{Money, OrderNo, PaymentId, RefundNo, Timestamp};
use engine::{CallOut, Row, Told};
use payment::{
    Alarm, Answer, Ask, Charge, Entry, Fact, Next, Outcome, Payment, Reason, RefundState, Refusal, Verdict,
};
use provider_contract::{Book, Treatment};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The auditor of one world.
pub(super) struct Audit {
    pub found: Vec<Violation>,
    traced: BTreeSet<PaymentId>,
    traces: BTreeMap<PaymentId, Vec<String>>,
    acknowledged: BTreeSet<PaymentId>,
    acknowledged_refunds: BTreeSet<(PaymentId, String)>,
    charges_left: BTreeMap<PaymentId, u32>,
    announced: BTreeMap<PaymentId, Vec<Outcome>>,
    stands: BTreeMap<PaymentId, Next>,
    last_rested: Timestamp,
    settle_by: Timestamp,
    seen_by_bill: BTreeSet<PaymentId>,
    counts: BTreeMap<&'static str, u64>,
    outcomes: BTreeMap<&'static str, u64>,
    payments: u64,
    facts: u64,
    hash: Hasher,
}

impl Audit {
    pub fn new(traced: BTreeSet<PaymentId>) -> Audit {
        Audit {
            found: Vec::new(),
            traced,
            traces: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            acknowledged_refunds: BTreeSet::new(),
            charges_left: BTreeMap::new(),
            announced: BTreeMap::new(),
            stands: BTreeMap::new(),
            last_rested: Timestamp::from_micros(0),
            settle_by: Timestamp::MAX,
            seen_by_bill: BTreeSet::new(),
            counts: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            payments: 0,
            facts: 0,
            hash: Hasher(0xcbf2_9ce4_8422_2325),
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Writes a line into the payment's trace, if it is traced.
    pub fn note(&mut self, payment: PaymentId, now: Timestamp, line: impl FnOnce() -> String) {
        if self.traced.contains(&payment) {
            self.traces.entry(payment).or_default().push(format!("{now} {}", line()));
        }
    }

    pub fn violated(
        &mut self,
        now: Timestamp,
        payment: Option<PaymentId>,
        rule: &'static str,
        detail: String,
    ) {
        let detail = format!("at {now} {detail}");
        self.found.push(Violation { seed: 0, payment, rule, detail, trace: Vec::new() });
    }

    /// From this moment on everything must rest.
    pub fn settle_by(&mut self, at: Timestamp) {
        self.settle_by = at;
    }

    /// A call is about to leave: its intent must be in the store, and nothing must have ended it.
    pub fn call_leaves(&mut self, now: Timestamp, out: &CallOut, store: &Store) {
        let id = out.payment.request.id;
        let mut later = store.facts(id).iter().rev();
        let asked = later.next().is_some_and(
            |entry| matches!(entry.fact, Fact::Asked { call, ask } if call == out.call && ask == out.ask),
        );
        let ended = asked || store.facts(id).iter().any(|entry| is_asked(&entry.fact, out));
        if !ended {
            let detail = format!("{:?} #{} left before it was durable", out.ask, out.call);
            self.violated(now, Some(id), "nothing is sent before its intent is durable", detail);
        }
        self.note(id, now, || format!("call #{} {:?}", out.call, out.ask));
    }

    /// Bytes of a call left.
    pub fn left(&mut self, id: PaymentId, ask: Ask) {
        if ask == Ask::Charge {
            *self.charges_left.entry(id).or_default() += 1;
        }
    }

    /// Facts became durable.
    pub fn committed(&mut self, now: Timestamp, done: &Done, store: &Store) {
        if let Some(why) = &done.refused {
            self.violated(now, None, "the store accepts what the engine offers", why.clone());
        }
        for row in &done.rows {
            self.facts += 1;
            self.hash.row(row);
            self.note(row.payment, now, || format!("fact {} {:?}", row.seq, row.entry.fact));
        }
        for change in &done.changes {
            let id = change.payment.request.id;
            if let Some(outcome) = change.became {
                self.became(now, id, outcome, store);
                self.check_fold(now, &change.payment, store.facts(id));
            }
            if matches!(change.next, Next::Rest(_)) {
                self.last_rested = now;
            }
            self.note(id, now, || format!("stands {:?}", change.next));
            self.stands.insert(id, change.next.clone());
        }
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
        if !proved {
            let detail = format!("{outcome:?} was announced without an answer that proves it");
            self.violated(now, Some(id), "silence and doubt are never an outcome", detail);
        }
        self.announced.entry(id).or_default().push(outcome);
    }

    fn check_fold(&mut self, now: Timestamp, payment: &Payment, facts: &[Entry]) {
        if facts.is_empty() || payment::fold(facts) != *payment {
            let detail = "the engine's memory differs from the store".to_owned();
            self.violated(now, Some(payment.request.id), "a payment is what its facts add up to", detail);
        }
    }

    /// The server answered a caller; what it acknowledged must never be lost.
    pub fn answered(
        &mut self,
        now: Timestamp,
        wish: Wish,
        sales: &[Sale],
        answer: &Result<Box<Told>, Refusal>,
    ) {
        let (rule, kept) = match (wish, answer) {
            (Wish::Sale { how: Press::OtherContent, .. }, answer) => (
                "a key with other content is refused",
                matches!(answer, Err(Refusal::IdempotencyKeyReusedWithOtherContent)),
            ),
            (Wish::Want { want: Want::LookAsAnotherMerchant, .. }, answer) => {
                ("a merchant sees only its own payments", matches!(answer, Err(Refusal::NoSuchPayment)))
            }
            (Wish::Sale { sale, .. }, Ok(told)) => {
                self.acknowledged.insert(told.payment.request.id);
                let known = sales[sale].payment;
                ("the same key is the same payment", known.is_none_or(|id| id == told.payment.request.id))
            }
            (Wish::Sale { .. }, Err(_)) => ("a sound request is accepted", false),
            (Wish::Want { sale, want: Want::Refund(which) }, answer) => {
                let wish = &sales[sale].refunds[which];
                if let Ok(told) = answer {
                    self.acknowledged_refunds.insert((told.payment.request.id, wish.key.clone()));
                }
                let impossible =
                    !wish.amount.is_positive() || wish.amount.minor() > sales[sale].amount.minor();
                ("an impossible refund is refused", !(impossible && answer.is_ok()) || over_paid(sales, sale))
            }
            (Wish::Want { .. }, _) => return,
        };
        if !kept {
            self.violated(now, wish_payment(wish, sales), rule, format!("{wish:?} was answered {answer:?}"));
        }
    }

    pub fn found_by_bill(&mut self, now: Timestamp, payment: PaymentId, treatment: Treatment) {
        self.count("found_by_bill");
        self.seen_by_bill.insert(payment);
        self.note(payment, now, || "the bill differs; somebody looks".to_owned());
        if treatment != Treatment::PaidAfterReverse {
            let detail =
                format!("only the bill showed what became of this order, treated {}", treatment.name());
            self.violated(now, Some(payment), "our book equals the provider's before the bill comes", detail);
        }
    }

    /// Payments whose money the provider's book sees elsewhere than ours.
    pub fn differing(
        &self,
        server: &Server,
        channels: &[Channel],
        by_payment: &BTreeMap<PaymentId, usize>,
    ) -> Vec<PaymentId> {
        let books = books(channels);
        let ours = by_payment.keys().filter(|id| !server.store.facts(**id).is_empty());
        ours.copied()
            .filter(|id| {
                let payment = payment::fold(server.store.facts(*id));
                kept_by_us(&payment) != books.get(id).map_or(0, kept_by_provider)
            })
            .collect()
    }

    /// The day is over: every payment is looked at once more.
    pub fn settle_accounts(
        &mut self,
        server: &Server,
        channels: &mut [Channel],
        sales: &[Sale],
        by_payment: &BTreeMap<PaymentId, usize>,
        calm: bool,
    ) {
        let books = books(channels);
        let now = self.last_rested;
        for (&id, &sale) in by_payment {
            let facts = server.store.facts(id);
            let book = books.get(&id);
            if facts.is_empty() {
                self.expect(
                    now,
                    id,
                    "an acknowledged request is never lost",
                    !self.acknowledged.contains(&id),
                    "",
                );
                self.expect(now, id, "the provider knows only what we recorded", book.is_none(), "");
                continue;
            }
            self.payments += 1;
            let payment = payment::fold(facts);
            self.settle_story(now, id, facts);
            self.settle_rest(now, &payment, &sales[sale], calm);
            self.settle_book(now, &payment, book);
        }
        for (id, book) in books.iter().filter(|(id, _)| !by_payment.contains_key(id)) {
            let detail = format!("{book:?}");
            self.violated(now, None, "the provider knows only what we recorded", format!("{id}: {detail}"));
        }
        self.settle_codes(now, sales, by_payment, &books);
        let acknowledged = std::mem::take(&mut self.acknowledged_refunds);
        for (id, key) in acknowledged {
            let times = server.store.facts(id).iter().filter(|entry| is_refund(&entry.fact, &key)).count();
            self.expect(
                now,
                id,
                "an acknowledged refund exists once",
                times == 1,
                &format!("{key}: {times}"),
            );
        }
        if self.last_rested > self.settle_by && self.seen_by_bill.is_empty() {
            let detail = format!("the last came to rest at {}", self.last_rested);
            self.violated(now, None, "everything rests soon after trouble ends", detail);
        }
    }

    /// One code scanned for two sales is charged once.
    fn settle_codes(
        &mut self,
        now: Timestamp,
        sales: &[Sale],
        by_payment: &BTreeMap<PaymentId, usize>,
        books: &BTreeMap<PaymentId, Book>,
    ) {
        let mut charged: BTreeMap<usize, u32> = BTreeMap::new();
        for (id, sale) in by_payment {
            *charged.entry(*sale).or_default() += books.get(id).map_or(0, |book| book.charges);
        }
        let times = |sale: usize| charged.get(&sale).copied().unwrap_or(0);
        for (number, sale) in sales.iter().enumerate() {
            let Some(twin) = sale.same_code_as else { continue };
            if times(number) + times(twin) > 1 {
                let detail = format!("sales {twin} and {number} were both charged");
                self.violated(now, sale.payment, "one scan is charged once", detail);
            }
        }
    }

    /// Calls one at a time, each ended once; a charge again only if the one before never left.
    fn settle_story(&mut self, now: Timestamp, id: PaymentId, facts: &[Entry]) {
        let mut open: Option<(u32, Ask)> = None;
        let mut charge_left = false;
        let mut notices = BTreeSet::new();
        let mut sound = true;
        for (position, entry) in facts.iter().enumerate() {
            sound &= position == 0 || facts[position - 1].at <= entry.at;
            match &entry.fact {
                Fact::Asked { call, ask } => {
                    sound &= open.is_none() && !(*ask == Ask::Charge && charge_left);
                    charge_left |= *ask == Ask::Charge;
                    open = Some((*call, *ask));
                }
                Fact::Answered { call, .. } | Fact::Lost { call, .. } | Fact::NeverLeft { call, .. } => {
                    let ended = open.take().filter(|(opened, _)| opened == call);
                    sound &= ended.is_some();
                    let never_left = matches!(entry.fact, Fact::NeverLeft { .. });
                    if never_left && ended.is_some_and(|(_, ask)| ask == Ask::Charge) {
                        charge_left = false;
                    }
                }
                Fact::Noticed(notice) => sound &= notices.insert(notice.notice_id.clone()),
                Fact::Requested(_) => sound &= position == 0,
                Fact::CancelRequested { .. }
                | Fact::RefundRequested(_)
                | Fact::LookRequested { .. }
                | Fact::Matched(_)
                | Fact::MatchWithdrawn { .. }
                | Fact::Settled(_)
                | Fact::Raised(_) => {}
            }
        }
        self.expect(now, id, "facts tell one orderly story", sound && open.is_none(), "");
        let left = self.charges_left.get(&id).copied().unwrap_or(0);
        self.expect(
            now,
            id,
            "one charge leaves, whatever happens",
            left <= 1,
            &format!("{left} charges left"),
        );
    }

    fn settle_rest(&mut self, now: Timestamp, payment: &Payment, sale: &Sale, calm: bool) {
        let id = payment.request.id;
        let stands = self.stands.get(&id).cloned();
        let treatment = sale.treatment;
        let (name, rests) = match &stands {
            Some(Next::Rest(Outcome::Paid)) => ("paid", true),
            Some(Next::Rest(Outcome::NotPaid(_))) => ("not_paid", true),
            Some(Next::Rest(Outcome::Returned)) => ("returned", true),
            Some(Next::Escalate { why: Alarm::WrongAmount, until: None }) => {
                ("escalated", treatment == Treatment::WrongAmount)
            }
            Some(Next::Escalate { why: Alarm::CannotGiveBack, until: None }) => {
                ("escalated", treatment == Treatment::RefundRefused)
            }
            _ => ("open", false),
        };
        *self.outcomes.entry(name).or_default() += 1;
        let detail = format!("{stands:?}, treated {}", treatment.name());
        self.expect(now, id, "every payment rests or is raised for good reason", rests, &detail);
        let open_refund = payment.refunds.iter().any(|refund| refund.under_way());
        let stuck = name == "escalated" && rests;
        self.expect(now, id, "every refund comes to an end", !open_refund || stuck, "");
        self.settle_announced(now, payment);
        if calm && let Some(Next::Rest(outcome)) = stands {
            let expected = expected_in_calm(treatment, payment.request.method.is_payer_code());
            let fits = expected.is_none_or(|expected| expected == outcome);
            let detail = format!("{outcome:?} came of {}", treatment.name());
            self.expect(now, id, "in calm weather the treatment decides the outcome", fits, &detail);
        }
    }

    /// Once the goods may go, only a refund that somebody asked for takes the money back.
    fn settle_announced(&mut self, now: Timestamp, payment: &Payment) {
        let id = payment.request.id;
        let announced = self.announced.get(&id).cloned().unwrap_or_default();
        let asked_back = payment.refunds.iter().any(|refund| refund.request.is_some());
        let sound = announced.windows(2).all(|pair| match (pair[0], pair[1]) {
            (Outcome::Paid, Outcome::Returned) => asked_back,
            (Outcome::NotPaid(_), Outcome::Returned) => true,
            _ => false,
        });
        self.expect(now, id, "what was announced stays true", sound, &format!("{announced:?}"));
    }

    /// The provider's book and ours say the same, to the fen.
    fn settle_book(&mut self, now: Timestamp, payment: &Payment, book: Option<&Book>) {
        let id = payment.request.id;
        let (ours, theirs) = (kept_by_us(payment), book.map_or(0, kept_by_provider));
        let detail = format!("we say {ours} fen stay with the shop, the provider {theirs}: {book:?}");
        self.expect(now, id, "our book equals the provider's to the fen", ours == theirs, &detail);
        let Some(book) = book else { return };
        self.expect(now, id, "an order is charged at most once", book.charges <= 1, &format!("{book:?}"));
        let returned: i64 = book.refunds.iter().map(|(_, amount)| amount.minor()).sum();
        let paid = book.paid.map_or(0, Money::minor);
        self.expect(now, id, "no more goes back than came", returned <= paid, &format!("{book:?}"));
        let known = |number: &str| number.parse::<RefundNo>().is_ok_and(|no| done(payment, no));
        let all_known = book.refunds.iter().all(|(number, _)| known(number));
        self.expect(
            now,
            id,
            "every refund of the provider's is one of ours",
            all_known,
            &format!("{book:?}"),
        );
    }

    fn expect(&mut self, now: Timestamp, id: PaymentId, rule: &'static str, holds: bool, detail: &str) {
        if !holds {
            self.violated(now, Some(id), rule, format!("it does not: {detail}"));
        }
    }

    pub fn report(self, sales: u64) -> Report {
        Report {
            payments: self.payments,
            sales,
            violations: Vec::new(),
            outcomes: self.outcomes,
            facts: self.facts,
            counts: self.counts,
            trace_hash: self.hash.0,
        }
    }

    /// The traces of the traced payments.
    pub fn traces(&mut self) -> BTreeMap<PaymentId, Vec<String>> {
        std::mem::take(&mut self.traces)
    }
}

/// What a payment comes to if nothing interferes; nothing where several ends are right.
fn expected_in_calm(treatment: Treatment, by_code: bool) -> Option<Outcome> {
    if !by_code {
        return None;
    }
    match treatment {
        Treatment::Normal
        | Treatment::PasswordThenPaid
        | Treatment::Slow
        | Treatment::LostAfter
        | Treatment::NotifyTwice
        | Treatment::NotifyLate
        | Treatment::ErrorButPaid
        | Treatment::WrongSignature
        | Treatment::SignatureProbe
        | Treatment::RefundSlow
        | Treatment::RefundRefused => Some(Outcome::Paid),
        Treatment::InsufficientBalance => Some(Outcome::NotPaid(Reason::InsufficientBalance)),
        Treatment::CodeExpired => Some(Outcome::NotPaid(Reason::CodeExpired)),
        Treatment::PayerLimit => Some(Outcome::NotPaid(Reason::PayerLimitExceeded)),
        Treatment::Risk => Some(Outcome::NotPaid(Reason::RiskControl)),
        Treatment::PasswordNeverTyped => Some(Outcome::NotPaid(Reason::NotPaidInTime)),
        Treatment::PasswordThenRefused
        | Treatment::LostBefore
        | Treatment::CodeUsed
        | Treatment::CodeWrong
        | Treatment::ErrorNotPaid
        | Treatment::Maintenance
        | Treatment::WrongAmount
        | Treatment::ReverseNeedsRepeat
        | Treatment::PaidAfterReverse => None,
    }
}

/// What the provider's book leaves with the shop, in fen.
fn kept_by_provider(book: &Book) -> i64 {
    let refunded: i64 = book.refunds.iter().map(|(_, amount)| amount.minor()).sum();
    match book.paid {
        Some(paid) if !book.reversed => paid.minor() - refunded,
        _ => 0,
    }
}

/// What our book leaves with the shop, in fen.
fn kept_by_us(payment: &Payment) -> i64 {
    match &payment.charge {
        Charge::Paid { paid, .. } => paid.amount.minor() - payment.refunded().minor(),
        _ => 0,
    }
}

fn books(channels: &[Channel]) -> BTreeMap<PaymentId, Book> {
    let all = channels.iter().flat_map(|channel| channel.simulator.books());
    all.filter_map(|book| Some((book.order_no.parse::<OrderNo>().ok()?.id(), book))).collect()
}

fn done(payment: &Payment, number: RefundNo) -> bool {
    payment.refund(number.id()).is_some_and(|refund| matches!(refund.state, RefundState::Done { .. }))
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
    matches!(fact, Fact::Asked { call, ask } if *call == out.call && *ask == out.ask)
}

fn is_refund(fact: &Fact, wanted: &str) -> bool {
    matches!(fact, Fact::RefundRequested(request) if request.key == wanted)
}

/// The provider took more than the sale, so a refund of more than the sale can be right.
fn over_paid(sales: &[Sale], sale: usize) -> bool {
    sales[sale].treatment == Treatment::WrongAmount && sales[sale].amount.is_positive()
}

fn wish_payment(wish: Wish, sales: &[Sale]) -> Option<PaymentId> {
    match wish {
        Wish::Sale { sale, .. } | Wish::Want { sale, .. } => sales[sale].payment,
    }
}

/// FNV-1a over what is written to it.
struct Hasher(u64);

impl Hasher {
    /// A durable fact: whose, when, what.
    fn row(&mut self, row: &Row) {
        self.bytes(&row.payment.as_u128().to_le_bytes());
        self.bytes(&row.entry.at.as_micros().to_le_bytes());
        let _ = match &row.entry.fact {
            Fact::Requested(request) => write!(self, "{}{:?}", request.key, request.amount),
            Fact::Answered { call, answer } => write!(self, "{call}{:?}{}", answer.verdict, answer.said.code),
            other => write!(self, "{other:?}"),
        };
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Write for Hasher {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}
