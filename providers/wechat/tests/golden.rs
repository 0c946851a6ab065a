//! Bytes that others published: signatures, a notification, certificates, the fields of each request and reply.
//! Their sources are in `golden/README.md`.

use base::{Currency, Money, OrderNo, PaymentId, RefundId, Secret, Timestamp};
use payment::{Ask, PayerCode};
use provider_contract::signing::{RsaSigner, Sign, Verify};
use provider_contract::{Moment, Order, Provider, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use wechat::v3::certificate::{BadCertificate, PlatformCertificate, keys_in};
use wechat::v3::resource;
use wechat::v3::sign::{self, NotSigned};
use wechat::v3::wire::*;
use wechat::{Config, PlatformKey, WeChat};

const KEY: &str = include_str!("golden/testing_key.pem");
const CERTIFICATE: &str = include_str!("golden/certificate.pem");
const NOTIFICATION: &[u8] = include_bytes!("golden/notification.json");
/// When the notification was made.
const THEN: i64 = 1_624_523_846;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn platform() -> PlatformKey {
    PlatformCertificate::from_pem(CERTIFICATE).unwrap().key
}

#[test]
fn the_signature_of_source() {
    let signature = include_str!("golden/source.sig").trim();
    assert_eq!(RsaSigner::from_pem(KEY).unwrap().sign(b"source"), signature);
    assert!(platform().verify.verify(b"source", signature));
}

/// Signs by repeating what it is given, as the vectors of the Authorization header do.
struct Echo;

impl Sign for Echo {
    fn sign(&self, text: &[u8]) -> String {
        format!("Sign:{}", String::from_utf8_lossy(text))
    }
}

/// wechatpay-go, core/auth/credentials/wechat_pay_credential_test.go; there the scheme ends in `Mock`.
#[test]
fn the_authorization_header() {
    let check = |method: &str, body: &str, signed: &str| {
        let signer = sign::Signer { mchid: "1234567890", serial_no: "0123456789ABC", key: &Echo };
        let moment = ("1624523846", "A1B2C3D4E5F6G7");
        let header = sign::authorization(&signer, method, "/v3/certificates", body.as_bytes(), moment);
        let expected = format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"1234567890\",nonce_str=\"A1B2C3D4E5F6G7\",\
             timestamp=\"1624523846\",serial_no=\"0123456789ABC\",signature=\"Sign:{signed}\""
        );
        assert_eq!(header, expected);
    };
    check("GET", "", "GET\n/v3/certificates\n1624523846\nA1B2C3D4E5F6G7\n\n");
    check("POST", "Hello World!\n", "POST\n/v3/certificates\n1624523846\nA1B2C3D4E5F6G7\nHello World!\n\n");
}

fn notification_header(name: &str) -> Option<&'static str> {
    Some(match name {
        sign::TIMESTAMP => "1624523846",
        sign::NONCE => "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz",
        sign::SERIAL => "D7CE59D1F522D701",
        sign::SIGNATURE => include_str!("golden/notification.sig").trim(),
        _ => return None,
    })
}

#[test]
fn a_whole_notification() {
    let verify = |body: &[u8], now: i64| sign::verify(&[platform()], notification_header, body, at(now));
    assert_eq!(verify(NOTIFICATION, THEN), Ok(()));
    assert_eq!(verify(NOTIFICATION, THEN + 300), Err(NotSigned::Stale));
    assert_eq!(verify(&NOTIFICATION[1..], THEN), Err(NotSigned::Wrong));
    let keyless = sign::verify(&[], notification_header, NOTIFICATION, at(THEN));
    assert_eq!(keyless, Err(NotSigned::UnknownKey));
    let probe = |name: &'static str| match name {
        sign::SIGNATURE => Some("WECHATPAY/SIGNTEST/tJHIiIS9eB2hAYstmAmbbD3ZE5LiIm"),
        other => notification_header(other),
    };
    assert_eq!(sign::verify(&[platform()], probe, NOTIFICATION, at(THEN)), Err(NotSigned::Wrong));

    let envelope: Envelope = serde_json::from_slice(NOTIFICATION).unwrap();
    assert_eq!(envelope.event_type, "PAYSCORE.USER_OPEN_SERVICE");
    let plain = resource::open(b"testMchAPIv3Key0", &envelope.resource).unwrap();
    assert_eq!(String::from_utf8(plain).unwrap(), include_str!("golden/notification.plain.json"));
    assert_eq!(resource::open(b"testMchAPIv3Key1", &envelope.resource), None);
}

