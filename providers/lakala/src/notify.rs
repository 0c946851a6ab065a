//! Notifications: JSON, signed over three lines. Believed only as a reason to look.

use crate::wire::text;
use crate::{Lakala, sign};
use payment::Notice;
use provider_contract::{BadNotice, HttpReply, HttpRequest};
use serde_json::Value;

/// Larger notifications are nobody's.
const BODY_MAX: usize = 64 * 1024;

/// Reads and verifies a notification.
pub fn notice(lakala: &Lakala, request: &HttpRequest) -> Result<Notice, BadNotice> {
    if request.body.len() > BODY_MAX {
        return Err(BadNotice::Garbled);
    }
    let header = request.header("authorization").ok_or(BadNotice::Incomplete("Authorization"))?;
    let values = sign::read_header(header).ok_or(BadNotice::Garbled)?;
    let value = |name: &'static str| values.get(name).copied().ok_or(BadNotice::Incomplete(name));
    let signed = sign::notified_text(value("timestamp")?, value("nonce_str")?, &request.body);
    if !lakala.theirs.verify(&signed, value("signature")?) {
        return Err(BadNotice::WrongSignature);
    }
    let message: Value = serde_json::from_slice(&request.body).map_err(|_| BadNotice::Garbled)?;
    let field = |name: &'static str| text(&message, name).ok_or(BadNotice::Incomplete(name));
    if text(&message, "merchant_no").is_some_and(|number| number != lakala.settings.merchant_no) {
        return Err(BadNotice::NotOurs);
    }
    Ok(Notice {
        order_no: field("out_trade_no")?.parse().map_err(|_| BadNotice::NotOurs)?,
        refund_no: None,
        claim: field("trade_status")?,
        notice_id: field("trade_no")?,
    })
}

/// What ends a notification; anything else has it repeated.
pub fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    let (status, body) = match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => (200, r#"{"code":"SUCCESS","message":"执行成功"}"#),
        Err(BadNotice::WrongSignature) => (401, r#"{"code":"FAIL","message":"签名错误"}"#),
        Err(_) => (400, r#"{"code":"FAIL","message":"无法处理"}"#),
    };
    HttpReply::new(status, "application/json;charset=UTF-8", body)
}
