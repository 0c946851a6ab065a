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
  paydesk sim --model 2
  paydesk sim --seed 1 --payments 20000 --sabotage silence_is_refusal --shrink

The same seed and number of payments give the same trace hash, on any number of threads. Every payment lives in the
real engine, fold, next and leases. One payment in fifty goes over the providers' whole wire, with keyed checksums in
the place of RSA; one in 2,500 is signed with RSA besides; the others reach a provider that speaks in values, whose
messages bear a keyed seal that is checked where a signature would be. The report says the shares of this run.
docs/simulated-world.md says what the world covers and what it does not.

Exit code 1: a promise was broken. The world's seed and the payment's trace are printed; --shrink looks for the
smallest world that still breaks it and prints it as a scenario to be saved under sim/scenarios/.";

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
    /// Look for the smallest world that still breaks the first broken promise, and print it as a scenario
    #[arg(long)]
    shrink: bool,
    /// Live one world alone: the seed that a broken promise was printed with
    #[arg(long, conflicts_with_all = ["minutes", "payments"])]
    world: Option<u64>,
    /// Explore every run of one payment, two tills and two nodes with up to so many faults instead
    #[arg(long, value_name = "FAULTS", conflicts_with_all = ["minutes", "payments", "world", "shrink", "sabotage"])]
    model: Option<u8>,
    /// Remove a safety line, to see a promise break: one of the names that a wrong name is answered with
    #[arg(long, value_parser = sabotage)]
    sabotage: Option<sim::Sabotage>,
    /// Print one JSON object for each seed
    #[arg(long)]
    json: bool,
}

fn sabotage(name: &str) -> Result<sim::Sabotage, String> {
    sim::Sabotage::named(name).ok_or_else(|| {
        let names: Vec<_> = sim::Sabotage::ALL.iter().map(|known| known.name()).collect();
        format!("no such safety line; there are {}", names.join(", "))
    })
}

/// Simulates and prints.
pub fn run(options: Options) -> Result<Verdict> {
    ensure!(options.payments > 0, "--payments must be at least 1");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = options.threads.unwrap_or(cores).max(1);
    let began = Instant::now();
    let until = options.minutes.map(|minutes| began + Duration::from_secs(60 * minutes));
    if let Some(faults) = options.model {
        return Ok(explore(faults, threads, options.json));
    }
    let mut seed = options.seed;
    let mut verdict = Verdict::Good;
    loop {
        if one_run(seed, threads, &options) == Verdict::Bad {
            verdict = Verdict::Bad;
        }
        seed += 1;
        if until.is_none_or(|until| Instant::now() >= until) {
            return Ok(verdict);
        }
    }
}

/// Explores the small world exhaustively and prints what was seen.
fn explore(faults: u8, threads: usize, as_json: bool) -> Verdict {
    let found = sim::model::explore(sim::model::Bounds { faults, planted: None }, threads);
    let seconds = (found.took.as_secs_f64() * 100.0).round() / 100.0;
    if as_json {
        let properties =
            found.properties.iter().map(|(name, broken)| json!({ "name": name, "broken_by": broken }));
        let printed = json!({
            "faults": faults, "states": found.states, "unique_states": found.unique, "depth": found.depth,
            "elapsed_s": seconds, "properties": properties.collect::<Vec<_>>(),
        });
        println!("{printed:#}");
    } else {
        println!(
            "{} states, {} different, {} deep, {seconds} s, up to {faults} faults in a run",
            found.states, found.unique, found.depth
        );
        for (name, broken) in &found.properties {
            match broken {
                None => println!("  holds: {name}"),
                Some(run) => println!("  BROKEN: {name}\n    {}", run.join("\n    ")),
            }
        }
    }
    if found.holds() { Verdict::Good } else { Verdict::Bad }
}

