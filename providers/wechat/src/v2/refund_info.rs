//! What a refund's notification says: flat XML under AES-256-ECB, with a key made of the API key. It carries no signature;
//! that it opens is the only proof that it is WeChat's. It is believed as a reason to look, and for nothing else.
//!
//! Source: the v2 manual's page on refund notifications, as wechatpay-axios-plugin and wechatpay-php carry it out
//! (`Aes.AesEcb` with the MD5 of the API key in lower-case hex).

use super::sign::md5_hex;
use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use strict_xml::flat::{self, Fields};

/// The root of the encrypted text.
pub const ROOT: &str = "root";

/// The fields; nothing if anything at all is wrong.
pub fn open(req_info: &str, api_key: &str) -> Option<Fields> {
    let mut bytes = STANDARD.decode(req_info).ok()?;
    let key = PaddedBlockDecryptingKey::ecb_pkcs7(key(api_key)).ok()?;
    let plain = key.decrypt(&mut bytes, DecryptionContext::None).ok()?;
    flat::read(ROOT, plain).ok()
}

/// Encrypts, for the simulator.
pub fn seal(fields: &Fields, api_key: &str) -> String {
    let text = flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut bytes = text.into_bytes();
    let key = PaddedBlockEncryptingKey::ecb_pkcs7(key(api_key)).expect("AES has this mode");
    key.encrypt(&mut bytes).expect("any text can be encrypted");
    STANDARD.encode(bytes)
}

fn key(api_key: &str) -> UnboundCipherKey {
    UnboundCipherKey::new(&AES_256, md5_hex(api_key).as_bytes()).expect("32 characters are 256 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const API_KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn what_is_sealed_opens_with_the_same_key_alone() {
        let fields = Fields::from([("out_refund_no".to_owned(), "R&1".to_owned())]);
        let sealed = seal(&fields, API_KEY);
        assert_eq!(open(&sealed, API_KEY), Some(fields));
        assert_eq!(open(&sealed, "another key"), None);
        for bad in ["", "not base64!", "AAAA", &sealed[4..], &sealed[..sealed.len() / 2]] {
            assert_eq!(open(bad, API_KEY), None, "{bad}");
        }
    }
}
