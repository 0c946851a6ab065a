//! Two merchants, their people, one provider by the script, and requests written as lines.
//!
//! A line is `METHOD PATH [word:value ...] [BODY]`. Words: `as` (who), `key` (Idempotency-Key), `type`
//! (Content-Type), `origin`, `site` (Sec-Fetch-Site), `cookie`, `bearer`, `last` (Last-Event-ID), `sign`, `from`
//! (the peer's address), `via` (X-Forwarded-For, with `_` for a space).

use crate::provider::{Book, Scripted, quick, scripted};
use api::{ApiState, Asset, Assets, Config, Demo, DemoInfo, NoPrinters, Paper, Route, Setup, Wallet};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use base::{ChannelId, MerchantId, Money, OrderNo, Secret, StaffId, StoreId, Text, TillId, Timestamp};
use drive::{ChannelSetup, Drive, SystemClock};
use http_body_util::BodyExt;
use payment::WalletRule;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};
use store::{By, Merchant, NewApiKey, NewStaff, Role, Shop, Store, StoreConfig, Till};
use tower::ServiceExt;

pub const OURS: MerchantId = MerchantId::from_u128(1);
pub const THEIRS: MerchantId = MerchantId::from_u128(2);
pub const CHANNEL: ChannelId = ChannelId::from_u128(3);
pub const SPARE: ChannelId = ChannelId::from_u128(4);
pub const PASSWORD: &str = "correct horse";
/// The payer's code that every test scans; it must appear nowhere else.
pub const CODE: &str = "134567890123456789";

const BY: By<'static> = By { actor: "test", at: Timestamp::from_micros(1) };

/// Everything that all tests made the server log, down to the last detail.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Logging;

