//! An acquirer's host: honest, pure, with its own books. It issues working keys, checks MACs, PIN blocks, tracks, trace
//! numbers, batches, merchants and terminals, takes reversals back, and settles batches.
//!
//! How it shall misbehave is chosen by the amount, as hosts for tests do it: with 99 yuan the fen are the response code
//! (99.51 is refused with 51); with 98 yuan they name a [`Mishap`].

mod issue;
mod ledger;
mod money;

use crate::acquirer::{Acquirer, Kind, Terminal};
use crate::keys::Tmk;
use crate::mac::Mac;
use crate::management::{BatchTotals, Totals};
use crate::outgoing::Outgoing;
use crate::transaction::Numbers;
use base::{Timestamp, Zone};
use iso8583::{Message, Mti, PosHeader, Tpdu};
use issue::{Issued, issue};
use ledger::{Key, Ledger, Reversed};
use std::collections::{BTreeMap, BTreeSet};

/// The yuan of an amount whose fen are a response code.
const CODE_BY_FEN: u64 = 99;
/// The yuan of an amount whose fen are a mishap's place in [`Mishap::ALL`].
const MISHAP_BY_FEN: u64 = 98;

/// What goes wrong with one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It is lost before it takes effect.
    LostBefore,
    /// It takes effect, and the answer is lost.
    LostAfter,
    /// It takes effect, and the answer's MAC is wrong.
    WrongMac,
    /// The terminal's keys have run out: nothing happens until it signs in.
    KeysExpired,
    /// It takes effect, and the host says that it does not know.
    SaysItDoesNotKnow,
    /// It takes effect, the answer is lost, and so is that to the first reversal.
    ReversalLostOnce,
}

impl Mishap {
    /// Every one; 98.00 yuan is the first.
    pub const ALL: [Mishap; 6] = [
        Mishap::LostBefore,
        Mishap::LostAfter,
        Mishap::WrongMac,
        Mishap::KeysExpired,
        Mishap::SaysItDoesNotKnow,
        Mishap::ReversalLostOnce,
    ];

    /// The amount that asks for it, fen.
    pub fn amount(self) -> u64 {
        let place = Mishap::ALL.iter().position(|known| *known == self).expect("ALL lists every one");
        MISHAP_BY_FEN * 100 + place as u64
    }

    fn of(fen: u64) -> Option<Mishap> {
        (fen / 100 == MISHAP_BY_FEN).then(|| Mishap::ALL.get((fen % 100) as usize).copied()).flatten()
    }
}

/// The host.
pub struct Host {
    acquirer: Acquirer,
    desks: BTreeMap<String, Desk>,
    approved: u64,
    down: bool,
}

/// One terminal, as the host knows it.
struct Desk {
    merchant: String,
    tmk: Tmk,
    batch: u32,
    issued: Option<Issued>,
    ledger: Ledger,
    /// Reversals whose answer was lost.
    unheard: BTreeSet<Key>,
    /// Trace numbers of details that were uploaded, by batch.
    uploaded: BTreeMap<u32, BTreeSet<u32>>,
    closed: BTreeMap<u32, usize>,
}

/// What the host has of one sale, whatever it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleLine {
    /// Which transaction.
    pub numbers: Numbers,
    /// What was asked for, fen.
    pub amount: u64,
    /// What the merchant has of it after reversals, voids and refunds, fen.
    pub kept: u64,
}

/// What is answered: a response code, more fields, and whether with a MAC.
struct Said {
    code: String,
    more: Vec<(u8, Vec<u8>)>,
    mac: bool,
    mishap: Option<Mishap>,
}

impl Said {
    fn code(code: &str) -> Said {
        Said { code: code.to_owned(), more: Vec::new(), mac: false, mishap: None }
    }

    fn with(mut self, number: u8, says: impl Into<Vec<u8>>) -> Said {
        self.more.push((number, says.into()));
        self
    }
}

impl Host {
    /// A host of this acquirer, without terminals.
    pub fn new(acquirer: Acquirer) -> Host {
        Host { acquirer, desks: BTreeMap::new(), approved: 0, down: false }
    }

    /// Takes a terminal on, with its merchant and master key. Its first batch is 1.
    pub fn enroll(&mut self, terminal: &str, merchant: &str, tmk: Tmk) {
        let desk = Desk {
            merchant: merchant.to_owned(),
            tmk,
            batch: 1,
            issued: None,
            ledger: Ledger::default(),
            unheard: BTreeSet::new(),
            uploaded: BTreeMap::new(),
            closed: BTreeMap::new(),
        };
        self.desks.insert(terminal.to_owned(), desk);
    }

