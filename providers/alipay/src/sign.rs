//! What is signed, and forms: the gateway signs sorted `name=value` lines of what it sends and receives,
//! before any URL encoding.

use crate::wire::Params;

pub use provider_contract::form::{BadForm, decode_form, encode_form};

/// The text a request is signed over: every parameter with a value except `sign`, sorted, not URL-encoded.
/// (`sign_type` is part of it, other than in [`notice_text`].)
pub fn request_text(params: &Params) -> String {
    joined(params.iter().filter(|(name, value)| *name != "sign" && !value.is_empty()))
}

/// The text a notification is signed over: every parameter received except `sign` and `sign_type`.
pub fn notice_text(params: &Params) -> String {
    joined(params.iter().filter(|(name, _)| *name != "sign" && *name != "sign_type"))
}

fn joined<'a>(params: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let mut text = String::new();
    for (name, value) in params {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn requests_and_notices_differ_in_what_is_signed() {
        let params = params(&[("sign", "x"), ("sign_type", "RSA2"), ("b", "中 &="), ("a", ""), ("C", "1")]);
        assert_eq!(request_text(&params), "C=1&b=中 &=&sign_type=RSA2");
        assert_eq!(notice_text(&params), "C=1&a=&b=中 &=");
    }

    #[test]
    fn a_form_that_cannot_be_trusted_is_refused() {
        let read = |form: &str| decode_form(form, &mut Params::new());
        assert_eq!(read("a=1&&b=%E4%B8%AD+x&a=1"), Ok(()));
        for form in ["a=%", "a=%4", "a=%zz", "a=%FF"] {
            assert_eq!(read(form), Err(BadForm::NotEncoded), "{form}");
        }
        assert_eq!(read("a=1&a=2"), Err(BadForm::NameTwice));
    }

    proptest! {
        #[test]
        fn a_form_reads_back(pairs in proptest::collection::btree_map("\\PC{1,8}", "\\PC{0,16}", 0..6)) {
            let mut back = Params::new();
            prop_assert_eq!(decode_form(&encode_form(&pairs), &mut back), Ok(()));
            prop_assert_eq!(back, pairs);
        }

        #[test]
        fn any_text_is_a_form_or_an_error(form in "[a-z%=&+0-9é]{0,40}") {
            let _ = decode_form(&form, &mut Params::new());
        }
    }
}
