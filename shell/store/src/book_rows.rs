//! A channel's side of a day, row by row from the projection: what a bill is held against.

use crate::sql::{QueryBuilder, query_as};
use crate::{MerchantScope, Store, StoreError};
use base::{ChannelId, Currency, PaymentId, RefundId, Timestamp};
use settlement::{BookRow, Day, Kind, Place, State};
use std::time::Duration;

/// Rows read at a time.
const PAGE: i64 = 10_000;
/// A payment may be paid so long after it was asked for and still be found here; a later one is looked up by its number.
const LONG_BEFORE: Duration = Duration::from_secs(86_400);

/// What a page of payments is read as: id, created, currency, amount, state, paid, paid at, refunded, updated.
type PaymentRow = (String, i64, String, i64, String, Option<i64>, Option<i64>, i64, i64);

impl Store {
    /// Gives every row that the bill of `day` may have, in no particular order: payments of the day and around it,
    /// refunds done around it, reversals as refunds with the payment's number.
    pub async fn book_rows(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        day: Day,
        mut row: impl FnMut(&BookRow),
    ) -> Result<(), StoreError> {
        let (from, to) = (day.start() - LONG_BEFORE, day.end() + settlement::CUT);
        let mut after = (from.as_micros(), String::new());
        loop {
            let page: Vec<PaymentRow> = query_as(PAYMENTS)
                .bind(scope.text())
                .bind(after.0)
                .bind(after.1.clone())
                .bind(to.as_micros())
                .bind(channel.to_string())
                .bind(PAGE)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read a day's book"))?;
            let Some(last) = page.last() else { break };
            after = (last.1, last.0.clone());
            for payment in &page {
                rows_of(payment, day)?.iter().for_each(&mut row);
            }
        }
        let mut after = (from.as_micros(), String::new());
        loop {
            let page: Vec<(String, i64, i64, String)> = query_as(REFUNDS)
                .bind(scope.text())
                .bind(after.0)
                .bind(after.1.clone())
                .bind(to.as_micros())
                .bind(channel.to_string())
                .bind(PAGE)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read a day's refunds"))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.1, last.0.clone());
            for (id, done_at, amount, currency) in &page {
                row(&BookRow {
                    kind: Kind::Refund,
                    id: id.parse::<RefundId>()?.as_u128(),
                    amount: *amount,
                    currency: known_currency(currency)?,
                    fee: None,
                    state: State::Moved,
                    place: Place::of(Timestamp::from_micros(*done_at), day),
                });
            }
        }
    }

    /// The payments that these refunds are of.
    pub async fn payments_of_refunds(
        &self,
        scope: &MerchantScope,
        refunds: &[RefundId],
    ) -> Result<Vec<(RefundId, PaymentId)>, StoreError> {
        let mut found = Vec::new();
        for some in refunds.chunks(1_000) {
            let mut query = QueryBuilder::new("SELECT id, payment FROM refunds WHERE merchant = ");
            query.push_bind(scope.text()).push(" AND id IN (");
            let mut list = query.separated(", ");
            some.iter().for_each(|id| {
                list.push_bind(id.to_string());
            });
            query.push(")");
            let rows: Vec<(String, String)> = query
                .build_query_as()
                .persistent(false)
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read refunds"))?;
            for (refund, payment) in rows {
                found.push((refund.parse()?, payment.parse()?));
            }
        }
        Ok(found)
    }

    /// Records by hand over this channel that nothing has verified yet, and when each was made, around `day`.
    pub async fn unverified_records(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        day: Day,
    ) -> Result<Vec<PaymentId>, StoreError> {
        let ids: Vec<(String,)> = query_as(
            "SELECT id FROM payments WHERE merchant = $1 AND channel = $2 AND state = 'recorded' \
             AND created_at >= $3 AND created_at < $4 ORDER BY id",
        )
        .bind(scope.text())
        .bind(channel.to_string())
        .bind((day.start() - settlement::CUT).as_micros())
        .bind((day.end() + settlement::CUT).as_micros())
        .fetch_all(self.read())
        .await
        .map_err(StoreError::failed("read records by hand"))?;
        Ok(ids.iter().map(|(id,)| id.parse()).collect::<Result<_, _>>()?)
    }
}

const PAYMENTS: &str = "SELECT id, created_at, currency, amount, state, paid, paid_at, refunded, updated_at \
     FROM payments WHERE merchant = $1 AND created_at >= $2 AND (created_at > $2 OR id > $3) AND created_at < $4 \
     AND channel = $5 AND state <> 'recorded' ORDER BY created_at, id LIMIT $6";
const REFUNDS: &str = "SELECT r.id, r.done_at, r.amount, p.currency FROM refunds r JOIN payments p ON p.id = r.payment \
     WHERE r.merchant = $1 AND r.done_at >= $2 AND (r.done_at > $2 OR r.id > $3) AND r.done_at < $4 AND p.channel = $5 \
     ORDER BY r.done_at, r.id LIMIT $6";

fn rows_of(row: &PaymentRow, day: Day) -> Result<Vec<BookRow>, StoreError> {
    let (id, created_at, currency, amount, state, paid, paid_at, refunded, updated_at) = row;
    let sale = BookRow {
        kind: Kind::Sale,
        id: id.parse::<PaymentId>()?.as_u128(),
        amount: paid.unwrap_or(*amount),
        currency: known_currency(currency)?,
        fee: None,
        state: match (paid, state.as_str()) {
            (Some(_), _) => State::Moved,
            (None, "not_paid" | "returned") => State::NotMoved,
            (None, _) => State::Open,
        },
        place: Place::of(Timestamp::from_micros(paid_at.unwrap_or(*created_at)), day),
    };
    let reversed = state == "returned" && paid.is_some() && *refunded == 0;
    let reversal = reversed.then(|| BookRow {
        kind: Kind::Refund,
        place: Place::of(Timestamp::from_micros(*updated_at), day),
        ..sale
    });
    Ok([Some(sale), reversal].into_iter().flatten().collect())
}

fn known_currency(code: &str) -> Result<Currency, StoreError> {
    Currency::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("the currency {code:?}")))
}
