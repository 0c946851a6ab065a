//! Ask to call, reply to answer. Its heart is [`refused`], one table of our own API's problems.

use crate::Paydesk;
use crate::wire::{self, Amount, Method, NewPayment, NewRefund};
use base::{Currency, Money, RefundNo, Timestamp};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::{Call, CannotAsk, HttpMethod, Order, Reply, Trouble, seal};
use serde::Serialize;

/// Seconds the server may hold a charge's reply back until there is something to say.
const CHARGE_WAIT_S: u32 = 8;
const UNDO_WAIT_S: u32 = 3;

pub(crate) fn call(paydesk: &Paydesk, ask: &Ask, order: &Order) -> Result<Call, CannotAsk> {
    let key = order.order_no.to_string();
    let by_key = format!("/v1/payments/by-key/{key}");
    match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            let wallet = paydesk.config.says_wallet.then(|| paydesk.config.wallet.clone());
            charge(paydesk, order, Method::PayerCode { code: code.reveal().to_owned(), wallet })
        }
        Ask::Present => charge(paydesk, order, Method::ShowQr { wallet: paydesk.config.wallet.clone() }),
        Ask::Inquire | Ask::InquireRefund { .. } => Ok(get(paydesk, order, &by_key)),
        Ask::Reverse => {
            Ok(post(paydesk, order, &format!("{by_key}/undo?wait={UNDO_WAIT_S}"), None, &Nothing {}))
        }
        Ask::Close => {
            Ok(post(paydesk, order, &format!("{by_key}/cancel?wait={UNDO_WAIT_S}"), None, &Nothing {}))
        }
        Ask::Refund { refund, amount } => {
            let reason = Some(order.refund_reason.clone()).filter(|reason| !reason.is_empty());
            let body = NewRefund { amount: acceptable(paydesk, *amount)?, reason };
            let number = RefundNo::from(*refund).to_string();
            Ok(post(paydesk, order, &format!("{by_key}/refunds?wait={UNDO_WAIT_S}"), Some(number), &body))
        }
    }
}

#[derive(Serialize)]
struct Nothing {}

fn charge(paydesk: &Paydesk, order: &Order, method: Method) -> Result<Call, CannotAsk> {
    let amount = acceptable(paydesk, order.amount)?;
    let body = NewPayment { amount, method, description: order.description.clone() };
    let path = format!("/v1/payments?wait={CHARGE_WAIT_S}");
    Ok(post(paydesk, order, &path, Some(order.order_no.to_string()), &body))
}

fn acceptable(paydesk: &Paydesk, amount: Money) -> Result<Amount, CannotAsk> {
    if !amount.is_positive() {
        return Err(CannotAsk::OrderNotAcceptable("the amount must be more than zero".to_owned()));
    }
    if amount.currency() != paydesk.config.currency {
        return Err(CannotAsk::OrderNotAcceptable("the server does not take this currency".to_owned()));
    }
    Ok(Amount { amount: amount.minor(), currency: amount.currency().code().to_owned() })
}

fn get(paydesk: &Paydesk, order: &Order, path: &str) -> Call {
    let url = format!("{}{path}", paydesk.config.server);
    let headers = headers(paydesk, order, None);
    Call { method: HttpMethod::Get, url, headers, body: Vec::new(), client_certificate: false }
}

fn post(paydesk: &Paydesk, order: &Order, path: &str, key: Option<String>, body: &impl Serialize) -> Call {
    let mut headers = headers(paydesk, order, key);
    headers.push(("content-type", "application/json".to_owned()));
    let body = serde_json::to_vec(body).expect("wire types are plain JSON");
    let url = format!("{}{path}", paydesk.config.server);
    Call { method: HttpMethod::Post, url, headers, body, client_certificate: false }
}

fn headers(paydesk: &Paydesk, order: &Order, key: Option<String>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("authorization", format!("Bearer {}", paydesk.config.key.reveal())),
        (seal::FENCE, paydesk.config.fence.number().to_string()),
        (seal::ABOUT, order.order_no.to_string()),
    ];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    headers
}

pub(crate) fn answer(paydesk: &Paydesk, ask: &Ask, order: &Order, reply: &Reply) -> Answer {
    if reply.status >= 500 {
        return Answer::unclear(Doubt::ProviderError, Said::new(reply.status.to_string(), ""));
    }
    let about = order.order_no.to_string();
    let seal = reply.header(seal::HEADER).unwrap_or_default();
    if !paydesk.seal.fits(&about, reply.status, &reply.body, seal) {
        return Answer::unclear(Doubt::BadSignature, Said::new(reply.status.to_string(), ""));
    }
    match reply.status {
        200 | 201 => match serde_json::from_slice::<wire::Payment>(&reply.body) {
            Ok(view) => Answer { verdict: told(ask, &view), said: said(&view) },
            Err(_) => Answer::unclear(Doubt::Garbled, Said::default()),
        },
        _ => match serde_json::from_slice::<wire::Problem>(&reply.body) {
            Ok(problem) => {
                Answer { verdict: refused(ask, &problem.code), said: Said::new(problem.code, problem.en) }
            }
            Err(_) => Answer::unclear(Doubt::Garbled, Said::default()),
        },
    }
}

/// What a reply shows to be wrong between a till and its server.
pub(crate) fn trouble(paydesk: &Paydesk, order: &Order, reply: &Reply) -> Option<Trouble> {
    let seal = reply.header(seal::HEADER).unwrap_or_default();
    match reply.status {
        500.. => Some(Trouble::Failing),
        401 => Some(Trouble::OurNumber),
        403 => Some(Trouble::NotPermitted),
        _ if serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body).is_err() => {
            Some(Trouble::NotTheProvider)
        }
        status if !paydesk.seal.fits(&order.order_no.to_string(), status, &reply.body, seal) => {
            Some(Trouble::TheirSignature)
        }
        _ => None,
    }
}

