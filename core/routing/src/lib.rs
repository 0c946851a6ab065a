//! Which of several ways to one wallet a payment takes: what a person ordered, then the configuration's rules, then what
//! was learned of how well each way works.
//!
//! A way is chosen once, before the payment's first byte leaves, and kept with it. A payment never changes its way: a
//! second try over another one is another payment, and only once the first is known not to have been paid. So nothing
//! here can charge anybody twice.
//!
//! It only counts what the way is to blame for. A payer without money says nothing about the way; a call that never
//! left, went unanswered or was answered by a broken provider does ([`showed`]). Counts are kept by
//! [slots](Slot) of time and count half as much after each half-life, so the order of what happened within a slot
//! changes nothing, and servers can add up theirs in any order ([`Tally`]).
//!
//! Nothing here reads a clock or draws a number: both come in as values.

mod choose;
mod policy;
mod rule;
mod showed;
mod tally;

pub use choose::{NoneOpen, Order, Way, Wish, Word, choose};
pub use policy::Policy;
pub use rule::{Hours, Rule, Then, When};
pub use showed::{Failure, Showed, showed, showed_by_silence};
pub use tally::{Counts, Score, Slot, Standing, Tally};
