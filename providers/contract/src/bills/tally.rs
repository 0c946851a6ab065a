//! What a bill adds up to, by its rows and by its own foot.

use super::BadBill;
use base::{Money, Text};
use settlement::{Balance, Day, Flows};

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
    const ALL: [Total; 6] = [
        Total::Rows,
        Total::FirstCount,
        Total::FirstAmount,
        Total::SecondCount,
        Total::SecondAmount,
        Total::Fees,
    ];

    /// What is added up.
    pub fn text(self) -> Text {
        match self {
            Total::Rows => Text::new("总笔数", "rows"),
            Total::FirstCount => Text::new("收款笔数", "sales"),
            Total::FirstAmount => Text::new("收款金额", "sales' amount"),
            Total::SecondCount => Text::new("退款笔数", "refunds"),
            Total::SecondAmount => Text::new("退款金额", "refunds' amount"),
            Total::Fees => Text::new("手续费", "fees"),
        }
    }

    /// A sum of this kind for people: a count, or money.
    pub fn shown(self, sum: i128) -> String {
        match (self, i64::try_from(sum)) {
            (Total::FirstAmount | Total::SecondAmount | Total::Fees, Ok(fen)) => Money::cny(fen).for_people(),
            _ => sum.to_string(),
        }
    }
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

/// What the account held before and after a movement. Minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Before.
    pub before: i64,
    /// After.
    pub after: i64,
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
    /// What the account held around the first and the last row, in a bill that says so.
    pub held: Option<(Held, Held)>,
    /// Whether a row does not say what the account held after it.
    pub unsaid: bool,
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

    /// After a movement of so much, negative if it went out, the account holds so much.
    pub fn hold(&mut self, moved: i64, after: i64) {
        let held = Held { before: after.saturating_sub(moved), after };
        let (first, _) = self.held.unwrap_or((held, held));
        self.held = Some((first, held));
    }

    /// What the account held at both ends; nothing if the rows do not say. Some files begin with the newest row.
    pub fn balance(&self) -> Option<Balance> {
        let (first, last) = self.held.filter(|_| !self.unsaid)?;
        let (came, went) = (i64::try_from(self.first.1).ok()?, i64::try_from(self.second.1).ok()?);
        let oldest_first = Balance { opening: first.before, came, went, closing: last.after };
        let newest_first = Balance { opening: last.before, closing: first.after, ..oldest_first };
        let adds_up = |balance: &Balance| balance.expected() == balance.closing;
        Some(if !adds_up(&oldest_first) && adds_up(&newest_first) { newest_first } else { oldest_first })
    }

    /// Both stretches together.
    pub fn plus(&self, next: &Tally) -> Tally {
        Tally {
            first: (self.first.0 + next.first.0, self.first.1 + next.first.1),
            second: (self.second.0 + next.second.0, self.second.1 + next.second.1),
            fees: self.fees + next.fees,
            flows: self.flows.plus(&next.flows),
            unsaid: self.unsaid || next.unsaid,
            held: match (self.held, next.held) {
                (Some((first, _)), Some((_, last))) => Some((first, last)),
                (one, other) => one.or(other),
            },
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
        for total in Total::ALL {
            let (stated, counted) = (self.stated.of(total), self.counted(total));
            // Whether a provider's count of "trades" includes refunds is told differently in different places.
            let sales_only = total == Total::Rows && stated == Some(self.counted(Total::FirstCount));
            if let Some(stated) = stated.filter(|stated| *stated != counted && !sales_only) {
                return Err(BadBill::SumsDiffer { of: total, stated, counted });
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Movements in the order of a file, each with what the account holds after it.
    fn tally(rows: &[(i64, i64)]) -> Tally {
        let mut tally = Tally::default();
        for &(moved, after) in rows {
            match moved {
                0.. => tally.count_first(moved),
                _ => tally.count_second(-moved),
            }
            tally.hold(moved, after);
        }
        tally
    }

    #[test]
    fn both_ends_of_the_account_are_read_in_either_order_and_across_stretches() {
        let rows = [(1250, 6250), (-8, 6242), (-250, 5992)];
        let expected = Some(Balance { opening: 5000, came: 1250, went: 258, closing: 5992 });
        assert_eq!(tally(&rows).balance(), expected);
        let newest_first: Vec<_> = rows.iter().rev().copied().collect();
        assert_eq!(tally(&newest_first).balance(), expected);
        for cut in 0..=rows.len() {
            assert_eq!(tally(&rows[..cut]).plus(&tally(&rows[cut..])).balance(), expected, "cut at {cut}");
        }
        assert_eq!(tally(&[]).balance(), None);
        let gap = tally(&[rows[0], rows[2]]).balance().expect("they say");
        assert_ne!(gap.expected(), gap.closing, "a row is missing");
    }
}
