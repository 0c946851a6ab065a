//! The binary `paydesk`: reads the command line and runs one command. It alone names providers and devices.

mod cli;
mod clock;
mod config;
mod sealed;
mod simulate;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(cli::Cli::parse())
}
