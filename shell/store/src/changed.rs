//! What of a till's payments changed since a mark, for a till whose own copies of them rest.
//!
//! A mark is a place among the merchant's events, which become visible in the order of their numbers. It also says when
//! that event happened, so that a mark of another book, such as one that was put back to an older moment, is known for
//! what it is. Where a mark leads nowhere (none yet, another book's, or its event was dropped with age), the till's
//! payments are walked through once, newest first, and then the events from before the walk: nothing is left out.

use crate::sql::{query_as, query_scalar};
use crate::{Cursor, EventId, MerchantScope, PaymentFilter, Store, StoreError};
use base::{PaymentId, TillId, Timestamp};
use payment::Payment;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Events younger than this are all still there, whatever was dropped.
const SURELY_KEPT: Duration = Duration::from_secs(6 * 24 * 3600);
/// Events that are read for each payment that may be told: most are other tills'.
const EVENTS_FOR_EACH: u32 = 5;

/// Where a till has come. Prints as a text that reads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    point: Point,
    /// The rest of the walk that is still to be done before going on from the point.
    walk: Option<Cursor>,
}

/// A place among the events: the last one seen and when it happened; 0 and the server's time if there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    event: EventId,
    at: Timestamp,
}

/// A text that is not a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mark that a server gave")]
pub struct MalformedMark;

/// What changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The payments as they stand now, each once.
    pub payments: Vec<Payment>,
    /// Where to go on.
    pub mark: Mark,
    /// There is more at once.
    pub more: bool,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.point.event, self.point.at.as_micros())?;
        self.walk.map_or(Ok(()), |cursor| write!(f, "~{cursor}"))
    }
}

impl FromStr for Mark {
    type Err = MalformedMark;
    fn from_str(text: &str) -> Result<Mark, MalformedMark> {
        let (point, walk) = match text.split_once('~') {
            Some((point, cursor)) => (point, Some(cursor.parse().map_err(|_| MalformedMark)?)),
            None => (text, None),
        };
        let (event, at) = point.split_once('-').ok_or(MalformedMark)?;
        let number = |text: &str| text.parse::<i64>().map_err(|_| MalformedMark);
        let point = Point { event: EventId(number(event)?), at: Timestamp::from_micros(number(at)?) };
        Ok(Mark { point, walk })
    }
}

impl Store {
    /// The payments of this till that changed since `mark`, at most `limit`; without a mark, all of them, part by part.
    pub async fn changed_at_till(
        &self,
        scope: &MerchantScope,
        till: TillId,
        mark: Option<&Mark>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        match mark {
            Some(Mark { point, walk: None }) if self.leads_on(scope, *point, now).await? => {
                self.changed_since(scope, till, *point, limit, now).await
            }
            Some(Mark { point, walk: Some(cursor) }) => {
                self.walk(scope, till, *point, Some(*cursor), limit).await
            }
            Some(_) | None => {
                // The point first: what changes during the walk is told after it.
                let point = self.newest_point(scope, now).await?;
                self.walk(scope, till, point, None, limit).await
            }
        }
    }

