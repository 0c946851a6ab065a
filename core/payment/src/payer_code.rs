//! The code a customer shows to pay (付款码), and which wallet it belongs to.
//!
//! A code is worth money for about a minute and works once. It is never stored or logged: facts keep
//! [`PayerCode::hint`] only.

use base::{Secret, mask_middle};

/// A scanned payment code: 16 to 24 digits. Prints masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerCode(Secret<String>);

/// Why a scanned text is not a payment code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPayerCode {
    /// Something other than digits was scanned: a product, a link, a card.
    NotDigits,
    /// Digits, but no wallet's code has that many.
    WrongLength,
}

impl PayerCode {
    /// Reads what a scanner or a person typed. Blanks are dropped and full-width digits (a Chinese input
    /// method was on) are read as digits.
    ///
    /// ```
    /// use payment::{NotAPayerCode, PayerCode};
    /// assert!(PayerCode::parse("1345 6789 0123 4567 89\r\n").is_ok());
    /// assert!(PayerCode::parse("１３４５６７８９０１２３４５６７８９").is_ok());
    /// assert_eq!(PayerCode::parse("6901234567892"), Err(NotAPayerCode::WrongLength));
    /// assert_eq!(PayerCode::parse("https://example.com"), Err(NotAPayerCode::NotDigits));
    /// ```
    pub fn parse(text: &str) -> Result<PayerCode, NotAPayerCode> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).map(half_width).collect();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAPayerCode::NotDigits);
        }
        if !(16..=24).contains(&digits.len()) {
            return Err(NotAPayerCode::WrongLength);
        }
        Ok(PayerCode(Secret::new(digits)))
    }

    /// The digits, for the one call that spends them.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Two digits at either end: enough to recognise the wallet and tell two codes apart.
    pub fn hint(&self) -> String {
        mask_middle(self.reveal(), 2, 2)
    }
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        other => other,
    }
}

/// One line of the wallet table: codes that begin so and are that long belong to `wallet`. The table is
/// configuration; wallets change their prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletRule {
    /// Our short name of the wallet.
    pub wallet: String,
    /// Its codes begin with one of these.
    pub prefixes: Vec<String>,
    /// Fewest digits.
    pub shortest: usize,
    /// Most digits.
    pub longest: usize,
}

/// The wallet a code belongs to: the first rule that fits.
pub fn wallet_of<'rules>(code: &PayerCode, rules: &'rules [WalletRule]) -> Option<&'rules str> {
    let digits = code.reveal();
    rules
        .iter()
        .find(|rule| {
            (rule.shortest..=rule.longest).contains(&digits.len())
                && rule.prefixes.iter().any(|prefix| digits.starts_with(prefix.as_str()))
        })
        .map(|rule| rule.wallet.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_shows_only_its_ends() {
        let code = PayerCode::parse("134567890123456789").unwrap();
        assert_eq!(code.hint(), "13••••••••••••••89");
        assert!(!format!("{code:?}").contains("3456"));
    }

    #[test]
    fn the_first_rule_that_fits_names_the_wallet() {
        let rule = |wallet: &str, prefix: &str, shortest, longest| WalletRule {
            wallet: wallet.into(),
            prefixes: vec![prefix.into()],
            shortest,
            longest,
        };
        let rules = [rule("one", "13", 18, 18), rule("two", "28", 16, 24)];
        let wallet = |digits: &str| wallet_of(&PayerCode::parse(digits).unwrap(), &rules).map(str::to_owned);
        assert_eq!(wallet("134567890123456789").as_deref(), Some("one"));
        assert_eq!(wallet("1345678901234567890"), None, "one digit too many");
        assert_eq!(wallet("2812345678901234").as_deref(), Some("two"));
    }
}
