//! Which text is signed, and where the signature stands: lines, each ended, with the body as the last.
//!
//! Source: the official SDK (mirror `zkmio/lakala-sdk`): `LklApiCredentials` for requests, `LklApiValidator` for answers and,
//! with three lines only, for notifications. A notification that it shows verifies here (`tests/golden`).

use provider_contract::Moment;
use provider_contract::signing::{RsaVerifier, Sign};
use std::collections::BTreeMap;

/// How the header that carries a signature begins.
pub const SCHEME: &str = "LKLAPI-SHA256withRSA";

/// The headers of an answer, in the order of the lines they stand for; the last is the signature.
pub const ANSWER_HEADERS: [&str; 5] =
    ["lklapi-appid", "lklapi-serial", "lklapi-timestamp", "lklapi-nonce", "lklapi-signature"];

/// What is signed of a request or an answer.
pub fn signed_text(appid: &str, serial_no: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    with_body(&[appid, serial_no, timestamp, nonce], body)
}

/// What is signed of a notification.
pub fn notified_text(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    with_body(&[timestamp, nonce], body)
}

fn with_body(lines: &[&str], body: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> = lines.iter().flat_map(|line| line.bytes().chain([b'\n'])).collect();
    text.extend_from_slice(body);
    text.push(b'\n');
    text
}

/// The header `Authorization` of a request.
pub fn authorization(appid: &str, serial_no: &str, body: &[u8], moment: &Moment, key: &dyn Sign) -> String {
    let (timestamp, nonce) = (moment.now.as_seconds().to_string(), moment.nonce_str());
    let signature = key.sign(&signed_text(appid, serial_no, &timestamp, &nonce, body));
    format!(
        "{SCHEME} appid=\"{appid}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial_no}\",signature=\"{signature}\""
    )
}

/// The header `Authorization` of a notification.
pub fn notification_header(body: &[u8], moment: &Moment, key: &dyn Sign) -> String {
    let (timestamp, nonce) = (moment.now.as_seconds().to_string(), moment.nonce_str());
    let signature = key.sign(&notified_text(&timestamp, &nonce, body));
    format!("{SCHEME} timestamp=\"{timestamp}\",nonce_str=\"{nonce}\",signature=\"{signature}\"")
}

/// The values of such a header by name, whatever their order; nothing if it is none.
pub fn read_header(header: &str) -> Option<BTreeMap<&str, &str>> {
    let rest = header.trim().strip_prefix(SCHEME)?;
    let pairs = rest.strip_prefix(char::is_whitespace)?.split(',');
    let mut values = BTreeMap::new();
    for pair in pairs {
        let (name, value) = pair.trim().split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        if values.insert(name, value).is_some() {
            return None;
        }
    }
    Some(values)
}

/// The key of a certificate, PEM; nothing if it cannot be read or is not RSA of 2048 bits or more.
pub fn verifier_of_certificate(pem: &str) -> Option<RsaVerifier> {
    let pem = pem::parse(pem).ok()?;
    let (rest, certificate) = x509_parser::parse_x509_certificate(pem.contents()).ok()?;
    rest.is_empty().then(|| RsaVerifier::from_der(certificate.public_key().raw).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Timestamp;
    use provider_contract::signing::{Checksum, Verify};

    #[test]
    fn a_request_is_signed_line_by_line() {
        let text = signed_text("OP1", "00df", "1630905585", "N", b"{}");
        assert_eq!(text, b"OP1\n00df\n1630905585\nN\n{}\n");
        let moment = Moment { now: Timestamp::from_micros(1_630_905_585_000_000), nonce: 7 };
        let key = Checksum { key: 1 };
        let header = authorization("OP1", "00df", b"{}", &moment, &key);
        let values = read_header(&header).unwrap();
        assert_eq!(
            (values["appid"], values["serial_no"], values["timestamp"]),
            ("OP1", "00df", "1630905585")
        );
        let signed = signed_text("OP1", "00df", "1630905585", values["nonce_str"], b"{}");
        assert!(key.verify(&signed, values["signature"]));
    }

    #[test]
    fn what_is_no_such_header_is_nothing() {
        for text in [
            "",
            "LKLAPI-SHA256withRSA",
            "LKLAPI-SHA256withRSAappid=\"1\"",
            "Basic abc",
            "LKLAPI-SHA256withRSA appid=1",
            "LKLAPI-SHA256withRSA appid=\"1\",appid=\"2\"",
            "LKLAPI-SHA256withRSA appid",
        ] {
            assert_eq!(read_header(text), None, "{text}");
        }
        let broken = "LKLAPI-SHA256withRSA timestamp=\"1\",\nnonce_str=\"2\",\nsignature=\"a==\"\n";
        assert_eq!(read_header(broken).unwrap()["signature"], "a==");
    }
}
