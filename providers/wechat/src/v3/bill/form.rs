//! What all of WeChat Pay's bills have in common: which line is what, and the two lines of sums at the end.

use memchr::memchr_iter;
use provider_contract::bills::{BadBill, Flaw, LineKind, Names, Part, Reading, Total};
use settlement::cell;
use std::borrow::Cow;

/// What stands before the header of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Where each sum stands that the header of the sums named.
pub(super) type Places = Vec<(usize, Total)>;

/// A plain line is the names of columns or of sums; a back-ticked one their values.
pub(super) fn kind_of(number: u64, line: &[u8], part: Part) -> Result<LineKind, BadBill> {
    let broken = |why| Err(BadBill::BrokenRow { line: number, why });
    match (part, line.first()) {
        (Part::Head, _) => Ok(LineKind::Header),
        (Part::Rows, Some(b'`')) => Ok(LineKind::Row),
        (Part::Rows, _) | (Part::Foot, Some(b'`')) => Ok(LineKind::Aside),
        (Part::Foot, _) => broken(Flaw::SumsMissing),
        (Part::End, None) => Ok(LineKind::Nothing),
        (Part::End, Some(_)) => Err(BadBill::AfterTheFoot { line: number }),
    }
}

/// UTF-8, the first line behind a mark.
pub(super) fn text(line: &[u8]) -> Result<Cow<'_, str>, BadBill> {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    std::str::from_utf8(line).map(Cow::Borrowed).map_err(|_| BadBill::WrongEncoding)
}

/// The header of the sums, whose first name is that of `sums`, or the sums themselves.
pub(super) fn foot(
    number: u64,
    line: &[u8],
    sums: &[(&str, Total)],
    reading: &mut Reading<Places>,
) -> Result<(), BadBill> {
    let broken = |why| BadBill::BrokenRow { line: number, why };
    if reading.part == Part::Rows {
        let text = text(line)?;
        let names = Names::of(&text);
        if names.find(sums[0].0) != Some(0) {
            return Err(broken(Flaw::NeitherRowNorSums));
        }
        let places = sums.iter().filter_map(|(name, total)| Some((names.find(name)?, *total)));
        reading.notes = places.collect();
        reading.part = Part::Foot;
        return Ok(());
    }
    let values: Vec<&[u8]> = values(line).collect();
    for (at, total) in &reading.notes {
        let value = values.get(*at).and_then(|value| sum(value, *total));
        reading.tally.stated.say(*total, value.ok_or(broken(Flaw::SumsUnreadable))?);
    }
    reading.tally.foot = true;
    reading.part = Part::End;
    Ok(())
}

/// Sums are few and hold no text of a shop, so they are split the plain way.
fn values(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b',', line).chain([line.len()]);
    ends.scan(0, move |from, to| {
        let value = &line[*from..to];
        *from = to + 1;
        Some(value.strip_prefix(b"`").unwrap_or(value))
    })
}

fn sum(value: &[u8], total: Total) -> Option<i128> {
    match total {
        Total::Rows | Total::FirstCount | Total::SecondCount => {
            let whole = value.strip_suffix(b".0").unwrap_or(value);
            std::str::from_utf8(whole).ok()?.parse::<u64>().ok().map(i128::from)
        }
        Total::FirstAmount | Total::SecondAmount | Total::Fees => cell::yuan(value).map(i128::from),
    }
}
