//! The server's side: what to do with an entry that a till hands in, given what is held already.
//!
//! An entry is held once, known by till, segment, place and hash. One that follows what is held is taken, also when
//! another entry stands in its place: then the disk was copied or set back, which is raised by name, and nothing
//! is thrown away. One that follows nothing held is refused with what is missing.

use crate::{Entry, Flaw, Head};

/// What is held around the place of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// This very entry.
    pub itself: bool,
    /// The entry it follows; true for the first of a segment.
    pub previous: bool,
    /// Another entry in its place.
    pub other: bool,
    /// The highest place held of the segment; 0 if nothing is.
    pub last: u64,
}

/// What is done with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Taken in; it was not here before.
    New,
    /// Taken in beside another one in the same place: raised by name.
    Fork,
    /// It was here before; nothing is done.
    Known,
    /// Not taken in.
    Refused(Flaw),
}

/// What to do with `entry`, whose own hash was checked.
pub fn take(entry: &Entry, held: Held) -> Taken {
    if held.itself {
        return Taken::Known;
    }
    if !held.previous {
        let expected = held.last + 1;
        return Taken::Refused(if entry.seq > expected {
            Flaw::Gap { expected, found: entry.seq }
        } else {
            Flaw::WrongPrevious { seq: entry.seq }
        });
    }
    if held.other { Taken::Fork } else { Taken::New }
}

/// What the server knows of a segment that a till says it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The entry that the till calls its last is held.
    pub told_head: bool,
    /// The highest place held of the segment; 0 if nothing is.
    pub last: u64,
}

/// How a till's journal stands against the server's copy of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both end alike.
    Level,
    /// The till has more; it is to hand in what comes after this place.
    TillAhead {
        /// The highest place held.
        after: u64,
    },
    /// The server holds more of the segment than the till: its disk was set back to an older state.
    RolledBack {
        /// The highest place held.
        held: u64,
    },
    /// Other entries are held in the same places: the disk was copied and both went on.
    Forked,
}

/// Compares the till's last entry with what is held of its segment.
pub fn compare(told: Head, known: Known) -> Standing {
    if told.seq > known.last {
        return Standing::TillAhead { after: known.last };
    }
    let told_is_held = told.seq == 0 || known.told_head;
    match (told_is_held, told.seq == known.last) {
        (true, true) => Standing::Level,
        (true, false) => Standing::RolledBack { held: known.last },
        (false, _) => Standing::Forked,
    }
}
