//! WeChat's bill as published, damaged, and made of anything.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use provider_contract::Provider;
use provider_contract::bills::{BadBill, BillSort, Tally, read_bill};
use settlement::{Balance, Day, Kind};

/// A sale and a refund as they stand in `wechatpay-apiv3/wechatpay-php` tests/fixtures/bill.ALL.csv; the sums are those
/// of the two rows.
const PUBLISHED: &str = include_str!("golden/bill.ALL.excerpt.csv");

fn provider() -> wechat::WeChat {
    let simulator = wechat::Simulator::cheap(1);
    let config = wechat::Config {
        mchid: "1921000401".to_owned(),
        ..simulator.client_config("http://127.0.0.1:1", "http://127.0.0.1:2/notify")
    };
    wechat::WeChat::new(config, std::sync::Arc::new(provider_contract::signing::Checksum { key: 1 }), vec![])
        .expect("the configuration is good")
}

fn day() -> Day {
    "2019-02-19".parse().unwrap()
}

fn read(sort: BillSort, text: &[u8]) -> Result<(String, Tally), BadBill> {
    let mut told = String::new();
    let reader = provider().bills().expect("it makes bills").reader(sort, day());
    let tally = read_bill(reader, text, |row| {
        let kind = if row.kind == Kind::Sale { "sale" } else { "refund" };
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        told += &format!(
            "{}: {kind} {} {} of {} ({}), {} fee {}, {:?}, {}\n",
            row.line,
            text(row.transaction),
            text(row.refund_no),
            text(row.order_no),
            if row.id.is_some() { "ours" } else { "not ours" },
            row.amount,
            row.fee,
            row.moved,
            row.at.unwrap(),
        );
    })?;
    Ok((told, tally))
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&match read(BillSort::Trades, text.as_bytes()) {
        Ok((rows, _)) => rows,
        Err(bad) => format!("{}: {bad}\n", bad.code()),
    });
}