/// wechatpay-go, utils/aes_test.go.
#[test]
fn the_cipher() {
    let sealed = |ciphertext: &str| Resource {
        original_type: None,
        algorithm: resource::ALGORITHM.to_owned(),
        ciphertext: ciphertext.to_owned(),
        associated_data: Some("Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8".to_owned()),
        nonce: "wCq51qZv4Yfg".to_owned(),
    };
    let good = sealed("FsdXzxryWfKwvLJKf8LG/ToRPTRh8RN9wROC");
    assert_eq!(resource::open(b"testAPIv3Key0000", &good).as_deref(), Some(b"Hello World".as_slice()));
    assert_eq!(resource::open(b"testAPIv3Key1111", &good), None);
    assert_eq!(resource::open(b"not a aes key", &good), None);
    assert_eq!(resource::open(b"testAPIv3Key0000", &sealed("invalid cipher")), None);
    assert_eq!(resource::open(b"testAPIv3Key0000", &sealed("SGVsbG8gV29ybGQK")), None);
    let other = Resource { algorithm: "AEAD_SM4_GCM".to_owned(), ..good.clone() };
    assert_eq!(resource::open(b"testAPIv3Key0000", &other), None);
    let again = resource::seal(
        b"testAPIv3Key0000",
        None,
        "Dl56FrqWQJF1t9LtC3vEUsniZKvbqdR8",
        &good.nonce,
        b"Hello World",
    );
    assert_eq!(again.unwrap().ciphertext, good.ciphertext);
}

#[test]
fn a_list_of_certificates() {
    let body = include_bytes!("golden/certificates.json").to_vec();
    let signer = RsaSigner::from_pem(KEY).unwrap();
    let reply = |serial: &str, body: &[u8]| Reply {
        status: 200,
        headers: vec![
            (sign::TIMESTAMP.to_owned(), THEN.to_string()),
            (sign::NONCE.to_owned(), "N".to_owned()),
            (sign::SERIAL.to_owned(), serial.to_owned()),
            (sign::SIGNATURE.to_owned(), signer.sign(&sign::reply_text(&THEN.to_string(), "N", body))),
        ],
        body: body.to_vec(),
    };
    let good = reply("D7CE59D1F522D701", &body);
    let check = |reply: &Reply, key: &str, now: i64, expected: Result<&str, BadCertificate>| {
        let found = keys_in(reply, key, at(now)).map(|keys| keys[0].id.clone());
        assert_eq!(found, expected.map(str::to_owned));
    };
    check(&good, "mockAPIv3Key1234", THEN, Ok("D7CE59D1F522D701"));
    check(&good, "mockAPIv3Key1235", THEN, Err(BadCertificate::CannotDecrypt));
    check(&good, "mockAPIv3Key1234", THEN + 86_400 * 3653, Err(BadCertificate::NoneValidNow));
    check(&good, "mockAPIv3Key1234", THEN + 301, Err(BadCertificate::NotSigned(NotSigned::Stale)));
    let unknown = reply("D7CE59D1F522D702", &body);
    check(&unknown, "mockAPIv3Key1234", THEN, Err(BadCertificate::NotSigned(NotSigned::UnknownKey)));
    let renamed = String::from_utf8(body).unwrap().replace("D7CE59D1F522D701", "D7CE59D1F522D7FF");
    check(
        &reply("D7CE59D1F522D701", renamed.as_bytes()),
        "mockAPIv3Key1234",
        THEN,
        Err(BadCertificate::SerialDiffers),
    );
    check(&reply("D7CE59D1F522D701", b"[]"), "mockAPIv3Key1234", THEN, Err(BadCertificate::Garbled));
    let refused =
        Reply { status: 403, body: br#"{"code":"NO_AUTH","message":"x"}"#.to_vec(), ..good.clone() };
    check(&refused, "mockAPIv3Key1234", THEN, Err(BadCertificate::Refused("HTTP 403 NO_AUTH x".to_owned())));
    assert_eq!(PlatformCertificate::from_pem(KEY).err(), Some(BadCertificate::NotACertificate));
}

/// Every field the published description lists is one the simulator accepts and the client could send: reading and
/// writing again loses nothing.
#[test]
fn requests_have_the_published_fields() {
    fn check<T: Serialize + DeserializeOwned>(published: &str) {
        let published: Value = serde_json::from_str(published).unwrap();
        let read: T = serde_json::from_value(published.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), published);
    }
    check::<CodepayRequest>(include_str!("golden/openapi/codepay.request.json"));
    check::<NativeRequest>(include_str!("golden/openapi/native.request.json"));
    check::<ReverseRequest>(include_str!("golden/openapi/reverse.request.json"));
    check::<CloseRequest>(include_str!("golden/openapi/close.request.json"));
    let mut refund: Value = serde_json::from_str(include_str!("golden/openapi/refund.request.json")).unwrap();
    refund.as_object_mut().unwrap().remove("sub_mchid"); // Only a partner's requests carry it.
    check::<RefundRequest>(&refund.to_string());
}

