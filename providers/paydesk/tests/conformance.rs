//! The contract's suite, against the simulated server.

use paydesk_link::Simulator;
use provider_contract::conformance;

#[test]
fn a_till_and_its_server() {
    let mut simulator = Simulator::fresh(7);
    let client = simulator.client("http://simulated");
    conformance::check(&client, &mut simulator);
}
