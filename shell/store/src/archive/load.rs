//! Putting a book into an empty database again.
//!
//! It is made aside and appears whole: a SQLite file under another name until [`Restored::finish`], a PostgreSQL
//! database in one transaction. Until then nothing that was there is touched.

use super::connection::{Access, Connection, sqlite_path};
use super::snapshot::{identities, newest_schema_step, tables};
use super::{Kind, Table, Value};
use crate::database::MIGRATIONS;
use crate::payments::{Standing, refund_state};
use crate::{StoreError, stored};
use base::Timestamp;
use engine::Change;
use payment::{Entry, Next, Payment, Policy, Trace};
use std::path::{Path, PathBuf};

/// Values one statement may carry, on either database.
const VALUES_MAX: usize = 16_000;
/// Rows one statement carries.
const ROWS_MAX: usize = 500;

/// A database being filled.
pub struct Restored {
    connection: Connection,
    tables: Vec<Table>,
    aside: Option<Aside>,
    table: Option<Table>,
    waiting: Vec<Vec<Value>>,
}

/// A file that gets its name last.
struct Aside {
    made: PathBuf,
    named: PathBuf,
}

impl Restored {
    /// Begins an empty book at this step of the schema. A database that holds anything is refused, unless it may be
    /// replaced; then it stays as it is until the end.
    pub async fn begin(address: &str, step: i64, replace: bool) -> Result<Restored, StoreError> {
        if step > newest_schema_step() {
            return Err(StoreError::SchemaIsNewer { found: step, known: newest_schema_step() });
        }
        let aside = sqlite_path(address).map(|named| Aside { made: beside(&named, ".restoring"), named });
        if let Some(aside) = &aside {
            if aside.named.exists() && !replace {
                return Err(exists(&aside.named.display().to_string()));
            }
            remove(&aside.made);
        }
        let place =
            aside.as_ref().map_or(address.to_owned(), |aside| format!("sqlite:{}", aside.made.display()));
        let mut connection = Connection::open(&place, Access::Create).await?;
        let mut restored = async {
            connection.run("BEGIN").await.map_err(StoreError::failed("begin a transaction"))?;
            let there = tables(&mut connection).await?;
            if !there.is_empty() {
                if !replace {
                    return Err(exists("the database"));
                }
                let names: Vec<String> = there.iter().map(|table| format!("\"{}\"", table.name)).collect();
                let drop = format!("DROP TABLE {} CASCADE", names.join(", "));
                connection.run(drop).await.map_err(StoreError::failed("make room"))?;
            }
            schema(&mut connection, step).await?;
            let tables = tables(&mut connection).await?;
            Ok(Restored { connection, tables, aside: None, table: None, waiting: Vec::new() })
        }
        .await;
        match &mut restored {
            Ok(restored) => restored.aside = aside,
            Err(_) => {
                if let Some(aside) = &aside {
                    remove(&aside.made);
                }
            }
        }
        restored
    }

    /// From now on rows are of this table, with these columns in this order.
    pub async fn table(&mut self, name: &str, columns: &[String]) -> Result<(), StoreError> {
        self.write_waiting().await?;
        let unknown = || StoreError::DoesNotFit(format!("it has a table that its schema lacks: {name}"));
        let known = self.tables.iter().find(|table| table.name == name).ok_or_else(unknown)?;
        let place = |column: &String| {
            known.place(column).ok_or_else(|| {
                StoreError::DoesNotFit(format!("it has a column that its schema lacks: {name}.{column}"))
            })
        };
        let places = columns.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let key = known.key.iter().filter_map(|key| places.iter().position(|place| place == key)).collect();
        let columns = places.iter().map(|place| known.columns[*place].clone()).collect();
        self.table = Some(Table { name: name.to_owned(), columns, key });
        Ok(())
    }

