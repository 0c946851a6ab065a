//! How payments stand: the projection of their facts that lists, searches and sums read.

use crate::insert::{Columns, Insert};
use crate::sql::{Kind, query_scalar};
use crate::{Store, StoreError};
use base::{Money, PaymentId, Timestamp};
use engine::Change;
use engine::lease::Fence;
use payment::{Charge, MoneyState, Next, Payment, Refund, RefundState};

const COLUMNS: Columns = &[
    ("id", Kind::Text),
    ("merchant", Kind::Text),
    ("store", Kind::Text),
    ("till", Kind::Text),
    ("key", Kind::Text),
    ("cashier", Kind::Text),
    ("channel", Kind::Text),
    ("wallet", Kind::Text),
    ("reference", Kind::Text),
    ("sale", Kind::Text),
    ("part", Kind::Int),
    ("currency", Kind::Text),
    ("amount", Kind::Int),
    ("created_at", Kind::Int),
    ("state", Kind::Text),
    ("reason", Kind::Text),
    ("paid", Kind::Int),
    ("paid_at", Kind::Int),
    ("refunded", Kind::Int),
    ("undone", Kind::Bool),
    ("escalated", Kind::Bool),
    ("unseen", Kind::Bool),
    ("transaction_no", Kind::Text),
    ("due_at", Kind::Int),
    ("updated_at", Kind::Int),
    ("version", Kind::Int),
    ("holder", Kind::Int),
];
const REFUND_COLUMNS: Columns = &[
    ("id", Kind::Text),
    ("payment", Kind::Text),
    ("merchant", Kind::Text),
    ("till", Kind::Text),
    ("amount", Kind::Int),
    ("give_back", Kind::Bool),
    ("state", Kind::Text),
    ("requested_at", Kind::Int),
    ("done_at", Kind::Int),
];

