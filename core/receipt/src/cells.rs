//! How wide text is on paper, and how it is broken into rows without splitting what must stay together.

/// Columns a text takes: one for printable ASCII, two for everything else.
///
/// Receipt printers give every character outside ASCII a double cell, whatever Unicode says about its width, because
/// it is a two-byte code to them; what they cannot print is replaced by a mark of the same width.
pub fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

fn cell(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

/// The text with line ends, tabs and odd spaces as plain spaces, and none at its ends.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Breaks a text into rows of at most `width` cells.
///
/// Words, numbers and amounts stay whole unless one alone is wider than a row; Chinese breaks between any two
/// characters, except that closing punctuation stays with what it closes.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    assert!(width >= 2, "a row holds at least one double cell");
    let mut rows = vec![String::new()];
    for piece in pieces(&one_line(text)) {
        let used = cells(rows.last().expect("there is always a row"));
        if used + cells(piece.trim_end()) <= width {
            rows.last_mut().expect("there is always a row").push_str(&piece);
        } else if cells(piece.trim_end()) <= width {
            rows.push(piece);
        } else {
            break_inside(&piece, width, &mut rows);
        }
    }
    rows.iter().map(|row| row.trim_end().to_owned()).collect()
}

/// A piece too wide for any row is cut between its characters.
fn break_inside(piece: &str, width: usize, rows: &mut Vec<String>) {
    for character in piece.chars() {
        let row = rows.last_mut().expect("there is always a row");
        if cells(row) + cell(character) > width && character != ' ' {
            rows.push(String::from(character));
        } else {
            row.push(character);
        }
    }
}

/// The text in the smallest pieces that stay together, spaces at their ends.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut previous = ' ';
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if stays_together(previous, character) => piece.push(character),
            _ => pieces.push(String::from(character)),
        }
        previous = character;
    }
    pieces
}

fn stays_together(before: char, after: char) -> bool {
    let word = |c: char| c.is_ascii_graphic();
    let sign = |c: char| c == '￥' || c == '¥';
    after == ' '
        || (before != ' ' && "，。、；：！？）》」』”’％".contains(after))
        || "（《「『“‘".contains(before)
        || (word(before) && (word(after) || sign(after)))
        || (sign(before) && word(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(width: usize, text: &str, expected: Expect) {
        expected.assert_eq(&wrap(text, width).join("|"));
    }

    #[test]
    fn rows_break_where_a_reader_would_break_them() {
        check(10, "小明便利店南山店", expect!["小明便利店|南山店"]);
        check(11, "小明便利店南山店", expect!["小明便利店|南山店"]);
        check(10, "凭此小票退款。谢谢", expect!["凭此小票退|款。谢谢"]);
        check(9, "keep words whole", expect!["keep|words|whole"]);
        check(8, "一共￥1234.50元", expect!["一共￥12|34.50元"]);
        check(10, "一共￥1234.50元", expect!["一共|￥1234.50|元"]);
        check(4, "abcdefghij", expect!["abcd|efgh|ij"]);
        check(10, "a\nb\tc\u{a0}d", expect!["a b c d"]);
        check(10, "", expect![""]);
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_is_lost(text in "[ -~一-鿿￥，。（）·]{0,60}", width in 2usize..40) {
            let rows = wrap(&text, width);
            prop_assert!(rows.iter().all(|row| cells(row) <= width), "{:?}", rows);
            let inked = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(inked(&rows.concat()), inked(&text));
        }

        #[test]
        fn an_amount_is_never_split(before in "[一-鿿，a-z ]{0,20}", fen in 0i64..10_000_000_000, after in "[一-鿿。]{0,9}") {
            let amount = base::Money::cny(fen).for_people();
            let rows = wrap(&format!("{before}{amount}{after}"), 32);
            prop_assert!(rows.iter().any(|row| row.contains(&amount)), "{:?}", rows);
        }
    }
}