    /// Adds a row, or replaces the one with its key.
    pub async fn row(&mut self, row: Vec<Value>) -> Result<(), StoreError> {
        let Some(table) = &self.table else {
            return Err(StoreError::DoesNotFit("it has a row before its table".to_owned()));
        };
        if row.len() != table.columns.len() {
            return Err(StoreError::DoesNotFit(format!("a row of {} has another width", table.name)));
        }
        self.waiting.push(row);
        if self.waiting.len() >= ROWS_MAX.min(VALUES_MAX / table.columns.len().max(1)) {
            self.write_waiting().await?;
        }
        Ok(())
    }

    /// Takes away the rows of the current table that are equal to this one in these columns.
    pub async fn remove(&mut self, key: Vec<(String, Value)>) -> Result<(), StoreError> {
        self.write_waiting().await?;
        let Some(table) = self.table.clone() else { return Ok(()) };
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (column, value) in key {
            let Some(place) = table.place(&column) else { continue };
            values.push((table.columns[place].1, value));
            conditions.push(format!("\"{column}\" = ${}", values.len()));
        }
        let text = format!("DELETE FROM \"{}\" WHERE {}", table.name, conditions.join(" AND "));
        self.connection.change(text, values).await.map_err(StoreError::failed("take a row away"))?;
        Ok(())
    }

    /// Empties a table.
    pub async fn empty(&mut self, table: &str) -> Result<(), StoreError> {
        self.write_waiting().await?;
        if self.tables.iter().any(|known| known.name == table) {
            let text = format!("DELETE FROM \"{table}\"");
            self.connection.run(text).await.map_err(StoreError::failed("empty a table"))?;
        }
        Ok(())
    }

    /// Numbers that were given stay given.
    pub async fn counters(&mut self, counters: &[(String, i64)]) -> Result<(), StoreError> {
        self.write_waiting().await?;
        let failed = || StoreError::failed("set its counters");
        if !self.connection.is_postgres() {
            for (table, last) in counters {
                let text = "UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = $2";
                let values = vec![(Kind::Int, Value::Int(*last)), (Kind::Text, Value::Text(table.clone()))];
                if self.connection.change(text.to_owned(), values.clone()).await.map_err(failed())? == 0 {
                    let text = "INSERT INTO sqlite_sequence (seq, name) VALUES ($1, $2)";
                    self.connection.change(text.to_owned(), values).await.map_err(failed())?;
                }
            }
            return Ok(());
        }
        for (table, column) in identities(&mut self.connection).await.map_err(failed())? {
            let last = counters.iter().find(|(name, _)| *name == table).map_or(0, |(_, last)| *last);
            let text = format!(
                "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), \
                 greatest({last}, (SELECT coalesce(max(\"{column}\"), 0) FROM \"{table}\")) + 1, false)"
            );
            self.connection.run(text).await.map_err(failed())?;
        }
        Ok(())
    }

    /// Forgets everything that was learnt after `at`: facts, and what was made because of them. Gives the payments
    /// that lost some of their facts and kept some; how they stand must be worked out again.
    pub async fn cut(&mut self, at: Timestamp) -> Result<Vec<String>, StoreError> {
        self.write_waiting().await?;
        let failed = || StoreError::failed("go back to a moment");
        let at = at.as_micros();
        let touched = "SELECT DISTINCT payment FROM facts WHERE at > ";
        let kept = format!("{touched}{at} AND payment IN (SELECT payment FROM facts WHERE at <= {at})");
        let rows = self.connection.all(kept, &[Kind::Text]).await.map_err(failed())?;
        let kept = rows.into_iter().filter_map(|row| match row.into_iter().next() {
            Some(Value::Text(id)) => Some(id),
            _ => None,
        });
        let kept = kept.collect();
        let gone = format!("(SELECT id FROM payments WHERE created_at > {at})");
        for text in [
            format!("DELETE FROM print_jobs WHERE created_at > {at} OR payment IN {gone}"),
            format!("DELETE FROM refunds WHERE requested_at > {at} OR payment IN {gone}"),
            format!("DELETE FROM events WHERE at > {at} OR payment IN {gone}"),
            format!("DELETE FROM audit WHERE at > {at}"),
            format!("DELETE FROM payments WHERE created_at > {at}"),
            format!("DELETE FROM facts WHERE at > {at}"),
        ] {
            self.connection.run(text).await.map_err(failed())?;
        }
        Ok(kept)
    }

