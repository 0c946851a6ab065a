//! What is asked, as text, and what signed and unsigned answers are taken to prove: one line each.

mod world;

use expect_test::{expect, expect_file};
use payment::{Ask, Doubt, Verdict};
use provider_contract::form::{Fields, decode_form};
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{Order, Provider, Reply, Treatment, Trouble};
use std::fmt::Write;
use unionpay::acp::sign::{digest_text, sign, signed_text};
use unionpay::acp::wire::write_answer;
use world::{World, refund, refund_query};

/// The gateway of `Simulator::cheap(1)`.
const GATEWAY: Checksum = Checksum { key: 4 };

const OURS: &str = "00000000000000000000000000000001";

/// An answer with these fields beside those that every good one has, signed.
fn reply(ask: &Ask, told: &[(&str, &str)]) -> Reply {
    let (number, txn_type) = match ask {
        Ask::Charge | Ask::Present | Ask::Inquire => (OURS, "01"),
        Ask::Reverse | Ask::Close => (OURS, "99"),
        Ask::Refund { .. } | Ask::InquireRefund { .. } => ("00000000000000000000000000000002", "04"),
    };
    let common = [
        ("merId", "777290058110048"),
        ("orderId", number),
        ("txnTime", "20261123120000"),
        ("txnType", txn_type),
        ("signMethod", "01"),
        ("signPubKeyCert", "none"),
    ];
    let pairs = common.iter().chain(told);
    let mut fields: Fields = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    fields.retain(|_, value| value != "-");
    sign(&mut fields, &GATEWAY);
    Reply { status: 200, headers: Vec::new(), body: write_answer(&fields).into_bytes() }
}

fn ours(world: &World) -> Order {
    Order { payer_code: None, ..world.order(1, Treatment::Normal) }
}

type Told<'a> = &'a [(&'a str, &'a str)];

/// One line for each answer: what was asked, what was told, what it is taken to prove.
struct Trace {
    world: World,
    text: String,
}

impl Trace {
    fn check(&mut self, order: &Order, ask: Ask, told: Told<'_>) {
        let answer = self.world.read(order, &ask, &reply(&ask, told));
        // Of the long list only what was changed in it.
        let told = if told.len() > PAID.len() { &told[PAID.len()..] } else { told };
        let told: Vec<String> = told.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(self.text, "{ask:?} {}\n    {:?} {:?}", told.join("&"), answer.verdict, answer.said.code)
            .unwrap();
    }

    fn codes(&mut self, order: &Order, ask: Ask, codes: &[&str]) {
        for code in codes {
            self.check(order, ask, &[("respCode", code)]);
        }
    }
}

const PAID: Told<'_> = &[
    ("respCode", "00"),
    ("queryId", "202611231200000000001"),
    ("txnAmt", "1250"),
    ("settleAmt", "1250"),
    ("currencyCode", "156"),
    ("traceTime", "1123120001"),
    ("accNo", "6212261234567890123"),
    ("issInsCode", "01020000"),
];

/// What is changed in [`PAID`], one at a time; `-` takes a field out.
const CHANGES: Told<'_> = &[
    ("settleAmt", "-"),
    ("settleAmt", "0"),
    ("queryId", "-"),
    ("txnAmt", "-"),
    ("txnAmt", "0"),
    ("txnAmt", "12.50"),
    ("txnAmt", "-1250"),
    ("txnAmt", "99999999999999999999"),
    ("currencyCode", "840"),
    ("traceTime", "never"),
    ("accNo", "6212********0123"),
    ("accNo", "cDg4anBEOXRLeGxJNHNpOTFsb21YY1NqUWVP"),
    ("orderId", "00000000000000000000000000000009"),
    ("orderId", "-"),
    ("txnTime", "20261123120001"),
    ("merId", "777290058110049"),
    ("txnType", "00"),
    ("signMethod", "11"),
    ("respCode", "-"),
    ("respCode", "0000"),
];

#[test]
fn signed_answers_prove_what_they_say_and_no_more() {
    let mut trace = Trace { world: world::cheap(), text: String::new() };
    let order = ours(&trace.world);
    let known = Order { transaction: Some("T".to_owned()), ..order.clone() };
    let shown = Order { shown_qr: true, ..order.clone() };
    trace.check(&order, Ask::Charge, PAID);
    for change in CHANGES {
        trace.check(&order, Ask::Charge, &[PAID, &[*change]].concat());
    }
    trace.codes(&order, Ask::Charge, &["03", "04", "05", "12", "42", "45", "64", "99", "1234"]);
    trace.check(&order, Ask::Charge, &[("respCode", "30"), ("respMsg", "二维码已失效[3000001]")]);
    trace.check(&order, Ask::Present, &[("respCode", "00"), ("qrCode", "https://qr.95516.com/1")]);
    trace.check(&order, Ask::Present, &[("respCode", "00")]);
    for code in ["00", "03", "05", "45", "64", "69", "1234", "-"] {
        trace.check(&order, Ask::Inquire, &[PAID, &[("origRespCode", code)]].concat());
    }
    trace.check(&known, Ask::Inquire, &[("respCode", "00"), ("origRespCode", "45")]);
    trace.check(&shown, Ask::Inquire, &[("respCode", "00"), ("origRespCode", "64")]);
    trace.check(&order, Ask::Inquire, &[("respCode", "34"), ("txnType", "00")]);
    trace.check(&order, Ask::Inquire, &[("respCode", "00"), ("origRespCode", "00"), ("txnType", "04")]);
    trace.codes(&order, Ask::Reverse, &["00", "04", "12", "34", "35", "45", "99"]);
    trace.codes(&known, Ask::Reverse, &["00"]);
    trace.codes(&order, Ask::Close, &["00"]);
    let codes = ["00", "03", "05", "12", "36", "45", "60", "64", "11", "1234"];
    trace.codes(&known, refund(2, 500), &codes);
    trace.check(&known, refund(2, 500), &[("respCode", "00"), ("origQryId", "another")]);
    for code in ["00", "05", "60", "1234", "-"] {
        let told =
            [("respCode", "00"), ("origRespCode", code), ("txnAmt", "500"), ("traceTime", "1123120009")];
        trace.check(&known, refund_query(2), &told);
    }
    trace.check(&known, refund_query(2), &[("respCode", "00"), ("origRespCode", "00")]);
    trace.check(&known, refund_query(2), &[("respCode", "34"), ("txnType", "00")]);
    expect_file!["traces/answers.txt"].assert_eq(&trace.text);
}

