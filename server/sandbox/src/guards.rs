//! What a kernel offered of the guards that were wanted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether one guard holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// It holds.
    Held,
    /// A part of it holds; the text says what does not.
    Partly(String),
    /// It does not hold, for this reason.
    Missing(String),
}

/// The guards of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// It reads and writes the files it was given, and no others.
    pub files: Guard,
    /// It reaches no network, or was allowed to.
    pub network: Guard,
    /// Its processes are the kernel's to end, all at once; however fast they fork.
    pub processes: Guard,
    /// It cannot signal processes that are not its own: nor stop who watches it.
    pub signals: Guard,
}

impl Guards {
    /// What does not hold, in a line each; empty where all does.
    pub fn gaps(&self) -> Vec<String> {
        let all = [
            ("files", &self.files),
            ("network", &self.network),
            ("processes", &self.processes),
            ("signals", &self.signals),
        ];
        let gaps = all.into_iter().filter(|it| *it.1 != Guard::Held);
        gaps.map(|(name, guard)| format!("{name}: {guard}")).collect()
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guard::Held => f.write_str("confined"),
            Guard::Partly(why) => write!(f, "confined in part: {why}"),
            Guard::Missing(why) => write!(f, "not confined: {why}"),
        }
    }
}
