//! Paying in instalments: the terms that a customer was shown at the counter and chose.

use base::{Money, Text};

/// A plan may have so many instalments; more is no plan.
pub const INSTALLMENTS_MAX: u32 = 60;
/// A rate has at most so many characters.
pub const RATE_CHARACTERS_MAX: usize = 16;

/// The terms of one plan: an amount and its fee, paid in monthly instalments to whoever lends it.
///
/// The shop gets the amount at once whatever the plan. Where the customer makes the choice on the phone, this is what
/// was shown at the counter, and the phone's word counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installments {
    /// How many, one a month: 1 to [`INSTALLMENTS_MAX`].
    pub count: u32,
    /// The fee's rate as the lender writes it; empty if it says none.
    pub rate: String,
    /// The whole fee.
    pub fee: Money,
    /// The first instalment.
    pub first: Money,
    /// Each later one; nothing if there is only one.
    pub later: Money,
    /// All of them: the amount and the fee.
    pub total: Money,
}

/// Terms that cannot be: they do not add up to the amount and the fee, or are of another currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoNotAddUp;

impl Installments {
    /// The terms, if they are possible ones for `amount`. What is rounded may go to either end: the instalments together
    /// may differ from the total by less than one minor unit each.
    pub fn for_amount(self, amount: Money) -> Result<Installments, DoNotAddUp> {
        let parts = [self.fee, self.first, self.later, self.total];
        let fits = parts.iter().all(|part| part.currency() == amount.currency() && part.minor() >= 0)
            && (1..=INSTALLMENTS_MAX).contains(&self.count)
            && self.rate.chars().count() <= RATE_CHARACTERS_MAX
            && self.first.is_positive()
            && self.later.is_positive() == (self.count > 1);
        if fits && self.adds_up(amount) { Ok(self) } else { Err(DoNotAddUp) }
    }

    /// Counted in more digits than an amount has, because what comes in may be anything.
    fn adds_up(&self, amount: Money) -> bool {
        let wide = |money: Money| i128::from(money.minor());
        let paid = wide(self.first) + wide(self.later) * i128::from(self.count - 1);
        wide(self.total) == wide(amount) + wide(self.fee)
            && (paid - wide(self.total)).abs() < i128::from(self.count)
    }

    /// `12 × ¥100.00，手续费 ¥6.00` in both languages.
    pub fn text(&self) -> Text {
        let (fee, total) = (self.fee.for_people(), self.total.for_people());
        let (zh, en) = (self.schedule().zh, self.schedule().en);
        match self.fee.is_positive() {
            true => Text::new(
                format!("{zh}，手续费 {fee}，共还 {total}"),
                format!("{en}, fee {fee}, {total} in all"),
            ),
            false => Text::new(format!("{zh}，免手续费"), format!("{en}, no fee")),
        }
    }

    /// What is paid each month, the first named apart if it differs.
    pub fn schedule(&self) -> Text {
        let (count, first, later) = (self.count, self.first.for_people(), self.later.for_people());
        if self.count == 1 {
            Text::new(format!("下月一次还 {first}"), format!("{first} at once, next month"))
        } else if self.first == self.later {
            Text::new(format!("{count} 期，每期 {first}"), format!("{count} × {first}"))
        } else {
            Text::new(
                format!("{count} 期，首期 {first}，以后每期 {later}"),
                format!("{count} instalments: {first}, then {later} each"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Currency;

    fn plan() -> Installments {
        let cny = Money::cny;
        Installments {
            count: 3,
            rate: "0.5".into(),
            fee: cny(450),
            first: cny(10_150),
            later: cny(10_150),
            total: cny(30_450),
        }
    }

    #[test]
    fn terms_say_what_is_paid_each_month() {
        assert_eq!(plan().text().zh, "3 期，每期 ￥101.50，手续费 ￥4.50，共还 ￥304.50");
        assert_eq!(plan().text().en, "3 × ￥101.50, fee ￥4.50, ￥304.50 in all");
        let uneven = Installments { first: Money::cny(10_151), ..plan() };
        assert_eq!(uneven.schedule().zh, "3 期，首期 ￥101.51，以后每期 ￥101.50");
        let once = Installments {
            count: 1,
            fee: Money::cny(0),
            first: Money::cny(30_000),
            later: Money::cny(0),
            total: Money::cny(30_000),
            ..plan()
        };
        assert_eq!(once.text().en, "￥300.00 at once, next month, no fee");
        assert_eq!(once.clone().for_amount(Money::cny(30_000)), Ok(once));
    }

    #[test]
    fn terms_that_do_not_add_up_are_refused() {
        let amount = Money::cny(30_000);
        assert_eq!(plan().for_amount(amount), Ok(plan()));
        let cny = Money::cny;
        let wrong = [
            Installments { count: 0, ..plan() },
            Installments { count: 61, ..plan() },
            Installments { count: 1, ..plan() },
            Installments { rate: "9".repeat(17), ..plan() },
            Installments { fee: cny(449), ..plan() },
            Installments { fee: cny(-1), ..plan() },
            Installments { first: cny(10_154), ..plan() },
            Installments { later: cny(0), first: cny(30_450), ..plan() },
            Installments { total: cny(30_451), ..plan() },
            Installments { later: cny(i64::MAX), ..plan() },
            Installments { first: Money::new(10_150, Currency::Jpy), ..plan() },
        ];
        for terms in wrong {
            assert_eq!(terms.clone().for_amount(amount), Err(DoNotAddUp), "{terms:?}");
        }
        assert_eq!(plan().for_amount(cny(30_001)), Err(DoNotAddUp));
    }
}
