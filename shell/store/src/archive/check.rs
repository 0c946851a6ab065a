//! Proving a book: against itself (how each payment stands is what its facts add up to), and against another book
//! (each payment there has the same facts, and perhaps more).

use super::connection::{Access, Connection};
use super::{Kind, Snapshot, Value};
use crate::payments::Standing;
use crate::{StoreError, stored};
use base::Timestamp;
use engine::Change;
use payment::{Entry, Policy};
use std::collections::BTreeMap;

/// What folding every payment's facts showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    /// Payments folded.
    pub payments: u64,
    /// Facts in them.
    pub facts: u64,
    /// Payments whose row says something else than their facts, or that have a row without facts, or facts without a
    /// row; each with what differs.
    pub differing: Vec<(String, String)>,
}

/// Folds every payment of the snapshot and compares it with its row. `progress` hears how many are done.
pub async fn check_projection(
    snapshot: &mut Snapshot,
    mut progress: impl FnMut(u64),
) -> Result<Projected, StoreError> {
    let mut standing = standings(snapshot).await?;
    let mut projected = Projected::default();
    let mut open: Option<(String, Vec<Entry>)> = None;
    let facts = snapshot.table("facts").cloned().ok_or_else(none_of_ours)?;
    let places = ["payment", "at", "body"].map(|column| facts.place(column));
    let [Some(payment), Some(at), Some(body)] = places else { return Err(none_of_ours()) };
    snapshot
        .rows(&facts, |row| -> Result<(), StoreError> {
            let (Value::Text(id), Value::Int(at), Value::Text(body)) = (&row[payment], &row[at], &row[body])
            else {
                return Err(StoreError::Unreadable("a fact is incomplete".to_owned()));
            };
            let fact =
                stored::read(body).map_err(|why| StoreError::Unreadable(format!("a fact of {id}: {why}")))?;
            let entry = Entry { at: Timestamp::from_micros(*at), fact };
            projected.facts += 1;
            match &mut open {
                Some((known, entries)) if known == id => entries.push(entry),
                _ => {
                    if let Some((id, entries)) = open.replace((id.clone(), vec![entry])) {
                        fold_one(&mut projected, &mut standing, id, &entries);
                        progress(projected.payments);
                    }
                }
            }
            Ok(())
        })
        .await?;
    if let Some((id, entries)) = open {
        fold_one(&mut projected, &mut standing, id, &entries);
    }
    progress(projected.payments);
    let without_facts = standing.into_keys().map(|id| (id, "it has no facts".to_owned()));
    projected.differing.extend(without_facts);
    Ok(projected)
}

/// What a row of the projection says that its facts must bear out, in one text.
type Said = String;

async fn standings(snapshot: &mut Snapshot) -> Result<BTreeMap<String, Said>, StoreError> {
    let payments = snapshot.table("payments").cloned().ok_or_else(none_of_ours)?;
    let columns =
        ["id", "amount", "state", "reason", "paid", "refunded", "undone", "transaction_no", "version"];
    let mut places = Vec::new();
    for column in columns {
        places.push(payments.place(column).ok_or_else(none_of_ours)?);
    }
    let mut standings = BTreeMap::new();
    snapshot
        .rows(&payments, |row| -> Result<(), StoreError> {
            let mut said = places.iter().map(|place| &row[*place]);
            let Some(Value::Text(id)) = said.next() else { return Err(none_of_ours()) };
            standings.insert(id.clone(), said.map(word).collect::<Vec<_>>().join(" "));
            Ok(())
        })
        .await?;
    Ok(standings)
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn fold_one(projected: &mut Projected, standing: &mut BTreeMap<String, Said>, id: String, entries: &[Entry]) {
    projected.payments += 1;
    let payment = payment::fold(entries);
    let next = payment::next(&payment, &Policy::default(), payment.updated_at);
    let change = Change { payment: payment.into(), next, due: None, became: None };
    let stand = Standing::of(&change);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let folded = [
        change.payment.request.amount.minor().to_string(),
        stand.state.to_owned(),
        or_none(stand.reason.map(str::to_owned)),
        or_none(stand.paid.map(|paid| paid.to_string())),
        stand.refunded.to_string(),
        stand.undone.to_string(),
        or_none(stand.transaction_no),
        change.payment.version.to_string(),
    ]
    .join(" ");
    match standing.remove(&id) {
        Some(said) if said == folded => {}
        Some(said) => projected.differing.push((id, format!("its row says {said}; its facts say {folded}"))),
        None => projected.differing.push((id, "it has no row".to_owned())),
    }
}

/// A book held against a newer state of the same book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Facts that both have, equal to the byte.
    pub same: u64,
    /// Facts that only the newer one has.
    pub newer: u64,
    /// Payments that only the newer one has.
    pub newer_payments: u64,
    /// Facts of the older one that the newer one lacks or has differently: the payment and what is wrong. There must be
    /// none.
    pub lost: Vec<(String, String)>,
}

