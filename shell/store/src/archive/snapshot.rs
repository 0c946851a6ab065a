//! Reading a book as it was at one moment, while a server goes on writing it.

use super::connection::{Access, Connection};
use super::{Kind, Table, Value};
use crate::StoreError;
use crate::database::MIGRATIONS;

/// The last schema step that this program knows.
pub fn newest_schema_step() -> i64 {
    MIGRATIONS.last().map_or(0, |(number, ..)| *number)
}

/// A book at one moment. Every read through it sees that moment and no other.
pub struct Snapshot {
    connection: Connection,
    tables: Vec<Table>,
    step: i64,
}

impl Snapshot {
    /// Takes the moment. The database is not changed, nor brought up to date.
    pub async fn open(address: &str) -> Result<Snapshot, StoreError> {
        let mut connection = Connection::open(address, Access::Read).await?;
        let begin = if connection.is_postgres() {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        } else {
            "BEGIN"
        };
        connection.run(begin).await.map_err(StoreError::failed("begin to read"))?;
        let tables = tables(&mut connection).await?;
        if !["schema_steps", "facts", "payments"].iter().all(|name| tables.iter().any(|t| t.name == *name)) {
            return Err(StoreError::NotOurs);
        }
        let step = connection.number("SELECT coalesce(max(number), 0) FROM schema_steps").await;
        let step = step.map_err(StoreError::failed("read its schema's step"))?;
        if step > newest_schema_step() {
            return Err(StoreError::SchemaIsNewer { found: step, known: newest_schema_step() });
        }
        Ok(Snapshot { connection, tables, step })
    }

