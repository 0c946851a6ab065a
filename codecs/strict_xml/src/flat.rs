//! Flat XML: one root, below it named texts, nothing else.
//!
//! ```
//! use strict_xml::flat;
//!
//! let fields = flat::read("xml", b"<xml><a>1</a><b><![CDATA[x & y]]></b></xml>").unwrap();
//! assert_eq!(fields["b"], "x & y");
//! assert_eq!(flat::write("xml", [("a", "1")]), "<xml>\n<a><![CDATA[1]]></a>\n</xml>");
//! ```

use crate::{BadXml, parse};
use std::collections::BTreeMap;

/// Names and their texts, in the order of names.
pub type Fields = BTreeMap<String, String>;

/// The most fields that are read.
pub const FIELDS_MAX: usize = 256;

/// The fields below `root`. Texts are taken as they stand, blanks included.
pub fn read(root: &str, bytes: &[u8]) -> Result<Fields, BadXml> {
    let found = parse(bytes)?;
    if found.name != root {
        return Err(BadXml::AnotherRoot);
    }
    if !found.text.trim_ascii().is_empty() {
        return Err(BadXml::NotPlain);
    }
    if found.children.len() > FIELDS_MAX {
        return Err(BadXml::TooManyFields);
    }
    let mut fields = Fields::new();
    for field in found.children {
        if !field.children.is_empty() {
            return Err(BadXml::Nested);
        }
        if fields.contains_key(&field.name) {
            return Err(BadXml::NameTwice(field.name));
        }
        fields.insert(field.name, field.text);
    }
    Ok(fields)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BYTES_MAX;
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
        assert_eq!(read("xml", format!("<xml>{deep}").as_bytes()), Err(BadXml::TooDeep));
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
