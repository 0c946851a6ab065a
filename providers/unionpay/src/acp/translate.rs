//! Questions into calls, replies into answers.

use super::certificate::{NotTrusted, judge};
use super::codes::{Meaning, When, meaning};
use super::wire::{Kind, TIME_PATTERN, read_answer};
use super::{Acp, NO_NOTIFICATION_URL, sign};
use base::{Money, RefundNo, Timestamp, Zone};
use payment::{Answer, Ask, Doubt, Paid, Said, Verdict};
use provider_contract::fields::{cannot, china_time, doubt_of_status, masked, payable, short};
use provider_contract::form::{Fields, encode_form};
use provider_contract::{Call, CannotAsk, Order, Reply, apart};
use std::time::Duration;

/// The most that `txnAmt` can say.
const AMOUNT_MAX: i64 = 999_999_999_999;

/// The call that asks `ask`.
pub fn call(acp: &Acp, ask: &Ask, order: &Order) -> Result<Call, CannotAsk> {
    let kind = kind_of(ask);
    let mut fields = common(acp, kind);
    fields.extend(content(acp, ask, order)?.into_iter().map(|(name, value)| (name.to_owned(), value)));
    sign::sign(&mut fields, acp.ours.as_ref());
    let url = format!("{}{}", acp.settings.gateway_url.trim_end_matches('/'), kind.path());
    Ok(Call::post(url, "application/x-www-form-urlencoded;charset=UTF-8", encode_form(&fields)))
}

/// The kind of transaction that puts this question. There is none that closes an unpaid order: the reversal takes back
/// whatever became of it.
pub(crate) fn kind_of(ask: &Ask) -> Kind {
    match ask {
        Ask::Charge => Kind::Charge,
        Ask::Present => Kind::Show,
        Ask::Inquire | Ask::InquireRefund { .. } => Kind::Query,
        Ask::Reverse | Ask::Close => Kind::Reversal,
        Ask::Refund { .. } => Kind::Refund,
    }
}

fn common(acp: &Acp, kind: Kind) -> Fields {
    let (txn_type, txn_sub_type) = kind.types();
    let pairs = [
        ("version", "5.1.0"),
        ("encoding", "UTF-8"),
        ("signMethod", "01"),
        ("certId", &acp.cert_id),
        ("txnType", txn_type),
        ("txnSubType", txn_sub_type),
        ("bizType", "000000"),
        ("accessType", "0"),
        ("merId", &acp.settings.mer_id),
    ];
    let mut fields: Fields =
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if kind != Kind::Query {
        fields.insert("channelType".to_owned(), "08".to_owned());
    }
    fields
}

/// The gateway knows a transaction by its number and its moment together, so both are the same at every asking.
fn content(acp: &Acp, ask: &Ask, order: &Order) -> Result<Vec<(&'static str, String)>, CannotAsk> {
    let mut fields = vec![("orderId", number_of(ask, order)), ("txnTime", china_time(order.requested_at))];
    let mut put = |name, value| fields.push((name, value));
    match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            put("qrNo", code.reveal().to_owned());
        }
        Ask::Present => put("payTimeout", china_time(order.expires_at)),
        Ask::Refund { .. } => {
            let paid = order.transaction.clone();
            put("origQryId", paid.ok_or_else(|| cannot("only what is known to be paid is refunded"))?);
            // Comes back with the notification, which otherwise names the refund only.
            put("reqReserved", order.order_no.to_string());
        }
        Ask::Inquire | Ask::InquireRefund { .. } | Ask::Reverse | Ask::Close => return Ok(fields),
    }
    let amount = if let Ask::Refund { amount, .. } = ask { *amount } else { order.amount };
    put("txnAmt", payable(amount, AMOUNT_MAX)?.to_string());
    put("currencyCode", "156".to_owned());
    put("backUrl", acp.settings.notify_url.clone().unwrap_or_else(|| NO_NOTIFICATION_URL.to_owned()));
    if let Some(id) = &acp.settings.term_id {
        put("termId", id.clone());
    }
    Ok(fields)
}

