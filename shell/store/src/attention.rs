//! What waits for a person: payments that were raised by name, and payments found paid that nobody has seen yet.

use crate::sql::QueryBuilder;
use crate::{MerchantScope, Store, StoreError};
use base::{PaymentId, TillId};
use payment::Payment;

impl Store {
    /// This merchant's payments that wait for a person, newest first, at most `limit`; those of one till if it is
    /// named. Instant whatever the number of payments: they have an index of their own.
    pub async fn attention(
        &self,
        scope: &MerchantScope,
        till: Option<TillId>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        let mut query =
            QueryBuilder::new("SELECT id FROM payments WHERE (escalated OR unseen) AND merchant = ");
        query.push_bind(scope.text());
        if let Some(till) = till {
            query.push(" AND till = ").push_bind(till.to_string());
        }
        query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
        let failed = StoreError::failed("list what waits for a person");
        let rows: Vec<(String,)> = query.build_query_as().fetch_all(self.read()).await.map_err(failed)?;
        let ids = rows.iter().map(|(id,)| id.parse()).collect::<Result<Vec<PaymentId>, _>>()?;
        let entries = self.entries_of(&ids).await?;
        Ok(ids.iter().filter_map(|id| entries.get(id)).map(|facts| payment::fold(facts)).collect())
    }
}
