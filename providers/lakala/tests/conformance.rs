//! The contract's suite, against our own simulator: with the simulated world's keys and with real ones.

use lakala::Simulator;
use provider_contract::conformance;

const ORIGIN: &str = "http://simulated";
const NOTIFY_URL: &str = "http://shop/notify/lakala/1";

#[test]
fn with_checksums() {
    let mut simulator = Simulator::cheap(7);
    let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
    conformance::check(&client, &mut simulator);
}

#[test]
fn with_rsa() {
    let mut simulator = Simulator::fresh();
    let client = simulator.client(ORIGIN, Some(NOTIFY_URL));
    conformance::check(&client, &mut simulator);
}
