//! Which text is signed, and how: every field with a value except `sign` itself, sorted by name, then the key; its MD5 in
//! upper-case hex.
//!
//! Source: Javen205/IJPay, which signs for this gateway so and knows no other kind of signature for it.

use aws_lc_rs::constant_time;
use base::{Secret, hex};
use md5::{Digest, Md5};
use provider_contract::signing::{Sign, Verify};
use strict_xml::flat::Fields;

/// The field that carries a signature.
pub const SIGN: &str = "sign";
/// The value of `sign_type`.
pub const MD5: &str = "MD5";

/// The key that merchant and gateway share; prints masked.
#[derive(Clone, Debug)]
pub struct SharedKey(Secret<String>);

impl SharedKey {
    /// From the key as it was given.
    pub fn new(key: Secret<String>) -> SharedKey {
        SharedKey(key)
    }

    /// Whether the fields carry their own signature.
    pub fn signed(&self, fields: &Fields) -> bool {
        self.verify(signed_text(fields).as_bytes(), fields.get(SIGN).map_or("", String::as_str))
    }
}

impl Sign for SharedKey {
    fn sign(&self, text: &[u8]) -> String {
        let mut digest = Md5::new();
        digest.update(text);
        digest.update(b"&key=");
        digest.update(self.0.reveal().as_bytes());
        let mut digits = hex(&digest.finalize());
        digits.make_ascii_uppercase();
        digits
    }
}

impl Verify for SharedKey {
    fn verify(&self, text: &[u8], signature: &str) -> bool {
        let expected = self.sign(text);
        constant_time::verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).is_ok()
    }
}

/// Adds their signature to `fields`.
pub fn sign(fields: &mut Fields, key: &dyn Sign) {
    let signature = key.sign(signed_text(fields).as_bytes());
    fields.insert(SIGN.to_owned(), signature);
}

/// The fields as they are signed, without the key.
pub fn signed_text(fields: &Fields) -> String {
    let signed = fields.iter().filter(|(name, value)| *name != SIGN && !value.is_empty());
    signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
