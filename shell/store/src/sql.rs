//! SQL for two databases: a statement is written once, bound once, and runs on whichever there is.
//!
//! Its names and shapes are those of sqlx (`query`, `query_as`, `query_scalar`, `bind`, `fetch_all` ...), so nothing
//! new has to be learnt. A statement whose `$1`, `$2` ... and bound values do not match asserts before it runs:
//! SQLite would take a missing value for NULL without a word.

use crate::database::Database;
use crate::failure::is_broken_connection;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Decode, Row as _, Type};
use std::borrow::Cow;
use std::fmt::{Display, Write};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A bound value. NULL has a type too, which PostgreSQL wants to know.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
    /// A column of values, for PostgreSQL's `UNNEST`.
    Texts(Vec<Option<String>>),
    /// The same.
    Ints(Vec<Option<i64>>),
    /// The same.
    Bools(Vec<Option<bool>>),
}

/// What a column of [`crate::insert::Insert`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Bool,
}

macro_rules! values {
    ($($from:ty => $variant:ident($value:ident) $make:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                Value::$variant($make)
            }
        }
    )*};
}

values! {
    String => Text(value) Some(value);
    &str => Text(value) Some(value.to_owned());
    &String => Text(value) Some(value.clone());
    Option<String> => Text(value) value;
    Option<&str> => Text(value) value.map(str::to_owned);
    i64 => Int(value) Some(value);
    i32 => Int(value) Some(value.into());
    Option<i64> => Int(value) value;
    bool => Bool(value) Some(value);
    Option<bool> => Bool(value) value;
    Vec<u8> => Bytes(value) Some(value);
    Option<Vec<u8>> => Bytes(value) value;
}

/// A statement and its values.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
    cached: bool,
}

/// A statement whose rows are read as `T`.
#[derive(Debug)]
pub(crate) struct QueryAs<T> {
    query: Query,
    row: PhantomData<T>,
}

/// A statement whose rows have one column, read as `T`.
#[derive(Debug)]
pub(crate) struct QueryScalar<T> {
    query: QueryAs<(T,)>,
}

/// A statement.
pub(crate) fn query(text: impl Into<Cow<'static, str>>) -> Query {
    Query { text: text.into(), values: Vec::new(), cached: true }
}

/// A statement whose rows are read as `T`.
pub(crate) fn query_as<T: FromRow>(text: impl Into<Cow<'static, str>>) -> QueryAs<T> {
    QueryAs { query: query(text), row: PhantomData }
}

/// A statement whose rows have one column.
pub(crate) fn query_scalar<T: Cell>(text: impl Into<Cow<'static, str>>) -> QueryScalar<T> {
    QueryScalar { query: query_as(text) }
}

/// Where a statement runs.
pub(crate) enum On<'c> {
    /// By itself and only reading, on any connection. Put again if the connection turns out to be broken.
    Database(&'c Database),
    /// By itself and writing: whether it happened is open when the connection breaks, so it is never put again.
    Write(&'c Database),
    /// In a transaction.
    Connection(&'c mut Connection),
}

impl<'c> From<&'c Database> for On<'c> {
    fn from(database: &'c Database) -> On<'c> {
        On::Database(database)
    }
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> On<'c> {
        On::Connection(connection)
    }
}

/// A connection with an open transaction.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A transaction; dropped without [`Transaction::commit`], nothing of it happened.
#[derive(Debug)]
pub(crate) struct Transaction(Option<Connection>);

impl Transaction {
    pub(crate) fn new(connection: Connection) -> Transaction {
        Transaction(Some(connection))
    }

    /// Makes it durable. An error leaves open whether it is.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        query("COMMIT").execute(&mut *self).await?;
        // The connection may serve others again; every other one ends in `drop`.
        self.0 = None;
        Ok(())
    }
}

impl Drop for Transaction {
    /// Closes the connection, which undoes what it began in every state that a failure may have left it in. (After a
    /// full disk SQLite has ended the transaction by itself, and a second end would be an error.)
    fn drop(&mut self) {
        match &mut self.0 {
            Some(Connection::Sqlite(connection)) => connection.close_on_drop(),
            Some(Connection::Postgres(connection)) => connection.close_on_drop(),
            None => {}
        }
    }
}

