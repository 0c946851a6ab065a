//! Questions into contents, answers into verdicts: what both protocols have in common.

use crate::codes::{Meaning, When, meaning};
use crate::wire::{Api, Content, Response, TIME_PATTERN};
use base::{Currency, Money, RefundNo, Timestamp, Zone};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::{CannotAsk, Order};

/// The most the gateway takes in one order: 100 million yuan.
const AMOUNT_MAX: Money = Money::cny(10_000_000_000);

/// How long an order made with a payer's code may stay unpaid. Long past our own deadline; it ends orders
/// that nobody comes back to.
const UNPAID_CODE_ORDER: &str = "3m";

/// The method that puts this question. An order shown as QR does not exist for `trade.close` until somebody
/// scans it, so it is closed by `trade.cancel`; should it be paid in that moment, the money goes back.
pub(crate) fn api_of(ask: &Ask, order: &Order) -> Api {
    match ask {
        Ask::Close if order.shown_qr => Api::Cancel,
        Ask::Charge => Api::Pay,
        Ask::Present => Api::Precreate,
        Ask::Inquire => Api::Query,
        Ask::Reverse => Api::Cancel,
        Ask::Close => Api::Close,
        Ask::Refund { .. } => Api::Refund,
        Ask::InquireRefund { .. } => Api::RefundQuery,
    }
}

/// What `ask` says, whichever way it goes.
pub(crate) fn content(ask: &Ask, order: &Order) -> Result<Content, CannotAsk> {
    let named = Content { out_trade_no: Some(order.order_no.to_string()), ..Content::default() };
    match ask {
        Ask::Charge => {
            let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
            Ok(Content {
                scene: Some("bar_code".to_owned()),
                auth_code: Some(code.reveal().to_owned()),
                product_code: Some("FACE_TO_FACE_PAYMENT".to_owned()),
                timeout_express: Some(UNPAID_CODE_ORDER.to_owned()),
                ..sale(order, named)?
            })
        }
        Ask::Present => Ok(Content {
            time_expire: Some(order.expires_at.local(TIME_PATTERN, Zone::CHINA)),
            ..sale(order, named)?
        }),
        Ask::Inquire | Ask::Reverse | Ask::Close => Ok(named),
        Ask::Refund { refund, amount } => Ok(Content {
            refund_amount: Some(payable(*amount)?.to_string()),
            refund_reason: Some(plain(&order.refund_reason, 256)).filter(|reason| !reason.is_empty()),
            out_request_no: Some(RefundNo::from(*refund).to_string()),
            ..named
        }),
        Ask::InquireRefund { refund } => Ok(Content {
            out_request_no: Some(RefundNo::from(*refund).to_string()),
            query_options: Some(vec!["gmt_refund_pay".to_owned()]),
            ..named
        }),
    }
}

fn sale(order: &Order, named: Content) -> Result<Content, CannotAsk> {
    let subject = plain(&order.description, 256);
    if subject.is_empty() {
        return Err(CannotAsk::OrderNotAcceptable("the description is empty".to_owned()));
    }
    Ok(Content {
        total_amount: Some(payable(order.amount)?.to_string()),
        subject: Some(subject),
        terminal_id: Some(order.terminal.clone()).filter(|terminal| !terminal.is_empty()),
        ..named
    })
}

fn payable(amount: Money) -> Result<Money, CannotAsk> {
    let refuse = |why: &str| Err(CannotAsk::OrderNotAcceptable(why.to_owned()));
    if amount.currency() != Currency::Cny {
        return refuse("only yuan can be paid here");
    }
    if !amount.is_positive() {
        return refuse("the amount must be at least 0.01");
    }
    if amount.minor() > AMOUNT_MAX.minor() {
        return refuse("the amount is above 100000000.00");
    }
    Ok(amount)
}

