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
use settlement::{Day, Sum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use store::DifferenceState;

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
        let mut outcome = (Vec::new(), Verdict::Good, false);
        for (name, id) in &wanted {
            let done = reconciler.day(*id, day, options.bill.as_deref()).await;
            wipe();
            match done {
                Ok(report) => {
                    if report.differences.iter().any(|one| !one.state.is_closed()) {
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
    println!("{name} {}: {}", report.bill.day, report.bill.state.code());
    println!("               our book                  the bill");
    println!("  payments  {}  {}", money(sums.book_sales), money(sums.bill_sales));
    println!("  refunds   {}  {}", money(sums.book_refunds), money(sums.bill_refunds));
    println!("  fees {:>47}", Money::cny(sums.fees).for_people());
    if report.differences.is_empty() {
        println!("  everything is equal: {} rows", sums.equal);
    }
    for one in &report.differences {
        let story = one.difference.story(&base::Text::new("支付方", "The provider"));
        println!("  [{}] {}", one.state.code(), story.happened.en);
        println!("      {}", story.means.en);
        if !one.state.is_closed() {
            println!("      -> {}", story.todo.en);
        }
    }
}

fn report_json(name: &str, report: &DayReport) -> Value {
    let sum = |sum: Sum| json!({ "count": sum.count, "amount": sum.amount });
    let sums = report.bill.sums;
    let difference = |one: &store::KeptDifference| {
        let story = one.difference.story(&base::Text::new("支付方", "The provider"));
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
        "book": { "sales": sum(sums.book_sales), "refunds": sum(sums.book_refunds) },
        "bill": { "sales": sum(sums.bill_sales), "refunds": sum(sums.bill_refunds), "fees": sums.fees },
        "equal": sums.equal,
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
mod tests {
    use super::*;
    use crate::simulate::host::Host;
    use crate::simulate::script::Script;
    use base::{MerchantId, PaymentId, StoreId, Text, TillId, Timestamp};
    use drive::{Begin, ChannelSetup, Drive, Handle};
    use payment::{Charge, Method, PayerCode, Payment, Policy, Request, fold};
    use provider_contract::bill_faults::BillFault;
    use provider_contract::{Simulator, Treatment};
    use std::time::Duration;
    use store::{MerchantScope, Store, StoreConfig};
    use tokio::net::TcpListener;

    const SHOP: MerchantId = MerchantId::from_u128(0x51);
    const CHANNEL: ChannelId = ChannelId::from_u128(9);

    /// A shop, its engine, and a provider on a real port whose bills can be had at once. It tells nobody anything.
    struct World {
        host: Host,
        handle: Handle,
        reconciler: Reconciler,
        folder: PathBuf,
        made: u128,
    }

    impl World {
        async fn new(name: &str) -> World {
            let folder = std::env::temp_dir().join(format!("paydesk-e2e-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let origin = format!("http://{}", listener.local_addr().expect("an address"));
            let mut simulator = alipay::Simulator::cheap(1);
            simulator.bills_at_once();
            let provider = Arc::new(simulator.client(&origin, None));
            let host = Host::start(Box::new(simulator), Script::default(), listener, Arc::new(SystemClock));
            let database = format!("sqlite:{}/paydesk.db", folder.display());
            let store = Store::open(&StoreConfig { database }).await.expect("a database");
            let quick = Duration::from_millis(100);
            let policy = Policy {
                first_inquiry: quick,
                inquiry_every: quick,
                give_up_after: 4 * quick,
                reverse_not_before: Duration::ZERO,
                ..Policy::default()
            };
            let channel = ChannelSetup { id: CHANNEL, merchant: SHOP, provider, policy };
            let handle = Drive::start(store, vec![channel], Arc::new(SystemClock));
            let reconciler = Reconciler::new(handle.clone(), folder.join("bills"), Arc::new(|_, _, _| {}));
            World { host, handle, reconciler, folder, made: 0 }
        }

        async fn sale(&mut self, treatment: Treatment) -> PaymentId {
            self.made += 1;
            let id = PaymentId::from_u128(0x018f_3c1e_5b7a_7c3d_9e2f << 48 | self.made);
            let code = self.host.simulator().code_for(treatment, self.made as u64);
            let code = PayerCode::parse(&code).expect("a code");
            let request = Request {
                id,
                merchant: SHOP,
                store: StoreId::from_u128(1),
                till: TillId::from_u128(1),
                cashier: String::new(),
                key: format!("k{}", self.made),
                content: [0; 32],
                amount: Money::cny(1250),
                channel: CHANNEL,
                wallet: "alipay".to_owned(),
                wallet_name: Text::new("支付宝", "Alipay"),
                method: Method::PayerCode { hint: code.hint() },
                description: "结账".to_owned(),
                reference: String::new(),
            };
            self.handle.begin(Begin { request, code: Some(code) }).await.expect("it is recorded");
            id
        }

        async fn payment(&self, id: PaymentId) -> Payment {
            let entries = self.handle.store().payment_entries(&MerchantScope(SHOP), id).await.expect("facts");
            fold(&entries.expect("the payment exists"))
        }

        async fn until(&self, id: PaymentId, holds: impl Fn(&Payment) -> bool) -> Payment {
            for _ in 0..600 {
                let payment = self.payment(id).await;
                if holds(&payment) {
                    return payment;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("it never came to that: {:?}", self.payment(id).await.charge);
        }

        async fn day(&self) -> DayReport {
            self.reconciler.day(CHANNEL, self.today(), None).await.expect("the bill is read")
        }

        fn today(&self) -> Day {
            // Around midnight a test's payments may lie in two days; the bill of the first is meant.
            Day::of(self.handle.clock().now() - Duration::from_secs(60))
        }

        fn told(&self, report: &DayReport) -> Vec<(&'static str, &'static str)> {
            report.differences.iter().map(|one| (one.difference.class.code(), one.state.code())).collect()
        }

        async fn kept(&self) -> Vec<store::KeptDifference> {
            let filter = store::DifferenceFilter { limit: 9, ..Default::default() };
            self.handle.store().differences(&MerchantScope(SHOP), &filter).await.expect("differences")
        }

        async fn end(self) {
            self.handle.stop().await;
            self.handle.store().close().await;
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[tokio::test]
    async fn money_taken_after_a_confirmed_reversal_is_found_by_the_bill_and_given_back() {
        let mut world = World::new("late").await;
        let sold = world.sale(Treatment::Normal).await;
        let late = world.sale(Treatment::PaidAfterReverse).await;
        world.until(sold, |payment| matches!(payment.charge, Charge::Paid { .. })).await;
        world.until(late, |payment| matches!(payment.charge, Charge::NotPaid { .. })).await;
        let book = |world: &World| world.host.simulator().book(base::OrderNo::from(late)).expect("an order");
        for _ in 0..300 {
            if book(&world).paid.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(book(&world).paid.is_some(), "the payer was charged after the reversal");
        assert!(matches!(world.payment(late).await.charge, Charge::NotPaid { .. }), "and nobody told us");

        let report = world.day().await;
        // The provider may have answered, and the money be back, before the day's report is written.
        let back_already = matches!(world.payment(late).await.charge, Charge::Returned { .. });
        let told = world.told(&report);
        assert!(
            told == [("status", "asking")] || (back_already && told == [("status", "cured")]),
            "{told:?}, and the money is back: {back_already}"
        );
        world.until(late, |payment| matches!(payment.charge, Charge::Returned { .. })).await;
        let back = book(&world);
        assert!(
            back.reversed || back.refunds.iter().map(|(_, money)| money.minor()).sum::<i64>() == 1250,
            "{back:?}"
        );
        world.reconciler.follow_up(SHOP).await.expect("it is looked at");
        let store = world.handle.store();
        let kept = world.kept().await;
        assert_eq!(kept[0].state, DifferenceState::Cured);
        let key = kept[0].difference.key();
        let (_, acts) = store
            .difference(&MerchantScope(SHOP), CHANNEL, report.bill.day, &key)
            .await
            .expect("a story")
            .expect("it is there");
        let acts: Vec<&str> = acts.iter().map(|act| act.act.as_str()).collect();
        assert_eq!(acts, ["found", "look", "given_back"]);
        world.end().await;
    }

    #[tokio::test]
    async fn reading_a_bill_again_changes_nothing_and_a_bad_one_neither() {
        let mut world = World::new("again").await;
        for _ in 0..3 {
            let id = world.sale(Treatment::Normal).await;
            world.until(id, |payment| matches!(payment.charge, Charge::Paid { .. })).await;
        }
        let today = world.today();
        let report = world.day().await;
        assert_eq!((world.told(&report), report.bill.sums.equal), (vec![], 3));
        world.host.simulator().spoil_bill(today, BillFault::ExtraRow);
        let report = world.day().await;
        assert_eq!((world.told(&report), report.new), (vec![("missing_here", "raised")], 1));
        let report = world.day().await;
        assert_eq!((world.told(&report), report.new), (vec![("missing_here", "raised")], 0));
        world.host.simulator().spoil_bill(today, BillFault::Truncated);
        let error = world.reconciler.day(CHANNEL, today, None).await.expect_err("it is cut off");
        assert!(["truncated", "broken_row"].contains(&error.code()), "{error}");
        let store = world.handle.store();
        let bill =
            store.bill(&MerchantScope(SHOP), CHANNEL, today).await.expect("a bill").expect("it is recorded");
        assert_eq!((bill.state.code(), bill.sums.equal), ("failed", 3));
        assert_eq!(world.kept().await.len(), 1);
        let _: Timestamp = bill.updated_at;
        world.end().await;
    }
}
