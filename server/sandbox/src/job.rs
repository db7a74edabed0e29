//! What is to be run, and within which limits.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

/// A command and all it may reach. What is not named here it does not get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The program: a path, or a name that is looked up in `PATH` of `env`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The folder it starts in.
    pub folder: PathBuf,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// Files and folders it may read and execute. Those that are not there are passed over.
    pub read: Vec<PathBuf>,
    /// Files and folders it may read, write and execute.
    pub write: Vec<PathBuf>,
    /// What it may reach of the network.
    pub network: Network,
    /// How much it may use.
    pub limits: Limits,
}

/// What a command may reach of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// Nothing but its own loopback device.
    None,
    /// What this machine reaches.
    Host,
}

/// How much a command may use, with everything that it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Milliseconds on the clock.
    pub time_ms: u64,
    /// Bytes of memory of its own, all processes together; each alone cannot take more either.
    pub memory_bytes: u64,
    /// Processes at once.
    pub processes: u32,
    /// Bytes it may write to its standard output and error together.
    pub output_bytes: u64,
    /// Bytes of the longest file it may write.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            time_ms: 10 * 60 * 1000,
            memory_bytes: 4 << 30,
            processes: 512,
            output_bytes: 64 << 20,
            file_bytes: 4 << 30,
        }
    }
}
