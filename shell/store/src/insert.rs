//! Rows for several tables in one go: written once, sent the way each database takes them fastest.
//!
//! SQLite gets one script of multi-row `VALUES`: handing a statement to the database's thread and back costs more
//! than most of them do. PostgreSQL takes one statement at a time, so the tables become parts of one `WITH`; columns
//! travel as arrays, so that the text does not depend on how many rows there are and is planned once.

use crate::sql::{Kind, QueryAs, QueryBuilder, Value};
use engine::lease::Fence;

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

/// Everything one transaction adds.
#[derive(Debug)]
pub(crate) struct Rows {
    /// What must hold for any of it to be added.
    pub(crate) gate: Option<Gate>,
    /// The tables but the last.
    pub(crate) inserts: Vec<Insert>,
    /// What others must be told.
    pub(crate) events: Insert,
    /// Whether the statement will come again with as many rows.
    pub(crate) common: bool,
}

/// The server that adds the rows must be alive, and the payments it changes held by nobody else who is.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) fence: Fence,
    pub(crate) payments: Vec<String>,
}

const ALIVE: &str = "(SELECT fence FROM nodes WHERE standing = 'alive')";

/// One transaction for SQLite as one script, since handing a statement to the database's thread and back costs more
/// than most of them do. Its rows are the numbers and payments of the events, which come last. A script cannot be left
/// half-way but by an error, so a gate that is shut adds a row that is there already.
pub(crate) fn script(rows: Rows) -> QueryAs<(i64, String)> {
    // Taking the write lock at once: a transaction that reads first and writes later can fail half-way.
    let mut script = QueryBuilder::of_sqlite("BEGIN IMMEDIATE; ");
    if let Some(gate) = rows.gate {
        script.push("INSERT INTO schema_steps (number) SELECT 1 WHERE ").push_bind(gate.fence.0);
        script.push(format_args!(" NOT IN {ALIVE} OR EXISTS (SELECT 1 FROM payments WHERE holder <> "));
        script.push_bind(gate.fence.0).push(format_args!(" AND holder IN {ALIVE} AND id IN ("));
        let mut list = script.separated(", ");
        gate.payments.into_iter().for_each(|id| {
            list.push_bind(id);
        });
        script.push(")); ");
    }
    for insert in rows.inserts {
        push_values(&mut script, insert, "");
    }
    push_values(&mut script, rows.events, " RETURNING id, payment");
    script.push("COMMIT");
    script.build_query_as().persistent(rows.common)
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

/// One statement for PostgreSQL; its rows are the numbers and payments of the events, and there are none if the gate
/// is shut.
///
/// The server's own row is held until the transaction is over, so that it cannot be fenced in between. (`KEY SHARE`
/// leaves it free to beat meanwhile.)
///
/// Events are numbered under a lock that is held until the transaction is over. Otherwise a larger number could
/// become visible before a smaller one, and a listener that resumes after the larger would never hear of the smaller.
/// The lock is taken after all other rows are in, so it is held for little more than the commit itself, and since
/// nobody waits for a row while holding it, two servers cannot wait for each other.
pub(crate) fn statement(rows: Rows) -> QueryAs<(i64, String)> {
    let mut statement = QueryBuilder::new("WITH ");
    let open = if rows.gate.is_some() { ", gate" } else { "" };
    if let Some(gate) = rows.gate {
        statement
            .push("mine AS MATERIALIZED (SELECT fence FROM nodes WHERE fence = ")
            .push_bind(gate.fence.0);
        statement.push(" AND standing = 'alive' FOR KEY SHARE), gate AS MATERIALIZED (SELECT 1 FROM mine WHERE NOT EXISTS (");
        statement.push("SELECT 1 FROM payments WHERE holder <> ").push_bind(gate.fence.0);
        statement.push(format_args!(" AND holder IN {ALIVE} AND id = ANY("));
        statement.push_bind(Value::Texts(gate.payments.into_iter().map(Some).collect())).push("))), ");
    }
    let mut done = Vec::new();
    for insert in rows.inserts.into_iter().filter(|insert| insert.rows() > 0) {
        let name = format!("new_{}", insert.table);
        statement.push(format_args!("{name} AS ({}SELECT new.* FROM ", insert.head()));
        let conflict = insert.conflict;
        push_unnest(&mut statement, insert);
        statement.push(format_args!(" AS new{open}{conflict} RETURNING 1), "));
        done.push(format!("(SELECT count(*) FROM {name}) >= 0"));
    }
    if done.is_empty() {
        done.push("TRUE".to_owned());
    }
    let all_done = done.join(" AND ");
    statement.push(format_args!(
        "turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({EVENT_ORDER}) WHERE {all_done}) {}SELECT new.* FROM ",
        rows.events.head()
    ));
    push_unnest(&mut statement, rows.events);
    statement.push(format_args!(" AS new, turn{open} RETURNING id, payment"));
    statement.build_query_as()
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

    fn rows(gate: Option<Gate>) -> Rows {
        let mut one = Insert::new("one", COLUMNS, " ON CONFLICT (id) DO NOTHING");
        one.row(["a".into(), 1_i64.into()]);
        one.row(["b".into(), 2_i64.into()]);
        let none = Insert::new("none", COLUMNS, "");
        let mut events = Insert::new("events", COLUMNS, "");
        events.row(["a".into(), 3_i64.into()]);
        Rows { gate, inserts: vec![one, none], events, common: true }
    }

    #[test]
    fn sqlite_gets_one_script() {
        let text = format!("{:?}", script(rows(None)));
        assert!(text.contains(
            "BEGIN IMMEDIATE; \
             INSERT INTO one (id, amount) VALUES (?, ?), (?, ?) ON CONFLICT (id) DO NOTHING; \
             INSERT INTO events (id, amount) VALUES (?, ?) RETURNING id, payment; COMMIT"
        ));
    }

    #[test]
    fn postgresql_gets_one_statement_whatever_the_number_of_rows() {
        let gate = Gate { fence: Fence(7), payments: vec!["a".into(), "b".into()] };
        let text = format!("{:?}", statement(rows(Some(gate))));
        assert!(text.contains(
            "new_one AS (INSERT INTO one (id, amount) SELECT new.* FROM UNNEST($4, $5) AS new, gate \
             ON CONFLICT (id) DO NOTHING RETURNING 1), turn AS MATERIALIZED (SELECT pg_advisory_xact_lock("
        ));
        assert!(text.contains("SELECT new.* FROM UNNEST($6, $7) AS new, turn, gate RETURNING id, payment"));
    }
}
