//! Slips as they stand on paper, one per kind, width and language.

use base::{Money, Text, Timestamp};
use expect_test::{Expect, expect};
use receipt::{
    Bill, BillPart, Columns, Copy, Counted, Language, LastDigits, Outcome, ReceiptFacts, RefundFact, lay_out,
    receipt,
};
use std::num::NonZeroU32;

fn at(clock: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-23T{clock}+08:00")).expect("a time of day")
}

fn paid() -> ReceiptFacts {
    ReceiptFacts {
        shop: "小明便利店".into(),
        store: "南山店".into(),
        till: "2号收银".into(),
        cashier: "张敏".into(),
        time: at("14:31:05"),
        amount: Money::cny(1250),
        outcome: Outcome::Paid { refunds: vec![] },
        wallet: Text::new("微信支付", "WeChat Pay"),
        counted: None,
        last_digits: Some(LastDigits::new("4821").expect("four digits")),
        order_number: "018f3c1e5b7a7c3d9e2f0123456789ab".into(),
        provider_number: Some("4200002123202611230123456789".into()),
        installments: None,
        receipt_url: Some("https://pay.example.com/r/Xk3fQ9".into()),
        bill: None,
        language: Language::Chinese,
    }
}

fn refund() -> RefundFact {
    RefundFact {
        amount: Money::cny(250),
        time: at("16:02:40"),
        number: "018f3c9977aa7d109e2f0123456789ab".into(),
        in_cash: false,
    }
}

fn check(facts: &ReceiptFacts, copy: Copy, columns: Columns, expected: Expect) {
    expected.assert_eq(&lay_out(&receipt(facts, copy), columns).to_text());
}

fn second_reprint() -> Copy {
    Copy::Reprint { count: NonZeroU32::new(2).expect("two") }
}

