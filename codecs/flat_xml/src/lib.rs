//! Flat XML: one root, below it named texts, nothing else. Payment gateways of some age speak it.
//!
//! Reading is strict on purpose, because a signature covers the values and two readers must not see different ones: no
//! document type and so no entities of anybody's own, no attributes, no comments, no instructions, no name twice, nothing
//! nested, and an end to size. Never touches a file or an address, whatever the text asks for.
//!
//! ```
//! let fields = flat_xml::read("xml", b"<xml><a>1</a><b><![CDATA[x & y]]></b></xml>").unwrap();
//! assert_eq!(fields["b"], "x & y");
//! assert_eq!(flat_xml::write("xml", [("a", "1")]), "<xml>\n<a><![CDATA[1]]></a>\n</xml>");
//! ```

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::BTreeMap;
use std::fmt;

/// Names and their texts, in the order of names.
pub type Fields = BTreeMap<String, String>;

/// The longest text that is read, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;
/// The most fields that are read.
pub const FIELDS_MAX: usize = 256;

/// Why a text is no flat XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadXml {
    /// Longer than [`BYTES_MAX`].
    TooLong,
    /// More than [`FIELDS_MAX`] fields.
    TooManyFields,
    /// Not UTF-8.
    NotUtf8,
    /// Not XML: what the reader says.
    NotXml(String),
    /// It ends in the middle.
    Cut,
    /// It brings a document type, with which entities are smuggled in.
    HasADocumentType,
    /// It refers to an entity other than the five that XML itself has.
    UnknownEntity,
    /// Its root has another name.
    AnotherRoot,
    /// A field holds fields.
    Nested,
    /// Attributes, comments, instructions, or text between the fields.
    NotPlain,
    /// A field stands there twice: this one.
    NameTwice(String),
}

impl fmt::Display for BadXml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadXml::TooLong => write!(f, "longer than {BYTES_MAX} bytes"),
            BadXml::TooManyFields => write!(f, "more than {FIELDS_MAX} fields"),
            BadXml::NotUtf8 => f.write_str("not UTF-8"),
            BadXml::NotXml(why) => write!(f, "not XML: {why}"),
            BadXml::Cut => f.write_str("it ends in the middle"),
            BadXml::HasADocumentType => f.write_str("it has a document type"),
            BadXml::UnknownEntity => f.write_str("it refers to an unknown entity"),
            BadXml::AnotherRoot => f.write_str("its root has another name"),
            BadXml::Nested => f.write_str("a field holds fields"),
            BadXml::NotPlain => f.write_str("there is more in it than fields"),
            BadXml::NameTwice(name) => write!(f, "the field {name} stands there twice"),
        }
    }
}

impl std::error::Error for BadXml {}

/// The fields below `root`. Texts are taken as they stand, blanks included.
pub fn read(root: &str, bytes: &[u8]) -> Result<Fields, BadXml> {
    if bytes.len() > BYTES_MAX {
        return Err(BadXml::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadXml::NotUtf8)?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut reading = Reading { root, place: Place::Before, fields: Fields::new() };
    loop {
        let event = reader.read_event().map_err(|why| BadXml::NotXml(why.to_string()))?;
        if matches!(event, Event::Eof) {
            return if matches!(reading.place, Place::After) { Ok(reading.fields) } else { Err(BadXml::Cut) };
        }
        reading.take(event)?;
    }
}

/// Writes `fields` in their order. They must hold no control characters, which XML cannot carry.
pub fn write<'a>(root: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!("<{root}>\n");
    for (name, value) in fields {
        // The one thing that would end the text early is written in two halves.
        let value = value.replace("]]>", "]]]]><![CDATA[>");
        text.push_str(&format!("<{name}><![CDATA[{value}]]></{name}>\n"));
    }
    text.push_str(&format!("</{root}>"));
    text
}

/// What has been read so far.
struct Reading<'a> {
    root: &'a str,
    place: Place,
    fields: Fields,
}