/// What we read out of a reply is published, and so is everything the simulator answers.
#[test]
fn replies_have_the_published_fields() {
    fn check<T: Serialize + DeserializeOwned>(published: &str) {
        let published: Value = serde_json::from_str(published).unwrap();
        let read: T = serde_json::from_value(published.clone()).unwrap();
        let kept = serde_json::to_value(read).unwrap();
        must_be_within(&kept, &published, "");
        assert!(kept.as_object().unwrap().len() * 2 > published.as_object().unwrap().len());
    }
    check::<Transaction>(include_str!("golden/openapi/codepay.reply.json"));
    check::<NativeReply>(include_str!("golden/openapi/native.reply.json"));
    check::<ReverseReply>(include_str!("golden/openapi/reverse.reply.json"));
    check::<Refund>(include_str!("golden/openapi/refund.reply.json"));
    check::<Refund>(include_str!("golden/openapi/refund_query.reply.json"));
    let query: Value = serde_json::from_str(include_str!("golden/openapi/query.reply.json")).unwrap();
    let read: Transaction = serde_json::from_value(query.clone()).unwrap();
    must_be_within(&serde_json::to_value(&read).unwrap(), &query, "");
    assert_eq!(read.amount.and_then(|amount| amount.total), Some(100));
}

fn must_be_within(part: &Value, whole: &Value, path: &str) {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            for (name, value) in part {
                let known = whole.get(name).unwrap_or_else(|| panic!("{path}.{name} is not published"));
                must_be_within(value, known, &format!("{path}.{name}"));
            }
        }
        _ => assert_eq!(part, whole, "{path}"),
    }
}

fn merchant() -> WeChat {
    let config = Config {
        base_url: "https://api.mch.weixin.qq.com".into(),
        mchid: "1230000109".into(),
        appid: "wxd678efh567hg6787".into(),
        merchant_serial: "0123456789ABC".into(),
        apiv3_key: Secret::new("0123456789abcdef0123456789abcdef".into()),
        notify_url: "https://pay.example/notify/wechat/1".into(),
        store_out_id: "A1111".into(),
    };
    let verify: Arc<dyn Verify> = platform().verify;
    let public = PlatformKey { id: "PUB_KEY_ID_0114232134912410000000000000".into(), verify, valid: None };
    WeChat::new(config, Arc::new(Echo), vec![public]).unwrap()
}

