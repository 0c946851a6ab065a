//! How well each way to a wallet works, and what persons ordered of it. Counts are added, never set: several servers add
//! theirs in any order.

use crate::people::record;
use crate::sql::{from_columns, query, query_as};
use crate::{By, MerchantScope, Store, StoreError};
use base::{ChannelId, MerchantId, PaymentId, Timestamp};
use routing::{Counts, Failure, Order, Slot, Word};
use std::collections::BTreeMap;

/// What was seen of a channel in a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedSlot {
    /// How often.
    pub counts: Counts,
    /// The last failure, and the payment that met it.
    pub failure: Option<(Failure, PaymentId)>,
}

/// A merchant's way to a wallet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteKey {
    /// Whose.
    pub merchant: MerchantId,
    /// To which wallet.
    pub wallet: String,
    /// Over which channel.
    pub channel: ChannelId,
}

/// What a person ordered of a way, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteOrder {
    /// Of which way.
    pub of: RouteKey,
    /// What.
    pub order: Order,
    /// When it was ordered.
    pub at: Timestamp,
}

impl Store {
    /// Adds to what was seen.
    pub async fn add_route_counts(
        &self,
        seen: &BTreeMap<(ChannelId, Slot), CountedSlot>,
    ) -> Result<(), StoreError> {
        let doing = "count how channels work";
        let mut tx = self.begin().await?;
        // In the order of the keys, so that servers never wait for each other in a circle.
        for ((channel, slot), seen) in seen {
            let (failure, payment) = match seen.failure {
                Some((failure, payment)) => (failure.code().to_owned(), payment.to_string()),
                None => Default::default(),
            };
            query(
                "INSERT INTO route_counts (channel, slot, asked, worked, failed, failure, payment) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (channel, slot) DO UPDATE SET \
                 asked = route_counts.asked + excluded.asked, worked = route_counts.worked + excluded.worked, \
                 failed = route_counts.failed + excluded.failed, \
                 failure = CASE WHEN excluded.failure = '' THEN route_counts.failure ELSE excluded.failure END, \
                 payment = CASE WHEN excluded.payment = '' THEN route_counts.payment ELSE excluded.payment END",
            )
            .bind(channel.to_string())
            .bind(slot.0)
            .bind(i64::from(seen.counts.asked))
            .bind(i64::from(seen.counts.worked))
            .bind(i64::from(seen.counts.failed))
            .bind(failure)
            .bind(payment)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed(doing))?;
        }
        tx.commit().await.map_err(StoreError::failed(doing))
    }

    /// What every server saw of all channels since `slot` began.
    pub async fn route_counts(
        &self,
        since: Slot,
    ) -> Result<BTreeMap<(ChannelId, Slot), CountedSlot>, StoreError> {
        let rows: Vec<CountsRow> = query_as(
            "SELECT channel, slot, asked, worked, failed, failure, payment FROM route_counts WHERE slot >= $1",
        )
        .bind(since.0)
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("read how channels work"))?;
        rows.into_iter().map(counted).collect()
    }

    /// Forgets what lies before `slot`.
    pub async fn drop_route_counts(&self, before: Slot) -> Result<(), StoreError> {
        let doing = "forget how channels worked long ago";
        let mut tx = self.begin().await?;
        query("DELETE FROM route_counts WHERE slot < $1")
            .bind(before.0)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed(doing))?;
        tx.commit().await.map_err(StoreError::failed(doing))
    }

    /// Records what a person orders of a way, in the place of what was ordered before.
    pub async fn order_route(&self, ordered: &RouteOrder) -> Result<(), StoreError> {
        let doing = "record an order about a channel";
        let RouteOrder { of, order, at } = ordered;
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO route_orders (merchant, wallet, channel, word, until, given_at, given_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (merchant, wallet, channel) DO UPDATE SET \
             word = excluded.word, until = excluded.until, given_at = excluded.given_at, given_by = excluded.given_by",
        )
        .bind(of.merchant.to_string())
        .bind(of.wallet.clone())
        .bind(of.channel.to_string())
        .bind(code(order.word))
        .bind(order.until.map(Timestamp::as_micros))
        .bind(at.as_micros())
        .bind(order.by.clone())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::failed(doing))?;
        let by = By { actor: &order.by, at: *at };
        let action = match order.word {
            Word::Pin => "route.pinned",
            Word::Shut => "route.shut",
        };
        let until = order.until.map_or(String::new(), |until| format!(" until {until}"));
        let detail = format!("{}{until}", of.wallet);
        record(&mut tx, of.merchant, by, action, &of.channel.to_string(), &detail).await?;
        tx.commit().await.map_err(StoreError::failed(doing))
    }

    /// Takes an order back; false if there is none.
    pub async fn take_route_order_back(&self, of: &RouteKey, by: By<'_>) -> Result<bool, StoreError> {
        let doing = "take an order about a channel back";
        let mut tx = self.begin().await?;
        let gone = query("DELETE FROM route_orders WHERE merchant = $1 AND wallet = $2 AND channel = $3")
            .bind(of.merchant.to_string())
            .bind(of.wallet.clone())
            .bind(of.channel.to_string())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed(doing))?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        let channel = of.channel.to_string();
        record(&mut tx, of.merchant, by, "route.order_taken_back", &channel, &of.wallet).await?;
        tx.commit().await.map_err(StoreError::failed(doing))?;
        Ok(true)
    }

    /// A merchant's orders.
    pub async fn route_orders(&self, scope: &MerchantScope) -> Result<Vec<RouteOrder>, StoreError> {
        let all = self.all_route_orders().await?;
        Ok(all.into_iter().filter(|ordered| ordered.of.merchant == scope.0).collect())
    }

    /// Everybody's orders, for choosing ways.
    pub async fn all_route_orders(&self) -> Result<Vec<RouteOrder>, StoreError> {
        let rows: Vec<OrderRow> = query_as(
            "SELECT merchant, wallet, channel, word, until, given_at, given_by FROM route_orders \
             ORDER BY merchant, wallet, channel",
        )
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("read orders about channels"))?;
        rows.into_iter().map(ordered).collect()
    }
}

