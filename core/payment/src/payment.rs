//! What the facts add up to. Folding is total: it never fails and never decides; a fact that tells nothing
//! new changes nothing.
//!
//! ```text
//!                  never left (tries)                lost, unclear
//!   NotAsked ────► NeverLeft      NotAsked/NeverLeft ─────────────► Unclear ◄──┐
//!       │ asked                                                       │  inquire│
//!       ▼                                                             ▼         │
//!   AwaitingPayer ◄──────────── payer must confirm ───────────── (answers) ─────┘
//!       │                                                             │
//!       ├── paid ──► Paid ── reversed, or all refunded ──► Returned   │
//!       └── declined, closed ──► NotPaid ── late success ──► Paid (owed back) ──► Returned
//! ```

use crate::by_hand::first_charge;
use crate::{
    Alarm, Answer, Ask, CallNo, Doubt, Entry, Fact, Lost, Match, Method, Notice, Paid, Reason, Refund,
    RefundRequest, RefundState, Request, Said, Settlement, Trace, Verdict,
};
use base::{Currency, Money, RefundId, Timestamp};
use std::sync::Arc;

/// What the facts of one payment add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// What was wanted. Shared, since every copy of a payment bears it and it never changes.
    pub request: Arc<Request>,
    /// When.
    pub requested_at: Timestamp,
    /// How many facts there are; grows with every one.
    pub version: u32,
    /// When the last fact was learnt.
    pub updated_at: Timestamp,
    /// Where the money is.
    pub charge: Charge,
    /// The call under way; there is never more than one.
    pub open_call: Option<OpenCall>,
    /// The number that the provider knows the charge by, where such numbers are counted.
    pub trace: Option<Trace>,
    /// What was asked so far, for deciding when to ask again.
    pub history: History,
    /// Set once this payment shall end without the money being ours.
    pub undo: Option<Undo>,
    /// Since when somebody or something wants the provider asked afresh.
    pub look_wanted: Option<Timestamp>,
    /// Returns of money, in the order they were asked for.
    pub refunds: Vec<Refund>,
    /// The provider's last words about the charge.
    pub said: Said,
    /// Ids of the notifications that came, so that a repeat is known for one.
    pub notices: Vec<String>,
    /// What a payment recorded by hand was found as.
    pub matched: Option<Match>,
    /// What a person decided.
    pub settled: Option<Settlement>,
    /// Since when the provider denies what it had said to be paid.
    pub contradicted: Option<Timestamp>,
    /// A second transaction that the provider says paid the same order.
    pub second: Option<Paid>,
    /// A person has decided to keep it in spite of what was raised about it.
    pub accepted: bool,
    /// It came after giving up, and a person decided that it is kept.
    pub kept_late: bool,
    /// Who has seen that it was found paid.
    pub acknowledged: Option<String>,
    /// Why a person was last called, unless the money moved since.
    pub raised: Option<Alarm>,
}

/// Where the money is. Each state has exactly what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charge {
    /// Nothing was sent yet.
    NotAsked,
    /// Sending failed before the first byte, so often.
    NeverLeft {
        /// How often.
        tries: u32,
        /// The last time.
        at: Timestamp,
    },
    /// It may or may not have been charged.
    Unclear {
        /// Since when.
        since: Timestamp,
        /// Why, at last count.
        why: WhyUnclear,
    },
    /// The payer has to do something: confirm on the phone, or scan our QR.
    AwaitingPayer {
        /// Since when.
        since: Timestamp,
        /// The QR to show, if the customer scans ours.
        qr: Option<Qr>,
    },
    /// A person recorded that the customer paid by the shop's printed code; nobody has verified it.
    Recorded {
        /// Since when.
        since: Timestamp,
    },
    /// The money was taken. Whether it is ours to keep, [`Payment::owed_back`] says.
    Paid {
        /// The proof.
        paid: Paid,
        /// When we learnt it.
        at: Timestamp,
    },
    /// No money was taken and none will be.
    NotPaid {
        /// Why.
        reason: Reason,
        /// When we learnt it.
        at: Timestamp,
    },
    /// The money was taken and went back.
    Returned {
        /// What had been paid, if it was ever seen as paid.
        paid: Option<Paid>,
        /// When we learnt it.
        at: Timestamp,
    },
}

