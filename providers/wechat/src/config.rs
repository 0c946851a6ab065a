//! One merchant's credentials, checked at the door.

use crate::PlatformKey;
use crate::certificate::PlatformCertificate;
use crate::sign::PUBLIC_KEY_ID;
use base::{Secret, Text};
use provider_contract::signing::{BadKey, RsaVerifier};
use std::fmt;
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

/// Why a configuration cannot work. Never repeats a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `base_url` is not http or https, or ends in a slash.
    BaseUrl,
    /// `mchid` is not 8 to 32 digits.
    Mchid,
    /// `appid` is not 1 to 32 letters and digits.
    Appid,
    /// `merchant_serial` is not hex.
    MerchantSerial,
    /// `apiv3_key` is not 32 ASCII characters.
    Apiv3Key,
    /// `notify_url` is not http or https, or has a query string.
    NotifyUrl,
    /// `store_out_id` is not 1 to 32 characters.
    StoreOutId,
    /// The merchant's private key cannot be read.
    MerchantKey(BadKey),
    /// The platform's public key cannot be read.
    PlatformKey(BadKey),
    /// The id of the public key does not begin with `PUB_KEY_ID_`.
    PublicKeyId,
    /// The platform certificate cannot be read.
    PlatformCertificate,
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::BaseUrl => Text::new(
                "微信支付接口地址应以 http:// 或 https:// 开头，末尾不带斜杠",
                "WeChat Pay's base_url must begin with http:// or https:// and end without a slash",
            ),
            BadConfig::Mchid => {
                Text::new("微信支付商户号应为 8 到 32 位数字", "WeChat Pay's mchid must be 8 to 32 digits")
            }
            BadConfig::Appid => Text::new(
                "微信支付 appid 应为 1 到 32 位字母或数字",
                "WeChat Pay's appid must be 1 to 32 letters and digits",
            ),
            BadConfig::MerchantSerial => Text::new(
                "商户 API 证书序列号应为十六进制，在商户平台的“API 安全”里可以查到",
                "merchant_serial must be hex; the merchant platform shows it under API security",
            ),
            BadConfig::Apiv3Key => Text::new(
                "APIv3 密钥应为 32 个字母或数字，请到商户平台重新设置",
                "apiv3_key must be 32 ASCII characters; set it again on the merchant platform",
            ),
            BadConfig::NotifyUrl => Text::new(
                "通知地址应以 http:// 或 https:// 开头，且不带问号参数",
                "notify_url must begin with http:// or https:// and have no query string",
            ),
            BadConfig::StoreOutId => {
                Text::new("门店编号应为 1 到 32 个字符", "store_out_id must be 1 to 32 characters")
            }
            BadConfig::MerchantKey(why) => Text::new(
                "商户私钥无法读取，请使用 apiclient_key.pem 的完整内容",
                format!("The merchant's private key cannot be read ({why}); use the whole apiclient_key.pem"),
            ),
            BadConfig::PlatformKey(why) => Text::new(
                "微信支付公钥无法读取，请重新从商户平台下载",
                format!(
                    "WeChat Pay's public key cannot be read ({why}); download it again from the merchant platform"
                ),
            ),
            BadConfig::PublicKeyId => Text::new(
                "微信支付公钥 ID 应以 PUB_KEY_ID_ 开头",
                "The id of WeChat Pay's public key must begin with PUB_KEY_ID_",
            ),
            BadConfig::PlatformCertificate => {
                Text::new("微信支付平台证书无法读取", "The WeChat Pay platform certificate cannot be read")
            }
        }
    }
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadConfig {}

impl Config {
    /// The first setting that cannot work.
    pub fn check(&self) -> Result<(), BadConfig> {
        if !is_http(&self.base_url) || self.base_url.ends_with('/') || self.base_url.contains('?') {
            return Err(BadConfig::BaseUrl);
        }
        if !(8..=32).contains(&self.mchid.len()) || !self.mchid.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadConfig::Mchid);
        }
        if !(1..=32).contains(&self.appid.len()) || !self.appid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(BadConfig::Appid);
        }
        let serial = &self.merchant_serial;
        if !(1..=64).contains(&serial.len()) || !serial.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadConfig::MerchantSerial);
        }
        let key = self.apiv3_key.reveal();
        if key.len() != 32 || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadConfig::Apiv3Key);
        }
        if !self.notify_url.is_empty() && (!is_http(&self.notify_url) || self.notify_url.contains('?')) {
            return Err(BadConfig::NotifyUrl);
        }
        if !(1..=32).contains(&self.store_out_id.chars().count()) {
            return Err(BadConfig::StoreOutId);
        }
        Ok(())
    }
}

fn is_http(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
