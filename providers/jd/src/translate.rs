//! Questions into calls, replies into answers.

use crate::Jd;
use crate::codes::{why_failed, why_not_refunded};
use crate::envelope::{Fields, HEAD, NotOpened, open, seal, write};
use crate::wire::{DONE, Service, funds, payment_status, refund_status};
use base::{Money, OrderNo, RefundNo};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::fields::{
    china_moment, china_time, description, doubt_of_status, fen, masked, payable, plain, said,
};
use provider_contract::{Call, CannotAsk, Order, Reply, apart, words};
use strict_xml::{Element, parse};

/// The most we ask for in one order, in fen: 100 million yuan.
pub(crate) const AMOUNT_MAX: i64 = 10_000_000_000;

/// The call that asks `ask`.
pub fn call(jd: &Jd, ask: &Ask, order: &Order) -> Result<Call, CannotAsk> {
    let supported = match ask {
        Ask::Charge => jd.settings.product.takes_codes(),
        Ask::Present => jd.settings.product.shows_codes(),
        _ => true,
    };
    if !supported {
        return Err(CannotAsk::NotSupported);
    }
    Ok(sealed(jd, service_of(ask), &content(jd, ask, order)?))
}

/// A signed and enciphered request to any service.
pub(crate) fn sealed(jd: &Jd, service: Service, content: &Fields) -> Call {
    let merchant = ("merchant", jd.settings.merchant.clone());
    let version = ("version", "V2.0".to_owned());
    let mut body = write(&[version.clone(), merchant.clone()]);
    body.push_str(&write(content));
    let encrypted = seal(&body, jd.ours.as_ref(), &jd.des);
    let outer = write(&[version, merchant, ("encrypt", encrypted)]);
    let url = format!("{}{}", jd.settings.gateway_url.trim_end_matches('/'), service.path());
    Call::post(url, "application/xml", format!("{HEAD}<jdpay>{outer}</jdpay>"))
}

fn service_of(ask: &Ask) -> Service {
    match ask {
        Ask::Charge => Service::CodePay,
        Ask::Present => Service::Order,
        Ask::Inquire | Ask::InquireRefund { .. } => Service::Query,
        Ask::Reverse | Ask::Close => Service::Revoke,
        Ask::Refund { .. } => Service::Refund,
    }
}

fn content(jd: &Jd, ask: &Ask, order: &Order) -> Result<Fields, CannotAsk> {
    let mut fields: Fields = vec![("tradeNum", number_of(ask, order))];
    let mut put = |name, value: String| fields.push((name, value));
    match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            put("token", code.reveal().to_owned());
            put("device", order.terminal.clone());
            put("tradeName", description(order, 100)?);
        }
        Ask::Present => {
            put("tradeName", description(order, 100)?);
            put("tradeType", "QR".to_owned());
            put("orderType", "0".to_owned());
            // The customer is not known; JD wants a name for them all the same.
            put("userId", order.order_no.to_string());
            put("expireTime", order.expires_at.since(order.requested_at).as_secs().to_string());
        }
        Ask::Inquire => {
            put("tradeType", "0".to_owned());
            return Ok(fields);
        }
        Ask::InquireRefund { .. } => {
            put("oTradeNum", order.order_no.to_string());
            put("tradeType", "1".to_owned());
            return Ok(fields);
        }
        Ask::Reverse | Ask::Close | Ask::Refund { .. } => put("oTradeNum", order.order_no.to_string()),
    }
    let amount = if let Ask::Refund { amount, .. } = ask { *amount } else { order.amount };
    put("tradeTime", china_time(order.requested_at));
    put("amount", payable(amount, AMOUNT_MAX)?.to_string());
    put("currency", "CNY".to_owned());
    let told_of = matches!(ask, Ask::Charge | Ask::Present | Ask::Refund { .. });
    if let (true, Some(url)) = (told_of, &jd.settings.notify_url) {
        put("notifyUrl", url.clone());
    }
    if let (Ask::Refund { .. }, false) = (ask, order.refund_reason.is_empty()) {
        put("note", plain(&order.refund_reason, 100));
    }
    Ok(fields)
}

