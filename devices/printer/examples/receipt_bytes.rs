//! Writes the bytes of a sample receipt to standard output, for programs by others to read.
//!
//! `cargo run -p printer --example receipt_bytes -- 58 zh > receipt.bin`; a third word `svg` writes the picture that
//! the virtual printer makes of them.

use base::{Money, Text, Timestamp};
use printer::{Model, Profile, VirtualPrinter, page, picture};
use receipt::{Copy, Language, LastDigits, Outcome, ReceiptFacts, receipt};
use std::io::Write;
use std::num::NonZeroU32;
use std::process::ExitCode;

/// What the receipt's code says; the programs that read it compare with this.
const RECEIPT_URL: &str = "https://pay.example.com/r/Xk3fQ9vT7mB2";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (width, language, rest) = match words[..] {
        [width, language, ref rest @ ..] => (width, language, rest),
        _ => return usage(),
    };
    let profile = match width {
        "58" => Profile::generic_58(),
        "80" => Profile::epson_80(),
        _ => return usage(),
    };
    let facts = match language {
        "zh" => chinese(),
        "en" => english(),
        _ => return usage(),
    };
    let copy =
        if rest.contains(&"reprint") { Copy::Reprint { count: NonZeroU32::MIN } } else { Copy::Original };
    let bytes = page(&receipt(&facts, copy), &profile).bytes;
    let output = if rest.contains(&"svg") { drawn(&bytes, &profile) } else { bytes };
    match std::io::stdout().write_all(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: receipt_bytes 58|80 zh|en [reprint] [svg]   the code says {RECEIPT_URL}");
    ExitCode::from(2)
}

fn drawn(bytes: &[u8], profile: &Profile) -> Vec<u8> {
    let mut printer = VirtualPrinter::new(Model::of(profile));
    printer.receive(bytes);
    printer.take_papers().iter().map(picture).collect::<String>().into_bytes()
}

fn chinese() -> ReceiptFacts {
    ReceiptFacts {
        shop: "小明便利店".into(),
        store: "深圳南山店".into(),
        till: "2号收银".into(),
        cashier: "张敏".into(),
        time: Timestamp::parse("2026-11-23T14:31:05+08:00").expect("a moment"),
        amount: Money::cny(1250),
        outcome: Outcome::Paid { refunds: vec![] },
        wallet: Text::new("微信支付", "WeChat Pay"),
        counted: None,
        last_digits: Some(LastDigits::new("4821").expect("four digits")),
        order_number: "018f3c1e5b7a7c3d9e2f0123456789ab".into(),
        provider_number: Some("4200002123202611230123456789".into()),
        installments: None,
        receipt_url: Some(RECEIPT_URL.into()),
        bill: None,
        language: Language::Chinese,
    }
}

fn english() -> ReceiptFacts {
    ReceiptFacts {
        shop: "Xiaoming Store".into(),
        store: "Nanshan, Shenzhen".into(),
        till: "Till 2".into(),
        cashier: "Zhang Min".into(),
        language: Language::English,
        ..chinese()
    }
}
