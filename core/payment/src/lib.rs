//! The heart: [facts](Fact) about a payment, what they [add up to](Payment), and [what to do next](next()).
//!
//! ```text
//! facts ──fold──► Payment        (Payment, Policy, now) ──next──► Ask | Wait | Rest | Escalate
//! ```
//!
//! Networks lose replies, so the only honest record of a payment is the list of what was asked, answered,
//! lost and noticed. A transport error is never a fact about the money: a call ends *answered*, *never left*
//! or *lost*, and a lost one is followed by an inquiry and, at the deadline, by a reversal, until the end is
//! definite. There is no path for recovery: after a restart a call without an end reads as lost, and `next`
//! goes on from there.
//!
//! This crate never sees a clock, a socket, a disk or a provider's name.

mod ask;
mod by_hand;
mod command;
mod entry_words;
mod explain;
mod fact;
mod installments;
mod late;
mod news;
mod next;
mod payer_code;
mod payment;
mod policy;
mod reason;
mod refund;
mod routed;
mod trace;

pub use ask::{Answer, Ask, Doubt, Paid, Said, Verdict};
pub use by_hand::{Match, Settled, Settlement, Source, verify_by};
pub use command::{Command, Refusal, check_amount, check_money, check_repeat, decide, hear};
pub use entry_words::entry_text;
pub use explain::{Action, Explanation, MoneyState, explain, refund_text};
pub use fact::{
    CallNo, ContentHash, Entry, Fact, Lost, Method, Notice, Part, RefundRequest, RefundWay, Request,
};
pub use installments::{DoNotAddUp, INSTALLMENTS_MAX, Installments, RATE_CHARACTERS_MAX};
pub use late::Found;
pub use news::{News, What, news};
pub use next::{Alarm, Next, Outcome, Waiting, next, result_by};
pub use payer_code::{NotAPayerCode, PayerCode, Recognized, WalletRule, recognize};
pub use payment::{Charge, History, OpenCall, Payment, Qr, Undo, WhyUnclear, WhyUndo, fold};
pub use policy::Policy;
pub use reason::{Advice, Reason};
pub use refund::{FoundRefund, Refund, RefundState, WithdrawnRefund};
pub use routed::{Considered, Routed, WayStanding, WhyRouted};
pub use trace::{Trace, Traces};
