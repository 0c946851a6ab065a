//! What a reply shows to be wrong between a merchant and Alipay.

use crate::translate::api_of;
use crate::wire::{Envelope, Response};
use payment::Ask;
use provider_contract::signing::Verify;
use provider_contract::{Order, Reply, Trouble};

/// The gateway's finer codes that speak of us rather than of an order. From its public list of gateway errors.
pub(crate) const OURS: &[(&str, Trouble)] = &[
    ("isv.invalid-signature", Trouble::OurSignature),
    ("isv.missing-signature", Trouble::OurSignature),
    ("isv.invalid-signature-type", Trouble::OurSignature),
    ("isv.missing-signature-type", Trouble::OurSignature),
    ("isv.missing-signature-key", Trouble::OurSignature),
    ("isv.invalid-app-id", Trouble::OurNumber),
    ("isv.missing-app-id", Trouble::OurNumber),
    ("isv.invalid-timestamp", Trouble::Clock),
    ("isv.insufficient-isv-permissions", Trouble::NotPermitted),
    ("isv.insufficient-user-permissions", Trouble::NotPermitted),
    ("isp.unknow-error", Trouble::Failing),
    ("aop.unknow-error", Trouble::Failing),
];

pub(crate) fn of(ask: &Ask, order: &Order, reply: &Reply, key: &dyn Verify) -> Option<Trouble> {
    if reply.status >= 500 {
        return Some(Trouble::Failing);
    }
    let body = std::str::from_utf8(&reply.body).ok();
    let Some(envelope) = body.and_then(|body| Envelope::open(body, &api_of(ask, order).response_key()))
    else {
        return Some(Trouble::NotTheProvider);
    };
    let Ok(response) = serde_json::from_str::<Response>(envelope.response) else {
        return Some(Trouble::NotTheProvider);
    };
    let finer = response.sub_code.as_deref().unwrap_or_default();
    if let Some((_, trouble)) = OURS.iter().find(|(code, _)| *code == finer) {
        return Some(*trouble);
    }
    let signed = envelope.sign.is_some_and(|signature| key.verify(envelope.response.as_bytes(), &signature));
    (!signed).then_some(Trouble::TheirSignature)
}
