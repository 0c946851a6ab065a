//! Notifications: verified first, decrypted next, read last. They are a reason to look, never a fact about money.

use super::sign::{self, NotSigned};
use super::wire::{Envelope, Failure, RefundNotice, Transaction};
use super::{Config, WeChat, resource};
use base::{OrderNo, RefundNo};
use payment::Notice;
use provider_contract::{BadNotice, HttpReply, HttpRequest, Moment};
use serde::de::DeserializeOwned;

/// The largest notification that is looked at; real ones have about a thousand bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

pub(crate) fn notice(wechat: &WeChat, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice> {
    if request.body.len() > BODY_BYTES_MAX {
        return Err(BadNotice::Garbled);
    }
    sign::verify(&wechat.platform, |name| request.header(name), &request.body, moment.now).map_err(
        |why| match why {
            NotSigned::Missing(header) => BadNotice::Incomplete(header),
            NotSigned::Stale => BadNotice::Stale,
            NotSigned::UnknownKey => BadNotice::UnknownKey,
            NotSigned::Wrong => BadNotice::WrongSignature,
        },
    )?;
    let envelope: Envelope = parsed(&request.body)?;
    let key = wechat.config.apiv3_key.reveal().as_bytes();
    let plain = resource::open(key, &envelope.resource).ok_or(BadNotice::CannotDecrypt)?;
    match envelope.event_type.as_str() {
        "TRANSACTION.SUCCESS" => payment(&wechat.config, envelope.id, parsed(&plain)?),
        "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED" => {
            refund(&wechat.config, envelope.id, parsed(&plain)?)
        }
        _ => Err(BadNotice::OfNoInterest),
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, BadNotice> {
    serde_json::from_slice(bytes).map_err(|_| BadNotice::Garbled)
}

fn payment(config: &Config, notice_id: String, told: Transaction) -> Result<Notice, BadNotice> {
    let appid_fits = told.appid.as_ref().is_none_or(|appid| *appid == config.appid);
    if told.mchid != config.mchid || !appid_fits {
        return Err(BadNotice::NotOurs);
    }
    let order_no = order_no(&told.out_trade_no)?;
    Ok(Notice { order_no, refund_no: None, claim: told.trade_state, notice_id })
}

fn refund(config: &Config, notice_id: String, told: RefundNotice) -> Result<Notice, BadNotice> {
    if told.mchid != config.mchid {
        return Err(BadNotice::NotOurs);
    }
    let order_no = order_no(&told.out_trade_no)?;
    let refund_no: RefundNo = told.out_refund_no.parse().map_err(|_| BadNotice::NotOurs)?;
    Ok(Notice { order_no, refund_no: Some(refund_no), claim: told.refund_status, notice_id })
}

/// A number that is none of ours is another system's order under the same merchant.
fn order_no(text: &str) -> Result<OrderNo, BadNotice> {
    text.parse().map_err(|_| BadNotice::NotOurs)
}

pub(crate) fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    let status = match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => {
            return HttpReply { status: 204, headers: Vec::new(), body: Vec::new() };
        }
        Err(
            BadNotice::Incomplete(_) | BadNotice::UnknownKey | BadNotice::WrongSignature | BadNotice::Stale,
        ) => 401,
        Err(BadNotice::CannotDecrypt | BadNotice::Garbled | BadNotice::NotOurs) => 400,
    };
    let message = verdict.err().map(ToString::to_string).unwrap_or_default();
    let failure = Failure { code: "FAIL".to_owned(), message, detail: None };
    let body = serde_json::to_vec(&failure).expect("wire types are plain JSON");
    HttpReply::new(status, "application/json", body)
}
