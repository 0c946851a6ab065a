//! Reading ids and roles out of rows.

use super::Role;
use crate::sql::Row;
use std::str::FromStr;

/// Reads an id column; a text that is none means that the database was tampered with.
pub(super) fn id<Id>(row: &Row, column: &'static str) -> Result<Id, sqlx::Error>
where
    Id: FromStr,
    Id::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|why| sqlx::Error::ColumnDecode { index: column.into(), source: Box::new(why) })
}

/// The same for a column that may be empty.
pub(super) fn id_or_none<Id>(row: &Row, column: &'static str) -> Result<Option<Id>, sqlx::Error>
where
    Id: FromStr,
    Id::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.try_get(column)?;
    text.map(|_| id(row, column)).transpose()
}

/// Reads the column `role`.
pub(super) fn role(row: &Row) -> Result<Role, sqlx::Error> {
    let code: String = row.try_get("role")?;
    Role::from_code(&code).ok_or_else(|| sqlx::Error::Decode(format!("{code} is no role").into()))
}