#[test]
fn paid_on_58_mm() {
    check(
        &paid(),
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn paid_on_80_mm() {
    check(
        &paid(),
        Copy::Original,
        Columns::MM_80,
        expect![[r#"
        |                   小明便利店                   | x2 bold
        |                     南山店                     |
        |------------------------------------------------|
        |                    收款成功                    | x2 bold
        |                    ￥12.50                     | x3 bold
        |------------------------------------------------|
        |方式                           微信支付 尾号4821|
        |时间                         2026-11-23 14:31:05|
        |收银                                2号收银 张敏|
        |订单号          018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号              4200002123202611230123456789|
        |------------------------------------------------|
        |                      [QR]                      | https://pay.example.com/r/Xk3fQ9
        |                 扫码看电子小票                 |
        |                                                |
        |退款：带此小票到店，钱按原路退回付款账户。      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn paid_in_english() {
    let facts = ReceiptFacts {
        shop: "Xiaoming Convenience".into(),
        store: "Nanshan".into(),
        till: "Till 2".into(),
        cashier: "Zhang Min".into(),
        language: Language::English,
        ..paid()
    };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |      Xiaoming Convenience      | x1 bold
        |            Nanshan             |
        |--------------------------------|
        |              PAID              | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |Method    WeChat Pay ending 4821|
        |Time         2026-11-23 14:31:05|
        |Till            Till 2 Zhang Min|
        |Order                           |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |Transaction                     |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |Scan for the electronic receipt |
        |                                |
        |Refunds: bring this slip to the |
        |store; the money goes back the  |
        |way it came.                    |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn a_reprint_says_so_and_how_often() {
    check(
        &paid(),
        second_reprint(),
        Columns::MM_58,
        expect![[r#"
        |           补打 第2次           | x2 bold
        |                                |
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn a_reprint_shows_what_was_refunded_since() {
    let facts = ReceiptFacts { outcome: Outcome::Paid { refunds: vec![refund()] }, ..paid() };
    check(
        &facts,
        second_reprint(),
        Columns::MM_80,
        expect![[r#"
        |                   补打 第2次                   | x2 bold
        |                                                |
        |                   小明便利店                   | x2 bold
        |                     南山店                     |
        |------------------------------------------------|
        |                    收款成功                    | x2 bold
        |                    ￥12.50                     | x3 bold
        |------------------------------------------------|
        |方式                           微信支付 尾号4821|
        |时间                         2026-11-23 14:31:05|
        |收银                                2号收银 张敏|
        |订单号          018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号              4200002123202611230123456789|
        |已退款                                    ￥2.50|
        |退款时间                     2026-11-23 16:02:40|
        |------------------------------------------------|
        |                      [QR]                      | https://pay.example.com/r/Xk3fQ9
        |                 扫码看电子小票                 |
        |                                                |
        |退款：带此小票到店，钱按原路退回付款账户。      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn a_refund_slip() {
    let facts = ReceiptFacts { outcome: Outcome::Refunded { refund: refund() }, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            退款成功            | x2 bold
        |             ￥2.50             | x3 bold
        |--------------------------------|
        |原收款                   ￥12.50|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 16:02:40|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |退款号                          |
        |018f3c9977aa7d109e2f0123456789ab|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |钱按原路退回付款账户，到账时间以|
        |该账户为准。                    |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
    let facts = ReceiptFacts { language: Language::English, ..facts };
    check(
        &facts,
        Copy::Original,
        Columns::MM_80,
        expect![[r#"
        |                   小明便利店                   | x2 bold
        |                     南山店                     |
        |------------------------------------------------|
        |                    REFUNDED                    | x2 bold
        |                     ￥2.50                     | x3 bold
        |------------------------------------------------|
        |Was paid                                 ￥12.50|
        |Method                    WeChat Pay ending 4821|
        |Time                         2026-11-23 16:02:40|
        |Till                                2号收银 张敏|
        |Order           018f3c1e5b7a7c3d9e2f0123456789ab|
        |Transaction         4200002123202611230123456789|
        |Refund          018f3c9977aa7d109e2f0123456789ab|
        |------------------------------------------------|
        |                      [QR]                      | https://pay.example.com/r/Xk3fQ9
        |        Scan for the electronic receipt         |
        |                                                |
        |The money goes back the way it came; your       |
        |account shows when it arrives.                  |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn not_paid() {
    let reason = Text::new("顾客零钱不足", "The customer's balance is too low");
    let facts = ReceiptFacts {
        outcome: Outcome::NotPaid { reason },
        last_digits: None,
        provider_number: None,
        receipt_url: None,
        bill: None,
        ..paid()
    };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |             未收款             | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |原因                顾客零钱不足|
        |方式                    微信支付|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |--------------------------------|
        |              [QR]              | 018f3c1e5b7a7c3d9e2f0123456789ab
        |             订单号             |
        |                                |
        |本单没有收到钱。手机若显示已付  |
        |款，请出示此小票，店家按订单号查|
        |清并退回。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
    let facts = ReceiptFacts { language: Language::English, ..facts };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            NOT PAID            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |Reason                          |
        |The customer's balance is too   |
        |low                             |
        |Method                WeChat Pay|
        |Time         2026-11-23 14:31:05|
        |Till                2号收银 张敏|
        |Order                           |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |--------------------------------|
        |              [QR]              | 018f3c1e5b7a7c3d9e2f0123456789ab
        |          Order number          |
        |                                |
        |No money was received. If your  |
        |phone says paid, show this slip:|
        |the store looks the order up and|
        |returns it.                     |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn returned() {
    let reason = Text::new("付款到得太晚，已自动退回", "The payment came too late and was sent back");
    let facts = ReceiptFacts { outcome: Outcome::Returned { reason }, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |             已退回             | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |原因    付款到得太晚，已自动退回|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |钱已按原路退回付款账户，到账时间|
        |以该账户为准。                  |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn long_names_wrap_between_characters_and_amounts_stay_whole() {
    let facts = ReceiptFacts {
        shop: "深圳市南山区科技园小明和他的朋友们二十四小时便利店有限公司".into(),
        store: "科技园南区深南大道九千九百九十九号一楼大堂店".into(),
        till: "二楼美食广场自助收银机12号".into(),
        cashier: "欧阳·阿卜杜热西提".into(),
        amount: Money::cny(123_456_789_012),
        ..paid()
    };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |深圳市南山区科技园小明和他的朋友| x1 bold
        |   们二十四小时便利店有限公司   | x1 bold
        |科技园南区深南大道九千九百九十九|
        |          号一楼大堂店          |
        |--------------------------------|
        |            收款成功            | x2 bold
        |       ￥1,234,567,890.12       | x1 bold
        |--------------------------------|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                            |
        |二楼美食广场自助收银机12号 欧阳 |
        |·阿卜杜热西提                  |
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn rare_characters_take_the_place_of_a_double_cell() {
    let facts = ReceiptFacts { shop: "𠮷野家".into(), cashier: "王㛃\n😀".into(), ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |             𠮷野家             | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银             2号收银 王㛃 😀|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn cash_tells_what_was_handed_over_and_what_went_back() {
    let counted = Some(Counted { tendered: Money::cny(2000), change: Money::cny(750) });
    let wallet = Text::new("现金", "Cash");
    let back = RefundFact { in_cash: true, ..refund() };
    let outcome = Outcome::Paid { refunds: vec![back] };
    let facts = ReceiptFacts { counted, wallet, outcome, last_digits: None, provider_number: None, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |方式                        现金|
        |收现金                   ￥20.00|
        |找零                      ￥7.50|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |已退现金                  ￥2.50|
        |退款时间     2026-11-23 16:02:40|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，退现金。    |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn cash_given_back_has_its_own_slip() {
    let outcome = Outcome::Refunded { refund: RefundFact { in_cash: true, ..refund() } };
    let facts = ReceiptFacts { outcome, last_digits: None, language: Language::English, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_80,
        expect![[r#"
        |                   小明便利店                   | x2 bold
        |                     南山店                     |
        |------------------------------------------------|
        |                    REFUNDED                    | x2 bold
        |                     ￥2.50                     | x3 bold
        |------------------------------------------------|
        |Was paid                                 ￥12.50|
        |Method                                WeChat Pay|
        |Time                         2026-11-23 16:02:40|
        |Till                                2号收银 张敏|
        |Order           018f3c1e5b7a7c3d9e2f0123456789ab|
        |Transaction         4200002123202611230123456789|
        |Refund          018f3c9977aa7d109e2f0123456789ab|
        |------------------------------------------------|
        |                      [QR]                      | https://pay.example.com/r/Xk3fQ9
        |        Scan for the electronic receipt         |
        |                                                |
        |The cash was given back over the counter; please|
        |count it.                                       |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn what_is_only_recorded_says_so() {
    let facts =
        ReceiptFacts { outcome: Outcome::Recorded, last_digits: None, provider_number: None, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |       手工登记（未核实）       | x1 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |方式                    微信支付|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |本店手工登记，尚未由支付机构核  |
        |实。请保留手机上的付款记录。    |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

fn bill(completed: bool) -> Bill {
    let part = |zh: &str, en: &str, fen, recorded| BillPart {
        wallet: Text::new(zh, en),
        amount: Money::cny(fen),
        recorded,
    };
    let mut parts =
        vec![part("支付宝", "Alipay", 8_000, false), part("微信支付", "WeChat Pay", 1_250, false)];
    if completed {
        parts.push(part("现金", "Cash", 750, false));
    } else {
        parts.push(part("微信支付", "WeChat Pay", 250, true));
    }
    let left = Money::cny(if completed { 0 } else { 500 });
    Bill { total: Money::cny(10_000), note: "5号桌".into(), parts, left, completed }
}

#[test]
fn a_part_of_a_bill_on_58_mm() {
    let facts = ReceiptFacts { bill: Some(bill(false)), ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥12.50             | x3 bold
        |--------------------------------|
        |本次收款                 ￥12.50|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |单据                       5号桌|
        |整单合计                ￥100.00|
        |1. 支付宝                ￥80.00|
        |2. 微信支付              ￥12.50|
        |3. 微信支付（未核实）     ￥2.50|
        |还差                      ￥5.00|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn a_completed_bill_on_58_mm() {
    let facts = ReceiptFacts { bill: Some(bill(true)), ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            整单付清            | x2 bold
        |            ￥100.00            | x3 bold
        |--------------------------------|
        |本次收款                 ￥12.50|
        |方式           微信支付 尾号4821|
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |单据                       5号桌|
        |整单合计                ￥100.00|
        |1. 支付宝                ￥80.00|
        |2. 微信支付              ￥12.50|
        |3. 现金                   ￥7.50|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn a_completed_bill_in_english() {
    let facts = ReceiptFacts { bill: Some(bill(true)), language: Language::English, ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |           BILL PAID            | x2 bold
        |            ￥100.00            | x3 bold
        |--------------------------------|
        |This payment             ￥12.50|
        |Method    WeChat Pay ending 4821|
        |Time         2026-11-23 14:31:05|
        |Till                2号收银 张敏|
        |Order                           |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |Transaction                     |
        |    4200002123202611230123456789|
        |--------------------------------|
        |Bill                       5号桌|
        |Whole bill              ￥100.00|
        |1. Alipay                ￥80.00|
        |2. WeChat Pay            ￥12.50|
        |3. Cash                   ￥7.50|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |Scan for the electronic receipt |
        |                                |
        |Refunds: bring this slip to the |
        |store; the money goes back the  |
        |way it came.                    |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
}

#[test]
fn instalments_stand_on_the_slip_while_the_money_is_kept() {
    let terms = Text::new(
        "12 期，每期 ￥26.50，手续费 ￥18.00，共还 ￥318.00",
        "12 × ￥26.50, fee ￥18.00, ￥318.00 in all",
    );
    let facts = ReceiptFacts { amount: Money::cny(30_000), installments: Some(terms), ..paid() };
    check(
        &facts,
        Copy::Original,
        Columns::MM_58,
        expect![[r#"
        |           小明便利店           | x2 bold
        |             南山店             |
        |--------------------------------|
        |            收款成功            | x2 bold
        |            ￥300.00            | x3 bold
        |--------------------------------|
        |方式           微信支付 尾号4821|
        |分期                            |
        |12 期，每期 ￥26.50，手续费     |
        |￥18.00，共还 ￥318.00          |
        |分期以顾客手机上所选为准        |
        |时间         2026-11-23 14:31:05|
        |收银                2号收银 张敏|
        |订单号                          |
        |018f3c1e5b7a7c3d9e2f0123456789ab|
        |交易号                          |
        |    4200002123202611230123456789|
        |--------------------------------|
        |              [QR]              | https://pay.example.com/r/Xk3fQ9
        |         扫码看电子小票         |
        |                                |
        |退款：带此小票到店，钱按原路退回|
        |付款账户。                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
    let english = ReceiptFacts { language: Language::English, ..facts.clone() };
    check(
        &english,
        Copy::Original,
        Columns::MM_80,
        expect![[r#"
        |                   小明便利店                   | x2 bold
        |                     南山店                     |
        |------------------------------------------------|
        |                      PAID                      | x2 bold
        |                    ￥300.00                    | x3 bold
        |------------------------------------------------|
        |Method                    WeChat Pay ending 4821|
        |Instalments                                     |
        |     12 × ￥26.50, fee ￥18.00, ￥318.00 in all|
        |The choice on the customer's phone counts       |
        |Time                         2026-11-23 14:31:05|
        |Till                                2号收银 张敏|
        |Order           018f3c1e5b7a7c3d9e2f0123456789ab|
        |Transaction         4200002123202611230123456789|
        |------------------------------------------------|
        |                      [QR]                      | https://pay.example.com/r/Xk3fQ9
        |        Scan for the electronic receipt         |
        |                                                |
        |Refunds: bring this slip to the store; the money|
        |goes back the way it came.                      |
        8<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<8 cut
    "#]],
    );
    let back = ReceiptFacts { outcome: Outcome::Refunded { refund: refund() }, ..facts };
    let slip = lay_out(&receipt(&back, Copy::Original), Columns::MM_58).to_text();
    assert!(!slip.contains("分期"), "{slip}");
}
