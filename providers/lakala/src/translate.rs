//! Questions into calls, replies into answers.

use crate::codes::{Meaning, State, meaning, state};
use crate::wire::{Api, funds, text};
use crate::{Lakala, sign};
use base::{Money, OrderNo, RefundNo};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::fields::{
    china_moment, china_time, description, doubt_of_status, fen, payable, plain, said,
};
use provider_contract::{Call, CannotAsk, Moment, Order, Reply, apart, words};
use serde_json::{Map, Value, json};

/// The most we ask for in one order, in fen: 100 million yuan.
const AMOUNT_MAX: i64 = 10_000_000_000;

/// The call that asks `ask`.
pub fn call(lakala: &Lakala, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
    let settings = &lakala.settings;
    let data = content(lakala, ask, order)?;
    let body = json!({ "req_time": china_time(moment.now), "version": "3.0", "req_data": data }).to_string();
    let header = sign::authorization(
        &settings.appid,
        &settings.serial_no,
        body.as_bytes(),
        moment,
        lakala.ours.as_ref(),
    );
    let url = format!("{}{}", settings.gateway_url.trim_end_matches('/'), api_of(ask).path());
    let mut call = Call::post(url, "application/json", body);
    call.headers.push(("authorization", header));
    call.headers.push(("accept", "application/json".to_owned()));
    Ok(call)
}

fn api_of(ask: &Ask) -> Api {
    match ask {
        Ask::Charge => Api::Micropay,
        Ask::Present => Api::Preorder,
        Ask::Inquire | Ask::InquireRefund { .. } => Api::Query,
        Ask::Reverse => Api::Revoke,
        Ask::Close => Api::Close,
        Ask::Refund { .. } => Api::Refund,
    }
}

fn content(lakala: &Lakala, ask: &Ask, order: &Order) -> Result<Map<String, Value>, CannotAsk> {
    let settings = &lakala.settings;
    let mut data = Map::new();
    let mut put = |name: &str, value: String| data.insert(name.to_owned(), Value::String(value));
    put("merchant_no", settings.merchant_no.clone());
    put("term_no", settings.term_no.clone());
    if *ask != Ask::Close {
        put("out_trade_no", number_of(ask, order));
    }
    match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            put("auth_code", code.reveal().to_owned());
        }
        Ask::Present => {
            put("account_type", settings.qr_account.account_type().to_owned());
            put("trans_type", "41".to_owned());
        }
        Ask::Inquire | Ask::InquireRefund { .. } => return Ok(data),
        Ask::Reverse | Ask::Close => {
            put("origin_out_trade_no", order.order_no.to_string());
        }
        Ask::Refund { amount, .. } => {
            put("origin_out_trade_no", order.order_no.to_string());
            put("refund_amount", payable(*amount, AMOUNT_MAX)?.to_string());
            let reason = plain(&order.refund_reason, 32);
            put("refund_reason", if reason.is_empty() { "退款".to_owned() } else { reason });
        }
    }
    if matches!(ask, Ask::Charge | Ask::Present) {
        put("total_amount", payable(order.amount, AMOUNT_MAX)?.to_string());
        put("subject", description(order, 42)?);
        if let Some(url) = &settings.notify_url {
            put("notify_url", url.clone());
        }
    }
    data.insert("location_info".to_owned(), json!({ "request_ip": settings.request_ip }));
    Ok(data)
}

/// The number that the question is about: a refund and a revocation are trades of their own.
fn number_of(ask: &Ask, order: &Order) -> String {
    match ask {
        Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
            apart::refund_number(RefundNo::from(*refund), order.order_no)
        }
        Ask::Reverse => revocation_no(order.order_no),
        Ask::Charge | Ask::Present | Ask::Inquire | Ask::Close => order.order_no.to_string(),
    }
}

/// The number of an order's revocation: always the same, so that asking again is asking for the same.
fn revocation_no(order_no: OrderNo) -> String {
    format!("R{}", &order_no.to_string()[1..])
}

