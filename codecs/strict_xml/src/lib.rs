//! XML as payment gateways of some age use it: elements with texts or with elements inside.
//!
//! Reading is strict on purpose, because a signature covers the values and two readers must not see different ones: no
//! document type and so no entities of anybody's own, no attributes, no comments, no instructions, no text between elements,
//! and an end to size and depth. Never touches a file or an address, whatever the text asks for. [`flat`] is the simplest
//! kind, which is most common.
//!
//! ```
//! let order = strict_xml::parse(b"<order><id>7</id><lines><line>tea &amp; milk</line></lines></order>").unwrap();
//! assert_eq!(order.text_of("id"), Some("7"));
//! assert_eq!(order.child("lines").unwrap().text_of("line"), Some("tea & milk"));
//! ```

pub mod flat;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::fmt;

/// The longest text that is read, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;
/// Elements inside one another, at most.
pub const DEPTH_MAX: usize = 16;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its text as it stands, blanks included; empty if there are elements inside.
    pub text: String,
    /// The elements inside, in their order.
    pub children: Vec<Element>,
}

/// Why a text is no such XML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadXml {
    /// Longer than [`BYTES_MAX`].
    TooLong,
    /// More than [`DEPTH_MAX`] elements inside one another.
    TooDeep,
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
    /// Attributes, comments, instructions, or text between elements.
    NotPlain,
    /// Its root has another name; flat XML only.
    AnotherRoot,
    /// A field holds fields; flat XML only.
    Nested,
    /// A field stands there twice: this one; flat XML only.
    NameTwice(String),
    /// More than [`flat::FIELDS_MAX`] fields; flat XML only.
    TooManyFields,
}

impl fmt::Display for BadXml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadXml::TooLong => write!(f, "longer than {BYTES_MAX} bytes"),
            BadXml::TooDeep => write!(f, "more than {DEPTH_MAX} elements inside one another"),
            BadXml::NotUtf8 => f.write_str("not UTF-8"),
            BadXml::NotXml(why) => write!(f, "not XML: {why}"),
            BadXml::Cut => f.write_str("it ends in the middle"),
            BadXml::HasADocumentType => f.write_str("it has a document type"),
            BadXml::UnknownEntity => f.write_str("it refers to an unknown entity"),
            BadXml::NotPlain => f.write_str("there is more in it than elements and their texts"),
            BadXml::AnotherRoot => f.write_str("its root has another name"),
            BadXml::Nested => f.write_str("a field holds fields"),
            BadXml::NameTwice(name) => write!(f, "the field {name} stands there twice"),
            BadXml::TooManyFields => write!(f, "more than {} fields", flat::FIELDS_MAX),
        }
    }
}

impl std::error::Error for BadXml {}

impl Element {
    /// The one element of that name inside; nothing if there are several.
    pub fn child(&self, name: &str) -> Option<&Element> {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The text of the one element of that name inside; nothing if it is empty or has elements itself.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        let child = self.child(name).filter(|child| child.children.is_empty())?;
        Some(child.text.as_str()).filter(|text| !text.is_empty())
    }
}

