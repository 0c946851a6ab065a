//! REST: what leaves, what comes back, and what is refused at either door.

mod world;

use alipay::rest::sign::{Authorization, NONCE, SIGNATURE, TIMESTAMP, answer_text, request_text};
use alipay::wire::Api;
use alipay::{AlipayRest, BadConfig, Config, ENDPOINT_URL, GATEWAY_URL, Settings};
use base::Secret;
use expect_test::expect;
use payment::{Ask, Doubt, Reason, Verdict};
use provider_contract::bills::{BillSort, NoBill};
use provider_contract::signing::{Checksum, FreshKeys, RsaSigner, Sign};
use provider_contract::{
    Call, HttpRequest, Moment, Order, Provider, Reply, Simulator as _, Treatment, Trouble,
};
use settlement::Day;
use std::fmt::Write;
use world::{NOTIFY_URL, ORIGIN, World, refund, refund_query};

fn client(world: &World) -> AlipayRest {
    world.simulator.rest_client(ORIGIN, Some(NOTIFY_URL))
}

fn ours(world: &World) -> Order {
    Order { payer_code: None, ..world.order(1, Treatment::Normal) }
}

#[test]
fn each_question_as_it_leaves() {
    let world = world::cheap();
    let moment = Moment { now: world.now, nonce: 0xA1 };
    let mut text = String::new();
    for ask in
        [Ask::Charge, Ask::Present, Ask::Inquire, Ask::Reverse, Ask::Close, refund(1, 30), refund_query(1)]
    {
        let call =
            client(&world).call(&ask, &world.order(1, Treatment::Normal), &moment).expect("it can be asked");
        writeln!(text, "{} {}", call.method.as_str(), call.url).unwrap();
        writeln!(text, "{}\n", String::from_utf8(call.body).unwrap()).unwrap();
    }
    let call =
        client(&world).bills().unwrap().locate(BillSort::Trades, "2026-11-22".parse().unwrap(), &moment);
    writeln!(text, "{} {}", call.method.as_str(), call.url).unwrap();
    for (name, value) in &call.headers {
        writeln!(text, "{name}: {value}").unwrap();
    }
    expect![[r#"
        POST http://127.0.0.1:9002/v3/alipay/trade/pay
        {"out_trade_no":"00000000000000000000000000000001","scene":"bar_code","auth_code":"280000000001707000","subject":"拿铁 latte","total_amount":"12.50","product_code":"FACE_TO_FACE_PAYMENT","terminal_id":"till-1","timeout_express":"3m","notify_url":"http://127.0.0.1:8080/notify/alipay/1"}

        POST http://127.0.0.1:9002/v3/alipay/trade/precreate
        {"out_trade_no":"00000000000000000000000000000001","subject":"拿铁 latte","total_amount":"12.50","terminal_id":"till-1","time_expire":"2026-11-23 12:05:00","notify_url":"http://127.0.0.1:8080/notify/alipay/1"}

        POST http://127.0.0.1:9002/v3/alipay/trade/query
        {"out_trade_no":"00000000000000000000000000000001"}

        POST http://127.0.0.1:9002/v3/alipay/trade/cancel
        {"out_trade_no":"00000000000000000000000000000001"}

        POST http://127.0.0.1:9002/v3/alipay/trade/close
        {"out_trade_no":"00000000000000000000000000000001"}

        POST http://127.0.0.1:9002/v3/alipay/trade/refund
        {"out_trade_no":"00000000000000000000000000000001","refund_amount":"0.30","refund_reason":"cold","out_request_no":"00000000000000000000000000000001"}

        POST http://127.0.0.1:9002/v3/alipay/trade/fastpay/refund/query
        {"out_trade_no":"00000000000000000000000000000001","out_request_no":"00000000000000000000000000000001","query_options":["gmt_refund_pay"]}

        GET http://127.0.0.1:9002/v3/alipay/data/dataservice/bill/downloadurl/query?bill_date=2026-11-22&bill_type=trade
        authorization: ALIPAY-SHA256withRSA app_id=2021000000000001,nonce=000000000000000000000000000000A1,timestamp=1795406400000,sign=9nHWR0TdsyM=
        accept: application/json
        alipay-request-id: 000000000000000000000000000000A1
    "#]].assert_eq(&text);
}

/// The text that the official npm package signs (alipay-sdk 4.14.0, `curl`): who and when, method, path with query, body,
/// each with a line feed, and an empty line for no body.
#[test]
fn the_signed_texts() {
    let auth = "app_id=2021,nonce=n,timestamp=1700000000000";
    assert_eq!(
        request_text(auth, "POST", "/v3/alipay/trade/query", "{\"out_trade_no\":\"1\"}"),
        "app_id=2021,nonce=n,timestamp=1700000000000\nPOST\n/v3/alipay/trade/query\n{\"out_trade_no\":\"1\"}\n"
    );
    assert_eq!(request_text(auth, "GET", "/v3/a?b=1", ""), format!("{auth}\nGET\n/v3/a?b=1\n\n"));
    assert_eq!(answer_text("1700000000000", "n", b"{}"), b"1700000000000\nn\n{}\n");
}

#[test]
fn paths_are_the_methods_names() {
    assert_eq!(Api::RefundQuery.rest_path(), "/v3/alipay/trade/fastpay/refund/query");
    assert_eq!(Api::BillAddress.rest_path(), "/v3/alipay/data/dataservice/bill/downloadurl/query");
    for api in Api::ALL {
        assert_eq!(Api::at(&api.rest_path()), Some(api));
    }
    assert_eq!(Api::at("/v3/alipay/trade/create"), None);
}

#[test]
fn a_wrong_address_is_named() {
    let (app, alipay) = (FreshKeys::generate(), FreshKeys::generate());
    let config = |url: &str| Config {
        settings: Settings::new("2021000000000001", url),
        app_private_key_pem: Secret::new(app.private_pem.clone()),
        alipay_public_key_pem: alipay.public_pem.clone(),
    };
    assert!(AlipayRest::new(config(ENDPOINT_URL)).is_ok());
    for wrong in [GATEWAY_URL, "https://openapi.alipay.com/", "https://openapi.alipay.com/v3"] {
        assert_eq!(AlipayRest::new(config(wrong)).err(), Some(BadConfig::EndpointHasAPath), "{wrong}");
    }
    assert_eq!(AlipayRest::new(config("ftp://a")).err(), Some(BadConfig::GatewayUrlIsNotAnAddress));
    assert!(BadConfig::EndpointHasAPath.text().zh.contains("REST"));
}

/// A reply signed by the gateway of `Simulator::cheap(1)`.
fn reply(status: u16, body: &str) -> Reply {
    let signature = Checksum { key: 4 }.sign(&answer_text("1700000000000", "n", body.as_bytes()));
    let headers = [(TIMESTAMP, "1700000000000"), (NONCE, "n"), (SIGNATURE, signature.as_str())];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Reply { status, headers, body: body.as_bytes().to_vec() }
}

fn answered(ask: &Ask, reply: &Reply) -> Verdict {
    let world = world::cheap();
    let moment = Moment { now: world.now, nonce: 1 };
    client(&world).answer(ask, &ours(&world), reply, &moment).verdict
}

const PAID: &str = r#"{"out_trade_no":"00000000000000000000000000000001","trade_no":"T1","total_amount":"12.50","gmt_payment":"2026-11-23 12:00:01"}"#;

#[test]
fn what_answers_prove() {
    let refused = |code: &str| reply(400, &format!(r#"{{"code":"{code}","message":"m","links":[]}}"#));
    let check = |ask: Ask, reply: &Reply, expected: Verdict| {
        assert_eq!(answered(&ask, reply), expected, "{ask:?} {}", String::from_utf8_lossy(&reply.body));
    };
    let unclear = Verdict::Unclear;
    assert!(matches!(answered(&Ask::Charge, &reply(200, PAID)), Verdict::Paid(_)));
    check(Ask::Charge, &reply(200, &PAID.replace("0001\"", "0002\"")), unclear(Doubt::Garbled));
    // Nothing says when it was paid, so it is looked at: whatever Alipay means by an answer like this, it is not guessed.
    let no_moment = PAID.replace(r#","gmt_payment":"2026-11-23 12:00:01""#, "");
    check(Ask::Charge, &reply(200, &no_moment), unclear(Doubt::SaysPaid));
    check(Ask::Charge, &reply(202, PAID), unclear(Doubt::Garbled));
    check(Ask::Charge, &reply(200, &format!("[{PAID}]")), unclear(Doubt::Garbled));
    check(Ask::Charge, &refused("ACQ.ORDER_SUCCESS_PAY_INPROCESS"), Verdict::AwaitingPayer);
    check(Ask::Inquire, &refused("ACQ.ORDER_SUCCESS_PAY_INPROCESS"), unclear(Doubt::UnknownCode));
    check(
        Ask::Charge,
        &refused("ACQ.BUYER_BALANCE_NOT_ENOUGH"),
        Verdict::Declined(Reason::InsufficientBalance),
    );
    check(Ask::Charge, &refused("ACQ.SYSTEM_ERROR"), unclear(Doubt::ProviderError));
    check(Ask::Charge, &refused("ACQ.NEW_IN_2030"), unclear(Doubt::UnknownCode));
    check(Ask::Charge, &refused("invalid-app-id"), Verdict::Declined(Reason::MerchantConfig));
    check(Ask::Charge, &refused("isv.invalid-app-id"), Verdict::Declined(Reason::MerchantConfig));
    check(Ask::Charge, &refused("isp.unknow-error"), unclear(Doubt::ProviderError));
    check(Ask::Charge, &refused("new-in-2030"), unclear(Doubt::UnknownCode));
    check(Ask::Inquire, &refused("ACQ.TRADE_NOT_EXIST"), Verdict::NotFound);
    check(Ask::Inquire, &refused("invalid-signature"), unclear(Doubt::OurSettings));
    check(Ask::Charge, &refused(""), unclear(Doubt::Garbled));
    check(
        Ask::Charge,
        &reply(500, r#"{"code":"ACQ.BUYER_BALANCE_NOT_ENOUGH","message":""}"#),
        unclear(Doubt::ProviderError),
    );
    check(Ask::Charge, &reply(429, "{}"), unclear(Doubt::RateLimited));
}

#[test]
fn what_is_not_signed_proves_nothing() {
    let good = reply(200, PAID);
    let without = |name: &str| {
        let mut changed = good.clone();
        changed.headers.retain(|(known, _)| known != name);
        changed
    };
    let cases = [
        without(SIGNATURE),
        without(TIMESTAMP),
        without(NONCE),
        Reply { body: b"{}".to_vec(), ..good.clone() },
    ];
    for changed in &cases {
        assert_eq!(answered(&Ask::Charge, changed), Verdict::Unclear(Doubt::BadSignature));
    }
    let unsigned = |code: &str| Reply {
        status: 400,
        headers: vec![],
        body: format!(r#"{{"code":"{code}","message":""}}"#).into_bytes(),
    };
    assert_eq!(answered(&Ask::Charge, &unsigned("invalid-app-id")), Verdict::Unclear(Doubt::OurSettings));
    let poor = unsigned("ACQ.BUYER_BALANCE_NOT_ENOUGH");
    assert_eq!(answered(&Ask::Charge, &poor), Verdict::Unclear(Doubt::BadSignature));
}

#[test]
fn what_is_wrong_between_us_is_named() {
    let world = world::cheap();
    let moment = Moment { now: world.now, nonce: 1 };
    let check = |reply: &Reply, expected: Option<Trouble>| {
        assert_eq!(
            client(&world).trouble(&Ask::Inquire, &ours(&world), reply, &moment),
            expected,
            "{reply:?}"
        );
    };
    let refused = |code: &str| reply(400, &format!(r#"{{"code":"{code}","message":""}}"#));
    check(&reply(200, PAID), None);
    check(&refused("ACQ.TRADE_NOT_EXIST"), None);
    check(&refused("invalid-signature"), Some(Trouble::OurSignature));
    check(&refused("invalid-timestamp"), Some(Trouble::Clock));
    check(&refused("isv.invalid-app-id"), Some(Trouble::OurNumber));
    check(&Reply { headers: vec![], ..reply(200, PAID) }, Some(Trouble::TheirSignature));
    check(&reply(200, "<html>"), Some(Trouble::NotTheProvider));
    check(&reply(503, ""), Some(Trouble::Failing));
}

fn request(world: &World, ask: &Ask, order: &Order, nonce: u128) -> HttpRequest {
    let call: Call =
        client(world).call(ask, order, &Moment { now: world.now, nonce }).expect("it can be asked");
    HttpRequest::from(&call)
}

#[test]
fn the_simulators_door_refuses_what_the_real_one_does() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let good = request(&world, &Ask::Inquire, &order, 7);
    let header = good.header("authorization").unwrap().to_owned();
    let with = |header: String| {
        let mut changed = good.clone();
        changed.headers.retain(|(name, _)| name != "authorization");
        changed.headers.push(("authorization".to_owned(), header));
        changed
    };
    let bare = HttpRequest { headers: vec![], ..good.clone() };
    let auth = Authorization::parse(&header).unwrap();
    let cases = [
        (bare, 400, "missing-signature", false),
        (with("Basic abc".to_owned()), 400, "missing-signature", false),
        (with(header.replace("app_id=2021", "app=2021")), 400, "missing-app-id", false),
        (with(header.replace("app_id=2021", "app_id=2022")), 400, "invalid-app-id", false),
        (with(header.replace(auth.nonce, "0")), 400, "invalid-signature", true),
        (HttpRequest { body: b"{}".to_vec(), ..good.clone() }, 400, "invalid-signature", true),
        (
            HttpRequest { target: format!("{}?x=1", good.target), ..good.clone() },
            400,
            "invalid-signature",
            true,
        ),
        (HttpRequest { target: "/v3/alipay/trade/create".to_owned(), ..good.clone() }, 404, "", false),
        (HttpRequest { method: "GET".to_owned(), ..good.clone() }, 405, "", false),
        (HttpRequest { body: vec![b'x'; 70_000], ..good.clone() }, 413, "", false),
    ];
    for (request, status, code, signed) in cases {
        let reply = world.reply_to(&request);
        let told: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        assert_eq!((reply.status, told["code"].as_str().unwrap_or_default()), (status, code), "{request:?}");
        assert_eq!(reply.headers.iter().any(|(name, _)| *name == SIGNATURE), signed, "{code}");
    }
    world.wait(301);
    let late = world.reply_to(&good);
    assert!(String::from_utf8_lossy(&late.body).contains("invalid-timestamp"));
    assert_eq!(world.simulator.books(), []);
}

/// Bodies that are signed rightly and cannot be meant.
#[test]
fn broken_contents_are_refused() {
    let mut world = world::cheap();
    let moment = Moment { now: world.now, nonce: 9 };
    for (body, code) in [
        ("", "invalid-parameter"),
        ("[]", "invalid-parameter"),
        ("{", "invalid-parameter"),
        (r#"{"out_trade_no":"1","out_trade_no":"2"}"#, "invalid-parameter"),
        (r#"{"out_trade_no":["1"]}"#, "invalid-parameter"),
        (r#"{"notify_url":"ftp://x"}"#, "invalid-parameter"),
        ("{}", "ACQ.INVALID_PARAMETER"),
    ] {
        let auth = format!("app_id=2021000000000001,nonce=9,timestamp={}", moment.now.as_micros() / 1000);
        let target = "/v3/alipay/trade/query";
        let signature = Checksum { key: 3 }.sign(request_text(&auth, "POST", target, body).as_bytes());
        let request = HttpRequest {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: vec![(
                "authorization".to_owned(),
                format!("ALIPAY-SHA256withRSA {auth},sign={signature}"),
            )],
            body: body.as_bytes().to_vec(),
        };
        let reply = world.reply_to(&request);
        let told: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, told["code"].as_str().unwrap()), (400, code), "{body}");
    }
    assert_eq!(world.simulator.books(), []);
}

#[test]
fn both_faces_have_the_same_books() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    assert!(matches!(world.verdict(&order, &Ask::Charge), Verdict::Paid(_)));
    let reply = world.reply_to(&request(&world, &Ask::Inquire, &order, 8)).into();
    let moment = Moment { now: world.now, nonce: 9 };
    let seen = client(&world).answer(&Ask::Inquire, &order, &reply, &moment).verdict;
    assert!(matches!(seen, Verdict::Paid(_)), "{seen:?}");
    assert_eq!(world.simulator.books().len(), 1);
}

#[test]
fn a_bill_that_is_not_there() {
    let mut world = world::cheap();
    let moment = Moment { now: world.now, nonce: 3 };
    let client = client(&world);
    let bills = client.bills().unwrap();
    let day: Day = "2026-11-21".parse().unwrap();
    let call = bills.locate(BillSort::Trades, day, &moment);
    let reply: Reply = world.reply_to(&HttpRequest::from(&call)).into();
    assert_eq!(bills.located(&reply, &moment).err(), Some(NoBill::NotThere));
    let forged = Reply { headers: vec![], ..reply.clone() };
    assert_eq!(bills.located(&forged, &moment).err(), Some(NoBill::Unclear(Doubt::BadSignature)));
}

/// A signature of an RSA key, to be sure that the header's base64 is not cut at its `=`.
#[test]
fn a_real_signature_survives_its_header() {
    let keys = FreshKeys::generate();
    let key = RsaSigner::from_pem(&keys.private_pem).unwrap();
    let header = alipay::rest::sign::authorization("app_id=1,nonce=2,timestamp=3", "GET", "/v3/x", "", &key);
    let read = Authorization::parse(&header).unwrap();
    assert!(read.sign.ends_with("=="));
    assert!(read.fits("GET", "/v3/x", "", &key.verifier()));
}
