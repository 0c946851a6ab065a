//! What a merchant must know that belongs to no payment: raised by name, once for each subject, until somebody has
//! seen it.

use crate::sql::{from_columns, query, query_as};
use crate::{MerchantScope, Store, StoreError};
use base::{MerchantId, Timestamp};

/// Something a merchant must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its number.
    pub no: i64,
    /// What it is, by its name for programs.
    pub what: String,
    /// What it is about: an order, a webhook.
    pub subject: String,
    /// What is worth knowing about it, without secrets.
    pub detail: String,
    /// How often it was raised.
    pub times: u32,
    /// When for the first time.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// Since when somebody has seen it; nothing if it was raised again since.
    pub seen_at: Option<Timestamp>,
    /// Who.
    pub seen_by: String,
}

/// Something to raise.
#[derive(Clone, Copy, Debug)]
pub struct ToRaise<'a> {
    /// Who must know.
    pub merchant: MerchantId,
    /// What it is, by its name for programs.
    pub what: &'static str,
    /// What it is about.
    pub subject: &'a str,
    /// What is worth knowing about it, without secrets.
    pub detail: &'a str,
    /// Whether the same detail again is the very same happening, and rings nobody twice.
    pub once: bool,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// Raises an alarm; the same again is counted, and is to be seen again.
    pub async fn raise(&self, alarm: ToRaise<'_>) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query(
            "INSERT INTO alarms (merchant, what, subject, detail, times, first_at, last_at, seen_by) \
             VALUES ($1, $2, $3, $4, 1, $5, $5, '') ON CONFLICT (merchant, what, subject) DO UPDATE SET \
             detail = excluded.detail, times = alarms.times + 1, last_at = excluded.last_at, seen_at = NULL, seen_by = '' \
             WHERE NOT $6 OR alarms.detail <> excluded.detail",
        )
        .bind(alarm.merchant.to_string())
        .bind(alarm.what)
        .bind(alarm.subject.to_owned())
        .bind(alarm.detail.to_owned())
        .bind(alarm.at.as_micros())
        .bind(alarm.once)
        .execute(&mut *tx)
        .await
        .map_err(StoreError::failed("raise an alarm"))?;
        tx.commit().await.map_err(StoreError::failed("raise an alarm"))
    }

    /// A merchant's alarms, those to be seen first, then the newest.
    pub async fn alarms(&self, scope: &MerchantScope, limit: u32) -> Result<Vec<Alarm>, StoreError> {
        let rows: Vec<AlarmRow> = query_as(
            "SELECT no, what, subject, detail, times, first_at, last_at, seen_at, seen_by FROM alarms \
             WHERE merchant = $1 ORDER BY CASE WHEN seen_at IS NULL THEN 0 ELSE 1 END, last_at DESC, no DESC LIMIT $2",
        )
        .bind(scope.text())
        .bind(i64::from(limit))
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("list alarms"))?;
        Ok(rows.into_iter().map(Alarm::from).collect())
    }

    /// A merchant's alarm by its number.
    pub async fn alarm(&self, scope: &MerchantScope, no: i64) -> Result<Option<Alarm>, StoreError> {
        let row: Option<AlarmRow> = query_as(
            "SELECT no, what, subject, detail, times, first_at, last_at, seen_at, seen_by FROM alarms \
             WHERE no = $1 AND merchant = $2",
        )
        .bind(no)
        .bind(scope.text())
        .fetch_optional(self.read())
        .await
        .map_err(StoreError::failed("read an alarm"))?;
        Ok(row.map(Alarm::from))
    }

    /// Somebody has seen an alarm; false if the merchant has no such alarm.
    pub async fn alarm_seen(
        &self,
        scope: &MerchantScope,
        no: i64,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let text = "UPDATE alarms SET seen_at = coalesce(seen_at, $3), \
                    seen_by = CASE WHEN seen_at IS NULL THEN $4 ELSE seen_by END WHERE no = $1 AND merchant = $2";
        let seen = query(text)
            .bind(no)
            .bind(scope.text())
            .bind(at.as_micros())
            .bind(by.to_owned())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record that an alarm was seen"))?;
        tx.commit().await.map_err(StoreError::failed("record that an alarm was seen"))?;
        Ok(seen.rows_affected() > 0)
    }
}

struct AlarmRow {
    no: i64,
    what: String,
    subject: String,
    detail: String,
    times: i64,
    first_at: i64,
    last_at: i64,
    seen_at: Option<i64>,
    seen_by: String,
}

from_columns!(AlarmRow { no, what, subject, detail, times, first_at, last_at, seen_at, seen_by });

impl From<AlarmRow> for Alarm {
    fn from(row: AlarmRow) -> Alarm {
        Alarm {
            no: row.no,
            what: row.what,
            subject: row.subject,
            detail: row.detail,
            times: u32::try_from(row.times).unwrap_or(u32::MAX),
            first_at: Timestamp::from_micros(row.first_at),
            last_at: Timestamp::from_micros(row.last_at),
            seen_at: row.seen_at.map(Timestamp::from_micros),
            seen_by: row.seen_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[tokio::test]
    async fn an_alarm_is_one_until_it_is_seen_and_rings_again_when_it_comes_back() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let (ours, theirs) = (MerchantId::from_u128(1), MerchantId::from_u128(2));
        let at = Timestamp::from_micros;
        let raise = |subject: &'static str, now| ToRaise {
            merchant: ours,
            what: "unknown_order",
            subject,
            detail: "SUCCESS",
            once: now > 6,
            at: at(now),
        };
        for (subject, now) in [("a", 1), ("a", 2), ("b", 3)] {
            store.raise(raise(subject, now)).await.expect("raised");
        }
        let read = async || store.alarms(&MerchantScope(ours), 9).await.expect("read");
        let brief = |all: &[Alarm]| -> Vec<(String, u32, bool)> {
            all.iter().map(|one| (one.subject.clone(), one.times, one.seen_at.is_some())).collect()
        };
        let all = read().await;
        assert_eq!(brief(&all), [("b".into(), 1, false), ("a".into(), 2, false)]);
        assert!(!store.alarm_seen(&MerchantScope(theirs), all[0].no, "x", at(4)).await.expect("looked"));
        for (by, now) in [("zhang", 4), ("li", 5)] {
            assert!(store.alarm_seen(&MerchantScope(ours), all[0].no, by, at(now)).await.expect("seen"));
        }
        let seen = read().await;
        assert_eq!(brief(&seen), [("a".into(), 2, false), ("b".into(), 1, true)]);
        assert_eq!((seen[1].seen_by.as_str(), seen[1].seen_at), ("zhang", Some(at(4))), "whoever was first");
        store.raise(raise("b", 6)).await.expect("raised");
        assert_eq!(brief(&read().await), [("b".into(), 2, false), ("a".into(), 2, false)]);
        store.raise(raise("a", 7)).await.expect("raised");
        assert_eq!(brief(&read().await)[1], ("a".into(), 2, false), "the very same rings nobody twice");
        assert!(store.alarms(&MerchantScope(theirs), 9).await.expect("read").is_empty());
    }
}
