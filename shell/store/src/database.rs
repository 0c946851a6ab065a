//! The database itself: opening, migrating, and what differs between SQLite and PostgreSQL.
//!
//! SQLite: one writer and several readers of one file. PostgreSQL: one pool of connections to the primary; a
//! replica is refused, because what it says about money may be old.

use crate::failure::{StoreError, is_conflict};
use crate::insert::{self, Rows};
use crate::journal::Keeping;
use crate::nodelay;
use crate::sql::{Connection, On, QueryBuilder, Transaction, query, query_scalar};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Every step of the schema. A released step is never edited; a change is a new step.
pub(crate) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "payments", include_str!("../migrations/0001_payments.sql")),
    (2, "people", include_str!("../migrations/0002_people.sql")),
    (3, "nodes", include_str!("../migrations/0003_nodes.sql")),
    (4, "tills", include_str!("../migrations/0004_tills.sql")),
    (5, "bills", include_str!("../migrations/0005_bills.sql")),
    (6, "unseen", include_str!("../migrations/0006_unseen.sql")),
    (7, "webhooks", include_str!("../migrations/0007_webhooks.sql")),
    (8, "learnt", include_str!("../migrations/0008_learnt.sql")),
    (9, "claims", include_str!("../migrations/0009_claims.sql")),
    (10, "told_from", include_str!("../migrations/0010_told_from.sql")),
    (11, "parts", include_str!("../migrations/0011_parts.sql")),
    (12, "routes", include_str!("../migrations/0012_routes.sql")),
    (13, "traces", include_str!("../migrations/0013_traces.sql")),
];

/// Whoever brings PostgreSQL's schema up to date holds this advisory lock; servers started together take turns.
const SCHEMA_TURN: i64 = 0x7061_7964_6573_6b00;

/// Connections to PostgreSQL of one server.
pub(crate) const CONNECTIONS_MAX: u32 = 10;
/// Of these two more, for its beats and for looking at the others'.
const PULSE_CONNECTIONS_MAX: u32 = 2;
/// For a lock or a connection somebody else has.
const PATIENCE: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(10) };
/// A transaction that another one was in the way of is run again so often.
const CONFLICTS_MAX: u32 = 5;

/// Where the database is.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// `sqlite:PATH`; the file is made if it is missing, its folder is not. Or `postgres://USER:PASSWORD@HOST/NAME`;
    /// the database must exist.
    pub database: String,
}

