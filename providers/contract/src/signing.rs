//! RSA-SHA256 (PKCS#1 v1.5), the signature of every wallet here, behind two small traits, so that the
//! simulated world can swap in a signature that costs nothing.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// Signs texts.
pub trait Sign: Send + Sync {
    /// The signature of `text`, base64.
    fn sign(&self, text: &[u8]) -> String;
}

/// Checks signatures of one key.
pub trait Verify: Send + Sync {
    /// Whether `signature` (base64) is this key's signature of `text`. Malformed base64 is a wrong signature.
    fn verify(&self, text: &[u8], signature: &str) -> bool;
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// Not PEM, nor bare base64 of DER.
    NotPem,
    /// Not an RSA key of at least 2048 bits in PKCS#8 or PKCS#1.
    NotRsaPrivate,
    /// Not an RSA public key of at least 2048 bits in SubjectPublicKeyInfo or PKCS#1.
    NotRsaPublic,
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadKey::NotPem => "the key is not PEM text",
            BadKey::NotRsaPrivate => {
                "the key is not an RSA private key of 2048 bits or more (PKCS#8 or PKCS#1)"
            }
            BadKey::NotRsaPublic => "the key is not an RSA public key of 2048 bits or more",
        })
    }
}

impl std::error::Error for BadKey {}

/// An RSA private key that signs. Prints as nothing but its size.
pub struct RsaSigner {
    key: RsaKeyPair,
    random: SystemRandom,
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaSigner({} bits)", self.key.public_modulus_len() * 8)
    }
}

impl RsaSigner {
    /// Reads PEM (PKCS#8 or PKCS#1), or the bare base64 that some consoles hand out.
    pub fn from_pem(text: &str) -> Result<RsaSigner, BadKey> {
        let der = der(text)?;
        let key = RsaKeyPair::from_pkcs8(&der)
            .or_else(|_| RsaKeyPair::from_der(&der))
            .map_err(|_| BadKey::NotRsaPrivate)?;
        Ok(RsaSigner { key, random: SystemRandom::new() })
    }

    /// The public half.
    pub fn verifier(&self) -> RsaVerifier {
        let der = self.key.public_key();
        let key =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der.as_ref()).expect("a key's own public half");
        RsaVerifier { key }
    }
}

impl RsaSigner {
    /// The public half as SubjectPublicKeyInfo PEM.
    pub fn public_pem(&self) -> String {
        let der: PublicKeyX509Der = self.key.public_key().as_der().expect("a key has a public half");
        pem_text("PUBLIC KEY", der.as_ref())
    }
}

impl Sign for RsaSigner {
    fn sign(&self, text: &[u8]) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &self.random, text, &mut signature)
            .expect("an RSA key of 2048 bits or more signs any text");
        STANDARD.encode(signature)
    }
}

/// An RSA public key that verifies.
pub struct RsaVerifier {
    key: ParsedPublicKey,
}

impl fmt::Debug for RsaVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaVerifier")
    }
}

impl RsaVerifier {
    /// Reads PEM (SubjectPublicKeyInfo or PKCS#1), or the bare base64 that some consoles hand out.
    pub fn from_pem(text: &str) -> Result<RsaVerifier, BadKey> {
        RsaVerifier::from_der(&der(text)?)
    }

    /// Reads DER: SubjectPublicKeyInfo or PKCS#1.
    pub fn from_der(der: &[u8]) -> Result<RsaVerifier, BadKey> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| BadKey::NotRsaPublic)?;
        Ok(RsaVerifier { key })
    }
}

impl Verify for RsaVerifier {
    fn verify(&self, text: &[u8], signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|bytes| self.key.verify_sig(text, &bytes).is_ok())
    }
}

/// A fresh RSA-2048 key pair, for simulators and tests.
#[derive(Clone)]
pub struct FreshKeys {
    /// PKCS#8 PEM.
    pub private_pem: String,
    /// SubjectPublicKeyInfo PEM.
    pub public_pem: String,
}

impl FreshKeys {
    /// Draws a pair; takes some tenths of a second.
    pub fn generate() -> FreshKeys {
        let key =
            aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("the system gives random numbers");
        let private: Pkcs8V1Der = key.as_der().expect("a fresh key has a PKCS#8 form");
        let public: PublicKeyX509Der = key.public_key().as_der().expect("a fresh key has a public half");
        FreshKeys {
            private_pem: pem_text("PRIVATE KEY", private.as_ref()),
            public_pem: pem_text("PUBLIC KEY", public.as_ref()),
        }
    }
}

/// PEM with bare line feeds: a widely used Python client does not know the first line of one with CR LF.
fn pem_text(label: &str, der: &[u8]) -> String {
    let lines = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), lines)
}

fn der(text: &str) -> Result<Vec<u8>, BadKey> {
    if text.contains("-----BEGIN") {
        return pem::parse(text).map(pem::Pem::into_contents).map_err(|_| BadKey::NotPem);
    }
    let bare: String = text.split_whitespace().collect();
    match STANDARD.decode(bare) {
        Ok(der) if !der.is_empty() => Ok(der),
        _ => Err(BadKey::NotPem),
    }
}

/// A signature that costs nothing and proves nothing: a keyed checksum. Only the simulated world uses it,
/// where a million signatures must not take five minutes.
#[derive(Clone, Copy, Debug)]
pub struct Checksum {
    /// Stands for the key pair: signer and verifier hold the same number.
    pub key: u64,
}

impl Sign for Checksum {
    fn sign(&self, text: &[u8]) -> String {
        // FNV-1a, Fowler-Noll-Vo, 64 bit, started from the key.
        let start = 0xcbf2_9ce4_8422_2325 ^ self.key;
        let sum =
            text.iter().fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
        STANDARD.encode(sum.to_be_bytes())
    }
}

impl Verify for Checksum {
    fn verify(&self, text: &[u8], signature: &str) -> bool {
        self.sign(text) == signature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_pair_signs_and_verifies() {
        let keys = FreshKeys::generate();
        let signer = RsaSigner::from_pem(&keys.private_pem).unwrap();
        let verifier = RsaVerifier::from_pem(&keys.public_pem).unwrap();
        let signature = signer.sign(b"12.50");
        assert!(verifier.verify(b"12.50", &signature));
        assert!(signer.verifier().verify(b"12.50", &signature));
        assert_eq!(signer.public_pem(), keys.public_pem);
        assert!(!verifier.verify(b"12.51", &signature));
        assert!(!verifier.verify(b"12.50", "not base64"));
        let bare: String = keys.public_pem.lines().filter(|line| !line.contains("-----")).collect();
        assert!(RsaVerifier::from_pem(&bare).unwrap().verify(b"12.50", &signature));
        assert!(!format!("{signer:?}").contains("PRIVATE"));
        assert!(!keys.private_pem.contains('\r') && !keys.public_pem.contains('\r'));
    }

    #[test]
    fn a_bad_key_says_what_is_wrong() {
        assert_eq!(RsaSigner::from_pem("hello!").unwrap_err(), BadKey::NotPem);
        assert_eq!(RsaSigner::from_pem("AAAA").unwrap_err(), BadKey::NotRsaPrivate);
        assert_eq!(RsaVerifier::from_pem("AAAA").unwrap_err(), BadKey::NotRsaPublic);
    }
}