/// Why it is unclear whether money was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyUnclear {
    /// No reply.
    Lost(Lost),
    /// A reply that proves nothing.
    Doubt(Doubt),
    /// The provider knows no such order, which a request still under way could change.
    NotFound,
}

/// A QR the customer can pay by scanning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// The text to draw.
    pub content: String,
    /// When it stops being payable, if the provider said.
    pub expires_at: Option<Timestamp>,
}

/// A call under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCall {
    /// Its number.
    pub call: CallNo,
    /// What is asked.
    pub ask: Ask,
    /// When it was asked.
    pub at: Timestamp,
}

/// What was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Number of the last call.
    pub calls: CallNo,
    /// When the charge (or the QR) was last asked for.
    pub charged_at: Option<Timestamp>,
    /// When an inquiry was last asked.
    pub inquiry_asked: Option<Timestamp>,
    /// When an inquiry last ended, whatever came of it.
    pub inquiry_ended: Option<Timestamp>,
    /// How often undoing was asked.
    pub undo_tries: u32,
    /// When an attempt to undo last ended without success.
    pub undo_ended: Option<Timestamp>,
    /// When the latest question was asked that was answered "no such order", unless the order was seen since.
    pub missing_at: Option<Timestamp>,
    /// A call about the charge was lost because we stopped.
    pub we_stopped: bool,
}

/// The payment shall end without the money being ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub why: WhyUndo,
}

/// Why a payment is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyUndo {
    /// No definite answer by the deadline.
    Deadline,
    /// The cashier wanted out.
    Cashier,
    /// The money came after everybody had been told it would not.
    PaidTooLate,
}

/// What the facts add up to. The first must be [`Fact::Requested`], and no other may be.
pub fn fold(entries: &[Entry]) -> Payment {
    let (first, rest) = entries.split_first().expect("a payment has at least the fact that it was requested");
    let mut payment = Payment::begin(first);
    for entry in rest {
        payment.apply(entry);
    }
    payment
}

impl Payment {
    /// The payment after its first fact.
    pub fn begin(first: &Entry) -> Payment {
        let Fact::Requested(request) = &first.fact else {
            panic!("the first fact of a payment is that it was requested, not {:?}", first.fact)
        };
        Payment {
            request: Arc::clone(request),
            requested_at: first.at,
            version: 1,
            updated_at: first.at,
            charge: first_charge(request, first.at),
            open_call: None,
            trace: None,
            history: History::default(),
            undo: None,
            look_wanted: None,
            refunds: Vec::new(),
            said: Said::default(),
            notices: Vec::new(),
            matched: None,
            settled: None,
            contradicted: None,
            second: None,
            accepted: false,
            kept_late: false,
            acknowledged: None,
            raised: None,
        }
    }

    /// The payment after one more fact.
    pub fn apply(&mut self, entry: &Entry) {
        self.version += 1;
        self.updated_at = entry.at;
        let (charge, refunded) = (std::mem::discriminant(&self.charge), self.refunded());
        self.learn(entry);
        if charge != std::mem::discriminant(&self.charge) || refunded != self.refunded() {
            self.raised = None;
        }
    }

