//! Databases that fail: read-only, full, locked, cut off in the middle. Each says so in words, and nothing is lost
//! or believed that is not there.

use crate::failure::StoreError;
use crate::folder::{Folder, Server, with};
use crate::sql::query;
use crate::{EventId, MerchantScope, Store, StoreConfig, nodelay};
use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use engine::{Batch, Engine, Wake, Which};
use payment::{Method, PayerCode, Request};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SHOP: MerchantScope = MerchantScope(MerchantId::from_u128(0x51));
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_400_000_000_000);

/// A batch that begins these payments.
pub(crate) fn batch(numbers: impl Iterator<Item = u128>) -> Batch {
    let mut engine = Engine::new([].into());
    for number in numbers {
        let code = PayerCode::parse("134567890123456789").expect("a code");
        let request = Request {
            id: PaymentId::from_u128(number),
            merchant: SHOP.0,
            store: StoreId::from_u128(0x61),
            till: TillId::from_u128(0x71),
            cashier: "王芳".into(),
            key: format!("k{number}"),
            content: [1; 32],
            amount: Money::cny(100),
            channel: ChannelId::from_u128(9),
            routed: None,
            wallet: "blue".into(),
            wallet_name: Text::new("蓝钱包", "Blue"),
            method: Method::PayerCode { hint: code.hint() },
            description: "早餐".into(),
            reference: String::new(),
            part: None,
            installments: None,
        };
        engine.handle(Wake::Begin { request, code: Some(code), caller: 1 }, NOW);
    }
    for which in engine.take().loads {
        engine.handle(Wake::Loaded { which, entries: None }, NOW);
    }
    engine.take().batch
}

pub(crate) fn one(number: u128) -> Batch {
    batch(std::iter::once(number))
}

pub(crate) async fn is_there(store: &Store, number: u128) -> bool {
    let found = store.load(&[Which::Id(PaymentId::from_u128(number))]).await.expect("it reads");
    found[0].1.is_some()
}