/// Reads a document: an optional head, one element, nothing after it.
pub fn parse(bytes: &[u8]) -> Result<Element, BadXml> {
    if bytes.len() > BYTES_MAX {
        return Err(BadXml::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| BadXml::NotUtf8)?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut reading = Reading::default();
    loop {
        let event = reader.read_event().map_err(|why| BadXml::NotXml(why.to_string()))?;
        if matches!(event, Event::Eof) {
            return if reading.open.is_empty() { reading.root.ok_or(BadXml::Cut) } else { Err(BadXml::Cut) };
        }
        reading.take(event)?;
    }
}

/// A text as it stands in XML. It must hold no control characters, which XML cannot carry.
pub fn escape(text: &str) -> String {
    quick_xml::escape::minimal_escape(text).into_owned()
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    /// The elements that are not at their end yet, the outermost first.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Reading {
    fn take(&mut self, event: Event<'_>) -> Result<(), BadXml> {
        match event {
            Event::Start(start) => self.begin(&start),
            Event::Empty(start) => {
                self.begin(&start)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.decode().map_err(|_| BadXml::NotUtf8)?),
            Event::CData(_) if self.open.is_empty() => Err(BadXml::NotPlain),
            Event::CData(text) => self.text(&text.decode().map_err(|_| BadXml::NotUtf8)?),
            Event::GeneralRef(reference) => self.text(&meant(&reference)?),
            Event::DocType(_) => Err(BadXml::HasADocumentType),
            Event::Decl(_) if self.open.is_empty() && self.root.is_none() => Ok(()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => Err(BadXml::NotPlain),
            Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), BadXml> {
        let name = start.name();
        let name = std::str::from_utf8(name.as_ref()).map_err(|_| BadXml::NotUtf8)?;
        if self.root.is_some() || !start.attributes_raw().trim_ascii().is_empty() {
            return Err(BadXml::NotPlain);
        }
        if self.open.len() == DEPTH_MAX {
            return Err(BadXml::TooDeep);
        }
        self.open.push(Element { name: name.to_owned(), ..Element::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), BadXml> {
        let mut ended = self.open.pop().ok_or(BadXml::NotPlain)?;
        if !ended.children.is_empty() {
            if !ended.text.trim_ascii().is_empty() {
                return Err(BadXml::NotPlain);
            }
            ended.text.clear();
        }
        match self.open.last_mut() {
            Some(around) => around.children.push(ended),
            None => self.root = Some(ended),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), BadXml> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_ascii().is_empty() => {}
            None => return Err(BadXml::NotPlain),
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

    #[test]
    fn elements_and_texts_are_read() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<a> <b>1 &amp; &#20013;</b><c><![CDATA[<x>&]]></c> \
                    <d/>\n<e><f>2</f></e></a>\n";
        let root = parse(text.as_bytes()).unwrap();
        assert_eq!(root.text_of("b"), Some("1 & 中"));
        assert_eq!(root.text_of("c"), Some("<x>&"));
        assert_eq!(root.text_of("d"), None);
        assert_eq!(root.child("e").unwrap().text_of("f"), Some("2"));
        assert_eq!(parse(format!("<a>{}</a>", escape("<&>")).as_bytes()).unwrap().text, "<&>");
    }

    #[test]
    fn a_name_twice_is_nobody() {
        assert_eq!(parse(b"<a><b>1</b><b>2</b></a>").unwrap().text_of("b"), None);
    }

    #[test]
    fn whatever_else_xml_knows_is_refused_by_name() {
        let check =
            |text: &str, expected: BadXml| assert_eq!(parse(text.as_bytes()), Err(expected), "{text}");
        check("", BadXml::Cut);
        check("text", BadXml::NotPlain);
        check("<a>", BadXml::Cut);
        check("<a></a><b></b>", BadXml::NotPlain);
        check("<a>1<b>2</b></a>", BadXml::NotPlain);
        check("<a x=\"1\"></a>", BadXml::NotPlain);
        check("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", BadXml::HasADocumentType);
        check("<a>&b;</a>", BadXml::UnknownEntity);
        check("<a>&#0;</a>", BadXml::UnknownEntity);
        check("<a><!-- --></a>", BadXml::NotPlain);
        check("<a><?php ?></a>", BadXml::NotPlain);
        check(&"<a>".repeat(20_000), BadXml::TooDeep);
        for broken in ["<a></b>", "<a><![CDATA[</a>", "<a>&</a>", "<a", "<a></a></a>"] {
            assert!(matches!(parse(broken.as_bytes()), Err(BadXml::NotXml(_))), "{broken}");
        }
        assert_eq!(parse(b"<a>\xff</a>"), Err(BadXml::NotUtf8));
    }

    proptest! {
        #[test]
        fn what_is_escaped_reads_back(text in "[^\\p{Cc}]{1,16}") {
            let read = parse(format!("<a>{}</a>", escape(&text)).as_bytes());
            prop_assert_eq!(read.map(|element| element.text), Ok(text));
        }

        #[test]
        fn any_tags_are_elements_or_an_error(text in "(<a>|</a>|<b/>|<!\\[CDATA\\[|\\]\\]>|&lt;|&x;|<!--|-->|1| ){0,12}") {
            let _ = parse(text.as_bytes());
        }
    }
}
