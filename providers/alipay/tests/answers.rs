//! What is asked, as text, and what signed and unsigned replies are taken to prove: one line each.

mod world;

use alipay::sign::{decode_form, request_text};
use alipay::wire::Params;
use expect_test::{expect, expect_file};
use payment::{Ask, Doubt, Verdict};
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{HttpRequest, Order, Reply, Treatment};
use std::fmt::Write;
use world::{World, refund, refund_query};

fn ours(world: &World) -> Order {
    Order { payer_code: None, ..world.order(1, Treatment::Normal) }
}

/// A reply with this answer, signed by the gateway of `Simulator::cheap(1)`.
fn reply(key: &str, inner: &str) -> Reply {
    let signature = Checksum { key: 4 }.sign(inner.as_bytes());
    let body = format!(r#"{{"{key}":{inner},"sign":"{signature}"}}"#);
    Reply { status: 200, headers: Vec::new(), body: body.into_bytes() }
}

fn key(ask: &Ask) -> &'static str {
    match ask {
        Ask::Charge => "alipay_trade_pay_response",
        Ask::Present => "alipay_trade_precreate_response",
        Ask::Inquire => "alipay_trade_query_response",
        Ask::Reverse => "alipay_trade_cancel_response",
        Ask::Close => "alipay_trade_close_response",
        Ask::Refund { .. } => "alipay_trade_refund_response",
        Ask::InquireRefund { .. } => "alipay_trade_fastpay_refund_query_response",
    }
}

