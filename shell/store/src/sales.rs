//! Sales: the payments that are parts of one, and sales that two payments paid, known by the same merchant, reference and
//! amount, both kept whole.

use crate::sql::{QueryBuilder, query_as, query_scalar};
use crate::{EventId, MerchantScope, Store, StoreError};
use base::{MerchantId, PaymentId, SaleId, TillId, Timestamp};
use payment::{Payment, Request};

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
    /// This merchant's payments that are parts of a sale, in the order of their numbers; none if there is no such sale.
    pub async fn payments_of_sale(
        &self,
        scope: &MerchantScope,
        sale: SaleId,
    ) -> Result<Vec<Payment>, StoreError> {
        let text = "SELECT id FROM payments WHERE merchant = $1 AND sale = $2 ORDER BY part";
        let ids: Vec<String> = query_scalar(text)
            .bind(scope.text())
            .bind(sale.to_string())
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list the payments of a sale"))?;
        let ids = ids.iter().map(|id| id.parse()).collect::<Result<Vec<PaymentId>, _>>()?;
        let entries = self.entries_of(&ids).await?;
        Ok(ids.iter().filter_map(|id| entries.get(id)).map(|facts| payment::fold(facts)).collect())
    }

    /// This merchant's sales that had a payment asked for since `since`, at `till` if one is named; the newest first, at most
    /// `limit`.
    pub async fn sales_begun(
        &self,
        scope: &MerchantScope,
        since: Timestamp,
        till: Option<TillId>,
        limit: u32,
    ) -> Result<Vec<SaleId>, StoreError> {
        let mut query = QueryBuilder::new("SELECT sale FROM payments WHERE sale IS NOT NULL AND merchant = ");
        query.push_bind(scope.text()).push(" AND created_at >= ").push_bind(since.as_micros());
        if let Some(till) = till {
            query.push(" AND till = ").push_bind(till.to_string());
        }
        query.push(" GROUP BY sale ORDER BY MAX(created_at) DESC LIMIT ").push_bind(i64::from(limit));
        let sales: Vec<(String,)> =
            query.build_query_as().fetch_all(self.read()).await.map_err(StoreError::failed("list sales"))?;
        Ok(sales.into_iter().map(|(sale,)| sale.parse()).collect::<Result<_, _>>()?)
    }

    /// Whether another payment has this one's place in its sale.
    pub(crate) async fn part_is_taken(&self, request: &Request) -> Result<bool, StoreError> {
        let Some(part) = &request.part else { return Ok(false) };
        let text = "SELECT id FROM payments WHERE merchant = $1 AND sale = $2 AND part = $3";
        let holder: Option<String> = query_scalar(text)
            .bind(request.merchant.to_string())
            .bind(part.sale.to_string())
            .bind(i64::from(part.number))
            .fetch_optional(self.read())
            .await
            .map_err(StoreError::failed("look who has a place in a sale"))?;
        Ok(holder.is_some_and(|holder| holder != request.id.to_string()))
    }

    /// Sales that were paid twice, of those whose payments changed after `after` and up to `to`. A payment that is not
    /// kept whole is no second one, and the parts of one sale are none either: together they never exceed its total.
    pub async fn sales_paid_twice(&self, after: EventId, to: EventId) -> Result<Vec<PaidTwice>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT DISTINCT p.merchant, p.reference, p.id, p.created_at, p.paid_at, o.id, o.created_at, o.paid_at \
             FROM events e JOIN payments p ON p.id = e.payment JOIN payments o \
             ON o.merchant = p.merchant AND o.reference = p.reference AND o.reference <> '' \
             AND o.id <> p.id AND o.amount = p.amount AND o.currency = p.currency \
             AND (p.sale IS NULL OR o.sale IS NULL OR p.sale <> o.sale) \
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
