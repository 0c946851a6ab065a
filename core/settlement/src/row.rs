//! One line of either side, in one form for all providers.

use base::{Currency, Timestamp};

/// What a row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Money taken.
    Sale,
    /// Money given back: by a refund, or of the whole by a reversal, which counts as the refund that bears the
    /// payment's own number.
    Refund,
}

/// What a provider's bill says of a row's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It moved.
    Yes,
    /// It is on its way.
    UnderWay,
    /// It did not move.
    No,
}

/// What our book says of a row's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It moved: the sale is paid (whatever was refunded since), the refund is done.
    Moved,
    /// Not known yet, or under way.
    Open,
    /// It did not move and never will: not paid, refund refused.
    NotMoved,
    /// A person says so; no provider has confirmed it.
    Recorded,
}

/// Where a book row lies in time, seen from the day of the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the day: an earlier bill's matter.
    Before,
    /// Within the day.
    Inside,
    /// Within the day, so near its end that the provider may count it to the next.
    NearTheEnd,
    /// After the day: a later bill's matter.
    After,
}

/// A line of a provider's bill. Its texts are the file's own bytes: most rows are equal to ours and forgotten.
#[derive(Clone, Copy, Debug)]
pub struct BillRow<'a> {
    /// Which line of the file it is, from 1.
    pub line: u64,
    /// What it counts.
    pub kind: Kind,
    /// Our payment's id (of a sale) or refund's id (of a refund), if the number on the bill has our form.
    pub id: Option<u128>,
    /// Our order number as the bill has it.
    pub order_no: &'a [u8],
    /// Our refund number as the bill has it; empty for a sale.
    pub refund_no: &'a [u8],
    /// The provider's number of this movement.
    pub transaction: &'a [u8],
    /// Minor units, never negative.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
    /// What the provider keeps of it, minor units; negative if it gives a fee back.
    pub fee: i64,
    /// Whether the money moved.
    pub moved: Moved,
    /// When, by the provider's clock.
    pub at: Option<Timestamp>,
}

/// A line of our book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookRow {
    /// What it counts.
    pub kind: Kind,
    /// The payment's id (of a sale) or the refund's id (of a refund).
    pub id: u128,
    /// Minor units, never negative.
    pub amount: i64,
    /// Of what.
    pub currency: Currency,
    /// The fee that is expected, if one is known.
    pub fee: Option<i64>,
    /// What is known of the money.
    pub state: State,
    /// Where it lies in time.
    pub place: Place,
}