#[test]
fn signed_replies_prove_what_they_say_and_no_more() {
    let mut world = world::cheap();
    let order = ours(&world);
    let mut trace = String::new();
    let mut check = |ask: Ask, inner: &str| {
        let inner = inner.replace("OURS", "00000000000000000000000000000001");
        let answer = world.read(&order, &ask, &reply(key(&ask), &inner));
        writeln!(trace, "{inner}\n    {}: {:?}", key(&ask), answer.verdict).unwrap();
    };
    let charge = Ask::Charge;
    let paid = r#"{"code":"10000","out_trade_no":"OURS","trade_no":"T1","total_amount":"12.50","gmt_payment":"2026-11-23 12:00:01","buyer_logon_id":"159****5620","fund_bill_list":[{"fund_channel":"PCREDIT","amount":"12.50"}]}"#;
    check(charge, paid);
    for (from, to) in [
        ("OURS", "SOMEBODY-ELSES"),
        (r#""out_trade_no":"OURS","#, ""),
        (r#""trade_no":"T1","#, ""),
        (r#""total_amount":"12.50","#, ""),
        (r#""total_amount":"12.50""#, r#""total_amount":"0.00""#),
        (r#""total_amount":"12.50""#, r#""total_amount":"-12.50""#),
        (r#""total_amount":"12.50""#, r#""total_amount":"1.25""#),
        (r#""total_amount":"12.50""#, r#""total_amount":12.5"#),
        (r#""total_amount":"12.50""#, r#""total_amount":"12.50","trans_currency":"USD""#),
        (r#","gmt_payment":"2026-11-23 12:00:01""#, ""),
        ("10000", "10001"),
    ] {
        check(charge, &paid.replace(from, to));
    }
    check(charge, r#"{"code":"10003","out_trade_no":"OURS","trade_no":"T1","sub_code":null}"#);
    check(charge, r#"{"code":"10003"}"#);
    check(charge, r#"{"code":"20000","sub_code":"isp.unknow-error","sub_msg":"系统繁忙"}"#);
    check(charge, r#"{"code":"40004","sub_code":"ACQ.TRADE_HAS_SUCCESS","out_trade_no":"OURS"}"#);
    check(charge, r#"{"code":"40004","sub_code":"ACQ.BUYER_BALANCE_NOT_ENOUGH"}"#);
    check(
        charge,
        r#"{"code":"40004","sub_code":"ACQ.BUYER_BALANCE_NOT_ENOUGH","out_trade_no":"SOMEBODY-ELSES"}"#,
    );
    check(charge, r#"{"code":"40004","sub_code":"ACQ.NEVER_HEARD_OF"}"#);
    check(charge, r#"{"code":"40006","sub_code":"isv.insufficient-isv-permissions"}"#);
    check(charge, "{}");
    check(charge, r#"{"code":{}}"#);
    let status = |status: &str| {
        format!(
            r#"{{"code":"10000","out_trade_no":"OURS","trade_no":"T1","total_amount":"12.50","trade_status":"{status}"}}"#
        )
    };
    for word in ["TRADE_SUCCESS", "TRADE_FINISHED", "WAIT_BUYER_PAY", "TRADE_CLOSED", "TRADE_PENDING"] {
        check(Ask::Inquire, &status(word));
    }
    let returned = status("TRADE_CLOSED").replace("}", r#","send_pay_date":"2026-11-23 12:00:01"}"#);
    check(Ask::Inquire, &returned);
    check(Ask::Inquire, r#"{"code":"10000","out_trade_no":"OURS"}"#);
    check(Ask::Inquire, r#"{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#);
    check(Ask::Inquire, r#"{"code":"40002","sub_code":"isv.invalid-signature"}"#);
    for undone in [
        r#"{"code":"10000","out_trade_no":"OURS","retry_flag":"N","action":"refund"}"#,
        r#"{"code":"10000","out_trade_no":"OURS","retry_flag":"N","action":"close"}"#,
        r#"{"code":"10000","out_trade_no":"OURS","retry_flag":"N"}"#,
        r#"{"code":"10000","retry_flag":"N","action":"refund"}"#,
        r#"{"code":"10000","out_trade_no":"OURS","retry_flag":"Y"}"#,
        r#"{"code":"40004","sub_code":"ACQ.SYSTEM_ERROR","out_trade_no":"OURS","retry_flag":"Y"}"#,
        r#"{"code":"20000","sub_code":"aop.ACQ.SYSTEM_ERROR"}"#,
        r#"{"code":"40004","sub_code":"ACQ.CANCEL_NOT_ALLOWED"}"#,
        r#"{"code":"40004","sub_code":"ACQ.TRADE_CANCEL_TIME_OUT"}"#,
    ] {
        check(Ask::Reverse, undone);
    }
    check(Ask::Close, r#"{"code":"10000","out_trade_no":"OURS","trade_no":"T1"}"#);
    check(Ask::Close, r#"{"code":"10000"}"#);
    check(Ask::Close, r#"{"code":"40004","sub_code":"ACQ.TRADE_STATUS_ERROR"}"#);
    check(
        Ask::Present,
        r#"{"code":"10000","out_trade_no":"OURS","qr_code":"https:\/\/qr.alipay.com\/bax1"}"#,
    );
    check(Ask::Present, r#"{"code":"10000","out_trade_no":"OURS"}"#);
    let back = r#"{"code":"10000","out_trade_no":"OURS","fund_change":"Y","refund_fee":"5.00"}"#;
    for (from, to) in [("", ""), ("\"Y\"", "\"N\""), ("5.00", "9.00"), ("5.00", "4.99"), ("5.00", "x")] {
        check(refund(2, 500), &back.replace(from, if from.is_empty() { "" } else { to }));
    }
    check(refund(2, 500), r#"{"code":"40004","sub_code":"ACQ.SELLER_BALANCE_NOT_ENOUGH"}"#);
    check(refund(2, 500), r#"{"code":"40004","sub_code":"ACQ.DISCORDANT_REPEAT_REQUEST"}"#);
    let seen = r#"{"code":"10000","out_trade_no":"OURS","out_request_no":"00000000000000000000000000000002","refund_amount":"5.00","refund_status":"REFUND_SUCCESS"}"#;
    check(refund_query(2), seen);
    check(refund_query(3), seen);
    check(refund_query(2), r#"{"code":"10000","msg":"Success"}"#);
    expect_file!["traces/answers.txt"].assert_eq(&trace);
}

#[test]
fn what_is_not_signed_proves_nothing() {
    let mut world = world::cheap();
    let order = ours(&world);
    let mut check = |status: u16, body: &str, expected: Doubt| {
        let reply = Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        let answer = world.read(&order, &Ask::Inquire, &reply);
        assert_eq!(answer.verdict, Verdict::Unclear(expected), "{status} {body}");
    };
    let answer = r#""alipay_trade_query_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}"#;
    check(200, &format!("{{{answer}}}"), Doubt::BadSignature);
    check(200, &format!("{{{answer},\"sign\":\"\"}}"), Doubt::BadSignature);
    check(200, &format!("{{{answer},\"sign\":7}}"), Doubt::Garbled);
    check(200, r#"{"alipay_trade_query_response":{"code":"40002"}}"#, Doubt::OurSettings);
    check(200, r#"{"error_response":{"code":"40001"}}"#, Doubt::OurSettings);
    check(200, r#"{"alipay_trade_pay_response":{"code":"10000"}}"#, Doubt::Garbled);
    check(200, "<html>", Doubt::Garbled);
    check(404, "<html>", Doubt::Garbled);
    check(302, "", Doubt::Garbled);
    check(429, "", Doubt::RateLimited);
    check(503, "", Doubt::ProviderError);
}

#[test]
fn a_payment_is_asked_for_in_these_words() {
    let mut world = world::cheap();
    let order = Order { description: " a/b=c&\n拿铁 ".to_owned(), ..world.order(1, Treatment::Normal) };
    let signed = |request: &HttpRequest| {
        let mut params = Params::new();
        decode_form(request.query(), &mut params).unwrap();
        decode_form(std::str::from_utf8(&request.body).unwrap(), &mut params).unwrap();
        assert_eq!(Checksum { key: 3 }.sign(request_text(&params).as_bytes()), params["sign"]);
        request_text(&params).replace('&', "\n&")
    };
    let request = HttpRequest::from(&world.call(&order, &Ask::Charge));
    expect![[r#"
        app_id=2021000000000001
        &biz_content={"out_trade_no":"00000000000000000000000000000001","scene":"bar_code","auth_code":"280000000001707000","subject":"a b c  拿铁","total_amount":"12.50","product_code":"FACE_TO_FACE_PAYMENT","terminal_id":"till-1","timeout_express":"3m"}
        &charset=utf-8
        &format=JSON
        &method=alipay.trade.pay
        &notify_url=http://127.0.0.1:8080/notify/alipay/1
        &sign_type=RSA2
        &timestamp=2026-11-23 12:00:00
        &version=1.0"#]]
    .assert_eq(&signed(&request));
    let mut contents = String::new();
    for ask in [Ask::Present, Ask::Inquire, Ask::Reverse, Ask::Close, refund(2, 500), refund_query(2)] {
        let text = signed(&HttpRequest::from(&world.call(&order, &ask)));
        let line = |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        writeln!(contents, "{} {}", line("&method="), line("&biz_content=")).unwrap();
    }
    expect![[r#"
        &method=alipay.trade.precreate &biz_content={"out_trade_no":"00000000000000000000000000000001","subject":"a b c  拿铁","total_amount":"12.50","terminal_id":"till-1","time_expire":"2026-11-23 12:05:00"}
        &method=alipay.trade.query &biz_content={"out_trade_no":"00000000000000000000000000000001"}
        &method=alipay.trade.cancel &biz_content={"out_trade_no":"00000000000000000000000000000001"}
        &method=alipay.trade.close &biz_content={"out_trade_no":"00000000000000000000000000000001"}
        &method=alipay.trade.refund &biz_content={"out_trade_no":"00000000000000000000000000000001","refund_amount":"5.00","refund_reason":"cold","out_request_no":"00000000000000000000000000000002"}
        &method=alipay.trade.fastpay.refund.query &biz_content={"out_trade_no":"00000000000000000000000000000001","out_request_no":"00000000000000000000000000000002","query_options":["gmt_refund_pay"]}
    "#]]
    .assert_eq(&contents);
}
