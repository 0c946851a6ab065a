//! Operations to bytes.

use crate::op::{Align, Cut, DrawerPin, Op, QrLevel, Recovery};
use crate::raster::Raster;
use crate::text;

const DLE: u8 = 0x10;
const ESC: u8 = 0x1b;
const FS: u8 = 0x1c;
const GS: u8 = 0x1d;

/// Bytes for the printer, and what could not be said with its font.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// What to send.
    pub bytes: Vec<u8>,
    /// Characters that were printed as [`crate::SUBSTITUTE`], in order, repeated as often as they occur.
    pub substituted: Vec<char>,
}

/// The bytes of these operations, one after another.
pub fn encode(ops: &[Op]) -> Encoded {
    let mut encoded = Encoded::default();
    for op in ops {
        match op {
            Op::Text(content) => text::append(content, &mut encoded.bytes, &mut encoded.substituted),
            Op::Raster(band) => append_raster(band, &mut encoded.bytes),
            other => encoded.bytes.extend(command(other)),
        }
    }
    encoded
}

fn command(op: &Op) -> Vec<u8> {
    match op {
        Op::Text(_) | Op::Raster(_) => unreachable!("text and raster have their own paths"),
        Op::LineFeed => vec![0x0a],
        Op::CarriageReturn => vec![0x0d],
        Op::Tab => vec![0x09],
        Op::Init => vec![ESC, b'@'],
        Op::Align(align) => vec![ESC, b'a', align_byte(*align)],
        Op::Bold(on) => vec![ESC, b'E', u8::from(*on)],
        Op::Underline(dots) => vec![ESC, b'-', *dots],
        Op::Invert(on) => vec![GS, b'B', u8::from(*on)],
        Op::Size { width, height } => vec![GS, b'!', ((width.times() - 1) << 4) | (height.times() - 1)],
        Op::LineSpacing(None) => vec![ESC, b'2'],
        Op::LineSpacing(Some(dots)) => vec![ESC, b'3', *dots],
        Op::FeedLines(lines) => vec![ESC, b'd', *lines],
        Op::FeedDots(dots) => vec![ESC, b'J', *dots],
        Op::Position(dots) => with_u16(&[ESC, b'$'], *dots),
        Op::CodePage(page) => vec![ESC, b't', *page],
        Op::HanziMode(true) => vec![FS, b'&'],
        Op::HanziMode(false) => vec![FS, b'.'],
        Op::HanziPrint { double_width, double_height, underline } => {
            vec![FS, b'!', bit(*double_width, 2) | bit(*double_height, 3) | bit(*underline, 7)]
        }
        Op::HanziSpacing { left, right } => vec![FS, b'S', *left, *right],
        Op::QrModel2 => vec![GS, b'(', b'k', 4, 0, 0x31, 0x41, 0x32, 0],
        Op::QrModule(module) => vec![GS, b'(', b'k', 3, 0, 0x31, 0x43, module.dots()],
        Op::QrLevel(level) => vec![GS, b'(', b'k', 3, 0, 0x31, 0x45, level_byte(*level)],
        Op::QrStore(data) => qr_store(data.as_str().as_bytes()),
        Op::QrPrint => vec![GS, b'(', b'k', 3, 0, 0x31, 0x51, 0x30],
        Op::Cut(Cut::Full) => vec![GS, b'V', 0],
        Op::Cut(Cut::Partial) => vec![GS, b'V', 1],
        Op::Cut(Cut::FeedFull(dots)) => vec![GS, b'V', 65, *dots],
        Op::Cut(Cut::FeedPartial(dots)) => vec![GS, b'V', 66, *dots],
        Op::Pulse { pin, on, off } => vec![ESC, b'p', pin_byte(*pin), *on, *off],
        Op::PulseNow { pin, on } => vec![DLE, 0x14, 1, pin_byte(*pin), *on],
        Op::Ask(question) => vec![DLE, 4, question.number()],
        Op::Recover(Recovery::Resume) => vec![DLE, 5, 1],
        Op::Recover(Recovery::Clear) => vec![DLE, 5, 2],
        Op::AutoStatus(mask) => vec![GS, b'a', *mask],
        Op::TransmitPaper => vec![GS, b'r', 1],
        Op::TransmitDrawer => vec![GS, b'r', 2],
        Op::Fence(id) => [&[GS, b'(', b'H', 6, 0, 0x30, 0x30][..], &id.bytes()].concat(),
        Op::Identify(what) => vec![GS, b'I', *what],
        Op::Other(bytes) => bytes.clone(),
        Op::Oversized { head, .. } => head.clone(),
        Op::Stray(byte) => vec![*byte],
    }
}

