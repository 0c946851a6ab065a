//! `paydesk doctor`: checks everything an installation depends on, names what is wrong, what it means and what to do.

use crate::channels::Channels;
use crate::cli::Verdict;
use crate::clock;
use crate::config::Config;
use anyhow::{Context, Result};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use store::{Store, StoreConfig};

const AFTER: &str = "\
Examples:
  paydesk doctor --config shop/paydesk.toml
  paydesk doctor --json

Exit code 1 if anything is wrong. Nothing is changed and no money moves.";

/// Which installation.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Providers refuse requests whose time is further off than five minutes.
const CLOCK_OFF_MAX_S: i64 = 60;
/// Below this, warn: a day of a busy shop is some tens of megabytes.
const SPACE_MIN_MB: u64 = 500;
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    Wrong,
}

/// One thing that was checked.
#[derive(Debug, Serialize)]
struct Check {
    what: String,
    state: State,
    /// What was found.
    found: String,
    /// What it means and what to do; empty if it is good.
    next_step: String,
}

impl Check {
    fn good(what: impl Into<String>, found: impl Into<String>) -> Check {
        Check { what: what.into(), state: State::Good, found: found.into(), next_step: String::new() }
    }

    fn wrong(what: impl Into<String>, found: impl Into<String>, next_step: impl Into<String>) -> Check {
        Check { what: what.into(), state: State::Wrong, found: found.into(), next_step: next_step.into() }
    }
}

/// Checks and prints.
pub fn run(options: Options) -> Result<Verdict> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let checks = runtime.block_on(check_all(&options.config));
    let all_good = checks.iter().all(|check| check.state == State::Good);
    if options.json {
        let report = serde_json::json!({ "good": all_good, "checks": checks });
        println!("{report:#}");
    } else {
        print_for_people(&checks);
    }
    Ok(if all_good { Verdict::Good } else { Verdict::Bad })
}

fn print_for_people(checks: &[Check]) {
    for check in checks {
        let mark = if check.state == State::Good { "ok   " } else { "WRONG" };
        println!("{mark}  {}: {}", check.what, check.found);
        if !check.next_step.is_empty() {
            println!("       {}", check.next_step);
        }
    }
}

async fn check_all(path: &Path) -> Vec<Check> {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(why) => {
            let next = "Without a configuration nothing can start. Mend the line named here, or make a new one with paydesk init.";
            return vec![Check::wrong("configuration", format!("{why:#}"), next)];
        }
    };
    let mut checks = vec![Check::good("configuration", path.display().to_string())];
    checks.push(database(&config).await);
    checks.push(space(&config));
    checks.extend(channels(&config).await);
    for printer in &config.printers {
        checks.push(reach_printer(&printer.address).await);
    }
    checks
}

async fn database(config: &Config) -> Check {
    let opened = Store::open(&StoreConfig { database: config.database.clone() }).await;
    match opened {
        Ok(store) => {
            let answer = store.ping().await;
            store.close().await;
            match answer {
                Ok(()) => Check::good("database", config.database.clone()),
                Err(why) => database_is_wrong(why.to_string()),
            }
        }
        Err(why) => database_is_wrong(why.to_string()),
    }
}

fn database_is_wrong(why: String) -> Check {
    let next = "Without it no payment can be taken: nothing would be durable. Check the path, its rights and the free space.";
    Check::wrong("database", why, next)
}

fn space(config: &Config) -> Check {
    let listed = Command::new("df").args(["-Pk", "--"]).arg(&config.folder).output().ok();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free_kb = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|n| n.parse::<u64>().ok());
    match free_kb.map(|kb| kb / 1024) {
        Some(mb) if mb < SPACE_MIN_MB => Check::wrong(
            "disk",
            format!("{mb} MB free"),
            "When it is full, payments can no longer be taken. Free some space soon; what is recorded is safe.",
        ),
        Some(mb) => Check::good("disk", format!("{mb} MB free")),
        None => Check::good("disk", "free space is not told on this system"),
    }
}

async fn channels(config: &Config) -> Vec<Check> {
    let built = match Channels::build(config) {
        Ok(built) => built,
        Err(why) => {
            let next = "No provider can be used. The pages and everything recorded still work. Restore the key and the sealed file from your copy.";
            return vec![Check::wrong("secrets", format!("{why:#}"), next)];
        }
    };
    let mut checks = vec![Check::good("secrets", format!("{} channels opened", built.setups.len()))];
    for fault in built.faults {
        let next = "The other channels work. Correct its settings, or seal the right key with paydesk init in a new folder.";
        checks.push(Check::wrong("channel", fault, next));
    }
    for channel in &config.channels {
        checks.push(reach_provider(&channel.name, &crate::channels::address(channel)).await);
    }
    checks
}

