//! A client and the simulator in one room, with signatures that cost nothing.

#![allow(dead_code, unused_imports)] // every test file uses its own part of the room

use alipay::{Alipay, Simulator};
pub use provider_contract::world::{refund, refund_query};

pub const ORIGIN: &str = "http://127.0.0.1:9002";
pub const NOTIFY_URL: &str = "http://127.0.0.1:8080/notify/alipay/1";

pub type World = provider_contract::world::World<Alipay, Simulator>;

pub fn cheap() -> World {
    with(Simulator::cheap(1))
}

pub fn with(simulator: Simulator) -> World {
    World::new(simulator.client(ORIGIN, Some(NOTIFY_URL)), simulator)
}