    /// Every table of the book, those that others refer to first.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The step its schema is at.
    pub fn schema_step(&self) -> i64 {
        self.step
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The number of the last event: facts are as of it.
    pub async fn last_event(&mut self) -> Result<i64, StoreError> {
        let counted = self.counters().await?;
        Ok(counted.iter().find(|(table, _)| table == "events").map_or(0, |(_, last)| *last))
    }

    /// The oldest event that is kept; 0 if none is.
    pub async fn first_event(&mut self) -> Result<i64, StoreError> {
        let first = self.connection.number("SELECT coalesce(min(id), 0) FROM events").await;
        first.map_err(StoreError::failed("read events"))
    }

    /// How far each table that counts its rows has counted; a number is never given twice.
    pub async fn counters(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let failed = || StoreError::failed("read its counters");
        if !self.connection.is_postgres() {
            let text = "SELECT name, seq FROM sqlite_sequence ORDER BY name";
            let rows =
                self.connection.all(text.to_owned(), &[Kind::Text, Kind::Int]).await.map_err(failed())?;
            return Ok(rows.into_iter().filter_map(counter).collect());
        }
        let mut counters = Vec::new();
        for (table, column) in identities(&mut self.connection).await.map_err(failed())? {
            // A sequence may be ahead of what this moment sees; a gap in numbers does no harm.
            let text = format!("SELECT coalesce(max(\"{column}\"), 0) FROM \"{table}\"");
            counters.push((table, self.connection.number(&text).await.map_err(failed())?));
        }
        Ok(counters)
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> Result<u64, StoreError> {
        let text = format!("SELECT count(*) FROM \"{}\"", table.name);
        let count = self.connection.number(&text).await.map_err(StoreError::failed("count rows"))?;
        Ok(count.unsigned_abs())
    }

    /// Hands over every row of a table, in the order of its key.
    pub async fn rows<E: From<StoreError>>(
        &mut self,
        table: &Table,
        each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.select(table, String::new(), Vec::new(), each).await
    }

    /// Hands over the rows of a payments' table (facts, payments, refunds) that belong to payments with an event after
    /// this one; and the events after it.
    pub async fn rows_since<E: From<StoreError>>(
        &mut self,
        table: &Table,
        event: i64,
        each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        let condition = match table.name.as_str() {
            "events" => " WHERE id > $1",
            "payments" => " WHERE id IN (SELECT payment FROM events WHERE id > $1)",
            _ => " WHERE payment IN (SELECT payment FROM events WHERE id > $1)",
        };
        self.select(table, condition.to_owned(), vec![(Kind::Int, Value::Int(event))], each).await
    }

    async fn select<E: From<StoreError>>(
        &mut self,
        table: &Table,
        condition: String,
        values: Vec<(Kind, Value)>,
        mut each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        let column = |(name, kind): &(String, Kind)| match kind {
            Kind::Int => format!("CAST(\"{name}\" AS BIGINT)"),
            Kind::Bool | Kind::Text | Kind::Bytes => format!("\"{name}\""),
        };
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let order: Vec<String> =
            table.key.iter().map(|place| format!("\"{}\"", table.columns[*place].0)).collect();
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
        let text = format!("SELECT {} FROM \"{}\"{condition}{order}", columns.join(", "), table.name);
        let kinds: Vec<Kind> = table.columns.iter().map(|(_, kind)| *kind).collect();
        let outcome: Result<(), Stopped<E>> =
            self.connection.rows(text, values, &kinds, |row| each(row).map_err(Stopped::ByReader)).await;
        outcome.map_err(|stopped| match stopped {
            Stopped::ByReader(why) => why,
            Stopped::ByDatabase(source) => StoreError::Failed { doing: "read rows", source }.into(),
        })
    }

    /// Lets the moment go.
    pub async fn close(self) {
        // It wrote nothing, so there is nothing to lose.
        let _ = self.connection.close().await;
    }
}

/// Why reading stopped before its end.
enum Stopped<E> {
    ByReader(E),
    ByDatabase(sqlx::Error),
}

impl<E> From<sqlx::Error> for Stopped<E> {
    fn from(error: sqlx::Error) -> Stopped<E> {
        Stopped::ByDatabase(error)
    }
}

fn counter(row: Vec<Value>) -> Option<(String, i64)> {
    match row.as_slice() {
        [Value::Text(name), Value::Int(last)] => Some((name.clone(), *last)),
        _ => None,
    }
}

fn texts(row: Vec<Value>) -> Option<(String, String)> {
    match row.as_slice() {
        [Value::Text(one), Value::Text(two)] => Some((one.clone(), two.clone())),
        _ => None,
    }
}

/// Tables and columns that count by themselves, of PostgreSQL.
pub(super) async fn identities(connection: &mut Connection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let text = "SELECT table_name::TEXT, column_name::TEXT FROM information_schema.columns \
                WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY table_name";
    let rows = connection.all(text.to_owned(), &[Kind::Text, Kind::Text]).await?;
    Ok(rows.into_iter().filter_map(texts).collect())
}

/// Every table in the order in which they were made, so that one that refers to another comes after it.
pub(super) async fn tables(connection: &mut Connection) -> Result<Vec<Table>, StoreError> {
    let failed = || StoreError::failed("read its tables");
    let names = if connection.is_postgres() {
        "SELECT relname::TEXT FROM pg_class WHERE relkind = 'r' AND relnamespace = \
         (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) ORDER BY oid"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    };
    let names = connection.all(names.to_owned(), &[Kind::Text]).await.map_err(failed())?;
    let mut tables = Vec::new();
    for name in names {
        if let [Value::Text(name)] = name.as_slice() {
            tables.push(table(connection, name).await?);
        }
    }
    Ok(tables)
}

async fn table(connection: &mut Connection, name: &str) -> Result<Table, StoreError> {
    let text = if connection.is_postgres() {
        format!(
            "SELECT a.attname::TEXT, format_type(a.atttypid, NULL)::TEXT, \
             coalesce(array_position(i.indkey::SMALLINT[], a.attnum), -1)::BIGINT + 1 \
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = '\"{name}\"'::REGCLASS AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        )
    } else {
        format!("SELECT name, type, pk FROM pragma_table_info('{name}') ORDER BY cid")
    };
    let kinds = [Kind::Text, Kind::Text, Kind::Int];
    let rows = connection.all(text, &kinds).await.map_err(StoreError::failed("read a table's columns"))?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for row in rows {
        let [Value::Text(column), Value::Text(written), Value::Int(in_key)] = row.as_slice() else {
            continue;
        };
        let kind = kind(written).ok_or_else(|| {
            StoreError::Unreadable(format!(
                "the column {name}.{column} is of a kind no backup knows: {written}"
            ))
        })?;
        if *in_key > 0 {
            key.push((*in_key, columns.len()));
        }
        columns.push((column.clone(), kind));
    }
    key.sort_unstable();
    Ok(Table { name: name.to_owned(), columns, key: key.into_iter().map(|(_, place)| place).collect() })
}

fn kind(written: &str) -> Option<Kind> {
    match written.to_ascii_uppercase().as_str() {
        "BIGINT" | "INTEGER" | "INT" | "SMALLINT" => Some(Kind::Int),
        "BOOLEAN" => Some(Kind::Bool),
        "TEXT" => Some(Kind::Text),
        "BLOB" | "BYTEA" => Some(Kind::Bytes),
        _ => None,
    }
}
