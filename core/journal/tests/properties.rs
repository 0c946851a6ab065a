//! Whatever is done to a journal on its way, what is taken in is what was written, once and in order, or it is named.

use base::{SegmentId, TillId};
use journal::{Chain, Entry, Flaw, Head, Held, Known, Standing, Taken, compare, read, take, write};
use proptest::prelude::*;
use std::collections::BTreeSet;

const TILL: TillId = TillId::from_u128(0x71);
const SEGMENT: SegmentId = SegmentId::from_u128(0x5e);

fn written(count: u64) -> Vec<Entry> {
    let mut chain = Chain::begin(TILL, SEGMENT);
    (1..=count).map(|n| chain.append(format!("entry {n}"))).collect()
}

/// The server's book in its simplest form.
#[derive(Default)]
struct Book(Vec<Entry>);

impl Book {
    fn held(&self, entry: &Entry) -> Held {
        let at = |seq: u64| self.0.iter().filter(move |held| held.seq == seq);
        Held {
            itself: at(entry.seq).any(|held| held == entry),
            previous: entry.seq == 1 || at(entry.seq - 1).any(|held| held.hash == entry.prev),
            other: at(entry.seq).any(|held| held != entry),
            last: self.0.iter().map(|held| held.seq).max().unwrap_or(0),
        }
    }

    fn offer(&mut self, entry: &Entry) -> Taken {
        let taken = take(entry, self.held(entry));
        if matches!(taken, Taken::New | Taken::Fork) {
            self.0.push(entry.clone());
        }
        taken
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Shuffled, repeated and cut deliveries, with the till resuming where the server says: everything arrives once.
    #[test]
    fn every_entry_is_taken_in_exactly_once(
        count in 1_u64..30,
        deliveries in proptest::collection::vec((0_usize..30, 1_usize..8), 1..60),
    ) {
        let entries = written(count);
        let mut book = Book::default();
        for (from, length) in deliveries {
            for entry in entries.iter().skip(from).take(length) {
                let held = book.held(entry).last;
                match book.offer(entry) {
                    Taken::New => prop_assert_eq!(entry.seq, held + 1),
                    Taken::Known => prop_assert!(entry.seq <= held),
                    Taken::Refused(flaw) => {
                        let gap = Flaw::Gap { expected: held + 1, found: entry.seq };
                        prop_assert_eq!(flaw, gap);
                        break;
                    }
                    Taken::Fork => prop_assert!(false, "one chain never forks"),
                }
            }
        }
        let last = book.0.last().map_or(0, |entry| entry.seq);
        for entry in entries.iter().skip(last as usize) {
            prop_assert_eq!(book.offer(entry), Taken::New);
        }
        prop_assert_eq!(book.0, entries);
    }

    /// A copied disk: both go on from the same entry. Nothing is lost, and the second to come is named.
    #[test]
    fn a_fork_is_named_and_both_sides_are_kept(common in 1_u64..10, mine in 1_u64..6, other in 1_u64..6) {
        let shared = written(common);
        let head = Head { seq: common, hash: shared.last().expect("one").hash };
        let side = |name: &str, count| {
            let mut chain = Chain::at(TILL, SEGMENT, head);
            (0..count).map(|n| chain.append(format!("{name} {n}"))).collect::<Vec<_>>()
        };
        let (mine, other) = (side("mine", mine), side("other", other));
        let mut book = Book::default();
        for entry in shared.iter().chain(&mine) {
            prop_assert_eq!(book.offer(entry), Taken::New);
        }
        let known = |book: &Book, head: Head| Known {
            told_head: book.0.iter().any(|held| held.seq == head.seq && held.hash == head.hash),
            last: book.0.iter().map(|held| held.seq).max().unwrap_or(0),
        };
        prop_assert_eq!(compare(head, known(&book, head)), Standing::RolledBack { held: common + mine.len() as u64 });
        let first = book.offer(&other[0]);
        prop_assert_eq!(first, Taken::Fork);
        for entry in &other[1..] {
            prop_assert!(matches!(book.offer(entry), Taken::Fork | Taken::New));
        }
        let kept: BTreeSet<String> = book.0.iter().map(|entry| entry.body.clone()).collect();
        prop_assert_eq!(kept.len(), shared.len() + mine.len() + other.len());
    }

    /// A file that was cut, changed, reordered or thinned gives its sound beginning and the name of what is wrong.
    #[test]
    fn a_damaged_file_gives_its_sound_part(count in 1_u64..20, at in 0_usize..4000, how in 0_u8..5) {
        let entries = written(count);
        let text = write(TILL, &entries);
        let damaged = damage(&text, at, how);
        let carried = read(TILL, &damaged);
        if damaged == text {
            prop_assert_eq!(carried.flaw, None);
            prop_assert_eq!(carried.sound, entries);
        } else {
            prop_assert!(entries.starts_with(&carried.sound), "{:?}", carried);
            // A last line feed that is missing takes nothing away.
            let harmless = damaged.lines().eq(text.lines());
            prop_assert_eq!(carried.flaw.is_none(), harmless, "{:?}", carried);
        }
    }
}

fn damage(text: &str, at: usize, how: u8) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = at % lines.len();
    match how {
        0 => text[..at % text.len()].to_owned(),
        1 => {
            let mut bytes = text.as_bytes().to_vec();
            let place = at % bytes.len();
            bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
            String::from_utf8(bytes).expect("ASCII stays ASCII")
        }
        2 => {
            lines.remove(line);
            lines.join("\n")
        }
        3 => {
            let other = (line + 1) % lines.len();
            lines.swap(line, other);
            lines.join("\n")
        }
        _ => {
            lines.insert(line, lines[line]);
            lines.join("\n")
        }
    }
}

#[test]
fn another_tills_journal_is_not_read() {
    let text = write(TILL, &written(3));
    let other = TillId::from_u128(0x72);
    let carried = read(other, &text);
    assert_eq!(carried.flaw, Some((None, Flaw::OtherTill)));
    let renamed = text.replacen(&TILL.to_string(), &other.to_string(), 1);
    let carried = read(other, &renamed);
    assert_eq!(carried.flaw, Some((Some(SEGMENT), Flaw::Edited { seq: 1 })));
    assert_eq!(carried.unsound.len(), 4);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let entries = written(4);
    let check = |lines: Vec<&Entry>, expected: Flaw| {
        let carried = read(TILL, &write(TILL, lines));
        assert_eq!(carried.flaw.map(|(_, flaw)| flaw), Some(expected));
    };
    let edited = Entry { body: "entry 9".to_owned(), ..entries[2].clone() };
    check(vec![&entries[0], &entries[1], &edited, &entries[3]], Flaw::Edited { seq: 3 });
    check(vec![&entries[0], &entries[3]], Flaw::Gap { expected: 2, found: 4 });
    check(vec![&entries[0], &entries[1], &entries[1]], Flaw::OutOfOrder { expected: 3, found: 2 });
    let mut other = Chain::begin(TILL, SEGMENT);
    other.append("x".to_owned());
    let foreign = other.append("entry 2".to_owned());
    check(vec![&entries[0], &foreign], Flaw::WrongPrevious { seq: 2 });
    let cut = write(TILL, &entries[..2]).replace("end 2", "end 4");
    let flaw = read(TILL, &cut).flaw;
    assert_eq!(flaw, Some((Some(SEGMENT), Flaw::Truncated { last: 2, expected: 4 })));
}