    /// Drops everything until told otherwise.
    pub fn set_down(&mut self, down: bool) {
        self.down = down;
    }

    /// The terminal's keys run out now.
    pub fn expire_keys(&mut self, terminal: &str) {
        if let Some(desk) = self.desks.get_mut(terminal) {
            desk.issued = None;
        }
    }

    /// The batch that is open for a terminal; none if it is not known.
    pub fn batch(&self, terminal: &str) -> Option<u32> {
        self.desks.get(terminal).map(|desk| desk.batch)
    }

    /// Every sale of a terminal that ever took effect, in the order of their numbers.
    pub fn sales(&self, terminal: &str) -> Vec<SaleLine> {
        let Some(desk) = self.desks.get(terminal) else { return Vec::new() };
        let sales = desk.ledger.entries().filter(|(_, entry)| entry.kind == Kind::Sale);
        let line = |(key, entry): (&Key, &ledger::Entry)| SaleLine {
            numbers: Numbers { batch: key.0, trace: key.1 },
            amount: entry.fen,
            kept: desk.ledger.kept(*key),
        };
        sales.map(line).collect()
    }

    /// Answers a frame; nothing if the answer, or the frame itself, is lost.
    pub fn serve(&mut self, frame: &[u8], now: Timestamp, nonce: u128) -> Option<Vec<u8>> {
        if self.down {
            return None;
        }
        let acquirer = self.acquirer.clone();
        let opened = acquirer.spec.framing.open(frame).ok()?;
        let message = Message::decode(&acquirer.spec, opened.message).ok()?;
        let said = self.said(&acquirer, &message, nonce);
        if matches!(said.mishap, Some(Mishap::LostBefore | Mishap::LostAfter | Mishap::ReversalLostOnce)) {
            return None;
        }
        let header = <[u8; 6]>::try_from(opened.header).map(PosHeader::of).ok()?;
        let back = Terminal {
            number: String::new(),
            merchant: String::new(),
            tpdu: opened.tpdu.map(Tpdu::answer)?,
            header,
        };
        self.written(&acquirer, &message, &back, &said, now)
    }

    fn said(&mut self, acquirer: &Acquirer, message: &Message<'_>, nonce: u128) -> Said {
        let text = |number| message.field(number).map(|value| value.to_text()).unwrap_or_default();
        let Some(desk) = self.desks.get_mut(&text(41)) else { return Said::code("97") };
        if desk.merchant != text(42) {
            return Said::code("03");
        }
        match message.mti() {
            Mti::SIGN_IN => desk.sign_in(acquirer, &text(60), nonce),
            Mti::MANAGEMENT => desk.manage(&text(60)),
            Mti::SETTLEMENT => desk.settle(&text(60), &text(48)),
            Mti::BATCH_UPLOAD => desk.upload(&text(60), &text(48)),
            Mti::REVERSAL => desk.reverse(message, &text(60)),
            Mti::SALE | Mti::ADVICE | Mti::AUTHORIZATION => {
                let said = desk.transact(acquirer, message, self.approved);
                self.approved += 1;
                said
            }
            _ => Said::code("40"),
        }
    }

    fn written(
        &self,
        acquirer: &Acquirer,
        message: &Message<'_>,
        back: &Terminal,
        said: &Said,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let mut outgoing = Outgoing::new(message.mti().answer());
        for number in [2, 3, 4, 11, 25, 41, 42, 49, 60] {
            outgoing.put_if(number, message.field(number).map(|value| value.to_text()));
        }
        outgoing.put(12, now.local("%H%M%S", Zone::CHINA)).put(13, now.local("%m%d", Zone::CHINA));
        outgoing.put(39, &said.code);
        for (number, says) in &said.more {
            outgoing.put(*number, says);
        }
        let terminal = message.field(41).map(|value| value.to_text()).unwrap_or_default();
        let mac = self.desks.get(&terminal).and_then(|desk| desk.issued.as_ref()).map(|issued| &issued.mac);
        let mut frame = outgoing.framed(acquirer, back, mac.filter(|_| said.mac)).ok()?;
        if said.mishap == Some(Mishap::WrongMac) {
            *frame.last_mut()? ^= 1;
        }
        Some(frame)
    }
}

