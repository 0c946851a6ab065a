//! The codec as a partner in a conversation of JSON lines, for checking it against codecs by others.
//!
//! The first line names a dialect: `{"dialect": "up-pos"}`; it is answered by the dialect's fields. Then each line
//! `{"mti": "0200", "fields": {"3": "000000"}}` is answered by `{"hex": "..."}`, and each `{"hex": "..."}` by the type
//! and fields that it holds, or by `{"bad": "..."}`. Fields of bytes are hex.

use iso8583::{Draft, FieldSpec, Form, Length, Message, Mti, Prefix, Side, Spec};
use serde_json::{Map, Value, json};
use std::io::{BufRead, Write, stdin, stdout};

fn main() {
    let mut lines = stdin().lock().lines().map(|line| line.expect("lines of text"));
    let mut out = std::io::BufWriter::new(stdout().lock());
    let hello: Value = serde_json::from_str(&lines.next().unwrap_or_default()).expect("JSON");
    let spec = match hello["dialect"].as_str() {
        Some("ascii-1987") => Spec::ascii_1987(),
        _ => Spec::up_pos(),
    };
    let fields: Vec<Value> = spec.fields().iter().map(of_field).collect();
    writeln!(out, "{}", json!({ "dialect": spec.name, "fields": fields })).expect("somebody reads");
    out.flush().expect("somebody reads");
    for line in lines {
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let answer = match said["hex"].as_str() {
            Some(hex) => read(&spec, hex),
            None => written(&spec, &said),
        };
        writeln!(out, "{answer}").expect("somebody reads");
        // Whoever waits for each answer ends its questions with an empty object.
        if said.as_object().is_some_and(Map::is_empty) {
            out.flush().expect("somebody reads");
        }
    }
}

fn of_field(field: &FieldSpec) -> Value {
    let layout = field.layout;
    let (prefix, prefix_bytes) = match layout.length {
        Length::Fixed => ("none", 0),
        Length::Written { prefix: Prefix::Bcd, bytes } => ("bcd", bytes),
        Length::Written { prefix: Prefix::Ascii, bytes } => ("ascii", bytes),
        Length::Written { prefix: Prefix::Binary, bytes } => ("binary", bytes),
    };
    let side = |side| if side == Side::Left { "left" } else { "right" };
    let (form, justified, filler) = match layout.form {
        Form::PackedDigits(to, filler) => ("bcd", side(to), filler),
        Form::PackedNibbles(to, filler) => ("nibbles", side(to), filler),
        Form::Digits => ("digits", "", 0),
        Form::Text => ("text", "", 0),
        Form::Hex => ("hex", "", 0),
        Form::Binary => ("binary", "", 0),
    };
    json!({
        "number": field.number, "min": layout.min, "max": layout.max, "prefix": prefix, "prefix_bytes": prefix_bytes,
        "form": form, "justified": justified, "filler": filler, "name": field.en,
    })
}

fn read(spec: &Spec, hex: &str) -> Value {
    let bytes = bytes_of(hex);
    match Message::decode(spec, &bytes) {
        Err(bad) => json!({ "bad": bad.to_string() }),
        Ok(message) => {
            let said = message.fields().map(|(number, value)| {
                let characters: Vec<u8> = value.characters().collect();
                let binary = spec.layout(number).is_some_and(|layout| layout.form == Form::Binary);
                let text = if binary {
                    hex_of(&characters)
                } else {
                    characters.iter().map(|byte| char::from(*byte)).collect()
                };
                (number.to_string(), Value::String(text))
            });
            json!({ "mti": message.mti().to_string(), "fields": said.collect::<Map<_, _>>() })
        }
    }
}

fn written(spec: &Spec, said: &Value) -> Value {
    let empty = Map::new();
    let fields = said["fields"].as_object().unwrap_or(&empty);
    let contents: Vec<(u8, Vec<u8>)> =
        fields.iter().map(|(number, text)| content(spec, number, text)).collect();
    let Some(mti) = Mti::parse(said["mti"].as_str().unwrap_or("0800")) else {
        return json!({ "bad": "no type" });
    };
    let mut draft = Draft::new(mti);
    for (number, characters) in &contents {
        draft.set(*number, characters.as_slice());
    }
    let mut bytes = Vec::new();
    match draft.encode(spec, &mut bytes) {
        Ok(()) => json!({ "hex": hex_of(&bytes) }),
        Err(cannot) => json!({ "bad": cannot.to_string() }),
    }
}

fn content(spec: &Spec, number: &str, text: &Value) -> (u8, Vec<u8>) {
    let (number, text) = (number.parse().expect("a number"), text.as_str().expect("text"));
    let binary = spec.layout(number).is_some_and(|layout| layout.form == Form::Binary);
    (number, if binary { bytes_of(text) } else { text.chars().map(|c| c as u8).collect() })
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let nibble = |c: u8| char::from(c).to_digit(16).expect("hex") as u8;
    hex.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
