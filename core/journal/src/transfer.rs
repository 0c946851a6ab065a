//! A journal as a file: how it survives a reinstall. Text, one entry a line, with a last line that says how many.

use crate::{Chain, Entry, Flaw, Hash};
use base::{SegmentId, TillId};

const FIRST_WORDS: &str = "paydesk-journal 1";

/// A journal read from a file: the sound part, and what is wrong after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Whose it is; nothing if the file does not say.
    pub till: Option<TillId>,
    /// Entries that are whole, in their order, up to the first flaw.
    pub sound: Vec<Entry>,
    /// The first flaw, and the segment it is in if that is known.
    pub flaw: Option<(Option<SegmentId>, Flaw)>,
    /// The lines from the flaw on, as they were found.
    pub unsound: Vec<String>,
}

/// The file's text. `entries` are in the order in which they were written, segment after segment.
pub fn write<'a>(till: TillId, entries: impl IntoIterator<Item = &'a Entry>) -> String {
    let mut text = format!("{FIRST_WORDS} {till}\n");
    let mut count = 0_u64;
    for Entry { segment, seq, prev, hash, body } in entries {
        text.push_str(&format!("{segment} {seq} {prev} {hash} {body}\n"));
        count += 1;
    }
    text.push_str(&format!("end {count}\n"));
    text
}

/// Reads a file of `till` as far as it is sound.
pub fn read(till: TillId, text: &str) -> Carried {
    let mut lines = text.lines();
    let owner = lines.next().and_then(|line| line.strip_prefix(FIRST_WORDS)).map(str::trim);
    let owner: Option<TillId> = owner.and_then(|id| id.parse().ok());
    let wrong = |flaw| Carried {
        till: owner,
        sound: Vec::new(),
        flaw: Some((None, flaw)),
        unsound: text.lines().map(str::to_owned).collect(),
    };
    match owner {
        None => return wrong(Flaw::NotAJournal),
        Some(other) if other != till => return wrong(Flaw::OtherTill),
        Some(_) => {}
    }
    let mut reading = Reading { till, chain: None, sound: Vec::new() };
    let mut ended = false;
    for (at, line) in lines.clone().enumerate() {
        let number = at as u64 + 2;
        let step = match line.strip_prefix("end ") {
            _ if ended => Err((None, Flaw::Unreadable { line: number })),
            Some(count) => reading.end(count).map(|()| ended = true),
            None => reading.line(line, number),
        };
        if let Err(flaw) = step {
            let unsound = lines.skip(at).map(str::to_owned).collect();
            return Carried { till: owner, sound: reading.sound, flaw: Some(flaw), unsound };
        }
    }
    let last = reading.sound.len() as u64;
    let flaw = (!ended).then_some((reading.segment(), Flaw::Truncated { last, expected: last + 1 }));
    Carried { till: owner, sound: reading.sound, flaw, unsound: Vec::new() }
}

struct Reading {
    till: TillId,
    chain: Option<Chain>,
    sound: Vec<Entry>,
}

impl Reading {
    fn line(&mut self, line: &str, number: u64) -> Result<(), (Option<SegmentId>, Flaw)> {
        let entry = entry(line).ok_or((self.segment(), Flaw::Unreadable { line: number }))?;
        let same = self.chain.filter(|chain| chain.segment() == entry.segment);
        let mut chain = same.unwrap_or_else(|| Chain::begin(self.till, entry.segment));
        chain.follow(&entry).map_err(|flaw| (Some(entry.segment), flaw))?;
        self.chain = Some(chain);
        self.sound.push(entry);
        Ok(())
    }

    fn end(&self, count: &str) -> Result<(), (Option<SegmentId>, Flaw)> {
        let last = self.sound.len() as u64;
        match count.trim().parse::<u64>() {
            Ok(count) if count == last => Ok(()),
            Ok(expected) => Err((self.segment(), Flaw::Truncated { last, expected })),
            Err(_) => Err((self.segment(), Flaw::Unreadable { line: last + 2 })),
        }
    }

    fn segment(&self) -> Option<SegmentId> {
        self.chain.map(|chain| chain.segment())
    }
}

fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.splitn(5, ' ');
    let hash = |text: Option<&str>| text?.parse::<Hash>().ok();
    Some(Entry {
        segment: parts.next()?.parse().ok()?,
        seq: parts.next()?.parse().ok()?,
        prev: hash(parts.next())?,
        hash: hash(parts.next())?,
        body: parts.next()?.to_owned(),
    })
}
