//! Takes rights away from this process, for good: files, network, signals, numbers.

#![expect(unsafe_code, reason = "system calls that no crate wraps safely")]

use std::{fs, io, path::PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{Guard, Guards, Job, Limits, namespaces::Namespaces};

/// The newest set of rights that is asked for; older kernels give less, and that is told.
const NEWEST: ABI = ABI::V6;
/// The set with which the kernel began to guard signals.
const WITH_SIGNALS: ABI = ABI::V6;

/// Devices that every program expects. Only the first takes what is written to it.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// How much less important than the user's own work it is.
const NICE: i32 = 10;

/// Confines this process and what it becomes. What cannot be done is in the answer.
pub(crate) fn confine(job: &Job, namespaces: &Namespaces) -> io::Result<Guards> {
    // A right to be more important that it does not have breaks nothing.
    let _ = rustix::process::nice(NICE);
    let ports = if namespaces.network.is_some() { Ports::Closed } else { Ports::Open };
    let (files, signals) = restrict(job, ports);
    let network = match &namespaces.network {
        None => Guard::Held,
        Some(why) => network_by_ports(why),
    };
    let processes = match &namespaces.processes {
        None => Guard::Held,
        Some(why) => Guard::Partly(format!("{why}; a fork bomb of root may outrun its end")),
    };
    // Who is in a space of its own finds nobody else to signal.
    let signals = if processes == Guard::Held { Guard::Held } else { signals };
    set_limits(&job.limits)?;
    Ok(Guards { files, network, processes, signals })
}

fn set_limits(limits: &Limits) -> io::Result<()> {
    let both = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(Resource::Core, both(0))?;
    setrlimit(Resource::Fsize, both(limits.file_bytes))?;
    // Of address space much is reserved and never used; of data it is not.
    setrlimit(Resource::Data, both(limits.memory_bytes))?;
    // The kernel counts all processes of the user, and does not count those of root at all; the
    // supervisor counts exactly. This only slows a fork bomb down until it looks.
    let theirs = fs::read_dir("/proc").map_or(0, |it| it.flatten().count() as u64);
    let n_max = theirs + 4 * u64::from(limits.processes);
    let nproc = rustix::process::getrlimit(Resource::Nproc);
    let n_max = nproc.maximum.map_or(n_max, |it| it.min(n_max));
    setrlimit(Resource::Nproc, both(n_max))?;
    Ok(())
}

/// Whether ports of TCP may be bound and connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ports {
    Open,
    Closed,
}

fn network_by_ports(why: &str) -> Guard {
    match landlock_version() {
        4.. => Guard::Partly(format!("no TCP, but other protocols: {why}")),
        _ => Guard::Missing(format!("{why}, and the kernel has no rule for ports")),
    }
}

/// The guards on files and on signals.
fn restrict(job: &Job, ports: Ports) -> (Guard, Guard) {
    let files = match try_restrict(job, ports) {
        Ok(RulesetStatus::FullyEnforced) => Guard::Held,
        Ok(RulesetStatus::PartiallyEnforced) if 3 <= landlock_version() => Guard::Held,
        Ok(RulesetStatus::PartiallyEnforced) => {
            Guard::Partly("an old kernel lets files be truncated or linked".to_owned())
        }
        Ok(RulesetStatus::NotEnforced) => Guard::Missing(
            "the kernel has no landlock: all that this user reads is open".to_owned(),
        ),
        Err(error) => Guard::Missing(error.to_string()),
    };
    let signals = match (&files, landlock_version()) {
        (Guard::Missing(why), _) => Guard::Missing(why.clone()),
        (_, version) if version < WITH_SIGNALS as i32 => {
            Guard::Missing("the kernel is older than 6.12".to_owned())
        }
        _ => Guard::Held,
    };
    (files, signals)
}

fn try_restrict(job: &Job, ports: Ports) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::Signal | Scope::AbstractUnixSocket)?;
    if ports == Ports::Closed {
        rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
    }
    let mut rules = rules.create()?;
    let devices = DEVICES.iter().map(|it| (PathBuf::from(it), AccessFs::ReadFile.into()));
    let null = (PathBuf::from(DEVICES[0]), AccessFs::ReadFile | AccessFs::WriteFile);
    let read = job.read.iter().map(|it| (it.clone(), AccessFs::from_read(NEWEST)));
    let write = job.write.iter().map(|it| (it.clone(), AccessFs::from_all(NEWEST)));
    for (path, access) in devices.chain([null]).chain(read).chain(write) {
        let Ok(metadata) = fs::metadata(&path) else { continue };
        let access = match metadata.is_dir() {
            true => access,
            false => access & AccessFs::from_file(NEWEST),
        };
        let Ok(parent) = PathFd::new(&path) else { continue };
        rules = rules.add_rule(PathBeneath::new(parent, access))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// The version of landlock that the kernel has; 0 for none.
fn landlock_version() -> i32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: asked for its version, the call takes no pointer.
    let version = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<()>(), 0usize, VERSION)
    };
    i32::try_from(version).unwrap_or(0).max(0)
}
