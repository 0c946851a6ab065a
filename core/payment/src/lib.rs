//! The heart: facts about a payment, what they add up to, and what to do next.

mod ask;
mod fact;
mod payer_code;
mod reason;

pub use ask::{Answer, Ask, Doubt, Paid, Said, Verdict};
pub use fact::{CallNo, ContentHash, Entry, Fact, Lost, Method, Notice, RefundRequest, Request};
pub use payer_code::{NotAPayerCode, PayerCode, WalletRule, wallet_of};
pub use reason::{Advice, Reason};
mod policy;
pub use policy::Policy;
