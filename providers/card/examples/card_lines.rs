//! Keys, MACs and PIN blocks as a partner in a conversation of JSON lines, for checking them against cryptography by
//! others. Each line is a question with an `op`; bytes are hex, and the keys are a test's own.

use card::{Algorithm, Mac, MacProfile, MacRule, Padding, Pan, Pin, Presented, Tak, Tpk};
use serde_json::{Value, json};
use std::io::{BufRead, Write, stdin, stdout};

fn main() {
    let mut out = std::io::BufWriter::new(stdout().lock());
    for line in stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line.expect("a line of text")).expect("JSON");
        let answer = match answer(&question) {
            Ok(answer) => answer,
            Err(why) => json!({ "bad": why }),
        };
        writeln!(out, "{answer}").expect("somebody reads");
    }
}

fn answer(question: &Value) -> Result<Value, String> {
    let text = |name: &str| question[name].as_str().unwrap_or_default();
    let key = from_hex(text("key"));
    let algorithm = algorithm(text("algorithm"))?;
    if text("op") == "mac" {
        let profile = MacProfile {
            rule: match text("rule") {
                "cbc" => MacRule::Cbc,
                "retail" => MacRule::Retail,
                "cmac" => MacRule::Cmac,
                _ => MacRule::HexOfSum,
            },
            padding: if text("padding") == "2" { Padding::Bit } else { Padding::Zeros },
            presented: Presented::Bytes,
        };
        let key = Tak::new(algorithm, &key).map_err(|why| why.to_string())?;
        let mac = Mac::new(key, profile).map_err(|why| why.to_string())?;
        return Ok(json!({ "hex": to_hex(&mac.field(&from_hex(text("data")))) }));
    }
    let key = Tpk::new(algorithm, &key).map_err(|why| why.to_string())?;
    if text("op") == "check_value" {
        return Ok(json!({ "hex": key.check_value().to_string() }));
    }
    pin_block(&key, text)
}

fn pin_block<'q>(key: &Tpk, text: impl Fn(&str) -> &'q str) -> Result<Value, String> {
    let pin = Pin::parse(text("pin")).map_err(|why| why.to_string())?;
    let pan = Pan::parse(text("pan")).map_err(|why| why.to_string())?;
    let random = from_hex(text("random"));
    let block = from_hex(text("block"));
    let bytes = |length: usize| random.get(..length).ok_or("too little is random");
    let made = match text("op") {
        "format_0" => key.format_0(&pin, &pan).map(|block| to_hex(&block)),
        "format_3" => {
            key.format_3(&pin, &pan, bytes(10)?.try_into().expect("ten")).map(|block| to_hex(&block))
        }
        "format_4" => {
            key.format_4(&pin, &pan, bytes(8)?.try_into().expect("eight")).map(|block| to_hex(&block))
        }
        "open" => {
            let found = match block.len() {
                8 => key.open_format_0_or_3(&block.try_into().expect("eight"), &pan),
                16 => key.open_format_4(&block.try_into().expect("sixteen"), &pan),
                _ => return Err("no block".to_owned()),
            };
            return Ok(json!({ "same": found.is_ok_and(|found| found.is(&pin)) }));
        }
        other => return Err(format!("there is no {other:?}")),
    };
    made.map(|hex| json!({ "hex": hex })).map_err(|why| why.to_string())
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Ok(match name {
        "des" => Algorithm::Des,
        "3des" => Algorithm::TripleDes,
        "sm4" => Algorithm::Sm4,
        "aes128" => Algorithm::Aes128,
        "aes192" => Algorithm::Aes192,
        "aes256" => Algorithm::Aes256,
        other => return Err(format!("there is no cipher {other:?}")),
    })
}

fn from_hex(hex: &str) -> Vec<u8> {
    let nibble = |c: u8| char::from(c).to_digit(16).expect("hex") as u8;
    hex.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
