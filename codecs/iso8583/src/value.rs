//! A field's content, where it lies in the message: borrowed, and printed only as far as its table allows.

use crate::spec::{Count, Form, Layout, Side};
use std::fmt;

/// What one field holds. It borrows the message; its [`fmt::Debug`] tells its length and nothing else.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(crate) form: Form,
    pub(crate) count: Count,
    pub(crate) bytes: &'a [u8],
    pub(crate) units: u16,
}

impl<'a> Value<'a> {
    /// As it lies in the message, without its length: packed digits stay packed, with their filler.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many digits or bytes.
    pub fn len(&self) -> usize {
        usize::from(self.units)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.units == 0
    }

    /// Its characters: a digit for each packed half byte, otherwise its bytes.
    pub fn characters(&self) -> Characters<'a> {
        let packed = matches!(self.form, Form::PackedDigits(..) | Form::PackedNibbles(..));
        let digits = match self.count {
            Count::Digits => self.len(),
            Count::Bytes => self.bytes.len() * 2,
        };
        if !packed {
            return Characters { bytes: self.bytes, packed: false, next: 0, end: self.bytes.len() };
        }
        let right =
            matches!(self.form, Form::PackedDigits(Side::Right, _) | Form::PackedNibbles(Side::Right, _));
        let skipped = usize::from(right && digits % 2 == 1);
        Characters { bytes: self.bytes, packed: true, next: skipped, end: skipped + digits }
    }

    /// Its characters as text; a byte that is no ASCII stands as U+FFFD. Copies, so it is for what may be kept.
    pub fn to_text(&self) -> String {
        self.characters().map(|byte| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' }).collect()
    }

    /// The decimal number that it is; nothing if it is empty, holds anything else than digits, or is beyond [`u64`].
    pub fn number(&self) -> Option<u64> {
        let mut number: u64 = 0;
        for byte in self.characters() {
            let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
            number = number.checked_mul(10)?.checked_add(digit)?;
        }
        (!self.is_empty()).then_some(number)
    }

    /// Whether its characters are exactly these.
    pub fn is(&self, text: &str) -> bool {
        self.characters().eq(text.bytes())
    }

    /// A part of it, by its first digit or byte and how many there are; nothing if it ends before.
    pub fn part(&self, from: usize, width: usize) -> Option<String> {
        let characters = self.characters();
        (from + width <= characters.len()).then(|| {
            characters
                .skip(from)
                .take(width)
                .map(|byte| if byte.is_ascii() { char::from(byte) } else { '\u{FFFD}' })
                .collect()
        })
    }

    pub(crate) fn of(layout: &Layout, bytes: &'a [u8], units: u16) -> Value<'a> {
        Value { form: layout.form, count: layout.count, bytes, units }
    }
}

/// Two are equal if they say the same, however it is written.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.characters().eq(other.characters())
    }
}

impl Eq for Value<'_> {}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.count {
            Count::Digits => "digits",
            Count::Bytes => "bytes",
        };
        write!(f, "({} {unit})", self.units)
    }
}

/// The characters of a field, one by one.
#[derive(Clone)]
pub struct Characters<'a> {
    bytes: &'a [u8],
    packed: bool,
    next: usize,
    end: usize,
}

impl Iterator for Characters<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.next == self.end {
            return None;
        }
        let at = self.next;
        self.next += 1;
        if !self.packed {
            return self.bytes.get(at).copied();
        }
        let byte = *self.bytes.get(at / 2)?;
        Some(hex_digit(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0F }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }
}

impl ExactSizeIterator for Characters<'_> {}

/// The character of a half byte.
pub(crate) const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(side: Side, units: u16, bytes: &[u8]) -> Value<'_> {
        Value { form: Form::PackedDigits(side, 0), count: Count::Digits, bytes, units }
    }

    #[test]
    fn an_odd_number_of_digits_leaves_its_filler_out() {
        assert_eq!(packed(Side::Left, 3, &[0x05, 0x10]).to_text(), "051");
        assert_eq!(packed(Side::Right, 3, &[0x00, 0x01]).to_text(), "001");
        assert_eq!(packed(Side::Left, 3, &[0x05, 0x10]), packed(Side::Right, 3, &[0x00, 0x51]));
        assert_eq!(packed(Side::Right, 3, &[0x00, 0x51]).part(1, 2).as_deref(), Some("51"));
        assert_eq!(packed(Side::Right, 3, &[0x00, 0x51]).part(2, 2), None);
    }

    #[test]
    fn a_number_is_all_of_it_or_nothing() {
        let number = |text: &str| {
            Value { form: Form::Text, count: Count::Bytes, bytes: text.as_bytes(), units: text.len() as u16 }
                .number()
        };
        assert_eq!(number("000000010000"), Some(10_000));
        for none in ["", "12 ", "-1", "0x1", "18446744073709551616"] {
            assert_eq!(number(none), None, "{none:?}");
        }
    }

    #[test]
    fn nothing_of_it_is_printed_by_accident() {
        assert_eq!(format!("{:?}", packed(Side::Left, 19, &[0x62; 10])), "(19 digits)");
    }
}
