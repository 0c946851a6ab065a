//! A dialect: which fields there are, how long each is, how it is written, and what of it may be shown.

use crate::{BadSpec, Framing, read_spec};

/// A dialect, read from its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Its short name.
    pub name: String,
    /// What lies around a message on the wire.
    pub framing: Framing,
    /// How the message type is written: packed digits or characters.
    pub packed_type: bool,
    /// How the bitmap is written: eight bytes or sixteen hex characters.
    pub packed_bitmap: bool,
    /// 64, or 128 where a second bitmap is allowed.
    pub highest: u8,
    /// How each field is laid out, by its number; what decoding and encoding look at.
    pub(crate) layouts: Box<[Option<Layout>; 129]>,
    /// The same fields with what people want to know of them, in order of their numbers.
    pub(crate) fields: Vec<FieldSpec>,
}

/// One field, with what people want to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// 2 to 128.
    pub number: u8,
    /// How it is written.
    pub layout: Layout,
    /// What of it may be shown.
    pub shown: Shown,
    /// Its name, Chinese.
    pub zh: String,
    /// Its name, English.
    pub en: String,
    /// What it is composed of, from its first digit or byte on. Later parts may be missing.
    pub parts: Vec<Part>,
}

/// A part of a composed field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// As in 60.2.
    pub number: u8,
    /// Digits or bytes, as its field counts.
    pub width: u16,
    /// What of it may be shown.
    pub shown: Shown,
    /// Its name, Chinese.
    pub zh: String,
    /// Its name, English.
    pub en: String,
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whether its length is written before it.
    pub length: Length,
    /// At least so many digits or bytes.
    pub min: u16,
    /// At most so many; exactly so many if its length is fixed.
    pub max: u16,
    /// Its content.
    pub form: Form,
    /// What lengths count.
    pub count: Count,
}

/// Whether a length is written before the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// No: it is always the same.
    Fixed,
    /// Yes, in so many bytes.
    Written {
        /// How.
        prefix: Prefix,
        /// How many bytes.
        bytes: u8,
    },
}

/// How a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Two digits to a byte: 16 is 0x16.
    Bcd,
    /// A character for each digit: 16 is 0x31 0x36.
    Ascii,
    /// A number, highest byte first: 16 is 0x10.
    Binary,
}

/// What a field's lengths count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Half bytes of packed content.
    Digits,
    /// Bytes.
    Bytes,
}

/// What a field's content is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Decimal digits, two to a byte.
    PackedDigits(Side, u8),
    /// Hex digits, two to a byte: magnetic tracks, whose separator is D and which may be encrypted in part.
    PackedNibbles(Side, u8),
    /// A character for each decimal digit.
    Digits,
    /// Characters of any kind; Chinese ones as GBK. A shorter fixed one is filled up with spaces on the right.
    Text,
    /// Bytes as twice as many characters 0 to 9 and A to F.
    Hex,
    /// Bytes.
    Binary,
}

/// To which side an odd number of packed digits is moved; on the other lies the filler that comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 051 is 05 10.
    Left,
    /// 001 is 00 01.
    Right,
}

/// What of a field may be shown to people and written into logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All: it is known to be harmless.
    Plain,
    /// The first six and the last four digits of a card's number.
    CardNumber,
    /// Nothing but its length. What a table says nothing of is hidden.
    Hidden,
}

impl Spec {
    /// Card terminals and their acquirers in China, as far as public sources agree (`docs/providers/card.md`): 64 fields,
    /// packed digits, packed lengths that count digits. A real acquirer's own table replaces it.
    pub fn up_pos() -> Spec {
        Spec::parse(include_str!("../profiles/up-pos.spec"))
            .expect("a table of ours is right; a test reads it")
    }

    /// ISO 8583:1987 with every field as characters: 128 fields, hex bitmaps.
    pub fn ascii_1987() -> Spec {
        Spec::parse(include_str!("../profiles/ascii-1987.spec"))
            .expect("a table of ours is right; a test reads it")
    }

    /// Reads a table; `profiles/up-pos.spec` says how one is written.
    pub fn parse(text: &str) -> Result<Spec, BadSpec> {
        read_spec::read(text)
    }

    /// How a field is written; nothing if the dialect lacks it.
    pub fn layout(&self, number: u8) -> Option<&Layout> {
        self.layouts.get(usize::from(number)).and_then(Option::as_ref)
    }

    /// What people want to know of a field.
    pub fn field(&self, number: u8) -> Option<&FieldSpec> {
        self.fields.binary_search_by_key(&number, |field| field.number).ok().map(|at| &self.fields[at])
    }

    /// Every field, in order.
    pub fn fields(&self) -> &[FieldSpec] {
        &self.fields
    }
}

impl Layout {
    /// How many bytes so many digits or bytes take.
    pub(crate) const fn bytes_of(&self, units: usize) -> usize {
        match self.count {
            Count::Digits => units.div_ceil(2),
            Count::Bytes => units,
        }
    }

    /// How many digits or bytes at most a length can say.
    pub(crate) fn length_capacity(&self) -> usize {
        match self.length {
            Length::Fixed => usize::from(u16::MAX),
            Length::Written { prefix: Prefix::Ascii, bytes } => 10_usize.pow(u32::from(bytes)) - 1,
            Length::Written { prefix: Prefix::Bcd, bytes } => 100_usize.pow(u32::from(bytes)) - 1,
            Length::Written { prefix: Prefix::Binary, bytes } => (1 << (8 * usize::from(bytes))) - 1,
        }
    }

    /// Whether its content is two digits to a byte.
    pub(crate) const fn is_packed(&self) -> bool {
        matches!(self.form, Form::PackedDigits(..) | Form::PackedNibbles(..))
    }
}
