//! Handing the journal in: in order, a few entries at a time, going on where the server says after any break.

use crate::link::{Link, LinkError};
use journal::Entry;
use std::path::PathBuf;
use store::{Numbered, Store, StoreError};

/// Entries and bytes handed in at once; the server takes 64 KiB.
const ENTRIES_MAX: u32 = 100;
const BYTES_MAX: usize = 40_000;

/// How far the journal has been handed in. The file is a hint: without it everything is offered again, and the server
/// knows what it has.
pub(crate) struct Upload {
    hint: PathBuf,
    done: i64,
    /// The hash of the entry that the hint names, until it was compared: numbers begin anew on a new disk.
    unchecked: Option<String>,
}

/// What came of handing in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Everything is there.
    Complete,
    /// Some was taken; there is more.
    Some,
}

/// Why handing in does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("the server refuses entry {seq} of this till's journal: {code}")]
    Flawed { seq: u64, code: String },
}

impl Upload {
    pub fn new(hint: PathBuf) -> Upload {
        let text = std::fs::read_to_string(&hint).unwrap_or_default();
        let (no, hash) = text.trim().split_once(' ').unwrap_or_default();
        Upload { done: no.parse().unwrap_or(0), unchecked: Some(hash.to_owned()), hint }
    }

    /// Everything is offered again.
    pub fn begin_again(&mut self) {
        self.done = 0;
    }

    /// How many entries the server does not have.
    pub async fn left(&self, store: &Store) -> Result<u64, StoreError> {
        store.journal_left(self.done).await
    }

    /// Hands the next entries in.
    pub async fn step(
        &mut self,
        store: &Store,
        link: &Link,
        fence: u64,
        handing_in: bool,
    ) -> Result<Progress, UploadError> {
        self.check_hint(store).await?;
        let page = fitting(store.journal(self.done, ENTRIES_MAX).await?);
        let Some(last) = page.last().map(|numbered| numbered.no) else { return Ok(Progress::Complete) };
        let entries: Vec<Entry> = page.into_iter().map(|numbered| numbered.entry).collect();
        let taken = link.hand_in(fence, &entries, handing_in).await?;
        match taken.refused {
            None => {
                let hash = entries.last().map_or_else(String::new, |entry| entry.hash.to_string());
                self.reached(last, &hash);
            }
            Some(refused) => {
                match (refused.expected, entries.iter().find(|entry| entry.seq == refused.seq)) {
                    (Some(expected), Some(entry)) => {
                        self.reached(store.journal_no(entry.segment, expected.saturating_sub(1)).await?, "");
                        // The beginning of this segment may lie before what the server has of others.
                        if expected == 1 {
                            self.reached(store.journal_first(entry.segment).await? - 1, "");
                        }
                    }
                    _ => return Err(UploadError::Flawed { seq: refused.seq, code: refused.code }),
                }
            }
        }
        Ok(Progress::Some)
    }

    /// A hint that is about another journal is none.
    async fn check_hint(&mut self, store: &Store) -> Result<(), StoreError> {
        let Some(hash) = self.unchecked.take() else { return Ok(()) };
        let named = store.journal(self.done - 1, 1).await?.pop();
        let ours = named.is_some_and(|named| named.no == self.done && named.entry.hash.to_string() == hash);
        if !ours {
            self.done = 0;
        }
        Ok(())
    }

    fn reached(&mut self, no: i64, hash: &str) {
        self.done = no;
        // Lost, it costs a repetition and nothing else.
        let _ = std::fs::write(&self.hint, format!("{no} {hash}"));
    }
}

fn fitting(page: Vec<Numbered>) -> Vec<Numbered> {
    let mut bytes = 0;
    let mut fits = 0;
    for numbered in &page {
        // Quotes in the body are escaped on the way.
        bytes += 2 * numbered.entry.body.len() + 300;
        if bytes > BYTES_MAX && fits > 0 {
            break;
        }
        fits += 1;
    }
    page.into_iter().take(fits).collect()
}
