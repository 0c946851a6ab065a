//! A merchant's credentials, checked at the door.

use super::certificate::BadChain;
use base::{Secret, Text};
use provider_contract::fields::{BadAddress, check_addresses};
use provider_contract::signing::BadKey;
use std::fmt;

/// Where real money is taken.
pub const GATEWAY_URL: &str = "https://gateway.95516.com";

/// Whose certificate signs the real gateway's answers, by common name or its middle part.
pub const SIGNER: &str = "中国银联股份有限公司";

/// What stands in the place of a notification address when none is wanted: the gateway's own convention, since the
/// field must be there.
pub const NO_NOTIFICATION_URL: &str = "http://www.specialUrl.com";

/// A merchant's credentials, as configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but keys and certificates.
    pub settings: Settings,
    /// The merchant's private key: PEM (PKCS#8 or PKCS#1), taken out of the `.pfx` file.
    pub private_key_pem: Secret<String>,
    /// The merchant's certificate, PEM, taken out of the same file; its number goes into every request.
    pub certificate_pem: String,
    /// The root of the gateway's authority, PEM.
    pub root_certificate_pem: String,
    /// The certificate between the root and the gateway's own, PEM.
    pub middle_certificate_pem: String,
}

/// What of the credentials is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The merchant's number, 15 letters and digits.
    pub mer_id: String,
    /// The gateway's address without a path.
    pub gateway_url: String,
    /// Where notifications shall arrive.
    pub notify_url: Option<String>,
    /// The terminal's number at the acquirer, 8 letters and digits, if it gave one.
    pub term_id: Option<String>,
    /// Whose certificates may sign answers.
    pub signer_names: Vec<String>,
}

impl Settings {
    /// A merchant at the real gateway, without notifications.
    pub fn new(mer_id: impl Into<String>) -> Settings {
        Settings {
            mer_id: mer_id.into(),
            gateway_url: GATEWAY_URL.to_owned(),
            notify_url: None,
            term_id: None,
            signer_names: vec![SIGNER.to_owned()],
        }
    }

    /// Finds what cannot work before anything is sent.
    pub(crate) fn check(&self) -> Result<(), BadConfig> {
        let is_number = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !is_number(&self.mer_id, 15) {
            return Err(BadConfig::MerIdHasTheWrongForm);
        }
        check_addresses(&self.gateway_url, self.notify_url.as_deref()).map_err(BadConfig::Address)?;
        if self.term_id.as_deref().is_some_and(|id| !is_number(id, 8)) {
            return Err(BadConfig::TermIdHasTheWrongForm);
        }
        if self.signer_names.iter().all(String::is_empty) {
            return Err(BadConfig::NobodyMaySign);
        }
        Ok(())
    }
}

/// Why a configuration cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadConfig {
    /// `mer_id` is not 15 letters and digits.
    MerIdHasTheWrongForm,
    /// Where the gateway is, or where it sends notifications, is no address.
    Address(BadAddress),
    /// `term_id` is not 8 letters and digits.
    TermIdHasTheWrongForm,
    /// `signer_names` is empty.
    NobodyMaySign,
    /// `private_key_pem` cannot be used.
    PrivateKey(BadKey),
    /// `certificate_pem` cannot be read.
    Certificate,
    /// `certificate_pem` is not the certificate of `private_key_pem`.
    CertificateOfAnotherKey,
    /// `root_certificate_pem` and `middle_certificate_pem` make no chain.
    Chain(BadChain),
}

