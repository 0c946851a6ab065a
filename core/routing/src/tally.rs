//! What was seen of one way, by slots of time, and what it adds up to now. Adding is commutative: within a slot the order
//! of what happened changes nothing, and several servers' counts add up in any order.

use crate::Policy;
use base::Timestamp;
use std::collections::BTreeMap;
use std::ops::RangeBounds;
use std::time::Duration;

/// So many half-lives later nothing is left of what was seen.
pub(crate) const HALVINGS: u32 = 10;
const SLOT_SECONDS: i64 = 15;
/// A call that happened just now.
const WHOLE: u64 = 1_000;

/// Fifteen seconds of time, numbered since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub i64);

impl Slot {
    /// The slot that this moment lies in.
    pub fn of(at: Timestamp) -> Slot {
        Slot(at.as_seconds().div_euclid(SLOT_SECONDS))
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(SLOT_SECONDS * 1_000_000))
    }
}

/// What was seen in a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Payments that were given this way.
    pub asked: u32,
    /// Calls that worked.
    pub worked: u32,
    /// Calls that failed, and the way is to blame.
    pub failed: u32,
}

impl Counts {
    /// Both together.
    pub fn plus(self, other: Counts) -> Counts {
        Counts {
            asked: self.asked.saturating_add(other.asked),
            worked: self.worked.saturating_add(other.worked),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

/// What was seen of one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    slots: BTreeMap<Slot, Counts>,
}

/// What a tally adds up to at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// How many of a thousand calls worked of late; a thousand where nothing is known.
    pub rate_permille: u32,
    /// Calls this is known from, in thousandths: newer ones count more.
    pub known_from: u64,
    /// What the rate means.
    pub standing: Standing,
}

/// Whether payments go over a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They do.
    Sound,
    /// They do not: it failed too often.
    Eliminated {
        /// Whether it is time to try it again by one payment.
        probe_due: bool,
        /// Tries that worked since it failed last.
        worked: u32,
    },
}

impl Tally {
    /// Adds to a slot.
    pub fn add(&mut self, slot: Slot, counts: Counts) {
        let known = self.slots.entry(slot).or_default();
        *known = known.plus(counts);
    }

    /// From now on the slot has exactly these.
    pub fn put(&mut self, slot: Slot, counts: Counts) {
        self.slots.insert(slot, counts);
    }

    /// Forgets what lies before `slot`.
    pub fn forget_before(&mut self, slot: Slot) {
        self.slots = self.slots.split_off(&slot);
    }

    /// Everything since `slot` began, undiscounted.
    pub fn since(&self, slot: Slot) -> Counts {
        self.slots.range(slot..).fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts))
    }

    /// What it adds up to. A way that had failed too often and then worked several times in a row begins anew: what it
    /// failed before would keep payments off it for long after it was mended.
    pub fn score(&self, policy: &Policy, now: Timestamp) -> Score {
        let oldest = Slot::of(now - policy.memory());
        let all = self.weigh(oldest.., policy, now);
        let Some(last_failed) = all.last_failed else { return all.score(Standing::Sound) };
        // What worked since then are tries: they bring it back by their number, and never make it half good before.
        let failing = self.weigh(oldest..=last_failed, policy, now);
        let bad = failing.failed >= policy.failures_min && failing.rate_permille() < policy.rate_min_permille;
        if !bad {
            return all.score(Standing::Sound);
        }
        let after_failures = Slot(last_failed.0 + 1);
        let worked = self.since(after_failures).worked;
        if worked >= policy.probes_good {
            return self.weigh(after_failures.., policy, now).score(Standing::Sound);
        }
        let due = |slot: Slot| now.since(slot.start()) >= policy.probe_every;
        all.score(Standing::Eliminated { probe_due: all.last_asked.is_none_or(due), worked })
    }

    fn weigh(&self, slots: impl RangeBounds<Slot>, policy: &Policy, now: Timestamp) -> Weighed {
        let mut sum = Weighed::default();
        for (slot, counts) in self.slots.range(slots) {
            let weight = weight(now.since(slot.start()), policy.half_life);
            sum.worked += u64::from(counts.worked) * weight;
            sum.failed += u64::from(counts.failed) * weight;
            sum.last_failed = Some(*slot).filter(|_| counts.failed > 0).or(sum.last_failed);
            sum.last_asked = Some(*slot).filter(|_| counts.asked > 0).or(sum.last_asked);
        }
        sum
    }
}

