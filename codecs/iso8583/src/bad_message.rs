//! Why bytes are no message of a dialect, and where: the field and the byte.

use std::fmt;

/// What is wrong, in which part, at which byte counted from the message type's first. Says nothing of the bytes
/// themselves, so it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMessage {
    /// The part that cannot be read.
    pub place: Place,
    /// Where in the message; 0 is the first byte of its type.
    pub offset: usize,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The four digits at the beginning.
    Type,
    /// The list of fields that are there.
    Bitmap,
    /// A field, by its number.
    Field(u8),
    /// Behind the last field.
    End,
}

/// What can be wrong with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The message ends before this part does.
    EndsEarly {
        /// Bytes that it needs.
        needs: usize,
        /// Bytes that are left.
        has: usize,
    },
    /// A nibble or character that must be a decimal digit is none.
    NotADigit,
    /// A character that must be 0 to 9 or A to F is none.
    NotHex,
    /// The length before a field is no number.
    LengthIsNoNumber,
    /// Longer than its table allows.
    TooLong {
        /// As it says.
        is: usize,
        /// As it may be.
        max: usize,
    },
    /// Shorter than its table allows.
    TooShort {
        /// As it says.
        is: usize,
        /// As it must be at least.
        min: usize,
    },
    /// The half byte that fills an odd number of digits up is another than the table's.
    WrongFiller,
    /// The dialect has no such field.
    NotInProfile,
    /// The dialect has no fields above 64, and the message says that it has.
    SecondBitmapNotAllowed,
    /// A second bitmap that lists nothing: it would not be written again.
    EmptySecondBitmap,
    /// There is more than the bitmap lists.
    LeftOver {
        /// Bytes.
        bytes: usize,
    },
}

impl fmt::Display for BadMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Type => f.write_str("the message type")?,
            Place::Bitmap => f.write_str("the bitmap")?,
            Place::Field(number) => write!(f, "field {number}")?,
            Place::End => f.write_str("the end")?,
        }
        write!(f, " at byte {}: {}", self.offset, self.flaw)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::EndsEarly { needs, has } => write!(f, "needs {needs} bytes, {has} are left"),
            Flaw::NotADigit => f.write_str("holds something that is no decimal digit"),
            Flaw::NotHex => f.write_str("holds something that is none of 0 to 9 and A to F"),
            Flaw::LengthIsNoNumber => f.write_str("its length is no number"),
            Flaw::TooLong { is, max } => write!(f, "says that it is {is} long; at most {max} are allowed"),
            Flaw::TooShort { is, min } => write!(f, "says that it is {is} long; at least {min} are needed"),
            Flaw::WrongFiller => f.write_str("an odd number of digits is filled up with the wrong one"),
            Flaw::NotInProfile => f.write_str("this dialect has no such field"),
            Flaw::SecondBitmapNotAllowed => {
                f.write_str("announces fields above 64, which this dialect lacks")
            }
            Flaw::EmptySecondBitmap => f.write_str("announces fields above 64 and lists none"),
            Flaw::LeftOver { bytes } => write!(f, "{bytes} bytes more than the bitmap lists"),
        }
    }
}

impl std::error::Error for BadMessage {}
