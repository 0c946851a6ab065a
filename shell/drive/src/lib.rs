//! Runs the engine: the only clock, socket and timer that a payment ever meets.
//!
//! One task owns the [`engine::Engine`] and does as it demands: look up, make durable, only then call and tell.
//! While one transaction is being written, whatever happens meanwhile gathers for the next, so that busy moments
//! make large transactions rather than slow ones. Calls to providers run side by side; what costs processor time
//! (signing, verifying) runs on threads of its own.
//!
//! It never decides anything about money. A call ends answered, lost or never left; what follows is the
//! engine's.

mod calls;
mod channel;
mod clock;
mod contact;
mod driver;
mod durable;
mod framed;
mod handle;
mod hear;
mod housekeeping;
mod identity;
mod keys;
mod node;
mod pace;
pub mod print;
mod probe;
mod question;
mod resume;
mod routes;
mod signers;
mod stats;
mod watch;
mod wire;

pub use channel::ChannelSetup;
pub use clock::{Clock, SystemClock};
pub use contact::{Contact, Seen};
pub use handle::{Begin, Drive, DriveError, Handle};
pub use identity::{BadIdentity, ClientIdentity};
pub use node::NodeSetup;
pub use probe::{Probed, probe};
pub use question::{Asker, NoAnswer};
pub use routes::{Learnt, Named, Routes};
pub use stats::Stats;
pub use watch::{Changed, Watch};
pub use wire::{NoReply, Step, Wire};
