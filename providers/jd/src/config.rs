//! A merchant's credentials, checked at the door.

use base::{Secret, Text};
use provider_contract::fields::{BadAddress, check_addresses};
use provider_contract::signing::BadKey;
use std::fmt;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://paygate.jd.com";

/// The key that the real gateway signs with, as its official demo publishes it. It has 1024 bits.
pub const JD_PUBLIC_KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCKE5N2xm3NIrXON8Zj19GNtLZ8xwEQ6uDIyrS3S03UhgBJMkGl4msfq4Xuxv6XUAN7oU1XhV3/xtabr9rXto4Ke3d6WwNbxwXnK5LSgsQc1BhT5NcXHXpGBdt7P8NMez5qGieOKqHGvT0qvjyYnYA29a8Z4wzNR7vAVHp36uD5RwIDAQAB";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but the keys.
    pub settings: Settings,
    /// The merchant's private key: PEM (PKCS#8 or PKCS#1) or its bare base64.
    pub private_key_pem: Secret<String>,
    /// The merchant's 3DES key: base64 of 24 bytes.
    pub des_key: Secret<String>,
    /// JD's public key: PEM or its bare base64; [`JD_PUBLIC_KEY`] unless JD gave another.
    pub jd_public_key_pem: String,
}

/// What a merchant number is for: JD gives one number, with keys of its own, for scanning customers and another for being
/// scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// The customer's code is scanned.
    PayerCode,
    /// The customer scans.
    ShownQr,
    /// Both, should JD ever give a number for both.
    Both,
}

impl Product {
    /// Its name in configuration.
    pub fn named(name: &str) -> Option<Product> {
        match name {
            "payer_code" => Some(Product::PayerCode),
            "shown_qr" => Some(Product::ShownQr),
            "both" => Some(Product::Both),
            _ => None,
        }
    }

    pub(crate) fn takes_codes(self) -> bool {
        self != Product::ShownQr
    }

    pub(crate) fn shows_codes(self) -> bool {
        self != Product::PayerCode
    }
}

/// What of the credentials is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The merchant's number.
    pub merchant: String,
    /// What the number is for.
    pub product: Product,
    /// The gateway's address without a path.
    pub gateway_url: String,
    /// Where notifications shall arrive; none are asked for without it.
    pub notify_url: Option<String>,
    /// The codes by which JD says that it knows no such trade. They are in no open source: ask JD. Without them such an
    /// answer proves nothing, and a person has to decide.
    pub not_found_codes: Vec<String>,
}

impl Settings {
    /// A merchant at the real gateway that scans customers, without notifications.
    pub fn new(merchant: impl Into<String>) -> Settings {
        Settings {
            merchant: merchant.into(),
            product: Product::PayerCode,
            gateway_url: GATEWAY_URL.to_owned(),
            notify_url: None,
            not_found_codes: Vec::new(),
        }
    }

