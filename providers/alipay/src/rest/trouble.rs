//! What a reply of REST shows to be wrong between a merchant and Alipay.

use super::wire::{Failure, is_signed};
use crate::trouble::OURS;
use provider_contract::signing::Verify;
use provider_contract::{Reply, Trouble};

pub(super) fn of(reply: &Reply, key: &dyn Verify) -> Option<Trouble> {
    if reply.status >= 500 {
        return Some(Trouble::Failing);
    }
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&reply.body) else {
        return Some(Trouble::NotTheProvider);
    };
    let failure = serde_json::from_value::<Failure>(body).ok();
    let told = failure.filter(|_| reply.status >= 400).and_then(|failure| of_code(&failure.code));
    told.or_else(|| (!is_signed(reply, key)).then_some(Trouble::TheirSignature))
}

/// What one of the gateway's own codes points to. REST leaves out the `isv.` that the classic gateway writes before them;
/// both spellings are taken.
pub(super) fn of_code(code: &str) -> Option<Trouble> {
    let bare = |code: &'static str| code.strip_prefix("isv.").unwrap_or(code);
    let asked = code.strip_prefix("isv.").unwrap_or(code);
    OURS.iter().find(|(known, _)| bare(known) == asked).map(|(_, trouble)| *trouble)
}
