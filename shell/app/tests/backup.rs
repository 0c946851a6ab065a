//! `paydesk backup` and `paydesk restore` as a shop meets them: beside a server that takes money, back to a moment, with
//! every kind of bad file, a full disk, the wrong key.

mod folder;

use base::Timestamp;
use folder::Folder;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A process that ends with the test.
struct Process(Child);

impl Process {
    /// Starts it; gives the first line it says.
    fn start(words: &[&str]) -> (Process, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_paydesk"))
            .args(words)
            .env_remove("PAYDESK_MASTER_KEY")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut first).unwrap();
        // Whoever is heard no more ends with the next line it says.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        (Process(child), first.trim().to_owned())
    }

    /// Asks it to end, and waits until it has.
    fn end(mut self) {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A shop with a simulated wallet, taking money.
struct Shop {
    folder: Folder,
    address: String,
    key: String,
    wallet: String,
    _provider: Process,
    server: Option<Process>,
}

impl Shop {
    fn open() -> Shop {
        let folder = Folder::new("backup");
        let credentials = folder.path("wechat.json");
        let (provider, said) =
            Process::start(&["simulate", "wechat", "--port", "0", "--credentials", &credentials]);
        let wallet = said.rsplit_once("http://").unwrap().1.to_owned();
        fs::write(folder.path("pw"), "long enough").unwrap();
        let (dir, pw, key) = (folder.path("shop"), folder.path("pw"), folder.path("api.key"));
        let (code, said) = paydesk(&[
            "init",
            "--yes",
            "--dir",
            &dir,
            "--password-file",
            &pw,
            "--listen",
            "127.0.0.1:0",
            "--wechat",
            &credentials,
            "--api-key-file",
            &key,
        ]);
        assert_eq!(code, 0, "{said}");
        let (server, said) = Process::start(&["serve", "--config", &format!("{dir}/paydesk.toml")]);
        let address = said.rsplit_once("http://").unwrap().1.to_owned();
        let key = fs::read_to_string(key).unwrap().trim().to_owned();
        Shop { folder, address, key, wallet, _provider: provider, server: Some(server) }
    }

    fn config(&self) -> String {
        self.folder.path("shop/paydesk.toml")
    }

    fn backups(&self) -> String {
        self.folder.path("shop/backups")
    }

    fn run(&self, words: &[&str]) -> (i32, String) {
        let config = self.config();
        paydesk(&[&words[..1], &["--config", &config], &words[1..]].concat())
    }

    /// Runs it and reads the one object it prints.
    fn json(&self, words: &[&str]) -> (i32, Value) {
        let (code, said) = self.run(&[words, &["--json"]].concat());
        (code, serde_json::from_str(&said).unwrap_or_else(|why| panic!("{why}: {said}")))
    }

    fn backup(&self) -> PathBuf {
        let (code, made) = self.json(&["backup"]);
        assert_eq!(code, 0, "{made}");
        PathBuf::from(made["file"].as_str().unwrap())
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        http(&self.address, method, path, Some(&self.key), body)
    }

    /// A customer's code for this case is paid with, and the answer waited for.
    fn pay(&self, treatment: &str) -> Value {
        let codes = http(&self.wallet, "GET", "/_simulator/codes", None, "");
        let code = codes.as_array().unwrap().iter().find(|code| code["treatment"] == treatment).unwrap();
        let body = format!(
            r#"{{"amount":{{"amount":1250,"currency":"CNY"}},"method":{{"payer_code":{{"code":{}}}}}}}"#,
            code["code"]
        );
        self.ask("POST", "/v1/payments?wait=5", &body)
    }

    fn refund(&self, payment: &Value) -> Value {
        let path = format!("/v1/payments/{}/refunds", payment["id"].as_str().unwrap());
        self.ask("POST", &path, r#"{"amount":{"amount":500,"currency":"CNY"}}"#)
    }
}

fn http(address: &str, method: &str, path: &str, key: Option<&str>, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let bearer = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
    let idempotency = rand::random::<u64>();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{bearer}idempotency-key: {idempotency}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    let text = String::from_utf8(reply).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {text}");
    let json = &body[body.find(['{', '[']).unwrap()..=body.rfind(['}', ']']).unwrap()];
    serde_json::from_str(json).unwrap()
}

/// Exit code, and everything said.
fn paydesk(words: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_paydesk"))
        .args(words)
        .env_remove("PAYDESK_MASTER_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_micros(since.as_micros().try_into().unwrap())
}

/// A moment that no fact shares.
fn a_quiet_moment() -> String {
    std::thread::sleep(Duration::from_millis(1100));
    let at = now().rfc3339(base::Zone::CHINA);
    std::thread::sleep(Duration::from_millis(1100));
    at
}

#[test]
fn a_backup_beside_a_busy_server_proves_itself() {
    let shop = Shop::open();
    shop.pay("normal");
    let stop = AtomicBool::new(false);
    let reports = std::thread::scope(|scope| {
        let busy = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                shop.pay("normal");
            }
        });
        let reports: Vec<(i32, Value)> = (0..3)
            .map(|_| {
                let file = shop.backup();
                shop.json(&["restore", "--rehearse", "--from", file.to_str().unwrap()])
            })
            .collect();
        stop.store(true, Ordering::Relaxed);
        busy.join().unwrap();
        reports
    });
    for (code, report) in &reports {
        assert_eq!((code, &report["good"]), (&0, &true.into()), "{report:#}");
        assert!(report["payments"].as_u64().unwrap() >= 1 && report["live"]["same"] == report["facts"]);
        assert!(report["sentences"][0]["zh"].as_str().unwrap().contains("恢复"));
    }
    let (code, listed) = shop.run(&["backup", "list"]);
    assert!(code == 0 && listed.lines().count() == 3 && listed.contains("whole  sealed"), "{listed}");
    assert_eq!(fs::read_dir(shop.backups()).unwrap().count(), 3, "a rehearsal leaves nothing behind");
}

