//! A till's own journal: the chain over its facts, written in the transaction that writes them.

use crate::insert::{Columns, Insert};
use crate::sql::{Kind, from_columns, query, query_as, query_scalar};
use crate::{Store, StoreError, stored};
use base::{MerchantId, PaymentId, SegmentId, TillId, Timestamp};
use engine::{Batch, Row};
use journal::{Chain, Entry, Hash, Head, Opening, Record};
use payment::Entry as PaymentEntry;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

const COLUMNS: Columns = &[
    ("segment", Kind::Text),
    ("seq", Kind::Int),
    ("prev", Kind::Text),
    ("hash", Kind::Text),
    ("payment", Kind::Text),
    ("place", Kind::Int),
    ("body", Kind::Text),
];

/// Which segment is being written, if this store belongs to a till.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeping(Arc<Mutex<Option<Segment>>>);

/// The segment being written; `head` is unknown after a transaction that may or may not have happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    till: TillId,
    segment: SegmentId,
    head: Option<Head>,
}

/// Whoever holds it writes the journal; it holds nothing where no journal is kept.
pub(crate) struct Pen(Option<OwnedMutexGuard<Option<Segment>>>);

/// An entry and its place in this device's journal, which counts over all segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its number, growing.
    pub no: i64,
    /// The entry. Its body is made from the fact as it is stored now; empty if the fact is gone.
    pub entry: Entry,
}

impl Store {
    /// Goes on writing this segment: from now on every fact is journaled.
    pub async fn keep_journal(&self, till: TillId, segment: SegmentId) {
        *self.keeping().0.lock().await = Some(Segment { till, segment, head: None });
    }

