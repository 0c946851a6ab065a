//! One connection of either database, for statements that are made while running.

use super::{Kind, Value};
use crate::StoreError;
use crate::database::without_password;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, PgConnection, Row as _, SqliteConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A connection.
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The same for either database; the two differ in types alone.
macro_rules! either {
    ($connection:expr, $open:ident => $body:expr) => {
        match $connection {
            Connection::Sqlite($open) => $body,
            Connection::Postgres($open) => $body,
        }
    };
}

/// A statement with its values. Nothing has a kind too, which PostgreSQL wants to know.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                (Kind::Int, Value::Null) => query.bind(None::<i64>),
                (Kind::Bool, Value::Null) => query.bind(None::<bool>),
                (Kind::Text, Value::Null) => query.bind(None::<String>),
                (Kind::Bytes, Value::Null) => query.bind(None::<Vec<u8>>),
                (_, Value::Int(it)) => query.bind(it),
                (_, Value::Bool(it)) => query.bind(it),
                (_, Value::Text(it)) => query.bind(it),
                (_, Value::Bytes(it)) => query.bind(it),
            };
        }
        query
    }};
}

/// What may be done with a SQLite file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Read what is there.
    Read,
    /// Make it and write it.
    Create,
}

impl Connection {
    pub(super) async fn open(address: &str, access: Access) -> Result<Connection, StoreError> {
        let cannot_open = |source| StoreError::CannotOpen { address: without_password(address), source };
        if let Some(path) = sqlite_path(address) {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .read_only(access == Access::Read)
                .create_if_missing(access == Access::Create)
                .busy_timeout(Duration::from_secs(10))
                .disable_statement_logging();
            let options = match access {
                Access::Read => options,
                Access::Create => {
                    options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
                }
            };
            return Ok(Connection::Sqlite(options.connect().await.map_err(cannot_open)?));
        }
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return Err(StoreError::UnknownAddress(without_password(address)));
        }
        Ok(Connection::Postgres(PgConnection::connect(address).await.map_err(cannot_open)?))
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Connection::Postgres(_))
    }

    /// Statements of our own making, without values.
    pub(super) async fn run(&mut self, text: impl Into<String>) -> Result<(), sqlx::Error> {
        let text = AssertSqlSafe(text.into());
        either!(self, open => sqlx::raw_sql(text).execute(open).await.map(drop))
    }

    /// One statement with values; how many rows it changed.
    pub(super) async fn change(
        &mut self,
        text: String,
        values: Vec<(Kind, Value)>,
    ) -> Result<u64, sqlx::Error> {
        either!(self, open => {
            let query = bound!(sqlx::query(AssertSqlSafe(text)), values);
            query.execute(open).await.map(|done| done.rows_affected())
        })
    }

    /// Hands each row to `each` as it comes, so that millions need no memory.
    pub(super) async fn rows<E: From<sqlx::Error>>(
        &mut self,
        text: String,
        values: Vec<(Kind, Value)>,
        kinds: &[Kind],
        mut each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        use futures_util::TryStreamExt;
        either!(self, open => {
            let query = bound!(sqlx::query(AssertSqlSafe(text)), values);
            let mut rows = query.fetch(open);
            while let Some(row) = rows.try_next().await? {
                let mut read = Vec::with_capacity(kinds.len());
                for (place, kind) in kinds.iter().enumerate() {
                    read.push(match kind {
                        Kind::Int => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Int),
                        Kind::Bool => row.try_get::<Option<bool>, _>(place)?.map_or(Value::Null, Value::Bool),
                        Kind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
                        Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Bytes),
                    });
                }
                each(read)?;
            }
            Ok(())
        })
    }

    /// All rows at once; for few.
    pub(super) async fn all(&mut self, text: String, kinds: &[Kind]) -> Result<Vec<Vec<Value>>, sqlx::Error> {
        let mut all = Vec::new();
        self.rows(text, Vec::new(), kinds, |row| {
            all.push(row);
            Ok::<(), sqlx::Error>(())
        })
        .await?;
        Ok(all)
    }

    /// The one number that `text` asks for.
    pub(super) async fn number(&mut self, text: &str) -> Result<i64, sqlx::Error> {
        let rows = self.all(text.to_owned(), &[Kind::Int]).await?;
        match rows.first().and_then(|row| row.first()) {
            Some(Value::Int(number)) => Ok(*number),
            _ => Ok(0),
        }
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(open) => open.close().await,
            Connection::Postgres(open) => open.close().await,
        }
    }
}

/// The file of a SQLite address; nothing for another database.
pub(super) fn sqlite_path(address: &str) -> Option<PathBuf> {
    let path = address.strip_prefix("sqlite:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned())
}
