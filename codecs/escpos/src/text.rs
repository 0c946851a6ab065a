//! Which bytes a piece of text becomes: ASCII and GBK double bytes, nothing else.
//!
//! GBK is encoded strictly. The four-byte codes of GB18030 print as rubbish on nearly every printer sold as "GB18030",
//! and WHATWG's GBK has a one-byte euro sign no printer font has; both count as "no glyph".

use encoding_rs::GBK;

/// What is printed in place of a character the printer has no glyph for: the traditional printer's "geta" mark.
pub const SUBSTITUTE: char = '〓';

/// The character that will be printed for this one: itself, its GBK twin, or `None` when the font has neither.
///
/// U+00A5 `¥` has no GBK code, its full-width twin U+FFE5 `￥` has. A no-break space is a space on paper.
pub fn printable(character: char) -> Option<char> {
    match character {
        ' '..='~' => Some(character),
        '\u{a0}' => Some(' '),
        '¥' => Some('￥'),
        // Users' own glyphs: GBK has codes for them, but no font has the pictures.
        '\u{e000}'..='\u{f8ff}' => None,
        _ => double_byte(character).map(|_| character),
    }
}

/// The one or two bytes of a printable character; `None` as in [`printable`].
pub fn gbk_bytes(character: char) -> Option<Vec<u8>> {
    let printed = printable(character)?;
    if printed.is_ascii() { Some(vec![printed as u8]) } else { double_byte(printed).map(Vec::from) }
}

/// How many columns of the normal font a text takes once printed: one for ASCII, two for everything else.
///
/// This counts bytes on the wire, not Unicode's East Asian width: `·`, `—` and `×` are two columns on these printers.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| if printable(c).is_some_and(|printed| printed.is_ascii()) { 1 } else { 2 }).sum()
}

/// Appends the text's bytes; characters without a glyph become [`SUBSTITUTE`] and are added to `substituted`.
pub(crate) fn append(text: &str, bytes: &mut Vec<u8>, substituted: &mut Vec<char>) {
    for character in text.chars() {
        match gbk_bytes(character) {
            Some(code) => bytes.extend(code),
            None => {
                substituted.push(character);
                bytes.extend(gbk_bytes(SUBSTITUTE).expect("the substitute itself is in GBK"));
            }
        }
    }
}

/// The character of a double byte, if the printer has one there.
pub(crate) fn from_double_byte(lead: u8, trail: u8) -> Option<char> {
    let pair = [lead, trail];
    let (text, failed) = GBK.decode_without_bom_handling(&pair);
    let mut characters = text.chars();
    let (first, rest) = (characters.next()?, characters.next());
    (!failed && rest.is_none() && printable(first) == Some(first) && double_byte(first) == Some(pair))
        .then_some(first)
}

pub(crate) fn is_lead(byte: u8) -> bool {
    (0x81..=0xfe).contains(&byte)
}

pub(crate) fn is_trail(byte: u8) -> bool {
    (0x40..=0xfe).contains(&byte) && byte != 0x7f
}

fn double_byte(character: char) -> Option<[u8; 2]> {
    let mut utf8 = [0; 4];
    let (bytes, _, unmappable) = GBK.encode(character.encode_utf8(&mut utf8));
    match *bytes {
        [lead, trail] if !unmappable && is_lead(lead) && is_trail(trail) => Some([lead, trail]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let (mut bytes, mut substituted) = (Vec::new(), Vec::new());
        append(text, &mut bytes, &mut substituted);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        expected.assert_eq(&format!("{} | columns {} | lost {substituted:?}", hex.join(" "), columns(text)));
        assert_eq!(bytes.len(), columns(text));
    }

    // The GBK codes were compared with Python's gbk codec.
    #[test]
    fn chinese_is_two_bytes_and_two_columns() {
        check("A收款", expect!["41 CA D5 BF EE | columns 5 | lost []"]);
        check("·—…×", expect!["A1 A4 A1 AA A1 AD A1 C1 | columns 8 | lost []"]);
    }

    #[test]
    fn the_half_width_yen_sign_becomes_the_full_width_one() {
        check("¥1", expect!["A3 A4 31 | columns 3 | lost []"]);
        check("￥1", expect!["A3 A4 31 | columns 3 | lost []"]);
    }

    #[test]
    fn what_the_font_lacks_is_marked_and_reported() {
        check("𠮷野家", expect!["A1 FE D2 B0 BC D2 | columns 6 | lost ['𠮷']"]);
        check("€5", expect!["A1 FE 35 | columns 3 | lost ['€']"]);
        check("😀", expect!["A1 FE | columns 2 | lost ['😀']"]);
        check("\u{e000}", expect![[r#"A1 FE | columns 2 | lost ['\u{e000}']"#]]);
    }

    #[test]
    fn control_characters_cannot_reach_the_printer_through_text() {
        check("a\u{1b}p\n", expect![[r#"61 A1 FE 70 A1 FE | columns 6 | lost ['\u{1b}', '\n']"#]]);
    }

    #[test]
    fn every_character_that_can_be_printed_reads_back_as_itself() {
        let mut counted = 0;
        for character in '\u{80}'..=char::MAX {
            let Some(code) = gbk_bytes(character) else { continue };
            let printed = printable(character).expect("it has bytes");
            if let [lead, trail] = code[..] {
                assert_eq!(from_double_byte(lead, trail), Some(printed));
                counted += 1;
            }
        }
        assert!(counted > 21_000, "GBK has about 21900 characters, found {counted}");
    }
}
