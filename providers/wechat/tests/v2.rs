//! API v2: what leaves, what comes back, and what is refused at either door.

use base::{Money, OrderNo, PaymentId, RefundId, RefundNo, Secret, Timestamp};
use expect_test::expect;
use payment::{Ask, Doubt, PayerCode, Reason, Verdict};
use provider_contract::{
    BadNotice, CLIENT_CERTIFICATE, Call, Delivery, HttpRequest, Moment, Order, Provider, Reply,
    Simulator as _, Treatment, Trouble,
};
use strict_xml::flat::{self, Fields};
use wechat::v2::sign::{SIGN, SignType};
use wechat::v2::wire::Api;
use wechat::v2::{Config, WeChatV2, refund_info};
use wechat::{Simulator, TlsKeys};

const NOW: i64 = 1_795_400_000;
const KEY: &str = "0123456789abcdef0123456789abcdef";
const BASE: &str = "http://simulated";
const NOTIFY: &str = "http://shop/notify/wechat/1";

fn moment(nonce: u128) -> Moment {
    Moment { now: Timestamp::from_micros(NOW * 1_000_000), nonce }
}

fn merchant(sign_type: SignType) -> WeChatV2 {
    WeChatV2::new(Config {
        base_url: BASE.to_owned(),
        mchid: "1230000109".to_owned(),
        appid: "wxd678efh567hg6787".to_owned(),
        api_key: Secret::new(KEY.to_owned()),
        sign_type,
        terminal_ip: "203.0.113.7".to_owned(),
        notify_url: NOTIFY.to_owned(),
    })
    .expect("good credentials")
}

fn order() -> Order {
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0123456789ab)),
        amount: Money::cny(100),
        description: "早餐\t& <豆浆>".to_owned(),
        requested_at: moment(0).now,
        expires_at: Timestamp::from_micros((NOW + 300) * 1_000_000),
        terminal: "013467007045764".to_owned(),
        shown_qr: false,
        payer_code: Some(PayerCode::parse("130061098828009406").expect("18 digits")),
        transaction: None,
        refund_no: None,
        refund_reason: "商品已售完".to_owned(),
        trace: None,
        charge_trace: None,
    }
}

fn refund() -> RefundId {
    RefundId::from_u128(0x018f3c1e_5b7a_7c3d_9e2f_0000000000ff)
}

fn asks() -> [(Ask, Api); 7] {
    let give = Ask::Refund { refund: refund(), amount: Money::cny(30) };
    [
        (Ask::Charge, Api::Micropay),
        (Ask::Present, Api::UnifiedOrder),
        (Ask::Inquire, Api::OrderQuery),
        (Ask::Reverse, Api::Reverse),
        (Ask::Close, Api::CloseOrder),
        (give, Api::Refund),
        (Ask::InquireRefund { refund: refund() }, Api::RefundQuery),
    ]
}

fn asked(client: &WeChatV2, ask: &Ask, order: &Order) -> Call {
    client.call(ask, order, &moment(0xA1)).expect("it can be asked")
}

