//! Plans for paying in instalments, of providers whose wallet lends the money: asked before the customer pays, because what
//! is agreed to must have been seen.

use crate::{Call, CannotAsk, Moment, Reply};
use base::{Money, OrderNo};
use payment::Doubt;

/// A provider that can tell its plans for an amount.
pub trait OffersInstallments: Send + Sync {
    /// The question for the plans; `number` is an order number that no payment has.
    fn plans_call(&self, number: OrderNo, amount: Money, moment: &Moment) -> Result<Call, CannotAsk>;

    /// The plans that `reply` offers, in the provider's order; each adds up ([`payment::Installments::for_amount`]).
    fn plans(
        &self,
        number: OrderNo,
        amount: Money,
        reply: &Reply,
    ) -> Result<Vec<payment::Installments>, NoPlans>;
}

/// Why no plans can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPlans {
    /// The provider offers none for this amount: its own words.
    Refused(String),
    /// Nothing can be concluded.
    Unclear(Doubt),
}
