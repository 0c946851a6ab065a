//! The only place in the binary that asks what time it is and draws nonces.

use base::Timestamp;
use provider_contract::Moment;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, by the machine's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Now, with a fresh nonce.
pub fn moment() -> Moment {
    Moment { now: now(), nonce: rand::random() }
}
