//! Holds a restored book against the providers' bills of its last whole day: what a bill has of ours and the book has not
//! was lost on the way.

use crate::channels::Channels;
use crate::config::Config;
use base::{ChannelId, MerchantId, Text, Timestamp};
use drive::{Asker, SystemClock};
use reconcile::Reconciler;
use serde_json::{Value, json};
use settlement::{Class, Day, FeeRule};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use store::{BillState, DifferenceFilter, KeptDifference, MerchantScope, Store, StoreConfig, StoreError};

/// One channel's bill against the restored book.
pub struct Billed {
    channel: String,
    day: Day,
    outcome: Result<Held, Text>,
}

/// What came of it.
struct Held {
    /// Rows that book and bill have alike.
    equal: u64,
    /// Rows that differ from the restored book and not from the live one, or that are of ours and unknown to it.
    lost: Vec<String>,
    /// Rows that differ from the live book in the same way.
    known: usize,
}

/// What a restored book is held against.
pub struct Bills<'a> {
    /// The restored book; what is found is kept in it, so it must be one that goes away.
    pub restored: &'a Store,
    /// The book it was taken from.
    pub live: &'a Store,
    /// How providers are asked.
    pub asker: Asker,
    /// What they are expected to keep.
    pub fees: BTreeMap<ChannelId, FeeRule>,
    /// Where files lie while they are read.
    pub folder: PathBuf,
}

/// Holds the restored book against every channel's bill of the last day that lies wholly before `as_of`.
pub async fn against_bills(
    restored: &str,
    config: &Config,
    as_of: Timestamp,
    folder: PathBuf,
) -> anyhow::Result<Vec<Billed>> {
    let day = Day::of(as_of).previous();
    let setups = match Channels::build(config) {
        Ok(channels) => channels.setups,
        Err(why) => {
            let why = Text::new(
                format!("通道的密钥打不开：{why:#}"),
                format!("the channels' secrets cannot be opened: {why:#}"),
            );
            return Ok(vec![Billed { channel: "*".to_owned(), day, outcome: Err(why) }]);
        }
    };
    let open = async |database: &str| Store::open(&StoreConfig { database: database.to_owned() }).await;
    let (restored, live) = (open(restored).await?, open(&config.database).await?);
    let name = |id| config.channels.iter().find(|known| known.id == id).map(|known| known.name.clone());
    let channels: Vec<(String, ChannelId, MerchantId)> = setups
        .iter()
        .filter(|setup| setup.provider.bills().is_some())
        .map(|setup| (name(setup.id).unwrap_or_default(), setup.id, setup.merchant))
        .collect();
    let asker = Asker::new(setups, Arc::new(SystemClock));
    let bills = Bills { restored: &restored, live: &live, asker, fees: config.fees(), folder };
    let mut billed = Vec::new();
    for (channel, id, merchant) in channels {
        billed.push(bills.hold(channel, id, merchant, day).await?);
    }
    restored.close().await;
    live.close().await;
    Ok(billed)
}

impl Bills<'_> {
    /// Holds one channel's day.
    pub async fn hold(
        &self,
        name: String,
        channel: ChannelId,
        merchant: MerchantId,
        day: Day,
    ) -> Result<Billed, StoreError> {
        let reconciler = Reconciler::finding_only(
            self.restored.clone(),
            self.asker.clone(),
            self.folder.clone(),
            Arc::new(|_, _, _| {}),
        );
        let reconciler = reconciler.expecting(self.fees.clone());
        let report = match reconciler.day(channel, day, None).await {
            Ok(report) => report,
            Err(error) => return Ok(Billed { channel: name, day, outcome: Err(error.text()) }),
        };
        let scope = MerchantScope(merchant);
        let read = self.live.bill(&scope, channel, day).await?;
        let read = read.is_some_and(|bill| matches!(bill.state, BillState::Done | BillState::Nothing));
        let filter = DifferenceFilter {
            channel: Some(channel),
            day: Some(day),
            limit: 10_000,
            ..DifferenceFilter::default()
        };
        let live = self.live.differences(&scope, &filter).await?;
        let live: BTreeSet<String> = live.iter().map(|one| one.difference.key()).collect();
        let is_lost = |one: &&KeptDifference| {
            let ours = one.difference.class == Class::MissingHere && one.difference.id.is_some();
            !live.contains(&one.difference.key()) && (read || ours)
        };
        let lost: Vec<String> =
            report.differences.iter().filter(is_lost).map(|one| one.difference.key()).collect();
        let known = report.differences.len() - lost.len();
        let outcome = Ok(Held { equal: report.bill.sums.equal, lost, known });
        Ok(Billed { channel: name, day, outcome })
    }
}