/// A reply taken apart.
pub(crate) enum Opened {
    /// A signed answer: its code, its sentence, its data.
    Answer(String, String, Value),
    /// The same that nobody signed.
    Unsigned(String, String),
    /// Nothing that can be used.
    Not(Doubt),
}

/// Verifies a reply's signature and reads it.
pub(crate) fn opened(lakala: &Lakala, reply: &Reply) -> Opened {
    if reply.status != 200 {
        return Opened::Not(doubt_of_status(reply.status));
    }
    let read = serde_json::from_slice::<Value>(&reply.body).ok();
    let code = read.as_ref().and_then(|answer| text(answer, "code"));
    let (Some(answer), Some(code)) = (read, code) else { return Opened::Not(Doubt::Garbled) };
    let sentence = text(&answer, "msg").unwrap_or_default();
    let headers = sign::ANSWER_HEADERS.map(|name| reply.header(name).unwrap_or_default());
    let [appid, serial_no, timestamp, nonce, signature] = headers;
    if signature.is_empty() {
        return Opened::Unsigned(code, sentence);
    }
    let signed = sign::signed_text(appid, serial_no, timestamp, nonce, &reply.body);
    if appid != lakala.settings.appid || !lakala.theirs.verify(&signed, signature) {
        return Opened::Not(Doubt::BadSignature);
    }
    Opened::Answer(code, sentence, answer.get("resp_data").cloned().unwrap_or_default())
}

/// What `reply` to `ask` proves.
pub fn answer(lakala: &Lakala, ask: &Ask, order: &Order, reply: &Reply) -> Answer {
    match opened(lakala, reply) {
        Opened::Answer(code, sentence, data) => {
            let verdict = verdict(lakala, ask, order, &code, &sentence, &data);
            let reference = text(&data, "trade_no").unwrap_or_default();
            let reference = reference.chars().take(64).collect();
            Answer { verdict, said: Said { reference, ..said(&code, &sentence, order) } }
        }
        Opened::Unsigned(code, sentence) => {
            let ours = words::speaks_of_our_settings(&sentence);
            let doubt = if ours { Doubt::OurSettings } else { Doubt::BadSignature };
            Answer::unclear(doubt, said(&code, &sentence, order))
        }
        Opened::Not(doubt) if reply.status != 200 => {
            Answer::unclear(doubt, Said::new(format!("HTTP {}", reply.status), ""))
        }
        Opened::Not(doubt) => Answer::unclear(doubt, Said::default()),
    }
}

fn verdict(lakala: &Lakala, ask: &Ask, order: &Order, code: &str, sentence: &str, data: &Value) -> Verdict {
    if !speaks_of(lakala, ask, order, data) {
        return Verdict::Unclear(Doubt::Garbled);
    }
    if lakala.settings.not_found_codes.iter().any(|known| known == code) {
        return not_found(ask);
    }
    let named = text(data, "trade_state");
    let known = named.as_deref().map(|name| state(name).ok_or(Doubt::UnknownCode));
    let said = meaning(code);
    match (ask, known) {
        (_, Some(Err(doubt))) => Verdict::Unclear(doubt),
        (Ask::Charge | Ask::Inquire, Some(Ok(state))) => payment(order, state, sentence, data),
        (Ask::InquireRefund { .. } | Ask::Refund { .. }, Some(Ok(state))) => refund(state, sentence, data),
        (Ask::Charge, None) if said == Some(Meaning::Done) => paid(data),
        (Ask::Charge, None) if said == Some(Meaning::UnderWay) => Verdict::AwaitingPayer,
        (Ask::Present, _) if said == Some(Meaning::Done) => presented(data),
        (Ask::Reverse | Ask::Close, _) if said == Some(Meaning::Done) => taken_back(order),
        (Ask::Reverse | Ask::Close, _) if said == Some(Meaning::UnderWay) => Verdict::AskAgain,
        // Accepted: what became of it, a look tells.
        (Ask::Refund { .. }, None) if matches!(said, Some(Meaning::Done | Meaning::UnderWay)) => {
            Verdict::RefundProcessing
        }
        _ => Verdict::Unclear(match said {
            Some(Meaning::Done) => Doubt::Garbled,
            Some(Meaning::UnderWay | Meaning::Unknown) => Doubt::ProviderError,
            None => Doubt::UnknownCode,
        }),
    }
}

