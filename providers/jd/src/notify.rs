//! Notifications: a message in its envelope, like an answer. Believed only as a reason to look.

use crate::Jd;
use crate::envelope::{NotOpened, open};
use payment::Notice;
use provider_contract::{BadNotice, HttpReply, HttpRequest, apart};
use strict_xml::{Element, parse};

/// Larger notifications are nobody's.
const BODY_MAX: usize = 64 * 1024;

/// Reads and verifies a notification.
pub fn notice(jd: &Jd, request: &HttpRequest) -> Result<Notice, BadNotice> {
    if request.body.len() > BODY_MAX {
        return Err(BadNotice::Garbled);
    }
    let outer = parse(&request.body).map_err(|_| BadNotice::Garbled)?;
    let encrypted = field(&outer, "encrypt")?;
    let message = open(encrypted, jd.theirs.as_ref(), &jd.des).map_err(|why| match why {
        NotOpened::CannotDecrypt => BadNotice::CannotDecrypt,
        NotOpened::Garbled => BadNotice::Garbled,
        NotOpened::WrongSignature => BadNotice::WrongSignature,
    })?;
    if field(&message, "merchant")? != jd.settings.merchant {
        return Err(BadNotice::NotOurs);
    }
    let number = field(&message, "tradeNum")?;
    let (order_no, refund_no) = match field(&message, "tradeType")? {
        "0" => (number, None),
        "1" => (field(&message, "oTradeNum")?, Some(number)),
        _ => return Err(BadNotice::OfNoInterest),
    };
    let status = field(&message, "status")?;
    Ok(Notice {
        order_no: order_no.parse().map_err(|_| BadNotice::NotOurs)?,
        refund_no: refund_no.and_then(|number| apart::refund_no(number, order_no)),
        claim: status.to_owned(),
        // JD gives its notifications no number.
        notice_id: format!("{number}-{status}"),
    })
}

/// The word that ends a notification; anything else has it repeated.
pub fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => HttpReply::new(200, "text/plain", "success"),
        Err(BadNotice::WrongSignature | BadNotice::CannotDecrypt) => {
            HttpReply::new(401, "text/plain", "fail")
        }
        Err(_) => HttpReply::new(400, "text/plain", "fail"),
    }
}

fn field<'a>(message: &'a Element, name: &'static str) -> Result<&'a str, BadNotice> {
    message.text_of(name).ok_or(BadNotice::Incomplete(name))
}
