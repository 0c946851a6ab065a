//! Our book against the provider's bill: every [`Difference`], what it [means](Difference::story), what
//! [cures](Difference::cure) it.
//!
//! ```text
//!   book rows (what our facts add up to) ──► Book ──seal──► Matcher ◄── bill rows (what the provider counts)
//!                                                             │
//!                                                             ▼ finish
//!                                              Reconciled { sums, differences ──cure──► Cure }
//! ```
//!
//! A bill row never decides anything about money: it is a reason to look. Most cures are an inquiry on a payment's
//! ordinary path, after which money that nobody owns goes back by itself; what an inquiry cannot cure is raised to a
//! person by name.
//!
//! The book is held as 24 bytes a row, the bill is never held at all, so ten million rows of either fit a small
//! machine. The order of rows changes nothing but which of two equal lines is called the second.
//!
//! ```
//! let nothing_differs = settlement::reconcile(&[], &[]);
//! assert!(nothing_differs.is_empty());
//! ```

mod again;
mod book;
pub mod cell;
mod day;
mod difference;
mod fee;
mod funds;
mod manual;
mod matcher;
mod of_payment;
mod row;
mod standing;
mod story;

pub use again::{Again, judge_again};
pub use book::{Book, PackedRow, SealedBook};
pub use day::{Day, MalformedDay};
pub use difference::{Class, Cure, Difference, Ours, Theirs};
pub use fee::{FeeRule, Rounding};
pub use funds::{Balance, Flow, Flows, hold_funds};
pub use manual::{ManualMatch, ManualRecord, match_manual};
pub use matcher::{Matcher, Reconciled, Rules, Sum, Sums, Verdict, reconcile};
pub use of_payment::{CUT, book_rows};
pub use row::{BillRow, BookRow, Kind, Moved, Place, State};
pub use standing::DifferenceState;
pub use story::Story;