    /// Works out again how these payments stand, by their facts alone. One that is open is due at once.
    pub async fn refold(&mut self, payments: &[String]) -> Result<(), StoreError> {
        for id in payments {
            let mut entries = Vec::new();
            let text = "SELECT at, body FROM facts WHERE payment = $1 ORDER BY seq".to_owned();
            let values = vec![(Kind::Text, Value::Text(id.clone()))];
            let read = self.connection.rows(text, values, &[Kind::Int, Kind::Text], |row| {
                if let [Value::Int(at), Value::Text(body)] = row.as_slice() {
                    entries.push((*at, body.clone()));
                }
                Ok::<(), sqlx::Error>(())
            });
            read.await.map_err(StoreError::failed("read facts"))?;
            let entry = |(at, body): &(i64, String)| {
                let fact = stored::read(body);
                let fact = fact.map_err(|why| StoreError::Unreadable(format!("a fact of {id}: {why}")))?;
                Ok(Entry { at: Timestamp::from_micros(*at), fact })
            };
            let entries = entries.iter().map(entry).collect::<Result<Vec<_>, StoreError>>()?;
            self.stand(id, payment::fold(&entries)).await?;
        }
        Ok(())
    }

    async fn stand(&mut self, id: &str, payment: Payment) -> Result<(), StoreError> {
        let failed = || StoreError::failed("work out how a payment stands");
        let next = payment::next(&payment, &Policy::default(), payment.updated_at);
        let open = matches!(next, Next::Ask(_) | Next::Wait { .. } | Next::Escalate { until: Some(_), .. });
        let due = open.then_some(payment.updated_at);
        let change = Change { payment: payment.into(), next, due, became: None };
        let stand = Standing::of(&change);
        let int = |number: Option<i64>| (Kind::Int, number.map_or(Value::Null, Value::Int));
        let text = |words: Option<String>| (Kind::Text, words.map_or(Value::Null, Value::Text));
        let values = vec![
            text(Some(stand.state.to_owned())),
            text(stand.reason.map(str::to_owned)),
            int(stand.paid),
            int(stand.paid_at.map(Timestamp::as_micros)),
            int(Some(stand.refunded)),
            (Kind::Bool, Value::Bool(stand.undone)),
            (Kind::Bool, Value::Bool(stand.escalated)),
            (Kind::Bool, Value::Bool(stand.unseen)),
            text(stand.transaction_no),
            int(due.map(Timestamp::as_micros)),
            int(Some(change.payment.updated_at.as_micros())),
            int(Some(i64::from(change.payment.version))),
            text(Some(id.to_owned())),
        ];
        let update = "UPDATE payments SET state = $1, reason = $2, paid = $3, paid_at = $4, refunded = $5, undone = $6, \
                      escalated = $7, unseen = $8, transaction_no = $9, due_at = $10, updated_at = $11, version = $12 \
                      WHERE id = $13";
        self.connection.change(update.to_owned(), values).await.map_err(failed())?;
        for refund in &change.payment.refunds {
            let (state, done_at) = refund_state(refund);
            let values = vec![
                text(Some(state.to_owned())),
                int(done_at.map(Timestamp::as_micros)),
                text(Some(refund.id.to_string())),
            ];
            let update = "UPDATE refunds SET state = $1, done_at = $2 WHERE id = $3".to_owned();
            self.connection.change(update, values).await.map_err(failed())?;
        }
        Ok(())
    }

