//! The gateway's bill, whole, damaged, and made of anything.

use encoding_rs::GBK;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use provider_contract::Provider;
use provider_contract::bills::{BadBill, BillSort, Located, read_bill};
use settlement::{Day, Kind};
use std::io::Cursor;

/// Shaped like the detail files in public repositories' fixtures: comment lines, trailing tabs, a sale, a refund with a
/// negative amount and its request number, the foot.
const SHAPED: &str = "\
#支付宝业务明细查询
#账号：[20880000000000010156]
#起始日期：[2026年06月05日 00:00:00]   终止日期：[2026年06月06日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2026060522001419931441931972\t,018f3c1e5b7a7c3d9e2f0123456789ab\t,交易\t,矿泉水,2026-06-05 16:01:34,2026-06-05 16:01:38,\t,\t,\t,\t,**博(156******89)\t,9.90,9.90,0.01,0.00,0.00,0.00,0.00,CY24下沉城市百次立减卡模板-11月新,0.00\t,0.00,\t,-0.06,0.00,
2026060522001419931441931972\t,018f3c1e5b7a7c3d9e2f0123456789ab\t,退款\t,矿泉水,2026-06-05 16:01:34,2026-06-05 17:00:05,\t,\t,\t,\t,**博(156******89)\t,-0.02,-0.02,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,018f3c1e5b7a7c3d9e2f0123456789ff\t,0.00,0.00,退款备注
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共9.90元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-0.02元，商家优惠退款共0.00元
#导出时间：[2026年06月06日 05:46:49]
";

fn gbk(text: &str) -> Vec<u8> {
    GBK.encode(text).0.into_owned()
}

fn read(bytes: &[u8]) -> Result<String, BadBill> {
    let provider = alipay::Simulator::cheap(1).client("http://127.0.0.1:1", None);
    let day: Day = "2026-06-05".parse().unwrap();
    let mut told = String::new();
    read_bill(provider.bills().expect("it makes bills").reader(BillSort::Trades, day), bytes, |row| {
        let kind = if row.kind == Kind::Sale { "sale" } else { "refund" };
        let (amount, fee, at) = (row.amount, row.fee, row.at.unwrap());
        told += &format!("{}: {kind} {:x}, {amount} fee {fee}, {at}\n", row.line, row.id.unwrap_or(0));
    })?;
    Ok(told)
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&read(&gbk(text)).unwrap_or_else(|bad| format!("{}: {bad}\n", bad.code())));
}

