//! A card's number: printed with its first six and last four digits, overwritten when it goes.

use std::fmt;
use zeroize::Zeroizing;

/// Twelve to nineteen digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pan(Zeroizing<String>);

/// Why a text is no card's number. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPan {
    /// Fewer than twelve or more than nineteen characters.
    Length(usize),
    /// Something in it is no digit.
    NotDigits,
}

impl Pan {
    /// Of its digits.
    pub fn parse(digits: &str) -> Result<Pan, BadPan> {
        if !(12..=19).contains(&digits.len()) {
            return Err(BadPan::Length(digits.len()));
        }
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadPan::NotDigits);
        }
        Ok(Pan(Zeroizing::new(digits.to_owned())))
    }

    /// Its digits; for the message to the acquirer and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// First six and last four digits.
    pub fn masked(&self) -> String {
        let digits = self.reveal();
        format!("{}{}{}", &digits[..6], "*".repeat(digits.len() - 10), &digits[digits.len() - 4..])
    }

    /// Whether its last digit is the check digit of the others (Luhn). Some cards in China have none.
    pub fn check_digit_holds(&self) -> bool {
        let weighed = |(place, byte): (usize, u8)| {
            let digit = u32::from(byte - b'0') * (1 + place as u32 % 2);
            digit / 10 + digit % 10
        };
        self.reveal().bytes().rev().enumerate().map(weighed).sum::<u32>() % 10 == 0
    }
}

impl fmt::Display for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for BadPan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPan::Length(is) => write!(f, "a card's number has 12 to 19 digits, not {is}"),
            BadPan::NotDigits => f.write_str("a card's number has digits only"),
        }
    }
}

impl std::error::Error for BadPan {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_its_ends() {
        let pan = Pan::parse("6226090000000048").expect("digits");
        assert_eq!(format!("{pan} {pan:?}"), "622609******0048 622609******0048");
        assert_eq!(Pan::parse("123456789012").expect("digits").to_string(), "123456**9012");
    }

    #[test]
    fn what_is_none_is_refused() {
        assert_eq!(Pan::parse("12345678901"), Err(BadPan::Length(11)));
        assert_eq!(Pan::parse("12345678901234567890"), Err(BadPan::Length(20)));
        assert_eq!(Pan::parse("622609000000004 "), Err(BadPan::NotDigits));
        assert_eq!(Pan::parse("６２２６"), Err(BadPan::NotDigits));
    }

    #[test]
    fn the_check_digit_is_luhn_s() {
        let holds = |digits| Pan::parse(digits).expect("digits").check_digit_holds();
        assert!(holds("4111111111111111") && holds("6226090000000048"));
        assert!(!holds("4111111111111112") && !holds("4111111111111121"));
    }
}