    /// Begins a segment with its opening, and keeps the journal there from now on.
    pub async fn open_segment(
        &self,
        till: TillId,
        segment: SegmentId,
        opening: &Opening,
    ) -> Result<Entry, StoreError> {
        let mut keeping = self.keeping().0.lock().await;
        let mut chain = Chain::begin(till, segment);
        let entry = chain.append(Record::Open(opening.clone()).write());
        let mut transaction = self.begin().await?;
        query("INSERT INTO journal (segment, seq, prev, hash, body) VALUES ($1, $2, $3, $4, $5)")
            .bind(segment.to_string())
            .bind(1_i64)
            .bind(entry.prev.to_string())
            .bind(entry.hash.to_string())
            .bind(entry.body.clone())
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::failed("open a journal"))?;
        transaction.commit().await.map_err(StoreError::failed("open a journal"))?;
        *keeping = Some(Segment { till, segment, head: Some(chain.head()) });
        Ok(entry)
    }

    /// This device's entries after `after`, in the order they were written.
    pub async fn journal(&self, after: i64, limit: u32) -> Result<Vec<Numbered>, StoreError> {
        let text = "SELECT j.no, j.segment, j.seq, j.prev, j.hash, j.body, j.payment, j.place, f.merchant, f.at, \
                    f.body AS fact FROM journal j LEFT JOIN facts f ON f.payment = j.payment AND f.seq = j.place \
                    WHERE j.no > $1 ORDER BY j.no LIMIT $2";
        let rows: Vec<JournalRow> = query_as(text)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))?;
        rows.into_iter().map(Numbered::try_from).collect()
    }

    /// The number of the last entry up to `seq` of a segment; 0 if it has none.
    pub async fn journal_no(&self, segment: SegmentId, seq: u64) -> Result<i64, StoreError> {
        query_scalar("SELECT coalesce(max(no), 0) FROM journal WHERE segment = $1 AND seq <= $2")
            .bind(segment.to_string())
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))
    }

    /// Facts that no entry records: the end of the journal is missing.
    pub async fn facts_without_entry(&self) -> Result<u64, StoreError> {
        let text = "SELECT count(*) FROM facts f WHERE NOT EXISTS \
                    (SELECT 1 FROM journal j WHERE j.payment = f.payment AND j.place = f.seq)";
        let count: i64 = query_scalar(text)
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))?;
        Ok(count.unsigned_abs())
    }

    /// How many entries come after this number.
    pub async fn journal_left(&self, after: i64) -> Result<u64, StoreError> {
        let count: i64 = query_scalar("SELECT count(*) FROM journal WHERE no > $1")
            .bind(after)
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))?;
        Ok(count.unsigned_abs())
    }

    /// The number of a segment's first entry; 0 if there is no such segment.
    pub async fn journal_first(&self, segment: SegmentId) -> Result<i64, StoreError> {
        query_scalar("SELECT coalesce(min(no), 0) FROM journal WHERE segment = $1")
            .bind(segment.to_string())
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))
    }

    /// The entry that was written last.
    pub async fn journal_last(&self) -> Result<Option<Entry>, StoreError> {
        let last: i64 = query_scalar("SELECT coalesce(max(no), 0) FROM journal")
            .fetch_one(self.read())
            .await
            .map_err(StoreError::failed("read the journal"))?;
        Ok(self.journal(last - 1, 1).await?.pop().map(|numbered| numbered.entry))
    }

    /// The segment being written and its last entry.
    pub async fn journal_head(&self) -> Result<Option<(SegmentId, Head)>, StoreError> {
        let last = self.journal_last().await?;
        Ok(last.map(|entry| (entry.segment, Head { seq: entry.seq, hash: entry.hash })))
    }

    /// The segments of this device's journal in the order in which they were begun, and where each ends.
    pub async fn segments(&self) -> Result<Vec<(SegmentId, u64)>, StoreError> {
        let text = "SELECT segment, max(seq) FROM journal GROUP BY segment ORDER BY min(no)";
        let rows: Vec<(String, i64)> =
            query_as(text).fetch_all(self.read()).await.map_err(StoreError::failed("read the journal"))?;
        rows.into_iter().map(|(segment, seq)| Ok((segment.parse()?, seq.unsigned_abs()))).collect()
    }

    /// Puts a journal that was checked into this empty store, entry by entry as it is, with the facts it records and
    /// how their payments stand, so that the engine takes them up.
    pub async fn restore_journal(
        &self,
        entries: &[Entry],
        batch: &Batch,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "restore a journal";
        // The facts first, and without a journal of their own: their entries follow as they were.
        self.commit(batch, at).await?;
        let mut transaction = self.begin().await?;
        for entry in entries {
            let (payment, place, body) = stored_as(entry);
            let text = "INSERT INTO journal (segment, seq, prev, hash, payment, place, body) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7)";
            query(text)
                .bind(entry.segment.to_string())
                .bind(signed(entry.seq))
                .bind(entry.prev.to_string())
                .bind(entry.hash.to_string())
                .bind(payment)
                .bind(place)
                .bind(body)
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::failed(doing))?;
        }
        transaction.commit().await.map_err(StoreError::failed(doing))
    }

    /// Takes the pen: nobody else writes the journal until it is put down.
    pub(crate) async fn pen(&self) -> Pen {
        let kept = Arc::clone(&self.keeping().0).lock_owned().await;
        Pen(kept.is_some().then_some(kept))
    }

    /// The entries of these new facts; nothing if no journal is kept. Where the segment ends is unknown from here on,
    /// until [`Pen::written`] says that they are durable.
    pub(crate) async fn entries_for(
        &self,
        pen: &mut Pen,
        rows: &[Row],
        owners: &BTreeMap<PaymentId, MerchantId>,
    ) -> Result<Vec<Entry>, StoreError> {
        let Some(segment) = pen.0.as_mut().and_then(|kept| kept.as_mut()) else { return Ok(Vec::new()) };
        let head = match segment.head.take() {
            Some(head) => head,
            None => self.head_of(segment.segment).await?,
        };
        let mut chain = Chain::at(segment.till, segment.segment, head);
        let entry = |row: &Row| {
            let record = Record::Fact {
                payment: row.payment,
                place: row.seq,
                merchant: owners[&row.payment],
                at: row.entry.at,
                text: stored::write(&row.entry.fact),
            };
            chain.append(record.write())
        };
        Ok(rows.iter().map(entry).collect())
    }

    async fn head_of(&self, segment: SegmentId) -> Result<Head, StoreError> {
        let row: Option<(i64, String)> =
            query_as("SELECT seq, hash FROM journal WHERE segment = $1 ORDER BY seq DESC LIMIT 1")
                .bind(segment.to_string())
                .fetch_optional(self.read())
                .await
                .map_err(StoreError::failed("read the journal"))?;
        match row {
            Some((seq, hash)) => Ok(Head { seq: seq.unsigned_abs(), hash: read_hash(&hash)? }),
            None => Ok(Head { seq: 0, hash: Hash::NOTHING }),
        }
    }
}