#[test]
fn a_bill_of_the_published_shape_is_read() {
    check(
        SHAPED,
        expect![[r#"
        6: sale 18f3c1e5b7a7c3d9e2f0123456789ab, 990 fee 6, 2026-06-05T08:01:38Z
        7: refund 18f3c1e5b7a7c3d9e2f0123456789ff, 2 fee 0, 2026-06-05T09:00:05Z
    "#]],
    );
    assert_eq!(read(&gbk(&SHAPED.replace('\n', "\r\n"))), read(&gbk(SHAPED)));
}

#[test]
fn what_the_shop_wrote_moves_no_column() {
    for hostile in ["水,9.99,", "a\tb", "\"", "=1+1", "\u{0}", ",,,,,", "#", "囗\\|"] {
        let text = SHAPED.replace("矿泉水", hostile);
        assert_eq!(read(&gbk(&text)), read(&gbk(SHAPED)), "{hostile}");
    }
}

#[test]
fn a_damaged_bill_is_refused_by_name() {
    check(
        "",
        expect![[r#"
            truncated: The bill is cut off: the sums at its end are missing. Nothing of it was used and the book is as it was; fetch it again, and if it stays so download the original from the provider's own site
        "#]],
    );
    check(
        &SHAPED.replace("商户订单号,业务", "业务"),
        expect![[r#"
            not_this_format: This is not a bill of this provider: 商户订单号 is missing. Nothing of it was used and the book is as it was; use the provider's own file as it was downloaded, not saved again by another program
        "#]],
    );
    check(
        &SHAPED[..SHAPED.find("#-----------------------------------------业务明细列表结束").unwrap()],
        expect![[r#"
            truncated: The bill is cut off: the sums at its end are missing. Nothing of it was used and the book is as it was; fetch it again, and if it stays so download the original from the provider's own site
        "#]],
    );
    check(
        &SHAPED.replace("20880000000000010156", "20889999999999990156"),
        expect![[r#"
            wrong_merchant: This is the bill of merchant 20889999999999990156, not of this channel. Nothing of it was used and the book is as it was; take this channel's own bill, or check the channel's merchant number
        "#]],
    );
    check(
        &SHAPED.replace("[2026年06月05日", "[2026年06月04日"),
        expect![[r#"
            wrong_day: Line 3 is of 2026-06-04, not of the day to be reconciled. Nothing of it was used and the book is as it was; take the bill of the day that is to be reconciled
        "#]],
    );
    check(
        &SHAPED.replace("2026-06-05 ", "2026-07-05 "),
        expect![[r#"
            wrong_day: Line 6 is of 2026-07-05, not of the day to be reconciled. Nothing of it was used and the book is as it was; take the bill of the day that is to be reconciled
        "#]],
    );
    check(
        &SHAPED.replace("9.90,9.90", "9.90,9.91"),
        expect![[r#"
            sums_differ: The bill does not add up (sales' amount): it says ￥9.90, its rows make ￥9.91. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &SHAPED.replace("9.90,9.90", "nine,9.90"),
        expect![[r#"
            broken_row: Line 6 cannot be read: the amount is not an amount. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &SHAPED.replace("交易\t", "转账\t"),
        expect![[r#"
            broken_row: Line 6 cannot be read: the kind of business is not known. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        &format!("{SHAPED}{}\n", SHAPED.lines().nth(5).unwrap()),
        expect![[r#"
            after_the_foot: Line 12 comes after the sums that end a bill. Nothing of it was used and the book is as it was; try again with the original file; if it stays so, the provider may have changed its bills: show this sentence to whoever supports this system
        "#]],
    );
    check(
        "a,b,c\n1,2,3\n",
        expect![[r#"
            not_this_format: This is not a bill of this provider: 支付宝交易号 is missing. Nothing of it was used and the book is as it was; use the provider's own file as it was downloaded, not saved again by another program
        "#]],
    );
    assert_eq!(read(SHAPED.as_bytes()), Err(BadBill::WrongEncoding));
}

#[test]
fn a_damaged_zip_is_refused_by_name() {
    let provider = alipay::Simulator::cheap(1).client("http://127.0.0.1:1", None);
    let nowhere = Located { url: String::new(), sha1: None };
    let unpack = |bytes: &[u8]| {
        let mut out = Vec::new();
        let done = provider.bills().unwrap().unpack(&nowhere, &mut Cursor::new(bytes.to_vec()), &mut out);
        done.map(|()| out).map_err(|bad| bad.code())
    };
    assert_eq!(unpack(b""), Err("cannot_unpack"));
    assert_eq!(unpack(b"PK\x05\x06"), Err("cannot_unpack"));
    assert_eq!(unpack(&gbk(SHAPED)), Err("cannot_unpack"));
    let empty = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    assert_eq!(unpack(&empty), Err("not_this_format"));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
        let header = gbk(SHAPED.lines().nth(4).unwrap());
        let _ = read(&[header.as_slice(), b"\n", &bytes].concat());
    }

    #[test]
    fn a_changed_byte_never_panics(at in 0..1500usize, byte in any::<u8>()) {
        let mut bytes = gbk(SHAPED);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read(&bytes);
    }

    #[test]
    fn no_bytes_break_the_unpacking(bytes in proptest::collection::vec(any::<u8>(), 0..200), mark in 0..3usize) {
        let provider = alipay::Simulator::cheap(1).client("http://127.0.0.1:1", None);
        let marked = [&bytes[..], [b"PK\x05\x06".as_slice(), b"PK\x01\x02", b"PK\x03\x04"][mark], &bytes[..]].concat();
        let nowhere = Located { url: String::new(), sha1: None };
        let _ = provider.bills().unwrap().unpack(&nowhere, &mut Cursor::new(marked), &mut Vec::new());
    }
}