impl Deref for Transaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.0.as_ref().expect("a transaction has its connection until it is committed")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.as_mut().expect("a transaction has its connection until it is committed")
    }
}

/// What a statement without rows did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    rows_affected: u64,
}

impl Done {
    pub(crate) fn rows_affected(self) -> u64 {
        self.rows_affected
    }
}

impl Query {
    /// The value of the next `$n`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Query {
        self.values.push(value.into());
        self
    }

    /// Whether the database shall remember the statement; one that never comes again need not be.
    pub(crate) fn persistent(mut self, cached: bool) -> Query {
        self.cached = cached;
        self
    }

    pub(crate) async fn execute(self, on: impl Into<On<'_>>) -> Result<Done, sqlx::Error> {
        let rows_affected = match on.into() {
            On::Database(Database::Sqlite { read: pool, .. })
            | On::Write(Database::Sqlite { write: pool, .. }) => {
                self.sqlite()?.execute(pool).await?.rows_affected()
            }
            On::Database(Database::Postgres(pool)) | On::Write(Database::Postgres(pool)) => {
                self.postgres()?.execute(pool).await?.rows_affected()
            }
            On::Connection(Connection::Sqlite(open)) => {
                self.sqlite()?.execute(&mut **open).await?.rows_affected()
            }
            On::Connection(Connection::Postgres(open)) => {
                self.postgres()?.execute(&mut **open).await?.rows_affected()
            }
        };
        Ok(Done { rows_affected })
    }

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        Ok(match on.into() {
            On::Database(Database::Sqlite { read: pool, .. })
            | On::Write(Database::Sqlite { write: pool, .. }) => {
                sqlite(self.sqlite()?.fetch_all(pool).await?)
            }
            On::Database(Database::Postgres(pool)) => {
                let found = match self.clone().postgres()?.fetch_all(pool).await {
                    Err(error) if is_broken_connection(&error) => self.postgres()?.fetch_all(pool).await,
                    found => found,
                };
                postgres(found?)
            }
            On::Write(Database::Postgres(pool)) => postgres(self.postgres()?.fetch_all(pool).await?),
            On::Connection(Connection::Sqlite(open)) => sqlite(self.sqlite()?.fetch_all(&mut **open).await?),
            On::Connection(Connection::Postgres(open)) => {
                postgres(self.postgres()?.fetch_all(&mut **open).await?)
            }
        })
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<On<'_>>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    fn sqlite(self) -> Result<sqlx::query::Query<'static, Sqlite, SqliteArguments>, sqlx::Error> {
        self.check();
        let text = match self.text {
            Cow::Owned(text) => Cow::Owned(by_place(&text, self.values.len())),
            text => text,
        };
        let mut arguments = SqliteArguments::default();
        bind_all(&mut arguments, self.values)?;
        Ok(match text {
            Cow::Borrowed(text) => sqlx::query_with(text, arguments),
            Cow::Owned(text) => sqlx::query_with(AssertSqlSafe(text), arguments),
        }
        .persistent(self.cached))
    }

    fn postgres(self) -> Result<sqlx::query::Query<'static, Postgres, PgArguments>, sqlx::Error> {
        self.check();
        let mut arguments = PgArguments::default();
        for value in self.values {
            match value {
                Value::Text(value) => arguments.add(value.map(without_nul)),
                Value::Texts(values) => {
                    let values: Vec<_> = values.into_iter().map(|value| value.map(without_nul)).collect();
                    arguments.add(values)
                }
                Value::Ints(values) => arguments.add(values),
                Value::Bools(values) => arguments.add(values),
                one => add(&mut arguments, one),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(match self.text {
            Cow::Borrowed(text) => sqlx::query_with(text, arguments),
            Cow::Owned(text) => sqlx::query_with(AssertSqlSafe(text), arguments),
        }
        .persistent(self.cached))
    }

    /// What the builder made matches by construction; what a person wrote is counted.
    fn check(&self) {
        if let Cow::Borrowed(text) = self.text {
            let named = parameters(text);
            let every = (1..=self.values.len()).all(|number| named.contains(&number));
            assert!(
                every && named.iter().all(|number| (1..=self.values.len()).contains(number)),
                "{} values are bound and ${named:?} are named in: {text}",
                self.values.len()
            );
        }
    }
}

