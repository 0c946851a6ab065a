//! The platform's own words: paths, fields, wallets.
//!
//! Source: the official SDK (mirror `zkmio/lakala-sdk`, commit 700a8b7): `FunctionCodeEnum` and the request classes `V3Labs…`.

use serde_json::Value;

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Charge a payer's code.
    Micropay,
    /// Open an order for a QR code.
    Preorder,
    /// Look at a payment or a refund.
    Query,
    /// Take a payment back.
    Revoke,
    /// Close an order that nobody paid.
    Close,
    /// Return money.
    Refund,
}

impl Api {
    /// Every call.
    pub const ALL: [Api; 6] =
        [Api::Micropay, Api::Preorder, Api::Query, Api::Revoke, Api::Close, Api::Refund];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Api::Micropay => "/api/v3/labs/trans/micropay",
            Api::Preorder => "/api/v3/labs/trans/preorder",
            Api::Query => "/api/v3/labs/query/tradequery",
            Api::Revoke => "/api/v3/labs/relation/revoked",
            Api::Close => "/api/v3/labs/relation/close",
            Api::Refund => "/api/v3/labs/relation/refund",
        }
    }

    /// The call at that path.
    pub fn at(path: &str) -> Option<Api> {
        Api::ALL.into_iter().find(|api| api.path() == path)
    }
}

/// The wallet that an `account_type` is, as receipts and reports shall have it; empty if it is none of the known.
pub fn funds(account_type: &str) -> &'static str {
    match account_type {
        "WECHAT" => "WECHAT",
        "ALIPAY" => "ALIPAY",
        "UQRCODEPAY" => "UNIONPAY",
        "DCPAY" => "ECNY",
        "BESTPAY" => "BESTPAY",
        "SUNING" => "SUNING",
        "LKLACC" => "LAKALA",
        "NUCSPAY" => "NUCC",
        _ => "",
    }
}

/// The `account_type` of a payer's code, by its first two digits and its length.
pub fn account_of_code(code: &str) -> Option<&'static str> {
    if !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (code.get(..2)?.parse().ok()?, code.len()) {
        (10..=15, 18) => Some("WECHAT"),
        (25..=30, 16..=24) => Some("ALIPAY"),
        (62, 19) => Some("UQRCODEPAY"),
        (1, 19) => Some("DCPAY"),
        (51, 18) => Some("BESTPAY"),
        (83, 18) => Some("SUNING"),
        _ => None,
    }
}

/// A field's text. Amounts are texts in the documents; a whole number is read as its digits.
pub fn text(data: &Value, name: &str) -> Option<String> {
    match data.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_tells_its_wallet() {
        for (code, account) in [
            ("130000000000000000", Some("WECHAT")),
            ("2800000000000000", Some("ALIPAY")),
            ("6200000000000000000", Some("UQRCODEPAY")),
            ("0100000000000000000", Some("DCPAY")),
            ("13000000000000000", None),
            ("990000000000000000", None),
            ("13000000000000000x", None),
            ("1", None),
        ] {
            assert_eq!(account_of_code(code), account, "{code}");
        }
        assert_eq!(funds("UQRCODEPAY"), "UNIONPAY");
        assert_eq!(funds("ELSE"), "");
    }

    #[test]
    fn a_text_may_be_a_whole_number() {
        let data = json!({"a": "1", "b": 2, "c": 2.5, "d": "", "e": null, "f": -1});
        let read = ["a", "b", "c", "d", "e", "f", "g"].map(|name| text(&data, name));
        assert_eq!(read, [Some("1".to_owned()), Some("2".to_owned()), None, None, None, None, None]);
    }
}
