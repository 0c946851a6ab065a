//! The simulator's key material: drawn fresh or kept, and the part of it that a client is given.

use super::Certificate;
use crate::certificate::PlatformCertificate;
use crate::sign::PUBLIC_KEY_ID;
use provider_contract::signing::{BadKey, FreshKeys, RsaSigner};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber, date_time_ymd};
use serde::{Deserialize, Serialize};
use std::fmt;

/// All that one simulated merchant and its WeChat Pay need, so that a restart can keep it. Holds private keys of
/// nobody real; prints as nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Merchant number.
    pub mchid: String,
    /// Application.
    pub appid: String,
    /// Serial of the merchant's API certificate.
    pub merchant_serial: String,
    /// The merchant's private key, PKCS#8 PEM.
    pub merchant_private_key_pem: String,
    /// The APIv3 key: 32 characters.
    pub apiv3_key: String,
    /// Id of the platform's public key.
    pub platform_public_key_id: String,
    /// The platform's private key, PKCS#8 PEM.
    pub platform_private_key_pem: String,
    /// The platform's certificate, PEM.
    pub platform_certificate_pem: String,
    /// The certificate's private key, PKCS#8 PEM.
    pub platform_certificate_private_key_pem: String,
}

/// What an outside client needs to talk to the simulator.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the simulator listens.
    pub base_url: String,
    /// Merchant number.
    pub mchid: String,
    /// Application.
    pub appid: String,
    /// Serial of the merchant's API certificate.
    pub merchant_serial: String,
    /// The merchant's private key, PKCS#8 PEM.
    pub merchant_private_key_pem: String,
    /// The APIv3 key.
    pub apiv3_key: String,
    /// Id of the platform's public key.
    pub platform_public_key_id: String,
    /// The platform's public key, PEM.
    pub platform_public_key_pem: String,
}

/// Why kept keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// This key cannot be read.
    Key(&'static str, BadKey),
    /// The platform certificate cannot be read, or is none of its key's.
    Certificate,
    /// This setting has the wrong form.
    Setting(&'static str),
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::Key(which, why) => write!(f, "{which}: {why}"),
            BadKeys::Certificate => f.write_str("platform_certificate_pem cannot be read"),
            BadKeys::Setting(which) => write!(f, "{which} has the wrong form"),
        }
    }
}

impl std::error::Error for BadKeys {}

impl Keys {
    /// Draws everything; takes about a second.
    pub fn fresh() -> Keys {
        let certificate_key = FreshKeys::generate().private_pem;
        Keys {
            mchid: format!("19{:08}", u32::from_be_bytes(random()) % 100_000_000),
            appid: format!("wx{}", hex(&random::<8>())),
            merchant_serial: hex(&random::<20>()).to_ascii_uppercase(),
            merchant_private_key_pem: FreshKeys::generate().private_pem,
            apiv3_key: hex(&random::<16>()),
            platform_public_key_id: format!(
                "{PUBLIC_KEY_ID}{:028}",
                u128::from_be_bytes(random()) % 10_u128.pow(28)
            ),
            platform_private_key_pem: FreshKeys::generate().private_pem,
            platform_certificate_pem: certificate(&certificate_key),
            platform_certificate_private_key_pem: certificate_key,
        }
    }

    /// The part for a client that reaches the simulator at `base_url`.
    pub fn credentials(&self, base_url: &str) -> Result<Credentials, BadKeys> {
        let platform = signer("platform_private_key_pem", &self.platform_private_key_pem)?;
        Ok(Credentials {
            base_url: base_url.to_owned(),
            mchid: self.mchid.clone(),
            appid: self.appid.clone(),
            merchant_serial: self.merchant_serial.clone(),
            merchant_private_key_pem: self.merchant_private_key_pem.clone(),
            apiv3_key: self.apiv3_key.clone(),
            platform_public_key_id: self.platform_public_key_id.clone(),
            platform_public_key_pem: platform.public_pem(),
        })
    }
}

/// The signer in `pem`, or which key is bad.
pub(super) fn signer(name: &'static str, pem: &str) -> Result<RsaSigner, BadKeys> {
    RsaSigner::from_pem(pem).map_err(|why| BadKeys::Key(name, why))
}

/// A self-signed platform certificate for `private_pem`, valid for the life of any simulation. The real ones are
/// issued by Tencent's own authority; no client checks the chain.
fn certificate(private_pem: &str) -> String {
    let key = KeyPair::from_pem_and_sign_algo(private_pem, &PKCS_RSA_SHA256).expect("a fresh RSA key");
    let mut params = CertificateParams::default();
    let mut serial = random::<20>();
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name.push(DnType::CommonName, "Simulated wallet platform, for tests only");
    let pem = params.self_signed(&key).expect("a certificate needs nothing but its key").pem();
    pem.replace('\r', "")
}

/// Another certificate with a key of its own, as the platform publishes one before the old one ends.
pub(super) fn fresh_certificate() -> Certificate {
    let private_pem = FreshKeys::generate().private_pem;
    let pem = certificate(&private_pem);
    let read = PlatformCertificate::from_pem(&pem).expect("a certificate of our own making");
    let signer = RsaSigner::from_pem(&private_pem).expect("a fresh key");
    Certificate::of(read, &pem, signer)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random numbers");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