/// Whether the answer is to this question: the merchant, where it is named, and the trade.
fn speaks_of(lakala: &Lakala, ask: &Ask, order: &Order, data: &Value) -> bool {
    let named = |name: &str| text(data, name);
    let is = |name: &str, ours: &str| named(name).is_none_or(|theirs| theirs == ours);
    let payment = order.order_no.to_string();
    let of_trade = match ask {
        Ask::Close => named("origin_out_trade_no").or_else(|| named("out_trade_no")) == Some(payment.clone()),
        _ => named("out_trade_no") == Some(number_of(ask, order)),
    };
    let of_payment = match ask {
        Ask::Refund { .. } | Ask::InquireRefund { .. } | Ask::Reverse => is("origin_out_trade_no", &payment),
        Ask::Charge | Ask::Present | Ask::Inquire | Ask::Close => true,
    };
    of_trade && of_payment && is("merchant_no", &lakala.settings.merchant_no)
}

/// A refund of what is not there is refused for good; a charge says nothing so; everything else is simply not there.
fn not_found(ask: &Ask) -> Verdict {
    match ask {
        Ask::Charge | Ask::Present => Verdict::Unclear(Doubt::UnknownCode),
        Ask::Refund { .. } => Verdict::RefundRefused(Reason::RefundNotPossible),
        _ => Verdict::NotFound,
    }
}

fn payment(order: &Order, state: State, sentence: &str, data: &Value) -> Verdict {
    match state {
        State::Open => Verdict::AwaitingPayer,
        State::Done | State::PartlyReturned => paid(data),
        // A shown QR that one payer could not pay may still be paid by another.
        State::Failed if order.shown_qr => Verdict::AwaitingPayer,
        State::Failed => Verdict::Declined(words::why_unpaid(sentence)),
        State::Unknown => Verdict::Unclear(Doubt::ProviderError),
        State::Closed => Verdict::Closed,
        State::Returned => taken_back(order),
    }
}

fn taken_back(order: &Order) -> Verdict {
    if order.transaction.is_some() { Verdict::Returned } else { Verdict::Closed }
}

fn paid(data: &Value) -> Verdict {
    let (Some(amount), Some(transaction)) = (amount(data, "total_amount"), text(data, "trade_no")) else {
        return Verdict::Unclear(Doubt::Garbled);
    };
    let payer = data.get("acc_resp_fields").and_then(|fields| text(fields, "user_id"));
    Verdict::Paid(Paid {
        amount,
        transaction,
        at: text(data, "trade_time").as_deref().and_then(china_moment),
        payer: payer.unwrap_or_default().chars().take(64).collect(),
        funds: text(data, "account_type").map(|account| funds(&account)).unwrap_or_default().to_owned(),
    })
}

fn presented(data: &Value) -> Verdict {
    match data.get("acc_resp_fields").and_then(|fields| text(fields, "code")) {
        Some(content) => Verdict::QrReady { content, expires_at: None },
        None => Verdict::Unclear(Doubt::Garbled),
    }
}

fn refund(state: State, sentence: &str, data: &Value) -> Verdict {
    match state {
        State::Open => Verdict::RefundProcessing,
        State::Done => match amount(data, "refund_amount").or_else(|| amount(data, "total_amount")) {
            Some(amount) => {
                Verdict::Refunded { amount, at: text(data, "trade_time").as_deref().and_then(china_moment) }
            }
            None => Verdict::Unclear(Doubt::Garbled),
        },
        State::Failed => Verdict::RefundRefused(words::why_not_returned(sentence)),
        State::Unknown => Verdict::Unclear(Doubt::ProviderError),
        // No state of a refund.
        State::PartlyReturned | State::Closed | State::Returned => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn amount(data: &Value, name: &str) -> Option<Money> {
    text(data, name).as_deref().and_then(fen)
}
