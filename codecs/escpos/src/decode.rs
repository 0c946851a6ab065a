//! Bytes to operations: total over every byte string, and indifferent to where the chunks are cut.
//!
//! What a command's bytes extend to is looked up in [`extent`]; what they mean in [`meaning`]. A command whose extent
//! is known but whose meaning is not becomes [`Op::Other`], so the stream never falls out of step.

use crate::op::{Align, Cut, DrawerPin, Op, ProcessId, QrData, QrLevel, QrModule, Recovery, Scale};
use crate::raster::Raster;
use crate::sensors::Question;
use crate::text;

/// Reads a stream of bytes as operations.
#[derive(Clone, Debug)]
pub struct Decoder {
    pending: Vec<u8>,
    text: String,
    skip: u64,
    hanzi: bool,
}

/// Text is handed on at the latest after this many bytes of UTF-8.
const TEXT_BYTES_MAX: usize = 2048;

/// Longer data is passed over instead of kept: no till prints a picture of a megabyte.
const DATA_BYTES_MAX: u64 = 1 << 20;

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder::new()
    }
}

impl Decoder {
    /// A printer just switched on: Hanzi mode is on, as in Chinese printers.
    pub fn new() -> Decoder {
        Decoder { pending: Vec::new(), text: String::new(), skip: 0, hanzi: true }
    }

    /// Takes in bytes and gives out every operation that is complete. A run of text is complete when something else
    /// follows it.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Op> {
        self.pending.extend(bytes);
        let mut ops = Vec::new();
        let mut at = self.skip_from(0);
        while at < self.pending.len() {
            match self.piece(at) {
                Piece::Incomplete => break,
                Piece::Glyph(character, length) => {
                    at += length;
                    self.text.push(character);
                    self.end_text_if(self.text.len() >= TEXT_BYTES_MAX, &mut ops);
                }
                Piece::Whole(op, length) => {
                    at += length;
                    self.end_text_if(true, &mut ops);
                    self.follow_mode(&op);
                    ops.push(op);
                    at = self.skip_from(at);
                }
            }
        }
        self.pending.drain(..at);
        ops
    }

    /// The stream has ended: the last text, and the bytes of a command that was never finished.
    pub fn finish(mut self) -> Vec<Op> {
        let mut ops = Vec::new();
        self.end_text_if(true, &mut ops);
        ops.extend(self.pending.iter().map(|byte| Op::Stray(*byte)));
        ops
    }

    fn end_text_if(&mut self, ends: bool, ops: &mut Vec<Op>) {
        if ends && !self.text.is_empty() {
            ops.push(Op::Text(std::mem::take(&mut self.text)));
        }
    }

    fn follow_mode(&mut self, op: &Op) {
        match op {
            Op::Init => self.hanzi = true,
            Op::HanziMode(on) => self.hanzi = *on,
            Op::Oversized { skipped, .. } => self.skip = *skipped,
            _ => {}
        }
    }

    /// Where reading goes on after the data that is being passed over.
    fn skip_from(&mut self, at: usize) -> usize {
        let skipped = self.skip.min((self.pending.len() - at) as u64);
        self.skip -= skipped;
        at + skipped as usize
    }

    fn piece(&self, at: usize) -> Piece {
        let rest = &self.pending[at..];
        match rest[0] {
            byte @ b' '..=b'~' => Piece::Glyph(char::from(byte), 1),
            byte if self.hanzi && text::is_lead(byte) => hanzi(rest),
            0x0a => Piece::Whole(Op::LineFeed, 1),
            0x0d => Piece::Whole(Op::CarriageReturn, 1),
            0x09 => Piece::Whole(Op::Tab, 1),
            DLE | ESC | FS | GS => command(rest),
            byte => Piece::Whole(Op::Stray(byte), 1),
        }
    }
}

const DLE: u8 = 0x10;
const ESC: u8 = 0x1b;
const FS: u8 = 0x1c;
const GS: u8 = 0x1d;

enum Piece {
    Incomplete,
    Glyph(char, usize),
    Whole(Op, usize),
}

fn hanzi(rest: &[u8]) -> Piece {
    let Some(trail) = rest.get(1) else { return Piece::Incomplete };
    match text::from_double_byte(rest[0], *trail).filter(|_| text::is_trail(*trail)) {
        Some(character) => Piece::Glyph(character, 2),
        None => Piece::Whole(Op::Stray(rest[0]), 1),
    }
}

fn command(rest: &[u8]) -> Piece {
    match extent(rest) {
        Extent::Unknown => Piece::Incomplete,
        Extent::NotACommand => Piece::Whole(Op::Stray(rest[0]), 1),
        Extent::Head { head, data } if data > DATA_BYTES_MAX => match rest.get(..head) {
            Some(bytes) => Piece::Whole(Op::Oversized { head: bytes.to_vec(), skipped: data }, head),
            None => Piece::Incomplete,
        },
        Extent::Head { head, data } => match rest.get(..head + data as usize) {
            Some(bytes) => Piece::Whole(meaning(bytes), bytes.len()),
            None => Piece::Incomplete,
        },
    }
}

