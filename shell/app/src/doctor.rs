//! `paydesk doctor`: checks everything an installation depends on, names what is wrong, what it means and what to do.

mod device;

use crate::channels::Channels;
use crate::cli::Verdict;
use crate::config::Config;
use anyhow::{Context, Result};
use base::Text;
use drive::{ChannelSetup, Clock, Contact, Probed, SystemClock, probe};
use provider_contract::Trouble;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use store::{Store, StoreConfig};

const AFTER: &str = "\
Examples:
  paydesk doctor --config shop/paydesk.toml
  paydesk doctor --json
  paydesk doctor --till till/till.toml           at a counter: this device

Every provider is asked for an order that cannot exist. The honest answer, that there is none, proves the network, the
clock, the credentials and both signatures. Exit code 1 if anything is wrong. Nothing is changed and no money moves.";

/// Which installation.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// Check a till's own device instead, by its configuration
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    till: Option<PathBuf>,
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
    /// The same in Chinese.
    found_zh: String,
    next_step_zh: String,
}

impl Check {
    fn good(what: impl Into<String>, found: Text) -> Check {
        Check::of(what, State::Good, found, Text::new("", ""))
    }

    fn wrong(what: impl Into<String>, found: Text, next_step: Text) -> Check {
        Check::of(what, State::Wrong, found, next_step)
    }

    fn of(what: impl Into<String>, state: State, found: Text, next_step: Text) -> Check {
        Check {
            what: what.into(),
            state,
            found: found.en,
            next_step: next_step.en,
            found_zh: found.zh,
            next_step_zh: next_step.zh,
        }
    }
}

/// Words of the system or of a file, which are what they are in any language.
fn as_it_is(words: impl Into<String>) -> Text {
    let words = words.into();
    Text::new(words.clone(), words)
}

/// Checks and prints.
pub fn run(options: Options) -> Result<Verdict> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let checks = runtime.block_on(async {
        match &options.till {
            Some(path) => device::check_all(path).await,
            None => check_all(&options.config).await,
        }
    });
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
            println!("       {}。{}", check.found_zh.trim_end_matches('。'), check.next_step_zh);
        }
    }
}

async fn check_all(path: &Path) -> Vec<Check> {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(why) => {
            let next = Text::new(
                "没有配置就无法启动。请按这里指出的行改正，或用 paydesk init 新建一份。",
                "Without a configuration nothing can start. Mend the line named here, or make a new one with paydesk init.",
            );
            return vec![Check::wrong("configuration", as_it_is(format!("{why:#}")), next)];
        }
    };
    let mut checks = vec![Check::good("configuration", as_it_is(path.display().to_string()))];
    checks.push(database(&config).await);
    checks.push(space(&config.folder));
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
                Ok(()) => Check::good("database", as_it_is(config.database.clone())),
                Err(why) => database_is_wrong(why.to_string()),
            }
        }
        Err(why) => database_is_wrong(why.to_string()),
    }
}

fn database_is_wrong(why: String) -> Check {
    let next = Text::new(
        "没有数据库就不能收款：什么都无法可靠记录。请检查路径、权限和剩余空间。",
        "Without it no payment can be taken: nothing would be durable. Check the path, its rights and the free space.",
    );
    Check::wrong("database", as_it_is(why), next)
}

fn space(folder: &Path) -> Check {
    let listed = Command::new("df").args(["-Pk", "--"]).arg(folder).output().ok();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free_kb = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|n| n.parse::<u64>().ok());
    let free = |mb: u64| Text::new(format!("剩余 {mb} MB"), format!("{mb} MB free"));
    match free_kb.map(|kb| kb / 1024) {
        Some(mb) if mb < SPACE_MIN_MB => Check::wrong(
            "disk",
            free(mb),
            Text::new(
                "磁盘写满后就不能收款了。请尽快腾出空间；已记录的内容是安全的。",
                "When it is full, payments can no longer be taken. Free some space soon; what is recorded is safe.",
            ),
        ),
        Some(mb) => Check::good("disk", free(mb)),
        None => {
            Check::good("disk", Text::new("这个系统不提供剩余空间", "free space is not told on this system"))
        }
    }
}

