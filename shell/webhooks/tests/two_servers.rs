//! Two servers on one PostgreSQL tell one system: each message is taken once while both live, and when the one that sends
//! dies in the middle, the other goes on, in order for each payment. Without PostgreSQL's programs here, it says so and
//! proves nothing.

use base::{
    ChannelId, MerchantId, Money, PaymentId, RefundId, Secret, StoreId, Text, TillId, Timestamp, WebhookId,
};
use drive::{Begin, Drive, Handle, NodeSetup, SystemClock};
use payment::{Command, Method, News, RefundRequest, RefundWay, Request, What};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{By, Merchant, Store, StoreConfig, Webhook};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use webhooks::{Networks, Seal, Tell, Telling, Webhooks};

const SHOP: MerchantId = MerchantId::from_u128(1);
const HOOK: WebhookId = WebhookId::from_u128(1);
/// Longer than a machine that is busy with other tests keeps a server from beating.
const LEASE: Duration = Duration::from_secs(15);
/// A machine that is busy with other tests may take long; nothing is concluded from how long anything took.
const PATIENCE: Duration = Duration::from_secs(120);

/// A PostgreSQL of this test's own, gone with it.
struct Postgres {
    child: Child,
    address: String,
}

impl Postgres {
    fn start() -> Option<Postgres> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
        let mut child = std::process::Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines();
        let address = lines.next()?.ok()?;
        // The second line is the address over TCP. Whoever hangs up before it ends the script, and the server with it.
        lines.next()?.ok()?;
        Some(Postgres { child, address })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The script ends the server when nobody holds its input any more.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Seals nothing: what is kept is as it came, behind its name.
struct Clear;

impl Seal for Clear {
    fn seal(&self, name: &str, secret: &str) -> String {
        format!("{name}={secret}")
    }

    fn open(&self, name: &str, sealed: &str) -> Option<Secret<String>> {
        Some(Secret::new(sealed.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    }
}

struct Words;

impl Telling for Words {
    fn tell<'a>(&'a self, news: &'a News) -> Tell<'a> {
        let told = json!({ "payment": news.payment.request.id.to_string(), "version": news.payment.version });
        Box::pin(async move { Ok(told) })
    }
}

/// A merchant's system: what it took, in the order in which it did.
#[derive(Clone, Default)]
struct System {
    taken: Arc<Mutex<Vec<(String, String, u64)>>>,
    /// What it answers.
    status: Arc<AtomicU16>,
}

impl System {
    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let system = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let system = system.clone();
                // A line that breaks is the sender's to open again.
                tokio::spawn(async move { system.serve(stream).await });
            }
        });
        format!("http://{address}/hook")
    }

    /// Answers every request on this line.
    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let (mut bytes, mut part) = (Vec::new(), [0; 4_096]);
        loop {
            let whole = loop {
                if let Some(whole) = request(&bytes) {
                    break whole;
                }
                match stream.read(&mut part).await.ok()? {
                    0 => return None,
                    count => bytes.extend(&part[..count]),
                }
            };
            let (id, body, length) = whole;
            bytes.drain(..length);
            let status = self.status.load(Ordering::SeqCst);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok()?;
            if status == 200 {
                let data = &body["data"];
                let payment = data["payment"].as_str()?.to_owned();
                self.taken.lock().expect("no panic").push((id, payment, data["version"].as_u64()?));
            }
        }
    }

    fn taken(&self) -> Vec<(String, String, u64)> {
        self.taken.lock().expect("no panic").clone()
    }

    fn distinct(&self) -> usize {
        self.taken().into_iter().map(|(id, ..)| id).collect::<BTreeSet<_>>().len()
    }
}

/// The first whole request: its message's number, its body, and how long it is.
fn request(bytes: &[u8]) -> Option<(String, Value, usize)> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let header = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let length: usize = header("content-length")?.parse().ok()?;
    let body = bytes.get(head + 4..head + 4 + length)?;
    Some((header("webhook-id")?, serde_json::from_slice(body).ok()?, head + 4 + length))
}

/// A server with a runtime of its own, so that it can die between any two of its steps.
struct Server {
    runtime: Runtime,
    handle: Handle,
}

impl Server {
    fn start(name: &str, address: &str) -> Server {
        let runtime = Runtime::new().expect("a runtime");
        let handle = runtime.block_on(async {
            let store = Store::open(&StoreConfig { database: address.to_owned() }).await.expect("it opens");
            let node = NodeSetup { name: name.to_owned(), lease: LEASE, ..NodeSetup::default() };
            let handle = Drive::start_as(node, store, Vec::new(), Arc::new(SystemClock));
            let webhooks = Webhooks::new(Some(Arc::new(Clear)), Networks { private: true });
            webhooks.start(handle.clone(), Arc::new(Words)).expect("it can seal");
            handle
        });
        Server { runtime, handle }
    }

