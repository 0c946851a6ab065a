//! A slip's facts about the bill that its payment is a part of.

use crate::facts::{Bill, BillPart};
use base::Money;
use payment::{Charge, Payment};
use sale::{Stand, fold, stand};

/// The bill that `payment` is a part of, from all payments of it; nothing if it is a part of none, or pays all of it alone.
pub fn bill_of(payment: &Payment, payments: &[Payment]) -> Option<Bill> {
    let part_of = payment.request.part.as_ref()?;
    if part_of.total == payment.request.amount {
        return None;
    }
    let sale = fold(payments)?;
    let completes = sale.settled_at.is_some() && sale.settled_at == paid_at(payment);
    Some(Bill {
        total: sale.total,
        note: sale.note.clone(),
        parts: payments.iter().filter_map(part).collect(),
        left: sale.left(),
        completed: completes && sale.over().is_zero(),
    })
}

/// What stands on the slip of a payment: what is the shop's, and what was recorded to be.
fn part(payment: &Payment) -> Option<BillPart> {
    let (amount, recorded) = match stand(payment) {
        Stand::Kept(amount) => (amount.minus(payment.refunded()).unwrap_or(amount), false),
        Stand::Recorded(amount) => (amount, true),
        Stand::Open(_) | Stand::Nothing => return None,
    };
    let wallet = payment.request.wallet_name.clone();
    (amount != Money::zero(amount.currency())).then_some(BillPart { wallet, amount, recorded })
}

fn paid_at(payment: &Payment) -> Option<base::Timestamp> {
    match payment.charge {
        Charge::Paid { at, .. } => Some(at),
        Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. }
        | Charge::Recorded { .. }
        | Charge::NotPaid { .. }
        | Charge::Returned { .. } => None,
    }
}