#[test]
fn the_published_bill_is_read() {
    check(
        PUBLISHED,
        expect![[r#"
        2: refund 50000709672019011908420787722 REF4200000263201902167700963919 of autotest_20190216081946_82335 (not ours), 1 fee 0, Yes, 2019-02-18T21:01:46Z
        3: sale 4200000263201902167700134902  of autotest_20190219015232_89201 (not ours), 3 fee 1, Yes, 2019-02-18T17:52:32Z
    "#]],
    );
}

#[test]
fn a_bill_with_carriage_returns_and_a_mark_is_the_same() {
    let marked = format!("\u{FEFF}{}", PUBLISHED.replace('\n', "\r\n"));
    assert_eq!(read(BillSort::Trades, marked.as_bytes()), read(BillSort::Trades, PUBLISHED.as_bytes()));
}

#[test]
fn what_the_shop_wrote_moves_no_column() {
    for hostile in [",`0.00,`,`9.99", "`", "a,b", "\"", "=1+1", "\u{0}", ",`", "😀"] {
        let text = PUBLISHED.replace("autotest,`,", &format!("{hostile},`{hostile},"));
        assert_ne!(text, PUBLISHED);
        assert_eq!(
            read(BillSort::Trades, text.as_bytes()),
            read(BillSort::Trades, PUBLISHED.as_bytes()),
            "{hostile}"
        );
    }
}

#[test]
fn a_damaged_bill_is_refused_by_name() {
    let line = |number: usize| PUBLISHED.lines().nth(number).unwrap();
    check(
        "",
        expect![[r#"
            not_this_format: This is not a bill of this provider: 交易时间 is missing. Nothing of it was used and the book is as it was; use the provider's own file as it was downloaded, not saved again by another program
        "#]],
    );
    check(
        &line(0).replace("订单金额,申请", "申请"),
        expect![[r#"
            not_this_format: This is not a bill of this provider: 订单金额 is missing. Nothing of it was used and the book is as it was; use the provider's own file as it was downloaded, not saved again by another program
        "#]],
    );
    check(
        &PUBLISHED[..PUBLISHED.find("总交易").unwrap()],
        expect![[r#"
            truncated: The bill is cut off: the sums at its end are missing. Nothing of it was used and the book is as it was; fetch it again, and if it stays so download the original from the provider's own site
        "#]],
    );
    check(
        &PUBLISHED[..PUBLISHED.len() - 30],
        expect![[r#"
            broken_row: Line 5 cannot be read: the sums cannot be read. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("1921000401", "1921000402"),
        expect![[r#"
            wrong_merchant: This is the bill of merchant 1921000402, not of this channel. Nothing of it was used and the book is as it was; take this channel's own bill, or check the channel's merchant number
        "#]],
    );
    check(
        &PUBLISHED.replace("2019-02-19", "2019-03-19"),
        expect![[r#"
            wrong_day: Line 2 is of 2019-03-19, not of the day to be reconciled. Nothing of it was used and the book is as it was; take the bill of the day that is to be reconciled
        "#]],
    );
    check(
        &PUBLISHED.replace("2019-02-19", "2019-02-20"),
        expect![[r#"
            wrong_day: Line 2 is of 2019-02-20, not of the day to be reconciled. Nothing of it was used and the book is as it was; take the bill of the day that is to be reconciled
        "#]],
    );
    check(
        &PUBLISHED.replace("`0.03,`0.00,`\n", "`0.04,`0.00,`\n"),
        expect![[r#"
            sums_differ: The bill does not add up (sales' amount): it says ￥0.03, its rows make ￥0.04. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("`0.03,`0.00,`\n", "`0.031,`0.00,`\n"),
        expect![[r#"
            broken_row: Line 3 cannot be read: the amount is not an amount. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("`0.03,`0.00,`\n", "`99999999999999999999,`0.00,`\n"),
        expect![[r#"
            broken_row: Line 3 cannot be read: the amount is not an amount. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("`0.03,`0.00,`\n", "`-0.03,`0.00,`\n"),
        expect![[r#"
            broken_row: Line 3 cannot be read: the amount is negative. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("NATIVE,`SUCCESS", "NATIVE,`PAID"),
        expect![[r#"
            broken_row: Line 3 cannot be read: the state of the trade is not known. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("CNY", "XXX"),
        expect![[r#"
            broken_row: Line 2 cannot be read: the currency is not known. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &format!("{PUBLISHED}{}\n", line(1)),
        expect![[r#"
            after_the_foot: Line 6 comes after the sums that end a bill. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace(line(1), "`only,`three,`values"),
        expect![[r#"
            broken_row: Line 2 cannot be read: too few values. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &PUBLISHED.replace("autotest,`,", "auto\ntest,`,"),
        expect![[r#"
            broken_row: Line 3 cannot be read: too few values. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    let utf16: Vec<u8> = PUBLISHED.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(BillSort::Trades, &utf16), Err(BadBill::WrongEncoding));
}

#[test]
fn movements_of_the_account_add_up() {
    let at = day().start() + std::time::Duration::from_secs(3600);
    let line = |amount, name: &str| wechat::v3::bill::FundLine {
        at,
        transaction: "4200".to_owned(),
        name: name.to_owned(),
        amount,
    };
    let lines = [line(1250, "交易"), line(-8, "扣除交易手续费"), line(-250, "退款")];
    let bill = wechat::v3::bill::funds_bill(5000, &lines);
    let (_, tally) = read(BillSort::Funds, bill.as_bytes()).unwrap();
    assert_eq!((tally.first, tally.second), ((1, 1250), (2, 258)));
    let balance = Balance { opening: 5000, came: 1250, went: 258, closing: 5992 };
    assert_eq!(tally.balance(), Some(balance));
    let without = bill.replace("账户结余(元)", "备用");
    assert_eq!(read(BillSort::Funds, without.as_bytes()).unwrap().1.balance(), None, "no guess");
    let unsaid = bill.replace("`62.42", "`");
    assert_eq!(read(BillSort::Funds, unsaid.as_bytes()).unwrap().1.balance(), None, "one row does not say");
    let unreadable = bill.replace("`59.92", "`?");
    assert_eq!(read(BillSort::Funds, unreadable.as_bytes()).unwrap_err().code(), "broken_row");
    let wrong = bill.replace("`12.50,`62.50", "`12.60,`62.50");
    assert_eq!(read(BillSort::Funds, wrong.as_bytes()).unwrap_err().code(), "sums_differ");
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(BillSort::Trades, &bytes);
        let _ = read(BillSort::Funds, &bytes);
        let after_a_header = [PUBLISHED.lines().next().unwrap().as_bytes(), b"\n", &bytes].concat();
        let _ = read(BillSort::Trades, &after_a_header);
    }

    #[test]
    fn a_changed_byte_is_noticed_or_changes_no_money(at in 0..PUBLISHED.len(), byte in any::<u8>()) {
        let mut bytes = PUBLISHED.as_bytes().to_vec();
        bytes[at] = byte;
        let (_, honest) = read(BillSort::Trades, PUBLISHED.as_bytes()).unwrap();
        if let Ok((_, tally)) = read(BillSort::Trades, &bytes) {
            prop_assert_eq!((tally.first, tally.second, tally.fees), (honest.first, honest.second, honest.fees));
        }
    }
}
