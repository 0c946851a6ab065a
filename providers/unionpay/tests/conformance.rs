//! The contract's suite, against our own simulator: with the simulated world's keys and with real ones.

use provider_contract::conformance;
use unionpay::acp::Simulator;
use unionpay::qra;

const ORIGIN: &str = "http://simulated";
const NOTIFY_URL: &str = "http://shop/notify/unionpay/1";

#[test]
fn acp_with_checksums() {
    let mut simulator = Simulator::cheap(7);
    let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
    conformance::check(&client, &mut simulator);
}

#[test]
fn acp_with_rsa_and_certificates() {
    let mut simulator = Simulator::fresh();
    let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
    conformance::check(&client, &mut simulator);
}

#[test]
fn qra_with_its_shared_key() {
    let mut simulator = qra::Simulator::cheap(7);
    let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
    conformance::check(&client, &mut simulator);
}
