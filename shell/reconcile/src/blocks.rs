//! Reads a file in blocks of whole lines on several threads, and takes their results in the order of the file.

use crate::join::JoinError;
use memchr::{Memchr, memrchr};
use provider_contract::bills::BadBill;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Small enough to stay in a processor's cache, large enough that taking turns costs nothing.
const BLOCK: usize = 256 * 1024;
/// The last block holds at least so much, so that the foot of a file is never cut in two.
const TAIL: u64 = 64 * 1024;

/// A stretch of whole lines.
pub(crate) struct Block {
    /// Its bytes, without the last line's end.
    pub bytes: Vec<u8>,
    /// The number of its first line, from 1.
    pub first_line: u64,
    /// Which one it is, from 0.
    pub number: u64,
    /// How far into the file it ends.
    pub end: u64,
}

/// A file given out block by block.
pub(crate) struct Blocks {
    inner: Mutex<Source>,
    length: u64,
}

struct Source {
    file: File,
    read: u64,
    carry: Vec<u8>,
    next_line: u64,
    next_number: u64,
}

impl Blocks {
    pub fn open(path: &Path) -> io::Result<Blocks> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let inner = Source { file, read: 0, carry: Vec::new(), next_line: 1, next_number: 0 };
        Ok(Blocks { inner: Mutex::new(inner), length })
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// The next block, in `bytes`, whose room is used again; none at the end. A file without line ends is no bill, and
    /// is refused before it is in memory.
    pub fn next(&self, mut bytes: Vec<u8>) -> Result<Option<Block>, JoinError> {
        let mut source = lock(&self.inner);
        bytes.clear();
        bytes.append(&mut source.carry);
        if source.read >= self.length && bytes.is_empty() {
            return Ok(None);
        }
        let left = self.length.saturating_sub(source.read);
        let wanted = if left <= BLOCK as u64 + TAIL { left } else { BLOCK as u64 };
        bytes.reserve(wanted as usize);
        let read = Read::take(&source.file, wanted).read_to_end(&mut bytes)? as u64;
        if read < wanted {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        source.read += read;
        if source.read < self.length {
            let Some(at) = memrchr(b'\n', &bytes) else {
                source.read = self.length;
                return Err(JoinError::Bad(BadBill::LineTooLong { line: source.next_line }));
            };
            source.carry.extend_from_slice(&bytes[at + 1..]);
            bytes.truncate(at + 1);
        }
        let lines = Memchr::new(b'\n', &bytes).count() as u64;
        let block = Block {
            first_line: source.next_line,
            number: source.next_number,
            end: source.read - source.carry.len() as u64,
            bytes,
        };
        source.next_line += lines;
        source.next_number += 1;
        Ok(Some(block))
    }
}

impl Block {
    /// Its lines without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut at = Some(0);
        let mut number = self.first_line;
        std::iter::from_fn(move || {
            let from = at?;
            let (bytes, next) = line_at(&self.bytes, from);
            at = next;
            number += 1;
            Some(Line { number: number - 1, from: from as u32, bytes })
        })
    }

    /// The line that begins there.
    pub fn line(&self, from: u32) -> &[u8] {
        line_at(&self.bytes, from as usize).0
    }
}

/// One line of a block.
pub(crate) struct Line<'a> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Where it begins in the block.
    pub from: u32,
    /// Its bytes, without its end.
    pub bytes: &'a [u8],
}

/// The line that begins at `from`, and where the next one does.
fn line_at(bytes: &[u8], from: usize) -> (&[u8], Option<usize>) {
    match memchr::memchr(b'\n', &bytes[from..]) {
        Some(length) => {
            let next = from + length + 1;
            (&bytes[from..next - 1], (next < bytes.len()).then_some(next))
        }
        None => (&bytes[from..], None),
    }
}

/// Something that blocks change one after the other, in the order of the file.
pub(crate) struct InOrder<S> {
    state: Mutex<(u64, S)>,
    moved: Condvar,
}

impl<S> InOrder<S> {
    /// The first turn is that of block `first`.
    pub fn new(first: u64, state: S) -> InOrder<S> {
        InOrder { state: Mutex::new((first, state)), moved: Condvar::new() }
    }

    /// Waits for the turn of block `number`, then changes the state.
    pub fn take_turn<R>(&self, number: u64, change: impl FnOnce(&mut S) -> R) -> R {
        let guard = lock(&self.state);
        let mut guard =
            self.moved.wait_while(guard, |(turn, _)| *turn != number).unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut guard.1);
        guard.0 += 1;
        drop(guard);
        self.moved.notify_all();
        result
    }

    pub fn into_inner(self) -> S {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_the_file_whatever_its_lines() {
        let path = std::env::temp_dir().join(format!("paydesk-blocks-{}", std::process::id()));
        let long = "x".repeat(60_000);
        let many = "a,b,c\n".repeat(300_000);
        for text in ["", "a", "a\n", "a\nb", "\n\n", &many, &format!("{many}{long}\n{many}end"), &long] {
            std::fs::write(&path, text).unwrap();
            let blocks = Blocks::open(&path).unwrap();
            let (mut whole, mut lines) = (Vec::<u8>::new(), 0);
            while let Some(block) = blocks.next(Vec::new()).unwrap() {
                assert_eq!(block.first_line, lines + 1);
                assert!(block.lines().all(|line| line.bytes == block.line(line.from)));
                let joined: Vec<&[u8]> = block.lines().map(|line| line.bytes).collect();
                assert_eq!(joined.join(&b'\n'), block.bytes.strip_suffix(b"\n").unwrap_or(&block.bytes));
                lines += block.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                whole.extend(&block.bytes);
                assert_eq!(block.end, whole.len() as u64);
            }
            assert!(whole == text.as_bytes());
        }
        std::fs::remove_file(path).unwrap();
    }
    #[test]
    fn a_file_without_line_ends_is_refused_before_it_is_in_memory() {
        let path = std::env::temp_dir().join(format!("paydesk-no-lines-{}", std::process::id()));
        std::fs::write(&path, "a\n".to_owned() + &"x".repeat(3 * BLOCK)).unwrap();
        let blocks = Blocks::open(&path).unwrap();
        assert!(blocks.next(Vec::new()).unwrap().is_some());
        let refused = blocks.next(Vec::new()).map(|block| block.is_some());
        assert!(matches!(refused, Err(JoinError::Bad(BadBill::LineTooLong { line: 2 }))), "{refused:?}");
        std::fs::remove_file(path).unwrap();
    }
}
