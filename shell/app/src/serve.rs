//! `paydesk serve`: the server, from its configuration to a clean end.

use crate::assets::Pages;
use crate::channels::Channels;
use crate::cli::{Verdict, say};
use crate::config::{Config, Printer};
use crate::door::{Door, Latch, Visitor};
use crate::printers::TillPrinters;
use crate::sealed::MasterKey;
use anyhow::{Context, Result, bail};
use api::{ApiState, Demo, Setup};
use axum::serve::ListenerExt;
use base::{ChannelId, Money};
use drive::{ChannelSetup, Clock, Drive, Handle, NodeSetup, SystemClock};
use settlement::FeeRule;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, StoreConfig};
use tokio::net::TcpListener;
use webhooks::Webhooks;

const AFTER: &str = "\
Example:
  paydesk serve --config shop/paydesk.toml

paydesk init writes the configuration. A channel whose settings or keys are wrong is named and left out; the
others work. SIGTERM and Ctrl-C end it cleanly; kill -9 loses nothing.";

/// How long requests may go on after the end was asked for, before the engine stops.
const LAST_ANSWERS: Duration = Duration::from_secs(8);
/// How long calls to providers may go on then. Whatever they come to is found by asking again.
const LAST_CALLS: Duration = Duration::from_secs(3);

/// What to serve.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
}

/// A server's parts, from a configuration or a demo.
pub struct Parts {
    /// Where facts are kept.
    pub store: Store,
    /// The ways to the providers.
    pub channels: Vec<ChannelSetup>,
    /// Which merchant takes which wallet over which of them.
    pub routes: Vec<api::Route>,
    /// How one of several is chosen.
    pub routing: api::Routing,
    /// What one payment may be at most.
    pub payment_max: Money,
    /// How customers reach it.
    pub public_url: String,
    /// Proxies in front, believed about where a request came from.
    pub trusted_proxies: Vec<api::Network>,
    /// The printers at the tills.
    pub printers: Vec<Printer>,
    /// A demo's data.
    pub demo: Option<Arc<dyn Demo>>,
    /// The wallets that are known.
    pub wallets: Vec<api::Wallet>,
    /// The device at the counter, if this is one.
    pub agent: Option<till::Agent>,
    /// From which hour of the morning yesterday is reconciled, on China's clock; never, for a till.
    pub reconcile_hour: Option<u32>,
    /// What providers are expected to keep of payments, by channel.
    pub fees: BTreeMap<ChannelId, FeeRule>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How it appears to other servers on the same database.
    pub node: NodeSetup,
    /// Tells merchants' own systems.
    pub webhooks: Webhooks,
    /// What is done about sales that were paid twice; nothing, for a till.
    pub sales: Option<watch::Policy>,
}

/// Serves until the end is asked for.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let runtime = runtime()?;
    runtime.block_on(async {
        let listener = listen(config.server.listen).await?;
        let mut parts = parts(&config).await?;
        let address = listener.local_addr().context("a listener has an address")?;
        if config.server.listen.port() == 0 {
            // The system chose a port only now.
            for text in [&mut parts.node.name, &mut parts.node.address] {
                *text =
                    text.strip_suffix(":0").map_or(text.clone(), |host| format!("{host}:{}", address.port()));
            }
        }
        say(format_args!("Paydesk listens on http://{address}"));
        let url = &config.server.public_url;
        say(format_args!("till 收银台 {url}/till/   console 管理台 {url}/console/   Ctrl-C ends it 结束"));
        start(parts, listener).await?.until(asked_to_end()).await?;
        Ok(Verdict::Good)
    })
}

/// Half of the processors for sockets and the engine, since signing has threads of its own: on a small machine handing
/// a task from one thread to another costs more than most tasks do.
fn runtime() -> Result<tokio::runtime::Runtime> {
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

async fn parts(config: &Config) -> Result<Parts> {
    let channels = Channels::build(config)?;
    for fault in &channels.faults {
        eprintln!("paydesk: {}", fault.en);
    }
    if !channels.faults.is_empty() {
        let working: Vec<&str> =
            channels.setups.iter().map(|setup| setup.provider.capabilities().name).collect();
        let working = if working.is_empty() { "no provider".to_owned() } else { working.join(", ") };
        eprintln!("paydesk: still working: {working}, the pages, and everything recorded so far");
    }
    let store = open_store(&config.database).await?;
    store.print_receipts(!config.printers.is_empty());
    Ok(Parts {
        store,
        channels: channels.setups,
        routes: channels.routes,
        payment_max: config.payment_max,
        public_url: config.server.public_url.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
        printers: config.printers.clone(),
        demo: None,
        routing: config.routing.clone(),
        wallets: crate::wallets::with(&config.wallets),
        agent: None,
        reconcile_hour: Some(config.server.reconcile_hour),
        fees: config.fees(),
        clock: Arc::new(SystemClock),
        node: config.node.clone(),
        webhooks: Webhooks::new(sealing(config), config.webhooks),
        sales: Some(config.sales),
    })
}

/// What seals the secrets of merchants' own systems; nothing where there is no master key, which only those need who
/// have such systems.
fn sealing(config: &Config) -> Option<Arc<dyn webhooks::Seal>> {
    let key = MasterKey::load(&config.secrets.master_key_file).ok()?;
    Some(Arc::new(key))
}

/// Opens the database, or says which and why not.
pub async fn open_store(database: &str) -> Result<Store> {
    Store::open(&StoreConfig { database: database.to_owned() }).await.context(
        "nothing was started: without its database Paydesk cannot make anything durable. \
         Check the path, the free space and the rights of the folder",
    )
}

/// Listens at this address, or says who may be in the way.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address} (server.listen); another program may use this port: choose another or stop it")
    })
}

