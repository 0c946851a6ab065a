//! The journal as a file: written, put into a new device, checked.

use super::config::Config;
use super::{fresh, policy};
use crate::cli::Verdict;
use crate::{clock, files};
use anyhow::{Context, Result, bail, ensure};
use base::TillId;
use std::future::Future;
use std::path::{Path, PathBuf};
use store::{Store, StoreConfig};

const EXPORT_AFTER: &str = "\
Example:
  paydesk till export --config till/till.toml --to journal.txt";
const IMPORT_AFTER: &str = "\
Example:
  paydesk till import --config till/till.toml --from journal.txt

The device must be paired with the same till and must not have run yet.";
const VERIFY_AFTER: &str = "\
Examples:
  paydesk till verify --config till/till.toml
  paydesk till verify --config till/till.toml --file journal.txt

Exit code 1: something is wrong; what and where is said.";

/// Where from and where to.
#[derive(clap::Args)]
#[command(after_help = EXPORT_AFTER)]
pub struct ExportOptions {
    /// The device's configuration
    #[arg(long, value_name = "FILE", default_value = "till.toml")]
    config: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Where to and where from.
#[derive(clap::Args)]
#[command(after_help = IMPORT_AFTER)]
pub struct ImportOptions {
    /// The device's configuration
    #[arg(long, value_name = "FILE", default_value = "till.toml")]
    config: PathBuf,
    /// The exported journal
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Import the sound part of a journal that is broken
    #[arg(long)]
    sound_part: bool,
}

/// What to check.
#[derive(clap::Args)]
#[command(after_help = VERIFY_AFTER)]
pub struct VerifyOptions {
    /// The device's configuration
    #[arg(long, value_name = "FILE", default_value = "till.toml")]
    config: PathBuf,
    /// An exported journal instead of the device's own
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Writes the journal to a file.
pub fn export(options: ExportOptions) -> Result<Verdict> {
    ensure!(!options.to.exists(), "{} exists already; nothing was written", options.to.display());
    let config = Config::load(&options.config)?;
    let till = config.identity()?.read()?.till();
    blocking(async {
        let store = existing(&config.database()).await?;
        let (entries, flaw) = till::read_all(&store, till).await?;
        store.close().await;
        files::write_private(&options.to, &journal::write(till, &entries))?;
        println!("{} entries written to {}", entries.len(), options.to.display());
        Ok(match flaw {
            None => Verdict::Good,
            Some(flaw) => {
                println!("The journal is broken after them: {flaw}. The sound part was written.");
                Verdict::Bad
            }
        })
    })
}

/// Puts an exported journal into this device.
pub fn import(options: ImportOptions) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let identity = config.identity()?.read()?;
    let carried = read(&options.from, identity.till())?;
    if let Some((_, flaw)) = &carried.flaw {
        println!("{}: {flaw}; {} entries before it are sound", options.from.display(), carried.sound.len());
        if !options.sound_part || carried.sound.is_empty() {
            bail!("nothing was imported; with --sound-part the sound entries are");
        }
    }
    blocking(async {
        let (path, policy) = (config.database(), policy(&config));
        till::import(&path, &identity, &carried.sound, &policy, clock::now(), fresh).await?;
        println!("{} entries imported; the journal goes on after them", carried.sound.len());
        Ok(Verdict::Good)
    })
}

/// Checks the journal.
pub fn verify(options: VerifyOptions) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let till = config.identity()?.read()?.till();
    let (entries, flaw) = match &options.file {
        Some(file) => {
            let carried = read(file, till)?;
            (carried.sound.len(), carried.flaw.map(|(_, flaw)| flaw))
        }
        None => blocking(async {
            let store = existing(&config.database()).await?;
            let (entries, flaw) = till::read_all(&store, till).await?;
            store.close().await;
            Ok((entries.len(), flaw))
        })?,
    };
    match flaw {
        None => {
            println!("{entries} entries, all sound");
            Ok(Verdict::Good)
        }
        Some(flaw) => {
            println!("{entries} entries are sound; then: {flaw}");
            println!("{}", flaw.text().zh);
            Ok(Verdict::Bad)
        }
    }
}

fn read(path: &Path, till: TillId) -> Result<journal::Carried> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(journal::read(till, &String::from_utf8_lossy(&text)))
}

async fn existing(path: &Path) -> Result<Store> {
    ensure!(path.exists(), "there is no journal yet: {}", path.display());
    let config = StoreConfig { database: format!("sqlite:{}", path.display()) };
    Store::open(&config).await.context("the journal cannot be opened")
}

fn blocking<T>(task: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Runtime::new().context("cannot start the runtime")?.block_on(task)
}
