//! The simulator's keys and certificates, and the credentials that a client of it needs.

use super::{APP_ID, MERCHANT_NO, NOT_FOUND, SERIAL_NO, TERM_NO};
use crate::{Config, Settings, verifier_of_certificate};
use base::Secret;
use provider_contract::signing::{BadKey, FreshKeys, RsaSigner, RsaVerifier};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything that must be kept for a simulator to be the same one again. Holds private keys of nobody real; prints as
/// nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The application's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The application's certificate, PEM.
    pub merchant_certificate_pem: String,
    /// The platform's private key, PKCS#8 PEM.
    pub lakala_private_key_pem: String,
    /// The platform's certificate, PEM.
    pub lakala_certificate_pem: String,
}

/// Why kept keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// This private key cannot be read.
    Key(&'static str, BadKey),
    /// The platform's certificate cannot be read.
    Certificate,
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::Key(which, why) => write!(f, "{which}: {why}"),
            BadKeys::Certificate => f.write_str("lakala_certificate_pem cannot be read"),
        }
    }
}

impl std::error::Error for BadKeys {}

/// All that an outside client needs to be this simulator's merchant.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The platform's address without a path.
    pub base_url: String,
    /// The application.
    pub appid: String,
    /// The number of its certificate.
    pub serial_no: String,
    /// The merchant.
    pub merchant_no: String,
    /// The terminal.
    pub term_no: String,
    /// The application's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The platform's certificate, PEM.
    pub lakala_certificate_pem: String,
    /// The codes by which the platform knows no such trade, with commas between them.
    pub not_found_codes: String,
}

/// What the simulator needs of its keys.
pub(super) struct Read {
    pub merchant: RsaSigner,
    pub platform: RsaSigner,
    pub platform_public: RsaVerifier,
}

/// A client's settings, for a simulator at `gateway_url`.
pub(super) fn settings(gateway_url: &str, notify_url: Option<&str>) -> Settings {
    Settings {
        gateway_url: gateway_url.to_owned(),
        notify_url: notify_url.map(str::to_owned),
        not_found_codes: vec![NOT_FOUND.0.to_owned()],
        ..Settings::new(APP_ID, SERIAL_NO, MERCHANT_NO, TERM_NO)
    }
}

impl Keys {
    /// Draws fresh ones; takes about a second.
    pub fn generate() -> Keys {
        let [merchant, platform] = std::array::from_fn(|_| FreshKeys::generate().private_pem);
        Keys {
            merchant_certificate_pem: certificate("Simulated merchant", &merchant),
            lakala_certificate_pem: certificate("Simulated platform", &platform),
            private_key_pem: merchant,
            lakala_private_key_pem: platform,
        }
    }

    /// A client's configuration, for a simulator at `gateway_url`.
    pub fn config(&self, gateway_url: &str, notify_url: Option<&str>) -> Config {
        Config {
            settings: settings(gateway_url, notify_url),
            private_key_pem: Secret::new(self.private_key_pem.clone()),
            lakala_certificate_pem: self.lakala_certificate_pem.clone(),
        }
    }

    pub(super) fn credentials(&self, base_url: &str) -> Credentials {
        Credentials {
            base_url: base_url.to_owned(),
            appid: APP_ID.to_owned(),
            serial_no: SERIAL_NO.to_owned(),
            merchant_no: MERCHANT_NO.to_owned(),
            term_no: TERM_NO.to_owned(),
            private_key_pem: self.private_key_pem.clone(),
            lakala_certificate_pem: self.lakala_certificate_pem.clone(),
            not_found_codes: NOT_FOUND.0.to_owned(),
        }
    }

    pub(super) fn read(&self) -> Result<Read, BadKeys> {
        let signer = |name, pem: &str| RsaSigner::from_pem(pem).map_err(|why| BadKeys::Key(name, why));
        let merchant = signer("private_key_pem", &self.private_key_pem)?;
        let platform = signer("lakala_private_key_pem", &self.lakala_private_key_pem)?;
        let platform_public =
            verifier_of_certificate(&self.lakala_certificate_pem).ok_or(BadKeys::Certificate)?;
        Ok(Read { merchant, platform, platform_public })
    }
}

/// Valid for the life of any simulation, signed by itself.
fn certificate(common_name: &str, private_pem: &str) -> String {
    let key = KeyPair::from_pem_and_sign_algo(private_pem, &PKCS_RSA_SHA256).expect("a fresh RSA key");
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.self_signed(&key).expect("a fresh key signs itself").pem().replace('\r', "")
}
