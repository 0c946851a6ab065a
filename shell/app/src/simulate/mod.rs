//! `paydesk simulate`: a provider, a card acquirer's host, or a printer, on a real port, for people, tests and other clients.

pub mod card;
pub mod control;
pub mod host;
pub mod printer;
pub mod script;
pub mod sleeper;
pub mod tls;

use crate::cli::{Verdict, say};
use crate::files::{make_folder, write_private};
use crate::providers::{choices, named};
use ::printer::Profile;
use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use drive::SystemClock;
use host::{Door, Host};
use provider_contract::Simulator;
use script::Script;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tls::TlsTexts;
use tokio::net::TcpListener;

const AFTER: &str = "\
Examples:
  paydesk simulate wechat --port 9001 --credentials wechat.json
  paydesk simulate alipay --port 9002 --keys keys/ --script evening.txt
  paydesk simulate wechat --port 9003 --tls --credentials wechat-v2.json
  paydesk simulate printer --port 9100 --profile epson-58
  paydesk simulate card --port 9200 --credentials card.json

The credentials file holds all that an outside client needs, as JSON. A script has one rule a line:
  treat 1 lost_after        the first order (also: 3-5, *)
  down 20s for 10s          the provider is down from 20 s after the start
A printer obeys lines on its standard input, such as
  paper_out on              and near_end, cover_open, cutter_stuck, hot, off_line, mute; off mends it
The card acquirer's host speaks ISO 8583 in frames (two bytes of length). An amount of 99 yuan is answered with its fen as the
response code (99.51: 51); 98.00 to 98.05 go wrong: lost before and after, wrong MAC, keys expired, unknown, reversal lost
Steering a provider while it runs, with POST or GET below /_simulator/ on the same port:
  scan/ORDER_NO, treat, down, rotate_keys, books, books/ORDER_NO, codes (a payer's code for every case)";

/// What to simulate and where.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// What to simulate
    #[arg(value_parser = simulated())]
    what: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    listen: std::net::IpAddr,
    /// Write what an outside client needs to this file, as JSON
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Keep the keys in this directory; without it they are fresh each time
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Sign as for merchants who have not moved to the public key: with certificates that are fetched. WeChat Pay only
    #[arg(long)]
    certificates: bool,
    /// Listen with TLS and ask for the merchant's certificate, as API v2 of WeChat Pay needs it
    #[arg(long)]
    tls: bool,
    /// Follow this script of misbehavior
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Model of the printer
    #[arg(long, default_value = "epson-58")]
    profile: String,
}

const PRINTER: &str = "printer";
const CARD: &str = "card";

/// What can be simulated.
fn simulated() -> PossibleValuesParser {
    let printer = PossibleValue::new(PRINTER).help("An ESC/POS receipt printer");
    let card = PossibleValue::new(CARD).help("The host of a card acquirer");
    PossibleValuesParser::new(choices().into_iter().chain([printer, card]))
}

/// Runs until it is stopped.
pub fn run(options: Options) -> Result<Verdict> {
    // A simulator answers one request after the other, so more threads would only wait for each other.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(simulate(options))
}

async fn simulate(options: Options) -> Result<Verdict> {
    let listener = bind(SocketAddr::new(options.listen, options.port)).await?;
    let address = listener.local_addr().context("a listener has an address")?;
    match options.what.as_str() {
        PRINTER => {
            let Some(profile) = Profile::named(&options.profile) else {
                bail!(
                    "there is no printer model \"{}\"; the models are {}",
                    options.profile,
                    profile_names()
                );
            };
            say(format_args!("a printer ({}) listens on {address}", profile.name));
            let host = printer::PrinterHost::start(&profile, listener);
            tokio::select! {
                verdict = forever() => verdict,
                () = printer::obey(host, tokio::io::stdin()) => forever().await,
            }
        }
        CARD => {
            let address = card::start(listener, options.credentials.as_deref())?;
            say(format_args!("a card acquirer's host (simulated) listens on {address}"));
            forever().await
        }
        provider => {
            let known = named(provider)?;
            let script = options.script.as_deref().map(read_script).transpose()?.unwrap_or_default();
            if let Some(folder) = &options.keys {
                make_folder(folder)?;
            }
            let scheme = if options.tls { "https" } else { "http" };
            let wanted = Wanted {
                keys: options.keys.as_deref(),
                address: &format!("{scheme}://{address}"),
                certificates: options.certificates,
            };
            let (fake, tls) = match options.tls {
                true => known.fake_with_tls(&wanted).map(|(fake, texts)| (fake, Some(texts)))?,
                false => (known.fake(&wanted)?, None),
            };
            let tls = tls.as_ref().map(TlsTexts::acceptor).transpose()?;
            if let Some(path) = &options.credentials {
                write_private(path, &fake.credentials)?;
            }
            say(format_args!("{} (simulated) listens on {}", known.title().en, fake.base_url));
            let door = Door { listener, tls };
            let _host = Host::start(fake.simulator, script, door, Arc::new(SystemClock));
            forever().await
        }
    }
}

/// How a provider's simulator is wanted.
pub struct Wanted<'a> {
    /// Where it keeps its keys; without it they are fresh. The folder is there.
    pub keys: Option<&'a Path>,
    /// Where it will listen: scheme, host and port.
    pub address: &'a str,
    /// Whether it signs as for merchants whose provider's certificates are fetched.
    pub certificates: bool,
}

/// A provider's simulator, not yet hosted.
pub struct Fake {
    /// The address its clients are configured with.
    pub base_url: String,
    /// What an outside client needs, as JSON.
    pub credentials: String,
    /// The simulator.
    pub simulator: Box<dyn Simulator>,
}

/// Listens, or says who is in the way.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another port with --port, or stop what uses it")
    })
}

fn read_script(path: &Path) -> Result<Script> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the script {}", path.display()))?;
    Script::parse(&text).with_context(|| format!("in the script {}", path.display()))
}

fn profile_names() -> String {
    Profile::all().map(|profile| profile.name).join(", ")
}

async fn forever() -> Result<Verdict> {
    tokio::signal::ctrl_c().await.context("cannot wait for the end")?;
    Ok(Verdict::Good)
}
