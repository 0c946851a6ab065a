//! Opaque tokens, keys, passwords and the marks that cannot be guessed: how they are made, hashed and checked.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{digest, hmac, rand};
use base::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What an API key begins with, so that a leaked one is recognized for what it is.
pub const KEY_PREFIX: &str = "pk_";

/// Memory for one password hash, in KiB; two passes over it. OWASP's first recommendation for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;

/// 256 random bits as text: a session's token.
pub fn fresh_token() -> Secret<String> {
    Secret::new(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
}

/// A new API key, to be shown once: `pk_` and 256 random bits.
pub fn fresh_api_key() -> Secret<String> {
    Secret::new(format!("{KEY_PREFIX}{}", fresh_token().reveal()))
}

/// A password for a person to type: four groups of five letters and digits that are not mistaken for each other,
/// 96 bits and more.
pub fn fresh_password() -> Secret<String> {
    const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    let groups = random_bytes::<20>();
    let groups: Vec<String> =
        groups.chunks(5).map(|five| five.iter().copied().map(letter).collect()).collect();
    Secret::new(groups.join("-"))
}

/// A code for people to type once: eight characters that cannot be mistaken for one another, 40 bits.
pub fn fresh_code() -> Secret<String> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters: Vec<char> =
        random_bytes::<8>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let (first, second) = letters.split_at(4);
    Secret::new(first.iter().chain(&['-']).chain(second).collect())
}

/// What the store keeps of a token or a key: its SHA-256 in hex. A slow hash is not needed for 256 random bits.
pub fn token_hash(token: &str) -> String {
    hex(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}

/// What the store keeps of a password: Argon2id in PHC form. Takes tens of milliseconds; never on an async thread.
pub fn hash_password(password: &Secret<String>) -> Secret<String> {
    let hash = argon2().hash_password(password.reveal().as_bytes());
    Secret::new(hash.expect("the parameters are within Argon2's bounds").to_string())
}

/// Whether this is the password of that hash. As slow as [`hash_password`].
pub fn password_fits(password: &Secret<String>, hash: &Secret<String>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash.reveal()) else { return false };
    argon2().verify_password(password.reveal().as_bytes(), &parsed).is_ok()
}

/// A key for [`mark`], from a server secret kept as text.
pub fn marking_key(secret: &Secret<String>, purpose: &str) -> hmac::Key {
    let root = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, purpose.as_bytes()).as_ref())
}

/// HMAC-SHA-256 over parts, each with its length, so that no two lists of parts read the same.
pub fn mark<'a>(key: &hmac::Key, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Compares without telling by its time how much was right.
pub fn same_mark(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, 2, 1, None).expect("the parameters are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash_password(&Secret::new("correct horse".into()));
        assert!(hash.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(password_fits(&Secret::new("correct horse".into()), &hash));
        assert!(!password_fits(&Secret::new("wrong horse".into()), &hash));
        assert!(!password_fits(&Secret::new("".into()), &Secret::new("not a hash".into())));
    }

    #[test]
    fn keys_and_tokens_are_never_the_same_twice() {
        assert_ne!(fresh_token(), fresh_token());
        assert!(fresh_api_key().reveal().starts_with(KEY_PREFIX));
        // FIPS 180-2, appendix B.1: SHA-256 of "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(token_hash("abc"), abc);
    }

    #[test]
    fn parts_cannot_be_moved_over_their_border() {
        let key = marking_key(&Secret::new("server".into()), "test");
        assert_ne!(mark(&key, [b"ab".as_slice(), b"c"]), mark(&key, [b"a".as_slice(), b"bc"]));
        let other = marking_key(&Secret::new("server".into()), "other purpose");
        assert_ne!(mark(&key, [b"a".as_slice()]), mark(&other, [b"a".as_slice()]));
    }
}
