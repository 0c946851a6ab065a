//! A message that is to be written: its type and what its fields say.

use crate::message::upper_hex;
use crate::spec::{Count, Form, Layout, Length, Prefix, Side, Spec};
use crate::value::hex_digit;
use crate::{Message, Mti, Value};
use std::fmt;

/// A message to be written. It borrows what its fields say and copies it once, into the buffer.
#[derive(Clone)]
pub struct Draft<'a> {
    mti: Mti,
    /// Bit 127 is field 1, as on the wire.
    present: u128,
    /// Where in `contents` a field's is; counts only if the field is present.
    places: [u16; 128],
    contents: Vec<Content<'a>>,
}

/// As many fields as most messages have at most.
const USUAL: usize = 24;

/// What a field shall say.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// Its characters: digits for digits (a track's separator is `=` or `D`), text for text, bytes for bytes.
    Characters(&'a [u8]),
    /// A number; a field of fixed length gets zeros before it.
    Number(u64),
    /// What a field of another message says.
    Value(Value<'a>),
    /// The MAC: eight bytes that are computed when all before them is written.
    Mac,
}

/// Which field does not fit its table, and why. Says nothing of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotEncode {
    /// Its number.
    pub field: u8,
    /// Why not.
    pub why: Unfit,
}

/// Why content does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The dialect has no such field.
    NotInProfile,
    /// Longer than its table allows.
    TooLong {
        /// Digits or bytes.
        is: usize,
        /// As many are allowed.
        max: usize,
    },
    /// Shorter than its table allows.
    TooShort {
        /// Digits or bytes.
        is: usize,
        /// As many are needed.
        min: usize,
    },
    /// Holds something that is no decimal digit.
    NotADigit,
    /// Holds something that is none of 0 to 9 and A to F.
    NotHex,
    /// An odd number of digits in a field whose length counts bytes.
    OddDigits,
    /// A MAC stands in the last field, or its field is not made for one.
    NoPlaceForAMac,
}

impl<'a> Draft<'a> {
    /// Of this type, without fields.
    pub fn new(mti: Mti) -> Draft<'a> {
        Draft { mti, present: 0, places: [0; 128], contents: Vec::with_capacity(USUAL) }
    }

    /// The same type and fields as a message that was read.
    pub fn of(message: &Message<'a>) -> Draft<'a> {
        let mut draft = Draft::new(message.mti());
        for (number, value) in message.fields() {
            draft.set(number, value);
        }
        draft
    }

    /// Says what field 2 to 128 says, instead of what it said. Whether that fits is found out by encoding.
    pub fn set(&mut self, number: u8, content: impl Into<Content<'a>>) -> &mut Draft<'a> {
        assert!((2..=128).contains(&number), "fields are numbered 2 to 128");
        let bit = 1 << (128 - u32::from(number));
        let place = &mut self.places[usize::from(number) - 1];
        match self.present & bit {
            0 => {
                *place = self.contents.len() as u16;
                self.contents.push(content.into());
            }
            _ => self.contents[usize::from(*place)] = content.into(),
        }
        self.present |= bit;
        self
    }

    /// Leaves a field out.
    pub fn remove(&mut self, number: u8) -> &mut Draft<'a> {
        assert!((2..=128).contains(&number), "fields are numbered 2 to 128");
        self.present &= !(1 << (128 - u32::from(number)));
        self
    }

    /// Writes the message behind what is in `out` already. If a field does not fit, `out` is as it was.
    pub fn encode(&self, spec: &Spec, out: &mut Vec<u8>) -> Result<(), CannotEncode> {
        self.encode_with_mac(spec, out, |_| [0; 8])
    }

    /// The same, with the MAC that `mac` computes over everything before it where a field says [`Content::Mac`].
    pub fn encode_with_mac(
        &self,
        spec: &Spec,
        out: &mut Vec<u8>,
        mac: impl Fn(&[u8]) -> [u8; 8],
    ) -> Result<(), CannotEncode> {
        let begin = out.len();
        let written = self.write(spec, out, mac, begin);
        if written.is_err() {
            out.truncate(begin);
        }
        written
    }

    fn write(
        &self,
        spec: &Spec,
        out: &mut Vec<u8>,
        mac: impl Fn(&[u8]) -> [u8; 8],
        begin: usize,
    ) -> Result<(), CannotEncode> {
        out.reserve(512);
        self.write_type(spec, out);
        self.write_bitmaps(spec, out);
        let mut left = self.present;
        while left != 0 {
            let number = left.leading_zeros() as u8 + 1;
            left &= !(1 << (128 - u32::from(number)));
            let unfit = |why| CannotEncode { field: number, why };
            let layout = spec.layouts[usize::from(number)].as_ref().ok_or(unfit(Unfit::NotInProfile))?;
            match self.contents[usize::from(self.places[usize::from(number) - 1])] {
                Content::Characters(characters) => write_characters(layout, characters, out),
                Content::Number(value) => write_number(layout, value, out),
                Content::Value(value) => write_value(layout, &value, out),
                Content::Mac if left == 0 => write_mac(layout, mac(&out[begin..]), out),
                Content::Mac => Err(Unfit::NoPlaceForAMac),
            }
            .map_err(unfit)?;
        }
        Ok(())
    }

    fn write_type(&self, spec: &Spec, out: &mut Vec<u8>) {
        if spec.packed_type {
            out.extend_from_slice(&self.mti.bits().to_be_bytes());
        } else {
            out.extend([12, 8, 4, 0].map(|shift| b'0' + (self.mti.bits() >> shift & 0xF) as u8));
        }
    }

    fn write_bitmaps(&self, spec: &Spec, out: &mut Vec<u8>) {
        let (mut first, second) = ((self.present >> 64) as u64, self.present as u64);
        first |= u64::from(second != 0) << 63;
        for bitmap in [Some(first), (second != 0).then_some(second)].into_iter().flatten() {
            if spec.packed_bitmap {
                out.extend_from_slice(&bitmap.to_be_bytes());
            } else {
                out.extend((0..16).rev().map(|nibble| hex_digit((bitmap >> (4 * nibble) & 0xF) as u8)));
            }
        }
    }
}

