//! Questions into requests, replies into answers.

use super::wire::{
    APPID, Api, BANK_TYPE, CODE_URL, ERR_CODE, ERR_CODE_DES, FEE_TYPE, MCH_ID, NONCE_STR, OPENID,
    OUT_REFUND_NO, OUT_TRADE_NO, RECALL, REFUND_COUNT, REFUND_FEE, REFUND_STATUS, REFUND_SUCCESS_TIME,
    REFUND_TIME_PATTERN, RESULT_CODE, RETURN_CODE, RETURN_MSG, ROOT, SIGN_TYPE, TIME_END, TIME_PATTERN,
    TOTAL_FEE, TRADE_STATE, TRADE_STATE_DESC, TRANSACTION_ID,
};
use super::{Config, sign, trouble};
use crate::codes;
use crate::order::{self, CNY};
use base::{Currency, Money, RefundId, RefundNo, Timestamp, Zone, mask_middle};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::{Call, CannotAsk, HttpMethod, Moment, Order, Reply};
use strict_xml::flat::{self, Fields};

/// The request that asks `ask`.
pub(super) fn call(config: &Config, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
    let named = vec![(OUT_TRADE_NO, order.order_no.to_string())];
    let (api, content) = match ask {
        Ask::Charge => (Api::Micropay, micropay(config, order)?),
        Ask::Present => (Api::UnifiedOrder, unified_order(config, order)?),
        Ask::Inquire => (Api::OrderQuery, named),
        Ask::Reverse => (Api::Reverse, named),
        Ask::Close => (Api::CloseOrder, named),
        Ask::Refund { refund, amount } => (Api::Refund, refund_request(config, order, *refund, *amount)?),
        Ask::InquireRefund { refund } => {
            (Api::RefundQuery, vec![(OUT_REFUND_NO, RefundNo::from(*refund).to_string())])
        }
    };
    Ok(signed(config, api, content, moment))
}

