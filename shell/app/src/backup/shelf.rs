//! The folder of backups: what lies there, which files make up a moment, which may go.

use super::format::{self, Header};
use anyhow::{Context, Result, bail, ensure};
use base::Timestamp;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// How a backup's file ends.
pub const ENDING: &str = "backup";

/// A backup that lies in the folder.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its file.
    pub path: PathBuf,
    /// What it is.
    pub header: Header,
    /// Its size.
    pub bytes: u64,
}

impl Kept {
    /// The moment it is as of.
    pub fn as_of(&self) -> Timestamp {
        Timestamp::from_micros(self.header.as_of)
    }
}

/// A file that ends like a backup and is none: its path, and why.
pub type Strange = (PathBuf, String);

/// The file's name for a backup: sorted by name they are sorted by time.
pub fn name_of(header: &Header) -> String {
    let at = Timestamp::from_micros(header.as_of).rfc3339(base::Zone::CHINA);
    let at: String = at.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let micros = header.as_of.rem_euclid(1_000_000);
    let kind = if header.number == 0 { "whole".to_owned() } else { format!("added-{:05}", header.number) };
    format!("paydesk-{}-{micros:06}-{kind}.{ENDING}", at.chars().take(15).collect::<String>())
}

/// Everything in the folder, oldest first, and what cannot be read as a backup.
pub fn list(folder: &Path) -> Result<(Vec<Kept>, Vec<Strange>)> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder of backups {}", folder.display()))?;
    let (mut kept, mut strange) = (Vec::new(), Vec::new());
    for entry in entries {
        let path = entry.context("cannot read the folder of backups")?.path();
        if path.extension().is_none_or(|ending| ending != ENDING) {
            continue;
        }
        match read(&path) {
            Ok(one) => kept.push(one),
            Err(why) => strange.push((path, format!("{why:#}"))),
        }
    }
    kept.sort_by_key(|one| (one.header.as_of, one.header.number));
    Ok((kept, strange))
}

/// One file.
pub fn read(path: &Path) -> Result<Kept> {
    let file = fs::File::open(path).with_context(|| format!("cannot read the backup {}", path.display()))?;
    let bytes = file.metadata().context("cannot read the backup")?.len();
    let header =
        format::header(BufReader::new(file)).with_context(|| format!("the backup {}", path.display()))?;
    Ok(Kept { path: path.to_owned(), header, bytes })
}

/// The files that make up the book, in the order in which they are put together; facts after the wished moment are in
/// the last of them.
pub fn files_for(from: &Path, at: Option<Timestamp>) -> Result<Vec<Kept>> {
    if from.is_file() {
        let one = read(from)?;
        if one.header.number == 0 {
            return Ok(vec![one]);
        }
        let folder = from.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (kept, _) = list(folder)?;
        return chain_to(&kept, &one);
    }
    ensure!(from.exists(), "there is no backup {}", from.display());
    let (kept, _) = list(from)?;
    let newest = kept.last().with_context(|| format!("there is no backup in {}", from.display()))?;
    let Some(at) = at else { return chain_to(&kept, newest) };
    match kept.iter().find(|one| one.as_of() >= at) {
        Some(one) => chain_to(&kept, one),
        None => bail!(
            "the backups end at {}, before {at}; the newest there is restores without --at",
            newest.as_of()
        ),
    }
}

fn chain_to(kept: &[Kept], last: &Kept) -> Result<Vec<Kept>> {
    let mut chain: Vec<Kept> = kept
        .iter()
        .filter(|one| one.header.chain == last.header.chain && one.header.number <= last.header.number)
        .cloned()
        .collect();
    chain.sort_by_key(|one| one.header.number);
    for (place, one) in chain.iter().enumerate() {
        if one.header.number as usize != place {
            bail!(
                "{} needs the backup number {place} of its chain, which is not beside it; nothing was restored",
                last.path.display()
            );
        }
    }
    Ok(chain)
}

/// What may go so that this many whole backups stay, each with what was added to it. The newest always stays.
pub fn outdated(kept: &[Kept], whole_kept: usize) -> Vec<Kept> {
    let mut chains: Vec<&str> = Vec::new();
    for one in kept.iter().filter(|one| one.header.number == 0) {
        chains.push(&one.header.chain);
    }
    let stay = &chains[chains.len().saturating_sub(whole_kept.max(1))..];
    kept.iter().filter(|one| !stay.contains(&one.header.chain.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(chain: &str, number: u32, as_of: i64) -> Kept {
        let header = Header {
            format: 1,
            program: String::new(),
            chain: chain.into(),
            number,
            previous: String::new(),
            as_of: as_of * 1_000_000,
            schema_step: 1,
            event: 0,
            sealed: false,
            salt: String::new(),
        };
        Kept { path: PathBuf::from(name_of(&header)), header, bytes: 1 }
    }

    #[test]
    fn names_sort_by_time() {
        assert_eq!(
            kept("a", 0, 1_795_400_000).path.display().to_string(),
            "paydesk-20261123T101320-000000-whole.backup"
        );
        assert!(kept("a", 2, 1_795_400_001).path.display().to_string().ends_with("-added-00002.backup"));
    }

    #[test]
    fn the_oldest_go_and_the_newest_stays_with_what_was_added() {
        let all = [kept("a", 0, 1), kept("a", 1, 2), kept("b", 0, 3), kept("b", 1, 4), kept("c", 0, 5)];
        let gone = |n| outdated(&all, n).iter().map(|k| k.header.as_of / 1_000_000).collect::<Vec<_>>();
        assert_eq!(gone(2), [1, 2]);
        assert_eq!(gone(1), [1, 2, 3, 4]);
        assert_eq!(gone(0), [1, 2, 3, 4], "one always stays");
        assert!(gone(9).is_empty());
    }

    #[test]
    fn a_gap_in_a_chain_is_named() {
        let all = [kept("a", 0, 1), kept("a", 2, 3)];
        let why = chain_to(&all, &all[1]).unwrap_err().to_string();
        assert!(why.contains("needs the backup number 1"), "{why}");
    }
}