/// Holds every fact of `older` against `newer`, both in the order of payments: like two sorted lists. Ids are of one
/// form, digits and small letters, which every collation puts in the same order.
pub async fn compare(
    older: &str,
    newer: &str,
    mut progress: impl FnMut(u64),
) -> Result<Compared, StoreError> {
    let (mut old, mut new) = (Facts::open(older).await?, Facts::open(newer).await?);
    let mut compared = Compared::default();
    let mut last_newer_payment = String::new();
    let (mut left, mut right) = (old.next().await?, new.next().await?);
    loop {
        let order = match (&left, &right) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(one), Some(other)) => (&one.payment, one.seq).cmp(&(&other.payment, other.seq)),
        };
        match order {
            std::cmp::Ordering::Equal => {
                let (one, other) =
                    (left.take().expect("both are there"), right.take().expect("both are there"));
                if one == other {
                    compared.same += 1;
                } else {
                    compared.lost.push((one.payment, format!("its fact {} differs", one.seq)));
                }
                (left, right) = (old.next().await?, new.next().await?);
            }
            std::cmp::Ordering::Less => {
                let one = left.take().expect("it came first");
                compared.lost.push((one.payment, format!("its fact {} is gone", one.seq)));
                left = old.next().await?;
            }
            std::cmp::Ordering::Greater => {
                let other = right.take().expect("it came first");
                compared.newer += 1;
                if other.seq == 1 && last_newer_payment != other.payment {
                    compared.newer_payments += 1;
                    last_newer_payment = other.payment;
                }
                right = new.next().await?;
            }
        }
        if (compared.same + compared.newer).is_multiple_of(4_096) {
            progress(compared.same + compared.newer);
        }
    }
    progress(compared.same + compared.newer);
    Ok(compared)
}

/// One fact as it is stored.
#[derive(Debug, PartialEq, Eq)]
struct Fact {
    payment: String,
    seq: i64,
    at: i64,
    body: String,
}

/// All facts of a book at one moment, in the order of payments, a page at a time.
struct Facts {
    connection: Connection,
    page: std::vec::IntoIter<Fact>,
    after: (String, i64),
    ended: bool,
}

/// Facts read at once.
const PAGE: usize = 5_000;

impl Facts {
    async fn open(address: &str) -> Result<Facts, StoreError> {
        let mut connection = Connection::open(address, Access::Read).await?;
        let begin = if connection.is_postgres() {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        } else {
            "BEGIN"
        };
        connection.run(begin).await.map_err(StoreError::failed("begin to read"))?;
        Ok(Facts { connection, page: Vec::new().into_iter(), after: (String::new(), 0), ended: false })
    }

    async fn next(&mut self) -> Result<Option<Fact>, StoreError> {
        if let Some(fact) = self.page.next() {
            return Ok(Some(fact));
        }
        if self.ended {
            return Ok(None);
        }
        let text = format!(
            "SELECT payment, seq, at, body FROM facts WHERE payment >= $1 AND (payment > $1 OR seq > $2) \
             ORDER BY payment, seq LIMIT {PAGE}"
        );
        let values =
            vec![(Kind::Text, Value::Text(self.after.0.clone())), (Kind::Int, Value::Int(self.after.1))];
        let mut page = Vec::with_capacity(PAGE);
        let kinds = [Kind::Text, Kind::Int, Kind::Int, Kind::Text];
        let read = self.connection.rows(text, values, &kinds, |row| {
            if let [Value::Text(payment), Value::Int(seq), Value::Int(at), Value::Text(body)] = row.as_slice()
            {
                page.push(Fact { payment: payment.clone(), seq: *seq, at: *at, body: body.clone() });
            }
            Ok::<(), sqlx::Error>(())
        });
        read.await.map_err(StoreError::failed("read facts"))?;
        self.ended = page.len() < PAGE;
        if let Some(last) = page.last() {
            self.after = (last.payment.clone(), last.seq);
        }
        self.page = page.into_iter();
        Ok(self.page.next())
    }
}

fn none_of_ours() -> StoreError {
    StoreError::NotOurs
}
