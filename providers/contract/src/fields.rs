//! Between our facts and a gateway's fields, and back: amounts in fen, Beijing moments, texts that fit, doors that checked
//! an address.

use crate::{CannotAsk, Order};
use base::{Currency, Money, Text, Timestamp, Zone, mask_middle};
use payment::{Doubt, Said};

/// How most gateways write moments: Beijing wall clock, without separators.
pub const TIME_PATTERN: &str = "%Y%m%d%H%M%S";

/// A moment in Beijing's wall clock.
pub fn china_time(at: Timestamp) -> String {
    at.local(TIME_PATTERN, Zone::CHINA)
}

/// The moment that Beijing's wall clock showed so.
pub fn china_moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse_local(text, TIME_PATTERN, Zone::CHINA)
}

/// An order that breaks a rule of the provider.
pub fn cannot(why: impl Into<String>) -> CannotAsk {
    CannotAsk::OrderNotAcceptable(why.into())
}

/// The amount in fen, if it can be paid at a gateway that takes at most `most` fen.
pub fn payable(amount: Money, most: i64) -> Result<i64, CannotAsk> {
    if amount.currency() != Currency::Cny {
        return Err(cannot("only yuan can be paid here"));
    }
    if !amount.is_positive() {
        return Err(cannot("the amount must be at least 0.01"));
    }
    if amount.minor() > most {
        return Err(cannot(format!("the amount is above {}", Money::cny(most))));
    }
    Ok(amount.minor())
}

/// A positive amount written in fen: digits and nothing else.
pub fn fen(text: &str) -> Option<Money> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let amount = digits.then(|| text.parse().ok()).flatten().map(Money::cny);
    amount.filter(|amount| amount.is_positive())
}

/// Text without control characters, at most `longest` characters.
pub fn plain(text: &str, longest: usize) -> String {
    let fit = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().map(fit).take(longest).collect::<String>().trim_end().to_owned()
}

/// What the payer shall see, which no gateway takes empty.
pub fn description(order: &Order, longest: usize) -> Result<String, CannotAsk> {
    let text = plain(&order.description, longest);
    if text.is_empty() { Err(cannot("the description is empty")) } else { Ok(text) }
}

/// A provider's words fit for the timeline: bounded, and without the payer's code should they repeat it.
pub fn short(text: &str, order: &Order) -> String {
    let text = match &order.payer_code {
        Some(code) => text.replace(code.reveal(), &code.hint()),
        None => text.to_owned(),
    };
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// The same of a code and its sentence.
pub fn said(code: &str, message: &str, order: &Order) -> Said {
    Said::new(short(code, order), short(message, order))
}

/// Gateways mask account numbers; should one not, we do. What is no number tells nobody anything.
pub fn masked(account: &str) -> String {
    if account.len() > 32 || !account.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*') {
        return String::new();
    }
    if account.contains('*') { account.to_owned() } else { mask_middle(account, 4, 4) }
}

/// What an HTTP status other than 200 leaves open.
pub fn doubt_of_status(status: u16) -> Doubt {
    match status {
        429 => Doubt::RateLimited,
        500.. => Doubt::ProviderError,
        _ => Doubt::Garbled,
    }
}

/// Whether a text can be the address of something on the web.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !host.contains(' '))
}

/// Whether a text can be the address of a gateway, to which paths are added.
fn is_gateway(url: &str) -> bool {
    is_address(url) && !url.contains(['?', '#'])
}

/// An address of a channel's settings that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAddress {
    /// `gateway_url` is no http address, or has a query.
    Gateway,
    /// `notify_url` is no http address.
    Notify,
}

impl BadAddress {
    /// Which one, of the provider with this `name`, whose real gateway is at `example`.
    pub fn text(self, name: &Text, example: &str) -> Text {
        let Text { zh, en } = name;
        match self {
            BadAddress::Gateway => Text::new(
                format!("{zh}网关地址应形如 {example}，不带路径和问号参数"),
                format!("{en}'s gateway_url must be an address such as {example}, without a query"),
            ),
            BadAddress::Notify => Text::new(
                format!("{zh}通知地址应以 http:// 或 https:// 开头"),
                format!("{en}'s notify_url must begin with http:// or https://"),
            ),
        }
    }
}

/// Whether a gateway and the place of our notifications can be where the settings say.
pub fn check_addresses(gateway_url: &str, notify_url: Option<&str>) -> Result<(), BadAddress> {
    if !is_gateway(gateway_url) {
        return Err(BadAddress::Gateway);
    }
    if notify_url.is_some_and(|url| !is_address(url)) {
        return Err(BadAddress::Notify);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_digits_and_nothing_else() {
        assert_eq!(fen("1250"), Some(Money::cny(1250)));
        for text in ["", "0", "-1", "+1", "12.50", " 1", "99999999999999999999"] {
            assert_eq!(fen(text), None, "{text}");
        }
        assert_eq!(payable(Money::cny(100), 100), Ok(100));
        for amount in [Money::cny(0), Money::cny(-1), Money::cny(101), Money::new(1, Currency::Jpy)] {
            assert!(payable(amount, 100).is_err(), "{amount:?}");
        }
    }

    #[test]
    fn a_card_number_is_masked_and_anything_else_is_dropped() {
        assert_eq!(masked("621226******1234"), "621226******1234");
        assert!(!masked("6221261234567890123").contains("123456"));
        assert_eq!(masked("QUJD+/=="), "");
    }

    #[test]
    fn an_address_has_a_host() {
        assert!(is_address("https://pay.example/notify?x=1") && is_gateway("http://127.0.0.1:9001/pay"));
        for url in ["", "pay.example", "ftp://a", "https://", "https:///a", "http://a b"] {
            assert!(!is_address(url) && !is_gateway(url), "{url}");
        }
        assert!(!is_gateway("https://a?x=1") && !is_gateway("https://a#b"));
    }

    #[test]
    fn texts_lose_what_a_field_cannot_carry() {
        assert_eq!(plain(" a\nb \u{7}", 3), "a b");
        assert_eq!(china_time(Timestamp::from_micros(0)), "19700101080000");
        assert_eq!(china_moment("19700101080000"), Some(Timestamp::from_micros(0)));
    }
}