#[test]
fn what_is_not_signed_proves_nothing() {
    let mut world = world::cheap();
    let order = ours(&world);
    let mut check = |status: u16, body: &str, expected: Doubt| {
        let reply = Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let answer = world.read(&order, &Ask::Inquire, &reply);
        assert_eq!(answer.verdict, Verdict::Unclear(expected), "{status} {body}");
    };
    check(200, "respCode=34", Doubt::BadSignature);
    check(200, "respCode=34&signature=AAAA&signPubKeyCert=none&signMethod=01", Doubt::BadSignature);
    check(200, "respCode=11&respMsg=x", Doubt::OurSettings);
    check(200, "respCode=34&respCode=00", Doubt::Garbled);
    check(200, "<html>", Doubt::Garbled);
    check(404, "respCode=34", Doubt::Garbled);
    check(429, "", Doubt::RateLimited);
    check(503, "", Doubt::ProviderError);
}

#[test]
fn what_stands_between_us_is_named() {
    let mut world = world::cheap();
    let order = ours(&world);
    let mut check = |reply: &Reply, expected: Option<Trouble>| {
        let moment = world.moment();
        assert_eq!(world.client.trouble(&Ask::Inquire, &order, reply, &moment), expected);
    };
    let plain = |status, body: &str| Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
    check(&reply(&Ask::Inquire, &[("respCode", "34")]), None);
    check(&plain(200, "respCode=11"), Some(Trouble::OurSignature));
    check(&plain(200, "respCode=31"), Some(Trouble::OurNumber));
    check(&plain(200, "respCode=32"), Some(Trouble::NotPermitted));
    check(&plain(200, "respCode=02"), Some(Trouble::Failing));
    check(&plain(502, ""), Some(Trouble::Failing));
    check(&plain(200, "<html>"), Some(Trouble::NotTheProvider));
    check(&plain(200, "respCode=34"), Some(Trouble::TheirSignature));
}

#[test]
fn a_payment_is_asked_for_in_these_words() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let paid = Order { transaction: Some("202611231200000000000".to_owned()), ..order.clone() };
    let mut words = String::new();
    for ask in
        [Ask::Charge, Ask::Present, Ask::Inquire, Ask::Reverse, Ask::Close, refund(2, 500), refund_query(2)]
    {
        let call = world.call(&paid, &ask);
        let mut fields = Fields::new();
        decode_form(std::str::from_utf8(&call.body).unwrap(), &mut fields).unwrap();
        // The merchant of `Simulator::cheap(1)`.
        assert_eq!(Checksum { key: 3 }.sign(digest_text(&fields).as_bytes()), fields["signature"]);
        let path = call.url.rsplit('/').next().unwrap();
        writeln!(words, "{path} {}", signed_text(&fields).replace('&', " ")).unwrap();
    }
    expect![[r#"
        backTransReq.do accessType=0 backUrl=http://127.0.0.1:8080/notify/unionpay/1 bizType=000000 certId=68759663125 channelType=08 currencyCode=156 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000001 qrNo=6200000000001707000 signMethod=01 txnAmt=1250 txnSubType=06 txnTime=20261123120000 txnType=01 version=5.1.0
        backTransReq.do accessType=0 backUrl=http://127.0.0.1:8080/notify/unionpay/1 bizType=000000 certId=68759663125 channelType=08 currencyCode=156 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000001 payTimeout=20261123120500 signMethod=01 txnAmt=1250 txnSubType=07 txnTime=20261123120000 txnType=01 version=5.1.0
        queryTrans.do accessType=0 bizType=000000 certId=68759663125 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000001 signMethod=01 txnSubType=00 txnTime=20261123120000 txnType=00 version=5.1.0
        backTransReq.do accessType=0 bizType=000000 certId=68759663125 channelType=08 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000001 signMethod=01 txnSubType=01 txnTime=20261123120000 txnType=99 version=5.1.0
        backTransReq.do accessType=0 bizType=000000 certId=68759663125 channelType=08 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000001 signMethod=01 txnSubType=01 txnTime=20261123120000 txnType=99 version=5.1.0
        backTransReq.do accessType=0 backUrl=http://127.0.0.1:8080/notify/unionpay/1 bizType=000000 certId=68759663125 channelType=08 currencyCode=156 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000002 origQryId=202611231200000000000 reqReserved=00000000000000000000000000000001 signMethod=01 txnAmt=500 txnSubType=00 txnTime=20261123120000 txnType=04 version=5.1.0
        queryTrans.do accessType=0 bizType=000000 certId=68759663125 encoding=UTF-8 merId=777290058110048 orderId=00000000000000000000000000000002 signMethod=01 txnSubType=00 txnTime=20261123120000 txnType=00 version=5.1.0
    "#]].assert_eq(&words);
}
