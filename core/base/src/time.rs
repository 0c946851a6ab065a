//! Moments and the wall clock of a shop. Core never asks what time it is: it is told.

use jiff::tz::{Offset, TimeZone};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment: microseconds since 1970-01-01 00:00 UTC. Prints as RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The fixed distance of a shop's wall clock from UTC. China has kept one, +08:00, since 1991.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    offset_seconds: i32,
}

impl Zone {
    /// Asia/Shanghai.
    pub const CHINA: Zone = Zone { offset_seconds: 8 * 3600 };

    /// The first moment of the day that is so many days after 1970-01-01, by this zone's wall clock.
    pub fn midnight(self, days: i64) -> Timestamp {
        let seconds = days.saturating_mul(86_400).saturating_sub(i64::from(self.offset_seconds));
        Timestamp(seconds.saturating_mul(1_000_000).min(Timestamp::MAX.0))
    }

    fn tz(self) -> TimeZone {
        TimeZone::fixed(Offset::from_seconds(self.offset_seconds).expect("a zone is within 26 hours of UTC"))
    }
}

impl Timestamp {
    /// The latest moment that can be told: the end of the year 9999.
    pub const MAX: Timestamp = Timestamp(253_402_207_199_000_000);

    /// `micros` microseconds after 1970 began.
    #[inline]
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// Microseconds since 1970 began.
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 began.
    #[inline]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads RFC 3339, with any offset.
    pub fn parse(text: &str) -> Option<Timestamp> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Timestamp(t.as_microsecond()))
    }

    /// Reads a wall clock of `zone` written as `pattern`, such as `%Y-%m-%d %H:%M:%S`.
    pub fn parse_local(text: &str, pattern: &str, zone: Zone) -> Option<Timestamp> {
        let civil = jiff::civil::DateTime::strptime(pattern, text).ok()?;
        let zoned = civil.to_zoned(zone.tz()).ok()?;
        Some(Timestamp(zoned.timestamp().as_microsecond()))
    }

    /// The wall clock of `zone`, written as `pattern`, such as `%Y-%m-%d %H:%M:%S`.
    pub fn local(self, pattern: &str, zone: Zone) -> String {
        self.as_jiff().to_zoned(zone.tz()).strftime(pattern).to_string()
    }

    /// RFC 3339 on the wall clock of `zone`, whole seconds: `2026-11-23T09:30:00+08:00`.
    pub fn rfc3339(self, zone: Zone) -> String {
        self.local("%Y-%m-%dT%H:%M:%S%:z", zone)
    }

    /// When the day of `zone` that this moment lies in is over.
    pub fn end_of_day(self, zone: Zone) -> Timestamp {
        const DAY: i64 = 86_400_000_000;
        let offset = i64::from(zone.offset_seconds) * 1_000_000;
        let day = self.0.saturating_add(offset).div_euclid(DAY);
        let midnight = day.saturating_add(1).saturating_mul(DAY).saturating_sub(offset);
        Timestamp(midnight.min(Timestamp::MAX.0))
    }

    /// How long after `earlier` this is; nothing if it is not after.
    #[inline]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    fn as_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;
    #[inline]
    fn add(self, span: Duration) -> Timestamp {
        let micros = whole_micros(span);
        Timestamp(self.0.saturating_add(micros).min(Timestamp::MAX.0))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;
    #[inline]
    fn sub(self, span: Duration) -> Timestamp {
        let micros = whole_micros(span);
        Timestamp(self.0.saturating_sub(micros))
    }
}

/// Microseconds in 64 bits, which hold 292,000 years.
#[inline]
fn whole_micros(span: Duration) -> i64 {
    let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000_000).saturating_add(i64::from(span.subsec_micros()))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_jiff(), f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_in_any_form() {
        let noon = Timestamp::parse("2026-11-23T12:00:00+08:00").unwrap();
        assert_eq!(noon.to_string(), "2026-11-23T04:00:00Z");
        assert_eq!(noon.rfc3339(Zone::CHINA), "2026-11-23T12:00:00+08:00");
        let pattern = "%Y-%m-%d %H:%M:%S";
        let local = noon.local(pattern, Zone::CHINA);
        assert_eq!(local, "2026-11-23 12:00:00");
        assert_eq!(Timestamp::parse_local(&local, pattern, Zone::CHINA), Some(noon));
    }

    #[test]
    fn a_day_ends_at_the_zones_midnight() {
        let midnight = Timestamp::parse("2026-11-24T00:00:00+08:00").unwrap();
        for moment in ["2026-11-23T00:00:00+08:00", "2026-11-23T07:59:59+08:00", "2026-11-23T23:59:59+08:00"]
        {
            assert_eq!(Timestamp::parse(moment).unwrap().end_of_day(Zone::CHINA), midnight, "{moment}");
        }
        assert_eq!(midnight.end_of_day(Zone::CHINA), midnight + Duration::from_secs(86_400));
        assert_eq!(Timestamp::MAX.end_of_day(Zone::CHINA), Timestamp::MAX);
    }

    #[test]
    fn time_never_runs_out_of_its_numbers() {
        assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
        assert!(!Timestamp::from_micros(i64::MAX).to_string().is_empty());
    }
}
