//! One payment in memory.

use crate::Change;
use base::Timestamp;
use payment::{Ask, Charge, Next, Outcome, PayerCode, Payment, Waiting};

/// A payment in memory and what surrounds it there.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) payment: Payment,
    /// The payer's code until it is spent. Never stored, so a restart loses it, and with it the right to charge.
    code: Option<PayerCode>,
    pub(crate) next: Next,
    pub(crate) due: Option<Timestamp>,
    /// Has facts that no batch has taken yet.
    pub(crate) learnt: bool,
    /// The outcome that was last made durable.
    rested: Option<Outcome>,
}

impl Open {
    pub(crate) fn new(payment: Payment, code: Option<PayerCode>) -> Open {
        let next = Next::Wait { until: payment.requested_at, why: Waiting::Reply };
        Open { payment, code, next, due: None, learnt: true, rested: None }
    }

    /// A payment that was loaded: whatever it rests in by its facts, it rested in before.
    pub(crate) fn loaded(payment: Payment) -> Open {
        let rested = match payment.charge {
            Charge::Paid { .. } if payment.undo.is_none() && payment.all_refunded() => {
                Some(Outcome::Returned)
            }
            Charge::Paid { .. } if payment.undo.is_none() => Some(Outcome::Paid),
            Charge::NotPaid { reason, .. } => Some(Outcome::NotPaid(reason)),
            Charge::Returned { .. } => Some(Outcome::Returned),
            _ => None,
        };
        Open { rested, learnt: false, ..Open::new(payment, None) }
    }

    /// Nothing is under way and nothing is due.
    pub(crate) fn rests(&self) -> bool {
        self.due.is_none() && self.payment.open_call.is_none()
    }

    /// The code for `ask`: kept for trying again a charge that never left, gone once the charge is known to be out.
    pub(crate) fn code_for(&mut self, ask: Ask) -> Option<PayerCode> {
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
        self.next = next;
        self.due = due;
    }

    /// How it stands, for the batch; what it came to is said once.
    pub(crate) fn change(&mut self) -> Change {
        self.learnt = false;
        let outcome = match self.next {
            Next::Rest(outcome) => Some(outcome),
            _ => None,
        };
        let became = outcome.filter(|outcome| self.rested != Some(*outcome));
        if outcome.is_some() {
            self.rested = outcome;
        }
        Change { payment: self.payment.clone(), next: self.next.clone(), due: self.due, became }
    }
}
