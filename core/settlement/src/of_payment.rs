//! What the facts of a payment are as rows of the book.

use crate::{BookRow, Day, Kind, Place, State};
use base::{RefundId, Timestamp};
use payment::{Charge, Paid, Payment, Refund, RefundState};
use std::time::Duration;

/// So near midnight a provider may count a payment to the other day.
pub const CUT: Duration = Duration::from_secs(15 * 60);

impl Place {
    /// Where `at` lies, seen from the bill of `day`.
    pub fn of(at: Timestamp, day: Day) -> Place {
        match () {
            () if at < day.start() => Place::Before,
            () if at >= day.end() => Place::After,
            () if at + CUT >= day.end() => Place::NearTheEnd,
            () => Place::Inside,
        }
    }
}

/// The rows of one payment, seen from the bill of `day`: the sale, each refund, and a reversal as the refund that
/// bears the payment's own number. Money moved when the provider says so, or else when we learnt it.
/// What a person vouches for bears no number that a provider knows, so it makes no row; it is found by
/// [`crate::match_manual`].
pub fn book_rows(payment: &Payment, day: Day) -> Vec<BookRow> {
    if payment.request.method.is_by_hand() {
        return Vec::new();
    }
    let mut rows = vec![sale(payment, day)];
    rows.extend(payment.refunds.iter().map(|refund| refund_row(refund, payment, day)));
    let given_back = payment.refund(payment.give_back_id()).is_some();
    if let (Charge::Returned { paid: Some(paid), at }, false, false) =
        (&payment.charge, payment.all_refunded(), given_back)
    {
        rows.push(reversal(payment, paid, *at, day));
    }
    rows
}

fn sale(payment: &Payment, day: Day) -> BookRow {
    let paid = payment.paid();
    let state = match payment.charge {
        Charge::Paid { .. } | Charge::Returned { paid: Some(_), .. } => State::Moved,
        Charge::NotPaid { .. } | Charge::Returned { paid: None, .. } => State::NotMoved,
        Charge::Recorded { .. } => State::Recorded,
        Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. } => State::Open,
    };
    let learnt = match payment.charge {
        Charge::Paid { at, .. } => at,
        _ => payment.requested_at,
    };
    let amount = paid.map_or(payment.request.amount, |paid| paid.amount);
    BookRow {
        kind: Kind::Sale,
        id: payment.request.id.as_u128(),
        amount: amount.minor(),
        currency: amount.currency(),
        fee: None,
        state,
        place: Place::of(paid.and_then(|paid| paid.at).unwrap_or(learnt), day),
    }
}

fn refund_row(refund: &Refund, payment: &Payment, day: Day) -> BookRow {
    let (state, at) = match refund.state {
        RefundState::Done { at } => (State::Moved, at),
        RefundState::Refused(_) => (State::NotMoved, refund.requested_at),
        RefundState::Wanted | RefundState::Unclear | RefundState::Processing => {
            (State::Open, refund.requested_at)
        }
    };
    BookRow {
        kind: Kind::Refund,
        id: refund.id.as_u128(),
        amount: refund.amount.minor(),
        currency: payment.request.amount.currency(),
        fee: None,
        state,
        place: Place::of(at, day),
    }
}

fn reversal(payment: &Payment, paid: &Paid, at: Timestamp, day: Day) -> BookRow {
    let as_refund: RefundId = payment.give_back_id();
    BookRow {
        kind: Kind::Refund,
        id: as_refund.as_u128(),
        amount: paid.amount.minor(),
        currency: paid.amount.currency(),
        fee: None,
        state: State::Moved,
        place: Place::of(at, day),
    }
}
