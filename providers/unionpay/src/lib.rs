//! UnionPay QR codes: payer's code, shown QR, inquiry, reversal, refund, notifications.
//!
//! UnionPay speaks several languages to merchants; a channel speaks one of them. [`acp`] is the national gateway
//! (full-channel platform, version 5.1.0): forms, signed twice over with RSA. [`qra`] is the front platform that aggregates
//! wallets: flat XML, signed with a shared key. Nothing here has a socket or a clock.
//!
//! ```
//! use provider_contract::{Provider, signing::Checksum};
//! use std::sync::Arc;
//! use unionpay::acp::{Acp, Settings};
//! let key = Arc::new(Checksum { key: 1 });
//! let provider = Acp::with_keys(Settings::new("777290058110048"), "68759663125", key.clone(), key);
//! assert!(provider.capabilities().payer_code);
//! ```

pub mod acp;
pub mod qra;
