//! The binary `paydesk`: reads the command line and runs one command. It alone names providers and devices.

mod assets;
mod backup;
mod bench;
#[cfg(test)]
mod bill_world;
mod channel_command;
mod channels;
mod cli;
mod clock;
mod config;
mod demo;
mod doctor;
mod door;
mod files;
mod init;
mod migrate;
mod printers;
mod processor;
mod providers;
mod reconcile_day;
mod restore;
mod restore_bills;
mod routing_file;
mod sealed;
mod serve;
mod setup;
mod simulate;
mod till;
mod wallets;
mod webhooks_command;
mod world;

use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// The system's allocator takes about a fifth of the simulated world's time; this one takes much less.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    processor::choose_how_to_sign();
    let filter = EnvFilter::try_from_env("PAYDESK_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    cli::run(cli::Cli::parse())
}
