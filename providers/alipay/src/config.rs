//! A merchant's credentials, checked at the door.

use base::{Secret, Text};
use provider_contract::fields::{BadAddress, check_addresses};
use provider_contract::signing::BadKey;
use std::fmt;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://openapi.alipay.com/gateway.do";

/// The same of REST, whose paths follow it.
pub const ENDPOINT_URL: &str = "https://openapi.alipay.com";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but the keys.
    pub settings: Settings,
    /// The application's private key: PEM (PKCS#8 or PKCS#1) or its bare base64.
    pub app_private_key_pem: Secret<String>,
    /// The provider's public key for this application: PEM or its bare base64. Not the application's own.
    pub alipay_public_key_pem: String,
}

/// What of the credentials is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The application.
    pub app_id: String,
    /// The classic gateway's full address; for REST the address that its paths follow.
    pub gateway_url: String,
    /// Where notifications shall arrive; none are asked for without it.
    pub notify_url: Option<String>,
    /// The merchant's own number (2088...); notifications for another one are refused.
    pub seller_id: Option<String>,
}

impl Settings {
    /// An application at a gateway, without notifications.
    pub fn new(app_id: impl Into<String>, gateway_url: impl Into<String>) -> Settings {
        Settings { app_id: app_id.into(), gateway_url: gateway_url.into(), notify_url: None, seller_id: None }
    }

    /// Finds what cannot work before anything is sent.
    pub(crate) fn check(&self) -> Result<(), BadConfig> {
        if self.app_id.is_empty() || !self.app_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadConfig::AppIdIsNotANumber);
        }
        check_addresses(&self.gateway_url, self.notify_url.as_deref()).map_err(|which| match which {
            BadAddress::Gateway => BadConfig::GatewayUrlIsNotAnAddress,
            BadAddress::Notify => BadConfig::NotifyUrlIsNotAnAddress,
        })
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `app_id` is not a number.
    AppIdIsNotANumber,
    /// `gateway_url` is no http address, or has a query.
    GatewayUrlIsNotAnAddress,
    /// REST's address has a path of its own, or a slash at its end.
    EndpointHasAPath,
    /// `notify_url` is no http address.
    NotifyUrlIsNotAnAddress,
    /// `app_private_key_pem` cannot be used.
    AppPrivateKey(BadKey),
    /// `alipay_public_key_pem` cannot be used.
    AlipayPublicKey(BadKey),
    /// `alipay_public_key_pem` is the application's own public key: a mix-up that would make every answer
    /// look forged.
    AlipayPublicKeyIsTheApplicationsOwn,
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::AppIdIsNotANumber => Text::new(
                "支付宝 app_id 应为一串数字，例如 2021000000000001",
                "Alipay's app_id must be a number such as 2021000000000001",
            ),
            BadConfig::GatewayUrlIsNotAnAddress => Text::new(
                format!("支付宝网关地址应形如 {GATEWAY_URL}，不带问号参数"),
                format!("Alipay's gateway_url must be an address such as {GATEWAY_URL}, without a query"),
            ),
            BadConfig::EndpointHasAPath => Text::new(
                format!("支付宝 REST 接口的地址应形如 {ENDPOINT_URL}，不带路径，末尾不带斜杠"),
                format!(
                    "The address of Alipay's REST interface must be like {ENDPOINT_URL}: no path, no slash at its end"
                ),
            ),
            BadConfig::NotifyUrlIsNotAnAddress => Text::new(
                "支付宝通知地址应以 http:// 或 https:// 开头",
                "Alipay's notify_url must begin with http:// or https://",
            ),
            BadConfig::AppPrivateKey(why) => Text::new(
                "应用私钥无法读取，请使用开放平台密钥工具生成的 RSA2（2048 位）应用私钥",
                format!("app_private_key_pem: {why}; use the application's RSA2 private key"),
            ),
            BadConfig::AlipayPublicKey(why) => Text::new(
                "支付宝公钥无法读取，请在开放平台的“接口加签方式”里复制支付宝公钥",
                format!("alipay_public_key_pem: {why}; copy Alipay's public key from the open platform"),
            ),
            BadConfig::AlipayPublicKeyIsTheApplicationsOwn => Text::new(
                "填的是应用公钥，不是支付宝公钥；支付宝公钥在开放平台的同一页面里",
                "alipay_public_key_pem is the application's own public key; Alipay's is on the same page",
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
    use crate::Alipay;
    use provider_contract::signing::FreshKeys;

    #[test]
    fn a_wrong_setting_is_named() {
        let (app, alipay) = (FreshKeys::generate(), FreshKeys::generate());
        let good = Config {
            settings: Settings::new("2021000000000001", GATEWAY_URL),
            app_private_key_pem: Secret::new(app.private_pem),
            alipay_public_key_pem: alipay.public_pem,
        };
        let check = |change: &dyn Fn(&mut Config), expected: BadConfig| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(Alipay::new(config).err(), Some(expected), "{expected}");
        };
        assert!(Alipay::new(good.clone()).is_ok());
        check(&|c| c.settings.app_id = "my app".into(), BadConfig::AppIdIsNotANumber);
        check(&|c| c.settings.app_id = String::new(), BadConfig::AppIdIsNotANumber);
        for url in ["", "openapi.alipay.com", "ftp://a", "https://", "https://a/gateway.do?x=1"] {
            check(&|c| c.settings.gateway_url = url.into(), BadConfig::GatewayUrlIsNotAnAddress);
        }
        check(&|c| c.settings.notify_url = Some("/notify".into()), BadConfig::NotifyUrlIsNotAnAddress);
        check(
            &|c| c.app_private_key_pem = Secret::new("hello!".into()),
            BadConfig::AppPrivateKey(BadKey::NotPem),
        );
        check(&|c| c.alipay_public_key_pem = "AAAA".into(), BadConfig::AlipayPublicKey(BadKey::NotRsaPublic));
        check(
            &|c| c.alipay_public_key_pem = app.public_pem.clone(),
            BadConfig::AlipayPublicKeyIsTheApplicationsOwn,
        );
        assert!(!format!("{good:?}").contains("PRIVATE"));
    }
}
