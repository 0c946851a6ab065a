//! `paydesk demo`: a shop in a box. The very server, connectors and pages that take real money, pointed at
//! simulated providers and a virtual printer, with a day of sample payments made through its own API.

mod bills;
pub mod clock;
mod codes;
mod day;
mod shop;

use crate::channels::connector_to_simulator;
use crate::cli::{Verdict, say};
use crate::config::{Printer, slip_language};
use crate::files::make_folder;
use crate::providers::{ALL, Known};
use crate::sealed::MasterKey;
use crate::serve::{self, Parts, asked_to_end};
use crate::simulate::host::Host;
use crate::simulate::printer::PrinterHost;
use crate::simulate::script::Script;
use crate::simulate::{Wanted, bind};
use ::printer::Profile;
use anyhow::{Context, Result};
use api::{DemoCode, DemoCredential, DemoInfo, Paper};
use base::{ChannelId, Currency, MerchantId, Money, OrderNo};
use clock::SetClock;
use drive::{ChannelSetup, Clock};
use provider_contract::bill_desk::fee_rule;
use provider_contract::{Provider, Treatment};
use receipt::Language;
use routing::Policy;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

const AFTER: &str = "\
Examples:
  paydesk demo
  paydesk demo --port 9000 --data demo-shop
  paydesk demo --printer epson-80 --slips en

Nothing touches real money, and nothing leaves this machine. Without --data everything is forgotten at the end.";

/// Where the demo runs.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// Port of the server; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address of the server
    #[arg(long, default_value = "127.0.0.1")]
    listen: std::net::IpAddr,
    /// Keep the shop in this directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Begin without sample payments
    #[arg(long)]
    empty: bool,
    /// Model of the virtual printer: epson-58, epson-80 or generic-80
    #[arg(long, value_name = "MODEL", default_value = "epson-58", value_parser = printer_model)]
    printer: Profile,
    /// What slips are written in: zh or en
    #[arg(long, value_name = "LANGUAGE", default_value = "zh", value_parser = slips_in)]
    slips: Language,
}

/// Without a cutter one slip would hang on the other, and none be shown.
fn printer_model(name: &str) -> Result<Profile, String> {
    let with_cutter = Profile::named(name).filter(|profile| profile.cutter);
    with_cutter.ok_or_else(|| {
        let models = Profile::all().into_iter().filter(|profile| profile.cutter).map(|profile| profile.name);
        format!("the models with a cutter are {}", models.collect::<Vec<_>>().join(", "))
    })
}

fn slips_in(text: &str) -> Result<Language, String> {
    slip_language(text).ok_or_else(|| "write zh or en".to_owned())
}

/// The demo's simulated world, as its pages show it.
struct World {
    providers: Vec<Simulated>,
    printer: PrinterHost,
    codes_given: AtomicU64,
}

/// A provider's simulator.
struct Simulated {
    known: &'static dyn Known,
    channel: ChannelId,
    host: Host,
}

/// Runs until it is stopped.
pub fn run(options: Options) -> Result<Verdict> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let (folder, kept) = match &options.data {
        Some(folder) => (folder.clone(), true),
        None => (std::env::temp_dir().join(format!("paydesk-demo-{:08x}", rand::random::<u32>())), false),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let outcome = runtime.block_on(demo(&options, &folder));
    if !kept {
        let _ = std::fs::remove_dir_all(&folder);
    }
    outcome.map(|()| Verdict::Good)
}

async fn demo(options: &Options, folder: &Path) -> Result<()> {
    let listener = bind(SocketAddr::new(options.listen, options.port)).await?;
    let port = listener.local_addr().context("a listener has an address")?.port();
    let origin = format!("http://{}", SocketAddr::new(options.listen, port));
    let clock = Arc::new(SetClock::default());
    let (printer, printer_address) = virtual_printer(&options.printer).await?;
    let store = serve::open_store(&format!("sqlite:{}", folder.join("paydesk.sqlite").display())).await?;
    let shop = shop::open(&store).await?;
    let keys = folder.join("keys");
    make_folder(&keys)?;
    let (mut providers, mut channels, mut routes) = (Vec::new(), Vec::new(), Vec::new());
    for (known, id) in ALL.iter().zip(shop::channels()) {
        let notify_url = format!("{origin}/notify/{}/{id}", known.name());
        let (host, provider) = simulated_provider(*known, &keys, notify_url, clock.clone()).await?;
        let policy = provider.capabilities().policy;
        let wallets = crate::channels::wallets_of(provider.as_ref());
        routes.extend(crate::channels::routes(wallets, shop::MERCHANT, id, known.name()));
        providers.push(Simulated { known: *known, channel: id, host });
        channels.push(ChannelSetup { id, merchant: shop::MERCHANT, policy, provider, identity: None });
    }
    let world =
        Arc::new(World { providers, printer, codes_given: AtomicU64::new(rand::random::<u32>().into()) });
    let fees = channels.iter().map(|channel| (channel.id, fee_rule())).collect();
    let parts = Parts {
        store: store.clone(),
        fees,
        routes,
        channels,
        payment_max: Money::new(5_000_000, Currency::Cny),
        public_url: origin.clone(),
        trusted_proxies: Vec::new(),
        printers: vec![Printer {
            till: shop::FIRST_TILL,
            address: printer_address,
            profile: options.printer.clone(),
            language: options.slips,
        }],
        demo: Some(world.clone()),
        reconcile_hour: Some(0),
        clock: clock.clone(),
        node: drive::NodeSetup::default(),
        routing: no_trials(),
        wallets: crate::wallets::known(),
        agent: None,
        webhooks: webhooks::Webhooks::new(Some(sealing(folder)?), webhooks::Networks { private: true }),
        sales: Some(watch::Policy::default()),
    };
    let plays = shop.is_new && !options.empty;
    if plays {
        // Payments go by a clock that is never set back.
        clock.set(day::first_midnight()?);
    }
    let running = serve::start(parts, listener).await?;
    let sample = async {
        if plays {
            store.print_receipts(false);
            day::play(&origin, &shop, &world, &clock).await?;
            store.print_receipts(true);
            day::play_now(&origin, &shop, &world).await?;
        }
        bills::reconcile_yesterday(&running.reconciler(), &world, clock.now()).await;
        anyhow::Ok(())
    };
    sample.await.context("the sample payments")?;
    greet(&origin);
    running.until(asked_to_end()).await
}

