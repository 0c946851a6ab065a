//! A clock that can be set, so that the sample day's payments lie where a day's payments lie.

use base::Timestamp;
use drive::{Clock, SystemClock};
use std::sync::atomic::{AtomicI64, Ordering};

/// The machine's clock, moved by a distance. Server and simulators share one, so that signatures stay in time.
#[derive(Debug, Default)]
pub struct SetClock {
    ahead_us: AtomicI64,
}

impl SetClock {
    /// From now on it is `moment`, and time goes on from there.
    pub fn set(&self, moment: Timestamp) {
        let ahead = moment.as_micros() - SystemClock.now().as_micros();
        self.ahead_us.store(ahead, Ordering::Relaxed);
    }

    /// From now on it is what the machine's clock says.
    pub fn release(&self) {
        self.ahead_us.store(0, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().as_micros() + self.ahead_us.load(Ordering::Relaxed))
    }
}
