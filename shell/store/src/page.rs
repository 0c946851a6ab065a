//! Lists of payments, newest first, a page at a time.

use crate::sql::{QueryBuilder, query_scalar};
use crate::{MerchantScope, Store, StoreError};
use base::{Currency, Money, OrderNo, PaymentId, StoreId, TillId, Timestamp};
use payment::{MoneyState, Payment};
use std::fmt;
use std::str::FromStr;

/// Which payments to list; what is not set does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Requested then or later.
    pub from: Option<Timestamp>,
    /// Requested before.
    pub to: Option<Timestamp>,
    /// Where the money is.
    pub state: Option<MoneyState>,
    /// Our short name of the wallet.
    pub wallet: Option<String>,
    /// At this store.
    pub store: Option<StoreId>,
    /// At this till.
    pub till: Option<TillId>,
    /// What a person typed: an order number, the provider's transaction number, the caller's reference or an
    /// amount such as `12.50`, whole.
    pub q: Option<String>,
}

/// Where the next page begins. Prints as a text that reads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    created_at: Timestamp,
    id: PaymentId,
}

/// A text that is not a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that a page gave")]
pub struct MalformedCursor;

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The payments, folded from their facts.
    pub items: Vec<Payment>,
    /// Where the next page begins; nothing if this is the last.
    pub next: Option<Cursor>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.as_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = MalformedCursor;
    fn from_str(text: &str) -> Result<Cursor, MalformedCursor> {
        let (micros, id) = text.split_once('.').ok_or(MalformedCursor)?;
        let created_at = Timestamp::from_micros(micros.parse().map_err(|_| MalformedCursor)?);
        Ok(Cursor { created_at, id: id.parse().map_err(|_| MalformedCursor)? })
    }
}

impl Store {
    /// This merchant's payments that fit `filter`, newest first, at most `limit`, beginning after `cursor`.
    pub async fn page(
        &self,
        scope: &MerchantScope,
        filter: &PaymentFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let search = match filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => Some(self.search(scope, q).await?),
            None => None,
        };
        let mut rows: Vec<(String, i64)> = page_query(scope, filter, search, cursor, limit)
            .build_query_as()
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("list payments"))?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().filter(|_| more).cloned();
        let next = match last {
            Some((id, at)) => Some(Cursor { created_at: Timestamp::from_micros(at), id: id.parse()? }),
            None => None,
        };
        let ids = rows.iter().map(|(id, _)| id.parse()).collect::<Result<Vec<PaymentId>, _>>()?;
        let entries = self.entries_of(&ids).await?;
        let items = ids.iter().filter_map(|id| entries.get(id)).map(|facts| payment::fold(facts)).collect();
        Ok(Page { items, next })
    }

    /// Numbers are looked up in their own indexes first, so that a search among a million payments stays quick.
    async fn search(&self, scope: &MerchantScope, q: &str) -> Result<Search, StoreError> {
        if let Some(id) = payment_of(q) {
            return Ok(Search { ids: vec![id.to_string()], amount: None });
        }
        let text = "SELECT id FROM payments WHERE transaction_no IS NOT NULL AND merchant = $1 AND transaction_no = $2 \
                    UNION SELECT id FROM payments WHERE reference <> '' AND merchant = $1 AND reference = $2 LIMIT 1000";
        let ids = query_scalar(text)
            .bind(scope.text())
            .bind(q)
            .fetch_all(self.read())
            .await
            .map_err(StoreError::failed("search payments"))?;
        Ok(Search { ids, amount: Money::parse(q, Currency::Cny).ok().map(Money::minor) })
    }
}

/// What a person's words may mean: payments that have such a number, or all of such an amount.
struct Search {
    ids: Vec<String>,
    amount: Option<i64>,
}

fn page_query(
    scope: &MerchantScope,
    filter: &PaymentFilter,
    search: Option<Search>,
    cursor: Option<Cursor>,
    limit: u32,
) -> QueryBuilder {
    let mut query = QueryBuilder::new("SELECT id, created_at FROM payments WHERE merchant = ");
    query.push_bind(scope.text());
    if let Some(from) = filter.from {
        query.push(" AND created_at >= ").push_bind(from.as_micros());
    }
    if let Some(to) = filter.to {
        query.push(" AND created_at < ").push_bind(to.as_micros());
    }
    if let Some(state) = filter.state {
        query.push(" AND state = ").push_bind(state.code());
    }
    if let Some(wallet) = &filter.wallet {
        query.push(" AND wallet = ").push_bind(wallet.clone());
    }
    if let Some(store) = filter.store {
        query.push(" AND store = ").push_bind(store.to_string());
    }
    if let Some(till) = filter.till {
        query.push(" AND till = ").push_bind(till.to_string());
    }
    if let Some(search) = search {
        push_search(&mut query, search);
    }
    if let Some(cursor) = cursor {
        query.push(" AND (created_at, id) < (").push_bind(cursor.created_at.as_micros());
        query.push(", ").push_bind(cursor.id.to_string()).push(")");
    }
    query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(limit) + 1);
    query
}

fn push_search(query: &mut QueryBuilder, search: Search) {
    query.push(" AND (id IN (");
    // A list without members is not SQL everywhere; nothing is equal to NULL.
    let mut list = query.separated(", ");
    list.push("NULL");
    search.ids.into_iter().for_each(|id| {
        list.push_bind(id);
    });
    query.push(")");
    if let Some(amount) = search.amount {
        query.push(" OR amount = ").push_bind(amount);
    }
    query.push(")");
}

fn payment_of(q: &str) -> Option<PaymentId> {
    q.parse().ok().or_else(|| q.parse::<OrderNo>().ok().map(OrderNo::id))
}