/// Where the reader stands.
enum Place {
    Before,
    Root,
    Field { name: String, value: String },
    After,
}

impl Reading<'_> {
    fn take(&mut self, event: Event<'_>) -> Result<(), BadXml> {
        match event {
            Event::Start(start) => self.open(&start),
            Event::Empty(start) => {
                self.open(&start)?;
                self.close()
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.decode().map_err(|_| BadXml::NotUtf8)?),
            Event::CData(text) => match self.place {
                Place::Field { .. } => self.text(&text.decode().map_err(|_| BadXml::NotUtf8)?),
                Place::Before | Place::Root | Place::After => Err(BadXml::NotPlain),
            },
            Event::GeneralRef(reference) => {
                let text = meant(&reference)?;
                self.text(&text)
            }
            Event::DocType(_) => Err(BadXml::HasADocumentType),
            Event::Decl(_) if matches!(self.place, Place::Before) => Ok(()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => Err(BadXml::NotPlain),
            Event::Eof => Ok(()),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), BadXml> {
        let name = start.name();
        let name = std::str::from_utf8(name.as_ref()).map_err(|_| BadXml::NotUtf8)?;
        if !start.attributes_raw().trim_ascii().is_empty() {
            return Err(BadXml::NotPlain);
        }
        self.place = match &self.place {
            Place::Before if name != self.root => return Err(BadXml::AnotherRoot),
            Place::Before => Place::Root,
            Place::Root if self.fields.len() == FIELDS_MAX => return Err(BadXml::TooManyFields),
            Place::Root if self.fields.contains_key(name) => return Err(BadXml::NameTwice(name.to_owned())),
            Place::Root => Place::Field { name: name.to_owned(), value: String::new() },
            Place::Field { .. } => return Err(BadXml::Nested),
            Place::After => return Err(BadXml::NotPlain),
        };
        Ok(())
    }

    fn close(&mut self) -> Result<(), BadXml> {
        self.place = match std::mem::replace(&mut self.place, Place::After) {
            Place::Field { name, value } => {
                self.fields.insert(name, value);
                Place::Root
            }
            Place::Root => Place::After,
            Place::Before | Place::After => return Err(BadXml::NotPlain),
        };
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), BadXml> {
        match &mut self.place {
            Place::Field { value, .. } => value.push_str(text),
            Place::Before | Place::Root | Place::After if text.trim_ascii().is_empty() => {}
            Place::Before | Place::Root | Place::After => return Err(BadXml::NotPlain),
        }
        Ok(())
    }
}

/// A character by its number, or one of the five that XML names.
fn meant(reference: &BytesRef<'_>) -> Result<String, BadXml> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| BadXml::UnknownEntity)? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|_| BadXml::NotUtf8)?;
    resolve_predefined_entity(&name).map(str::to_owned).ok_or(BadXml::UnknownEntity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_flat_is_read() {
        let check = |text: &str, pairs: &[(&str, &str)]| {
            assert_eq!(read("xml", text.as_bytes()), Ok(fields(pairs)), "{text}");
        };
        check("<xml></xml>", &[]);
        check("<xml/>", &[]);
        check("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n <a>1</a>\n</xml>\n", &[("a", "1")]);
        check("\u{feff}<xml><a>1</a></xml>", &[("a", "1")]);
        check("<xml><a/><b></b><c>  </c></xml>", &[("a", ""), ("b", ""), ("c", "  ")]);
        check("<xml><a><![CDATA[<b>&amp;]]></a></xml>", &[("a", "<b>&amp;")]);
        check("<xml><a>&lt;&amp;&gt;&quot;&apos;&#20013;&#x6587;</a></xml>", &[("a", "<&>\"'中文")]);
        check("<xml><a>one<![CDATA[ and ]]>two</a></xml>", &[("a", "one and two")]);
    }

    #[test]
    fn what_is_not_flat_is_refused_by_name() {
        let check = |text: &str, expected: BadXml| {
            assert_eq!(read("xml", text.as_bytes()), Err(expected), "{text}");
        };
        check("", BadXml::Cut);
        check("hello", BadXml::NotPlain);
        check("<xml><a>1</a>", BadXml::Cut);
        check("<xml><a>1", BadXml::Cut);
        check("<html></html>", BadXml::AnotherRoot);
        check("<xml><a><b>1</b></a></xml>", BadXml::Nested);
        check("<xml><a>1</a><a>2</a></xml>", BadXml::NameTwice("a".to_owned()));
        check("<xml><a>1</a><a/></xml>", BadXml::NameTwice("a".to_owned()));
        check("<xml a=\"1\"></xml>", BadXml::NotPlain);
        check("<xml><a b=\"1\">1</a></xml>", BadXml::NotPlain);
        check("<xml><a>1<!-- or 2 --></a></xml>", BadXml::NotPlain);
        check("<xml><?run me?></xml>", BadXml::NotPlain);
        check("<xml>text</xml>", BadXml::NotPlain);
        check("<xml><![CDATA[text]]></xml>", BadXml::NotPlain);
        check("<xml></xml><xml></xml>", BadXml::NotPlain);
        check("<xml></xml>more", BadXml::NotPlain);
        check("<xml><a>&bomb;</a></xml>", BadXml::UnknownEntity);
        check("<xml><a>&#0;</a></xml>", BadXml::UnknownEntity);
        for broken in ["<xml><a>1</b></xml>", "<xml><a>&</a></xml>", "<xml><a", "<xml></a></xml>"] {
            assert!(matches!(read("xml", broken.as_bytes()), Err(BadXml::NotXml(_))), "{broken}");
        }
        assert_eq!(read("xml", b"<xml><a>\xff</a></xml>"), Err(BadXml::NotUtf8));
    }

    /// Entities that grow into gigabytes, and entities that read files, need a document type.
    #[test]
    fn no_entity_is_ever_expanded_or_fetched() {
        let bomb = "<!DOCTYPE xml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><xml><x>&b;</x></xml>";
        let file = "<!DOCTYPE xml [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><xml><x>&f;</x></xml>";
        for text in [bomb, file, "<!DOCTYPE xml><xml></xml>"] {
            assert_eq!(read("xml", text.as_bytes()), Err(BadXml::HasADocumentType), "{text}");
        }
        assert_eq!(read("xml", b"<xml><x>&f;</x></xml>"), Err(BadXml::UnknownEntity));
    }

    #[test]
    fn there_is_an_end_to_size() {
        let long = format!("<xml><a>{}</a></xml>", "1".repeat(BYTES_MAX));
        assert_eq!(read("xml", long.as_bytes()), Err(BadXml::TooLong));
        let field = |n: usize| format!("<a{n}>1</a{n}>");
        let many: String = (0..=FIELDS_MAX).map(field).collect();
        assert_eq!(read("xml", format!("<xml>{many}</xml>").as_bytes()), Err(BadXml::TooManyFields));
        let deep = "<a>".repeat(20_000);
        assert_eq!(read("xml", format!("<xml>{deep}").as_bytes()), Err(BadXml::Nested));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(pairs in proptest::collection::btree_map("[a-z_]{1,8}", "[^\\p{Cc}]{0,16}|[\\]>&<;]{0,9}", 0..6)) {
            let written = write("xml", pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            prop_assert_eq!(read("xml", written.as_bytes()), Ok(pairs));
        }

        #[test]
        fn any_bytes_are_flat_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read("xml", &bytes);
        }

        #[test]
        fn any_tags_are_flat_or_an_error(text in "(<xml>|</xml>|<a>|</a>|<!\\[CDATA\\[|\\]\\]>|&lt;|&x;|<!--|-->|1| ){0,12}") {
            let _ = read("xml", text.as_bytes());
        }
    }
}
