//! What can be said to a printer: one variant per command, with values that cannot be out of range.

use crate::raster::Raster;
use crate::sensors::Question;

/// One thing said to the printer.
///
/// Commands this crate does not act on still have a place ([`Op::Other`]), so that reading somebody else's stream
/// never loses step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Characters for the current line: printable ASCII, and GBK characters while Hanzi mode is on.
    Text(String),
    /// Print the line and advance by the line spacing (`0A`).
    LineFeed,
    /// `0D`; ignored by printers in their usual setting.
    CarriageReturn,
    /// `09`: move to the next tab stop.
    Tab,
    /// `1B 40`: back to power-on modes. Cancels automatic status, keeps what was already printed.
    Init,
    /// `1B 61 n`, valid at the start of a line.
    Align(Align),
    /// `1B 45 n`.
    Bold(bool),
    /// `1B 2D n`: thickness in dots, 0 to 2.
    Underline(u8),
    /// `1D 42 n`: white on black.
    Invert(bool),
    /// `1D 21 n`.
    Size {
        /// Horizontal magnification.
        width: Scale,
        /// Vertical magnification.
        height: Scale,
    },
    /// `1B 33 n` in dots, or `1B 32` for the printer's default.
    LineSpacing(Option<u8>),
    /// `1B 64 n`: print and advance n lines.
    FeedLines(u8),
    /// `1B 4A n`: print and advance n dots.
    FeedDots(u8),
    /// `1B 24`: distance in dots from the left edge of the print area.
    Position(u16),
    /// `1B 74 n`: the single-byte code page, numbered by the maker.
    CodePage(u8),
    /// `1C 26` on, `1C 2E` off.
    HanziMode(bool),
    /// `1C 21 n`.
    HanziPrint {
        /// Bit 2.
        double_width: bool,
        /// Bit 3.
        double_height: bool,
        /// Bit 7.
        underline: bool,
    },
    /// `1C 53`: extra dots at the left and the right of each Hanzi.
    HanziSpacing {
        /// Dots before the glyph.
        left: u8,
        /// Dots after the glyph.
        right: u8,
    },
    /// `1D 28 6B .. 31 41 32 00`: QR model 2.
    QrModel2,
    /// `1D 28 6B .. 31 43 n`: dots per module.
    QrModule(QrModule),
    /// `1D 28 6B .. 31 45 n`: error correction.
    QrLevel(QrLevel),
    /// `1D 28 6B .. 31 50 30 data`: what the code will say.
    QrStore(QrData),
    /// `1D 28 6B .. 31 51 30`: print the stored code.
    QrPrint,
    /// `1D 76 30`: a band of dots.
    Raster(Raster),
    /// Separate the paper.
    Cut(Cut),
    /// `1B 70 m t1 t2`: open the drawer, in turn with the print data. Times in units of 2 ms.
    Pulse {
        /// Connector pin.
        pin: DrawerPin,
        /// On time, 2 ms units.
        on: u8,
        /// Off time, 2 ms units.
        off: u8,
    },
    /// `10 14 01 m t`: open the drawer at once, even while the printer is offline. t in units of 100 ms, 1 to 8.
    PulseNow {
        /// Connector pin.
        pin: DrawerPin,
        /// On time, 100 ms units.
        on: u8,
    },
    /// `10 04 n`: answered at once with one byte.
    Ask(Question),
    /// `10 05 n`: what to do after a recoverable error.
    Recover(Recovery),
    /// `1D 61 n`: push a status block on every change; 0 switches it off.
    AutoStatus(u8),
    /// `1D 72 01`: paper sensor, answered in turn with the print data.
    TransmitPaper,
    /// `1D 72 02`: drawer pin, answered in turn with the print data.
    TransmitDrawer,
    /// `1D 28 48 06 00 30 30 d1..d4`: answered when everything before it is on paper.
    Fence(ProcessId),
    /// `1D 49 n`: what kind of printer this is.
    Identify(u8),
    /// A command whose extent is known and whose effect this crate does not model.
    Other(Vec<u8>),
    /// A command longer than any sensible one: its head, and how many of its bytes are passed over.
    Oversized {
        /// The command's own bytes before its data.
        head: Vec<u8>,
        /// Data bytes that follow and are skipped.
        skipped: u64,
    },
    /// A byte that begins nothing.
    Stray(u8),
}

