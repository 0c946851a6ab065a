//! What a reply shows to be wrong between a merchant and WeChat Pay's API v2.
//!
//! Who is turned away at the door is told so without a signature and in words alone; words that are not known say
//! nothing of the cause.

use super::Config;
use super::wire::{ERR_CODE, RETURN_CODE, RETURN_MSG, ROOT};
use crate::codes;
use provider_contract::{Reply, Trouble};
use strict_xml::flat;

/// Words in what the door says, and what they point to. Seen in merchants' questions, not in a list of WeChat's own.
const DOOR: &[(&str, Trouble)] = &[
    ("证书", Trouble::NotPermitted),
    ("签名", Trouble::OurSignature),
    ("sign", Trouble::OurSignature),
    ("appid", Trouble::OurNumber),
    ("mch_id", Trouble::OurNumber),
    ("商户号", Trouble::OurNumber),
    ("权限", Trouble::NotPermitted),
];

pub(super) fn of(config: &Config, reply: &Reply) -> Option<Trouble> {
    if reply.status >= 500 {
        return Some(Trouble::Failing);
    }
    let Ok(fields) = flat::read(ROOT, &reply.body) else { return Some(Trouble::NotTheProvider) };
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    match text(RETURN_CODE) {
        "SUCCESS" if !config.sign_type.verify(&fields, config.api_key.reveal()) => {
            Some(Trouble::TheirSignature)
        }
        "SUCCESS" => codes::trouble(text(ERR_CODE)),
        "FAIL" => Some(at_the_door(text(RETURN_MSG)).unwrap_or(Trouble::Failing)),
        _ => Some(Trouble::NotTheProvider),
    }
}

/// What the door's words point to.
pub(super) fn at_the_door(told: &str) -> Option<Trouble> {
    DOOR.iter().find(|(words, _)| told.contains(words)).map(|(_, trouble)| *trouble)
}
