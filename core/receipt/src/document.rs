//! The document: lines as a person would dictate them, before anybody knows how wide the paper is.

/// A receipt, slip or notice, top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a document. It may become several rows on narrow paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Words.
    Text {
        /// What they say.
        text: String,
        /// Where they stand.
        align: Align,
        /// How large they are wished.
        size: Size,
        /// Heavier strokes.
        bold: bool,
        /// What gives way when the paper is too narrow.
        fit: Fit,
    },
    /// A name at the left margin and its value at the right one.
    Pair {
        /// The name.
        label: String,
        /// The value; it is kept whole as long as it fits on a row of its own.
        value: String,
    },
    /// A line across the paper.
    Rule,
    /// A code to scan, in the middle.
    Qr {
        /// What a scanner reads.
        content: String,
    },
    /// An empty row.
    Blank,
    /// The end of this piece of paper.
    Cut,
}

impl Line {
    /// Ordinary words at the left margin.
    pub fn text(text: impl Into<String>) -> Line {
        Line::Text { text: text.into(), align: Align::Left, size: Size::Normal, bold: false, fit: Fit::Wrap }
    }

    /// Ordinary words in the middle.
    pub fn centered(text: impl Into<String>) -> Line {
        Line::Text {
            text: text.into(),
            align: Align::Center,
            size: Size::Normal,
            bold: false,
            fit: Fit::Wrap,
        }
    }

    /// Bold words in the middle, as large as wished or as fits.
    pub fn headline(text: impl Into<String>, size: Size) -> Line {
        Line::Text { text: text.into(), align: Align::Center, size, bold: true, fit: Fit::Shrink }
    }

    /// A name and its value.
    pub fn pair(label: impl Into<String>, value: impl Into<String>) -> Line {
        Line::Pair { label: label.into(), value: value.into() }
    }
}

/// Where a row stands between the margins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left margin.
    Left,
    /// In the middle.
    Center,
    /// At the right margin.
    Right,
}

/// How large characters are, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// As the printer's font is.
    Normal,
    /// Twice.
    Double,
    /// Three times.
    Triple,
}

impl Size {
    /// How many times the normal font.
    pub fn times(self) -> usize {
        match self {
            Size::Normal => 1,
            Size::Double => 2,
            Size::Triple => 3,
        }
    }

    /// The next smaller size.
    pub(crate) fn smaller(self) -> Option<Size> {
        match self {
            Size::Normal => None,
            Size::Double => Some(Size::Normal),
            Size::Triple => Some(Size::Double),
        }
    }
}

/// What gives way when words are wider than the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They go on in the next row.
    Wrap,
    /// They become smaller; only at the normal size do they go on in the next row. An amount always fits then.
    Shrink,
}
