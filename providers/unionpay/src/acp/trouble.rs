//! What a reply shows to be wrong between a merchant and the gateway.

use super::Acp;
use super::certificate::{NotTrusted, judge};
use super::wire::read_answer;
use base::Timestamp;
use provider_contract::{Reply, Trouble};

/// The codes that speak of us or of the gateway rather than of an order.
const OURS: &[(&str, Trouble)] = &[
    ("11", Trouble::OurSignature),
    ("31", Trouble::OurNumber),
    ("32", Trouble::NotPermitted),
    ("02", Trouble::Failing),
    ("39", Trouble::Failing),
];

pub(crate) fn of(acp: &Acp, reply: &Reply, now: Timestamp) -> Option<Trouble> {
    if reply.status >= 500 {
        return Some(Trouble::Failing);
    }
    let fields = std::str::from_utf8(&reply.body).ok().and_then(read_answer);
    let Some((fields, code)) = fields.and_then(|fields| {
        let code = fields.get("respCode").cloned()?;
        Some((fields, code))
    }) else {
        return Some(Trouble::NotTheProvider);
    };
    if let Some((_, trouble)) = OURS.iter().find(|(known, _)| *known == code) {
        return Some(*trouble);
    }
    match judge(&fields, acp.theirs.as_ref(), now) {
        Ok(()) => None,
        Err(NotTrusted::Certificate) => Some(Trouble::UnknownKey),
        Err(NotTrusted::NotSigned | NotTrusted::Signature) => Some(Trouble::TheirSignature),
    }
}
