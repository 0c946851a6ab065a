//! Notifications: of a payment signed like a reply, of a refund encrypted. A reason to look, never a fact about money.

use super::wire::{
    APPID, MCH_ID, OUT_REFUND_NO, OUT_TRADE_NO, REFUND_ID, REFUND_STATUS, REQ_INFO, RESULT_CODE, RETURN_CODE,
    RETURN_MSG, ROOT, TRANSACTION_ID,
};
use super::{Config, refund_info, sign};
use payment::Notice;
use provider_contract::{BadNotice, HttpReply, HttpRequest};
use strict_xml::flat::{self, Fields};

pub(super) fn notice(config: &Config, request: &HttpRequest) -> Result<Notice, BadNotice> {
    let fields = flat::read(ROOT, &request.body).map_err(|_| BadNotice::Garbled)?;
    if field(&fields, RETURN_CODE)? != "SUCCESS" {
        return Err(BadNotice::Garbled);
    }
    match fields.get(REQ_INFO) {
        Some(sealed) => refund(config, &fields, sealed),
        None => payment(config, &fields),
    }
}

fn payment(config: &Config, fields: &Fields) -> Result<Notice, BadNotice> {
    field(fields, sign::SIGN)?;
    if !config.sign_type.verify(fields, config.api_key.reveal()) {
        return Err(BadNotice::WrongSignature);
    }
    is_ours(config, fields)?;
    Ok(Notice {
        order_no: number(fields, OUT_TRADE_NO)?,
        refund_no: None,
        claim: field(fields, RESULT_CODE)?.to_owned(),
        notice_id: field(fields, TRANSACTION_ID)?.to_owned(),
    })
}

fn refund(config: &Config, fields: &Fields, sealed: &str) -> Result<Notice, BadNotice> {
    is_ours(config, fields)?;
    let told = refund_info::open(sealed, config.api_key.reveal()).ok_or(BadNotice::CannotDecrypt)?;
    Ok(Notice {
        order_no: number(&told, OUT_TRADE_NO)?,
        refund_no: Some(number(&told, OUT_REFUND_NO)?),
        claim: field(&told, REFUND_STATUS)?.to_owned(),
        notice_id: field(&told, REFUND_ID)?.to_owned(),
    })
}

fn is_ours(config: &Config, fields: &Fields) -> Result<(), BadNotice> {
    let ours = field(fields, MCH_ID)? == config.mchid && field(fields, APPID)? == config.appid;
    if ours { Ok(()) } else { Err(BadNotice::NotOurs) }
}

fn field<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, BadNotice> {
    let found = fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    found.ok_or(BadNotice::Incomplete(name))
}

/// A number that is none of ours is another system's order under the same merchant.
fn number<N: std::str::FromStr>(fields: &Fields, name: &'static str) -> Result<N, BadNotice> {
    field(fields, name)?.parse().map_err(|_| BadNotice::NotOurs)
}

pub(super) fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    let refusal = match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => None,
        Err(bad) => Some(bad.to_string()),
    };
    let status = match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => 200,
        Err(BadNotice::WrongSignature | BadNotice::UnknownKey) => 401,
        Err(_) => 400,
    };
    let told = match &refusal {
        None => [(RETURN_CODE, "SUCCESS"), (RETURN_MSG, "OK")],
        Some(why) => [(RETURN_CODE, "FAIL"), (RETURN_MSG, why.as_str())],
    };
    HttpReply::new(status, "text/xml; charset=utf-8", flat::write(ROOT, told))
}