/// The machine is lost: another one restores and serves, and nothing that was there is replaced unasked.
#[test]
fn a_lost_machine_comes_back() {
    let mut shop = Shop::open();
    let paid = shop.pay("normal");
    shop.refund(&paid);
    let waiting = shop.pay("password_never_typed");
    let file = shop.backup();
    shop.server.take().unwrap().end();
    let again = format!("sqlite:{}", shop.folder.path("again.sqlite"));
    let from = file.to_str().unwrap();
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &again]);
    assert!(code == 0 && said.contains("every one stands as its row says"), "{said}");
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &again]);
    assert!(code == 3 && said.contains("--overwrite"), "{said}");
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &again, "--overwrite"]);
    assert_eq!(code, 0, "{said}");
    let live = format!("sqlite:{}", shop.folder.path("shop/paydesk.sqlite"));
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &live]);
    assert!(code == 3 && said.contains("the live book"), "{said}");

    let config = fs::read_to_string(shop.config()).unwrap();
    fs::write(shop.config(), config.replace("sqlite:paydesk.sqlite", &again)).unwrap();
    let (server, said) = Process::start(&["serve", "--config", &shop.config()]);
    shop.address = said.rsplit_once("http://").unwrap().1.to_owned();
    shop.server = Some(server);
    let seen = shop.ask("GET", &format!("/v1/payments/{}", paid["id"].as_str().unwrap()), "");
    assert_eq!(seen["money"], "paid", "{seen:#}");
    let open = shop.ask("GET", &format!("/v1/payments/{}", waiting["id"].as_str().unwrap()), "");
    assert_ne!(open["money"], "paid", "it is driven on");
    assert_eq!(shop.pay("normal")["money"], "paid");
}

