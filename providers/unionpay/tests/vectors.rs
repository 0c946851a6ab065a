//! What a merchant and the test gateway really said to each other, as a public repository publishes it, verifies here.

use provider_contract::form::{Fields, decode_form};
use provider_contract::signing::Verify;
use serde_json::Value;
use unionpay::acp::certificate::{Chain, NotTrusted, judge, read};
use unionpay::acp::sign::digest_text;
use unionpay::acp::wire::read_answer;
use unionpay::acp::{Keys, SIGNER};

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/exchanges.json")).expect("a golden file is JSON")
}

fn answers() -> Vec<Fields> {
    let golden = golden();
    let bodies = golden["answers"].as_array().unwrap().iter().map(|answer| answer["body"].as_str().unwrap());
    bodies.map(|body| read_answer(body).expect("it is an answer")).collect()
}

#[test]
fn real_answers_verify_and_not_when_a_fen_is_changed() {
    let answers = answers();
    assert_eq!(answers.len(), 3);
    for mut fields in answers {
        let certificate = read(&fields["signPubKeyCert"]).unwrap();
        assert_eq!(certificate.name, SIGNER);
        assert_eq!(certificate.serial, "69678957876");
        assert!(certificate.key.verify(digest_text(&fields).as_bytes(), &fields["signature"]));
        fields.insert("txnAmt".to_owned(), "2".to_owned());
        assert!(!certificate.key.verify(digest_text(&fields).as_bytes(), &fields["signature"]));
    }
}

#[test]
fn real_requests_verify_and_name_their_certificate_by_its_decimal_number() {
    let golden = golden();
    let certificate = read(golden["merchant_certificate_pem"].as_str().unwrap()).unwrap();
    let requests = golden["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let mut fields = Fields::new();
        decode_form(request["body"].as_str().unwrap(), &mut fields).unwrap();
        assert_eq!(fields["certId"], certificate.serial);
        assert!(certificate.key.verify(digest_text(&fields).as_bytes(), &fields["signature"]));
    }
}

/// A look is answered with the type of what was found, and a refund with nothing that will be settled.
#[test]
fn real_answers_have_the_shape_that_we_read() {
    let answers = answers();
    let field = |at: usize, name: &str| answers[at].get(name).map(String::as_str);
    assert_eq!((field(0, "txnType"), field(0, "origRespCode")), (Some("01"), Some("00")));
    assert_eq!((field(0, "settleAmt"), field(0, "traceTime")), (Some("1"), Some("0105145046")));
    assert_eq!((field(1, "txnType"), field(1, "respCode")), (Some("04"), Some("00")));
    assert_eq!((field(1, "settleAmt"), field(1, "origQryId")), (None, Some("052401051658427862748")));
}

/// Its authority is not ours, and its certificate is over.
#[test]
fn a_real_answer_is_not_trusted_by_a_channel_with_another_authority() {
    let keys = Keys::generate();
    let names = vec![SIGNER.to_owned()];
    let ours = Chain::read(&keys.root_certificate_pem, &keys.middle_certificate_pem, names).unwrap();
    let then = base::Timestamp::parse("2024-01-05T15:00:00+08:00").unwrap();
    assert_eq!(judge(&answers()[0], &ours, then), Err(NotTrusted::Certificate));
}
