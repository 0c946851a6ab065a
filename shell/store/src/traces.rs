//! The numbers that terminals count their messages by. They are reserved before any is used, so a server that stops
//! skips some, and no two are ever given the same.

use crate::sql::query_as;
use crate::{Store, StoreError};
use base::ChannelId;
use payment::{Trace, Traces};

impl Store {
    /// Reserves so many numbers of a channel, for whoever asks alone. A terminal's first batch is 1.
    pub async fn reserve_traces(&self, channel: ChannelId, count: u32) -> Result<Traces, StoreError> {
        let doing = "reserve trace numbers";
        let mut tx = self.begin().await?;
        let (batch, next): (i64, i64) = query_as(
            "INSERT INTO traces (channel, batch, next) VALUES ($1, 1, $2 + 1) ON CONFLICT (channel) DO UPDATE \
             SET next = (traces.next + $2 - 1) % $3 + 1 RETURNING batch, next",
        )
        .bind(channel.to_string())
        .bind(i64::from(count))
        .bind(i64::from(Trace::NUMBER_MAX))
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::failed(doing))?;
        tx.commit().await.map_err(StoreError::failed(doing))?;
        let first = (next - 1 - i64::from(count)).rem_euclid(i64::from(Trace::NUMBER_MAX)) + 1;
        Ok(Traces { first: Trace { batch: six_digits(batch)?, number: six_digits(first)? }, left: count })
    }
}

fn six_digits(number: i64) -> Result<u32, StoreError> {
    let fits = u32::try_from(number).ok().filter(|number| (1..=Trace::NUMBER_MAX).contains(number));
    fits.ok_or_else(|| StoreError::Unreadable(format!("{number} is no number of six digits")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Restored, Value, newest_schema_step};
    use crate::folder::Folder;
    use std::collections::BTreeSet;

    const OURS: ChannelId = ChannelId::from_u128(1);
    const THEIRS: ChannelId = ChannelId::from_u128(2);

    async fn reserved(store: &Store, channel: ChannelId, count: u32) -> Vec<u32> {
        let mut traces = store.reserve_traces(channel, count).await.expect("reserved");
        std::iter::from_fn(|| traces.draw()).map(|trace| trace.number).collect()
    }

    #[tokio::test]
    async fn numbers_go_on_where_they_were_for_each_channel_also_after_a_restart() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        assert_eq!(reserved(&store, OURS, 3).await, [1, 2, 3]);
        assert_eq!(reserved(&store, THEIRS, 2).await, [1, 2], "a terminal counts for itself");
        assert_eq!(reserved(&store, OURS, 2).await, [4, 5]);
        store.close().await;
        let again = folder.open().await.expect("it opens again");
        assert_eq!(reserved(&again, OURS, 2).await, [6, 7]);
    }

    #[tokio::test]
    async fn after_the_last_number_comes_the_first() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        assert_eq!(reserved(&store, OURS, 999_997).await.last(), Some(&999_997));
        assert_eq!(reserved(&store, OURS, 4).await, [999_998, 999_999, 1, 2]);
        assert_eq!(reserved(&store, OURS, 1).await, [3]);
        reserved(&store, OURS, 999_995).await;
        assert_eq!(reserved(&store, OURS, 1).await, [999_999]);
        assert_eq!(reserved(&store, OURS, 1).await, [1]);
    }

    #[tokio::test]
    async fn a_restored_book_gives_no_number_that_may_have_been_given_since() {
        let folder = Folder::new();
        folder.open().await.expect("it opens").close().await;
        let mut restored =
            Restored::begin(&folder.address(), newest_schema_step(), true).await.expect("begun");
        restored.table("schema_steps", &["number".to_owned()]).await.expect("there is one");
        for step in 1..=newest_schema_step() {
            restored.row(vec![Value::Int(step)]).await.expect("it fits");
        }
        restored
            .table("traces", &["channel", "batch", "next"].map(str::to_owned))
            .await
            .expect("there is one");
        let row = vec![Value::Text(OURS.to_string()), Value::Int(3), Value::Int(600_000)];
        restored.row(row).await.expect("it fits");
        restored.finish().await.expect("finished");
        let store = folder.open().await.expect("it opens");
        let traces = store.reserve_traces(OURS, 1).await.expect("reserved");
        assert_eq!(traces.first, Trace { batch: 3, number: 100_001 });
    }

    #[tokio::test]
    async fn servers_that_reserve_at_once_are_given_different_numbers() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let other = folder.open().await.expect("it opens twice");
        let mut given = BTreeSet::new();
        for _ in 0..20 {
            let (ours, theirs) = tokio::join!(reserved(&store, OURS, 5), reserved(&other, OURS, 5));
            given.extend(ours.into_iter().chain(theirs));
        }
        assert_eq!(given, (1..=200).collect());
    }
}
