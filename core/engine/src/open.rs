//! One payment in memory.

use crate::{CallOut, Change, Row};
use base::Timestamp;
use payment::{Ask, CallNo, Charge, Entry, Fact, Next, Outcome, PayerCode, Payment, Policy, Waiting};
use std::sync::Arc;

/// A payment in memory and what surrounds it there.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) payment: Arc<Payment>,
    /// The payer's code until it is spent. Never stored, so a restart loses it, and with it the right to charge.
    code: Option<PayerCode>,
    pub(crate) next: Next,
    pub(crate) due: Option<Timestamp>,
    /// Has facts that no batch has taken yet.
    pub(crate) learnt: bool,
    /// Stands among those that something happened to since the last batch.
    pub(crate) touched: bool,
    /// The outcome it last came to.
    rested: Option<Outcome>,
    /// That outcome, if no batch has taken it yet.
    became: Option<Outcome>,
}

impl Open {
    pub(crate) fn new(payment: Payment, code: Option<PayerCode>) -> Open {
        let next = Next::Wait { until: payment.requested_at, why: Waiting::Reply };
        let payment = Arc::new(payment);
        Open { payment, code, next, due: None, learnt: true, touched: false, rested: None, became: None }
    }

    /// A payment that was loaded. What it had come to after any of its facts was told then.
    pub(crate) fn loaded(entries: &[Entry], policy: &Policy) -> Open {
        let (first, later) = entries.split_first().expect("a stored payment has its first fact");
        let mut payment = Payment::begin(first);
        let mut rested = rest(&payment, policy, first.at);
        for entry in later {
            payment.apply(entry);
            rested = rest(&payment, policy, entry.at).or(rested);
        }
        Open { rested, learnt: false, ..Open::new(payment, None) }
    }

    /// Adds a fact; gives it as it is to be stored.
    pub(crate) fn learn(&mut self, fact: Fact, now: Timestamp) -> Row {
        // The clock may be set back; a payment's facts stay in order all the same.
        let entry = Entry { at: now.max(self.payment.updated_at), fact };
        Arc::make_mut(&mut self.payment).apply(&entry);
        self.learnt = true;
        Row { payment: self.payment.request.id, seq: self.payment.version, entry }
    }

    /// The call that asks `ask`.
    pub(crate) fn call(&mut self, call: CallNo, ask: Ask) -> CallOut {
        CallOut { code: self.code_for(ask), payment: Arc::clone(&self.payment), call, ask }
    }

    /// Nothing is under way and nothing is due.
    pub(crate) fn rests(&self) -> bool {
        self.due.is_none() && self.payment.open_call.is_none()
    }

    /// Nothing is known of it here that whoever loads it would not know.
    pub(crate) fn is_as_stored(&self) -> bool {
        !self.learnt && self.code.is_none() && self.became.is_none() && self.payment.open_call.is_none()
    }

    /// The code for `ask`: kept for trying again a charge that never left, gone once the charge is known to be out.
    fn code_for(&mut self, ask: Ask) -> Option<PayerCode> {
        match ask {
            Ask::Charge => self.code.clone(),
            _ => {
                self.code = None;
                None
            }
        }
    }

    pub(crate) fn stand(&mut self, next: Next, due: Option<Timestamp>) {
        let may_charge_still = matches!(self.payment.charge, Charge::NotAsked | Charge::NeverLeft { .. });
        if !may_charge_still {
            self.code = None;
        }
        if let Next::Rest(outcome) = next
            && self.rested != Some(outcome)
        {
            self.rested = Some(outcome);
            self.became = Some(outcome);
        }
        self.next = next;
        self.due = due;
    }

    /// How it stands, for the batch; what it came to is said once.
    pub(crate) fn change(&mut self) -> Change {
        self.learnt = false;
        Change {
            payment: Arc::clone(&self.payment),
            next: self.next.clone(),
            due: self.due,
            became: self.became.take(),
        }
    }
}

fn rest(payment: &Payment, policy: &Policy, at: Timestamp) -> Option<Outcome> {
    match payment::next(payment, policy, at) {
        Next::Rest(outcome) => Some(outcome),
        Next::Ask(_) | Next::Wait { .. } | Next::Escalate { .. } => None,
    }
}