impl std::io::Write for Logging {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().expect("writing does not panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What was logged so far, by every test of this process.
pub fn log() -> String {
    String::from_utf8_lossy(&LOG.lock().expect("writing does not panic")).into_owned()
}

pub struct World {
    pub router: Router,
    pub store: Store,
    pub book: Book,
    pub handle: drive::Handle,
    /// Tells merchants' systems and looks for sales paid twice, while the world lasts.
    told: [tokio::task::JoinHandle<()>; 2],
    keys: BTreeMap<&'static str, Secret<String>>,
    words: Mutex<BTreeMap<String, String>>,
    _folder: Folder,
}

impl Drop for World {
    fn drop(&mut self) {
        self.told.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Status and what it says: a problem's code, a payment's state.
    pub fn brief(&self) -> String {
        let json = self.json();
        let word = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        let what = word("code").filter(|_| self.status >= 400).or(word("money")).unwrap_or_default();
        format!("{} {what}", self.status).trim().to_owned()
    }
}

/// Seals nothing: what is kept is as it came, behind its name.
struct Clear;

impl webhooks::Seal for Clear {
    fn seal(&self, name: &str, secret: &str) -> String {
        format!("{name}={secret}")
    }

    fn open(&self, name: &str, sealed: &str) -> Option<Secret<String>> {
        let secret = sealed.strip_prefix(name)?.strip_prefix('=')?;
        Some(Secret::new(secret.to_owned()))
    }
}

/// A demo whose customer scans what the provider has shown.
struct Pretended(Book);

impl Demo for Pretended {
    fn info(&self) -> DemoInfo {
        DemoInfo::default()
    }

    fn papers(&self) -> Vec<Paper> {
        Vec::new()
    }

    fn merchant(&self) -> MerchantId {
        OURS
    }

    fn scan(&self, order_no: OrderNo) -> bool {
        self.0.scan(&order_no.to_string())
    }
}

struct TwoPages;

impl Assets for TwoPages {
    fn file(&self, path: &str) -> Option<Asset> {
        let (bytes, content_type): (&'static [u8], _) = match path {
            "till.html" => (b"<title>till</title>", "text/html; charset=utf-8"),
            "public.html" => (b"<title>public</title>", "text/html; charset=utf-8"),
            "assets/till-1a2b.js" => (b"let till = 1;", "text/javascript"),
            _ => return None,
        };
        Some(Asset { bytes: bytes.into(), content_type: content_type.to_owned() })
    }
}

impl World {
    pub async fn new() -> World {
        World::open(None, false).await
    }

    /// The same with two channels to the wallet: the first cannot be reached, the second is the one by the book.
    pub async fn with_a_spare() -> World {
        World::open(None, true).await
    }

    /// The same as a demo, whose customers scan by the book.
    pub async fn demo() -> World {
        World::open(Some(Book::default()), false).await
    }

    async fn open(demo: Option<Book>, spare: bool) -> World {
        static LOGS: Once = Once::new();
        LOGS.call_once(|| {
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Logging).init();
        });
        let folder = Folder::new();
        let store = Store::open(&StoreConfig { database: folder.database() }).await.expect("it opens");
        let keys = settle(&store).await;
        let is_demo = demo.is_some();
        let (provider, book) = scripted(demo.unwrap_or_default()).await;
        let demo = is_demo.then(|| Arc::new(Pretended(book.clone())) as Arc<dyn Demo>);
        let channel = |id, provider| ChannelSetup {
            id,
            merchant: OURS,
            provider: Arc::new(provider),
            policy: quick(),
            identity: None,
        };
        let channels = match spare {
            false => vec![channel(CHANNEL, provider)],
            true => vec![channel(CHANNEL, Scripted::away()), channel(SPARE, provider)],
        };
        let handle = Drive::start(store.clone(), channels, Arc::new(SystemClock));
        let setup = Setup {
            handle: handle.clone(),
            config: config(spare),
            assets: Arc::new(TwoPages),
            printers: Arc::new(NoPrinters),
            demo,
            agent: None,
            reconciler: reconcile::Reconciler::new(
                handle.clone(),
                std::env::temp_dir(),
                Arc::new(|_, _, _| {}),
            ),
            webhooks: webhooks::Webhooks::new(Some(Arc::new(Clear)), webhooks::Networks { private: true }),
        };
        let telling = setup.webhooks.clone();
        let state = ApiState::new(setup).await.expect("the store answers");
        let told = [
            telling.start(handle.clone(), Arc::new(state.clone())).expect("it can seal"),
            watch::start(handle.clone(), watch::Policy::default()).await.expect("the store answers"),
        ];
        World {
            told,
            router: api::router(state),
            store,
            book,
            handle,
            keys,
            words: Default::default(),
            _folder: folder,
        }
    }

    /// Remembers a word for later lines: `{name}` in them becomes `value`.
    pub fn say(&self, name: &str, value: &str) {
        self.words.lock().expect("one test at a time").insert(format!("{{{name}}}"), value.to_owned());
    }

    /// Sends one line.
    pub async fn send(&self, line: &str) -> Answer {
        let response = self.router.clone().oneshot(self.request(line)).await.expect("a router never fails");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.expect("a body in memory").to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Sends lines one by one; gives each with what came back.
    pub async fn play(&self, lines: &str) -> String {
        let mut played = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let answer = self.send(line).await;
            assert!(!answer.text.contains(&CODE[..8]), "a payer's code came back: {}", answer.text);
            played.push_str(&format!("{line}\n    {}\n", answer.brief()));
        }
        played
    }

    /// The request that a line means.
    pub fn request(&self, line: &str) -> Request<Body> {
        let mut line = line.to_owned();
        for (word, value) in self.words.lock().expect("one test at a time").iter() {
            line = line.replace(word, value);
        }
        let (head, body) = match line.find([' ', '\t']).and_then(|_| line.find(" {").or(line.find(" ["))) {
            Some(at) => (line[..at].to_owned(), line[at + 1..].to_owned()),
            None => (line.clone(), String::new()),
        };
        let mut words = head.split_whitespace();
        let method = words.next().expect("a method");
        let path = words.next().expect("a path");
        let mut request = Request::builder().method(method).uri(path).header("host", "pay.test");
        let mut content_type = (!body.is_empty()).then(|| "application/json".to_owned());
        for (name, value) in words.filter_map(|word| word.split_once(':')) {
            request = match name {
                "as" => request.header("authorization", format!("Bearer {}", self.keys[value].reveal())),
                "bearer" => request.header("authorization", format!("Bearer {value}")),
                "key" => request.header("idempotency-key", value.replace('_', " ")),
                "origin" => request.header("origin", value),
                "site" => request.header("sec-fetch-site", value),
                "cookie" => request.header("cookie", format!("__Host-paydesk={value}")),
                "last" => request.header("last-event-id", value),
                "from" => {
                    let peer = SocketAddr::new(value.parse().expect("an address"), 4711);
                    request.extension(ConnectInfo(peer))
                }
                "via" => request.header("x-forwarded-for", value.replace('_', " ")),
                "fence" => request.header("paydesk-fence", value),
                "about" => request.header("paydesk-about", value),
                "sign" => request.header("x-signature", value),
                "type" => {
                    content_type = (value != "none").then(|| value.to_owned());
                    request
                }
                unknown => panic!("{unknown} is no word of a line"),
            };
        }
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.body(Body::from(body)).expect("a request")
    }
}

/// A payment's line: so many fen, with this key.
pub fn pay(fen: i64, key: &str) -> String {
    format!(
        r#"POST /v1/payments?wait=5 as:owner key:{key} {{"till":"00000000-0000-0000-0000-00000000000b","amount":{{"amount":{fen},"currency":"CNY"}},"method":{{"payer_code":{{"code":"{CODE}"}}}}}}"#
    )
}

/// A folder for one world's database, gone when the world is, also when its test fails.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("paydesk-api-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        // What a killed run with the same process id left behind.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("the temporary folder takes a folder");
        Folder(path)
    }

