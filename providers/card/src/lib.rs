//! Bank cards, as a shop's acquirer takes them: working keys, MACs, PIN blocks, encrypted tracks, keys that change with
//! each transaction.
//!
//! ```text
//!   Tmk --opens--> WorkingKeys { Tpk, Tak, Tdk }      keys, sign_in_keys
//!   Tak + MacProfile --> Mac: field 64                mac
//!   Tpk + Pin + Pan  --> a PIN block                  pin
//!   Tdk + a track    --> a track encrypted in part    track
//!   a device's first key + its counter --> one key for one transaction    dukpt
//!
//!   Transaction --> request, reversal; SignIn, settle       transaction, management
//!   bytes that came back --> HostAnswer, or why not         incoming, response_codes, session
//!   HostAnswer, or why not --> what it proves of a payment   verdicts
//!   Settlement: what is said next, and after the answer     settlement
//!   an acquirer's host with books, for tests                simulator
//! ```
//!
//! Pure arithmetic: what is random comes in as a value. A key can be used and told from others by its check value; it
//! cannot be printed, copied or read back, and is overwritten when it goes. The ciphers are table-driven software: no
//! match for a certified PIN pad, so a PIN that reaches this code was typed into a test.
//!
//! ```
//! use card::{Algorithm, Mac, MacProfile, Tmk};
//!
//! let tmk = Tmk::new(Algorithm::TripleDes, &[0x0F; 8]);
//! assert!(tmk.is_err(), "eight bytes are no double-length key");
//! ```

mod acquirer;
mod block_key;
pub mod dukpt;
mod incoming;
mod keys;
mod mac;
mod management;
mod outgoing;
mod pan;
mod pin;
mod response_codes;
mod session;
mod settlement;
mod sign_in_keys;
pub mod simulator;
mod track;
mod transaction;
mod verdicts;
mod weak;

pub use acquirer::{Acquirer, Kind, SignInKind, Terminal, Written};
pub use block_key::{Algorithm, KeyRefused};
pub use incoming::{HostAnswer, Mistrust, read_answer};
pub use keys::{CheckValue, Tak, Tdk, Tmk, Tpk};
pub use mac::{Mac, MacProfile, MacRefused, MacRule, Padding, Presented};
pub use management::{Balance, BatchTotals, SignIn, Totals, balances, settle, sign_off};
pub use outgoing::CannotWrite;
pub use pan::{BadPan, Pan};
pub use pin::{BadPin, Pin, PinRefused, clear_format_0, clear_format_3};
pub use response_codes::{
    Again, CodeVerdict, Owner, RESPONSE_CODES, ResponseCode, response_code, reversal_is_over, unlisted,
};
pub use session::{NotSignedIn, SignedIn, signed_in, wants_sign_in};
pub use settlement::{CannotSettle, Detail, Settlement};
pub use sign_in_keys::{BadWorkingKeys, WorkingKey, WorkingKeys};
pub use track::{TrackTooShort, decrypt_track, encrypt_track};
pub use transaction::{Card, Numbers, Original, Read, ReversalReason, Transaction};
pub use verdicts::{refund_answer, reversal_answer, sale_answer};

/// Bytes of hex digits; for tests' vectors.
#[cfg(test)]
fn from_hex(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex");
    digits.chunks(2).map(pair).collect()
}

/// Hex digits of bytes; for tests' vectors.
#[cfg(test)]
fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
