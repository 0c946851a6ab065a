//! What both protocols send of an order, and what a state of it proves.

use base::{Currency, Money};
use payment::{Doubt, Paid, Reason, Verdict};
use provider_contract::{CannotAsk, Order};

/// The currency of every mainland order.
pub(crate) const CNY: &str = "CNY";
/// Longest description WeChat takes. It does not say of what, so it is counted in bytes.
const DESCRIPTION_BYTES_MAX: usize = 127;
/// Longest refund reason, in bytes.
pub(crate) const REASON_BYTES_MAX: usize = 80;
/// A reply longer than this is none of WeChat's.
pub(crate) const REPLY_BYTES_MAX: usize = 256 * 1024;

/// What the payer sees.
pub(crate) fn description(order: &Order) -> Result<String, CannotAsk> {
    let text = clipped(order.description.trim(), DESCRIPTION_BYTES_MAX);
    if text.is_empty() {
        return Err(CannotAsk::OrderNotAcceptable("the description is empty".to_owned()));
    }
    Ok(text)
}

/// Fen of an amount that can be paid or returned.
pub(crate) fn fen(amount: Money) -> Result<i64, CannotAsk> {
    if amount.currency() != Currency::Cny {
        return Err(CannotAsk::OrderNotAcceptable("the currency is not CNY".to_owned()));
    }
    if !amount.is_positive() {
        return Err(CannotAsk::OrderNotAcceptable("the amount is not above zero".to_owned()));
    }
    Ok(amount.minor())
}

/// As much of `text` as fits, cut between characters.
pub(crate) fn clipped(text: &str, bytes_max: usize) -> String {
    text[..text.floor_char_boundary(bytes_max)].to_owned()
}

/// What the state of our own order proves. `REFUND` is an order that was paid and of which some was returned.
/// `has_transaction`: the answer names WeChat's own number of it; `paid`: the payment it tells of, if all of it is there.
pub(crate) fn state(
    order: &Order,
    trade_state: &str,
    has_transaction: bool,
    paid: impl FnOnce() -> Option<Paid>,
) -> Verdict {
    match trade_state {
        "SUCCESS" | "REFUND" => paid().map_or(Verdict::Unclear(Doubt::Garbled), Verdict::Paid),
        "USERPAYING" => Verdict::AwaitingPayer,
        "NOTPAY" if order.shown_qr => Verdict::AwaitingPayer,
        "NOTPAY" => Verdict::Unclear(Doubt::NotYetPaid),
        "PAYERROR" => Verdict::Declined(Reason::PayerCancelledOrTimedOut),
        "CLOSED" => Verdict::Closed,
        "REVOKED" if order.transaction.is_some() || has_transaction => Verdict::Returned,
        "REVOKED" => Verdict::Closed,
        "ACCEPT" => Verdict::Unclear(Doubt::ProviderError),
        _ => Verdict::Unclear(Doubt::UnknownCode),
    }
}

/// What a reversal did. It gives money back only if some was taken, and the reply does not say which it was.
pub(crate) fn undone(order: &Order) -> Verdict {
    if order.transaction.is_some() { Verdict::Returned } else { Verdict::Closed }
}
