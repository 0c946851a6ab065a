//! The table of codes as people read it: written into the documentation, and fresh.

use expect_test::expect_file;
use payment::{Doubt, Reason};
use std::fmt::Write;
use unionpay::acp::codes::{Meaning, TABLE, When};

#[test]
fn the_documented_table_is_the_table() {
    let mut text = String::from(HEADER);
    for row in TABLE {
        let with = if row.text.is_empty() { String::new() } else { format!(" with text `{}`", row.text) };
        writeln!(text, "| {} | `{}`{with} | {} |", when(row.when), row.code, meaning(row.meaning)).unwrap();
    }
    expect_file!["../../../docs/providers/unionpay-codes.md"].assert_eq(&text);
}

const HEADER: &str = "# UnionPay: what its codes mean for the money

Generated from `providers/unionpay/src/acp/codes.rs` by its test `code_table`; change it there. The first row that fits
decides. `00` is done, or for a charge and a refund accepted; what is not listed is unclear.

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
        Meaning::NotFound => "no such transaction".to_owned(),
        Meaning::TakenBack => "taken back or closed".to_owned(),
        Meaning::Unclear(why) => format!("nothing (`{}`)", doubt(why)),
    }
}
