//! A key of its own for each transaction, derived from a device's first key and a counter: whoever opens one learns
//! nothing of those before it (ANSI X9.24-1 with 3DES, X9.24-3 with AES).
//!
//! A device is given its first key once, made of an acquirer's base key and the device's number. Base keys belong into
//! an acquirer's security module; they are here for tests and the simulated acquirer.

mod aes;
mod triple_des;

pub use aes::{AesInitialKey, AesTransaction};
pub use triple_des::{InitialKey, KeySerialNumber};