/// Text the gateway takes: no control characters, none of `/ = &`, at most `longest` characters.
fn plain(text: &str, longest: usize) -> String {
    let fit = |c: char| if c.is_control() || "/=&".contains(c) { ' ' } else { c };
    text.trim().chars().map(fit).take(longest).collect::<String>().trim_end().to_owned()
}

/// What an answer that is surely the gateway's own proves.
pub(crate) fn judged(ask: &Ask, order: &Order, response: &Response) -> Answer {
    Answer { verdict: verdict(ask, order, response), said: said(response, order) }
}

/// What a status says that no answer of the gateway's comes with.
pub(crate) fn doubt_of_status(status: u16) -> Doubt {
    match status {
        429 => Doubt::RateLimited,
        500.. => Doubt::ProviderError,
        _ => Doubt::Garbled,
    }
}

/// The gateway's own code and words.
pub(crate) fn said(response: &Response, order: &Order) -> Said {
    let code = response.sub_code.as_ref().or(response.code.as_ref()).cloned().unwrap_or_default();
    let message = response.sub_msg.as_ref().or(response.msg.as_ref()).cloned().unwrap_or_default();
    Said::new(short(&code, order), short(&message, order))
}

/// A provider's words fit for the timeline: bounded, and without the payer's code should they repeat it.
pub(crate) fn short(text: &str, order: &Order) -> String {
    let text = match &order.payer_code {
        Some(code) => text.replace(code.reveal(), &code.hint()),
        None => text.to_owned(),
    };
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

fn verdict(ask: &Ask, order: &Order, response: &Response) -> Verdict {
    let garbled = Verdict::Unclear(Doubt::Garbled);
    let order_no = order.order_no.to_string();
    if response.out_trade_no.as_ref().is_some_and(|theirs| *theirs != order_no) {
        return garbled;
    }
    let Some(code) = response.code.as_deref() else { return garbled };
    let api = api_of(ask, order);
    if api == Api::Cancel && response.retry_flag.as_deref() == Some("Y") {
        return Verdict::AskAgain;
    }
    match (code, ask) {
        ("10000", _) if api == Api::Cancel => reversed(response),
        // Whatever proves something about the money must name the order it speaks of.
        ("10000" | "10003", Ask::Charge | Ask::Present | Ask::Inquire | Ask::Close | Ask::Refund { .. })
            if response.out_trade_no.is_none() =>
        {
            garbled
        }
        ("10003", Ask::Charge) => Verdict::AwaitingPayer,
        ("10000", Ask::Charge) => charged(response),
        ("10000", Ask::Present) => presented(response),
        ("10000", Ask::Inquire) => inquired(order, response),
        ("10000", Ask::Close) => Verdict::Closed,
        ("10000", Ask::Refund { amount, .. }) => returned(*amount, response),
        ("10000", Ask::InquireRefund { refund }) => return_seen(RefundNo::from(*refund), response),
        _ => refusal(ask, code, response),
    }
}

fn refusal(ask: &Ask, code: &str, response: &Response) -> Verdict {
    let sub_code = response.sub_code.as_deref().unwrap_or_default();
    let sub_msg = response.sub_msg.as_deref().unwrap_or_default();
    match meaning(When::of(ask), code, sub_code, sub_msg) {
        Meaning::Declined(reason) => Verdict::Declined(reason),
        Meaning::RefundRefused(reason) => Verdict::RefundRefused(reason),
        Meaning::NotFound => Verdict::NotFound,
        Meaning::Unclear(doubt) => Verdict::Unclear(doubt),
    }
}

/// A charge that says it is done and not when it was paid is confirmed by an inquiry.
fn charged(response: &Response) -> Verdict {
    match &response.gmt_payment {
        Some(at) => paid(response, Some(at)),
        None => Verdict::Unclear(Doubt::SaysPaid),
    }
}

fn paid(response: &Response, at: Option<&String>) -> Verdict {
    let amount = response.total_amount.as_deref().and_then(yuan);
    let foreign = response.trans_currency.as_deref().is_some_and(|currency| currency != "CNY");
    let (Some(amount), Some(transaction), false) = (amount, &response.trade_no, foreign) else {
        return Verdict::Unclear(Doubt::Garbled);
    };
    let funds = response.fund_bill_list.iter().flatten().find_map(|bill| bill.fund_channel.clone());
    Verdict::Paid(Paid {
        amount,
        transaction: transaction.clone(),
        at: at.and_then(|text| moment_of(text)),
        payer: response.buyer_logon_id.clone().unwrap_or_default(),
        funds: funds.unwrap_or_default(),
    })
}

fn presented(response: &Response) -> Verdict {
    match &response.qr_code {
        Some(content) if !content.is_empty() => {
            Verdict::QrReady { content: content.clone(), expires_at: None }
        }
        _ => Verdict::Unclear(Doubt::Garbled),
    }
}

fn inquired(order: &Order, response: &Response) -> Verdict {
    match response.trade_status.as_deref() {
        Some("WAIT_BUYER_PAY") => Verdict::AwaitingPayer,
        Some("TRADE_SUCCESS" | "TRADE_FINISHED") => paid(response, response.send_pay_date.as_ref()),
        // Closed unpaid, or paid and given back whole: the word is the same. What tells them apart is our own
        // record of the transaction, or the moment it was paid.
        Some("TRADE_CLOSED") if order.transaction.is_some() || response.send_pay_date.is_some() => {
            Verdict::Returned
        }
        Some("TRADE_CLOSED") => Verdict::Closed,
        Some(_) => Verdict::Unclear(Doubt::UnknownCode),
        None => Verdict::Unclear(Doubt::Garbled),
    }
}

fn reversed(response: &Response) -> Verdict {
    match response.action.as_deref() {
        // Only an answer that names the order proves anything about it.
        Some("refund" | "close") if response.out_trade_no.is_none() => Verdict::Unclear(Doubt::Garbled),
        Some("refund") => Verdict::Returned,
        Some("close") => Verdict::Closed,
        Some(_) => Verdict::Unclear(Doubt::UnknownCode),
        None => Verdict::NotFound,
    }
}

/// `fund_change` tells whether this very request moved the money; a repeat says `N`, and so does a return
/// still under way, so only an inquiry tells. `refund_fee` counts all returns of the trade together.
fn returned(amount: Money, response: &Response) -> Verdict {
    let total = response.refund_fee.as_deref().and_then(yuan);
    match (response.fund_change.as_deref(), total) {
        (Some("Y"), Some(total)) if total.minor() >= amount.minor() => {
            Verdict::Refunded { amount, at: response.gmt_refund_pay.as_deref().and_then(moment_of) }
        }
        (Some("Y"), _) => Verdict::Unclear(Doubt::Garbled),
        _ => Verdict::RefundProcessing,
    }
}

fn return_seen(refund_no: RefundNo, response: &Response) -> Verdict {
    let garbled = Verdict::Unclear(Doubt::Garbled);
    if response.out_request_no.as_ref().is_some_and(|theirs| *theirs != refund_no.to_string()) {
        return garbled;
    }
    match response.refund_status.as_deref() {
        Some("REFUND_SUCCESS") => match response.refund_amount.as_deref().and_then(yuan) {
            Some(amount) if response.out_request_no.is_some() => {
                Verdict::Refunded { amount, at: response.gmt_refund_pay.as_deref().and_then(moment_of) }
            }
            _ => garbled,
        },
        Some("REFUND_PROCESSING") => Verdict::RefundProcessing,
        Some("REFUND_FAIL") => Verdict::RefundRefused(Reason::RefundNotPossible),
        Some(_) => Verdict::Unclear(Doubt::UnknownCode),
        None => Verdict::NotFound,
    }
}

fn yuan(text: &str) -> Option<Money> {
    Money::parse(text, Currency::Cny).ok().filter(|amount| amount.is_positive())
}

fn moment_of(text: &str) -> Option<Timestamp> {
    Timestamp::parse_local(text, TIME_PATTERN, Zone::CHINA)
}
