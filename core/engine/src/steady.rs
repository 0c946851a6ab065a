//! A wall clock that does not leap. Waiting times decide what a lost request can still do, so the clock they are
//! measured by must not run ahead of real time; and what is due must come although somebody set the clock back.

use base::Timestamp;
use std::time::Duration;

/// The wall clock, led by a steady one: it agrees with the wall when it is made, advances with the steady clock, and
/// follows a wall that was set slowly: forward by at most one part in [`Steady::AHEAD`] of the time passed, back by one
/// in [`Steady::BEHIND`].
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    shown: Timestamp,
    at: Duration,
}

impl Steady {
    /// A wall that was set forward is followed at this part of the time's pace. Whatever is waited for half a minute
    /// to be sure that it cannot come any more is then waited for a second less at most.
    pub const AHEAD: u32 = 32;
    /// A wall that was set back is followed at this part of the time's pace: waiting longer only takes longer.
    pub const BEHIND: u32 = 8;

    /// A clock that shows `wall` when the steady clock reads `steady`.
    pub fn new(wall: Timestamp, steady: Duration) -> Steady {
        Steady { shown: wall, at: steady }
    }

    /// What it shows now. It never goes back.
    pub fn now(&mut self, wall: Timestamp, steady: Duration) -> Timestamp {
        let passed = steady.saturating_sub(self.at);
        let plain = self.shown + passed;
        self.shown = wall.clamp(plain - passed / Steady::BEHIND, plain + passed / Steady::AHEAD);
        self.at = self.at.max(steady);
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn it_agrees_with_a_wall_that_nobody_sets() {
        let mut clock = Steady::new(START, second(5));
        for n in 0..100 {
            assert_eq!(clock.now(START + second(n), second(5 + n)), START + second(n));
        }
    }

    #[test]
    fn a_wall_set_forward_is_followed_slowly() {
        let mut clock = Steady::new(START, second(0));
        assert_eq!(clock.now(START + second(1_232), second(32)), START + second(33));
        assert_eq!(clock.now(START + second(1_240), second(40)), START + Duration::from_millis(41_250));
        let caught_up = second(40 * 1_200);
        assert_eq!(
            clock.now(START + second(1_200) + caught_up, caught_up),
            START + second(1_200) + caught_up
        );
    }

    #[test]
    fn a_wall_set_back_is_waited_for_without_standing_still() {
        let mut clock = Steady::new(START, second(0));
        let shown = clock.now(START - second(3_600), second(8));
        assert_eq!(shown, START + second(7));
        assert!(clock.now(START - second(3_599), second(9)) > shown);
        assert_eq!(clock.now(START - second(3_599), second(9)), clock.now(START, second(9)));
    }
}
