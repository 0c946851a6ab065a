//! `paydesk backup`: the whole book into one file while the server goes on, what was added since, what lies there.

mod content;
mod format;
mod progress;
pub mod restore;
pub mod shelf;
mod take;

pub use progress::Progress;

use crate::cli::Verdict;
use crate::clock;
use crate::config::Config;
use crate::files::make_folder;
use crate::sealed::MasterKey;
use crate::serve::asked_to_end;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use shelf::Kept;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use take::{Taken, Taker};

const AFTER: &str = "\
Examples:
  paydesk backup --config shop/paydesk.toml             tonight's backup, while the server runs
  paydesk backup --config shop/paydesk.toml --follow    goes on: every minute what was added
  paydesk backup --config shop/paydesk.toml list

A backup holds every table at one moment. It is compressed, sealed with the master key (unless [backup] sealed = false),
and every byte is checked when it is read. Old ones go as [backup] keep says. The configuration, the sealed secrets and the
master key are not in it: keep copies of the three.";

/// What to back up, and how.
#[derive(clap::Args)]
#[command(after_help = AFTER, args_conflicts_with_subcommands = false)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml", global = true)]
    config: PathBuf,
    /// The folder for backups; [backup] folder otherwise
    #[arg(long, value_name = "DIR", global = true)]
    folder: Option<PathBuf>,
    /// Go on until stopped: a whole backup each day, and what was added in between
    #[arg(long)]
    follow: bool,
    /// Seconds between looks with --follow
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    every: u64,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// What lies in the folder
    #[command(
        after_help = "Example:\n  paydesk backup list --config shop/paydesk.toml\n\nExit code 1 if a file there cannot be read as a backup."
    )]
    List,
}

/// With --follow a whole backup is made so often.
const WHOLE_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Does it.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let folder = options.folder.clone().unwrap_or_else(|| config.backup.folder.clone());
    if let Some(What::List) = options.what {
        return list(&folder, options.json);
    }
    ensure!(options.every > 0, "--every must be at least 1");
    make_folder(&folder)?;
    let key = sealing_key(&config)?;
    let taker = Taker { database: &config.database, folder: &folder, key: key.as_ref() };
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        if options.follow {
            follow(&taker, &config, &options).await
        } else {
            once(&taker, &config, &options).await.map(drop)
        }
    })?;
    Ok(Verdict::Good)
}

/// The master key, if backups are sealed.
fn sealing_key(config: &Config) -> Result<Option<MasterKey>> {
    let load = || {
        MasterKey::load(&config.secrets.master_key_file)
            .context("backups are sealed with the master key ([backup] sealed = false leaves them open)")
    };
    config.backup.sealed.then(load).transpose()
}

async fn once(taker: &Taker<'_>, config: &Config, options: &Options) -> Result<Taken> {
    let mut progress = Progress::new("backing up rows");
    let taken = taker.whole(clock::now(), |done, total| progress.tell(done, Some(total))).await;
    drop(progress);
    let taken = taken.context("no backup was made; the book and older backups are as they were")?;
    say(&taken, options.json)?;
    prune(taker.folder, config.backup.keep, options.json)?;
    Ok(taken)
}

async fn follow(taker: &Taker<'_>, config: &Config, options: &Options) -> Result<()> {
    let end = asked_to_end();
    tokio::pin!(end);
    let mut last = once(taker, config, options).await?;
    let mut whole_at = Instant::now();
    loop {
        let ended = tokio::select! {
            () = &mut end => true,
            () = tokio::time::sleep(Duration::from_secs(options.every)) => false,
        };
        if whole_at.elapsed() >= WHOLE_EVERY {
            last = once(taker, config, options).await?;
            whole_at = Instant::now();
        } else {
            match taker.added(&mut last, clock::now()).await {
                Ok(Some(added)) => {
                    say(&added, options.json)?;
                    last = added;
                }
                Ok(None) => {}
                Err(why) => {
                    // A new whole backup mends whatever kept this one from being added to.
                    eprintln!("paydesk: nothing could be added, so a whole backup is made: {why:#}");
                    last = once(taker, config, options).await?;
                    whole_at = Instant::now();
                }
            }
        }
        if ended {
            return Ok(());
        }
    }
}

fn say(taken: &Taken, as_json: bool) -> Result<()> {
    let bytes = fs::metadata(&taken.path).context("cannot read the backup just made")?.len();
    let kept = Kept { path: taken.path.clone(), header: taken.header.clone(), bytes };
    if as_json {
        let mut line = as_json_value(&kept);
        line["rows"] = taken.rows.into();
        println!("{line}");
    } else {
        println!("{}: {} rows, {}", kept.path.display(), taken.rows, size(bytes));
    }
    Ok(())
}

fn prune(folder: &Path, keep: usize, as_json: bool) -> Result<()> {
    let (kept, _) = shelf::list(folder)?;
    for one in shelf::outdated(&kept, keep) {
        fs::remove_file(&one.path)
            .with_context(|| format!("cannot take away the old backup {}", one.path.display()))?;
        if !as_json {
            println!("{}: taken away, {keep} whole backups stay", one.path.display());
        }
    }
    Ok(())
}

fn list(folder: &Path, as_json: bool) -> Result<Verdict> {
    let (kept, strange) = if folder.exists() { shelf::list(folder)? } else { (Vec::new(), Vec::new()) };
    for one in &kept {
        if as_json {
            println!("{}", as_json_value(one));
            continue;
        }
        let kind = if one.header.number == 0 { "whole" } else { "added" };
        let sealed = if one.header.sealed { "sealed" } else { "open" };
        let name = one.path.file_name().unwrap_or_default().to_string_lossy();
        println!("{}  {kind}  {sealed}  {:>9}  {name}", one.as_of(), size(one.bytes));
    }
    for (path, why) in &strange {
        eprintln!("{}: {why}", path.display());
    }
    if kept.is_empty() && !as_json {
        println!("There is no backup in {} yet; paydesk backup makes one.", folder.display());
    }
    Ok(if strange.is_empty() { Verdict::Good } else { Verdict::Bad })
}

fn as_json_value(kept: &Kept) -> serde_json::Value {
    json!({
        "file": kept.path.display().to_string(),
        "as_of": kept.as_of().rfc3339(base::Zone::CHINA),
        "kind": if kept.header.number == 0 { "whole" } else { "added" },
        "number": kept.header.number,
        "chain": kept.header.chain,
        "sealed": kept.header.sealed,
        "schema_step": kept.header.schema_step,
        "bytes": kept.bytes,
    })
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
