//! The simulator's keys and certificates, and the credentials that a client of it needs.

use super::MER_ID;
use crate::acp::certificate::{self, BadChain, Chain};
use crate::acp::{Config, Settings};
use base::Secret;
use provider_contract::signing::{BadKey, FreshKeys, RsaSigner, Sign, Verify};
use rcgen::{CertificateParams, DnType, Issuer, KeyPair, PKCS_RSA_SHA256, SerialNumber, date_time_ymd};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose certificates sign a simulator's answers: named as on the real test gateway, by a part of the common name.
const SIGNER: (&str, &str) = ("041@simulated@00040000:SIGN@00000001", "00040000:SIGN");

/// Everything that must be kept for a simulator to be the same one again. Holds private keys of nobody real; prints as
/// nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The merchant's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The merchant's certificate, PEM.
    pub certificate_pem: String,
    /// The authority's root, PEM; its private key is forgotten.
    pub root_certificate_pem: String,
    /// The certificate between, PEM; its private key is forgotten.
    pub middle_certificate_pem: String,
    /// The gateway's private key, PKCS#8 PEM.
    pub gateway_private_key_pem: String,
    /// The gateway's certificate, PEM.
    pub gateway_certificate_pem: String,
}

/// Why kept keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// This private key cannot be read.
    Key(&'static str, BadKey),
    /// This certificate cannot be read, or is not that of its key.
    Certificate(&'static str),
    /// The authority's certificates make no chain.
    Chain(BadChain),
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::Key(which, why) => write!(f, "{which}: {why}"),
            BadKeys::Certificate(which) => write!(f, "{which} cannot be read or belongs to another key"),
            BadKeys::Chain(why) => write!(f, "the authority's certificates cannot be used ({why:?})"),
        }
    }
}

impl std::error::Error for BadKeys {}

/// All that an outside client needs to be this simulator's merchant.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The gateway's address without a path.
    pub base_url: String,
    /// The merchant.
    pub mer_id: String,
    /// The number of the merchant's certificate, decimal.
    pub cert_id: String,
    /// The merchant's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The merchant's certificate, PEM.
    pub certificate_pem: String,
    /// The root of the gateway's authority, PEM.
    pub root_certificate_pem: String,
    /// The certificate between the root and the gateway's, PEM.
    pub middle_certificate_pem: String,
    /// Whose certificates sign.
    pub signer_name: String,
}

/// What the simulator needs of its keys.
pub(super) struct Read {
    /// The merchant's key.
    pub merchant: RsaSigner,
    /// The number of its certificate.
    pub cert_id: String,
    /// The gateway's key.
    pub gateway: RsaSigner,
    /// What a merchant trusts.
    pub chain: Chain,
}

impl Keys {
    /// Draws fresh ones; takes about two seconds.
    pub fn generate() -> Keys {
        let [root, middle, gateway, merchant] = std::array::from_fn(|_| FreshKeys::generate().private_pem);
        let (root_key, middle_key) = (key_pair(&root), key_pair(&middle));
        let (root_params, middle_params) = (params("Simulated root"), params("Simulated authority"));
        let by_root = Issuer::from_params(&root_params, &root_key);
        let by_middle = Issuer::from_params(&middle_params, &middle_key);
        let issued = |name: &str, key: &str| {
            params(name).signed_by(&key_pair(key), &by_middle).expect("a fresh key is certified").pem()
        };
        let root_pem = root_params.self_signed(&root_key).expect("a fresh key signs itself").pem();
        let middle_pem =
            middle_params.signed_by(&middle_key, &by_root).expect("a fresh key is certified").pem();
        let plain = |pem: String| pem.replace('\r', "");
        Keys {
            certificate_pem: plain(issued("041@simulated@00000000:MERCHANT@00000002", &merchant)),
            gateway_certificate_pem: plain(issued(SIGNER.0, &gateway)),
            root_certificate_pem: plain(root_pem),
            middle_certificate_pem: plain(middle_pem),
            private_key_pem: merchant,
            gateway_private_key_pem: gateway,
        }
    }

    /// A client's configuration, for a simulator at `gateway_url`.
    pub fn config(&self, gateway_url: &str, notify_url: Option<&str>) -> Config {
        Config {
            settings: Settings {
                gateway_url: gateway_url.to_owned(),
                notify_url: notify_url.map(str::to_owned),
                signer_names: vec![SIGNER.1.to_owned()],
                ..Settings::new(MER_ID)
            },
            private_key_pem: Secret::new(self.private_key_pem.clone()),
            certificate_pem: self.certificate_pem.clone(),
            root_certificate_pem: self.root_certificate_pem.clone(),
            middle_certificate_pem: self.middle_certificate_pem.clone(),
        }
    }

    /// The part for a client that reaches the simulator at `base_url`.
    pub(super) fn credentials(&self, base_url: &str, cert_id: &str) -> Credentials {
        Credentials {
            base_url: base_url.to_owned(),
            mer_id: MER_ID.to_owned(),
            cert_id: cert_id.to_owned(),
            private_key_pem: self.private_key_pem.clone(),
            certificate_pem: self.certificate_pem.clone(),
            root_certificate_pem: self.root_certificate_pem.clone(),
            middle_certificate_pem: self.middle_certificate_pem.clone(),
            signer_name: SIGNER.1.to_owned(),
        }
    }

    pub(super) fn read(&self) -> Result<Read, BadKeys> {
        let (merchant, cert_id) =
            pair(&self.private_key_pem, "private_key_pem", &self.certificate_pem, "certificate_pem")?;
        let (gateway, _) = pair(
            &self.gateway_private_key_pem,
            "gateway_private_key_pem",
            &self.gateway_certificate_pem,
            "gateway_certificate_pem",
        )?;
        let names = vec![SIGNER.1.to_owned()];
        let chain = Chain::read(&self.root_certificate_pem, &self.middle_certificate_pem, names)
            .map_err(BadKeys::Chain)?;
        Ok(Read { merchant, cert_id, gateway, chain })
    }
}

/// A private key and the number of its certificate.
fn pair(
    key_pem: &str,
    key_name: &'static str,
    certificate_pem: &str,
    certificate_name: &'static str,
) -> Result<(RsaSigner, String), BadKeys> {
    let key = RsaSigner::from_pem(key_pem).map_err(|why| BadKeys::Key(key_name, why))?;
    let certificate =
        certificate::read(certificate_pem).map_err(|_| BadKeys::Certificate(certificate_name))?;
    let one_pair = certificate.key.verify(b"one pair?", &key.sign(b"one pair?"));
    one_pair.then_some((key, certificate.serial)).ok_or(BadKeys::Certificate(certificate_name))
}

fn key_pair(private_pem: &str) -> KeyPair {
    KeyPair::from_pem_and_sign_algo(private_pem, &PKCS_RSA_SHA256).expect("a fresh RSA key")
}

/// Valid for the life of any simulation.
fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut serial = [0; 8];
    aws_lc_rs::rand::fill(&mut serial).expect("the system gives random numbers");
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}
