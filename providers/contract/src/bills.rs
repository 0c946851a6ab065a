//! A provider's daily bill: where to ask for it, how to unpack it, how to read it line by line.
//!
//! Files of millions of rows are never held as a whole: a reader takes lines and gives rows that borrow them. After
//! the head was read, stretches of the file may be read side by side by [`BillReader::fork`]s, as long as their ends
//! are [joined](BillReader::join) in the order of the file.

mod bad_bill;
mod cells;
mod flaw;
mod sheet;
mod tally;
mod unpack;

pub use bad_bill::BadBill;
pub use cells::{COLUMNS_MAX, Names, Separator};
pub use flaw::Flaw;
pub use sheet::{Form, LINE_BYTES_MAX, LineKind, Part, Reading, Row, RowRead, Sheet};
pub use tally::{Held, Stated, Tally, Total};
pub use unpack::{BILL_BYTES_MAX, cannot_unpack, copy, unpacked_max};

use crate::{Call, Moment, Reply};
use base::Timestamp;
use payment::Doubt;
use settlement::{BillRow, Day};
use std::io::{Read, Seek, Write};

/// What a bill lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillSort {
    /// Every payment and refund.
    Trades,
    /// Every movement of the merchant's account.
    Funds,
}

impl BillSort {
    /// Its name in the store, on the wire and in commands. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            BillSort::Trades => "trades",
            BillSort::Funds => "funds",
        }
    }
}

/// A provider that makes bills.
pub trait Bills: Send + Sync {
    /// The sorts it makes; trades first.
    fn sorts(&self) -> &'static [BillSort];

    /// From when on the bill of `day` can be expected.
    fn ready_at(&self, day: Day) -> Timestamp;

    /// The call that asks where a bill is.
    fn locate(&self, sort: BillSort, day: Day, moment: &Moment) -> Call;

    /// What the reply to it says.
    fn located(&self, reply: &Reply, moment: &Moment) -> Result<Located, NoBill>;

    /// The call that fetches it. The reply's body is the file; it is not signed.
    fn download(&self, located: &Located, moment: &Moment) -> Result<Call, NoBill>;

    /// Unpacks what was downloaded and proves it whole, as far as the provider gives means to.
    fn unpack(&self, located: &Located, from: &mut dyn ReadSeek, to: &mut dyn Write) -> Result<(), BadBill>;

    /// Reads the bill of one day.
    fn reader(&self, sort: BillSort, day: Day) -> Box<dyn BillReader>;
}

/// A file that can be read from anywhere.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// Where a bill is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its address, good for seconds or minutes.
    pub url: String,
    /// SHA-1 of the unpacked file in lower-case hex, if the provider gives it.
    pub sha1: Option<String>,
}

/// Why there is no bill to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBill {
    /// Not made yet; ask later.
    NotReady,
    /// Nothing happened that day, so no bill is made.
    NothingHappened,
    /// There is none, and the provider does not say whether none is made yet or none ever will be.
    NotThere,
    /// Refused for good: the provider's own words.
    Refused(String),
    /// Nothing can be concluded; ask again.
    Unclear(Doubt),
}

/// Reads a bill line by line.
pub trait BillReader: Send {
    /// Takes line `number` (from 1, without its end) and gives the row it is, if it is one.
    fn line<'a>(&mut self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill>;

    /// Reads a row once more that was read before; counts nothing.
    fn again<'a>(&self, number: u64, line: &'a [u8]) -> Result<Option<BillRow<'a>>, BadBill>;

    /// Whether the head was read, so that rows can follow.
    fn is_past_head(&self) -> bool;

    /// A reader for a later stretch of the same file, that has counted nothing yet.
    fn fork(&self) -> Box<dyn BillReader>;

    /// What was counted since the head.
    fn tally(&self) -> Tally;

    /// Adds what was counted in the next stretch.
    fn join(&mut self, next: &Tally);

    /// The file is at its end: whether it is whole and adds up.
    fn end(&self) -> Result<(), BadBill>;
}

/// Reads a whole file that is in memory, row by row: for small bills and for tests.
pub fn read_bill(
    mut reader: Box<dyn BillReader>,
    bytes: &[u8],
    mut row: impl FnMut(&BillRow<'_>),
) -> Result<Tally, BadBill> {
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    for (number, line) in (1..).zip(whole.split(|byte| *byte == b'\n')) {
        if let Some(found) = reader.line(number, line)? {
            row(&found);
        }
    }
    reader.end()?;
    Ok(reader.tally())
}
