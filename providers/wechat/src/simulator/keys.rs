//! The simulator's key material: drawn fresh or kept, and the part of it that a client is given.

use super::Certificate;
use crate::v3::certificate::PlatformCertificate;
use crate::v3::sign::PUBLIC_KEY_ID;
use base::hex;
use provider_contract::signing::{BadKey, FreshKeys, RsaSigner};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_RSA_SHA256,
    SerialNumber, date_time_ymd,
};
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
    /// The API key of v2: 32 characters. Keys kept before there was one get a new one.
    #[serde(default = "shared_key")]
    pub api_key: String,
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
    /// The API key of v2.
    pub api_key: String,
    /// Id of the platform's public key.
    pub platform_public_key_id: String,
    /// The platform's public key, PEM.
    pub platform_public_key_pem: String,
}

/// What a simulator that listens with TLS shows, and what its merchant shows to it: all of one authority, made for this
/// occasion. PEM texts.
pub struct TlsKeys {
    /// Whose certificates both sides trust.
    pub authority_pem: String,
    /// The simulator's certificate, for this computer's own addresses.
    pub server_certificate_pem: String,
    /// Its private key.
    pub server_private_key_pem: String,
    /// The merchant's certificate (`apiclient_cert.pem`) for its private key, [`Keys::merchant_private_key_pem`].
    pub merchant_certificate_pem: String,
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
            apiv3_key: shared_key(),
            api_key: shared_key(),
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
            api_key: self.api_key.clone(),
            platform_public_key_id: self.platform_public_key_id.clone(),
            platform_public_key_pem: platform.public_pem(),
        })
    }
}

impl Keys {
    /// An authority and the certificates that it makes, drawn now.
    pub fn tls(&self) -> Result<TlsKeys, BadKeys> {
        let mut params = named("Simulated authority, for tests only");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, fresh_key()).expect("it needs nothing but its key");
        let server_key = fresh_key();
        let mut server =
            CertificateParams::new(["127.0.0.1", "::1", "localhost"].map(str::to_owned).to_vec())
                .expect("three names");
        (server.not_before, server.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 12, 31));
        let merchant_key = KeyPair::from_pem_and_sign_algo(&self.merchant_private_key_pem, &PKCS_RSA_SHA256)
            .map_err(|_| BadKeys::Setting("merchant_private_key_pem"))?;
        let merchant = named(&self.mchid);
        let pem = |params: CertificateParams, key: &KeyPair| {
            let made = params.signed_by(key, &authority).expect("a certificate of our own authority");
            made.pem().replace('\r', "")
        };
        Ok(TlsKeys {
            server_certificate_pem: pem(server, &server_key),
            merchant_certificate_pem: pem(merchant, &merchant_key),
            server_private_key_pem: server_key.serialize_pem().replace('\r', ""),
            authority_pem: authority.pem().replace('\r', ""),
        })
    }
}

fn fresh_key() -> KeyPair {
    KeyPair::generate().expect("the system gives random numbers")
}

/// For the life of any simulation.
fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Whether `serial` names the public key rather than a certificate.
pub(super) fn names_public_key(serial: &str) -> bool {
    serial.starts_with(PUBLIC_KEY_ID)
}

/// A key that both sides know.
fn shared_key() -> String {
    hex(&random::<16>())
}

/// The signer in `pem`, or which key is bad.
pub(super) fn signer(name: &'static str, pem: &str) -> Result<RsaSigner, BadKeys> {
    RsaSigner::from_pem(pem).map_err(|why| BadKeys::Key(name, why))
}

/// A self-signed platform certificate for `private_pem`, valid for the life of any simulation. The real ones are
/// issued by Tencent's own authority; no client checks the chain.
fn certificate(private_pem: &str) -> String {
    let key = KeyPair::from_pem_and_sign_algo(private_pem, &PKCS_RSA_SHA256).expect("a fresh RSA key");
    let mut params = named("Simulated wallet platform, for tests only");
    let mut serial = random::<20>();
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
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
