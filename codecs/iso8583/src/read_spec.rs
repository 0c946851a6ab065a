//! Reads a dialect's table.

use crate::spec::{Count, FieldSpec, Form, Layout, Length, Part, Prefix, Shown, Side};
use crate::{BadSpec, FrameLength, Framing, Spec};

/// Reads a table line by line; the first line that makes no sense is the error.
pub fn read(text: &str) -> Result<Spec, BadSpec> {
    let mut reading = Reading::new();
    for (at, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let taken = match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            [setting, rest @ ..] if setting.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                reading.setting(setting, rest)
            }
            [number, rest @ ..] => reading.numbered(number, rest),
        };
        taken.map_err(|what| BadSpec { line: at + 1, what })?;
    }
    reading.end().map_err(|what| BadSpec { line: 0, what })
}

struct Reading {
    name: Option<String>,
    framing: Framing,
    packed_type: Option<bool>,
    bitmap: Option<(bool, u8)>,
    lengths: Option<Prefix>,
    fields: Vec<FieldSpec>,
}

impl Reading {
    fn new() -> Reading {
        let framing = Framing { length: FrameLength::None, tpdu: false, header_bytes: 0 };
        Reading { name: None, framing, packed_type: None, bitmap: None, lengths: None, fields: Vec::new() }
    }

    fn setting(&mut self, setting: &str, words: &[&str]) -> Result<(), String> {
        match (setting, words) {
            ("dialect", [name]) => self.name = Some((*name).to_owned()),
            ("frame", words) => {
                for word in words {
                    self.frame(word)?;
                }
            }
            ("type", ["bcd"]) => self.packed_type = Some(true),
            ("type", ["ascii"]) => self.packed_type = Some(false),
            ("bitmap", [form @ ("binary" | "hex"), highest @ ("64" | "128")]) => {
                self.bitmap = Some((*form == "binary", if *highest == "64" { 64 } else { 128 }));
            }
            ("lengths", [word]) => self.lengths = Some(prefix(word)?),
            _ => return Err(format!("{setting:?} is no setting, or its words are wrong")),
        }
        Ok(())
    }

    fn frame(&mut self, word: &str) -> Result<(), String> {
        match word.split_once('=').unwrap_or((word, "")) {
            ("length", "binary") => self.framing.length = FrameLength::Binary,
            ("length", "ascii") => self.framing.length = FrameLength::Ascii,
            ("tpdu", "") => self.framing.tpdu = true,
            ("header", bytes) => {
                self.framing.header_bytes =
                    bytes.parse().map_err(|_| format!("header={bytes:?} is no number of bytes"))?;
            }
            _ => return Err(format!("{word:?} is no part of a frame")),
        }
        Ok(())
    }

    fn numbered(&mut self, number: &str, words: &[&str]) -> Result<(), String> {
        match number.split_once('.') {
            Some((field, part)) => self.part(field, part, words),
            None => self.field(number, words),
        }
    }

    fn field(&mut self, number: &str, words: &[&str]) -> Result<(), String> {
        let number = field_number(number)?;
        let [length, form, rest @ ..] = words else {
            return Err(format!("field {number} needs a length and a form"));
        };
        if self.fields.last().is_some_and(|last| last.number >= number) {
            return Err(format!("field {number} stands behind a higher one or is there twice"));
        }
        let (layout, rest) = self.layout(length, form, rest)?;
        let (shown, zh, en) = shown_and_names(rest);
        self.fields.push(FieldSpec { number, layout, shown, zh, en, parts: Vec::new() });
        Ok(())
    }

