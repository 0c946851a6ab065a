//! What one payment counts for its sale.

use base::Money;
use payment::{Charge, Payment};

/// What a payment counts for its sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// The money is the shop's; what went back since is not taken off.
    Kept(Money),
    /// It may yet become the shop's, or it is in doubt whether it is; until that is known it counts as taken.
    Open(Money),
    /// A person recorded it by hand; it counts as taken until somebody has verified it.
    Recorded(Money),
    /// No money was taken, or it has gone back or is going back because it came too late.
    Nothing,
}

/// What `payment` counts for its sale.
pub fn stand(payment: &Payment) -> Stand {
    let asked = payment.request.amount;
    match &payment.charge {
        // Late money goes back by itself. If the provider refuses that, a person decides whether it is kept.
        Charge::Paid { paid, .. } if payment.owed_back() && payment.cannot_give_back() => {
            Stand::Open(not_refunded(payment, paid.amount))
        }
        Charge::Paid { .. } if payment.owed_back() => Stand::Nothing,
        Charge::Paid { paid, .. } if payment.contradicted.is_some() => {
            Stand::Open(not_refunded(payment, paid.amount))
        }
        Charge::Paid { paid, .. } => Stand::Kept(paid.amount),
        Charge::Recorded { .. } => Stand::Recorded(asked),
        Charge::NotPaid { .. } | Charge::Returned { .. } => Stand::Nothing,
        Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. } => Stand::Open(asked),
    }
}

fn not_refunded(payment: &Payment, paid: Money) -> Money {
    paid.minus(payment.refunded()).unwrap_or(paid)
}
