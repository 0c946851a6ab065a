//! Questions into requests, replies into answers.

use super::wire::{
    CloseRequest, CodepayPayer, CodepayRequest, CodepayScene, CodepayStore, Failure, NativeReply,
    NativeRequest, OrderAmount, Refund, RefundAmount, RefundRequest, ReverseReply, ReverseRequest,
    Transaction,
};
use super::{Config, WeChat, sign};
use crate::codes;
use crate::order::{self, CNY};
use base::{Currency, Money, RefundId, RefundNo, Timestamp, Zone, mask_middle};
use payment::{Answer, Ask, Doubt, Paid, Reason, Said, Verdict};
use provider_contract::{Call, CannotAsk, HttpMethod, Moment, Order, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The request that asks `ask`.
pub(crate) fn call(wechat: &WeChat, ask: &Ask, order: &Order, moment: &Moment) -> Result<Call, CannotAsk> {
    let config = &wechat.config;
    let (method, target, body) = match ask {
        Ask::Charge => post("/v3/pay/transactions/codepay", &codepay(config, order)?),
        Ask::Present => post("/v3/pay/transactions/native", &native(config, order)?),
        Ask::Inquire => get(format!("{}?mchid={}", order_path(order), config.mchid)),
        Ask::Reverse => post(format!("{}/reverse", order_path(order)), &reverse(config)),
        Ask::Close => {
            post(format!("{}/close", order_path(order)), &CloseRequest { mchid: config.mchid.clone() })
        }
        Ask::Refund { refund, amount } => {
            post("/v3/refund/domestic/refunds", &refund_request(config, order, *refund, *amount)?)
        }
        Ask::InquireRefund { refund } => {
            get(format!("/v3/refund/domestic/refunds/{}", RefundNo::from(*refund)))
        }
    };
    Ok(signed(wechat, method, &target, body, moment))
}

/// A signed request for any path.
pub(crate) fn signed(
    wechat: &WeChat,
    method: HttpMethod,
    target: &str,
    body: Vec<u8>,
    moment: &Moment,
) -> Call {
    let config = &wechat.config;
    let signer = sign::Signer {
        mchid: &config.mchid,
        serial_no: &config.merchant_serial,
        key: wechat.signer.as_ref(),
    };
    let (timestamp, nonce) = (moment.now.as_seconds().to_string(), moment.nonce_str());
    let authorization = sign::authorization(&signer, method.as_str(), target, &body, (&timestamp, &nonce));
    let mut headers = vec![("Authorization", authorization), ("Accept", "application/json".to_owned())];
    if method == HttpMethod::Post {
        headers.push(("Content-Type", "application/json".to_owned()));
    }
    // While a merchant moves from certificates to the public key, this header says which of the two shall answer.
    if let Some(key) = wechat.platform.iter().find(|key| key.is_public_key()) {
        headers.push(("Wechatpay-Serial", key.id.clone()));
    }
    Call { method, url: format!("{}{target}", config.base_url), headers, body, client_certificate: false }
}

type Parts = (HttpMethod, String, Vec<u8>);

fn get(target: String) -> Parts {
    (HttpMethod::Get, target, Vec::new())
}

fn post(target: impl Into<String>, body: &impl Serialize) -> Parts {
    (HttpMethod::Post, target.into(), serde_json::to_vec(body).expect("wire types are plain JSON"))
}

fn order_path(order: &Order) -> String {
    format!("/v3/pay/transactions/out-trade-no/{}", order.order_no)
}

fn codepay(config: &Config, order: &Order) -> Result<CodepayRequest, CannotAsk> {
    let code = order.payer_code.as_ref().ok_or(CannotAsk::PayerCodeGone)?;
    Ok(CodepayRequest {
        appid: config.appid.clone(),
        mchid: config.mchid.clone(),
        description: order::description(order)?,
        out_trade_no: order.order_no.to_string(),
        attach: None,
        goods_tag: None,
        support_fapiao: None,
        payer: CodepayPayer { auth_code: code.reveal().to_owned() },
        amount: order_amount(order)?,
        scene_info: CodepayScene {
            device_id: Some(order.terminal.clone()).filter(|terminal| !terminal.is_empty()),
            device_ip: None,
            store_info: CodepayStore { id: None, out_id: Some(config.store_out_id.clone()) },
        },
        notify_url: None,
        detail: None,
        settle_info: None,
    })
}

fn native(config: &Config, order: &Order) -> Result<NativeRequest, CannotAsk> {
    if config.notify_url.is_empty() {
        return Err(CannotAsk::OrderNotAcceptable(
            "a QR order needs an address for notifications".to_owned(),
        ));
    }
    Ok(NativeRequest {
        appid: config.appid.clone(),
        mchid: config.mchid.clone(),
        description: order::description(order)?,
        out_trade_no: order.order_no.to_string(),
        time_expire: Some(order.expires_at.rfc3339(Zone::CHINA)),
        attach: None,
        notify_url: config.notify_url.clone(),
        goods_tag: None,
        support_fapiao: None,
        amount: order_amount(order)?,
        detail: None,
        scene_info: None,
        payer: None,
        settle_info: None,
        limit_pay: None,
    })
}

fn reverse(config: &Config) -> ReverseRequest {
    ReverseRequest { appid: config.appid.clone(), mchid: config.mchid.clone() }
}

/// Always names the order by our own number: WeChat's may become known between two tries, and a repeat must
/// carry the same content.
fn refund_request(
    config: &Config,
    order: &Order,
    refund: RefundId,
    amount: Money,
) -> Result<RefundRequest, CannotAsk> {
    let total = order_amount(order)?.total;
    let refund_fen = order::fen(amount)?;
    if refund_fen > total {
        return Err(CannotAsk::OrderNotAcceptable("the refund is larger than the order".to_owned()));
    }
    Ok(RefundRequest {
        transaction_id: None,
        out_trade_no: Some(order.order_no.to_string()),
        out_refund_no: RefundNo::from(refund).to_string(),
        reason: Some(order::clipped(&order.refund_reason, order::REASON_BYTES_MAX))
            .filter(|reason| !reason.is_empty()),
        notify_url: Some(config.notify_url.clone()).filter(|url| !url.is_empty()),
        funds_account: None,
        amount: RefundAmount { refund: refund_fen, total, currency: CNY.to_owned(), from: None },
        goods_detail: None,
    })
}

fn order_amount(order: &Order) -> Result<OrderAmount, CannotAsk> {
    Ok(OrderAmount { total: order::fen(order.amount)?, currency: Some(CNY.to_owned()) })
}

/// What `reply` proves.
pub(crate) fn answer(wechat: &WeChat, ask: &Ask, order: &Order, reply: &Reply, moment: &Moment) -> Answer {
    let reference = reply.header(sign::REQUEST_ID).unwrap_or_default();
    let (verdict, code, message) = match trusted(wechat, reply, moment) {
        Err(doubt) => (Verdict::Unclear(doubt), format!("HTTP {}", reply.status), String::new()),
        Ok(()) => read(&wechat.config, ask, order, reply, reference),
    };
    let said = Said {
        code: order::clipped(&code, 64),
        message: order::clipped(&message, 256),
        reference: order::clipped(reference, 128),
    };
    Answer { verdict, said }
}

/// Whether the reply is WeChat's own, byte for byte.
pub(crate) fn trusted(wechat: &WeChat, reply: &Reply, moment: &Moment) -> Result<(), Doubt> {
    if reply.body.len() > order::REPLY_BYTES_MAX {
        return Err(Doubt::Garbled);
    }
    match sign::verify(&wechat.platform, |name| reply.header(name), &reply.body, moment.now) {
        Ok(()) => Ok(()),
        // A gateway on the way fails without signing anything.
        Err(sign::NotSigned::Missing(_)) if reply.status >= 500 => Err(Doubt::ProviderError),
        Err(_) => Err(Doubt::BadSignature),
    }
}

/// A verdict with WeChat's own code and message.
type Read = (Verdict, String, String);

fn read(config: &Config, ask: &Ask, order: &Order, reply: &Reply, reference: &str) -> Read {
    match (reply.status, ask) {
        (200 | 202, Ask::Charge | Ask::Inquire) => {
            with(reply, |found: Transaction| transaction(config, order, found))
        }
        (200, Ask::Present) => with(reply, qr),
        (200, Ask::Reverse) => with(reply, |done: ReverseReply| reversed(order, done)),
        (200 | 204, Ask::Close) => plain(Verdict::Closed),
        (200, Ask::Refund { refund, amount }) => {
            with(reply, |found: Refund| refunded(order, *refund, Some(*amount), found))
        }
        (200, Ask::InquireRefund { refund }) => {
            with(reply, |found: Refund| refunded(order, *refund, None, found))
        }
        (400..=499, _) => with(reply, |failure: Failure| failed(ask, failure, reference)),
        (500.., _) => with(reply, |f: Failure| (Verdict::Unclear(Doubt::ProviderError), f.code, f.message)),
        _ => plain(Verdict::Unclear(Doubt::Garbled)),
    }
}

fn plain(verdict: Verdict) -> Read {
    (verdict, String::new(), String::new())
}

fn with<T: DeserializeOwned>(reply: &Reply, then: impl FnOnce(T) -> Read) -> Read {
    match serde_json::from_slice(&reply.body) {
        Ok(body) => then(body),
        Err(_) => plain(Verdict::Unclear(Doubt::Garbled)),
    }
}

fn failed(ask: &Ask, failure: Failure, reference: &str) -> Read {
    let number = reference.rsplit_once('-').map_or("", |(_, number)| number);
    let verdict = codes::verdict(ask, &failure.code, &failure.message, number);
    (verdict, failure.code, failure.message)
}

fn transaction(config: &Config, order: &Order, found: Transaction) -> Read {
    let ours = found.mchid == config.mchid
        && found.appid.as_ref().is_none_or(|appid| *appid == config.appid)
        && found.out_trade_no == order.order_no.to_string();
    let verdict = if ours {
        order::state(order, &found.trade_state, found.transaction_id.is_some(), || paid(&found))
    } else {
        Verdict::Unclear(Doubt::Garbled)
    };
    (verdict, found.trade_state, found.trade_state_desc.unwrap_or_default())
}

/// The payment, if everything that proves one is there. The currency may be left out, since mainland merchants
/// are paid in yuan only.
fn paid(found: &Transaction) -> Option<Paid> {
    let amount = found.amount.as_ref()?;
    let currency = Currency::from_code(amount.currency.as_deref().unwrap_or(CNY))?;
    let openid = found.payer.as_ref().and_then(|payer| payer.openid.as_deref());
    Some(Paid {
        amount: Money::new(amount.total?, currency),
        transaction: found.transaction_id.clone().filter(|id| !id.is_empty())?,
        at: found.success_time.as_deref().and_then(Timestamp::parse),
        payer: openid.map(|openid| mask_middle(openid, 4, 4)).unwrap_or_default(),
        funds: found.bank_type.clone().unwrap_or_default(),
    })
}

fn qr(found: NativeReply) -> Read {
    if found.code_url.is_empty() {
        return plain(Verdict::Unclear(Doubt::Garbled));
    }
    plain(Verdict::QrReady { content: found.code_url, expires_at: None })
}

fn reversed(order: &Order, done: ReverseReply) -> Read {
    if done.out_trade_no != order.order_no.to_string() {
        return plain(Verdict::Unclear(Doubt::Garbled));
    }
    if done.recall.as_deref() == Some("Y") {
        return plain(Verdict::AskAgain);
    }
    plain(order::undone(order))
}

fn refunded(order: &Order, refund: RefundId, asked: Option<Money>, found: Refund) -> Read {
    let ours = found.out_trade_no == order.order_no.to_string()
        && found.out_refund_no == RefundNo::from(refund).to_string();
    let amount = found.amount.as_ref().and_then(|amount| {
        let currency = Currency::from_code(amount.currency.as_deref().unwrap_or(CNY))?;
        Some(Money::new(amount.refund, currency))
    });
    let agrees = amount.is_none_or(|amount| asked.is_none_or(|asked| asked == amount));
    let verdict = match (found.status.as_str(), amount) {
        _ if !ours || !agrees => Verdict::Unclear(Doubt::Garbled),
        ("SUCCESS", Some(amount)) => {
            Verdict::Refunded { amount, at: found.success_time.as_deref().and_then(Timestamp::parse) }
        }
        ("SUCCESS", None) => Verdict::Unclear(Doubt::Garbled),
        ("PROCESSING", _) => Verdict::RefundProcessing,
        ("CLOSED", _) => Verdict::RefundRefused(Reason::RefundNotPossible),
        // The payer's card is gone: a person must choose another way at the merchant platform.
        ("ABNORMAL", _) => Verdict::Unclear(Doubt::OurSettings),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    };
    (verdict, found.status, String::new())
}
