//! Signatures the way of the Standard Webhooks specification, version 1.0.0: HMAC-SHA-256 over
//! `id.timestamp.body`, in base64 behind `v1,`; secrets are base64 behind `whsec_`.

use aws_lc_rs::{hmac, rand};
use base::{Secret, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a secret begins with, so that it is recognized for what it is.
const PREFIX: &str = "whsec_";
/// The specification's bounds for a secret, in bytes.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What signs messages to one system.
#[derive(Clone, Debug)]
pub struct SigningSecret(Secret<Vec<u8>>);

impl SigningSecret {
    /// A new one of 256 bits.
    pub fn fresh() -> SigningSecret {
        let mut bytes = vec![0; 32];
        rand::fill(&mut bytes).expect("the system has random numbers");
        SigningSecret(Secret::new(bytes))
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes; anything else is none.
    pub fn parse(text: &str) -> Option<SigningSecret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        BYTES.contains(&bytes.len()).then(|| SigningSecret(Secret::new(bytes)))
    }

    /// It as text, to be told once or sealed.
    pub fn text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", STANDARD.encode(self.0.reveal())))
    }

    /// The signature of a message.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, self.0.reveal()));
        context.update(format!("{id}.{}.", at.as_seconds()).as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign().as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret, message and signature that the specification's own libraries test with
    /// (github.com/standard-webhooks/standard-webhooks, libraries/*: the test of a known signature).
    #[test]
    fn the_published_vector_comes_out() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let at = Timestamp::from_micros(1_614_265_330 * 1_000_000);
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_long_enough_and_never_prints() {
        let fresh = SigningSecret::fresh();
        let text = fresh.text();
        let read = SigningSecret::parse(text.reveal()).expect("what it writes it reads");
        assert_eq!(read.0, fresh.0);
        assert!(!format!("{fresh:?}").contains(&text.reveal()[6..]));
        let short = format!("whsec_{}", STANDARD.encode([1; 23]));
        let long = format!("whsec_{}", STANDARD.encode([1; 65]));
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***", &short, &long] {
            assert!(SigningSecret::parse(wrong).is_none(), "{wrong}");
        }
    }
}