impl BadConfig {
    /// Which setting is wrong and what it should look like.
    pub fn text(self) -> Text {
        match self {
            BadConfig::MerIdHasTheWrongForm => Text::new(
                "银联 mer_id 应为 15 位商户号（字母或数字）",
                "UnionPay's mer_id must be the merchant's number: 15 letters and digits",
            ),
            BadConfig::Address(which) => which.text(&Text::new("银联", "UnionPay"), GATEWAY_URL),
            BadConfig::TermIdHasTheWrongForm => Text::new(
                "银联 term_id 应为 8 位终端号（字母或数字），没有就不填",
                "UnionPay's term_id must be 8 letters and digits; leave it out if there is none",
            ),
            BadConfig::NobodyMaySign => Text::new(
                format!("signer_names 不能为空；生产环境填“{SIGNER}”"),
                format!("signer_names must not be empty; the real gateway signs as {SIGNER}"),
            ),
            BadConfig::PrivateKey(why) => Text::new(
                "商户私钥无法读取，请从银联下发的 .pfx 文件中导出 PEM 格式的 RSA 私钥",
                format!("private_key_pem: {why}; take the RSA key out of the .pfx file as PEM"),
            ),
            BadConfig::Certificate => Text::new(
                "商户证书无法读取，请从银联下发的 .pfx 文件中导出 PEM 格式的证书",
                "certificate_pem cannot be read; take the certificate out of the .pfx file as PEM",
            ),
            BadConfig::CertificateOfAnotherKey => Text::new(
                "商户证书和商户私钥不是一对，请从同一个 .pfx 文件中导出",
                "certificate_pem does not belong to private_key_pem; take both out of the same .pfx file",
            ),
            BadConfig::Chain(BadChain::Root) => Text::new(
                "银联根证书无法读取，请填写 acp_prod_root.cer 的 PEM 内容",
                "root_certificate_pem cannot be read; use the content of acp_prod_root.cer",
            ),
            BadConfig::Chain(BadChain::Middle) => Text::new(
                "银联中级证书无法读取，请填写 acp_prod_middle.cer 的 PEM 内容",
                "middle_certificate_pem cannot be read; use the content of acp_prod_middle.cer",
            ),
            BadConfig::Chain(BadChain::MiddleIsNotOfRoot) => Text::new(
                "银联中级证书不是该根证书签发的，测试环境和生产环境的证书不能混用",
                "middle_certificate_pem was not issued by the root; do not mix test and production",
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
    use crate::acp::{Acp, Keys};
    use provider_contract::signing::FreshKeys;

    #[test]
    fn a_wrong_setting_is_named() {
        let good = Keys::generate().config("https://gateway.example", None);
        let other = Keys::generate().config("https://gateway.example", None);
        let check = |change: &dyn Fn(&mut Config), expected: BadConfig| {
            let mut config = good.clone();
            change(&mut config);
            assert_eq!(Acp::new(config).err(), Some(expected), "{expected}");
        };
        assert!(Acp::new(good.clone()).is_ok());
        for wrong in ["", "12345678901234", "1234567890 2345"] {
            check(&|c| c.settings.mer_id = wrong.into(), BadConfig::MerIdHasTheWrongForm);
        }
        for url in ["", "gateway.95516.com", "ftp://a", "https://", "https://a?x=1"] {
            check(&|c| c.settings.gateway_url = url.into(), BadConfig::Address(BadAddress::Gateway));
        }
        check(&|c| c.settings.notify_url = Some("/notify".into()), BadConfig::Address(BadAddress::Notify));
        check(&|c| c.settings.term_id = Some("1".into()), BadConfig::TermIdHasTheWrongForm);
        check(&|c| c.settings.signer_names.clear(), BadConfig::NobodyMaySign);
        let not_pem = || Secret::new("hello!".to_owned());
        check(&|c| c.private_key_pem = not_pem(), BadConfig::PrivateKey(BadKey::NotPem));
        check(&|c| c.certificate_pem = "hello!".into(), BadConfig::Certificate);
        let stranger = Secret::new(FreshKeys::generate().private_pem);
        check(&|c| c.private_key_pem = stranger.clone(), BadConfig::CertificateOfAnotherKey);
        check(&|c| c.root_certificate_pem.clear(), BadConfig::Chain(BadChain::Root));
        check(&|c| c.middle_certificate_pem.clear(), BadConfig::Chain(BadChain::Middle));
        check(
            &|c| c.middle_certificate_pem = other.middle_certificate_pem.clone(),
            BadConfig::Chain(BadChain::MiddleIsNotOfRoot),
        );
        assert!(!format!("{good:?}").contains("PRIVATE"));
    }
}