    /// The layout, and the words behind those that belong to it.
    fn layout<'w>(
        &self,
        length: &str,
        form: &str,
        words: &'w [&'w str],
    ) -> Result<(Layout, &'w [&'w str]), String> {
        let settings = words.iter().take_while(|word| word.contains('=')).count();
        let (settings, rest) = words.split_at(settings);
        let mut prefix_of_field = self.lengths;
        let mut filler = 0;
        let mut counts_bytes = false;
        for setting in settings {
            match setting.split_once('=') {
                Some(("length", word)) => prefix_of_field = Some(prefix(word)?),
                Some(("fill", digit)) => {
                    filler = u8::from_str_radix(digit, 16)
                        .ok()
                        .filter(|digit| *digit < 16)
                        .ok_or_else(|| format!("fill={digit:?} is none of 0 to 9 and A to F"))?;
                }
                Some(("count", "bytes")) => counts_bytes = true,
                _ => return Err(format!("{setting:?} is no setting of a field")),
            }
        }
        let form = form_of(form, filler)?;
        let (length, min, max) = length_of(length, prefix_of_field)?;
        let packed = matches!(form, Form::PackedDigits(..) | Form::PackedNibbles(..));
        let count = if packed && !counts_bytes { Count::Digits } else { Count::Bytes };
        let layout = Layout { length, min, max, form, count };
        check(&layout)?;
        Ok((layout, rest))
    }

    fn part(&mut self, field: &str, part: &str, words: &[&str]) -> Result<(), String> {
        let number = field_number(field)?;
        let part: u8 =
            part.parse().map_err(|_| format!("{field}.{part}: {part:?} is no number of a part"))?;
        let Some(last) = self.fields.last_mut().filter(|last| last.number == number) else {
            return Err(format!("part {number}.{part} does not follow its field"));
        };
        if usize::from(part) != last.parts.len() + 1 {
            return Err(format!("part {number}.{part} is out of order"));
        }
        let [width, rest @ ..] = words else { return Err(format!("part {number}.{part} needs a width")) };
        let width: u16 = width
            .parse()
            .ok()
            .filter(|width| *width > 0)
            .ok_or_else(|| format!("part {number}.{part}: {width:?} is no width"))?;
        let taken: u16 = last.parts.iter().map(|part| part.width).sum();
        if taken.saturating_add(width) > last.layout.max {
            return Err(format!("the parts of field {number} are wider than the field"));
        }
        let (shown, zh, en) = shown_and_names(rest);
        last.parts.push(Part { number: part, width, shown, zh, en });
        Ok(())
    }

    fn end(self) -> Result<Spec, String> {
        let name = self.name.ok_or("lacks its `dialect`")?;
        let packed_type = self.packed_type.ok_or("lacks its `type`")?;
        let (packed_bitmap, highest) = self.bitmap.ok_or("lacks its `bitmap`")?;
        if let Some(beyond) = self.fields.iter().find(|field| field.number > highest) {
            return Err(format!("has field {}, and its bitmap ends at {highest}", beyond.number));
        }
        if self.fields.is_empty() {
            return Err("has no field".to_owned());
        }
        let mut layouts = Box::new([None; 129]);
        for field in &self.fields {
            layouts[usize::from(field.number)] = Some(field.layout);
        }
        Ok(Spec {
            name,
            framing: self.framing,
            packed_type,
            packed_bitmap,
            highest,
            layouts,
            fields: self.fields,
        })
    }
}

fn field_number(word: &str) -> Result<u8, String> {
    let number = word.parse().ok().filter(|number| (2..=128).contains(number));
    number.ok_or_else(|| format!("{word:?} is no field: they are numbered 2 to 128"))
}

fn prefix(word: &str) -> Result<Prefix, String> {
    match word {
        "bcd" => Ok(Prefix::Bcd),
        "ascii" => Ok(Prefix::Ascii),
        "binary" => Ok(Prefix::Binary),
        _ => Err(format!("{word:?} is no way to write a length")),
    }
}

fn form_of(word: &str, filler: u8) -> Result<Form, String> {
    match word {
        "bcd-left" => Ok(Form::PackedDigits(Side::Left, filler)),
        "bcd-right" => Ok(Form::PackedDigits(Side::Right, filler)),
        "nibbles-left" => Ok(Form::PackedNibbles(Side::Left, filler)),
        "nibbles-right" => Ok(Form::PackedNibbles(Side::Right, filler)),
        "digits" => Ok(Form::Digits),
        "text" => Ok(Form::Text),
        "hex" => Ok(Form::Hex),
        "binary" => Ok(Form::Binary),
        _ => Err(format!("{word:?} is no form of a field")),
    }
}

/// `6`, `LL..19`, `LLL1..255`: how the length is written, the shortest, the longest.
fn length_of(word: &str, prefix: Option<Prefix>) -> Result<(Length, u16, u16), String> {
    let digits = word.trim_start_matches('L');
    let letters = word.len() - digits.len();
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("{word:?} is no length"));
    if letters == 0 {
        let length = number(digits)?;
        return Ok((Length::Fixed, length, length));
    }
    let Some((min, max)) = digits.split_once("..") else { return Err(format!("{word:?} is no length")) };
    let min = if min.is_empty() { 0 } else { number(min)? };
    let prefix = prefix.ok_or("a length is written before this field, and `lengths` does not say how")?;
    let bytes = match (prefix, letters) {
        (Prefix::Ascii, 1..=4) => letters,
        (Prefix::Bcd | Prefix::Binary, 1..=2) => 1,
        (Prefix::Bcd | Prefix::Binary, 3..=4) => 2,
        _ => return Err(format!("{word:?}: a length has at most four digits")),
    };
    Ok((Length::Written { prefix, bytes: bytes as u8 }, min, number(max)?))
}

