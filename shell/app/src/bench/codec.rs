//! Card messages: how long one takes to be written, to be read, and to be read with its MAC checked; beside codecs by
//! others for the same message in the same run. Processor time, so that a busy machine changes little.

use super::processor::thread_time;
use super::{cpu_pressure, machine_is_quiet, rounded};
use crate::cli::Verdict;
use anyhow::{Context, Result, ensure};
use card::{Algorithm, Mac, MacProfile, Tak};
use iso8583::{Content, Draft, Form, Length, Message, Mti, Prefix, Side, Spec};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How pyiso8583 does the same.
const PYISO8583: &str = include_str!("codec_pyiso8583.py");
/// Where `./paydesk` puts a Python that has it.
const PYTHON: &str = "PAYDESK_CODEC_PYTHON";

/// A key for tests, and for this alone.
const TEST_KEY: [u8; 16] =
    [0x54, 0x02, 0x62, 0x73, 0xB0, 0x75, 0x43, 0xEC, 0xB1, 0x73, 0x73, 0x07, 0x68, 0xB9, 0xD6, 0xC4];

/// A sale with a chip card: every field that such a message has, twenty of them, with its MAC. The card is a test number.
const SALE: [(u8, &str); 17] = [
    (2, "6225000000000000001"),
    (3, "000000"),
    (4, "000000010000"),
    (11, "001234"),
    (14, "4912"),
    (22, "051"),
    (23, "001"),
    (25, "00"),
    (26, "06"),
    (35, "6225000000000000001D49122200000000000"),
    (41, "10000001"),
    (42, "898110100000015"),
    (49, "156"),
    (53, "2610000000000000"),
    (60, "22000001000601"),
    (62, "SN0000000001"),
    (63, "01 "),
];
const PIN_BLOCK: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
const CHIP: &[u8] =
    b"\x9f\x26\x08\xaa\xbb\xcc\xdd\xee\xff\x00\x11\x9f\x27\x01\x80\x9f\x10\x13\x07\x01\x01\x03\xa0\
    \x20\x00\x01\x0a\x01\0\0\0\0\0\0\0\0\0\x9f\x37\x04\x12\x34\x56\x78\x9f\x36\x02\x00\x01\x95\
    \x05\0\0\0\0\0\x9a\x03\x26\x11\x22\x9c\x01\0\x9f\x02\x06\0\0\0\x01\0\0\x5f\x2a\x02\x01\x56\
    \x82\x02\x7c\0\x9f\x1a\x02\x01\x56\x9f\x03\x06\0\0\0\0\0\0\x9f\x33\x03\xe0\xf1\xc8";

/// How to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Messages in each round; the figure is the middle one of nine rounds
    #[arg(long, default_value_t = 100_000)]
    messages: u32,
    /// Measure although the machine is busy
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<Verdict> {
    ensure!(options.messages >= 1_000, "--messages must be at least 1000; fewer cannot be timed");
    if !machine_is_quiet(options.force) {
        return Ok(Verdict::Bad);
    }
    let pressure = cpu_pressure();
    let spec = Spec::up_pos();
    let mac = mac()?;
    let bytes = written(&spec, &mac)?;
    let mut report = ours(&spec, &mac, &bytes, options.messages);
    report["pyiso8583"] = pyiso8583(&spec, &bytes);
    report["rust_codecs"] = rust_codecs();
    report["cpu_pressure"] = json!(pressure);
    if options.json {
        println!("{report:#}");
    } else {
        print_for_people(&report);
    }
    Ok(Verdict::Good)
}

fn mac() -> Result<Mac> {
    let key = Tak::new(Algorithm::TripleDes, &TEST_KEY).context("the test key may be used")?;
    Mac::new(key, MacProfile::POS).context("the rule goes with it")
}

fn sale() -> Draft<'static> {
    let mut draft = Draft::new(Mti::SALE);
    for (number, text) in SALE {
        draft.set(number, text);
    }
    draft.set(52, &PIN_BLOCK).set(55, CHIP).set(64, Content::Mac);
    draft
}

fn written(spec: &Spec, mac: &Mac) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    sale()
        .encode_with_mac(spec, &mut bytes, |covered| mac.field(covered))
        .context("the sale fits its table")?;
    let read = Message::decode(spec, &bytes).context("it was just written")?;
    ensure!(read.fields().count() == 20, "the sale has twenty fields");
    let right = read
        .field(64)
        .zip(read.before_mac())
        .is_some_and(|(field, covered)| mac.accepts(covered, field.bytes()));
    ensure!(right, "its own MAC is right");
    Ok(bytes)
}

fn ours(spec: &Spec, mac: &Mac, bytes: &[u8], messages: u32) -> Value {
    let mut out = Vec::with_capacity(512);
    let encode = timed(messages, || {
        out.clear();
        sale().encode(spec, &mut out).is_ok()
    });
    let decode = timed(messages, || Message::decode(spec, std::hint::black_box(bytes)).is_ok());
    let decode_mac = timed(messages, || {
        let Ok(message) = Message::decode(spec, std::hint::black_box(bytes)) else { return false };
        message
            .field(64)
            .zip(message.before_mac())
            .is_some_and(|(field, covered)| mac.accepts(covered, field.bytes()))
    });
    let covered = &bytes[..bytes.len() - 8];
    let mac_alone = timed(messages, || mac.field(std::hint::black_box(covered)) != [0; 8]);
    json!({
        "encode_us": encode,
        "decode_us": decode,
        "decode_mac_us": decode_mac,
        "mac_alone_us": mac_alone,
        "fields": 20,
        "bytes": bytes.len(),
    })
}

