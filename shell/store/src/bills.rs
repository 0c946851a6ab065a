//! Bills, their differences from the book, and what was done about each.

use crate::sql::{QueryBuilder, query, query_as};
use crate::stored_bills::{StoredDifference, StoredSums, read, write};
use crate::{MerchantScope, Store, StoreError};
use base::{ChannelId, MerchantId, PaymentId, Text, Timestamp};
use settlement::{Balance, Cure, Day, Difference, DifferenceState, Flows, Sums};
use std::collections::BTreeMap;

macro_rules! of_bills {
    ($rest:literal) => {
        concat!(
            "SELECT channel, day, merchant, state, problem, problem_zh, problem_en, body, updated_at FROM bills",
            $rest
        )
    };
}

macro_rules! of_differences {
    ($rest:literal) => {
        concat!(
            "SELECT channel, day, cure, state, payment, body, found_at, changed_at FROM differences",
            $rest
        )
    };
}

/// How far a day's bill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillState {
    /// Being fetched or read.
    Running,
    /// The provider has not made it yet.
    NotReady,
    /// Read; every difference is kept.
    Done,
    /// The provider makes none, since nothing happened.
    Nothing,
    /// It could not be fetched or used; nothing was changed.
    Failed,
}

impl BillState {
    /// Every one.
    pub const ALL: &[BillState] =
        &[BillState::Running, BillState::NotReady, BillState::Done, BillState::Nothing, BillState::Failed];

    /// Its name in the store and on the wire. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            BillState::Running => "running",
            BillState::NotReady => "not_ready",
            BillState::Done => "done",
            BillState::Nothing => "nothing",
            BillState::Failed => "failed",
        }
    }

    /// The one with this name.
    pub fn from_code(code: &str) -> Option<BillState> {
        BillState::ALL.iter().copied().find(|known| known.code() == code)
    }
}

/// How many of a bill's differences are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenDifferences {
    /// A person must decide about so many.
    pub raised: u64,
    /// Of so many the provider is being asked, or the next bill is awaited.
    pub under_way: u64,
}

/// A channel's bill of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDay {
    /// Of which channel.
    pub channel: ChannelId,
    /// Of which day.
    pub day: Day,
    /// Whose.
    pub merchant: MerchantId,
    /// How far it is.
    pub state: BillState,
    /// Why it failed: a name, and words for people; empty if it did not.
    pub problem: (String, Text),
    /// What book and bill add up to.
    pub sums: Sums,
    /// The account's movements of the day; none before they were asked for, or if the provider makes no bill of them.
    pub funds: Option<FundsDay>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The movements of the merchant's account on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FundsDay {
    /// By what moved the money.
    pub flows: Flows,
    /// What the account held at both ends of the day; nothing if its bill does not say.
    pub balance: Option<Balance>,
    /// Why they are not known, or how they do not agree with the trade bill: a name, and words for people; empty if all
    /// is well.
    pub problem: (String, Text),
}

impl FundsDay {
    /// The name of the problem that the movements do not agree with the trade bill. A promise: never changed.
    pub const DIFFER: &str = "funds_differ";

    /// Whether the movements were read; where they do not agree, they were.
    pub fn is_known(&self) -> bool {
        self.problem.0.is_empty() || self.problem.0 == FundsDay::DIFFER
    }
}

/// A difference that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDifference {
    /// Of which channel.
    pub channel: ChannelId,
    /// Of which day's bill.
    pub day: Day,
    /// What differs.
    pub difference: Difference,
    /// Our payment, if it is one of ours.
    pub payment: Option<PaymentId>,
    /// Records by hand that it may be, if several fit.
    pub candidates: Vec<PaymentId>,
    /// What is done about it.
    pub cure: Cure,
    /// How it stands.
    pub state: DifferenceState,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

/// Something that was done about a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceAct {
    /// When.
    pub at: Timestamp,
    /// Who: a person's login, or `paydesk`.
    pub actor: String,
    /// What: `found`, `look`, `raised`, `settled`, `note` ...
    pub act: String,
    /// What is worth knowing about it.
    pub detail: String,
}