fn check(layout: &Layout) -> Result<(), String> {
    if layout.max == 0 || layout.min > layout.max {
        return Err(format!("from {} to {} is no length", layout.min, layout.max));
    }
    if usize::from(layout.max) > layout.length_capacity() {
        return Err(format!("{} does not fit into the length before it", layout.max));
    }
    if matches!(layout.form, Form::PackedDigits(_, 10..)) && layout.count == Count::Digits {
        // A filler that is no digit tells itself from one: allowed, and some hosts do it.
        return Ok(());
    }
    if layout.form == Form::Hex && (layout.max % 2 == 1 || layout.min % 2 == 1) {
        return Err("hex comes in pairs of characters".to_owned());
    }
    Ok(())
}

/// `pan 主账号 / Primary account number`; without one of the three words it is hidden.
fn shown_and_names(words: &[&str]) -> (Shown, String, String) {
    let (shown, names) = match words {
        ["plain", names @ ..] => (Shown::Plain, names),
        ["pan", names @ ..] => (Shown::CardNumber, names),
        ["hidden", names @ ..] => (Shown::Hidden, names),
        names => (Shown::Hidden, names),
    };
    let names = names.join(" ");
    let (zh, en) = names.split_once(" / ").unwrap_or((&names, &names));
    (shown, zh.to_owned(), en.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const HEAD: &str = "dialect x\ntype bcd\nbitmap binary 64\nlengths bcd\n";

    #[test]
    fn a_wrong_line_is_named() {
        let lines = [
            "1 6 text",
            "129 6 text",
            "2 6",
            "2 6 morse",
            "2 LL19 text",
            "2 LLLLL..9 text",
            "2 LL..100 text",
            "2 LL5..4 text",
            "2 0 text",
            "2 3 hex",
            "2 6 text colour=red",
            "2 6 text fill=G",
            "2.1 3 plain",
            "2 LL..19 text length=morse",
            "3 6 text\n2 6 text",
            "2 6 text\n2.2 3",
            "2 6 text\n2.1 x",
            "2 6 text\n2.1 4\n2.2 3",
            "65 6 text",
            "colour red",
            "frame header=x",
            "bitmap hex 65",
            "",
        ];
        let told: Vec<String> = lines
            .iter()
            .map(|line| match Spec::parse(&format!("{HEAD}{line}\n")) {
                Ok(_) => format!("{line:?}: read"),
                Err(bad) => bad.to_string(),
            })
            .collect();
        expect![[r#"
            line 5 of the table: "1" is no field: they are numbered 2 to 128
            line 5 of the table: "129" is no field: they are numbered 2 to 128
            line 5 of the table: field 2 needs a length and a form
            line 5 of the table: "morse" is no form of a field
            line 5 of the table: "LL19" is no length
            line 5 of the table: "LLLLL..9": a length has at most four digits
            line 5 of the table: 100 does not fit into the length before it
            line 5 of the table: from 5 to 4 is no length
            line 5 of the table: from 0 to 0 is no length
            line 5 of the table: hex comes in pairs of characters
            line 5 of the table: "colour=red" is no setting of a field
            line 5 of the table: fill="G" is none of 0 to 9 and A to F
            line 5 of the table: part 2.1 does not follow its field
            line 5 of the table: "morse" is no way to write a length
            line 6 of the table: field 2 stands behind a higher one or is there twice
            line 6 of the table: part 2.2 is out of order
            line 6 of the table: part 2.1: "x" is no width
            line 7 of the table: the parts of field 2 are wider than the field
            the table has field 65, and its bitmap ends at 64
            line 5 of the table: "colour" is no setting, or its words are wrong
            line 5 of the table: header="x" is no number of bytes
            line 5 of the table: "bitmap" is no setting, or its words are wrong
            the table has no field"#]]
        .assert_eq(&told.join("\n"));
        assert_eq!(Spec::parse("type bcd").unwrap_err().to_string(), "the table lacks its `dialect`");
    }

    #[test]
    fn what_a_table_says_nothing_of_is_hidden() {
        let spec = Spec::parse(&format!(
            "{HEAD}2 LL..19 bcd-left 卡号 / Card number\n3 6 bcd-left plain 码 / Code\n"
        ));
        let spec = spec.expect("a table");
        let shown: Vec<_> =
            spec.fields().iter().map(|field| (field.number, field.shown, field.en.as_str())).collect();
        assert_eq!(shown, [(2, Shown::Hidden, "Card number"), (3, Shown::Plain, "Code")]);
    }
}
