//! How long a busy loop lets messages gather before it writes again.
//!
//! A transaction costs nearly the same for one payment as for ten. When the processors are busy signing, writing at
//! once takes their time for many small transactions, and every payment ends later for it.

use std::time::Duration;
use tokio::time::Instant;

/// With fewer calls under way nobody is kept waiting.
const BUSY: u64 = 16;
/// Nobody is kept waiting for longer, however slow the disk.
const GATHER_MAX: Duration = Duration::from_millis(10);

/// Remembers the last transaction.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    last: Option<(Instant, Duration)>,
}

impl Pace {
    /// A transaction that began then has just ended.
    pub(crate) fn note(&mut self, began: Instant) {
        let now = Instant::now();
        self.last = Some((now, now - began));
    }

    /// Until when messages should gather: on a busy day writing takes a third of the time and gathering the rest.
    pub(crate) fn gather_until(&self, calls_under_way: u64) -> Option<Instant> {
        let (ended, took) = self.last.filter(|_| calls_under_way >= BUSY)?;
        Some(ended + (took * 2).min(GATHER_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_crowd_is_kept_waiting_and_never_long() {
        let mut pace = Pace::default();
        assert_eq!(pace.gather_until(1_000), None, "nothing was written yet");
        pace.note(Instant::now() - Duration::from_secs(5));
        assert_eq!(pace.gather_until(BUSY - 1), None);
        let until = pace.gather_until(BUSY).expect("a crowd gathers");
        assert!(until <= Instant::now() + GATHER_MAX);
    }
}
