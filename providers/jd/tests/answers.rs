//! What is asked, as text, and what signed and unsigned answers are taken to prove: one line each.

mod world;

use expect_test::{expect, expect_file};
use jd::envelope::{HEAD, open, seal};
use jd::{DesKey, Jd, Product, Settings};
use payment::{Ask, Doubt, Verdict};
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{CannotAsk, NoPlans, OffersInstallments, Order, Provider, Reply, Treatment, Trouble};
use std::fmt::Write;
use std::sync::Arc;
use strict_xml::parse;
use world::{World, refund, refund_query};

/// The keys of `Simulator::cheap(1)`.
const MERCHANT: Checksum = Checksum { key: 3 };
const GATEWAY: Checksum = Checksum { key: 4 };

const OURS: &str = "<merchant>110000000001</merchant>";
const DONE: &str = "<result><code>000000</code><desc>成功</desc></result>";
const ORDER: &str = "<tradeNum>00000000000000000000000000000001</tradeNum>";
const REFUND: &str = "<tradeNum>00000000000000000000000000000002</tradeNum><oTradeNum>00000000000000000000000000000001</oTradeNum>";
const REVOCATION: &str = "<tradeNum>R0000000000000000000000000000001</tradeNum><oTradeNum>00000000000000000000000000000001</oTradeNum>";

fn des() -> DesKey {
    DesKey::from_base64("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0").unwrap()
}

fn reply_signed(body: &str, key: &dyn Sign) -> Reply {
    let encrypted = seal(body, key, &des());
    plain(200, &format!("{HEAD}<jdpay><version>V2.0</version><encrypt>{encrypted}</encrypt></jdpay>"))
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
    fn check(&mut self, order: &Order, ask: Ask, body: &str) {
        let answer = self.world.read(order, &ask, &reply_signed(body, &GATEWAY));
        let short = body.replace(OURS, "").replace(DONE, "").replace(ORDER, "").replace(REFUND, "");
        let short = short.replace(REVOCATION, "");
        writeln!(self.text, "{ask:?} {short}\n    {:?} {:?}", answer.verdict, answer.said.code).unwrap();
    }

    fn states(&mut self, order: &Order, ask: Ask, names: &str, states: &[&str]) {
        for state in states {
            let body = format!("{OURS}{DONE}{names}<amount>500</amount><status>{state}</status>");
            self.check(order, ask, &body);
        }
    }
}

