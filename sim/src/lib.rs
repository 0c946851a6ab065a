//! The world on a virtual clock and one seed. [`scenario`] replays one payment's story from a text that a
//! cashier can read; [`run`] puts many tills, the very same engine and the providers' honest fakes under
//! faults drawn from a seed, and compares what everybody's books say at the end.
//!
//! Nothing here reads a clock or draws a random number from the machine: the same seed is the same world.
//!
//! ```
//! let options = sim::Options { seed: 7, payments: 50, sabotage: None };
//! let report = sim::run(&options, 1, &|_| ());
//! assert_eq!(report.violations, []);
//! assert_eq!(report.trace_hash, sim::run(&options, 2, &|_| ()).trace_hash);
//! ```

mod random;
mod report;
pub mod scenario;
mod server;
mod world;

pub use report::{Report, Violation};
pub use scenario::replay;

use random::Random;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Decides everything.
    pub seed: u64,
    /// How many sales are begun.
    pub payments: u64,
    /// A safety line to remove, to see that the checks notice.
    pub sabotage: Option<Sabotage>,
}

/// A safety line that can be removed on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A charge without a reply is read as refused.
    SilenceIsRefusal,
    /// A reply that the provider does not know is read as refused.
    DoubtIsRefusal,
    /// Refunds are said to be done and never sent.
    RefundForgotten,
    /// Calls leave although the store failed to keep their intent.
    FailedCommitIsIgnored,
    /// A lost request is taken for one that can no longer arrive.
    StrayRequestsAreForgotten,
    /// A charge without a reply is simply charged again as a new order.
    ChargedAgainUnderAnotherNumber,
}

/// Sales in one world.
const WORLD: u64 = 200;

/// Lives as many worlds as the payments need, on so many threads. `progress` is told how many sales are done.
pub fn run(options: &Options, threads: usize, progress: &(dyn Fn(u64) + Sync)) -> Report {
    let worlds = options.payments.div_ceil(WORLD);
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut lived = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= worlds {
                return lived;
            }
            let sales = (options.payments - number * WORLD).min(WORLD);
            lived.push((number, replay_world(seed_of(options.seed, number), sales, options.sabotage)));
            progress(done.fetch_add(sales, Ordering::Relaxed) + sales);
        }
    };
    let mut reports = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().expect("a world does not panic"));
        }
        all
    });
    reports.sort_by_key(|(number, _)| *number);
    let mut total = Report::default();
    reports.into_iter().for_each(|(_, report)| total.absorb(report));
    total
}

/// Lives one world: that of a [`Violation`]'s seed, or any. Payments that broke a promise come with a trace.
pub fn replay_world(seed: u64, sales: u64, sabotage: Option<Sabotage>) -> Report {
    let report = world::live(seed, sales, sabotage, BTreeSet::new());
    if report.violations.is_empty() {
        return report;
    }
    let payments = report.violations.iter().filter_map(|violation| violation.payment).collect();
    world::live(seed, sales, sabotage, payments)
}

/// The seed of one of a run's worlds.
fn seed_of(seed: u64, number: u64) -> u64 {
    Random::new(seed ^ number.wrapping_mul(0xd605_1c33_9f26_81a5)).bits()
}
