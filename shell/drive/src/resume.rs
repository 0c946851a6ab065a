//! Taking up open payments: after a start, and after the engine had to forget what it knew.
//!
//! Newest first, and no faster than providers answer: each payment that is taken up is asked about at once, and those
//! whose customers stand at a counter must not wait behind a million old ones.

use crate::driver::Message;
use crate::stats::Counters;
use engine::lease::Fence;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

/// Payments taken up at once; while they are, others are served between.
const PAGE: u32 = 128;
/// While more calls than this are under way the next page waits a while.
const CALLS_MAX: u64 = 32;
/// But no longer than this: a server that is busy takes up what another one left all the same.
const CALLS_PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);
const TRY_AGAIN: Duration = Duration::from_secs(1);
const TELL_EVERY: Duration = Duration::from_secs(10);

/// What taking up needs.
pub(crate) struct Resuming {
    pub(crate) store: Store,
    pub(crate) me: Fence,
    pub(crate) driver: mpsc::WeakSender<Message>,
    pub(crate) counters: Arc<Counters>,
}

impl Resuming {
    /// Hands every open payment's id to the driver, which looks it up between two transactions, so that it can
    /// never take up an old state of a payment that has moved on.
    pub(crate) async fn run(self) {
        let (mut before, mut told) = (None, Instant::now());
        self.left(0);
        loop {
            let page = match self.store.open_payments_beside(self.me, before, PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!("open payments cannot be listed, trying again: {error}");
                    sleep(TRY_AGAIN).await;
                    continue;
                }
            };
            let Some(last) = page.last().copied() else { return self.left(0) };
            let count = page.len() as u64;
            if before.is_none() && count == u64::from(PAGE) {
                self.count().await;
            }
            let (done, taken_up) = oneshot::channel();
            let Some(driver) = self.driver.upgrade() else { return };
            if driver.send(Message::Resume { payments: page, done }).await.is_err() {
                return;
            }
            drop(driver);
            match taken_up.await {
                Ok(true) => {
                    before = Some(last);
                    self.left(self.counters.to_take_up.load(Ordering::Relaxed).saturating_sub(count));
                }
                Ok(false) => sleep(TRY_AGAIN).await,
                Err(_) => return,
            }
            self.let_calls_end(&mut told).await;
        }
    }

    async fn let_calls_end(&self, told: &mut Instant) {
        let over = Instant::now() + CALLS_PATIENCE;
        while self.counters.calls_in_flight.load(Ordering::Relaxed) > CALLS_MAX && Instant::now() < over {
            sleep(LOOK_EVERY).await;
        }
        if told.elapsed() >= TELL_EVERY {
            let left = self.counters.to_take_up.load(Ordering::Relaxed);
            tracing::warn!("open payments are being taken up, newest first; about {left} are left");
            *told = Instant::now();
        }
    }

    /// Counts them, for whoever wants to know how far it is.
    async fn count(&self) {
        match self.store.count_open_beside(self.me).await {
            Ok(count) => {
                tracing::warn!("{count} open payments are being taken up, newest first");
                self.left(count);
            }
            Err(error) => tracing::warn!("open payments cannot be counted: {error}"),
        }
    }

    fn left(&self, count: u64) {
        self.counters.to_take_up.store(count, Ordering::Relaxed);
    }
}