impl Op {
    /// Text, as written; the encoder decides what can be printed.
    pub fn text(text: impl Into<String>) -> Op {
        Op::Text(text.into())
    }

    /// Whether a printer acts on this the moment it arrives, ahead of what it still has to print.
    pub fn is_real_time(&self) -> bool {
        matches!(self, Op::Ask(_) | Op::Recover(_) | Op::PulseNow { .. })
    }
}

/// Where a line stands between the margins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left margin.
    Left,
    /// In the middle.
    Center,
    /// At the right margin.
    Right,
}

/// How the paper is separated. Printers without a cutter ignore all of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// `1D 56 00`.
    Full,
    /// `1D 56 01`: one point is left uncut.
    Partial,
    /// `1D 56 41 n`: feed to the cutter and n dots more, then cut.
    FeedFull(u8),
    /// `1D 56 42 n`: the same, one point left uncut.
    FeedPartial(u8),
}

/// Which pin of the drawer connector is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawerPin {
    /// m = 0.
    Two,
    /// m = 1.
    Five,
}

/// How a printer goes on after a recoverable error has been cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// `10 05 01`: print again from the line that was interrupted.
    Resume,
    /// `10 05 02`: forget everything received.
    Clear,
}

/// A magnification of one to eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scale(u8);

impl Scale {
    /// As the font is.
    pub const ONE: Scale = Scale(1);
    /// Twice.
    pub const TWO: Scale = Scale(2);

    /// One to eight times.
    pub fn new(times: u8) -> Result<Scale, Refused> {
        if (1..=8).contains(&times) { Ok(Scale(times)) } else { Err(Refused::ScaleMustBeOneToEight) }
    }

    /// How many times.
    pub fn times(self) -> u8 {
        self.0
    }
}

/// Dots per QR module, one to sixteen. On 58 mm paper 5 or 6 reads well, on 80 mm 6 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QrModule(u8);

impl QrModule {
    /// One to sixteen dots.
    pub fn new(dots: u8) -> Result<QrModule, Refused> {
        if (1..=16).contains(&dots) {
            Ok(QrModule(dots))
        } else {
            Err(Refused::QrModuleMustBeOneToSixteenDots)
        }
    }

    /// Dots along one side of a module.
    pub fn dots(self) -> u8 {
        self.0
    }
}

/// How much of a QR code may be damaged and still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrLevel {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// What a QR code says: text without control characters, at most what the largest code holds.
///
/// Control characters are refused because older firmware takes some byte triples for real-time commands wherever they
/// stand, and because no text we print contains them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrData(String);

impl QrData {
    /// Bytes in the largest QR code at the lowest error correction, ISO/IEC 18004 table 7.
    pub const BYTES_MAX: usize = 2953;