/// What is written before the content: its length, if that is written.
fn write_length(layout: &Layout, units: usize, out: &mut Vec<u8>) -> Result<(), Unfit> {
    if units > usize::from(layout.max) {
        return Err(Unfit::TooLong { is: units, max: usize::from(layout.max) });
    }
    if units < usize::from(layout.min) {
        return Err(Unfit::TooShort { is: units, min: usize::from(layout.min) });
    }
    let Length::Written { prefix, bytes } = layout.length else { return Ok(()) };
    for place in (0..usize::from(bytes)).rev() {
        out.push(match prefix {
            Prefix::Binary => (units >> (8 * place)) as u8,
            Prefix::Ascii => b'0' + (units / [1, 10, 100, 1000][place] % 10) as u8,
            Prefix::Bcd => {
                let two = (units / [1, 100][place] % 100) as u8;
                ((two / 10) << 4) | (two % 10)
            }
        });
    }
    Ok(())
}

fn write_characters(layout: &Layout, characters: &[u8], out: &mut Vec<u8>) -> Result<(), Unfit> {
    match layout.form {
        Form::PackedDigits(..) if characters.len().is_multiple_of(2) => pack_pairs(layout, characters, out),
        Form::PackedDigits(side, filler) | Form::PackedNibbles(side, filler) => {
            pack(layout, side, filler, characters.len(), characters.iter().copied(), out)
        }
        Form::Text if layout.length == Length::Fixed && characters.len() < usize::from(layout.max) => {
            let missing = usize::from(layout.max) - characters.len();
            out.extend_from_slice(characters);
            out.extend(std::iter::repeat_n(b' ', missing));
            Ok(())
        }
        Form::Digits if !characters.iter().all(u8::is_ascii_digit) => Err(Unfit::NotADigit),
        Form::Hex if !characters.iter().all(|byte| upper_hex(*byte).is_some()) => Err(Unfit::NotHex),
        Form::Hex if characters.len() % 2 == 1 => Err(Unfit::NotHex),
        Form::Digits | Form::Hex | Form::Text | Form::Binary => {
            write_length(layout, characters.len(), out)?;
            out.extend_from_slice(characters);
            Ok(())
        }
    }
}

