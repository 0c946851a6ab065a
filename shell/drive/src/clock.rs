//! What time it is: asked here and nowhere below.

use base::Timestamp;
use provider_contract::Moment;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
    }
}

/// What a provider needs to make a request: the time, and a salt that nobody can guess.
pub(crate) fn moment(clock: &dyn Clock) -> Moment {
    Moment { now: clock.now(), nonce: rand::random() }
}
