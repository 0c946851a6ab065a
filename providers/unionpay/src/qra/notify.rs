//! Notifications of payments: XML, signed like an answer. Believed only as a reason to look.
//!
//! That the gateway sends one for a shown QR and takes `success` is provisional; of refunds it is not known to tell.

use super::Qra;
use super::wire::{MCH_ID, OUT_TRADE_NO, PAY_RESULT, ROOT, TRANSACTION_ID};
use payment::Notice;
use provider_contract::{BadNotice, HttpReply, HttpRequest};
use strict_xml::flat::{self, Fields};

/// What ends a notification.
pub(super) const TAKEN: &str = "success";

pub(super) fn notice(qra: &Qra, request: &HttpRequest) -> Result<Notice, BadNotice> {
    let fields = flat::read(ROOT, &request.body).map_err(|_| BadNotice::Garbled)?;
    field(&fields, super::sign::SIGN)?;
    if !qra.key.signed(&fields) {
        return Err(BadNotice::WrongSignature);
    }
    if field(&fields, MCH_ID)? != qra.config.mch_id {
        return Err(BadNotice::NotOurs);
    }
    Ok(Notice {
        order_no: field(&fields, OUT_TRADE_NO)?.parse().map_err(|_| BadNotice::NotOurs)?,
        refund_no: None,
        claim: field(&fields, PAY_RESULT)?.to_owned(),
        notice_id: field(&fields, TRANSACTION_ID)?.to_owned(),
    })
}

pub(super) fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => HttpReply::new(200, "text/plain", TAKEN),
        Err(BadNotice::WrongSignature | BadNotice::UnknownKey) => HttpReply::new(401, "text/plain", "fail"),
        Err(_) => HttpReply::new(400, "text/plain", "fail"),
    }
}

fn field<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, BadNotice> {
    let found = fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    found.ok_or(BadNotice::Incomplete(name))
}
