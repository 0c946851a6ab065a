//! BER-TLV as chip cards write it: a tag, a length, a value; some values hold further ones. Borrowed, without copying.
//!
//! It knows how tags and lengths are written (EMV Book 3, annex B), and not what any tag means.
//!
//! ```
//! use ber_tlv::{Tag, find, write};
//!
//! let mut chip = Vec::new();
//! write(&mut chip, Tag::of(0x9F26), &[1, 2, 3, 4, 5, 6, 7, 8]);
//! write(&mut chip, Tag::of(0x95), &[0; 5]);
//! assert_eq!(find(&chip, &[Tag::of(0x95)]), Ok(Some(&[0_u8; 5][..])));
//! assert_eq!(find(&chip, &[Tag::of(0x57)]), Ok(None));
//! ```

use std::fmt;

/// A tag of one to four bytes, as they are written: `0x95`, `0x9F26`, `0xDF8101`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u32);

/// One object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Its value; for a constructed one, the objects in it.
    pub value: &'a [u8],
}

/// Why bytes are no objects, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTlv {
    /// The byte at which the object that cannot be read begins.
    pub offset: usize,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It ends before its tag, its length or its value does.
    EndsEarly,
    /// Its tag has more than four bytes.
    TagTooLong,
    /// Its length has more than three bytes, or is none at all ("until the end is said", which cards do not use).
    LengthNotAllowed,
    /// A tag of a list of tags and lengths has none behind it.
    NoLength,
}

impl Tag {
    /// Of its bytes, read as one number.
    pub const fn of(bytes: u32) -> Tag {
        Tag(bytes)
    }

    /// Its bytes, read as one number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether its value holds further objects.
    pub const fn is_constructed(self) -> bool {
        self.first_byte() & 0x20 != 0
    }

    const fn first_byte(self) -> u8 {
        let [a, b, c, d] = self.0.to_be_bytes();
        match (a, b, c) {
            (0, 0, 0) => d,
            (0, 0, _) => c,
            (0, _, _) => b,
            _ => a,
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        let bytes = self.0.to_be_bytes();
        let zeros = bytes.iter().take(3).take_while(|byte| **byte == 0).count();
        out.extend_from_slice(&bytes[zeros..]);
    }
}

/// Each object on this level, in order; the first that cannot be read is an error and ends it. Zeros between objects
/// are skipped, as EMV allows.
pub fn objects(bytes: &[u8]) -> Objects<'_> {
    Objects { bytes, at: 0, broken: false }
}

/// See [`objects`].
#[derive(Clone)]
pub struct Objects<'a> {
    bytes: &'a [u8],
    at: usize,
    broken: bool,
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Tlv<'a>, BadTlv>;

    fn next(&mut self) -> Option<Result<Tlv<'a>, BadTlv>> {
        while self.bytes.get(self.at) == Some(&0) {
            self.at += 1;
        }
        if self.broken || self.at >= self.bytes.len() {
            return None;
        }
        let read = self.object();
        self.broken = read.is_err();
        Some(read.map_err(|flaw| BadTlv { offset: self.at, flaw }))
    }
}

impl<'a> Objects<'a> {
    fn object(&mut self) -> Result<Tlv<'a>, Flaw> {
        let rest = &self.bytes[self.at..];
        let (tag, tag_bytes) = tag_at(rest)?;
        let (length, length_bytes) = length_at(&rest[tag_bytes..])?;
        let begin = tag_bytes + length_bytes;
        let value = rest.get(begin..begin + length).ok_or(Flaw::EndsEarly)?;
        self.at += begin + length;
        Ok(Tlv { tag, value })
    }
}

/// The first value along a path of tags: `[0x6F, 0xA5]` is A5 within 6F. Nothing if it is not there.
pub fn find<'a>(bytes: &'a [u8], path: &[Tag]) -> Result<Option<&'a [u8]>, BadTlv> {
    let Some((first, rest)) = path.split_first() else { return Ok(Some(bytes)) };
    for object in objects(bytes) {
        let object = object?;
        if object.tag == *first {
            return find(object.value, rest);
        }
    }
    Ok(None)
}

/// Writes an object behind what is in `out`.
pub fn write(out: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    tag.write(out);
    match value.len() {
        length @ 0..=0x7F => out.push(length as u8),
        length @ 0x80..=0xFF => out.extend([0x81, length as u8]),
        length @ 0x100..=0xFFFF => out.extend([0x82, (length >> 8) as u8, length as u8]),
        length => {
            assert!(length < 1 << 24, "no card's object is this long");
            out.extend([0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]);
        }
    }
    out.extend_from_slice(value);
}

/// A list of tags and how many bytes of each are wanted: what a card asks a terminal for.
pub fn wanted(list: &[u8]) -> Result<Vec<(Tag, usize)>, BadTlv> {
    let mut wants = Vec::new();
    let mut at = 0;
    while at < list.len() {
        let bad = |flaw| BadTlv { offset: at, flaw };
        let (tag, tag_bytes) = tag_at(&list[at..]).map_err(bad)?;
        let length = *list.get(at + tag_bytes).ok_or(bad(Flaw::NoLength))?;
        wants.push((tag, usize::from(length)));
        at += tag_bytes + 1;
    }
    Ok(wants)
}

