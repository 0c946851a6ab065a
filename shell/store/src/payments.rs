//! How payments stand: the projection of their facts that lists, searches and sums read.

use crate::database::{Db, PARAMETERS_MAX};
use crate::{Store, StoreError};
use base::{PaymentId, Timestamp};
use engine::Change;
use payment::{Charge, MoneyState, Next, Payment, Refund, RefundState};
use sqlx::QueryBuilder;

const COLUMNS: usize = 23;
const REFUND_COLUMNS: usize = 9;

impl Store {
    /// Payments that must be looked at some time, in the order of their ids, beginning after `after`. For the
    /// engine alone, which takes them up again after a restart. Instant whatever the number of payments.
    pub async fn open_payments(
        &self,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<PaymentId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(OPEN_PAYMENTS)
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list open payments"))?;
        Ok(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
    }
}

/// Uses the index of open payments, which holds nothing else.
pub(crate) const OPEN_PAYMENTS: &str =
    "SELECT id FROM payments WHERE due_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";

/// What never changes about a payment is written once; the rest is set anew with every change.
pub(crate) fn push_upsert(script: &mut QueryBuilder<Db>, changes: &[Change]) {
    for some in changes.chunks(PARAMETERS_MAX / COLUMNS) {
        script.push(
            "INSERT INTO payments (id, merchant, store, till, key, cashier, channel, wallet, reference, \
             currency, amount, created_at, state, reason, paid, paid_at, refunded, undone, escalated, \
             transaction_no, due_at, updated_at, version) ",
        );
        script.push_values(some, |mut values, change| {
            let request = &change.payment.request;
            let stand = Standing::of(change);
            values
                .push_bind(request.id.to_string())
                .push_bind(request.merchant.to_string())
                .push_bind(request.store.to_string())
                .push_bind(request.till.to_string())
                .push_bind(request.key.as_str())
                .push_bind(request.cashier.as_str())
                .push_bind(request.channel.to_string())
                .push_bind(request.wallet.as_str())
                .push_bind(request.reference.as_str())
                .push_bind(request.amount.currency().code())
                .push_bind(request.amount.minor())
                .push_bind(change.payment.requested_at.as_micros())
                .push_bind(stand.state)
                .push_bind(stand.reason)
                .push_bind(stand.paid)
                .push_bind(stand.paid_at.map(Timestamp::as_micros))
                .push_bind(stand.refunded)
                .push_bind(stand.undone)
                .push_bind(stand.escalated)
                .push_bind(stand.transaction_no)
                .push_bind(change.due.map(Timestamp::as_micros))
                .push_bind(change.payment.updated_at.as_micros())
                .push_bind(i64::from(change.payment.version));
        });
        script.push(
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, \
             paid = excluded.paid, paid_at = excluded.paid_at, refunded = excluded.refunded, \
             undone = excluded.undone, escalated = excluded.escalated, \
             transaction_no = excluded.transaction_no, due_at = excluded.due_at, \
             updated_at = excluded.updated_at, version = excluded.version",
        );
        script.push("; ");
    }
}

/// Refunds have a table of their own because a day counts those it saw done, whenever the payment was.
pub(crate) fn push_upsert_refunds(script: &mut QueryBuilder<Db>, changes: &[Change]) {
    let refunds: Vec<(&Payment, &Refund)> = changes
        .iter()
        .flat_map(|change| change.payment.refunds.iter().map(|refund| (&change.payment, refund)))
        .collect();
    for some in refunds.chunks(PARAMETERS_MAX / REFUND_COLUMNS) {
        script.push(
            "INSERT INTO refunds (id, payment, merchant, till, amount, give_back, state, requested_at, done_at) ",
        );
        script.push_values(some, |mut values, (payment, refund)| {
            let (state, done_at) = refund_state(refund);
            values
                .push_bind(refund.id.to_string())
                .push_bind(payment.request.id.to_string())
                .push_bind(payment.request.merchant.to_string())
                .push_bind(payment.request.till.to_string())
                .push_bind(refund.amount.minor())
                .push_bind(refund.request.is_none())
                .push_bind(state)
                .push_bind(refund.requested_at.as_micros())
                .push_bind(done_at.map(Timestamp::as_micros));
        });
        script.push(" ON CONFLICT (id) DO UPDATE SET state = excluded.state, done_at = excluded.done_at");
        script.push("; ");
    }
}

/// What of a payment changes with its facts.
pub(crate) struct Standing {
    pub(crate) state: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) paid: Option<i64>,
    pub(crate) paid_at: Option<Timestamp>,
    pub(crate) refunded: i64,
    pub(crate) undone: bool,
    pub(crate) escalated: bool,
    pub(crate) transaction_no: Option<String>,
}

impl Standing {
    pub(crate) fn of(change: &Change) -> Standing {
        let payment = &change.payment;
        let paid = payment.paid();
        Standing {
            state: MoneyState::of(payment, &change.next).code(),
            reason: match payment.charge {
                Charge::NotPaid { reason, .. } => Some(reason.code()),
                _ => rest_reason(&change.next),
            },
            paid: paid.map(|paid| paid.amount.minor()),
            paid_at: match payment.charge {
                Charge::Paid { at, .. } => Some(at),
                _ => paid.and_then(|paid| paid.at),
            },
            refunded: payment.refunded().minor(),
            undone: payment.undo.is_some(),
            escalated: matches!(change.next, Next::Escalate { .. }),
            transaction_no: paid.map(|paid| paid.transaction.clone()).filter(|number| !number.is_empty()),
        }
    }
}

fn rest_reason(next: &Next) -> Option<&'static str> {
    match next {
        Next::Rest(payment::Outcome::NotPaid(reason)) => Some(reason.code()),
        _ => None,
    }
}

fn refund_state(refund: &Refund) -> (&'static str, Option<Timestamp>) {
    match refund.state {
        RefundState::Wanted => ("wanted", None),
        RefundState::Unclear => ("unclear", None),
        RefundState::Processing => ("processing", None),
        RefundState::Done { at } => ("done", Some(at)),
        RefundState::Refused(_) => ("refused", None),
    }
}
