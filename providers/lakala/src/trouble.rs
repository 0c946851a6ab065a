//! What a reply shows to be wrong between a merchant and the platform.

use crate::Lakala;
use crate::translate::{Opened, opened};
use payment::Doubt;
use provider_contract::{Reply, Trouble, words};

pub(crate) fn of(lakala: &Lakala, reply: &Reply) -> Option<Trouble> {
    match opened(lakala, reply) {
        Opened::Answer(..) | Opened::Not(Doubt::RateLimited) => None,
        Opened::Unsigned(_, sentence) => Some(words::trouble(&sentence).unwrap_or(Trouble::TheirSignature)),
        Opened::Not(Doubt::ProviderError) => Some(Trouble::Failing),
        Opened::Not(Doubt::BadSignature) => Some(Trouble::TheirSignature),
        Opened::Not(_) => Some(Trouble::NotTheProvider),
    }
}
