//! What all of the gateway's bills have in common: GBK, comment lines around a table, whose they are and of which day.

use encoding_rs::GBK;
use memchr::memmem;
use provider_contract::bills::{BadBill, Flaw, LineKind, Part, Reading, Total};
use settlement::{Day, cell};
use std::borrow::Cow;

/// What is told of a sort of bill before any of it is read.
pub(super) struct Form {
    account: Option<String>,
    date: String,
    /// The first column's name, in UTF-8 and as the file writes it.
    first_column: (&'static str, Vec<u8>),
    /// What the line says that ends the table.
    end: &'static str,
    sums: &'static [Sum],
}

/// A line of the foot: how it begins, what its count is, what stands before its amount, what that is.
pub(super) type Sum = (&'static str, Total, &'static str, Total);

impl Form {
    pub fn new(
        account: Option<&str>,
        day: Day,
        first_column: &'static str,
        end: &'static str,
        sums: &'static [Sum],
    ) -> Form {
        let account = account.map(str::to_owned);
        Form { account, date: day.to_string(), first_column: (first_column, gbk(first_column)), end, sums }
    }

    pub fn kind_of(&self, number: u64, line: &[u8], part: Part) -> Result<LineKind, BadBill> {
        let (name, encoded) = &self.first_column;
        match (line.first(), part) {
            (None, _) => Ok(LineKind::Nothing),
            (Some(b'#'), _) => Ok(LineKind::Aside),
            (_, Part::Head) if line.starts_with(encoded) => Ok(LineKind::Header),
            (_, Part::Head) if memmem::find(line, name.as_bytes()).is_some() => Err(BadBill::WrongEncoding),
            (_, Part::Head) => Err(BadBill::NotThisFormat((*name).to_owned())),
            (_, Part::Rows) => Ok(LineKind::Row),
            (_, Part::Foot | Part::End) => Err(BadBill::AfterTheFoot { line: number }),
        }
    }

    /// A comment line, before the table or after it.
    pub fn comment(&self, line: u64, bytes: &[u8], reading: &mut Reading<()>) -> Result<(), BadBill> {
        let text = text(bytes)?;
        if let (Some(found), Some(ours)) = (between(&text, "#账号：[", "]"), &self.account) {
            // Files were seen that add four digits to the account's sixteen.
            if !found.starts_with(ours.as_str()) {
                return Err(BadBill::WrongMerchant(found.chars().take(32).collect()));
            }
        }
        if let Some(begins) = between(&text, "#起始日期：[", " ") {
            let date = begins.replace(['年', '月'], "-").replace('日', "");
            if date != self.date {
                return Err(BadBill::WrongDay { line, found: date.chars().take(16).collect() });
            }
        }
        if text.contains(self.end) {
            reading.part = Part::End;
            reading.tally.foot = true;
        }
        for (begins, count, before_amount, amount) in self.sums {
            let stated = &mut reading.tally.stated;
            if let Some(value) = between(&text, begins, "笔") {
                let value: u64 = value.parse().map_err(|_| unreadable(line))?;
                stated.say(*count, i128::from(value));
                // Money out is written with a sign in some files and without in others.
                if let Some(text) = between(&text, before_amount, "元") {
                    let fen = cell::yuan(text.as_bytes()).ok_or_else(|| unreadable(line))?;
                    stated.say(*amount, i128::from(fen.abs()));
                }
            }
        }
        Ok(())
    }
}

fn unreadable(line: u64) -> BadBill {
    BadBill::BrokenRow { line, why: Flaw::SumsUnreadable }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let (inside, _) = text.split_once(from)?.1.split_once(to)?;
    Some(inside.trim())
}

/// A line's text; a line that is not GBK is another encoding's.
pub(super) fn text(line: &[u8]) -> Result<Cow<'_, str>, BadBill> {
    let utf8 = line.starts_with("\u{FEFF}".as_bytes()) || memmem::find(line, "支付宝".as_bytes()).is_some();
    let text = GBK.decode_without_bom_handling_and_without_replacement(line);
    text.filter(|_| !utf8).ok_or(BadBill::WrongEncoding)
}

/// A word as the file writes it.
pub(super) fn gbk(text: &str) -> Vec<u8> {
    GBK.encode(text).0.into_owned()
}
