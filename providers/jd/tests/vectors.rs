//! What JD really answered its demo merchant, as a public repository publishes it, opens and verifies here.

use jd::envelope::{digits, open};
use jd::sign::{HexSigner, HexVerifier};
use jd::{DesKey, JD_PUBLIC_KEY};
use provider_contract::signing::{Sign, Verify};
use serde_json::Value;
use strict_xml::Element;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/exchanges.json")).expect("a golden file is JSON")
}

fn messages() -> Vec<Element> {
    let golden = golden();
    let des = DesKey::from_base64(golden["des_key"].as_str().unwrap()).unwrap();
    let key = HexVerifier::from_pem(golden["jd_public_key_pem"].as_str().unwrap()).unwrap();
    let answers = golden["answers"].as_array().unwrap();
    let opened = answers.iter().map(|answer| open(answer["encrypt"].as_str().unwrap(), &key, &des));
    opened.map(|message| message.expect("a real answer opens")).collect()
}

#[test]
fn real_answers_open_and_have_the_shape_that_we_read() {
    let messages = messages();
    assert_eq!(messages.len(), 4);
    let refund = &messages[0];
    assert_eq!(refund.child("result").unwrap().text_of("code"), Some("000000"));
    assert_eq!(refund.text_of("tradeNum"), Some("1494236491939_r"));
    assert_eq!(refund.text_of("oTradeNum"), Some("1494236491939"));
    assert_eq!((refund.text_of("amount"), refund.text_of("status")), (Some("1"), Some("1")));
    assert_eq!(messages[1].text_of("qrCode"), Some("https://h5pay.jd.com/code?c=616zlks7djfb1z"));
}

#[test]
fn a_real_answer_does_not_verify_under_another_key_or_with_another_text() {
    let golden = golden();
    let des = DesKey::from_base64(golden["des_key"].as_str().unwrap()).unwrap();
    let merchant = HexSigner::from_pem(golden["merchant_private_key_pem"].as_str().unwrap()).unwrap();
    let encrypted = golden["answers"][0]["encrypt"].as_str().unwrap();
    assert!(open(encrypted, &merchant.verifier(), &des).is_err());
    let key = HexVerifier::from_pem(JD_PUBLIC_KEY).unwrap();
    let dearer = des.decrypt(encrypted).unwrap().replace("<amount>1<", "<amount>2<");
    assert!(open(&des.encrypt(&dearer), &key, &des).is_err());
    assert_eq!(des.encrypt(&des.decrypt(encrypted).unwrap()), encrypted);
}

#[test]
fn a_request_is_signed_as_the_published_one() {
    let golden = golden();
    let merchant = HexSigner::from_pem(golden["merchant_private_key_pem"].as_str().unwrap()).unwrap();
    let text = golden["signed_request"]["text"].as_str().unwrap();
    let expected = golden["signed_request"]["sign"].as_str().unwrap();
    assert_eq!(merchant.sign(digits(text).as_bytes()), expected);
    assert!(merchant.verifier().verify(digits(text).as_bytes(), expected));
    assert!(!format!("{merchant:?}").contains("PRIVATE"));
}
