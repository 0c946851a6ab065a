//! One merchant's credentials for API v3, checked at the door.

use super::PlatformKey;
use super::certificate::PlatformCertificate;
use super::sign::PUBLIC_KEY_ID;
use crate::BadConfig;
use crate::config::{check_merchant, is_shared_key};
use base::Secret;
use provider_contract::signing::RsaVerifier;
use std::sync::Arc;

/// What a merchant gets from WeChat Pay's merchant platform, and two addresses.
#[derive(Clone, Debug)]
pub struct Config {
    /// `https://api.mch.weixin.qq.com`, or where a simulator listens; no slash at the end.
    pub base_url: String,
    /// Merchant number: digits.
    pub mchid: String,
    /// An application bound to the merchant.
    pub appid: String,
    /// Serial of the merchant's API certificate, upper-case hex.
    pub merchant_serial: String,
    /// The APIv3 key: 32 ASCII characters.
    pub apiv3_key: Secret<String>,
    /// Where WeChat sends notifications: public, no query string. Empty: none, and no QR orders.
    pub notify_url: String,
    /// The merchant's own number of the store, required with payment codes: 1 to 32 characters.
    pub store_out_id: String,
}

/// A platform key as PEM text.
#[derive(Clone, Copy)]
pub enum PlatformPem<'a> {
    /// WeChat Pay's public key with its id, `PUB_KEY_ID_...`.
    PublicKey {
        /// The id.
        id: &'a str,
        /// The key.
        pem: &'a str,
    },
    /// A platform certificate; its serial is inside.
    Certificate(&'a str),
}

impl PlatformPem<'_> {
    pub(crate) fn key(&self) -> Result<PlatformKey, BadConfig> {
        match self {
            PlatformPem::PublicKey { id, .. } if !id.starts_with(PUBLIC_KEY_ID) => {
                Err(BadConfig::PublicKeyId)
            }
            PlatformPem::PublicKey { id, pem } => {
                let verifier = RsaVerifier::from_pem(pem).map_err(BadConfig::PlatformKey)?;
                Ok(PlatformKey { id: (*id).to_owned(), verify: Arc::new(verifier), valid: None })
            }
            PlatformPem::Certificate(pem) => PlatformCertificate::from_pem(pem)
                .map(|certificate| certificate.key)
                .map_err(|_| BadConfig::PlatformCertificate),
        }
    }
}

impl Config {
    /// The first setting that cannot work.
    pub fn check(&self) -> Result<(), BadConfig> {
        check_merchant(&self.base_url, &self.mchid, &self.appid, &self.notify_url)?;
        let serial = &self.merchant_serial;
        if !(1..=64).contains(&serial.len()) || !serial.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadConfig::MerchantSerial);
        }
        if !is_shared_key(self.apiv3_key.reveal()) {
            return Err(BadConfig::Apiv3Key);
        }
        if !(1..=32).contains(&self.store_out_id.chars().count()) {
            return Err(BadConfig::StoreOutId);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_contract::signing::BadKey;

    #[test]
    fn each_wrong_setting_is_named() {
        let good = Config {
            base_url: "https://api.mch.weixin.qq.com".into(),
            mchid: "1900000001".into(),
            appid: "wx0123456789abcdef".into(),
            merchant_serial: "5F01".into(),
            apiv3_key: Secret::new("0123456789abcdef0123456789abcdef".into()),
            notify_url: String::new(),
            store_out_id: "1".into(),
        };
        assert_eq!(good.check(), Ok(()));
        let check = |expected: BadConfig, change: fn(&mut Config)| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(config.check(), Err(expected));
            assert!(!expected.text().zh.is_empty());
        };
        check(BadConfig::BaseUrl, |c| c.base_url = "ftp://x".into());
        check(BadConfig::BaseUrl, |c| c.base_url.push('/'));
        check(BadConfig::Mchid, |c| c.mchid = "12ab".into());
        check(BadConfig::Appid, |c| c.appid = "wx-1".into());
        check(BadConfig::MerchantSerial, |c| c.merchant_serial = "XYZ".into());
        check(BadConfig::Apiv3Key, |c| c.apiv3_key = Secret::new("0123456789abcdef".into()));
        check(BadConfig::NotifyUrl, |c| c.notify_url = "https://x/notify?a=1".into());
        check(BadConfig::StoreOutId, |c| c.store_out_id = String::new());
        assert!(!format!("{good:?}").contains("0123456789abcdef0123"));
    }

    #[test]
    fn a_wrong_key_is_named() {
        let key = PlatformPem::PublicKey { id: "5F01", pem: "" }.key().err();
        assert_eq!(key, Some(BadConfig::PublicKeyId));
        let key = PlatformPem::PublicKey { id: "PUB_KEY_ID_1", pem: "no" }.key().err();
        assert_eq!(key, Some(BadConfig::PlatformKey(BadKey::NotPem)));
        assert_eq!(PlatformPem::Certificate("no").key().err(), Some(BadConfig::PlatformCertificate));
    }
}
