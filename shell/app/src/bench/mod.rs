//! `paydesk bench`: how fast it is, always beside what this machine could do at most, measured in the same run.

mod bulk;
mod ceilings;
mod codec;
mod latency;
pub mod load;
mod payments;
mod processor;
mod reconcile;
mod reconcile_files;
mod rig;
mod start;
mod till;

use crate::cli::Verdict;
use anyhow::{Context, Result};
use clap::Subcommand;

const AFTER: &str = "\
Examples:
  paydesk bench payments
  paydesk bench payments --seconds 20 --connections 64 --json
  paydesk bench payments --database postgres://paydesk@localhost/bench --nodes 2
  paydesk bench latency --json
  paydesk bench start --payments 1000000
  paydesk bench start --payments 1000000 --open     (all of them open, as after a power cut)
  paydesk bench till --url http://127.0.0.1:8080 --json     (beside a running paydesk demo)
  paydesk bench reconcile --rows 1000000 --json
  paydesk bench codec --json

Server, provider simulator and load generator are three processes on this machine. A busy machine
(/proc/pressure/cpu avg10 above 10 at the start) is refused, exit code 1, unless --force is given.";

/// The busiest a machine may be, in percent of time that something waited for a processor.
const PRESSURE_MAX: f64 = 10.0;

/// What to measure.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Whole payments per second: HTTP in, durable, signed, asked, verified, durable, told
    #[command(after_help = AFTER)]
    Payments(payments::Options),
    /// What Paydesk adds to the provider's own time, with nothing else going on
    #[command(after_help = AFTER)]
    Latency(latency::Options),
    /// How soon a server serves, on an empty database and on one with a million payments
    #[command(after_help = AFTER)]
    Start(start::Options),
    /// How soon the till page of a running demo can be used, in a browser on a slow tablet
    #[command(after_help = AFTER)]
    Till(till::Options),
    /// A day's bill against a day's book, beside DuckDB on the same files
    #[command(after_help = AFTER)]
    Reconcile(reconcile::Options),
    /// Card messages: written, read, read with their MAC checked; beside codecs by others
    #[command(after_help = AFTER)]
    Codec(codec::Options),
}

/// Measures and prints.
pub fn run(options: Options) -> Result<Verdict> {
    // The generator shares two cores with what it measures; one thread is enough for it.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match options.what {
            What::Payments(options) => payments::run(options).await,
            What::Latency(options) => latency::run(options).await,
            What::Start(options) => start::run(options).await,
            What::Till(options) => till::run(options),
            What::Reconcile(options) => reconcile::run(&options),
            What::Codec(options) => codec::run(&options),
        }
    })
}

/// How busy the machine has been for ten seconds, in percent; nothing where the kernel does not tell.
fn cpu_pressure() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/pressure/cpu").ok()?;
    let some = text.lines().find(|line| line.starts_with("some"))?;
    some.split_whitespace().find_map(|word| word.strip_prefix("avg10="))?.parse().ok()
}

/// Whether measuring makes sense now; says why not.
fn machine_is_quiet(force: bool) -> bool {
    match cpu_pressure() {
        Some(pressure) if pressure > PRESSURE_MAX && !force => {
            eprintln!(
                "paydesk: this machine is busy (cpu pressure {pressure:.1}, at most {PRESSURE_MAX}); \
                 figures would mean nothing. Wait a minute, or add --force"
            );
            false
        }
        _ => true,
    }
}

/// The value below which `part` of the sorted values lie; microseconds to milliseconds.
fn percentile_ms(sorted_us: &[u64], part: f64) -> f64 {
    let last = sorted_us.len().saturating_sub(1);
    let at = ((sorted_us.len() as f64 * part).ceil() as usize).saturating_sub(1).min(last);
    sorted_us.get(at).map_or(0.0, |us| *us as f64 / 1000.0)
}

/// Rounded for reading.
fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let sorted: Vec<u64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!(percentile_ms(&sorted, 0.5), 50.0);
        assert_eq!(percentile_ms(&sorted, 0.99), 99.0);
        assert_eq!(percentile_ms(&sorted[..1], 0.99), 1.0);
        assert_eq!(percentile_ms(&[], 0.5), 0.0);
    }
}