#[test]
fn each_question_as_it_leaves() {
    let mut text = String::new();
    for (ask, _) in asks() {
        let call = asked(&merchant(SignType::HmacSha256), &ask, &order());
        let certificate = if call.client_certificate { ", with the merchant's certificate" } else { "" };
        text += &format!("{}{certificate}\n", call.url);
        text += &format!("{}\n\n", String::from_utf8(call.body).expect("it is text"));
    }
    expect![[r#"
        http://simulated/pay/micropay
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <auth_code><![CDATA[130061098828009406]]></auth_code>
        <body><![CDATA[早餐 & <豆浆>]]></body>
        <device_info><![CDATA[013467007045764]]></device_info>
        <fee_type><![CDATA[CNY]]></fee_type>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <sign><![CDATA[BB4233D90D2A5523BF9B39244C8F9ED2015933528757B0392C2EB8DF8524493B]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        <spbill_create_ip><![CDATA[203.0.113.7]]></spbill_create_ip>
        <total_fee><![CDATA[100]]></total_fee>
        </xml>

        http://simulated/pay/unifiedorder
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <body><![CDATA[早餐 & <豆浆>]]></body>
        <device_info><![CDATA[013467007045764]]></device_info>
        <fee_type><![CDATA[CNY]]></fee_type>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <notify_url><![CDATA[http://shop/notify/wechat/1]]></notify_url>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <product_id><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></product_id>
        <sign><![CDATA[ACBB665C37006B63D7FF8E3F14A5C63CD4A9940F7BA13AA2DCF57EF62FBDECDA]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        <spbill_create_ip><![CDATA[203.0.113.7]]></spbill_create_ip>
        <time_expire><![CDATA[20261123101820]]></time_expire>
        <total_fee><![CDATA[100]]></total_fee>
        <trade_type><![CDATA[NATIVE]]></trade_type>
        </xml>

        http://simulated/pay/orderquery
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <sign><![CDATA[F145AF70DC788D57D8D95E325B496255A004B4033B3A2D66BC67B62958E390EA]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        </xml>

        http://simulated/secapi/pay/reverse, with the merchant's certificate
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <sign><![CDATA[F145AF70DC788D57D8D95E325B496255A004B4033B3A2D66BC67B62958E390EA]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        </xml>

        http://simulated/pay/closeorder
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <sign><![CDATA[F145AF70DC788D57D8D95E325B496255A004B4033B3A2D66BC67B62958E390EA]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        </xml>

        http://simulated/secapi/pay/refund, with the merchant's certificate
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <notify_url><![CDATA[http://shop/notify/wechat/1]]></notify_url>
        <out_refund_no><![CDATA[018f3c1e5b7a7c3d9e2f0000000000ff]]></out_refund_no>
        <out_trade_no><![CDATA[018f3c1e5b7a7c3d9e2f0123456789ab]]></out_trade_no>
        <refund_desc><![CDATA[商品已售完]]></refund_desc>
        <refund_fee><![CDATA[30]]></refund_fee>
        <sign><![CDATA[2A66240B91997E1DF161D523A6F7DAD74C14618920EC66EB46596C97F1BB087C]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        <total_fee><![CDATA[100]]></total_fee>
        </xml>

        http://simulated/pay/refundquery
        <xml>
        <appid><![CDATA[wxd678efh567hg6787]]></appid>
        <mch_id><![CDATA[1230000109]]></mch_id>
        <nonce_str><![CDATA[000000000000000000000000000000A1]]></nonce_str>
        <out_refund_no><![CDATA[018f3c1e5b7a7c3d9e2f0000000000ff]]></out_refund_no>
        <sign><![CDATA[4EA0047F604A30A5E2CBA15285245111E413DA737CA5E5CEFE7E293C00B7A24B]]></sign>
        <sign_type><![CDATA[HMAC-SHA256]]></sign_type>
        </xml>

    "#]]
    .assert_eq(&text);
}

/// The names that wechatpay-openapi (docs/definitions) gives for each request, with a star where it must be there. Of
/// the two numbers of an order either is enough, and `product_id` is demanded of NATIVE orders by the manual's words.
const DOCUMENTED: &[(Api, &str)] = &[
    (
        Api::Micropay,
        "appid* mch_id* nonce_str* sign* sign_type body* detail attach out_trade_no* total_fee* fee_type \
         spbill_create_ip* goods_tag limit_pay time_start time_expire receipt auth_code* scene_info device_info \
         profit_sharing version deposit",
    ),
    (
        Api::UnifiedOrder,
        "appid* mch_id* nonce_str* sign* sign_type body* detail attach out_trade_no* total_fee* fee_type \
         spbill_create_ip* goods_tag limit_pay time_start time_expire receipt notify_url* trade_type* product_id* \
         openid scene_info device_info profit_sharing version",
    ),
    (Api::OrderQuery, "appid* mch_id* nonce_str* sign* sign_type transaction_id out_trade_no* version"),
    (Api::Reverse, "appid* mch_id* nonce_str* sign* sign_type transaction_id out_trade_no*"),
    (Api::CloseOrder, "appid* mch_id* nonce_str* sign* sign_type out_trade_no*"),
    (
        Api::Refund,
        "appid* mch_id* nonce_str* sign* sign_type transaction_id out_trade_no* out_refund_no* total_fee* \
         refund_fee* refund_fee_type refund_desc refund_account notify_url",
    ),
    (
        Api::RefundQuery,
        "appid* mch_id* nonce_str* sign* sign_type transaction_id out_trade_no out_refund_no* refund_id offset",
    ),
];

#[test]
fn requests_have_documented_names_and_all_that_must_be_there() {
    for (ask, api) in asks() {
        let call = asked(&merchant(SignType::Md5), &ask, &order());
        assert_eq!(call.url, format!("{BASE}{}", api.path()));
        let sent = flat::read("xml", &call.body).expect("flat XML");
        let names = DOCUMENTED.iter().find(|(known, _)| *known == api).expect("every call is there").1;
        for name in sent.keys() {
            assert!(
                names.split_whitespace().any(|known| known.trim_end_matches('*') == name),
                "{api:?} {name}"
            );
        }
        for must in names.split_whitespace().filter_map(|name| name.strip_suffix('*')) {
            assert!(sent.get(must).is_some_and(|value| !value.is_empty()), "{api:?} lacks {must}");
        }
    }
}

/// A reply of these fields, rightly signed.
fn signed(pairs: &[(&str, &str)]) -> Reply {
    signed_by(SignType::Md5, pairs)
}

fn signed_by(sign_type: SignType, pairs: &[(&str, &str)]) -> Reply {
    let every = [
        ("return_code", "SUCCESS"),
        ("appid", "wxd678efh567hg6787"),
        ("mch_id", "1230000109"),
        ("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
    ];
    let mut fields: Fields =
        every.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let signature = sign_type.sign(&fields, KEY);
    fields.insert(SIGN.to_owned(), signature);
    reply(&flat::write("xml", fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}

fn reply(body: &str) -> Reply {
    Reply { status: 200, headers: vec![], body: body.as_bytes().to_vec() }
}

fn verdict(ask: &Ask, order: &Order, reply: &Reply) -> Verdict {
    merchant(SignType::Md5).answer(ask, order, reply, &moment(1)).verdict
}

const OURS: (&str, &str) = ("out_trade_no", "018f3c1e5b7a7c3d9e2f0123456789ab");
const PAID: &[(&str, &str)] = &[
    ("result_code", "SUCCESS"),
    OURS,
    ("transaction_id", "1217752501201407033233368018"),
    ("total_fee", "100"),
    ("time_end", "20141030133525"),
    ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    ("bank_type", "CMC"),
];

fn paid_with(change: (&'static str, &'static str)) -> Vec<(&'static str, &'static str)> {
    PAID.iter().map(|pair| if pair.0 == change.0 { change } else { *pair }).collect()
}

#[test]
fn a_payment_is_read_whole_or_not_at_all() {
    let Verdict::Paid(paid) = verdict(&Ask::Charge, &order(), &signed(PAID)) else { panic!("it is paid") };
    assert_eq!(paid.amount, Money::cny(100));
    assert_eq!(paid.transaction, "1217752501201407033233368018");
    assert_eq!(paid.at, Timestamp::parse("2014-10-30T13:35:25+08:00"));
    assert_eq!((paid.payer.as_str(), paid.funds.as_str()), ("oUpF••••••••••••••••••••eS6o", "CMC"));
    let garbled = Verdict::Unclear(Doubt::Garbled);
    for change in [
        ("transaction_id", ""),
        ("total_fee", ""),
        ("total_fee", "1.00"),
        ("total_fee", "-100"),
        ("total_fee", "0"),
        ("total_fee", "99999999999999999999"),
        ("out_trade_no", "another"),
        ("out_trade_no", ""),
        ("result_code", "MAYBE"),
        ("result_code", ""),
    ] {
        assert_eq!(verdict(&Ask::Charge, &order(), &signed(&paid_with(change))), garbled, "{change:?}");
    }
    let foreign: Vec<_> = PAID.iter().copied().chain([("fee_type", "ZZZ")]).collect();
    assert_eq!(verdict(&Ask::Charge, &order(), &signed(&foreign)), garbled);
}

#[test]
fn every_state_and_refusal() {
    let state = |state: &str, order: &Order| {
        let pairs: Vec<_> = PAID.iter().copied().chain([("trade_state", state)]).collect();
        verdict(&Ask::Inquire, order, &signed(&pairs))
    };
    let shown = Order { shown_qr: true, ..order() };
    assert!(matches!(state("SUCCESS", &order()), Verdict::Paid(_)));
    assert!(matches!(state("REFUND", &order()), Verdict::Paid(_)));
    assert_eq!(state("USERPAYING", &order()), Verdict::AwaitingPayer);
    assert_eq!(state("NOTPAY", &order()), Verdict::Unclear(Doubt::NotYetPaid));
    assert_eq!(state("NOTPAY", &shown), Verdict::AwaitingPayer);
    assert_eq!(state("PAYERROR", &order()), Verdict::Declined(Reason::PayerCancelledOrTimedOut));
    assert_eq!(state("CLOSED", &order()), Verdict::Closed);
    assert_eq!(state("REVOKED", &order()), Verdict::Returned);
    assert_eq!(state("ACCEPT", &order()), Verdict::Unclear(Doubt::ProviderError));
    assert_eq!(state("NEW_IN_2030", &order()), Verdict::Unclear(Doubt::UnknownCode));

    let fails = |ask: &Ask, code: &str| {
        verdict(ask, &order(), &signed(&[("result_code", "FAIL"), ("err_code", code), ("recall", "N")]))
    };
    let give = Ask::Refund { refund: refund(), amount: Money::cny(30) };
    for (ask, code, expected) in [
        (Ask::Charge, "USERPAYING", Verdict::AwaitingPayer),
        (Ask::Charge, "SYSTEMERROR", Verdict::Unclear(Doubt::ProviderError)),
        (Ask::Charge, "BANKERROR", Verdict::Unclear(Doubt::ProviderError)),
        (Ask::Charge, "NOTENOUGH", Verdict::Declined(Reason::InsufficientBalance)),
        (Ask::Charge, "AUTHCODEEXPIRE", Verdict::Declined(Reason::CodeExpired)),
        (Ask::Charge, "XML_FORMAT_ERROR", Verdict::Declined(Reason::MerchantConfig)),
        (Ask::Charge, "NEW_IN_2030", Verdict::Unclear(Doubt::UnknownCode)),
        (Ask::Inquire, "ORDERNOTEXIST", Verdict::NotFound),
        (Ask::Inquire, "XML_FORMAT_ERROR", Verdict::Unclear(Doubt::OurSettings)),
        (Ask::Reverse, "USERPAYING", Verdict::Unclear(Doubt::CannotUndoYet)),
        (give, "NOTENOUGH", Verdict::RefundRefused(Reason::MerchantBalanceTooLow)),
        (Ask::InquireRefund { refund: refund() }, "REFUNDNOTEXIST", Verdict::NotFound),
    ] {
        assert_eq!(fails(&ask, code), expected, "{ask:?} {code}");
    }
}

#[test]
fn a_reversal_that_is_not_finished_is_asked_for_again() {
    let paid = Order { transaction: Some("4200".to_owned()), ..order() };
    let says = |order: &Order, pairs: &[(&str, &str)]| verdict(&Ask::Reverse, order, &signed(pairs));
    assert_eq!(says(&paid, &[("result_code", "SUCCESS"), ("recall", "N")]), Verdict::Returned);
    assert_eq!(says(&order(), &[("result_code", "SUCCESS"), ("recall", "N")]), Verdict::Closed);
    assert_eq!(says(&paid, &[("result_code", "SUCCESS"), ("recall", "Y")]), Verdict::AskAgain);
    let failed = [("result_code", "FAIL"), ("err_code", "SYSTEMERROR"), ("recall", "Y")];
    assert_eq!(says(&paid, &failed), Verdict::AskAgain);
}

#[test]
fn refunds_are_found_by_their_number() {
    let number = RefundNo::from(refund()).to_string();
    let taken = |fen: &str| {
        let pairs =
            [("result_code", "SUCCESS"), OURS, ("out_refund_no", number.as_str()), ("refund_fee", fen)];
        verdict(&Ask::Refund { refund: refund(), amount: Money::cny(30) }, &order(), &signed(&pairs))
    };
    assert_eq!(taken("30"), Verdict::RefundProcessing);
    assert_eq!(taken("31"), Verdict::Unclear(Doubt::Garbled));
    let listed = |status: &str| {
        let pairs = [
            ("result_code", "SUCCESS"),
            OURS,
            ("refund_count", "2"),
            ("out_refund_no_0", "another"),
            ("refund_status_0", "SUCCESS"),
            ("refund_fee_0", "1"),
            ("out_refund_no_1", number.as_str()),
            ("refund_status_1", status),
            ("refund_fee_1", "30"),
            ("refund_success_time_1", "2016-07-25 15:26:26"),
        ];
        verdict(&Ask::InquireRefund { refund: refund() }, &order(), &signed(&pairs))
    };
    let at = Timestamp::parse("2016-07-25T15:26:26+08:00");
    assert_eq!(listed("SUCCESS"), Verdict::Refunded { amount: Money::cny(30), at });
    assert_eq!(listed("PROCESSING"), Verdict::RefundProcessing);
    assert_eq!(listed("REFUNDCLOSE"), Verdict::RefundRefused(Reason::RefundNotPossible));
    assert_eq!(listed("CHANGE"), Verdict::Unclear(Doubt::OurSettings));
    assert_eq!(listed("NEW_IN_2030"), Verdict::Unclear(Doubt::UnknownCode));
    let other = [("result_code", "SUCCESS"), OURS, ("refund_count", "1"), ("out_refund_no_0", "another")];
    let found = verdict(&Ask::InquireRefund { refund: refund() }, &order(), &signed(&other));
    assert_eq!(found, Verdict::Unclear(Doubt::Garbled));
}

#[test]
fn what_is_not_wechats_own_proves_nothing() {
    let good = String::from_utf8(signed(PAID).body).expect("it is text");
    let other_merchant: Vec<_> = PAID.iter().copied().chain([("mch_id", "1230000110")]).collect();
    let other_app: Vec<_> = PAID.iter().copied().chain([("appid", "wx0")]).collect();
    let unsigned = flat::write("xml", PAID.iter().copied().chain([("return_code", "SUCCESS")]));
    let long = format!("<xml><a>{}</a></xml>", "1".repeat(300_000));
    let cases = [
        (reply(&good.replace("<![CDATA[100]]>", "<![CDATA[1]]>")), Doubt::BadSignature),
        (reply(&unsigned), Doubt::BadSignature),
        (signed_by(SignType::HmacSha256, PAID), Doubt::BadSignature),
        (signed(&other_merchant), Doubt::Garbled),
        (signed(&other_app), Doubt::Garbled),
        (reply(&good.replace("</xml>", "<result_code>FAIL</result_code></xml>")), Doubt::Garbled),
        (reply(&format!("<!DOCTYPE xml [<!ENTITY a \"b\">]>{good}")), Doubt::Garbled),
        (reply(&long), Doubt::Garbled),
        (reply(""), Doubt::Garbled),
        (reply("<xml></xml>"), Doubt::Garbled),
        (reply("<html><body>400</body></html>"), Doubt::Garbled),
        (
            reply("<xml><return_code>FAIL</return_code><return_msg>系统繁忙</return_msg></xml>"),
            Doubt::BadSignature,
        ),
        (
            reply("<xml><return_code>FAIL</return_code><return_msg>签名错误</return_msg></xml>"),
            Doubt::OurSettings,
        ),
        (Reply { status: 500, ..signed(PAID) }, Doubt::ProviderError),
        (Reply { status: 429, ..signed(PAID) }, Doubt::RateLimited),
        (Reply { status: 404, ..signed(PAID) }, Doubt::Garbled),
    ];
    for (reply, doubt) in cases {
        let body = String::from_utf8_lossy(&reply.body[..reply.body.len().min(120)]).into_owned();
        for ask in [Ask::Charge, Ask::Inquire, Ask::Reverse, Ask::Close] {
            assert_eq!(verdict(&ask, &order(), &reply), Verdict::Unclear(doubt), "{ask:?} {body}");
        }
    }
}

#[test]
fn what_is_wrong_between_us_is_named() {
    let check = |reply: &Reply, expected: Option<Trouble>| {
        let found = merchant(SignType::Md5).trouble(&Ask::Inquire, &order(), reply, &moment(1));
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(&reply.body));
    };
    let fails = |code: &'static str| signed(&[("result_code", "FAIL"), ("err_code", code)]);
    let door = |told: &str| reply(&flat::write("xml", [("return_code", "FAIL"), ("return_msg", told)]));
    check(&signed(PAID), None);
    check(&fails("ORDERNOTEXIST"), None);
    check(&fails("MCHID_NOT_EXIST"), Some(Trouble::OurNumber));
    check(&fails("NOAUTH"), Some(Trouble::NotPermitted));
    check(&door("签名错误"), Some(Trouble::OurSignature));
    check(&door("证书验证失败"), Some(Trouble::NotPermitted));
    check(&door("appid不存在"), Some(Trouble::OurNumber));
    check(&door("系统繁忙"), Some(Trouble::Failing));
    check(&signed_by(SignType::HmacSha256, PAID), Some(Trouble::TheirSignature));
    check(&reply("<html>"), Some(Trouble::NotTheProvider));
    check(&Reply { status: 502, ..reply("") }, Some(Trouble::Failing));
}

/// A simulator with a paid order of ours, and the client.
fn shop() -> (Simulator, WeChatV2, Order) {
    let mut simulator = Simulator::cheap(7);
    let client = simulator.client_v2(BASE, NOTIFY, SignType::HmacSha256);
    let code = simulator.code_for(Treatment::Normal, 1);
    let order = Order { payer_code: Some(PayerCode::parse(&code).expect("digits")), ..order() };
    let paid = ask(&mut simulator, &client, &Ask::Charge, &order);
    let Verdict::Paid(paid) = paid else { panic!("{paid:?}") };
    (simulator, client, Order { transaction: Some(paid.transaction), ..order })
}

fn ask(simulator: &mut Simulator, client: &dyn Provider, ask: &Ask, order: &Order) -> Verdict {
    let call = client.call(ask, order, &moment(2)).expect("it can be asked");
    let reply = served(simulator, &HttpRequest::from(&call));
    client.answer(ask, order, &reply, &moment(3)).verdict
}

fn served(simulator: &mut Simulator, request: &HttpRequest) -> Reply {
    match simulator.serve(request, &moment(4)) {
        Delivery::Reply { reply, .. } => Reply::from(reply),
        Delivery::Nothing => panic!("no reply"),
    }
}

#[test]
fn without_the_certificate_no_money_goes_back() {
    let (mut simulator, client, order) = shop();
    let before = simulator.books();
    for ask in [Ask::Reverse, Ask::Refund { refund: refund(), amount: Money::cny(30) }] {
        let call = asked(&client, &ask, &order);
        assert!(call.client_certificate);
        let mut request = HttpRequest::from(&call);
        request.headers.retain(|(name, _)| name != CLIENT_CERTIFICATE);
        let reply = served(&mut simulator, &request);
        let answer = client.answer(&ask, &order, &reply, &moment(3));
        assert_eq!(answer.verdict, Verdict::Unclear(Doubt::OurSettings), "{answer:?}");
        assert!(answer.said.message.contains("证书"), "{answer:?}");
        assert_eq!(client.trouble(&ask, &order, &reply, &moment(3)), Some(Trouble::NotPermitted));
        assert_eq!(simulator.books(), before, "{ask:?} did something");
    }
    assert_eq!(ask(&mut simulator, &client, &Ask::Reverse, &order), Verdict::Returned);
}

#[test]
fn both_faces_have_the_same_books() {
    let (mut simulator, v2, order) = shop();
    let v3 = simulator.client(BASE, NOTIFY);
    assert!(matches!(ask(&mut simulator, &v3, &Ask::Inquire, &order), Verdict::Paid(_)));
    let give = Ask::Refund { refund: refund(), amount: Money::cny(30) };
    assert_eq!(ask(&mut simulator, &v3, &give, &order), Verdict::RefundProcessing);
    let look = Ask::InquireRefund { refund: refund() };
    assert_eq!(ask(&mut simulator, &v2, &look, &order), Verdict::RefundProcessing);
    assert_eq!(simulator.books().len(), 1);
}

#[test]
fn the_simulators_door_refuses_what_the_real_one_does() {
    let (mut simulator, client, order) = shop();
    let before = simulator.books();
    let good = HttpRequest::from(&asked(&client, &Ask::Inquire, &order));
    let text = String::from_utf8(good.body.clone()).expect("it is text");
    let with = |body: String| HttpRequest { body: body.into_bytes(), ..good.clone() };
    let cases = [
        (HttpRequest { method: "GET".to_owned(), ..good.clone() }, "require_post_method"),
        (with(String::new()), "post数据为空"),
        (with("x".repeat(70_000)), "请求体过大"),
        (with("hello".to_owned()), "XML格式错误"),
        (with(format!("<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>{text}")), "XML格式错误"),
        (with(text.replace("</xml>", "<appid>twice</appid></xml>")), "XML格式错误"),
        (with(text.replace("wx0000000000000001", "wx0000000000000002")), "appid不存在或与mch_id不匹配"),
        (with(text.replace("1900000001", "1900000002")), "商户号mch_id不存在"),
        (with(text.replace("nonce_str", "nonce")), "缺少参数nonce_str"),
        (with(text.replace("HMAC-SHA256", "SHA1")), "签名类型sign_type不正确"),
        (with(text.replace("<sign>", "<sign_>").replace("</sign>", "</sign_>")), "签名错误"),
        (with(text.replace(&order.order_no.to_string(), "018f")), "签名错误"),
        (with(text.replace("HMAC-SHA256", "MD5")), "签名错误"),
    ];
    for (request, expected) in cases {
        let reply = served(&mut simulator, &request);
        let fields = flat::read("xml", &reply.body).expect("flat XML");
        assert_eq!((reply.status, fields["return_code"].as_str()), (200, "FAIL"), "{expected}");
        assert_eq!(fields["return_msg"], expected);
        assert!(!fields.contains_key(SIGN), "who is turned away gets no signature");
    }
    assert_eq!(simulator.books(), before);
}

#[test]
fn the_simulator_refuses_wrong_content_and_says_which() {
    let (mut simulator, client, order) = shop();
    let before = simulator.books();
    let key = format!("{:032x}", 7_u128 + (1 << 64));
    let mut check = |ask: &Ask, name: &str, value: &str, expected: &str| {
        let call =
            asked(&client, ask, &Order { order_no: OrderNo::from(PaymentId::from_u128(9)), ..order.clone() });
        let mut fields = flat::read("xml", &call.body).expect("flat XML");
        fields.remove(SIGN);
        fields.insert(name.to_owned(), value.to_owned());
        let signature = SignType::HmacSha256.sign(&fields, &key);
        fields.insert(SIGN.to_owned(), signature);
        let body = flat::write("xml", fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let request = HttpRequest { body: body.into_bytes(), ..HttpRequest::from(&call) };
        let told = flat::read("xml", &served(&mut simulator, &request).body).expect("flat XML");
        assert_eq!(told.get("err_code").map_or("none", String::as_str), expected, "{ask:?} {name}={value}");
    };
    let give = Ask::Refund { refund: refund(), amount: Money::cny(30) };
    for (name, value, expected) in [
        ("total_fee", "0", "PARAM_ERROR"),
        ("total_fee", "-1", "PARAM_ERROR"),
        ("total_fee", "1.5", "PARAM_ERROR"),
        ("total_fee", "", "LACK_PARAMS"),
        ("fee_type", "USD", "PARAM_ERROR"),
        ("body", "", "LACK_PARAMS"),
        ("spbill_create_ip", "", "LACK_PARAMS"),
        ("auth_code", "281234567890123456", "AUTH_CODE_INVALID"),
        ("auth_code", "", "LACK_PARAMS"),
        ("out_trade_no", "a b", "PARAM_ERROR"),
    ] {
        check(&Ask::Charge, name, value, expected);
    }
    for (name, value, expected) in [
        ("trade_type", "JSAPI", "PARAM_ERROR"),
        ("notify_url", "ftp://x", "PARAM_ERROR"),
        ("time_expire", "yesterday", "PARAM_ERROR"),
        ("time_expire", "20200101000000", "PARAM_ERROR"),
        ("product_id", "", "LACK_PARAMS"),
    ] {
        check(&Ask::Present, name, value, expected);
    }
    check(&Ask::Inquire, "out_trade_no", "", "PARAM_ERROR");
    check(&Ask::Inquire, "x", "unknown fields are let pass", "ORDERNOTEXIST");
    check(&give, "refund_fee", "101", "PARAM_ERROR");
    check(&give, "out_trade_no", "nobody's", "ORDERNOTEXIST");
    check(&Ask::InquireRefund { refund: refund() }, "out_refund_no", "R", "REFUNDNOTEXIST");
    assert_eq!(simulator.books(), before);
}

#[test]
fn a_refunds_notification_is_opened_with_the_key_alone() {
    let (mut simulator, client, order) = shop();
    let give = Ask::Refund { refund: refund(), amount: Money::cny(30) };
    ask(&mut simulator, &client, &give, &order);
    let later = Moment { now: Timestamp::from_micros((NOW + 60) * 1_000_000), nonce: 5 };
    let mail = simulator.tick(&later);
    let request = HttpRequest::from(&mail.first().expect("a refund is notified").call);
    let notice = client.notice(&request, &later).expect("a genuine notification");
    assert_eq!((notice.order_no, notice.refund_no), (order.order_no, Some(RefundNo::from(refund()))));
    assert_eq!(notice.claim, "SUCCESS");
    assert_eq!(merchant(SignType::Md5).notice(&request, &later), Err(BadNotice::NotOurs));

    let sealed = |told: &[(&str, &str)]| {
        let told = told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        refund_info::seal(&told, KEY)
    };
    let number = RefundNo::from(refund()).to_string();
    let told =
        [OURS, ("out_refund_no", number.as_str()), ("refund_status", "SUCCESS"), ("refund_id", "5030")];
    let read = |req_info: &str| {
        let pairs = [
            ("return_code", "SUCCESS"),
            ("appid", "wxd678efh567hg6787"),
            ("mch_id", "1230000109"),
            ("req_info", req_info),
        ];
        let body = flat::write("xml", pairs).into_bytes();
        let request =
            HttpRequest { method: "POST".to_owned(), target: "/notify".to_owned(), headers: vec![], body };
        merchant(SignType::Md5).notice(&request, &moment(1))
    };
    assert!(read(&sealed(&told)).is_ok());
    assert_eq!(read(&sealed(&told[1..])), Err(BadNotice::Incomplete("out_trade_no")));
    assert_eq!(read(&sealed(&[("out_trade_no", "not ours")])), Err(BadNotice::NotOurs));
    assert_eq!(read("AAAA"), Err(BadNotice::CannotDecrypt));
    assert_eq!(read(""), Err(BadNotice::CannotDecrypt));
}

#[test]
fn broken_notifications_are_refused_by_name() {
    let read = |body: &str| {
        let body = body.as_bytes().to_vec();
        let request =
            HttpRequest { method: "POST".to_owned(), target: "/notify".to_owned(), headers: vec![], body };
        merchant(SignType::Md5).notice(&request, &moment(1))
    };
    let good = String::from_utf8(signed(PAID).body).expect("it is text");
    assert!(read(&good).is_ok());
    assert_eq!(read(""), Err(BadNotice::Garbled));
    assert_eq!(read("{}"), Err(BadNotice::Garbled));
    assert_eq!(read(&format!("<!DOCTYPE xml>{good}")), Err(BadNotice::Garbled));
    assert_eq!(read(&"x".repeat(100_000)), Err(BadNotice::Garbled));
    assert_eq!(read("<xml></xml>"), Err(BadNotice::Incomplete("return_code")));
    assert_eq!(read("<xml><return_code>SUCCESS</return_code></xml>"), Err(BadNotice::Incomplete("sign")));
    assert_eq!(
        read(&good.replace(">SUCCESS<", ">FAIL<").replace("[SUCCESS]", "[FAIL]")),
        Err(BadNotice::Garbled)
    );
    assert_eq!(read(&good.replace("[100]", "[1]")), Err(BadNotice::WrongSignature));
    for (verdict, status, word) in [
        (Ok(()), 200, "SUCCESS"),
        (Err(&BadNotice::OfNoInterest), 200, "SUCCESS"),
        (Err(&BadNotice::WrongSignature), 401, "FAIL"),
        (Err(&BadNotice::Garbled), 400, "FAIL"),
    ] {
        let told = merchant(SignType::Md5).acknowledge(verdict);
        let fields = flat::read("xml", &told.body).expect("flat XML");
        assert_eq!((told.status, fields["return_code"].as_str()), (status, word));
    }
}

#[test]
fn certificates_for_tls_are_of_one_authority() {
    let simulator = Simulator::fresh();
    let TlsKeys { authority_pem, server_certificate_pem, server_private_key_pem, merchant_certificate_pem } =
        simulator.keys().expect("fresh keys are kept").tls().expect("good keys");
    for pem in [&authority_pem, &server_certificate_pem, &merchant_certificate_pem] {
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    }
    assert!(server_private_key_pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let authority = pem::parse(&authority_pem).expect("PEM");
    let (_, authority) = x509_parser::parse_x509_certificate(authority.contents()).expect("X.509");
    for pem in [&server_certificate_pem, &merchant_certificate_pem] {
        let pem = pem::parse(pem).expect("PEM");
        let (_, certificate) = x509_parser::parse_x509_certificate(pem.contents()).expect("X.509");
        assert_eq!(certificate.issuer(), authority.subject());
    }
}