    fn learn(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::Requested(_) => panic!("a payment is requested once"),
            Fact::Asked { call, ask, trace } => self.asked(*call, *ask, *trace, entry.at),
            Fact::Answered { call, answer } => self.answered(*call, answer, entry.at),
            Fact::Lost { call, why } => self.lost(*call, *why, entry.at),
            Fact::NeverLeft { call, .. } => self.never_left(*call, entry.at),
            Fact::Noticed(notice) => self.noticed(notice, entry.at),
            Fact::CancelRequested { .. } => self.cancel_requested(entry.at),
            Fact::RefundRequested(request) => self.refund_requested(request, entry.at),
            Fact::LookRequested { .. } => self.look_requested(entry.at),
            Fact::Matched(found) => self.matched(found, entry.at),
            Fact::MatchWithdrawn { .. } => self.match_withdrawn(),
            Fact::Settled(settlement) => self.settled(settlement, entry.at),
            Fact::Raised(alarm) => self.raised = Some(*alarm),
            Fact::RefundFound(found) => self.refund_found(found, entry.at),
            Fact::RefundWithdrawn(withdrawn) => self.refund_withdrawn(withdrawn),
            Fact::FoundAcknowledged { by } => self.acknowledged = Some(by.clone()),
        }
    }

    /// Money was taken that must go back, because this payment had been given up.
    pub fn owed_back(&self) -> bool {
        matches!(self.charge, Charge::Paid { .. }) && self.undo.is_some()
    }

    /// The proof of payment, also after the money went back.
    pub fn paid(&self) -> Option<&Paid> {
        match &self.charge {
            Charge::Paid { paid, .. } => Some(paid),
            Charge::Returned { paid, .. } => paid.as_ref(),
            Charge::NotAsked
            | Charge::NeverLeft { .. }
            | Charge::Unclear { .. }
            | Charge::AwaitingPayer { .. }
            | Charge::Recorded { .. }
            | Charge::NotPaid { .. } => None,
        }
    }

    /// What has gone back to the payer by refunds that are done.
    pub fn refunded(&self) -> Money {
        let done = |refund: &&Refund| matches!(refund.state, RefundState::Done { .. });
        self.sum(self.refunds.iter().filter(done).map(|refund| refund.returned))
    }

    /// What could still be asked back: paid, less every refund that may have happened. Late money goes back by
    /// itself; only when the provider has refused that, a person can.
    pub fn refundable(&self) -> Money {
        let zero = Money::zero(self.currency());
        let claimed = self.sum(self.refunds.iter().map(Refund::claims));
        match (&self.charge, self.undo) {
            (Charge::Paid { paid, .. }, undo) if undo.is_none() || self.cannot_give_back() => {
                let left = paid.amount.minus(claimed).unwrap_or(zero);
                if left.is_positive() { left } else { zero }
            }
            _ => zero,
        }
    }

    /// The provider refused to return money that came too late.
    pub fn cannot_give_back(&self) -> bool {
        let refused = |refund: &Refund| matches!(refund.state, RefundState::Refused(_));
        self.owed_back()
            && self.refund(self.give_back_id()).is_some_and(refused)
            && !self.refunds.iter().any(Refund::to_be_asked)
    }

    /// The currency the money is in, or should be.
    fn currency(&self) -> Currency {
        self.paid().map_or(self.request.amount, |paid| paid.amount).currency()
    }

    /// Everything paid has gone back by refunds.
    pub fn all_refunded(&self) -> bool {
        let whole = |paid: &Paid| paid.amount.is_positive() && self.refunded().minor() >= paid.amount.minor();
        self.paid().is_some_and(whole)
    }

    /// The refund with this id.
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// The refund by which Paydesk itself returns money that came too late: known by the payment's own bits,
    /// so that asking for it after any crash is the same refund.
    pub fn give_back_id(&self) -> RefundId {
        RefundId::from_u128(self.request.id.as_u128())
    }

    /// The number that `ask` is put under, where such numbers are counted: that of the charge or refund it is about.
    pub fn trace_of(&self, ask: &Ask) -> Option<Trace> {
        match ask {
            Ask::Charge | Ask::Present | Ask::Inquire | Ask::Reverse | Ask::Close => self.trace,
            Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
                self.refund(*refund).and_then(|refund| refund.trace)
            }
        }
    }

    /// Whether `ask` is to be given a number. A charge is sent again only if it never left, and then it is another
    /// message; a refund that is asked for again is the same refund; all else repeats what it is about.
    pub fn wants_trace(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Charge | Ask::Present => true,
            Ask::Refund { .. } => self.trace_of(ask).is_none(),
            Ask::Inquire | Ask::Reverse | Ask::Close | Ask::InquireRefund { .. } => false,
        }
    }

    /// Adds up what is in the payment's currency; anything else is raised, not counted.
    fn sum(&self, amounts: impl Iterator<Item = Money>) -> Money {
        amounts.fold(Money::zero(self.currency()), |sum, amount| sum.plus(amount).unwrap_or(sum))
    }

    fn asked(&mut self, call: CallNo, ask: Ask, trace: Option<Trace>, at: Timestamp) {
        self.open_call = Some(OpenCall { call, ask, at });
        self.history.calls = call;
        match ask {
            Ask::Charge | Ask::Present => {
                self.history.charged_at = Some(at);
                self.trace = trace;
            }
            Ask::Inquire => self.history.inquiry_asked = Some(at),
            Ask::Reverse | Ask::Close => {
                self.history.undo_tries += 1;
                self.begin_undo(WhyUndo::Deadline, at);
            }
            Ask::Refund { refund, amount } => {
                let refund = self.refund_or_give_back(refund, amount, at);
                refund.tries += 1;
                refund.trace = refund.trace.or(trace);
            }
            Ask::InquireRefund { refund } => self.with_refund(refund, |refund| refund.tries += 1),
        }
    }

    fn answered(&mut self, call: CallNo, answer: &Answer, at: Timestamp) {
        let Some(open) = self.close_call(call, at) else { return };
        match open.ask {
            Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
                self.refund_answered(open.ask, refund, &answer.verdict, at)
            }
            Ask::Charge | Ask::Present | Ask::Inquire | Ask::Reverse | Ask::Close => {
                self.said = answer.said.clone();
                self.charge_answered(open, &answer.verdict, at)
            }
        }
    }

    fn charge_answered(&mut self, open: OpenCall, verdict: &Verdict, at: Timestamp) {
        if open.ask == Ask::Inquire && answers_a_look(verdict) {
            self.look_wanted = None;
        }
        if shows_the_order(verdict) {
            self.history.missing_at = None;
        }
        if open.ask == Ask::Inquire && self.undo.is_none() {
            self.kept_and_inquired(verdict, at);
        }
        let unsent =
            open.ask == Ask::Inquire && matches!(self.charge, Charge::NotAsked | Charge::NeverLeft { .. });
        match verdict {
            Verdict::Paid(paid) => self.paid_at_last(paid, at),
            Verdict::AwaitingPayer => self.awaiting_payer(None, at),
            Verdict::QrReady { content, expires_at } => {
                self.awaiting_payer(Some(Qr { content: content.clone(), expires_at: *expires_at }), at)
            }
            Verdict::Declined(reason) => self.not_paid(*reason, at),
            // What never left is not there, and a doubt about it is none. (Who looked had a bill, and an older book.)
            Verdict::NotFound if unsent => {}
            Verdict::NotFound => {
                self.history.missing_at = Some(open.at);
                self.unclear(WhyUnclear::NotFound, at);
            }
            Verdict::Closed => self.closed(at),
            Verdict::Returned => self.returned(at),
            Verdict::Unclear(doubt) => {
                if *doubt == Doubt::SaysPaid {
                    self.look_wanted = Some(at);
                }
                if !unsent {
                    self.unclear(WhyUnclear::Doubt(*doubt), at);
                }
            }
            // Only undoing is asked for again. Of a charge it proves nothing, and what may have left is charged once.
            Verdict::AskAgain if matches!(open.ask, Ask::Charge | Ask::Present) => {
                self.unclear(WhyUnclear::Doubt(Doubt::Garbled), at)
            }
            Verdict::AskAgain => {}
            Verdict::RefundProcessing | Verdict::Refunded { .. } | Verdict::RefundRefused(_) if unsent => {}
            Verdict::RefundProcessing | Verdict::Refunded { .. } | Verdict::RefundRefused(_) => {
                self.unclear(WhyUnclear::Doubt(Doubt::Garbled), at)
            }
        }
    }

    fn lost(&mut self, call: CallNo, why: Lost, at: Timestamp) {
        let Some(open) = self.close_call(call, at) else { return };
        if why == Lost::WeStopped && !matches!(open.ask, Ask::Refund { .. } | Ask::InquireRefund { .. }) {
            self.history.we_stopped |= !matches!(self.charge, Charge::Paid { .. });
        }
        match open.ask {
            Ask::Charge | Ask::Present => self.unclear(WhyUnclear::Lost(why), at),
            Ask::Inquire | Ask::Reverse | Ask::Close => {}
            Ask::Refund { refund, .. } => {
                self.with_refund(refund, |refund| refund.state = RefundState::Unclear)
            }
            Ask::InquireRefund { .. } => {}
        }
    }

    fn never_left(&mut self, call: CallNo, at: Timestamp) {
        let Some(open) = self.close_call(call, at) else { return };
        if !matches!(open.ask, Ask::Charge | Ask::Present) {
            return;
        }
        match self.charge {
            Charge::NotAsked => self.charge = Charge::NeverLeft { tries: 1, at },
            Charge::NeverLeft { tries, .. } => self.charge = Charge::NeverLeft { tries: tries + 1, at },
            Charge::Unclear { .. }
            | Charge::AwaitingPayer { .. }
            | Charge::Recorded { .. }
            | Charge::Paid { .. }
            | Charge::NotPaid { .. }
            | Charge::Returned { .. } => {}
        }
    }

    /// Ends the open call if it is this one; a second end of the same call tells nothing new.
    fn close_call(&mut self, call: CallNo, at: Timestamp) -> Option<OpenCall> {
        let open = self.open_call.take_if(|open| open.call == call)?;
        match open.ask {
            Ask::Charge | Ask::Present => {}
            Ask::Inquire => self.history.inquiry_ended = Some(at),
            Ask::Reverse | Ask::Close => self.history.undo_ended = Some(at),
            Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
                self.with_refund(refund, |refund| refund.ended = Some(at))
            }
        }
        Some(open)
    }

    fn paid_at_last(&mut self, paid: &Paid, at: Timestamp) {
        match self.charge {
            Charge::Paid { .. } => {}
            // An order whose money went back by refunds was paid all the same, and providers say so.
            Charge::Returned { .. } if self.all_refunded() => {}
            Charge::NotPaid { .. } if self.keeps_what_comes() => self.keep_late(paid, at),
            Charge::NotPaid { .. } | Charge::Returned { .. } => {
                self.begin_undo(WhyUndo::PaidTooLate, at);
                self.charge = Charge::Paid { paid: paid.clone(), at };
            }
            Charge::NotAsked
            | Charge::NeverLeft { .. }
            | Charge::Unclear { .. }
            | Charge::AwaitingPayer { .. }
            | Charge::Recorded { .. } => {
                // Whoever wanted a look wanted to know this.
                self.look_wanted = None;
                self.charge = Charge::Paid { paid: paid.clone(), at };
            }
        }
    }

    fn awaiting_payer(&mut self, shown: Option<Qr>, at: Timestamp) {
        match &mut self.charge {
            Charge::NotAsked | Charge::NeverLeft { .. } | Charge::Unclear { .. } => {
                self.charge = Charge::AwaitingPayer { since: at, qr: shown }
            }
            Charge::AwaitingPayer { qr, .. } => *qr = shown.or(qr.take()),
            Charge::Recorded { .. }
            | Charge::Paid { .. }
            | Charge::NotPaid { .. }
            | Charge::Returned { .. } => {}
        }
    }

    fn unclear(&mut self, why: WhyUnclear, at: Timestamp) {
        match self.charge {
            Charge::NotAsked | Charge::NeverLeft { .. } => self.charge = Charge::Unclear { since: at, why },
            Charge::Unclear { since, .. } => self.charge = Charge::Unclear { since, why },
            Charge::AwaitingPayer { .. }
            | Charge::Recorded { .. }
            | Charge::Paid { .. }
            | Charge::NotPaid { .. }
            | Charge::Returned { .. } => {}
        }
    }

    fn not_paid(&mut self, reason: Reason, at: Timestamp) {
        match self.charge {
            Charge::Paid { .. } | Charge::Returned { .. } | Charge::NotPaid { .. } => {}
            Charge::NotAsked
            | Charge::NeverLeft { .. }
            | Charge::Unclear { .. }
            | Charge::AwaitingPayer { .. }
            | Charge::Recorded { .. } => self.charge = Charge::NotPaid { reason, at },
        }
    }

    fn closed(&mut self, at: Timestamp) {
        if matches!(self.charge, Charge::Paid { .. }) {
            return self.returned(at);
        }
        self.not_paid(self.undo.map_or(Reason::OrderClosed, |undo| undo.why.reason()), at);
    }

    fn returned(&mut self, at: Timestamp) {
        self.charge = Charge::Returned { paid: self.paid().cloned(), at };
    }

    /// The charge, and every refund that the provider knows more about than we do.
    fn look_requested(&mut self, at: Timestamp) {
        self.look_wanted = Some(at);
        self.refunds.iter_mut().for_each(|refund| refund.look(at));
    }

    fn cancel_requested(&mut self, at: Timestamp) {
        if !self.record_canceled(at) {
            self.begin_undo(WhyUndo::Cashier, at);
        }
    }

    fn begin_undo(&mut self, why: WhyUndo, at: Timestamp) {
        let settled = matches!(self.charge, Charge::Paid { .. }) && why == WhyUndo::Cashier;
        if self.undo.is_none() && !settled {
            self.undo = Some(Undo { since: at, why });
        }
    }

    fn noticed(&mut self, notice: &Notice, at: Timestamp) {
        self.notices.push(notice.notice_id.clone());
        match notice.refund_no {
            Some(number) => self.with_refund(number.id(), |refund| refund.look(at)),
            None if !matches!(self.charge, Charge::Paid { .. }) => self.look_wanted = Some(at),
            None => {}
        }
    }

    fn refund_requested(&mut self, request: &RefundRequest, at: Timestamp) {
        self.refunds.push(Refund::wanted(request.id, request.amount, Some(request.clone()), at));
        if self.owed_back() && self.all_refunded() {
            self.returned(at);
        }
    }

    fn refund_or_give_back(&mut self, id: RefundId, amount: Money, at: Timestamp) -> &mut Refund {
        let position = self.refunds.iter().position(|refund| refund.id == id).unwrap_or_else(|| {
            self.refunds.push(Refund::wanted(id, amount, None, at));
            self.refunds.len() - 1
        });
        &mut self.refunds[position]
    }

    fn with_refund(&mut self, id: RefundId, change: impl FnOnce(&mut Refund)) {
        if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.id == id) {
            change(refund);
        }
    }

    fn refund_answered(&mut self, ask: Ask, id: RefundId, verdict: &Verdict, at: Timestamp) {
        self.with_refund(id, |refund| refund.learn(ask, verdict, at));
        if self.owed_back() && self.all_refunded() {
            self.returned(at);
        }
        if self.owed_back() && matches!(verdict, Verdict::RefundRefused(_)) {
            // An earlier reversal may have worked although its reply was lost; that would explain the refusal.
            self.look_wanted = Some(at);
        }
    }
}

impl WhyUndo {
    /// The reason for people when such an undoing found no money to return.
    pub fn reason(self) -> Reason {
        match self {
            WhyUndo::Deadline | WhyUndo::PaidTooLate => Reason::NotPaidInTime,
            WhyUndo::Cashier => Reason::CancelledByCashier,
        }
    }
}

/// Whether a verdict on an inquiry satisfies whoever wanted a fresh look.
fn answers_a_look(verdict: &Verdict) -> bool {
    !matches!(
        verdict,
        Verdict::Unclear(
            Doubt::ProviderError
                | Doubt::BadSignature
                | Doubt::Garbled
                | Doubt::UnknownCode
                | Doubt::RateLimited
        )
    )
}

/// Whether a verdict on the charge could only be given by a provider that knows the order.
fn shows_the_order(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Unclear(doubt) => {
            matches!(doubt, Doubt::SaysPaid | Doubt::NotYetPaid | Doubt::CannotUndoYet)
        }
        other => *other != Verdict::NotFound,
    }
}

impl Method {
    /// Paid by a code that we scanned.
    pub fn is_payer_code(&self) -> bool {
        matches!(self, Method::PayerCode { .. })
    }
}
