//! A wall clock that does not leap. Waiting times decide what a lost request can still do, so the clock they are
//! measured by must not run ahead of real time; and what is due must come although somebody set the clock back.

use base::Timestamp;
use std::time::Duration;

/// The wall clock, led by a steady one: it agrees with the wall when it is made, advances with the steady clock, and
/// follows a wall that was set by at most one part in [`Steady::LEAN`] of the time passed.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    shown: Timestamp,
    at: Duration,
}

impl Steady {
    /// A wall that is set is followed at an eighth of the time's pace: an hour's difference is gone after eight.
    pub const LEAN: u32 = 8;

    /// A clock that shows `wall` when the steady clock reads `steady`.
    pub fn new(wall: Timestamp, steady: Duration) -> Steady {
        Steady { shown: wall, at: steady }
    }

    /// What it shows now. It never goes back.
    pub fn now(&mut self, wall: Timestamp, steady: Duration) -> Timestamp {
        let passed = steady.saturating_sub(self.at);
        let lean = passed / Steady::LEAN;
        let plain = self.shown + passed;
        self.shown = wall.clamp(plain - lean, plain + lean);
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
        assert_eq!(clock.now(START + second(1_208), second(8)), START + second(9));
        assert_eq!(clock.now(START + second(1_210), second(10)), START + Duration::from_millis(11_250));
        let caught_up = second(20 * 1_200);
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
