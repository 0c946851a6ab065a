//! One transaction for everything that a batch of the engine makes durable.

use crate::failure::{StoreError, is_duplicate};
use crate::insert::{Gate, Rows};
use crate::sql::QueryBuilder;
use crate::{EventId, Store, events, facts, jobs, journal, payments};
use ::journal::Entry;
use base::{MerchantId, PaymentId, Timestamp};
use engine::lease::Fence;
use engine::{Batch, Which};
use std::collections::{BTreeMap, BTreeSet};

/// Why a batch was not made durable. Nothing of it was, unless the store failed: then that is open.
#[derive(Debug, thiserror::Error)]
pub enum Uncommitted {
    /// This server counts no more.
    #[error("this server was taken for dead, and others drive its payments")]
    Fenced,
    /// Others drive these payments, or had their keys or their places in a sale first. Without them the batch may be committed.
    #[error("{} of the batch's payments are driven by another server", .0.len())]
    Refused(BTreeSet<PaymentId>),
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

impl Store {
    /// Makes `batch` durable: facts, how payments stand, events, receipts to print. All of it or, when it fails,
    /// nothing that could be relied on. Gives the event of each of `batch.changes`, in their order.
    ///
    /// For whoever is alone with the database; a server commits by [`Store::commit_as`].
    pub async fn commit(&self, batch: &Batch, at: Timestamp) -> Result<Vec<EventId>, StoreError> {
        let mut pen = self.pen().await;
        let entries = self.entries_for(&mut pen, &batch.rows, &owners(batch)).await?;
        let added = self.add(None, batch, &entries, at).await.map_err(StoreError::failed("store a batch"))?;
        pen.written(&entries);
        Ok(added.expect("without a gate nothing is refused"))
    }

    /// The same for a server that shares the database: only while it counts, and only payments that it drives or
    /// that nobody does. Both are checked in the transaction itself.
    pub async fn commit_as(
        &self,
        me: Fence,
        batch: &Batch,
        at: Timestamp,
    ) -> Result<Vec<EventId>, Uncommitted> {
        let mut pen = self.pen().await;
        let entries = self.entries_for(&mut pen, &batch.rows, &owners(batch)).await?;
        // Whatever was in the way may be gone before it can be named; then the batch simply goes through.
        for _ in 0..3 {
            match self.add(Some(me), batch, &entries, at).await {
                Ok(Some(events)) => {
                    pen.written(&entries);
                    return Ok(events);
                }
                Ok(None) => {}
                Err(error) if is_duplicate(&error) => {}
                Err(error) => return Err(StoreError::failed("store a batch")(error).into()),
            }
            if !self.members().await?.may_commit(me) {
                return Err(Uncommitted::Fenced);
            }
            let refused = self.refused(me, batch).await?;
            if !refused.is_empty() {
                return Err(Uncommitted::Refused(refused));
            }
        }
        Err(StoreError::Unreadable(
            "rows stand in the way of a batch, and none of its payments is another's".into(),
        )
        .into())
    }

    async fn add(
        &self,
        me: Option<Fence>,
        batch: &Batch,
        entries: &[Entry],
        at: Timestamp,
    ) -> Result<Option<Vec<EventId>>, sqlx::Error> {
        if batch.rows.is_empty() && batch.changes.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let owners = owners(batch);
        let rows = || {
            let mut inserts = vec![
                facts::append(&batch.rows, &owners),
                payments::upsert(&batch.changes, me.unwrap_or_default()),
                payments::upsert_refunds(&batch.changes),
            ];
            if !entries.is_empty() {
                inserts.push(journal::append(entries));
            }
            if self.receipts_wanted() {
                inserts.push(jobs::receipts(&batch.changes, at));
            }
            let payments = || owners.keys().map(PaymentId::to_string).collect();
            Rows {
                gate: me.map(|fence| Gate { fence, payments: payments() }),
                inserts,
                events: events::append(&batch.changes, at),
                common: batch.rows.len() <= 2 && batch.changes.len() == 1,
            }
        };
        let numbers = self.insert(rows).await?;
        Ok(numbers.map(|numbers| events::in_order(numbers, &batch.changes)))
    }

