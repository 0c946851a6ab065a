//! How often a sign-in may be tried: a few wrong passwords, then a wait that grows.

use base::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wrong tries that cost nothing.
const FREE: u32 = 5;
/// The first wait; each further wrong try doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// A pair is forgotten so long after its last wrong try.
const FORGET_AFTER: Duration = Duration::from_secs(3_600);
/// More pairs than this are not remembered: the oldest go first.
const REMEMBERED_MAX: usize = 10_000;

/// Wrong tries by login and address. A login alone must not be locked, or anybody could lock out anybody.
#[derive(Debug, Default)]
pub struct Attempts {
    wrong: Mutex<BTreeMap<(String, String), Wrong>>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    tries: u32,
    last: Timestamp,
}

impl Attempts {
    /// How long this pair must still wait; nothing if it may try now.
    pub fn wait(&self, login: &str, address: &str, now: Timestamp) -> Option<Duration> {
        let wrong = self.lock().get(&pair(login, address)).copied()?;
        let until = wrong.last + pause(wrong.tries);
        (until > now).then(|| until.since(now))
    }

    /// The password was wrong.
    pub fn failed(&self, login: &str, address: &str, now: Timestamp) {
        let mut known = self.lock();
        known.retain(|_, wrong| now.since(wrong.last) < FORGET_AFTER);
        if known.len() >= REMEMBERED_MAX {
            let oldest = known.iter().min_by_key(|(_, wrong)| wrong.last).map(|(pair, _)| pair.clone());
            oldest.map(|pair| known.remove(&pair));
        }
        let wrong = known.entry(pair(login, address)).or_insert(Wrong { tries: 0, last: now });
        *wrong = Wrong { tries: wrong.tries.saturating_add(1), last: now };
    }

    /// The password was right.
    pub fn succeeded(&self, login: &str, address: &str) {
        self.lock().remove(&pair(login, address));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Wrong>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pair(login: &str, address: &str) -> (String, String) {
    (login.to_owned(), address.to_owned())
}

fn pause(tries: u32) -> Duration {
    match tries.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(beyond) => (FIRST_WAIT * 2_u32.saturating_pow(beyond.min(16))).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn waits_grow_after_a_few_wrong_tries_and_end() {
        let attempts = Attempts::default();
        for _ in 0..FREE - 1 {
            attempts.failed("li", "10.0.0.1", at(0));
        }
        assert_eq!(attempts.wait("li", "10.0.0.1", at(0)), None);
        attempts.failed("li", "10.0.0.1", at(0));
        assert_eq!(attempts.wait("li", "10.0.0.1", at(10)), Some(Duration::from_secs(20)));
        assert_eq!(attempts.wait("li", "10.0.0.2", at(10)), None, "another address is another pair");
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), None);
        attempts.failed("li", "10.0.0.1", at(30));
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), Some(Duration::from_secs(60)));
        attempts.succeeded("li", "10.0.0.1");
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), None);
    }

    #[test]
    fn many_strangers_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        for n in 0..REMEMBERED_MAX {
            attempts.lock().insert(pair(&n.to_string(), ""), Wrong { tries: 1, last: at(n as i64 / 100) });
        }
        attempts.failed("one more", "", at(200));
        assert_eq!(attempts.lock().len(), REMEMBERED_MAX);
        assert!(!attempts.lock().contains_key(&pair("0", "")), "the oldest goes first");
    }
}
