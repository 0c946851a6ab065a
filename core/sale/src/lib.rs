//! A sale that several payments pay: a bill split among people, the rest by another method, another try after a refusal.
//!
//! ```text
//!   payments of one sale ──fold──► Sale ──┬─ place_for(amount) ─► the number of the next part, or why not
//!                                         ├─ give_back(amount) ─► so much of which payment
//!                                         └─ explain           ─► what it means, for people
//! ```
//!
//! A sale has no record of its own. Each of its payments says which part it is and what the whole comes to
//! ([`payment::Part`]); everything else follows from how those payments stand. A part that is still open counts as
//! taken, so nobody is charged for what another part may yet pay. Money that comes after giving up is not counted: it goes
//! back by itself, as it does for any payment.
//!
//! It never decides about a single payment, and it knows no clock, no store and no provider.

mod give_back;
mod place;
mod stand;
mod sum;
mod words;

pub use give_back::{Share, give_back};
pub use place::{PARTS_MAX, Refusal, place_for};
pub use stand::{Stand, stand};
pub use sum::{Sale, State, fold};
pub use words::{Explanation, explain};
