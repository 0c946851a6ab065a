//! What the simulator refuses, with which status and code, and that a refusal changes nothing.

use base::Timestamp;
use provider_contract::signing::Checksum;
use provider_contract::{Delivery, HttpReply, HttpRequest, Moment, Simulator as _, Treatment};
use serde_json::{Value, json};
use std::time::Duration;
use wechat::v3::sign;
use wechat::{Keys, Simulator};

const NOW: i64 = 1_795_400_000;
const MCHID: &str = "1900000001";
const APPID: &str = "wx0000000000000001";
const CODEPAY: &str = "/v3/pay/transactions/codepay";
const NATIVE: &str = "/v3/pay/transactions/native";
const REFUNDS: &str = "/v3/refund/domestic/refunds";

fn moment(seconds: i64) -> Moment {
    Moment { now: Timestamp::from_micros(seconds * 1_000_000), nonce: seconds as u128 }
}

/// A request as an outside client would send it, signed at `seconds`.
fn signed(method: &str, target: &str, body: &[u8], seconds: i64) -> HttpRequest {
    let signer = sign::Signer { mchid: MCHID, serial_no: "51", key: &Checksum { key: 7 } };
    let stamp = (seconds.to_string(), format!("{seconds:032X}"));
    let authorization = sign::authorization(&signer, method, target, body, (&stamp.0, &stamp.1));
    HttpRequest {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![("authorization".to_owned(), authorization)],
        body: body.to_vec(),
    }
}

fn reply(simulator: &mut Simulator, request: &HttpRequest, seconds: i64) -> HttpReply {
    match simulator.serve(request, &moment(seconds)) {
        Delivery::Reply { reply, .. } => reply,
        Delivery::Nothing => panic!("{} {} was not answered", request.method, request.target),
    }
}

/// Status and code, or status and state, of the answer.
fn said(reply: &HttpReply) -> String {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let word = ["code", "trade_state", "status", "code_url", "out_trade_no"]
        .into_iter()
        .find_map(|f| body[f].as_str());
    format!("{} {}", reply.status, word.unwrap_or_default()).trim_end().to_owned()
}

fn post(simulator: &mut Simulator, target: &str, body: &Value) -> String {
    let request = signed("POST", target, body.to_string().as_bytes(), NOW);
    said(&reply(simulator, &request, NOW))
}

fn charge(number: &str, code: &str) -> Value {
    json!({
        "appid": APPID, "mchid": MCHID, "description": "茶", "out_trade_no": number,
        "payer": {"auth_code": code}, "amount": {"total": 1250, "currency": "CNY"},
        "scene_info": {"store_info": {"out_id": "S1"}},
    })
}

fn qr(number: &str) -> Value {
    json!({
        "appid": APPID, "mchid": MCHID, "description": "茶", "out_trade_no": number,
        "notify_url": "https://shop.example/notify", "amount": {"total": 1250},
    })
}

fn refund(number: &str, of: &str, fen: i64) -> Value {
    json!({
        "out_trade_no": of, "out_refund_no": number,
        "amount": {"refund": fen, "total": 1250, "currency": "CNY"},
    })
}

/// The document with one value set, or taken out if the new one is null.
fn with(mut document: Value, path: &str, value: Value) -> Value {
    let (parent, name) = path.rsplit_once('/').expect("a JSON pointer");
    let object = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    if value.is_null() {
        object.remove(name)
    } else {
        object.insert(name.to_owned(), value)
    };
    document
}

