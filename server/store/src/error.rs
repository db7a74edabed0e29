//! What the outside did to the database: always with the file and the fact.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// The result of everything that touches the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// What happened to which file of the store.
#[derive(Debug)]
pub struct StoreError {
    /// The database or vector file.
    pub path: PathBuf,
    /// What happened.
    pub fault: Fault,
}

/// The ways in which a database lets us down.
#[derive(Debug)]
pub enum Fault {
    /// The bytes are no database, or a damaged one.
    Corrupt(String),
    /// The database has a schema of this number, which this program does not know.
    Schema(i64),
    /// What is kept was extracted by this other version of the program.
    Extraction(String),
    /// The file, or this connection, may not be written.
    ReadOnly,
    /// The disk or the quota is full.
    Full,
    /// Somebody else holds the database.
    Busy,
    /// What was to be written breaks a rule of the store.
    Invalid(String),
    /// The file system refused.
    Io(io::Error),
    /// Everything else that SQLite reports.
    Sql(rusqlite::Error),
}

impl StoreError {
    /// `fault` of the file at `path`.
    pub fn new(path: &Path, fault: Fault) -> StoreError {
        StoreError { path: path.to_owned(), fault }
    }

    /// The same, ready for `map_err`.
    pub(crate) fn sql(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError {
        move |error| StoreError::new(path, Fault::from(error))
    }

    /// The same for the file system.
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> StoreError {
        move |error| StoreError::new(path, Fault::from(error))
    }

    /// True where only a new database helps: the bytes are damaged or of another schema.
    pub fn asks_for_rebuild(&self) -> bool {
        matches!(self.fault, Fault::Corrupt(_) | Fault::Schema(_) | Fault::Extraction(_))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        use rusqlite::Error;
        let code = error.sqlite_error_code();
        // SQLite quotes the whole statement behind its first line; nobody wants to read our schema.
        let what = || error.to_string().lines().next().unwrap_or_default().to_owned();
        match code {
            // We wrote every value and every table, and our SQL is tested: what does not fit is
            // not ours any more.
            None if matches!(
                error,
                Error::Utf8Error(..)
                    | Error::FromSqlConversionFailure(..)
                    | Error::InvalidColumnType(..)
                    | Error::IntegralValueOutOfRange(..)
                    | Error::SqlInputError { .. }
            ) =>
            {
                Fault::Corrupt(what())
            }
            Some(ErrorCode::Unknown) if error.to_string().starts_with("no such ") => {
                Fault::Corrupt(what())
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Fault::Corrupt(what()),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Fault::ReadOnly,
            Some(ErrorCode::DiskFull) => Fault::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Busy,
            _ => Fault::Sql(error),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::Full,
            _ => Fault::Io(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Corrupt(why) => write!(f, "damaged ({why})"),
            Fault::Schema(found) => write!(f, "of an unknown schema, number {found}"),
            Fault::Extraction(found) => write!(f, "made by another version, `{found}`"),
            Fault::ReadOnly => f.write_str("may not be written"),
            Fault::Full => f.write_str("the disk is full"),
            Fault::Busy => f.write_str("held by another process"),
            Fault::Invalid(why) => f.write_str(why),
            Fault::Io(error) => error.fmt(f),
            Fault::Sql(error) => match error.sqlite_error_code() {
                // SQLite would name the file once more.
                Some(ErrorCode::CannotOpen) => f.write_str("cannot be opened as a database"),
                _ => error.fmt(f),
            },
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.fault)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Io(error) => Some(error),
            Fault::Sql(error) => Some(error),
            _ => None,
        }
    }
}
