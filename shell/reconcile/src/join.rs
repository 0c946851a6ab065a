//! Holds a bill's file against a book, on all processors, with a book and a few blocks as all that is in memory.

use crate::blocks::{Block, Blocks, InOrder, Line};
use base::Currency;
use provider_contract::bills::{BadBill, BillReader, Tally};
use settlement::{
    BillRow, Book, BookRow, Kind, Matcher, Moved, PackedRow, Reconciled, Rules, SealedBook, Sums, Verdict,
};
use std::io;
use std::path::Path;
use std::sync::Mutex;

/// What came of a bill.
#[derive(Debug)]
pub struct Joined {
    /// Differences and sums.
    pub reconciled: Reconciled,
    /// What the file itself adds up to.
    pub tally: Tally,
}

/// Why a bill could not be held against the book. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is no bill that can be used.
    #[error("{0}")]
    Bad(BadBill),
    /// So much differs that it must be another file.
    #[error(
        "{count} rows differ, more than {max}: this cannot be the right bill for this channel and day, or the book is empty"
    )]
    TooManyDifferences {
        /// How many.
        count: u64,
        /// The most that are listed.
        max: usize,
    },
}

/// Told how far a file is read: bytes done, bytes in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Holds the bill at `path` against `book`.
pub fn join(
    path: &Path,
    reader: Box<dyn BillReader>,
    book: Book,
    rules: Rules,
    progress: Progress<'_>,
) -> Result<Joined, JoinError> {
    let book = seal(book);
    let state = Reading { reader, matcher: Matcher::new(&book, rules), failed: None };
    let state = read(path, &book, state, progress)?;
    state.reader.end().map_err(JoinError::Bad)?;
    let tally = state.reader.tally();
    let reconciled = state.matcher.finish();
    if reconciled.more > 0 {
        let count = reconciled.more + reconciled.differences.len() as u64;
        return Err(JoinError::TooManyDifferences { count, max: rules.differences_max });
    }
    Ok(Joined { reconciled, tally })
}

/// Puts a book in order on all processors.
pub fn seal(mut book: Book) -> SealedBook {
    {
        let parts: Vec<_> = book.parts().collect();
        let parts = Mutex::new(parts.into_iter());
        std::thread::scope(|scope| {
            for _ in 0..threads() {
                scope.spawn(|| {
                    loop {
                        let part = parts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
                        let Some(part) = part else { break };
                        part();
                    }
                });
            }
        });
    }
    book.seal()
}

/// Reads a book from a file of lines that `parse` understands, for measuring and for books kept elsewhere.
pub fn read_book(
    path: &Path,
    parse: impl Fn(u64, &[u8]) -> Result<Option<BookRow>, BadBill> + Sync,
) -> Result<Book, JoinError> {
    let blocks = Blocks::open(path)?;
    let mut book = Book::default();
    let Some(first) = blocks.next(Vec::new())? else { return Ok(book) };
    let mut rows = Vec::new();
    packed_rows(&first, &parse, &mut rows).map_err(JoinError::Bad)?;
    // The file's other lines are about as long as its first.
    let in_all = (rows.len() as u64 * blocks.length()).checked_div(first.end).unwrap_or(0) as usize;
    if blocks.length() > first.end {
        book = Book::with_capacity(in_all, in_all / 16);
    }
    rows.iter().for_each(|row| book.push_packed(row));
    let state = InOrder::new(1, (book, None::<BadBill>));
    on_all_processors(&blocks, |block, rows: &mut Vec<PackedRow>| {
        rows.clear();
        let read = packed_rows(block, &parse, rows);
        state.take_turn(block.number, |(book, failed)| {
            match read {
                Ok(()) => rows.iter().for_each(|row| book.push_packed(row)),
                Err(bad) if failed.is_none() => *failed = Some(bad),
                Err(_) => {}
            }
            failed.is_none()
        })
    })?;
    match state.into_inner() {
        (_, Some(bad)) => Err(JoinError::Bad(bad)),
        (book, None) => Ok(book),
    }
}

fn packed_rows(
    block: &Block,
    parse: &impl Fn(u64, &[u8]) -> Result<Option<BookRow>, BadBill>,
    into: &mut Vec<PackedRow>,
) -> Result<(), BadBill> {
    for line in block.lines() {
        into.extend(parse(line.number, line.bytes)?.as_ref().map(PackedRow::of));
    }
    Ok(())
}

/// What the blocks of a bill change in turn.
struct Reading<'b> {
    reader: Box<dyn BillReader>,
    matcher: Matcher<'b>,
    failed: Option<BadBill>,
}

