//! What stands in the cells of a bill, read without making strings of it: bills have millions of rows.

use base::Timestamp;

/// Yuan to fen: `12.50` is 1250, `-3` is -300. Decimals beyond the second must be zeros, as some bills write fees
/// with five. Nothing else is an amount.
///
/// ```
/// assert_eq!(settlement::cell::yuan(b"12.50"), Some(1250));
/// assert_eq!(settlement::cell::yuan(b"1,250"), None);
/// ```
pub fn yuan(cell: &[u8]) -> Option<i64> {
    let (negative, digits) = match cell.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, cell),
    };
    let mut fen: i64 = 0;
    let mut decimals: Option<u32> = None;
    let mut seen = false;
    for &byte in digits {
        match byte {
            b'0' if decimals == Some(2) => {}
            b'0'..=b'9' if decimals != Some(2) => {
                fen = fen.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                decimals = decimals.map(|count| count + 1);
                seen = true;
            }
            b'.' if decimals.is_none() && seen => decimals = Some(0),
            _ => return None,
        }
    }
    if !seen || (decimals == Some(0)) {
        return None;
    }
    let fen = fen.checked_mul(10_i64.pow(2 - decimals.unwrap_or(0)))?;
    Some(if negative { -fen } else { fen })
}

/// A wall clock of China, `2026-11-22 09:30:00`.
pub fn wall_clock(cell: &[u8]) -> Option<Timestamp> {
    let shape = cell.len() == 19
        && (cell[4], cell[7], cell[10], cell[13], cell[16]) == (b'-', b'-', b' ', b':', b':');
    if !shape {
        return None;
    }
    let year = i64::from(pair(cell, 0)?) * 100 + i64::from(pair(cell, 2)?);
    let (month, date) = (i64::from(pair(cell, 5)?), i64::from(pair(cell, 8)?));
    let (hour, minute, second) = (pair(cell, 11)?, pair(cell, 14)?, pair(cell, 17)?);
    let sane = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&date);
    if !sane || hour > 23 || minute > 59 || second > 59 || year < 1970 {
        return None;
    }
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let seconds = days_from_civil(year, month, date) * 86_400 + of_day - 8 * 3600;
    Some(Timestamp::from_micros(seconds * 1_000_000))
}

/// The number in 32 lower-case hex digits: one of our order or refund numbers, if the digits are one of our ids.
pub fn our_number(cell: &[u8]) -> Option<u128> {
    let digits: &[u8; 32] = cell.try_into().ok()?;
    // Two halves, and one look at the end whether every digit was one: a bill has millions of these.
    let (halves, _) = digits.as_chunks::<16>();
    let mut wrong = 0;
    let mut number: u128 = 0;
    for half in halves {
        let mut value: u64 = 0;
        for &byte in half {
            let digit = HEX[usize::from(byte)];
            wrong |= digit;
            value = value << 4 | u64::from(digit & 15);
        }
        number = number << 64 | u128::from(value);
    }
    (wrong <= 15).then_some(number)
}

/// The value of each lower-case hex digit; 255 for what is none.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

fn pair(cell: &[u8], at: usize) -> Option<u8> {
    let (tens, ones) = (cell[at].wrapping_sub(b'0'), cell[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counting years from March so that the leap day is last.
fn days_from_civil(year: i64, month: i64, date: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Currency, Money, Zone};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn amounts_are_read_as_money_reads_them(text in "-?[0-9]{0,12}(\\.[0-9]{0,2})?", zeros in 0..3usize) {
            let money = Money::parse(&text, Currency::Cny).ok().map(Money::minor);
            prop_assert_eq!(yuan(text.as_bytes()), money);
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            if decimals == 2 {
                prop_assert_eq!(yuan(format!("{text}{}", "0".repeat(zeros)).as_bytes()), money);
            }
        }

        #[test]
        fn no_bytes_break_a_cell(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (yuan(&bytes), wall_clock(&bytes), our_number(&bytes));
        }

        #[test]
        fn wall_clocks_are_read_as_the_calendar_reads_them(seconds in 0i64..9_000_000_000) {
            let at = Timestamp::from_micros(seconds * 1_000_000);
            let text = at.local("%Y-%m-%d %H:%M:%S", Zone::CHINA);
            prop_assert_eq!(wall_clock(text.as_bytes()), Some(at));
        }

        #[test]
        fn numbers_are_read_back(number in any::<u128>()) {
            prop_assert_eq!(our_number(format!("{number:032x}").as_bytes()), Some(number));
        }
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for wrong in ["", "-", "1.", ".5", "1.234", "1e3", "１２", "=1+1", "99999999999999999999", "12 "] {
            assert_eq!(yuan(wrong.as_bytes()), None, "{wrong}");
        }
        for wrong in ["2026-02-30 00:00:00", "2026-11-22T00:00:00", "2026-11-22 24:00:00", "2026-11-22"] {
            assert_eq!(wall_clock(wrong.as_bytes()), None, "{wrong}");
        }
        for wrong in ["", "018F3C1E5B7A7C3D9E2F0123456789AB", "018f3c1e5b7a7c3d9e2f0123456789a"] {
            assert_eq!(our_number(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
