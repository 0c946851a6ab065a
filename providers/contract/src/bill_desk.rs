//! Where a simulator hands out its bills: which are spoilt, which addresses live, what is kept of a payment.

use crate::bill_faults::{BillFault, SpoilableLine, pushed_to_the_next_day, spoil};
use base::Timestamp;
use settlement::{Day, FeeRule, Kind, Rounding};
use std::collections::BTreeMap;
use std::time::Duration;

/// Addresses kept at a time; older ones end sooner.
const ADDRESSES_MAX: usize = 8;
/// What a simulator keeps of every payment, in hundredths of a percent.
const RATE: u32 = 60;

/// A simulator's desk of bills.
pub struct Desk {
    address_lives: Duration,
    faults: BTreeMap<Day, Vec<BillFault>>,
    at_once: bool,
    files: BTreeMap<u64, (Timestamp, Vec<u8>)>,
    made: u64,
}

impl Desk {
    /// A desk whose addresses live so long.
    pub fn new(address_lives: Duration) -> Desk {
        Desk { address_lives, faults: BTreeMap::new(), at_once: false, files: BTreeMap::new(), made: 0 }
    }

    /// The bills of `day` will have this fault too.
    pub fn spoil(&mut self, day: Day, fault: BillFault) {
        self.faults.entry(day).or_default().push(fault);
    }

    /// Bills can be had at any time from now on.
    pub fn at_once(&mut self) {
        self.at_once = true;
    }

    /// What is wrong with the bills of `day`.
    pub fn faults(&self, day: Day) -> &[BillFault] {
        self.faults.get(&day).map_or(&[], Vec::as_slice)
    }

    /// Whether the bills of `day` have this fault.
    pub fn has(&self, day: Day, fault: BillFault) -> bool {
        self.faults(day).contains(&fault)
    }

    /// Whether the bills of `day` are made, which otherwise happens at this hour of the next day.
    pub fn is_ready(&self, day: Day, hour: u64, now: Timestamp) -> bool {
        self.at_once || now >= day.end() + Duration::from_secs(hour * 3600)
    }

    /// The lines of `day`'s bill, spoilt as was asked for; `lines` makes those of any day.
    pub fn lines<L: SpoilableLine>(&self, day: Day, lines: impl Fn(Day) -> Vec<L>) -> Vec<L> {
        let before = day.previous();
        let arriving = pushed_to_the_next_day(&lines(before), self.faults(before));
        let mut lines = lines(day);
        spoil(&mut lines, self.faults(day), arriving);
        lines
    }

    /// The file of `day` as it is handed out: written in another encoding or cut off, if that was asked for.
    pub fn file(&self, day: Day, bytes: Vec<u8>, in_another_encoding: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let wrong = self.has(day, BillFault::WrongEncoding);
        let mut bytes = if wrong { in_another_encoding(&bytes) } else { bytes };
        if self.has(day, BillFault::Truncated) {
            bytes.truncate(bytes.len() * 2 / 3);
        }
        bytes
    }

    /// Keeps a file for as long as its address lives. Gives the address's token.
    pub fn lay_out(&mut self, file: Vec<u8>, now: Timestamp) -> u64 {
        self.made += 1;
        self.files.insert(self.made, (now + self.address_lives, file));
        while self.files.len() > ADDRESSES_MAX {
            self.files.pop_first();
        }
        self.made
    }

    /// The file of a token, as it stands in an address; none if it never lived or lives no more.
    pub fn fetch(&self, token: &str, now: Timestamp) -> Option<&[u8]> {
        let (until, file) = self.files.get(&token.parse().ok()?)?;
        (now <= *until).then_some(file.as_slice())
    }
}

/// What every simulator keeps of a payment, and gives back with a refund.
pub fn fee_rule() -> FeeRule {
    FeeRule::new(RATE, Rounding::HalfUp, true).expect("it is less than the whole")
}

/// What a simulator keeps of an amount, rounded to the fen.
pub fn fee(amount: i64) -> i64 {
    fee_rule().of(Kind::Sale, amount)
}
