//! The return channel: one byte stream that carries four kinds of answers, told apart by their first byte.
//!
//! ```text
//!   0xx1xx10           answer to DLE EOT                                    1 byte
//!   0xx1xx00           automatic status block                               4 bytes, the others 0xx0xxxx
//!   37                 response block (process id 22, offline, ...)         until NUL
//!   3D  5F             printer information                                  until NUL
//!   11  13             XON, XOFF                                            1 byte
//!   0xx0xxxx           answer to GS r                                       1 byte, only if one was asked for
//! ```
//! The table is the one in Epson's TM-U375 manual. A byte that begins nothing is handed on as noise: it is never
//! taken for an answer.

use crate::op::ProcessId;
use crate::sensors::{Sensors, is_block_rest, is_block_start, is_real_time_answer};

/// One thing the printer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The answer to the oldest unanswered `DLE EOT`; which question it was is known to whoever asked.
    RealTime(u8),
    /// A pushed status block.
    AutoStatus(Sensors),
    /// The answer to a fence: everything before it is on paper.
    Fence(ProcessId),
    /// Some other response block, without its first byte and its NUL.
    Response(Vec<u8>),
    /// Printer information, without its first byte and its NUL.
    Identity(Vec<u8>),
    /// The answer to `GS r`.
    Transmitted(u8),
    /// Serial flow control: go on (`true`) or stop.
    Flow(bool),
    /// A byte that belongs to no answer.
    Noise(u8),
}

/// Takes the printer's answers apart; chunk borders do not matter.
#[derive(Clone, Debug, Default)]
pub struct Demux {
    pending: Vec<u8>,
    transmissions_due: u32,
}

/// Longer blocks than this are not blocks: the NUL was lost.
const BLOCK_BYTES_MAX: usize = 84;

impl Demux {
    /// Nothing heard and nothing asked.
    pub fn new() -> Demux {
        Demux::default()
    }

    /// A `GS r` has been sent, so one answer of the loosest shape is now expected.
    pub fn expect_transmission(&mut self) {
        self.transmissions_due += 1;
    }

    /// Takes in bytes and gives out what is complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Reply> {
        self.pending.extend(bytes);
        let mut replies = Vec::new();
        let mut at = 0;
        while let Some((reply, length)) = self.first_reply(at) {
            at += length;
            replies.push(reply);
        }
        self.pending.drain(..at);
        replies
    }

    /// Nothing more came for too long: an unfinished answer is noise, and expected answers are no longer expected.
    pub fn give_up(&mut self) -> Vec<Reply> {
        self.transmissions_due = 0;
        self.pending.drain(..).map(Reply::Noise).collect()
    }

    fn first_reply(&mut self, at: usize) -> Option<(Reply, usize)> {
        let rest = &self.pending[at..];
        let first = *rest.first()?;
        match first {
            0x11 => Some((Reply::Flow(true), 1)),
            0x13 => Some((Reply::Flow(false), 1)),
            0x37 | 0x3d | 0x5f => text_block(rest),
            _ if is_real_time_answer(first) => Some((Reply::RealTime(first), 1)),
            _ if is_block_start(first) => status_block(rest),
            _ if is_block_rest(first) && self.transmissions_due > 0 => {
                self.transmissions_due -= 1;
                Some((Reply::Transmitted(first), 1))
            }
            _ => Some((Reply::Noise(first), 1)),
        }
    }
}

/// `None` while bytes are missing; noise as soon as one does not fit, so that the next answer is found.
fn status_block(rest: &[u8]) -> Option<(Reply, usize)> {
    if rest.iter().skip(1).take(3).any(|byte| !is_block_rest(*byte)) {
        return Some((Reply::Noise(rest[0]), 1));
    }
    let block: [u8; 4] = rest.get(..4)?.try_into().expect("four bytes");
    Some((Reply::AutoStatus(Sensors::from_block(block).expect("every byte was checked")), 4))
}

fn text_block(rest: &[u8]) -> Option<(Reply, usize)> {
    let body = &rest[1..];
    let end = body.iter().take(BLOCK_BYTES_MAX).position(|byte| *byte < 0x20);
    match end {
        Some(end) if body[end] == 0 => Some((text_reply(rest[0], &body[..end]), end + 2)),
        Some(_) => Some((Reply::Noise(rest[0]), 1)),
        None if body.len() >= BLOCK_BYTES_MAX => Some((Reply::Noise(rest[0]), 1)),
        None => None,
    }
}