/// The number that the question is about: a refund and a revocation are trades of their own.
fn number_of(ask: &Ask, order: &Order) -> String {
    match ask {
        Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
            apart::refund_number(RefundNo::from(*refund), order.order_no)
        }
        Ask::Reverse | Ask::Close => revocation_no(order.order_no),
        Ask::Charge | Ask::Present | Ask::Inquire => order.order_no.to_string(),
    }
}

/// The number of an order's revocation: always the same, so that asking again is asking for the same.
fn revocation_no(order_no: OrderNo) -> String {
    format!("R{}", &order_no.to_string()[1..])
}

/// A reply taken apart.
pub(crate) enum Opened {
    /// The signed message inside.
    Message(Element),
    /// A code and a description that nobody signed: how the gateway answers what it cannot or will not handle.
    Unsigned(String, String),
    /// Nothing that can be used.
    Not(Doubt),
}

/// Opens a reply's envelope and verifies what is inside.
pub(crate) fn opened(jd: &Jd, reply: &Reply) -> Opened {
    if reply.status != 200 {
        return Opened::Not(doubt_of_status(reply.status));
    }
    let Some(outer) = parse(&reply.body).ok().filter(|outer| outer.name == "jdpay") else {
        return Opened::Not(Doubt::Garbled);
    };
    let Some(encrypted) = outer.text_of("encrypt") else {
        return match result_of(&outer) {
            (code, description) if !code.is_empty() => Opened::Unsigned(code, description),
            _ => Opened::Not(Doubt::Garbled),
        };
    };
    match open(encrypted, jd.theirs.as_ref(), &jd.des) {
        Ok(message) => Opened::Message(message),
        Err(NotOpened::WrongSignature) => Opened::Not(Doubt::BadSignature),
        Err(NotOpened::CannotDecrypt | NotOpened::Garbled) => Opened::Not(Doubt::Garbled),
    }
}

/// A message's code and description.
pub(crate) fn result_of(message: &Element) -> (String, String) {
    let text = |name| message.child("result").and_then(|result| result.text_of(name)).unwrap_or_default();
    (text("code").to_owned(), text("desc").to_owned())
}

/// What `reply` to `ask` proves.
pub fn answer(jd: &Jd, ask: &Ask, order: &Order, reply: &Reply) -> Answer {
    match opened(jd, reply) {
        Opened::Message(message) => {
            let (code, description) = result_of(&message);
            Answer { verdict: verdict(jd, ask, order, &message), said: said(&code, &description, order) }
        }
        Opened::Unsigned(code, description) => {
            Answer::unclear(doubt_of_unsigned(&description), said(&code, &description, order))
        }
        Opened::Not(doubt) if reply.status != 200 => {
            Answer::unclear(doubt, Said::new(format!("HTTP {}", reply.status), ""))
        }
        Opened::Not(doubt) => Answer::unclear(doubt, Said::default()),
    }
}

/// What the gateway cannot verify or decipher it answers without a signature.
fn doubt_of_unsigned(description: &str) -> Doubt {
    if words::speaks_of_our_settings(description) { Doubt::OurSettings } else { Doubt::UnknownCode }
}