#[test]
fn what_was_added_is_followed_and_any_moment_comes_back() {
    let shop = Shop::open();
    let first = shop.pay("normal");
    let (follower, said) =
        Process::start(&["backup", "--config", &shop.config(), "--follow", "--every", "1", "--json"]);
    assert!(said.contains("\"kind\":\"whole\""), "{said}");
    let before = a_quiet_moment();
    shop.pay("normal");
    shop.refund(&first);
    shop.pay("insufficient_balance");
    let between = a_quiet_moment();
    shop.pay("normal");
    a_quiet_moment();
    follower.end();

    let payments = |at: &[&str]| {
        let (code, report) = shop.json(&[&["restore", "--rehearse"], at].concat());
        assert_eq!(code, 0, "{report:#}");
        report["payments"].as_u64().unwrap()
    };
    assert_eq!(payments(&["--at", &before]), 1);
    assert_eq!(payments(&["--at", &between]), 3);
    let (code, report) = shop.json(&["restore", "--rehearse"]);
    assert!(code == 0 && report["payments"] == 4 && report["live"]["newer"] == 0, "{report:#}");
    assert!(report["files"].as_u64().unwrap() > 1, "{report:#}");

    // The refund is in the later book and not in the earlier one, and a refund under way does not confuse either.
    let refunded = |at: &str| {
        let to = shop.folder.path(&format!("at-{}.sqlite", rand::random::<u64>()));
        let (code, said) = shop.run(&["restore", "--at", at, "--to", &format!("sqlite:{to}")]);
        assert!(code == 0 && said.contains("every one stands"), "{said}");
    };
    refunded(&before);
    refunded(&between);
    let (code, said) = shop.run(&["restore", "--rehearse", "--at", "2100-01-01T00:00:00+08:00"]);
    assert!(code == 3 && said.contains("the backups end at"), "{said}");
    let (code, said) = shop.run(&["restore", "--rehearse", "--at", "yesterday"]);
    assert!(code == 3 && said.contains("is no moment; write it as"), "{said}");

    // A piece that is missing in the middle is named, and nothing is made up around it.
    let added: Vec<PathBuf> = fs::read_dir(shop.backups())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().contains("added-00001"))
        .collect();
    fs::remove_file(&added[0]).unwrap();
    let (code, said) = shop.run(&["restore", "--rehearse"]);
    assert!(code == 3 && said.contains("needs the backup number 1"), "{said}");
}

#[test]
fn old_backups_go_and_a_broken_book_is_named() {
    let shop = Shop::open();
    let paid = shop.pay("normal");
    let config = fs::read_to_string(shop.config()).unwrap();
    fs::write(shop.config(), config.replace("keep = 14", "keep = 2")).unwrap();
    for _ in 0..3 {
        shop.backup();
    }
    assert_eq!(shop.run(&["backup", "list"]).1.lines().count(), 2);

    // Somebody changes a fact of the live book: the rehearsal sees it.
    let id = paid["id"].as_str().unwrap();
    tamper(
        &shop.folder.path("shop/paydesk.sqlite"),
        &format!("UPDATE facts SET at = at + 1 WHERE payment = '{id}'"),
    );
    let (code, report) = shop.json(&["restore", "--rehearse"]);
    assert!(code == 1 && report["good"] == false, "{report:#}");
    assert_eq!(report["lost_in_live"][0]["payment"], id);
    // And a row that does not stand as its facts say is seen in the next backup.
    tamper(
        &shop.folder.path("shop/paydesk.sqlite"),
        &format!("UPDATE payments SET paid = 1 WHERE id = '{id}'"),
    );
    shop.backup();
    let (code, report) = shop.json(&["restore", "--rehearse"]);
    assert!(code == 1 && report["differing"][0]["payment"] == id, "{report:#}");
}

fn tamper(file: &str, statement: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use sqlx::Connection;
        let mut open = sqlx::SqliteConnection::connect(&format!("sqlite:{file}")).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut open).await.unwrap();
        open.close().await.unwrap();
    });
}

