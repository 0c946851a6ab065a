//! A merchant's credentials, checked at the door.

use base::{Secret, Text};
use provider_contract::fields::{BadAddress, check_addresses};
use provider_contract::signing::BadKey;
use std::fmt;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://s2.lakala.com";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but key and certificate.
    pub settings: Settings,
    /// The application's private key: PEM (PKCS#8 or PKCS#1) or its bare base64.
    pub private_key_pem: Secret<String>,
    /// Lakala's certificate, PEM: answers and notifications verify under its key.
    pub lakala_certificate_pem: String,
}

/// Whose QR code is shown: the platform makes one for one wallet at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrAccount {
    /// Alipay's.
    Alipay,
    /// UnionPay's, which banks' applications scan too.
    UnionPay,
}

impl QrAccount {
    /// Its name in configuration and at the platform (`account_type`).
    pub fn named(name: &str) -> Option<QrAccount> {
        [QrAccount::Alipay, QrAccount::UnionPay].into_iter().find(|known| known.account_type() == name)
    }

    /// The same by our names of wallets.
    pub(crate) fn wallets(self) -> &'static [&'static str] {
        match self {
            QrAccount::Alipay => &["alipay"],
            QrAccount::UnionPay => &["unionpay"],
        }
    }

    /// As the platform calls it.
    pub fn account_type(self) -> &'static str {
        match self {
            QrAccount::Alipay => "ALIPAY",
            QrAccount::UnionPay => "UQRCODEPAY",
        }
    }
}

/// What of the credentials is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The application's number.
    pub appid: String,
    /// The serial number of the application's certificate.
    pub serial_no: String,
    /// The merchant's number.
    pub merchant_no: String,
    /// The terminal's number.
    pub term_no: String,
    /// Whose QR code is shown.
    pub qr_account: QrAccount,
    /// The shop's own address on the internet, which the platform's risk control wants to be told.
    pub request_ip: String,
    /// The platform's address without a path.
    pub gateway_url: String,
    /// Where notifications shall arrive; none are asked for without it.
    pub notify_url: Option<String>,
    /// The codes by which the platform says that it knows no such trade. They are in no open source: ask Lakala. Without
    /// them such an answer proves nothing, and a person has to decide.
    pub not_found_codes: Vec<String>,
}

impl Settings {
    /// A terminal at the real platform, without notifications.
    pub fn new(
        appid: impl Into<String>,
        serial_no: impl Into<String>,
        merchant_no: impl Into<String>,
        term_no: impl Into<String>,
    ) -> Settings {
        Settings {
            appid: appid.into(),
            serial_no: serial_no.into(),
            merchant_no: merchant_no.into(),
            term_no: term_no.into(),
            qr_account: QrAccount::Alipay,
            request_ip: "127.0.0.1".to_owned(),
            gateway_url: GATEWAY_URL.to_owned(),
            notify_url: None,
            not_found_codes: Vec::new(),
        }
    }

