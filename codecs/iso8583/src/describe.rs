//! A message as lines for people and logs. What a table does not call harmless is hidden; nothing here can be told
//! to show it.

use crate::spec::{FieldSpec, Form, Shown};
use crate::{Message, Value};
use std::fmt::Write;

/// The fewest digits that can be a card's number; fewer are hidden whole.
const CARD_NUMBER_MIN: usize = 13;

impl Message<'_> {
    /// One line for the type and one for each field and each part of a composed field: number, name, content. A card's
    /// number keeps its first six and last four digits, everything that is not known to be harmless only its length.
    pub fn describe(&self) -> String {
        let mut lines = format!("{}\n", self.mti());
        for (number, value) in self.fields() {
            let Some(field) = self.spec().field(number) else { continue };
            line(&mut lines, &number.to_string(), &field.en, &whole(field, &value));
            parts(&mut lines, field, &value);
        }
        lines
    }
}

fn line(lines: &mut String, number: &str, name: &str, content: &str) {
    let text = format!("{number:>5}  {name:<38} {content}");
    writeln!(lines, "{}", text.trim_end()).expect("text takes any text");
}

fn whole(field: &FieldSpec, value: &Value<'_>) -> String {
    if !field.parts.is_empty() {
        return format!("{value:?}");
    }
    let Form::Binary = field.layout.form else { return shown(field.shown, &value.to_text()) };
    match field.shown {
        Shown::Plain => value.bytes().iter().map(|byte| format!("{byte:02X}")).collect(),
        Shown::CardNumber | Shown::Hidden => format!("({} hidden)", value.len()),
    }
}

/// The parts that are there; what is behind them is hidden.
fn parts(lines: &mut String, field: &FieldSpec, value: &Value<'_>) {
    if field.parts.is_empty() {
        return;
    }
    let characters = value.to_text();
    let mut rest = characters.as_str();
    for part in &field.parts {
        let width = usize::from(part.width).min(rest.chars().count());
        if width == 0 {
            return;
        }
        let end = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
        let (this, behind) = rest.split_at(end);
        let whole = width == usize::from(part.width);
        let content = shown(if whole { part.shown } else { Shown::Hidden }, this);
        line(lines, &format!("{}.{}", field.number, part.number), &part.en, &content);
        rest = behind;
    }
    if !rest.is_empty() {
        line(lines, "", "(more)", &shown(Shown::Hidden, rest));
    }
}

fn shown(shown: Shown, text: &str) -> String {
    match shown {
        Shown::Plain => {
            text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '\u{FFFD}' }).collect()
        }
        Shown::CardNumber => card_number(text),
        Shown::Hidden => hidden(text),
    }
}

fn hidden(text: &str) -> String {
    format!("({} hidden)", text.chars().count())
}

fn card_number(text: &str) -> String {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.len() < CARD_NUMBER_MIN {
        return hidden(text);
    }
    let (head, tail) = (&text[..6], &text[text.len() - 4..]);
    format!("{head}{}{tail}", "*".repeat(text.len() - 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_s_number_keeps_its_ends_and_a_short_one_nothing() {
        assert_eq!(card_number("6226090000000048"), "622609******0048");
        assert_eq!(card_number("6226090000000000048"), "622609*********0048");
        assert_eq!(card_number("1234567890123"), "123456***0123");
        assert_eq!(card_number("123456789012"), "(12 hidden)");
        assert_eq!(card_number("6226090000000048D"), "(17 hidden)");
    }

    #[test]
    fn what_is_shown_cannot_steer_a_terminal() {
        assert_eq!(shown(Shown::Plain, "a\u{1b}[2Jb\n"), "a\u{FFFD}[2Jb\u{FFFD}");
    }
}