/// Which differences are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Only of this channel.
    pub channel: Option<ChannelId>,
    /// Only of this day.
    pub day: Option<Day>,
    /// Only in this state.
    pub state: Option<DifferenceState>,
    /// Only of this class, by its code.
    pub class: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Records how far a bill is.
    pub async fn put_bill(&self, bill: &BillDay) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        query(
            "INSERT INTO bills (channel, day, merchant, state, problem, problem_zh, problem_en, body, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel, day) DO UPDATE SET \
             state = excluded.state, problem = excluded.problem, problem_zh = excluded.problem_zh, \
             problem_en = excluded.problem_en, body = excluded.body, updated_at = excluded.updated_at",
        )
        .bind(bill.channel.to_string())
        .bind(bill.day.to_string())
        .bind(bill.merchant.to_string())
        .bind(bill.state.code())
        .bind(bill.problem.0.clone())
        .bind(bill.problem.1.zh.clone())
        .bind(bill.problem.1.en.clone())
        .bind(write(&StoredSums::of(&bill.sums, bill.funds.as_ref())))
        .bind(bill.updated_at.as_micros())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::failed("record a bill"))?;
        transaction.commit().await.map_err(StoreError::failed("record a bill"))
    }

    /// Keeps what was found in a bill. What was found before stays as it stands; what is no longer there and was not
    /// settled is gone. Gives those that are new.
    pub async fn keep_differences(
        &self,
        bill: &BillDay,
        found: &[KeptDifference],
    ) -> Result<Vec<KeptDifference>, StoreError> {
        let doing = "keep differences";
        let mut transaction = self.begin().await?;
        let known: Vec<(String, String)> =
            query_as("SELECT key, state FROM differences WHERE channel = $1 AND day = $2")
                .bind(bill.channel.to_string())
                .bind(bill.day.to_string())
                .fetch_all(&mut *transaction)
                .await
                .map_err(StoreError::failed(doing))?;
        let known: BTreeMap<String, String> = known.into_iter().collect();
        let keys: std::collections::BTreeSet<String> = found.iter().map(|one| one.difference.key()).collect();
        let is_new = |one: &KeptDifference| {
            let state = known.get(&one.difference.key());
            state.is_none_or(|state| state == DifferenceState::Gone.code())
        };
        let new: Vec<KeptDifference> = found.iter().filter(|one| is_new(one)).cloned().collect();
        for some in new.chunks(500) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO differences (channel, day, key, merchant, class, cure, state, payment, body, found_at, changed_at) ",
            );
            insert.push_values(some, |values, one| {
                values
                    .push_bind(one.channel.to_string())
                    .push_bind(one.day.to_string())
                    .push_bind(one.difference.key())
                    .push_bind(bill.merchant.to_string())
                    .push_bind(one.difference.class.code())
                    .push_bind(one.cure.code())
                    .push_bind(one.state.code())
                    .push_bind(one.payment.map(|id| id.to_string()).unwrap_or_default())
                    .push_bind(write(&StoredDifference::of(one)))
                    .push_bind(one.found_at.as_micros())
                    .push_bind(one.changed_at.as_micros());
            });
            insert.push(
                " ON CONFLICT (channel, day, key) DO UPDATE SET cure = excluded.cure, state = excluded.state, \
                 payment = excluded.payment, body = excluded.body, changed_at = excluded.changed_at",
            );
            insert.build().execute(&mut *transaction).await.map_err(StoreError::failed(doing))?;
        }
        let gone: Vec<&String> = known
            .iter()
            .filter(|(key, state)| {
                let open = DifferenceState::from_code(state).is_some_and(|state| !state.is_closed());
                open && !keys.contains(*key)
            })
            .map(|(key, _)| key)
            .collect();
        for key in &gone {
            query("UPDATE differences SET state = 'gone', changed_at = $4 WHERE channel = $1 AND day = $2 AND key = $3")
                .bind(bill.channel.to_string())
                .bind(bill.day.to_string())
                .bind((*key).clone())
                .bind(bill.updated_at.as_micros())
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::failed(doing))?;
        }
        let acts = new
            .iter()
            .map(|one| (one.difference.key(), "found", one.difference.class.code()))
            .chain(gone.iter().map(|key| ((*key).clone(), "gone", "")));
        let acts: Vec<(String, &str, &str)> = acts.collect();
        for some in acts.chunks(500) {
            let mut insert = QueryBuilder::new(
                "INSERT INTO difference_acts (channel, day, key, merchant, at, actor, act, detail) ",
            );
            insert.push_values(some, |values, (key, act, detail)| {
                values
                    .push_bind(bill.channel.to_string())
                    .push_bind(bill.day.to_string())
                    .push_bind(key.clone())
                    .push_bind(bill.merchant.to_string())
                    .push_bind(bill.updated_at.as_micros())
                    .push_bind("paydesk")
                    .push_bind(*act)
                    .push_bind(*detail);
            });
            insert.build().execute(&mut *transaction).await.map_err(StoreError::failed(doing))?;
        }
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(new)
    }

    /// Records what was done about a difference, how it stands now, and the row of the audit. False if it is closed
    /// already or there is no such difference.
    pub async fn act_on_difference(
        &self,
        scope: &MerchantScope,
        one: &KeptDifference,
        done: &DifferenceAct,
    ) -> Result<bool, StoreError> {
        let doing = "record what was done about a difference";
        let mut transaction = self.begin().await?;
        let key = one.difference.key();
        let changed = query(
            "UPDATE differences SET state = $5, cure = $6, body = $7, changed_at = $8, payment = $9 \
             WHERE merchant = $1 AND channel = $2 AND day = $3 AND key = $4 AND state IN ('asking', 'waiting', 'raised')",
        )
        .bind(scope.text())
        .bind(one.channel.to_string())
        .bind(one.day.to_string())
        .bind(key.clone())
        .bind(one.state.code())
        .bind(one.cure.code())
        .bind(write(&StoredDifference::of(one)))
        .bind(done.at.as_micros())
        .bind(one.payment.map(|id| id.to_string()).unwrap_or_default())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::failed(doing))?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "INSERT INTO difference_acts (channel, day, key, merchant, at, actor, act, detail) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(one.channel.to_string())
        .bind(one.day.to_string())
        .bind(key.clone())
        .bind(scope.text())
        .bind(done.at.as_micros())
        .bind(done.actor.clone())
        .bind(done.act.clone())
        .bind(done.detail.clone())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::failed(doing))?;
        query(
            "INSERT INTO audit (at, merchant, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(done.at.as_micros())
        .bind(scope.text())
        .bind(done.actor.clone())
        .bind(format!("difference.{}", done.act))
        .bind(format!("{}/{}/{key}", one.channel, one.day))
        .bind(done.detail.clone())
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))?;
        Ok(true)
    }

    /// A merchant's bills, newest day first.
    pub async fn bill_days(&self, scope: &MerchantScope, limit: u32) -> Result<Vec<BillDay>, StoreError> {
        let rows: Vec<BillRow> =
            query_as(of_bills!(" WHERE merchant = $1 ORDER BY day DESC, channel LIMIT $2"))
                .bind(scope.text())
                .bind(i64::from(limit))
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("list bills"))?;
        rows.into_iter().map(BillDay::try_from).collect()
    }

    /// One bill.
    pub async fn bill(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        day: Day,
    ) -> Result<Option<BillDay>, StoreError> {
        let row: Option<BillRow> = query_as(of_bills!(" WHERE merchant = $1 AND channel = $2 AND day = $3"))
            .bind(scope.text())
            .bind(channel.to_string())
            .bind(day.to_string())
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read a bill"))?;
        row.map(BillDay::try_from).transpose()
    }

    /// Differences, newest day first, those that need a person before others.
    pub async fn differences(
        &self,
        scope: &MerchantScope,
        filter: &DifferenceFilter,
    ) -> Result<Vec<KeptDifference>, StoreError> {
        let mut wanted = QueryBuilder::new(of_differences!(""));
        wanted.push(" WHERE merchant = ").push_bind(scope.text());
        if let Some(channel) = filter.channel {
            wanted.push(" AND channel = ").push_bind(channel.to_string());
        }
        if let Some(day) = filter.day {
            wanted.push(" AND day = ").push_bind(day.to_string());
        }
        if let Some(state) = filter.state {
            wanted.push(" AND state = ").push_bind(state.code());
        }
        if let Some(class) = &filter.class {
            wanted.push(" AND class = ").push_bind(class.clone());
        }
        wanted.push(
            " ORDER BY day DESC, CASE state WHEN 'raised' THEN 0 WHEN 'asking' THEN 1 WHEN 'waiting' THEN 2 ELSE 3 END, \
             channel, key LIMIT ",
        );
        wanted.push_bind(i64::from(filter.limit.clamp(1, 10_000)));
        let rows: Vec<DifferenceRow> = wanted
            .build_query_as()
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list differences"))?;
        rows.into_iter().map(KeptDifference::try_from).collect()
    }

    /// One difference with what was done about it, oldest first.
    pub async fn difference(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        day: Day,
        key: &str,
    ) -> Result<Option<(KeptDifference, Vec<DifferenceAct>)>, StoreError> {
        let doing = "read a difference";
        let row: Option<DifferenceRow> =
            query_as(of_differences!(" WHERE merchant = $1 AND channel = $2 AND day = $3 AND key = $4"))
                .bind(scope.text())
                .bind(channel.to_string())
                .bind(day.to_string())
                .bind(key.to_owned())
                .fetch_optional(self.read())
                .await
                .map_err(StoreError::failed(doing))?;
        let Some(row) = row else { return Ok(None) };
        let acts: Vec<(i64, String, String, String)> = query_as(
            "SELECT at, actor, act, detail FROM difference_acts \
             WHERE merchant = $1 AND channel = $2 AND day = $3 AND key = $4 ORDER BY id",
        )
        .bind(scope.text())
        .bind(channel.to_string())
        .bind(day.to_string())
        .bind(key.to_owned())
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed(doing))?;
        let act = |(at, actor, act, detail): (i64, String, String, String)| DifferenceAct {
            at: Timestamp::from_micros(at),
            actor,
            act,
            detail,
        };
        Ok(Some((KeptDifference::try_from(row)?, acts.into_iter().map(act).collect())))
    }

    /// How many differences are open, of every bill of a merchant that has any.
    pub async fn open_differences(
        &self,
        scope: &MerchantScope,
    ) -> Result<BTreeMap<(ChannelId, Day), OpenDifferences>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = query_as(
            "SELECT channel, day, state, count(*) FROM differences \
             WHERE merchant = $1 AND state IN ('asking', 'waiting', 'raised') GROUP BY channel, day, state",
        )
        .bind(scope.text())
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("count differences"))?;
        let mut open: BTreeMap<(ChannelId, Day), OpenDifferences> = BTreeMap::new();
        for (channel, day, state, count) in rows {
            let of_bill = (channel.parse()?, day.parse().map_err(|_| unreadable(&day))?);
            let (known, count) = (open.entry(of_bill).or_default(), count.unsigned_abs());
            match state == DifferenceState::Raised.code() {
                true => known.raised += count,
                false => known.under_way += count,
            }
        }
        Ok(open)
    }
}