fn said(view: &wire::Payment) -> Said {
    Said {
        code: view.provider_code.clone().unwrap_or_default(),
        message: view.provider_message.clone().unwrap_or_default(),
        reference: view.order_no.clone(),
    }
}

/// What the server's view of the payment proves.
fn told(ask: &Ask, view: &wire::Payment) -> Verdict {
    match ask {
        Ask::Refund { refund, .. } | Ask::InquireRefund { refund } => {
            refund_told(ask, view, &RefundNo::from(*refund).to_string())
        }
        Ask::Reverse | Ask::Close => undone(view),
        Ask::Charge | Ask::Present | Ask::Inquire => charge_told(ask, view),
    }
}

fn charge_told(ask: &Ask, view: &wire::Payment) -> Verdict {
    match (view.money.as_str(), &view.paid) {
        ("paid", Some(paid)) => paid_told(view, paid),
        // Another amount than was asked: the server raises it, and so does the till.
        ("verifying", Some(paid)) if !view.owed_back => paid_told(view, paid),
        ("waiting", _) => match &view.qr {
            Some(qr) if *ask == Ask::Present => Verdict::QrReady {
                content: qr.content.clone(),
                expires_at: qr.expires_at.as_deref().and_then(Timestamp::parse),
            },
            _ => Verdict::AwaitingPayer,
        },
        ("not_paid", _) => match view.reason.as_deref().and_then(Reason::from_code) {
            Some(reason) => Verdict::Declined(reason),
            None => Verdict::Closed,
        },
        ("returned", _) => Verdict::Returned,
        ("verifying", _) => Verdict::Unclear(Doubt::ProviderError),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn undone(view: &wire::Payment) -> Verdict {
    match view.money.as_str() {
        "not_paid" => Verdict::Closed,
        "returned" => Verdict::Returned,
        "paid" | "verifying" | "waiting" => Verdict::AskAgain,
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn paid_told(view: &wire::Payment, paid: &Amount) -> Verdict {
    let Some(amount) = money(paid) else { return Verdict::Unclear(Doubt::Garbled) };
    let transaction = view.provider_transaction.clone().unwrap_or_else(|| view.order_no.clone());
    Verdict::Paid(Paid { amount, transaction, at: None, payer: String::new(), funds: view.wallet.clone() })
}

fn refund_told(ask: &Ask, view: &wire::Payment, number: &str) -> Verdict {
    let Some(refund) = view.refunds.iter().find(|refund| refund.key.as_deref() == Some(number)) else {
        let inquired = matches!(ask, Ask::InquireRefund { .. });
        return if inquired { Verdict::NotFound } else { Verdict::Unclear(Doubt::Garbled) };
    };
    match (refund.state.as_str(), money(&refund.amount)) {
        ("processing", _) => Verdict::RefundProcessing,
        ("done", Some(amount)) => {
            Verdict::Refunded { amount, at: refund.done_at.as_deref().and_then(Timestamp::parse) }
        }
        ("refused", _) => {
            let reason = refund.refuse_reason.as_deref().and_then(Reason::from_code);
            Verdict::RefundRefused(reason.unwrap_or(Reason::RefundNotPossible))
        }
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

fn money(amount: &Amount) -> Option<Money> {
    Some(Money::new(amount.amount, Currency::from_code(&amount.currency)?))
}

/// What a refusal of our own API proves. A charge that was refused at the door was never begun; anything that is not
/// listed proves nothing.
fn refused(ask: &Ask, code: &str) -> Verdict {
    match ask {
        Ask::Charge | Ask::Present => match code {
            "code_not_digits" | "code_wrong_length" => Verdict::Declined(Reason::CodeInvalidOrUsed),
            "wallet_not_recognised" | "wallet_ambiguous" => Verdict::Declined(Reason::CodeOfAnotherWallet),
            "amount_too_large" => Verdict::Declined(Reason::MerchantLimitExceeded),
            "till_was_taken_over" => Verdict::Declined(Reason::NeverArrived),
            "wallet_has_no_channel"
            | "no_route_open"
            | "amount_must_be_positive"
            | "currency_not_accepted"
            | "unknown_api_key"
            | "not_allowed"
            | "no_such_till"
            | "till_not_chosen" => Verdict::Declined(Reason::MerchantConfig),
            _ => Verdict::Unclear(Doubt::UnknownCode),
        },
        Ask::Inquire => match code {
            "no_such_payment" => Verdict::NotFound,
            _ => door(code),
        },
        Ask::Reverse | Ask::Close => match code {
            "no_such_payment" => Verdict::NotFound,
            "cannot_cancel_a_finished_payment" => Verdict::Unclear(Doubt::SaysPaid),
            "till_was_taken_over" => Verdict::Unclear(Doubt::CannotUndoYet),
            _ => door(code),
        },
        Ask::Refund { .. } => match code {
            "nothing_to_refund"
            | "refund_exceeds_what_is_left"
            | "amount_must_be_positive"
            | "currency_not_accepted"
            | "till_was_taken_over" => Verdict::RefundRefused(Reason::RefundNotPossible),
            _ => door(code),
        },
        Ask::InquireRefund { .. } => match code {
            "no_such_payment" => Verdict::NotFound,
            _ => door(code),
        },
    }
}

fn door(code: &str) -> Verdict {
    Verdict::Unclear(match code {
        "unknown_api_key" | "not_allowed" => Doubt::OurSettings,
        "too_many_attempts" => Doubt::RateLimited,
        _ => Doubt::UnknownCode,
    })
}
