//! Taking a backup: the whole book at one moment, and then what was added since.
//!
//! Events are numbered in the order in which they become visible, one for every payment that a transaction touched, so
//! they say exactly which payments have new facts. Every other table is compared row by row with what the last backup
//! held.

use super::content::Line;
use super::format::{FORMAT, Header, Writer, hex};
use super::shelf::name_of;
use crate::sealed::MasterKey;
use anyhow::{Context, Result};
use aws_lc_rs::digest::{SHA256, digest};
use base::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::archive::{Snapshot, Table, Value};

/// Tables whose new rows the events tell; their rows belong to payments.
const OF_PAYMENTS: [&str; 4] = ["facts", "payments", "refunds", "events"];

/// Takes backups of one book into one folder.
pub struct Taker<'a> {
    /// The database.
    pub database: &'a str,
    /// Where backups lie.
    pub folder: &'a Path,
    /// Seals them, if they shall be sealed.
    pub key: Option<&'a MasterKey>,
}

/// A backup that was taken, and what is needed to add to it.
pub struct Taken {
    /// Its file.
    pub path: PathBuf,
    /// What it is.
    pub header: Header,
    /// Its last hash.
    pub last_hash: String,
    /// Rows in it.
    pub rows: u64,
    seen: Seen,
}

/// What the other tables held: for each row that its key tells apart its sum; for the rest how often each row is there.
#[derive(Default)]
struct Seen {
    keyed: HashMap<String, HashMap<Key, Sum>>,
    counted: HashMap<String, HashMap<Sum, u64>>,
}

type Sum = [u8; 16];
/// The values of a row's key, as a line writes them.
type Key = String;

impl Taker<'_> {
    /// The whole book. `progress` hears rows done and rows in all.
    pub async fn whole(&self, now: Timestamp, mut progress: impl FnMut(u64, u64)) -> Result<Taken> {
        let mut snapshot = Snapshot::open(self.database).await?;
        let header = self.header(&mut snapshot, now, None).await?;
        let tables = snapshot.tables().to_vec();
        let mut total = 0;
        for table in &tables {
            total += snapshot.count(table).await?;
        }
        let mut file = Part::begin(self.folder, &header, self.key)?;
        let mut seen = Seen::default();
        let mut done = 0;
        let mut counts = BTreeMap::new();
        for table in &tables {
            file.writer.line(&Line::table(table).text())?;
            let mut count = 0;
            let of_payments = OF_PAYMENTS.contains(&table.name.as_str());
            snapshot
                .rows(table, |row| -> Result<()> {
                    if !of_payments {
                        seen.note(table, &row);
                    }
                    count += 1;
                    done += 1;
                    if done % 4_096 == 0 {
                        progress(done, total);
                    }
                    file.writer.line(&Line::Row(row).text())
                })
                .await?;
            counts.insert(table.name.clone(), count);
        }
        progress(done, total);
        let counters = snapshot.counters().await?;
        snapshot.close().await;
        file.end(header, counters, counts, seen)
    }

    /// What was added since `last`. Nothing if nothing was; an error if the events since then are not kept any more.
    pub async fn added(&self, last: &mut Taken, now: Timestamp) -> Result<Option<Taken>> {
        let mut snapshot = Snapshot::open(self.database).await?;
        let header = self.header(&mut snapshot, now, Some(last)).await?;
        let mut lines = Vec::new();
        let mut counts = BTreeMap::new();
        let tables = snapshot.tables().to_vec();
        for table in &tables {
            let before = lines.len();
            let head = Line::table(table).text();
            lines.push(head);
            if OF_PAYMENTS.contains(&table.name.as_str()) {
                snapshot
                    .rows_since(table, last.header.event, |row| -> Result<()> {
                        lines.push(Line::Row(row).text());
                        Ok(())
                    })
                    .await?;
            } else {
                let mut rows = Vec::new();
                let read = |row| -> Result<()> {
                    rows.push(row);
                    Ok(())
                };
                snapshot.rows(table, read).await?;
                lines.extend(last.seen.changes(table, rows).iter().map(Line::text));
            }
            if lines.len() == before + 1 {
                lines.pop();
            } else {
                counts.insert(table.name.clone(), (lines.len() - before - 1) as u64);
            }
        }
        let counters = snapshot.counters().await?;
        snapshot.close().await;
        if lines.is_empty() {
            return Ok(None);
        }
        let mut file = Part::begin(self.folder, &header, self.key)?;
        for line in &lines {
            file.writer.line(line)?;
        }
        file.end(header, counters, counts, std::mem::take(&mut last.seen)).map(Some)
    }

    async fn header(&self, snapshot: &mut Snapshot, now: Timestamp, last: Option<&Taken>) -> Result<Header> {
        let event = snapshot.last_event().await?;
        if let Some(last) = last {
            let first = snapshot.first_event().await?;
            let all_are_kept = event <= last.header.event || (first > 0 && first <= last.header.event + 1);
            anyhow::ensure!(all_are_kept, "{}", TOO_LONG_AGO);
        }
        Ok(Header {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            chain: last.map_or_else(|| hex(&rand::random::<[u8; 16]>()), |last| last.header.chain.clone()),
            number: last.map_or(0, |last| last.header.number + 1),
            previous: last.map_or_else(String::new, |last| last.last_hash.clone()),
            as_of: now.as_micros(),
            schema_step: snapshot.schema_step(),
            event: event.max(last.map_or(0, |last| last.header.event)),
            sealed: self.key.is_some(),
            salt: hex(&rand::random::<[u8; 16]>()),
        })
    }
}