#[test]
fn bad_backups_and_bad_places_are_named_and_harm_nothing() {
    let shop = Shop::open();
    shop.pay("normal");
    let good = fs::read(shop.backup()).unwrap();
    let to = shop.folder.path("never.sqlite");
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = shop.folder.path(name);
        fs::write(&path, bytes).unwrap();
        let (code, said) = shop.run(&["restore", "--from", &path, "--to", &format!("sqlite:{to}")]);
        assert!(code == 3 && said.contains(expected), "{name}: exit {code}: {said}");
        for ending in ["", ".restoring", "-wal"] {
            assert!(!Path::new(&format!("{to}{ending}")).exists(), "{name} left {to}{ending}");
        }
    };
    check("cut.backup", &good[..good.len() - 40], "truncated");
    check("short.backup", &good[..30], "truncated");
    let mut flipped = good.clone();
    let middle = good.len() / 2;
    flipped[middle] ^= 4;
    check("flipped.backup", &flipped, "is damaged");
    check("picture.backup", b"\x89PNG and so on", "not a backup of Paydesk");
    check("newer.backup", b"PAYDESK BACKUP\n{\"format\":7}\n", "has format 7");
    let header_end = 15 + good[15..].iter().position(|byte| *byte == b'\n').unwrap();
    let header = String::from_utf8(good[15..header_end].to_vec()).unwrap();
    let step: i64 = serde_json::from_str::<Value>(&header).unwrap()["schema_step"].as_i64().unwrap();
    let newer = header.replace(&format!("\"schema_step\":{step}"), "\"schema_step\":999");
    let newer = [b"PAYDESK BACKUP\n", newer.as_bytes(), &good[header_end..]].concat();
    check("later.backup", &newer, "at schema step 999; this version knows");
    check("nothing.backup", b"", "not a backup");

    let whole = shop.folder.path("whole.backup");
    fs::write(&whole, &good).unwrap();
    let nowhere = "sqlite:/proc/nowhere/x.sqlite";
    let (code, said) = shop.run(&["restore", "--from", &whole, "--to", nowhere]);
    assert!(code == 3 && said.contains("/proc/nowhere"), "{said}");
    let (code, said) = shop.run(&["restore", "--from", &whole, "--to", "mysql://x"]);
    assert!(code == 3 && said.contains("is not understood"), "{said}");
    let (code, said) = shop.run(&["backup", "--folder", "/proc/nowhere"]);
    assert!(code == 3 && said.contains("/proc/nowhere"), "{said}");
    let (code, said) = shop.run(&["restore", "--rehearse", "--from", "/nonexistent"]);
    assert!(code == 3 && said.contains("there is no backup /nonexistent"), "{said}");

    let key = shop.folder.path("shop/paydesk.key");
    let held = fs::read_to_string(&key).unwrap();
    fs::write(&key, "f".repeat(64)).unwrap();
    let (code, said) = shop.run(&["restore", "--from", &whole, "--to", &format!("sqlite:{to}")]);
    assert!(code == 3 && said.contains("the master key does not open the backup"), "{said}");
    fs::write(&key, held).unwrap();

    let empty = shop.folder.path("empty");
    let (code, said) = shop.run(&["backup", "list", "--folder", &empty]);
    assert!(code == 0 && said.contains("There is no backup in"), "{said}");
    fs::copy(shop.folder.path("flipped.backup"), Path::new(&shop.backups()).join("x.backup")).unwrap();
    fs::copy(shop.folder.path("picture.backup"), Path::new(&shop.backups()).join("y.backup")).unwrap();
    let (code, said) = shop.run(&["backup", "list"]);
    assert!(code == 1 && said.contains("y.backup: the backup") && said.contains("not a backup"), "{said}");
}

