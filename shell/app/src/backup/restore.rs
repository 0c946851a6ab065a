//! Putting a book together again from its backups, up to a moment, into a database that is made for it.

use super::content::Line;
use super::format::Reader;
use super::progress::Progress;
use super::shelf::Kept;
use crate::sealed::MasterKey;
use anyhow::{Context, Result, bail, ensure};
use base::Timestamp;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use store::archive::{Restored, newest_schema_step};

/// Tables that are restored up to the very moment, from the file after it; all others are as of the file before it.
const TO_THE_MOMENT: [&str; 5] = ["facts", "payments", "refunds", "events", "print_jobs"];

/// What is to be restored, and whereto.
pub struct Restoring<'a> {
    /// The files, in the order in which they are put together.
    pub files: &'a [Kept],
    /// Forget what was learnt after this.
    pub at: Option<Timestamp>,
    /// The database to make.
    pub to: &'a str,
    /// Whether one that is there may be replaced.
    pub replace: bool,
    /// Opens sealed backups.
    pub key: Option<&'a MasterKey>,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Files read.
    pub files: usize,
    /// Rows read from them.
    pub rows: u64,
    /// Payments that a wished moment cut in two and that were worked out again.
    pub worked_out_again: usize,
    /// The moment that the book is as of.
    pub as_of: Timestamp,
}

impl Restoring<'_> {
    /// Does it. Whatever fails, what was there stays as it was.
    pub async fn run(&self) -> Result<Report> {
        let last = self.files.last().context("there is no backup to restore")?;
        let step = last.header.schema_step;
        ensure!(
            step <= newest_schema_step(),
            "the backup {} was made by Paydesk {} at schema step {step}; this version knows {}. Use that version, or a newer one",
            last.path.display(),
            last.header.program,
            newest_schema_step()
        );
        self.check_chain()?;
        let mut restored = Restored::begin(self.to, step, self.replace)
            .await
            .with_context(|| "nothing was restored; --overwrite replaces a database that is there")?;
        match self.fill(&mut restored).await {
            Ok(report) => {
                restored.finish().await?;
                Ok(report)
            }
            Err(why) => {
                restored.abandon().await;
                Err(why.context("nothing was restored"))
            }
        }
    }

    fn check_chain(&self) -> Result<()> {
        for pair in self.files.windows(2) {
            ensure!(
                pair[1].header.schema_step >= pair[0].header.schema_step,
                "the backups {} and {} do not belong together",
                pair[0].path.display(),
                pair[1].path.display()
            );
        }
        Ok(())
    }

    async fn fill(&self, restored: &mut Restored) -> Result<Report> {
        let mut progress = Progress::new("restoring rows");
        let mut report = Report {
            files: self.files.len(),
            rows: 0,
            worked_out_again: 0,
            as_of: Timestamp::from_micros(0),
        };
        let mut last_hash = String::new();
        for file in self.files {
            let named = || format!("the backup {}", file.path.display());
            last_hash =
                self.add(file, &last_hash, restored, &mut report, &mut progress).await.with_context(named)?;
            report.as_of = file.as_of();
        }
        // Whoever was signed in signs in again: a restored session may be one that was ended since.
        restored.empty("sessions").await?;
        if let Some(at) = self.at.filter(|at| *at < report.as_of) {
            let cut = restored.cut(at).await?;
            restored.refold(&cut).await?;
            report.worked_out_again = cut.len();
            report.as_of = at;
        }
        Ok(report)
    }

    /// Adds one file; gives its last hash, which the next one must name.
    async fn add(
        &self,
        kept: &Kept,
        previous: &str,
        restored: &mut Restored,
        report: &mut Report,
        progress: &mut Progress,
    ) -> Result<String> {
        let input = BufReader::new(File::open(&kept.path).context("cannot be read")?);
        let mut reader = Reader::begin(input, self.key)?;
        ensure!(
            reader.header().previous == previous,
            "it was added to another backup than the one before it"
        );
        // The file that covers a wished moment tells payments up to it, and everything else from after it.
        let after_moment = reader.header().number > 0 && self.at.is_some_and(|at| kept.as_of() > at);
        let wanted = |table: &str| !after_moment || TO_THE_MOMENT.contains(&table);
        let mut told: BTreeMap<String, u64> = BTreeMap::new();
        let (mut table, mut counters, mut end) = (String::new(), Vec::new(), None);
        while let Some(lines) = reader.lines()? {
            for line in lines.lines() {
                ensure!(end.is_none(), "the backup is damaged: something follows its end");
                match Line::parse(line)? {
                    Line::Table { name, columns } => {
                        if wanted(&name) {
                            restored.table(&name, &columns).await?;
                        }
                        told.insert(name.clone(), 0);
                        table = name;
                    }
                    Line::Row(row) => {
                        count(&mut told, &table)?;
                        report.rows += 1;
                        progress.tell(report.rows, None);
                        if wanted(&table) {
                            restored.row(row).await?;
                        }
                    }
                    Line::Gone(key) => {
                        count(&mut told, &table)?;
                        if wanted(&table) {
                            restored.remove(key).await?;
                        }
                    }
                    Line::Emptied(name) => {
                        count(&mut told, &table)?;
                        if wanted(&name) {
                            restored.empty(&name).await?;
                        }
                    }
                    Line::Counters(read) => counters = read,
                    Line::End(rows) => end = Some(rows),
                }
            }
        }
        let Some(end) = end else { bail!("the backup is truncated: its end is missing") };
        ensure!(told == end, "the backup is damaged: it has other rows than it says");
        restored.counters(&counters).await?;
        Ok(reader.last_hash())
    }
}

fn count(told: &mut BTreeMap<String, u64>, table: &str) -> Result<()> {
    *told.get_mut(table).context("the backup has a row before its table")? += 1;
    Ok(())
}
