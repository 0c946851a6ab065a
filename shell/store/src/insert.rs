//! Rows for several tables in one go: written once, sent the way each database takes them fastest.
//!
//! SQLite gets one script of multi-row `VALUES`: handing a statement to the database's thread and back costs more
//! than most of them do. PostgreSQL takes one statement at a time, so the tables become parts of one `WITH`; columns
//! travel as arrays, so that the text does not depend on how many rows there are and is planned once.

use crate::sql::{Kind, QueryBuilder, Value};

/// Parameters one statement of SQLite may have.
const PARAMETERS_MAX: usize = 32_000;

/// Whoever numbers events holds this advisory lock of PostgreSQL until its transaction is over.
const EVENT_ORDER: i64 = 0x7061_7964_6573_6b01;

/// Columns and what they hold, in the order in which rows are pushed.
pub(crate) type Columns = &'static [(&'static str, Kind)];

/// Rows for one table.
#[derive(Debug)]
pub(crate) struct Insert {
    table: &'static str,
    columns: Columns,
    /// What follows the rows: `ON CONFLICT ...`.
    conflict: &'static str,
    values: Vec<Value>,
}

impl Insert {
    pub(crate) fn new(table: &'static str, columns: Columns, conflict: &'static str) -> Insert {
        Insert { table, columns, conflict, values: Vec::new() }
    }

    /// Adds a row; its values stand in the order of the columns.
    pub(crate) fn row<const N: usize>(&mut self, values: [Value; N]) {
        assert_eq!(N, self.columns.len(), "a row of {} has a value for each column", self.table);
        self.values.extend(values);
    }

    fn rows(&self) -> usize {
        self.values.len() / self.columns.len()
    }

    fn head(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({}) ", self.table, names.join(", "))
    }
}

/// One transaction for SQLite as one script, since handing a statement to the database's thread and back costs more
/// than most of them do. Its rows are the numbers and payments of the events, which come last.
pub(crate) fn script(inserts: Vec<Insert>, events: Insert) -> QueryBuilder {
    // Taking the write lock at once: a transaction that reads first and writes later can fail half-way.
    let mut script = QueryBuilder::new("BEGIN IMMEDIATE; ");
    for insert in inserts {
        push_values(&mut script, insert, "");
    }
    push_values(&mut script, events, " RETURNING id, payment");
    script.push("COMMIT");
    script
}

fn push_values(script: &mut QueryBuilder, insert: Insert, returning: &'static str) {
    let (head, width) = (insert.head(), insert.columns.len());
    let mut left = insert.rows();
    let mut values = insert.values.into_iter();
    while left > 0 {
        let some = left.min(PARAMETERS_MAX / width);
        left -= some;
        script.push(&head).push_values(0..some, |row, _| {
            values.by_ref().take(width).for_each(|value| {
                row.push_bind(value);
            });
        });
        script.push(insert.conflict).push(returning).push("; ");
    }
}

/// One statement for PostgreSQL; its rows are the numbers and payments of the events.
///
/// Events are numbered under a lock that is held until the transaction is over. Otherwise a larger number could
/// become visible before a smaller one, and a listener that resumes after the larger would never hear of the smaller.
/// The lock is taken after all other rows are in, so it is held for little more than the commit itself, and since
/// nobody waits for a row while holding it, two servers cannot wait for each other.
pub(crate) fn statement(inserts: Vec<Insert>, events: Insert) -> QueryBuilder {
    let mut statement = QueryBuilder::new("WITH ");
    let mut done = Vec::new();
    for insert in inserts.into_iter().filter(|insert| insert.rows() > 0) {
        let name = format!("new_{}", insert.table);
        statement.push(format_args!("{name} AS ({}SELECT * FROM ", insert.head()));
        let conflict = insert.conflict;
        push_unnest(&mut statement, insert);
        statement.push(format_args!("{conflict} RETURNING 1), "));
        done.push(format!("(SELECT count(*) FROM {name}) >= 0"));
    }
    if done.is_empty() {
        done.push("TRUE".to_owned());
    }
    let all_done = done.join(" AND ");
    statement.push(format_args!(
        "turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({EVENT_ORDER}) WHERE {all_done}) {}SELECT new.* FROM ",
        events.head()
    ));
    push_unnest(&mut statement, events);
    statement.push(" AS new, turn RETURNING id, payment");
    statement
}

/// `UNNEST($1::TEXT[], ...)`: a row for each place of the arrays.
fn push_unnest(statement: &mut QueryBuilder, insert: Insert) {
    statement.push("UNNEST(");
    let mut columns: Vec<Value> = insert
        .columns
        .iter()
        .map(|(_, kind)| match kind {
            Kind::Text => Value::Texts(Vec::new()),
            Kind::Int => Value::Ints(Vec::new()),
            Kind::Bool => Value::Bools(Vec::new()),
        })
        .collect();
    let width = columns.len();
    for (place, value) in insert.values.into_iter().enumerate() {
        match (&mut columns[place % width], value) {
            (Value::Texts(all), Value::Text(value)) => all.push(value),
            (Value::Ints(all), Value::Int(value)) => all.push(value),
            (Value::Bools(all), Value::Bool(value)) => all.push(value),
            (_, value) => panic!("{value:?} is not what {:?} holds", insert.columns[place % width]),
        }
    }
    let mut list = statement.separated(", ");
    columns.into_iter().for_each(|column| {
        list.push_bind(column);
    });
    statement.push(")");
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = &[("id", Kind::Text), ("amount", Kind::Int)];

    fn inserts() -> (Vec<Insert>, Insert) {
        let mut one = Insert::new("one", COLUMNS, " ON CONFLICT (id) DO NOTHING");
        one.row(["a".into(), 1_i64.into()]);
        one.row(["b".into(), 2_i64.into()]);
        let none = Insert::new("none", COLUMNS, "");
        let mut events = Insert::new("events", COLUMNS, "");
        events.row(["a".into(), 3_i64.into()]);
        (vec![one, none], events)
    }

    #[test]
    fn sqlite_gets_one_script() {
        let (some, events) = inserts();
        let text = format!("{:?}", script(some, events));
        assert!(text.contains(
            "BEGIN IMMEDIATE; \
             INSERT INTO one (id, amount) VALUES ($1, $2), ($3, $4) ON CONFLICT (id) DO NOTHING; \
             INSERT INTO events (id, amount) VALUES ($5, $6) RETURNING id, payment; COMMIT"
        ));
    }

    #[test]
    fn postgresql_gets_one_statement_whatever_the_number_of_rows() {
        let (some, events) = inserts();
        let text = format!("{:?}", statement(some, events));
        assert!(text.contains(
            "WITH new_one AS (INSERT INTO one (id, amount) SELECT * FROM UNNEST($1, $2) \
             ON CONFLICT (id) DO NOTHING RETURNING 1), turn AS MATERIALIZED (SELECT pg_advisory_xact_lock("
        ));
        assert!(text.contains("SELECT new.* FROM UNNEST($3, $4) AS new, turn RETURNING id, payment"));
    }
}