/// A server that runs.
pub struct Running {
    /// Its payments.
    pub handle: Handle,
    store: Store,
    printers: Arc<TillPrinters>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    latch: Latch,
    background: Vec<tokio::task::JoinHandle<()>>,
    reconciler: reconcile::Reconciler,
}

/// Starts serving these parts.
pub async fn start(parts: Parts, listener: TcpListener) -> Result<Running> {
    let store = parts.store.clone();
    let handle = Drive::start_as(parts.node, parts.store, parts.channels, parts.clock.clone());
    let printers = Arc::new(TillPrinters::default());
    let folder = std::env::temp_dir().join(format!("paydesk-bills-{}", std::process::id()));
    let reconciler =
        reconcile::Reconciler::new(handle.clone(), folder, Arc::new(|_, _, _| {})).expecting(parts.fees);
    let reconciling = reconciler.clone();
    let daily =
        parts.reconcile_hour.map(|hour| tokio::spawn(reconcile::Daily { hour }.run(reconciler.clone())));
    let setup = Setup {
        handle: handle.clone(),
        config: api::Config {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            public_base_url: parts.public_url,
            wallets: parts.wallets,
            routes: parts.routes,
            routing: parts.routing,
            limit: parts.payment_max,
            limits: std::collections::BTreeMap::new(),
            trusted_proxies: parts.trusted_proxies,
        },
        assets: Arc::new(Pages),
        printers: printers.clone(),
        demo: parts.demo,
        agent: parts.agent.clone().map(|agent| Arc::new(agent) as Arc<dyn api::CounterAgent>),
        reconciler,
        webhooks: parts.webhooks.clone(),
    };
    let state = ApiState::new(setup).await.context("cannot read the names of shops and tills")?;
    let telling = parts.webhooks.start(handle.clone(), Arc::new(state.clone()));
    printers
        .start(&parts.printers, &store, &handle, state.receipt_links(), parts.clock)
        .await
        .context("cannot read the names of shops and tills")?;
    let service = api::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let (door, latch) = Door::new(listener).context("a listener has an address")?;
    let door = door.tap_io(Visitor::answer_at_once);
    let mut background = parts.agent.map_or_else(Vec::new, |agent| agent.start(handle.clone()));
    background.extend(daily.into_iter().chain(telling));
    if let Some(policy) = parts.sales {
        background.push(watch::start(handle.clone(), policy).await.context("cannot read the events")?);
    }
    let serving = axum::serve(door, service).with_graceful_shutdown(latch.clone().closed());
    let server = tokio::spawn(serving.into_future());
    Ok(Running { handle, store, printers, server, latch, background, reconciler: reconciling })
}

impl Running {
    /// What holds days against bills.
    pub fn reconciler(&self) -> reconcile::Reconciler {
        self.reconciler.clone()
    }

    /// Goes on until `end`, then lets what is under way finish. When the engine breaks it is over at once: whoever
    /// watches over the process starts another, which takes every payment up again.
    pub async fn until(mut self, end: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            () = end => {}
            why = self.handle.broke() => bail!(
                "the engine found something that cannot be, and stopped rather than guess: {why}. \
                 Nothing that was recorded is lost; start Paydesk again and it takes up every payment. \
                 If it stops again, keep this message and a copy of the database"
            ),
            outcome = &mut self.server => outcome.context("the server broke")?.context("the server cannot go on")?,
        }
        // Nobody new comes in, whoever is in is answered, calls end; then others may have the payments at once.
        self.handle.drain();
        self.latch.close();
        let _ = tokio::time::timeout(LAST_ANSWERS, &mut self.server).await;
        self.background.iter().for_each(|task| task.abort());
        self.printers.stop();
        let _ = tokio::time::timeout(LAST_CALLS, self.handle.stop()).await;
        self.handle.leave().await;
        self.server.abort();
        self.store.close().await;
        Ok(())
    }
}

/// Resolves when a person or the system asks for the end.
pub async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
