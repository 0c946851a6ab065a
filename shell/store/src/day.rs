//! What a stretch of time brought: sums for the day's chart.

use crate::sql::{QueryBuilder, from_columns};
use crate::{MerchantScope, Store, StoreError};
use base::{TillId, Timestamp};

/// So many, adding up to so much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// Minor units.
    pub amount: i64,
}

/// The sales of one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourFigures {
    /// Hours since the stretch began: 0, 1, 2 ...
    pub hour: u32,
    /// Payments requested in that hour that were paid.
    pub paid: Sum,
}

/// The sales of one wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletFigures {
    /// Our short name of the wallet.
    pub wallet: String,
    /// Its payments that were paid.
    pub paid: Sum,
}

/// What a stretch of time brought. A payment belongs to the moment it was requested, a refund to the moment it
/// was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayFigures {
    /// Paid, whether or not refunded since; without money that came too late and goes back.
    pub paid: Sum,
    /// Refunds done, of payments of whatever day.
    pub refunded: Sum,
    /// Recorded by hand and not verified; in none of the other sums.
    pub recorded: Sum,
    /// Payments that ended without the money being ours.
    pub not_paid: u64,
    /// Payments that have no result yet.
    pub waiting: u64,
    /// Hours with sales, in order.
    pub by_hour: Vec<HourFigures>,
    /// Wallets with sales, in the order of their names.
    pub by_wallet: Vec<WalletFigures>,
}

/// Money that came and was not undone; refunds are counted by themselves.
const SOLD: &str = "paid IS NOT NULL AND NOT undone";

impl Store {
    /// This merchant's figures from `from` until before `to`, of one till or of all.
    pub async fn day(
        &self,
        scope: &MerchantScope,
        from: Timestamp,
        to: Timestamp,
        till: Option<TillId>,
    ) -> Result<DayFigures, StoreError> {
        let span = Span { scope: *scope, from, to, till };
        let by_state = self.by_state(&span).await.map_err(StoreError::failed("sum up a day"))?;
        let count = |wanted: &[&str]| -> u64 {
            by_state
                .iter()
                .filter(|row| !row.sold && wanted.contains(&row.state.as_str()))
                .map(|row| row.count as u64)
                .sum()
        };
        let by_hour = self.by_hour(&span).await.map_err(StoreError::failed("sum up a day's hours"))?;
        let by_wallet = self.by_wallet(&span).await.map_err(StoreError::failed("sum up a day's wallets"))?;
        Ok(DayFigures {
            paid: by_hour.iter().fold(Sum::default(), |sum, hour| sum.plus(hour.paid)),
            refunded: self.refunds_done(&span).await.map_err(StoreError::failed("sum up a day's refunds"))?,
            recorded: self.recorded(&span).await.map_err(StoreError::failed("sum up a day's records"))?,
            not_paid: count(&["not_paid", "returned"]),
            waiting: count(&["waiting", "verifying"]),
            by_hour,
            by_wallet,
        })
    }

    async fn by_state(&self, span: &Span) -> Result<Vec<StateRow>, sqlx::Error> {
        let mut query = QueryBuilder::new("SELECT state, (");
        query.push(SOLD).push(") AS sold, count(*) AS count FROM payments");
        span.push_where(&mut query, "created_at");
        query.push(" GROUP BY 1, 2").build_query_as().fetch_all(self.read()).await
    }

    async fn recorded(&self, span: &Span) -> Result<Sum, sqlx::Error> {
        let mut query =
            QueryBuilder::new("SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT) FROM payments");
        span.push_where(&mut query, "created_at");
        query.push(" AND state = 'recorded'");
        let (count, amount): (i64, i64) = query.build_query_as().fetch_one(self.read()).await?;
        Ok(Sum { count: count as u64, amount })
    }

    async fn by_hour(&self, span: &Span) -> Result<Vec<HourFigures>, sqlx::Error> {
        let mut query = QueryBuilder::new("SELECT (created_at - ");
        query.push_bind(span.from.as_micros()).push(") / 3600000000 AS hour, count(*), ");
        query.push("CAST(sum(paid) AS BIGINT) FROM payments");
        span.push_where(&mut query, "created_at");
        query.push(" AND ").push(SOLD).push(" GROUP BY 1 ORDER BY 1");
        let rows: Vec<(i64, i64, i64)> = query.build_query_as().fetch_all(self.read()).await?;
        let hour = |(hour, count, amount): (i64, i64, i64)| HourFigures {
            hour: u32::try_from(hour).unwrap_or(0),
            paid: Sum { count: count as u64, amount },
        };
        Ok(rows.into_iter().map(hour).collect())
    }

    async fn by_wallet(&self, span: &Span) -> Result<Vec<WalletFigures>, sqlx::Error> {
        let mut query = QueryBuilder::new("SELECT wallet, count(*), CAST(sum(paid) AS BIGINT) FROM payments");
        span.push_where(&mut query, "created_at");
        query.push(" AND ").push(SOLD).push(" GROUP BY 1 ORDER BY 1");
        let rows: Vec<(String, i64, i64)> = query.build_query_as().fetch_all(self.read()).await?;
        let wallet = |(wallet, count, amount): (String, i64, i64)| WalletFigures {
            wallet,
            paid: Sum { count: count as u64, amount },
        };
        Ok(rows.into_iter().map(wallet).collect())
    }

    async fn refunds_done(&self, span: &Span) -> Result<Sum, sqlx::Error> {
        let mut query =
            QueryBuilder::new("SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT) FROM refunds");
        span.push_where(&mut query, "done_at");
        query.push(" AND NOT give_back");
        let (count, amount): (i64, i64) = query.build_query_as().fetch_one(self.read()).await?;
        Ok(Sum { count: count as u64, amount })
    }
}

impl Sum {
    fn plus(self, other: Sum) -> Sum {
        Sum { count: self.count + other.count, amount: self.amount + other.amount }
    }
}

struct Span {
    scope: MerchantScope,
    from: Timestamp,
    to: Timestamp,
    till: Option<TillId>,
}

impl Span {
    fn push_where(&self, query: &mut QueryBuilder, at: &'static str) {
        query.push(" WHERE merchant = ").push_bind(self.scope.text());
        query.push(" AND ").push(at).push(" >= ").push_bind(self.from.as_micros());
        query.push(" AND ").push(at).push(" < ").push_bind(self.to.as_micros());
        if let Some(till) = self.till {
            query.push(" AND till = ").push_bind(till.to_string());
        }
    }
}

struct StateRow {
    state: String,
    sold: bool,
    count: i64,
}

from_columns!(StateRow { state, sold, count });
