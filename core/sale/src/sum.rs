//! What the payments of a sale add up to.

use crate::stand::{Stand, stand};
use base::{Money, SaleId, Timestamp};
use payment::{Charge, Part, Payment, RefundState};

/// A sale, as its payments tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Which.
    pub id: SaleId,
    /// What it comes to.
    pub total: Money,
    /// What people call it; empty if nothing.
    pub note: String,
    /// How many payments it has, whatever became of them.
    pub parts: u32,
    /// What is the shop's, before what went back by refunds.
    pub paid: Money,
    /// What went back by refunds that are done.
    pub returned: Money,
    /// What was asked for and may yet become the shop's, records by hand among it.
    pub open: Money,
    /// The part of it that a person recorded by hand.
    pub recorded: Money,
    /// When what was paid, less what had gone back, reached the total. What goes back after this is a return: it
    /// asks for nothing anew.
    pub settled_at: Option<Timestamp>,
}

/// How far a sale is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something is left to pay.
    Open,
    /// Nothing more may be asked for, and it is not known yet whether what was asked for comes.
    Waiting,
    /// Paid in full; some of it may have gone back since.
    Settled,
    /// More is the shop's than the sale came to: the rest is to go back.
    Overpaid,
    /// It was paid in full, and everything has gone back.
    Returned,
}

/// What these payments of one sale add up to, in whatever order they come. Nothing if none of them is a part of a sale.
/// A payment of another sale is not counted.
pub fn fold<'a>(payments: impl IntoIterator<Item = &'a Payment>) -> Option<Sale> {
    let mut parts: Vec<(&Part, &Payment)> = payments
        .into_iter()
        .filter_map(|payment| payment.request.part.as_ref().map(|part| (part, payment)))
        .collect();
    parts.sort_by_key(|(part, payment)| (part.number, payment.request.id));
    let (first, _) = *parts.first()?;
    parts.retain(|(part, _)| part.sale == first.sale);
    let zero = Money::zero(first.total.currency());
    let mut sale = Sale {
        id: first.sale,
        total: first.total,
        note: first.note.clone(),
        parts: parts.iter().map(|(part, _)| part.number).max().unwrap_or_default(),
        paid: zero,
        returned: zero,
        open: zero,
        recorded: zero,
        settled_at: None,
    };
    for (_, payment) in &parts {
        sale.count(payment);
    }
    sale.settled_at = settled_at(&parts, sale.total);
    Some(sale)
}

impl Sale {
    /// What is the shop's now.
    pub fn net(&self) -> Money {
        less(self.paid, self.returned)
    }

    /// What is left to pay: what may still be asked for. Never negative; nothing once the sale was paid in full.
    pub fn left(&self) -> Money {
        if self.settled_at.is_some() {
            return Money::zero(self.total.currency());
        }
        positive(less(less(self.total, self.net()), self.open))
    }

    /// What came beyond the total and is to go back. Nothing for nearly every sale.
    pub fn over(&self) -> Money {
        positive(less(self.net(), self.total))
    }

    /// How far it is.
    pub fn state(&self) -> State {
        match self.settled_at {
            Some(_) if self.over().is_positive() => State::Overpaid,
            Some(_) if self.net().is_zero() => State::Returned,
            Some(_) => State::Settled,
            None if self.left().is_positive() => State::Open,
            None => State::Waiting,
        }
    }

    fn count(&mut self, payment: &Payment) {
        match stand(payment) {
            Stand::Kept(amount) => {
                self.paid = plus(self.paid, amount);
                self.returned = plus(self.returned, payment.refunded());
            }
            Stand::Open(amount) => self.open = plus(self.open, amount),
            Stand::Recorded(amount) => {
                self.open = plus(self.open, amount);
                self.recorded = plus(self.recorded, amount);
            }
            Stand::Nothing => {}
        }
    }
}

/// When the sum first reached the total, were it once. Every fact stands at the moment when this shop's clock learnt it
/// or, for a refund, when it was wanted.
fn settled_at(parts: &[(&Part, &Payment)], total: Money) -> Option<Timestamp> {
    let mut moves: Vec<(Timestamp, Money)> = parts.iter().flat_map(|(_, payment)| moves(payment)).collect();
    // What came and what went in one moment: what came was first.
    moves.sort_by_key(|(at, amount)| (*at, -amount.minor()));
    let mut sum = Money::zero(total.currency());
    moves.into_iter().find_map(|(at, amount)| {
        sum = plus(sum, amount);
        (sum.minor() >= total.minor()).then_some(at)
    })
}

fn moves(payment: &Payment) -> Vec<(Timestamp, Money)> {
    let (Stand::Kept(amount), Charge::Paid { at, .. }) = (stand(payment), &payment.charge) else {
        return Vec::new();
    };
    let done = payment.refunds.iter().filter(|refund| matches!(refund.state, RefundState::Done { .. }));
    let went =
        done.map(|refund| (refund.requested_at, less(Money::zero(amount.currency()), refund.returned)));
    std::iter::once((*at, amount)).chain(went).collect()
}

/// A payment in another currency was raised by itself; it is not counted.
fn plus(sum: Money, amount: Money) -> Money {
    sum.plus(amount).unwrap_or(sum)
}

fn less(sum: Money, amount: Money) -> Money {
    sum.minus(amount).unwrap_or(sum)
}

fn positive(amount: Money) -> Money {
    if amount.is_positive() { amount } else { Money::zero(amount.currency()) }
}
