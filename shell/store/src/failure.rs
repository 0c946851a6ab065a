//! What can go wrong with a database, in words that say what to do.

use base::MalformedId;

/// Why the store could not do something. Nothing of it was done, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is none that we know.
    #[error(
        "the database address {0:?} is not understood; write sqlite:PATH, such as sqlite:/var/lib/paydesk/paydesk.db, \
         or postgres://USER:PASSWORD@HOST/NAME"
    )]
    UnknownAddress(String),
    /// The database cannot be opened.
    #[error("the database {address} cannot be opened: {}", in_words(source))]
    CannotOpen {
        /// Which; without its password.
        address: String,
        /// Why.
        source: sqlx::Error,
    },
    /// A copy that follows another server: what it says about money may be old.
    #[error(
        "the database {address} is a replica; Paydesk reads and writes money on the primary alone, \
         so write the primary's address"
    )]
    IsReplica {
        /// Which; without its password.
        address: String,
    },
    /// A step of the schema failed; the steps before it are done.
    #[error("step {number} of the database's schema ({name}) failed: {}", in_words(source))]
    MigrationFailed {
        /// Its number.
        number: i64,
        /// Its name.
        name: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A newer Paydesk has used this database.
    #[error(
        "the database is at schema step {found}, which this version of Paydesk does not know (it knows {known}); \
         run the newer version, or restore the backup made before it"
    )]
    SchemaIsNewer {
        /// The database's step.
        found: i64,
        /// Our last one.
        known: i64,
    },
    /// A statement failed. After a failed commit it may be open whether the rows are there.
    #[error("the database failed to {doing}: {}", in_words(source))]
    Failed {
        /// What was being done: `store facts`.
        doing: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A stored row cannot be read.
    #[error("a stored row cannot be read: {0}")]
    Unreadable(String),
    /// A database that holds something would be replaced; it was not.
    #[error("{0} exists already and would be replaced; nothing was changed")]
    AlreadyThere(String),
    /// It holds something, and no book.
    #[error("this database is none of Paydesk's")]
    NotOurs,
    /// A backup says what does not fit a book.
    #[error("the backup does not fit: {0}")]
    DoesNotFit(String),
}

impl StoreError {
    /// For `map_err`: a statement failed while `doing`.
    pub(crate) fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
        move |source| StoreError::Failed { doing, source }
    }
}

impl From<MalformedId> for StoreError {
    fn from(malformed: MalformedId) -> StoreError {
        StoreError::Unreadable(malformed.to_string())
    }
}

/// PostgreSQL gave this transaction up for another one (serialization, deadlock). It says so before it commits
/// anything, so running it again is safe; every other error leaves that open.
pub(crate) fn is_conflict(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// Whether a row would have been there twice.
pub(crate) fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// The connection broke, so a question that changes nothing can be put again on another.
pub(crate) fn is_broken_connection(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed)
        || matches!(code(error).as_deref(), Some("57P01" | "57P02" | "08006" | "08003"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// What happened and what to do, then the database's own words.
fn in_words(error: &sqlx::Error) -> String {
    let known = code(error).and_then(|code| meaning(&code)).or_else(|| match error {
        sqlx::Error::PoolTimedOut => {
            Some("it did not answer in time; it may be down, too busy, or have no connection free")
        }
        sqlx::Error::Io(why) if why.kind() == std::io::ErrorKind::ConnectionRefused => {
            Some("nobody answers at this address; is the database server running there?")
        }
        sqlx::Error::Io(_) => {
            Some("the connection to it broke, so what was under way may or may not have happened")
        }
        _ => None,
    });
    match known {
        Some(words) => format!("{words} ({error})"),
        None => error.to_string(),
    }
}

/// Codes of both databases that a person can do something about. SQLite's are small numbers, of which the lowest
/// eight bits count.
fn meaning(code: &str) -> Option<&'static str> {
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        return match number & 0xff {
            5 | 6 => {
                Some("another program keeps it locked; stop that program, or wait until its work is done")
            }
            8 => {
                Some("it may only be read; give the server's user the right to write the file and its folder")
            }
            10 => Some("the disk failed to read or write; look at the system's log and at the disk's health"),
            11 => Some("the file is damaged; stop the server and restore the latest backup"),
            13 => Some("the disk is full; free some space, and payments go on by themselves"),
            14 => Some(
                "the file cannot be opened or made; check its path, the rights of its folder, \
                 and that the disk is not read-only",
            ),
            26 => Some("the file is not a database; check its path"),
            _ => None,
        };
    }
    match code {
        "25006" => Some("it may only be read; write the primary's address, or end its read-only mode"),
        "53100" => Some("its disk is full; free some space, and payments go on by themselves"),
        "53300" => Some("it has no connection free; raise max_connections, or lower the number of servers"),
        "28P01" | "28000" => {
            Some("it does not let this user in; check the user, the password and pg_hba.conf")
        }
        "3D000" => Some("there is no database of this name; create it, or check the name"),
        "42501" => Some("this user may not do that; make the user the owner of the database"),
        "57P01" | "57P02" => {
            Some("it is being shut down, so what was under way may or may not have happened")
        }
        "57P03" => Some("it is starting up; try again in a moment"),
        "55P03" => Some("another program keeps a table locked; end that program's work"),
        "58030" => Some("its disk failed; look at the database server's log"),
        "XX001" | "XX002" => Some("it is damaged; stop the server and restore the latest backup"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_is_never_said_to_have_changed_nothing() {
        let broken = sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into());
        assert!(!is_conflict(&broken), "an unknown outcome is not run again");
        let error = StoreError::failed("commit a batch")(broken);
        assert!(error.to_string().contains("may or may not have happened"), "{error}");
    }

    #[test]
    fn extended_codes_mean_what_their_family_means() {
        assert_eq!(meaning("5"), meaning("517"));
        assert_eq!(meaning("8"), meaning("1544"));
        assert_ne!(meaning("13"), meaning("53100"));
        assert_eq!(meaning("2067"), None, "a constraint is no operating failure");
    }
}
