//! Taking up open payments: after a start, and after the engine had to forget what it knew.

use crate::driver::Message;
use engine::lease::Fence;
use std::time::Duration;
use store::Store;
use tokio::sync::{mpsc, oneshot};

/// Payments taken up at once; while they are, others are served between.
const PAGE: u32 = 1_000;
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Hands every open payment's id to the driver, which looks it up between two transactions, so that it can
/// never take up an old state of a payment that has moved on.
pub(crate) async fn open_payments(store: Store, me: Fence, driver: mpsc::WeakSender<Message>) {
    let mut after = None;
    loop {
        let page = match store.open_payments_beside(me, after, PAGE).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!("open payments cannot be listed, trying again: {error}");
                tokio::time::sleep(TRY_AGAIN).await;
                continue;
            }
        };
        let Some(last) = page.last().copied() else { return };
        let (done, taken_up) = oneshot::channel();
        let Some(driver) = driver.upgrade() else { return };
        if driver.send(Message::Resume { payments: page, done }).await.is_err() {
            return;
        }
        drop(driver);
        match taken_up.await {
            Ok(true) => after = Some(last),
            Ok(false) => tokio::time::sleep(TRY_AGAIN).await,
            Err(_) => return,
        }
    }
}
