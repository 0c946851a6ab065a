//! The simulator's keys, and the credentials that a client of it needs.

use super::{MERCHANT, NOT_FOUND};
use crate::sign::{HexSigner, HexVerifier};
use crate::{Config, DesKey, Product, Settings};
use base::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provider_contract::signing::{BadKey, FreshKeys};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything that must be kept for a simulator to be the same one again. Holds private keys of nobody real; prints as
/// nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The merchant's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The merchant's public key, PEM.
    pub merchant_public_key_pem: String,
    /// The merchant's 3DES key, base64.
    pub des_key: String,
    /// The gateway's private key, PKCS#8 PEM.
    pub jd_private_key_pem: String,
    /// The gateway's public key, PEM.
    pub jd_public_key_pem: String,
}

/// Why kept keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// This key cannot be read.
    Key(&'static str, BadKey),
    /// The 3DES key cannot be read.
    DesKey,
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::Key(which, why) => write!(f, "{which}: {why}"),
            BadKeys::DesKey => f.write_str("des_key is not base64 of 24 bytes"),
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
    pub merchant: String,
    /// What the merchant's number is for.
    pub product: String,
    /// The merchant's private key, PKCS#8 PEM.
    pub private_key_pem: String,
    /// The merchant's 3DES key, base64.
    pub des_key: String,
    /// The gateway's public key, PEM.
    pub jd_public_key_pem: String,
    /// The codes by which the gateway knows no such trade, with commas between them.
    pub not_found_codes: String,
}

/// What the simulator needs of its keys.
pub(super) struct Read {
    pub merchant: HexSigner,
    pub merchant_public: HexVerifier,
    pub jd: HexSigner,
    pub jd_public: HexVerifier,
    pub des: DesKey,
}

impl Keys {
    /// Draws fresh ones; takes about a second.
    pub fn generate() -> Keys {
        let (merchant, jd) = (FreshKeys::generate(), FreshKeys::generate());
        let mut des = [0; 24];
        aws_lc_rs::rand::fill(&mut des).expect("the system gives random numbers");
        Keys {
            private_key_pem: merchant.private_pem,
            merchant_public_key_pem: merchant.public_pem,
            des_key: STANDARD.encode(des),
            jd_private_key_pem: jd.private_pem,
            jd_public_key_pem: jd.public_pem,
        }
    }

    /// A client's configuration, for a simulator at `gateway_url`.
    pub fn config(&self, gateway_url: &str, notify_url: Option<&str>) -> Config {
        Config {
            settings: Settings {
                product: Product::Both,
                gateway_url: gateway_url.to_owned(),
                notify_url: notify_url.map(str::to_owned),
                not_found_codes: vec![NOT_FOUND.0.to_owned()],
                ..Settings::new(MERCHANT)
            },
            private_key_pem: Secret::new(self.private_key_pem.clone()),
            des_key: Secret::new(self.des_key.clone()),
            jd_public_key_pem: self.jd_public_key_pem.clone(),
        }
    }

    pub(super) fn credentials(&self, base_url: &str) -> Credentials {
        Credentials {
            base_url: base_url.to_owned(),
            merchant: MERCHANT.to_owned(),
            product: "both".to_owned(),
            private_key_pem: self.private_key_pem.clone(),
            des_key: self.des_key.clone(),
            jd_public_key_pem: self.jd_public_key_pem.clone(),
            not_found_codes: NOT_FOUND.0.to_owned(),
        }
    }

    pub(super) fn read(&self) -> Result<Read, BadKeys> {
        let signer = |name, pem: &str| HexSigner::from_pem(pem).map_err(|why| BadKeys::Key(name, why));
        let merchant = signer("private_key_pem", &self.private_key_pem)?;
        let jd = signer("jd_private_key_pem", &self.jd_private_key_pem)?;
        let (merchant_public, jd_public) = (merchant.verifier(), jd.verifier());
        let des = DesKey::from_base64(&self.des_key).map_err(|_| BadKeys::DesKey)?;
        Ok(Read { merchant, merchant_public, jd, jd_public, des })
    }
}