/// Either database.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// Everything durable. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    /// The same for the servers' beats, which must not wait behind payments.
    pulse: Database,
    receipts: Arc<AtomicBool>,
    keeping: Keeping,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    pub async fn open(config: &StoreConfig) -> Result<Store, StoreError> {
        let database = Database::open(&config.database).await?;
        database.migrate().await?;
        let pulse = database.beside();
        Ok(Store { database, pulse, receipts: Arc::new(AtomicBool::new(true)), keeping: Keeping::default() })
    }

    /// Whether payments that become paid get a receipt to print; a shop without printers wants none.
    pub fn print_receipts(&self, wanted: bool) {
        self.receipts.store(wanted, Ordering::Relaxed);
    }

    /// Which segment of a till's journal is being written.
    pub(crate) fn keeping(&self) -> &Keeping {
        &self.keeping
    }

    pub(crate) fn receipts_wanted(&self) -> bool {
        self.receipts.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        query("SELECT 1").execute(self.read()).await.map_err(StoreError::failed("answer"))?;
        Ok(())
    }

    /// Finishes what is being written and closes the connections.
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Database::Postgres(pool) => pool.close().await,
        }
        if let Database::Postgres(pulse) = &self.pulse {
            pulse.close().await;
        }
    }

    /// For reading: many at once, each sees what was durable when it began.
    pub(crate) fn read(&self) -> &Database {
        &self.database
    }

    /// For what the servers that share the database say to each other.
    pub(crate) fn pulse(&self) -> &Database {
        &self.pulse
    }

    /// A transaction that writes. On SQLite one at a time, the others wait their turn; on PostgreSQL many, and one
    /// that gets in another's way fails.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        self.database.begin().await.map_err(StoreError::failed("begin a transaction"))
    }

    /// Adds rows to several tables in one transaction, events last, if the gate lets them through; gives the number
    /// of each payment's event, or nothing if the gate is shut.
    pub(crate) async fn insert(
        &self,
        rows: impl Fn() -> Rows,
    ) -> Result<Option<Vec<(i64, String)>>, sqlx::Error> {
        match &self.database {
            Database::Sqlite { write, .. } => {
                let mut connection = Connection::Sqlite(write.acquire().await?);
                let done = insert::script(rows()).fetch_all(&mut connection).await;
                if done.is_err() {
                    // Where it failed is not known; with no transaction open this fails too, and rightly so.
                    let _ = query("ROLLBACK").execute(&mut connection).await;
                }
                done.map(Some)
            }
            Database::Postgres(_) => {
                let mut conflicts = 0;
                loop {
                    // A statement by itself is a transaction.
                    match insert::statement(rows()).fetch_all(On::Write(&self.database)).await {
                        Err(error) if is_conflict(&error) && conflicts < CONFLICTS_MAX => conflicts += 1,
                        Ok(numbers) => return Ok(Some(numbers).filter(|numbers| !numbers.is_empty())),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }
}

impl Database {
    async fn open(address: &str) -> Result<Database, StoreError> {
        let unknown = || StoreError::UnknownAddress(without_password(address));
        if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') {
                return Err(unknown());
            }
            return open_sqlite(address, Path::new(path)).await;
        }
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return Err(unknown());
        }
        let options: PgConnectOptions = address.parse().map_err(|_| unknown())?;
        open_postgres(&without_password(address), options).await
    }

    /// The same database over connections of its own; on SQLite over the same, since a file has one writer.
    fn beside(&self) -> Database {
        match self {
            Database::Sqlite { .. } => self.clone(),
            Database::Postgres(pool) => {
                Database::Postgres(postgres_pool((*pool.connect_options()).clone(), PULSE_CONNECTIONS_MAX))
            }
        }
    }

    /// How the dialect writes a key that counts by itself and never gives a number twice.
    fn serial(&self) -> &'static str {
        match self {
            Database::Sqlite { .. } => "INTEGER PRIMARY KEY AUTOINCREMENT",
            Database::Postgres(_) => "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Database::Postgres(_))
    }

    /// Holds the rows that are read against everybody, until the transaction is over. SQLite's writers take turns.
    pub(crate) fn for_update(&self) -> &'static str {
        if self.is_postgres() { " FOR UPDATE" } else { "" }
    }

    pub(crate) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        let mut transaction = Transaction::new(match self {
            Database::Sqlite { write, .. } => Connection::Sqlite(write.acquire().await?),
            Database::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        });
        // Taking the write lock at once: a transaction that reads first and writes later can fail half-way.
        let begin = match self {
            Database::Sqlite { .. } => "BEGIN IMMEDIATE",
            Database::Postgres(_) => "BEGIN",
        };
        query(begin).execute(&mut *transaction).await?;
        Ok(transaction)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let doing = "bring its schema up to date";
        let mut first = self.begin().await.map_err(StoreError::failed(doing))?;
        let done = schema_step(&mut first).await.map_err(StoreError::failed(doing))?;
        first.commit().await.map_err(StoreError::failed(doing))?;
        let known = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
        if done > known {
            return Err(StoreError::SchemaIsNewer { found: done, known });
        }
        for (number, name, text) in MIGRATIONS.iter().filter(|(number, ..)| *number > done) {
            let failed = |source| StoreError::MigrationFailed { number: *number, name, source };
            self.apply(*number, text).await.map_err(failed)?;
        }
        Ok(())
    }

    /// One step, unless another server did it meanwhile.
    async fn apply(&self, number: i64, text: &str) -> Result<(), sqlx::Error> {
        let mut transaction = self.begin().await?;
        if schema_step(&mut transaction).await? >= number {
            return Ok(());
        }
        let text = AssertSqlSafe(text.replace("{SERIAL}", self.serial()));
        match &mut *transaction {
            Connection::Sqlite(open) => sqlx::raw_sql(text).execute(&mut **open).await.map(drop)?,
            Connection::Postgres(open) => sqlx::raw_sql(text).execute(&mut **open).await.map(drop)?,
        }
        let done = "INSERT INTO schema_steps (number) VALUES ($1)";
        query(done).bind(number).execute(&mut *transaction).await?;
        transaction.commit().await
    }
}

/// The last step that is done; 0 for an empty database.
async fn schema_step(connection: &mut Connection) -> Result<i64, sqlx::Error> {
    if let Connection::Postgres(_) = connection {
        // Two who make the same table at once get in each other's way, even with IF NOT EXISTS.
        QueryBuilder::new(format!("SELECT pg_advisory_xact_lock({SCHEMA_TURN})"))
            .build()
            .execute(&mut *connection)
            .await?;
    }
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT NOT NULL PRIMARY KEY)";
    query(table).execute(&mut *connection).await?;
    query_scalar("SELECT coalesce(max(number), 0) FROM schema_steps").fetch_one(connection).await
}

async fn open_sqlite(address: &str, path: &Path) -> Result<Database, StoreError> {
    let cannot_open = |source| StoreError::CannotOpen { address: address.to_owned(), source };
    let write = sqlite_pool(1).connect_with(sqlite_options(path, 16_000)).await.map_err(cannot_open)?;
    let read = sqlite_pool(4).connect_lazy_with(sqlite_options(path, 4_000).read_only(true));
    Ok(Database::Sqlite { write, read })
}

/// A file does not hang up: its connections are kept, and not asked whether they are still there.
fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    let kept = SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None);
    kept.test_before_acquire(false)
}

