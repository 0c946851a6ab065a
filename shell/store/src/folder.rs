//! A place for one test's database, gone when the test is over, also when it fails.
//!
//! Every test of this crate runs on both databases: on SQLite, and once more on PostgreSQL in a process of its own
//! (see [`on_postgresql`]), where each test gets a schema of its own.

use crate::{Store, StoreConfig, StoreError};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Names the PostgreSQL to test on, in the process that tests on it.
const POSTGRES: &str = "PAYDESK_TEST_POSTGRES";
/// The same over TCP.
const POSTGRES_TCP: &str = "PAYDESK_TEST_POSTGRES_TCP";
/// A PostgreSQL given from outside, for tests alone; without it the tests start their own.
const GIVEN: &str = "PAYDESK_POSTGRES";

/// An empty place; keep it as long as the store that lives in it.
pub(crate) struct Folder {
    path: PathBuf,
    schema: Option<(String, String)>,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("paydesk-store-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(&name);
        // What a killed run with the same process id left behind.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("the temporary folder takes a folder");
        let schema = std::env::var(POSTGRES).ok().map(|server| (server, name.replace('-', "_")));
        if let Some((server, schema)) = &schema {
            tell(server, format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"));
        }
        Folder { path, schema }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this run tests PostgreSQL.
    pub(crate) fn on_postgresql(&self) -> bool {
        self.schema.is_some()
    }

    /// The database's address.
    pub(crate) fn address(&self) -> String {
        match &self.schema {
            Some((server, schema)) => with(server, &format!("options[search_path]={schema}")),
            None => format!("sqlite:{}/paydesk.db", self.path.display()),
        }
    }

    /// The same database over TCP; nothing on SQLite.
    pub(crate) fn network_address(&self) -> Option<String> {
        let (_, schema) = self.schema.as_ref()?;
        let server = std::env::var(POSTGRES_TCP).ok()?;
        Some(with(&server, &format!("options[search_path]={schema}")))
    }

    pub(crate) async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&StoreConfig { database: self.address() }).await
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
        if let Some((server, schema)) = &self.schema {
            tell(server, format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

impl Folder {
    /// Says something to the server that cannot be part of anything else.
    pub(crate) fn tell_alone(&self, text: &str) {
        let (server, _) = self.schema.as_ref().expect("only PostgreSQL is a server");
        tell(server, text.to_owned());
    }

    /// Drops what the test made, before the test is over.
    pub(crate) fn drop_schema(&self) {
        let (_, schema) = self.schema.as_ref().expect("only PostgreSQL is a server");
        self.tell_alone(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
    }
}

/// The address with one more parameter.
pub(crate) fn with(address: &str, parameter: &str) -> String {
    let and = if address.contains('?') { '&' } else { '?' };
    format!("{address}{and}{parameter}")
}

/// Says something to the server from outside whatever runtime the test has.
fn tell(server: &str, text: String) {
    use sqlx::{AssertSqlSafe, Connection};
    let server = server.to_owned();
    let telling = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut connection =
                sqlx::PgConnection::connect(&server).await.expect("the test's PostgreSQL answers");
            sqlx::raw_sql(AssertSqlSafe(text))
                .execute(&mut connection)
                .await
                .expect("the statement is right");
            connection.close().await.expect("it hangs up");
        });
    });
    // A test that failed already has said why.
    let told = telling.join();
    assert!(told.is_ok() || std::thread::panicking());
}

/// A PostgreSQL of the tests' own, ended with the tests.
pub(crate) struct Server {
    child: Child,
    /// Over its Unix socket, and over TCP.
    pub(crate) addresses: [String; 2],
}

impl Server {
    /// Starts one, or says why there is none.
    pub(crate) fn start() -> Result<Server, String> {
        Server::start_as(&[])
    }

    /// The same as what the script is told.
    pub(crate) fn start_as(words: &[&str]) -> Result<Server, String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
        let mut child = Command::new(script)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| format!("{script} cannot be run: {why}"))?;
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut address = || lines.next().and_then(Result::ok);
        match (address(), address()) {
            (Some(socket), Some(network)) => Ok(Server { child, addresses: [socket, network] }),
            _ => {
                let said = child.wait_with_output().map_err(|why| why.to_string())?;
                Err(String::from_utf8_lossy(&said.stderr).trim().to_owned())
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The script ends the server when nobody holds its input any more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs every other test of this crate again, on PostgreSQL.
#[test]
fn on_postgresql() {
    if std::env::var(POSTGRES).is_ok() {
        return;
    }
    let (addresses, _server) = match std::env::var(GIVEN) {
        Ok(given) => ([given.clone(), given], None),
        Err(_) => match Server::start() {
            Ok(server) => (server.addresses.clone(), Some(server)),
            // Past the test's captured output: whoever runs the tests must see this.
            Err(why) => return say(&format!("SKIPPED on PostgreSQL: {why}\n")),
        },
    };
    let again = Command::new(std::env::current_exe().expect("this test's program"))
        .env(POSTGRES, &addresses[0])
        .env(POSTGRES_TCP, &addresses[1])
        .env("RUST_TEST_THREADS", "4")
        .output()
        .expect("this test's program runs again");
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success(), "on PostgreSQL: {said}{}", String::from_utf8_lossy(&again.stderr));
    let result = said.lines().find(|line| line.starts_with("test result")).unwrap_or_default();
    say(&format!("\non PostgreSQL:\n{result}\n"));
}

fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