/// How far a command reaches.
enum Extent {
    /// More bytes are needed to tell.
    Unknown,
    /// The first byte starts no command together with what follows it.
    NotACommand,
    /// Fixed bytes, then data whose length the fixed bytes gave.
    Head { head: usize, data: u64 },
}

fn fixed(length: usize) -> Extent {
    Extent::Head { head: length, data: 0 }
}

fn extent(rest: &[u8]) -> Extent {
    let Some(second) = rest.get(1) else { return Extent::Unknown };
    match rest[0] {
        DLE => real_time_extent(*second, rest),
        ESC => escape_extent(*second, rest),
        FS => chinese_extent(*second, rest),
        GS => group_extent(*second, rest),
        _ => unreachable!("only called for the four lead bytes"),
    }
}

fn real_time_extent(second: u8, rest: &[u8]) -> Extent {
    let Some(third) = rest.get(2) else {
        return if matches!(second, 4 | 5 | 0x14) { Extent::Unknown } else { Extent::NotACommand };
    };
    match (second, third) {
        (4, 1..=4) | (5, 0..=2) => fixed(3),
        (4, 7 | 8 | 18) => fixed(4),
        (0x14, 1 | 2) => fixed(5),
        (0x14, 8) => fixed(10),
        _ => Extent::NotACommand,
    }
}

fn escape_extent(second: u8, rest: &[u8]) -> Extent {
    match second {
        b'@' | b'2' | b'L' | b'S' | b'i' | b'm' | b'v' | b'<' | 0x0c => fixed(2),
        b'!' | b' ' | b'%' | b'-' | b'3' | b'=' | b'?' | b'E' | b'G' | b'J' | b'K' | b'M' | b'R' | b'T'
        | b'U' | b'V' | b'a' | b'd' | b'e' | b'r' | b't' | b'u' | b'{' => fixed(3),
        b'$' | b'\\' | b'c' => fixed(4),
        b'p' => fixed(5),
        b'W' => fixed(10),
        b'D' => until_nul(rest, 2, 32),
        b'*' => sized(rest, 5, |h| u64::from(word(h, 3)) * if h[2] >= 32 { 3 } else { 1 }),
        b'(' => sized(rest, 5, |h| u64::from(word(h, 3))),
        _ => fixed(2),
    }
}

fn chinese_extent(second: u8, rest: &[u8]) -> Extent {
    match second {
        b'&' | b'.' => fixed(2),
        b'!' | b'-' | b'C' | b'W' => fixed(3),
        b'S' | b'p' | b'?' => fixed(4),
        b'2' => Extent::Head { head: 4, data: 72 },
        b'(' => sized(rest, 5, |h| u64::from(word(h, 3))),
        _ => fixed(2),
    }
}

fn group_extent(second: u8, rest: &[u8]) -> Extent {
    match second {
        b':' | b'c' => fixed(2),
        b'!' | b'#' | b'/' | b'B' | b'H' | b'I' | b'T' | b'a' | b'b' | b'f' | b'h' | b'r' | b'w' => fixed(3),
        b'$' | b'L' | b'P' | b'W' | b'\\' => fixed(4),
        b'^' => fixed(5),
        b'g' => fixed(6),
        b'V' => match rest.get(2) {
            None => Extent::Unknown,
            Some(65 | 66 | 97 | 98 | 103 | 104) => fixed(4),
            Some(_) => fixed(3),
        },
        b'*' => sized(rest, 4, |h| u64::from(h[2]) * u64::from(h[3]) * 8),
        b'(' => sized(rest, 5, |h| u64::from(word(h, 3))),
        b'8' => sized(rest, 7, |h| u64::from(word(h, 3)) | u64::from(word(h, 5)) << 16),
        b'v' => sized(rest, 8, |h| u64::from(word(h, 4)) * u64::from(word(h, 6))),
        b'k' => match rest.get(2) {
            None => Extent::Unknown,
            Some(0..=6) => until_nul(rest, 3, 255),
            Some(_) => sized(rest, 4, |h| u64::from(h[3])),
        },
        _ => fixed(2),
    }
}

/// A head of known length whose bytes tell how much data follows.
fn sized(rest: &[u8], head: usize, data: impl Fn(&[u8]) -> u64) -> Extent {
    match rest.get(..head) {
        Some(bytes) => Extent::Head { head, data: data(bytes) },
        None => Extent::Unknown,
    }
}

/// Data ended by a NUL; without one among `most` bytes the command ends there.
fn until_nul(rest: &[u8], head: usize, most: usize) -> Extent {
    let data = rest.get(head..).unwrap_or_default();
    match data.iter().take(most).position(|byte| *byte == 0) {
        Some(end) => fixed(head + end + 1),
        None if data.len() >= most => fixed(head + most),
        None => Extent::Unknown,
    }
}