#[test]
fn signed_answers_prove_what_they_say_and_no_more() {
    let mut trace = Trace { world: world::cheap(), text: String::new() };
    let order = ours(&trace.world);
    let known = Order { transaction: Some("T".to_owned()), ..order.clone() };
    let shown = Order { shown_qr: true, ..order.clone() };
    let states = ["0", "1", "2", "3", "4", "5", ""];
    trace.states(&order, Ask::Charge, ORDER, &states);
    trace.states(&order, Ask::Inquire, ORDER, &states);
    trace.states(&known, Ask::Inquire, ORDER, &["4"]);
    trace.states(&shown, Ask::Inquire, ORDER, &["3"]);
    trace.states(&order, Ask::Reverse, REVOCATION, &["0", "1", "2", "3"]);
    trace.states(&known, Ask::Reverse, REVOCATION, &["1"]);
    trace.states(&order, Ask::Close, REVOCATION, &["1"]);
    trace.states(&known, refund(2, 500), REFUND, &["0", "1", "2", "3"]);
    trace.states(&known, refund_query(2), REFUND, &["0", "1", "2", "3"]);
    let paid = format!(
        "{OURS}{DONE}{ORDER}<amount>1250</amount><currency>CNY</currency><status>2</status><payList><pay><payType>1</payType><tradeTime>20261123120001</tradeTime><detail><cardNo>6221261234567890123</cardNo></detail></pay></payList>"
    );
    trace.check(&order, Ask::Inquire, &paid);
    for (from, to) in [
        ("<amount>1250</amount>", ""),
        ("1250", "12.50"),
        ("1250", "0"),
        ("CNY", "USD"),
        ("20261123120001", "now"),
        ("<payType>1<", "<payType>9<"),
        (OURS, "<merchant>110000000002</merchant>"),
        (ORDER, "<tradeNum>00000000000000000000000000000009</tradeNum>"),
        (ORDER, ""),
    ] {
        trace.check(&order, Ask::Inquire, &paid.replace(from, to));
    }
    for (code, description, status) in [
        ("PD0404", "交易不存在", ""),
        ("FR000001", "系统错误", ""),
        ("FR000002", "白条额度不足", "<status>3</status>"),
        ("FR000003", "用户余额不足", "<status>3</status>"),
    ] {
        let result = format!("<result><code>{code}</code><desc>{description}</desc></result>");
        for ask in [Ask::Charge, Ask::Inquire] {
            trace.check(&order, ask, &format!("{OURS}{result}{ORDER}{status}"));
        }
    }
    trace.check(&order, Ask::Present, &format!("{OURS}{DONE}{ORDER}<qrCode>https://h5pay.jd.com/1</qrCode>"));
    trace.check(&order, Ask::Present, &format!("{OURS}{DONE}{ORDER}"));
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
    let told = |description: &str| {
        plain(200, &format!("<jdpay><result><code>1</code><desc>{description}</desc></result></jdpay>"))
    };
    check(&told("白条额度不足"), Doubt::UnknownCode, None);
    check(&told("验证签名失败"), Doubt::OurSettings, Some(Trouble::OurSignature));
    check(&told("商户号不存在"), Doubt::OurSettings, Some(Trouble::OurNumber));
    check(&told("系统繁忙"), Doubt::UnknownCode, Some(Trouble::Failing));
    let body = format!("{OURS}{DONE}{ORDER}<status>2</status>");
    check(&reply_signed(&body, &MERCHANT), Doubt::BadSignature, Some(Trouble::TheirSignature));
    check(&plain(200, "<html>"), Doubt::Garbled, Some(Trouble::NotTheProvider));
    check(&plain(200, "<jdpay></jdpay>"), Doubt::Garbled, Some(Trouble::NotTheProvider));
    check(&plain(404, ""), Doubt::Garbled, Some(Trouble::NotTheProvider));
    check(&plain(503, ""), Doubt::ProviderError, Some(Trouble::Failing));
    check(&plain(429, ""), Doubt::RateLimited, None);
}

