//! Why a dialect's table cannot be used, and in which line.

use std::fmt;

/// A line of a table that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSpec {
    /// Counted from 1; 0 if something is missing from the whole.
    pub line: usize,
    /// What is wrong, for whoever writes the table.
    pub what: String,
}

impl fmt::Display for BadSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "the table {}", self.what),
            line => write!(f, "line {line} of the table: {}", self.what),
        }
    }
}

impl std::error::Error for BadSpec {}