/// Two bytes at a place, low byte first.
fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// What one whole command says.
fn meaning(bytes: &[u8]) -> Op {
    let known = match *bytes {
        [DLE, second, third, ref rest @ ..] => real_time(second, third, rest),
        [ESC, second, ref rest @ ..] => escape(second, rest),
        [FS, second, ref rest @ ..] => chinese(second, rest),
        [GS, second, ref rest @ ..] => group(second, rest),
        _ => None,
    };
    known.unwrap_or_else(|| Op::Other(bytes.to_vec()))
}

fn real_time(second: u8, third: u8, rest: &[u8]) -> Option<Op> {
    match (second, third, rest) {
        (4, n, []) => Question::ALL.into_iter().find(|question| question.number() == n).map(Op::Ask),
        (5, 1, []) => Some(Op::Recover(Recovery::Resume)),
        (5, 2, []) => Some(Op::Recover(Recovery::Clear)),
        (0x14, 1, [pin, on]) => Some(Op::PulseNow { pin: drawer_pin(*pin)?, on: *on }),
        _ => None,
    }
}

fn escape(second: u8, rest: &[u8]) -> Option<Op> {
    Some(match (second, rest) {
        (b'@', []) => Op::Init,
        (b'a', [0 | b'0']) => Op::Align(Align::Left),
        (b'a', [1 | b'1']) => Op::Align(Align::Center),
        (b'a', [2 | b'2']) => Op::Align(Align::Right),
        (b'E', [n]) => Op::Bold(n & 1 == 1),
        (b'-', [n @ 0..=2]) => Op::Underline(*n),
        (b'-', [n @ b'0'..=b'2']) => Op::Underline(n - b'0'),
        (b'2', []) => Op::LineSpacing(None),
        (b'3', [n]) => Op::LineSpacing(Some(*n)),
        (b'd', [n]) => Op::FeedLines(*n),
        (b'J', [n]) => Op::FeedDots(*n),
        (b'$', [low, high]) => Op::Position(u16::from_le_bytes([*low, *high])),
        (b't', [n]) => Op::CodePage(*n),
        (b'p', [pin, on, off]) => Op::Pulse { pin: drawer_pin(*pin)?, on: *on, off: *off },
        _ => return None,
    })
}

fn chinese(second: u8, rest: &[u8]) -> Option<Op> {
    Some(match (second, rest) {
        (b'&', []) => Op::HanziMode(true),
        (b'.', []) => Op::HanziMode(false),
        (b'!', [n]) => Op::HanziPrint {
            double_width: n & 0x04 != 0,
            double_height: n & 0x08 != 0,
            underline: n & 0x80 != 0,
        },
        (b'S', [left, right]) => Op::HanziSpacing { left: *left, right: *right },
        _ => return None,
    })
}

fn group(second: u8, rest: &[u8]) -> Option<Op> {
    Some(match (second, rest) {
        (b'!', [n]) => {
            Op::Size { width: Scale::new((n >> 4) + 1).ok()?, height: Scale::new((n & 15) + 1).ok()? }
        }
        (b'B', [n]) => Op::Invert(n & 1 == 1),
        (b'V', [0 | b'0']) => Op::Cut(Cut::Full),
        (b'V', [1 | b'1']) => Op::Cut(Cut::Partial),
        (b'V', [65, n]) => Op::Cut(Cut::FeedFull(*n)),
        (b'V', [66, n]) => Op::Cut(Cut::FeedPartial(*n)),
        (b'a', [n]) => Op::AutoStatus(*n),
        (b'r', [1 | b'1']) => Op::TransmitPaper,
        (b'r', [2 | b'2']) => Op::TransmitDrawer,
        (b'I', [n]) => Op::Identify(*n),
        (b'v', [b'0', 0 | b'0', xl, xh, yl, yh, data @ ..]) => {
            let (per_row, rows) = (u16::from_le_bytes([*xl, *xh]), u16::from_le_bytes([*yl, *yh]));
            Op::Raster(Raster::received(per_row, rows, data.to_vec()))
        }
        (b'(', [b'k', _, _, 0x31, rest @ ..]) => qr(rest)?,
        (b'(', [b'H', 6, 0, 0x30, 0x30, a, b, c, d]) => Op::Fence(ProcessId::new([*a, *b, *c, *d]).ok()?),
        _ => return None,
    })
}

fn qr(rest: &[u8]) -> Option<Op> {
    Some(match rest {
        [0x41, 0x32, 0] => Op::QrModel2,
        [0x43, n] => Op::QrModule(QrModule::new(*n).ok()?),
        [0x45, 48] => Op::QrLevel(QrLevel::L),
        [0x45, 49] => Op::QrLevel(QrLevel::M),
        [0x45, 50] => Op::QrLevel(QrLevel::Q),
        [0x45, 51] => Op::QrLevel(QrLevel::H),
        [0x50, 0x30, data @ ..] => Op::QrStore(QrData::new(std::str::from_utf8(data).ok()?).ok()?),
        [0x51, 0x30] => Op::QrPrint,
        _ => return None,
    })
}

fn drawer_pin(m: u8) -> Option<DrawerPin> {
    match m {
        0 | b'0' => Some(DrawerPin::Two),
        1 | b'1' => Some(DrawerPin::Five),
        _ => None,
    }
}
