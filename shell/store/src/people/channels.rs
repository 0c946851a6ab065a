//! Ways to providers, with their credentials sealed.

use super::audit::record;
use super::rows::id;
use super::{By, People, PeopleError, commit, refused};
use crate::StoreError;
use crate::sql::{FromRow, Row, query, query_as};
use base::{ChannelId, MerchantId};

/// A way to a provider, with its credentials sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Whose money goes over it.
    pub merchant: MerchantId,
    /// Which provider.
    pub provider: String,
    /// Which wallet it serves.
    pub wallet: String,
    /// What people call it.
    pub name: String,
    /// Its place among the merchant's ways to the same wallet: the smallest is tried first.
    pub position: i64,
    /// The credentials, sealed by the caller.
    pub sealed: String,
}

impl People<'_> {
    /// Adds or replaces a way to a provider.
    pub async fn put_channel(&self, channel: &ChannelRow, by: By<'_>) -> Result<(), PeopleError> {
        let change = query(
            "INSERT INTO channels (id, merchant, provider, wallet, name, position, sealed, changed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = excluded.position, \
             sealed = excluded.sealed, changed = excluded.changed \
             WHERE channels.merchant = excluded.merchant AND channels.provider = excluded.provider",
        )
        .bind(channel.id.to_string())
        .bind(channel.merchant.to_string())
        .bind(channel.provider.clone())
        .bind(channel.wallet.clone())
        .bind(channel.name.clone())
        .bind(channel.position)
        .bind(channel.sealed.clone())
        .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        let changed = change.execute(&mut *tx).await.map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::AlreadyThere);
        }
        let subject = channel.id.to_string();
        record(&mut tx, channel.merchant, by, "channel.put", &subject, &channel.provider).await?;
        commit(tx).await
    }

    /// Every way to every provider, in the order in which they are tried.
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        query_as(
            "SELECT id, merchant, provider, wallet, name, position, sealed FROM channels \
             ORDER BY merchant, position, id",
        )
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }
}

impl FromRow for ChannelRow {
    fn from_row(row: &Row) -> Result<ChannelRow, sqlx::Error> {
        Ok(ChannelRow {
            id: id(row, "id")?,
            merchant: id(row, "merchant")?,
            provider: row.try_get("provider")?,
            wallet: row.try_get("wallet")?,
            name: row.try_get("name")?,
            position: row.try_get("position")?,
            sealed: row.try_get("sealed")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::testing::*;
    use base::Secret;

    #[tokio::test]
    async fn channels_are_replaced_in_place_and_secrets_are_kept() {
        let (_folder, store) = store().await;
        let people = store.people();
        let ours = merchant(1);
        people.create_merchant(&ours, BY).await.expect("new");
        let channel = ChannelRow {
            id: ChannelId::from_u128(1),
            merchant: ours.id,
            provider: "one".into(),
            wallet: "one".into(),
            name: "first".into(),
            position: 0,
            sealed: "sealed".into(),
        };
        people.put_channel(&channel, BY).await.expect("new");
        let changed = ChannelRow { sealed: "sealed anew".into(), ..channel.clone() };
        people.put_channel(&changed, BY).await.expect("replaced");
        let other_provider = ChannelRow { provider: "two".into(), ..channel };
        let refused = people.put_channel(&other_provider, BY).await;
        assert!(matches!(refused, Err(PeopleError::AlreadyThere)));
        assert_eq!(people.channels().await.expect("read"), [changed]);
        let first = people.server_secret("marks", Secret::new("one".into())).await.expect("kept");
        let second = people.server_secret("marks", Secret::new("two".into())).await.expect("kept");
        assert_eq!((first.reveal().as_str(), second.reveal().as_str()), ("one", "one"));
    }
}
