//! A clock that can be set, so that the sample day's payments lie where a day's payments lie.

use base::Timestamp;
use drive::{Clock, SystemClock};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The machine's clock, moved by a distance. Server and simulators share one, so that signatures stay in time. Whoever
/// sets it forward means that time to have passed.
#[derive(Debug, Default)]
pub struct SetClock(Mutex<Moved>);

#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    ahead_us: i64,
    passed: Duration,
}

impl SetClock {
    /// From now on it is `moment`, and time goes on from there.
    pub fn set(&self, moment: Timestamp) {
        self.move_to(moment.as_micros() - SystemClock.now().as_micros());
    }

    /// From now on it is what the machine's clock says.
    pub fn release(&self) {
        self.move_to(0);
    }

    fn move_to(&self, ahead_us: i64) {
        let mut moved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let forward_us = u64::try_from(ahead_us - moved.ahead_us).unwrap_or_default();
        moved.passed += Duration::from_micros(forward_us);
        moved.ahead_us = ahead_us;
    }

    fn moved(&self) -> Moved {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().as_micros() + self.moved().ahead_us)
    }

    fn steady(&self) -> Duration {
        SystemClock.steady() + self.moved().passed
    }
}
