//! Platform certificates: the older way of knowing WeChat's key. They are fetched from WeChat itself, encrypted
//! with the APIv3 key, and several may be valid at once; a reply names its key by serial.

use crate::sign::{NotSigned, verify};
use crate::wire::{Certificates, EncryptedCertificate};
use crate::{PlatformKey, resource};
use base::Timestamp;
use provider_contract::Reply;
use provider_contract::signing::RsaVerifier;
use std::fmt;
use std::sync::Arc;

/// Why no certificate could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadCertificate {
    /// The request for certificates was refused: the code and message WeChat gave.
    Refused(String),
    /// Not the JSON that lists certificates.
    Garbled,
    /// The APIv3 key does not open it.
    CannotDecrypt,
    /// Not a PEM X.509 certificate with an RSA key of 2048 bits or more.
    NotACertificate,
    /// The serial inside differs from the serial it was listed under.
    SerialDiffers,
    /// None of the listed certificates is valid now.
    NoneValidNow,
    /// The list is not signed by one of the certificates in it.
    NotSigned(NotSigned),
}

impl fmt::Display for BadCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadCertificate::Refused(said) => write!(f, "WeChat Pay refused to list its certificates: {said}"),
            BadCertificate::Garbled => f.write_str("the list of platform certificates cannot be read"),
            BadCertificate::CannotDecrypt => {
                f.write_str("the APIv3 key does not decrypt the platform certificate; check the key")
            }
            BadCertificate::NotACertificate => {
                f.write_str("the platform certificate is not a PEM X.509 certificate with an RSA key")
            }
            BadCertificate::SerialDiffers => {
                f.write_str("the platform certificate carries another serial than it was listed under")
            }
            BadCertificate::NoneValidNow => {
                f.write_str("no platform certificate is valid now; check this computer's clock")
            }
            BadCertificate::NotSigned(_) => {
                f.write_str("the list of platform certificates is not signed by any of them")
            }
        }
    }
}

impl std::error::Error for BadCertificate {}

/// A platform certificate that was read.
#[derive(Clone)]
pub struct PlatformCertificate {
    /// Its key, named by its serial.
    pub key: PlatformKey,
    /// Valid from this second on.
    pub not_before: Timestamp,
    /// Valid to this second.
    pub not_after: Timestamp,
}

impl PlatformCertificate {
    /// Reads PEM. The chain is not checked: it comes encrypted with the APIv3 key, from the owner's own hand
    /// or from WeChat's.
    pub fn from_pem(text: &str) -> Result<PlatformCertificate, BadCertificate> {
        let pem = pem::parse(text).map_err(|_| BadCertificate::NotACertificate)?;
        let (_, certificate) = x509_parser::parse_x509_certificate(pem.contents())
            .map_err(|_| BadCertificate::NotACertificate)?;
        let verifier = RsaVerifier::from_der(certificate.public_key().raw)
            .map_err(|_| BadCertificate::NotACertificate)?;
        let serial: String =
            certificate.tbs_certificate.raw_serial().iter().map(|byte| format!("{byte:02X}")).collect();
        let seconds = |s: i64| Timestamp::from_micros(s.saturating_mul(1_000_000));
        Ok(PlatformCertificate {
            key: PlatformKey { id: trimmed(&serial).to_owned(), verify: Arc::new(verifier) },
            not_before: seconds(certificate.validity().not_before.timestamp()),
            not_after: seconds(certificate.validity().not_after.timestamp()),
        })
    }
}

/// A DER serial with its top bit set has a zero byte in front, which WeChat's hex serials do not write.
fn trimmed(serial: &str) -> &str {
    match serial.strip_prefix("00") {
        Some(rest) if !rest.is_empty() => rest,
        _ => serial,
    }
}

/// The keys in a reply to `GET /v3/certificates`: decrypted, valid at `now`, and one of them signed the reply.
pub fn keys_in(reply: &Reply, apiv3_key: &str, now: Timestamp) -> Result<Vec<PlatformKey>, BadCertificate> {
    if reply.status != 200 {
        let failure: crate::wire::Failure = serde_json::from_slice(&reply.body).unwrap_or_default();
        return Err(BadCertificate::Refused(format!(
            "HTTP {} {} {}",
            reply.status, failure.code, failure.message
        )));
    }
    let listed: Certificates = serde_json::from_slice(&reply.body).map_err(|_| BadCertificate::Garbled)?;
    let opened = listed.data.iter().map(|one| opened(one, apiv3_key)).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<PlatformKey> = opened
        .into_iter()
        .filter(|one| one.not_before <= now && now <= one.not_after)
        .map(|one| one.key)
        .collect();
    if keys.is_empty() {
        return Err(BadCertificate::NoneValidNow);
    }
    verify(&keys, |name| reply.header(name), &reply.body, now).map_err(BadCertificate::NotSigned)?;
    Ok(keys)
}

fn opened(listed: &EncryptedCertificate, apiv3_key: &str) -> Result<PlatformCertificate, BadCertificate> {
    let pem = resource::open(apiv3_key.as_bytes(), &listed.encrypt_certificate)
        .ok_or(BadCertificate::CannotDecrypt)?;
    let text = String::from_utf8(pem).map_err(|_| BadCertificate::NotACertificate)?;
    let certificate = PlatformCertificate::from_pem(&text)?;
    if !certificate.key.id.eq_ignore_ascii_case(trimmed(&listed.serial_no)) {
        return Err(BadCertificate::SerialDiffers);
    }
    Ok(certificate)
}