#[test]
fn a_payment_is_asked_for_in_these_words() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let mut words = String::new();
    for ask in
        [Ask::Charge, Ask::Present, Ask::Inquire, Ask::Reverse, Ask::Close, refund(2, 500), refund_query(2)]
    {
        let call = world.call(&order, &ask);
        let outer = parse(&call.body).unwrap();
        let message = open(outer.text_of("encrypt").unwrap(), &MERCHANT, &des()).unwrap();
        let fields = message.children.iter().filter(|field| field.name != "sign");
        let fields: Vec<String> = fields.map(|field| format!("{}={}", field.name, field.text)).collect();
        writeln!(words, "{} {}", call.url.rsplit('/').next().unwrap(), fields.join(" ")).unwrap();
    }
    expect![[r#"
        fkmPay version=V2.0 merchant=110000000001 tradeNum=00000000000000000000000000000001 token=180000000001707000 device=till-1 tradeName=拿铁 latte tradeTime=20261123120000 amount=1250 currency=CNY notifyUrl=http://127.0.0.1:8080/notify/jd/1
        uniorder version=V2.0 merchant=110000000001 tradeNum=00000000000000000000000000000001 tradeName=拿铁 latte tradeType=QR orderType=0 userId=00000000000000000000000000000001 expireTime=300 tradeTime=20261123120000 amount=1250 currency=CNY notifyUrl=http://127.0.0.1:8080/notify/jd/1
        query version=V2.0 merchant=110000000001 tradeNum=00000000000000000000000000000001 tradeType=0
        revoke version=V2.0 merchant=110000000001 tradeNum=R0000000000000000000000000000001 oTradeNum=00000000000000000000000000000001 tradeTime=20261123120000 amount=1250 currency=CNY
        revoke version=V2.0 merchant=110000000001 tradeNum=R0000000000000000000000000000001 oTradeNum=00000000000000000000000000000001 tradeTime=20261123120000 amount=1250 currency=CNY
        refund version=V2.0 merchant=110000000001 tradeNum=00000000000000000000000000000002 oTradeNum=00000000000000000000000000000001 tradeTime=20261123120000 amount=500 currency=CNY notifyUrl=http://127.0.0.1:8080/notify/jd/1 note=cold
        query version=V2.0 merchant=110000000001 tradeNum=00000000000000000000000000000002 oTradeNum=00000000000000000000000000000001 tradeType=1
    "#]].assert_eq(&words);
}

#[test]
fn a_merchant_number_is_asked_only_for_what_it_is_for() {
    let key = Arc::new(MERCHANT);
    let mut world = world::cheap();
    let (order, moment) = (world.order(1, Treatment::Normal), world.moment());
    for (product, ask) in [(Product::PayerCode, Ask::Present), (Product::ShownQr, Ask::Charge)] {
        let settings = Settings { product, ..Settings::new("110000000001") };
        let client = Jd::with_keys(settings, des(), key.clone(), key.clone());
        assert_eq!(client.call(&ask, &order, &moment).err(), Some(CannotAsk::NotSupported));
        assert!(client.call(&Ask::Inquire, &order, &moment).is_ok());
        assert_eq!(client.capabilities().payer_code, product == Product::PayerCode);
    }
}

#[test]
fn plans_are_shown_only_if_they_add_up() {
    let mut world = world::cheap();
    let order = world.order(1, Treatment::Normal);
    let amount = base::Money::cny(30_000);
    let moment = world.moment();
    let call = world.client.plans_call(order.order_no, amount, &moment).unwrap();
    let reply = world.reply_to(&provider_contract::HttpRequest::from(&call)).into();
    let plans = world.client.plans(order.order_no, amount, &reply).unwrap();
    let told: Vec<String> = plans
        .iter()
        .map(|plan| format!("{} x {} then {}, fee {}", plan.count, plan.first, plan.later, plan.fee))
        .collect();
    expect![[r#"
        3 x 101.50 then 101.50, fee 4.50
        6 x 51.50 then 51.50, fee 9.00
        12 x 26.50 then 26.50, fee 18.00
        24 x 14.00 then 14.00, fee 36.00"#]]
    .assert_eq(&told.join("\n"));
    let check = |bill: &str| {
        let body = format!("{OURS}{DONE}{ORDER}<billsInfoList><billsInfo>{bill}</billsInfo></billsInfoList>");
        world.client.plans(order.order_no, amount, &reply_signed(&body, &GATEWAY))
    };
    let good = "<plan>3</plan><fee>450</fee><firstPay>10150</firstPay><laterPay>10150</laterPay><total>30450</total>";
    assert_eq!(check(good).unwrap().len(), 1);
    for (from, to) in [
        ("30450", "304.50"),
        ("30450", "30451"),
        ("<fee>450", "<fee>45"),
        ("<plan>3", "<plan>0"),
        ("<plan>3", "<plan>600"),
        ("<laterPay>10150", "<laterPay>1"),
        ("<total>30450</total>", ""),
    ] {
        assert_eq!(check(&good.replace(from, to)), Err(NoPlans::Unclear(Doubt::Garbled)), "{from} {to}");
    }
    let small = base::Money::cny(100);
    let call = world.client.plans_call(order.order_no, small, &moment).unwrap();
    let reply = world.reply_to(&provider_contract::HttpRequest::from(&call)).into();
    let refused = world.client.plans(order.order_no, small, &reply);
    assert_eq!(refused, Err(NoPlans::Refused("订单金额不支持白条分期".to_owned())));
}
