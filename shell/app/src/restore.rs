//! `paydesk restore`: a book from its backups, at any moment they cover; and the rehearsal that proves one could.

use crate::backup::restore::{Report, Restoring};
use crate::backup::{Progress, shelf};
use crate::cli::Verdict;
use crate::config::Config;
use crate::restore_bills::{Billed, against_bills};
use crate::sealed::MasterKey;
use anyhow::{Context, Result, bail, ensure};
use base::{Text, Timestamp, Zone};
use serde_json::json;
use std::path::{Path, PathBuf};
use store::archive::{Compared, Projected, Snapshot, check_projection, compare};
use store::{Store, StoreConfig};

const AFTER: &str = "\
Examples:
  paydesk restore --config shop/paydesk.toml --rehearse
  paydesk restore --config shop/paydesk.toml --from backups --to sqlite:again.sqlite
  paydesk restore --config shop/paydesk.toml --from backups --at 2026-11-22T21:30:00+08:00 --to sqlite:again.sqlite

FROM is a folder of backups (the newest is taken, or the one that covers --at) or one file. --rehearse restores aside, folds
every fact and compares the result with every payment's row, holds every fact against the live book and the last whole
day against every provider's bill, and leaves nothing behind. Payments are restored up to the moment itself; people and settings as of the last backup before it.

A restored book drives on whatever was open in it as soon as it is served: never serve it beside the one it came from.

Exit codes: 0 done and proven; 1 the rehearsal found something that must not be; 3 it could not be done, and nothing was
changed.";

/// From what, to where.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub struct Options {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "paydesk.toml")]
    config: PathBuf,
    /// A folder of backups, or one backup; [backup] folder otherwise
    #[arg(long, value_name = "FROM")]
    from: Option<PathBuf>,
    /// The moment to go back to, such as 2026-11-22T21:30:00+08:00
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The database to make: sqlite:FILE or postgres://...
    #[arg(long, value_name = "DATABASE", required_unless_present = "rehearse", conflicts_with = "rehearse")]
    to: Option<String>,
    /// Replace a database that is there
    #[arg(long)]
    overwrite: bool,
    /// Restore aside, prove it, and take it away again
    #[arg(long)]
    rehearse: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Does it.
pub fn run(options: Options) -> Result<Verdict> {
    let config = Config::load(&options.config)?;
    let from = options.from.clone().unwrap_or_else(|| config.backup.folder.clone());
    let at = options.at.as_deref().map(moment).transpose()?;
    let files = shelf::files_for(&from, at)?;
    let sealed = files.iter().any(|file| file.header.sealed);
    let key = sealed.then(|| MasterKey::load(&config.secrets.master_key_file)).transpose()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let restoring =
            Restoring { files: &files, at, to: "", replace: options.overwrite, key: key.as_ref() };
        match &options.to {
            Some(to) => restore(restoring, to, &config, options.json).await,
            None => rehearse(restoring, &config, options.json).await,
        }
    })
}

fn moment(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).with_context(|| {
        format!("--at \"{text}\" is no moment; write it as 2026-11-22T21:30:00+08:00, with its zone")
    })
}

async fn restore(restoring: Restoring<'_>, to: &str, config: &Config, as_json: bool) -> Result<Verdict> {
    ensure!(
        to != config.database || restoring.replace,
        "--to names the live book; stop the server and say --overwrite if it is to be replaced"
    );
    let report = Restoring { to, ..restoring }.run().await?;
    // An older schema is brought up to date now, so that a failure shows now.
    let store = Store::open(&StoreConfig { database: to.to_owned() }).await?;
    store.close().await;
    let projected = proven(to).await?;
    let said = Said { report, projected, compared: None, billed: Vec::new() };
    said.print(to, as_json);
    Ok(said.verdict())
}

/// The restored file of a rehearsal goes away, whatever happens.
struct Away(PathBuf);

impl Drop for Away {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn rehearse(restoring: Restoring<'_>, config: &Config, as_json: bool) -> Result<Verdict> {
    let first = restoring.files.first().context("there is no backup to rehearse with")?;
    let beside =
        first.path.parent().unwrap_or(Path::new(".")).join(format!(".rehearsal-{}", std::process::id()));
    std::fs::create_dir(&beside)
        .with_context(|| format!("cannot restore aside: no folder {} can be made", beside.display()))?;
    let away = Away(beside);
    let aside = format!("sqlite:{}", away.0.join("book.sqlite").display());
    let report = Restoring { to: &aside, ..restoring }.run().await?;
    let store = Store::open(&StoreConfig { database: aside.clone() }).await?;
    store.close().await;
    let projected = proven(&aside).await?;
    let mut progress = Progress::new("facts held against the live book");
    let compared = compare(&aside, &config.database, |done| progress.tell(done, None)).await;
    drop(progress);
    let compared = compared.context("the restored book is sound; the live book cannot be read beside it")?;
    let billed = against_bills(&aside, config, report.as_of, away.0.join("bills")).await;
    let billed =
        billed.context("the restored book is sound; it cannot be held against the providers' bills")?;
    let said = Said { report, projected, compared: Some(compared), billed };
    said.print("", as_json);
    Ok(said.verdict())
}

async fn proven(database: &str) -> Result<Projected> {
    let mut snapshot = Snapshot::open(database).await?;
    let mut progress = Progress::new("payments folded");
    let projected = check_projection(&mut snapshot, |done| progress.tell(done, None)).await;
    snapshot.close().await;
    let Ok(projected) = projected else {
        bail!("the restored book cannot be read: {:#}", projected.expect_err("it is one"))
    };
    Ok(projected)
}

/// What was found.
struct Said {
    report: Report,
    projected: Projected,
    compared: Option<Compared>,
    billed: Vec<Billed>,
}

impl Said {
    fn verdict(&self) -> Verdict {
        let lost = self.compared.as_ref().is_some_and(|compared| !compared.lost.is_empty());
        let billed_otherwise = self.billed.iter().any(Billed::is_bad);
        if lost || billed_otherwise || !self.projected.differing.is_empty() {
            Verdict::Bad
        } else {
            Verdict::Good
        }
    }

