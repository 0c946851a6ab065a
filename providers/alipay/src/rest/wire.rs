//! How REST answers: by HTTP status, with the method's own members, or with a code and a sentence.

use super::sign::{NONCE, SIGNATURE, TIMESTAMP, answer_text};
use crate::translate::doubt_of_status;
use crate::wire::Response;
use payment::Doubt;
use provider_contract::Reply;
use provider_contract::signing::Verify;
use serde::{Deserialize, Serialize};

/// An answer with a status of 400 and more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `ACQ.TRADE_NOT_EXIST`; the gateway's own are like `invalid-app-id`.
    pub code: String,
    /// In Chinese.
    #[serde(default)]
    pub message: String,
    /// Where to read more, not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<serde_json::Value>,
}

/// Said when the payer must confirm first. That such a charge comes back with status 400 is known from one report
/// (`essensoft/paylinks` issue 191); the word is that of Alipay's oldest interface, and another one in its place leads to an
/// inquiry, which tells.
pub const AWAITING_PAYER: &str = "ACQ.ORDER_SUCCESS_PAY_INPROCESS";

/// An answer that is surely Alipay's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Done; the members are the classic gateway's.
    Done(Box<Response>),
    /// Not done.
    Refused(Failure),
}

/// Why an answer proves nothing, and what it says of itself all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubted {
    /// Why.
    pub doubt: Doubt,
    /// Its words; empty if it has none.
    pub failure: Failure,
}

/// Reads an answer once its signature is found right.
pub fn read(reply: &Reply, key: &dyn Verify) -> Result<Said, Doubted> {
    let failure = serde_json::from_slice::<Failure>(&reply.body).ok();
    let doubted = |doubt| Doubted { doubt, failure: failure.clone().unwrap_or_default() };
    if reply.status == 429 || reply.status >= 500 {
        return Err(doubted(doubt_of_status(reply.status)));
    }
    if !is_signed(reply, key) {
        let ours = failure.as_ref().is_some_and(|failure| super::trouble::of_code(&failure.code).is_some());
        return Err(doubted(if ours && reply.status >= 400 {
            Doubt::OurSettings
        } else {
            Doubt::BadSignature
        }));
    }
    match (reply.status, failure) {
        (200, _) => match serde_json::from_slice::<Response>(&reply.body) {
            // A list would be read as members in their order.
            Ok(response) if reply.body.starts_with(b"{") => Ok(Said::Done(Box::new(response))),
            _ => Err(Doubted { doubt: Doubt::Garbled, failure: Failure::default() }),
        },
        (400..=499, Some(failure)) if !failure.code.is_empty() => Ok(Said::Refused(failure)),
        _ => Err(Doubted { doubt: Doubt::Garbled, failure: Failure::default() }),
    }
}

/// Whether the answer is Alipay's own, byte for byte. Its age is not judged: the documents name no limit, and the
/// connection says which question it answers.
pub fn is_signed(reply: &Reply, key: &dyn Verify) -> bool {
    let header = |name| reply.header(name).unwrap_or_default();
    let text = answer_text(header(TIMESTAMP), header(NONCE), &reply.body);
    key.verify(&text, header(SIGNATURE))
}
