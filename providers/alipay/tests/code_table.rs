//! The table of codes as people read it: written into the documentation, and fresh.

use alipay::codes::{Meaning, TABLE, When};
use expect_test::expect_file;
use payment::{Doubt, Reason};
use std::fmt::Write;

#[test]
fn the_documented_table_is_the_table() {
    let mut text = String::from(HEADER);
    for row in TABLE {
        let with = if row.text.is_empty() { String::new() } else { format!(" with text `{}`", row.text) };
        writeln!(text, "| {} | `{}`{with} | {} |", when(row.when), row.code, meaning(row.meaning)).unwrap();
    }
    expect_file!["../../../docs/providers/alipay-codes.md"].assert_eq(&text);
}

const HEADER: &str = "# Alipay: what its codes mean for the money

Generated from `providers/alipay/src/codes.rs` by its test `code_table`; change it there. The first row that fits
decides; `ACQ.`, `aop.` and the misspelt `AQC.` are dropped before looking. What is not listed is unclear, and
code `20000` is unclear whatever else the answer says.

| while | code | proves |
|---|---|---|
";

fn when(when: When) -> &'static str {
    match when {
        When::Taking => "taking",
        When::Undoing => "undoing",
        When::Returning => "returning",
        When::Looking => "looking",
        When::Always => "any",
    }
}

fn meaning(meaning: Meaning) -> String {
    let reason = |reason: Reason| format!("{} / {}", reason.text().en, reason.text().zh);
    let doubt = |doubt: Doubt| doubt.code();
    match meaning {
        Meaning::Declined(why) => format!("not taken: {}", reason(why)),
        Meaning::RefundRefused(why) => format!("not returned: {}", reason(why)),
        Meaning::NotFound => "no such order".to_owned(),
        Meaning::Unclear(why) => format!("nothing (`{}`)", doubt(why)),
    }
}
