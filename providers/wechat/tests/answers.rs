//! What each reply is taken to prove: one line a case, signed by the right key unless it says otherwise.

use base::{Money, OrderNo, PaymentId, RefundId, RefundNo, Timestamp};
use expect_test::expect;
use payment::{Ask, Verdict};
use proptest::prelude::*;
use provider_contract::signing::{Checksum, Sign};
use provider_contract::{Moment, Order, Provider, Reply};
use serde_json::{Value, json};
use wechat::v3::sign;
use wechat::{Simulator, WeChat, codes};

const NOW: i64 = 1_795_400_000;
const MCHID: &str = "1900000001";
const APPID: &str = "wx0000000000000001";

fn moment() -> Moment {
    Moment { now: Timestamp::from_micros(NOW * 1_000_000), nonce: 1 }
}

fn client() -> WeChat {
    Simulator::cheap(7).client("http://simulated", "http://shop/notify")
}

fn order() -> Order {
    Order {
        order_no: OrderNo::from(PaymentId::from_u128(0xA1)),
        amount: Money::cny(1250),
        description: "茶".into(),
        requested_at: moment().now,
        expires_at: moment().now,
        terminal: "T1".into(),
        shown_qr: false,
        payer_code: None,
        transaction: None,
        refund_no: None,
        refund_reason: String::new(),
        trace: None,
        charge_trace: None,
    }
}

fn refund_id() -> RefundId {
    RefundId::from_u128(0xB1)
}

