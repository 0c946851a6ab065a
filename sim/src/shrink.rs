//! From a world that broke a promise to the smallest that still does: fewer kinds of trouble, fewer sales; and what is
//! left as a scenario to keep.

use crate::world::{self, Fault, Plan};
use crate::{Promise, Sabotage, Violation, plan};

/// What is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The promise that is still broken.
    pub promise: Promise,
    /// What was seen.
    pub violation: Violation,
    /// Sales in the smallest world.
    pub sales: u64,
    /// The kinds of trouble it needs.
    pub faults: Vec<&'static str>,
    /// How many worlds were lived to find it.
    pub tries: u32,
    /// The payment's facts as a scenario; nothing if the promise is about no single payment.
    pub scenario: Option<String>,
}

/// Shrinks the world in which `violation` was seen.
pub fn shrink(violation: &Violation, sabotage: Option<Sabotage>) -> Shrunk {
    let mut search = Search {
        promise: violation.promise,
        best: plan(violation.seed, violation.sales, sabotage),
        seen: violation.clone(),
        tries: 0,
    };
    // Fewer sales first: everything after is quicker.
    while search.fewer_sales() || search.fewer_faults() || search.another_seed() {}
    search.end()
}

struct Search {
    promise: Promise,
    best: Plan,
    seen: Violation,
    tries: u32,
}

impl Search {
    /// Takes a smaller plan if it still breaks the promise.
    fn take(&mut self, smaller: Plan) -> bool {
        self.tries += 1;
        let (report, _) = world::live(&smaller);
        let broken = report.violations.into_iter().find(|violation| violation.promise == self.promise);
        match broken {
            Some(violation) => {
                self.best = smaller;
                self.seen = violation;
                true
            }
            None => false,
        }
    }

    fn fewer_sales(&mut self) -> bool {
        let sales = self.best.sales;
        let smaller = [1, 2, 3, sales / 4, sales / 2, sales - sales / 4, sales - 1];
        smaller
            .into_iter()
            .filter(|fewer| *fewer > 0 && *fewer < sales)
            .any(|fewer| self.take(Plan { sales: fewer, ..self.best.clone() }))
    }

    fn fewer_faults(&mut self) -> bool {
        let mut any = false;
        for fault in Fault::ALL {
            let without = self.best.faults.without(*fault);
            if self.best.faults.has(*fault) && without != self.best.faults {
                any |= self.take(Plan { faults: without, ..self.best.clone() });
            }
        }
        any
    }

    /// With few sales many worlds are quick: one with fewer sales may be among them.
    fn another_seed(&mut self) -> bool {
        let sales = self.best.sales;
        if sales <= 1 || self.tries > 2_000 {
            return false;
        }
        let (seed, fewer) = (self.best.seed, (sales / 2).max(1));
        (1..200).any(|n: u64| {
            self.take(Plan { seed: seed.wrapping_add(4 * n), sales: fewer, ..self.best.clone() })
        })
    }

    fn end(self) -> Shrunk {
        let traced = self.seen.payment.into_iter().collect();
        let (report, stories) = world::live(&Plan { traced, ..self.best.clone() });
        let found = report.violations.into_iter().find(|found| found.promise == self.promise);
        let violation = found.unwrap_or(self.seen);
        let scenario = violation.payment.and_then(|id| stories.get(&id).cloned());
        let faults = Fault::ALL.iter().filter(|fault| self.best.faults.has(**fault));
        Shrunk {
            promise: self.promise,
            violation,
            sales: self.best.sales,
            faults: faults.map(|fault| fault.name()).collect(),
            tries: self.tries,
            scenario,
        }
    }
}
