//! Sign-ins: who is let in, until when.

use super::rows::{id, id_or_none, role};
use super::{People, Role};
use crate::StoreError;
use crate::sql::{Connection, FromRow, Row, query, query_as};
use base::{MerchantId, StaffId, TillId, Timestamp};

/// A sign-in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Who signed in.
    pub staff: StaffId,
    /// When it ends unless it is used.
    pub expires: Timestamp,
    /// From which network address.
    pub address: String,
}

/// Somebody who was let in: a person with a session, or a machine with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person's or the key's id.
    pub id: StaffId,
    /// What the person signs in with; empty for a machine.
    pub login: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whose money it may act on.
    pub merchant: MerchantId,
    /// The till it always acts at, if any.
    pub till: Option<TillId>,
    /// When its session ends unless used; nothing for a machine.
    pub expires: Option<Timestamp>,
}

impl People<'_> {
    /// Signs a person in, and clears away sign-ins that ended.
    pub async fn open_session(&self, session: &NewSession, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM sessions WHERE expires <= $1")
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        query(
            "INSERT INTO sessions (token_hash, staff, created, expires, address) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(session.token_hash.clone())
        .bind(session.staff.to_string())
        .bind(at.as_micros())
        .bind(session.expires.as_micros())
        .bind(session.address.clone())
        .execute(&mut *tx)
        .await
        .map_err(StoreError::failed("record a sign-in"))?;
        tx.commit().await.map_err(StoreError::failed("record a sign-in"))
    }

    /// Who signed in with this token, if the sign-in has not ended.
    pub async fn session(&self, token_hash: &str, now: Timestamp) -> Result<Option<Principal>, StoreError> {
        query_as(
            "SELECT staff.id, staff.login, staff.name, staff.role, staff.merchant, staff.till, \
             sessions.expires FROM sessions JOIN staff ON staff.id = sessions.staff \
             WHERE sessions.token_hash = $1 AND sessions.expires > $2 AND staff.disabled IS NULL",
        )
        .bind(token_hash.to_owned())
        .bind(now.as_micros())
        .fetch_optional(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// Moves the end of a sign-in that is being used.
    pub async fn extend_session(&self, token_hash: &str, expires: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("UPDATE sessions SET expires = $1 WHERE token_hash = $2")
            .bind(expires.as_micros())
            .bind(token_hash.to_owned())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        tx.commit().await.map_err(StoreError::failed("record a sign-in"))
    }

    /// Signs out.
    pub async fn close_session(&self, token_hash: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token_hash.to_owned())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        tx.commit().await.map_err(StoreError::failed("record a sign-in"))
    }
}

/// Ends every sign-in of a person but the kept one, in the transaction of the change that demands it.
pub(super) async fn end_sessions(
    tx: &mut Connection,
    staff: StaffId,
    keep: Option<&str>,
) -> Result<(), StoreError> {
    query("DELETE FROM sessions WHERE staff = $1 AND token_hash <> $2")
        .bind(staff.to_string())
        .bind(keep.unwrap_or_default().to_owned())
        .execute(tx)
        .await
        .map_err(StoreError::failed("end sign-ins"))?;
    Ok(())
}

impl FromRow for Principal {
    fn from_row(row: &Row) -> Result<Principal, sqlx::Error> {
        let expires: Option<i64> = row.try_get("expires")?;
        Ok(Principal {
            id: id(row, "id")?,
            login: row.try_get("login")?,
            name: row.try_get("name")?,
            role: role(row)?,
            merchant: id(row, "merchant")?,
            till: id_or_none(row, "till")?,
            expires: expires.map(Timestamp::from_micros),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::testing::*;

    #[tokio::test]
    async fn a_sign_in_ends_in_time_by_signing_out_and_with_the_person() {
        let (_folder, store) = store().await;
        let people = store.people();
        let (ours, zhang) = (merchant(1), staff(1, &merchant(1), "zhang"));
        people.create_merchant(&ours, BY).await.expect("new");
        people.create_staff(&zhang, BY).await.expect("new");
        let before = Timestamp::from_micros(4_999_999);
        let end = Timestamp::from_micros(5_000_000);
        for token in ["a", "b", "c"] {
            people.open_session(&session(&zhang, token, 5_000_000), AT).await.expect("signed in");
        }
        let found = people.session("a", before).await.expect("read").expect("signed in");
        assert_eq!((found.id, found.role, found.merchant), (zhang.id, Role::Cashier, ours.id));
        assert_eq!(people.session("a", end).await.expect("read"), None);
        people.extend_session("b", Timestamp::from_micros(9_000_000)).await.expect("extended");
        assert!(people.session("b", end).await.expect("read").is_some());
        people.close_session("a").await.expect("signed out");
        assert_eq!(people.session("a", before).await.expect("read"), None);
        people.disable_staff(ours.id, zhang.id, BY).await.expect("disabled");
        assert_eq!(people.session("b", before).await.expect("read"), None);
        assert!(people.staff_by_login("zhang").await.expect("read").is_none());
    }
}