/// A small disk, gone when the test is over; nothing where this user may not mount.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path, size: &str) -> Option<Disk> {
        std::fs::create_dir(at).expect("a folder");
        let options = format!("size={size},mode=0777");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Disk(at.to_owned()));
        }
        eprintln!("SKIPPED: this user may not mount a small disk");
        None
    }

    fn remount(&self, option: &str) {
        let options = format!("remount,{option}");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(done.expect("mount runs").success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn at(path: &Path) -> StoreConfig {
    StoreConfig { database: format!("sqlite:{}/paydesk.db", path.display()) }
}

#[tokio::test]
async fn a_read_only_database_is_refused_at_the_start() {
    let folder = Folder::new();
    folder.open().await.expect("it is made").close().await;
    let (config, _disk) = if folder.on_postgresql() {
        let database = with(&folder.address(), "options[default_transaction_read_only]=on");
        (StoreConfig { database }, None)
    } else {
        let path = folder.path().join("disk");
        let Some(disk) = Disk::mount(&path, "4m") else { return };
        Store::open(&at(&path)).await.expect("it is made").close().await;
        disk.remount("ro");
        (at(&path), Some(disk))
    };
    let error = Store::open(&config).await.expect_err("it cannot be written").to_string();
    assert!(error.contains("it may only be read") || error.contains("read-only"), "{error}");
}

/// What a replica says about money may be old, and nothing can be made durable there.
#[tokio::test]
async fn a_replica_is_refused_by_name_and_stays_as_it_is() {
    if !Folder::new().on_postgresql() {
        return;
    }
    let Ok(replica) = Server::start_as(&["--standby"]) else {
        return eprintln!("SKIPPED: there is no PostgreSQL to start as a replica");
    };
    for address in &replica.addresses {
        let refused = Store::open(&StoreConfig { database: address.clone() }).await.expect_err("a replica");
        assert!(matches!(refused, StoreError::IsReplica { .. }), "{refused}");
        let said = refused.to_string();
        assert!(said.contains("is a replica") && said.contains("primary"), "{said}");
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_half_recorded_and_it_goes_on_when_there_is_space() {
    let folder = Folder::new();
    let path = folder.path().join("disk");
    let Some(_disk) = Disk::mount(&path, "3m") else { return };
    let store = if folder.on_postgresql() {
        let space = format!("t{}", std::process::id());
        let owner = Command::new("chown").arg("postgres").arg(&path).status();
        assert!(owner.expect("chown runs").success());
        folder.tell_alone(&format!("CREATE TABLESPACE {space} LOCATION '{}'", path.display()));
        let database = with(&folder.address(), &format!("options[default_tablespace]={space}"));
        Store::open(&StoreConfig { database }).await.expect("it is made")
    } else {
        Store::open(&at(&path)).await.expect("it is made")
    };
    store.commit(&one(1), NOW).await.expect("there is space");
    let mut filler = std::fs::File::create(path.join("filler")).expect("a file");
    let full = std::io::copy(&mut std::io::repeat(7), &mut filler);
    assert!(full.is_err(), "the disk is full");
    let error = store.commit(&batch(2..3_000), NOW).await.expect_err("no space").to_string();
    assert!(error.contains("disk is full"), "{error}");
    assert!(is_there(&store, 1).await && !is_there(&store, 2).await);
    filler.set_len(0).expect("space again");
    store.commit(&one(2), NOW).await.expect("it goes on");
    assert!(is_there(&store, 2).await);
    store.close().await;
    if folder.on_postgresql() {
        folder.drop_schema();
        folder.tell_alone(&format!("DROP TABLESPACE t{}", std::process::id()));
    }
}

#[tokio::test]
async fn a_database_that_somebody_keeps_locked_is_said_to_be() {
    let folder = Folder::new();
    let store = folder.open().await.expect("it is made");
    let other = folder.open().await.expect("another program");
    let mut lock = other.begin().await.expect("a transaction");
    if folder.on_postgresql() {
        query("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.expect("a lock");
    }
    let error = store.commit(&one(1), NOW).await.expect_err("it is locked").to_string();
    assert!(error.contains("another program keeps"), "{error}");
    drop(lock);
    other.close().await;
    store.commit(&one(1), NOW).await.expect("it is free again");
}

#[tokio::test]
async fn a_file_that_is_no_database_and_one_that_is_damaged_are_named() {
    let folder = Folder::new();
    if folder.on_postgresql() {
        return;
    }
    std::fs::write(folder.path().join("paydesk.db"), "not a database, ".repeat(500)).expect("a file");
    let error = folder.open().await.expect_err("no database").to_string();
    assert!(error.contains("the file is not a database"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_away_or_lets_nobody_in_is_named_without_the_password() {
    let folder = Folder::new();
    if !folder.on_postgresql() {
        return;
    }
    let refuses = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let away = format!("postgres://me:s3cret@{refuses}/x");
    let nowhere = with(&folder.address(), "dbname=nowhere&password=s3cret");
    for (database, why) in [(away, "nobody answers"), (nowhere, "there is no database of this name")] {
        let error = Store::open(&StoreConfig { database }).await.expect_err(why);
        let text = error.to_string();
        assert!(text.contains(why) && !text.contains("s3cret"), "{text}");
        assert!(matches!(error, StoreError::CannotOpen { .. }));
    }
}

const FORWARD: u8 = 0;
const SWALLOW_ANSWERS: u8 = 1;
const SWALLOW_QUESTIONS: u8 = 2;

/// A line to the server that can be cut: before what is asked arrives, or before the answer does.
async fn proxy(server: String, mode: Arc<AtomicU8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&server).await else { continue };
            tokio::spawn(forward(client, server, Arc::clone(&mode)));
        }
    });
    port
}

async fn forward(mut client: TcpStream, mut server: TcpStream, mode: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(0) | Err(_) => return,
                Ok(_) if mode.load(Ordering::SeqCst) == SWALLOW_QUESTIONS => return,
                Ok(count) => if server.write_all(&asked[..count]).await.is_err() { return },
            },
            read = server.read(&mut answered) => match read {
                Ok(0) | Err(_) => return,
                // The server has done what it was asked (`2`: the values were bound); nobody will hear of it.
                Ok(_) if answered[0] == b'2' && mode.load(Ordering::SeqCst) == SWALLOW_ANSWERS => return,
                Ok(count) => if client.write_all(&answered[..count]).await.is_err() { return },
            },
        }
    }
}

#[tokio::test]
async fn a_line_that_breaks_in_mid_commit_leaves_it_open_whether_it_happened() {
    let folder = Folder::new();
    let Some(address) = folder.network_address() else { return };
    let rest = address.split_once('@').expect("an address with a user").1;
    let (server, path) = rest.split_once('/').expect("an address with a name");
    let mode = Arc::new(AtomicU8::new(FORWARD));
    let port = proxy(server.to_owned(), Arc::clone(&mode)).await;
    let database = format!("postgres://paydesk@127.0.0.1:{port}/{path}");
    let far = Store::open(&StoreConfig { database }).await.expect("it opens");
    let near = folder.open().await.expect("it opens");
    far.commit(&one(1), NOW).await.expect("the line holds");
    for (cut, number, happened) in [(SWALLOW_ANSWERS, 2, true), (SWALLOW_QUESTIONS, 3, false)] {
        mode.store(cut, Ordering::SeqCst);
        let error = far.commit(&one(number), NOW).await.expect_err("nobody answers").to_string();
        assert!(error.contains("may or may not have happened"), "{error}");
        mode.store(FORWARD, Ordering::SeqCst);
        near.commit(&one(number + 10), NOW).await.expect("the server works");
        assert_eq!(is_there(&near, number).await, happened);
        far.commit(&one(number + 20), NOW).await.expect("a new line is found by itself");
    }
}

/// Events that become visible out of order would be lost to whoever resumes after the larger number.
#[tokio::test]
async fn whoever_resumes_while_several_servers_commit_misses_no_event() {
    const EACH: u128 = 60;
    let folder = Folder::new();
    let servers = if folder.on_postgresql() { 4 } else { 1 };
    let reader = folder.open().await.expect("it opens");
    let mut committing = tokio::task::JoinSet::new();
    for server in 0..servers {
        let store = folder.open().await.expect("it opens");
        committing.spawn(async move {
            for round in 0..EACH {
                let first = 1 + (server * EACH + round) * 10;
                store.commit(&batch(first..first + 1 + round % 9), NOW).await.expect("it is stored");
            }
        });
    }
    let (mut last, mut heard) = (EventId(0), 0);
    loop {
        let over = committing.is_empty();
        let events = reader.events_after(&SHOP, last, 1_000).await.expect("events");
        heard += events.len();
        last = events.last().map_or(last, |event| event.id);
        if over && events.is_empty() {
            break;
        }
        while let Some(done) = committing.try_join_next() {
            done.expect("no server failed");
        }
        tokio::task::yield_now().await;
    }
    let expected: u128 = servers * (0..EACH).map(|round| 1 + round % 9).sum::<u128>();
    assert_eq!(heard as u128, expected);
}

#[tokio::test]
async fn connections_over_a_network_have_no_delay() {
    let folder = Folder::new();
    let Some(database) = folder.network_address() else { return };
    let port = database.split(['/', ':', '@', '?']).find_map(|part| part.parse().ok()).expect("a port");
    let store = Store::open(&StoreConfig { database }).await.expect("it opens");
    store.ping().await.expect("it answers");
    let connections = nodelay::connections_to(port).expect("its own sockets");
    // Those of a test beside this one may be setting theirs just now; most have.
    let quick = connections.iter().filter(|c| rustix::net::sockopt::tcp_nodelay(c) == Ok(true)).count();
    assert!(quick > 0, "{} connections, all with the delay", connections.len());
}
