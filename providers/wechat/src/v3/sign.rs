//! Which bytes are signed, and where the signature travels: requests, replies, notifications.
//!
//! Sources: wechatpay-go core/auth/credentials, core/auth/validators, core/consts.

use super::PlatformKey;
use base::Timestamp;
use provider_contract::signing::Sign;
use std::time::Duration;

/// The name of the only algorithm; it opens the Authorization header.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// The real server now and then answers with a signature that begins so and is wrong, to see whether the merchant
/// looks. It is no signature of anything, and is treated as any wrong one.
pub const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// A key id beginning so names WeChat Pay's public key; any other is the serial of a platform certificate.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";

/// Clocks may differ by less than this.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Header of a reply or notification: seconds since 1970.
pub const TIMESTAMP: &str = "wechatpay-timestamp";
/// Header of a reply or notification: its salt.
pub const NONCE: &str = "wechatpay-nonce";
/// Header naming the platform key that signed, or that shall sign.
pub const SERIAL: &str = "wechatpay-serial";
/// Header with the signature.
pub const SIGNATURE: &str = "wechatpay-signature";
/// Header with the algorithm's name; some clients refuse replies without it.
pub const SIGNATURE_TYPE: &str = "wechatpay-signature-type";
/// Header with the reference of one exchange; its last part is WeChat's finer error number.
pub const REQUEST_ID: &str = "request-id";

/// What a merchant signs: five lines, each with its line feed, also the last. `target` is the path and query as
/// sent, `body` the bytes as sent.
pub fn request_text(method: &str, target: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines(&[method.as_bytes(), target.as_bytes(), timestamp.as_bytes(), nonce.as_bytes(), body])
}

/// What WeChat signs: three lines.
pub fn reply_text(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines(&[timestamp.as_bytes(), nonce.as_bytes(), body])
}

fn lines(parts: &[&[u8]]) -> Vec<u8> {
    let mut text = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for part in parts {
        text.extend_from_slice(part);
        text.push(b'\n');
    }
    text
}

/// Who signs a request.
pub struct Signer<'a> {
    /// Merchant.
    pub mchid: &'a str,
    /// Serial of the merchant's certificate.
    pub serial_no: &'a str,
    /// The merchant's private key.
    pub key: &'a dyn Sign,
}

/// The Authorization header of a request made at `timestamp` (seconds since 1970) with the salt `nonce`.
pub fn authorization(
    signer: &Signer<'_>,
    method: &str,
    target: &str,
    body: &[u8],
    (timestamp, nonce): (&str, &str),
) -> String {
    let signature = signer.key.sign(&request_text(method, target, timestamp, nonce, body));
    format!(
        "{SCHEME} mchid=\"{}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{}\",signature=\"{signature}\"",
        signer.mchid, signer.serial_no,
    )
}

/// The parts of an Authorization header. Clients write them in different orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// Merchant.
    pub mchid: &'a str,
    /// Salt.
    pub nonce_str: &'a str,
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// Serial of the merchant's certificate.
    pub serial_no: &'a str,
    /// Base64.
    pub signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header, or says which part is missing.
    pub fn parse(header: &'a str) -> Result<Authorization<'a>, &'static str> {
        let fields = header.strip_prefix(SCHEME).ok_or("scheme WECHATPAY2-SHA256-RSA2048")?;
        let field = |name: &'static str| {
            let mut pairs = fields.split(',').filter_map(|pair| pair.trim().split_once('='));
            let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
            value.and_then(|v| v.strip_prefix('"')?.strip_suffix('"')).filter(|v| !v.is_empty()).ok_or(name)
        };
        Ok(Authorization {
            mchid: field("mchid")?,
            nonce_str: field("nonce_str")?,
            timestamp: field("timestamp")?,
            serial_no: field("serial_no")?,
            signature: field("signature")?,
        })
    }
}

/// Why the signature of a reply or notification is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSigned {
    /// A header is missing: this one.
    Missing(&'static str),
    /// More than five minutes old, or ahead of us.
    Stale,
    /// Signed with a key that we do not hold, or hold no longer.
    UnknownKey,
    /// Wrong, whether forged, damaged or one of WeChat's probes.
    Wrong,
}

/// Checks the signature of a reply or notification over the bytes as received.
pub fn verify<'a>(
    keys: &[PlatformKey],
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), NotSigned> {
    let required = |name| header(name).ok_or(NotSigned::Missing(name));
    let (timestamp, nonce) = (required(TIMESTAMP)?, required(NONCE)?);
    let (serial, signature) = (required(SERIAL)?, required(SIGNATURE)?);
    if !fresh(timestamp, now) {
        return Err(NotSigned::Stale);
    }
    let named = |key: &&PlatformKey| key.id.eq_ignore_ascii_case(serial) && key.counts(now);
    let key = keys.iter().find(named).ok_or(NotSigned::UnknownKey)?;
    if !key.verify.verify(&reply_text(timestamp, nonce, body), signature) {
        return Err(NotSigned::Wrong);
    }
    Ok(())
}

/// Whether the seconds in `timestamp` are within [`CLOCK_SKEW`] of `now`.
pub fn fresh(timestamp: &str, now: Timestamp) -> bool {
    let all_digits = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| all_digits);
    seconds.is_some_and(|then| then.abs_diff(now.as_seconds()) < CLOCK_SKEW.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_is_read_in_any_order() {
        let header = r#"WECHATPAY2-SHA256-RSA2048 mchid="1900000001",serial_no="5F",timestamp="1624523846",nonce_str="AB",signature="c2ln=="#;
        assert_eq!(Authorization::parse(&format!("{header}\"")).unwrap().signature, "c2ln==");
        assert_eq!(Authorization::parse(header), Err("signature"), "an open quote is no value");
        assert_eq!(Authorization::parse("Basic abc"), Err("scheme WECHATPAY2-SHA256-RSA2048"));
        let without = header.replace("serial_no=\"5F\",", "");
        assert_eq!(Authorization::parse(&format!("{without}\"")), Err("serial_no"));
    }

    #[test]
    fn five_minutes_off_is_too_much() {
        let now = Timestamp::from_micros(1_624_523_846_000_000);
        for (text, ok) in [
            ("1624523846", true),
            ("1624523547", true),
            ("1624523546", false),
            ("1624524145", true),
            ("1624524146", false),
            ("", false),
            ("+1624523846", false),
            ("-1", false),
            ("99999999999999999999", false),
        ] {
            assert_eq!(fresh(text, now), ok, "{text}");
        }
    }
}