/// A reply with the right signature over `body`.
fn signed(status: u16, request_id: &str, body: &[u8]) -> Reply {
    let stamp = NOW.to_string();
    let headers = [
        (sign::TIMESTAMP, stamp.clone()),
        (sign::NONCE, "N".to_owned()),
        (sign::SERIAL, format!("{}{:028}", sign::PUBLIC_KEY_ID, 7)),
        (sign::SIGNATURE, Checksum { key: !7 }.sign(&sign::reply_text(&stamp, "N", body))),
        (sign::REQUEST_ID, request_id.to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Reply { status, headers, body: body.to_vec() }
}

fn verdict(ask: Ask, order: &Order, status: u16, body: &Value) -> Verdict {
    let reply = signed(status, "08A1-0", body.to_string().as_bytes());
    client().answer(&ask, order, &reply, &moment()).verdict
}

fn transaction(state: &str) -> Value {
    json!({
        "mchid": MCHID, "appid": APPID, "out_trade_no": order().order_no.to_string(), "trade_state": state,
        "trade_state_desc": "说明", "transaction_id": "4200000001", "success_time": "2026-11-23T12:00:00+08:00",
        "bank_type": "CMB_DEBIT", "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "amount": {"total": 1250, "payer_total": 1200, "currency": "CNY"}, "promotion_detail": [],
    })
}

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
fn states_of_an_order() {
    let (scanned, shown) = (order(), Order { shown_qr: true, ..order() });
    let seen_paid = Order { transaction: Some("4200000001".into()), ..order() };
    let mut text = String::new();
    let states = "SUCCESS REFUND NOTPAY USERPAYING PAYERROR CLOSED REVOKED ACCEPT SOMETHING_NEW";
    for state in states.split(' ') {
        let unpaid = with(transaction(state), "/transaction_id", Value::Null);
        let paid = verdict(Ask::Inquire, &scanned, 200, &transaction(state));
        let brief = |verdict: Verdict| match verdict {
            Verdict::Paid(paid) => format!("Paid {}", paid.amount),
            other => format!("{other:?}"),
        };
        text += &format!(
            "{state}: {} | charge 202: {} | shown: {} | no transaction: {} | seen paid: {}\n",
            brief(paid),
            brief(verdict(Ask::Charge, &scanned, 202, &transaction(state))),
            brief(verdict(Ask::Inquire, &shown, 200, &unpaid)),
            brief(verdict(Ask::Inquire, &scanned, 200, &unpaid)),
            brief(verdict(Ask::Inquire, &seen_paid, 200, &unpaid)),
        );
    }
    expect![[r#"
        SUCCESS: Paid 12.50 | charge 202: Paid 12.50 | shown: Unclear(Garbled) | no transaction: Unclear(Garbled) | seen paid: Unclear(Garbled)
        REFUND: Paid 12.50 | charge 202: Paid 12.50 | shown: Unclear(Garbled) | no transaction: Unclear(Garbled) | seen paid: Unclear(Garbled)
        NOTPAY: Unclear(NotYetPaid) | charge 202: Unclear(NotYetPaid) | shown: AwaitingPayer | no transaction: Unclear(NotYetPaid) | seen paid: Unclear(NotYetPaid)
        USERPAYING: AwaitingPayer | charge 202: AwaitingPayer | shown: AwaitingPayer | no transaction: AwaitingPayer | seen paid: AwaitingPayer
        PAYERROR: Declined(PayerCancelledOrTimedOut) | charge 202: Declined(PayerCancelledOrTimedOut) | shown: Declined(PayerCancelledOrTimedOut) | no transaction: Declined(PayerCancelledOrTimedOut) | seen paid: Declined(PayerCancelledOrTimedOut)
        CLOSED: Closed | charge 202: Closed | shown: Closed | no transaction: Closed | seen paid: Closed
        REVOKED: Returned | charge 202: Returned | shown: Closed | no transaction: Closed | seen paid: Returned
        ACCEPT: Unclear(ProviderError) | charge 202: Unclear(ProviderError) | shown: Unclear(ProviderError) | no transaction: Unclear(ProviderError) | seen paid: Unclear(ProviderError)
        SOMETHING_NEW: Unclear(UnknownCode) | charge 202: Unclear(UnknownCode) | shown: Unclear(UnknownCode) | no transaction: Unclear(UnknownCode) | seen paid: Unclear(UnknownCode)
    "#]].assert_eq(&text);
}

#[test]
fn a_payment_is_told_with_all_that_proves_it() {
    let answer = client().answer(
        &Ask::Inquire,
        &order(),
        &signed(200, "08A1-268435455", transaction("SUCCESS").to_string().as_bytes()),
        &moment(),
    );
    expect![[r#"
        Answer {
            verdict: Paid(
                Paid {
                    amount: Money {
                        minor: 1250,
                        currency: Cny,
                    },
                    transaction: "4200000001",
                    at: Some(
                        2026-11-23T04:00:00Z,
                    ),
                    payer: "oUpF••••••••••••••••••••eS6o",
                    funds: "CMB_DEBIT",
                },
            ),
            said: Said {
                code: "SUCCESS",
                message: "说明",
                reference: "08A1-268435455",
            },
        }
    "#]]
    .assert_debug_eq(&answer);
    let check = |path: &str, value: Value, expected: &str| {
        let seen = verdict(Ask::Inquire, &order(), 200, &with(transaction("SUCCESS"), path, value.clone()));
        assert!(format!("{seen:?}").starts_with(expected), "{path} = {value}: {seen:?}");
    };
    check("/mchid", Value::Null, "Unclear(Garbled)");
    check("/mchid", json!("1900000002"), "Unclear(Garbled)");
    check("/appid", json!("wx2"), "Unclear(Garbled)");
    check("/out_trade_no", Value::Null, "Unclear(Garbled)");
    check("/out_trade_no", json!("000000000000000000000000000000a2"), "Unclear(Garbled)");
    check("/transaction_id", Value::Null, "Unclear(Garbled)");
    check("/transaction_id", json!(""), "Unclear(Garbled)");
    check("/amount", Value::Null, "Unclear(Garbled)");
    check("/amount/total", Value::Null, "Unclear(Garbled)");
    check("/amount/total", json!(12.5), "Unclear(Garbled)");
    check("/amount/total", json!("1250"), "Unclear(Garbled)");
    check("/amount/currency", json!("XXX"), "Unclear(Garbled)");
    check("/amount/total", json!(1), "Paid(Paid { amount: Money { minor: 1,");
    check("/amount/currency", json!("HKD"), "Paid(Paid { amount: Money { minor: 1250, currency: Hkd");
    check("/amount/currency", Value::Null, "Paid(Paid { amount: Money { minor: 1250, currency: Cny");
    check("/surprise", json!({"deep": [1]}), "Paid(");
    check("/success_time", json!("noon"), "Paid(");
}

/// Each code of the table, asked about in each way; and codes spelled otherwise.
#[test]
fn codes_of_refusals() {
    let refund = Ask::Refund { refund: refund_id(), amount: Money::cny(1) };
    let mut text = String::new();
    for row in codes::TABLE {
        let brief = |ask: Ask| {
            let verdicts: Vec<Verdict> = row
                .codes
                .iter()
                .map(|code| verdict(ask, &order(), 400, &json!({"code": code, "message": "说明"})))
                .collect();
            assert!(verdicts.windows(2).all(|pair| pair[0] == pair[1]), "spellings differ: {row:?}");
            format!("{:?}", verdicts[0])
        };
        text += &format!(
            "{:<24} charge {:<34} look {:<24} undo {:<24} refund {}\n",
            row.codes[0],
            brief(Ask::Charge),
            brief(Ask::Inquire),
            brief(Ask::Reverse),
            brief(refund)
        );
    }
    expect![[r#"
        SYSTEMERROR              charge Unclear(ProviderError)             look Unclear(ProviderError)   undo Unclear(ProviderError)   refund Unclear(ProviderError)
        FREQUENCYLIMITED         charge Unclear(RateLimited)               look Unclear(RateLimited)     undo Unclear(RateLimited)     refund Unclear(RateLimited)
        USERPAYING               charge AwaitingPayer                      look AwaitingPayer            undo Unclear(CannotUndoYet)   refund Unclear(UnknownCode)
        TRADEERROR               charge Unclear(ProviderError)             look Unclear(ProviderError)   undo Unclear(ProviderError)   refund Unclear(ProviderError)
        ORDERPAID                charge Unclear(SaysPaid)                  look Unclear(SaysPaid)        undo Unclear(SaysPaid)        refund Unclear(UnknownCode)
        OUTTRADENOUSED           charge Unclear(SaysPaid)                  look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        NOTENOUGH                charge Declined(InsufficientBalance)      look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund RefundRefused(MerchantBalanceTooLow)
        AUTHCODEEXPIRE           charge Declined(CodeExpired)              look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        AUTHCODEERROR            charge Declined(CodeInvalidOrUsed)        look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        AUTHCODEINVALID          charge Declined(CodeOfAnotherWallet)      look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        NOTSUPORTCARD            charge Declined(CardNotSupported)         look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        RULELIMIT                charge Declined(RiskControl)              look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        BUYERMISMATCH            charge Declined(PayerAccountAbnormal)     look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        USERACCOUNTABNORMAL      charge Declined(PayerAccountAbnormal)     look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund RefundRefused(RefundNotTaken)
        TRADEOVERDUE             charge Unclear(UnknownCode)               look Unclear(UnknownCode)     undo Unclear(UnknownCode)     refund RefundRefused(RefundTooLate)
        ORDERCLOSED              charge Declined(OrderClosed)              look Closed                   undo Closed                   refund RefundRefused(RefundNotPossible)
        ORDERREVERSED            charge Declined(OrderClosed)              look Closed                   undo Closed                   refund RefundRefused(RefundNotPossible)
        REFUNDNOTEXIST           charge Unclear(UnknownCode)               look NotFound                 undo Unclear(UnknownCode)     refund Unclear(UnknownCode)
        ORDERNOTEXIST            charge Unclear(UnknownCode)               look NotFound                 undo NotFound                 refund RefundRefused(RefundNotPossible)
        INVALIDREQUEST           charge Unclear(OurSettings)               look Unclear(OurSettings)     undo Unclear(OurSettings)     refund RefundRefused(RefundNotPossible)
        PARAMERROR               charge Declined(MerchantConfig)           look Unclear(OurSettings)     undo Unclear(OurSettings)     refund Unclear(OurSettings)
        NOAUTH                   charge Declined(MerchantConfig)           look Unclear(OurSettings)     undo Unclear(OurSettings)     refund Unclear(OurSettings)
    "#]].assert_eq(&text);
    for spelled in ["NOT_ENOUGH", "NOTENOUGH", "notEnough"] {
        let seen = verdict(Ask::Charge, &order(), 403, &json!({"code": spelled}));
        assert_eq!(format!("{seen:?}"), "Declined(InsufficientBalance)");
    }
    for unlisted in ["", "NOTENOUGHX", "SUCCESS", "OK"] {
        let seen = verdict(Ask::Charge, &order(), 400, &json!({"code": unlisted}));
        assert_eq!(format!("{seen:?}"), "Unclear(UnknownCode)");
    }
}

#[test]
fn words_and_numbers_sharpen_a_reason_and_never_make_one() {
    let check = |code: &str, message: &str, request_id: &str, expected: &str| {
        let body = json!({"code": code, "message": message}).to_string();
        let answer =
            client().answer(&Ask::Charge, &order(), &signed(400, request_id, body.as_bytes()), &moment());
        assert_eq!(format!("{:?}", answer.verdict), expected, "{code} {message} {request_id}");
    };
    check("AUTH_CODE_INVALID", "101 付款码已过期，请退出重试", "08-1", "Declined(CodeExpired)");
    check("AUTH_CODE_INVALID", "101 每个二维码仅限使用一次", "08-1", "Declined(CodeInvalidOrUsed)");
    check("AUTH_CODE_INVALID", "不是微信支付的码", "08-1", "Declined(CodeOfAnotherWallet)");
    check("RULE_LIMIT", "超过单日限额", "08-1", "Declined(PayerLimitExceeded)");
    check("NO_AUTH", "商户号已停用", "08A1-268443715", "Declined(MerchantFrozen)");
    check("SYSTEM_ERROR", "超过单日限额", "08A1-268443715", "Unclear(ProviderError)");
    check("TRADE_ERROR", "余额不足", "08-1", "Unclear(ProviderError)");
}

#[test]
fn refunds() {
    let number = RefundNo::from(refund_id()).to_string();
    let ask = Ask::Refund { refund: refund_id(), amount: Money::cny(300) };
    let look = Ask::InquireRefund { refund: refund_id() };
    let told = |status: &str| {
        json!({
            "out_refund_no": number, "out_trade_no": order().order_no.to_string(), "status": status,
            "success_time": "2026-11-23T12:00:00+08:00", "amount": {"total": 1250, "refund": 300, "currency": "CNY"},
        })
    };
    let check = |ask: Ask, body: Value, expected: &str| {
        let seen = format!("{:?}", verdict(ask, &order(), 200, &body));
        assert!(seen.starts_with(expected), "{body}: {seen}");
    };
    for ask in [ask, look] {
        check(ask, told("SUCCESS"), "Refunded { amount: Money { minor: 300, currency: Cny }, at: Some(");
        check(ask, told("PROCESSING"), "RefundProcessing");
        check(ask, told("CLOSED"), "RefundRefused(RefundNotPossible)");
        check(ask, told("ABNORMAL"), "Unclear(OurSettings)");
        check(ask, told("NEW"), "Unclear(UnknownCode)");
        check(ask, with(told("SUCCESS"), "/amount", Value::Null), "Unclear(Garbled)");
        check(ask, with(told("SUCCESS"), "/out_refund_no", json!("R2")), "Unclear(Garbled)");
        check(ask, with(told("SUCCESS"), "/out_trade_no", json!("A2")), "Unclear(Garbled)");
    }
    check(ask, with(told("SUCCESS"), "/amount/refund", json!(299)), "Unclear(Garbled)");
    let missing = verdict(look, &order(), 404, &json!({"code": "RESOURCE_NOT_EXISTS"}));
    assert_eq!(missing, Verdict::NotFound);
}

#[test]
fn reversals_and_closes() {
    let done = json!({"out_trade_no": order().order_no.to_string(), "mchid": MCHID});
    let paid = Order { transaction: Some("4200".into()), ..order() };
    let check = |ask: Ask, order: &Order, status: u16, body: &Value, expected: &str| {
        assert_eq!(format!("{:?}", verdict(ask, order, status, body)), expected);
    };
    check(Ask::Reverse, &order(), 200, &done, "Closed");
    check(Ask::Reverse, &paid, 200, &done, "Returned");
    check(Ask::Reverse, &order(), 200, &with(done.clone(), "/recall", json!("Y")), "AskAgain");
    check(Ask::Reverse, &order(), 200, &with(done.clone(), "/recall", json!("N")), "Closed");
    check(Ask::Reverse, &order(), 200, &with(done.clone(), "/out_trade_no", json!("A2")), "Unclear(Garbled)");
    check(Ask::Reverse, &order(), 202, &done, "Unclear(Garbled)");
    check(Ask::Reverse, &order(), 500, &json!({"code": "SYSTEM_ERROR"}), "Unclear(ProviderError)");
    let empty = client().answer(&Ask::Close, &order(), &signed(204, "", b""), &moment());
    assert_eq!(empty.verdict, Verdict::Closed);
}

#[test]
fn what_nobody_signed_proves_nothing() {
    let paid = transaction("SUCCESS").to_string();
    let declined = json!({"code": "NOT_ENOUGH", "message": "x"}).to_string();
    let check = |change: &dyn Fn(&mut Reply), expected: &str| {
        for (status, body) in [(200, &paid), (403, &declined)] {
            let mut reply = signed(status, "08-1", body.as_bytes());
            change(&mut reply);
            let answer = client().answer(&Ask::Charge, &order(), &reply, &moment());
            assert_eq!(format!("{:?}", answer.verdict), expected);
        }
    };
    let set = |name: &'static str, value: String| {
        move |reply: &mut Reply| {
            reply.headers.iter_mut().find(|(known, _)| known == name).unwrap().1 = value.clone();
        }
    };
    check(&|reply| reply.headers.clear(), "Unclear(BadSignature)");
    check(&|reply| reply.body.push(b' '), "Unclear(BadSignature)");
    check(&set(sign::SERIAL, "PUB_KEY_ID_OTHER".into()), "Unclear(BadSignature)");
    check(&set(sign::TIMESTAMP, (NOW - 300).to_string()), "Unclear(BadSignature)");
    check(&set(sign::SIGNATURE, format!("{}abc", sign::PROBE)), "Unclear(BadSignature)");
    check(&set(sign::SIGNATURE, String::new()), "Unclear(BadSignature)");
    check(&|reply| reply.body = vec![b'x'; 300_000], "Unclear(Garbled)");
    let bare = Reply { status: 502, headers: Vec::new(), body: b"<html>".to_vec() };
    let answer = client().answer(&Ask::Charge, &order(), &bare, &moment());
    assert_eq!(format!("{:?} {}", answer.verdict, answer.said.code), "Unclear(ProviderError) HTTP 502");
}

proptest! {
    /// Whatever is signed and sent, an answer comes out, and only a whole transaction of this order is a payment.
    #[test]
    fn any_body_gives_an_answer(status in 100_u16..600, body in "[\\PC]{0,80}", ask in 0_usize..4) {
        let refund = refund_id();
        let ask = [Ask::Charge, Ask::Inquire, Ask::Refund { refund, amount: Money::cny(1) }, Ask::Reverse][ask];
        let answer = client().answer(&ask, &order(), &signed(status, "", body.as_bytes()), &moment());
        prop_assert!(matches!(answer.verdict, Verdict::Unclear(_)));
    }

    #[test]
    fn any_code_gives_an_answer(code in "[A-Z_]{1,24}", message in "\\PC{0,24}", request_id in "\\PC{0,24}") {
        let body = json!({"code": code, "message": message}).to_string();
        let answer = client().answer(&Ask::Charge, &order(), &signed(400, &request_id, body.as_bytes()), &moment());
        let paid = matches!(answer.verdict, Verdict::Paid(_) | Verdict::Returned);
        prop_assert!(!paid);
        prop_assert!(answer.said.message.len() <= 256);
    }
}
