//! Notifications: which are taken, which are refused and why, and what is answered.

use base::{OrderNo, PaymentId, RefundId, RefundNo, Timestamp};
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{BadNotice, HttpRequest, Moment, Provider};
use serde_json::{Value, json};
use wechat::v3::{resource, sign};
use wechat::{Simulator, WeChat};

const NOW: i64 = 1_795_400_000;
/// The key of [`Simulator::cheap`] with 7.
const APIV3_KEY: &[u8; 32] = b"00000000000000000000000000000007";

fn client() -> WeChat {
    Simulator::cheap(7).client("http://simulated", "http://shop/notify")
}

fn moment(seconds: i64) -> Moment {
    Moment { now: Timestamp::from_micros(seconds * 1_000_000), nonce: 1 }
}

fn order_no() -> OrderNo {
    OrderNo::from(PaymentId::from_u128(0xA1))
}

fn payment() -> Value {
    json!({
        "mchid": "1900000001", "appid": "wx0000000000000001", "out_trade_no": order_no().to_string(),
        "trade_state": "SUCCESS", "transaction_id": "4200", "amount": {"total": 1250, "currency": "CNY"},
    })
}

fn refund() -> Value {
    json!({
        "mchid": "1900000001", "out_trade_no": order_no().to_string(), "refund_status": "SUCCESS",
        "out_refund_no": RefundNo::from(RefundId::from_u128(0xB1)).to_string(), "refund_id": "5030",
        "amount": {"total": 1250, "refund": 1250, "payer_total": 1250, "payer_refund": 1250},
    })
}

fn envelope(event: &str, content: &Value) -> Value {
    let sealed = resource::seal(
        APIV3_KEY,
        Some("transaction"),
        "transaction",
        "abcdefghijkl",
        content.to_string().as_bytes(),
    );
    json!({
        "id": "EV-1", "create_time": "2026-11-23T12:00:00+08:00", "resource_type": "encrypt-resource",
        "event_type": event, "summary": "支付成功", "resource": sealed,
    })
}

fn request(body: &[u8]) -> HttpRequest {
    let stamp = NOW.to_string();
    let headers = [
        ("wechatpay-timestamp", stamp.clone()),
        ("wechatpay-nonce", "N".to_owned()),
        ("wechatpay-serial", format!("{}{:028}", sign::PUBLIC_KEY_ID, 7)),
        ("wechatpay-signature", Checksum { key: !7 }.sign(&sign::reply_text(&stamp, "N", body))),
    ];
    HttpRequest {
        method: "POST".to_owned(),
        target: "/notify/wechat/1".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: body.to_vec(),
    }
}

fn told(event: &str, content: &Value) -> Result<String, BadNotice> {
    let body = envelope(event, content).to_string();
    let notice = client().notice(&request(body.as_bytes()), &moment(NOW))?;
    let refund = notice.refund_no.map(|number| number.to_string()).unwrap_or_default();
    Ok(format!("{} {} {}", notice.notice_id, notice.claim, refund).trim_end().to_owned())
}

fn with(mut document: Value, name: &str, value: Value) -> Value {
    let object = document.as_object_mut().expect("an object");
    if value.is_null() {
        object.remove(name)
    } else {
        object.insert(name.to_owned(), value)
    };
    document
}

#[test]
fn genuine_ones_are_taken() {
    assert_eq!(told("TRANSACTION.SUCCESS", &payment()), Ok("EV-1 SUCCESS".to_owned()));
    let number = RefundNo::from(RefundId::from_u128(0xB1));
    assert_eq!(told("REFUND.SUCCESS", &refund()), Ok(format!("EV-1 SUCCESS {number}")));
    let abnormal = with(refund(), "refund_status", json!("ABNORMAL"));
    assert_eq!(told("REFUND.ABNORMAL", &abnormal), Ok(format!("EV-1 ABNORMAL {number}")));
}

