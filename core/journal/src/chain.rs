//! One segment: making the next entry, and checking that an entry is the next.

use crate::{Flaw, Hash};
use base::{SegmentId, TillId};

/// An entry of a till's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The segment it belongs to.
    pub segment: SegmentId,
    /// Its place there, from 1.
    pub seq: u64,
    /// The hash of the entry before it; [`Hash::NOTHING`] for the first.
    pub prev: Hash,
    /// The hash of this entry.
    pub hash: Hash,
    /// What it records: one line, see [`crate::Record`].
    pub body: String,
}

/// The last entry of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Its place; 0 while there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// A segment up to its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    till: TillId,
    segment: SegmentId,
    head: Head,
}

impl Chain {
    /// An empty segment.
    pub fn begin(till: TillId, segment: SegmentId) -> Chain {
        Chain::at(till, segment, Head { seq: 0, hash: Hash::NOTHING })
    }

    /// A segment whose entries up to `head` were checked before.
    pub fn at(till: TillId, segment: SegmentId, head: Head) -> Chain {
        Chain { till, segment, head }
    }

    /// The segment.
    pub fn segment(&self) -> SegmentId {
        self.segment
    }

    /// The last entry.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Makes the next entry. `body` is one line.
    pub fn append(&mut self, body: String) -> Entry {
        assert!(!body.contains('\n'), "an entry is one line");
        let (seq, prev) = (self.head.seq + 1, self.head.hash);
        let hash = self.hash_of(seq, prev, &body);
        self.head = Head { seq, hash };
        Entry { segment: self.segment, seq, prev, hash, body }
    }

    /// Goes on to `entry` if it is the next one, whole and unchanged.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), Flaw> {
        let expected = self.head.seq + 1;
        if entry.segment != self.segment {
            return Err(Flaw::OtherSegment { seq: entry.seq });
        }
        if entry.seq > expected {
            return Err(Flaw::Gap { expected, found: entry.seq });
        }
        if entry.seq < expected {
            return Err(Flaw::OutOfOrder { expected, found: entry.seq });
        }
        if entry.prev != self.head.hash {
            return Err(Flaw::WrongPrevious { seq: entry.seq });
        }
        self.check(entry)?;
        self.head = Head { seq: entry.seq, hash: entry.hash };
        Ok(())
    }

    /// Whether an entry's hash is that of its content, whatever comes before it.
    pub fn check(&self, entry: &Entry) -> Result<(), Flaw> {
        let whole = entry.hash == self.hash_of(entry.seq, entry.prev, &entry.body);
        if whole { Ok(()) } else { Err(Flaw::Edited { seq: entry.seq }) }
    }

    fn hash_of(&self, seq: u64, prev: Hash, body: &str) -> Hash {
        let (till, segment) = (self.till.to_string(), self.segment.to_string());
        Hash::of(&["paydesk journal 1", &till, &segment, &seq.to_string(), &prev.to_string(), body])
    }
}
