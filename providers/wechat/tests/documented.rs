//! The code table in the documentation is written from the code table in the code.

use expect_test::expect_file;
use payment::Ask;
use wechat::codes::{Means, NUMBERS, Row, TABLE, WORDS};

#[test]
fn the_code_table_is_documented() {
    let mut text = String::from(
        "# WeChat Pay: what its codes mean\n\n\
         Written from `providers/wechat/src/codes.rs` by its tests; change it there. Codes are compared without\n\
         underscores and without case. A code that is not listed proves nothing.\n\n\
         | code | to a charge | to an inquiry | to a reversal or close | to a refund |\n|---|---|---|---|---|\n",
    );
    for row in TABLE {
        text += &format!("| {} | {} |\n", row.codes.join(", "), columns(row).join(" | "));
    }
    text += "\n## Finer reasons\n\nThey sharpen the reason of a refusal and never make one.\n\n\
             | what | where | reason |\n|---|---|---|\n";
    for (number, reason) in NUMBERS {
        text += &format!("| {number} | end of the Request-Id | {} |\n", reason.code());
    }
    for (coarse, words, finer) in WORDS {
        text += &format!("| {words} | message of a refusal for {} | {} |\n", coarse.code(), finer.code());
    }
    expect_file!["../../../docs/providers/wechat-codes.md"].assert_eq(&text);
}

fn columns(row: &Row) -> Vec<String> {
    let refund = Ask::Refund { refund: base::RefundId::from_u128(0), amount: base::Money::cny(1) };
    let asks = [Ask::Charge, Ask::Inquire, Ask::Reverse, refund];
    asks.map(|ask| match row.meaning(&ask) {
        Means::No(reason) => format!("refused: {}", reason.code()),
        Means::AwaitingPayer => "the payer is confirming".to_owned(),
        Means::NotFound => "there is none".to_owned(),
        Means::Closed => "closed".to_owned(),
        Means::Unclear(doubt) => format!("unclear: {}", doubt.code()),
    })
    .to_vec()
}
