//! XML as payment gateways use it: elements and texts. Read strictly; whatever else XML knows (attributes, document types,
//! entities of one's own, comments) is refused, so that there is nothing in it to be obeyed.

/// Elements inside one another, at most.
const DEPTH_MAX: usize = 16;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its text, without the text of elements inside.
    pub text: String,
    /// The elements inside, in their order.
    pub children: Vec<Element>,
}

/// The text is no such XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadXml;

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
pub fn parse(text: &str) -> Result<Element, BadXml> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    if let Some(after) = rest.strip_prefix("<?xml") {
        let (head, after) = after.split_once("?>").ok_or(BadXml)?;
        if head.contains(['<', '>']) {
            return Err(BadXml);
        }
        rest = after.trim_start();
    }
    let (root, rest) = element(rest, 0)?;
    rest.trim().is_empty().then_some(root).ok_or(BadXml)
}

/// A text as it stands in XML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn element(text: &str, depth: usize) -> Result<(Element, &str), BadXml> {
    if depth >= DEPTH_MAX {
        return Err(BadXml);
    }
    let (tag, mut rest) = text.strip_prefix('<').and_then(|text| text.split_once('>')).ok_or(BadXml)?;
    let (name, empty) = match tag.strip_suffix('/') {
        Some(name) => (name.trim_end(), true),
        None => (tag, false),
    };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Err(BadXml);
    }
    let mut found = Element { name: name.to_owned(), ..Element::default() };
    if !empty {
        rest = content(&mut found, rest, depth)?;
    }
    if !found.children.is_empty() {
        if !found.text.trim().is_empty() {
            return Err(BadXml);
        }
        found.text.clear();
    }
    Ok((found, rest))
}

/// Reads what is inside an element, up to its end, and gives what follows it.
fn content<'a>(found: &mut Element, mut rest: &'a str, depth: usize) -> Result<&'a str, BadXml> {
    loop {
        if let Some(after) = rest.strip_prefix("</") {
            let (end, after) = after.split_once('>').ok_or(BadXml)?;
            return if end.trim_end() == found.name { Ok(after) } else { Err(BadXml) };
        } else if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let (plain, after) = after.split_once("]]>").ok_or(BadXml)?;
            found.text.push_str(plain);
            rest = after;
        } else if rest.starts_with('<') {
            let (child, after) = element(rest, depth + 1)?;
            found.children.push(child);
            rest = after;
        } else {
            let end = rest.find('<').ok_or(BadXml)?;
            unescape(&rest[..end], &mut found.text)?;
            rest = &rest[end..];
        }
    }
}

fn unescape(text: &str, into: &mut String) -> Result<(), BadXml> {
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('&') {
        into.push_str(plain);
        let (entity, after) = after.split_once(';').ok_or(BadXml)?;
        into.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => character(number)?,
        });
        rest = after;
    }
    into.push_str(rest);
    Ok(())
}

/// `#20013` or `#x4e2d`.
fn character(entity: &str) -> Result<char, BadXml> {
    let number = entity.strip_prefix('#').ok_or(BadXml)?;
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    code.ok().and_then(char::from_u32).filter(|c| *c != '\0').ok_or(BadXml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_texts_are_read() {
        let root = parse(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<a> <b>1 &amp; &#20013;</b><c><![CDATA[<x>&]]></c> <d/>\n<e><f>2</f></e></a>\n",
        );
        let root = root.unwrap();
        assert_eq!(root.text_of("b"), Some("1 & 中"));
        assert_eq!(root.text_of("c"), Some("<x>&"));
        assert_eq!(root.text_of("d"), None);
        assert_eq!(root.child("e").unwrap().text_of("f"), Some("2"));
        assert_eq!(parse(&format!("<a>{}</a>", escape("<&>"))).unwrap().text, "<&>");
    }

    #[test]
    fn a_name_twice_is_nobody() {
        let root = parse("<a><b>1</b><b>2</b></a>").unwrap();
        assert_eq!(root.text_of("b"), None);
    }

    #[test]
    fn whatever_else_xml_knows_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(20), "</a>".repeat(20));
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a></a><b></b>",
            "<a>1<b>2</b></a>",
            "<a x=\"1\"></a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a><!-- --></a>",
            "<a><?php ?></a>",
            "<a><![CDATA[</a>",
            "<></>",
            deep.as_str(),
        ] {
            assert_eq!(parse(text), Err(BadXml), "{text}");
        }
    }
}
