//! Questions into calls, replies into answers.

use super::wire::{
    BANK_TYPE, CODE_URL, CONTENT_TYPE, ERR_CODE, ERR_MSG, FEE_TYPE, MCH_ID, MESSAGE, NEED_QUERY, NONCE_STR,
    OUT_REFUND_NO, OUT_TRADE_NO, PATH, PAY_RESULT, REFUND_COUNT, REFUND_FEE, REFUND_STATUS, REFUND_TIME,
    RESULT_CODE, ROOT, STATUS, Service, TIME_END, TOTAL_FEE, TRADE_STATE, TRANSACTION_ID,
};
use super::{Qra, codes, sign};
use base::{Money, RefundId, RefundNo};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::fields::{
    cannot, china_moment, china_time, description, doubt_of_status, fen, payable, said,
};
use provider_contract::{Call, CannotAsk, Moment, Order, Reply, words};
use strict_xml::flat::{self, Fields};

/// The most that we ask for at once; the gateway's own limit is not published.
const AMOUNT_MAX: i64 = 999_999_999_999;
/// Longest text for the payer, in characters.
const DESCRIPTION_MAX: usize = 42;

/// A request's fields before the common ones and the signature.
type Content = Vec<(&'static str, String)>;

/// The call that asks `ask`.
pub fn call(qra: &Qra, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
    let (service, more) = content(qra, ask, order)?;
    let common = [
        ("service", service.name().to_owned()),
        ("version", "2.0".to_owned()),
        ("charset", "UTF-8".to_owned()),
        ("sign_type", sign::MD5.to_owned()),
        (MCH_ID, qra.config.mch_id.clone()),
        (NONCE_STR, moment.nonce_str()),
        (OUT_TRADE_NO, order.order_no.to_string()),
    ];
    let pairs = common.into_iter().chain(more);
    let mut fields: Fields = pairs.map(|(name, value)| (name.to_owned(), value)).collect();
    sign::sign(&mut fields, &qra.key);
    let url = format!("{}{PATH}", qra.config.gateway_url.trim_end_matches('/'));
    let body = flat::write(ROOT, fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok(Call::post(url, CONTENT_TYPE, body))
}

fn content(qra: &Qra, ask: &Ask, order: &Order) -> Result<(Service, Content), CannotAsk> {
    Ok(match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            let mut content = sale(qra, order)?;
            content.push(("auth_code", code.reveal().to_owned()));
            (Service::Micropay, content)
        }
        Ask::Present => {
            let url = qra.config.notify_url.clone();
            let mut content = sale(qra, order)?;
            content.extend([
                ("notify_url", url.ok_or_else(|| cannot("a QR order needs an address for notifications"))?),
                ("time_start", china_time(order.requested_at)),
                ("time_expire", china_time(order.expires_at)),
            ]);
            (Service::Native, content)
        }
        Ask::Inquire => (Service::Query, Vec::new()),
        Ask::Reverse => (Service::Reverse, Vec::new()),
        Ask::Close => (Service::Close, Vec::new()),
        Ask::Refund { refund, amount } => (Service::Refund, refund_request(qra, order, *refund, *amount)?),
        Ask::InquireRefund { refund } => {
            (Service::RefundQuery, vec![(OUT_REFUND_NO, RefundNo::from(*refund).to_string())])
        }
    })
}

/// What a charge and a QR order both say.
fn sale(qra: &Qra, order: &Order) -> Result<Content, CannotAsk> {
    let mut content = vec![
        ("body", description(order, DESCRIPTION_MAX)?),
        (TOTAL_FEE, payable(order.amount, AMOUNT_MAX)?.to_string()),
        ("mch_create_ip", qra.config.terminal_ip.clone()),
    ];
    if !order.terminal.is_empty() {
        content.push(("device_info", order.terminal.clone()));
    }
    Ok(content)
}