impl Billed {
    /// Whether something was lost; a bill that cannot be had proves nothing.
    pub fn is_bad(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|held| !held.lost.is_empty())
    }

    /// For people.
    pub fn text(&self) -> Text {
        let Billed { channel, day, outcome } = self;
        match outcome {
            Ok(held) if held.lost.is_empty() => Text::new(
                format!(
                    "与 {channel} {day} 的账单核对：{} 行一致，没有丢失；另有 {} 处差异，现用账本里也有",
                    held.equal, held.known
                ),
                format!(
                    "Against {channel}'s bill of {day}: {} rows are equal and nothing is lost; {} differences are the live book's too.",
                    held.equal, held.known
                ),
            ),
            Ok(held) => Text::new(
                format!(
                    "{channel} {day} 的账单有 {} 行与恢复出的账本不符：不能使用，请换一个备份",
                    held.lost.len()
                ),
                format!(
                    "{} rows of {channel}'s bill of {day} do not fit the restored book: do not use it, take another backup.",
                    held.lost.len()
                ),
            ),
            Err(why) => Text::new(
                format!("没有与 {channel} {day} 的账单核对：{}", why.zh),
                format!("It was not held against {channel}'s bill of {day}: {}", why.en),
            ),
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let mut told = json!({ "channel": self.channel, "day": self.day.to_string() });
        match &self.outcome {
            Ok(held) => {
                told["equal"] = json!(held.equal);
                told["lost"] = json!(held.lost);
                told["known"] = json!(held.known);
            }
            Err(why) => told["problem"] = json!({ "zh": why.zh, "en": why.en }),
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill_world::{CHANNEL, SHOP, World};
    use provider_contract::bill_desk::fee_rule;
    use provider_contract::bill_faults::BillFault;

    /// The world's book as a backup of this moment would restore it, without the payments that `lost` names.
    async fn restored(world: &World, name: &str, lost: &[base::PaymentId]) -> Store {
        let path = world.folder.join(name);
        let from = format!("sqlite:{}/paydesk.db", world.folder.display());
        let mut live =
            sqlx::SqlitePool::connect(&from).await.expect("the live book").acquire().await.expect("it");
        let copy = sqlx::AssertSqlSafe(format!("VACUUM INTO '{}'", path.display()));
        sqlx::query(copy).execute(&mut *live).await.expect("it is copied");
        let to = format!("sqlite:{}", path.display());
        let pool = sqlx::SqlitePool::connect(&to).await.expect("the copy");
        for id in lost {
            for wipe in ["DELETE FROM facts WHERE payment = $1", "DELETE FROM payments WHERE id = $1"] {
                sqlx::query(wipe).bind(id.to_string()).execute(&pool).await.expect("it is lost");
            }
        }
        pool.close().await;
        Store::open(&StoreConfig { database: to }).await.expect("the copy opens")
    }

    #[tokio::test]
    async fn what_the_bill_has_of_ours_and_the_restored_book_has_not_is_lost() {
        let mut world = World::new("rehearsed").await;
        let sales = [world.paid().await, world.paid().await, world.paid().await];
        world.spoil(BillFault::ExtraRow);
        let live = world.handle.store().clone();
        let whole = restored(&world, "whole.db", &[]).await;
        let cut = restored(&world, "cut.db", &sales[1..2]).await;
        for live_was_read in [false, true] {
            if live_was_read {
                world.day().await;
            }
            for (restored, lost) in [(&whole, 0), (&cut, 1)] {
                let bills = Bills {
                    restored,
                    live: &live,
                    asker: world.handle.asker(),
                    fees: BTreeMap::from([(CHANNEL, fee_rule())]),
                    folder: world.folder.join("rehearsal"),
                };
                let billed =
                    bills.hold("shop".to_owned(), CHANNEL, SHOP, world.today()).await.expect("books");
                let held = billed.outcome.as_ref().expect("there is a bill");
                assert_eq!(
                    (held.equal, held.lost.len(), held.known),
                    (3 - lost as u64, lost, 1),
                    "{}",
                    billed.text().en
                );
                assert_eq!(billed.is_bad(), lost > 0);
            }
        }
        whole.close().await;
        cut.close().await;
        world.end().await;
    }
}
