//! The evening when the day must add up: fetches a channel's bill, holds it against the book, keeps every difference
//! until it is cured or settled by a person, and carries out the cures.
//!
//! It decides nothing about money. A cure that touches money is a [`payment::Command`] on the payment's ordinary path;
//! whatever follows is the engine's.

mod blocks;
mod daily;
mod day;
mod fetch;
mod funds;
mod join;
mod verdict;

pub use daily::Daily;
pub use day::{DayReport, ReconcileError};
pub use join::{JoinError, Joined, Progress, join, read_book, seal};
pub use verdict::DayVerdict;

use base::ChannelId;
use drive::{Asker, Handle};
use settlement::{Day, FeeRule};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

/// What is being done, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bytes of the bill that came.
    Fetching,
    /// Rows of our book that were read.
    Book,
    /// Bytes of the bill that were read, and how many there are.
    Reading,
}

/// Told how far the work is: what, how much is done, how much there is in all (0 if that is not known).
pub type Told = Arc<dyn Fn(Stage, u64, u64) + Send + Sync>;

/// Reconciles. Cheap to clone.
#[derive(Clone)]
pub struct Reconciler {
    store: Store,
    asker: Asker,
    /// Whoever carries out cures; without an engine of its own a program leaves them to the server.
    engine: Option<Handle>,
    folder: PathBuf,
    told: Told,
    fees: Arc<BTreeMap<ChannelId, FeeRule>>,
    under_way: Arc<Mutex<BTreeSet<(ChannelId, Day)>>>,
}

impl Reconciler {
    /// Beside a running engine, which carries out the cures; files lie in `folder` while they are read.
    pub fn new(engine: Handle, folder: PathBuf, told: Told) -> Reconciler {
        let (store, asker) = (engine.store().clone(), engine.asker());
        Reconciler {
            store,
            asker,
            engine: Some(engine),
            folder,
            told,
            fees: Arc::default(),
            under_way: Arc::default(),
        }
    }

    /// Without an engine: finds and keeps differences; the server that drives the payments carries out the cures.
    pub fn finding_only(store: Store, asker: Asker, folder: PathBuf, told: Told) -> Reconciler {
        Reconciler {
            store,
            asker,
            engine: None,
            folder,
            told,
            fees: Arc::default(),
            under_way: Arc::default(),
        }
    }

    /// Expects these fees; of a channel that is not named, none is known and none is a difference.
    pub fn expecting(self, fees: BTreeMap<ChannelId, FeeRule>) -> Reconciler {
        Reconciler { fees: Arc::new(fees), ..self }
    }

    /// The days that are being read at this moment.
    pub fn under_way(&self) -> Vec<(ChannelId, Day)> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn turn(&self, channel: ChannelId, day: Day) -> Option<Turn> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let free = under_way.insert((channel, day));
        free.then(|| Turn { under_way: Arc::clone(&self.under_way), which: (channel, day) })
    }
}

/// Nobody else reads this day meanwhile.
struct Turn {
    under_way: Arc<Mutex<BTreeSet<(ChannelId, Day)>>>,
    which: (ChannelId, Day),
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.which);
    }
}
