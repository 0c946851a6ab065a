//! Whatever reaches the simulator or our notification address in the wrong form is named and changes nothing.

mod world;

use alipay::sign::{decode_form, encode_form, notice_text, request_text};
use alipay::wire::Params;
use alipay::{APP_ID, Simulator};
use expect_test::expect_file;
use payment::Ask;
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{BadNotice, Delivery, HttpRequest, Provider, Simulator as _, Treatment};
use std::fmt::Write;

const CODE: &str = "280000000000009900";

/// The parameters of a good payment, to be spoilt.
fn pay(content: &str) -> Params {
    let pairs = [
        ("app_id", APP_ID),
        ("method", "alipay.trade.pay"),
        ("charset", "utf-8"),
        ("sign_type", "RSA2"),
        ("timestamp", "2026-11-23 12:00:00"),
        ("version", "1.0"),
        ("biz_content", content),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn content(change: &[(&str, serde_json::Value)]) -> String {
    let mut content = serde_json::json!({
        "out_trade_no": "bad-1", "scene": "bar_code", "auth_code": CODE, "subject": "tea", "total_amount": "1.00",
    });
    for (name, value) in change {
        content[*name] = value.clone();
    }
    content.to_string()
}

fn signed(mut params: Params) -> Params {
    // The application's key of `Simulator::cheap(1)`.
    let signature = Checksum { key: 3 }.sign(request_text(&params).as_bytes());
    params.insert("sign".to_owned(), signature);
    params
}

fn post(params: &Params) -> HttpRequest {
    HttpRequest {
        method: "POST".to_owned(),
        target: "/gateway.do".to_owned(),
        headers: Vec::new(),
        body: encode_form(params).into_bytes(),
    }
}

/// One line: what was wrong, and the answer.
fn tell(trace: &mut String, what: &str, request: &HttpRequest) {
    let mut world = world::cheap();
    let reply = world.reply_to(request);
    let body = String::from_utf8(reply.body).unwrap();
    let said = if reply.status == 200 { codes(&body) } else { format!("HTTP {}", reply.status) };
    writeln!(trace, "{what}: {said}").unwrap();
    assert!(world.simulator.books().is_empty(), "{what} opened an order");
}

fn codes(body: &str) -> String {
    let reply: serde_json::Value = serde_json::from_str(body).unwrap();
    let (_, response) =
        reply.as_object().unwrap().iter().find(|(key, _)| key.ends_with("_response")).unwrap();
    let sign = if reply.get("sign").is_some() { "signed" } else { "unsigned" };
    let text = |name: &str| response[name].as_str().unwrap_or("-").to_owned();
    format!("{} {} {} ({sign})", text("code"), text("sub_code"), text("sub_msg"))
}

#[test]
fn the_door_names_what_is_wrong() {
    let mut trace = String::new();
    let good = signed(pay(&content(&[])));
    let mut http = |what: &str, change: &dyn Fn(&mut HttpRequest)| {
        let mut request = post(&good);
        change(&mut request);
        tell(&mut trace, what, &request);
    };
    http("another path", &|r| r.target = "/".to_owned());
    http("PUT", &|r| r.method = "PUT".to_owned());
    http("a body of 100 kB", &|r| r.body = vec![b'a'; 100_000]);
    http("a target of 100 kB", &|r| r.target = format!("/gateway.do?{}", "a".repeat(100_000)));
    http("nothing", &|r| r.body.clear());
    http("rubbish", &|r| r.body = vec![0xff, 0xfe]);
    http("a broken percent sign", &|r| r.body.extend(b"&x=%4"));
    http("a parameter twice with two values", &|r| r.target = "/gateway.do?version=2.0".to_owned());
    let mut param = |what: &str, name: &str, value: Option<&str>, sign_again: bool| {
        let mut params = good.clone();
        match value {
            Some(value) => params.insert(name.to_owned(), value.to_owned()),
            None => params.remove(name),
        };
        let params = if sign_again { signed(params) } else { params };
        tell(&mut trace, what, &post(&params));
    };
    param("no application", "app_id", None, true);
    param("an unknown application", "app_id", Some("2021999999999999"), true);
    param("no signature", "sign", None, false);
    param("a wrong signature", "sign", Some("AAAA"), false);
    param(
        "content changed after signing",
        "biz_content",
        Some(&content(&[("total_amount", "9.00".into())])),
        false,
    );
    param("no sign_type", "sign_type", None, true);
    param("RSA with SHA-1", "sign_type", Some("RSA"), true);
    param("GBK", "charset", Some("GBK"), true);
    param("XML", "format", Some("XML"), true);
    param("no method", "method", None, true);
    param("an unknown method", "method", Some("alipay.trade.steal"), true);
    param("version 2", "version", Some("2.0"), true);
    param("no version", "version", None, true);
    param("no timestamp", "timestamp", None, true);
    param("a clock ten minutes late", "timestamp", Some("2026-11-23 11:50:00"), true);
    param("a request of yesterday, replayed", "timestamp", Some("2026-11-22 12:00:00"), true);
    param("no content", "biz_content", None, true);
    param("content that is no JSON", "biz_content", Some("{"), true);
    param("content that is a list", "biz_content", Some("[]"), true);
    param("an address for notifications that is none", "notify_url", Some("shop/notify"), true);
    expect_file!["traces/bad_requests.txt"].assert_eq(&trace);
}

#[test]
fn methods_name_what_is_wrong_with_their_content() {
    let mut trace = String::new();
    let mut paying = |what: &str, name: &str, value: serde_json::Value| {
        tell(&mut trace, what, &post(&signed(pay(&content(&[(name, value)])))));
    };
    for amount in ["0", "0.00", "-1.00", "0.001", "1e3", "100000000.01", "99999999999999999999", "", "一"] {
        paying(&format!("an amount of {amount:?}"), "total_amount", amount.into());
    }
    paying("no amount", "total_amount", serde_json::Value::Null);
    paying("an amount that is a list", "total_amount", serde_json::json!([1]));
    paying("dollars", "trans_currency", "USD".into());
    paying("no order number", "out_trade_no", serde_json::Value::Null);
    paying("an order number of 65 letters", "out_trade_no", "a".repeat(65).into());
    paying("an order number with a brace", "out_trade_no", "a}b".into());
    paying("no subject", "subject", "".into());
    paying("a subject of 257 letters", "subject", "a".repeat(257).into());
    paying("no scene", "scene", "".into());
    paying("no code", "auth_code", serde_json::Value::Null);
    paying("a seller who is none", "seller_id", "1".into());
    paying("a timeout of nothing", "timeout_express", "0m".into());
    paying("a timeout in weeks", "timeout_express", "1w".into());
    paying("an end in the past", "time_expire", "2026-11-23 11:00:00".into());
    paying("an end that is no time", "time_expire", "soon".into());
    let mut asking = |what: &str, method: &str, content: &str| {
        let mut params = pay(content);
        params.insert("method".to_owned(), method.to_owned());
        tell(&mut trace, what, &post(&signed(params)));
    };
    asking("a query of nothing", "alipay.trade.query", "{}");
    asking(
        "a query of an unknown number",
        "alipay.trade.query",
        r#"{"trade_no":"2026112322001000000000000000"}"#,
    );
    asking("a query of a number that is none", "alipay.trade.query", r#"{"trade_no":"中"}"#);
    asking(
        "a refund of an unknown order",
        "alipay.trade.refund",
        r#"{"out_trade_no":"x","refund_amount":"1"}"#,
    );
    asking("a close of an unknown order", "alipay.trade.close", r#"{"out_trade_no":"x"}"#);
    asking(
        "a refund query of an unknown order",
        "alipay.trade.fastpay.refund.query",
        r#"{"out_trade_no":"x"}"#,
    );
    expect_file!["traces/bad_content.txt"].assert_eq(&trace);
}

#[test]
fn a_code_of_another_wallet_or_spent_is_refused_and_charges_nobody() {
    for code in ["134567890123456789", "28000000000000", "2800000000000000000000000", "28000000000000000x"] {
        let mut world = world::cheap();
        let request = post(&signed(pay(&content(&[("auth_code", code.into())]))));
        let body = String::from_utf8(world.reply_to(&request).body).unwrap();
        assert!(body.contains("ACQ.PAYMENT_AUTH_CODE_INVALID"), "{code}: {body}");
        assert!(world.simulator.books().iter().all(|book| book.charges == 0 && book.paid.is_none()));
    }
    let mut world = world::cheap();
    for (number, expected) in [("one", "10000"), ("two", "PAYMENT_AUTH_CODE_INVALID"), ("one", "10000")] {
        let request = post(&signed(pay(&content(&[("out_trade_no", number.into())]))));
        let body = String::from_utf8(world.reply_to(&request).body).unwrap();
        assert!(body.contains(expected), "{number}: {body}");
    }
    assert_eq!(world.simulator.books().iter().map(|book| book.charges).sum::<u32>(), 1);
}

#[test]
fn query_and_form_by_get_or_post_are_the_same_request() {
    let params = signed(pay(&content(&[])));
    let whole = encode_form(&params);
    let (query, form): (Params, Params) = params.into_iter().partition(|(name, _)| name != "biz_content");
    let request = |method: &str, query: &str, body: &str| HttpRequest {
        method: method.to_owned(),
        target: format!("/gateway.do?{query}"),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    };
    let mut world = world::cheap();
    for request in [
        request("GET", &whole, ""),
        request("POST", "", &whole),
        request("POST", &whole, ""),
        request("POST", &encode_form(&query), &encode_form(&form)),
    ] {
        let body = String::from_utf8(world.reply_to(&request).body).unwrap();
        assert!(body.contains(r#""code":"10000""#), "{body}");
    }
    assert_eq!(world.simulator.books().len(), 1);
}

#[test]
fn an_order_number_with_other_content_is_refused() {
    let mut world = world::cheap();
    let mut pay_again = |change: &[(&str, serde_json::Value)]| {
        codes(&String::from_utf8(world.reply_to(&post(&signed(pay(&content(change))))).body).unwrap())
    };
    assert!(pay_again(&[]).starts_with("10000"));
    assert!(pay_again(&[("total_amount", "1".into())]).starts_with("10000"), "1 yuan is 1.00 yuan");
    assert!(pay_again(&[("total_amount", "2.00".into())]).contains("ACQ.TRADE_HAS_SUCCESS"));
    assert!(pay_again(&[("subject", "gold".into())]).contains("ACQ.TRADE_HAS_SUCCESS"));
    let waiting = [("out_trade_no", "bad-2".into()), ("auth_code", "280000000098707002".into())];
    assert_eq!(pay_again(&waiting), "10003 - - (signed)");
    let dearer = [waiting[0].clone(), waiting[1].clone(), ("total_amount", "2.00".into())];
    assert!(pay_again(&dearer).contains("ACQ.CONTEXT_INCONSISTENT"));
}

#[test]
fn money_is_canceled_on_its_own_day_only() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    world.verdict(&order, &Ask::Charge);
    world.wait(12 * 3600);
    let answer = world.ask(&order, &Ask::Reverse).unwrap();
    assert_eq!(answer.said.code, "ACQ.TRADE_CANCEL_TIME_OUT");
    assert!(!world.simulator.book(order.order_no).unwrap().reversed);
}

#[test]
fn a_notification_that_cannot_be_trusted_is_refused() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    world.verdict(&order, &Ask::Charge);
    world.wait(2);
    let outgoing = world.tick().remove(0);
    let genuine = HttpRequest::from(&outgoing.call);
    let mut params = Params::new();
    decode_form(std::str::from_utf8(&genuine.body).unwrap(), &mut params).unwrap();
    // The gateway's key of `Simulator::cheap(1)`.
    let sign = |params: &mut Params| {
        let signature = Checksum { key: 4 }.sign(notice_text(params).as_bytes());
        params.insert("sign".to_owned(), signature);
    };
    let moment = world.moment();
    let read = |body: Vec<u8>| world.client.notice(&HttpRequest { body, ..genuine.clone() }, &moment);
    let changed = |name: &str, value: Option<&str>, sign_again: bool| {
        let mut params = params.clone();
        match value {
            Some(value) => params.insert(name.to_owned(), value.to_owned()),
            None => params.remove(name),
        };
        if sign_again {
            sign(&mut params);
        }
        read(encode_form(&params).into_bytes())
    };
    let notice = read(genuine.body.clone()).unwrap();
    assert_eq!((notice.order_no, notice.claim.as_str()), (order.order_no, "TRADE_SUCCESS"));
    assert_eq!(notice.notice_id, outgoing.notice_id);
    assert_eq!(changed("total_amount", Some("0.01"), false), Err(BadNotice::WrongSignature));
    assert_eq!(changed("sign", None, false), Err(BadNotice::Incomplete("sign")));
    assert_eq!(changed("sign_type", Some("RSA"), false), Err(BadNotice::UnknownKey));
    assert_eq!(changed("app_id", Some("2021999999999999"), true), Err(BadNotice::NotOurs));
    assert_eq!(changed("seller_id", Some("2088999999999999"), true), Err(BadNotice::NotOurs));
    assert_eq!(changed("out_trade_no", Some("somebody-elses"), true), Err(BadNotice::NotOurs));
    assert_eq!(changed("notify_type", Some("fund_sync"), true), Err(BadNotice::OfNoInterest));
    assert_eq!(changed("trade_status", None, true), Err(BadNotice::Incomplete("trade_status")));
    assert_eq!(changed("notify_id", Some(""), true), Err(BadNotice::Incomplete("notify_id")));
    for body in [vec![0xff], b"a=%4".to_vec(), vec![b'a'; 100_000]] {
        assert_eq!(read(body), Err(BadNotice::Garbled));
    }
    assert_eq!(read(Vec::new()), Err(BadNotice::Incomplete("sign")));
}

#[test]
fn only_the_seven_letters_end_a_notification() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    world.verdict(&order, &Ask::Charge);
    world.wait(2);
    let mut reply = world.client.acknowledge(Ok(()));
    for refusal in [&b"SUCCESS"[..], b"success\n", b"fail", b""] {
        let outgoing = world.tick().remove(0);
        reply.body = refusal.to_vec();
        world.simulator.notified(&outgoing.notice_id, Some(&reply), world.now);
        world.wait(3600);
    }
    let outgoing = world.tick().remove(0);
    let taken = world.client.acknowledge(Ok(()));
    world.simulator.notified(&outgoing.notice_id, Some(&taken), world.now);
    world.simulator.notified("not a number of ours", Some(&taken), world.now);
    world.wait(90_000);
    assert!(world.tick().is_empty());
}

#[test]
fn a_refunds_notification_names_the_refund() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    world.verdict(&order, &Ask::Charge);
    world.verdict(&order, &world::refund(5, 250));
    world.wait(2);
    let moment = world.moment();
    let notices: Vec<_> = world
        .tick()
        .iter()
        .map(|outgoing| world.client.notice(&HttpRequest::from(&outgoing.call), &moment).unwrap())
        .collect();
    assert_eq!(notices[0].refund_no, None);
    assert_eq!(notices[1].refund_no.map(|number| number.id().as_u128()), Some(5));
}

#[test]
fn the_payers_code_is_in_no_words_that_are_kept() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let code = order.payer_code.as_ref().unwrap().reveal().to_owned();
    let mut reply = world.reply(&order, &Ask::Charge);
    let inner = format!(r#"{{"code":"40004","sub_code":"ACQ.X","sub_msg":"code {code} is odd"}}"#);
    let signature = Checksum { key: 4 }.sign(inner.as_bytes());
    reply.body = format!(r#"{{"alipay_trade_pay_response":{inner},"sign":"{signature}"}}"#).into_bytes();
    let answer = world.read(&order, &Ask::Charge, &reply);
    assert!(answer.said.message.contains("28••••"), "{answer:?}");
    assert!(!format!("{answer:?} {order:?}").contains(&code));
}

#[test]
fn kept_keys_make_the_same_simulator_and_mixed_ones_none() {
    let keys = alipay::Keys::generate();
    let simulator = Simulator::with_keys(keys.clone()).unwrap();
    let credentials = simulator.credentials("http://127.0.0.1:1").unwrap();
    let json = serde_json::to_value(&credentials).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["alipay_public_key_pem", "app_id", "app_private_key_pem", "base_url"]);
    assert_eq!(json["base_url"], "http://127.0.0.1:1/gateway.do");
    assert!(!format!("{credentials:?} {keys:?}").contains("PRIVATE"));
    let other = alipay::Keys::generate();
    let mixed = alipay::Keys { alipay_public_key_pem: other.alipay_public_key_pem, ..keys };
    assert_eq!(Simulator::with_keys(mixed).err(), Some(alipay::BadKeys::AlipayHalvesDiffer));
}

#[test]
fn while_it_is_down_nothing_answers() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    world.simulator.set_down(true);
    let call = world.call(&order, &Ask::Charge);
    assert_eq!(world.serve(&HttpRequest::from(&call)), Delivery::Nothing);
    assert_eq!((world.simulator.due(), world.tick().len()), (None, 0));
    world.simulator.set_down(false);
    assert!(world.ask(&order, &Ask::Charge).is_some());
}
