//! A day of a bill, on the wall clock of China, by which the providers cut their days.

use base::{Timestamp, Zone};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// One day of a bill, from midnight to midnight, +08:00.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// A text that is not a day such as `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedDay;

impl fmt::Display for MalformedDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a day such as 2026-11-22")
    }
}

impl std::error::Error for MalformedDay {}

impl Day {
    /// The day that a moment lies in.
    pub fn of(at: Timestamp) -> Day {
        at.local("%Y-%m-%d", Zone::CHINA).parse().expect("a moment's own date is a date")
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        Zone::CHINA.midnight(i64::from((self.0 - EPOCH).get_days()))
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        self.start() + Duration::from_secs(86_400)
    }

    /// The day after.
    pub fn next(self) -> Day {
        Day(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day before.
    pub fn previous(self) -> Day {
        Day(self.0.yesterday().unwrap_or(self.0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Day {
    type Err = MalformedDay;
    /// Reads `2026-11-22` and nothing else.
    fn from_str(text: &str) -> Result<Day, MalformedDay> {
        let date = text.parse::<Date>().map_err(|_| MalformedDay)?;
        if text.len() != 10 || date.year() < 2000 || date.year() > 9998 {
            return Err(MalformedDay);
        }
        Ok(Day(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_cut_at_midnight_in_china() {
        let day: Day = "2026-11-22".parse().unwrap();
        assert_eq!(day.start().to_string(), "2026-11-21T16:00:00Z");
        assert_eq!((Day::of(day.start()), Day::of(day.end())), (day, day.next()));
        assert_eq!(day.next().previous(), day);
    }

    #[test]
    fn a_day_has_one_spelling() {
        for wrong in
            ["", "2026-1-2", "2026-13-01", "20261122", "2026-02-30", "2026-11-22T00:00", "1999-01-01"]
        {
            assert_eq!(wrong.parse::<Day>(), Err(MalformedDay), "{wrong}");
        }
    }
}
