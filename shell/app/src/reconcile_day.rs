//! `paydesk reconcile`: holds a provider's bill of a day against the book and prints what differs.

use crate::channels::Channels;
use crate::cli::Verdict;
use crate::config::Config;
use crate::serve::open_store;
use anyhow::{Context, Result, bail};
use base::{ChannelId, Money};
use drive::{Asker, Clock, SystemClock};
use reconcile::{DayReport, Reconciler, Stage};
use serde_json::{Value, json};
use settlement::{Balance, Day, DifferenceState, Flow, Sum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use store::FundsDay;

const AFTER: &str = "\
Examples:
  paydesk reconcile --config shop/paydesk.toml                       yesterday, every channel
  paydesk reconcile --day 2026-11-22 --channel wechat --json
  paydesk reconcile --day 2026-11-22 --channel wechat --bill Downloads/1900000001All2026-11-22.csv

It finds and keeps differences; the running server carries out their cures. Doing it again changes nothing.
Exit code 1 if something waits for a person or for an answer, 3 if a bill could not be fetched or used.";

/// What to reconcile.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// The day; yesterday unless said
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<String>,
    /// The channel's name in the configuration; every channel unless said
    #[arg(long)]
    channel: Option<String>,
    /// A bill downloaded by hand, packed or not; needs --channel
    #[arg(long, value_name = "FILE", requires = "channel")]
    bill: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Reconciles and prints.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let today = Day::of(SystemClock.now());
    let day = match &options.day {
        None => today.previous(),
        Some(text) => text.parse().with_context(|| format!("--day {text:?}"))?,
    };
    if day >= today && options.bill.is_none() {
        bail!("{day} is not over yet; its bill is made the morning after");
    }
    let wanted: Vec<(String, ChannelId)> = config
        .channels
        .iter()
        .filter(|channel| options.channel.as_ref().is_none_or(|name| *name == channel.name))
        .map(|channel| (channel.name.clone(), channel.id))
        .collect();
    if wanted.is_empty() {
        bail!("the configuration has no such channel; its channels are: {}", names(&config));
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = open_store(&config.database).await?;
        let asker = Asker::new(Channels::build(&config)?.setups, Arc::new(SystemClock));
        let folder = std::env::temp_dir().join(format!("paydesk-reconcile-{}", std::process::id()));
        let reconciler = Reconciler::finding_only(store.clone(), asker, folder.clone(), Arc::new(bar));
        let reconciler = reconciler.expecting(config.fees());
        let mut outcome = (Vec::new(), Verdict::Good, false);
        for (name, id) in &wanted {
            let done = reconciler.day(*id, day, options.bill.as_deref()).await;
            wipe();
            match done {
                Ok(report) => {
                    if !report.verdict().is_good() {
                        outcome.1 = Verdict::Bad;
                    }
                    if !options.json {
                        tell(name, &report);
                    }
                    outcome.0.push(report_json(name, &report));
                }
                Err(error) => {
                    outcome.2 = true;
                    let text = error.text();
                    if !options.json {
                        println!("{name} {day}: {}\n  {}", text.en, text.zh);
                    }
                    let failure = json!({ "code": error.code(), "zh": text.zh, "en": text.en });
                    outcome.0.push(json!({ "channel": name, "day": day.to_string(), "failed": failure }));
                }
            }
        }
        let _ = std::fs::remove_dir_all(folder);
        store.close().await;
        if options.json {
            println!("{}", json!({ "day": day.to_string(), "channels": outcome.0 }));
        }
        if outcome.2 {
            bail!("not every bill could be fetched and used; nothing was changed for those");
        }
        Ok(outcome.1)
    })
}

