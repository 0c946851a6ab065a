//! The contract's suite, against our own simulator: with real keys, with the simulated world's, and in certificate mode.

use base::Timestamp;
use provider_contract::{Delivery, HttpRequest, Moment, Reply, Simulator as _, conformance};
use wechat::Simulator;
use wechat::v2::sign::SignType;

const BASE: &str = "http://simulated";
const NOTIFY: &str = "http://shop/notify/wechat/1";

#[test]
fn with_checksums() {
    let mut simulator = Simulator::cheap(7);
    let client = simulator.client(BASE, NOTIFY);
    conformance::check(&client, &mut simulator);
}

#[test]
fn with_rsa_and_the_public_key() {
    let mut simulator = Simulator::fresh();
    let client = simulator.client(BASE, NOTIFY);
    conformance::check(&client, &mut simulator);
}

#[test]
fn with_rsa_and_the_certificate() {
    let mut simulator = Simulator::fresh();
    simulator.answer_with_certificate();
    let keys = simulator.keys().expect("fresh keys are kept").clone();
    let config = simulator.client_config(BASE, NOTIFY);
    let bare = wechat::WeChat::from_pem(config, &keys.merchant_private_key_pem, &[]).unwrap();
    let moment = Moment { now: Timestamp::from_micros(1_795_399_999_000_000), nonce: 9 };
    let request = HttpRequest::from(&bare.certificates_call(&moment));
    let Delivery::Reply { reply, .. } = simulator.serve(&request, &moment) else { panic!("no reply") };
    let found = bare.certificates_in(&Reply::from(reply), &moment).expect("certificates");
    conformance::check(&bare.trusting(found), &mut simulator);
}

#[test]
fn v2_with_md5() {
    v2(SignType::Md5);
}

#[test]
fn v2_with_hmac_sha256() {
    v2(SignType::HmacSha256);
}

/// The same suite over the other face; a simulator of its own, so that the books are empty.
fn v2(sign_type: SignType) {
    let mut simulator = Simulator::cheap(7);
    let client = simulator.client_v2(BASE, NOTIFY, sign_type);
    conformance::check(&client, &mut simulator);
}