/// Who plays a case by its amount plays it at the wallet's own simulator, not now and then at an aggregator's.
fn no_trials() -> api::Routing {
    api::Routing { rules: Vec::new(), policy: Policy { trial_permille: 0, ..Policy::default() } }
}

/// A demo has a master key of its own, beside its database.
fn sealing(folder: &Path) -> Result<Arc<dyn webhooks::Seal>> {
    let path = folder.join("paydesk.key");
    let key = if path.exists() { MasterKey::load(&path)? } else { MasterKey::create(&path)? };
    Ok(Arc::new(key))
}

async fn virtual_printer(profile: &Profile) -> Result<(PrinterHost, String)> {
    let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr().context("a listener has an address")?.to_string();
    Ok((PrinterHost::start(profile, listener), address))
}

async fn simulated_provider(
    known: &'static dyn Known,
    keys: &Path,
    notify_url: String,
    clock: Arc<dyn Clock>,
) -> Result<(Host, Arc<dyn Provider>)> {
    let listener: TcpListener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = format!("http://{}", listener.local_addr().context("a listener has an address")?);
    let fake = known.fake(&Wanted { keys: Some(keys), address: &address, certificates: false })?;
    let provider = connector_to_simulator(known, &fake.credentials, notify_url)?;
    Ok((Host::start(fake.simulator, Script::default(), listener, clock), provider))
}

impl World {
    fn host(&self, provider: &str) -> &Host {
        let found = self.providers.iter().find(|simulated| simulated.known.name() == provider);
        &found.expect("every provider is simulated").host
    }

    /// A payer's code for this provider that was never used and plays this case.
    fn code(&self, provider: &str, treatment: Treatment) -> String {
        let salt = self.codes_given.fetch_add(1, Ordering::Relaxed);
        self.host(provider).simulator().code_for(treatment, salt)
    }
}

impl api::Demo for World {
    fn info(&self) -> DemoInfo {
        let mut codes = Vec::new();
        for provider in self.providers.iter().map(|simulated| simulated.known.name()) {
            codes.extend(codes::playable().map(|treatment| {
                let story = codes::story(treatment);
                let code = Some(self.code(provider, treatment));
                DemoCode { provider: provider.to_owned(), code, amount: None, zh: story.zh, en: story.en }
            }));
        }
        DemoInfo { credentials: shop::credentials(), codes, printer_url: Some("/demo/printer".to_owned()) }
    }

    fn merchant(&self) -> MerchantId {
        shop::MERCHANT
    }

    fn scan(&self, order_no: OrderNo) -> bool {
        self.providers.iter().any(|simulated| simulated.host.scan(order_no))
    }

    fn papers(&self) -> Vec<Paper> {
        let pieces = self.printer.pieces().into_iter().rev();
        pieces.map(|piece| Paper { id: piece.id.to_string(), at: piece.at, svg: piece.svg }).collect()
    }
}

fn greet(origin: &str) {
    say(format_args!("\nPaydesk's demo shop is open. 演示店已开门。\n"));
    let pages = [
        ("start", "/", "from here to everything 从这里开始"),
        ("till", "/till/", "take payments 收银台"),
        ("console", "/console/", "see the day 管理台"),
        ("codes", "/demo/codes", "a payer's code for every case 测试码"),
        ("printer", "/demo/printer", "what came out of the virtual printer 虚拟打印机"),
    ];
    for (name, path, about) in pages {
        say(format_args!("  {name:<9} {:<38} {about}", format!("{origin}{path}")));
    }
    say("\n  sign in with 登录:");
    for DemoCredential { login, password, role } in shop::credentials() {
        say(format_args!("  login {login:<9} password {password:<14} {role} {}", shop::role_zh(&role)));
    }
    say("\n  Where the till shows a QR, a button marked as demo pretends to be the customer who scans it.");
    say("  收银台出示收款码时，旁边标着“演示”的按钮就是扮演扫码付款的顾客。");
    say("\nCtrl-C closes the shop. 按 Ctrl-C 关店。");
}
