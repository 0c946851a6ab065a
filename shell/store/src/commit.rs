//! One transaction for everything that a batch of the engine makes durable.

use crate::{EventId, Store, StoreError, events, facts, jobs, payments};
use base::{MerchantId, PaymentId, Timestamp};
use engine::Batch;
use std::collections::BTreeMap;

impl Store {
    /// Makes `batch` durable: facts, how payments stand, events, receipts to print. All of it or, when it fails,
    /// nothing that could be relied on. Gives the event of each of `batch.changes`, in their order.
    pub async fn commit(&self, batch: &Batch, at: Timestamp) -> Result<Vec<EventId>, StoreError> {
        if batch.rows.is_empty() && batch.changes.is_empty() {
            return Ok(Vec::new());
        }
        let owners = owners(batch);
        let mut transaction = self.begin().await?;
        let t = &mut transaction;
        facts::append(t, &batch.rows, &owners).await.map_err(StoreError::failed("store facts"))?;
        payments::upsert(t, &batch.changes).await.map_err(StoreError::failed("store payments"))?;
        payments::upsert_refunds(t, &batch.changes).await.map_err(StoreError::failed("store refunds"))?;
        let events =
            events::append(t, &batch.changes, at).await.map_err(StoreError::failed("store events"))?;
        if self.receipts_wanted() {
            jobs::queue_receipts(t, &batch.changes, at)
                .await
                .map_err(StoreError::failed("queue receipts"))?;
        }
        transaction.commit().await.map_err(StoreError::failed("commit"))?;
        Ok(events)
    }
}

/// Whose each changed payment is; every payment with a new fact is among the changes.
fn owners(batch: &Batch) -> BTreeMap<PaymentId, MerchantId> {
    batch.changes.iter().map(|change| (change.payment.request.id, change.payment.request.merchant)).collect()
}