fn names(config: &Config) -> String {
    config.channels.iter().map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn tell(name: &str, report: &DayReport) {
    let (sums, money) = (report.bill.sums, |sum: Sum| {
        format!("{:>7} {:>16}", sum.count, Money::cny(sum.amount).for_people())
    });
    println!("{name} {}: {}", report.bill.day, report.verdict().code());
    println!("               our book                  the bill");
    println!("  payments  {}  {}", money(sums.book_sales), money(sums.bill_sales));
    println!("  refunds   {}  {}", money(sums.book_refunds), money(sums.bill_refunds));
    println!("  fees {:>47}", Money::cny(sums.fees).for_people());
    if let Some(funds) = &report.bill.funds {
        tell_funds(funds);
    }
    if report.differences.is_empty() {
        println!("  everything is equal: {} rows", sums.equal);
    }
    for one in &report.differences {
        let story = one.difference.story(&base::Text::new("支付方", "The provider"), one.state);
        println!("  [{}] {}", one.state.code(), story.happened.en);
        println!("      {}", story.means.en);
        if !one.state.is_closed() {
            println!("      -> {}", story.todo.en);
        }
    }
}

fn tell_funds(funds: &FundsDay) {
    for (flow, name) in Flow::ALL {
        let sum = funds.flows.of(flow);
        if sum.count > 0 {
            println!("  account: {name:<12} {:>7} {:>16}", sum.count, Money::cny(sum.amount).for_people());
        }
    }
    if let Some(balance) = &funds.balance {
        println!("  account: opening {:>25}", Money::cny(balance.opening).for_people());
        println!("  account: closing {:>25}", Money::cny(balance.closing).for_people());
    }
    let (problem, text) = &funds.problem;
    if problem.is_empty() {
        println!("  the account's movements agree with the trade bill");
    } else {
        println!("  [{problem}] {}", text.en);
    }
}

fn funds_json(funds: &FundsDay) -> Value {
    let flow = |(flow, name): (Flow, &'static str)| {
        let sum = funds.flows.of(flow);
        (name.to_owned(), json!({ "count": sum.count, "amount": sum.amount }))
    };
    let mut told: serde_json::Map<String, Value> = Flow::ALL.into_iter().map(flow).collect();
    if let Some(Balance { opening, came, went, closing }) = funds.balance {
        let balance = json!({ "opening": opening, "came": came, "went": went, "closing": closing });
        told.insert("balance".to_owned(), balance);
    }
    let (problem, text) = &funds.problem;
    if !problem.is_empty() {
        told.insert("problem".to_owned(), json!({ "code": problem, "zh": text.zh, "en": text.en }));
    }
    Value::Object(told)
}

fn report_json(name: &str, report: &DayReport) -> Value {
    let sum = |sum: Sum| json!({ "count": sum.count, "amount": sum.amount });
    let sums = report.bill.sums;
    let difference = |one: &store::KeptDifference| {
        let story = one.difference.story(&base::Text::new("支付方", "The provider"), one.state);
        json!({
            "key": one.difference.key(),
            "class": one.difference.class.code(),
            "cure": one.cure.code(),
            "state": one.state.code(),
            "payment": one.payment.map(|id| id.to_string()),
            "happened": { "zh": story.happened.zh, "en": story.happened.en },
        })
    };
    let raised = report.differences.iter().filter(|one| one.state == DifferenceState::Raised).count();
    json!({
        "channel": name,
        "day": report.bill.day.to_string(),
        "state": report.bill.state.code(),
        "verdict": report.verdict().code(),
        "book": { "sales": sum(sums.book_sales), "refunds": sum(sums.book_refunds) },
        "bill": { "sales": sum(sums.bill_sales), "refunds": sum(sums.bill_refunds), "fees": sums.fees },
        "equal": sums.equal,
        "funds": report.bill.funds.as_ref().map(funds_json),
        "raised": raised,
        "differences": report.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

/// A line that says how far it is; on a terminal only.
fn bar(stage: Stage, done: u64, all: u64) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    let megabytes = done as f64 / 1e6;
    let text = match stage {
        Stage::Fetching => format!("fetching the bill: {megabytes:.1} MB"),
        Stage::Book => format!("reading our book: {done} rows"),
        Stage::Reading => {
            let part = (done * 40).checked_div(all).unwrap_or(0) as usize;
            format!("[{:<40}] {megabytes:.0} of {:.0} MB", "=".repeat(part.min(40)), all as f64 / 1e6)
        }
    };
    eprint!("\r{text:<70}");
    let _ = std::io::stderr().flush();
}

fn wipe() {
    if std::io::stderr().is_terminal() {
        eprint!("\r{:70}\r", "");
    }
}

#[cfg(test)]
mod tests;
