//! What a run found.

use crate::promises::{Promise, Tested};
use base::PaymentId;
use std::collections::BTreeMap;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The seed of the world it happened in: [`crate::replay_world`] lives it again.
    pub seed: u64,
    /// How many sales that world has.
    pub sales: u64,
    /// The payment it concerns, if it is about one.
    pub payment: Option<PaymentId>,
    /// What must hold.
    pub promise: Promise,
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
    /// Sales that cashiers began; some never reached a server.
    pub sales: u64,
    /// Payments whose every message went over the whole wire.
    pub over_wire: u64,
    /// Those of them that were signed with RSA.
    pub over_rsa: u64,
    /// Broken promises; empty is the only good number.
    pub violations: Vec<Violation>,
    /// How payments ended: `paid`, `not_paid`, `returned`, `escalated`.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Payments that never came to a definite end.
    pub unresolved: u64,
    /// Facts that became durable.
    pub facts: u64,
    /// Trouble that happened, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Everything else that is counted: calls, takeovers, rows of bills ...
    pub counts: BTreeMap<&'static str, u64>,
    /// How often each promise was put to the test.
    pub tested: Tested,
    /// How long unknowns took to a definite end.
    pub resolved: Spans,
    /// A hash of everything that became durable, in order.
    pub trace_hash: u64,
}

/// Spans of time, counted in tenths of a second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(BTreeMap<u64, u64>);

impl Spans {
    pub(crate) fn count(&mut self, span: std::time::Duration) {
        *self.0.entry(span.as_millis() as u64 / 100).or_default() += 1;
    }

    fn add(&mut self, other: &Spans) {
        for (tenths, count) in &other.0 {
            *self.0.entry(*tenths).or_default() += count;
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.0.values().sum()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The span that so many in a thousand do not exceed, in seconds; 0 if there are none.
    pub fn permille(&self, share: u64) -> f64 {
        let wanted = (self.len() * share).div_ceil(1000);
        let mut seen = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen += **count;
            seen >= wanted
        });
        found.map_or(0.0, |(tenths, _)| (*tenths + 1) as f64 / 10.0)
    }
}

impl Report {
    /// Adds another world's report.
    pub(crate) fn absorb(&mut self, other: Report) {
        self.payments += other.payments;
        self.sales += other.sales;
        self.over_wire += other.over_wire;
        self.over_rsa += other.over_rsa;
        self.violations.extend(other.violations);
        self.unresolved += other.unresolved;
        self.facts += other.facts;
        self.tested.add(&other.tested);
        self.resolved.add(&other.resolved);
        let sums = [
            (&mut self.outcomes, other.outcomes),
            (&mut self.faults, other.faults),
            (&mut self.counts, other.counts),
        ];
        for (ours, theirs) in sums {
            for (what, count) in theirs {
                *ours.entry(what).or_default() += count;
            }
        }
        self.trace_hash = (self.trace_hash ^ other.trace_hash).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "world {}: {}. {}", self.seed, self.promise.number(), self.promise.sentence())?;
        if let Some(payment) = self.payment {
            writeln!(f, "  payment {payment}")?;
        }
        writeln!(f, "  but {}", self.detail)?;
        self.trace.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}
