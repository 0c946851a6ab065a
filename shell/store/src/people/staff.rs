//! The people who work at a merchant, and what each may do.

use super::audit::record;
use super::rows::id;
use super::sessions::end_sessions;
use super::{By, People, PeopleError, commit, refused};
use crate::StoreError;
use crate::sql::{Row, query};
use base::{MerchantId, Secret, StaffId, TillId};

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
    /// A device at the counter: takes and returns money at its own till.
    Till,
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

impl People<'_> {
    /// Lets a person in.
    pub async fn create_staff(&self, staff: &NewStaff, by: By<'_>) -> Result<(), PeopleError> {
        let change = query(
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

    /// Keeps a person whom the server vouched for just now, so that this device can let the same person in again when
    /// the server cannot be asked.
    pub async fn keep_staff(&self, staff: &NewStaff, by: By<'_>) -> Result<(), PeopleError> {
        let change = query(
            "INSERT INTO staff (id, merchant, till, login, name, role, password_hash, created) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET login = excluded.login, \
             name = excluded.name, role = excluded.role, password_hash = excluded.password_hash, disabled = NULL",
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
        record(&mut tx, staff.merchant, by, "staff.kept", &staff.id.to_string(), &staff.login).await?;
        commit(tx).await
    }

    /// Gives a person another password and ends the person's sign-ins, but for the one that is kept: the token hash
    /// of whoever changes the own password.
    pub async fn change_password(
        &self,
        merchant: MerchantId,
        staff: StaffId,
        password_hash: &Secret<String>,
        keep: Option<&str>,
        by: By<'_>,
    ) -> Result<(), PeopleError> {
        let mut tx = self.begin().await?;
        let changed = query("UPDATE staff SET password_hash = $1 WHERE id = $2 AND merchant = $3")
            .bind(password_hash.reveal().clone())
            .bind(staff.to_string())
            .bind(merchant.to_string())
            .execute(&mut *tx)
            .await
            .map_err(refused)?;
        if changed.rows_affected() == 0 {
            return Err(PeopleError::NoSuchPerson);
        }
        end_sessions(&mut tx, staff, keep).await?;
        record(&mut tx, merchant, by, "staff.password_changed", &staff.to_string(), "").await?;
        commit(tx).await
    }

    /// The person with this login, unless disabled.
    pub async fn staff_by_login(&self, login: &str) -> Result<Option<StaffLogin>, StoreError> {
        let row = query("SELECT id, password_hash FROM staff WHERE login = $1 AND disabled IS NULL")
            .bind(login.to_owned())
            .fetch_optional(self.store.read())
            .await
            .map_err(StoreError::failed("read people"))?;
        let read = |row: Row| {
            let password_hash = Secret::new(row.try_get("password_hash")?);
            Ok(StaffLogin { staff: id(&row, "id")?, password_hash })
        };
        row.map(read).transpose().map_err(StoreError::failed("read people"))
    }
}

impl Role {
    /// Every role, mightiest first.
    pub const ALL: [Role; 5] = [Role::Owner, Role::Manager, Role::Cashier, Role::Support, Role::Till];

    /// The role's name on the wire and in the store. A promise: never changed.
    pub fn code(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Manager => "manager",
            Role::Cashier => "cashier",
            Role::Support => "support",
            Role::Till => "till",
        }
    }

    /// The role with this [`Role::code`].
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}
