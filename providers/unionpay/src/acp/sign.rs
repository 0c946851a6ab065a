//! What is signed: the fields, sorted by name, as one line of text. The text is hashed to 64 lower-case hex digits, and those
//! are signed with RSA and SHA-256, which hashes them once more.
//!
//! Source: the official sample code (`hanfengzqh/UnionPayQR`) and `smartwalle/unionpay`, which agree.

use aws_lc_rs::digest::{SHA256, digest};
use base::hex;
use provider_contract::form::Fields;
use provider_contract::signing::Sign;

/// The text that is signed: every field but the signature itself.
pub fn signed_text(fields: &Fields) -> String {
    let mut text = String::new();
    for (name, value) in fields.iter().filter(|(name, _)| *name != "signature") {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// The hex digits that the signature covers.
pub fn digest_text(fields: &Fields) -> String {
    hex(digest(&SHA256, signed_text(fields).as_bytes()).as_ref())
}

/// Adds the signature.
pub fn sign(fields: &mut Fields, key: &dyn Sign) {
    let signature = key.sign(digest_text(fields).as_bytes());
    fields.insert("signature".to_owned(), signature);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_and_hashed_before_they_are_signed() {
        let pairs = [("txnType", "01"), ("signature", "x"), ("certId", "68759663125"), ("bizType", "000000")];
        let fields: Fields = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        assert_eq!(signed_text(&fields), "bizType=000000&certId=68759663125&txnType=01");
        // By coreutils: printf %s 'bizType=000000&certId=68759663125&txnType=01' | sha256sum
        assert_eq!(digest_text(&fields), "1fcaca750741cab393dc52a3a1ffcca471edd4d4a32c0dccdd8d1d1e3d1d85a1");
    }
}
