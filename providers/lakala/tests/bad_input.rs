//! Whatever reaches the simulator or our notification address in the wrong form is named and changes nothing.

mod world;

use base::Timestamp;
use expect_test::expect_file;
use lakala::sign;
use payment::Ask;
use proptest::prelude::*;
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{BadNotice, HttpRequest, Moment, Provider, Reply, Simulator as _, Treatment};
use serde_json::{Value, json};
use std::fmt::Write;

/// The keys of `Simulator::cheap(1)`.
const MERCHANT: Checksum = Checksum { key: 3 };
const PLATFORM: Checksum = Checksum { key: 4 };

fn moment() -> Moment {
    Moment { now: Timestamp::from_micros(1_795_406_400_000_000), nonce: 1 }
}

fn good() -> Value {
    json!({
        "merchant_no": "82229007392000A", "term_no": "D9261076", "out_trade_no": "1", "auth_code": "130000000001707000",
        "total_amount": "1250", "subject": "tea", "location_info": { "request_ip": "127.0.0.1" },
    })
}

fn request(data: &Value, serial_no: &str, key: &dyn Sign) -> HttpRequest {
    let body =
        json!({ "req_time": "20261123120000", "version": "3.0", "req_data": data }).to_string().into_bytes();
    let header = sign::authorization(lakala::APP_ID, serial_no, &body, &moment(), key);
    HttpRequest {
        method: "POST".to_owned(),
        target: "/api/v3/labs/trans/micropay".to_owned(),
        headers: vec![("authorization".to_owned(), header)],
        body,
    }
}

fn ours(data: &Value) -> HttpRequest {
    request(data, lakala::SERIAL_NO, &MERCHANT)
}

/// One line: what was wrong, and the answer.
fn tell(trace: &mut String, what: &str, request: &HttpRequest) {
    let mut world = world::cheap();
    let reply = world.reply_to(request);
    let said = if reply.status == 200 {
        let told: Value = serde_json::from_slice(&reply.body).unwrap();
        format!("{} {}", told["code"], told["msg"])
    } else {
        format!("HTTP {}", reply.status)
    };
    writeln!(trace, "{what}: {said}").unwrap();
    assert!(world.simulator.books().is_empty(), "{what} opened an order");
}

#[test]
fn the_door_names_what_is_wrong() {
    let mut trace = String::new();
    let mut http = |what: &str, change: &dyn Fn(&mut HttpRequest)| {
        let mut request = ours(&good());
        change(&mut request);
        tell(&mut trace, what, &request);
    };
    http("another path", &|r| r.target = "/".to_owned());
    http("GET", &|r| r.method = "GET".to_owned());
    http("a body of 100 kB", &|r| r.body = vec![b'a'; 100_000]);
    http("another body than was signed", &|r| r.body = b"{}".to_vec());
    http("no signature", &|r| r.headers.clear());
    http("a header of another kind", &|r| r.headers[0].1 = "Basic abc".to_owned());
    tell(&mut trace, "another certificate", &request(&good(), "1", &MERCHANT));
    tell(&mut trace, "the wrong signature", &request(&good(), lakala::SERIAL_NO, &PLATFORM));
    let mut field = |what: &str, name: &str, value: Value| {
        let mut data = good();
        data[name] = value;
        tell(&mut trace, what, &ours(&data));
    };
    field("another merchant", "merchant_no", json!("1"));
    field("another terminal", "term_no", json!("1"));
    field("no order number", "out_trade_no", Value::Null);
    field("an order number with a dash", "out_trade_no", json!("1-2"));
    field("no amount", "total_amount", Value::Null);
    field("zero", "total_amount", json!("0"));
    field("a negative amount", "total_amount", json!("-1250"));
    field("yuan instead of fen", "total_amount", json!("12.50"));
    field("too much", "total_amount", json!("10000000001"));
    field("no code", "auth_code", Value::Null);
    field("no subject", "subject", json!(""));
    field("no place", "location_info", Value::Null);
    expect_file!["traces/bad_requests.txt"].assert_eq(&trace);
}

#[test]
fn a_notification_that_is_not_ours_is_refused_by_name() {
    let world = world::cheap();
    let good = json!({
        "out_trade_no": "00000000000000000000000000000001", "trade_no": "T1", "trade_status": "SUCCESS",
        "merchant_no": "82229007392000A",
    });
    let notice = |message: &str, key: &dyn Sign| {
        let body = message.as_bytes().to_vec();
        let header = sign::notification_header(&body, &moment(), key);
        let headers = vec![("Authorization".to_owned(), header)];
        let request = HttpRequest { method: "POST".to_owned(), target: "/".to_owned(), headers, body };
        world.client.notice(&request, &moment())
    };
    let taken = notice(&good.to_string(), &PLATFORM).unwrap();
    assert_eq!(taken.order_no.to_string(), "00000000000000000000000000000001");
    for (name, value, expected) in [
        ("merchant_no", json!("1"), BadNotice::NotOurs),
        ("out_trade_no", json!("shop1"), BadNotice::NotOurs),
        ("out_trade_no", Value::Null, BadNotice::Incomplete("out_trade_no")),
        ("trade_status", Value::Null, BadNotice::Incomplete("trade_status")),
        ("trade_no", json!(""), BadNotice::Incomplete("trade_no")),
    ] {
        let mut changed = good.clone();
        changed[name] = value;
        assert_eq!(notice(&changed.to_string(), &PLATFORM), Err(expected), "{name}");
    }
    assert_eq!(notice(&good.to_string(), &MERCHANT), Err(BadNotice::WrongSignature));
    assert_eq!(notice("hello", &PLATFORM), Err(BadNotice::Garbled));
    let bare = HttpRequest { headers: Vec::new(), ..ours(&good) };
    assert_eq!(world.client.notice(&bare, &moment()), Err(BadNotice::Incomplete("Authorization")));
}

/// A code is worth money: what the platform repeats of it is masked.
#[test]
fn a_code_that_is_repeated_is_masked() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let code = order.payer_code.clone().unwrap();
    let said = json!({ "code": "1", "msg": format!("bad {}", code.reveal()) }).to_string();
    let reply = Reply { status: 200, headers: Vec::new(), body: said.into_bytes() };
    let answer = world.read(&order, &Ask::Charge, &reply);
    assert!(!format!("{answer:?}").contains(code.reveal()), "{answer:?}");
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader_or_the_simulator(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut world = world::cheap();
        let order = world.order(1, Treatment::Normal);
        let reply = Reply { status: 200, headers: Vec::new(), body: body.clone() };
        world.read(&order, &Ask::Charge, &reply);
        let request = HttpRequest { body, ..ours(&good()) };
        world.reply_to(&request);
        prop_assert!(world.client.notice(&request, &moment()).is_err());
        prop_assert!(world.simulator.books().is_empty());
    }
}
