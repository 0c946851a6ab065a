//! How soon a server serves, from its process's start to its first answer: on an empty database and on a full one.

use super::bulk::commit_paid;
use super::rig::Rig;
use super::{cpu_pressure, machine_is_quiet};
use crate::cli::Verdict;
use crate::serve::open_store;
use anyhow::Result;
use base::MerchantId;
use serde_json::json;
use std::io::IsTerminal;
use std::path::PathBuf;

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Payments in the full database
    #[arg(long, default_value_t = 1_000_000)]
    payments: u64,
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

/// Measures and prints.
pub async fn run(options: Options) -> Result<Verdict> {
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let pressure = cpu_pressure();
    let mut rig = Rig::start(options.folder.clone()).await?;
    let empty_ms = middle(&mut rig, options.starts).await?;
    rig.stop_server();
    fill(&rig, options.payments).await?;
    let full_ms = middle(&mut rig, options.starts).await?;
    let report = json!({
        "empty_ms": empty_ms,
        "full_ms": full_ms,
        "payments": options.payments,
        "database_mb": rig.database_mb(),
        "cpu_pressure": pressure,
    });
    if options.json {
        println!("{report:#}");
    } else {
        println!("serves after {empty_ms} ms on an empty database");
        println!("serves after {full_ms} ms on {} payments ({} MB)", options.payments, report["database_mb"]);
    }
    Ok(Verdict::Good)
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

async fn fill(rig: &Rig, payments: u64) -> Result<()> {
    let store = open_store(&format!("sqlite:{}", rig.database().display())).await?;
    store.print_receipts(false);
    let terminal = std::io::stderr().is_terminal();
    for done in (0..payments).step_by(GROUP as usize) {
        commit_paid(&store, MerchantId::from_u128(1), (payments - done).min(GROUP) as usize).await?;
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
