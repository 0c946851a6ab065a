//! What a bill adds up to, by its rows and by its own foot.

use super::BadBill;
use settlement::{Day, Flows};

/// What the foot of a bill may say that its rows add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// How many rows of either kind.
    Rows,
    /// How many sales, or movements in.
    FirstCount,
    /// Adding up to.
    FirstAmount,
    /// How many refunds, or movements out.
    SecondCount,
    /// Adding up to.
    SecondAmount,
    /// The fees.
    Fees,
}

impl Total {
    const ALL: [(Total, &str); 6] = [
        (Total::Rows, "rows"),
        (Total::FirstCount, "sales"),
        (Total::FirstAmount, "sales' amount"),
        (Total::SecondCount, "refunds"),
        (Total::SecondAmount, "refunds' amount"),
        (Total::Fees, "fees"),
    ];
}

/// What the file says that it adds up to; what it does not say is not checked. Counts, and minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated([Option<i128>; Total::ALL.len()]);

impl Stated {
    /// The foot says so.
    pub fn say(&mut self, total: Total, value: i128) {
        self.0[total as usize] = Some(value);
    }

    fn of(&self, total: Total) -> Option<i128> {
        self.0[total as usize]
    }

    fn or(self, other: Stated) -> Stated {
        Stated(std::array::from_fn(|at| self.0[at].or(other.0[at])))
    }
}

/// What a stretch of a bill adds up to. Amounts in minor units, as the file's own sums count them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that are sales, or money that came in.
    pub first: (u64, i128),
    /// Rows that are refunds, or money that went out.
    pub second: (u64, i128),
    /// Fees.
    pub fees: i128,
    /// What moved money, in a bill of the account's movements.
    pub flows: Flows,
    /// The file's own sums.
    pub stated: Stated,
    /// Whether the foot of the file was met.
    pub foot: bool,
    /// Rows of the day that was asked for.
    pub of_the_day: u64,
    /// The first row of a neighboring day: its line and its day.
    pub of_another: Option<(u64, Day)>,
}

impl Tally {
    /// One more sale, or movement in.
    pub fn count_first(&mut self, amount: i64) {
        self.first = (self.first.0 + 1, self.first.1 + i128::from(amount));
    }

    /// One more refund, or movement out.
    pub fn count_second(&mut self, amount: i64) {
        self.second = (self.second.0 + 1, self.second.1 + i128::from(amount));
    }

    /// Both stretches together.
    pub fn plus(&self, next: &Tally) -> Tally {
        Tally {
            first: (self.first.0 + next.first.0, self.first.1 + next.first.1),
            second: (self.second.0 + next.second.0, self.second.1 + next.second.1),
            fees: self.fees + next.fees,
            flows: self.flows.plus(&next.flows),
            stated: self.stated.or(next.stated),
            foot: self.foot || next.foot,
            of_the_day: self.of_the_day + next.of_the_day,
            of_another: self.of_another.or(next.of_another),
        }
    }

    /// Whether the rows are what the foot says.
    pub fn check(&self) -> Result<(), BadBill> {
        if !self.foot {
            return Err(BadBill::Truncated);
        }
        // A few rows of a neighboring day are differences; a file full of them is another day's.
        let rows = self.first.0 + self.second.0;
        if let Some((line, found)) = self.of_another.filter(|_| self.of_the_day * 2 < rows) {
            return Err(BadBill::WrongDay { line, found: found.to_string() });
        }
        for (total, what) in Total::ALL {
            let (stated, counted) = (self.stated.of(total), self.counted(total));
            // Whether a provider's count of "trades" includes refunds is told differently in different places.
            let sales_only = total == Total::Rows && stated == Some(self.counted(Total::FirstCount));
            if let Some(stated) = stated.filter(|stated| *stated != counted && !sales_only) {
                return Err(BadBill::SumsDiffer { what, stated, counted });
            }
        }
        Ok(())
    }

    fn counted(&self, total: Total) -> i128 {
        match total {
            Total::Rows => i128::from(self.first.0 + self.second.0),
            Total::FirstCount => i128::from(self.first.0),
            Total::FirstAmount => self.first.1,
            Total::SecondCount => i128::from(self.second.0),
            Total::SecondAmount => self.second.1,
            Total::Fees => self.fees,
        }
    }
}
