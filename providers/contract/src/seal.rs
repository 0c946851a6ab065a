//! The seal on what our own server says to a till: HMAC-SHA-256 under the hash of the till's key, which both know and
//! nobody on the way does. It covers what the reply is about, its status and its bytes.

use aws_lc_rs::{constant_time, digest, hmac};
use base::hex;

/// The header that carries a seal, in hex.
pub const HEADER: &str = "paydesk-seal";
/// The header in which a till says what its request is about: the attempt's number.
pub const ABOUT: &str = "paydesk-about";
/// The header with the till's fence number.
pub const FENCE: &str = "paydesk-fence";

/// What makes and checks seals of one till's key.
pub struct Seal(hmac::Key);

impl Seal {
    /// From the key itself, as the till has it.
    pub fn of_key(key: &str) -> Seal {
        Seal::of_key_hash(&hex(digest::digest(&digest::SHA256, key.as_bytes()).as_ref()))
    }

    /// From the key's SHA-256 in hex, which is all that the server keeps.
    pub fn of_key_hash(hash: &str) -> Seal {
        Seal(hmac::Key::new(hmac::HMAC_SHA256, hash.as_bytes()))
    }

    /// The seal of a reply.
    pub fn make(&self, about: &str, status: u16, body: &[u8]) -> String {
        hex(self.tag(about, status, body).as_ref())
    }

    /// Whether `seal` is that of this reply.
    pub fn fits(&self, about: &str, status: u16, body: &[u8], seal: &str) -> bool {
        let expected = self.make(about, status, body);
        constant_time::verify_slices_are_equal(expected.as_bytes(), seal.as_bytes()).is_ok()
    }

    fn tag(&self, about: &str, status: u16, body: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&(about.len() as u64).to_be_bytes());
        context.update(about.as_bytes());
        context.update(&status.to_be_bytes());
        context.update(body);
        context.sign()
    }
}