    /// Finds what cannot work before anything is sent.
    pub(crate) fn check(&self) -> Result<(), BadConfig> {
        if self.merchant.is_empty() || !self.merchant.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadConfig::MerchantIsNotANumber);
        }
        check_addresses(&self.gateway_url, self.notify_url.as_deref()).map_err(BadConfig::Address)?;
        if self.not_found_codes.iter().any(|code| code.is_empty() || code == crate::wire::DONE) {
            return Err(BadConfig::NotFoundCodeIsNone);
        }
        Ok(())
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `merchant` is not a number.
    MerchantIsNotANumber,
    /// Where the gateway is, or where it sends notifications, is no address.
    Address(BadAddress),
    /// `not_found_codes` has an empty code, or the one that means done.
    NotFoundCodeIsNone,
    /// `private_key_pem` cannot be used.
    PrivateKey(BadKey),
    /// `jd_public_key_pem` cannot be used.
    JdPublicKey(BadKey),
    /// `jd_public_key_pem` is the merchant's own public key.
    JdPublicKeyIsTheMerchantsOwn,
    /// `des_key` is not base64 of 24 bytes.
    DesKey,
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::MerchantIsNotANumber => Text::new(
                "京东 merchant 应为一串数字的商户号；付款码和收款码是两个商户号",
                "JD's merchant must be a number; scanning and being scanned have a number each",
            ),
            BadConfig::Address(which) => which.text(&Text::new("京东", "JD"), GATEWAY_URL),
            BadConfig::NotFoundCodeIsNone => Text::new(
                "not_found_codes 里只能填京东“交易不存在”的返回码，不能为空，也不能是 000000",
                "not_found_codes takes the codes by which JD knows no such trade; neither empty nor 000000",
            ),
            BadConfig::PrivateKey(why) => Text::new(
                "商户 RSA 私钥无法读取，请使用在京东商户后台登记的那把私钥",
                format!("private_key_pem: {}; use the key whose public half JD has", words(why)),
            ),
            BadConfig::JdPublicKey(why) => Text::new(
                "京东 RSA 公钥无法读取；除非京东另外给了，否则不用填",
                format!("jd_public_key_pem: {}; leave it out unless JD gave another", words(why)),
            ),
            BadConfig::JdPublicKeyIsTheMerchantsOwn => Text::new(
                "填的是商户自己的公钥，不是京东公钥；除非京东另外给了，否则不用填",
                "jd_public_key_pem is the merchant's own public key; leave it out unless JD gave another",
            ),
            BadConfig::DesKey => Text::new(
                "des_key 应为京东商户后台的 DES 密钥：24 字节的 Base64，共 32 个字符",
                "des_key must be the DES key of the merchant's console: base64 of 24 bytes, 32 characters",
            ),
        }
    }
}

/// What is wrong with a key; JD's own have 1024 bits.
fn words(why: BadKey) -> &'static str {
    match why {
        BadKey::NotPem => "the key is not PEM text",
        BadKey::NotRsaPrivate => "the key is not an RSA private key of 1024 bits or more",
        BadKey::NotRsaPublic => "the key is not an RSA public key of 1024 bits or more",
    }
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadConfig {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jd, Keys};

    #[test]
    fn a_wrong_setting_is_named() {
        let keys = Keys::generate();
        let good = keys.config("https://gateway.example", None);
        let check = |change: &dyn Fn(&mut Config), expected: BadConfig| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(Jd::new(config).err(), Some(expected), "{expected}");
        };
        assert!(Jd::new(good.clone()).is_ok());
        let published = Config { jd_public_key_pem: JD_PUBLIC_KEY.to_owned(), ..good.clone() };
        assert!(Jd::new(published).is_ok(), "the published key is used as it is");
        check(&|c| c.settings.merchant = "my shop".into(), BadConfig::MerchantIsNotANumber);
        check(&|c| c.settings.merchant.clear(), BadConfig::MerchantIsNotANumber);
        for url in ["", "paygate.jd.com", "ftp://a", "https://", "https://a?x=1"] {
            check(&|c| c.settings.gateway_url = url.into(), BadConfig::Address(BadAddress::Gateway));
        }
        check(&|c| c.settings.notify_url = Some("/notify".into()), BadConfig::Address(BadAddress::Notify));
        for code in ["", "000000"] {
            check(&|c| c.settings.not_found_codes = vec![code.into()], BadConfig::NotFoundCodeIsNone);
        }
        let key = |text: &str| Secret::new(text.to_owned());
        check(&|c| c.private_key_pem = key("hello!"), BadConfig::PrivateKey(BadKey::NotPem));
        check(&|c| c.private_key_pem = key("AAAA"), BadConfig::PrivateKey(BadKey::NotRsaPrivate));
        check(&|c| c.jd_public_key_pem = "AAAA".into(), BadConfig::JdPublicKey(BadKey::NotRsaPublic));
        for text in ["", "AAAA", "not base64", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NQ=="] {
            check(&|c| c.des_key = key(text), BadConfig::DesKey);
        }
        let own = keys.merchant_public_key_pem.clone();
        check(&|c| c.jd_public_key_pem = own.clone(), BadConfig::JdPublicKeyIsTheMerchantsOwn);
        let printed = format!("{good:?}");
        assert!(!printed.contains("PRIVATE") && !printed.contains(&keys.des_key), "{printed}");
    }
}
