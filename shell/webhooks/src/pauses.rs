//! How long a message waits after a try that failed, and when it is given up.

use base::Timestamp;
use std::time::Duration;

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

/// The wait after each failed try; the last one repeats.
const PAUSES: [Duration; 6] =
    [Duration::from_secs(5), Duration::from_secs(30), minutes(2), minutes(10), minutes(30), minutes(60)];

/// A message is tried for so long: a system that broke on a Friday evening is mended by Monday.
pub(crate) const TRIED_FOR: Duration = Duration::from_secs(3 * 24 * 3600);

/// When a message is to be sent again that was first due at `since` and has now failed for the `tries`th time; nothing
/// if it is given up. `salt` spreads the messages of a system that was away, so that they do not all come at once.
pub(crate) fn again_at(since: Timestamp, now: Timestamp, tries: u32, salt: u64) -> Option<Timestamp> {
    if now >= since + TRIED_FOR {
        return None;
    }
    let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES[step.min(PAUSES.len() - 1)];
    Some(now + pause + pause * u32::try_from(salt % 11).unwrap_or(0) / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_end_after_three_days() {
        let since = Timestamp::from_micros(1_795_400_000_000_000);
        let (mut now, mut tries, mut waits) = (since, 1, Vec::new());
        while let Some(next) = again_at(since, now, tries, 0) {
            waits.push(next.since(now).as_secs());
            (now, tries) = (next, tries + 1);
        }
        assert_eq!(waits[..7], [5, 30, 120, 600, 1800, 3600, 3600]);
        assert!(waits.windows(2).all(|two| two[0] <= two[1]), "they only grow");
        assert!(now.since(since) >= TRIED_FOR && now.since(since) < TRIED_FOR + minutes(61));
        let spread = |salt| again_at(since, since, 6, salt).map(|at| at.since(since).as_secs());
        assert_eq!((spread(0), spread(10)), (Some(3600), Some(3960)));
    }
}
