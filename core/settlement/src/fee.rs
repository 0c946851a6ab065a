//! What a provider is expected to keep of each payment: a rate and a rule of rounding, as the contract with it says.

use crate::{BookRow, Kind, State};

/// How a fee that is no whole fen is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearer fen; half a fen becomes one.
    #[default]
    HalfUp,
    /// What is less than a fen is not taken.
    Down,
    /// Every begun fen is taken.
    Up,
}

impl Rounding {
    /// Every rule with its name in configurations. A promise: never changed.
    pub const ALL: &[(Rounding, &str)] =
        &[(Rounding::HalfUp, "half_up"), (Rounding::Down, "down"), (Rounding::Up, "up")];

    /// The rule of this name.
    pub fn named(name: &str) -> Option<Rounding> {
        Rounding::ALL.iter().find(|(_, known)| *known == name).map(|(rule, _)| *rule)
    }
}

/// A hundred percent.
const WHOLE: u32 = 10_000;

/// What is expected to be kept of each payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeRule {
    basis_points: u32,
    rounding: Rounding,
    given_back: bool,
}

impl FeeRule {
    /// So many hundredths of a percent of every payment; given back with a refund, or not. None if that were more than
    /// the payment.
    pub fn new(basis_points: u32, rounding: Rounding, given_back: bool) -> Option<FeeRule> {
        (basis_points <= WHOLE).then_some(FeeRule { basis_points, rounding, given_back })
    }

    /// The fee of an amount, minor units; negative for what is given back.
    ///
    /// ```
    /// use settlement::{FeeRule, Kind, Rounding};
    /// let rule = FeeRule::new(60, Rounding::HalfUp, true).unwrap();
    /// assert_eq!(rule.of(Kind::Sale, 1250), 8);
    /// assert_eq!(rule.of(Kind::Refund, 1250), -8);
    /// ```
    pub fn of(&self, kind: Kind, amount: i64) -> i64 {
        let exact = i128::from(amount) * i128::from(self.basis_points);
        let whole = i128::from(WHOLE);
        let fee = match self.rounding {
            Rounding::HalfUp => (exact + whole / 2) / whole,
            Rounding::Down => exact / whole,
            Rounding::Up => (exact + whole - 1) / whole,
        };
        let fee = i64::try_from(fee).expect("a part of an amount is no more than the amount");
        match (kind, self.given_back) {
            (Kind::Sale, _) => fee,
            (Kind::Refund, true) => -fee,
            (Kind::Refund, false) => 0,
        }
    }

    /// The row with the fee that is expected for it: money that did not move costs nothing that could be expected.
    pub fn expect(&self, row: BookRow) -> BookRow {
        let moved = matches!(row.state, State::Moved | State::Recorded);
        BookRow { fee: moved.then(|| self.of(row.kind, row.amount)), ..row }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_rounded_as_the_rule_says() {
        let fee = |rounding, amount| FeeRule::new(60, rounding, true).unwrap().of(Kind::Sale, amount);
        let all = |amount| [Rounding::HalfUp, Rounding::Down, Rounding::Up].map(|rule| fee(rule, amount));
        assert_eq!(all(0), [0, 0, 0]);
        assert_eq!(all(1), [0, 0, 1]);
        assert_eq!(all(83), [0, 0, 1]);
        assert_eq!(all(84), [1, 0, 1]);
        assert_eq!(all(10_000), [60, 60, 60]);
        assert_eq!(FeeRule::new(10_000, Rounding::Up, true).unwrap().of(Kind::Sale, i64::MAX), i64::MAX);
    }

    #[test]
    fn a_fee_that_stays_with_the_provider_is_not_given_back() {
        assert_eq!(FeeRule::new(60, Rounding::HalfUp, false).unwrap().of(Kind::Refund, 1250), 0);
    }

    #[test]
    fn no_fee_is_more_than_the_payment() {
        assert_eq!(FeeRule::new(10_001, Rounding::HalfUp, true), None);
    }
}
