//! Setting type: the modes a printer is in, the line it is filling, and where each character lands in dots.

use crate::paper::{GLYPH_HEIGHT_DOTS, Ink, Paper, PaperLine, Run, glyph_dots};
use escpos::{Align, Op, QrLevel};
use qrcode::{EcLevel, QrCode};

/// What the printer's head and paper feed would do.
#[derive(Clone, Debug)]
pub(super) struct Typesetter {
    dots: u32,
    modes: Modes,
    line: Vec<Run>,
    next_x: u32,
    paper: Paper,
}

#[derive(Clone, Debug)]
struct Modes {
    align: Align,
    ink: Ink,
    hanzi_double: (bool, bool),
    spacing: u32,
    qr_module: u32,
    qr_level: QrLevel,
    qr_content: Option<String>,
}

/// Paper moved by a line feed when nothing else is asked for: 3.75 mm.
const SPACING_DOTS: u32 = 30;
const TAB_CELLS: u32 = 8;

impl Modes {
    fn at_power_on() -> Modes {
        Modes {
            align: Align::Left,
            ink: Ink { width: 1, height: 1, bold: false, underline: false, invert: false },
            hanzi_double: (false, false),
            spacing: SPACING_DOTS,
            qr_module: 3,
            qr_level: QrLevel::L,
            qr_content: None,
        }
    }

    /// Hanzi may be enlarged by their own command as well.
    fn ink_for(&self, character: char) -> Ink {
        let (wide, high) = self.hanzi_double;
        if character.is_ascii() {
            return self.ink;
        }
        Ink {
            width: if wide { self.ink.width.max(2) } else { self.ink.width },
            height: if high { self.ink.height.max(2) } else { self.ink.height },
            ..self.ink
        }
    }
}

impl Typesetter {
    pub(super) fn new(dots: u32) -> Typesetter {
        Typesetter {
            dots,
            modes: Modes::at_power_on(),
            line: Vec::new(),
            next_x: 0,
            paper: Paper { dots, ..Paper::default() },
        }
    }

    /// The same sheet of paper under new modes.
    pub(super) fn continuing(mut self, paper: Paper) -> Typesetter {
        self.paper = paper;
        self
    }

    pub(super) fn reset_modes(&mut self) {
        self.modes = Modes::at_power_on();
        self.forget_line();
    }

    pub(super) fn forget_line(&mut self) {
        self.line.clear();
        self.next_x = 0;
    }

    pub(super) fn paper(&self) -> &Paper {
        &self.paper
    }

    pub(super) fn take_paper(&mut self) -> Paper {
        let fresh = Paper { dots: self.dots, ..Paper::default() };
        std::mem::replace(&mut self.paper, fresh)
    }

    /// Prints the line if something stands in it.
    pub(super) fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.line_feed();
        }
    }

    /// Does what one operation says and returns how far the paper moved, in dots.
    pub(super) fn set(&mut self, op: Op) -> u32 {
        let before = self.paper.length();
        match op {
            Op::Text(text) => text.chars().for_each(|character| self.place(character)),
            // A code-page character: this printer has only ASCII and Hanzi.
            Op::Stray(0x80..) => self.place('?'),
            Op::LineFeed => self.line_feed(),
            Op::FeedLines(lines) => self.feed_after_line(u32::from(lines) * self.modes.spacing),
            Op::FeedDots(dots) => self.feed_after_line(u32::from(dots)),
            Op::Tab => {
                let stop = TAB_CELLS * 12 * self.modes.ink.width;
                self.next_x = ((self.next_x / stop + 1) * stop).min(self.dots);
            }
            Op::Position(dots) => self.next_x = u32::from(dots).min(self.dots),
            Op::Align(align) if self.line.is_empty() => self.modes.align = align,
            Op::Bold(on) => self.modes.ink.bold = on,
            Op::Underline(dots) => self.modes.ink.underline = dots > 0,
            Op::Invert(on) => self.modes.ink.invert = on,
            Op::Size { width, height } => {
                self.modes.ink.width = u32::from(width.times());
                self.modes.ink.height = u32::from(height.times());
            }
            Op::LineSpacing(dots) => self.modes.spacing = dots.map_or(SPACING_DOTS, u32::from),
            Op::HanziPrint { double_width, double_height, .. } => {
                self.modes.hanzi_double = (double_width, double_height);
            }
            Op::QrModule(module) => self.modes.qr_module = u32::from(module.dots()),
            Op::QrLevel(level) => self.modes.qr_level = level,
            Op::QrStore(data) => self.modes.qr_content = Some(data.as_str().to_owned()),
            Op::QrPrint => self.print_code(),
            Op::Raster(band) => {
                self.end_line();
                let x = self.left_of(u32::from(band.bytes_per_row()) * 8);
                self.paper.lines.push(PaperLine::Dots { band, x });
            }
            _ => {}
        }
        self.paper.length() - before
    }

    fn place(&mut self, character: char) {
        let ink = self.modes.ink_for(character);
        let width = glyph_dots(character, ink);
        if self.next_x + width > self.dots {
            self.line_feed();
        }
        match self.line.last_mut() {
            Some(run) if run.ink == ink && run.x + run.dots() == self.next_x => run.text.push(character),
            _ => self.line.push(Run { x: self.next_x, text: String::from(character), ink }),
        }
        self.next_x += width;
    }

    fn line_feed(&mut self) {
        self.feed_after_line(self.modes.spacing);
    }

    /// A line moves the paper at least by its own height.
    fn feed_after_line(&mut self, dots: u32) {
        let mut runs = std::mem::take(&mut self.line);
        if runs.is_empty() {
            self.paper.lines.push(PaperLine::Feed { advance: dots });
        } else {
            let shift = self.left_of(self.next_x);
            runs.iter_mut().for_each(|run| run.x += shift);
            let height = runs.iter().map(|run| run.ink.height).max().unwrap_or(1) * GLYPH_HEIGHT_DOTS;
            let advance = dots.max(if height > GLYPH_HEIGHT_DOTS { height + 6 } else { height });
            self.paper.lines.push(PaperLine::Text { runs, advance });
        }
        self.next_x = 0;
    }

    fn print_code(&mut self) {
        let Some(content) = self.modes.qr_content.clone() else { return };
        let level = self.modes.qr_level;
        let Ok(code) = QrCode::with_error_correction_level(&content, error_correction(level)) else { return };
        let side = code.width() as u32 * self.modes.qr_module;
        if side > self.dots {
            return;
        }
        self.end_line();
        let x = self.left_of(side);
        let module = self.modes.qr_module;
        self.paper.lines.push(PaperLine::Qr { content, x, module, level, advance: side });
    }

    fn left_of(&self, width: u32) -> u32 {
        let free = self.dots.saturating_sub(width);
        match self.modes.align {
            Align::Left => 0,
            Align::Center => free / 2,
            Align::Right => free,
        }
    }
}

/// The same level in the words of the crate that draws codes.
pub(crate) fn error_correction(level: QrLevel) -> EcLevel {
    match level {
        QrLevel::L => EcLevel::L,
        QrLevel::M => EcLevel::M,
        QrLevel::Q => EcLevel::Q,
        QrLevel::H => EcLevel::H,
    }
}
