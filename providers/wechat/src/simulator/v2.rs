//! The simulator's face in API v2.

mod notify;
mod serve;
mod words;

pub(super) use notify::is_taken;
