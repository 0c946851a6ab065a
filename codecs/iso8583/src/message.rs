//! A message that was read: it borrows the bytes and knows where each field lies.

use crate::bad_message::{BadMessage, Flaw, Place};
use crate::spec::{Count, Form, Layout, Length, Prefix, Side, Spec};
use crate::{Mti, Value};
use std::fmt;

/// A message, read without copying. Its [`fmt::Debug`] is [`Message::describe`], which hides what must be hidden.
#[derive(Clone)]
pub struct Message<'a> {
    spec: &'a Spec,
    bytes: &'a [u8],
    mti: Mti,
    /// Bit 127 is field 1, as on the wire.
    present: u128,
    slots: [Slot; 128],
}

/// Where a field's content begins, and how many digits or bytes it has.
#[derive(Clone, Copy, Default)]
struct Slot {
    begin: u16,
    units: u16,
}

/// The field's bit in `present`.
const fn bit(number: u8) -> u128 {
    1 << (128 - number as u32)
}

impl<'a> Message<'a> {
    /// Reads all of `bytes`, from the type to the last field; what is behind it is an error.
    pub fn decode(spec: &'a Spec, bytes: &'a [u8]) -> Result<Message<'a>, BadMessage> {
        let mut message = Message::empty(spec, bytes);
        message.read().map(|()| message)
    }

    /// Reads as far as it can: for telling people what a broken message holds up to where it breaks.
    pub fn decode_what_is_whole(spec: &'a Spec, bytes: &'a [u8]) -> (Message<'a>, Option<BadMessage>) {
        let mut message = Message::empty(spec, bytes);
        let bad = message.read().err();
        (message, bad)
    }

    /// The dialect it was read by.
    pub fn spec(&self) -> &'a Spec {
        self.spec
    }

    /// Its type.
    pub fn mti(&self) -> Mti {
        self.mti
    }

    /// All its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it has the field.
    pub fn has(&self, number: u8) -> bool {
        (2..=128).contains(&number) && self.present & bit(number) != 0
    }

    /// A field's content, if it is there.
    pub fn field(&self, number: u8) -> Option<Value<'a>> {
        if !self.has(number) {
            return None;
        }
        let layout = self.spec.layout(number)?;
        let Slot { begin, units } = self.slots[usize::from(number) - 1];
        let begin = usize::from(begin);
        let bytes = &self.bytes[begin..begin + layout.bytes_of(usize::from(units))];
        Some(Value::of(layout, bytes, units))
    }

    /// Every field that is there, in order.
    pub fn fields(&self) -> impl Iterator<Item = (u8, Value<'a>)> {
        (2..=self.spec.highest).filter_map(|number| self.field(number).map(|value| (number, value)))
    }

    /// What a MAC in the last field covers: everything from the type to before that field. Nothing if the last field
    /// that is there is none of 64 and 128.
    pub fn before_mac(&self) -> Option<&'a [u8]> {
        let last = (128 - self.present.trailing_zeros()) as u8;
        matches!(last, 64 | 128).then_some(())?;
        self.has(last).then(|| &self.bytes[..usize::from(self.slots[usize::from(last) - 1].begin)])
    }

    fn empty(spec: &'a Spec, bytes: &'a [u8]) -> Message<'a> {
        Message { spec, bytes, mti: Mti::SIGN_IN, present: 0, slots: [Slot::default(); 128] }
    }

    fn read(&mut self) -> Result<(), BadMessage> {
        if self.bytes.len() > usize::from(u16::MAX) {
            let flaw = Flaw::TooLong { is: self.bytes.len(), max: usize::from(u16::MAX) };
            return Err(BadMessage { place: Place::End, offset: 0, flaw });
        }
        let mut at = self.read_type()?;
        let (listed, after) = self.read_bitmaps(at)?;
        at = after;
        let mut left = listed;
        while left != 0 {
            let number = left.leading_zeros() as u8 + 1;
            at = self.read_field(number, at)?;
            self.present |= bit(number);
            left &= !bit(number);
        }
        match self.bytes.len() - at {
            0 => Ok(()),
            bytes => Err(BadMessage { place: Place::End, offset: at, flaw: Flaw::LeftOver { bytes } }),
        }
    }

    fn read_type(&mut self) -> Result<usize, BadMessage> {
        let bad = |flaw| BadMessage { place: Place::Type, offset: 0, flaw };
        let packed = self.spec.packed_type;
        let length = if packed { 2 } else { 4 };
        let bytes = taken(self.bytes, 0, length).map_err(bad)?;
        let mti = match bytes {
            [high, low] => Mti::packed(u16::from_be_bytes([*high, *low])),
            characters => std::str::from_utf8(characters).ok().and_then(Mti::parse),
        };
        self.mti = mti.ok_or(bad(Flaw::NotADigit))?;
        Ok(length)
    }

    /// The fields that are listed, without the bit that announces a second bitmap, and where they begin.
    fn read_bitmaps(&self, at: usize) -> Result<(u128, usize), BadMessage> {
        let (first, mut at) = self.read_bitmap(at)?;
        let mut listed = u128::from(first) << 64;
        if listed & bit(1) != 0 {
            let bad = |flaw| BadMessage { place: Place::Bitmap, offset: at, flaw };
            if self.spec.highest == 64 {
                return Err(bad(Flaw::SecondBitmapNotAllowed));
            }
            let (second, after) = self.read_bitmap(at)?;
            if second == 0 {
                return Err(bad(Flaw::EmptySecondBitmap));
            }
            listed |= u128::from(second);
            at = after;
        }
        Ok((listed & !bit(1), at))
    }

    fn read_bitmap(&self, at: usize) -> Result<(u64, usize), BadMessage> {
        let bad = |flaw| BadMessage { place: Place::Bitmap, offset: at, flaw };
        let length = if self.spec.packed_bitmap { 8 } else { 16 };
        let bytes = taken(self.bytes, at, length).map_err(bad)?;
        let mut bitmap = 0_u64;
        if self.spec.packed_bitmap {
            for byte in bytes {
                bitmap = bitmap << 8 | u64::from(*byte);
            }
        } else {
            for character in bytes {
                let nibble = upper_hex(*character).ok_or(bad(Flaw::NotHex))?;
                bitmap = bitmap << 4 | u64::from(nibble);
            }
        }
        Ok((bitmap, at + length))
    }

    fn read_field(&mut self, number: u8, at: usize) -> Result<usize, BadMessage> {
        let bad = |flaw| BadMessage { place: Place::Field(number), offset: at, flaw };
        let layout = self.spec.layouts[usize::from(number)].as_ref().ok_or(bad(Flaw::NotInProfile))?;
        let (units, begin) = match layout.length {
            Length::Fixed => (usize::from(layout.max), at),
            Length::Written { prefix, bytes } => {
                let written = taken(self.bytes, at, usize::from(bytes)).map_err(bad)?;
                let units = length_in(prefix, written).ok_or(bad(Flaw::LengthIsNoNumber))?;
                if units > usize::from(layout.max) {
                    return Err(bad(Flaw::TooLong { is: units, max: usize::from(layout.max) }));
                }
                if units < usize::from(layout.min) {
                    return Err(bad(Flaw::TooShort { is: units, min: usize::from(layout.min) }));
                }
                (units, at + usize::from(bytes))
            }
        };
        let bad = |flaw| BadMessage { place: Place::Field(number), offset: begin, flaw };
        let length = layout.bytes_of(units);
        let content = taken(self.bytes, begin, length).map_err(bad)?;
        check(layout, units, content).map_err(bad)?;
        self.slots[usize::from(number) - 1] = Slot { begin: begin as u16, units: units as u16 };
        Ok(begin + length)
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

fn taken(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], Flaw> {
    let has = bytes.len() - at;
    bytes.get(at..at + length).ok_or(Flaw::EndsEarly { needs: length, has })
}

/// The number that a written length says.
fn length_in(prefix: Prefix, written: &[u8]) -> Option<usize> {
    let mut length = 0;
    for byte in written {
        length = match prefix {
            Prefix::Binary => length << 8 | usize::from(*byte),
            Prefix::Bcd if *byte & 0x0F < 10 && *byte < 0xA0 => {
                length * 100 + usize::from(byte >> 4) * 10 + usize::from(byte & 0x0F)
            }
            Prefix::Ascii if byte.is_ascii_digit() => length * 10 + usize::from(byte - b'0'),
            Prefix::Bcd | Prefix::Ascii => return None,
        };
    }
    Some(length)
}

/// Whether the content is of its form, filler included; what passes is written again exactly so.
fn check(layout: &Layout, units: usize, content: &[u8]) -> Result<(), Flaw> {
    match layout.form {
        Form::Text | Form::Binary => Ok(()),
        Form::Digits => all(content, |byte| byte.is_ascii_digit(), Flaw::NotADigit),
        Form::Hex if units % 2 == 1 => Err(Flaw::NotHex),
        Form::Hex => all(content, |byte| upper_hex(byte).is_some(), Flaw::NotHex),
        Form::PackedNibbles(side, filler) => filled(layout, units, content, side, filler).map(|_| ()),
        Form::PackedDigits(side, filler) => {
            let (odd, rest) = filled(layout, units, content, side, filler)?.unwrap_or((0, content));
            all(rest, |byte| byte & 0x0F < 10 && byte < 0xA0, Flaw::NotADigit)?;
            if odd < 10 { Ok(()) } else { Err(Flaw::NotADigit) }
        }
    }
}

/// The digit that shares its byte with a filler, and the bytes without that one; nothing if there is no filler.
fn filled<'c>(
    layout: &Layout,
    units: usize,
    content: &'c [u8],
    side: Side,
    filler: u8,
) -> Result<Option<(u8, &'c [u8])>, Flaw> {
    if layout.count == Count::Bytes || units.is_multiple_of(2) {
        return Ok(None);
    }
    let split = match side {
        Side::Left => content.split_last().map(|(last, rest)| (last >> 4, last & 0x0F, rest)),
        Side::Right => content.split_first().map(|(first, rest)| (first & 0x0F, first >> 4, rest)),
    };
    match split {
        Some((digit, fills, rest)) if fills == filler => Ok(Some((digit, rest))),
        Some(_) => Err(Flaw::WrongFiller),
        None => Ok(None),
    }
}

/// Looks at every byte without leaving early, which the compiler makes wide instructions of.
fn all(content: &[u8], fits: impl Fn(u8) -> bool, otherwise: Flaw) -> Result<(), Flaw> {
    let fit = content.iter().fold(true, |so_far, byte| so_far & fits(*byte));
    if fit { Ok(()) } else { Err(otherwise) }
}

/// The value of a character 0 to 9 or A to F.
pub(crate) const fn upper_hex(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}
