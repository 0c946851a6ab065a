//! A notification of Lakala's own test environment verifies under the certificate that it publishes.

use lakala::{sign, verifier_of_certificate};
use provider_contract::signing::Verify;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/notification.json")).expect("a golden file is JSON")
}

fn verifies(authorization: &str, body: &str) -> bool {
    let golden = golden();
    let key = verifier_of_certificate(golden["certificate_pem"].as_str().unwrap()).unwrap();
    let values = sign::read_header(authorization).unwrap();
    let text = sign::notified_text(values["timestamp"], values["nonce_str"], body.as_bytes());
    key.verify(&text, values["signature"])
}

#[test]
fn a_published_notification_verifies_and_a_changed_one_does_not() {
    let golden = golden();
    let (header, body) = (golden["authorization"].as_str().unwrap(), golden["body"].as_str().unwrap());
    assert!(verifies(header, body));
    assert!(!verifies(header, &body.replace("\"amount\":1,", "\"amount\":2,")));
    assert!(!verifies(&header.replace("1630905585", "1630905586"), body));
    assert!(
        verifier_of_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").is_none()
    );
}
