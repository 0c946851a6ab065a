//! Sales that two payments paid: the same merchant, reference and amount, both kept whole.

use crate::sql::query_as;
use crate::{EventId, Store, StoreError};
use base::{MerchantId, PaymentId, Timestamp};

/// Two payments that paid one sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidTwice {
    /// Whose sale.
    pub merchant: MerchantId,
    /// The merchant's own number for it.
    pub reference: String,
    /// What was paid first.
    pub first: PaymentId,
    /// What was paid after it.
    pub second: PaymentId,
    /// How long after it the second was asked for, or before.
    pub between: std::time::Duration,
}

/// Merchant, reference, a payment, when it was asked for and paid, and the same of the other.
type Row = (String, String, String, i64, Option<i64>, String, i64, Option<i64>);

impl Store {
    /// Sales that were paid twice, of those whose payments changed after `after` and up to `to`. A payment that is not
    /// kept whole is no second one.
    pub async fn sales_paid_twice(&self, after: EventId, to: EventId) -> Result<Vec<PaidTwice>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT DISTINCT p.merchant, p.reference, p.id, p.created_at, p.paid_at, o.id, o.created_at, o.paid_at \
             FROM events e JOIN payments p ON p.id = e.payment JOIN payments o \
             ON o.merchant = p.merchant AND o.reference = p.reference AND o.reference <> '' \
             AND o.id <> p.id AND o.amount = p.amount AND o.currency = p.currency \
             WHERE e.id > $1 AND e.id <= $2 AND p.reference <> '' AND p.state = 'paid' AND o.state = 'paid' \
             AND p.refunded = 0 AND o.refunded = 0",
        )
        .bind(after.0)
        .bind(to.0)
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("look for sales paid twice"))?;
        let mut found: Vec<PaidTwice> = Vec::new();
        for (merchant, reference, one, begun, paid, other, other_begun, other_paid) in rows {
            let mut pair = [((paid, begun), one), ((other_paid, other_begun), other)];
            pair.sort();
            let [(_, first), (_, second)] = pair;
            let at = Timestamp::from_micros;
            let (earlier, later) = (at(begun.min(other_begun)), at(begun.max(other_begun)));
            let twice = PaidTwice {
                merchant: merchant.parse()?,
                reference,
                first: first.parse()?,
                second: second.parse()?,
                between: later.since(earlier),
            };
            // Both may have changed, and each names the other.
            if !found.contains(&twice) {
                found.push(twice);
            }
        }
        Ok(found)
    }
}