#[test]
fn content_that_is_not_for_us_is_refused() {
    let check = |event: &str, content: Value, expected: BadNotice| {
        assert_eq!(told(event, &content), Err(expected), "{event} {content}");
    };
    check("PAYSCORE.USER_OPEN_SERVICE", payment(), BadNotice::OfNoInterest);
    check("TRANSACTION.SUCCESS", with(payment(), "mchid", json!("1900000002")), BadNotice::NotOurs);
    check("TRANSACTION.SUCCESS", with(payment(), "appid", json!("wx2")), BadNotice::NotOurs);
    check("TRANSACTION.SUCCESS", with(payment(), "out_trade_no", json!("ANOTHER-1")), BadNotice::NotOurs);
    check("TRANSACTION.SUCCESS", with(payment(), "mchid", Value::Null), BadNotice::Garbled);
    check("TRANSACTION.SUCCESS", with(payment(), "trade_state", json!(1)), BadNotice::Garbled);
    check("TRANSACTION.SUCCESS", json!([]), BadNotice::Garbled);
    check("REFUND.SUCCESS", payment(), BadNotice::Garbled);
    check("REFUND.SUCCESS", with(refund(), "out_refund_no", json!("R1")), BadNotice::NotOurs);
    check("REFUND.SUCCESS", with(refund(), "mchid", json!("1900000002")), BadNotice::NotOurs);
}

#[test]
fn wrapping_that_is_wrong_is_refused() {
    let good = envelope("TRANSACTION.SUCCESS", &payment());
    let check = |body: &[u8], expected: BadNotice| {
        assert_eq!(client().notice(&request(body), &moment(NOW)).err(), Some(expected));
    };
    check(b"", BadNotice::Garbled);
    check(b"{}", BadNotice::Garbled);
    check(b"<xml></xml>", BadNotice::Garbled);
    check(&vec![b' '; 65 * 1024], BadNotice::Garbled);
    check(with(good.clone(), "resource", Value::Null).to_string().as_bytes(), BadNotice::Garbled);
    for (name, value) in [
        ("algorithm", json!("AEAD_SM4_GCM")),
        ("ciphertext", json!("AAAA")),
        ("ciphertext", json!("not base64!")),
        ("nonce", json!("short")),
        ("nonce", json!("abcdefghijkm")),
        ("associated_data", json!("certificate")),
        ("associated_data", Value::Null),
    ] {
        let resource = with(good["resource"].clone(), name, value);
        check(with(good.clone(), "resource", resource).to_string().as_bytes(), BadNotice::CannotDecrypt);
    }
}

#[test]
fn signatures_that_are_wrong_are_refused() {
    let body = envelope("TRANSACTION.SUCCESS", &payment()).to_string();
    let good = request(body.as_bytes());
    let check = |header: &str, value: Option<&str>, expected: BadNotice| {
        let mut changed = good.clone();
        changed.headers.retain(|(name, _)| name != header);
        if let Some(value) = value {
            changed.headers.push((header.to_owned(), value.to_owned()));
        }
        let refused = client().notice(&changed, &moment(NOW)).unwrap_err();
        assert_eq!(refused, expected);
        assert_eq!(client().acknowledge(Err(&refused)).status, 401);
    };
    for header in ["wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature"] {
        let refused = client().notice(
            &HttpRequest {
                headers: good.headers.iter().filter(|(name, _)| name != header).cloned().collect(),
                ..good.clone()
            },
            &moment(NOW),
        );
        assert_eq!(refused, Err(BadNotice::Incomplete(header_name(header))));
    }
    check("wechatpay-nonce", Some("M"), BadNotice::WrongSignature);
    check("wechatpay-serial", Some("5F01"), BadNotice::UnknownKey);
    check("wechatpay-signature", Some("AAAA"), BadNotice::WrongSignature);
    check("wechatpay-signature", Some("WECHATPAY/SIGNTEST/AAAA"), BadNotice::WrongSignature);
    check("wechatpay-timestamp", Some("1"), BadNotice::Stale);
    check("wechatpay-timestamp", Some("now"), BadNotice::Stale);
    for replayed in [NOW + 300, NOW - 300] {
        assert_eq!(client().notice(&good, &moment(replayed)), Err(BadNotice::Stale));
    }
    assert!(client().notice(&good, &moment(NOW + 299)).is_ok());
}

fn header_name(name: &str) -> &'static str {
    [sign::TIMESTAMP, sign::NONCE, sign::SERIAL, sign::SIGNATURE]
        .into_iter()
        .find(|known| *known == name)
        .unwrap()
}

#[test]
fn answers_say_whether_it_was_taken() {
    assert_eq!(client().acknowledge(Ok(())).status, 204);
    assert_eq!(client().acknowledge(Err(&BadNotice::OfNoInterest)).status, 204);
    let refused = client().acknowledge(Err(&BadNotice::CannotDecrypt));
    let body: Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!((refused.status, &body["code"]), (400, &json!("FAIL")));
}