fn read<'b>(
    path: &Path,
    book: &'b SealedBook,
    mut state: Reading<'b>,
    progress: Progress<'_>,
) -> Result<Reading<'b>, JoinError> {
    let blocks = Blocks::open(path)?;
    // The first block has the head, which every other needs.
    if let Some(first) = blocks.next(Vec::new())? {
        let mut stretch = Stretch::default();
        stretch.read(&first, &mut *state.reader, book).map_err(JoinError::Bad)?;
        stretch.hand_in(&first, &mut state);
        if !state.reader.is_past_head() && first.end < blocks.length() {
            return Err(JoinError::Bad(BadBill::NotThisFormat("its head".to_owned())));
        }
    }
    let forks = Mutex::new(state.reader.fork());
    let state = InOrder::new(1, state);
    on_all_processors(&blocks, |block, stretch: &mut Stretch| {
        let mut reader = forks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fork();
        let read = stretch.read(block, &mut *reader, book);
        state.take_turn(block.number, |state| {
            if state.failed.is_some() {
                return false;
            }
            match read {
                Ok(()) => {
                    state.reader.join(&reader.tally());
                    stretch.hand_in(block, state);
                }
                Err(bad) => state.failed = Some(bad),
            }
            progress(block.end, blocks.length());
            state.failed.is_none()
        })
    })?;
    let state = state.into_inner();
    match &state.failed {
        Some(bad) => Err(JoinError::Bad(bad.clone())),
        None => Ok(state),
    }
}

/// Rows that are judged at a time: few enough to stay in a processor's nearest cache, and to need no room of the
/// allocator's, which would give it back to the system and have it cleared for every block.
const ROWS_AT_A_TIME: usize = 128;

const NO_ROW: BillRow<'static> = BillRow {
    line: 0,
    kind: Kind::Sale,
    id: None,
    order_no: b"",
    refund_no: b"",
    transaction: b"",
    amount: 0,
    currency: Currency::Cny,
    fee: 0,
    moved: Moved::No,
    at: None,
};

/// What one block of a bill is against the book. Rows that are equal are forgotten at once; where a row stands is kept,
/// so that the few that differ can be read again.
#[derive(Default)]
struct Stretch {
    sums: Sums,
    verdicts: Vec<Verdict>,
    places: Vec<(u32, u32)>,
}

impl Stretch {
    /// Reads a block; what was here before is gone.
    fn read(&mut self, block: &Block, reader: &mut dyn BillReader, book: &SealedBook) -> Result<(), BadBill> {
        self.sums = Sums::default();
        self.verdicts.clear();
        self.places.clear();
        let (mut rows, mut count) = ([NO_ROW; ROWS_AT_A_TIME], 0);
        for Line { number, from, bytes } in block.lines() {
            let Some(row) = reader.line(number, bytes)? else { continue };
            self.sums.count(&row);
            self.places.push(((number - block.first_line) as u32, from));
            rows[count] = row;
            count += 1;
            if count == ROWS_AT_A_TIME {
                book.judge(&rows, &mut self.verdicts);
                count = 0;
            }
        }
        book.judge(&rows[..count], &mut self.verdicts);
        Ok(())
    }

    /// Hands the verdicts in, in the order of the rows.
    fn hand_in(&self, block: &Block, state: &mut Reading<'_>) {
        let Reading { reader, matcher, .. } = state;
        matcher.add(&self.sums);
        for (verdict, (line, from)) in self.verdicts.iter().zip(&self.places) {
            matcher.take(*verdict, || {
                let row = reader.again(block.first_line + u64::from(*line), block.line(*from));
                row.ok().flatten().expect("a row that was read can be read again")
            });
        }
    }
}

/// Calls `work` with every block that is left, several at a time and each with a room of its own, until it says that it
/// wants no more.
fn on_all_processors<R: Default>(
    blocks: &Blocks,
    work: impl Fn(&Block, &mut R) -> bool + Sync,
) -> Result<(), JoinError> {
    std::thread::scope(|scope| {
        let worker = || -> Result<(), JoinError> {
            let (mut bytes, mut room) = (Vec::new(), R::default());
            while let Some(block) = blocks.next(std::mem::take(&mut bytes))? {
                if !work(&block, &mut room) {
                    break;
                }
                bytes = block.bytes;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..threads()).map(|_| scope.spawn(worker)).collect();
        let ends = workers.into_iter().map(|worker| worker.join().expect("a worker does not panic"));
        ends.collect::<Vec<_>>().into_iter().collect()
    })
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
