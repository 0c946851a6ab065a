//! Notifications: a form, signed. Believed only as a reason to look.

use crate::wire::Params;
use crate::{Settings, sign};
use payment::Notice;
use provider_contract::signing::Verify;
use provider_contract::{BadNotice, HttpReply, HttpRequest};

/// Larger notifications are nobody's.
const BODY_MAX: usize = 64 * 1024;

/// Reads and verifies a notification. Its age is not judged: the provider repeats one for a day, and a
/// repeat only makes us look again.
pub fn notice(request: &HttpRequest, settings: &Settings, key: &dyn Verify) -> Result<Notice, BadNotice> {
    let params = params_of(request)?;
    let signature = field(&params, "sign")?;
    if field(&params, "sign_type")? != "RSA2" {
        return Err(BadNotice::UnknownKey);
    }
    if !key.verify(sign::notice_text(&params).as_bytes(), signature) {
        return Err(BadNotice::WrongSignature);
    }
    if field(&params, "app_id")? != settings.app_id {
        return Err(BadNotice::NotOurs);
    }
    if let (Some(ours), Some(theirs)) = (&settings.seller_id, params.get("seller_id"))
        && ours != theirs
    {
        return Err(BadNotice::NotOurs);
    }
    if field(&params, "notify_type")? != "trade_status_sync" {
        return Err(BadNotice::OfNoInterest);
    }
    let order_no = field(&params, "out_trade_no")?.parse().map_err(|_| BadNotice::NotOurs)?;
    Ok(Notice {
        order_no,
        refund_no: params.get("out_biz_no").and_then(|number| number.parse().ok()),
        claim: field(&params, "trade_status")?.to_owned(),
        notice_id: field(&params, "notify_id")?.to_owned(),
    })
}

/// The seven letters that end a notification; anything else has it repeated.
pub fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => HttpReply::new(200, "text/plain", "success"),
        Err(BadNotice::WrongSignature | BadNotice::UnknownKey) => HttpReply::new(401, "text/plain", "fail"),
        Err(_) => HttpReply::new(400, "text/plain", "fail"),
    }
}

fn params_of(request: &HttpRequest) -> Result<Params, BadNotice> {
    if request.body.len() > BODY_MAX {
        return Err(BadNotice::Garbled);
    }
    let body = std::str::from_utf8(&request.body).map_err(|_| BadNotice::Garbled)?;
    let mut params = Params::new();
    sign::decode_form(body, &mut params).map_err(|_| BadNotice::Garbled)?;
    Ok(params)
}

fn field<'a>(params: &'a Params, name: &'static str) -> Result<&'a str, BadNotice> {
    params.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or(BadNotice::Incomplete(name))
}