    /// Nothing of it does anything any more, as after a kill.
    fn dies(self) {
        self.runtime.shutdown_background();
    }
}

/// A payment of cash, and two parts of it given back: three messages in order.
async fn sale(handle: &Handle, number: u128) {
    let request = Request {
        id: PaymentId::from_u128(number),
        merchant: SHOP,
        store: StoreId::from_u128(1),
        till: TillId::from_u128(1),
        cashier: String::new(),
        key: format!("k{number}"),
        content: [0; 32],
        amount: Money::cny(1000),
        channel: ChannelId::NONE,
        routed: None,
        wallet: "cash".to_owned(),
        wallet_name: Text::new("现金", "Cash"),
        method: Method::Cash { tendered: Money::cny(1000) },
        description: String::new(),
        reference: String::new(),
        part: None,
        installments: None,
    };
    let id = request.id;
    handle.begin(Begin { request, code: None }).await.expect("it is recorded");
    for part in 1..=2_u128 {
        let refund = RefundRequest {
            id: RefundId::from_u128(number << 8 | part),
            key: format!("r{number}-{part}"),
            content: [part as u8; 32],
            amount: Money::cny(100),
            reason: String::new(),
            by: "zhang".to_owned(),
            way: RefundWay::Cash,
        };
        handle.command(id, SHOP, Command::Refund(refund)).await.expect("it is recorded");
    }
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let end = tokio::time::Instant::now() + PATIENCE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn settle(address: &str, url: String) -> Store {
    let store = Store::open(&StoreConfig { database: address.to_owned() }).await.expect("it opens");
    let by = By { actor: "test", at: Timestamp::from_micros(1) };
    let merchant = Merchant { id: SHOP, name: "小明便利店".into() };
    store.people().create_merchant(&merchant, by).await.expect("new");
    let webhook = Webhook {
        id: HOOK,
        merchant: SHOP,
        url,
        kinds: What::CODES.iter().map(|code| (*code).to_owned()).collect(),
        // A test key of nobody's: 32 zero bytes.
        sealed: Clear
            .seal(&webhooks::secret_name(HOOK), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        sealed_before: None,
        before_until: Timestamp::from_micros(0),
        created: Timestamp::from_micros(1),
        told_from: Timestamp::from_micros(1),
        disabled: None,
        why: String::new(),
    };
    store.create_webhook(&webhook, by).await.expect("new");
    store
}

#[test]
fn when_the_server_that_sends_dies_the_other_goes_on_in_order() {
    let Some(postgres) = Postgres::start() else {
        return eprintln!("SKIPPED: there is no PostgreSQL here for two servers to share");
    };
    let runtime = Runtime::new().expect("a runtime");
    let system = System::default();
    system.status.store(200, Ordering::SeqCst);
    let store = runtime.block_on(async { settle(&postgres.address, system.listen().await).await });
    let servers = [Server::start("a", &postgres.address), Server::start("b", &postgres.address)];
    runtime.block_on(async {
        until("one of them leads", async || servers.iter().filter(|one| one.handle.leads()).count() == 1)
            .await;
        for number in 0..20 {
            sale(&servers[number as usize % 2].handle, number + 1).await;
        }
        until("all 60 are taken", async || system.distinct() == 60).await;
        until("and recorded", async || waiting(&store).await == 0).await;
    });
    let taken = system.taken();
    assert_eq!(taken.len(), 60, "while both live, each message is taken once: {taken:?}");

    // It dies with messages that the system did not take, some of them under way.
    system.status.store(503, Ordering::SeqCst);
    let [a, b] = servers;
    let (leader, other) = if a.handle.leads() { (a, b) } else { (b, a) };
    runtime.block_on(async {
        for number in 20..40 {
            sale(&leader.handle, number + 1).await;
        }
        until("its messages are due", async || waiting(&store).await > 0).await;
    });
    leader.dies();
    system.status.store(200, Ordering::SeqCst);
    runtime.block_on(async {
        until("the other leads", async || other.handle.leads()).await;
        until("all 120 are taken", async || system.distinct() == 120).await;
        until("and recorded", async || waiting(&store).await == 0).await;
    });
    in_order(&system.taken());
    other.dies();
    runtime.block_on(store.close());
}

/// Messages that are still to be taken.
async fn waiting(store: &Store) -> i64 {
    store.backlog(HOOK).await.expect("it reads").waiting
}

/// Of each payment the messages were first taken in the order of what they tell.
fn in_order(taken: &[(String, String, u64)]) {
    let mut seen = BTreeSet::new();
    let mut told: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (id, payment, version) in taken {
        if seen.insert(id) {
            told.entry(payment).or_default().push(*version);
        }
    }
    assert_eq!(told.len(), 40);
    for (payment, versions) in told {
        assert!(versions.is_sorted() && versions.len() == 3, "{payment}: {versions:?}");
    }
}
