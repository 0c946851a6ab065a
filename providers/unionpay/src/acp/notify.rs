//! Notifications: a form, signed like an answer. Believed only as a reason to look.

use super::Acp;
use super::certificate::{NotTrusted, judge};
use base::Timestamp;
use payment::Notice;
use provider_contract::form::{Fields, decode_form};
use provider_contract::{BadNotice, HttpReply, HttpRequest, apart};

/// Larger notifications are nobody's.
const BODY_MAX: usize = 64 * 1024;

/// Reads and verifies a notification. Its age is not judged: one is repeated for hours, and a repeat only makes us look
/// again.
pub fn notice(acp: &Acp, request: &HttpRequest, now: Timestamp) -> Result<Notice, BadNotice> {
    let fields = fields_of(request)?;
    judge(&fields, acp.theirs.as_ref(), now).map_err(|why| match why {
        NotTrusted::NotSigned => BadNotice::Incomplete("signature"),
        NotTrusted::Certificate => BadNotice::UnknownKey,
        NotTrusted::Signature => BadNotice::WrongSignature,
    })?;
    if field(&fields, "merId")? != acp.settings.mer_id {
        return Err(BadNotice::NotOurs);
    }
    let number = field(&fields, "orderId")?;
    let (order_no, refund_no) = match field(&fields, "txnType")? {
        "01" => (number, None),
        // Refunds that we asked for carry the payment's number.
        "04" => (field(&fields, "reqReserved")?, Some(number)),
        _ => return Err(BadNotice::OfNoInterest),
    };
    Ok(Notice {
        order_no: order_no.parse().map_err(|_| BadNotice::NotOurs)?,
        refund_no: refund_no.and_then(|number| apart::refund_no(number, order_no)),
        claim: field(&fields, "respCode")?.to_owned(),
        notice_id: field(&fields, "queryId")?.to_owned(),
    })
}

/// Status 200 ends a notification; anything else has it repeated.
pub fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => HttpReply::new(200, "text/plain", "ok"),
        Err(BadNotice::WrongSignature | BadNotice::UnknownKey) => HttpReply::new(401, "text/plain", "fail"),
        Err(_) => HttpReply::new(400, "text/plain", "fail"),
    }
}

fn fields_of(request: &HttpRequest) -> Result<Fields, BadNotice> {
    if request.body.len() > BODY_MAX {
        return Err(BadNotice::Garbled);
    }
    let body = std::str::from_utf8(&request.body).map_err(|_| BadNotice::Garbled)?;
    let mut fields = Fields::new();
    decode_form(body, &mut fields).map_err(|_| BadNotice::Garbled)?;
    Ok(fields)
}

fn field<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, BadNotice> {
    fields.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or(BadNotice::Incomplete(name))
}
