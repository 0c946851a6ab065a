//! Keys that let machines in.

use super::audit::record;
use super::rows::{id, id_or_none, role};
use super::{By, People, PeopleError, Principal, Role, commit, refused};
use crate::StoreError;
use crate::sql::{Connection, FromRow, Row, query, query_as, query_scalar};
use base::{MerchantId, StaffId, TillId, Timestamp};

/// A key for a machine.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// Names the key in lists.
    pub id: StaffId,
    /// Whose money it acts on.
    pub merchant: MerchantId,
    /// The till it acts as, if always the same.
    pub till: Option<TillId>,
    /// What people call the machine.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the key, in hex.
    pub key_hash: String,
    /// The key's last characters, to tell keys apart in lists.
    pub hint: String,
}

/// A key as lists show one; what opens the door is not known any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key.
    pub id: StaffId,
    /// What people call the machine.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The till it acts as, if always the same.
    pub till: Option<TillId>,
    /// The key's last characters.
    pub hint: String,
    /// Since when.
    pub created: Timestamp,
    /// Since when it opens nothing any more.
    pub disabled: Option<Timestamp>,
}

impl People<'_> {
    /// Lets a machine in.
    pub async fn create_api_key(&self, key: &NewApiKey, by: By<'_>) -> Result<(), PeopleError> {
        let change = query(
            "INSERT INTO api_keys (id, merchant, till, name, role, key_hash, hint, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(key.id.to_string())
        .bind(key.merchant.to_string())
        .bind(key.till.map(|till| till.to_string()))
        .bind(key.name.clone())
        .bind(key.role.code())
        .bind(key.key_hash.clone())
        .bind(key.hint.clone())
        .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        let detail = format!("{} {}", key.name, key.role.code());
        record(&mut tx, key.merchant, by, "api_key.created", &key.id.to_string(), &detail).await?;
        commit(tx).await
    }

    /// Lets a machine in no more.
    pub async fn disable_api_key(
        &self,
        merchant: MerchantId,
        key: StaffId,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let open = "UPDATE api_keys SET disabled = $1 WHERE id = $2 AND merchant = $3 AND disabled IS NULL";
        let changed = query(open)
            .bind(by.at.as_micros())
            .bind(key.to_string())
            .bind(merchant.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        if changed.rows_affected() == 0 {
            return was_disabled(&mut tx, merchant, key).await;
        }
        record(&mut tx, merchant, by, "api_key.disabled", &key.to_string(), "").await?;
        commit(tx).await
    }

    /// Every key of this merchant, also those that open nothing any more, oldest first.
    pub async fn api_keys(&self, merchant: MerchantId) -> Result<Vec<ApiKey>, StoreError> {
        query_as(
            "SELECT id, name, role, till, hint, created, disabled FROM api_keys WHERE merchant = $1 ORDER BY created, id",
        )
        .bind(merchant.to_string())
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// The machine with this key, unless disabled.
    pub async fn api_key(&self, key_hash: &str) -> Result<Option<Principal>, StoreError> {
        query_as(
            "SELECT id, '' AS login, name, role, merchant, till, NULL AS expires FROM api_keys \
             WHERE key_hash = $1 AND disabled IS NULL",
        )
        .bind(key_hash.to_owned())
        .fetch_optional(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }
}

/// Disabling it again changes nothing; a key that is not there is refused.
async fn was_disabled(tx: &mut Connection, merchant: MerchantId, key: StaffId) -> Result<(), PeopleError> {
    let found: i64 = query_scalar("SELECT count(*) FROM api_keys WHERE id = $1 AND merchant = $2")
        .bind(key.to_string())
        .bind(merchant.to_string())
        .fetch_one(tx)
        .await
        .map_err(refused)?;
    if found == 0 { Err(PeopleError::NoSuchKey) } else { Ok(()) }
}

impl FromRow for ApiKey {
    fn from_row(row: &Row) -> Result<ApiKey, sqlx::Error> {
        let disabled: Option<i64> = row.try_get("disabled")?;
        Ok(ApiKey {
            id: id(row, "id")?,
            name: row.try_get("name")?,
            role: role(row)?,
            till: id_or_none(row, "till")?,
            hint: row.try_get("hint")?,
            created: Timestamp::from_micros(row.try_get("created")?),
            disabled: disabled.map(Timestamp::from_micros),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::testing::*;

    #[tokio::test]
    async fn a_key_opens_until_it_is_disabled() {
        let (_folder, store) = store().await;
        let people = store.people();
        let ours = merchant(1);
        people.create_merchant(&ours, BY).await.expect("new");
        let key = NewApiKey {
            id: StaffId::from_u128(7),
            merchant: ours.id,
            till: None,
            name: "kiosk".into(),
            role: Role::Manager,
            key_hash: "hash".into(),
            hint: "9f3a".into(),
        };
        people.create_api_key(&key, BY).await.expect("new");
        let found = people.api_key("hash").await.expect("read").expect("known");
        assert_eq!((found.name.as_str(), found.role, found.expires), ("kiosk", Role::Manager, None));
        people.disable_api_key(ours.id, key.id, BY).await.expect("disabled");
        people.disable_api_key(ours.id, key.id, BY).await.expect("again changes nothing");
        assert_eq!(actions(&store, &ours).await, ["api_key.created", "api_key.disabled", "merchant.created"]);
        assert_eq!(people.api_key("hash").await.expect("read"), None);
        let list = people.api_keys(ours.id).await.expect("read");
        assert_eq!((list[0].hint.as_str(), list[0].disabled), ("9f3a", Some(AT)));
        let theirs = people.disable_api_key(MerchantId::from_u128(2), key.id, BY).await;
        assert!(matches!(theirs, Err(PeopleError::NoSuchKey)));
    }
}
