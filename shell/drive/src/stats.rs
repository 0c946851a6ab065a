//! What is going on, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What is going on now and what was done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Payments that are not at rest: those in memory and those that are still to be taken up.
    pub open_payments: u64,
    /// Of these, still to be taken up after a start, or from a server that is gone.
    pub to_take_up: u64,
    /// Calls to providers under way.
    pub calls_in_flight: u64,
    /// Calls made since the start.
    pub calls: u64,
    /// Transactions since the start.
    pub commits: u64,
    /// Facts in them.
    pub facts: u64,
    /// Facts in the largest of them.
    pub largest_commit: u64,
    /// Transactions and look-ups that failed.
    pub store_failures: u64,
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) open_payments: AtomicU64,
    pub(crate) to_take_up: AtomicU64,
    pub(crate) calls_in_flight: AtomicU64,
    pub(crate) calls: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) facts: AtomicU64,
    pub(crate) largest_commit: AtomicU64,
    pub(crate) store_failures: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let to_take_up = read(&self.to_take_up);
        Stats {
            open_payments: read(&self.open_payments) + to_take_up,
            to_take_up,
            calls_in_flight: read(&self.calls_in_flight),
            calls: read(&self.calls),
            commits: read(&self.commits),
            facts: read(&self.facts),
            largest_commit: read(&self.largest_commit),
            store_failures: read(&self.store_failures),
        }
    }

    pub(crate) fn committed(&self, facts: usize, open_payments: usize) {
        let facts = facts as u64;
        if facts > 0 {
            self.commits.fetch_add(1, Ordering::Relaxed);
            self.facts.fetch_add(facts, Ordering::Relaxed);
            self.largest_commit.fetch_max(facts, Ordering::Relaxed);
        }
        self.open_payments.store(open_payments as u64, Ordering::Relaxed);
    }
}
