//! A client and the simulator in one room, with signatures that cost nothing.

#![allow(dead_code, unused_imports)] // every test file uses its own part of the room

pub use provider_contract::world::{refund, refund_query};
use unionpay::acp::{Acp, Simulator};

pub const ORIGIN: &str = "http://127.0.0.1:9003";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/unionpay/1";

pub type World = provider_contract::world::World<Acp, Simulator>;

pub fn cheap() -> World {
    let simulator = Simulator::cheap(1);
    World::new(simulator.client(ORIGIN, Some(NOTIFY_URL)), simulator)
}