struct CountsRow {
    channel: String,
    slot: i64,
    asked: i64,
    worked: i64,
    failed: i64,
    failure: String,
    payment: String,
}

from_columns!(CountsRow { channel, slot, asked, worked, failed, failure, payment });

fn counted(row: CountsRow) -> Result<((ChannelId, Slot), CountedSlot), StoreError> {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let counts = Counts { asked: count(row.asked), worked: count(row.worked), failed: count(row.failed) };
    // A failure that a newer Paydesk named is counted all the same.
    let failure = match Failure::from_code(&row.failure) {
        Some(failure) => Some((failure, row.payment.parse()?)),
        None => None,
    };
    Ok(((row.channel.parse()?, Slot(row.slot)), CountedSlot { counts, failure }))
}

struct OrderRow {
    merchant: String,
    wallet: String,
    channel: String,
    word: String,
    until: Option<i64>,
    given_at: i64,
    given_by: String,
}

from_columns!(OrderRow { merchant, wallet, channel, word, until, given_at, given_by });

fn ordered(row: OrderRow) -> Result<RouteOrder, StoreError> {
    let word = match row.word.as_str() {
        "pin" => Word::Pin,
        "shut" => Word::Shut,
        other => return Err(StoreError::Unreadable(format!("no order about a channel is named {other:?}"))),
    };
    let of = RouteKey { merchant: row.merchant.parse()?, wallet: row.wallet, channel: row.channel.parse()? };
    let order = Order { word, until: row.until.map(Timestamp::from_micros), by: row.given_by };
    Ok(RouteOrder { of, order, at: Timestamp::from_micros(row.given_at) })
}

fn code(word: Word) -> &'static str {
    match word {
        Word::Pin => "pin",
        Word::Shut => "shut",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    const OURS: MerchantId = MerchantId::from_u128(1);

    fn channel(number: u128) -> ChannelId {
        ChannelId::from_u128(number)
    }

    #[tokio::test]
    async fn counts_of_several_servers_add_up_and_old_ones_go() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let failed = |count, payment| CountedSlot {
            counts: Counts { asked: count, worked: 0, failed: count },
            failure: Some((Failure::NoAnswer, PaymentId::from_u128(payment))),
        };
        let worked = CountedSlot { counts: Counts { asked: 0, worked: 7, failed: 0 }, failure: None };
        let places = [(channel(1), Slot(5)), (channel(2), Slot(5)), (channel(1), Slot(6))];
        let one: BTreeMap<_, _> = [(places[0], failed(2, 21)), (places[1], worked.clone())].into();
        let other: BTreeMap<_, _> = [(places[0], worked.clone()), (places[2], failed(1, 22))].into();
        for seen in [&one, &other, &BTreeMap::new()] {
            store.add_route_counts(seen).await.expect("added");
        }
        let both = CountedSlot {
            counts: Counts { asked: 2, worked: 7, failed: 2 },
            failure: Some((Failure::NoAnswer, PaymentId::from_u128(21))),
        };
        let all: BTreeMap<_, _> = [(places[0], both), (places[1], worked), (places[2], failed(1, 22))].into();
        assert_eq!(store.route_counts(Slot(0)).await.expect("read"), all);
        store.drop_route_counts(Slot(6)).await.expect("dropped");
        assert_eq!(store.route_counts(Slot(0)).await.expect("read"), [(places[2], failed(1, 22))].into());
    }

    #[tokio::test]
    async fn an_order_stands_until_it_is_taken_back_and_both_are_recorded() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let at = Timestamp::from_micros;
        let ordered = |merchant, word, now| RouteOrder {
            of: RouteKey { merchant, wallet: "blue".into(), channel: channel(1) },
            order: Order { word, until: Some(at(99)), by: "wang".into() },
            at: at(now),
        };
        let theirs = ordered(MerchantId::from_u128(2), Word::Shut, 4);
        for order in [&ordered(OURS, Word::Shut, 1), &ordered(OURS, Word::Pin, 2), &theirs] {
            store.order_route(order).await.expect("ordered");
        }
        let ours = store.route_orders(&MerchantScope(OURS)).await.expect("read");
        assert_eq!(ours, [ordered(OURS, Word::Pin, 2)]);
        assert_eq!(store.all_route_orders().await.expect("read").len(), 2);
        let by = By { actor: "li", at: at(3) };
        assert!(store.take_route_order_back(&ours[0].of, by).await.expect("taken back"));
        assert!(!store.take_route_order_back(&ours[0].of, by).await.expect("looked"), "it is gone");
        assert_eq!(store.route_orders(&MerchantScope(OURS)).await.expect("read"), []);
        assert_eq!(store.all_route_orders().await.expect("read"), [theirs]);
        let audit = store.people().audit(OURS, 9).await.expect("read");
        let brief: Vec<(&str, &str)> =
            audit.iter().map(|entry| (entry.action.as_str(), entry.actor.as_str())).collect();
        let expected = [("route.order_taken_back", "li"), ("route.pinned", "wang"), ("route.shut", "wang")];
        assert_eq!(brief, expected);
    }
}