fn sqlite(rows: Vec<SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn postgres(rows: Vec<PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}

/// PostgreSQL's texts hold every character but this one, and one such text would fail a whole transaction.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn bind_all(arguments: &mut SqliteArguments, values: Vec<Value>) -> Result<(), sqlx::Error> {
    values.into_iter().try_for_each(|value| add(arguments, value)).map_err(sqlx::Error::Encode)
}

/// Binds one value to either database.
fn add<A>(arguments: &mut A, value: Value) -> Result<(), sqlx::error::BoxDynError>
where
    A: Arguments,
    Option<String>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
    Option<i64>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
    Option<bool>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: for<'q> sqlx::Encode<'q, A::Database> + Type<A::Database>,
{
    match value {
        Value::Text(value) => arguments.add(value),
        Value::Int(value) => arguments.add(value),
        Value::Bool(value) => arguments.add(value),
        Value::Bytes(value) => arguments.add(value),
        Value::Texts(_) | Value::Ints(_) | Value::Bools(_) => {
            panic!("columns of values are for PostgreSQL's UNNEST alone")
        }
    }
}

/// The numbers of `$1`, `$2` ... in a text, in order and with repetitions. Our texts have no `$` in quotes.
fn parameters(text: &str) -> Vec<usize> {
    let number = |part: &str| {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        part[..digits].parse().ok()
    };
    text.split('$').skip(1).filter_map(number).collect()
}

/// A text with `?` for `$1`, `$2` ... where each comes once and in order, as a builder makes them. SQLite takes `$1` for a
/// name, and looks every name up among all before it: a statement of a thousand rows would spend its time on that.
fn by_place(text: &str, values: usize) -> String {
    if !parameters(text).into_iter().eq(1..=values) {
        return text.to_owned();
    }
    let mut parts = text.split('$');
    let mut placed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        placed.push('?');
        placed.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    placed
}

impl<T: FromRow> QueryAs<T> {
    pub(crate) fn bind(self, value: impl Into<Value>) -> QueryAs<T> {
        QueryAs { query: self.query.bind(value), row: PhantomData }
    }

    pub(crate) fn persistent(self, cached: bool) -> QueryAs<T> {
        QueryAs { query: self.query.persistent(cached), row: PhantomData }
    }

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<T>, sqlx::Error> {
        self.query.fetch_all(on).await?.iter().map(T::from_row).collect()
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<On<'_>>) -> Result<Option<T>, sqlx::Error> {
        self.query.fetch_optional(on).await?.as_ref().map(T::from_row).transpose()
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<T, sqlx::Error> {
        T::from_row(&self.query.fetch_one(on).await?)
    }
}

impl<T: Cell> QueryScalar<T> {
    pub(crate) fn bind(self, value: impl Into<Value>) -> QueryScalar<T> {
        QueryScalar { query: self.query.bind(value) }
    }

    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<T>, sqlx::Error> {
        Ok(self.query.fetch_all(on).await?.into_iter().map(|(value,)| value).collect())
    }

    pub(crate) async fn fetch_optional(self, on: impl Into<On<'_>>) -> Result<Option<T>, sqlx::Error> {
        Ok(self.query.fetch_optional(on).await?.map(|(value,)| value))
    }

    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<T, sqlx::Error> {
        Ok(self.query.fetch_one(on).await?.0)
    }
}

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column by its name.
    pub(crate) fn try_get<T: Cell>(&self, column: &str) -> Result<T, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
    }

    /// A column by its place, from 0.
    pub(crate) fn at<T: Cell>(&self, place: usize) -> Result<T, sqlx::Error> {
        match self {
            Row::Sqlite(row) => row.try_get(place),
            Row::Postgres(row) => row.try_get(place),
        }
    }
}

/// What a column can be read as.
pub(crate) trait Cell:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Cell for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

/// What a row can be read as: tuples by the places of columns, structs by their names.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error>;
}

