//! One merchant's credentials for API v2, checked at the door.

use super::sign::SignType;
use crate::BadConfig;
use crate::config::{check_merchant, is_shared_key};
use base::Secret;
use std::net::IpAddr;

/// What a merchant gets from WeChat Pay's merchant platform, and three addresses.
#[derive(Clone, Debug)]
pub struct Config {
    /// `https://api.mch.weixin.qq.com`, or where a simulator listens; no slash at the end.
    pub base_url: String,
    /// Merchant number: digits.
    pub mchid: String,
    /// An application bound to the merchant.
    pub appid: String,
    /// The API key (of v2; v3 has another): 32 ASCII characters.
    pub api_key: Secret<String>,
    /// How requests are signed and answers must be.
    pub sign_type: SignType,
    /// The till's address, required with every payment.
    pub terminal_ip: String,
    /// Where WeChat sends notifications: public, no query string. Empty: none, and no QR orders.
    pub notify_url: String,
}

impl Config {
    /// The first setting that cannot work.
    pub fn check(&self) -> Result<(), BadConfig> {
        check_merchant(&self.base_url, &self.mchid, &self.appid, &self.notify_url)?;
        if !is_shared_key(self.api_key.reveal()) {
            return Err(BadConfig::ApiKey);
        }
        if self.terminal_ip.parse::<IpAddr>().is_err() {
            return Err(BadConfig::TerminalIp);
        }
        Ok(())
    }
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
            api_key: Secret::new("0123456789abcdef0123456789abcdef".into()),
            sign_type: SignType::HmacSha256,
            terminal_ip: "127.0.0.1".into(),
            notify_url: String::new(),
        };
        assert_eq!(good.check(), Ok(()));
        let check = |expected: BadConfig, change: fn(&mut Config)| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(config.check(), Err(expected));
            assert!(!expected.text().zh.is_empty());
        };
        check(BadConfig::BaseUrl, |c| c.base_url.push('/'));
        check(BadConfig::Mchid, |c| c.mchid = "12ab".into());
        check(BadConfig::Appid, |c| c.appid = String::new());
        check(BadConfig::ApiKey, |c| c.api_key = Secret::new("short".into()));
        check(BadConfig::TerminalIp, |c| c.terminal_ip = "till-1".into());
        check(BadConfig::NotifyUrl, |c| c.notify_url = "https://x/notify?a=1".into());
        assert!(!format!("{good:?}").contains("0123456789abcdef0123"));
    }
}