#[test]
fn wrong_requests_are_refused_and_change_nothing() {
    let mut simulator = Simulator::cheap(7);
    let long = |n: usize| json!("x".repeat(n));
    let cases = [
        (CODEPAY, "/mchid", json!("1900000002"), "400 PARAM_ERROR"),
        (CODEPAY, "/appid", json!("wx2"), "400 APPID_MCHID_NOT_MATCH"),
        (CODEPAY, "/description", Value::Null, "400 PARAM_ERROR"),
        (CODEPAY, "/description", json!(""), "400 PARAM_ERROR"),
        (CODEPAY, "/description", long(128), "400 PARAM_ERROR"),
        (CODEPAY, "/out_trade_no", json!(""), "400 PARAM_ERROR"),
        (CODEPAY, "/out_trade_no", long(33), "400 PARAM_ERROR"),
        (CODEPAY, "/out_trade_no", json!("a b"), "400 PARAM_ERROR"),
        (CODEPAY, "/out_trade_no", json!("单号"), "400 PARAM_ERROR"),
        (CODEPAY, "/attach", long(129), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!(0), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!(-1), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!(1.5), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!("1250"), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!(u64::MAX), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/total", json!(10_000_000_001_i64), "400 PARAM_ERROR"),
        (CODEPAY, "/amount/currency", json!("USD"), "400 PARAM_ERROR"),
        (CODEPAY, "/payer", Value::Null, "400 PARAM_ERROR"),
        (CODEPAY, "/payer/auth_code", json!("2812345678901234"), "400 AUTH_CODE_INVALID"),
        (CODEPAY, "/payer/auth_code", json!("16345678901234567８"), "400 AUTH_CODE_INVALID"),
        (CODEPAY, "/payer/auth_code", json!("163456789012345678"), "400 AUTH_CODE_INVALID"),
        (CODEPAY, "/payer/auth_code", json!(""), "400 AUTH_CODE_INVALID"),
        (CODEPAY, "/scene_info/store_info", Value::Null, "400 PARAM_ERROR"),
        (CODEPAY, "/scene_info/device_id", long(33), "400 PARAM_ERROR"),
        (CODEPAY, "/surprise", json!(1), "400 PARAM_ERROR"),
        (NATIVE, "/out_trade_no", json!("abcde"), "400 PARAM_ERROR"),
        (NATIVE, "/notify_url", Value::Null, "400 PARAM_ERROR"),
        (NATIVE, "/notify_url", json!("https://x/?a=1"), "400 PARAM_ERROR"),
        (NATIVE, "/notify_url", json!("ftp://x"), "400 PARAM_ERROR"),
        (NATIVE, "/time_expire", json!("yesterday"), "400 PARAM_ERROR"),
        (NATIVE, "/time_expire", json!("2020-01-01T00:00:00+08:00"), "400 PARAM_ERROR"),
        (NATIVE, "/amount/total", json!(0), "400 PARAM_ERROR"),
        (REFUNDS, "/out_refund_no", json!("a b"), "400 PARAM_ERROR"),
        (REFUNDS, "/out_refund_no", long(65), "400 PARAM_ERROR"),
        (REFUNDS, "/out_trade_no", Value::Null, "400 PARAM_ERROR"),
        (REFUNDS, "/out_trade_no", json!("NEVER"), "404 RESOURCE_NOT_EXISTS"),
        (REFUNDS, "/transaction_id", json!("4200"), "404 RESOURCE_NOT_EXISTS"),
        (REFUNDS, "/amount/refund", json!(0), "400 PARAM_ERROR"),
        (REFUNDS, "/amount/refund", json!(-5), "400 PARAM_ERROR"),
        (REFUNDS, "/amount/refund", json!(1251), "400 PARAM_ERROR"),
        (REFUNDS, "/amount/total", json!(1249), "400 INVALID_REQUEST"),
        (REFUNDS, "/amount/currency", json!("HKD"), "400 PARAM_ERROR"),
        (REFUNDS, "/notify_url", json!("x"), "400 PARAM_ERROR"),
        (REFUNDS, "/reason", long(81), "400 PARAM_ERROR"),
    ];
    assert_eq!(post(&mut simulator, CODEPAY, &charge("PAID", "130000000000000000")), "200 SUCCESS");
    let before = simulator.books();
    for (path, field, value, expected) in cases {
        let good = match path {
            CODEPAY => charge("A1", "130000000000000100"),
            NATIVE => qr("NATIVE1"),
            _ => refund("R1", "PAID", 1),
        };
        let seen = post(&mut simulator, path, &with(good, field, value.clone()));
        assert_eq!(seen, expected, "{path} {field} = {value}");
        assert_eq!(simulator.books(), before, "{path} {field} = {value} changed the books");
    }
    assert_eq!(post(&mut simulator, CODEPAY, &charge("A1", "130000000000000100")), "200 SUCCESS");
    assert_eq!(post(&mut simulator, REFUNDS, &refund("R1", "PAID", 1)), "200 PROCESSING");
}

#[test]
fn broken_bodies_are_refused() {
    let mut simulator = Simulator::cheap(7);
    let nested = "[".repeat(60_000);
    let big = format!("{{\"mchid\":\"{}\"}}", "1".repeat(70_000));
    let double = format!("{{\"mchid\":\"{MCHID}\",\"mchid\":\"{MCHID}\"}}");
    for (body, expected) in [
        (&b""[..], "400 PARAM_ERROR"),
        (b"null", "400 PARAM_ERROR"),
        (b"{", "400 PARAM_ERROR"),
        (b"\xff\xfe", "400 PARAM_ERROR"),
        (nested.as_bytes(), "400 PARAM_ERROR"),
        (double.as_bytes(), "400 PARAM_ERROR"),
        (big.as_bytes(), "413 PARAM_ERROR"),
    ] {
        for path in [CODEPAY, NATIVE, REFUNDS, "/v3/pay/transactions/out-trade-no/A/close"] {
            let request = signed("POST", path, body, NOW);
            assert_eq!(said(&reply(&mut simulator, &request, NOW)), expected, "{path}");
        }
    }
    assert_eq!(simulator.books(), []);
}

#[test]
fn wrongly_signed_requests_are_refused_and_answered_with_a_signature() {
    let mut simulator = Simulator::cheap(7);
    let body = charge("A1", "130000000000000000").to_string();
    let good = signed("POST", CODEPAY, body.as_bytes(), NOW);
    let header = good.headers[0].1.clone();
    let changed =
        |header: String| HttpRequest { headers: vec![("Authorization".to_owned(), header)], ..good.clone() };
    let cases = [
        HttpRequest { headers: Vec::new(), ..good.clone() },
        changed(String::new()),
        changed("Bearer abc".to_owned()),
        changed(header.replace(MCHID, "1900000002")),
        changed(header.replace("serial_no=\"51\"", "serial_no=\"52\"")),
        changed(header.replace("signature=\"", "signature=\"A")),
        changed(header.replace("SHA256-RSA2048", "SM2-WITH-SM3")),
        changed(header.replace(&format!("{NOW:032X}"), "0123")),
        HttpRequest { body: body.replace("1250", "1").into_bytes(), ..good.clone() },
        HttpRequest { target: format!("{CODEPAY}?x=1"), ..good.clone() },
    ];
    for request in cases {
        let refused = reply(&mut simulator, &request, NOW);
        assert_eq!(said(&refused), "401 SIGN_ERROR", "{request:?}");
        assert!(refused.headers.iter().any(|(name, _)| *name == "Wechatpay-Signature"));
        assert!(refused.headers.iter().any(|(name, _)| *name == "Request-Id"));
    }
    for late in [NOW + 300, NOW - 300] {
        assert_eq!(said(&reply(&mut simulator, &good, late)), "401 SIGN_ERROR", "the clock is off");
    }
    let unknown_key = HttpRequest {
        headers: vec![good.headers[0].clone(), ("wechatpay-serial".to_owned(), "PUB_KEY_ID_9".to_owned())],
        ..good.clone()
    };
    assert_eq!(said(&reply(&mut simulator, &unknown_key, NOW)), "400 PARAM_ERROR");
    assert_eq!(simulator.books(), []);
    assert_eq!(said(&reply(&mut simulator, &good, NOW + 299)), "200 SUCCESS");
}

#[test]
fn unknown_paths_and_methods() {
    let mut simulator = Simulator::cheap(7);
    for (method, target, expected) in [
        ("GET", "/", "404 NO_SUCH_API"),
        ("POST", "/v3/pay/micropay", "404 NO_SUCH_API"),
        ("GET", CODEPAY, "405 METHOD_NOT_ALLOWED"),
        ("DELETE", REFUNDS, "405 METHOD_NOT_ALLOWED"),
        ("GET", "/v3/certificates", "403 NO_AUTH"),
        ("GET", "/v3/pay/transactions/out-trade-no/A1", "400 PARAM_ERROR"),
        ("GET", "/v3/pay/transactions/out-trade-no/A1?mchid=1", "400 PARAM_ERROR"),
        ("GET", "/v3/pay/transactions/out-trade-no/A1?mchid=1900000001", "404 ORDER_NOT_EXIST"),
        ("GET", "/v3/pay/transactions/id/42?mchid=1900000001", "404 ORDER_NOT_EXIST"),
        ("GET", "/v3/pay/transactions/id/é?mchid=1900000001", "404 ORDER_NOT_EXIST"),
        ("GET", "/v3/refund/domestic/refunds/R1", "404 RESOURCE_NOT_EXISTS"),
    ] {
        assert_eq!(
            said(&reply(&mut simulator, &signed(method, target, b"", NOW), NOW)),
            expected,
            "{target}"
        );
    }
}

#[test]
fn an_order_number_belongs_to_its_first_content() {
    let mut simulator = Simulator::cheap(7);
    let first = charge("A1", "130000000000000000");
    assert_eq!(post(&mut simulator, CODEPAY, &first), "200 SUCCESS");
    assert_eq!(post(&mut simulator, CODEPAY, &first), "200 SUCCESS");
    let before = simulator.books();
    assert_eq!(before[0].charges, 1);
    assert_eq!(post(&mut simulator, CODEPAY, &with(first, "/amount/total", json!(1))), "400 INVALID_REQUEST");
    assert_eq!(post(&mut simulator, CODEPAY, &charge("A1", "130000000000000100")), "400 INVALID_REQUEST");
    assert_eq!(post(&mut simulator, CODEPAY, &charge("A2", "130000000000000000")), "400 AUTH_CODE_ERROR");
    assert_eq!(
        post(&mut simulator, NATIVE, &with(qr("A1"), "/out_trade_no", json!("A1"))),
        "400 PARAM_ERROR"
    );
    assert_eq!(simulator.books(), before);

    assert!(post(&mut simulator, NATIVE, &qr("QR-0001")).starts_with("200 weixin://"));
    assert_eq!(
        post(&mut simulator, NATIVE, &with(qr("QR-0001"), "/attach", json!("x"))),
        "400 INVALID_REQUEST"
    );
    assert!(simulator.scan_number("QR-0001", moment(NOW).now));
    assert!(!simulator.scan_number("QR-0001", moment(NOW).now), "paid twice");
    assert_eq!(post(&mut simulator, NATIVE, &qr("QR-0001")), "400 ORDERPAID");
}

fn undo(simulator: &mut Simulator, number: &str, how: &str, at: i64) -> String {
    let body = match how {
        "reverse" => json!({"appid": APPID, "mchid": MCHID}),
        _ => json!({"mchid": MCHID}),
    };
    let target = format!("/v3/pay/transactions/out-trade-no/{number}/{how}");
    said(&reply(simulator, &signed("POST", &target, body.to_string().as_bytes(), at), at))
}

#[test]
fn each_kind_of_order_has_its_own_way_back() {
    let mut simulator = Simulator::cheap(7);
    post(&mut simulator, CODEPAY, &charge("PAID", "130000000000000000"));
    post(&mut simulator, CODEPAY, &charge("TYPING", "130000000000707002"));
    post(&mut simulator, NATIVE, &qr("SHOWN1"));
    assert_eq!(undo(&mut simulator, "NEVER", "reverse", NOW), "404 ORDER_NOT_EXIST");
    assert_eq!(undo(&mut simulator, "NEVER", "close", NOW), "404 ORDER_NOT_EXIST");
    assert_eq!(undo(&mut simulator, "PAID", "close", NOW), "400 INVALID_REQUEST");
    assert_eq!(undo(&mut simulator, "SHOWN1", "reverse", NOW), "400 INVALID_REQUEST");
    assert_eq!(undo(&mut simulator, "TYPING", "reverse", NOW + 14), "400 USERPAYING");
    assert_eq!(undo(&mut simulator, "TYPING", "reverse", NOW + 15), "200 TYPING");
    assert_eq!(undo(&mut simulator, "PAID", "reverse", NOW + 7 * 86_400 + 1), "400 INVALID_REQUEST");
    assert_eq!(undo(&mut simulator, "PAID", "reverse", NOW + 7 * 86_400), "200 PAID");
    assert_eq!(undo(&mut simulator, "SHOWN1", "close", NOW), "204");
    assert_eq!(undo(&mut simulator, "SHOWN1", "close", NOW), "204");
    assert!(!simulator.scan_number("SHOWN1", moment(NOW).now), "closed, yet paid");
    assert_eq!(post(&mut simulator, CODEPAY, &charge("PAID", "130000000000000000")), "400 ORDER_REVERSED");
    assert_eq!(post(&mut simulator, REFUNDS, &refund("R1", "PAID", 1)), "400 INVALID_REQUEST");
}

#[test]
fn a_qr_expires() {
    let mut simulator = Simulator::cheap(7);
    let expiry = moment(NOW + 60).now.rfc3339(base::Zone::CHINA);
    post(&mut simulator, NATIVE, &with(qr("SHOWN1"), "/time_expire", json!(expiry)));
    assert!(!simulator.scan_number("SHOWN1", moment(NOW + 60).now));
    assert!(simulator.scan_number("SHOWN1", moment(NOW + 59).now));
    assert!(!simulator.scan_number("NEVER", moment(NOW).now));
}

#[test]
fn refunds_keep_to_the_rules() {
    let mut simulator = Simulator::cheap(7);
    post(&mut simulator, CODEPAY, &charge("PAID", "130000000000000000"));
    for n in 1..=50 {
        assert_eq!(post(&mut simulator, REFUNDS, &refund(&format!("R{n}"), "PAID", 1)), "200 PROCESSING");
    }
    assert_eq!(post(&mut simulator, REFUNDS, &refund("R51", "PAID", 1)), "400 INVALID_REQUEST");
    assert_eq!(post(&mut simulator, REFUNDS, &refund("R1", "PAID", 1)), "200 PROCESSING");
    assert_eq!(post(&mut simulator, REFUNDS, &refund("R1", "PAID", 2)), "400 INVALID_REQUEST");
    assert_eq!(undo(&mut simulator, "PAID", "reverse", NOW), "400 INVALID_REQUEST");
    assert_eq!(simulator.books()[0].refunds.len(), 50);

    post(&mut simulator, CODEPAY, &charge("OLD", "130000000000000100"));
    let year = NOW + 365 * 86_400 + 1;
    let request = signed("POST", REFUNDS, refund("R52", "OLD", 1).to_string().as_bytes(), year);
    assert_eq!(said(&reply(&mut simulator, &request, year)), "400 INVALID_REQUEST");
}

#[test]
fn notifications_keep_to_the_real_schedule() {
    let mut simulator = Simulator::cheap(7);
    post(&mut simulator, NATIVE, &qr("SHOWN1"));
    simulator.scan_number("SHOWN1", moment(NOW).now);
    let mut sent = Vec::new();
    while let Some(due) = simulator.due() {
        let mail = simulator.tick(&Moment { now: due, nonce: sent.len() as u128 });
        sent.extend(mail.iter().map(|_| due));
        for outgoing in &mail {
            simulator.notified(&outgoing.notice_id, None, due);
            simulator.notified("nonsense", Some(&HttpReply::new(200, "", "")), due);
        }
    }
    let waits: Vec<u64> = sent.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect();
    assert_eq!(
        waits,
        [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]
    );
}

#[test]
fn while_down_nothing_leaves_and_afterwards_it_does() {
    let mut simulator = Simulator::cheap(7);
    post(&mut simulator, NATIVE, &qr("SHOWN1"));
    simulator.scan_number("SHOWN1", moment(NOW).now);
    simulator.set_down(true);
    assert_eq!(simulator.tick(&moment(NOW + 2)), []);
    let request = signed("GET", "/v3/certificates", b"", NOW);
    assert_eq!(simulator.serve(&request, &moment(NOW)), Delivery::Nothing);
    simulator.set_down(false);
    assert_eq!(simulator.tick(&moment(NOW + 2 + 15)).len(), 1);
}

#[test]
fn a_treatment_can_be_chosen_by_code_or_by_order() {
    let mut simulator = Simulator::cheap(7);
    let code = simulator.code_for(Treatment::Slow, 5);
    let body = charge("A1", &code).to_string();
    let request = signed("POST", CODEPAY, body.as_bytes(), NOW);
    let Delivery::Reply { delay, .. } = simulator.serve(&request, &moment(NOW)) else { panic!("lost") };
    assert_eq!(delay, Duration::from_secs(8));
    simulator.treat_number("A2", Treatment::Risk);
    assert_eq!(post(&mut simulator, CODEPAY, &charge("A2", "130000000000000000")), "403 RISK_CONTROL");
}

#[test]
fn kept_keys_make_the_same_simulator() {
    let keys = Keys::fresh();
    let text = serde_json::to_string(&keys).unwrap();
    let kept: Keys = serde_json::from_str(&text).unwrap();
    let simulator = Simulator::from_keys(&kept).unwrap();
    let given = serde_json::to_value(simulator.credentials("http://127.0.0.1:1").unwrap()).unwrap();
    let names: Vec<&String> = given.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "api_key",
            "apiv3_key",
            "appid",
            "base_url",
            "mchid",
            "merchant_private_key_pem",
            "merchant_serial",
            "platform_public_key_id",
            "platform_public_key_pem"
        ]
    );
    assert!(given["merchant_private_key_pem"].as_str().unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    for (field, value) in [
        ("merchant_private_key_pem", "no"),
        ("platform_certificate_pem", "no"),
        ("platform_certificate_private_key_pem", &keys.platform_private_key_pem),
        ("apiv3_key", "short"),
        ("platform_public_key_id", "5F"),
    ] {
        let mut spoiled: Value = serde_json::from_str(&text).unwrap();
        spoiled[field] = json!(value);
        let spoiled: Keys = serde_json::from_value(spoiled).unwrap();
        assert!(Simulator::from_keys(&spoiled).is_err(), "{field}");
    }
}