    /// Non-empty text of at most [`QrData::BYTES_MAX`] bytes without control characters.
    pub fn new(text: impl Into<String>) -> Result<QrData, Refused> {
        let text = text.into();
        if text.is_empty() {
            return Err(Refused::QrDataMustNotBeEmpty);
        }
        if text.len() > QrData::BYTES_MAX {
            return Err(Refused::QrDataTooLong);
        }
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err(Refused::QrDataHasControlCharacters);
        }
        Ok(QrData(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The four characters by which a fence is recognised when its answer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessId([u8; 4]);

impl ProcessId {
    /// Distinct numbers give distinct ids before this many.
    pub const DISTINCT: u32 = 95 * 95 * 95 * 95;

    /// Four bytes, each printable ASCII (20h to 7Eh).
    pub fn new(bytes: [u8; 4]) -> Result<ProcessId, Refused> {
        if bytes.iter().all(|byte| (0x20..=0x7e).contains(byte)) {
            Ok(ProcessId(bytes))
        } else {
            Err(Refused::ProcessIdMustBePrintable)
        }
    }

    /// The id of the n-th fence of a connection; it comes round again after [`ProcessId::DISTINCT`].
    pub fn numbered(n: u32) -> ProcessId {
        let digit = |place: u32| 0x20 + ((n / 95u32.pow(place)) % 95) as u8;
        ProcessId([digit(3), digit(2), digit(1), digit(0)])
    }

    /// The bytes on the wire.
    pub fn bytes(self) -> [u8; 4] {
        self.0
    }
}

/// Why a value cannot be said to a printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A magnification outside 1..=8.
    ScaleMustBeOneToEight,
    /// A module size outside 1..=16 dots.
    QrModuleMustBeOneToSixteenDots,
    /// A QR code about nothing.
    QrDataMustNotBeEmpty,
    /// More than [`QrData::BYTES_MAX`] bytes.
    QrDataTooLong,
    /// Bytes below 20h, or 7Fh.
    QrDataHasControlCharacters,
    /// A process id byte outside 20h..=7Eh.
    ProcessIdMustBePrintable,
    /// A raster without rows or columns.
    RasterMustNotBeEmpty,
    /// Data that is not a whole number of rows.
    RasterRowsMustBeWhole,
    /// More rows or columns than the command can say in 16 bits.
    RasterTooLarge,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refused::ScaleMustBeOneToEight => "a character magnification must be from 1 to 8",
            Refused::QrModuleMustBeOneToSixteenDots => "a QR module must be from 1 to 16 dots",
            Refused::QrDataMustNotBeEmpty => "a QR code must say something",
            Refused::QrDataTooLong => "the text does not fit into the largest QR code (2953 bytes)",
            Refused::QrDataHasControlCharacters => "a QR code's text must not contain control characters",
            Refused::ProcessIdMustBePrintable => "a process id must be four printable ASCII characters",
            Refused::RasterMustNotBeEmpty => "a raster image must have at least one row and one byte per row",
            Refused::RasterRowsMustBeWhole => "raster data must be a whole number of rows",
            Refused::RasterTooLarge => "a raster image may have at most 65535 rows and 65535 bytes per row",
        })
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_range_are_refused_by_name() {
        assert_eq!(Scale::new(0), Err(Refused::ScaleMustBeOneToEight));
        assert_eq!(Scale::new(9), Err(Refused::ScaleMustBeOneToEight));
        assert_eq!(QrModule::new(0), Err(Refused::QrModuleMustBeOneToSixteenDots));
        assert_eq!(QrModule::new(17), Err(Refused::QrModuleMustBeOneToSixteenDots));
        assert_eq!(QrData::new(""), Err(Refused::QrDataMustNotBeEmpty));
        assert_eq!(QrData::new("x".repeat(2954)), Err(Refused::QrDataTooLong));
        assert_eq!(QrData::new("a\u{10}\u{4}\u{1}"), Err(Refused::QrDataHasControlCharacters));
        assert_eq!(ProcessId::new(*b"ab\x1fd"), Err(Refused::ProcessIdMustBePrintable));
    }

    #[test]
    fn numbered_process_ids_are_printable_and_distinct() {
        let seen: Vec<ProcessId> = (0..300).map(ProcessId::numbered).collect();
        for (at, id) in seen.iter().enumerate() {
            assert_eq!(ProcessId::new(id.bytes()), Ok(*id));
            assert!(!seen[..at].contains(id), "{id:?} twice");
        }
        assert_eq!(ProcessId::numbered(ProcessId::DISTINCT), ProcessId::numbered(0));
    }
}
