//! A server in a test: a store in a file, a drive over it, a scripted provider, and what came of a payment as text.

use crate::provider::{Scripted, Server};
use base::{ChannelId, MerchantId, Money, PaymentId, StoreId, Text, TillId, Timestamp};
use drive::{Begin, ChannelSetup, Clock, Drive, DriveError, Handle, SystemClock};
use engine::Told;
use payment::{Fact, Method, Next, PayerCode, Policy, Request};
use sqlx::{Connection, SqliteConnection};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;
use store::{MerchantScope, Store, StoreConfig};

pub const SHOP: MerchantId = MerchantId::from_u128(0x51);
pub const CHANNEL: ChannelId = ChannelId::from_u128(9);
pub const OTHER_CHANNEL: ChannelId = ChannelId::from_u128(10);
/// Its provider knows questions by numbers, and cannot say what became of one.
pub const TERMINAL: ChannelId = ChannelId::from_u128(11);

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("paydesk-drive-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("the temporary folder takes a folder");
        Folder(path)
    }

    pub fn database(&self) -> String {
        format!("sqlite:{}/paydesk.db", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The computer's clock, as somebody sets it.
#[derive(Debug, Default)]
pub struct SetClock {
    ahead_us: AtomicI64,
}

impl SetClock {
    pub fn leap(&self, hours: i64) {
        self.ahead_us.fetch_add(hours * 3_600_000_000, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().as_micros() + self.ahead_us.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        SystemClock.steady()
    }
}

pub struct World {
    pub handle: Handle,
    pub clock: Arc<SetClock>,
    /// Requests made ready, whether or not they left.
    pub prepared: Arc<AtomicU32>,
    pub server: Server,
    pub folder: Folder,
}

impl World {
    /// A provider that follows `script`.
    pub async fn new(script: &[&'static str]) -> World {
        let server = Server::start(script).await;
        let folder = Folder::new();
        let prepared = Arc::default();
        let clock = Arc::<SetClock>::default();
        let handle = start_counted(&folder, server.address, &prepared, clock.clone()).await;
        World { handle, clock, prepared, server, folder }
    }

    /// Begins a payment and waits until it rests; gives what its facts say.
    pub async fn pay(&self, id: u128) -> String {
        match self.begin(id).await {
            Ok(_) => self.rested(id).await,
            Err(error) => error.to_string(),
        }
    }

    pub async fn begin(&self, id: u128) -> Result<Told, DriveError> {
        self.handle.begin(begin(id, "breakfast")).await
    }

    pub async fn rested(&self, id: u128) -> String {
        rested(&self.handle, id).await
    }

    /// Waits until so many requests arrived at the provider.
    pub async fn asked(&self, count: usize) {
        while self.server.asked().len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// From now on nothing can be made durable.
    pub async fn break_store(&self) {
        self.raw(
            "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk on fire'); END",
        )
        .await;
    }

    pub async fn mend_store(&self) {
        self.raw("DROP TRIGGER broken").await;
    }

    /// Until the result is dropped, whatever is to be made durable waits.
    pub async fn hold_store(&self) -> SqliteConnection {
        let mut holding = SqliteConnection::connect(&self.folder.database()).await.expect("it opens");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut holding).await.expect("nobody else writes");
        holding
    }

    /// Waits until so many requests were made ready.
    pub async fn prepared(&self, count: u32) {
        while self.prepared.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn raw(&self, text: &'static str) {
        raw(&self.folder, text).await;
    }
}

/// Does something to the database behind everybody's back.
pub async fn raw(folder: &Folder, text: &'static str) {
    let mut connection = SqliteConnection::connect(&folder.database()).await.expect("it opens");
    sqlx::query(text).execute(&mut connection).await.expect("the statement is right");
}

pub async fn start(folder: &Folder, provider: SocketAddr) -> Handle {
    start_counted(folder, provider, &Arc::default(), Arc::new(SystemClock)).await
}

async fn start_counted(
    folder: &Folder,
    provider: SocketAddr,
    prepared: &Arc<AtomicU32>,
    clock: Arc<dyn Clock>,
) -> Handle {
    let store = Store::open(&StoreConfig { database: folder.database() }).await.expect("a database");
    let channel = |id| ChannelSetup {
        id,
        merchant: SHOP,
        provider: Arc::new(Scripted { address: provider, prepared: Arc::clone(prepared) }),
        policy: policy(),
        identity: None,
    };
    let mut terminal = channel(TERMINAL);
    terminal.policy = Policy { numbered: true, can_inquire: false, ..policy() };
    Drive::start(store, vec![channel(CHANNEL), channel(OTHER_CHANNEL), terminal], clock)
}

/// Waits until the payment rests and tells its facts, one a line.
pub async fn rested(handle: &Handle, id: u128) -> String {
    let id = PaymentId::from_u128(id);
    let mut watch = handle.watch(id);
    for _ in 0..100 {
        let entries = handle.store().payment_entries(&MerchantScope(SHOP), id).await.expect("it reads");
        let entries = entries.expect("the payment is there");
        let payment = payment::fold(&entries);
        if let Next::Rest(outcome) = payment::next(&payment, &policy(), payment.updated_at) {
            let facts: Vec<String> = entries.iter().map(|entry| short(&entry.fact)).collect();
            return format!("{}\n= {outcome:?}\n", facts.join("\n"));
        }
        watch.past(payment.version, Duration::from_millis(200)).await;
    }
    panic!("it did not come to rest")
}

/// Everything happens within a second, so that tests do.
pub fn policy() -> Policy {
    let ms = Duration::from_millis;
    Policy {
        call_timeout: ms(400),
        first_inquiry: ms(20),
        inquiry_every: ms(50),
        give_up_after: ms(5_000),
        reverse_not_before: ms(0),
        reverse_backoff: vec![ms(50)],
        send_again_after: ms(20),
        ..Policy::default()
    }
}

pub fn begin(id: u128, description: &str) -> Begin {
    let code = PayerCode::parse("134567890123456789").expect("a code");
    let request = Request {
        id: PaymentId::from_u128(id),
        merchant: SHOP,
        store: StoreId::from_u128(2),
        till: TillId::from_u128(3),
        cashier: "王芳".into(),
        key: format!("key-{id}"),
        content: [7; 32],
        amount: Money::cny(1250),
        channel: CHANNEL,
        routed: None,
        wallet: "scripted".into(),
        wallet_name: Text::new("剧本", "Scripted"),
        method: Method::PayerCode { hint: code.hint() },
        description: description.into(),
        reference: String::new(),
        part: None,
        installments: None,
    };
    Begin { request, code: Some(code) }
}

fn short(fact: &Fact) -> String {
    match fact {
        Fact::Requested(_) => "requested".into(),
        Fact::Asked { call, ask, trace } => {
            let trace = trace.map(|trace| format!(" as {}/{}", trace.batch, trace.number));
            format!("asked {call} {ask:?}{}", trace.unwrap_or_default())
        }
        Fact::Answered { call, answer } => {
            let verdict = format!("{:?}", answer.verdict);
            let word = verdict.split('(').next().unwrap_or_default();
            format!("answered {call} {word} {:?}", answer.said.message)
        }
        Fact::Lost { call, why } => format!("lost {call} {why:?}"),
        Fact::NeverLeft { call, why } => format!("never left {call} {why}"),
        Fact::Noticed(notice) => format!("noticed {}", notice.notice_id),
        Fact::CancelRequested { by } => format!("cancel wanted by {by}"),
        Fact::RefundRequested(request) => format!("refund wanted by {}", request.by),
        Fact::LookRequested { by } => format!("look wanted by {by}"),
        Fact::Matched(found) => format!("matched {}", found.paid.transaction),
        Fact::MatchWithdrawn { by, .. } => format!("match withdrawn by {by}"),
        Fact::RefundFound(found) => format!("refund found {}", found.number),
        Fact::RefundWithdrawn(withdrawn) => format!("refund withdrawn {}", withdrawn.number),
        Fact::FoundAcknowledged { by } => format!("seen by {by}"),
        Fact::Raised(alarm) => format!("raised {}", alarm.code()),
        Fact::Settled(settlement) => format!("settled {:?} by {}", settlement.verdict, settlement.by),
    }
}
