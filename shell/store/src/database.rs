//! The database itself: opening, migrating, one writer and several readers.

use base::MalformedId;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Transaction};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The database behind the texts; what differs between dialects is kept in this file.
pub(crate) type Db = sqlx::Sqlite;

/// How the dialect writes a key that counts by itself and never gives a number twice.
const SERIAL: &str = "INTEGER PRIMARY KEY AUTOINCREMENT";

/// Every step of the schema. A released step is never edited; a change is a new step.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "payments", include_str!("../migrations/0001_payments.sql")),
    (2, "people", include_str!("../migrations/0002_people.sql")),
];

/// Parameters one statement may have; PostgreSQL allows more.
pub(crate) const PARAMETERS_MAX: usize = 32_000;

/// Where the database is.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `sqlite:PATH`; the file is made if it is missing, its folder is not.
    pub database: String,
}

/// Why the store could not do something. Nothing of it was done, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none that we know.
    #[error(
        "the database address {0:?} is not understood; write sqlite:PATH, such as sqlite:/var/lib/paydesk/paydesk.db"
    )]
    UnknownAddress(String),
    /// The file cannot be opened.
    #[error("the database {address} cannot be opened: {source}")]
    CannotOpen {
        /// Which.
        address: String,
        /// Why.
        source: sqlx::Error,
    },
    /// A step of the schema failed; the steps before it are done.
    #[error("step {number} of the database's schema ({name}) failed: {source}")]
    MigrationFailed {
        /// Its number.
        number: i64,
        /// Its name.
        name: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A newer Paydesk has used this database.
    #[error(
        "the database is at schema step {found}, which this version of Paydesk does not know (it knows {known}); \
         run the newer version, or restore the backup made before it"
    )]
    SchemaIsNewer {
        /// The database's step.
        found: i64,
        /// Our last one.
        known: i64,
    },
    /// A statement failed. After a failed commit it may be open whether the rows are there.
    #[error("the database failed to {doing}: {source}")]
    Failed {
        /// What was being done: `store facts`.
        doing: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A stored row cannot be read.
    #[error("a stored row cannot be read: {0}")]
    Unreadable(String),
}

impl StoreError {
    /// For `map_err`: a statement failed while `doing`.
    pub(crate) fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
        move |source| StoreError::Failed { doing, source }
    }
}

impl From<MalformedId> for StoreError {
    fn from(malformed: MalformedId) -> StoreError {
        StoreError::Unreadable(malformed.to_string())
    }
}

/// Everything durable. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    write: SqlitePool,
    read: SqlitePool,
    receipts: Arc<AtomicBool>,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(config: &StoreConfig) -> Result<Store, StoreError> {
        let path = config
            .database
            .strip_prefix("sqlite:")
            .map(|path| path.strip_prefix("//").unwrap_or(path))
            .filter(|path| !path.is_empty() && !path.starts_with(':'))
            .ok_or_else(|| StoreError::UnknownAddress(without_password(&config.database)))?;
        let cannot_open = |source| StoreError::CannotOpen { address: config.database.clone(), source };
        let write = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let write = write.connect_with(options(Path::new(path), 16_000)).await.map_err(cannot_open)?;
        migrate(&write).await?;
        let read = SqlitePoolOptions::new().max_connections(4).idle_timeout(None).max_lifetime(None);
        let read = read.connect_lazy_with(options(Path::new(path), 4_000).read_only(true));
        Ok(Store { write, read, receipts: Arc::new(AtomicBool::new(true)) })
    }

    /// Whether payments that become paid get a receipt to print; a shop without printers wants none.
    pub fn print_receipts(&self, wanted: bool) {
        self.receipts.store(wanted, Ordering::Relaxed);
    }

    pub(crate) fn receipts_wanted(&self) -> bool {
        self.receipts.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.read).await.map_err(StoreError::failed("answer"))?;
        Ok(())
    }

    /// Finishes what is being written and closes the files.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    /// For reading: many at once, each sees what was durable when it began.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.read
    }

    /// A transaction that writes; one at a time, the others wait their turn.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Db>, StoreError> {
        // Taking the write lock at once: a transaction that reads first and writes later can fail half-way.
        self.write.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::failed("begin a transaction"))
    }
}

fn options(path: &Path, cache_kib: i64) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged payments when the power goes.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory")
        // Statements of a thousand rows are no reading for a log.
        .disable_statement_logging()
}

async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let failed = StoreError::failed("read its schema's step");
    let mut connection = pool.acquire().await.map_err(failed)?;
    let done = schema_step(&mut connection).await.map_err(StoreError::failed("read its schema's step"))?;
    let known = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
    if done > known {
        return Err(StoreError::SchemaIsNewer { found: done, known });
    }
    for (number, name, text) in MIGRATIONS.iter().filter(|(number, ..)| *number > done) {
        apply(&mut connection, *number, text).await.map_err(|source| StoreError::MigrationFailed {
            number: *number,
            name,
            source,
        })?;
    }
    Ok(())
}

/// The last step that is done; 0 for an empty database.
async fn schema_step(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT NOT NULL PRIMARY KEY)";
    sqlx::query(table).execute(&mut *connection).await?;
    sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM schema_steps").fetch_one(connection).await
}

async fn apply(connection: &mut SqliteConnection, number: i64, text: &str) -> Result<(), sqlx::Error> {
    let mut transaction = sqlx::Connection::begin(connection).await?;
    let text = text.replace("{SERIAL}", SERIAL);
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *transaction).await?;
    let done = "INSERT INTO schema_steps (number) VALUES ($1)";
    sqlx::query(done).bind(number).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// The address without what stands before an `@`.
fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = StoreError::UnknownAddress(without_password("postgres://me:secret@db/x")).to_string();
        assert!(shown.contains("postgres://…@db/x") && !shown.contains("secret"), "{shown}");
    }

    /// A database of an earlier version, with data, after each of its steps.
    #[tokio::test]
    async fn an_older_database_is_brought_up_to_date_and_keeps_what_it_held() {
        for done in 1..MIGRATIONS.len() {
            let folder = Folder::new();
            let path = folder.path().join("paydesk.db");
            let old = SqlitePoolOptions::new().max_connections(1);
            let old = old.connect_with(options(&path, 1_000)).await.expect("an empty database");
            let mut connection = old.acquire().await.expect("a connection");
            assert_eq!(schema_step(&mut connection).await.expect("a step"), 0);
            for (number, _, text) in &MIGRATIONS[..done] {
                apply(&mut connection, *number, text).await.expect("the step works");
            }
            let event = "INSERT INTO events (merchant, payment, version, at) VALUES ('m', 'p', 3, 5)";
            sqlx::query(event).execute(&mut *connection).await.expect("it takes data");
            drop(connection);
            old.close().await;
            let store = folder.open().await.expect("it is brought up to date");
            let mut connection = store.read().acquire().await.expect("a connection");
            let step: i64 = sqlx::query_scalar("SELECT max(number) FROM schema_steps")
                .fetch_one(&mut *connection)
                .await
                .expect("a step");
            let kept: i64 = sqlx::query_scalar("SELECT version FROM events")
                .fetch_one(&mut *connection)
                .await
                .expect("a row");
            assert_eq!((step, kept), (MIGRATIONS.len() as i64, 3));
            drop(connection);
            store.close().await;
        }
    }

    #[test]
    fn steps_are_numbered_from_one_without_gaps() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, (1..=MIGRATIONS.len() as i64).collect::<Vec<_>>());
    }
}
