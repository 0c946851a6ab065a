//! Amounts: whole minor units and a currency. There is no float and no way to make one.

use std::fmt;

/// A currency Paydesk can count in. Stored and sent as its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Chinese yuan; the minor unit is the fen (1/100).
    Cny,
    /// Hong Kong dollar.
    Hkd,
    /// United States dollar.
    Usd,
    /// Japanese yen, which has no minor unit.
    Jpy,
}

impl Currency {
    /// Every currency, in the order of their codes' use here.
    pub const ALL: [Currency; 4] = [Currency::Cny, Currency::Hkd, Currency::Usd, Currency::Jpy];

    /// ISO 4217 letters, such as `CNY`.
    pub fn code(self) -> &'static str {
        match self {
            Currency::Cny => "CNY",
            Currency::Hkd => "HKD",
            Currency::Usd => "USD",
            Currency::Jpy => "JPY",
        }
    }

    /// The currency with these ISO 4217 letters, written in capitals.
    pub fn from_code(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|currency| currency.code() == code)
    }

    /// Digits after the decimal point (ISO 4217).
    pub fn digits(self) -> u32 {
        match self {
            Currency::Jpy => 0,
            Currency::Cny | Currency::Hkd | Currency::Usd => 2,
        }
    }

    /// The sign people write before an amount. The yuan sign is the full-width one, U+FFE5, because
    /// the half-width U+00A5 has no GBK code and prints as rubbish on Chinese receipt printers.
    pub fn sign(self) -> &'static str {
        match self {
            Currency::Cny => "￥",
            Currency::Hkd => "HK$",
            Currency::Usd => "US$",
            Currency::Jpy => "JP￥",
        }
    }
}

/// Whole minor units of one currency. May be negative (a refund in a sum); what is charged may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a text or a sum is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Not digits with at most one decimal point.
    NotANumber,
    /// More decimals than the currency has.
    TooManyDecimals,
    /// Does not fit 64 bits.
    TooLarge,
    /// Two currencies met in one sum.
    CurrenciesDiffer,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MoneyError::NotANumber => "the amount is not a number such as 12.50",
            MoneyError::TooManyDecimals => "the amount has more decimals than its currency",
            MoneyError::TooLarge => "the amount is too large to count",
            MoneyError::CurrenciesDiffer => "amounts of two currencies cannot be added",
        })
    }
}

impl std::error::Error for MoneyError {}

impl Money {
    /// `minor` units of `currency`: `Money::new(1250, Currency::Cny)` is 12.50 yuan.
    pub const fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Fen of yuan.
    pub const fn cny(fen: i64) -> Money {
        Money::new(fen, Currency::Cny)
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Money {
        Money::new(0, currency)
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency counted in.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// More than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum, or why there is none.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money::new(minor, self.currency))
    }

    /// The difference, or why there is none.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money::new(minor, self.currency))
    }

    fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer);
        }
        Ok(())
    }

    /// Reads major units as people and the yuan-counting providers write them: `12`, `12.5`, `12.50`, `-3.00`.
    ///
    /// ```
    /// # use base::{Currency, Money, MoneyError};
    /// assert_eq!(Money::parse("0.01", Currency::Cny), Ok(Money::cny(1)));
    /// assert_eq!(Money::parse("0.001", Currency::Cny), Err(MoneyError::TooManyDecimals));
    /// assert_eq!(Money::parse("1e3", Currency::Cny), Err(MoneyError::NotANumber));
    /// ```
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let point_without_decimals = digits.contains('.') && fraction.is_empty();
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || point_without_decimals {
            return Err(MoneyError::NotANumber);
        }
        let decimals = currency.digits() as usize;
        if fraction.len() > decimals {
            return Err(MoneyError::TooManyDecimals);
        }
        let minor: i64 =
            format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Money::new(if negative { -minor } else { minor }, currency))
    }

    /// For a person: sign, thousands separated, decimals: `￥1,234.50`.
    pub fn for_people(self) -> String {
        let plain = Money::new(self.minor, self.currency).to_string();
        let (minus, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(w, f)| (w, Some(f)));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let fraction = fraction.map(|f| format!(".{f}")).unwrap_or_default();
        format!("{minus}{}{grouped}{fraction}", self.currency.sign())
    }
}

/// Major units with exactly the currency's decimals: `12.50`. [`Money::parse`] reads it back.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.digits() as usize;
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let minus = if self.minor < 0 { "-" } else { "" };
        if fraction.is_empty() { write!(f, "{minus}{whole}") } else { write!(f, "{minus}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in -999_999_999_999i64..999_999_999_999, which in 0usize..4) {
            let money = Money::new(minor, Currency::ALL[which]);
            prop_assert_eq!(Money::parse(&money.to_string(), money.currency()), Ok(money));
        }

        #[test]
        fn any_text_is_an_amount_or_an_error(text in "[-+0-9.,eE ￥]{0,24}") {
            if let Ok(money) = Money::parse(&text, Currency::Cny) {
                prop_assert!(Money::parse(&money.to_string(), Currency::Cny) == Ok(money));
            }
        }
    }

    #[test]
    fn people_see_signs_and_thousands() {
        for (fen, seen) in [(1, "￥0.01"), (123456, "￥1,234.56"), (-100000000, "-￥1,000,000.00")] {
            assert_eq!(Money::cny(fen).for_people(), seen);
        }
    }

    #[test]
    fn sums_refuse_what_they_cannot_count() {
        assert_eq!(Money::cny(i64::MAX).plus(Money::cny(1)), Err(MoneyError::TooLarge));
        assert_eq!(Money::cny(1).minus(Money::new(1, Currency::Usd)), Err(MoneyError::CurrenciesDiffer));
        assert_eq!(Money::parse("99999999999999999999", Currency::Cny), Err(MoneyError::TooLarge));
    }
}