    fn database(&self) -> String {
        format!("sqlite:{}/paydesk.db", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Ours has two tills and a cashier at the first; theirs has one till. Every role of ours has a key.
async fn settle(store: &Store) -> BTreeMap<&'static str, Secret<String>> {
    let people = store.people();
    let merchants = [(OURS, "小明便利店", 10), (THEIRS, "别人的店", 20)];
    for (id, name, first) in merchants {
        people.create_merchant(&Merchant { id, name: name.into() }, BY).await.expect("new");
        let shop = Shop { id: StoreId::from_u128(first), merchant: id, name: "南山店".into() };
        people.create_store(&shop, BY).await.expect("new");
        for number in 1..=2 {
            let id = TillId::from_u128(first + number);
            let till = Till { id, merchant: shop.merchant, store: shop.id, name: format!("{number}号") };
            people.create_till(&till, BY).await.expect("new");
        }
    }
    static HASH: OnceLock<Secret<String>> = OnceLock::new();
    let hash = HASH.get_or_init(|| api::hash_password(&Secret::new(PASSWORD.into())));
    let till = Some(TillId::from_u128(11));
    for (number, (login, role, till)) in
        (1..).zip([("zhang", Role::Owner, None), ("li", Role::Cashier, till)])
    {
        let staff = NewStaff {
            id: StaffId::from_u128(number),
            merchant: OURS,
            till,
            login: login.into(),
            name: login.to_uppercase(),
            role,
            password_hash: hash.clone(),
        };
        people.create_staff(&staff, BY).await.expect("new");
    }
    let wanted = [
        ("owner", OURS, Role::Owner, None),
        ("cashier", OURS, Role::Cashier, till),
        ("support", OURS, Role::Support, None),
        ("theirs", THEIRS, Role::Owner, None),
    ];
    let mut keys = BTreeMap::new();
    for (number, (name, merchant, role, till)) in (100..).zip(wanted) {
        let key = api::fresh_api_key();
        let row = NewApiKey {
            id: StaffId::from_u128(number),
            merchant,
            till,
            name: format!("machine of {name}"),
            role,
            key_hash: api::token_hash(key.reveal()),
            hint: String::new(),
        };
        people.create_api_key(&row, BY).await.expect("new");
        keys.insert(name, key);
    }
    keys
}

fn config(spare: bool) -> Config {
    let wallet = |name: &str, zh: &str, en: &str, prefix: &str| Wallet {
        rule: WalletRule {
            wallet: name.into(),
            prefixes: vec![prefix.into()],
            shortest: 18,
            longest: 18,
            wins: false,
        },
        label: Text::new(zh, en),
    };
    let route = |wallet: &str, channel, name: &str| Route {
        merchant: OURS,
        wallet: wallet.into(),
        channel,
        name: name.into(),
    };
    Config {
        version: "0.0.0-test".into(),
        public_base_url: "https://pay.test/".into(),
        wallets: vec![
            wallet("scripted", "脚本钱包", "Script Wallet", "13"),
            wallet("other", "别的钱包", "Other", "28"),
            wallet("scripted", "脚本钱包", "Script Wallet", "77"),
            wallet("twin", "孪生钱包", "Twin", "77"),
        ],
        routes: match spare {
            false => vec![route("scripted", CHANNEL, "first")],
            true => vec![
                route("scripted", CHANNEL, "first"),
                route("scripted", SPARE, "second"),
                route("twin", SPARE, "second"),
            ],
        },
        // Which channel a payment takes must not be left to chance here.
        routing: api::Routing {
            rules: Vec::new(),
            policy: routing::Policy { trial_permille: 0, ..routing::Policy::default() },
        },
        limit: Money::cny(5_000_000),
        limits: BTreeMap::new(),
        trusted_proxies: vec![
            "127.0.0.1".parse().expect("an address"),
            "10.0.0.0/8".parse().expect("a network"),
        ],
    }
}
