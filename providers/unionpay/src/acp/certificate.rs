//! Whose signature counts: an answer brings the certificate of its key along (`signPubKeyCert`), and that one must be
//! issued by the configured authority, be valid now, and carry one of the names that may sign.
//!
//! Source: the official sample code's check of the certificate. There the name is the common name's third part when it is
//! cut at `@` (`041@...@中国银联股份有限公司@...`), otherwise the common name itself. The authority signs certificates with
//! SHA-1 to this day, as the published answers in `tests/golden` show, so that is accepted of certificates and of nothing else.

use super::sign::digest_text;
use aws_lc_rs::rsa::RsaParameters;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
};
use base::Timestamp;
use provider_contract::form::Fields;
use provider_contract::signing::{Checksum, RsaVerifier, Verify};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA};

/// Judges who signed.
pub trait Trust: Send + Sync {
    /// Whether `signature` is that of `text` by the key of `certificate`, and that key counts at `now`.
    fn check(
        &self,
        certificate: &str,
        text: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(), NotTrusted>;
}

/// Why fields are not taken for the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTrusted {
    /// There is no signature.
    NotSigned,
    /// The certificate is not of the authority, not valid now, or another's.
    Certificate,
    /// The signature does not fit.
    Signature,
}

/// Whether these fields are signed by whoever may.
pub fn judge(fields: &Fields, trust: &dyn Trust, now: Timestamp) -> Result<(), NotTrusted> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let signature = field("signature").ok_or(NotTrusted::NotSigned)?;
    let certificate = field("signPubKeyCert").ok_or(NotTrusted::NotSigned)?;
    if field("signMethod") != Some("01") {
        return Err(NotTrusted::Signature);
    }
    trust.check(certificate, digest_text(fields).as_bytes(), signature, now)
}

/// A certificate that was read.
pub struct Certificate {
    /// Its number as the gateway writes it: decimal.
    pub serial: String,
    /// Its key.
    pub key: RsaVerifier,
    /// The name it is judged by.
    pub name: String,
    key_der: Vec<u8>,
    valid: (Timestamp, Timestamp),
    signed: Vec<u8>,
    signature: Vec<u8>,
    algorithm: &'static RsaParameters,
}

/// The certificate cannot be read: it is not PEM, not X.509, its key is not RSA of 2048 bits or more, or it is signed in an
/// unknown way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Reads PEM.
pub fn read(text: &str) -> Result<Certificate, Unreadable> {
    let pem = pem::parse(text).map_err(|_| Unreadable)?;
    let (rest, certificate) = x509_parser::parse_x509_certificate(pem.contents()).map_err(|_| Unreadable)?;
    if !rest.is_empty() {
        return Err(Unreadable);
    }
    let algorithm = &certificate.signature_algorithm.algorithm;
    let algorithm = if *algorithm == OID_PKCS1_SHA256WITHRSA {
        &RSA_PKCS1_2048_8192_SHA256
    } else if *algorithm == OID_PKCS1_SHA1WITHRSA {
        &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY
    } else {
        return Err(Unreadable);
    };
    let seconds = |s: i64| Timestamp::from_micros(s.saturating_mul(1_000_000));
    let validity = certificate.validity();
    Ok(Certificate {
        serial: certificate.tbs_certificate.serial.to_string(),
        key: RsaVerifier::from_der(certificate.public_key().raw).map_err(|_| Unreadable)?,
        key_der: certificate.public_key().raw.to_vec(),
        name: name(&certificate),
        valid: (seconds(validity.not_before.timestamp()), seconds(validity.not_after.timestamp())),
        signed: certificate.tbs_certificate.as_ref().to_vec(),
        signature: certificate.signature_value.data.to_vec(),
        algorithm,
    })
}

fn name(certificate: &X509Certificate<'_>) -> String {
    let common = certificate.subject().iter_common_name().next().map(|cn| cn.as_slice());
    let common = common.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    common.split('@').nth(2).unwrap_or(common).to_owned()
}

impl Certificate {
    fn is_issued_by(&self, issuer: &Certificate) -> bool {
        ParsedPublicKey::new(self.algorithm, &issuer.key_der)
            .is_ok_and(|key| key.verify_sig(&self.signed, &self.signature).is_ok())
    }
}

/// Why two certificates make no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadChain {
    /// The root cannot be read.
    Root,
    /// The one between cannot be read.
    Middle,
    /// The one between was not issued by the root.
    MiddleIsNotOfRoot,
}

/// The gateway's authority: a root that is configured, one certificate under it, and names that may sign.
pub struct Chain {
    middle: Certificate,
    root_valid: (Timestamp, Timestamp),
    names: Vec<String>,
}

impl Chain {
    /// Reads both certificates. That the root signed itself proves nothing and is not looked at.
    pub fn read(root_pem: &str, middle_pem: &str, names: Vec<String>) -> Result<Chain, BadChain> {
        let root = read(root_pem).map_err(|_| BadChain::Root)?;
        let middle = read(middle_pem).map_err(|_| BadChain::Middle)?;
        if !middle.is_issued_by(&root) {
            return Err(BadChain::MiddleIsNotOfRoot);
        }
        Ok(Chain { middle, root_valid: root.valid, names })
    }

    fn counts(&self, leaf: &Certificate, now: Timestamp) -> bool {
        let valid = |(from, until): (Timestamp, Timestamp)| from <= now && now <= until;
        valid(self.root_valid)
            && valid(self.middle.valid)
            && valid(leaf.valid)
            && self.names.contains(&leaf.name)
            && leaf.is_issued_by(&self.middle)
    }
}

impl Trust for Chain {
    fn check(
        &self,
        certificate: &str,
        text: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<(), NotTrusted> {
        let leaf = read(certificate).map_err(|Unreadable| NotTrusted::Certificate)?;
        if !self.counts(&leaf, now) {
            return Err(NotTrusted::Certificate);
        }
        leaf.key.verify(text, signature).then_some(()).ok_or(NotTrusted::Signature)
    }
}

/// Only the simulated world signs with checksums; there is no certificate in it.
impl Trust for Checksum {
    fn check(&self, _: &str, text: &[u8], signature: &str, _: Timestamp) -> Result<(), NotTrusted> {
        self.verify(text, signature).then_some(()).ok_or(NotTrusted::Signature)
    }
}
