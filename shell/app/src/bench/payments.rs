//! How many whole payments a second: HTTP in, durable, signed, asked, verified, durable, told.

use super::ceilings::{self, Ceilings};
use super::load::{Connection, pay};
use super::rig::Rig;
use super::{cpu_pressure, machine_is_quiet, percentile_ms, rounded};
use crate::cli::Verdict;
use anyhow::{Context, Result, ensure};
use base::Secret;
use provider_contract::{Simulator, Treatment};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// How long to measure, after two seconds of warming up
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Tills that take payments side by side
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Where the database goes; the system's temporary folder otherwise
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// A PostgreSQL to measure on, such as postgres://paydesk@localhost/bench; otherwise a SQLite file
    #[arg(long, value_name = "URL", default_value = "sqlite:paydesk.sqlite")]
    database: String,
    /// Servers that share the database; the tills spread over them. More than one is measured beside one
    #[arg(long, default_value_t = 1)]
    nodes: usize,
    /// Measure although the machine is busy
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const WARM_UP: Duration = Duration::from_secs(2);

struct Measured {
    latencies_us: Vec<u64>,
    elapsed: Duration,
    rss_mb_max: f64,
    taken_in_all: u64,
    core_ms: Value,
    started_in: Duration,
}

impl Measured {
    fn payments_per_s(&self) -> f64 {
        self.latencies_us.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Measures and prints.
pub async fn run(options: Options) -> Result<Verdict> {
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let pressure_before = cpu_pressure();
    let ceilings = ceilings::measure(options.folder.clone()).await?;
    ensure!(
        options.nodes == 1 || !options.database.starts_with("sqlite:"),
        "several servers need a database that they can share: --database postgres://..."
    );
    let alone = match options.nodes {
        0 | 1 => None,
        _ => Some(measure(&options, 1).await?),
    };
    let measured = measure(&options, options.nodes.max(1)).await?;
    let mut report = report(&options, &ceilings, &measured, pressure_before);
    if let Some(alone) = alone {
        report["one_node"] = figures(&alone);
    }
    if options.json {
        println!("{report:#}")
    } else {
        print_for_people(&report)
    }
    Ok(Verdict::Good)
}

/// So many servers under load, and the provider's books held against what they took.
async fn measure(options: &Options, nodes: usize) -> Result<Measured> {
    let rig = Rig::start_on(options.folder.clone(), &options.database, nodes).await?;
    let measured = load(&rig, options).await?;
    check_books(&rig, measured.taken_in_all).await?;
    Ok(measured)
}

async fn load(rig: &Rig, options: &Options) -> Result<Measured> {
    let serial = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let until = began + WARM_UP + Duration::from_secs(options.seconds);
    let mut tills = Vec::new();
    for number in 0..options.connections {
        let connection = Connection::open(&rig.addresses[number % rig.addresses.len()]).await?;
        tills.push(tokio::spawn(till(
            connection,
            rig.api_key.clone(),
            Arc::clone(&serial),
            began + WARM_UP,
            until,
        )));
    }
    let mut rss_mb_max = 0.0_f64;
    tokio::time::sleep(WARM_UP).await;
    let spent = rig.spent();
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(250)).await;
        rss_mb_max = rss_mb_max.max(rig.server_rss_mb());
    }
    let mut latencies_us = Vec::new();
    for till in tills {
        latencies_us.extend(till.await.context("a till broke")??);
    }
    let elapsed = began.elapsed().saturating_sub(WARM_UP);
    let core_ms = rig.spent().per_payment(&spent, latencies_us.len());
    latencies_us.sort_unstable();
    let taken_in_all = serial.load(Ordering::Relaxed);
    let started_in = rig.started_in;
    Ok(Measured { latencies_us, elapsed, rss_mb_max, taken_in_all, core_ms, started_in })
}

/// One till: payment after payment until time is up. The times of those that ended after warming up.
async fn till(
    mut connection: Connection,
    key: Secret<String>,
    serial: Arc<AtomicU64>,
    from: Instant,
    until: Instant,
) -> Result<Vec<u64>> {
    let codes = wechat::Simulator::cheap(1);
    let mut times = Vec::new();
    while Instant::now() < until {
        let code = codes.code_for(Treatment::Normal, serial.fetch_add(1, Ordering::Relaxed));
        let took = pay(&mut connection, &key, &code).await?;
        if Instant::now() >= from {
            times.push(took.as_micros() as u64);
        }
    }
    Ok(times)
}

