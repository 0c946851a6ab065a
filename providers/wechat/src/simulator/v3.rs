//! The simulator's face in API v3.

pub(super) mod bills;
mod notify;
mod serve;
mod words;
