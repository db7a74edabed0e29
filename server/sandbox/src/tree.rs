//! The processes below this one: found, counted, weighed, and killed, however fast they fork.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

/// How long new processes are looked for and stopped, before all are killed over and over.
const STOP_MS_MAX: u64 = 5_000;
/// How long the kernel may take to end what was killed: a busy machine takes its time.
const KILL_MS_MAX: u64 = 30_000;

/// How much the processes below this one use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) processes: u32,
    pub(crate) memory_bytes: u64,
}

/// All processes below this one that are alive.
pub(crate) fn descendants() -> Vec<Pid> {
    let mut res: Vec<Pid> = Vec::new();
    let mut open = vec![std::process::id()];
    while let Some(parent) = open.pop() {
        for child in children(parent) {
            open.push(child);
            res.extend(i32::try_from(child).ok().and_then(Pid::from_raw));
        }
    }
    res.retain(|it| is_alive(*it));
    res
}

/// The children of a process: the kernel lists them by the thread that forked.
fn children(parent: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let mut res = Vec::new();
    for thread in threads.flatten() {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(list) => res.extend(list.split_whitespace().filter_map(|it| it.parse::<u32>().ok())),
            Err(_) if Path::new("/proc/self/task").exists() && !lists_children() => {
                return children_by_parent(parent);
            }
            // It has just ended.
            Err(_) => {}
        }
    }
    res
}

fn lists_children() -> bool {
    let own = std::process::id();
    Path::new(&format!("/proc/{own}/task/{own}/children")).exists()
}

/// The same on kernels that keep no lists: every process is asked for its parent.
fn children_by_parent(parent: u32) -> Vec<u32> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = all.flatten().filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|it| stat(*it).is_some_and(|it| it.1 == parent)).collect()
}

/// State and parent of a process.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything, brackets and spaces too.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn is_alive(pid: Pid) -> bool {
    stat(pid.as_raw_nonzero().get().unsigned_abs()).is_some_and(|it| !matches!(it.0, 'Z' | 'X'))
}

/// What the processes below this one use now.
pub(crate) fn usage() -> Usage {
    let alive = descendants();
    let memory_bytes = alive.iter().filter_map(|it| own_bytes(*it)).sum();
    Usage { processes: alive.len() as u32, memory_bytes }
}

/// Memory that is resident and no file's.
fn own_bytes(pid: Pid) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_nonzero())).ok()?;
    let mut fields = text.split_whitespace().skip(1).filter_map(|it| it.parse::<u64>().ok());
    let (resident, shared) = (fields.next()?, fields.next()?);
    Some(resident.saturating_sub(shared) * rustix::param::page_size() as u64)
}

/// Sends `signal` to every process below this one.
pub(crate) fn signal_all(signal: Signal) {
    for pid in descendants() {
        // It may have ended meanwhile.
        let _ = kill_process(pid, signal);
    }
}

/// Kills everything below this process, the nearest first: with the first process of a namespace
/// goes all of the namespace, however fast it forks. Where there is none they are stopped before
/// they are killed, so that none forks while the list is made. Gives back how many are still there
/// after some seconds.
pub(crate) fn kill_all() -> u32 {
    let began = Instant::now();
    let is_past = |ms: u64| ms < began.elapsed().as_millis() as u64;
    for pid in near() {
        let _ = kill_process(pid, Signal::KILL);
    }
    let mut stopped = Vec::new();
    loop {
        reap(|_, _| {});
        let now = descendants();
        let new: Vec<Pid> = now.into_iter().filter(|it| !stopped.contains(it)).collect();
        if new.is_empty() || is_past(STOP_MS_MAX) {
            break;
        }
        for pid in &new {
            let _ = kill_process(*pid, Signal::STOP);
        }
        stopped.extend(new);
    }
    loop {
        signal_all(Signal::KILL);
        reap(|_, _| {});
        let left = descendants().len() as u32;
        if left == 0 || is_past(KILL_MS_MAX) {
            return left;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The children of this process and theirs: what stands between it and the command.
fn near() -> Vec<Pid> {
    let children_of_own = children(std::process::id());
    let theirs = children_of_own.iter().flat_map(|it| children(*it)).collect::<Vec<u32>>();
    let all = children_of_own.into_iter().chain(theirs);
    all.filter_map(|it| Pid::from_raw(i32::try_from(it).ok()?)).collect()
}

/// Sends `signal` to the command and all it started, and to nobody between it and this process.
pub(crate) fn signal_command(signal: Signal) {
    let near = near();
    for pid in descendants().into_iter().filter(|it| !near.contains(it)) {
        let _ = kill_process(pid, signal);
    }
}

/// Takes the word of every child that has ended; orphans among the descendants become children of
/// this process and are met here too.
pub(crate) fn reap(mut ended: impl FnMut(Pid, rustix::process::WaitStatus)) {
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        ended(pid, status);
    }
}

/// Processor time of all children that were reaped.
pub(crate) fn reaped_cpu_ms() -> u64 {
    let Ok(text) = fs::read_to_string("/proc/self/stat") else { return 0 };
    let Some((_, fields)) = text.rsplit_once(')') else { return 0 };
    let ticks: u64 =
        fields.split_whitespace().skip(13).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    ticks * 1000 / rustix::param::clock_ticks_per_second().max(1)
}
