//! What a reply shows to be wrong between a merchant and JD.

use crate::Jd;
use crate::translate::{Opened, opened};
use payment::Doubt;
use provider_contract::{Reply, Trouble};

/// Words of an unsigned description that speak of us. JD's codes are not known; its words are plain.
const OURS: &[(&str, Trouble)] = &[
    ("签名", Trouble::OurSignature),
    ("验签", Trouble::OurSignature),
    ("解密", Trouble::OurSignature),
    ("权限", Trouble::NotPermitted),
    ("商户", Trouble::OurNumber),
    ("系统", Trouble::Failing),
];

pub(crate) fn of(jd: &Jd, reply: &Reply) -> Option<Trouble> {
    match opened(jd, reply) {
        Opened::Message(_) | Opened::Not(Doubt::RateLimited) => None,
        Opened::Unsigned(_, description) => {
            OURS.iter().find(|(word, _)| description.contains(word)).map(|(_, trouble)| *trouble)
        }
        Opened::Not(Doubt::ProviderError) => Some(Trouble::Failing),
        Opened::Not(Doubt::BadSignature) => Some(Trouble::TheirSignature),
        Opened::Not(_) => Some(Trouble::NotTheProvider),
    }
}
