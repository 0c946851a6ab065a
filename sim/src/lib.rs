//! The world on a virtual clock and one seed. [`scenario`] replays one payment's story from a text that a
//! cashier can read; the simulated world puts many tills, the very same engine and the providers' honest
//! fakes under faults drawn from a seed, and compares what everybody's books say at the end.
//!
//! Nothing here reads a clock or draws a random number from the machine: the same seed is the same world.

pub mod scenario;
mod server;

pub use scenario::replay;