/// A tag, and how many bytes it takes.
fn tag_at(bytes: &[u8]) -> Result<(Tag, usize), Flaw> {
    let first = *bytes.first().ok_or(Flaw::EndsEarly)?;
    let mut tag = u32::from(first);
    let mut length = 1;
    let mut more = first & 0x1F == 0x1F;
    while more {
        if length == 4 {
            return Err(Flaw::TagTooLong);
        }
        let byte = *bytes.get(length).ok_or(Flaw::EndsEarly)?;
        tag = tag << 8 | u32::from(byte);
        more = byte & 0x80 != 0;
        length += 1;
    }
    Ok((Tag(tag), length))
}

/// A length, and how many bytes it takes.
fn length_at(bytes: &[u8]) -> Result<(usize, usize), Flaw> {
    let first = *bytes.first().ok_or(Flaw::EndsEarly)?;
    match first {
        0..=0x7F => Ok((usize::from(first), 1)),
        0x81..=0x83 => {
            let count = usize::from(first & 0x0F);
            let written = bytes.get(1..=count).ok_or(Flaw::EndsEarly)?;
            Ok((written.iter().fold(0, |so_far, byte| so_far << 8 | usize::from(*byte)), count + 1))
        }
        _ => Err(Flaw::LengthNotAllowed),
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Tag and length, and nothing of the value: it may be a card's number.
impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.tag, self.value.len())
    }
}

impl fmt::Display for BadTlv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.flaw {
            Flaw::EndsEarly => "ends early",
            Flaw::TagTooLong => "has a tag of more than four bytes",
            Flaw::LengthNotAllowed => "has a length that cards do not write",
            Flaw::NoLength => "has no length behind its tag",
        };
        write!(f, "the object at byte {} {what}", self.offset)
    }
}

impl std::error::Error for BadTlv {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a card answers to the choice of its payment environment, made up: a name, an entry, a label.
    const PPSE: &[u8] = &[
        0x6F, 0x1C, 0x84, 0x02, 0x31, 0x50, 0xA5, 0x16, 0xBF, 0x0C, 0x13, 0x61, 0x11, 0x4F, 0x08, 0xA0, 0x00,
        0x00, 0x03, 0x33, 0x01, 0x01, 0x01, 0x50, 0x02, 0x55, 0x50, 0x87, 0x01, 0x01,
    ];

    #[test]
    fn a_value_is_found_along_its_path() {
        let path = [0x6F, 0xA5, 0xBF0C, 0x61, 0x4F].map(Tag::of);
        let found = find(PPSE, &path).expect("well made").expect("it is there");
        assert_eq!(found, [0xA0, 0, 0, 3, 0x33, 1, 1, 1]);
        assert_eq!(find(PPSE, &[0x6F, 0x57].map(Tag::of)), Ok(None));
        assert!(Tag::of(0xBF0C).is_constructed() && !Tag::of(0x9F26).is_constructed());
    }

    #[test]
    fn where_it_breaks_is_told() {
        let told = |bytes: &[u8]| objects(bytes).find_map(Result::err).map(|bad| bad.to_string());
        assert_eq!(told(&[0x95, 1, 0, 0x9F]).as_deref(), Some("the object at byte 3 ends early"));
        assert_eq!(told(&[0x95, 3, 0, 0]).as_deref(), Some("the object at byte 0 ends early"));
        assert_eq!(
            told(&[0x95, 0x80]).as_deref(),
            Some("the object at byte 0 has a length that cards do not write")
        );
        assert_eq!(
            told(&[0x9F, 0x81, 0x81, 0x81, 1, 0]).as_deref(),
            Some("the object at byte 0 has a tag of more than four bytes")
        );
        assert_eq!(told(&[0, 0, 0x95, 0, 0]), None);
    }

    #[test]
    fn a_card_s_list_of_wants_is_read() {
        let wants = wanted(&[0x9F, 0x66, 4, 0x95, 5]).expect("well made");
        assert_eq!(wants, [(Tag::of(0x9F66), 4), (Tag::of(0x95), 5)]);
        assert_eq!(wanted(&[0x95]), Err(BadTlv { offset: 0, flaw: Flaw::NoLength }));
    }

    fn tag() -> impl Strategy<Value = Tag> {
        prop_oneof![
            (1_u32..=0xFF).prop_filter("one byte", |byte| byte & 0x1F != 0x1F),
            (0_u32..0x80).prop_map(|low| 0x9F00 | low),
            (0_u32..0x80).prop_map(|low| 0x00DF_8100 | low),
        ]
        .prop_map(Tag::of)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_reads_back(all in prop::collection::vec((tag(), prop::collection::vec(any::<u8>(), 0..300)), 0..8)) {
            let mut bytes = Vec::new();
            for (tag, value) in &all {
                write(&mut bytes, *tag, value);
            }
            let read: Vec<_> = objects(&bytes).map(|object| object.map(|object| (object.tag, object.value.to_vec()))).collect::<Result<_, _>>().expect("just written");
            prop_assert_eq!(read, all);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for object in objects(&bytes).flatten() {
                prop_assert!(object.value.len() <= bytes.len());
            }
            let _ = wanted(&bytes);
        }
    }
}