impl Store {
    /// Payments that must be looked at some time and that no server drives, newest first, beginning before `before`.
    /// For the engine alone, which takes them up after a start and when a server is gone: the newest are those that
    /// somebody stands at a counter for. Instant whatever the number of payments.
    pub async fn open_payments(
        &self,
        before: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<PaymentId>, StoreError> {
        self.open_payments_beside(Fence::NOBODY, before, limit).await
    }

    /// The same for a server that drives some itself and has forgotten which: these too.
    pub async fn open_payments_beside(
        &self,
        me: Fence,
        before: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<PaymentId>, StoreError> {
        let mut ids: Vec<String> = Vec::new();
        for holder in self.orphans_beside(me).await? {
            let some: Vec<String> = query_scalar(OPEN_PAYMENTS)
                .bind(holder)
                .bind(before.map_or_else(|| ABOVE_ALL_IDS.to_owned(), |id| id.to_string()))
                .bind(i64::from(limit))
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("list open payments"))?;
            ids.extend(some);
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(limit as usize);
        Ok(ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?)
    }

    /// How many those are. Takes some tens of milliseconds for each million.
    pub async fn count_open_beside(&self, me: Fence) -> Result<u64, StoreError> {
        let mut count = 0;
        for holder in self.orphans_beside(me).await? {
            let some: i64 = query_scalar(COUNT_OPEN)
                .bind(holder)
                .fetch_one(self.read())
                .await
                .map_err(StoreError::failed("count open payments"))?;
            count += u64::try_from(some).unwrap_or_default();
        }
        Ok(count)
    }

    /// Whose open payments `me` may drive. Few holders, and an index for each of them: whatever the others drive is not
    /// even looked at.
    async fn orphans_beside(&self, me: Fence) -> Result<Vec<i64>, StoreError> {
        let holders: Vec<i64> = query_scalar(HOLDERS)
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list who drives payments"))?;
        let alive = self.members().await?;
        Ok(holders.into_iter().filter(|holder| alive.may_drive(me, Fence(*holder))).collect())
    }
}

/// Ids are hexadecimal digits.
const ABOVE_ALL_IDS: &str = "g";

/// Uses the index of open payments, which holds nothing else.
pub(crate) const OPEN_PAYMENTS: &str =
    "SELECT id FROM payments WHERE due_at IS NOT NULL AND holder = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

const COUNT_OPEN: &str = "SELECT count(*) FROM payments WHERE due_at IS NOT NULL AND holder = $1";

/// Who drives anything, found by leaping from one to the next in the same index.
pub(crate) const HOLDERS: &str = "WITH RECURSIVE holders(holder) AS (\
     SELECT min(holder) FROM payments WHERE due_at IS NOT NULL \
     UNION ALL \
     SELECT (SELECT min(holder) FROM payments WHERE due_at IS NOT NULL AND holder > holders.holder) \
     FROM holders WHERE holders.holder IS NOT NULL) \
     SELECT holder FROM holders WHERE holder IS NOT NULL";

/// What never changes about a payment is written once; the rest is set anew with every change.
/// An open payment is held by the server that changed it, a resting one by nobody.
pub(crate) fn upsert(changes: &[Change], holder: Fence) -> Insert {
    let mut payments = Insert::new(
        "payments",
        COLUMNS,
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, \
         paid = excluded.paid, paid_at = excluded.paid_at, refunded = excluded.refunded, \
         undone = excluded.undone, escalated = excluded.escalated, \
         unseen = excluded.unseen, transaction_no = excluded.transaction_no, due_at = excluded.due_at, \
         updated_at = excluded.updated_at, version = excluded.version, holder = excluded.holder",
    );
    for change in changes {
        let request = &change.payment.request;
        let stand = Standing::of(change);
        payments.row([
            request.id.to_string().into(),
            request.merchant.to_string().into(),
            request.store.to_string().into(),
            request.till.to_string().into(),
            request.key.as_str().into(),
            request.cashier.as_str().into(),
            request.channel.to_string().into(),
            request.wallet.as_str().into(),
            request.reference.as_str().into(),
            request.part.as_ref().map(|part| part.sale.to_string()).into(),
            request.part.as_ref().map(|part| i64::from(part.number)).into(),
            request.amount.currency().code().into(),
            request.amount.minor().into(),
            change.payment.requested_at.as_micros().into(),
            stand.state.into(),
            stand.reason.into(),
            stand.paid.into(),
            stand.paid_at.map(Timestamp::as_micros).into(),
            stand.refunded.into(),
            stand.undone.into(),
            stand.escalated.into(),
            stand.unseen.into(),
            stand.transaction_no.into(),
            change.due.map(Timestamp::as_micros).into(),
            change.payment.updated_at.as_micros().into(),
            i64::from(change.payment.version).into(),
            change.due.map_or(Fence::NOBODY, |_| holder).0.into(),
        ]);
    }
    payments
}

/// Refunds have a table of their own because a day counts those it saw done, whenever the payment was.
pub(crate) fn upsert_refunds(changes: &[Change]) -> Insert {
    let all: Vec<(&Payment, &Refund)> = changes
        .iter()
        .flat_map(|change| change.payment.refunds.iter().map(|refund| (&*change.payment, refund)))
        .collect();
    let mut refunds = Insert::new(
        "refunds",
        REFUND_COLUMNS,
        " ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, state = excluded.state, \
         done_at = excluded.done_at",
    );
    for (payment, refund) in all {
        let (state, done_at) = refund_state(refund);
        refunds.row([
            refund.id.to_string().into(),
            payment.request.id.to_string().into(),
            payment.request.merchant.to_string().into(),
            payment.request.till.to_string().into(),
            moved(refund).minor().into(),
            refund.gives_back().into(),
            state.into(),
            refund.requested_at.as_micros().into(),
            done_at.map(Timestamp::as_micros).into(),
        ]);
    }
    refunds
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
    pub(crate) unseen: bool,
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
            // What the provider denies, and what came in another currency, does not count as takings.
            paid: paid
                .filter(|_| payment.contradicted.is_none())
                .filter(|paid| paid.amount.currency() == payment.request.amount.currency())
                .map(|paid| paid.amount.minor()),
            paid_at: match payment.charge {
                Charge::Paid { at, .. } => Some(at),
                _ => paid.and_then(|paid| paid.at),
            },
            refunded: payment.refunded().minor(),
            undone: payment.undo.is_some(),
            escalated: matches!(change.next, Next::Escalate { .. }),
            unseen: payment.found().is_some() && payment.acknowledged.is_none(),
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

/// What went back, or shall.
fn moved(refund: &Refund) -> Money {
    if matches!(refund.state, RefundState::Done { .. }) { refund.returned } else { refund.amount }
}

pub(crate) fn refund_state(refund: &Refund) -> (&'static str, Option<Timestamp>) {
    match refund.state {
        RefundState::Wanted => ("wanted", None),
        RefundState::Unclear => ("unclear", None),
        RefundState::Processing => ("processing", None),
        RefundState::Done { at } => ("done", Some(at)),
        RefundState::Refused(_) => ("refused", None),
    }
}
