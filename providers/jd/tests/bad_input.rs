//! Whatever reaches the simulator or our notification address in the wrong form is named and changes nothing.

mod world;

use expect_test::expect_file;
use jd::DesKey;
use jd::envelope::{HEAD, seal};
use payment::Ask;
use proptest::prelude::*;
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{BadNotice, HttpRequest, Provider, Reply, Simulator as _, Treatment};
use std::fmt::Write;
use strict_xml::{Element, parse};

/// The keys of `Simulator::cheap(1)`.
const MERCHANT: Checksum = Checksum { key: 3 };
const GATEWAY: Checksum = Checksum { key: 4 };

const GOOD: &str = "<version>V2.0</version><merchant>110000000001</merchant><token>180000000001707000</token><device>till-1</device><tradeNum>00000000000000000000000000000001</tradeNum><tradeName>tea</tradeName><tradeTime>20261123120000</tradeTime><amount>1250</amount><currency>CNY</currency>";

fn des() -> DesKey {
    DesKey::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0").unwrap()
}

fn request(document: String) -> HttpRequest {
    let target = "/service/fkmPay".to_owned();
    HttpRequest { method: "POST".to_owned(), target, headers: Vec::new(), body: document.into_bytes() }
}

fn sealed(body: &str, key: &dyn Sign) -> String {
    let encrypted = seal(body, key, &des());
    format!("{HEAD}<jdpay><merchant>110000000001</merchant><encrypt>{encrypted}</encrypt></jdpay>")
}

fn result(message: &Element) -> String {
    let result = message.child("result").unwrap();
    format!("{} {}", result.text_of("code").unwrap(), result.text_of("desc").unwrap())
}

/// One line: what was wrong, and the answer.
fn tell(trace: &mut String, what: &str, request: &HttpRequest) {
    let mut world = world::cheap();
    let reply = world.reply_to(request);
    let said = if reply.status == 200 {
        result(&parse(&reply.body).unwrap())
    } else {
        format!("HTTP {}", reply.status)
    };
    writeln!(trace, "{what}: {said}").unwrap();
    assert!(world.simulator.books().is_empty(), "{what} opened an order");
}

#[test]
fn the_door_names_what_is_wrong() {
    let mut trace = String::new();
    let good = request(sealed(GOOD, &MERCHANT));
    let mut http = |what: &str, change: &dyn Fn(&mut HttpRequest)| {
        let mut request = good.clone();
        change(&mut request);
        tell(&mut trace, what, &request);
    };
    http("another path", &|r| r.target = "/".to_owned());
    http("GET", &|r| r.method = "GET".to_owned());
    http("a body of 100 kB", &|r| r.body = vec![b'a'; 100_000]);
    http("nothing", &|r| r.body.clear());
    http("rubbish", &|r| r.body = vec![0xff, 0xfe]);
    http("a document type", &|r| r.body = b"<!DOCTYPE a [<!ENTITY b 'c'>]><jdpay>&b;</jdpay>".to_vec());
    http("another merchant", &|r| r.body = b"<jdpay><merchant>1</merchant></jdpay>".to_vec());
    http("nothing enciphered", &|r| r.body = b"<jdpay><merchant>110000000001</merchant></jdpay>".to_vec());
    http("the wrong signature", &|r| r.body = sealed(GOOD, &GATEWAY).into_bytes());
    http("nonsense enciphered", &|r| {
        let encrypted = des().encrypt("nonsense");
        r.body =
            format!("<jdpay><merchant>110000000001</merchant><encrypt>{encrypted}</encrypt></jdpay>").into();
    });
    http("another 3DES key", &|r| {
        let other = DesKey::from_base64("QUJDREVGR0hJSktMTU5PUFFSU1RVVldY").unwrap().encrypt(GOOD);
        r.body = format!("<jdpay><merchant>110000000001</merchant><encrypt>{other}</encrypt></jdpay>").into();
    });
    let mut field = |what: &str, from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        tell(&mut trace, what, &request(sealed(&GOOD.replace(from, to), &MERCHANT)));
    };
    field("another merchant inside", "110000000001", "110000000002");
    field("another version", "V2.0", "V1.0");
    field("no order number", "<tradeNum>00000000000000000000000000000001</tradeNum>", "");
    field("an order number with a dash", "00000000000000000000000000000001", "1-2");
    field("no amount", "<amount>1250</amount>", "");
    field("two amounts", "<amount>1250</amount>", "<amount>1250</amount><amount>1</amount>");
    field("zero", "1250", "0");
    field("a negative amount", "1250", "-1250");
    field("yuan instead of fen", "1250", "12.50");
    field("too much", "1250", "10000000001");
    field("dollars", "CNY", "USD");
    field("no code", "<token>180000000001707000</token>", "");
    field("no device", "<device>till-1</device>", "");
    field("no name", "<tradeName>tea</tradeName>", "");
    expect_file!["traces/bad_requests.txt"].assert_eq(&trace);
}

#[test]
fn a_notification_that_is_not_ours_is_refused_by_name() {
    let good = "<merchant>110000000001</merchant><tradeNum>00000000000000000000000000000001</tradeNum><tradeType>0</tradeType><status>2</status>";
    let mut world = world::cheap();
    let mut notice = |document: String| {
        let moment = world.moment();
        world.client.notice(&request(document), &moment)
    };
    assert!(notice(sealed(good, &GATEWAY)).is_ok());
    let refund =
        good.replace("<tradeType>0", "<oTradeNum>00000000000000000000000000000009</oTradeNum><tradeType>1");
    let refund = notice(sealed(&refund, &GATEWAY)).unwrap();
    assert_eq!(refund.order_no.to_string(), "00000000000000000000000000000009");
    assert_eq!(refund.refund_no.unwrap().to_string(), "00000000000000000000000000000001");
    for (from, to, expected) in [
        ("110000000001", "110000000002", BadNotice::NotOurs),
        ("00000000000000000000000000000001", "shop1", BadNotice::NotOurs),
        ("<tradeType>0", "<tradeType>7", BadNotice::OfNoInterest),
        ("<tradeType>0", "<tradeType>1", BadNotice::Incomplete("oTradeNum")),
        ("<status>2</status>", "", BadNotice::Incomplete("status")),
    ] {
        assert_eq!(notice(sealed(&good.replace(from, to), &GATEWAY)), Err(expected), "{from} {to}");
    }
    assert_eq!(notice(sealed(good, &MERCHANT)), Err(BadNotice::WrongSignature));
    assert_eq!(notice("<jdpay><encrypt>AAAA</encrypt></jdpay>".to_owned()), Err(BadNotice::CannotDecrypt));
    assert_eq!(notice("<jdpay></jdpay>".to_owned()), Err(BadNotice::Incomplete("encrypt")));
    assert_eq!(notice("hello".to_owned()), Err(BadNotice::Garbled));
}

/// A code is worth money: it leaves enciphered and is nowhere else.
#[test]
fn a_code_leaves_enciphered_and_one_that_jd_repeats_is_masked() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let code = order.payer_code.clone().unwrap();
    let call = world.call(&order, &Ask::Charge);
    assert!(!String::from_utf8(call.body).unwrap().contains(code.reveal()));
    let said = format!("<jdpay><result><code>1</code><desc>bad {}</desc></result></jdpay>", code.reveal());
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
        let request = HttpRequest { body, ..request(String::new()) };
        world.reply_to(&request);
        let moment = world.moment();
        prop_assert!(world.client.notice(&request, &moment).is_err());
        prop_assert!(world.simulator.books().is_empty());
    }
}
