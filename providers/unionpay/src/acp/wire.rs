//! The gateway's own words: kinds of transactions, paths, and how answers are written.
//!
//! Source of names and values: the official sample code (`hanfengzqh/UnionPayQR`), `smartwalle/unionpay`, and the
//! documentation of `IJPay`.

use provider_contract::form::Fields;

/// How the gateway writes moments: Beijing wall clock.
pub const TIME_PATTERN: &str = "%Y%m%d%H%M%S";

/// Where money is moved.
pub const TRANSACTION_PATH: &str = "/gateway/api/backTransReq.do";
/// Where is looked.
pub const QUERY_PATH: &str = "/gateway/api/queryTrans.do";

/// A kind of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The merchant scans the customer.
    Charge,
    /// The customer scans the merchant.
    Show,
    /// Look at a transaction.
    Query,
    /// Take a transaction back whose end is not known.
    Reversal,
    /// Return money.
    Refund,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 5] = [Kind::Charge, Kind::Show, Kind::Query, Kind::Reversal, Kind::Refund];

    /// `txnType` and `txnSubType`.
    pub fn types(self) -> (&'static str, &'static str) {
        match self {
            Kind::Charge => ("01", "06"),
            Kind::Show => ("01", "07"),
            Kind::Query => ("00", "00"),
            Kind::Reversal => ("99", "01"),
            Kind::Refund => ("04", "00"),
        }
    }

    /// The kind of these types.
    pub fn of(txn_type: &str, txn_sub_type: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.types() == (txn_type, txn_sub_type))
    }

    /// Where it is asked for.
    pub fn path(self) -> &'static str {
        if self == Kind::Query { QUERY_PATH } else { TRANSACTION_PATH }
    }
}

/// Reads an answer: `name=value` joined by `&`, nothing escaped. A value that begins with a bracket ends with its
/// counterpart and may hold `&` inside. None if it has no such form, or a name twice.
pub fn read_answer(text: &str) -> Option<Fields> {
    let mut fields = Fields::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let end = value_end(after)?;
        let value = &after[..end];
        if name.is_empty() || name.contains('&') || fields.insert(name.to_owned(), value.to_owned()).is_some()
        {
            return None;
        }
        rest = match after[end..].strip_prefix('&') {
            Some("") => return None,
            Some(next) => next,
            None => "",
        };
    }
    Some(fields)
}

fn value_end(text: &str) -> Option<usize> {
    let (open, close) = match text.chars().next() {
        Some('{') => ('{', '}'),
        Some('[') => ('[', ']'),
        _ => return Some(text.find('&').unwrap_or(text.len())),
    };
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
        }
        if depth == 0 {
            let end = at + c.len_utf8();
            return (text[end..].is_empty() || text[end..].starts_with('&')).then_some(end);
        }
    }
    None
}

/// Writes an answer.
pub fn write_answer(fields: &Fields) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_answer_is_cut_at_its_first_equals_sign_and_not_inside_brackets() {
        let text = "accInsCode=&payCardInfo={cardNo=6222&type=01}&signPubKeyCert=-----BEGIN\nAB==\n&x=1=2";
        let fields = read_answer(text).unwrap();
        let field = |name: &str| fields[name].as_str();
        assert_eq!(field("accInsCode"), "");
        assert_eq!(field("payCardInfo"), "{cardNo=6222&type=01}");
        assert_eq!(field("signPubKeyCert"), "-----BEGIN\nAB==\n");
        assert_eq!(field("x"), "1=2");
    }

    #[test]
    fn what_is_no_answer_is_nothing() {
        for text in ["{}", "<html>", "a", "a=1&", "a=1&&b=2", "=1", "a=1&a=1", "a={b", "a={b}c", "a=1&b"] {
            assert_eq!(read_answer(text), None, "{text}");
        }
        assert_eq!(read_answer(""), Some(Fields::new()));
    }

    #[test]
    fn every_kind_has_its_own_types() {
        for kind in Kind::ALL {
            let (txn_type, sub_type) = kind.types();
            assert_eq!(Kind::of(txn_type, sub_type), Some(kind));
        }
        assert_eq!(Kind::of("01", "01"), None);
    }

    proptest! {
        #[test]
        fn an_answer_reads_back(fields in proptest::collection::btree_map("[a-zA-Z]{1,8}", "[a-z0-9=+/\n中]{0,16}", 0..6)) {
            prop_assert_eq!(read_answer(&write_answer(&fields)), Some(fields));
        }

        #[test]
        fn any_text_is_an_answer_or_nothing(text in "[a-c=&{}\\[\\]]{0,24}") {
            let _ = read_answer(&text);
        }
    }
}
