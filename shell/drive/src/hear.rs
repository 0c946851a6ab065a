//! Telling listeners what happened, in the order of the events' numbers, whichever server did it.
//!
//! A listener resumes after the last number that it heard, so a smaller number must never come after a larger one.
//! Where the database is this server's alone, its own commits are the order. Where others commit too, the events are
//! read from the store, in which they become visible in order; a commit of our own only says that it is time to read.

use crate::calls::Calls;
use crate::clock::Clock;
use crate::watch::{Changed, Watchers};
use base::{MerchantId, PaymentId};
use engine::Change;
use payment::Next;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{EventId, MerchantScope, Store, StoreError};
use tokio::sync::{Notify, broadcast, watch};

const LOOK_EVERY: Duration = Duration::from_millis(100);
const PAGE: u32 = 500;
/// Changes of our own that are kept until their turn.
const OURS_MAX: usize = 10_000;

/// Whoever is told of changes.
#[derive(Clone)]
pub(crate) struct Listeners {
    pub(crate) changes: broadcast::Sender<Arc<Changed>>,
    pub(crate) watchers: Arc<Watchers>,
    /// The newest event that is known.
    stirred: Arc<watch::Sender<EventId>>,
    shared: bool,
    ours: Arc<Mutex<BTreeMap<EventId, Arc<Changed>>>>,
    time: Arc<Notify>,
}

impl Listeners {
    pub(crate) fn new(
        changes: broadcast::Sender<Arc<Changed>>,
        watchers: Arc<Watchers>,
        stirred: watch::Sender<EventId>,
        shared: bool,
    ) -> Listeners {
        Listeners {
            changes,
            watchers,
            stirred: Arc::new(stirred),
            shared,
            ours: Arc::default(),
            time: Arc::default(),
        }
    }

    /// Tells whoever only wants to know that there is something new.
    fn stir(&self, newest: EventId) {
        self.stirred.send_if_modified(|known| {
            let before = *known;
            *known = before.max(newest);
            before < newest
        });
    }

    /// Changes of our own, durable just now.
    pub(crate) fn publish(&self, changed: Vec<Arc<Changed>>) {
        // Whoever waits for one payment goes by its versions and needs no order.
        self.watchers.tell(&changed);
        if let Some(newest) = changed.iter().map(|change| change.event_id).max() {
            self.stir(newest);
        }
        let heard = self.changes.receiver_count() > 0;
        if !self.shared {
            return changed.into_iter().filter(|_| heard).for_each(|change| self.send(change));
        }
        let mut ours = self.ours.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if ours.len() > OURS_MAX {
            // The store cannot be read just now; what is dropped here is read from it later.
            ours.clear();
        }
        ours.extend(changed.into_iter().map(|change| (change.event_id, change)));
        drop(ours);
        if heard {
            self.time.notify_one();
        }
    }

    /// Reads what everybody did, for as long as the drive runs.
    pub(crate) async fn follow(self, store: Store, calls: Calls) {
        if !self.shared {
            return;
        }
        let mut last = None;
        loop {
            let _ = tokio::time::timeout(LOOK_EVERY, self.time.notified()).await;
            match self.read(&store, &calls, last).await {
                Ok(read) => last = Some(read),
                Err(error) => tracing::warn!("what other servers did cannot be read: {error}"),
            }
        }
    }

    /// Tells everything after `last`; gives the last event told or passed over.
    async fn read(&self, store: &Store, calls: &Calls, last: Option<EventId>) -> Result<EventId, StoreError> {
        let nobody = || self.changes.receiver_count() == 0 && self.watchers.is_empty();
        if last.is_none() || nobody() {
            let newest = store.newest_event().await?;
            // Whoever began to listen meanwhile may have read an older number as the last.
            if last.is_none() || nobody() {
                self.forget(newest);
                self.stir(newest);
                return Ok(newest);
            }
        }
        let mut last = last.unwrap_or_default();
        loop {
            let events = store.all_events_after(last, PAGE).await?;
            for (id, merchant, payment) in &events {
                // What another server did is read anew, which is not done for nobody.
                let wanted = self.changes.receiver_count() > 0 || self.watchers.watched(*payment);
                if wanted && let Some(changed) = self.changed(store, calls, *id, *merchant, *payment).await? {
                    self.send(changed);
                }
                last = *id;
            }
            self.forget(last);
            self.stir(last);
            if events.len() < PAGE as usize {
                return Ok(last);
            }
        }
    }

    async fn changed(
        &self,
        store: &Store,
        calls: &Calls,
        event_id: EventId,
        merchant: MerchantId,
        payment: PaymentId,
    ) -> Result<Option<Arc<Changed>>, StoreError> {
        let ours = self.ours.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&event_id);
        if ours.is_some() {
            return Ok(ours);
        }
        let Some(entries) = store.payment_entries(&MerchantScope(merchant), payment).await? else {
            return Ok(None);
        };
        let payment = payment::fold(&entries);
        let next = payment::next(&payment, &calls.policy(payment.request.channel), calls.clock.now());
        let became = match next {
            Next::Rest(outcome) => Some(outcome),
            Next::Ask(_) | Next::Wait { .. } | Next::Escalate { .. } => None,
        };
        let changed = Arc::new(Changed {
            event_id,
            change: Change { payment: payment.into(), next, due: None, became },
        });
        self.watchers.tell(std::slice::from_ref(&changed));
        Ok(Some(changed))
    }

    fn forget(&self, told: EventId) {
        let mut ours = self.ours.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *ours = ours.split_off(&EventId(told.0 + 1));
    }

    fn send(&self, changed: Arc<Changed>) {
        // The last listener may have left meanwhile.
        let _ = self.changes.send(changed);
    }
}