fn append_raster(band: &Raster, bytes: &mut Vec<u8>) {
    bytes.extend([GS, b'v', b'0', 0]);
    bytes.extend(band.bytes_per_row().to_le_bytes());
    bytes.extend(band.rows().to_le_bytes());
    bytes.extend(band.data());
}

fn qr_store(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 3).expect("QrData is at most 2953 bytes");
    let mut bytes = with_u16(&[GS, b'(', b'k'], length);
    bytes.extend([0x31, 0x50, 0x30]);
    bytes.extend(data);
    bytes
}

fn with_u16(head: &[u8], value: u16) -> Vec<u8> {
    [head, &value.to_le_bytes()].concat()
}

fn bit(on: bool, place: u8) -> u8 {
    u8::from(on) << place
}

fn align_byte(align: Align) -> u8 {
    match align {
        Align::Left => 0,
        Align::Center => 1,
        Align::Right => 2,
    }
}

fn level_byte(level: QrLevel) -> u8 {
    match level {
        QrLevel::L => 48,
        QrLevel::M => 49,
        QrLevel::Q => 50,
        QrLevel::H => 51,
    }
}

fn pin_byte(pin: DrawerPin) -> u8 {
    match pin {
        DrawerPin::Two => 0,
        DrawerPin::Five => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bitmap, ProcessId, QrData, QrModule, Question, Scale};
    use expect_test::{Expect, expect};

    fn check(ops: &[Op], expected: Expect) {
        let hex: Vec<String> = encode(ops).bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        expected.assert_eq(&hex.join(" "));
    }

    // Bytes as the makers' command references give them.
    #[test]
    fn commands_are_the_bytes_of_the_manuals() {
        check(&[Op::Init, Op::HanziMode(true), Op::HanziMode(false)], expect!["1B 40 1C 26 1C 2E"]);
        check(&[Op::Align(Align::Center), Op::Bold(true)], expect!["1B 61 01 1B 45 01"]);
        check(&[Op::Size { width: Scale::TWO, height: Scale::ONE }], expect!["1D 21 10"]);
        check(&[Op::LineSpacing(None), Op::LineSpacing(Some(30))], expect!["1B 32 1B 33 1E"]);
        check(&[Op::FeedLines(4), Op::FeedDots(20), Op::LineFeed], expect!["1B 64 04 1B 4A 14 0A"]);
        check(&[Op::Cut(Cut::Full), Op::Cut(Cut::FeedPartial(0))], expect!["1D 56 00 1D 56 42 00"]);
    }

    #[test]
    fn a_qr_code_is_model_size_level_store_print() {
        let ops = [
            Op::QrModel2,
            Op::QrModule(QrModule::new(6).expect("in range")),
            Op::QrLevel(QrLevel::M),
            Op::QrStore(QrData::new("AB").expect("text")),
            Op::QrPrint,
        ];
        check(
            &ops,
            expect![
                "1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 06 1D 28 6B 03 00 31 45 31 1D 28 6B 05 00 31 50 30 41 42 1D 28 6B 03 00 31 51 30"
            ],
        );
    }

    #[test]
    fn the_drawer_opens_in_turn_or_at_once() {
        check(&[Op::Pulse { pin: DrawerPin::Two, on: 0x19, off: 0xfa }], expect!["1B 70 00 19 FA"]);
        check(&[Op::PulseNow { pin: DrawerPin::Five, on: 2 }], expect!["10 14 01 01 02"]);
    }

    #[test]
    fn questions_and_fences() {
        check(&[Op::Ask(Question::Paper), Op::TransmitPaper], expect!["10 04 04 1D 72 01"]);
        check(&[Op::AutoStatus(0x0f), Op::Identify(67)], expect!["1D 61 0F 1D 49 43"]);
        check(&[Op::Recover(Recovery::Resume), Op::Recover(Recovery::Clear)], expect!["10 05 01 10 05 02"]);
        let id = ProcessId::new(*b"A001").expect("printable");
        check(&[Op::Fence(id)], expect!["1D 28 48 06 00 30 30 41 30 30 31"]);
    }

    #[test]
    fn a_picture_goes_in_bands() {
        let bands = Bitmap::new(2, vec![0xff, 1, 0x80, 0, 0, 3]).expect("a picture").bands(2);
        let ops: Vec<Op> = bands.into_iter().map(Op::Raster).collect();
        check(&ops, expect!["1D 76 30 00 02 00 02 00 FF 01 80 00 1D 76 30 00 02 00 01 00 00 03"]);
    }
}
