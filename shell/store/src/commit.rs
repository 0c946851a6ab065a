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
        let inserts = || {
            let mut inserts = vec![
                facts::append(&batch.rows, &owners),
                payments::upsert(&batch.changes),
                payments::upsert_refunds(&batch.changes),
            ];
            if self.receipts_wanted() {
                inserts.push(jobs::receipts(&batch.changes, at));
            }
            (inserts, events::append(&batch.changes, at))
        };
        let one_by_one = batch.rows.len() <= 2 && batch.changes.len() == 1;
        let numbers = self.insert(inserts, one_by_one).await?;
        Ok(events::in_order(numbers, &batch.changes))
    }
}

/// Whose each changed payment is; every payment with a new fact is among the changes.
fn owners(batch: &Batch) -> BTreeMap<PaymentId, MerchantId> {
    batch.changes.iter().map(|change| (change.payment.request.id, change.payment.request.merchant)).collect()
}