/// The number that the question is about: a refund is a transaction of its own.
fn number_of(ask: &Ask, order: &Order) -> String {
    match ask {
        Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
            apart::refund_number(RefundNo::from(*refund), order.order_no)
        }
        Ask::Charge | Ask::Present | Ask::Inquire | Ask::Reverse | Ask::Close => order.order_no.to_string(),
    }
}

/// What `reply` to `ask` proves.
pub fn answer(acp: &Acp, ask: &Ask, order: &Order, reply: &Reply, now: Timestamp) -> Answer {
    if reply.status != 200 {
        let said = Said::new(format!("HTTP {}", reply.status), "");
        return Answer::unclear(doubt_of_status(reply.status), said);
    }
    let Some(fields) = std::str::from_utf8(&reply.body).ok().and_then(read_answer) else {
        return Answer::unclear(Doubt::Garbled, Said::default());
    };
    let said = said(&fields, order);
    match judge(&fields, acp.theirs.as_ref(), now) {
        Ok(()) => {}
        Err(NotTrusted::NotSigned) => return Answer::unclear(doubt_of_unsigned(&fields), said),
        Err(NotTrusted::Certificate | NotTrusted::Signature) => {
            return Answer::unclear(Doubt::BadSignature, said);
        }
    }
    if !speaks_of(acp, ask, order, &fields) {
        return Answer::unclear(Doubt::Garbled, said);
    }
    Answer { verdict: verdict(ask, order, &fields), said }
}

/// A request that the gateway cannot read or verify may be answered without a signature.
fn doubt_of_unsigned(fields: &Fields) -> Doubt {
    match field(fields, "respCode") {
        Some("10" | "11" | "13" | "31" | "32") => Doubt::OurSettings,
        _ => Doubt::BadSignature,
    }
}

/// Whether the answer is to this question: the merchant, the transaction, its moment and its type. A look is answered with
/// the type of what was found.
fn speaks_of(acp: &Acp, ask: &Ask, order: &Order, fields: &Fields) -> bool {
    let is = |name: &str, ours: &str| field(fields, name) == Some(ours);
    let of_type = match ask {
        Ask::Inquire => is("txnType", "01") || !is("respCode", "00"),
        Ask::InquireRefund { .. } => is("txnType", "04") || !is("respCode", "00"),
        _ => is("txnType", kind_of(ask).types().0),
    };
    // A refund's answer names the payment by the gateway's number, where it names it.
    let of_payment = match (&order.transaction, field(fields, "origQryId")) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => true,
    };
    is("merId", &acp.settings.mer_id)
        && is("orderId", &number_of(ask, order))
        && is("txnTime", &china_time(order.requested_at))
        && of_type
        && of_payment
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// A look that succeeded speaks of the transaction in fields of their own.
fn told(fields: &Fields) -> (&str, &str) {
    let code = field(fields, "respCode").unwrap_or_default();
    match field(fields, "origRespCode") {
        Some(original) if code == "00" => (original, field(fields, "origRespMsg").unwrap_or_default()),
        _ => (code, field(fields, "respMsg").unwrap_or_default()),
    }
}

fn said(fields: &Fields, order: &Order) -> Said {
    let (code, message) = told(fields);
    let reference = field(fields, "traceNo").unwrap_or_default();
    Said { code: short(code, order), message: short(message, order), reference: short(reference, order) }
}

fn verdict(ask: &Ask, order: &Order, fields: &Fields) -> Verdict {
    let Some(code) = field(fields, "respCode") else { return Verdict::Unclear(Doubt::Garbled) };
    match (code, ask) {
        ("00", Ask::Charge) => charged(order, fields),
        ("05", Ask::Charge) => Verdict::AwaitingPayer,
        ("00", Ask::Present) => presented(fields),
        ("00", Ask::Inquire) => inquired(order, fields),
        ("00", Ask::Reverse | Ask::Close) => taken_back(order),
        // Accepted: what became of it, a look tells.
        ("00" | "03" | "04" | "05", Ask::Refund { .. }) => Verdict::RefundProcessing,
        ("00", Ask::InquireRefund { .. }) => return_seen(order, fields),
        _ => said_otherwise(When::of(ask), order, code, field(fields, "respMsg")),
    }
}

