//! Who works here and where: merchants, stores, tills, staff, sign-ins, keys for machines, ways to providers.
//!
//! Passwords, tokens and keys come in as hashes and credentials sealed: nothing in these tables opens anything.
//! Every change writes its audit row in the same transaction, so there is no change without one.

mod audit;
mod channels;
mod keys;
mod places;
mod roster;
mod rows;
mod secrets;
mod sessions;
mod staff;
#[cfg(test)]
mod testing;

pub use audit::AuditEntry;
pub(crate) use audit::record;
pub use channels::ChannelRow;
pub use keys::{ApiKey, NewApiKey};
pub use places::{Merchant, Places, Shop, Till};
pub use roster::{Duties, Person};
pub use sessions::{NewSession, Principal};
pub use staff::{NewStaff, Role, StaffLogin};

use crate::sql::Transaction;
use crate::{Store, StoreError};
use base::Timestamp;
use std::fmt;

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
    /// The merchant has no such person.
    NoSuchPerson,
    /// The merchant has no such key.
    NoSuchKey,
    /// The merchant would be left without anybody who may change people.
    LastOwner,
    /// The store failed; nothing is known to have changed.
    StoreFailed(StoreError),
}

impl fmt::Display for PeopleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeopleError::LoginTaken => f.write_str("another person has this login"),
            PeopleError::AlreadyThere => f.write_str("this id exists already"),
            PeopleError::NoSuchPlace => f.write_str("the merchant, store or till does not exist"),
            PeopleError::NoSuchPerson => f.write_str("the merchant has no such person"),
            PeopleError::NoSuchKey => f.write_str("the merchant has no such key"),
            PeopleError::LastOwner => f.write_str("the merchant's last owner must stay one"),
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

/// The tables of this folder.
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
    async fn begin(&self) -> Result<Transaction, StoreError> {
        self.store.begin().await
    }
}

async fn commit(tx: Transaction) -> Result<(), PeopleError> {
    tx.commit().await.map_err(failed)
}

impl PeopleError {
    /// The same for changes that are recorded like those to people.
    pub(crate) fn refused(why: sqlx::Error) -> PeopleError {
        refused(why)
    }
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