    fn sentences(&self, to: &str) -> Vec<Text> {
        let (report, projected) = (&self.report, &self.projected);
        let as_of = report.as_of.rfc3339(Zone::CHINA);
        let mut said = vec![Text::new(
            format!("由 {} 个备份文件恢复出截至 {as_of} 的账本，共 {} 行", report.files, report.rows),
            format!("From {} files the book as of {as_of} was restored: {} rows.", report.files, report.rows),
        )];
        if report.worked_out_again > 0 {
            let n = report.worked_out_again;
            said.push(Text::new(
                format!("有 {n} 笔收款在那一刻还没有结果，已按当时的事实重新推算"),
                format!("{n} payments were under way at that moment; how they stood was worked out from their facts."),
            ));
        }
        said.push(match projected.differing.len() {
            0 => Text::new(
                format!("重新推算了 {} 笔收款的 {} 条事实，每一笔都与账面一致", projected.payments, projected.facts),
                format!(
                    "{} payments were folded from {} facts; every one stands as its row says.",
                    projected.payments, projected.facts
                ),
            ),
            n => Text::new(
                format!("有 {n} 笔收款与其事实不符，不能使用；请换一个备份，并联系技术支持"),
                format!("{n} payments do not stand as their facts say: do not use it, take another backup, and ask for support."),
            ),
        });
        if let Some(compared) = &self.compared {
            said.push(against_live(compared));
        }
        said.extend(self.billed.iter().map(Billed::text));
        if !to.is_empty() {
            said.push(Text::new(
                "启用前：停掉原来的服务，再把配置里的 database.url 指向它；之后与服务商账单对账",
                "Before it is used: stop the old server, point database.url at it, and afterwards reconcile with the providers' bills.",
            ));
        }
        said
    }

    fn print(&self, to: &str, as_json: bool) {
        let sentences = self.sentences(to);
        let differing =
            self.projected.differing.iter().map(|(id, what)| json!({ "payment": id, "what": what }));
        let lost = self.compared.iter().flat_map(|compared| &compared.lost);
        let lost = lost.map(|(id, what)| json!({ "payment": id, "what": what }));
        if as_json {
            let compared = self.compared.as_ref().map(|compared| {
                json!({ "same": compared.same, "newer": compared.newer, "newer_payments": compared.newer_payments })
            });
            let report = json!({
                "good": self.verdict() == Verdict::Good,
                "as_of": self.report.as_of.rfc3339(Zone::CHINA),
                "files": self.report.files,
                "rows": self.report.rows,
                "worked_out_again": self.report.worked_out_again,
                "payments": self.projected.payments,
                "facts": self.projected.facts,
                "differing": differing.collect::<Vec<_>>(),
                "live": compared,
                "lost_in_live": lost.collect::<Vec<_>>(),
                "bills": self.billed.iter().map(Billed::json).collect::<Vec<_>>(),
                "sentences": sentences.iter().map(|s| json!({ "zh": s.zh, "en": s.en })).collect::<Vec<_>>(),
            });
            println!("{report:#}");
            return;
        }
        for sentence in &sentences {
            println!("{}\n  {}", sentence.en, sentence.zh);
        }
        for one in differing.chain(lost).take(20) {
            println!("  {}: {}", one["payment"], one["what"]);
        }
    }
}

fn against_live(compared: &Compared) -> Text {
    match compared.lost.len() {
        0 => Text::new(
            format!(
                "与现用账本核对：备份里的 {} 条事实逐条一致；现用账本另有 {} 条更新的事实（其中新收款 {} 笔）",
                compared.same, compared.newer, compared.newer_payments
            ),
            format!(
                "Against the live book: all {} facts of the backup are there unchanged; the live book has {} newer facts ({} newer payments).",
                compared.same, compared.newer, compared.newer_payments
            ),
        ),
        n => Text::new(
            format!("现用账本缺失或改动了备份里的 {n} 条事实：请立即停用并联系技术支持"),
            format!(
                "The live book lacks or has changed {n} facts of the backup: stop it now and ask for support."
            ),
        ),
    }
}