macro_rules! tuples {
    ($($($cell:ident $place:literal),+;)*) => {$(
        impl<$($cell: Cell),+> FromRow for ($($cell,)+) {
            fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
                Ok(($(row.at::<$cell>($place)?,)+))
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}

/// Reads a struct's fields from the columns of their names.
macro_rules! from_columns {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl crate::sql::FromRow for $name {
            fn from_row(row: &crate::sql::Row) -> Result<$name, sqlx::Error> {
                Ok($name { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use from_columns;

/// A statement made of pieces; each bound value gets the next number.
#[derive(Debug, Default)]
pub(crate) struct QueryBuilder {
    text: String,
    values: Vec<Value>,
    by_place: bool,
}

impl QueryBuilder {
    pub(crate) fn new(text: impl Into<String>) -> QueryBuilder {
        QueryBuilder { text: text.into(), values: Vec::new(), by_place: false }
    }

    /// A statement for SQLite alone, whose values go by their places; see [`by_place`].
    pub(crate) fn of_sqlite(text: impl Into<String>) -> QueryBuilder {
        QueryBuilder { by_place: true, ..QueryBuilder::new(text) }
    }

    pub(crate) fn push(&mut self, text: impl Display) -> &mut QueryBuilder {
        write!(self.text, "{text}").expect("text grows");
        self
    }

    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut QueryBuilder {
        self.values.push(value.into());
        match self.by_place {
            true => self.text.push('?'),
            false => write!(self.text, "${}", self.values.len()).expect("text grows"),
        }
        self
    }

    /// A list, such as the members of `IN (...)`.
    pub(crate) fn separated(&mut self, separator: &'static str) -> Separated<'_> {
        Separated { builder: self, separator, first: true }
    }

    /// `VALUES (...), (...)`: one for each item.
    pub(crate) fn push_values<Item>(
        &mut self,
        items: impl IntoIterator<Item = Item>,
        mut push: impl FnMut(&mut Separated<'_>, Item),
    ) -> &mut QueryBuilder {
        for (number, item) in items.into_iter().enumerate() {
            self.text.push_str(if number == 0 { "VALUES (" } else { ", (" });
            push(&mut self.separated(", "), item);
            self.text.push(')');
        }
        self
    }

    pub(crate) fn build(&mut self) -> Query {
        let built = std::mem::take(self);
        Query { text: Cow::Owned(built.text), values: built.values, cached: true }
    }

    pub(crate) fn build_query_as<T: FromRow>(&mut self) -> QueryAs<T> {
        QueryAs { query: self.build(), row: PhantomData }
    }
}

/// A list being made.
pub(crate) struct Separated<'b> {
    builder: &'b mut QueryBuilder,
    separator: &'static str,
    first: bool,
}

impl Separated<'_> {
    pub(crate) fn push(&mut self, text: impl Display) -> &mut Self {
        self.separate();
        self.builder.push(text);
        self
    }

    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.separate();
        self.builder.push_bind(value);
        self
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.builder.text.push_str(self.separator);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_with_their_repetitions() {
        assert_eq!(parameters("a = $1 AND b = $12 OR c = $1"), [1, 12, 1]);
        assert!(parameters("SELECT 1").is_empty());
    }

    #[test]
    fn parameters_in_order_need_no_names_on_sqlite() {
        let check = |text: &str, values: usize, expected: &str| assert_eq!(by_place(text, values), expected);
        check("VALUES ($1, $2), ($3, 'x') -- $4", 4, "VALUES (?, ?), (?, 'x') -- ?");
        check("a = $2 AND b = $1", 2, "a = $2 AND b = $1");
        check("a = $1 OR b = $1", 1, "a = $1 OR b = $1");
        check("SELECT 1", 0, "SELECT 1");
    }

    #[test]
    fn a_statement_and_its_values_must_match() {
        let right = query("SELECT $1, $2, $1").bind(1_i64).bind("two");
        right.check();
        for wrong in [
            query("SELECT $1, $2").bind(1_i64),
            query("SELECT $1").bind(1_i64).bind(2_i64),
            query("SELECT $1, $3").bind(1_i64).bind(2_i64),
        ] {
            let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| wrong.check()));
            assert!(refused.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn pieces_make_a_statement() {
        let mut query = QueryBuilder::new("INSERT INTO t (a, b) ");
        query.push_values([(1_i64, "x"), (2, "y")], |row, (a, b)| {
            row.push_bind(a).push_bind(b);
        });
        query.push(" RETURNING ").push_bind(true);
        let built = query.build();
        assert_eq!(built.text, "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) RETURNING $5");
        assert_eq!(built.values.len(), 5);
    }
}
