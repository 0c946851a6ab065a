//! Paper as it comes out of a printer: lines at dots, kept typed so that tests can read and pages can draw them.

use escpos::{QrLevel, Raster};

/// One piece of paper, top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// Printable width in dots.
    pub dots: u32,
    /// What is on it.
    pub lines: Vec<PaperLine>,
    /// Whether the cutter separated it; otherwise it is still in the printer or was torn.
    pub cut: bool,
}

/// One movement of the paper and what was printed during it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperLine {
    /// Characters.
    Text {
        /// From left to right.
        runs: Vec<Run>,
        /// How far the paper moved, in dots.
        advance: u32,
    },
    /// A QR code.
    Qr {
        /// What a scanner reads.
        content: String,
        /// Distance from the left edge, in dots.
        x: u32,
        /// Dots per module.
        module: u32,
        /// Error correction.
        level: QrLevel,
        /// How far the paper moved, in dots.
        advance: u32,
    },
    /// A band of dots.
    Dots {
        /// The band.
        band: Raster,
        /// Distance from the left edge, in dots.
        x: u32,
    },
    /// Nothing printed.
    Feed {
        /// How far the paper moved, in dots.
        advance: u32,
    },
}

/// Characters printed alike, side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Distance of the first cell from the left edge, in dots.
    pub x: u32,
    /// The characters.
    pub text: String,
    /// How they look.
    pub ink: Ink,
}

/// How characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// Horizontal magnification.
    pub width: u32,
    /// Vertical magnification.
    pub height: u32,
    /// Heavier strokes.
    pub bold: bool,
    /// A line below.
    pub underline: bool,
    /// White on black.
    pub invert: bool,
}

/// A normal character is 12 dots wide, a Hanzi 24; both are 24 high.
pub(crate) const CELL_DOTS: u32 = 12;
/// See [`CELL_DOTS`].
pub(crate) const GLYPH_HEIGHT_DOTS: u32 = 24;

impl Run {
    /// Width in dots.
    pub fn dots(&self) -> u32 {
        self.text.chars().map(|c| glyph_dots(c, self.ink)).sum()
    }
}

/// Width of one character in dots.
pub(crate) fn glyph_dots(character: char, ink: Ink) -> u32 {
    CELL_DOTS * ink.width * if character.is_ascii() { 1 } else { 2 }
}

impl PaperLine {
    /// How far the paper moved, in dots.
    pub fn advance(&self) -> u32 {
        match self {
            PaperLine::Text { advance, .. } | PaperLine::Qr { advance, .. } | PaperLine::Feed { advance } => {
                *advance
            }
            PaperLine::Dots { band, .. } => u32::from(band.rows()),
        }
    }
}

impl Paper {
    /// Length in dots.
    pub fn length(&self) -> u32 {
        self.lines.iter().map(PaperLine::advance).sum()
    }

    /// What a person reads on it, one line per printed line, placed as on the paper.
    pub fn to_text(&self) -> String {
        self.lines.iter().map(|line| line_text(line) + "\n").collect()
    }
}

fn line_text(line: &PaperLine) -> String {
    match line {
        PaperLine::Text { runs, .. } => runs.iter().fold(String::new(), |mut text, run| {
            let column = (run.x / CELL_DOTS) as usize;
            let gap = column.saturating_sub(receipt::cells(&text));
            text.push_str(&" ".repeat(gap));
            text.push_str(&run.text);
            text
        }),
        PaperLine::Qr { content, .. } => format!("[QR {content}]"),
        PaperLine::Dots { band, .. } => {
            format!("[{} x {} dots]", u32::from(band.bytes_per_row()) * 8, band.rows())
        }
        PaperLine::Feed { .. } => String::new(),
    }
}
