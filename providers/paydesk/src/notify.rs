//! What a server tells a till unasked: that there is a reason to look at an attempt.

use payment::Notice;
use provider_contract::seal::{HEADER, Seal};
use provider_contract::{BadNotice, HttpReply, HttpRequest, Moment};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The header with the moment of sending, microseconds since 1970.
pub(crate) const AT: &str = "paydesk-at";
/// How far the two clocks may be apart.
const APART_MAX: Duration = Duration::from_secs(300);

/// A notification's body.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct News {
    pub order_no: String,
    pub refund_no: Option<String>,
    pub claim: String,
    pub notice_id: String,
}

/// What a notification is sealed as being about.
pub(crate) fn about(at: &str) -> String {
    format!("notice {at}")
}

pub(crate) fn notice(seal: &Seal, request: &HttpRequest, moment: &Moment) -> Result<Notice, BadNotice> {
    let given = request.header(HEADER).ok_or(BadNotice::Incomplete(HEADER))?;
    let at = request.header(AT).ok_or(BadNotice::Incomplete(AT))?;
    if !seal.fits(&about(at), 0, &request.body, given) {
        return Err(BadNotice::WrongSignature);
    }
    let sent = at.parse().map(base::Timestamp::from_micros).map_err(|_| BadNotice::Garbled)?;
    if moment.now.since(sent).max(sent.since(moment.now)) > APART_MAX {
        return Err(BadNotice::Stale);
    }
    let news: News = serde_json::from_slice(&request.body).map_err(|_| BadNotice::Garbled)?;
    Ok(Notice {
        order_no: news.order_no.parse().map_err(|_| BadNotice::Garbled)?,
        refund_no: news.refund_no.map(|n| n.parse()).transpose().map_err(|_| BadNotice::Garbled)?,
        claim: news.claim,
        notice_id: news.notice_id,
    })
}

pub(crate) fn acknowledge(verdict: Result<(), &BadNotice>) -> HttpReply {
    match verdict {
        Ok(()) | Err(BadNotice::OfNoInterest) => HttpReply::new(204, "text/plain", ""),
        Err(bad) => HttpReply::new(400, "text/plain", bad.to_string()),
    }
}
