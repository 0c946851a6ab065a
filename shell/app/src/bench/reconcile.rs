//! A day's bill against a day's book: seconds and memory, beside DuckDB's on the same files in the same run.

use super::reconcile_files::{self as files, Planted};
use super::{cpu_pressure, machine_is_quiet, rounded};
use crate::cli::Verdict;
use anyhow::{Context, Result, bail};
use provider_contract::Provider;
use provider_contract::bills::BillSort;
use serde_json::{Value, json};
use settlement::Rules;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// How DuckDB does the same.
const DUCKDB: &str = include_str!("reconcile_duckdb.py");
/// Where `./paydesk` puts a Python that has DuckDB.
const PYTHON: &str = "PAYDESK_DUCKDB_PYTHON";

/// How much.
#[derive(clap::Args)]
pub struct Options {
    /// Rows on each side
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// What the day is made of
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Measure even on a busy machine
    #[arg(long)]
    force: bool,
    /// Join the files in this folder and print the figures: what the bench runs in a process of its own
    #[arg(long, hide = true)]
    join: Option<PathBuf>,
}

/// Makes the files, runs both, prints.
pub fn run(options: &Options) -> Result<Verdict> {
    if let Some(folder) = &options.join {
        println!("{}", join(folder)?);
        return Ok(Verdict::Good);
    }
    if options.rows < 1_000 {
        bail!("--rows must be at least 1000; fewer cannot be timed");
    }
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let folder = Folder::new()?;
    eprintln!("writing {} rows for each side ...", options.rows);
    let (book, bill) = (folder.0.join("book.csv"), folder.0.join("bill.csv"));
    let planted = files::write(options.seed, options.rows, &book, &bill)?;
    let pressure = cpu_pressure();
    eprintln!("joining ...");
    let ours = ours(&folder.0)?;
    eprintln!("the same with DuckDB ...");
    let duckdb = duckdb(&book, &bill)?;
    let found = &ours["differences"];
    let exact = *found == json!(planted);
    let report = json!({
        "rows": options.rows,
        "bill_mb": megabytes(&bill),
        "book_mb": megabytes(&book),
        "seconds": ours["seconds"],
        "rows_per_s": rounded(options.rows as f64 / ours["seconds"].as_f64().unwrap_or(1.0), 0),
        "peak_rss_mb": ours["peak_rss_mb"],
        "planted": planted,
        "differences": found,
        "found_exactly": exact,
        "duckdb": duckdb,
        "cpu_pressure": pressure,
    });
    if options.json {
        println!("{report}");
    } else {
        print_for_people(&report, &planted);
    }
    Ok(if exact { Verdict::Good } else { Verdict::Bad })
}

fn print_for_people(report: &Value, planted: &Planted) {
    println!("{} rows a side, bill {} MB, book {} MB", report["rows"], report["bill_mb"], report["book_mb"]);
    println!(
        "  Paydesk  {:>8} s  {:>8} MB peak",
        report["seconds"].to_string(),
        report["peak_rss_mb"].to_string()
    );
    match report["duckdb"]["seconds"].as_f64() {
        Some(seconds) => {
            println!("  DuckDB   {seconds:>8} s  {:>8} MB peak", report["duckdb"]["peak_rss_mb"].to_string())
        }
        None => println!("  DuckDB   {}", report["duckdb"]["absent"].as_str().unwrap_or("failed")),
    }
    println!("differences planted and found, by class:");
    for (class, count) in planted {
        println!("  {class:<14} {count:>6} {:>6}", report["differences"][class].to_string());
    }
}

/// The work itself, measured from two files to a list of differences.
fn join(folder: &Path) -> Result<Value> {
    let began = Instant::now();
    let book = folder.join("book.csv");
    let book = reconcile::read_book(&book, files::book_row)?;
    let book_read = began.elapsed();
    let provider = wechat::Simulator::cheap(1).client("http://127.0.0.1:1", "http://127.0.0.1:1/notify");
    let reader = provider.bills().context("it makes bills")?.reader(BillSort::Trades, files::day());
    let rules = Rules::default();
    let joined = reconcile::join(&folder.join("bill.csv"), reader, book, rules, &|_, _| {})?;
    let seconds = began.elapsed().as_secs_f64();
    let mut differences = std::collections::BTreeMap::new();
    for difference in &joined.reconciled.differences {
        *differences.entry(difference.class.code()).or_insert(0u64) += 1;
    }
    Ok(json!({
        "seconds": rounded(seconds, 3),
        "book_seconds": rounded(book_read.as_secs_f64(), 3),
        "peak_rss_mb": peak_rss_mb(),
        "differences": differences,
        "equal": joined.reconciled.sums.equal,
    }))
}

fn ours(folder: &Path) -> Result<Value> {
    let this = std::env::current_exe().context("cannot find this program")?;
    let output = Command::new(this).args(["bench", "reconcile", "--join"]).arg(folder).output()?;
    if !output.status.success() {
        bail!("the join failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("the join printed something else than its figures")
}

/// DuckDB's figures; what is missing if it cannot run.
fn duckdb(book: &Path, bill: &Path) -> Result<Value> {
    let python = std::env::var(PYTHON).unwrap_or_else(|_| ".cache/duckdb/bin/python".to_owned());
    let output = Command::new(&python).args(["-c", DUCKDB]).args([book, bill]).output();
    let Ok(output) = output else {
        return Ok(
            json!({ "absent": format!("not installed: no Python at {python}; ./paydesk bench reconcile installs it") }),
        );
    };
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Ok(json!({ "absent": format!("failed: {}", why.lines().last().unwrap_or_default()) }));
    }
    serde_json::from_slice(&output.stdout).context("DuckDB's script printed something else than its figures")
}

fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(rounded(kib / 1024.0, 1))
}

fn megabytes(path: &Path) -> f64 {
    rounded(std::fs::metadata(path).map_or(0, |file| file.len()) as f64 / 1e6, 0)
}

/// Gone when the bench ends, whatever became of it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("paydesk-bench-reconcile-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Folder(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