    /// Makes it durable and gives it its name.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        self.write_waiting().await?;
        self.skip_traces().await?;
        self.connection.run("COMMIT").await.map_err(StoreError::failed("commit what was restored"))?;
        if self.aside.is_some() {
            // One whole file, so that renaming it moves everything.
            let text = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.connection.run(text).await.map_err(StoreError::failed("finish the file"))?;
        }
        self.connection.close().await.map_err(StoreError::failed("finish the file"))?;
        let Some(aside) = self.aside else { return Ok(()) };
        let failed = |source| StoreError::Failed { doing: "give the file its name", source };
        for ending in ["-wal", "-shm"] {
            // What belongs to a file that is replaced must not be read as part of the new one.
            let _ = std::fs::remove_file(beside(&aside.named, ending));
        }
        std::fs::rename(&aside.made, &aside.named).map_err(|why| failed(why.into()))?;
        let folder = aside.named.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced =
            std::fs::File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(|why| failed(why.into()))
    }

    /// Gives up; nothing of it stays.
    pub async fn abandon(self) {
        // A transaction that is not committed is undone with its connection.
        let _ = self.connection.close().await;
        if let Some(aside) = self.aside {
            remove(&aside.made);
        }
    }

    /// Numbers that were given after this book was written are not known here, and one that is given again would make a
    /// reversal undo another customer's transaction. So counting goes on half a round further.
    async fn skip_traces(&mut self) -> Result<(), StoreError> {
        if self.tables.iter().any(|known| known.name == "traces") {
            let round = Trace::NUMBER_MAX;
            let text = format!("UPDATE traces SET next = (next - 1 + {}) % {round} + 1", round.div_ceil(2));
            self.connection.run(text).await.map_err(StoreError::failed("skip trace numbers"))?;
        }
        Ok(())
    }

    async fn write_waiting(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.waiting);
        let Some(table) = &self.table else { return Ok(()) };
        if rows.is_empty() {
            return Ok(());
        }
        let mut text = format!("INSERT INTO \"{}\" ({}) VALUES ", table.name, table.column_list());
        let mut values = Vec::with_capacity(rows.len() * table.columns.len());
        for (number, row) in rows.into_iter().enumerate() {
            text.push_str(if number == 0 { "(" } else { ", (" });
            for (place, value) in row.into_iter().enumerate() {
                values.push((table.columns[place].1, value));
                text.push_str(&format!("{}${}", if place == 0 { "" } else { ", " }, values.len()));
            }
            text.push(')');
        }
        if !table.key.is_empty() {
            let name = |place: &usize| format!("\"{}\"", table.columns[*place].0);
            let key: Vec<String> = table.key.iter().map(name).collect();
            let others = (0..table.columns.len()).filter(|place| !table.key.contains(place));
            let set: Vec<String> = others.map(|place| format!("{0} = excluded.{0}", name(&place))).collect();
            let action =
                if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
            text.push_str(&format!(" ON CONFLICT ({}) DO {action}", key.join(", ")));
        }
        self.connection.change(text, values).await.map_err(StoreError::failed("write rows"))?;
        Ok(())
    }
}

/// The schema at one of its steps, with nothing in it.
async fn schema(connection: &mut Connection, step: i64) -> Result<(), StoreError> {
    let serial = if connection.is_postgres() {
        "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
    } else {
        "INTEGER PRIMARY KEY AUTOINCREMENT"
    };
    let first = "CREATE TABLE schema_steps (number BIGINT NOT NULL PRIMARY KEY)";
    connection.run(first).await.map_err(StoreError::failed("make the schema"))?;
    for (number, name, text) in MIGRATIONS.iter().filter(|(number, ..)| *number <= step) {
        let done = connection.run(text.replace("{SERIAL}", serial)).await;
        done.map_err(|source| StoreError::MigrationFailed { number: *number, name, source })?;
    }
    // What a step puts into its tables is in the backup as well.
    let names: Vec<String> = tables(connection).await?.into_iter().map(|table| table.name).rev().collect();
    for name in names {
        let text = format!("DELETE FROM \"{name}\"");
        connection.run(text).await.map_err(StoreError::failed("make the schema"))?;
    }
    Ok(())
}

fn exists(what: &str) -> StoreError {
    StoreError::AlreadyThere(what.to_owned())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(beside(path, ending));
    }
}
