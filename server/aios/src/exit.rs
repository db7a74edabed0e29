//! How a command ends: what it printed, and the exit code that tells it to scripts.

use std::process::ExitCode;

/// The end of a command that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done,
    /// What was asked for was not found, was refused, or was done in part only. The reason was
    /// printed.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Done => ExitCode::SUCCESS,
            Exit::Refused => ExitCode::from(1),
        }
    }
}

/// Exit code of a command that could not be carried out. A wrong command line ends with 2, by
/// `clap`.
pub(crate) const FAILED: u8 = 3;
