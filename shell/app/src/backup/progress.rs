//! A line on a terminal that says how far long work is; nothing in a file.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// One piece of work.
pub struct Progress {
    what: &'static str,
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    /// Begins; `what` is said before the numbers.
    pub fn new(what: &'static str) -> Progress {
        Progress { what, shown: None, terminal: std::io::stderr().is_terminal() }
    }

    /// So many are done, of so many if that is known.
    pub fn tell(&mut self, done: u64, total: Option<u64>) {
        if !self.terminal || self.shown.is_some_and(|at| at.elapsed() < Duration::from_millis(200)) {
            return;
        }
        self.shown = Some(Instant::now());
        match total.filter(|total| *total > 0) {
            Some(total) => eprint!("\r\x1b[K{}: {done} of {total} ({} %)", self.what, done * 100 / total),
            None => eprint!("\r\x1b[K{}: {done}", self.what),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.terminal && self.shown.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}
