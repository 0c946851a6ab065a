//! A till's journal: everything the till has learnt, in order, each entry bound to the one before by its hash.
//!
//! ```text
//! segment s1:  open ──► fact ──► fact ──► fact ✗ broken here
//!                                  ▲
//! segment s2:                      └── open (after s1/3) ──► fact ──► fact ...
//! ```
//!
//! A *segment* is an unbroken stretch on one disk. A journal that was damaged, carried to a new disk or taken over
//! goes on in a fresh segment whose first entry names what it follows. So two disks never write into one segment
//! unless one is a copy of the other, and that shows as a *fork*.
//!
//! The chain proves order and wholeness, not authorship: whoever holds the disk can write a new chain. What the
//! server has taken in, nobody can take back.
//!
//! ```
//! use base::{SegmentId, TillId};
//! use journal::{Chain, Flaw};
//! let mut chain = Chain::begin(TillId::from_u128(1), SegmentId::from_u128(2));
//! let (first, second) = (chain.append("a".into()), chain.append("b".into()));
//! let mut reading = Chain::begin(TillId::from_u128(1), SegmentId::from_u128(2));
//! assert_eq!(reading.follow(&second), Err(Flaw::Gap { expected: 1, found: 2 }));
//! assert_eq!(reading.follow(&first), Ok(()));
//! ```

mod chain;
mod flaw;
mod hash;
mod record;
mod take;
mod transfer;

pub use chain::{Chain, Entry, Head};
pub use flaw::Flaw;
pub use hash::{Hash, MalformedHash};
pub use record::{Link, Opening, Record, Why};
pub use take::{Held, Known, Standing, Taken, compare, take};
pub use transfer::{Carried, read, write};