fn order() -> Order {
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0123456789ab)),
        amount: Money::new(100, Currency::Cny),
        description: "Image形象店-深圳腾大-QQ公仔".into(),
        requested_at: at(THEN),
        expires_at: at(THEN + 300),
        terminal: "013467007045764".into(),
        shown_qr: false,
        payer_code: Some(PayerCode::parse("130061098828009406").unwrap()),
        transaction: None,
        refund_no: None,
        refund_reason: "商品已售完".into(),
        trace: None,
        charge_trace: None,
    }
}

/// What leaves, to the byte.
#[test]
fn each_question_as_it_leaves() {
    let refund = RefundId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0000000000ff);
    let asks = [
        Ask::Charge,
        Ask::Present,
        Ask::Inquire,
        Ask::Reverse,
        Ask::Close,
        Ask::Refund { refund, amount: Money::cny(30) },
        Ask::InquireRefund { refund },
    ];
    let mut text = String::new();
    for ask in asks {
        let call = merchant().call(&ask, &order(), &Moment { now: at(THEN), nonce: 0xA1 }).unwrap();
        text +=
            &format!("{} {}\n{}\n", call.method.as_str(), call.url, String::from_utf8(call.body).unwrap());
        if ask == Ask::Charge {
            text +=
                &call.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect::<String>();
        }
        text.push('\n');
    }
    expect_test::expect![[r#"
        POST https://api.mch.weixin.qq.com/v3/pay/transactions/codepay
        {"appid":"wxd678efh567hg6787","mchid":"1230000109","description":"Image形象店-深圳腾大-QQ公仔","out_trade_no":"018f3c1e5b7a7c3d9e2f0123456789ab","payer":{"auth_code":"130061098828009406"},"amount":{"total":100,"currency":"CNY"},"scene_info":{"device_id":"013467007045764","store_info":{"out_id":"A1111"}}}
        Authorization: "WECHATPAY2-SHA256-RSA2048 mchid=\"1230000109\",nonce_str=\"000000000000000000000000000000A1\",timestamp=\"1624523846\",serial_no=\"0123456789ABC\",signature=\"Sign:POST\n/v3/pay/transactions/codepay\n1624523846\n000000000000000000000000000000A1\n{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1230000109\",\"description\":\"Image形象店-深圳腾大-QQ公仔\",\"out_trade_no\":\"018f3c1e5b7a7c3d9e2f0123456789ab\",\"payer\":{\"auth_code\":\"130061098828009406\"},\"amount\":{\"total\":100,\"currency\":\"CNY\"},\"scene_info\":{\"device_id\":\"013467007045764\",\"store_info\":{\"out_id\":\"A1111\"}}}\n\""
        Accept: "application/json"
        Content-Type: "application/json"
        Wechatpay-Serial: "PUB_KEY_ID_0114232134912410000000000000"

        POST https://api.mch.weixin.qq.com/v3/pay/transactions/native
        {"appid":"wxd678efh567hg6787","mchid":"1230000109","description":"Image形象店-深圳腾大-QQ公仔","out_trade_no":"018f3c1e5b7a7c3d9e2f0123456789ab","time_expire":"2021-06-24T16:42:26+08:00","notify_url":"https://pay.example/notify/wechat/1","amount":{"total":100,"currency":"CNY"}}

        GET https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/018f3c1e5b7a7c3d9e2f0123456789ab?mchid=1230000109


        POST https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/018f3c1e5b7a7c3d9e2f0123456789ab/reverse
        {"appid":"wxd678efh567hg6787","mchid":"1230000109"}

        POST https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/018f3c1e5b7a7c3d9e2f0123456789ab/close
        {"mchid":"1230000109"}

        POST https://api.mch.weixin.qq.com/v3/refund/domestic/refunds
        {"out_trade_no":"018f3c1e5b7a7c3d9e2f0123456789ab","out_refund_no":"018f3c1e5b7a7c3d9e2f0000000000ff","reason":"商品已售完","notify_url":"https://pay.example/notify/wechat/1","amount":{"refund":30,"total":100,"currency":"CNY"}}

        GET https://api.mch.weixin.qq.com/v3/refund/domestic/refunds/018f3c1e5b7a7c3d9e2f0000000000ff


    "#]].assert_eq(&text);
}
