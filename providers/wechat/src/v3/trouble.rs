//! What a reply shows to be wrong between a merchant and WeChat Pay.
//!
//! The door turns a request away with 401 SIGN_ERROR whatever is wrong with it; which of several causes it is stands
//! in the message alone, so a message that is not known reads as the commonest: the key.

use super::PlatformKey;
use super::sign::{self, NotSigned};
use super::wire::Failure;
use crate::codes;
use base::Timestamp;
use provider_contract::{Reply, Trouble};

/// Words in the message of a 401, and what they point to.
const DOOR: &[(&str, Trouble)] = &[
    ("时间戳", Trouble::Clock),
    ("timestamp", Trouble::Clock),
    ("商户号", Trouble::OurNumber),
    ("mchid", Trouble::OurNumber),
    ("序列号", Trouble::OurNumber),
    ("serial", Trouble::OurNumber),
];

pub(crate) fn of(keys: &[PlatformKey], reply: &Reply, now: Timestamp) -> Option<Trouble> {
    let told_time = reply.header(sign::TIMESTAMP);
    if told_time.is_some_and(|then| !sign::fresh(then, now)) {
        return Some(Trouble::Clock);
    }
    let failure: Option<Failure> =
        (reply.status >= 400).then(|| serde_json::from_slice(&reply.body).ok()).flatten();
    if let Some(trouble) = failure.as_ref().and_then(refused_at_the_door) {
        return Some(trouble);
    }
    match sign::verify(keys, |name| reply.header(name), &reply.body, now) {
        _ if reply.status >= 500 => Some(Trouble::Failing),
        Ok(()) => None,
        Err(NotSigned::UnknownKey) => Some(Trouble::UnknownKey),
        Err(NotSigned::Stale) => Some(Trouble::Clock),
        Err(NotSigned::Missing(_)) if failure.is_none_or(|failure| failure.code.is_empty()) => {
            Some(Trouble::NotTheProvider)
        }
        Err(NotSigned::Missing(_) | NotSigned::Wrong) => Some(Trouble::TheirSignature),
    }
}

fn refused_at_the_door(failure: &Failure) -> Option<Trouble> {
    match codes::trouble(&failure.code) {
        Some(Trouble::OurSignature) => {
            let told = DOOR.iter().find(|(words, _)| failure.message.contains(words));
            Some(told.map_or(Trouble::OurSignature, |(_, trouble)| *trouble))
        }
        other => other,
    }
}
