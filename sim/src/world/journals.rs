//! Tills' journals: what a till is told it writes into a chain of entries on its own disk, and hands them in over its
//! own bad link to whichever node it reaches. The server's side holds them by the rules of [`journal::take`]. Batches
//! are lost, late, doubled and overtaken; a till's note of how far it has handed in is wrong at times; a disk is set
//! back to an older state, as somebody does who puts back a copy.
//!
//! Some worlds have journals, with chances of their own, so that the others are what they were without.

use super::{Event, Fault, World};
use crate::Sabotage;
use crate::promises::Promise;
use crate::random::Random;
use base::{AgentId, PaymentId, SegmentId, TillId, Timestamp};
use journal::{
    Chain, Entry, Flaw, Head, Held, Known, Link, Opening, Record, Standing, Taken, Why, compare, take,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So many worlds in a thousand have journals.
const WORLDS: u32 = 125;
/// Entries in one batch.
const BATCH: usize = 20;
/// Between two tries to hand in.
const AGAIN: Duration = Duration::from_secs(3);

/// A batch on its way, with the last entry that the till has.
#[derive(Debug)]
pub(super) struct Batch {
    till: usize,
    segment: SegmentId,
    head: Head,
    entries: Vec<Entry>,
}

/// The journals of a world.
pub(super) struct Journals {
    random: Random,
    tills: Vec<Till>,
    book: Book,
}

/// A till's own disk.
struct Till {
    id: TillId,
    chain: Chain,
    disk: Vec<Entry>,
    /// How many of them it believes to be held. A note, and no more.
    handed_in: usize,
    segments: u128,
    trying: bool,
    /// Everything is held, and the server has seen where the till stands.
    level: bool,
    /// The disk was set back behind what was held of this segment.
    lost: Option<SegmentId>,
}

/// What the server holds.
#[derive(Default)]
struct Book {
    held: BTreeMap<(TillId, SegmentId, u64), Vec<Entry>>,
    last: BTreeMap<(TillId, SegmentId), u64>,
    raised: BTreeSet<(TillId, SegmentId)>,
}

impl Journals {
    /// A world's journals, if it has any.
    pub fn of(seed: u64, tills: usize) -> Option<Journals> {
        let mut random = Random::new(seed ^ 0x6a09_e667_f3bc_c908);
        random.permille(WORLDS).then(|| {
            let tills = (0..tills).map(|number| Till::new(number as u128)).collect();
            Journals { random, tills, book: Book::default() }
        })
    }
}

impl Till {
    fn new(number: u128) -> Till {
        let id = TillId::from_u128(number + 1);
        let chain = Chain::begin(id, SegmentId::from_u128(0));
        let mut till = Till {
            id,
            chain,
            disk: Vec::new(),
            handed_in: 0,
            segments: 0,
            trying: false,
            level: false,
            lost: None,
        };
        till.begin_segment(Why::First);
        till
    }

    fn begin_segment(&mut self, why: Why) {
        let Head { seq, hash } = self.chain.head();
        let after = (why != Why::First).then(|| Link { segment: self.chain.segment(), seq, hash });
        self.segments += 1;
        self.chain = Chain::begin(self.id, SegmentId::from_u128(self.id.as_u128() << 64 | self.segments));
        let opening = Opening { agent: AgentId::from_u128(self.id.as_u128()), fence: 1, why, after };
        self.write(&Record::Open(opening));
    }

    fn write(&mut self, record: &Record) {
        let entry = self.chain.append(record.write());
        self.disk.push(entry);
        self.level = false;
    }

    /// An older state of the disk is put back. The chain goes on from there, and nobody at the till knows.
    fn set_back(&mut self, entries: usize, book: &Book) {
        self.disk.truncate(entries.max(1));
        let last = self.disk.last().expect("the first entry stays");
        self.chain = Chain::at(self.id, last.segment, Head { seq: last.seq, hash: last.hash });
        self.handed_in = self.handed_in.min(self.disk.len());
        self.level = false;
        let held = book.last.get(&(self.id, last.segment)).copied().unwrap_or(0);
        self.lost = (held > last.seq).then_some(last.segment).or(self.lost);
    }

    /// Where an entry is on the disk, if it is.
    fn place(&self, segment: SegmentId, seq: u64) -> Option<usize> {
        self.disk.iter().position(|entry| entry.segment == segment && entry.seq == seq)
    }
}

impl Book {
    fn at(&self, till: TillId, segment: SegmentId, seq: u64) -> &[Entry] {
        self.held.get(&(till, segment, seq)).map_or(&[], Vec::as_slice)
    }

    fn around(&self, till: TillId, entry: &Entry) -> Held {
        let here = self.at(till, entry.segment, entry.seq);
        let before = self.at(till, entry.segment, entry.seq.saturating_sub(1));
        Held {
            itself: here.iter().any(|held| held.hash == entry.hash),
            other: here.iter().any(|held| held.hash != entry.hash),
            previous: entry.seq == 1 || before.iter().any(|held| held.hash == entry.prev),
            last: self.last.get(&(till, entry.segment)).copied().unwrap_or(0),
        }
    }

    fn known(&self, till: TillId, segment: SegmentId, head: Head) -> Known {
        let told_head = self.at(till, segment, head.seq).iter().any(|held| held.hash == head.hash);
        Known { told_head, last: self.last.get(&(till, segment)).copied().unwrap_or(0) }
    }

    fn keep(&mut self, till: TillId, entry: &Entry) {
        let last = self.last.entry((till, entry.segment)).or_default();
        *last = entry.seq.max(*last);
        self.held.entry((till, entry.segment, entry.seq)).or_default().push(entry.clone());
    }
}

impl World {
    /// A disk is set back once in a storm in which machines die.
    pub(super) fn plan_journals(&mut self, storm: Duration) {
        let crashes = self.weather.of(Fault::Crash) > 0;
        let Some(journals) = self.journals.as_mut().filter(|_| crashes) else { return };
        let till = journals.random.between(0, journals.tills.len() as u64) as usize;
        let after = Duration::from_millis(journals.random.between(0, storm.as_millis() as u64));
        self.plan(self.now + after, Event::SetBack { till });
    }

    /// A till was told something of a payment and writes it down.
    pub(super) fn till_learns(&mut self, till: usize, payment: PaymentId, place: u32, text: String) {
        let at = self.now;
        let Some(journals) = &mut self.journals else { return };
        let merchant = super::till::MERCHANT;
        journals.tills[till].write(&Record::Fact { payment, place, merchant, at, text });
        self.try_to_hand_in(till, Duration::from_millis(200));
    }

    fn try_to_hand_in(&mut self, till: usize, within: Duration) {
        let now = self.now;
        let Some(journals) = &mut self.journals else { return };
        if !std::mem::replace(&mut journals.tills[till].trying, true) {
            let after = Duration::from_micros(journals.random.between(1_000, within.as_micros() as u64));
            self.plan(now + after, Event::HandIn { till });
        }
    }

    /// A till hands in what it believes not to be held.
    pub(super) fn hand_in(&mut self, number: usize) {
        let chance = |fault| self.weather.of(fault);
        let (lossy, late, twice) =
            (chance(Fault::TillLossy), chance(Fault::RequestLate), chance(Fault::RequestTwice));
        let cut = self.tills_cut[number] > 0;
        let (now, stormy) = (self.now, self.stormy);
        let Some(Journals { random, tills, .. }) = &mut self.journals else { return };
        let till = &mut tills[number];
        till.trying = false;
        if till.level {
            return;
        }
        // The note is wrong: it came from a copy of a newer disk.
        if stormy && random.permille(30) {
            let ahead = (till.handed_in + 3).min(till.disk.len() - 1);
            let segment = |place: usize| till.disk.get(place).map(|entry| entry.segment);
            if segment(ahead) == segment(till.handed_in) {
                till.handed_in = ahead;
            }
        }
        let batch = || Batch {
            till: number,
            segment: till.chain.segment(),
            head: till.chain.head(),
            entries: till.disk[till.handed_in..].iter().take(BATCH).cloned().collect(),
        };
        let mut copies = Vec::new();
        if !cut && !random.permille(lossy) {
            let late = random.permille(late);
            let (low, high) = if late { (1_000, 60_000) } else { (5, 80) };
            copies.push((random.between(low, high), batch()));
            if random.permille(twice) {
                copies.push((random.between(5, 5_000), batch()));
            }
        }
        for (after_ms, batch) in copies {
            let at = now + Duration::from_millis(after_ms);
            self.plan(at, Event::HandedIn { batch: Box::new(batch) });
        }
        // Until it hears that everything is held, it tries again.
        self.try_to_hand_in(number, AGAIN);
    }

    /// A batch reaches a node, which keeps what it may; the till hears of it, perhaps.
    pub(super) fn handed_in(&mut self, batch: &Batch) {
        let lossy = self.weather.of(Fault::TillLossy);
        let unseen = self.sabotaged(Sabotage::EntriesAreTakenUnseen);
        let reachable = self.nodes.iter().any(|node| node.up && !node.asleep && node.store_cut == 0);
        let now = self.now;
        let Some(Journals { random, tills, book }) = self.journals.as_mut().filter(|_| reachable) else {
            return;
        };
        let till = &mut tills[batch.till];
        let standing = compare(batch.head, book.known(till.id, batch.segment, batch.head));
        if matches!(standing, Standing::RolledBack { .. } | Standing::Forked) {
            book.raised.insert((till.id, batch.segment));
        }
        let mut held_upto = None;
        let mut missing = None;
        for entry in &batch.entries {
            let held = book.around(till.id, entry);
            let taken = match Chain::begin(till.id, entry.segment).check(entry) {
                Err(flaw) => Taken::Refused(flaw),
                Ok(()) if unseen => Taken::New,
                Ok(()) => take(entry, held),
            };
            match &taken {
                Taken::New => book.keep(till.id, entry),
                Taken::Fork => {
                    book.keep(till.id, entry);
                    book.raised.insert((till.id, entry.segment));
                }
                Taken::Known => self.audit.count("entries_handed_in_again"),
                Taken::Refused(Flaw::Gap { expected, .. }) => {
                    self.audit.count("gaps_in_what_was_handed_in");
                    missing = Some((entry.segment, *expected));
                }
                Taken::Refused(_) => missing = Some((entry.segment, 1)),
            }
            let follows = held.itself || held.previous;
            let refused = matches!(taken, Taken::Refused(_));
            self.audit.expect(Promise::JournalEntersOnce, now, None, follows != refused, || {
                format!("entry {} of {}: {taken:?}, and {held:?}", entry.seq, entry.segment)
            });
            if refused {
                break;
            }
            held_upto = Some((entry.segment, entry.seq));
        }
        if random.permille(lossy) {
            return;
        }
        // It goes by what it hears, as far as its disk still has that.
        if let Some(place) = held_upto.and_then(|(segment, seq)| till.place(segment, seq)) {
            till.handed_in = till.handed_in.max(place + 1);
        }
        if let Some((segment, expected)) = missing {
            till.handed_in = till.place(segment, expected).unwrap_or(0);
        }
        let current = (batch.segment, batch.head) == (till.chain.segment(), till.chain.head());
        if current && matches!(standing, Standing::RolledBack { .. } | Standing::Forked) {
            till.begin_segment(Why::RolledBack);
        }
        till.level = current && standing == Standing::Level && till.handed_in == till.disk.len();
    }

    /// Somebody puts an older copy of a till's disk back.
    pub(super) fn set_back(&mut self, number: usize) {
        let Some(Journals { random, tills, book }) = &mut self.journals else { return };
        let till = &mut tills[number];
        let entries = random.between(1, till.disk.len() as u64 + 1) as usize;
        till.set_back(entries, book);
        self.audit.fault_if(true, "till_disk_set_back");
        self.try_to_hand_in(number, Duration::from_millis(200));
    }

    /// Promise 11. What is on a till's disk is held, each entry once; what is held has no gap; and where two entries
    /// stand in one place, or a disk had lost what was held, that was raised by name.
    pub(super) fn journals_are_whole(&mut self, now: Timestamp) {
        let Some(Journals { tills, book, .. }) = self.journals.take() else { return };
        let mut expect = |holds, detail: &dyn Fn() -> String| {
            self.audit.expect(Promise::JournalEntersOnce, now, None, holds, detail);
        };
        for till in &tills {
            for entry in &till.disk {
                let here = book.at(till.id, entry.segment, entry.seq);
                let times = here.iter().filter(|held| *held == entry).count();
                expect(times == 1, &|| format!("entry {} of {} is held {times} times", entry.seq, till.id));
            }
            let seen = till.lost.is_none_or(|segment| book.raised.contains(&(till.id, segment)));
            expect(seen, &|| format!("nobody was told that the disk of {} was set back", till.id));
        }
        for ((till, segment, seq), entries) in &book.held {
            let before = book.at(*till, *segment, seq.saturating_sub(1));
            let whole = *seq == 1
                || entries.iter().all(|entry| before.iter().any(|previous| previous.hash == entry.prev));
            expect(whole, &|| format!("entry {seq} of {till} follows nothing that is held"));
            let named = entries.len() == 1 || book.raised.contains(&(*till, *segment));
            expect(named, &|| format!("{} entries stand in place {seq} of {till}", entries.len()));
        }
    }
}
