//! What a reply shows to be wrong between a merchant and the gateway.

use super::wire::{ERR_CODE, MESSAGE, ROOT, STATUS};
use super::{Qra, codes};
use provider_contract::{Reply, Trouble, words};
use strict_xml::flat;

pub(crate) fn of(qra: &Qra, reply: &Reply) -> Option<Trouble> {
    if reply.status >= 500 {
        return Some(Trouble::Failing);
    }
    let Ok(fields) = flat::read(ROOT, &reply.body) else { return Some(Trouble::NotTheProvider) };
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    match text(STATUS) {
        "" => Some(Trouble::NotTheProvider),
        "0" if !qra.key.signed(&fields) => Some(Trouble::TheirSignature),
        "0" => codes::trouble(text(ERR_CODE)),
        _ => Some(words::trouble(text(MESSAGE)).unwrap_or(Trouble::Failing)),
    }
}
