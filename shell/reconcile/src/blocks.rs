//! Reads a file in blocks of whole lines on several threads, and takes their results in the order of the file.

use memchr::{Memchr, memrchr};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Small enough to stay in a processor's cache, large enough that taking turns costs nothing.
const BLOCK: usize = 512 * 1024;
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

    /// The next block, in `bytes`, whose room is used again; none at the end.
    pub fn next(&self, mut bytes: Vec<u8>) -> io::Result<Option<Block>> {
        let mut source = lock(&self.inner);
        bytes.clear();
        bytes.append(&mut source.carry);
        if source.read >= self.length && bytes.is_empty() {
            return Ok(None);
        }
        let left = self.length.saturating_sub(source.read);
        let wanted = if left <= BLOCK as u64 + TAIL { left as usize } else { BLOCK };
        let before = bytes.len();
        bytes.resize(before + wanted, 0);
        source.file.read_exact(&mut bytes[before..])?;
        source.read += wanted as u64;
        if source.read < self.length {
            match memrchr(b'\n', &bytes) {
                Some(at) => {
                    source.carry.extend_from_slice(&bytes[at + 1..]);
                    bytes.truncate(at + 1);
                }
                // A line longer than a block: it goes on in the next.
                None => {
                    source.carry = bytes;
                    drop(source);
                    return self.next(Vec::new());
                }
            }
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
    /// Its lines with their numbers, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let whole = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let mut rest = Some(whole);
        let lines = std::iter::from_fn(move || {
            let bytes = rest?;
            match memchr::memchr(b'\n', bytes) {
                Some(at) => {
                    rest = Some(&bytes[at + 1..]);
                    Some(&bytes[..at])
                }
                None => rest.take(),
            }
        });
        (self.first_line..).zip(lines)
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
        let long = "x".repeat(BLOCK + 10);
        let many = "a,b,c\n".repeat(300_000);
        for text in ["", "a", "a\n", "a\nb", "\n\n", &many, &format!("{many}{long}\n{many}end"), &long] {
            std::fs::write(&path, text).unwrap();
            let blocks = Blocks::open(&path).unwrap();
            let (mut whole, mut lines) = (Vec::<u8>::new(), 0);
            while let Some(block) = blocks.next(Vec::new()).unwrap() {
                assert_eq!(block.first_line, lines + 1);
                lines += block.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                whole.extend(&block.bytes);
                assert_eq!(block.end, whole.len() as u64);
            }
            assert!(whole == text.as_bytes());
        }
        std::fs::remove_file(path).unwrap();
    }
}
