//! The configuration's rules: which payments shall go over a channel, and which shall not.

use crate::Wish;
use base::{ChannelId, TillId, Timestamp, Zone};

/// One rule. The first that fits and prefers a usable way decides; every one that fits and avoids a way keeps it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// Which payments it is about.
    pub when: When,
    /// What is to be.
    pub then: Then,
}

/// Which payments a rule is about: all conditions that are given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// Of this wallet.
    pub wallet: Option<String>,
    /// At one of these tills; at any if there is none.
    pub tills: Vec<TillId>,
    /// Of at least so much, in minor units.
    pub amount_from: Option<i64>,
    /// Of less than so much, in minor units.
    pub amount_below: Option<i64>,
    /// At this time of the day.
    pub hours: Option<Hours>,
}

/// A time of the day on China's clock; it may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From this minute of the day on.
    pub from: u16,
    /// Until this one begins.
    pub to: u16,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Over this channel, as long as it works.
    Prefer(ChannelId),
    /// Not over this channel.
    Avoid(ChannelId),
}

impl When {
    /// Whether a payment is one of them.
    pub fn fits(&self, wish: &Wish<'_>) -> bool {
        let amount = wish.amount.minor();
        self.wallet.as_ref().is_none_or(|wallet| wallet == wish.wallet)
            && (self.tills.is_empty() || self.tills.contains(&wish.till))
            && self.amount_from.is_none_or(|from| amount >= from)
            && self.amount_below.is_none_or(|below| amount < below)
            && self.hours.is_none_or(|hours| hours.holds(wish.at))
    }
}

impl Hours {
    /// Reads `22:30`, as a minute of the day.
    pub fn minute(text: &str) -> Option<u16> {
        let (hours, minutes) = text.split_once(':')?;
        let two = |part: &str, below: u16| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|number| digits && *number < below)
        };
        Some(two(hours, 24)? * 60 + two(minutes, 60)?)
    }

    /// Whether this moment lies in it.
    pub fn holds(self, at: Timestamp) -> bool {
        const DAY: i64 = 86_400;
        let left = at.end_of_day(Zone::CHINA).as_seconds() - at.as_seconds();
        let minute = ((DAY - left).clamp(0, DAY - 1) / 60) as u16;
        match self.from <= self.to {
            true => (self.from..self.to).contains(&minute),
            false => minute >= self.from || minute < self.to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_may_pass_midnight() {
        let at = |text: &str| Timestamp::parse(&format!("2026-11-23T{text}+08:00")).expect("a time");
        let hours = |from, to| Hours {
            from: Hours::minute(from).expect("a minute"),
            to: Hours::minute(to).expect("a minute"),
        };
        let night = hours("22:00", "06:30");
        let holds = ["21:59:59", "22:00:00", "23:59:59", "00:00:00", "06:29:59", "06:30:00"]
            .map(|text| night.holds(at(text)));
        assert_eq!(holds, [false, true, true, true, true, false]);
        let day = hours("09:00", "18:00");
        assert_eq!(
            ["08:59:59", "09:00:00", "18:00:00"].map(|text| day.holds(at(text))),
            [false, true, false]
        );
        for bad in ["24:00", "9:00", "12:60", "noon", "12", "-1:00", "+1:00"] {
            assert_eq!(Hours::minute(bad), None, "{bad}");
        }
    }
}
