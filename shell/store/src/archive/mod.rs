//! The whole book as rows, whatever the database: read at one moment ([`Snapshot`]), put into an empty database again
//! ([`Restored`]), and proven against itself and against another book ([`check_projection`], [`compare`]).
//!
//! Tables and columns are read from the database itself, so a new step of the schema is in every backup from its first
//! day. It uses connections of its own and never gets into a server's way: on SQLite and on PostgreSQL readers see one
//! moment and hold nobody up.

mod check;
mod connection;
mod load;
mod snapshot;

pub use check::{Compared, Projected, check_projection, compare};
pub use load::Restored;
pub use snapshot::{Snapshot, newest_schema_step};

/// What a column can hold; both databases have exactly these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A table: its columns in order, and what tells its rows apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Names and kinds of its columns.
    pub columns: Vec<(String, Kind)>,
    /// Places of the columns that tell rows apart; empty if rows may be alike.
    pub key: Vec<usize>,
}

impl Table {
    /// The place of a column.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| name == column)
    }

    /// The names of its columns, as statements list them.
    pub(crate) fn column_list(&self) -> String {
        self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;

    /// A new step of the schema is in every backup by itself, unless it brings a kind of column that none can hold.
    #[tokio::test]
    async fn every_table_is_of_kinds_that_backups_know() {
        let folder = Folder::new();
        let store = folder.open().await.expect("an empty place takes a database");
        let snapshot = Snapshot::open(&folder.address()).await.expect("every column's kind is known");
        assert_eq!(snapshot.schema_step(), newest_schema_step());
        for name in ["facts", "payments", "refunds", "events", "print_jobs"] {
            let table = snapshot.table(name).unwrap_or_else(|| panic!("{name} is there"));
            assert!(!table.key.is_empty(), "{name} has a key");
        }
        snapshot.close().await;
        store.close().await;
    }
}
