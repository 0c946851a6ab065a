//! What is asked, as text, and what signed and unsigned answers are taken to prove: one line each.

mod world;

use expect_test::{expect, expect_file};
use lakala::{APP_ID, sign};
use payment::{Ask, Doubt, Verdict};
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{Order, Provider, Reply, Treatment, Trouble};
use serde_json::{Value, json};
use std::fmt::Write;
use world::{World, refund, refund_query};

/// The platform's key of `Simulator::cheap(1)`, and the merchant's.
const PLATFORM: Checksum = Checksum { key: 4 };
const MERCHANT: Checksum = Checksum { key: 3 };

const ORDER: &str = "00000000000000000000000000000001";
const REFUND: &str = "00000000000000000000000000000002";
const REVOCATION: &str = "R0000000000000000000000000000001";

fn signed(body: &str, appid: &str, key: &dyn Sign) -> Reply {
    let text = sign::signed_text(appid, "1", "1795406400", "N", body.as_bytes());
    let values = [appid, "1", "1795406400", "N", &key.sign(&text)].map(str::to_owned);
    let headers = sign::ANSWER_HEADERS.map(str::to_owned).into_iter().zip(values).collect();
    Reply { status: 200, headers, body: body.as_bytes().to_vec() }
}

fn plain(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn ours(world: &World) -> Order {
    Order { payer_code: None, ..world.order(1, Treatment::Normal) }
}

/// One line for each answer: what was asked, what was told, what it is taken to prove.
struct Trace {
    world: World,
    text: String,
}

impl Trace {
    fn check(&mut self, order: &Order, ask: Ask, code: &str, sentence: &str, data: Value) {
        let body = json!({ "code": code, "msg": sentence, "resp_data": data }).to_string();
        let answer = self.world.read(order, &ask, &signed(&body, APP_ID, &PLATFORM));
        let question = format!("{ask:?}");
        let question = question.split(' ').next().unwrap();
        writeln!(self.text, "{question} {code} {sentence} {data}\n    {:?}", answer.verdict).unwrap();
    }

    fn states(&mut self, order: &Order, ask: Ask, number: &str) {
        for (state, _) in lakala::codes::STATES.iter().chain([&("PAID", lakala::codes::State::Done)]) {
            let data = json!({ "out_trade_no": number, "trade_no": "T1", "total_amount": "500", "trade_state": state });
            self.check(order, ask, "BBS00000", "成功", data);
        }
    }
}

#[test]
fn signed_answers_prove_what_they_say_and_no_more() {
    let mut trace = Trace { world: world::cheap(), text: String::new() };
    let order = ours(&trace.world);
    let known = Order { transaction: Some("T".to_owned()), ..order.clone() };
    let shown = Order { shown_qr: true, ..order.clone() };
    trace.states(&order, Ask::Inquire, ORDER);
    trace.states(&known, refund_query(2), REFUND);
    let named = json!({ "out_trade_no": ORDER });
    for (code, _) in lakala::codes::TABLE.iter().chain([&("BBS99999", lakala::codes::Meaning::Done)]) {
        trace.check(&order, Ask::Charge, code, "", named.clone());
        trace.check(&order, Ask::Inquire, code, "", named.clone());
        let back = json!({ "out_trade_no": REVOCATION, "origin_out_trade_no": ORDER });
        trace.check(&known, Ask::Reverse, code, "", back);
        trace.check(&shown, Ask::Close, code, "", json!({ "origin_out_trade_no": ORDER }));
        trace.check(&known, refund(2, 500), code, "", json!({ "out_trade_no": REFUND }));
    }
    trace.check(
        &shown,
        Ask::Inquire,
        "PD1",
        "余额不足",
        json!({ "out_trade_no": ORDER, "trade_state": "FAIL" }),
    );
    trace.check(
        &order,
        Ask::Charge,
        "PD1",
        "余额不足",
        json!({ "out_trade_no": ORDER, "trade_state": "FAIL" }),
    );
    for (ask, number) in [(Ask::Charge, ORDER), (Ask::Inquire, ORDER), (refund_query(2), REFUND)] {
        trace.check(&order, ask, "PD0404", "交易不存在", json!({ "out_trade_no": number }));
    }
    let paid = json!({
        "merchant_no": "82229007392000A", "out_trade_no": ORDER, "trade_no": "T1", "total_amount": "1250",
        "account_type": "UQRCODEPAY", "trade_time": "20261123120001", "acc_resp_fields": { "user_id": "o1" },
    });
    trace.check(&order, Ask::Charge, "BBS00000", "成功", paid.clone());
    for (name, value) in [
        ("merchant_no", json!("1")),
        ("out_trade_no", json!(REFUND)),
        ("out_trade_no", Value::Null),
        ("trade_no", Value::Null),
        ("total_amount", json!("12.50")),
        ("total_amount", json!("0")),
        ("total_amount", json!(1250)),
        ("account_type", json!("ELSE")),
        ("trade_time", json!("now")),
    ] {
        let mut changed = paid.clone();
        changed[name] = value;
        trace.check(&order, Ask::Charge, "BBS00000", "成功", changed);
    }
    let qr = json!({ "out_trade_no": ORDER, "acc_resp_fields": { "code": "https://qr.example/1" } });
    trace.check(&shown, Ask::Present, "BBS00000", "成功", qr);
    trace.check(&shown, Ask::Present, "BBS00000", "成功", named);
    expect_file!["traces/answers.txt"].assert_eq(&trace.text);
}

#[test]
fn what_is_not_signed_proves_nothing_and_what_stands_between_us_is_named() {
    let mut world = world::cheap();
    let order = ours(&world);
    let mut check = |reply: &Reply, doubt: Doubt, trouble: Option<Trouble>| {
        let answer = world.read(&order, &Ask::Charge, reply);
        assert_eq!(answer.verdict, Verdict::Unclear(doubt), "{reply:?}");
        let moment = world.moment();
        assert_eq!(world.client.trouble(&Ask::Charge, &order, reply, &moment), trouble, "{reply:?}");
    };
    let told = |sentence: &str| plain(200, &json!({ "code": "1", "msg": sentence }).to_string());
    check(&told("余额不足"), Doubt::BadSignature, Some(Trouble::TheirSignature));
    check(&told("验证签名失败"), Doubt::OurSettings, Some(Trouble::OurSignature));
    check(&told("商户号不存在"), Doubt::OurSettings, Some(Trouble::OurNumber));
    let body = json!({ "code": "BBS00000", "resp_data": { "out_trade_no": ORDER } }).to_string();
    check(&signed(&body, APP_ID, &MERCHANT), Doubt::BadSignature, Some(Trouble::TheirSignature));
    check(&signed(&body, "OP1", &PLATFORM), Doubt::BadSignature, Some(Trouble::TheirSignature));
    check(&plain(200, "<html></html>"), Doubt::Garbled, Some(Trouble::NotTheProvider));
    check(&plain(404, ""), Doubt::Garbled, Some(Trouble::NotTheProvider));
    check(&plain(502, ""), Doubt::ProviderError, Some(Trouble::Failing));
    check(&plain(429, ""), Doubt::RateLimited, None);
}

#[test]
fn questions_are_these_texts() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let known = Order { transaction: Some("T".to_owned()), ..order.clone() };
    let mut words = String::new();
    for (order, ask) in [
        (&order, Ask::Charge),
        (&order, Ask::Present),
        (&order, Ask::Inquire),
        (&order, Ask::Reverse),
        (&order, Ask::Close),
        (&known, refund(2, 500)),
        (&known, refund_query(2)),
    ] {
        let call = world.call(order, &ask);
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!((&body["version"], &body["req_time"]), (&json!("3.0"), &json!("20261123120000")));
        let path = call.url.strip_prefix(world::ORIGIN).unwrap();
        writeln!(words, "{path} {}", body["req_data"]).unwrap();
    }
    expect![[r#"
        /api/v3/labs/trans/micropay {"auth_code":"280000000001707000","location_info":{"request_ip":"127.0.0.1"},"merchant_no":"82229007392000A","notify_url":"http://127.0.0.1:8080/notify/lakala/1","out_trade_no":"00000000000000000000000000000001","subject":"拿铁 latte","term_no":"D9261076","total_amount":"1250"}
        /api/v3/labs/trans/preorder {"account_type":"ALIPAY","location_info":{"request_ip":"127.0.0.1"},"merchant_no":"82229007392000A","notify_url":"http://127.0.0.1:8080/notify/lakala/1","out_trade_no":"00000000000000000000000000000001","subject":"拿铁 latte","term_no":"D9261076","total_amount":"1250","trans_type":"41"}
        /api/v3/labs/query/tradequery {"merchant_no":"82229007392000A","out_trade_no":"00000000000000000000000000000001","term_no":"D9261076"}
        /api/v3/labs/relation/revoked {"location_info":{"request_ip":"127.0.0.1"},"merchant_no":"82229007392000A","origin_out_trade_no":"00000000000000000000000000000001","out_trade_no":"R0000000000000000000000000000001","term_no":"D9261076"}
        /api/v3/labs/relation/close {"location_info":{"request_ip":"127.0.0.1"},"merchant_no":"82229007392000A","origin_out_trade_no":"00000000000000000000000000000001","term_no":"D9261076"}
        /api/v3/labs/relation/refund {"location_info":{"request_ip":"127.0.0.1"},"merchant_no":"82229007392000A","origin_out_trade_no":"00000000000000000000000000000001","out_trade_no":"00000000000000000000000000000002","refund_amount":"500","refund_reason":"cold","term_no":"D9261076"}
        /api/v3/labs/query/tradequery {"merchant_no":"82229007392000A","out_trade_no":"00000000000000000000000000000002","term_no":"D9261076"}
    "#]].assert_eq(&words);
}