fn signed(config: &Config, api: Api, content: Vec<(&'static str, String)>, moment: &Moment) -> Call {
    let every = [
        (APPID, config.appid.clone()),
        (MCH_ID, config.mchid.clone()),
        (NONCE_STR, moment.nonce_str()),
        (SIGN_TYPE, config.sign_type.name().to_owned()),
    ];
    let mut fields: Fields =
        every.into_iter().chain(content).map(|(name, value)| (name.to_owned(), value)).collect();
    let signature = config.sign_type.sign(&fields, config.api_key.reveal());
    fields.insert(sign::SIGN.to_owned(), signature);
    let body = flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Call {
        method: HttpMethod::Post,
        url: format!("{}{}", config.base_url, api.path()),
        headers: vec![("Content-Type", "text/xml; charset=utf-8".to_owned())],
        body: body.into_bytes(),
        client_certificate: api.needs_certificate(),
    }
}

fn micropay(config: &Config, order: &Order) -> Result<Vec<(&'static str, String)>, CannotAsk> {
    let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
    let mut content = sale(config, order)?;
    content.push(("auth_code", code.reveal().to_owned()));
    Ok(content)
}

fn unified_order(config: &Config, order: &Order) -> Result<Vec<(&'static str, String)>, CannotAsk> {
    if config.notify_url.is_empty() {
        return Err(CannotAsk::OrderNotAcceptable(
            "a QR order needs an address for notifications".to_owned(),
        ));
    }
    let mut content = sale(config, order)?;
    content.extend([
        ("trade_type", "NATIVE".to_owned()),
        ("product_id", order.order_no.to_string()),
        ("notify_url", config.notify_url.clone()),
        ("time_expire", order.expires_at.local(TIME_PATTERN, Zone::CHINA)),
    ]);
    Ok(content)
}

/// What a charge and a QR order both say.
fn sale(config: &Config, order: &Order) -> Result<Vec<(&'static str, String)>, CannotAsk> {
    let mut content = vec![
        ("body", without_controls(&order::description(order)?)),
        (OUT_TRADE_NO, order.order_no.to_string()),
        (TOTAL_FEE, order::fen(order.amount)?.to_string()),
        (FEE_TYPE, CNY.to_owned()),
        ("spbill_create_ip", config.terminal_ip.clone()),
    ];
    if !order.terminal.is_empty() {
        content.push(("device_info", order.terminal.clone()));
    }
    Ok(content)
}

/// Always names the order by our own number, so that a repeat has the same content.
fn refund_request(
    config: &Config,
    order: &Order,
    refund: RefundId,
    amount: Money,
) -> Result<Vec<(&'static str, String)>, CannotAsk> {
    let (total, fen) = (order::fen(order.amount)?, order::fen(amount)?);
    if fen > total {
        return Err(CannotAsk::OrderNotAcceptable("the refund is larger than the order".to_owned()));
    }
    let mut content = vec![
        (OUT_TRADE_NO, order.order_no.to_string()),
        (OUT_REFUND_NO, RefundNo::from(refund).to_string()),
        (TOTAL_FEE, total.to_string()),
        (REFUND_FEE, fen.to_string()),
    ];
    let reason = without_controls(&order::clipped(&order.refund_reason, order::REASON_BYTES_MAX));
    if !reason.is_empty() {
        content.push(("refund_desc", reason));
    }
    if !config.notify_url.is_empty() {
        content.push(("notify_url", config.notify_url.clone()));
    }
    Ok(content)
}

/// XML carries no control characters.
fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What `reply` proves.
pub(super) fn answer(config: &Config, ask: &Ask, order: &Order, reply: &Reply) -> Answer {
    let (verdict, code, message) = match trusted(config, reply) {
        Ok(fields) => read(ask, order, &fields),
        Err((doubt, message)) => (Verdict::Unclear(doubt), format!("HTTP {}", reply.status), message),
    };
    let said = Said {
        code: order::clipped(&code, 64),
        message: order::clipped(&message, 256),
        reference: String::new(),
    };
    Answer { verdict, said }
}

/// The fields of a reply that is WeChat's own and about this merchant; or why not, with what it says of itself.
fn trusted(config: &Config, reply: &Reply) -> Result<Fields, (Doubt, String)> {
    let doubt = |doubt| (doubt, String::new());
    match reply.status {
        200 => {}
        429 => return Err(doubt(Doubt::RateLimited)),
        500.. => return Err(doubt(Doubt::ProviderError)),
        _ => return Err(doubt(Doubt::Garbled)),
    }
    let fields = flat::read(ROOT, &reply.body).map_err(|_| doubt(Doubt::Garbled))?;
    match text(&fields, RETURN_CODE) {
        "SUCCESS" => {}
        // Who is turned away at the door gets no signature. Nothing is proved, but it may be known what to mend.
        "FAIL" => {
            let told = text(&fields, RETURN_MSG);
            let known = trouble::at_the_door(told).is_some();
            let doubt = if known { Doubt::OurSettings } else { Doubt::BadSignature };
            return Err((doubt, told.to_owned()));
        }
        _ => return Err(doubt(Doubt::Garbled)),
    }
    if !config.sign_type.verify(&fields, config.api_key.reveal()) {
        return Err(doubt(Doubt::BadSignature));
    }
    let ours = text(&fields, MCH_ID) == config.mchid && text(&fields, APPID) == config.appid;
    if ours { Ok(fields) } else { Err(doubt(Doubt::Garbled)) }
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// A verdict with WeChat's own code and message.
type Read = (Verdict, String, String);

fn read(ask: &Ask, order: &Order, fields: &Fields) -> Read {
    let plain = |verdict| (verdict, String::new(), String::new());
    let (code, message) = (text(fields, ERR_CODE), text(fields, ERR_CODE_DES));
    match text(fields, RESULT_CODE) {
        "FAIL" if *ask == Ask::Reverse && text(fields, RECALL) == "Y" => {
            (Verdict::AskAgain, code.to_owned(), message.to_owned())
        }
        "FAIL" => (codes::verdict(ask, code, message, ""), code.to_owned(), message.to_owned()),
        "SUCCESS" if *ask == Ask::Inquire => {
            let told = (text(fields, TRADE_STATE), text(fields, TRADE_STATE_DESC));
            (inquired(order, fields), told.0.to_owned(), told.1.to_owned())
        }
        "SUCCESS" => plain(done(ask, order, fields)),
        _ => plain(Verdict::Unclear(Doubt::Garbled)),
    }
}

/// What an accepted question proves.
fn done(ask: &Ask, order: &Order, fields: &Fields) -> Verdict {
    let garbled = Verdict::Unclear(Doubt::Garbled);
    match ask {
        Ask::Charge if is_about(order, fields) => paid(fields).map_or(garbled, Verdict::Paid),
        Ask::Charge => garbled,
        Ask::Present => match text(fields, CODE_URL) {
            "" => garbled,
            content => Verdict::QrReady { content: content.to_owned(), expires_at: None },
        },
        Ask::Inquire => inquired(order, fields),
        Ask::Reverse => match text(fields, RECALL) {
            "Y" => Verdict::AskAgain,
            _ => order::undone(order),
        },
        Ask::Close => Verdict::Closed,
        Ask::Refund { refund, amount } => refund_taken(order, *refund, *amount, fields),
        Ask::InquireRefund { refund } => refund_listed(order, *refund, fields),
    }
}

fn is_about(order: &Order, fields: &Fields) -> bool {
    text(fields, OUT_TRADE_NO) == order.order_no.to_string()
}

fn inquired(order: &Order, fields: &Fields) -> Verdict {
    if !is_about(order, fields) {
        return Verdict::Unclear(Doubt::Garbled);
    }
    let has_transaction = !text(fields, TRANSACTION_ID).is_empty();
    order::state(order, text(fields, TRADE_STATE), has_transaction, || paid(fields))
}

/// The payment, if everything that proves one is there. The currency may be left out, since mainland merchants are
/// paid in yuan only.
fn paid(fields: &Fields) -> Option<Paid> {
    let currency = match text(fields, FEE_TYPE) {
        "" => Currency::Cny,
        code => Currency::from_code(code)?,
    };
    let openid = text(fields, OPENID);
    Some(Paid {
        amount: Money::new(fen(fields, TOTAL_FEE)?, currency),
        transaction: Some(text(fields, TRANSACTION_ID).to_owned()).filter(|id| !id.is_empty())?,
        at: Timestamp::parse_local(text(fields, TIME_END), TIME_PATTERN, Zone::CHINA),
        payer: if openid.is_empty() { String::new() } else { mask_middle(openid, 4, 4) },
        funds: text(fields, BANK_TYPE).to_owned(),
    })
}

fn fen(fields: &Fields, name: &str) -> Option<i64> {
    let digits = text(fields, name);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?.filter(|fen| *fen > 0)
}

/// A refund that was accepted is on its way; only its query says that it arrived.
fn refund_taken(order: &Order, refund: RefundId, amount: Money, fields: &Fields) -> Verdict {
    let ours = is_about(order, fields) && text(fields, OUT_REFUND_NO) == RefundNo::from(refund).to_string();
    if ours && fen(fields, REFUND_FEE) == Some(amount.minor()) {
        Verdict::RefundProcessing
    } else {
        Verdict::Unclear(Doubt::Garbled)
    }
}

/// The refund among those that a query lists.
fn refund_listed(order: &Order, refund: RefundId, fields: &Fields) -> Verdict {
    let garbled = Verdict::Unclear(Doubt::Garbled);
    let number = RefundNo::from(refund).to_string();
    let listed = text(fields, REFUND_COUNT).parse::<u8>().unwrap_or_default();
    let place = (0..listed).find(|n| text(fields, &format!("{OUT_REFUND_NO}_{n}")) == number);
    let Some(n) = place.filter(|_| is_about(order, fields)) else { return garbled };
    match text(fields, &format!("{REFUND_STATUS}_{n}")) {
        "SUCCESS" => {
            let Some(fen) = fen(fields, &format!("{REFUND_FEE}_{n}")) else { return garbled };
            let at = text(fields, &format!("{REFUND_SUCCESS_TIME}_{n}"));
            let at = Timestamp::parse_local(at, REFUND_TIME_PATTERN, Zone::CHINA);
            Verdict::Refunded { amount: Money::cny(fen), at }
        }
        "PROCESSING" => Verdict::RefundProcessing,
        "REFUNDCLOSE" => Verdict::RefundRefused(Reason::RefundNotPossible),
        // The payer's card is gone: a person must choose another way at the merchant platform.
        "CHANGE" => Verdict::Unclear(Doubt::OurSettings),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}