    /// Finds what cannot work before anything is sent.
    pub(crate) fn check(&self) -> Result<(), BadConfig> {
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        for (name, number) in [
            ("appid", &self.appid),
            ("serial_no", &self.serial_no),
            ("merchant_no", &self.merchant_no),
            ("term_no", &self.term_no),
        ] {
            if !is_number(number) {
                return Err(BadConfig::NotANumber(name));
            }
        }
        if self.request_ip.parse::<std::net::IpAddr>().is_err() {
            return Err(BadConfig::RequestIpIsNotAnAddress);
        }
        check_addresses(&self.gateway_url, self.notify_url.as_deref()).map_err(BadConfig::Address)?;
        let unlikely = |code: &String| code.is_empty() || crate::codes::meaning(code).is_some();
        if self.not_found_codes.iter().any(unlikely) {
            return Err(BadConfig::NotFoundCodeIsNone);
        }
        Ok(())
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// This setting is not letters and digits.
    NotANumber(&'static str),
    /// `request_ip` is no internet address.
    RequestIpIsNotAnAddress,
    /// Where the gateway is, or where it sends notifications, is no address.
    Address(BadAddress),
    /// `not_found_codes` has an empty code, or one that means something else.
    NotFoundCodeIsNone,
    /// `private_key_pem` cannot be used.
    PrivateKey(BadKey),
    /// `lakala_certificate_pem` cannot be used.
    Certificate,
    /// `lakala_certificate_pem` is the merchant's own certificate.
    CertificateIsTheMerchantsOwn,
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::NotANumber(name) => Text::new(
                format!("拉卡拉 {name} 应为字母和数字，见拉卡拉开放平台和进件结果"),
                format!("Lakala's {name} must be letters and digits, as its open platform gives it"),
            ),
            BadConfig::RequestIpIsNotAnAddress => Text::new(
                "request_ip 应为门店上网的 IP 地址，如 36.45.36.95",
                "request_ip must be the shop's internet address, such as 36.45.36.95",
            ),
            BadConfig::Address(which) => which.text(&Text::new("拉卡拉", "Lakala"), GATEWAY_URL),
            BadConfig::NotFoundCodeIsNone => Text::new(
                "not_found_codes 里只能填拉卡拉“交易不存在”的返回码，不能为空，也不能是成功或处理中的返回码",
                "not_found_codes takes the codes by which Lakala knows no such trade; neither empty nor one of success or waiting",
            ),
            BadConfig::PrivateKey(why) => Text::new(
                "应用私钥无法读取，请使用在拉卡拉开放平台登记的证书的那把私钥",
                format!("private_key_pem: {why}; use the key of the certificate that Lakala has"),
            ),
            BadConfig::Certificate => Text::new(
                "拉卡拉平台证书无法读取，请使用拉卡拉提供的 .cer 文件（PEM）",
                "lakala_certificate_pem cannot be read; use the .cer file that Lakala hands out, PEM",
            ),
            BadConfig::CertificateIsTheMerchantsOwn => Text::new(
                "填的是商户自己的证书，不是拉卡拉平台证书",
                "lakala_certificate_pem is the merchant's own certificate, not Lakala's",
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
    use crate::{Keys, Lakala};

    #[test]
    fn a_wrong_setting_is_named() {
        let keys = Keys::generate();
        let good = keys.config("https://gateway.example", None);
        let check = |change: &dyn Fn(&mut Config), expected: BadConfig| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(Lakala::new(config).err(), Some(expected), "{expected}");
        };
        assert!(Lakala::new(good.clone()).is_ok());
        check(&|c| c.settings.appid.clear(), BadConfig::NotANumber("appid"));
        check(&|c| c.settings.serial_no = "no number".into(), BadConfig::NotANumber("serial_no"));
        check(&|c| c.settings.merchant_no = "店".into(), BadConfig::NotANumber("merchant_no"));
        check(&|c| c.settings.term_no = "T-1".into(), BadConfig::NotANumber("term_no"));
        check(&|c| c.settings.request_ip = "here".into(), BadConfig::RequestIpIsNotAnAddress);
        for url in ["", "s2.lakala.com", "ftp://a", "https://a?x=1"] {
            check(&|c| c.settings.gateway_url = url.into(), BadConfig::Address(BadAddress::Gateway));
        }
        check(&|c| c.settings.notify_url = Some("/notify".into()), BadConfig::Address(BadAddress::Notify));
        for code in ["", "BBS00000", "BBS10000"] {
            check(&|c| c.settings.not_found_codes = vec![code.into()], BadConfig::NotFoundCodeIsNone);
        }
        let key = |text: &str| Secret::new(text.to_owned());
        check(&|c| c.private_key_pem = key("hello!"), BadConfig::PrivateKey(BadKey::NotPem));
        check(&|c| c.lakala_certificate_pem = "AAAA".into(), BadConfig::Certificate);
        let own = keys.merchant_certificate_pem.clone();
        check(&|c| c.lakala_certificate_pem = own.clone(), BadConfig::CertificateIsTheMerchantsOwn);
        assert!(!format!("{good:?}").contains("PRIVATE"), "{good:?}");
        assert_eq!(QrAccount::named("UQRCODEPAY"), Some(QrAccount::UnionPay));
        assert_eq!(QrAccount::named("WECHAT"), None);
    }
}
