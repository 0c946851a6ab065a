//! Holds a bill's file against a book, on all processors, with a book and a few blocks as all that is in memory.

use crate::blocks::{Block, Blocks, InOrder};
use provider_contract::bills::{BadBill, BillReader, Tally};
use settlement::{BillRow, Book, BookRow, Matcher, Reconciled, Rules, SealedBook};
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
    let state = Reading { reader, matcher: Matcher::new(seal(book), rules), failed: None };
    let state = read(path, state, progress)?;
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
    capacity: usize,
    parse: impl Fn(u64, &[u8]) -> Result<Option<BookRow>, BadBill> + Sync,
) -> Result<Book, JoinError> {
    let blocks = Blocks::open(path)?;
    let state = InOrder::new(0, (Book::with_capacity(capacity, capacity / 16), None::<JoinError>));
    on_all_processors(&blocks, |block| {
        let rows: Result<Vec<BookRow>, BadBill> =
            block.lines().filter_map(|(number, line)| parse(number, line).transpose()).collect();
        state.take_turn(block.number, |(book, failed)| {
            match rows {
                Ok(rows) => rows.iter().for_each(|row| book.push(row)),
                Err(bad) if failed.is_none() => *failed = Some(JoinError::Bad(bad)),
                Err(_) => {}
            }
            failed.is_none()
        })
    })?;
    match state.into_inner() {
        (_, Some(error)) => Err(error),
        (book, None) => Ok(book),
    }
}

/// What the blocks of a bill change in turn.
struct Reading {
    reader: Box<dyn BillReader>,
    matcher: Matcher,
    failed: Option<BadBill>,
}

fn read(path: &Path, mut state: Reading, progress: Progress<'_>) -> Result<Reading, JoinError> {
    let blocks = Blocks::open(path)?;
    // The first block has the head, which every other needs.
    if let Some(first) = blocks.next(Vec::new())? {
        let Reading { reader, matcher, .. } = &mut state;
        for (number, line) in first.lines() {
            if let Some(row) = reader.line(number, line).map_err(JoinError::Bad)? {
                matcher.bill(&row);
            }
        }
        if !reader.is_past_head() && first.end < blocks.length() {
            return Err(JoinError::Bad(BadBill::NotThisFormat("its head".to_owned())));
        }
    }
    let forks = Mutex::new(state.reader.fork());
    let state = InOrder::new(1, state);
    on_all_processors(&blocks, |block| {
        let mut reader = forks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fork();
        let rows = rows_of(&mut *reader, block);
        let tally = reader.tally();
        state.take_turn(block.number, |state| {
            if state.failed.is_some() {
                return false;
            }
            match rows {
                Ok(rows) => {
                    rows.iter().for_each(|row| state.matcher.bill(row));
                    state.reader.join(&tally);
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

fn rows_of<'a>(reader: &mut dyn BillReader, block: &'a Block) -> Result<Vec<BillRow<'a>>, BadBill> {
    let mut rows = Vec::with_capacity(block.bytes.len() / 160);
    for (number, line) in block.lines() {
        rows.extend(reader.line(number, line)?);
    }
    Ok(rows)
}

/// Calls `work` with every block that is left, several at a time, until it says that it wants no more.
fn on_all_processors(blocks: &Blocks, work: impl Fn(&Block) -> bool + Sync) -> io::Result<()> {
    std::thread::scope(|scope| {
        let worker = || -> io::Result<()> {
            let mut room = Vec::new();
            while let Some(block) = blocks.next(std::mem::take(&mut room))? {
                if !work(&block) {
                    break;
                }
                room = block.bytes;
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
