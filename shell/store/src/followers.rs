//! How far those have come who follow the events: each by its name, so that a crash makes none of them miss or repeat
//! more than what it was at.

use crate::sql::{Connection, query, query_as};
use crate::{EventId, Store, StoreError};

impl Store {
    /// The last event that this follower has done with; nothing if it never began.
    pub async fn followed(&self, name: &str) -> Result<Option<EventId>, StoreError> {
        let found: Option<(i64,)> = query_as("SELECT event FROM followers WHERE name = $1")
            .bind(name)
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read how far events are followed"))?;
        Ok(found.map(|(event,)| EventId(event)))
    }

    /// This follower has done with everything up to `event`. It never goes back.
    pub async fn keep_followed(&self, name: &str, event: EventId) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        follow(&mut tx, name, event).await?;
        tx.commit().await.map_err(StoreError::failed("record how far events are followed"))
    }
}

/// The same within the transaction that does what the events ask for.
pub(crate) async fn follow(tx: &mut Connection, name: &str, event: EventId) -> Result<(), StoreError> {
    let text = "INSERT INTO followers (name, event) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET \
                event = excluded.event WHERE followers.event < excluded.event";
    query(text)
        .bind(name)
        .bind(event.0)
        .execute(tx)
        .await
        .map_err(StoreError::failed("record how far events are followed"))?;
    Ok(())
}
