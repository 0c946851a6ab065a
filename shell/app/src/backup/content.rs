//! What the lines of a backup say: tables, rows, rows that are gone, counters, and at the end how many there were.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use store::archive::{Table, Value};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The rows that follow are of this table, with these columns.
    Table { name: String, columns: Vec<String> },
    /// A row; it replaces the one with its key.
    Row(Vec<Value>),
    /// The current table's row with these values in its key is gone.
    Gone(Vec<(String, Value)>),
    /// What the table held before is gone.
    Emptied(String),
    /// How far tables have counted.
    Counters(Vec<(String, i64)>),
    /// Nothing more; how many rows each table had.
    End(BTreeMap<String, u64>),
}

impl Line {
    /// The head of a table's rows.
    pub fn table(table: &Table) -> Line {
        let columns = table.columns.iter().map(|(name, _)| name.clone()).collect();
        Line::Table { name: table.name.clone(), columns }
    }

    /// As text, without a line break.
    pub fn text(&self) -> String {
        match self {
            Line::Table { name, columns } => json!({ "table": name, "columns": columns }),
            Line::Row(row) => Json::Array(row.iter().map(json_of).collect()),
            Line::Gone(key) => {
                let key: Map<String, Json> =
                    key.iter().map(|(column, value)| (column.clone(), json_of(value))).collect();
                json!({ "gone": key })
            }
            Line::Emptied(table) => json!({ "emptied": table }),
            Line::Counters(counters) => {
                json!({ "counters": counters.iter().cloned().collect::<BTreeMap<_, _>>() })
            }
            Line::End(rows) => json!({ "end": rows }),
        }
        .to_string()
    }

    /// Reads a line.
    pub fn parse(text: &str) -> Result<Line> {
        const NONE: &str = "the backup has a line that says nothing known";
        let mut object = match serde_json::from_str(text).context("the backup has a line that is not JSON")? {
            Json::Array(row) => return Ok(Line::Row(row.into_iter().map(value_of).collect::<Result<_>>()?)),
            Json::Object(object) => object,
            _ => bail!(NONE),
        };
        if let Some(Json::String(name)) = object.remove("table") {
            let columns = object.remove("columns").context(NONE)?;
            return Ok(Line::Table { name, columns: serde_json::from_value(columns).context(NONE)? });
        }
        if let Some(Json::Object(key)) = object.remove("gone") {
            let key = key.into_iter().map(|(column, value)| Ok((column, value_of(value)?)));
            return Ok(Line::Gone(key.collect::<Result<_>>()?));
        }
        if let Some(Json::String(table)) = object.remove("emptied") {
            return Ok(Line::Emptied(table));
        }
        if let Some(counters) = object.remove("counters") {
            let counters: BTreeMap<String, i64> = serde_json::from_value(counters).context(NONE)?;
            return Ok(Line::Counters(counters.into_iter().collect()));
        }
        let rows = object.remove("end").context(NONE)?;
        Ok(Line::End(serde_json::from_value(rows).context(NONE)?))
    }
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(number) => Json::from(*number),
        Value::Bool(yes) => Json::from(*yes),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
    }
}

fn value_of(json: Json) -> Result<Value> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(yes) => Value::Bool(yes),
        Json::String(text) => Value::Text(text),
        Json::Number(number) => {
            Value::Int(number.as_i64().context("the backup has a number that is not whole")?)
        }
        Json::Object(object) => {
            let text =
                object.get("bytes").and_then(Json::as_str).context("the backup has an unknown value")?;
            Value::Bytes(STANDARD.decode(text).context("the backup has bytes that cannot be read")?)
        }
        Json::Array(_) => bail!("the backup has an unknown value"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_comes_back() {
        for line in [
            Line::Table { name: "facts".into(), columns: vec!["payment".into(), "at".into()] },
            Line::Row(vec![
                Value::Null,
                Value::Int(i64::MIN),
                Value::Int(i64::MAX),
                Value::Bool(true),
                Value::Text("付款 \"码\"\n\u{0}".into()),
                Value::Bytes(vec![0, 255]),
            ]),
            Line::Gone(vec![("id".into(), Value::Text("x".into()))]),
            Line::Emptied("audit".into()),
            Line::Counters(vec![("events".into(), 7)]),
            Line::End(BTreeMap::from([("facts".to_owned(), 3)])),
        ] {
            assert_eq!(Line::parse(&line.text()).unwrap(), line);
            assert!(!line.text().contains('\n'));
        }
        for bad in ["", "7", "{}", "[1.5]", "[[1]]", r#"{"table":"x"}"#, r#"[{"bytes":"%"}]"#] {
            assert!(Line::parse(bad).is_err(), "{bad}");
        }
    }
}