fn verdict(jd: &Jd, ask: &Ask, order: &Order, message: &Element) -> Verdict {
    let garbled = Verdict::Unclear(Doubt::Garbled);
    let is = |name: &str, ours: &str| message.text_of(name) == Some(ours);
    let original = match ask {
        Ask::Refund { .. } | Ask::InquireRefund { .. } | Ask::Reverse | Ask::Close => {
            is("oTradeNum", &order.order_no.to_string())
        }
        Ask::Charge | Ask::Present | Ask::Inquire => true,
    };
    if !is("merchant", &jd.settings.merchant) || !is("tradeNum", &number_of(ask, order)) || !original {
        return garbled;
    }
    let (code, description) = result_of(message);
    if jd.settings.not_found_codes.contains(&code) && !matches!(ask, Ask::Charge | Ask::Present) {
        return not_found(ask);
    }
    // A definite state counts whatever code stands beside it; without one, only an answer that is none of failure does.
    match (message.text_of("status"), ask) {
        (Some(status), Ask::Charge | Ask::Inquire) => payment(order, status, &description, message),
        (Some(status), Ask::Refund { .. } | Ask::InquireRefund { .. }) => {
            refund(status, &description, message)
        }
        (Some(status), Ask::Reverse | Ask::Close) => revocation(order, status),
        (_, Ask::Present) if code == DONE => presented(message),
        (None, _) if code == DONE => garbled,
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

/// A refund of what is not there is refused for good; everything else is simply not there.
fn not_found(ask: &Ask) -> Verdict {
    match ask {
        Ask::Refund { .. } => Verdict::RefundRefused(Reason::RefundNotPossible),
        _ => Verdict::NotFound,
    }
}

fn payment(order: &Order, status: &str, description: &str, message: &Element) -> Verdict {
    match status {
        payment_status::CREATED | payment_status::PROCESSING => Verdict::AwaitingPayer,
        payment_status::PAID => paid(message),
        // A shown QR that one payer could not pay may still be paid by another.
        payment_status::FAILED if order.shown_qr => Verdict::AwaitingPayer,
        payment_status::FAILED => Verdict::Declined(why_failed(description)),
        // Closed unpaid, or paid and taken back: the word is the same.
        payment_status::CLOSED if order.transaction.is_some() => Verdict::Returned,
        payment_status::CLOSED => Verdict::Closed,
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn paid(message: &Element) -> Verdict {
    let (Some(amount), Some(number)) = (yuan(message), message.text_of("tradeNum")) else {
        return Verdict::Unclear(Doubt::Garbled);
    };
    let pays = message.child("payList").map(|list| list.children.as_slice()).unwrap_or_default();
    let first = pays.iter().find(|pay| pay.text_of("payType").is_some());
    let text = |name| first.and_then(|pay| pay.text_of(name));
    let card = first.and_then(|pay| pay.child("detail")).and_then(|detail| detail.text_of("cardNo"));
    Verdict::Paid(Paid {
        amount,
        // JD tells no number of its own; it knows a trade by the merchant's.
        transaction: number.to_owned(),
        at: text("tradeTime").or_else(|| message.text_of("tradeTime")).and_then(china_moment),
        payer: card.map(masked).unwrap_or_default(),
        funds: text("payType").map(funds).unwrap_or_default().to_owned(),
    })
}

fn presented(message: &Element) -> Verdict {
    match message.text_of("qrCode") {
        Some(content) => Verdict::QrReady { content: content.to_owned(), expires_at: None },
        None => Verdict::Unclear(Doubt::Garbled),
    }
}

fn refund(status: &str, description: &str, message: &Element) -> Verdict {
    match status {
        refund_status::PROCESSING => Verdict::RefundProcessing,
        refund_status::DONE => match yuan(message) {
            Some(amount) => {
                Verdict::Refunded { amount, at: message.text_of("tradeTime").and_then(china_moment) }
            }
            None => Verdict::Unclear(Doubt::Garbled),
        },
        refund_status::FAILED => Verdict::RefundRefused(why_not_refunded(description)),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn revocation(order: &Order, status: &str) -> Verdict {
    match status {
        refund_status::PROCESSING => Verdict::AskAgain,
        refund_status::DONE if order.transaction.is_some() => Verdict::Returned,
        refund_status::DONE => Verdict::Closed,
        refund_status::FAILED => Verdict::Unclear(Doubt::CannotUndoYet),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn yuan(message: &Element) -> Option<Money> {
    let is_yuan = message.text_of("currency").is_none_or(|currency| currency == "CNY");
    message.text_of("amount").filter(|_| is_yuan).and_then(fen)
}