/// Calls by their weight, in thousandths.
#[derive(Default)]
struct Weighed {
    worked: u64,
    failed: u64,
    last_failed: Option<Slot>,
    last_asked: Option<Slot>,
}

impl Weighed {
    /// One call that worked is taken for granted, so that nothing known is no reason against a way.
    fn rate_permille(&self) -> u32 {
        ((self.worked + WHOLE) * 1_000 / (self.worked + self.failed + WHOLE)) as u32
    }

    fn score(&self, standing: Standing) -> Score {
        Score { rate_permille: self.rate_permille(), known_from: self.worked + self.failed, standing }
    }
}

/// What a call of this age counts, in thousandths: half after each half-life, on a straight line between.
fn weight(age: Duration, half_life: Duration) -> u64 {
    let (age, half_life) = (age.as_millis() as u64, (half_life.as_millis() as u64).max(1));
    let halvings = age / half_life;
    if halvings >= u64::from(HALVINGS) {
        return 0;
    }
    let whole = WHOLE >> halvings;
    whole - whole * (age % half_life) / (2 * half_life)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn seen(list: &[(i64, u32, u32)]) -> Tally {
        let mut tally = Tally::default();
        for (second, worked, failed) in list {
            let counts = Counts { asked: worked + failed, worked: *worked, failed: *failed };
            tally.add(Slot::of(at(*second)), counts);
        }
        tally
    }

    fn out(probe_due: bool, worked: u32) -> Standing {
        Standing::Eliminated { probe_due, worked }
    }

    fn standing(list: &[(i64, u32, u32)], now: i64) -> Standing {
        seen(list).score(&Policy::default(), at(now)).standing
    }

    #[test]
    fn what_was_seen_counts_half_after_each_half_life_and_nothing_in_the_end() {
        let half_life = Duration::from_secs(300);
        let of = |seconds| weight(Duration::from_secs(seconds), half_life);
        assert_eq!([of(0), of(150), of(300), of(600), of(2_999), of(3_000)], [1_000, 750, 500, 250, 1, 0]);
    }

    #[test]
    fn a_way_goes_after_three_failures_and_not_after_two() {
        assert_eq!(standing(&[(0, 0, 2)], 1), Standing::Sound);
        assert_eq!(standing(&[(0, 0, 3)], 1), out(false, 0));
        assert_eq!(standing(&[(0, 20, 3)], 1), Standing::Sound, "most calls work");
    }

    #[test]
    fn it_is_probed_and_comes_back_when_probes_work_or_when_time_has_passed() {
        assert_eq!(standing(&[(0, 0, 3)], 30), out(true, 0));
        assert_eq!(standing(&[(0, 0, 4), (30, 1, 0)], 45), out(false, 1));
        assert_eq!(standing(&[(0, 0, 4), (30, 1, 0), (60, 1, 0)], 61), Standing::Sound);
        // Two tries that worked outweigh three failures nearly, which must not leave it a poor way that is never tried.
        let back = seen(&[(0, 0, 3), (30, 1, 0), (60, 1, 0)]).score(&Policy::default(), at(61));
        assert_eq!((back.standing, back.rate_permille), (Standing::Sound, 1_000));
        let relapsed = [(0, 0, 4), (30, 1, 0), (60, 1, 0), (75, 0, 1)];
        assert_eq!(standing(&relapsed, 76), out(false, 0));
        assert_eq!(standing(&[(0, 0, 4)], 600), Standing::Sound, "what is old proves nothing");
    }
}