fn refund_request(qra: &Qra, order: &Order, refund: RefundId, amount: Money) -> Result<Content, CannotAsk> {
    let (total, part) = (payable(order.amount, AMOUNT_MAX)?, payable(amount, AMOUNT_MAX)?);
    if part > total {
        return Err(cannot("the refund is larger than the order"));
    }
    Ok(vec![
        (OUT_REFUND_NO, RefundNo::from(refund).to_string()),
        (TOTAL_FEE, total.to_string()),
        (REFUND_FEE, part.to_string()),
        // Who returns the money: the merchant itself, as its users are not the gateway's.
        ("op_user_id", qra.config.mch_id.clone()),
    ])
}

/// What `reply` proves.
pub fn answer(qra: &Qra, ask: &Ask, order: &Order, reply: &Reply) -> Answer {
    match trusted(qra, reply) {
        Ok(fields) => {
            let verdict = if is_about(order, ask, &fields) {
                verdict(ask, order, &fields)
            } else {
                Verdict::Unclear(Doubt::Garbled)
            };
            let code = match text(&fields, ERR_CODE) {
                "" => text(&fields, TRADE_STATE),
                code => code,
            };
            Answer { verdict, said: said(code, text(&fields, ERR_MSG), order) }
        }
        Err((doubt, message)) if message.is_empty() && reply.status == 200 => {
            Answer::unclear(doubt, Said::default())
        }
        Err((doubt, message)) => {
            Answer::unclear(doubt, said(&format!("HTTP {}", reply.status), &message, order))
        }
    }
}