#[test]
fn a_full_disk_costs_a_backup_and_nothing_else() {
    let shop = Shop::open();
    let small = shop.folder.path("small");
    fs::create_dir(&small).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs", &small]).output();
    if !mounted.is_ok_and(|done| done.status.success()) {
        println!("SKIPPED a full disk: this user may not mount a small one");
        return;
    }
    for _ in 0..8 {
        shop.pay("normal");
    }
    fs::write(Path::new(&small).join("filler"), vec![0; 14 << 10]).unwrap();
    let (code, said) = shop.run(&["backup", "--folder", &small]);
    let left: Vec<_> = fs::read_dir(&small).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    Command::new("umount").arg(&small).status().unwrap();
    assert!(code == 3 && said.contains("no backup was made"), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    assert_eq!(left, ["filler"], "nothing half written stays");
    assert_eq!(shop.pay("normal")["money"], "paid");
}

/// A PostgreSQL of the test's own; it ends when its input does.
struct Postgres(Child, String);

impl Postgres {
    /// Starts one, or says why there is none.
    fn start() -> Result<Postgres, String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
        let mut child = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| why.to_string())?;
        // Both lines are read: a pipe closed before the second is written would end the script, and the server with it.
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = said.next().transpose().unwrap().unwrap_or_default();
        let _over_tcp = said.next();
        if first.is_empty() {
            let said = child.wait_with_output().unwrap();
            return Err(String::from_utf8_lossy(&said.stderr).trim().to_owned());
        }
        Ok(Postgres(child, first.trim().to_owned()))
    }

    fn tell(&self, text: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::Connection;
            let mut open = sqlx::PgConnection::connect(&self.1).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut open).await.unwrap();
            open.close().await.unwrap();
        });
    }

    /// The address with a schema of its own, which stands for a database.
    fn schema(&self, name: &str) -> String {
        self.tell(&format!("CREATE SCHEMA {name}"));
        let and = if self.1.contains('?') { '&' } else { '?' };
        format!("{}{and}options[search_path]={name}", self.1)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A book moves from SQLite to PostgreSQL, goes on there, is followed there, and comes back to SQLite at a moment.
#[test]
fn either_database_restores_the_other_s_backups() {
    let postgres = match Postgres::start() {
        Ok(postgres) => postgres,
        Err(why) => return println!("SKIPPED on PostgreSQL: {why}"),
    };
    let mut shop = Shop::open();
    let paid = shop.pay("normal");
    shop.refund(&paid);
    let file = shop.backup();
    shop.server.take().unwrap().end();
    let address = postgres.schema("moved");
    let from = file.to_str().unwrap();
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &address]);
    assert!(code == 0 && said.contains("every one stands as its row says"), "{said}");
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &address]);
    assert!(code == 3 && said.contains("exists already"), "{said}");
    let (code, said) = shop.run(&["restore", "--from", from, "--to", &address, "--overwrite"]);
    assert_eq!(code, 0, "{said}");

    let config = fs::read_to_string(shop.config()).unwrap();
    fs::write(shop.config(), config.replace("sqlite:paydesk.sqlite", &address)).unwrap();
    let (server, said) = Process::start(&["serve", "--config", &shop.config()]);
    shop.address = said.rsplit_once("http://").unwrap().1.to_owned();
    shop.server = Some(server);
    assert_eq!(shop.pay("normal")["money"], "paid", "numbers that count go on counting");
    let (follower, said) =
        Process::start(&["backup", "--config", &shop.config(), "--follow", "--every", "1", "--json"]);
    assert!(said.contains("\"kind\":\"whole\""), "{said}");
    let between = a_quiet_moment();
    shop.pay("normal");
    a_quiet_moment();
    follower.end();
    let (code, report) = shop.json(&["restore", "--rehearse", "--at", &between]);
    assert!(code == 0 && report["payments"] == 2 && report["live"]["newer_payments"] == 1, "{report:#}");
    let (code, report) = shop.json(&["restore", "--rehearse"]);
    assert!(code == 0 && report["payments"] == 3 && report["live"]["newer"] == 0, "{report:#}");
}
