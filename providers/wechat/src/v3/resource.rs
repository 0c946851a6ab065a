//! AES-256-GCM under the APIv3 key: how notifications and platform certificates travel.
//!
//! The key is the ASCII text itself, the nonce 12 ASCII characters, the tag the last 16 bytes of the cipher text.
//! Source: wechatpay-go utils/aes.go, core/notify.

use super::wire::Resource;
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name of the only algorithm.
pub const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// Decrypts; nothing if anything at all is wrong.
pub fn open(key: &[u8], resource: &Resource) -> Option<Vec<u8>> {
    if resource.algorithm != ALGORITHM {
        return None;
    }
    let aad = resource.associated_data.as_deref().unwrap_or_default();
    let mut bytes = STANDARD.decode(&resource.ciphertext).ok()?;
    let nonce = Nonce::try_assume_unique_for_key(resource.nonce.as_bytes()).ok()?;
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(aad.as_bytes()), &mut bytes).ok()?;
    Some(plain.to_vec())
}

/// Encrypts, for the simulator. Nothing if key or nonce have a wrong length.
pub fn seal(
    key: &[u8],
    original_type: Option<&str>,
    aad: &str,
    nonce: &str,
    plain: &[u8],
) -> Option<Resource> {
    let mut bytes = plain.to_vec();
    let salt = Nonce::try_assume_unique_for_key(nonce.as_bytes()).ok()?;
    cipher(key)?.seal_in_place_append_tag(salt, Aad::from(aad.as_bytes()), &mut bytes).ok()?;
    Some(Resource {
        original_type: original_type.map(str::to_owned),
        algorithm: ALGORITHM.to_owned(),
        ciphertext: STANDARD.encode(bytes),
        associated_data: Some(aad.to_owned()),
        nonce: nonce.to_owned(),
    })
}

/// Production keys have 32 bytes, and `Config` insists on it; published test vectors use 16.
fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    let algorithm = match key.len() {
        32 => &AES_256_GCM,
        16 => &AES_128_GCM,
        _ => return None,
    };
    UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new)
}