/// Whether the provider answers at all, and whether our clocks agree. Nothing is asked about money.
async fn reach_provider(name: &str, url: &str) -> Check {
    let what = format!("provider {name}");
    let reply = match ask(url).await {
        Ok(reply) => reply,
        Err(why) => {
            let next = "Payments by it end as not paid. Check this machine's network, its name service and any firewall; cash and other wallets work.";
            return Check::wrong(what, format!("{url} does not answer: {why}"), next);
        }
    };
    let date = reply.headers().get("date").and_then(|date| date.to_str().ok()).and_then(seconds_of_http_date);
    let off = date.map(|theirs| clock::now().as_seconds() - theirs);
    match off {
        Some(off) if off.abs() > CLOCK_OFF_MAX_S => Check::wrong(
            what,
            format!("{url} answers; this machine's clock is {off} s off"),
            "Providers refuse requests that are five minutes off. Switch on time synchronization: timedatectl set-ntp true",
        ),
        Some(off) => Check::good(what, format!("{url} answers; clocks agree within {} s", off.abs() + 1)),
        None => Check::good(what, format!("{url} answers; it does not tell its time")),
    }
}

/// One GET, whatever the address begins with; why not, for people.
async fn ask(url: &str) -> Result<hyper::Response<hyper::body::Incoming>, String> {
    let roots = HttpsConnectorBuilder::new().with_native_roots();
    let roots = roots.map_err(|error| format!("this machine has no certificates to trust: {error}"))?;
    let client = Client::builder(TokioExecutor::new()).build(roots.https_or_http().enable_http1().build());
    let request = hyper::Request::get(url).header("user-agent", "paydesk doctor").body(Empty::<Bytes>::new());
    let sent = client.request(request.map_err(|error| error.to_string())?);
    match tokio::time::timeout(PATIENCE, sent).await {
        Ok(answer) => answer.map_err(|error| innermost(&error)),
        Err(_) => Err(format!("nothing came within {} s", PATIENCE.as_secs())),
    }
}

/// The innermost reason, which is the one that helps.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// `Mon, 23 Nov 2026 02:20:00 GMT`, the only form servers may send (RFC 9110).
fn seconds_of_http_date(text: &str) -> Option<i64> {
    let civil = text.split_once(", ")?.1.strip_suffix(" GMT")?;
    let china = base::Timestamp::parse_local(civil, "%d %b %Y %H:%M:%S", base::Zone::CHINA)?;
    Some(china.as_seconds() + 8 * 3600)
}

async fn reach_printer(address: &str) -> Check {
    let what = format!("printer {address}");
    match tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect(address)).await {
        Ok(Ok(_)) => Check::good(what, "answers"),
        Ok(Err(why)) => printer_is_wrong(what, why.to_string()),
        Err(_) => printer_is_wrong(what, "does not answer within 5 s".to_owned()),
    }
}

fn printer_is_wrong(what: String, why: String) -> Check {
    let next = "Sales go on and receipts wait; customers can take the electronic receipt. Check the printer's power, cable and address.";
    Check::wrong(what, why, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_date_is_read() {
        assert_eq!(seconds_of_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds_of_http_date("yesterday"), None);
    }

    #[tokio::test]
    async fn what_is_out_of_reach_is_named_with_what_still_works() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        assert_eq!(reach_printer(&address).await.state, State::Good);
        drop(listener);
        let printer = reach_printer(&address).await;
        assert!(printer.state == State::Wrong && printer.next_step.contains("Sales go on"), "{printer:?}");
        let provider = reach_provider("wechat", &format!("http://{address}/")).await;
        assert!(
            provider.found.contains(&address) && provider.next_step.contains("other wallets work"),
            "{provider:?}"
        );
    }

    #[tokio::test]
    async fn a_missing_configuration_is_the_only_thing_said() {
        let checks = check_all(Path::new("/nonexistent/paydesk.toml")).await;
        assert_eq!(checks.len(), 1);
        assert!(checks[0].found.contains("paydesk init writes one"), "{checks:?}");
    }
}
