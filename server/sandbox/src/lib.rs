//! Runs a foreign command in a child process that cannot hurt: limits on time, memory, processes,
//! output, files and network, and nothing left running afterwards.
//!
//! The server asks ([`run`]). A supervisor, which is the server's own program started anew, watches
//! and kills. Between it and the command stand two moments of the same program: one moves into
//! namespaces, the first process there takes every right away from itself and starts the command.
//! What a kernel does not offer is told in [`Guards`], never passed over.

mod guards;
mod job;
mod machine;
mod run;

#[cfg(target_os = "linux")]
mod confine;
#[cfg(target_os = "linux")]
mod enter;
#[cfg(target_os = "linux")]
mod frame;
#[cfg(target_os = "linux")]
mod loopback;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod tree;

use std::process::ExitCode;

pub use crate::{
    guards::{Guard, Guards},
    job::{Job, Limits, Network},
    machine::{Machine, machine},
    run::{Ended, How, Launcher, Limit, SandboxError, Stream, run},
};

/// The first argument of the supervisor and of what becomes the command.
pub const ARGUMENT: &str = "__sandbox";

/// Where the arguments of this process say that it is a part of a sandbox: be it, and give the exit
/// code back. `None` for every other process.
pub fn inside(args: &[String]) -> Option<ExitCode> {
    let [first, role] = args else { return None };
    if first != ARGUMENT {
        return None;
    }
    Some(as_role(role))
}

#[cfg(target_os = "linux")]
fn as_role(role: &str) -> ExitCode {
    match role {
        supervise::ROLE => supervise::supervise(),
        enter::ENTER => enter::enter(),
        enter::BECOME => enter::become_command(),
        _ => ExitCode::from(2),
    }
}

#[cfg(not(target_os = "linux"))]
fn as_role(_: &str) -> ExitCode {
    ExitCode::from(2)
}
