//! What the shell needs to know of any printer: its state in words, a job's life, and a session without wires.
//!
//! ```text
//!                 submit, recorded, tick                      Event
//!        shell  ------------------------->  Session  ------------------------->  shell
//!    (clock, port)  received, connected     (pure)     transmit, next wake-up   (store, port)
//! ```
//!
//! A session never opens a port and never asks the time; whoever hosts it passes bytes and moments in and takes bytes,
//! events and the next wake-up out. So the simulated world drives the very session that drives a real printer.

mod job;
mod session;
mod state;

pub use job::{Doubt, JobEvent, JobId, JobState, OutOfOrder};
pub use session::{Event, Session, Wake};
pub use state::PrinterState;