fn one_run(seed: u64, threads: usize, options: &Options) -> Verdict {
    let began = Instant::now();
    let progress = Progress::new(options.payments);
    let wanted = sim::Options { seed, payments: options.payments, sabotage: options.sabotage };
    let report = match options.world {
        Some(world) => sim::replay_world(world, sim::WORLD, options.sabotage),
        None => sim::run(&wanted, threads, &|done| progress.tell(done)),
    };
    progress.end();
    let elapsed = began.elapsed();
    for violation in report.violations.iter().take(SHOWN) {
        eprintln!("{violation}");
    }
    if report.violations.len() > SHOWN {
        eprintln!("and {} more", report.violations.len() - SHOWN);
    }
    if options.json {
        println!("{:#}", as_json(seed, &report, elapsed));
    } else {
        print!("{}", as_text(seed, &report, elapsed));
    }
    if let Some(first) = report.violations.first().filter(|_| options.shrink) {
        print_shrunk(&sim::shrink(first, options.sabotage));
    }
    if report.violations.is_empty() { Verdict::Good } else { Verdict::Bad }
}

/// Broken promises that are shown with their traces.
const SHOWN: usize = 5;

fn print_shrunk(shrunk: &sim::Shrunk) {
    let (number, sentence) = (shrunk.promise.number(), shrunk.promise.sentence());
    println!("\nsmallest world that breaks {number}. {sentence}");
    println!("  world {}, {} sales, {} worlds tried", shrunk.violation.seed, shrunk.sales, shrunk.tries);
    println!("  trouble it needs: {}", shrunk.faults.join(", "));
    println!("  {}", shrunk.violation.detail);
    if let Some(scenario) = &shrunk.scenario {
        println!("\n{scenario}");
    }
}

fn as_text(seed: u64, report: &sim::Report, elapsed: Duration) -> String {
    let mut text = format!(
        "seed {seed}: {} payments in {:.1} s, {} violations, trace {:016x}\n",
        report.payments,
        elapsed.as_secs_f64(),
        report.violations.len(),
        report.trace_hash
    );
    let spans = &report.resolved;
    let mut line = |text_line: String| {
        text.push_str("  ");
        text.push_str(&text_line);
        text.push('\n');
    };
    line(format!("outcomes {:?}, unresolved {}", report.outcomes, report.unresolved));
    line(format!(
        "unknowns {}: half end within {:.1} s, 99 % within {:.1} s of the provider's return",
        spans.len(),
        spans.permille(500),
        spans.permille(990)
    ));
    line(format!("over the whole wire {} payments, {} of them with RSA", report.over_wire, report.over_rsa));
    line(format!("faults {:?}", report.faults));
    line(format!("counts {:?}", report.counts));
    for promise in sim::Promise::ALL {
        let tested = match report.tested.times(*promise) {
            0 => "untested".to_owned(),
            times => format!("tested {times} times"),
        };
        line(format!("{:2}. {}: {tested}", promise.number(), promise.sentence()));
    }
    text
}

fn as_json(seed: u64, report: &sim::Report, elapsed: Duration) -> Value {
    let invariants = sim::Promise::ALL.iter().map(|promise| {
        json!({
            "number": promise.number(),
            "sentence": promise.sentence(),
            "tested": report.tested.times(*promise),
        })
    });
    let share = |part: u64| part as f64 / report.payments.max(1) as f64;
    json!({
        "seed": seed,
        "payments": report.payments,
        "sales": report.sales,
        "violations": report.violations.len(),
        "elapsed_s": (elapsed.as_secs_f64() * 100.0).round() / 100.0,
        "trace_hash": format!("{:016x}", report.trace_hash),
        "outcomes": report.outcomes,
        "unresolved": report.unresolved,
        "unknowns": report.resolved.len(),
        "resolve_p50_s": report.resolved.permille(500),
        "resolve_p99_s": report.resolved.permille(990),
        "share_over_wire": share(report.over_wire),
        "share_over_rsa": share(report.over_rsa),
        "facts": report.facts,
        "faults": report.faults,
        "counts": report.counts,
        "invariants": invariants.collect::<Vec<_>>(),
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
