//! Who works here and where: merchants, stores, tills, staff, sign-ins, keys for machines, ways to providers.
//!
//! Passwords, tokens and keys come in as hashes and credentials sealed: nothing in these tables opens anything.
//! Every change writes its audit row in the same transaction, so there is no change without one.

use crate::database::Db;
use crate::{Store, StoreError};
use base::{ChannelId, MerchantId, Secret, StaffId, StoreId, TillId, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{FromRow, Row, Transaction};
use std::fmt;
use std::str::FromStr;

/// What a person or a machine may do, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything, of this merchant.
    Owner,
    /// Takes and returns money and sees every till.
    Manager,
    /// Takes money at a till.
    Cashier,
    /// Sees everything and changes nothing.
    Support,
}

/// A merchant: whoever the money belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// Its name as customers know it.
    pub name: String,
}

/// A store of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub id: StoreId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Its name as customers know it.
    pub name: String,
}

/// A till in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Till {
    /// Its id.
    pub id: TillId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// The store it stands in.
    pub store: StoreId,
    /// Its name in the store.
    pub name: String,
}

/// A person to be let in.
#[derive(Clone, Debug)]
pub struct NewStaff {
    /// The person's id.
    pub id: StaffId,
    /// For whom the person works.
    pub merchant: MerchantId,
    /// The till the person stands at, if always the same.
    pub till: Option<TillId>,
    /// What the person signs in with; one person per login on this server.
    pub login: String,
    /// What colleagues and slips call the person.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The password's hash in PHC form (`$argon2id$...`); never the password.
    pub password_hash: Secret<String>,
}

/// A person with the password's hash, for signing in.
#[derive(Clone, Debug)]
pub struct StaffLogin {
    /// The person.
    pub staff: StaffId,
    /// The password's hash in PHC form.
    pub password_hash: Secret<String>,
}

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

/// A way to a provider, with its credentials sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Whose money goes over it.
    pub merchant: MerchantId,
    /// Which provider.
    pub provider: String,
    /// Which wallet it serves.
    pub wallet: String,
    /// What people call it.
    pub name: String,
    /// Its place among the merchant's ways to the same wallet: the smallest is tried first.
    pub position: i64,
    /// The credentials, sealed by the caller.
    pub sealed: String,
}

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

/// Every merchant, store and till of this server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Merchants, oldest first.
    pub merchants: Vec<Merchant>,
    /// Stores, oldest first.
    pub stores: Vec<Shop>,
    /// Tills, oldest first.
    pub tills: Vec<Till>,
}

/// Who makes a change, and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// A login, or the command that was run.
    pub actor: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// Why a change was not made.
#[derive(Debug)]
pub enum PeopleError {
    /// Another person has this login.
    LoginTaken,
    /// The id exists already.
    AlreadyThere,
    /// The merchant, store or till it belongs to does not exist, or belongs to another merchant.
    NoSuchPlace,
    /// The store failed; nothing is known to have changed.
    StoreFailed(StoreError),
}

impl fmt::Display for PeopleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeopleError::LoginTaken => f.write_str("another person has this login"),
            PeopleError::AlreadyThere => f.write_str("this id exists already"),
            PeopleError::NoSuchPlace => f.write_str("the merchant, store or till does not exist"),
            PeopleError::StoreFailed(why) => write!(f, "the store failed: {why}"),
        }
    }
}

impl std::error::Error for PeopleError {}

impl From<StoreError> for PeopleError {
    fn from(why: StoreError) -> PeopleError {
        PeopleError::StoreFailed(why)
    }
}

/// The tables of this file.
#[derive(Clone, Copy)]
pub struct People<'s> {
    store: &'s Store,
}

impl Store {
    /// Merchants, staff, keys and channels.
    pub fn people(&self) -> People<'_> {
        People { store: self }
    }
}

