//! `paydesk migrate`: brings the database's schema up to date. Serving does so too; this does only that.

use crate::cli::Verdict;
use crate::config::Config;
use crate::serve::open_store;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Which installation.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  paydesk migrate --config shop/paydesk.toml\n\nSteps go forward only: copy the database file first."
)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
}

/// Opens the database, which does it.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        open_store(&config.database).await?.close().await;
        println!("the database's schema is up to date");
        Ok(Verdict::Good)
    })
}