/// Said when what was added cannot be told from the events any more; a whole backup helps.
pub const TOO_LONG_AGO: &str = "the last backup is too long ago to add to it";

/// A file that is being written; it has its name only once it is whole and on the disk, and goes away if it never is.
struct Part {
    writer: Writer<BufWriter<fs::File>>,
    unfinished: Unfinished,
    path: PathBuf,
}

struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

impl Part {
    fn begin(folder: &Path, header: &Header, key: Option<&MasterKey>) -> Result<Part> {
        let path = folder.join(name_of(header));
        let part = path.with_extension("part");
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .with_context(|| format!("cannot write a backup into {}", folder.display()))?;
        let unfinished = Unfinished(Some(part));
        Ok(Part { writer: Writer::begin(BufWriter::new(file), header, key)?, unfinished, path })
    }

    fn end(
        mut self,
        header: Header,
        counters: Vec<(String, i64)>,
        counts: BTreeMap<String, u64>,
        seen: Seen,
    ) -> Result<Taken> {
        self.writer.line(&Line::Counters(counters).text())?;
        let rows = counts.values().sum();
        self.writer.line(&Line::End(counts).text())?;
        let (out, last_hash) = self.writer.finish()?;
        let file =
            out.into_inner().map_err(|failed| failed.into_error()).context("cannot write the backup")?;
        file.sync_all().context("cannot bring the backup to the disk")?;
        let part = self.unfinished.0.take().context("a part has a name")?;
        fs::rename(&part, &self.path).context("cannot give the backup its name")?;
        let folder = self.path.parent().context("a backup lies in a folder")?;
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .context("cannot keep the backup's name")?;
        Ok(Taken { path: self.path, header, last_hash, rows, seen })
    }
}

impl Seen {
    fn note(&mut self, table: &Table, row: &[Value]) {
        let sum = sum(row);
        if table.key.is_empty() {
            *self.counted.entry(table.name.clone()).or_default().entry(sum).or_default() += 1;
        } else {
            self.keyed.entry(table.name.clone()).or_default().insert(key_of(table, row), sum);
        }
    }

    /// What changed in a table since it was seen last; from now on it was seen like this.
    fn changes(&mut self, table: &Table, rows: Vec<Vec<Value>>) -> Vec<Line> {
        if table.key.is_empty() {
            return self.counted_changes(table, rows);
        }
        let mut before = self.keyed.remove(&table.name).unwrap_or_default();
        let mut now = HashMap::with_capacity(rows.len());
        let mut lines = Vec::new();
        for row in rows {
            let (key, sum) = (key_of(table, &row), sum(&row));
            if before.remove(&key) != Some(sum) {
                lines.push(Line::Row(row));
            }
            now.insert(key, sum);
        }
        self.keyed.insert(table.name.clone(), now);
        let mut gone: Vec<Key> = before.into_keys().collect();
        gone.sort_unstable();
        lines.extend(gone.iter().map(|key| gone_line(table, key)));
        lines
    }

    fn counted_changes(&mut self, table: &Table, rows: Vec<Vec<Value>>) -> Vec<Line> {
        let mut before = self.counted.remove(&table.name).unwrap_or_default();
        let mut now: HashMap<Sum, u64> = HashMap::new();
        let mut new = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            let sum = sum(row);
            *now.entry(sum).or_default() += 1;
            match before.get_mut(&sum).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => new.push(place),
            }
        }
        self.counted.insert(table.name.clone(), now);
        if before.values().any(|left| *left > 0) {
            // Rows that are alike cannot be named, so the table is told whole.
            let whole = rows.into_iter().map(Line::Row);
            return std::iter::once(Line::Emptied(table.name.clone())).chain(whole).collect();
        }
        new.into_iter().map(|place| Line::Row(rows[place].clone())).collect()
    }
}

fn key_of(table: &Table, row: &[Value]) -> Key {
    Line::Row(table.key.iter().map(|place| row[*place].clone()).collect()).text()
}

fn gone_line(table: &Table, key: &Key) -> Line {
    let Ok(Line::Row(values)) = Line::parse(key) else { unreachable!("a key is written as a row") };
    let columns = table.key.iter().map(|place| table.columns[*place].0.clone());
    Line::Gone(columns.zip(values).collect())
}

fn sum(values: &[Value]) -> Sum {
    let text = Line::Row(values.to_vec()).text();
    let whole = digest(&SHA256, text.as_bytes());
    whole.as_ref()[..16].try_into().expect("SHA-256 has more than 16 bytes")
}
