//! `paydesk sim`: runs the simulated world and says what broke, with the seed that breaks it again.

use crate::cli::Verdict;
use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const AFTER: &str = "\
Examples:
  paydesk sim --payments 200000 --seed 1
  paydesk sim --minutes 10 --json

The same seed and number of payments give the same trace hash. Exit code 1: a promise was broken; the seed and
the payment's whole trace are printed.";

/// What to simulate.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// Decides everything
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sales to begin
    #[arg(long, default_value_t = 200_000)]
    payments: u64,
    /// Go on with the following seeds until so many minutes have passed
    #[arg(long)]
    minutes: Option<u64>,
    /// Threads; as many as there are cores otherwise. The result does not depend on it
    #[arg(long)]
    threads: Option<usize>,
    /// Print one JSON object for each seed
    #[arg(long)]
    json: bool,
}

/// Simulates and prints.
pub fn run(options: Options) -> Result<Verdict> {
    ensure!(options.payments > 0, "--payments must be at least 1");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or(cores).max(1);
    let began = Instant::now();
    let until = options.minutes.map(|minutes| began + Duration::from_secs(60 * minutes));
    let mut seed = options.seed;
    let mut verdict = Verdict::Good;
    loop {
        if one_world(seed, threads, &options) == Verdict::Bad {
            verdict = Verdict::Bad;
        }
        seed += 1;
        if until.is_none_or(|until| Instant::now() >= until) {
            return Ok(verdict);
        }
    }
}

fn one_world(seed: u64, threads: usize, options: &Options) -> Verdict {
    let began = Instant::now();
    let progress = Progress::new(options.payments);
    let wanted = sim::Options { seed, payments: options.payments, sabotage: None };
    let report = sim::run(&wanted, threads, &|done| progress.tell(done));
    progress.end();
    let elapsed = began.elapsed();
    for violation in &report.violations {
        eprintln!("{violation}");
    }
    if options.json {
        println!("{:#}", as_json(seed, &report, elapsed));
    } else {
        println!(
            "seed {seed}: {} payments in {:.1} s, {} violations, trace {:016x}",
            report.payments,
            elapsed.as_secs_f64(),
            report.violations.len(),
            report.trace_hash
        );
        println!("  {:?}\n  {:?}", report.outcomes, report.counts);
    }
    if report.violations.is_empty() { Verdict::Good } else { Verdict::Bad }
}

fn as_json(seed: u64, report: &sim::Report, elapsed: Duration) -> Value {
    json!({
        "seed": seed,
        "payments": report.payments,
        "sales": report.sales,
        "violations": report.violations.len(),
        "elapsed_s": (elapsed.as_secs_f64() * 100.0).round() / 100.0,
        "trace_hash": format!("{:016x}", report.trace_hash),
        "outcomes": report.outcomes,
        "facts": report.facts,
        "counts": report.counts,
    })
}

/// A line on a terminal that counts; nothing in a file.
struct Progress {
    total: u64,
    shown: AtomicU64,
    terminal: bool,
}

impl Progress {
    fn new(total: u64) -> Progress {
        Progress { total, shown: AtomicU64::new(0), terminal: std::io::stderr().is_terminal() }
    }

    fn tell(&self, done: u64) {
        let percent = done.saturating_mul(100) / self.total.max(1);
        if self.terminal && self.shown.swap(percent, Ordering::Relaxed) != percent {
            eprint!("\r{percent:3} % of {} payments", self.total);
        }
    }

    fn end(&self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }
}