impl People<'_> {
    /// Adds a merchant.
    pub async fn create_merchant(&self, merchant: &Merchant, by: By<'_>) -> Result<(), PeopleError> {
        let change = sqlx::query("INSERT INTO merchants (id, name, created) VALUES ($1, $2, $3)")
            .bind(merchant.id.to_string())
            .bind(merchant.name.clone())
            .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        let subject = merchant.id.to_string();
        record(&mut tx, merchant.id, by, "merchant.created", &subject, &merchant.name).await?;
        commit(tx).await
    }

    /// Adds a store.
    pub async fn create_store(&self, shop: &Shop, by: By<'_>) -> Result<(), PeopleError> {
        let change = sqlx::query("INSERT INTO stores (id, merchant, name, created) VALUES ($1, $2, $3, $4)")
            .bind(shop.id.to_string())
            .bind(shop.merchant.to_string())
            .bind(shop.name.clone())
            .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        record(&mut tx, shop.merchant, by, "store.created", &shop.id.to_string(), &shop.name).await?;
        commit(tx).await
    }

    /// Adds a till to a store of the same merchant.
    pub async fn create_till(&self, till: &Till, by: By<'_>) -> Result<(), PeopleError> {
        let change =
            sqlx::query("INSERT INTO tills (id, merchant, store, name, created) VALUES ($1, $2, $3, $4, $5)")
                .bind(till.id.to_string())
                .bind(till.merchant.to_string())
                .bind(till.store.to_string())
                .bind(till.name.clone())
                .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        record(&mut tx, till.merchant, by, "till.created", &till.id.to_string(), &till.name).await?;
        commit(tx).await
    }

    /// Lets a person in.
    pub async fn create_staff(&self, staff: &NewStaff, by: By<'_>) -> Result<(), PeopleError> {
        let change = sqlx::query(
            "INSERT INTO staff (id, merchant, till, login, name, role, password_hash, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(staff.id.to_string())
        .bind(staff.merchant.to_string())
        .bind(staff.till.map(|till| till.to_string()))
        .bind(staff.login.clone())
        .bind(staff.name.clone())
        .bind(staff.role.code())
        .bind(staff.password_hash.reveal().clone())
        .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        change.execute(&mut *tx).await.map_err(refused)?;
        let detail = format!("{} {}", staff.login, staff.role.code());
        record(&mut tx, staff.merchant, by, "staff.created", &staff.id.to_string(), &detail).await?;
        commit(tx).await
    }

    /// Gives a person another password and ends the person's sign-ins.
    pub async fn change_password(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        password_hash: &Secret<String>,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE staff SET password_hash = $1 WHERE id = $2 AND merchant = $3")
            .bind(password_hash.reveal().clone())
            .bind(staff.to_string())
            .bind(merchant.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::NoSuchPlace);
        }
        end_sessions(&mut tx, staff).await?;
        record(&mut tx, merchant, by, "staff.password_changed", &staff.to_string(), "").await?;
        commit(tx).await
    }

    /// Lets a person in no more and ends the person's sign-ins.
    pub async fn disable_staff(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE staff SET disabled = $1 WHERE id = $2 AND merchant = $3")
            .bind(by.at.as_micros())
            .bind(staff.to_string())
            .bind(merchant.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::NoSuchPlace);
        }
        end_sessions(&mut tx, staff).await?;
        record(&mut tx, merchant, by, "staff.disabled", &staff.to_string(), "").await?;
        commit(tx).await
    }

    /// Lets a machine in.
    pub async fn create_api_key(&self, key: &NewApiKey, by: By<'_>) -> Result<(), PeopleError> {
        let change = sqlx::query(
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
        let changed = sqlx::query("UPDATE api_keys SET disabled = $1 WHERE id = $2 AND merchant = $3")
            .bind(by.at.as_micros())
            .bind(key.to_string())
            .bind(merchant.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::NoSuchPlace);
        }
        record(&mut tx, merchant, by, "api_key.disabled", &key.to_string(), "").await?;
        commit(tx).await
    }

    /// Adds or replaces a way to a provider.
    pub async fn put_channel(&self, channel: &ChannelRow, by: By<'_>) -> Result<(), PeopleError> {
        let change = sqlx::query(
            "INSERT INTO channels (id, merchant, provider, wallet, name, position, sealed, changed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = excluded.position, \
             sealed = excluded.sealed, changed = excluded.changed \
             WHERE channels.merchant = excluded.merchant AND channels.provider = excluded.provider",
        )
        .bind(channel.id.to_string())
        .bind(channel.merchant.to_string())
        .bind(channel.provider.clone())
        .bind(channel.wallet.clone())
        .bind(channel.name.clone())
        .bind(channel.position)
        .bind(channel.sealed.clone())
        .bind(by.at.as_micros());
        let mut tx = self.begin().await?;
        let changed = change.execute(&mut *tx).await.map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::AlreadyThere);
        }
        let subject = channel.id.to_string();
        record(&mut tx, channel.merchant, by, "channel.put", &subject, &channel.provider).await?;
        commit(tx).await
    }

    /// Every way to every provider, in the order in which they are tried.
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        sqlx::query_as(
            "SELECT id, merchant, provider, wallet, name, position, sealed FROM channels \
             ORDER BY merchant, position, id",
        )
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// Every merchant, store and till.
    pub async fn places(&self) -> Result<Places, StoreError> {
        let reader = self.store.read();
        let merchants = sqlx::query_as("SELECT id, name FROM merchants ORDER BY created, id");
        let stores = sqlx::query_as("SELECT id, merchant, name FROM stores ORDER BY created, id");
        let tills = sqlx::query_as("SELECT id, merchant, store, name FROM tills ORDER BY created, id");
        Ok(Places {
            merchants: merchants.fetch_all(reader).await.map_err(StoreError::failed("read merchants"))?,
            stores: stores.fetch_all(reader).await.map_err(StoreError::failed("read stores"))?,
            tills: tills.fetch_all(reader).await.map_err(StoreError::failed("read tills"))?,
        })
    }

    /// The person with this login, unless disabled.
    pub async fn staff_by_login(&self, login: &str) -> Result<Option<StaffLogin>, StoreError> {
        let row = sqlx::query("SELECT id, password_hash FROM staff WHERE login = $1 AND disabled IS NULL")
            .bind(login.to_owned())
            .fetch_optional(self.store.read())
            .await
            .map_err(StoreError::failed("read people"))?;
        let read = |row: SqliteRow| {
            let password_hash = Secret::new(row.try_get("password_hash")?);
            Ok(StaffLogin { staff: id(&row, "id")?, password_hash })
        };
        row.map(read).transpose().map_err(StoreError::failed("read people"))
    }

    /// Signs a person in, and clears away sign-ins that ended.
    pub async fn open_session(&self, session: &NewSession, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE expires <= $1")
            .bind(at.as_micros())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        sqlx::query(
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
        sqlx::query_as(
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
        sqlx::query("UPDATE sessions SET expires = $1 WHERE token_hash = $2")
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
        sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
            .bind(token_hash.to_owned())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        tx.commit().await.map_err(StoreError::failed("record a sign-in"))
    }

    /// The machine with this key, unless disabled.
    pub async fn api_key(&self, key_hash: &str) -> Result<Option<Principal>, StoreError> {
        sqlx::query_as(
            "SELECT id, '' AS login, name, role, merchant, till, NULL AS expires FROM api_keys \
             WHERE key_hash = $1 AND disabled IS NULL",
        )
        .bind(key_hash.to_owned())
        .fetch_optional(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// The latest changes at a merchant, newest first.
    pub async fn audit(&self, merchant: MerchantId, limit: i64) -> Result<Vec<AuditEntry>, StoreError> {
        sqlx::query_as(
            "SELECT at, actor, action, subject, detail FROM audit WHERE merchant = $1 \
             ORDER BY at DESC LIMIT $2",
        )
        .bind(merchant.to_string())
        .bind(limit)
        .fetch_all(self.store.read())
        .await
        .map_err(StoreError::failed("read people"))
    }

    /// A secret of this server that outlives restarts: `fresh` the first time, the same ever after. For secrets
    /// that protect nothing but what this very database holds.
    pub async fn server_secret(
        &self,
        name: &str,
        fresh: Secret<String>,
    ) -> Result<Secret<String>, StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("INSERT INTO server_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_owned())
            .bind(fresh.reveal().clone())
            .execute(&mut *tx)
            .await
            .map_err(StoreError::failed("record a sign-in"))?;
        let row = sqlx::query("SELECT value FROM server_secrets WHERE name = $1")
            .bind(name.to_owned())
            .fetch_one(&mut *tx)
            .await
            .map_err(StoreError::failed("read its secrets"))?;
        let value = row.try_get("value").map_err(StoreError::failed("read its secrets"))?;
        tx.commit().await.map_err(StoreError::failed("keep its secrets"))?;
        Ok(Secret::new(value))
    }

    async fn begin(&self) -> Result<Transaction<'static, Db>, StoreError> {
        self.store.begin().await
    }
}

impl Role {
    /// Every role, mightiest first.
    pub const ALL: [Role; 4] = [Role::Owner, Role::Manager, Role::Cashier, Role::Support];

    /// The role's name on the wire and in the store. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Cashier => "cashier",
            Role::Support => "support",
        }
    }

    /// The role with this [`Role::code`].
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

async fn record(
    tx: &mut SqliteConnection,
    merchant: MerchantId,
    by: By<'_>,
    action: &'static str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at, merchant, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)",
    )
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

async fn end_sessions(tx: &mut SqliteConnection, staff: StaffId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE staff = $1")
        .bind(staff.to_string())
        .execute(tx)
        .await
        .map_err(StoreError::failed("end sign-ins"))?;
    Ok(())
}

async fn commit(tx: Transaction<'_, Db>) -> Result<(), PeopleError> {
    tx.commit().await.map_err(failed)
}

/// A broken constraint is the caller's mistake and has a name; all else is the store's failure.
fn refused(why: sqlx::Error) -> PeopleError {
    let Some(database) = why.as_database_error() else { return failed(why) };
    if database.is_foreign_key_violation() {
        return PeopleError::NoSuchPlace;
    }
    if database.is_unique_violation() {
        let login = database.message().contains("login");
        return if login { PeopleError::LoginTaken } else { PeopleError::AlreadyThere };
    }
    failed(why)
}

fn failed(why: sqlx::Error) -> PeopleError {
    PeopleError::StoreFailed(StoreError::failed("record a change")(why))
}

/// Reads an id column; a text that is none means that the database was tampered with.
fn id<Id>(row: &SqliteRow, column: &'static str) -> Result<Id, sqlx::Error>
where
    Id: FromStr,
    Id::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|why| sqlx::Error::ColumnDecode { index: column.into(), source: Box::new(why) })
}

