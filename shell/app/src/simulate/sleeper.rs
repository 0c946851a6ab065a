//! Sleeping until the next thing is due, and being woken when something comes to be due sooner.
//!
//! Only distances go in. Under a clock that leaps, as the demo's does between its sample days, the moment for which one
//! lay down says nothing of how long one will really sleep.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// With nothing due.
const LONG: Duration = Duration::from_secs(3600);

/// One sleeper, whom anybody may wake.
#[derive(Debug, Default)]
pub struct Sleeper {
    until: Mutex<Option<Instant>>,
    woken: Notify,
}

impl Sleeper {
    /// Sleeps for as long as `next` says, or until [`Sleeper::due`] says less.
    pub async fn sleep(&self, next: impl FnOnce() -> Option<Duration>) {
        let until = {
            // Asked while nobody else can look: what becomes due after the question finds the answer in place.
            let mut sleeping = self.until.lock().unwrap_or_else(PoisonError::into_inner);
            *sleeping.insert(Instant::now() + next().unwrap_or(LONG))
        };
        tokio::select! {
            () = tokio::time::sleep_until(until) => {}
            () = self.woken.notified() => {}
        }
    }

    /// Something is due after this long, as far as is known now.
    pub fn due(&self, after: Option<Duration>) {
        let Some(at) = after.map(|after| Instant::now() + after) else { return };
        let sleeping = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if sleeping.is_none_or(|until| at < until) {
            self.woken.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One sleeps for `first` seconds and hears meanwhile that something is due after `then`: is that a reason to wake?
    async fn wakes(first: Option<u64>, then: Option<u64>) -> bool {
        let sleeper = Sleeper::default();
        tokio::select! {
            biased;
            () = sleeper.sleep(|| first.map(Duration::from_secs)) => panic!("nobody has said a word"),
            () = std::future::ready(()) => {}
        }
        sleeper.due(then.map(Duration::from_secs));
        tokio::time::timeout(Duration::ZERO, sleeper.woken.notified()).await.is_ok()
    }

    #[tokio::test]
    async fn only_what_is_due_sooner_wakes() {
        assert!(wakes(Some(60), Some(6)).await);
        assert!(wakes(None, Some(6)).await);
        assert!(!wakes(Some(60), Some(70)).await);
        assert!(!wakes(Some(60), None).await);
        assert!(!wakes(None, None).await);
    }

    #[tokio::test]
    async fn what_became_due_before_one_lay_down_is_not_overslept() {
        let sleeper = Sleeper::default();
        sleeper.due(Some(Duration::from_secs(6)));
        tokio::time::timeout(Duration::from_secs(60), sleeper.sleep(|| None)).await.expect("awake at once");
    }
}
