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
    /// Where another wallet's codes begin just so, it is this one's.
    pub wins: bool,
}

/// Whose a code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognized<'rules> {
    /// This wallet's.
    As(&'rules str),
    /// One of these wallets', and nothing in the code says which: the customer knows.
    OneOf(Vec<&'rules str>),
    /// It begins like a wallet's, and no wallet's code that begins so has that many digits.
    WrongLength,
    /// No wallet that is known makes such codes.
    Unknown,
}

/// Whose code this is: the longest prefix that fits decides, of equally long ones the rule that wins. Where wallets are
/// left that share it, those that `is_taken` here come before others.
pub fn recognize<'rules>(
    code: &PayerCode,
    rules: &'rules [WalletRule],
    is_taken: impl Fn(&str) -> bool,
) -> Recognized<'rules> {
    let digits = code.reveal();
    let begins: Vec<(usize, &WalletRule)> =
        rules.iter().filter_map(|rule| Some((rule.prefix_of(digits)?, rule))).collect();
    let fits = |rule: &WalletRule| (rule.shortest..=rule.longest).contains(&digits.len());
    let Some(rank) =
        begins.iter().filter(|(_, rule)| fits(rule)).map(|(long, rule)| (*long, rule.wins)).max()
    else {
        return if begins.is_empty() { Recognized::Unknown } else { Recognized::WrongLength };
    };
    let mut wallets: Vec<&str> = begins
        .iter()
        .filter(|(long, rule)| fits(rule) && (*long, rule.wins) == rank)
        .map(|(_, rule)| rule.wallet.as_str())
        .collect();
    wallets.sort_unstable();
    wallets.dedup();
    if wallets.iter().any(|wallet| is_taken(wallet)) {
        wallets.retain(|wallet| is_taken(wallet));
    }
    match wallets.as_slice() {
        [only] => Recognized::As(only),
        _ => Recognized::OneOf(wallets),
    }
}

impl WalletRule {
    /// How long the longest of its prefixes is that these digits begin with.
    fn prefix_of(&self, digits: &str) -> Option<usize> {
        self.prefixes.iter().filter(|prefix| digits.starts_with(prefix.as_str())).map(String::len).max()
    }

    /// Reads prefixes as the table and the configuration write them: `25`, or `25-30` for all from 25 to 30.
    ///
    /// ```
    /// use payment::WalletRule;
    /// assert_eq!(WalletRule::prefixes("09-11").unwrap(), ["09", "10", "11"]);
    /// assert_eq!(WalletRule::prefixes("62").unwrap(), ["62"]);
    /// assert!(["", "6x", "30-25", "1-30", "1-2-3"].iter().all(|bad| WalletRule::prefixes(bad).is_none()));
    /// ```
    pub fn prefixes(text: &str) -> Option<Vec<String>> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let good =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !good(from) || !good(to) || from.len() != to.len() {
            return None;
        }
        let (first, last): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
        let few = first <= last && last - first < 100;
        few.then(|| (first..=last).map(|number| format!("{number:0width$}", width = from.len())).collect())
    }
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

    /// Whose `digits` are where "two" and "three" are taken: `one`, `two or three`, `wrong length`, `unknown`.
    fn check(digits: &str, expected: &str) {
        let rule = |wallet: &str, prefix: &str, digits: (usize, usize), wins| WalletRule {
            wallet: wallet.into(),
            prefixes: WalletRule::prefixes(prefix).unwrap(),
            shortest: digits.0,
            longest: digits.1,
            wins,
        };
        let rules = [
            rule("one", "13", (18, 18), false),
            rule("two", "25-28", (16, 24), false),
            rule("three", "28", (16, 20), false),
            rule("four", "28", (16, 20), false),
            rule("one", "281", (16, 16), false),
            rule("three", "26", (16, 20), true),
            rule("five", "77", (16, 16), false),
            rule("six", "77", (16, 16), false),
        ];
        let taken = |wallet: &str| ["two", "three"].contains(&wallet);
        let said = match recognize(&PayerCode::parse(digits).unwrap(), &rules, taken) {
            Recognized::As(wallet) => wallet.to_owned(),
            Recognized::OneOf(wallets) => wallets.join(" or "),
            Recognized::WrongLength => "wrong length".to_owned(),
            Recognized::Unknown => "unknown".to_owned(),
        };
        assert_eq!(said, expected, "{digits}");
    }

    #[test]
    fn a_code_is_its_wallets_by_prefix_and_length() {
        check("134567890123456789", "one");
        check("1345678901234567890", "wrong length");
        check("2512345678901234", "two");
        check("9912345678901234", "unknown");
    }

    #[test]
    fn a_longer_prefix_decides_and_then_the_rule_that_wins() {
        check("2812345678901234", "one");
        check("28123456789012345", "three or two");
        check("2612345678901234", "three");
        check("261234567890123456789", "two");
    }

    #[test]
    fn where_wallets_share_a_prefix_those_that_are_taken_are_asked_about() {
        check("2892345678901234", "three or two");
        check("289234567890123456789", "two");
        check("7712345678901234", "five or six");
    }
}
