//! The outbox: that a payment changed, in the transaction that changed it, for whoever must be told.

use crate::insert::{Columns, Insert};
use crate::sql::{Kind, query, query_as, query_scalar};
use crate::{MerchantScope, Store, StoreError};
use base::{MerchantId, PaymentId, Timestamp};
use engine::Change;
use std::collections::BTreeMap;

const COLUMNS: Columns =
    &[("merchant", Kind::Text), ("payment", Kind::Text), ("version", Kind::Int), ("at", Kind::Int)];

/// Numbers events in the order they became durable. Numbers may be missing, none comes twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub i64);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A payment changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// Which payment.
    pub payment: PaymentId,
    /// How many facts it had then; by now it may have more.
    pub version: u32,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// This merchant's events after `after`, oldest first, at most `limit`.
    pub async fn events_after(
        &self,
        scope: &MerchantScope,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let text = "SELECT id, payment, version, at FROM events WHERE merchant = $1 AND id > $2 \
                    ORDER BY id LIMIT $3";
        let rows: Vec<(i64, String, i64, i64)> = query_as(text)
            .bind(scope.text())
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read events"))?;
        let event = |(id, payment, version, at): (i64, String, i64, i64)| {
            Ok(Event {
                id: EventId(id),
                payment: payment.parse()?,
                version: u32::try_from(version).unwrap_or(u32::MAX),
                at: Timestamp::from_micros(at),
            })
        };
        rows.into_iter().map(event).collect()
    }

    /// Every merchant's events after `after`, oldest first, at most `limit`: for a server that tells its own
    /// listeners what others did.
    pub async fn all_events_after(
        &self,
        after: EventId,
        limit: u32,
    ) -> Result<Vec<(EventId, MerchantId, PaymentId)>, StoreError> {
        let rows: Vec<(i64, String, String)> =
            query_as("SELECT id, merchant, payment FROM events WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(after.0)
                .bind(i64::from(limit))
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read events"))?;
        rows.into_iter()
            .map(|(id, merchant, payment)| Ok((EventId(id), merchant.parse()?, payment.parse()?)))
            .collect()
    }

    /// The newest event of all, or 0.
    pub async fn newest_event(&self) -> Result<EventId, StoreError> {
        query_scalar("SELECT coalesce(max(id), 0) FROM events")
            .fetch_one(self.read())
            .await
            .map(EventId)
            .map_err(StoreError::failed("read the last event"))
    }

    /// This merchant's newest event, or 0: where a listener that wants no past begins.
    pub async fn last_event(&self, scope: &MerchantScope) -> Result<EventId, StoreError> {
        query_scalar("SELECT coalesce(max(id), 0) FROM events WHERE merchant = $1")
            .bind(scope.text())
            .fetch_one(self.read())
            .await
            .map(EventId)
            .map_err(StoreError::failed("read the last event"))
    }

    /// Drops at most `limit` events older than `before`; gives how many. What is dropped can no longer be resumed
    /// from, and nothing else needs it.
    pub async fn drop_events(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let doing = "drop old events";
        let oldest: Option<i64> = query_scalar("SELECT at FROM events ORDER BY id LIMIT 1")
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed(doing))?;
        if oldest.is_none_or(|at| at >= before.as_micros()) {
            return Ok(0);
        }
        // The oldest few are looked at, not all of them: whoever commits waits for this.
        let text = "DELETE FROM events WHERE at < $1 AND id IN (SELECT id FROM events ORDER BY id LIMIT $2)";
        let mut transaction = self.begin().await?;
        let dropped = query(text)
            .bind(before.as_micros())
            .bind(i64::from(limit))
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(dropped.rows_affected())
    }
}

/// One event for each change.
pub(crate) fn append(changes: &[Change], at: Timestamp) -> Insert {
    let mut events = Insert::new("events", COLUMNS, "");
    for change in changes {
        events.row([
            change.payment.request.merchant.to_string().into(),
            change.payment.request.id.to_string().into(),
            i64::from(change.payment.version).into(),
            at.as_micros().into(),
        ]);
    }
    events
}

/// The numbers in the order of `changes`; no database promises the order of what it returns.
pub(crate) fn in_order(numbers: Vec<(i64, String)>, changes: &[Change]) -> Vec<EventId> {
    let of_payment: BTreeMap<String, i64> = numbers.into_iter().map(|(id, payment)| (payment, id)).collect();
    changes.iter().map(|change| EventId(of_payment[&change.payment.request.id.to_string()])).collect()
}
