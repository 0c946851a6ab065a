//! Platform certificates: the older way of knowing WeChat's key. They are fetched from WeChat itself, encrypted
//! with the APIv3 key, and several may be valid at once; a reply names its key by serial.

use super::sign::{NotSigned, verify};
use super::wire::{Certificates, EncryptedCertificate};
use super::{PlatformKey, Validity, resource};
use base::{Text, Timestamp};
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

impl BadCertificate {
    /// What is wrong and what to do.
    pub fn text(&self) -> Text {
        match self {
            BadCertificate::Refused(said) => Text::new(
                format!("微信支付拒绝提供平台证书：{said}。若商户已改用微信支付公钥，请在配置中填写公钥 ID"),
                format!(
                    "WeChat Pay refused to list its certificates: {said}. A merchant with WeChat Pay's public key needs its id in the configuration instead"
                ),
            ),
            BadCertificate::Garbled => Text::new(
                "微信支付的平台证书列表无法读取",
                "the list of platform certificates cannot be read",
            ),
            BadCertificate::CannotDecrypt => Text::new(
                "APIv3 密钥解不开平台证书，请核对密钥",
                "the APIv3 key does not decrypt the platform certificate; check the key",
            ),
            BadCertificate::NotACertificate => Text::new(
                "平台证书不是带 RSA 公钥的 PEM 证书",
                "the platform certificate is not a PEM X.509 certificate with an RSA key",
            ),
            BadCertificate::SerialDiffers => Text::new(
                "平台证书的序列号与列表中的不一致",
                "the platform certificate carries another serial than it was listed under",
            ),
            BadCertificate::NoneValidNow => Text::new(
                "没有在有效期内的平台证书，请核对本机时间",
                "no platform certificate is valid now; check this computer's clock",
            ),
            BadCertificate::NotSigned(_) => Text::new(
                "平台证书列表没有用其中任何一张证书正确签名",
                "the list of platform certificates is not signed by any of them",
            ),
        }
    }
}

impl fmt::Display for BadCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
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
        let not_before = seconds(certificate.validity().not_before.timestamp());
        let not_after = seconds(certificate.validity().not_after.timestamp());
        Ok(PlatformCertificate {
            key: PlatformKey {
                id: trimmed(&serial).to_owned(),
                verify: Arc::new(verifier),
                valid: Some(Validity { from: not_before, until: not_after }),
            },
            not_before,
            not_after,
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

/// The keys in a reply to `GET /v3/certificates`: decrypted, not over, and one that is valid at `now` signed the
/// reply. One that cannot be read (a kind of key we do not know) does not keep us from the others.
pub fn keys_in(reply: &Reply, apiv3_key: &str, now: Timestamp) -> Result<Vec<PlatformKey>, BadCertificate> {
    if reply.status != 200 {
        let failure: super::wire::Failure = serde_json::from_slice(&reply.body).unwrap_or_default();
        return Err(BadCertificate::Refused(format!(
            "HTTP {} {} {}",
            reply.status, failure.code, failure.message
        )));
    }
    let listed: Certificates = serde_json::from_slice(&reply.body).map_err(|_| BadCertificate::Garbled)?;
    let mut keys = Vec::new();
    let mut unreadable = None;
    for one in &listed.data {
        match opened(one, apiv3_key) {
            Ok(certificate) if now <= certificate.not_after => keys.push(certificate.key),
            Ok(_) => {}
            Err(why) => unreadable = unreadable.or(Some(why)),
        }
    }
    if !keys.iter().any(|key| key.counts(now)) {
        return Err(unreadable.unwrap_or(BadCertificate::NoneValidNow));
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
