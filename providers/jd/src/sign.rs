//! JD's signature: the private key's operation over the 64 hex digits of a hash, padded as PKCS#1 pads for signing (block
//! type 1) but without saying which hash it is. Libraries that sign hashes do not make it.
//!
//! Source: the official demo's `RSACoder` and the Ruby gem `jd_pay`, which agree; the published exchanges in `tests/golden`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provider_contract::signing::{BadKey, Sign, Verify};
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, PrivateKey, PublicKey};
use std::fmt;

/// JD's own key has 1024 bits, so merchants' may have.
const BITS_MIN: usize = 1024;

/// A private key that signs so. Prints as nothing but its size.
pub struct HexSigner(PrivateKey);

impl fmt::Debug for HexSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HexSigner({} bits)", self.0.size() * 8)
    }
}

impl HexSigner {
    /// Reads PEM (PKCS#8 or PKCS#1) or the bare base64 that JD's console hands out.
    pub fn from_pem(text: &str) -> Result<HexSigner, BadKey> {
        let der = der(text)?;
        let key = PrivateKey::from_pkcs8_der(&der)
            .or_else(|_| PrivateKey::from_pkcs1_der(&der))
            .map_err(|_| BadKey::NotRsaPrivate)?;
        if key.size() * 8 < BITS_MIN { Err(BadKey::NotRsaPrivate) } else { Ok(HexSigner(key)) }
    }

    /// The public half.
    pub fn verifier(&self) -> HexVerifier {
        HexVerifier(self.0.to_public_key())
    }
}

impl Sign for HexSigner {
    fn sign(&self, text: &[u8]) -> String {
        let signature = self.0.sign(Pkcs1v15Sign::new_unprefixed(), text);
        STANDARD.encode(signature.expect("a key of 1024 bits or more signs 64 bytes"))
    }
}

/// A public key that verifies so.
pub struct HexVerifier(PublicKey);

impl HexVerifier {
    /// Reads PEM (SubjectPublicKeyInfo or PKCS#1) or the bare base64 that JD's console hands out.
    pub fn from_pem(text: &str) -> Result<HexVerifier, BadKey> {
        let der = der(text)?;
        let key = PublicKey::from_public_key_der(&der)
            .or_else(|_| PublicKey::from_pkcs1_der(&der))
            .map_err(|_| BadKey::NotRsaPublic)?;
        if key.size() * 8 < BITS_MIN { Err(BadKey::NotRsaPublic) } else { Ok(HexVerifier(key)) }
    }
}

impl Verify for HexVerifier {
    fn verify(&self, text: &[u8], signature: &str) -> bool {
        let signature = STANDARD.decode(signature);
        signature.is_ok_and(|bytes| self.0.verify(Pkcs1v15Sign::new_unprefixed(), text, &bytes).is_ok())
    }
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
