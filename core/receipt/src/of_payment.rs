//! A slip's facts, taken from a payment that rests.

use crate::facts::{Bill, Counted, Language, LastDigits, Outcome, ReceiptFacts, RefundFact};
use base::{RefundNo, Text, Timestamp};
use payment::{Charge, Installments, Method, Next, Payment, Refund, RefundState, WhyUndo};

/// What a payment does not know of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who takes the money, as customers know them.
    pub shop: String,
    /// Which of their stores; empty if there is only one.
    pub store: String,
    /// Which till.
    pub till: String,
    /// Where the electronic receipt is, if there is one.
    pub receipt_url: Option<String>,
    /// The bill that it is a part of, if several payments pay one.
    pub bill: Option<Bill>,
    /// The language of the slip.
    pub language: Language,
}

/// The facts of a payment's slip, or nothing while the payment has not come to rest: a slip never guesses.
pub fn of_payment(payment: &Payment, next: &Next, place: Place) -> Option<ReceiptFacts> {
    if let Charge::Recorded { .. } = payment.charge {
        return Some(facts(payment, Outcome::Recorded, place));
    }
    let Next::Rest(outcome) = next else { return kept_while_refunding(payment, place) };
    let outcome = match outcome {
        payment::Outcome::Paid => Outcome::Paid { refunds: refunds_done(payment) },
        payment::Outcome::NotPaid(reason) => Outcome::NotPaid { reason: reason.text() },
        payment::Outcome::Returned if payment.all_refunded() && payment.undo.is_none() => {
            Outcome::Paid { refunds: refunds_done(payment) }
        }
        payment::Outcome::Returned => Outcome::Returned { reason: why_returned(payment) },
    };
    Some(facts(payment, outcome, place))
}

/// The facts of a refund's own slip, once the refund is done.
pub fn of_refund(payment: &Payment, refund: &Refund, place: Place) -> Option<ReceiptFacts> {
    let refund = done(refund)?;
    Some(facts(payment, Outcome::Refunded { refund }, place))
}

/// Money that is ours stays on the slip as paid while a refund of it is under way.
fn kept_while_refunding(payment: &Payment, place: Place) -> Option<ReceiptFacts> {
    let kept = matches!(payment.charge, Charge::Paid { .. }) && payment.undo.is_none();
    kept.then(|| facts(payment, Outcome::Paid { refunds: refunds_done(payment) }, place))
}

fn facts(payment: &Payment, outcome: Outcome, place: Place) -> ReceiptFacts {
    let paid = payment.paid();
    ReceiptFacts {
        shop: place.shop,
        store: place.store,
        till: place.till,
        cashier: payment.request.cashier.clone(),
        time: paid.and_then(|paid| paid.at).unwrap_or(settled_at(payment)),
        amount: paid.map_or(payment.request.amount, |paid| paid.amount),
        outcome,
        wallet: payment.request.wallet_name.clone(),
        counted: counted(payment),
        last_digits: None::<LastDigits>,
        order_number: payment.request.order_no().to_string(),
        provider_number: paid.map(|paid| paid.transaction.clone()).filter(|number| !number.is_empty()),
        installments: payment.request.installments.as_ref().map(Installments::text),
        receipt_url: place.receipt_url,
        bill: place.bill,
        language: place.language,
    }
}

fn counted(payment: &Payment) -> Option<Counted> {
    match payment.request.method {
        Method::Cash { tendered } => Some(Counted { tendered, change: payment.request.change() }),
        Method::PayerCode { .. } | Method::ShownQr | Method::ShopCode { .. } => None,
    }
}

fn settled_at(payment: &Payment) -> Timestamp {
    match payment.charge {
        Charge::Recorded { since: at }
        | Charge::Paid { at, .. }
        | Charge::NotPaid { at, .. }
        | Charge::Returned { at, .. } => at,
        Charge::NotAsked
        | Charge::NeverLeft { .. }
        | Charge::Unclear { .. }
        | Charge::AwaitingPayer { .. } => payment.updated_at,
    }
}

fn refunds_done(payment: &Payment) -> Vec<RefundFact> {
    payment.refunds.iter().filter_map(done).collect()
}

fn done(refund: &Refund) -> Option<RefundFact> {
    match refund.state {
        RefundState::Done { at } => Some(RefundFact {
            amount: refund.amount,
            time: at,
            number: RefundNo::from(refund.id).to_string(),
            in_cash: refund.in_cash(),
        }),
        RefundState::Wanted | RefundState::Unclear | RefundState::Processing | RefundState::Refused(_) => {
            None
        }
    }
}

fn why_returned(payment: &Payment) -> Text {
    match payment.undo.map(|undo| undo.why) {
        Some(WhyUndo::Cashier) => Text::new("收银员已取消", "Canceled by the cashier"),
        Some(WhyUndo::Deadline | WhyUndo::PaidTooLate) => {
            Text::new("付款到得太晚", "The payment came too late")
        }
        None => Text::new("支付机构已退回", "Returned by the provider"),
    }
}