/// Microseconds of processor time for one: the middle of nine rounds, after one that does not count.
fn timed(messages: u32, mut work: impl FnMut() -> bool) -> f64 {
    let mut rounds: Vec<Duration> = (0..10)
        .map(|_| {
            let before = thread_time();
            let done = (0..messages).filter(|_| std::hint::black_box(work())).count();
            assert_eq!(done, messages as usize, "each message is good");
            thread_time().saturating_sub(before)
        })
        .skip(1)
        .collect();
    rounds.sort_unstable();
    rounded(rounds[4].as_secs_f64() * 1e6 / f64::from(messages), 3)
}

/// pyiso8583's figures for the same bytes and the same table; what is missing if it cannot run.
fn pyiso8583(spec: &Spec, bytes: &[u8]) -> Value {
    let python = std::env::var(PYTHON).unwrap_or_else(|_| ".cache/wallets/bin/python".to_owned());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let input = json!({ "table": table_for_pyiso8583(spec), "hex": hex });
    asked(Command::new(&python).args(["-c", PYISO8583]), &input.to_string())
        .unwrap_or_else(|why| json!({ "absent": format!("{why:#}; ./paydesk bench codec installs it") }))
}

/// Rust codecs by others: none of them can write this message, so there is nothing to time.
fn rust_codecs() -> Value {
    json!({
        "iso8583-core": { "absent": "0.1.0 writes characters alone, and this message is packed digits" },
        "iso8583_rs": { "absent": "0.1.10 knows no odd number of packed digits, and this message has four" },
    })
}

fn asked(command: &mut Command, input: &str) -> Result<Value> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    child.stdin.take().context("it has an input")?.write_all(input.as_bytes()).context("it does not read")?;
    let output = child.wait_with_output().context("it does not end")?;
    let why = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "failed: {}", why.lines().last().unwrap_or_default());
    serde_json::from_slice(&output.stdout).context("it printed something else than its figures")
}

/// Our table in pyiso8583's words.
fn table_for_pyiso8583(spec: &Spec) -> Value {
    let entry = |data: &str, length: &str, width: u8, max: u16| json!({ "data_enc": data, "len_enc": length, "len_type": width, "max_len": max, "desc": "" });
    let mut table = Map::new();
    for (name, max) in [("h", 0), ("t", 2), ("p", 8), ("1", 8)] {
        table.insert(name.to_owned(), entry("b", "ascii", 0, max));
    }
    for field in spec.fields() {
        let layout = field.layout;
        let (length, width) = match layout.length {
            Length::Fixed => ("ascii", 0),
            Length::Written { prefix: Prefix::Bcd, bytes } => ("bcd", bytes),
            Length::Written { prefix: Prefix::Ascii, bytes } => ("ascii", bytes),
            Length::Written { prefix: Prefix::Binary, bytes } => ("b", bytes),
        };
        let text = matches!(layout.form, Form::Text | Form::Digits | Form::Hex);
        let mut line = entry(if text { "latin-1" } else { "b" }, length, width, layout.max);
        if let Form::PackedDigits(side, filler) | Form::PackedNibbles(side, filler) = layout.form {
            line["len_count"] = json!("nibbles");
            line[if side == Side::Left { "right_pad" } else { "left_pad" }] = json!(format!("{filler:X}"));
        }
        table.insert(field.number.to_string(), line);
    }
    Value::Object(table)
}

fn print_for_people(report: &Value) {
    println!(
        "a sale of {} fields, {} bytes; microseconds of processor time",
        report["fields"], report["bytes"]
    );
    println!(
        "  Paydesk      write {:>7}   read {:>7}   read and check its MAC {:>7}   the MAC alone {:>7}",
        report["encode_us"].to_string(),
        report["decode_us"].to_string(),
        report["decode_mac_us"].to_string(),
        report["mac_alone_us"].to_string()
    );
    let others = report["rust_codecs"].as_object().into_iter().flatten();
    for (name, figures) in
        others.map(|(name, figures)| (name.as_str(), figures)).chain([("pyiso8583", &report["pyiso8583"])])
    {
        match figures["encode_us"].as_f64() {
            Some(encode) => {
                println!("  {name:<12} write {encode:>7}   read {:>7}", figures["decode_us"].to_string())
            }
            None => println!(
                "  {name:<12} {}",
                figures["absent"].as_str().or(figures.as_str()).unwrap_or("failed")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_that_is_timed_is_a_right_one() {
        let (spec, mac) = (Spec::up_pos(), mac().expect("a usable key"));
        assert_eq!(written(&spec, &mac).expect("a right one").len(), 243);
        assert!(timed(1, || true) >= 0.0);
    }

    #[test]
    fn what_is_absent_is_said_to_be() {
        let why = asked(&mut Command::new("no-such-program"), "").expect_err("there is none");
        assert!(why.to_string().contains("cannot run no-such-program"), "{why:#}");
    }
}
