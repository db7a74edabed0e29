//! Namespaces: a network with nobody in it, and processes that the kernel ends together.

#![expect(unsafe_code, reason = "system calls that no crate wraps safely")]

use std::{fs, io};

use rustix::{
    mount::{MountFlags, mount},
    thread::{UnshareFlags, unshare_unsafe},
};

use crate::{Network, loopback};

/// What of the namespaces this process is in now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespaces {
    /// Why there is no own space of processes, where there is none.
    pub(crate) processes: Option<String>,
    /// Why there is no own network, where one was wanted and there is none.
    pub(crate) network: Option<String>,
}

/// Moves into namespaces. The next process that this one starts is the first of a space of
/// processes: with it all others end. A namespace of users comes with them, in which this user is
/// the same one and has no power over anything outside.
pub(crate) fn unshare(network: Network) -> Namespaces {
    let wanted = match network {
        Network::None => UnshareFlags::NEWNET,
        Network::Host => UnshareFlags::empty(),
    };
    let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
    let flags = UnshareFlags::NEWUSER | UnshareFlags::NEWPID | UnshareFlags::NEWNS | wanted;
    // SAFETY: this process has one thread, and no file descriptor table is unshared.
    let unshared = unsafe { unshare_unsafe(flags) }.map_err(io::Error::from);
    let moved = unshared.and_then(|()| same_user(user.as_raw(), group.as_raw()));
    if let Err(error) = moved {
        let why = Some(format!("the system refuses namespaces: {error}"));
        let network = why.clone().filter(|_| network == Network::None);
        return Namespaces { processes: why, network };
    }
    let raised = match network {
        Network::None => loopback::raise(),
        Network::Host => Ok(()),
    };
    // The network is closed all the same; what talks to itself does not work.
    let _ = raised;
    Namespaces::default()
}

fn same_user(user: u32, group: u32) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Bounds the processes and threads of this namespace, roughly, where the kernel can: a fork bomb
/// of root, whom no limit of a user holds, leaves the machine its processes until it is ended.
pub(crate) fn bound_processes(processes: u32) {
    // Before Linux 6.14 it is one number for the whole machine, and not ours to set.
    let is_own = fs::read_to_string("/proc/sys/kernel/osrelease")
        .is_ok_and(|it| version(&it).is_some_and(|it| (6, 14) <= it));
    if is_own {
        // Threads are counted too, and the lowest 300 numbers are used once.
        let n_max = 1_300 + 8 * u64::from(processes);
        // Without the right to it the limit of the user holds.
        let _ = fs::write("/proc/sys/kernel/pid_max", n_max.to_string());
    }
}

/// The first two numbers of a release of the kernel.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|it: char| !it.is_ascii_digit()).map(|it| it.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Shows the processes of this namespace in `/proc`, and no others. Some containers refuse that;
/// then a process sees those outside, and may not touch them.
pub(crate) fn show_own_processes() {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let _ = mount("proc", "/proc", "proc", flags, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_number() {
        assert_eq!(version("6.18.44-fc-v657"), Some((6, 18)));
        assert_eq!(version("5.4.0-150-generic"), Some((5, 4)));
        assert_eq!(version("unknown"), None);
    }
}