type BillRow = (String, String, String, String, String, String, String, String, i64);
type DifferenceRow = (String, String, String, String, String, String, i64, i64);

fn unreadable(what: &str) -> StoreError {
    StoreError::Unreadable(format!("{what:?} in a bill"))
}

impl TryFrom<BillRow> for BillDay {
    type Error = StoreError;
    fn try_from(row: BillRow) -> Result<BillDay, StoreError> {
        let (channel, day, merchant, state, problem, zh, en, body, at) = row;
        let stored: StoredSums = read(&body)?;
        Ok(BillDay {
            channel: channel.parse()?,
            day: day.parse().map_err(|_| unreadable(&day))?,
            merchant: merchant.parse()?,
            state: BillState::from_code(&state).ok_or_else(|| unreadable(&state))?,
            problem: (problem, Text::new(zh, en)),
            sums: stored.sums(),
            funds: stored.funds(),
            updated_at: Timestamp::from_micros(at),
        })
    }
}

impl TryFrom<DifferenceRow> for KeptDifference {
    type Error = StoreError;
    fn try_from(row: DifferenceRow) -> Result<KeptDifference, StoreError> {
        let (channel, day, cure, state, payment, body, found_at, changed_at) = row;
        let stored: StoredDifference = read(&body)?;
        let (difference, candidates) = stored.difference().ok_or_else(|| unreadable(&body))?;
        Ok(KeptDifference {
            channel: channel.parse()?,
            day: day.parse().map_err(|_| unreadable(&day))?,
            difference,
            payment: if payment.is_empty() { None } else { Some(payment.parse()?) },
            candidates,
            cure: Cure::from_code(&cure).ok_or_else(|| unreadable(&cure))?,
            state: DifferenceState::from_code(&state).ok_or_else(|| unreadable(&state))?,
            found_at: Timestamp::from_micros(found_at),
            changed_at: Timestamp::from_micros(changed_at),
        })
    }
}

#[cfg(test)]
mod tests;