fn said_otherwise(when: When, order: &Order, code: &str, text: Option<&str>) -> Verdict {
    match meaning(when, code, text.unwrap_or_default()) {
        Meaning::Declined(reason) => Verdict::Declined(reason),
        Meaning::RefundRefused(reason) => Verdict::RefundRefused(reason),
        Meaning::NotFound => Verdict::NotFound,
        Meaning::TakenBack => taken_back(order),
        Meaning::Unclear(doubt) => Verdict::Unclear(doubt),
    }
}

fn taken_back(order: &Order) -> Verdict {
    if order.transaction.is_some() { Verdict::Returned } else { Verdict::Closed }
}

/// `00` to a charge may mean accepted only. It counts as paid with what only a finished transaction has: the gateway's
/// number and what will be settled (`0` while it is under way); otherwise a look must say so.
fn charged(order: &Order, fields: &Fields) -> Verdict {
    match fen(fields, "settleAmt") {
        Some(_) => paid(order, fields),
        None => Verdict::Unclear(Doubt::SaysPaid),
    }
}

fn paid(order: &Order, fields: &Fields) -> Verdict {
    let (Some(amount), Some(transaction), true) =
        (fen(fields, "txnAmt"), field(fields, "queryId"), is_yuan(fields))
    else {
        return Verdict::Unclear(Doubt::Garbled);
    };
    let account = field(fields, "accNo").or_else(|| field(fields, "payCardNo")).unwrap_or_default();
    Verdict::Paid(Paid {
        amount,
        transaction: transaction.to_owned(),
        at: field(fields, "traceTime").and_then(|text| moment_of(order, text)),
        payer: masked(account),
        funds: field(fields, "issInsCode").unwrap_or_default().chars().take(32).collect(),
    })
}

fn is_yuan(fields: &Fields) -> bool {
    field(fields, "currencyCode").is_none_or(|code| code == "156")
}

fn fen(fields: &Fields, name: &str) -> Option<Money> {
    field(fields, name).and_then(provider_contract::fields::fen)
}

/// `MMDDhhmmss` without a year: the first such moment that is not more than a day before the request.
fn moment_of(order: &Order, text: &str) -> Option<Timestamp> {
    let earliest = order.requested_at - Duration::from_secs(86_400);
    let year: u32 = earliest.local("%Y", Zone::CHINA).parse().ok()?;
    (year..=year + 1).find_map(|year| {
        let at = Timestamp::parse_local(&format!("{year}{text}"), TIME_PATTERN, Zone::CHINA)?;
        (at >= earliest).then_some(at)
    })
}

fn presented(fields: &Fields) -> Verdict {
    match field(fields, "qrCode") {
        Some(content) => Verdict::QrReady { content: content.to_owned(), expires_at: None },
        None => Verdict::Unclear(Doubt::Garbled),
    }
}

fn inquired(order: &Order, fields: &Fields) -> Verdict {
    let Some(original) = field(fields, "origRespCode") else { return Verdict::Unclear(Doubt::Garbled) };
    match original {
        "00" => paid(order, fields),
        "05" => Verdict::AwaitingPayer,
        _ => match said_otherwise(When::Taking, order, original, field(fields, "origRespMsg")) {
            // A shown QR that one payer could not pay may still be paid by another.
            Verdict::Declined(_) if order.shown_qr => Verdict::AwaitingPayer,
            verdict => verdict,
        },
    }
}

fn return_seen(order: &Order, fields: &Fields) -> Verdict {
    match field(fields, "origRespCode") {
        Some("00") => match fen(fields, "txnAmt").filter(|_| is_yuan(fields)) {
            Some(amount) => Verdict::Refunded {
                amount,
                at: field(fields, "traceTime").and_then(|text| moment_of(order, text)),
            },
            None => Verdict::Unclear(Doubt::Garbled),
        },
        Some("03" | "04" | "05") => Verdict::RefundProcessing,
        Some(code) => said_otherwise(When::Returning, order, code, field(fields, "origRespMsg")),
        None => Verdict::Unclear(Doubt::Garbled),
    }
}
