//! Money that a person vouches for: cash that was counted, and payments to the shop's printed code that were
//! recorded from the customer's phone and are verified later.
//!
//! ```text
//!   cash ──► Paid
//!   shop code ──► Recorded ── matched (bill, notice) ──► Paid
//!                    │  ▲──── match withdrawn ────────────┘
//!                    ├── settled by a person ──► Paid, NotPaid
//!                    └── canceled ──► NotPaid ── matched ──► Paid
//! ```

use crate::{Alarm, Charge, Fact, Method, Next, Paid, Payment, Policy, Reason, Refusal, Request, Waiting};
use base::{Money, Timestamp, Zone};

/// What a recorded payment was found as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where it was found.
    pub source: Source,
    /// The money as the provider counts it.
    pub paid: Paid,
    /// The person who matched it; empty if Paydesk did.
    pub by: String,
}

/// Where a recorded payment was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a provider's bill.
    Bill {
        /// The bill's name, such as its day.
        name: String,
        /// The row in it, from 1.
        row: u64,
    },
    /// In a notification that the provider signed.
    Notice {
        /// The provider's id of it.
        notice_id: String,
    },
}

/// A person's decision about what nothing else can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What it is from now on.
    pub verdict: Settled,
    /// Why; never empty.
    pub reason: String,
    /// Who decided.
    pub by: String,
}

/// What a person can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The money is the shop's.
    Paid,
    /// The money never came.
    NotPaid,
}

impl Method {
    /// No provider is asked: a person vouches for it.
    pub fn is_by_hand(&self) -> bool {
        matches!(self, Method::Cash { .. } | Method::ShopCode { .. })
    }

    /// A record that waits to be verified.
    pub fn is_shop_code(&self) -> bool {
        matches!(self, Method::ShopCode { .. })
    }
}

impl Request {
    /// What goes back to the customer over the counter at once; nothing unless cash was handed over.
    pub fn change(&self) -> Money {
        let zero = Money::zero(self.amount.currency());
        match self.method {
            Method::Cash { tendered } => tendered.minus(self.amount).unwrap_or(zero),
            Method::PayerCode { .. } | Method::ShownQr | Method::ShopCode { .. } => zero,
        }
    }
}

/// By when a payment recorded at `recorded_at` must have been found at the provider: bills of a day come the
/// morning after.
pub fn verify_by(recorded_at: Timestamp, policy: &Policy) -> Timestamp {
    recorded_at.end_of_day(Zone::CHINA) + policy.bill_within
}

/// Where the money is once this is asked for.
pub(crate) fn first_charge(request: &Request, at: Timestamp) -> Charge {
    match request.method {
        Method::Cash { .. } => Charge::Paid { paid: vouched(request, at), at },
        Method::ShopCode { .. } => Charge::Recorded { since: at },
        Method::PayerCode { .. } | Method::ShownQr => Charge::NotAsked,
    }
}

/// What a person's word proves.
fn vouched(request: &Request, at: Timestamp) -> Paid {
    Paid {
        amount: request.amount,
        transaction: String::new(),
        at: Some(at),
        payer: String::new(),
        funds: String::new(),
    }
}

/// What is next for a record nobody has verified: nothing is asked of anybody, and in the end a person must know.
pub(crate) fn recorded(payment: &Payment, policy: &Policy, now: Timestamp) -> Next {
    let until = verify_by(payment.requested_at, policy);
    if now < until {
        return Next::Wait { until, why: Waiting::Verification };
    }
    Next::Escalate { why: Alarm::NotVerified, until: None }
}

/// The fact that a match adds.
pub(crate) fn decide_match(payment: &Payment, found: &Match) -> Result<Option<Fact>, Refusal> {
    if !payment.request.method.is_shop_code() {
        return Err(Refusal::OnlyARecordCanBeMatched);
    }
    match &payment.matched {
        None => Ok(Some(Fact::Matched(found.clone()))),
        Some(known) if known.paid.transaction == found.paid.transaction => Ok(None),
        Some(_) => Err(Refusal::MatchedOtherwise),
    }
}

/// The fact that the withdrawal of a match adds.
pub(crate) fn decide_withdrawal(payment: &Payment, by: &str, reason: &str) -> Result<Option<Fact>, Refusal> {
    if payment.matched.is_none() {
        return Ok(None);
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if !payment.refunds.is_empty() {
        return Err(Refusal::RefundedAlready);
    }
    Ok(Some(Fact::MatchWithdrawn { by: by.to_owned(), reason: reason.to_owned() }))
}

/// The fact that a person's decision adds.
pub(crate) fn decide_settlement(payment: &Payment, wanted: &Settlement) -> Result<Option<Fact>, Refusal> {
    if wanted.reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    match () {
        () if payment.waits_for_a_decision() => Ok(Some(Fact::Settled(wanted.clone()))),
        () if payment.settled.as_ref() == Some(wanted) => Ok(None),
        () => Err(Refusal::NothingToSettle),
    }
}

impl Payment {
    /// Whether a person may decide what this is: a record that nobody has verified, or money about which a person
    /// is called and nothing else can decide.
    pub fn waits_for_a_decision(&self) -> bool {
        let recorded = matches!(self.charge, Charge::Recorded { .. });
        recorded || self.trouble().is_some() || self.cannot_give_back()
    }

    pub(crate) fn matched(&mut self, found: &Match, at: Timestamp) {
        if self.request.method.is_shop_code() {
            self.matched = Some(found.clone());
            self.settled = None;
            self.accepted = false;
            self.acknowledged = None;
            self.charge = Charge::Paid { paid: found.paid.clone(), at };
        }
    }

    pub(crate) fn match_withdrawn(&mut self) {
        if self.matched.take().is_some() {
            self.charge = Charge::Recorded { since: self.requested_at };
        }
    }

    pub(crate) fn settled(&mut self, settlement: &Settlement, at: Timestamp) {
        let recorded = matches!(self.charge, Charge::Recorded { .. });
        self.settled = Some(settlement.clone());
        match settlement.verdict {
            Settled::Paid if recorded => {
                self.charge = Charge::Paid { paid: vouched(&self.request, self.requested_at), at }
            }
            // What came too late, came in another amount or came twice is kept as it is.
            Settled::Paid => {
                if self.owed_back() {
                    (self.undo, self.kept_late) = (None, true);
                    // Whoever decides about it has seen it.
                    self.acknowledged.get_or_insert_with(|| settlement.by.clone());
                }
                self.accepted = true;
                // Whoever keeps money that was not seen here wants it seen.
                if self.keeps_what_comes() && !self.request.method.is_by_hand() {
                    self.look_wanted = Some(at);
                }
            }
            Settled::NotPaid => self.charge = Charge::NotPaid { reason: Reason::NeverVerified, at },
        }
    }

    /// A record that its own cashier takes back was no payment.
    pub(crate) fn record_canceled(&mut self, at: Timestamp) -> bool {
        let record = matches!(self.charge, Charge::Recorded { .. });
        if record {
            self.charge = Charge::NotPaid { reason: Reason::CancelledByCashier, at };
        }
        record
    }
}
