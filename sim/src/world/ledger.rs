//! Double entry beside the payments: what the provider owes us, and what we owe the shop for it. Each movement is posted
//! from the fact that proves it, by rules that know nothing of how a payment is folded.

use base::RefundId;
use payment::{Ask, CallNo, Fact, Verdict};

/// Two accounts of one payment, in fen.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// What the provider owes us.
    pub owed_to_us: i64,
    /// What we owe the shop, below zero.
    pub owed_by_us: i64,
    asked: Option<(CallNo, Ask)>,
    taken: bool,
    refunded: Vec<RefundId>,
}

impl Ledger {
    /// Posts what a durable fact moved. `one_leg` forgets the second account, to see that this is noticed.
    pub fn learn(&mut self, fact: &Fact, one_leg: bool) {
        match fact {
            Fact::Asked { call, ask, .. } => self.asked = Some((*call, *ask)),
            Fact::Answered { call, answer } => {
                if let Some((_, ask)) = self.asked.take_if(|(asked, _)| asked == call) {
                    let moved = self.moved(ask, &answer.verdict);
                    self.owed_to_us += moved;
                    self.owed_by_us -= if one_leg { 0 } else { moved };
                }
            }
            _ => {}
        }
    }

    /// Whether every fen that came in stands for one that is owed to somebody.
    pub fn balances(&self) -> bool {
        self.owed_to_us + self.owed_by_us == 0
    }

    fn moved(&mut self, ask: Ask, verdict: &Verdict) -> i64 {
        match (ask, verdict) {
            (
                Ask::Refund { refund, .. } | Ask::InquireRefund { refund },
                Verdict::Refunded { amount, .. },
            ) if !self.refunded.contains(&refund) => {
                self.refunded.push(refund);
                -amount.minor()
            }
            (Ask::Refund { .. } | Ask::InquireRefund { .. }, _) => 0,
            (_, Verdict::Paid(paid)) if !self.taken => {
                self.taken = true;
                paid.amount.minor()
            }
            (_, Verdict::Returned | Verdict::Closed) if self.taken => {
                self.taken = false;
                -self.owed_to_us
            }
            _ => 0,
        }
    }
}
