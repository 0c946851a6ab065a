//! How soon the till page can be used: a script drives a browser whose processor is slowed, against a running demo.

use super::{cpu_pressure, machine_is_quiet};
use crate::cli::Verdict;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Where a demo runs
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The script that drives the browser; needs Node, Chromium and the pages' packages (npm ci --prefix web)
    #[arg(long, value_name = "FILE", default_value = "web/e2e/figures.mjs")]
    script: PathBuf,
    /// Measure although the machine is busy
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Measures and prints.
pub fn run(options: Options) -> Result<Verdict> {
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    ensure!(
        options.script.exists(),
        "there is no {}; run this in a checkout of Paydesk, or name the script with --script",
        options.script.display()
    );
    let pressure = cpu_pressure();
    let output = Command::new("node")
        .arg(&options.script)
        .arg(&options.url)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start node")?;
    ensure!(output.status.success(), "the browser could not be driven; does a demo run at {}?", options.url);
    let mut report: Value = serde_json::from_slice(&output.stdout).context("the script prints JSON")?;
    report["cpu_pressure"] = pressure.into();
    if options.json {
        println!("{report:#}");
    } else {
        println!("till page, processor slowed {}x, medians:", report["cpu_slowed"]);
        println!("  opened until it takes keys   {:>6} ms", report["interactive_ms"].to_string());
        println!("  a key until it shows         {:>6} ms", report["key_shown_ms"].to_string());
        println!("  a scan until it shows        {:>6} ms", report["scan_shown_ms"].to_string());
    }
    Ok(Verdict::Good)
}
