//! What stands between supervisor and command: enters the namespaces, confines itself, says how
//! well, and starts the command.

use std::{
    io::Write,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, wait};

use crate::{
    ARGUMENT, Job,
    confine::confine,
    frame::Entered,
    namespaces::{self, Namespaces},
};

/// How the part is asked for that enters the namespaces.
pub(crate) const ENTER: &str = "enter";
/// How the first process in them is asked for.
pub(crate) const BECOME: &str = "become";
/// The variable that holds the job.
pub(crate) const JOB: &str = "AIOS_SANDBOX_JOB";
/// The variables that say why a namespace is missing.
const NO_PROCESSES: &str = "AIOS_SANDBOX_NO_PROCESSES";
const NO_NETWORK: &str = "AIOS_SANDBOX_NO_NETWORK";
/// The exit code where the command could not be started.
const NOT_STARTED: u8 = 126;
/// What a shell adds to the number of the signal that ended a command.
const BY_SIGNAL: i32 = 128;

/// Enters the namespaces and waits for the first process in them.
pub(crate) fn enter() -> ExitCode {
    match try_enter() {
        Ok(code) => code,
        Err(why) => failed(why),
    }
}

fn try_enter() -> Result<ExitCode, String> {
    let (text, job) = job()?;
    // A session of its own: no terminal of the user's.
    rustix::process::setsid().map_err(|it| format!("no session of its own: {it}"))?;
    die_with_parent()?;
    let program = std::env::current_exe().map_err(|it| it.to_string())?;
    let Namespaces { processes, network } = namespaces::unshare(job.network);
    let missing = [(NO_PROCESSES, processes), (NO_NETWORK, network)];
    let missing = missing.into_iter().filter_map(|(name, why)| Some((name, why?)));
    let first = Command::new(program)
        .args([ARGUMENT, BECOME])
        .env(JOB, text)
        .envs(missing)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|it| it.to_string())?;
    Ok(wait_for(first.id()))
}

/// Confines itself, starts the command, and takes the word of all orphans until the command ends;
/// with this process, the first of its space, every other one in it ends.
pub(crate) fn become_command() -> ExitCode {
    match try_become() {
        Ok(code) => code,
        Err(why) => failed(why),
    }
}

fn try_become() -> Result<ExitCode, String> {
    let (_, job) = job()?;
    die_with_parent()?;
    let missing = |name: &str| std::env::var(name).ok();
    let namespaces = Namespaces { processes: missing(NO_PROCESSES), network: missing(NO_NETWORK) };
    if namespaces.processes.is_none() {
        namespaces::bound_processes(job.limits.processes);
        namespaces::show_own_processes();
    }
    let guards = confine(&job, &namespaces).map_err(|it| format!("limits: {it}"))?;
    std::fs::read_dir(&job.folder).map_err(|it| format!("{}: {it}", job.folder.display()))?;
    let program = find(&job).ok_or_else(|| format!("{}: no such program", job.program))?;
    say(&Entered::Begun(guards));
    let mut command = Command::new(program);
    command.args(&job.args).current_dir(&job.folder).env_clear().envs(&job.env);
    let command = command.stdin(Stdio::null()).process_group(0).spawn();
    match command {
        Ok(command) => Ok(wait_for(command.id())),
        Err(error) => {
            // The supervisor was told that it begins: this is taken for its own last words.
            let _ = writeln!(std::io::stderr(), "{}: {error}", job.program);
            Ok(ExitCode::from(NOT_STARTED))
        }
    }
}

fn job() -> Result<(String, Job), String> {
    let text = std::env::var(JOB).map_err(|it| it.to_string())?;
    let job = serde_json::from_str(&text).map_err(|it| it.to_string())?;
    Ok((text, job))
}

/// Should the parent be killed, this process goes with it.
fn die_with_parent() -> Result<(), String> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|it| it.to_string())
}

/// Waits for the child `id`, and meanwhile for every orphan; the code is the child's.
fn wait_for(id: u32) -> ExitCode {
    let child = i32::try_from(id).ok().and_then(Pid::from_raw);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if Some(pid) == child => return code(status),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return ExitCode::from(NOT_STARTED),
        }
    }
}

fn code(status: WaitStatus) -> ExitCode {
    let signal = status.terminating_signal().map(|it| BY_SIGNAL + it);
    let code = status.exit_status().or(signal).unwrap_or(NOT_STARTED.into());
    ExitCode::from(u8::try_from(code).unwrap_or(NOT_STARTED))
}

/// The program's file, as a shell would find it.
fn find(job: &Job) -> Option<PathBuf> {
    let is_program = |path: &Path| {
        let metadata = std::fs::metadata(path);
        metadata.is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    };
    if job.program.contains('/') {
        let path = job.folder.join(&job.program);
        return is_program(&path).then_some(path);
    }
    let path = job.env.get("PATH")?;
    std::env::split_paths(path).map(|it| it.join(&job.program)).find(|it| is_program(it))
}

fn failed(why: String) -> ExitCode {
    say(&Entered::Failed(why));
    ExitCode::from(NOT_STARTED)
}

fn say(entered: &Entered) {
    let mut line = serde_json::to_string(entered).unwrap_or_default();
    line.push('\n');
    let mut out = std::io::stdout().lock();
    // Nobody to say it to: the supervisor has gone, and this process is about to.
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}