    /// Whether every event after this point is still there, and the point is one of this book.
    async fn leads_on(
        &self,
        scope: &MerchantScope,
        point: Point,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if point.event == EventId(0) {
            return Ok(now.since(point.at) < SURELY_KEPT);
        }
        let at: Option<i64> = query_scalar("SELECT at FROM events WHERE merchant = $1 AND id = $2")
            .bind(scope.text())
            .bind(point.event.0)
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("look for a till's mark"))?;
        Ok(at == Some(point.at.as_micros()))
    }

    async fn newest_point(&self, scope: &MerchantScope, now: Timestamp) -> Result<Point, StoreError> {
        let text = "SELECT id, at FROM events WHERE merchant = $1 ORDER BY id DESC LIMIT 1";
        let newest: Option<(i64, i64)> = query_as(text)
            .bind(scope.text())
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read the last event"))?;
        let (event, at) = newest.unwrap_or((0, now.as_micros()));
        Ok(Point { event: EventId(event), at: Timestamp::from_micros(at) })
    }

    async fn changed_since(
        &self,
        scope: &MerchantScope,
        till: TillId,
        point: Point,
        limit: u32,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let most = limit.saturating_mul(EVENTS_FOR_EACH);
        let text = "SELECT e.id, e.at, p.id FROM events e LEFT JOIN payments p ON p.id = e.payment AND p.till = $1 \
                    WHERE e.merchant = $2 AND e.id > $3 ORDER BY e.id LIMIT $4";
        let rows: Vec<(i64, i64, Option<String>)> = query_as(text)
            .bind(till.to_string())
            .bind(scope.text())
            .bind(point.event.0)
            .bind(i64::from(most))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read what changed at a till"))?;
        let read_all = rows.len() < most as usize;
        // Nothing ever happened, which is true of later too; a mark that stays the same need not be written down.
        let stale = point.event == EventId(0) && now.since(point.at) > SURELY_KEPT / 2;
        let mut reached = if stale { Point { at: now, ..point } } else { point };
        let (mut ids, mut cut): (Vec<PaymentId>, bool) = (Vec::new(), false);
        for (event, at, payment) in rows {
            if let Some(id) = payment.map(|id| id.parse()).transpose()?
                && !ids.contains(&id)
            {
                cut = ids.len() == limit as usize;
                if cut {
                    break;
                }
                ids.push(id);
            }
            reached = Point { event: EventId(event), at: Timestamp::from_micros(at) };
        }
        let entries = self.entries_of(&ids).await?;
        let payments =
            ids.iter().filter_map(|id| entries.get(id)).map(|facts| payment::fold(facts)).collect();
        Ok(Changed { payments, mark: Mark { point: reached, walk: None }, more: cut || !read_all })
    }

    async fn walk(
        &self,
        scope: &MerchantScope,
        till: TillId,
        point: Point,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Changed, StoreError> {
        let filter = PaymentFilter { till: Some(till), ..PaymentFilter::default() };
        let page = self.page(scope, &filter, cursor, limit).await?;
        let more = page.next.is_some();
        Ok(Changed { payments: page.items, mark: Mark { point, walk: page.next }, more })
    }

    /// Where this till has come in learning what its server knows; nothing if it never began.
    pub async fn learnt(&self) -> Result<Option<String>, StoreError> {
        query_scalar("SELECT mark FROM till_learnt")
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("read how much was learnt from the server"))
    }

    /// This till knows everything up to `mark`.
    pub async fn keep_learnt(&self, mark: &str) -> Result<(), StoreError> {
        let text = "INSERT INTO till_learnt (one, mark) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark";
        let mut transaction = self.begin().await?;
        let doing = "record how much was learnt from the server";
        crate::sql::query(text)
            .bind(mark)
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed(doing))?;
        transaction.commit().await.map_err(StoreError::failed(doing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::bad_databases::{NOW, SHOP, batch, one};
    use crate::folder::Folder;
    use engine::Batch;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    const TILL: TillId = TillId::from_u128(0x71);

    /// What is told after this mark, as numbers in order, and the next mark.
    async fn told(store: &Store, mark: Option<&Mark>, limit: u32) -> (Vec<u128>, Mark, bool) {
        let changed = store.changed_at_till(&SHOP, TILL, mark, limit, NOW).await.expect("it reads");
        let ids = changed.payments.iter().map(|payment| payment.request.id.as_u128()).collect();
        (ids, changed.mark, changed.more)
    }

    fn at_another_till(mut batch: Batch) -> Batch {
        for change in &mut batch.changes {
            Arc::make_mut(&mut Arc::make_mut(&mut change.payment).request).till = TillId::from_u128(0x72);
        }
        batch
    }

    #[test]
    fn marks_read_back_and_nothing_else_does() {
        for text in ["0-1795400000000000", "71-5", "71-5~9.0190a5c8-0000-7000-8000-000000000001"] {
            assert_eq!(text.parse::<Mark>().expect("a mark").to_string(), text);
        }
        for text in ["", "71", "x-1", "1-x", "1-2~", "1-2~3", "1-2-3"] {
            assert_eq!(text.parse::<Mark>(), Err(MalformedMark), "{text}");
        }
    }

    #[tokio::test]
    async fn a_till_without_a_mark_is_told_all_and_then_what_changed() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let (none, start, more) = told(&store, None, 2).await;
        assert_eq!((none, more), (vec![], false));
        store.commit(&batch(1..4), NOW).await.expect("new");
        store.commit(&at_another_till(one(9)), NOW).await.expect("new");
        assert_eq!(told(&store, Some(&start), 9).await.0, [1, 2, 3], "nothing had happened before that mark");
        let (first, mark, more) = told(&store, None, 2).await;
        assert_eq!((first, more), (vec![3, 2], true));
        // What changes while the rest is walked through is told after it.
        store.commit(&one(4), NOW).await.expect("new");
        let (rest, mark, more) = told(&store, Some(&mark.to_string().parse().expect("a mark")), 2).await;
        assert_eq!((rest, more), (vec![1], false));
        let (new, mark, _) = told(&store, Some(&mark), 2).await;
        assert_eq!(new, [4]);
        let (again, same, _) = told(&store, Some(&mark), 2).await;
        assert_eq!((again, &same), (vec![], &mark), "nothing changed");
        store.commit(&at_another_till(one(10)), NOW).await.expect("new");
        let (theirs, moved, _) = told(&store, Some(&mark), 2).await;
        assert!(theirs.is_empty() && moved != mark, "another till's payments only move the mark");
        store.commit(&batch(5..8), NOW).await.expect("new");
        let (some, mark, more) = told(&store, Some(&moved), 2).await;
        assert_eq!((some, more), (vec![5, 6], true));
        assert_eq!(told(&store, Some(&mark), 2).await.0, [7]);
    }

    #[tokio::test]
    async fn a_mark_that_leads_nowhere_begins_anew() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        store.commit(&batch(1..3), NOW).await.expect("new");
        let (_, mark, _) = told(&store, None, 9).await;
        assert_eq!(told(&store, Some(&mark), 9).await.0, [0; 0]);
        for another in ["2-1", "77-1795400000000000", "0-1"] {
            let another: Mark = another.parse().expect("a mark");
            assert_eq!(told(&store, Some(&another), 9).await.0, [2, 1], "{another}");
        }
        store.drop_events(NOW + Duration::from_secs(1), 9).await.expect("dropped");
        let (all, fresh, _) = told(&store, Some(&mark), 9).await;
        assert_eq!(all, [2, 1], "its event was dropped, and others may have been");
        assert_eq!(told(&store, Some(&fresh), 9).await.0, [0; 0]);
    }

    #[tokio::test]
    async fn of_commits_that_overlap_none_is_missed() {
        let folder = Folder::new();
        let (store, other) = (folder.open().await.expect("it opens"), folder.open().await.expect("it opens"));
        let (_, mut mark, _) = told(&store, None, 5).await;
        let mut seen = BTreeSet::new();
        for round in 0..20_u128 {
            let (ours, theirs) = (one(round * 2 + 1), one(round * 2 + 2));
            let (done, too, read) = tokio::join!(
                store.commit(&ours, NOW),
                other.commit(&theirs, NOW),
                told(&store, Some(&mark), 5)
            );
            done.and(too).expect("both are stored");
            seen.extend(read.0);
            mark = read.1;
        }
        loop {
            let (ids, next, more) = told(&store, Some(&mark), 5).await;
            seen.extend(ids);
            mark = next;
            if !more {
                break;
            }
        }
        assert_eq!(seen, (1..=40).collect());
    }

    #[tokio::test]
    async fn a_till_keeps_how_much_it_learnt() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        assert_eq!(store.learnt().await.expect("it reads"), None);
        for mark in ["1-2", "3-4"] {
            store.keep_learnt(mark).await.expect("kept");
        }
        assert_eq!(store.learnt().await.expect("it reads").as_deref(), Some("3-4"));
    }
}
