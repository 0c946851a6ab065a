//! Which record by hand a provider's transaction is: one at most, whatever the day of the bill, and whoever reads it.

use crate::sql::{Connection, QueryBuilder, query, query_as};
use crate::{MerchantScope, Store, StoreError};
use base::{ChannelId, PaymentId};
use std::collections::BTreeMap;

impl Store {
    /// Claims a transaction for the record that it was found to be. False if it is another payment's, and then nothing
    /// changed; claiming it again for the same record is the same claim.
    pub async fn claim_transaction(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        transaction: &str,
        payment: PaymentId,
    ) -> Result<bool, StoreError> {
        let doing = "claim a transaction";
        let mut tx = self.begin().await?;
        let text = "INSERT INTO transaction_claims (merchant, channel, transaction_no, payment) \
                    VALUES ($1, $2, $3, $4) ON CONFLICT (merchant, channel, transaction_no) DO NOTHING";
        run(&mut tx, text, (scope, channel, transaction, payment), doing).await?;
        // Whose claim it is now, and which payment has this transaction, if one has.
        let text = "SELECT c.payment, p.id FROM transaction_claims c LEFT JOIN payments p ON p.merchant = c.merchant \
                    AND p.channel = c.channel AND p.transaction_no = c.transaction_no \
                    WHERE c.merchant = $1 AND c.channel = $2 AND c.transaction_no = $3";
        let owners: Vec<(String, Option<String>)> = query_as(text)
            .bind(scope.text())
            .bind(channel.to_string())
            .bind(transaction)
            .fetch_all(&mut *tx)
            .await
            .map_err(StoreError::failed(doing))?;
        let ours = payment.to_string();
        let is_ours = |(claim, paid): &(String, Option<String>)| {
            *claim == ours && paid.as_ref().is_none_or(|paid| *paid == ours)
        };
        if !owners.iter().all(is_ours) {
            return Ok(false);
        }
        tx.commit().await.map_err(StoreError::failed(doing))?;
        Ok(true)
    }

    /// Gives a claim up that came to nothing.
    pub async fn give_up_claim(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        transaction: &str,
        payment: PaymentId,
    ) -> Result<(), StoreError> {
        let doing = "give up a claimed transaction";
        let mut tx = self.begin().await?;
        let text = "DELETE FROM transaction_claims \
                    WHERE merchant = $1 AND channel = $2 AND transaction_no = $3 AND payment = $4";
        run(&mut tx, text, (scope, channel, transaction, payment), doing).await?;
        tx.commit().await.map_err(StoreError::failed(doing))
    }

    /// Which of these transactions are claimed, and for which records.
    pub async fn claimed_transactions(
        &self,
        scope: &MerchantScope,
        channel: ChannelId,
        transactions: &[&str],
    ) -> Result<BTreeMap<String, PaymentId>, StoreError> {
        let mut claimed = BTreeMap::new();
        for some in transactions.chunks(1_000) {
            let mut query =
                QueryBuilder::new("SELECT transaction_no, payment FROM transaction_claims WHERE merchant = ");
            query.push_bind(scope.text()).push(" AND channel = ").push_bind(channel.to_string());
            query.push(" AND transaction_no IN (");
            let mut list = query.separated(", ");
            some.iter().for_each(|transaction| {
                list.push_bind((*transaction).to_owned());
            });
            query.push(")");
            let rows: Vec<(String, String)> = query
                .build_query_as()
                .fetch_all(self.read())
                .await
                .map_err(StoreError::failed("read claimed transactions"))?;
            for (transaction, payment) in rows {
                claimed.insert(transaction, payment.parse()?);
            }
        }
        Ok(claimed)
    }
}

/// Runs a statement about one claim: its parameters are whose it is, of which channel, of what, and for which record.
async fn run(
    tx: &mut Connection,
    text: &'static str,
    (scope, channel, transaction, payment): (&MerchantScope, ChannelId, &str, PaymentId),
    doing: &'static str,
) -> Result<(), StoreError> {
    let statement = query(text)
        .bind(scope.text())
        .bind(channel.to_string())
        .bind(transaction.to_owned())
        .bind(payment.to_string());
    statement.execute(tx).await.map(drop).map_err(StoreError::failed(doing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bad_databases::SHOP;
    use crate::folder::Folder;
    use base::MerchantId;

    const CHANNEL: ChannelId = ChannelId::from_u128(9);

    #[tokio::test]
    async fn a_transaction_is_one_record_whoever_claims_it_first() {
        let folder = Folder::new();
        let store = folder.open().await.expect("it opens");
        let (one, two) = (PaymentId::from_u128(1), PaymentId::from_u128(2));
        let claim = |store: &Store, transaction: &'static str, payment| {
            let store = store.clone();
            async move { store.claim_transaction(&SHOP, CHANNEL, transaction, payment).await.expect("it answers") }
        };
        assert!(claim(&store, "t1", one).await);
        assert!(claim(&store, "t1", one).await, "the same claim");
        assert!(!claim(&store, "t1", two).await, "on another day, or by another server");
        assert!(claim(&store, "t2", two).await);
        let another = store.claim_transaction(&SHOP, ChannelId::from_u128(8), "t1", two).await;
        assert!(another.expect("it answers"), "another provider may use the same number");
        let claimed = store.claimed_transactions(&SHOP, CHANNEL, &["t1", "t2", "t3"]).await.expect("a list");
        assert_eq!(claimed, BTreeMap::from([("t1".into(), one), ("t2".into(), two)]));
        let theirs = MerchantScope(MerchantId::from_u128(0x52));
        let none = store.claimed_transactions(&theirs, CHANNEL, &["t1"]).await.expect("a list");
        assert!(none.is_empty());
        store.give_up_claim(&SHOP, CHANNEL, "t1", two).await.expect("it answers");
        assert!(!claim(&store, "t1", two).await, "only one's own claim is given up");
        store.give_up_claim(&SHOP, CHANNEL, "t1", one).await.expect("it answers");
        assert!(claim(&store, "t1", two).await);
    }

    #[tokio::test]
    async fn of_two_who_claim_a_transaction_at_once_one_has_it() {
        let folder = Folder::new();
        let (store, other) = (folder.open().await.expect("it opens"), folder.open().await.expect("it opens"));
        let (one, two) = (PaymentId::from_u128(1), PaymentId::from_u128(2));
        for round in 0..30 {
            let transaction = format!("t{round}");
            let (ours, theirs) = tokio::join!(
                store.claim_transaction(&SHOP, CHANNEL, &transaction, one),
                other.claim_transaction(&SHOP, CHANNEL, &transaction, two)
            );
            assert_ne!(ours.expect("it answers"), theirs.expect("it answers"), "{transaction}");
        }
    }
}
