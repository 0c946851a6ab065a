//! The command line: every command, its options, an example each, and the exit codes.

use crate::{
    backup, bench, channel_command, demo, doctor, init, migrate, reconcile_day, restore, serve, simulate,
    till, webhooks_command, world,
};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

const AFTER: &str = "\
Exit codes:
  0  done
  1  what was checked does not hold: a violation, a fault, a figure that may not be reported
  2  the command line is wrong
  3  it could not be done: the message says what is in the way

Environment:
  PAYDESK_LOG         what is logged to standard error: warn (usual), info, drive=debug ...
  PAYDESK_MASTER_KEY  opens the sealed secrets instead of the key file";

/// Paydesk takes money at a counter.
#[derive(Parser)]
#[command(name = "paydesk", version, after_help = AFTER)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A shop in a box: server, pages, simulated providers, a virtual printer, a day of sample payments
    Demo(demo::Options),
    /// Make a new installation: asks a few questions
    Init(init::Options),
    /// Add a provider to an installation, or give it other keys
    Channel(channel_command::Options),
    /// Run the server
    Serve(serve::Options),
    /// Run the agent at a counter; pair it, carry its journal
    Till(till::Options),
    /// Check everything an installation depends on, and name what is wrong and the next step
    Doctor(doctor::Options),
    /// Bring the database's schema up to date
    Migrate(migrate::Options),
    /// Back the whole book up while the server runs
    Backup(backup::Options),
    /// Make a book from its backups again, at any moment they cover; or rehearse it
    Restore(restore::Options),
    /// Print the HTTP API's description
    #[command(after_help = "Example:\n  paydesk openapi > openapi.json")]
    Openapi,
    /// Run the simulated world and check what must always hold
    Sim(world::Options),
    /// Measure speed beside this machine's ceilings
    Bench(bench::Options),
    /// Hold a provider's bill of a day against the book
    Reconcile(reconcile_day::Options),
    /// What merchants' own systems were told and answered; send it again
    Webhooks(webhooks_command::Options),
    /// Run a simulator of a provider, or of a printer, on a real port
    Simulate(simulate::Options),
}

/// How a command ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// What it checked does not hold; it has said what.
    Bad,
}

/// Says a line to whoever started the command. Whoever reads no more (`paydesk serve | head -1`) does not end a server.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Runs the command and says how it went.
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Demo(options) => demo::run(options),
        Command::Init(options) => init::run(options),
        Command::Channel(options) => channel_command::run(options),
        Command::Serve(options) => serve::run(options),
        Command::Till(options) => till::run(options),
        Command::Doctor(options) => doctor::run(options),
        Command::Migrate(options) => migrate::run(options),
        Command::Backup(options) => backup::run(options),
        Command::Restore(options) => restore::run(options),
        Command::Openapi => {
            print!("{}", api::openapi_json());
            Ok(Verdict::Good)
        }
        Command::Sim(options) => world::run(options),
        Command::Bench(options) => bench::run(options),
        Command::Reconcile(options) => reconcile_day::run(options),
        Command::Webhooks(options) => webhooks_command::run(options),
        Command::Simulate(options) => simulate::run(options),
    };
    match outcome {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::from(1),
        Err(error) => {
            eprintln!("paydesk: {error:#}");
            ExitCode::from(3)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_every_command_has_an_example() {
        let command = Cli::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            let after = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            let has_example = after.contains("paydesk ") || sub.has_subcommands();
            assert!(has_example, "`paydesk {} --help` shows no example", sub.get_name());
        }
    }
}
