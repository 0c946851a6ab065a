//! What a reply shows to be wrong between a merchant and JD.

use crate::Jd;
use crate::translate::{Opened, opened};
use payment::Doubt;
use provider_contract::{Reply, Trouble, words};

pub(crate) fn of(jd: &Jd, reply: &Reply) -> Option<Trouble> {
    match opened(jd, reply) {
        Opened::Message(_) | Opened::Not(Doubt::RateLimited) => None,
        Opened::Unsigned(_, description) => words::trouble(&description),
        Opened::Not(Doubt::ProviderError) => Some(Trouble::Failing),
        Opened::Not(Doubt::BadSignature) => Some(Trouble::TheirSignature),
        Opened::Not(_) => Some(Trouble::NotTheProvider),
    }
}
