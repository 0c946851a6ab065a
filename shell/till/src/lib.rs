//! The agent at the counter. The till is the same thing again: the same facts, the same engine, a store of its own,
//! with the server as the provider.
//!
//! ```text
//! till page ──/v1──► api ──► drive ──► store (facts + journal)      beats, journal, take-over
//!                              └── paydesk provider ──► server ◄──────────────────┘
//! ```
//!
//! A tap creates the attempt's number and makes it durable before anything is sent. When the server cannot be
//! reached the till knows what it does not know, and asks by its own number when any way is back. The journal of what
//! it has learnt survives a reinstall and reaches the server entry by entry.
//!
//! It never decides anything about money, and it never charges twice: that is the engine's.

mod adopt;
mod agent;
mod identity;
mod learn;
mod link;
mod opening;
mod standing;
mod upload;

pub use adopt::channel_of;
pub use agent::{Agent, Options};
pub use identity::{Identity, IdentityError, IdentityFile, KeyLies, KeySeal, Named, WalletInfo};
pub use link::{Link, LinkError, Paired};
pub use opening::{Opened, OpeningError, import, open, read_all};
