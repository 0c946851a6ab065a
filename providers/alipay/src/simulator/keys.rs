//! The simulator's keys, and the credentials that a client of it needs.

use base::Secret;
use provider_contract::signing::{BadKey, FreshKeys, RsaSigner, RsaVerifier, Sign, Verify};
use serde::Serialize;
use std::fmt;

/// The application that every simulator knows.
pub const APP_ID: &str = "2021000000000001";

/// Everything that must be kept for a simulator to be the same one again: two key pairs, as PEM texts.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The application's private key, PKCS#8.
    pub app_private_key_pem: Secret<String>,
    /// The gateway's private key, PKCS#8.
    pub alipay_private_key_pem: Secret<String>,
    /// The gateway's public key.
    pub alipay_public_key_pem: String,
}

/// Why kept keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKeys {
    /// The application's private key.
    App(BadKey),
    /// The gateway's private key.
    AlipayPrivate(BadKey),
    /// The gateway's public key.
    AlipayPublic(BadKey),
    /// The gateway's two halves are of different pairs.
    AlipayHalvesDiffer,
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::App(why) => write!(f, "app_private_key_pem: {why}"),
            BadKeys::AlipayPrivate(why) => write!(f, "alipay_private_key_pem: {why}"),
            BadKeys::AlipayPublic(why) => write!(f, "alipay_public_key_pem: {why}"),
            BadKeys::AlipayHalvesDiffer => {
                f.write_str("alipay_public_key_pem does not belong to alipay_private_key_pem")
            }
        }
    }
}

impl std::error::Error for BadKeys {}

impl Keys {
    /// Draws fresh ones; takes about a second.
    pub fn generate() -> Keys {
        let (app, alipay) = (FreshKeys::generate(), FreshKeys::generate());
        Keys {
            app_private_key_pem: Secret::new(app.private_pem),
            alipay_private_key_pem: Secret::new(alipay.private_pem),
            alipay_public_key_pem: alipay.public_pem,
        }
    }

    /// Both pairs, read: the application's, then the gateway's.
    pub(super) fn read(&self) -> Result<(RsaSigner, RsaSigner), BadKeys> {
        let app = RsaSigner::from_pem(self.app_private_key_pem.reveal()).map_err(BadKeys::App)?;
        let alipay =
            RsaSigner::from_pem(self.alipay_private_key_pem.reveal()).map_err(BadKeys::AlipayPrivate)?;
        let public = RsaVerifier::from_pem(&self.alipay_public_key_pem).map_err(BadKeys::AlipayPublic)?;
        if !public.verify(b"one pair?", &alipay.sign(b"one pair?")) {
            return Err(BadKeys::AlipayHalvesDiffer);
        }
        Ok((app, alipay))
    }
}

/// All that an outside client needs to be this simulator's application. Serialized with exactly these names.
#[derive(Clone, Serialize)]
pub struct Credentials {
    /// The gateway's full address.
    pub base_url: String,
    /// The application.
    pub app_id: String,
    /// The application's private key, PKCS#8 PEM.
    pub app_private_key_pem: String,
    /// The gateway's public key, PEM.
    pub alipay_public_key_pem: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({} at {})", self.app_id, self.base_url)
    }
}
