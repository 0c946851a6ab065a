//! The record of every change: who did what to whom, and when.

use super::{By, People};
use crate::StoreError;
use crate::sql::{Connection, FromRow, Row, query, query_as};
use base::{MerchantId, Timestamp};

/// One recorded change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a login, or the command that was run.
    pub actor: String,
    /// What was done: `staff.created`.
    pub action: String,
    /// To whom or what: an id.
    pub subject: String,
    /// What is worth knowing about it, without secrets.
    pub detail: String,
}

impl People<'_> {
    /// The latest changes to one person, key or place of a merchant, newest first.
    pub async fn story(
        &self,
        merchant: MerchantId,
        subject: &str,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        query_as(
            "SELECT at, actor, action, subject, detail FROM audit WHERE merchant = $1 AND subject = $2 \
             ORDER BY at DESC LIMIT $3",
        )
        .bind(merchant.to_string())
        .bind(subject.to_owned())
        .bind(limit)
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// The latest changes at a merchant, newest first.
    pub async fn audit(&self, merchant: MerchantId, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
        query_as(
            "SELECT at, actor, action, subject, detail FROM audit WHERE merchant = $1 \
             ORDER BY at DESC LIMIT $2",
        )
        .bind(merchant.to_string())
        .bind(limit)
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }
}

/// Writes the row of a change into the transaction that makes it.
pub(crate) async fn record(
    tx: &mut Connection,
    merchant: MerchantId,
    by: By<'_>,
    action: &'static str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    query("INSERT INTO audit (at, merchant, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(by.at.as_micros())
        .bind(merchant.to_string())
        .bind(by.actor.to_owned())
        .bind(action)
        .bind(subject.to_owned())
        .bind(detail.to_owned())
        .execute(tx)
        .await
        .map_err(StoreError::failed("record a change"))?;
    Ok(())
}

impl FromRow for AuditEntry {
    fn from_row(row: &Row) -> Result<AuditEntry, sqlx::Error> {
        Ok(AuditEntry {
            at: Timestamp::from_micros(row.try_get("at")?),
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            detail: row.try_get("detail")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::people::testing::*;
    use crate::people::{NewStaff, PeopleError, Till};
    use base::{StaffId, TillId};

    #[tokio::test]
    async fn every_change_has_its_audit_row_and_every_refusal_none() {
        let (_folder, store) = store().await;
        let people = store.people();
        let (ours, theirs) = (merchant(1), merchant(2));
        let shop = shop(1, &ours);
        people.create_merchant(&ours, BY).await.expect("new");
        people.create_merchant(&theirs, BY).await.expect("new");
        people.create_store(&shop, BY).await.expect("new");
        people.create_till(&till(1, &shop), BY).await.expect("new");
        people.create_staff(&staff(1, &ours, "zhang"), BY).await.expect("new");

        assert!(matches!(people.create_merchant(&ours, BY).await, Err(PeopleError::AlreadyThere)));
        let again = people.create_staff(&staff(2, &ours, "zhang"), BY).await;
        assert!(matches!(again, Err(PeopleError::LoginTaken)));
        let foreign = Till { merchant: theirs.id, ..till(2, &shop) };
        assert!(matches!(people.create_till(&foreign, BY).await, Err(PeopleError::NoSuchPlace)));
        let stranger = NewStaff { till: Some(TillId::from_u128(1)), ..staff(3, &theirs, "li") };
        assert!(matches!(people.create_staff(&stranger, BY).await, Err(PeopleError::NoSuchPlace)));
        let not_yours = people.disable_staff(theirs.id, StaffId::from_u128(1), BY).await;
        assert!(matches!(not_yours, Err(PeopleError::NoSuchPerson)));

        let ours_did = ["merchant.created", "staff.created", "store.created", "till.created"];
        assert_eq!(actions(&store, &ours).await, ours_did);
        assert_eq!(actions(&store, &theirs).await, ["merchant.created"]);
        assert_eq!(people.places().await.expect("places").tills, [till(1, &shop)]);
    }
}
