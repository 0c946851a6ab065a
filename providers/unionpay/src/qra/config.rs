//! A merchant's credentials, checked at the door.

use base::{Secret, Text};
use provider_contract::fields::{BadAddress, check_addresses};
use std::fmt;
use std::net::IpAddr;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://qra.95516.com";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// The gateway's address without a path.
    pub gateway_url: String,
    /// The merchant's number: letters and digits.
    pub mch_id: String,
    /// The key that signs.
    pub api_key: Secret<String>,
    /// The till's address, required with every payment.
    pub terminal_ip: String,
    /// Where notifications shall arrive; without it no QR is shown.
    pub notify_url: Option<String>,
}

impl Config {
    /// The first setting that cannot work.
    pub fn check(&self) -> Result<(), BadConfig> {
        let is_number = !self.mch_id.is_empty() && self.mch_id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_number || self.mch_id.len() > 32 {
            return Err(BadConfig::MchId);
        }
        check_addresses(&self.gateway_url, self.notify_url.as_deref()).map_err(BadConfig::Address)?;
        let key = self.api_key.reveal();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadConfig::ApiKey);
        }
        if self.terminal_ip.parse::<IpAddr>().is_err() {
            return Err(BadConfig::TerminalIp);
        }
        Ok(())
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `mch_id` is not letters and digits.
    MchId,
    /// Where the gateway is, or where it sends notifications, is no address.
    Address(BadAddress),
    /// `api_key` is empty or has what no key has.
    ApiKey,
    /// `terminal_ip` is no address.
    TerminalIp,
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::MchId => Text::new(
                "银联 mch_id 应为前置平台下发的商户号（字母或数字，最多 32 位）",
                "UnionPay's mch_id must be the merchant's number at the front platform: at most 32 letters and digits",
            ),
            BadConfig::Address(which) => which.text(&Text::new("银联", "UnionPay"), GATEWAY_URL),
            BadConfig::ApiKey => Text::new(
                "银联 api_key 应为前置平台下发的签名密钥，不能有空格或换行",
                "UnionPay's api_key must be the signing key that the front platform gave, without blanks or line breaks",
            ),
            BadConfig::TerminalIp => Text::new(
                "terminal_ip 应为收款设备的 IP 地址，例如 127.0.0.1",
                "terminal_ip must be the till's IP address, such as 127.0.0.1",
            ),
        }
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

    #[test]
    fn each_wrong_setting_is_named() {
        let good = Config {
            gateway_url: GATEWAY_URL.into(),
            mch_id: "QRA290454111111".into(),
            api_key: Secret::new("9d101c97133837e13dde2d32a5054abb".into()),
            terminal_ip: "127.0.0.1".into(),
            notify_url: None,
        };
        assert_eq!(good.check(), Ok(()));
        let check = |expected: BadConfig, change: fn(&mut Config)| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(config.check(), Err(expected));
        };
        check(BadConfig::MchId, |c| c.mch_id = String::new());
        check(BadConfig::MchId, |c| c.mch_id = "12 34".into());
        check(BadConfig::Address(BadAddress::Gateway), |c| c.gateway_url = "qra.95516.com".into());
        check(BadConfig::Address(BadAddress::Notify), |c| c.notify_url = Some("/notify".into()));
        check(BadConfig::ApiKey, |c| c.api_key = Secret::new(String::new()));
        check(BadConfig::ApiKey, |c| c.api_key = Secret::new("a key\n".into()));
        check(BadConfig::TerminalIp, |c| c.terminal_ip = "till-1".into());
        assert!(!format!("{good:?}").contains("9d101c97133837e1"));
    }
}
