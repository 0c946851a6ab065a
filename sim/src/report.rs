//! What a run found.

use base::PaymentId;
use std::collections::BTreeMap;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The seed of the world it happened in: [`crate::replay_world`] lives it again.
    pub seed: u64,
    /// The payment it concerns, if it is about one.
    pub payment: Option<PaymentId>,
    /// What must hold.
    pub rule: &'static str,
    /// What was seen instead.
    pub detail: String,
    /// Everything that happened to that payment.
    pub trace: Vec<String>,
}

/// What a run came to. Runs with the same options come to the same report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Payments that were recorded.
    pub payments: u64,
    /// Sales that cashiers began; some never reached the server.
    pub sales: u64,
    /// Broken promises; empty is the only good number.
    pub violations: Vec<Violation>,
    /// How payments ended: `paid`, `not_paid`, `returned`, `escalated`.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Facts that became durable.
    pub facts: u64,
    /// Everything else that is counted: calls, crashes, failed commits ...
    pub counts: BTreeMap<&'static str, u64>,
    /// A hash of everything that became durable, in order.
    pub trace_hash: u64,
}

impl Report {
    /// Adds another world's report.
    pub(crate) fn absorb(&mut self, other: Report) {
        self.payments += other.payments;
        self.sales += other.sales;
        self.violations.extend(other.violations);
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        self.facts += other.facts;
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.trace_hash = (self.trace_hash ^ other.trace_hash).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.rule)?;
        if let Some(payment) = self.payment {
            writeln!(f, "  payment {payment}")?;
        }
        writeln!(f, "  but {}", self.detail)?;
        self.trace.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}