fn id_or_none<Id>(row: &SqliteRow, column: &'static str) -> Result<Option<Id>, sqlx::Error>
where
    Id: FromStr,
    Id::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.try_get(column)?;
    text.map(|_| id(row, column)).transpose()
}

impl FromRow<'_, SqliteRow> for Merchant {
    fn from_row(row: &SqliteRow) -> Result<Merchant, sqlx::Error> {
        Ok(Merchant { id: id(row, "id")?, name: row.try_get("name")? })
    }
}

impl FromRow<'_, SqliteRow> for Shop {
    fn from_row(row: &SqliteRow) -> Result<Shop, sqlx::Error> {
        Ok(Shop { id: id(row, "id")?, merchant: id(row, "merchant")?, name: row.try_get("name")? })
    }
}

impl FromRow<'_, SqliteRow> for Till {
    fn from_row(row: &SqliteRow) -> Result<Till, sqlx::Error> {
        Ok(Till {
            id: id(row, "id")?,
            merchant: id(row, "merchant")?,
            store: id(row, "store")?,
            name: row.try_get("name")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for Principal {
    fn from_row(row: &SqliteRow) -> Result<Principal, sqlx::Error> {
        let code: String = row.try_get("role")?;
        let unknown_role = || sqlx::Error::Decode(format!("{code} is no role").into());
        let expires: Option<i64> = row.try_get("expires")?;
        Ok(Principal {
            id: id(row, "id")?,
            login: row.try_get("login")?,
            name: row.try_get("name")?,
            role: Role::from_code(&code).ok_or_else(unknown_role)?,
            merchant: id(row, "merchant")?,
            till: id_or_none(row, "till")?,
            expires: expires.map(Timestamp::from_micros),
        })
    }
}

impl FromRow<'_, SqliteRow> for ChannelRow {
    fn from_row(row: &SqliteRow) -> Result<ChannelRow, sqlx::Error> {
        Ok(ChannelRow {
            id: id(row, "id")?,
            merchant: id(row, "merchant")?,
            provider: row.try_get("provider")?,
            wallet: row.try_get("wallet")?,
            name: row.try_get("name")?,
            position: row.try_get("position")?,
            sealed: row.try_get("sealed")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for AuditEntry {
    fn from_row(row: &SqliteRow) -> Result<AuditEntry, sqlx::Error> {
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
    use super::*;
    use crate::StoreConfig;

    const AT: Timestamp = Timestamp::from_micros(1_000_000);
    const BY: By<'static> = By { actor: "test", at: AT };

    async fn store(name: &str) -> Store {
        let path = std::env::temp_dir().join(format!("paydesk-people-{}-{name}.db", std::process::id()));
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
        let config = StoreConfig { database: format!("sqlite:{}", path.display()) };
        Store::open(&config).await.expect("a fresh database opens")
    }

    fn merchant(number: u128) -> Merchant {
        Merchant { id: MerchantId::from_u128(number), name: format!("merchant {number}") }
    }

    fn shop(number: u128, merchant: &Merchant) -> Shop {
        Shop { id: StoreId::from_u128(number), merchant: merchant.id, name: "shop".into() }
    }

    fn till(number: u128, shop: &Shop) -> Till {
        Till { id: TillId::from_u128(number), merchant: shop.merchant, store: shop.id, name: "till".into() }
    }

    fn staff(number: u128, merchant: &Merchant, login: &str) -> NewStaff {
        NewStaff {
            id: StaffId::from_u128(number),
            merchant: merchant.id,
            till: None,
            login: login.into(),
            name: "Zhang Min".into(),
            role: Role::Cashier,
            password_hash: Secret::new("$argon2id$...".into()),
        }
    }

    fn session(of: &NewStaff, token: &str, expires: i64) -> NewSession {
        NewSession {
            token_hash: token.into(),
            staff: of.id,
            expires: Timestamp::from_micros(expires),
            address: "10.0.0.1".into(),
        }
    }

    async fn actions(store: &Store, merchant: &Merchant) -> Vec<String> {
        let mut list = store.people().audit(merchant.id, 100).await.expect("audit");
        list.reverse();
        let mut actions: Vec<String> = list.into_iter().map(|entry| entry.action).collect();
        actions.sort();
        actions
    }

    #[tokio::test]
    async fn every_change_has_its_audit_row_and_every_refusal_none() {
        let store = store("audit").await;
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
        assert!(matches!(not_yours, Err(PeopleError::NoSuchPlace)));

        let ours_did = ["merchant.created", "staff.created", "store.created", "till.created"];
        assert_eq!(actions(&store, &ours).await, ours_did);
        assert_eq!(actions(&store, &theirs).await, ["merchant.created"]);
        assert_eq!(people.places().await.expect("places").tills, [till(1, &shop)]);
    }

    #[tokio::test]
    async fn a_sign_in_ends_in_time_by_signing_out_and_with_the_person() {
        let store = store("sessions").await;
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

    #[tokio::test]
    async fn a_key_opens_until_it_is_disabled() {
        let store = store("keys").await;
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
        assert_eq!(people.api_key("hash").await.expect("read"), None);
    }

    #[tokio::test]
    async fn channels_are_replaced_in_place_and_secrets_are_kept() {
        let store = store("channels").await;
        let people = store.people();
        let ours = merchant(1);
        people.create_merchant(&ours, BY).await.expect("new");
        let channel = ChannelRow {
            id: ChannelId::from_u128(1),
            merchant: ours.id,
            provider: "one".into(),
            wallet: "one".into(),
            name: "first".into(),
            position: 0,
            sealed: "sealed".into(),
        };
        people.put_channel(&channel, BY).await.expect("new");
        let changed = ChannelRow { sealed: "sealed anew".into(), ..channel.clone() };
        people.put_channel(&changed, BY).await.expect("replaced");
        let other_provider = ChannelRow { provider: "two".into(), ..channel };
        let refused = people.put_channel(&other_provider, BY).await;
        assert!(matches!(refused, Err(PeopleError::AlreadyThere)));
        assert_eq!(people.channels().await.expect("read"), [changed]);
        let first = people.server_secret("marks", Secret::new("one".into())).await.expect("kept");
        let second = people.server_secret("marks", Secret::new("two".into())).await.expect("kept");
        assert_eq!((first.reveal().as_str(), second.reveal().as_str()), ("one", "one"));
    }
}
