//! One transaction for everything that a batch of the engine makes durable.
//!
//! All its statements go to the database as one script: handing a statement to the database's thread and back
//! costs more than most of them do.

use crate::database::Db;
use crate::{EventId, Store, StoreError, events, facts, jobs, payments};
use base::{MerchantId, PaymentId, Timestamp};
use engine::Batch;
use sqlx::QueryBuilder;
use std::collections::BTreeMap;

impl Store {
    /// Makes `batch` durable: facts, how payments stand, events, receipts to print. All of it or, when it fails,
    /// nothing that could be relied on. Gives the event of each of `batch.changes`, in their order.
    pub async fn commit(&self, batch: &Batch, at: Timestamp) -> Result<Vec<EventId>, StoreError> {
        if batch.rows.is_empty() && batch.changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut script = QueryBuilder::<Db>::new("");
        facts::push_append(&mut script, &batch.rows, &owners(batch));
        payments::push_upsert(&mut script, &batch.changes);
        payments::push_upsert_refunds(&mut script, &batch.changes);
        if self.receipts_wanted() {
            jobs::push_receipts(&mut script, &batch.changes, at);
        }
        events::push_append(&mut script, &batch.changes, at);
        let one_by_one = batch.rows.len() <= 2 && batch.changes.len() == 1;
        let mut transaction = self.begin().await?;
        let numbers: Vec<(i64, String)> = script
            .build_query_as()
            .persistent(one_by_one)
            .fetch_all(&mut *transaction)
            .await
            .map_err(StoreError::failed("store a batch"))?;
        transaction.commit().await.map_err(StoreError::failed("commit a batch"))?;
        Ok(events::in_order(numbers, &batch.changes))
    }
}

/// Whose each changed payment is; every payment with a new fact is among the changes.
fn owners(batch: &Batch) -> BTreeMap<PaymentId, MerchantId> {
    batch.changes.iter().map(|change| (change.payment.request.id, change.payment.request.merchant)).collect()
}