    /// Which of the batch's payments are not this server's to change: held by another that counts, moved on by
    /// another meanwhile, begun by another under the same key, or parts whose place in their sale is taken.
    async fn refused(&self, me: Fence, batch: &Batch) -> Result<BTreeSet<PaymentId>, StoreError> {
        let mut before: BTreeMap<PaymentId, u32> =
            batch.changes.iter().map(|change| (change.payment.request.id, change.payment.version)).collect();
        for row in &batch.rows {
            before.entry(row.payment).and_modify(|version| *version -= 1);
        }
        let ids: Vec<PaymentId> = before.keys().copied().collect();
        let mut refused: BTreeSet<PaymentId> = self.held_elsewhere(me, &ids).await?.into_keys().collect();
        for (id, version) in self.versions(&ids).await? {
            if before.get(&id).is_some_and(|before| i64::from(*before) != version) {
                refused.insert(id);
            }
        }
        let begun: Vec<(Which, PaymentId)> = batch
            .changes
            .iter()
            .map(|change| &change.payment.request)
            .filter(|request| before.get(&request.id) == Some(&0))
            .map(|request| (Which::Key(request.merchant, request.key.clone()), request.id))
            .collect();
        let keys: Vec<Which> = begun.iter().map(|(which, _)| which.clone()).collect();
        for ((_, ours), (_, found)) in begun.iter().zip(self.load(&keys).await?) {
            if found.is_some() {
                refused.insert(*ours);
            }
        }
        for change in &batch.changes {
            let request = &change.payment.request;
            let begun = before.get(&request.id) == Some(&0);
            if begun && self.part_is_taken(request).await? {
                refused.insert(request.id);
            }
        }
        Ok(refused)
    }

    async fn versions(&self, ids: &[PaymentId]) -> Result<BTreeMap<PaymentId, i64>, StoreError> {
        let mut found = BTreeMap::new();
        for some in ids.chunks(1_000) {
            let mut query = QueryBuilder::new("SELECT id, version FROM payments WHERE id IN (");
            push_ids(&mut query, some);
            let rows: Vec<(String, i64)> = query
                .build_query_as()
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read how payments stand"))?;
            for (id, version) in rows {
                found.insert(id.parse()?, version);
            }
        }
        Ok(found)
    }

    /// Which of these payments another server that counts drives, and which server.
    pub(crate) async fn held_elsewhere(
        &self,
        me: Fence,
        ids: &[PaymentId],
    ) -> Result<BTreeMap<PaymentId, Fence>, StoreError> {
        let mut found = BTreeMap::new();
        for some in ids.chunks(1_000) {
            let mut query = QueryBuilder::new("SELECT id, holder FROM payments WHERE holder <> ");
            query.push_bind(me.0).push(
                " AND due_at IS NOT NULL AND holder IN (SELECT fence FROM nodes WHERE standing = 'alive') AND id IN (",
            );
            push_ids(&mut query, some);
            let rows: Vec<(String, i64)> = query
                .build_query_as()
                .persistent(some.len() == 1)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read who drives payments"))?;
            for (id, holder) in rows {
                found.insert(id.parse()?, Fence(holder));
            }
        }
        Ok(found)
    }
}

fn push_ids(query: &mut QueryBuilder, ids: &[PaymentId]) {
    let mut list = query.separated(", ");
    ids.iter().for_each(|id| {
        list.push_bind(id.to_string());
    });
    query.push(")");
}

/// Whose each changed payment is; every payment with a new fact is among the changes.
fn owners(batch: &Batch) -> BTreeMap<PaymentId, MerchantId> {
    batch.changes.iter().map(|change| (change.payment.request.id, change.payment.request.merchant)).collect()
}
