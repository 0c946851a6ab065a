//! How often a sign-in may be tried: a few wrong passwords, then a wait that grows.
//!
//! Three things are counted. One login from one address: a person who mistypes, or somebody at that till. One
//! address whatever the login: somebody who tries a few passwords on everybody. One login wherever from: somebody
//! with many addresses. The last would let anybody lock out anybody, so its wait is short and does not hold where
//! this login has signed in before.

use base::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The first wait; each further wrong try doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// Something is forgotten so long after its last wrong try.
const FORGET_AFTER: Duration = Duration::from_secs(3_600);
/// More than this is not remembered: the oldest go first.
const REMEMBERED_MAX: usize = 10_000;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    Pair(String, String),
    Address(String),
    Login(String),
}

/// Wrong tries that cost nothing, and the longest wait.
struct Bound {
    free: u32,
    longest: Duration,
}

/// Wrong tries, and where each login was right before.
#[derive(Debug, Default)]
pub struct Attempts {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    wrong: BTreeMap<Counted, Wrong>,
    /// Login and address, and when it was last right there.
    right: BTreeMap<(String, String), Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Wrong {
    tries: u32,
    last: Timestamp,
}

impl Attempts {
    /// How long this login must still wait at this address; nothing if it may try now.
    pub fn wait(&self, login: &str, address: &str, now: Timestamp) -> Option<Duration> {
        let known = self.lock();
        let waits = counted(login, address).into_iter().filter_map(|counted| {
            let wrong = known.wrong.get(&counted)?;
            let at_home = known.right.contains_key(&pair(login, address));
            if at_home && matches!(counted, Counted::Login(_)) {
                return None;
            }
            let until = wrong.last + pause(wrong.tries, &counted.bound());
            (until > now).then(|| until.since(now))
        });
        waits.max()
    }

    /// The password was wrong.
    pub fn failed(&self, login: &str, address: &str, now: Timestamp) {
        let mut known = self.lock();
        known.wrong.retain(|_, wrong| now.since(wrong.last) < FORGET_AFTER);
        for counted in counted(login, address) {
            make_room(&mut known.wrong, |wrong| wrong.last);
            let wrong = known.wrong.entry(counted).or_insert(Wrong { tries: 0, last: now });
            *wrong = Wrong { tries: wrong.tries.saturating_add(1), last: now };
        }
    }

    /// The password was right. What was counted for the address stays: one known password must not buy tries at
    /// others'.
    pub fn succeeded(&self, login: &str, address: &str, now: Timestamp) {
        let mut known = self.lock();
        known.wrong.remove(&Counted::Pair(login.to_owned(), address.to_owned()));
        make_room(&mut known.right, |at| *at);
        known.right.insert(pair(login, address), now);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    fn bound(&self) -> Bound {
        let (free, minutes) = match self {
            Counted::Pair(..) => (5, 15),
            // A whole shop may sit behind one address.
            Counted::Address(_) => (30, 15),
            Counted::Login(_) => (100, 1),
        };
        Bound { free, longest: Duration::from_secs(60 * minutes) }
    }
}

fn counted(login: &str, address: &str) -> [Counted; 3] {
    [
        Counted::Pair(login.to_owned(), address.to_owned()),
        Counted::Address(address.to_owned()),
        Counted::Login(login.to_owned()),
    ]
}

fn pair(login: &str, address: &str) -> (String, String) {
    (login.to_owned(), address.to_owned())
}

fn make_room<K: Ord + Clone, V>(map: &mut BTreeMap<K, V>, last: impl Fn(&V) -> Timestamp) {
    if map.len() < REMEMBERED_MAX {
        return;
    }
    let oldest = map.iter().min_by_key(|(_, value)| last(value)).map(|(key, _)| key.clone());
    oldest.map(|key| map.remove(&key));
}

fn pause(tries: u32, bound: &Bound) -> Duration {
    match tries.checked_sub(bound.free) {
        None => Duration::ZERO,
        Some(beyond) => (FIRST_WAIT * 2_u32.saturating_pow(beyond.min(16))).min(bound.longest),
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
        for _ in 0..4 {
            attempts.failed("li", "10.0.0.1", at(0));
        }
        assert_eq!(attempts.wait("li", "10.0.0.1", at(0)), None);
        attempts.failed("li", "10.0.0.1", at(0));
        assert_eq!(attempts.wait("li", "10.0.0.1", at(10)), Some(Duration::from_secs(20)));
        assert_eq!(attempts.wait("li", "10.0.0.2", at(10)), None, "another address is another pair");
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), None);
        attempts.failed("li", "10.0.0.1", at(30));
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), Some(Duration::from_secs(60)));
        attempts.succeeded("li", "10.0.0.1", at(30));
        assert_eq!(attempts.wait("li", "10.0.0.1", at(30)), None);
    }

    #[test]
    fn one_address_cannot_try_a_few_passwords_on_everybody() {
        let attempts = Attempts::default();
        for n in 0..30 {
            attempts.failed(&format!("person {n}"), "203.0.113.7", at(0));
        }
        assert_eq!(attempts.wait("somebody else", "203.0.113.7", at(0)), Some(Duration::from_secs(30)));
        assert_eq!(attempts.wait("somebody else", "203.0.113.8", at(0)), None);
        attempts.succeeded("my own", "203.0.113.7", at(0));
        assert!(attempts.wait("somebody else", "203.0.113.7", at(0)).is_some(), "a right one buys nothing");
    }

    #[test]
    fn many_addresses_cannot_try_one_login_for_ever_nor_lock_its_owner_out() {
        let attempts = Attempts::default();
        attempts.succeeded("owner", "10.0.0.1", at(0));
        for n in 0..120 {
            attempts.failed("owner", &format!("203.0.113.{n}"), at(1));
        }
        assert_eq!(attempts.wait("owner", "198.51.100.1", at(1)), Some(Duration::from_secs(60)));
        assert_eq!(attempts.wait("owner", "198.51.100.1", at(61)), None, "its wait is short");
        assert_eq!(attempts.wait("owner", "10.0.0.1", at(1)), None, "it was right here before");
    }

    #[test]
    fn many_strangers_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        for n in 0..REMEMBERED_MAX {
            let wrong = Wrong { tries: 1, last: at(n as i64 / 100) };
            attempts.lock().wrong.insert(Counted::Login(n.to_string()), wrong);
        }
        attempts.failed("one more", "", at(200));
        assert_eq!(attempts.lock().wrong.len(), REMEMBERED_MAX);
        assert!(!attempts.lock().wrong.contains_key(&Counted::Login("0".into())), "the oldest goes first");
    }
}
