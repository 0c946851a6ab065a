//! `paydesk till`: the agent at a counter, from pairing to a clean end; and its journal carried from disk to disk.

mod add;
mod config;
mod files;
mod pair;

use crate::cli::{Verdict, say};
use crate::clock;
use crate::serve::{Parts, asked_to_end, listen, start};
use anyhow::{Context, Result};
use base::{Money, Text};
pub use config::Config;
use drive::{ChannelSetup, Clock, SystemClock};
use paydesk_link::Fence;
use payment::{Policy, WalletRule};
use provider_contract::Provider;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use till::{Agent, Identity, Link, WalletInfo, channel_of};

const AFTER: &str = "\
Examples:
  paydesk till add --config shop/paydesk.toml --name 2号收银  on the server: another till
  paydesk till pair --config shop/paydesk.toml              on the server: a code for a new device
  paydesk till init --server https://pay.example.cn --code 7K4M-2Q9X --dir till
  paydesk till --config till/till.toml
  paydesk till export --config till/till.toml --to journal.txt

The first device of a till stands for it; further ones are spares that take over with one tap. kill -9 loses
nothing. Moving to a new disk: export, pair the new device, import.";

/// What to do at the counter.
#[derive(clap::Args)]
#[command(after_help = AFTER, args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// The device's configuration; `paydesk till init` writes it
    #[arg(long, value_name = "FILE", default_value = "till.toml")]
    config: PathBuf,
}

#[derive(clap::Subcommand)]
enum What {
    /// On the server: add a till to the shop
    Add(add::Options),
    /// On the server: print a code with which a device is paired
    Pair(pair::PairOptions),
    /// Pair this device with a till of the server
    Init(pair::InitOptions),
    /// Write the journal to a file
    Export(files::ExportOptions),
    /// Put an exported journal into this device, which has none yet
    Import(files::ImportOptions),
    /// Check the journal, or an exported one, and name what is wrong
    Verify(files::VerifyOptions),
}

/// Runs the agent, or does what was asked.
pub fn run(options: Options) -> Result<Verdict> {
    match options.what {
        None => agent(options.config),
        Some(What::Add(options)) => add::run(options),
        Some(What::Pair(options)) => pair::pair(options),
        Some(What::Init(options)) => pair::init(options),
        Some(What::Export(options)) => files::export(options),
        Some(What::Import(options)) => files::import(options),
        Some(What::Verify(options)) => files::verify(options),
    }
}

fn agent(path: PathBuf) -> Result<Verdict> {
    let config = Config::load(&path)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let listener = listen(config.listen).await?;
        let parts = parts(&config).await?;
        let address = listener.local_addr().context("a listener has an address")?;
        say(format_args!("This till listens on http://{address}"));
        start(parts, listener).await?.until(asked_to_end()).await?;
        Ok(Verdict::Good)
    })
}

async fn parts(config: &Config) -> Result<Parts> {
    let file = config.identity()?;
    let mut identity = file.read()?;
    // What the till takes may have changed; without the server it is what it was.
    let refreshed = Link::new(&identity).refresh(&mut identity).await.is_ok();
    // A key that lay there in clear is sealed as soon as there is a master key.
    if refreshed || file.seals() {
        file.write(&identity)?;
    }
    let policy = policy(config);
    let opened = till::open(&config.database(), &identity, &policy, clock::now(), fresh).await?;
    if let Some((flaw, aside)) = &opened.flaw {
        eprintln!(
            "paydesk: the journal was broken: {flaw}. It lies in {}; its sound part goes on",
            aside.display()
        );
    }
    opened.store.print_receipts(config.printer.is_some());
    let fence = Fence::at(identity.fence);
    let channels = channels(&identity, &fence, &policy);
    let taken: BTreeSet<&str> = identity
        .wallets
        .iter()
        .filter(|wallet| wallet.available)
        .map(|wallet| wallet.wallet.as_str())
        .collect();
    let routes: Vec<api::Route> = taken
        .into_iter()
        .map(|wallet| api::Route {
            merchant: identity.merchant(),
            wallet: wallet.to_owned(),
            channel: channel_of(identity.till(), wallet),
            name: wallet.to_owned(),
        })
        .collect();
    let options = till::Options {
        identity_file: file,
        upload_hint: config.folder.join("handed-in"),
        prints: config.printer.is_some(),
        takes_over_after: config.takes_over_after,
        policy: policy.clone(),
        flaw: opened.flaw.map(|(flaw, _)| told(&flaw.text())),
        raise_fence: Box::new(move |number| fence.raise(number)),
        fresh: Box::new(fresh),
    };
    Ok(Parts {
        store: opened.store.clone(),
        channels,
        routes,
        routing: api::Routing::default(),
        payment_max: Money::new(identity.limit, identity.currency()),
        public_url: identity.public_url.clone().unwrap_or_else(|| identity.server.clone()),
        trusted_proxies: Vec::new(),
        printers: config.printer(identity.till()).into_iter().collect(),
        demo: None,
        wallets: identity.wallets.iter().map(wallet).collect(),
        agent: Some(Agent::new(identity, opened.store, options, clock::now())),
        clock: Arc::new(SystemClock) as Arc<dyn Clock>,
        node: drive::NodeSetup::default(),
        reconcile_hour: None,
        // The server tells; a device at a counter has nobody to tell.
        webhooks: webhooks::Webhooks::new(None, webhooks::Networks::default()),
        sales: None,
        fees: BTreeMap::new(),
    })
}

fn policy(config: &Config) -> Policy {
    config.timing.over(paydesk_link::policy())
}

fn channels(identity: &Identity, fence: &Fence, policy: &Policy) -> Vec<ChannelSetup> {
    let provider = |wallet: &WalletInfo| {
        let config = paydesk_link::Config {
            server: identity.server.clone(),
            key: identity.key(),
            fence: fence.clone(),
            wallet: wallet.wallet.clone(),
            says_wallet: identity.wallets.iter().any(|other| shares_codes(wallet, other)),
            currency: identity.currency(),
        };
        Arc::new(paydesk_link::Paydesk::new(config)) as Arc<dyn Provider>
    };
    let setup = |wallet: &WalletInfo| ChannelSetup {
        id: channel_of(identity.till(), &wallet.wallet),
        merchant: identity.merchant(),
        provider: provider(wallet),
        policy: policy.clone(),
        identity: None,
    };
    identity.wallets.iter().map(setup).collect()
}

/// Whether another wallet's codes can begin like this one's.
fn shares_codes(wallet: &WalletInfo, other: &WalletInfo) -> bool {
    let alike = |one: &String| other.prefixes.iter().any(|two| one.starts_with(two) || two.starts_with(one));
    other.wallet != wallet.wallet && wallet.prefixes.iter().any(alike)
}

fn wallet(wallet: &WalletInfo) -> api::Wallet {
    api::Wallet {
        rule: WalletRule {
            wallet: wallet.wallet.clone(),
            prefixes: wallet.prefixes.clone(),
            shortest: wallet.shortest,
            longest: wallet.longest,
            wins: wallet.wins,
        },
        label: Text::new(wallet.zh.clone(), wallet.en.clone()),
    }
}

fn told(flaw: &Text) -> Text {
    Text::new(
        format!("流水曾损坏（{}），完好的部分已接着用，坏的部分另存，请检查磁盘", flaw.zh),
        format!(
            "The journal was broken ({}); its sound part goes on, the rest is kept aside; check the disk",
            flaw.en
        ),
    )
}

fn fresh() -> u128 {
    api::fresh_id(clock::now())
}
