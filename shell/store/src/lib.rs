//! Facts and tables on disk: the one place where anything is durable.
//!
//! [`Store::commit`] writes what the engine decided in one transaction: facts, how the payments stand after
//! them, what others must be told, receipts to print. Facts are only ever added; everything else in the
//! transaction can be made again from them. Reads about payments demand a [`MerchantScope`], so that forgetting
//! whose payments they are does not compile; only the engine's own loads go without.
//!
//! SQLite for one server, PostgreSQL for one or many. One text serves both (see `sql`): numbered parameters,
//! `ON CONFLICT`, `RETURNING`, no clock of the database. What differs is kept in `database` and `insert`.

mod alarms;
pub mod archive;
mod attention;
#[cfg(test)]
mod bad_databases;
mod bills;
mod book_rows;
mod changed;
mod claims;
mod commit;
mod database;
mod day;
mod events;
mod facts;
mod failure;
#[cfg(test)]
mod folder;
mod followers;
mod insert;
mod jobs;
mod journal;
mod nodelay;
mod nodes;
mod page;
mod payments;
mod people;
mod routes;
mod sales;
mod scope;
#[cfg(test)]
mod sharing;
mod sql;
mod stored;
mod stored_bills;
#[cfg(test)]
mod suite;
mod tills;
mod traces;
mod webhooks;

pub use alarms::{Alarm, ToRaise};
pub use bills::{
    BillDay, BillState, DifferenceAct, DifferenceFilter, FundsDay, KeptDifference, OpenDifferences,
};
pub use changed::{Changed, MalformedMark, Mark};
pub use commit::Uncommitted;
pub use database::{Store, StoreConfig, without_password};
pub use day::{DayFigures, HourFigures, Sum, WalletFigures};
pub use events::{Event, EventId};
pub use facts::Found;
pub use failure::StoreError;
pub use jobs::{JobState, PrintJob, Printed};
pub use journal::{Numbered, fact_of};
pub use page::{Cursor, MalformedCursor, Page, PaymentFilter};
pub use people::{
    ApiKey, AuditEntry, By, ChannelRow, Duties, Merchant, NewApiKey, NewSession, NewStaff, People,
    PeopleError, Person, Places, Principal, Role, Shop, StaffLogin, Till,
};
pub use routes::{CountedSlot, RouteKey, RouteOrder};
pub use sales::PaidTwice;
pub use scope::MerchantScope;
pub use tills::{Agent, Beat, Evidence, NewAgent, Offered, Raised, Stand, TillAlarm};
pub use webhooks::{Again, Backlog, Message, MessageState, NewMessage, Tried, Webhook};
