//! What is asked of a merchant's credentials in both protocols, and what is said of those that cannot work.

use base::Text;
use provider_contract::signing::BadKey;
use std::fmt;

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
    /// v2's `api_key` is not 32 ASCII characters.
    ApiKey,
    /// v2's `terminal_ip` is no address.
    TerminalIp,
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
            BadConfig::ApiKey => Text::new(
                "APIv2 密钥（api_key）应为 32 个字母或数字，请到商户平台重新设置",
                "api_key, the key of API v2, must be 32 ASCII characters; set it again on the merchant platform",
            ),
            BadConfig::TerminalIp => Text::new(
                "terminal_ip 应为收银终端的 IP 地址，例如 203.0.113.7",
                "terminal_ip must be the till's IP address, such as 203.0.113.7",
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

/// What both protocols need.
pub(crate) fn check_merchant(
    base_url: &str,
    mchid: &str,
    appid: &str,
    notify_url: &str,
) -> Result<(), BadConfig> {
    if !is_http(base_url) || base_url.ends_with('/') || base_url.contains('?') {
        return Err(BadConfig::BaseUrl);
    }
    if !(8..=32).contains(&mchid.len()) || !mchid.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadConfig::Mchid);
    }
    if !(1..=32).contains(&appid.len()) || !appid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(BadConfig::Appid);
    }
    if !notify_url.is_empty() && (!is_http(notify_url) || notify_url.contains('?')) {
        return Err(BadConfig::NotifyUrl);
    }
    Ok(())
}

/// Keys that both sides know have 32 characters.
pub(crate) fn is_shared_key(key: &str) -> bool {
    key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_http(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic()))
}
