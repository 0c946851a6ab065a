//! What time it is: asked here and nowhere below.
//!
//! There are two answers. The wall's is for whoever compares clocks with us: signatures, and times sent to providers.
//! Payments are driven by another, which does not leap when somebody sets the wall ([`engine::steady`]): how long a
//! request has been out decides what it can still do. Servers that share a database are led by the database's clock,
//! so that whoever takes a payment over goes on with times that mean the same to it.

use base::Timestamp;
use engine::steady::Steady;
use provider_contract::Moment;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Further apart than this, somebody should hear of it.
const WORTH_TELLING: Duration = Duration::from_secs(60);

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now. Somebody may set it.
    fn now(&self) -> Timestamp;

    /// How long it has counted; nobody sets that.
    fn steady(&self) -> Duration;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> Duration {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }
}

/// What a provider needs to make a request: the time, and a salt that nobody can guess.
pub(crate) fn moment(clock: &dyn Clock) -> Moment {
    Moment { now: clock.now(), nonce: rand::random() }
}

/// The time that payments are driven by.
pub(crate) struct PaymentClock {
    wall: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    steady: Steady,
    /// What the shared database's clock showed, and when that was by the steady one.
    database: Option<(Timestamp, Duration)>,
    told: bool,
}

impl PaymentClock {
    /// Agrees with the wall, and from then on follows it.
    pub(crate) fn new(wall: Arc<dyn Clock>) -> PaymentClock {
        let steady = Steady::new(wall.now(), wall.steady());
        PaymentClock { wall, state: Mutex::new(State { steady, database: None, told: false }) }
    }

    /// The shared database's clock shows this now. From the first time on it leads, and not the wall.
    pub(crate) fn follow(&self, database: Timestamp) {
        let at = self.wall.steady();
        let mut state = self.state();
        if state.database.replace((database, at)).is_none() {
            state.steady = Steady::new(database, at);
        }
    }

    /// Agrees at once with what leads it. For when no payment is open whose waiting that could shorten.
    pub(crate) fn agree(&self) {
        let at = self.wall.steady();
        let mut state = self.state();
        state.steady = Steady::new(self.lead(&state, at), at);
        state.told = false;
    }

    fn lead(&self, state: &State, at: Duration) -> Timestamp {
        state.database.map_or_else(|| self.wall.now(), |(shown, then)| shown + at.saturating_sub(then))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for PaymentClock {
    fn now(&self) -> Timestamp {
        let at = self.wall.steady();
        let mut state = self.state();
        let lead = self.lead(&state, at);
        let now = state.steady.now(lead, at);
        let off = lead.since(now).max(now.since(lead));
        if off > WORTH_TELLING && !state.told {
            tracing::warn!(
                "the clock was set by {off:.0?}; open payments go on in their own time and follow slowly"
            );
        }
        state.told = off > WORTH_TELLING;
        now
    }

    fn steady(&self) -> Duration {
        self.wall.steady()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_795_400_000_000_000);
    const HOUR: Duration = Duration::from_secs(3_600);

    /// A wall and a steady clock, both set by hand.
    struct ByHand(Mutex<(Timestamp, Duration)>);

    impl ByHand {
        fn showing(wall: Timestamp) -> Arc<ByHand> {
            Arc::new(ByHand(Mutex::new((wall, Duration::ZERO))))
        }

        fn pass(&self, time: Duration) {
            let mut both = self.0.lock().expect("no test panics with it");
            *both = (both.0 + time, both.1 + time);
        }

        fn set(&self, wall: Timestamp) {
            self.0.lock().expect("no test panics with it").0 = wall;
        }
    }

    impl Clock for ByHand {
        fn now(&self) -> Timestamp {
            self.0.lock().expect("no test panics with it").0
        }

        fn steady(&self) -> Duration {
            self.0.lock().expect("no test panics with it").1
        }
    }

    #[test]
    fn a_wall_that_is_set_is_followed_slowly_and_at_once_when_nothing_is_open() {
        let wall = ByHand::showing(NOON);
        let clock = PaymentClock::new(wall.clone());
        wall.set(NOON + HOUR);
        wall.pass(Duration::from_secs(32));
        assert_eq!(clock.now(), NOON + Duration::from_secs(33));
        clock.agree();
        assert_eq!(clock.now(), wall.now());
        wall.set(NOON);
        clock.agree();
        assert_eq!(clock.now(), NOON);
    }

    #[test]
    fn servers_that_share_a_database_agree_however_their_own_clocks_differ() {
        let walls = [NOON, NOON + HOUR, NOON - HOUR].map(ByHand::showing);
        let clocks = walls.clone().map(|wall| PaymentClock::new(wall));
        for second in 0..100 {
            let database = NOON + Duration::from_secs(second);
            clocks.iter().for_each(|clock| clock.follow(database));
            assert_eq!(clocks.each_ref().map(|clock| clock.now()), [database; 3]);
            walls.iter().for_each(|wall| wall.pass(Duration::from_secs(1)));
            walls[2].set(NOON - 7 * HOUR);
        }
    }

    #[test]
    fn a_database_whose_clock_is_set_is_followed_slowly_by_all() {
        let wall = ByHand::showing(NOON);
        let clock = PaymentClock::new(wall.clone());
        clock.follow(NOON);
        wall.pass(Duration::from_secs(32));
        clock.follow(NOON + HOUR);
        assert_eq!(clock.now(), NOON + Duration::from_secs(33));
    }
}
