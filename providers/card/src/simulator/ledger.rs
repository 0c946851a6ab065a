//! What the simulated host knows of one terminal's transactions: entries, each of which may be reversed, and what stands.

use crate::acquirer::Kind;
use crate::management::{BatchTotals, Totals};
use crate::pan::Pan;
use std::collections::{BTreeMap, BTreeSet};

/// Batch and trace number.
pub(super) type Key = (u32, u32);

/// One transaction that was approved.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub kind: Kind,
    pub fen: u64,
    pub pan: Pan,
    pub retrieval: String,
    pub authorization: String,
    /// What it undoes or completes.
    pub original: Option<Key>,
    pub reversed: bool,
}

/// What came of a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reversed {
    Done,
    NothingThere,
    /// Another amount or card, or a later transaction rests on it.
    NotAllowed,
}

/// One terminal's book.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: BTreeMap<Key, Entry>,
    /// Reversed before they came; they are refused when they come.
    never_to_come: BTreeSet<Key>,
}

impl Ledger {
    pub fn entry(&self, key: Key) -> Option<&Entry> {
        self.entries.get(&key)
    }

    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.entries.iter()
    }

    pub fn was_reversed_before_it_came(&self, key: Key) -> bool {
        self.never_to_come.contains(&key)
    }

    /// The highest trace number of a batch.
    pub fn last_trace(&self, batch: u32) -> Option<u32> {
        self.entries.range((batch, 0)..=(batch, u32::MAX)).next_back().map(|((_, trace), _)| *trace)
    }

    pub fn add(&mut self, key: Key, entry: Entry) {
        let before = self.entries.insert(key, entry);
        assert!(before.is_none(), "a trace number is used once in a batch");
    }

    /// Takes a transaction back; one that is not there will not come any more.
    pub fn reverse(&mut self, key: Key, fen: u64) -> Reversed {
        let rests = self.resting_on(key).next().is_some();
        match self.entries.get_mut(&key) {
            None => {
                self.never_to_come.insert(key);
                Reversed::NothingThere
            }
            Some(entry) if entry.reversed => Reversed::Done,
            Some(entry) if entry.fen != fen || rests => Reversed::NotAllowed,
            Some(entry) => {
                entry.reversed = true;
                Reversed::Done
            }
        }
    }

    /// The transaction that a later one names, if it stands, and nothing else was made of it than refunds.
    pub fn standing(&self, key: Key) -> Option<&Entry> {
        let undone = self.resting_on(key).any(|entry| entry.kind != Kind::Refund);
        self.entries.get(&key).filter(|entry| !entry.reversed && !undone)
    }

    /// What went back of it.
    pub fn refunded(&self, key: Key) -> u64 {
        self.resting_on(key).filter(|entry| entry.kind == Kind::Refund).map(|entry| entry.fen).sum()
    }

    /// What the merchant has of it, fen.
    pub fn kept(&self, key: Key) -> u64 {
        let taken =
            |entry: &&Entry| matches!(entry.kind, Kind::Sale | Kind::Completion | Kind::CompletionAdvice);
        self.standing(key).filter(taken).map_or(0, |entry| entry.fen - self.refunded(key))
    }

    /// What the host counts of a batch. Every card here is a domestic one.
    pub fn totals(&self, batch: u32) -> BatchTotals {
        let mut domestic = Totals::default();
        let of_batch = self.entries.range((batch, 0)..=(batch, u32::MAX));
        for (_, entry) in of_batch.filter(|(_, entry)| !entry.reversed) {
            let side = match entry.kind {
                Kind::Sale | Kind::Completion | Kind::CompletionAdvice => &mut domestic.debit,
                Kind::SaleVoid | Kind::Refund | Kind::CompletionVoid => &mut domestic.credit,
                Kind::Balance | Kind::PreAuthorization | Kind::PreAuthorizationVoid => continue,
            };
            side.0 += entry.fen;
            side.1 += 1;
        }
        BatchTotals { domestic, ..BatchTotals::default() }
    }

    /// What was made of a transaction later and stands.
    fn resting_on(&self, key: Key) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(move |entry| entry.original == Some(key) && !entry.reversed)
    }
}
