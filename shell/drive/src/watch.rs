//! Telling whoever waits for one payment, without waking those who wait for others.

use base::PaymentId;
use engine::Change;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use store::EventId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A payment changed, and the change is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its number in the store's events.
    pub event_id: EventId,
    /// How the payment stands.
    pub change: Change,
}

/// Hears of the changes of one payment, from the moment it was made until it is dropped.
#[derive(Debug)]
pub struct Watch {
    payment: PaymentId,
    number: u64,
    heard: UnboundedReceiver<Arc<Changed>>,
    watchers: Arc<Watchers>,
}

impl Watch {
    /// The payment's next change to more than `version` facts; nothing if there is none in time.
    pub async fn past(&mut self, version: u32, patience: Duration) -> Option<Arc<Changed>> {
        let newer = async {
            loop {
                let changed = self.heard.recv().await?;
                if changed.change.payment.version > version {
                    return Some(changed);
                }
            }
        };
        tokio::time::timeout(patience, newer).await.ok().flatten()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut all = self.watchers.lock();
        if let Some(of_this) = all.get_mut(&self.payment) {
            of_this.retain(|(number, _)| *number != self.number);
            if of_this.is_empty() {
                all.remove(&self.payment);
            }
        }
    }
}

type OfPayment = Vec<(u64, UnboundedSender<Arc<Changed>>)>;

/// Everybody who waits for a payment.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    last_number: AtomicU64,
    all: Mutex<HashMap<PaymentId, OfPayment>>,
}

impl Watchers {
    pub(crate) fn watch(self: &Arc<Self>, payment: PaymentId) -> Watch {
        let (tell, heard) = unbounded_channel();
        let number = self.last_number.fetch_add(1, Ordering::Relaxed);
        self.lock().entry(payment).or_default().push((number, tell));
        Watch { payment, number, heard, watchers: Arc::clone(self) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    pub(crate) fn watched(&self, payment: PaymentId) -> bool {
        self.lock().contains_key(&payment)
    }

    pub(crate) fn tell(&self, changes: &[Arc<Changed>]) {
        let all = self.lock();
        if all.is_empty() {
            return;
        }
        for changed in changes {
            for (_, watcher) in all.get(&changed.change.payment.request.id).into_iter().flatten() {
                // Whoever has just stopped listening need not be told.
                let _ = watcher.send(Arc::clone(changed));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PaymentId, OfPayment>> {
        self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