impl Pen {
    /// These entries are durable.
    pub(crate) fn written(mut self, entries: &[Entry]) {
        let segment = self.0.as_mut().and_then(|kept| kept.as_mut());
        if let (Some(segment), Some(last)) = (segment, entries.last()) {
            segment.head = Some(Head { seq: last.seq, hash: last.hash });
        }
    }
}

/// The entries of new facts.
pub(crate) fn append(entries: &[Entry]) -> Insert {
    let mut insert = Insert::new("journal", COLUMNS, "");
    for entry in entries {
        let (payment, place, body) = stored_as(entry);
        insert.row([
            entry.segment.to_string().into(),
            signed(entry.seq).into(),
            entry.prev.to_string().into(),
            entry.hash.to_string().into(),
            payment.into(),
            place.into(),
            body.into(),
        ]);
    }
    insert
}

/// An entry about a fact names the fact; any other has its line.
fn stored_as(entry: &Entry) -> (Option<String>, Option<i64>, Option<String>) {
    match Record::read(&entry.body) {
        Some(Record::Fact { payment, place, .. }) => {
            (Some(payment.to_string()), Some(i64::from(place)), None)
        }
        Some(Record::Open(_)) | None => (None, None, Some(entry.body.clone())),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

struct JournalRow {
    no: i64,
    segment: String,
    seq: i64,
    prev: String,
    hash: String,
    body: Option<String>,
    payment: Option<String>,
    place: Option<i64>,
    merchant: Option<String>,
    at: Option<i64>,
    fact: Option<String>,
}

from_columns!(JournalRow { no, segment, seq, prev, hash, body, payment, place, merchant, at, fact });

impl TryFrom<JournalRow> for Numbered {
    type Error = StoreError;
    fn try_from(row: JournalRow) -> Result<Numbered, StoreError> {
        // Written as it was when it was hashed, but without reading the fact: what is unreadable must still be named.
        let body = match (row.body, row.payment, row.place, row.merchant, row.at, row.fact) {
            (Some(body), ..) => body,
            (None, Some(payment), Some(place), Some(merchant), Some(at), Some(fact)) => {
                format!("fact {payment} {place} {merchant} {at} {fact}")
            }
            _ => String::new(),
        };
        let entry = Entry {
            segment: row.segment.parse()?,
            seq: row.seq.unsigned_abs(),
            prev: read_hash(&row.prev)?,
            hash: read_hash(&row.hash)?,
            body,
        };
        Ok(Numbered { no: row.no, entry })
    }
}

pub(crate) fn read_hash(text: &str) -> Result<Hash, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(format!("a hash in the journal: {text:?}")))
}

/// A fact as a till's journal tells it.
pub fn fact_of(record: &Record) -> Option<(PaymentId, u32, PaymentEntry)> {
    match record {
        Record::Fact { payment, place, at, text, .. } => {
            let fact = stored::read(text).ok()?;
            Some((*payment, *place, PaymentEntry { at: *at, fact }))
        }
        Record::Open(_) => None,
    }
}