fn write_number(layout: &Layout, value: u64, out: &mut Vec<u8>) -> Result<(), Unfit> {
    let mut digits = [b'0'; 20];
    let mut rest = value;
    let mut begin = digits.len();
    while rest > 0 || begin == digits.len() {
        begin -= 1;
        digits[begin] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if layout.length == Length::Fixed {
        let whole =
            usize::from(layout.max) * if layout.is_packed() && layout.count == Count::Bytes { 2 } else { 1 };
        begin = begin.min(digits.len().saturating_sub(whole));
    }
    write_characters(layout, &digits[begin..], out)
}

fn write_value(layout: &Layout, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), Unfit> {
    if value.form == layout.form && value.count == layout.count {
        write_length(layout, value.len(), out)?;
        out.extend_from_slice(value.bytes);
        return Ok(());
    }
    if let Form::PackedDigits(side, filler) | Form::PackedNibbles(side, filler) = layout.form {
        return pack(layout, side, filler, value.characters().len(), value.characters(), out);
    }
    let characters: Vec<u8> = value.characters().collect();
    write_characters(layout, &characters, out)
}

fn write_mac(layout: &Layout, mac: [u8; 8], out: &mut Vec<u8>) -> Result<(), Unfit> {
    match (layout.length, layout.form, layout.max) {
        (Length::Fixed, Form::Binary, 8) => out.extend_from_slice(&mac),
        (Length::Fixed, Form::Hex, 16) => {
            out.extend(mac.iter().flat_map(|byte| [hex_digit(byte >> 4), hex_digit(byte & 0x0F)]));
        }
        _ => return Err(Unfit::NoPlaceForAMac),
    }
    Ok(())
}

/// Decimal digits two to a byte, where none is left over: what most fields are. Every pair is looked at without leaving
/// early, which the compiler makes wide instructions of.
fn pack_pairs(layout: &Layout, characters: &[u8], out: &mut Vec<u8>) -> Result<(), Unfit> {
    let units = if layout.count == Count::Bytes { characters.len() / 2 } else { characters.len() };
    write_length(layout, units, out)?;
    let mut all_digits = true;
    out.extend(characters.chunks_exact(2).map(|pair| {
        let (high, low) = (pair[0].wrapping_sub(b'0'), pair[1].wrapping_sub(b'0'));
        all_digits &= high < 10 && low < 10;
        (high << 4) | (low & 0x0F)
    }));
    if all_digits { Ok(()) } else { Err(Unfit::NotADigit) }
}

/// Two characters to a byte, with the filler where their number is odd.
fn pack(
    layout: &Layout,
    side: Side,
    filler: u8,
    digits: usize,
    characters: impl Iterator<Item = u8>,
    out: &mut Vec<u8>,
) -> Result<(), Unfit> {
    let odd = digits % 2 == 1;
    match layout.count {
        Count::Bytes if odd => return Err(Unfit::OddDigits),
        Count::Bytes => write_length(layout, digits / 2, out)?,
        Count::Digits => write_length(layout, digits, out)?,
    }
    let any_nibble = matches!(layout.form, Form::PackedNibbles(..));
    let mut half = (odd && side == Side::Right).then_some(filler);
    for character in characters {
        let nibble = match character {
            b'0'..=b'9' => character - b'0',
            b'A'..=b'F' if any_nibble => character - b'A' + 10,
            b'=' if any_nibble => 0xD,
            _ => return Err(if any_nibble { Unfit::NotHex } else { Unfit::NotADigit }),
        };
        half = match half {
            None => Some(nibble),
            Some(high) => {
                out.push(high << 4 | nibble);
                None
            }
        };
    }
    if let Some(high) = half {
        out.push(high << 4 | filler);
    }
    Ok(())
}

impl<'a> From<&'a str> for Content<'a> {
    fn from(text: &'a str) -> Content<'a> {
        Content::Characters(text.as_bytes())
    }
}

impl<'a> From<&'a String> for Content<'a> {
    fn from(text: &'a String) -> Content<'a> {
        Content::Characters(text.as_bytes())
    }
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(bytes: &'a [u8]) -> Content<'a> {
        Content::Characters(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Content<'a> {
    fn from(bytes: &'a [u8; N]) -> Content<'a> {
        Content::Characters(bytes)
    }
}

impl From<u64> for Content<'_> {
    fn from(number: u64) -> Self {
        Content::Number(number)
    }
}

impl<'a> From<Value<'a>> for Content<'a> {
    fn from(value: Value<'a>) -> Content<'a> {
        Content::Value(value)
    }
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Characters(characters) => write!(f, "({} characters)", characters.len()),
            Content::Number(_) => f.write_str("(a number)"),
            Content::Value(value) => write!(f, "{value:?}"),
            Content::Mac => f.write_str("(the MAC)"),
        }
    }
}

/// Its type and the numbers of its fields, and nothing of what they say.
impl fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = (2..=128_u32).filter(|number| self.present >> (128 - number) & 1 == 1);
        write!(f, "{} with fields {:?}", self.mti, numbers.collect::<Vec<_>>())
    }
}

impl fmt::Display for CannotEncode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field {}: {}", self.field, self.why)
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::NotInProfile => f.write_str("this dialect has no such field"),
            Unfit::TooLong { is, max } => write!(f, "is {is} long; at most {max} are allowed"),
            Unfit::TooShort { is, min } => write!(f, "is {is} long; at least {min} are needed"),
            Unfit::NotADigit => f.write_str("holds something that is no decimal digit"),
            Unfit::NotHex => f.write_str("holds something that is none of 0 to 9 and A to F"),
            Unfit::OddDigits => f.write_str("an odd number of digits does not fill whole bytes"),
            Unfit::NoPlaceForAMac => f.write_str("a MAC is eight bytes in the last field of a message"),
        }
    }
}

impl std::error::Error for CannotEncode {}
