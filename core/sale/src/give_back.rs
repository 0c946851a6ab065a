//! Which payments give money of a sale back: each by its own method, and none more than came by it.

use base::{Money, PaymentId};
use payment::{Payment, RefundWay};

/// So much of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which payment.
    pub payment: PaymentId,
    /// How much of it.
    pub amount: Money,
    /// The way it came: over the counter what came over the counter, everything else through its provider.
    pub way: RefundWay,
}

/// The shares by which `amount` of a sale goes back, the newest part first: whoever paid last is most likely to be still
/// there. If the payments cannot give that much back, the error is the most that they can.
pub fn give_back(payments: &[Payment], amount: Money) -> Result<Vec<Share>, Money> {
    let mut newest: Vec<&Payment> = payments.iter().collect();
    newest.sort_by_key(|payment| {
        std::cmp::Reverse((payment.request.part.as_ref().map(|part| part.number), payment.request.id))
    });
    let mut left = amount;
    let mut most = Money::zero(amount.currency());
    let mut shares = Vec::new();
    for payment in newest {
        let can = payment.refundable();
        let Ok(sum) = most.plus(can) else { continue };
        most = sum;
        let share = if can.minor() < left.minor() { can } else { left };
        if share.is_positive() {
            shares.push(Share { payment: payment.request.id, amount: share, way: way(payment) });
            left = left.minus(share).expect("a share is in the currency of the whole and not above it");
        }
    }
    if left.is_positive() { Err(most) } else { Ok(shares) }
}

fn way(payment: &Payment) -> RefundWay {
    let nobody_to_ask = payment.request.method.is_by_hand() || payment.cannot_give_back();
    if nobody_to_ask { RefundWay::Cash } else { RefundWay::Provider }
}
