//! Which text is signed, and how: every field with a value except `sign` itself, sorted by name, then the key.
//!
//! Source: wechatpay-openapi, docs/v2 and docs/definitions; the vectors below are the merchant manual's own.

use aws_lc_rs::{constant_time, hmac};
use base::hex;
use md5::{Digest, Md5};
use strict_xml::flat::Fields;

/// The field that carries a signature.
pub const SIGN: &str = "sign";

/// How a text is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignType {
    /// What a request means that names none.
    Md5,
    /// The better one.
    HmacSha256,
}

impl SignType {
    /// Its value in `sign_type`.
    pub fn name(self) -> &'static str {
        match self {
            SignType::Md5 => "MD5",
            SignType::HmacSha256 => "HMAC-SHA256",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<SignType> {
        [SignType::Md5, SignType::HmacSha256].into_iter().find(|known| known.name() == name)
    }

    /// The signature of `fields` under `key`: upper-case hex.
    pub fn sign(self, fields: &Fields, key: &str) -> String {
        let text = format!("{}&key={key}", signed_text(fields));
        match self {
            SignType::Md5 => upper_hex(&Md5::digest(text.as_bytes())),
            SignType::HmacSha256 => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
                upper_hex(hmac::sign(&key, text.as_bytes()).as_ref())
            }
        }
    }

    /// Whether the fields carry their own signature of this very kind.
    pub fn verify(self, fields: &Fields, key: &str) -> bool {
        let expected = self.sign(fields, key);
        let told = fields.get(SIGN).map_or("", String::as_str);
        constant_time::verify_slices_are_equal(expected.as_bytes(), told.as_bytes()).is_ok()
    }
}

/// The fields as they are signed, without the key.
pub fn signed_text(fields: &Fields) -> String {
    let signed = fields.iter().filter(|(name, value)| *name != SIGN && !value.is_empty());
    signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// MD5 in lower-case hex, which is also how a refund notification's key is made of the API key.
pub(crate) fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

fn upper_hex(bytes: &[u8]) -> String {
    let mut digits = hex(bytes);
    digits.make_ascii_uppercase();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The merchant manual's own example of signing.
    fn documented() -> (Fields, &'static str) {
        let pairs = [
            ("appid", "wxd930ea5d5a258f4f"),
            ("mch_id", "10000100"),
            ("device_info", "1000"),
            ("body", "test"),
            ("nonce_str", "ibuaiVcKdpRxkhJA"),
            ("attach", ""),
        ];
        let fields = pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (fields, "192006250b4c09247ec02edce69f6a2d")
    }

    #[test]
    fn the_manuals_example() {
        let (fields, key) = documented();
        assert_eq!(
            signed_text(&fields),
            "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA"
        );
        assert_eq!(SignType::Md5.sign(&fields, key), "9A0A8659F005D6984697E2CA0A9CF3B7");
        assert_eq!(
            SignType::HmacSha256.sign(&fields, key),
            "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
        );
    }

    #[test]
    fn only_the_agreed_kind_is_a_signature() {
        let (mut fields, key) = documented();
        assert!(!SignType::Md5.verify(&fields, key), "there is none");
        fields.insert(SIGN.to_owned(), SignType::Md5.sign(&fields, key));
        assert!(SignType::Md5.verify(&fields, key));
        assert!(!SignType::HmacSha256.verify(&fields, key), "a weaker one than was agreed");
        assert!(!SignType::Md5.verify(&fields, "another key"));
        fields.insert("body".to_owned(), "tess".to_owned());
        assert!(!SignType::Md5.verify(&fields, key));
    }
}
