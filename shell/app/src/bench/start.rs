//! How soon a server serves, from its process's start to its first answer: on an empty database and on a full one.

use super::bulk::{commit_open, commit_paid};
use super::load::{Connection, pay};
use super::rig::Rig;
use super::{cpu_pressure, machine_is_quiet, percentile_ms, rounded};
use crate::cli::Verdict;
use crate::serve::open_store;
use anyhow::{Context, Result, ensure};
use provider_contract::{Simulator, Treatment};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Payments in the full database
    #[arg(long, default_value_t = 1_000_000)]
    payments: u64,
    /// Leave them open, as after a power cut in the middle of a rush, and watch how they are driven on
    #[arg(long)]
    open: bool,
    /// How long to watch that
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Starts measured on each; the middle one is reported
    #[arg(long, default_value_t = 5)]
    starts: usize,
    /// Where the database goes; the system's temporary folder otherwise
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Measure although the machine is busy
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Payments in one transaction while the database is filled.
const GROUP: u64 = 1000;
/// Between two new payments while open ones are driven on.
const BETWEEN: Duration = Duration::from_millis(100);
/// Until a server has counted what is open.
const COUNTED_WITHIN: Duration = Duration::from_secs(60);

/// Measures and prints.
pub async fn run(options: Options) -> Result<Verdict> {
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let pressure = cpu_pressure();
    let mut rig = Rig::start(options.folder.clone()).await?;
    let empty_ms = middle(&mut rig, options.starts).await?;
    rig.stop_server();
    fill(&rig, &options).await?;
    let full_ms = middle(&mut rig, options.starts).await?;
    let mut report = json!({
        "empty_ms": empty_ms,
        "full_ms": full_ms,
        "payments": options.payments,
        "open": options.open,
        "database_mb": rig.database_mb(),
        "cpu_pressure": pressure,
    });
    if options.open {
        report["driven_on"] = driven_on(&rig, options.payments, Duration::from_secs(options.seconds)).await?;
    }
    if options.json {
        println!("{report:#}");
    } else {
        let kind = if options.open { "open payments" } else { "payments" };
        println!("serves after {empty_ms} ms on an empty database");
        println!("serves after {full_ms} ms on {} {kind} ({} MB)", options.payments, report["database_mb"]);
        if let Value::Object(driven_on) = &report["driven_on"] {
            println!(
                "{} of them came to rest in {} s, {} a second, so all of them will in {} minutes; \
                 {} new payments meanwhile took {} ms (the middle one)",
                driven_on["came_to_rest"],
                driven_on["seconds"],
                driven_on["came_to_rest_per_s"],
                driven_on["left_minutes"],
                driven_on["new_payments"],
                driven_on["new_payment_p50_ms"]
            );
        }
    }
    Ok(Verdict::Good)
}

/// What becomes of the open payments for a while, and of new ones at the same time.
async fn driven_on(rig: &Rig, payments: u64, watched: Duration) -> Result<Value> {
    let mut till = Connection::open(&rig.server_address).await?;
    let codes = wechat::Simulator::cheap(1);
    let before = once_counted(rig, payments).await?;
    let (began, mut times_us) = (Instant::now(), Vec::new());
    while began.elapsed() < watched {
        let code = codes.code_for(Treatment::Normal, times_us.len() as u64);
        times_us.push(pay(&mut till, &rig.api_key, &code).await?.as_micros() as u64);
        tokio::time::sleep(BETWEEN).await;
    }
    let (took, left) = (began.elapsed().as_secs_f64(), open_payments(rig).await?);
    times_us.sort_unstable();
    let came_to_rest = before.saturating_sub(left);
    let per_s = came_to_rest as f64 / took;
    let left_minutes = if came_to_rest == 0 { f64::INFINITY } else { left as f64 / per_s / 60.0 };
    Ok(json!({
        "open_before": before,
        "open_after": left,
        "seconds": rounded(took, 1),
        "came_to_rest": came_to_rest,
        "came_to_rest_per_s": rounded(per_s, 1),
        "left_minutes": rounded(left_minutes, 0),
        "new_payments": times_us.len(),
        "new_payment_p50_ms": rounded(percentile_ms(&times_us, 0.50), 2),
        "new_payment_p99_ms": rounded(percentile_ms(&times_us, 0.99), 2),
        "server_rss_mb": rounded(rig.server_rss_mb(), 1),
    }))
}

/// How many are open, once the server has counted them: it serves before that.
async fn once_counted(rig: &Rig, payments: u64) -> Result<u64> {
    let until = Instant::now() + COUNTED_WITHIN;
    loop {
        let open = open_payments(rig).await?;
        // The starts that were measured before have brought a few of them to rest.
        if open > payments / 2 {
            return Ok(open);
        }
        ensure!(Instant::now() < until, "of {payments} open payments the server tells only of {open}");
        tokio::time::sleep(BETWEEN).await;
    }
}

/// As the server's health tells.
async fn open_payments(rig: &Rig) -> Result<u64> {
    let mut connection = Connection::open(&rig.server_address).await?;
    let answer = connection.ask("GET", "/v1/health", &[], Vec::new()).await?;
    let health: Value = serde_json::from_slice(&answer.body).context("health is JSON")?;
    health["open_payments"].as_u64().context("health tells how many payments are open")
}

async fn middle(rig: &mut Rig, starts: usize) -> Result<u64> {
    let mut times = Vec::new();
    for _ in 0..starts.max(1) {
        rig.restart_server().await?;
        times.push(rig.started_in.as_millis() as u64);
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

async fn fill(rig: &Rig, options: &Options) -> Result<()> {
    let payments = options.payments;
    let store = open_store(&format!("sqlite:{}", rig.database().display())).await?;
    store.print_receipts(false);
    let terminal = std::io::stderr().is_terminal();
    for done in (0..payments).step_by(GROUP as usize) {
        let group = (payments - done).min(GROUP) as usize;
        match options.open {
            true => commit_open(&store, rig.whose, group).await?,
            false => commit_paid(&store, rig.whose, group).await?,
        }
        if terminal && done % (10 * GROUP) == 0 {
            eprint!("\rfilling: {} %", done * 100 / payments);
        }
    }
    if terminal {
        eprint!("\r\x1b[K");
    }
    store.close().await;
    Ok(())
}