fn text_reply(first: u8, body: &[u8]) -> Reply {
    match (first, body) {
        (0x37, [0x22, a, b, c, d]) => match ProcessId::new([*a, *b, *c, *d]) {
            Ok(id) => Reply::Fence(id),
            Err(_) => Reply::Response(body.to_vec()),
        },
        (0x37, _) => Reply::Response(body.to_vec()),
        _ => Reply::Identity(body.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(asked: u32, bytes: &[u8], expected: Expect) {
        let mut demux = Demux::new();
        (0..asked).for_each(|_| demux.expect_transmission());
        let lines: Vec<String> = demux.push(bytes).iter().map(line).collect();
        expected.assert_eq(&format!("{} | {} left", lines.join(", "), demux.pending.len()));
    }

    fn line(reply: &Reply) -> String {
        match reply {
            Reply::RealTime(byte) => format!("real-time {byte:02X}"),
            Reply::AutoStatus(s) => {
                format!("status out={} near={} offline={}", s.paper_out, s.near_end, s.offline)
            }
            Reply::Fence(id) => format!("fence {}", String::from_utf8_lossy(&id.bytes())),
            Reply::Response(body) => format!("response {body:02X?}"),
            Reply::Identity(body) => format!("identity {}", String::from_utf8_lossy(body)),
            Reply::Transmitted(byte) => format!("transmitted {byte:02X}"),
            Reply::Flow(on) => format!("flow {on}"),
            Reply::Noise(byte) => format!("noise {byte:02X}"),
        }
    }

    #[test]
    fn every_kind_of_answer_in_one_stream() {
        let stream = b"\x12\x18\x00\x0f\x00\x37\x22A001\x00\x5fTM-T20III\x00\x03\x11\x13";
        check(
            1,
            stream,
            expect![
                "real-time 12, status out=true near=true offline=true, fence A001, identity TM-T20III, transmitted 03, flow true, flow false | 0 left"
            ],
        );
    }

    #[test]
    fn an_answer_nobody_asked_for_is_noise() {
        check(0, b"\x03", expect!["noise 03 | 0 left"]);
        check(1, b"\x03\x03", expect!["transmitted 03, noise 03 | 0 left"]);
        check(1, b"\xff\x80\x92", expect!["noise FF, noise 80, noise 92 | 0 left"]);
    }

    #[test]
    fn a_torn_block_gives_way_to_the_next_answer() {
        check(0, b"\x10\x00\x12", expect!["noise 10, noise 00, real-time 12 | 0 left"]);
        check(
            0,
            b"\x10\x00\x10\x00\x00\x00",
            expect!["noise 10, noise 00, status out=false near=false offline=false | 0 left"],
        );
        check(0, b"\x37\x22A\x12", expect!["noise 37, noise 22, noise 41, real-time 12 | 0 left"]);
    }

    #[test]
    fn silence_in_the_middle_of_an_answer_starts_afresh() {
        let mut demux = Demux::new();
        demux.expect_transmission();
        assert_eq!(demux.push(b"\x10\x00"), []);
        assert_eq!(demux.give_up(), [Reply::Noise(0x10), Reply::Noise(0)]);
        assert_eq!(demux.push(b"\x00"), [Reply::Noise(0)]);
        assert_eq!(demux.push(b"\x16"), [Reply::RealTime(0x16)]);
    }

    #[test]
    fn a_block_without_an_end_does_not_grow_for_ever() {
        let mut demux = Demux::new();
        let replies = demux.push(&[b'7'; 4096]);
        assert!(demux.pending.len() <= BLOCK_BYTES_MAX);
        assert!(replies.iter().all(|reply| matches!(reply, Reply::Noise(b'7'))));
    }

    proptest! {
        #[test]
        fn chunk_borders_do_not_matter(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            cuts in proptest::collection::vec(1usize..20, 0..60),
            due in 0u32..4,
        ) {
            let fresh = || { let mut d = Demux::new(); (0..due).for_each(|_| d.expect_transmission()); d };
            let whole = fresh().push(&bytes);
            let mut demux = fresh();
            let (mut pieces, mut rest) = (Vec::new(), &bytes[..]);
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                pieces.extend(demux.push(now));
                rest = later;
            }
            pieces.extend(demux.push(rest));
            prop_assert_eq!(whole, pieces);
        }
    }
}
