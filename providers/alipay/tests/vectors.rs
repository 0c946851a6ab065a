//! What the provider itself has signed, as its official SDK's repository publishes it, verifies here.

use alipay::sign::notice_text;
use alipay::wire::{Envelope, Params, Response};
use provider_contract::signing::{RsaVerifier, Verify};
use serde_json::Value;

fn golden(text: &str) -> Value {
    serde_json::from_str(text).expect("a golden file is JSON")
}

#[test]
fn a_real_notification_verifies_and_not_when_a_fen_is_changed() {
    let file = golden(include_str!("golden/notification.json"));
    let mut params: Params = serde_json::from_value(file["fields"].clone()).unwrap();
    let key = RsaVerifier::from_pem(file["alipay_public_key"].as_str().unwrap()).unwrap();
    assert!(key.verify(notice_text(&params).as_bytes(), &params["sign"]));
    params.insert("total_amount".to_owned(), "0.11".to_owned());
    assert!(!key.verify(notice_text(&params).as_bytes(), &params["sign"]));
}

#[test]
fn real_replies_verify_over_their_source_text() {
    let file = golden(include_str!("golden/replies.json"));
    let mut verified = 0;
    for reply in file["replies"].as_array().unwrap() {
        let (body, note) = (reply["body"].as_str().unwrap(), &reply["note"]);
        let envelope = Envelope::open(body, reply["key"].as_str().unwrap()).unwrap();
        let sign = envelope.sign.expect("it is signed");
        assert!(body.contains(&format!("_response\":{},\"sign\"", envelope.response)), "{note}");
        assert!(serde_json::from_str::<Response>(envelope.response).unwrap().code.is_some(), "{note}");
        if let Some(key) = reply["alipay_public_key"].as_str() {
            assert!(
                RsaVerifier::from_pem(key).unwrap().verify(envelope.response.as_bytes(), &sign),
                "{note}"
            );
            verified += 1;
        }
    }
    assert_eq!(verified, 2);
}