/// The fields of a reply that is the gateway's own and to this merchant; or why not, with what it says of itself.
fn trusted(qra: &Qra, reply: &Reply) -> Result<Fields, (Doubt, String)> {
    let doubt = |doubt| (doubt, String::new());
    if reply.status != 200 {
        return Err(doubt(doubt_of_status(reply.status)));
    }
    let fields = flat::read(ROOT, &reply.body).map_err(|_| doubt(Doubt::Garbled))?;
    match text(&fields, STATUS) {
        "0" => {}
        "" => return Err(doubt(Doubt::Garbled)),
        // Who is turned away at the door gets no signature. Nothing is proved, but it may be known what to mend.
        _ => {
            let told = text(&fields, MESSAGE);
            let ours = words::speaks_of_our_settings(told);
            return Err((if ours { Doubt::OurSettings } else { Doubt::BadSignature }, told.to_owned()));
        }
    }
    if !qra.key.signed(&fields) {
        return Err(doubt(Doubt::BadSignature));
    }
    let ours = text(&fields, MCH_ID) == qra.config.mch_id;
    if ours { Ok(fields) } else { Err(doubt(Doubt::Garbled)) }
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// Whether the answer is about this order. One that tells of money names it; another may leave it out, and whose it is
/// then follows from the connection.
fn is_about(order: &Order, ask: &Ask, fields: &Fields) -> bool {
    let tells_of_money =
        matches!(ask, Ask::Charge | Ask::Inquire | Ask::Refund { .. } | Ask::InquireRefund { .. })
            && text(fields, RESULT_CODE) == "0";
    match text(fields, OUT_TRADE_NO) {
        "" => !tells_of_money,
        number => number == order.order_no.to_string(),
    }
}

fn verdict(ask: &Ask, order: &Order, fields: &Fields) -> Verdict {
    match text(fields, RESULT_CODE) {
        "0" => done(ask, order, fields),
        "" => Verdict::Unclear(Doubt::Garbled),
        _ => refused(ask, fields),
    }
}

/// A refusal decides nothing when it says itself that only a look tells.
fn refused(ask: &Ask, fields: &Fields) -> Verdict {
    match codes::verdict(ask, text(fields, ERR_CODE), text(fields, ERR_MSG)) {
        Verdict::Declined(_) if text(fields, NEED_QUERY) == "Y" => Verdict::Unclear(Doubt::ProviderError),
        verdict => verdict,
    }
}

/// What an accepted question proves.
fn done(ask: &Ask, order: &Order, fields: &Fields) -> Verdict {
    match ask {
        Ask::Charge => match text(fields, PAY_RESULT) {
            "0" => paid(fields),
            "" => Verdict::Unclear(Doubt::SaysPaid),
            _ => refused(ask, fields),
        },
        Ask::Present => match text(fields, CODE_URL) {
            "" => Verdict::Unclear(Doubt::Garbled),
            content => Verdict::QrReady { content: content.to_owned(), expires_at: None },
        },
        Ask::Inquire => inquired(order, fields),
        Ask::Reverse if order.transaction.is_some() => Verdict::Returned,
        Ask::Reverse | Ask::Close => Verdict::Closed,
        Ask::Refund { refund, amount } => refund_taken(*refund, *amount, fields),
        Ask::InquireRefund { refund } => refund_listed(*refund, fields),
    }
}

fn inquired(order: &Order, fields: &Fields) -> Verdict {
    match text(fields, TRADE_STATE) {
        "SUCCESS" | "REFUND" => paid(fields),
        "USERPAYING" => Verdict::AwaitingPayer,
        // A shown QR that one payer could not pay may still be paid by another.
        "NOTPAY" | "PAYERROR" if order.shown_qr => Verdict::AwaitingPayer,
        "NOTPAY" => Verdict::Unclear(Doubt::NotYetPaid),
        "PAYERROR" => Verdict::Declined(Reason::PayerCancelledOrTimedOut),
        "CLOSED" => Verdict::Closed,
        "REVERSE" | "REVOKED" if order.transaction.is_some() || !text(fields, TRANSACTION_ID).is_empty() => {
            Verdict::Returned
        }
        "REVERSE" | "REVOKED" => Verdict::Closed,
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

/// The payment, if everything that proves one is there.
fn paid(fields: &Fields) -> Verdict {
    let is_yuan = matches!(text(fields, FEE_TYPE), "" | "CNY");
    match (fen(text(fields, TOTAL_FEE)), text(fields, TRANSACTION_ID)) {
        (Some(amount), transaction) if is_yuan && !transaction.is_empty() => Verdict::Paid(Paid {
            amount,
            transaction: transaction.to_owned(),
            at: china_moment(text(fields, TIME_END)),
            payer: String::new(),
            funds: text(fields, BANK_TYPE).chars().take(32).collect(),
        }),
        _ => Verdict::Unclear(Doubt::Garbled),
    }
}

/// A refund that was accepted is on its way; only a look says that it arrived.
fn refund_taken(refund: RefundId, amount: Money, fields: &Fields) -> Verdict {
    let ours = text(fields, OUT_REFUND_NO) == RefundNo::from(refund).to_string();
    if ours && fen(text(fields, REFUND_FEE)) == Some(amount) {
        Verdict::RefundProcessing
    } else {
        Verdict::Unclear(Doubt::Garbled)
    }
}

/// The refund among those that a look lists.
fn refund_listed(refund: RefundId, fields: &Fields) -> Verdict {
    let number = RefundNo::from(refund).to_string();
    let listed = text(fields, REFUND_COUNT).parse::<u8>().unwrap_or_default();
    let at = |name: &str, place: u8| text(fields, &format!("{name}_{place}"));
    let Some(place) = (0..listed).find(|place| at(OUT_REFUND_NO, *place) == number) else {
        return Verdict::Unclear(Doubt::Garbled);
    };
    match (at(REFUND_STATUS, place), fen(at(REFUND_FEE, place))) {
        ("SUCCESS", Some(amount)) => Verdict::Refunded { amount, at: china_moment(at(REFUND_TIME, place)) },
        ("SUCCESS", None) => Verdict::Unclear(Doubt::Garbled),
        ("PROCESSING", _) => Verdict::RefundProcessing,
        ("FAIL", _) => Verdict::RefundRefused(Reason::RefundNotPossible),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}
