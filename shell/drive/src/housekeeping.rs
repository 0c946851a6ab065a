//! Throwing away what nobody will ask for again, a little at a time.

use crate::clock::{Clock, PaymentClock};
use crate::node::Seat;
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// A page that was away longer than this reads everything anew instead of resuming.
const EVENTS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
const EVERY: Duration = Duration::from_secs(60);
/// Dropped at once; payments being committed wait for no more than this.
const AT_ONCE: u32 = 2_000;

/// Drops old events for as long as the drive runs; of several servers, one does.
pub(crate) async fn keep_house(store: Store, clock: Arc<PaymentClock>, seat: Arc<Seat>) {
    loop {
        tokio::time::sleep(EVERY).await;
        while seat.leads() && drop_some(&store, &clock).await == u64::from(AT_ONCE) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn drop_some(store: &Store, clock: &PaymentClock) -> u64 {
    store.drop_events(clock.now() - EVENTS_KEPT, AT_ONCE).await.unwrap_or_else(|error| {
        tracing::warn!("old events stay a little longer: {error}");
        0
    })
}
