//! Keys that a provider signs with and changes from time to time: how they are asked for and taken into use.
//!
//! Pure like the rest: the shell carries the bytes, keeps the time between questions, and swaps the provider it
//! holds for the one that trusts the new keys.

use crate::{Call, Moment, Provider, Reply};
use base::{Text, Timestamp};
use std::fmt;
use std::sync::Arc;

/// A provider whose signing keys are fetched rather than configured.
pub trait RenewsKeys {
    /// The question for the keys that may sign now.
    fn keys_call(&self, moment: &Moment) -> Call;

    /// The same provider trusting the keys in `reply` and no others. The reply must prove itself: a key counts only
    /// once it is decrypted with our own secret, and only if one of them signed the reply.
    fn with_keys(&self, reply: &Reply, moment: &Moment) -> Result<Renewed, CannotRenew>;
}

/// A provider with fresh keys.
pub struct Renewed {
    /// To be used from now on.
    pub provider: Arc<dyn Provider>,
    /// What it trusts now, for the log and for people.
    pub keys: Vec<KeyInUse>,
}

/// A key that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInUse {
    /// The name that signatures give it.
    pub id: String,
    /// Trusted until then.
    pub until: Timestamp,
}

/// Why the keys could not be renewed; those in use stay in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotRenew(pub Text);

impl fmt::Display for CannotRenew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl std::error::Error for CannotRenew {}