impl Desk {
    fn sign_in(&mut self, acquirer: &Acquirer, field_60: &str, nonce: u128) -> Said {
        if field_60.get(8..11) != Some(acquirer.sign_in.code()) {
            return Said::code("30");
        }
        let issued = issue(acquirer, &self.tmk, nonce);
        let sealed = issued.sealed.clone();
        self.issued = Some(issued);
        Said::code("00").with(60, format!("00{:06}{}", self.batch, acquirer.sign_in.code())).with(62, sealed)
    }

    fn manage(&mut self, field_60: &str) -> Said {
        match field_60.get(8..11) {
            Some("002") => self.issued = None,
            Some("301") => {}
            _ => return Said::code("40"),
        }
        Said::code("00")
    }

    fn reverse(&mut self, message: &Message<'_>, field_60: &str) -> Said {
        let Some(mac) = self.issued.as_ref().map(|issued| &issued.mac) else { return Said::code("99") };
        if !is_signed(message, mac) {
            return Said::code("A0");
        }
        let number = |field: u8| message.field(field).and_then(|value| value.number());
        let (Some(batch), Some(trace), Some(fen)) = (batch_of(field_60), number(11), number(4)) else {
            return Said::code("30");
        };
        let key = (batch, trace as u32);
        if batch != self.batch {
            return Said { mac: true, ..Said::code("21") };
        }
        let code = match self.ledger.reverse(key, fen) {
            Reversed::Done => "00",
            Reversed::NothingThere => "25",
            Reversed::NotAllowed => "22",
        };
        let lost = Mishap::of(fen) == Some(Mishap::ReversalLostOnce) && self.unheard.insert(key);
        Said { mac: true, mishap: lost.then_some(Mishap::ReversalLostOnce), ..Said::code(code) }
    }

    fn settle(&mut self, field_60: &str, field_48: &str) -> Said {
        if batch_of(field_60) != Some(self.batch) || field_48.len() != 62 {
            return Said::code("77");
        }
        let ours = self.ledger.totals(self.batch);
        let BatchTotals { domestic, foreign } = ours;
        let (theirs_here, theirs_abroad) = (&field_48[..30], &field_48[31..61]);
        let result = |half: Totals, theirs: &str| if totals_text(half) == theirs { '1' } else { '2' };
        let (here, abroad) = (result(domestic, theirs_here), result(foreign, theirs_abroad));
        Said::code("00").with(48, format!("{}{here}{}{abroad}", totals_text(domestic), totals_text(foreign)))
    }

    fn upload(&mut self, field_60: &str, field_48: &str) -> Said {
        let Some(batch) = batch_of(field_60) else { return Said::code("30") };
        match field_60.get(8..11) {
            Some("201") if batch == self.batch => self.take_details(field_48),
            Some("207" | "202") if batch == self.batch => self.close(field_48),
            // The answer to the end was lost, and it comes again.
            Some("207" | "202") if self.closed.get(&batch) == field_48.parse().ok().as_ref() => {
                Said::code("00")
            }
            _ => Said::code("77"),
        }
    }

    fn take_details(&mut self, field_48: &str) -> Said {
        let Some((count, lines)) = field_48.split_at_checked(2) else { return Said::code("30") };
        let lines: Vec<&str> =
            (0..lines.len() / 40).filter_map(|at| lines.get(at * 40..at * 40 + 40)).collect();
        if count.parse() != Ok(lines.len()) {
            return Said::code("30");
        }
        let traces = lines.iter().filter_map(|line| line.get(2..8)?.parse::<u32>().ok());
        self.uploaded.entry(self.batch).or_default().extend(traces);
        Said::code("00")
    }

    fn close(&mut self, field_48: &str) -> Said {
        let uploaded = self.uploaded.get(&self.batch).map_or(0, BTreeSet::len);
        if field_48.parse() != Ok(uploaded) {
            return Said::code("30");
        }
        self.closed.insert(self.batch, uploaded);
        self.batch = self.batch % 999_999 + 1;
        Said::code("00")
    }
}

/// Thirty digits: how much and how many, taken and given back.
fn totals_text(totals: Totals) -> String {
    let whole = BatchTotals { domestic: totals, ..BatchTotals::default() }.field_48();
    whole[..30].to_owned()
}

fn batch_of(field_60: &str) -> Option<u32> {
    field_60.get(2..8)?.parse().ok()
}

fn is_signed(message: &Message<'_>, mac: &Mac) -> bool {
    let both = message.field(64).zip(message.before_mac());
    both.is_some_and(|(field, covered)| mac.accepts(covered, field.bytes()))
}