/// The provider's own books must say the same: so many orders, each charged once.
async fn check_books(rig: &Rig, taken: u64) -> Result<()> {
    let mut connection = Connection::open(&rig.simulator_address).await?;
    let answer = connection.ask("GET", "/_simulator/books", &[], Vec::new()).await?;
    let books: Vec<Value> = serde_json::from_slice(&answer.body).context("books are JSON")?;
    let paid = books.iter().filter(|book| book["paid"] == 1250 && book["charges"] == 1).count() as u64;
    ensure!(
        paid == taken && books.len() as u64 == taken,
        "the provider's books do not equal ours: {taken} taken, {paid} charged once, {} orders",
        books.len()
    );
    Ok(())
}

fn report(
    options: &Options,
    ceilings: &Ceilings,
    measured: &Measured,
    pressure_before: Option<f64>,
) -> Value {
    let mut report = json!({
        "books_equal": true,
        "database": if options.database.starts_with("sqlite:") { "sqlite" } else { "postgres" },
        "nodes": options.nodes,
        "connections": options.connections,
        "signing_ceiling_per_s": rounded(ceilings.signatures_per_s, 0),
        "ratio": rounded(measured.payments_per_s() / ceilings.signatures_per_s, 3),
        "core_ms_per_signature": rounded(ceilings.signature_core_ms, 3),
        "group_commit_ceiling_per_s": rounded(ceilings.group_commit_payments_per_s, 0),
        "empty_route_ceiling_per_s": rounded(ceilings.empty_route_per_s, 0),
        "server_start_ms": measured.started_in.as_millis() as u64,
        "cpu_pressure": pressure_before,
        "cpu_pressure_after": cpu_pressure(),
    });
    if let (Value::Object(all), Value::Object(figures)) = (&mut report, figures(measured)) {
        all.extend(figures);
    }
    report
}

/// What was measured, whatever it was measured on.
fn figures(measured: &Measured) -> Value {
    json!({
        "payments_per_s": rounded(measured.payments_per_s(), 1),
        "p50_ms": rounded(percentile_ms(&measured.latencies_us, 0.50), 2),
        "p99_ms": rounded(percentile_ms(&measured.latencies_us, 0.99), 2),
        "payments": measured.latencies_us.len(),
        "seconds": rounded(measured.elapsed.as_secs_f64(), 1),
        "core_ms_per_payment": measured.core_ms,
        "server_rss_mb": rounded(measured.rss_mb_max, 1),
    })
}

fn print_for_people(report: &Value) {
    let figure = |key: &str| report[key].to_string();
    println!(
        "whole payments           {:>10} /s   (p50 {} ms, p99 {} ms)",
        figure("payments_per_s"),
        figure("p50_ms"),
        figure("p99_ms")
    );
    if let Value::Object(alone) = &report["one_node"] {
        println!(
            "with one server          {:>10} /s   (p50 {} ms, p99 {} ms)",
            alone["payments_per_s"].to_string(),
            alone["p50_ms"],
            alone["p99_ms"]
        );
    }
    println!(
        "this machine can sign    {:>10} /s   (RSA-2048, all cores; ours / that = {})",
        figure("signing_ceiling_per_s"),
        figure("ratio")
    );
    println!(
        "          and commit     {:>10} /s   (payments, in groups of 100)",
        figure("group_commit_ceiling_per_s")
    );
    println!("          and answer     {:>10} /s   (an empty route)", figure("empty_route_ceiling_per_s"));
    let core = &report["core_ms_per_payment"];
    println!(
        "a payment takes          {:>10} ms of a core: server {}, simulator {}, generator {}",
        core["total"], core["server"], core["simulator"], core["generator"]
    );
    println!("server's memory          {:>10} MB", figure("server_rss_mb"));
    println!("cpu pressure before      {:>10}", figure("cpu_pressure"));
    println!("books                         equal: the provider charged each of them once");
}