async fn channels(config: &Config) -> Vec<Check> {
    let built = match Channels::build(config) {
        Ok(built) => built,
        Err(why) => {
            let next = Text::new(
                "任何收款通道都用不了；页面和已有记录不受影响。请用备份恢复主密钥和封存文件。",
                "No provider can be used. The pages and everything recorded still work. Restore the key and the sealed file from your copy.",
            );
            return vec![Check::wrong("secrets", as_it_is(format!("{why:#}")), next)];
        }
    };
    let opened = built.setups.len();
    let mut checks = vec![Check::good(
        "secrets",
        Text::new(format!("{opened} 个通道可用"), format!("channels that can be used: {opened}")),
    )];
    for fault in built.faults {
        let next = Text::new(
            "其他通道不受影响。请改正它在配置里的设置，或用 paydesk channel keys 重新封存正确的密钥。",
            "The other channels work. Correct its settings in the configuration, or seal the right keys with paydesk channel keys.",
        );
        checks.push(Check::wrong("channel", fault, next));
    }
    for setup in &built.setups {
        let named = config.channels.iter().find(|channel| channel.id == setup.id);
        checks.push(ask_provider(named.map_or("", |channel| channel.name.as_str()), setup).await);
    }
    checks
}

/// Asks the provider for an order that cannot exist.
async fn ask_provider(name: &str, setup: &ChannelSetup) -> Check {
    let clock = SystemClock;
    let probed = probe(setup, &clock).await;
    let date = probed.date.as_deref().and_then(seconds_of_http_date);
    provider_check(name, &probed, date.map(|theirs| clock.now().as_seconds() - theirs))
}

/// What it showed; `off_s` is how far this machine's clock is ahead of the provider's, if that is known.
fn provider_check(name: &str, probed: &Probed, off_s: Option<i64>) -> Check {
    let what = format!("provider {name}");
    let clock_is_off = off_s.is_some_and(|off| off.abs() > CLOCK_OFF_MAX_S);
    let contact = match &probed.contact {
        Contact::Answering if clock_is_off => &Contact::Troubled(Trouble::Clock),
        contact => contact,
    };
    let mut found = contact.found();
    if let (Contact::Troubled(Trouble::Clock), Some(off)) = (contact, off_s) {
        found = Text::new(
            format!("{}（本机快 {off} 秒）", found.zh),
            format!("{} This one is {off} s ahead.", found.en),
        );
    }
    if let Some(why) = &probed.keys_refused {
        found = Text::new(format!("{}：{}", found.zh, why.zh), format!("{} {}.", found.en, why.en));
    }
    if contact.is_good() {
        return Check::good(what, with_keys(found, probed));
    }
    if !probed.said.is_empty() {
        let said = &probed.said;
        found = Text::new(format!("{}。它说：{said}", found.zh), format!("{} It says: {said}", found.en));
    }
    let Text { zh, en } = contact.next_step();
    let next = Text::new(
        format!("{zh}。期间请用其他方式收款。"),
        format!("{en} Payments by it end as not paid; cash and other wallets work."),
    );
    Check::wrong(what, found, next)
}

/// With the keys that were fetched on the way, and until when they serve.
fn with_keys(found: Text, probed: &Probed) -> Text {
    let Some(until) = probed.keys.iter().map(|key| key.until).max() else { return found };
    let (count, until) = (probed.keys.len(), until.rfc3339(base::Zone::CHINA));
    Text::new(
        format!("{}；取得 {count} 张平台证书，有效至 {until}", found.zh),
        format!("{} It gave {count} certificates, the last valid until {until}.", found.en),
    )
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
        Ok(Ok(_)) => Check::good(what, Text::new("有应答", "answers")),
        Ok(Err(why)) => printer_is_wrong(what, as_it_is(why.to_string())),
        Err(_) => printer_is_wrong(what, Text::new("5 秒内没有应答", "does not answer within 5 s")),
    }
}

fn printer_is_wrong(what: String, why: Text) -> Check {
    let next = Text::new(
        "照常收款，小票会等着；顾客可以扫码看电子小票。请检查打印机的电源、网线和地址。",
        "Sales go on and receipts wait; customers can take the electronic receipt. Check the printer's power, cable and address.",
    );
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
    }

    #[tokio::test]
    async fn a_missing_configuration_is_the_only_thing_said() {
        let checks = check_all(Path::new("/nonexistent/paydesk.toml")).await;
        assert_eq!(checks.len(), 1);
        assert!(checks[0].found.contains("paydesk init writes one"), "{checks:?}");
    }

    #[test]
    fn a_clock_that_is_off_is_told_even_if_the_provider_still_answers() {
        let probed = Probed { contact: Contact::Answering, ..Probed::default() };
        assert_eq!(provider_check("w", &probed, Some(3)).state, State::Good);
        let off = provider_check("w", &probed, Some(-90));
        assert!(off.state == State::Wrong && off.found.contains("-90 s ahead"), "{off:?}");
        assert!(off.next_step.contains("timedatectl") && off.found_zh.contains("快 -90 秒"), "{off:?}");
    }
}
