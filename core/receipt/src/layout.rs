//! A document on paper of a given width: every row fits, nothing is cut off, and no amount is ever split.

use crate::cells::{cells, one_line, wrap};
use crate::document::{Align, Document, Fit, Line, Size};

/// How many characters of the normal font stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Columns(usize);

/// Paper on which not every amount would fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooNarrow;

impl std::fmt::Display for TooNarrow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("receipts need paper of at least 32 columns")
    }
}

impl std::error::Error for TooNarrow {}

impl Columns {
    /// 58 mm paper: 384 dots.
    pub const MM_58: Columns = Columns(32);
    /// 80 mm paper: 576 dots.
    pub const MM_80: Columns = Columns(48);

    /// At least 32, so that the largest amount there is fits on a row.
    pub fn new(columns: usize) -> Result<Columns, TooNarrow> {
        if columns >= Columns::MM_58.0 { Ok(Columns(columns)) } else { Err(TooNarrow) }
    }

    /// The number.
    pub fn count(self) -> usize {
        self.0
    }
}

/// Rows as they will stand on the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The width they were laid out for.
    pub columns: Columns,
    /// Top to bottom.
    pub rows: Vec<Row>,
}

/// One row of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Characters; they fit at their size.
    Text {
        /// What they say, without padding except between a pair's two sides.
        text: String,
        /// Where they stand.
        align: Align,
        /// How large they are.
        size: Size,
        /// Heavier strokes.
        bold: bool,
    },
    /// A line across.
    Rule,
    /// A code to scan, in the middle.
    Qr {
        /// What a scanner reads.
        content: String,
    },
    /// Nothing.
    Blank,
    /// The end of the piece.
    Cut,
}

/// Fits a document to a width.
pub fn lay_out(document: &Document, columns: Columns) -> Layout {
    let rows = document.lines.iter().flat_map(|line| rows_of(line, columns.0)).collect();
    Layout { columns, rows }
}

fn rows_of(line: &Line, columns: usize) -> Vec<Row> {
    match line {
        Line::Text { text, align, size, bold, fit } => {
            let size = if *fit == Fit::Shrink { largest_fitting(text, *size, columns) } else { *size };
            wrap(text, columns / size.times())
                .into_iter()
                .map(|text| Row::Text { text, align: *align, size, bold: *bold })
                .collect()
        }
        Line::Pair { label, value } => pair(&one_line(label), &one_line(value), columns),
        Line::Rule => vec![Row::Rule],
        Line::Qr { content } => vec![Row::Qr { content: content.clone() }],
        Line::Blank => vec![Row::Blank],
        Line::Cut => vec![Row::Cut],
    }
}

fn largest_fitting(text: &str, wished: Size, columns: usize) -> Size {
    let width = cells(&one_line(text));
    let sizes = std::iter::successors(Some(wished), |size| size.smaller());
    sizes.into_iter().find(|size| width * size.times() <= columns).unwrap_or(Size::Normal)
}

/// Both on one row with space between, or the label above and the value below: at the right margin like its
/// neighbors, or as an ordinary paragraph when even alone it takes several rows.
fn pair(label: &str, value: &str, columns: usize) -> Vec<Row> {
    let plain = |text: String, align| Row::Text { text, align, size: Size::Normal, bold: false };
    let (left, right) = (cells(label), cells(value));
    if left + 1 + right <= columns {
        let space = " ".repeat(columns - left - right);
        return vec![plain(format!("{label}{space}{value}"), Align::Left)];
    }
    let labels = wrap(label, columns).into_iter().map(|text| plain(text, Align::Left));
    let values = wrap(value, columns);
    let align = if values.len() == 1 { Align::Right } else { Align::Left };
    labels.chain(values.into_iter().map(|text| plain(text, align))).collect()
}

impl Layout {
    /// The paper as plain text, for people who test: one line per row between two edges, with what plain text cannot
    /// show (size, weight) behind the right edge.
    pub fn to_text(&self) -> String {
        self.rows.iter().map(|row| self.row_text(row) + "\n").collect()
    }

    fn row_text(&self, row: &Row) -> String {
        let columns = self.columns.0;
        match row {
            Row::Text { text, align, size, bold } => {
                let notes = match (size, bold) {
                    (Size::Normal, false) => String::new(),
                    (size, bold) => format!(" x{}{}", size.times(), if *bold { " bold" } else { "" }),
                };
                format!("|{}|{notes}", padded(text, *align, columns))
            }
            Row::Rule => format!("|{}|", "-".repeat(columns)),
            Row::Qr { content } => format!("|{}| {content}", padded("[QR]", Align::Center, columns)),
            Row::Blank => format!("|{}|", " ".repeat(columns)),
            Row::Cut => format!("8{}8 cut", "<".repeat(columns)),
        }
    }
}

fn padded(text: &str, align: Align, columns: usize) -> String {
    let free = columns.saturating_sub(cells(text));
    let before = match align {
        Align::Left => 0,
        Align::Center => free / 2,
        Align::Right => free,
    };
    format!("{}{text}{}", " ".repeat(before), " ".repeat(free - before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(lines: Vec<Line>, expected: Expect) {
        expected.assert_eq(&lay_out(&Document { lines }, Columns::MM_58).to_text());
    }

    #[test]
    fn pairs_share_a_row_or_take_two() {
        check(
            vec![
                Line::pair("支付方式", "顺手钱包"),
                Line::pair("交易单号", "4200002123202611230123456789"),
                Line::pair("Cashier", "a name that is longer than the paper is wide"),
            ],
            expect![[r#"
                |支付方式                顺手钱包|
                |交易单号                        |
                |    4200002123202611230123456789|
                |Cashier                         |
                |a name that is longer than the  |
                |paper is wide                   |
            "#]],
        );
    }

    #[test]
    fn an_amount_shrinks_and_never_wraps() {
        check(
            [1250, 123_456_789, 99_999_999_999, i64::MIN]
                .map(|fen| Line::headline(base::Money::cny(fen).for_people(), Size::Triple))
                .to_vec(),
            expect![[r#"
                |            ￥12.50             | x3 bold
                |         ￥1,234,567.89         | x2 bold
                |        ￥999,999,999.99        | x2 bold
                |  -￥92,233,720,368,547,758.08  | x1 bold
            "#]],
        );
    }

    #[test]
    fn paper_for_which_amounts_are_too_wide_is_refused() {
        assert_eq!(Columns::new(31), Err(TooNarrow));
        assert_eq!(Columns::new(32), Ok(Columns::MM_58));
    }

    fn any_line() -> impl Strategy<Value = Line> {
        let text = || "[ -~一-鿿￥，。·]{0,70}";
        prop_oneof![
            text().prop_map(Line::text),
            text().prop_map(|t| Line::headline(t, Size::Triple)),
            (text(), text()).prop_map(|(label, value)| Line::pair(label, value)),
        ]
    }

    proptest! {
        #[test]
        fn every_row_fits_the_paper(lines in proptest::collection::vec(any_line(), 0..8), columns in 32usize..65) {
            let columns = Columns::new(columns).expect("wide enough");
            for row in lay_out(&Document { lines }, columns).rows {
                if let Row::Text { text, size, .. } = row {
                    prop_assert!(cells(&text) * size.times() <= columns.count(), "{}", text);
                }
            }
        }
    }
}