fn sqlite_options(path: &Path, cache_kib: i64) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL loses acknowledged payments when the power goes.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory")
        // Statements of a thousand rows are no reading for a log.
        .disable_statement_logging()
}

async fn open_postgres(shown: &str, options: PgConnectOptions) -> Result<Database, StoreError> {
    let cannot_open = |source| StoreError::CannotOpen { address: shown.to_owned(), source };
    let options = options
        .application_name("paydesk")
        .options([
            ("lock_timeout", PATIENCE.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", "30s".to_owned()),
        ])
        .disable_statement_logging();
    // A pool would try for a long time and then say only that it took too long.
    let first = PgConnection::connect_with(&options).await.map_err(cannot_open)?;
    first.close().await.map_err(cannot_open)?;
    let database = Database::Postgres(postgres_pool(options, CONNECTIONS_MAX));
    let replica: bool =
        query_scalar("SELECT pg_is_in_recovery()").fetch_one(&database).await.map_err(cannot_open)?;
    if replica {
        return Err(StoreError::IsReplica { address: shown.to_owned() });
    }
    Ok(database)
}

fn postgres_pool(options: PgConnectOptions, connections_max: u32) -> PgPool {
    let network = options.get_socket().is_none().then(|| options.get_port());
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(PATIENCE)
        // Asking whether a connection lives costs as much as most questions; a dead one says so by itself.
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            Box::pin(async move {
                if let Some(Err(why)) = network.map(nodelay::set_on_connections_to) {
                    tracing::warn!(
                        "the connection to the database keeps its delay for large messages, which makes payments \
                         slower; a Unix socket has none: {why}"
                    );
                }
                Ok(())
            })
        })
        .connect_lazy_with(options)
}

/// A database's address without anything that may be a password, for messages. Where the two cannot be told apart,
/// nothing is shown.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return if address.contains('@') { "…".to_owned() } else { address.to_owned() };
    };
    let place = match (rest.rsplit_once('@'), rest.find('?')) {
        (Some((before, _)), Some(question)) if question < before.len() => "",
        (Some((_, place)), _) => place,
        (None, _) => rest,
    };
    let place = place.split('?').next().unwrap_or_default();
    let hidden = if place.len() < rest.len() { "…" } else { "" };
    let at = if rest.contains('@') && !place.is_empty() { "@" } else { "" };
    match scheme {
        "sqlite" => address.to_owned(),
        _ => format!("{scheme}://{hidden}{at}{place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("postgres://me:secret@db/x", "postgres://…@db/x"),
            ("postgres://me:se@cr?et@db/x", "postgres://…"),
            ("postgres://db/x?user=me&password=secret", "postgres://…db/x"),
            ("postgres://db/x?password=sec@ret", "postgres://…"),
            ("postgres://db/x", "postgres://db/x"),
            ("me:secret@db", "…"),
            ("sqlite:/var/x@y.db", "…"),
        ] {
            assert_eq!(without_password(address), shown, "{address}");
        }
    }

    /// A database of an earlier version, with data, after each of its steps.
    #[tokio::test]
    async fn an_older_database_is_brought_up_to_date_and_keeps_what_it_held() {
        for done in 1..MIGRATIONS.len() {
            let place = Folder::new();
            let old = Database::open(&place.address()).await.expect("an empty database");
            for (number, _, text) in &MIGRATIONS[..done] {
                old.apply(*number, text).await.expect("the step works");
            }
            let mut transaction = old.begin().await.expect("a transaction");
            let event = "INSERT INTO events (merchant, payment, version, at) VALUES ('m', 'p', 3, 5)";
            query(event).execute(&mut *transaction).await.expect("it takes data");
            transaction.commit().await.expect("it keeps data");
            let store = place.open().await.expect("it is brought up to date");
            let step = query_scalar::<i64>("SELECT max(number) FROM schema_steps");
            let step = step.fetch_one(store.read()).await.expect("a step");
            let kept = query_scalar::<i64>("SELECT version FROM events");
            let kept = kept.fetch_one(store.read()).await.expect("a row");
            assert_eq!((step, kept), (MIGRATIONS.len() as i64, 3));
            store.close().await;
        }
    }

    /// Anything less loses what was acknowledged last when the power goes.
    #[tokio::test]
    async fn a_file_is_synced_with_every_transaction() {
        let folder = Folder::new();
        if folder.on_postgresql() {
            return;
        }
        let store = folder.open().await.expect("it opens");
        let mut writing = store.begin().await.expect("a transaction");
        let synced = query_scalar::<i64>("PRAGMA synchronous").fetch_one(&mut *writing).await;
        let log = query_scalar::<String>("PRAGMA journal_mode").fetch_one(&mut *writing).await;
        assert_eq!((synced.expect("a number"), log.expect("a word")), (2, "wal".to_owned()), "FULL");
    }

    #[test]
    fn steps_are_numbered_from_one_without_gaps() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers, (1..=MIGRATIONS.len() as i64).collect::<Vec<_>>());
    }
}
