//! How soon a way is given up and how it comes back, as data.

use std::time::Duration;

/// How quickly is learned and forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// After so long what was seen counts half as much.
    pub half_life: Duration,
    /// A way is taken out of use only after so many failures, in thousandths: older ones count less.
    pub failures_min: u64,
    /// And only if fewer than so many calls of a thousand worked.
    pub rate_min_permille: u32,
    /// A way that is out of use is tried by one payment, so often.
    pub probe_every: Duration,
    /// After so many tries in a row that worked it is back in use.
    pub probes_good: u32,
    /// Another way is taken instead of the first only if so many more of a thousand calls work there.
    pub margin_permille: u32,
    /// So many payments of a thousand go over a way of which too little is known.
    pub trial_permille: u32,
}

impl Policy {
    /// Everything older than this has no weight left.
    pub fn memory(&self) -> Duration {
        self.half_life.saturating_mul(crate::tally::HALVINGS)
    }
}

impl Default for Policy {
    /// Forgets half in five minutes, gives a way up after about three failures, probes every half minute.
    fn default() -> Policy {
        Policy {
            half_life: Duration::from_secs(300),
            failures_min: 2_500,
            rate_min_permille: 500,
            probe_every: Duration::from_secs(30),
            probes_good: 2,
            margin_permille: 100,
            trial_permille: 10,
        }
    }
}
