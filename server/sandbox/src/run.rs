//! The server's side: starts a supervisor, listens to it, and has the last word.

use std::{fmt, path::PathBuf, sync::atomic::AtomicBool};

use serde::{Deserialize, Serialize};

use crate::{Guards, Job};

/// The program that is started as supervisor: one whose `main` begins with [`crate::inside`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    /// Its file.
    pub program: PathBuf,
}

/// Which stream a piece of output came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// It was killed because it reached a limit.
    Stopped(Limit),
    /// It was killed because nobody wanted it any more.
    Cancelled,
}

/// The limits that end a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// It took too long.
    Time,
    /// It used too much memory.
    Memory,
    /// It started too many processes.
    Processes,
    /// It said too much.
    Output,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub how: How,
    /// Under which guards it ran.
    pub guards: Guards,
    /// Processor time of all its processes.
    pub cpu_ms: u64,
    /// The most memory that was seen in use, of all its processes together.
    pub peak_bytes: u64,
    /// Processes that could not be killed within some seconds.
    pub unkilled: u32,
}

/// Why a command did not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxError {
    /// This system has none of the guards: nothing is run.
    Unsupported,
    /// The supervisor cannot be started.
    Start(PathBuf, String),
    /// The command cannot be started.
    Command(String),
    /// The supervisor ended without a word: killed, or a fault of ours.
    Lost(String),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Limit::Time => "time",
            Limit::Memory => "memory",
            Limit::Processes => "processes",
            Limit::Output => "output",
        })
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Exited(code) => write!(f, "exit code {code}"),
            How::Signalled(signal) => write!(f, "killed by signal {signal}"),
            How::Stopped(limit) => write!(f, "stopped at its limit of {limit}"),
            How::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SandboxError::Unsupported => f.write_str("this system has no sandbox that we know"),
            SandboxError::Start(path, error) => write!(f, "{}: {error}", path.display()),
            SandboxError::Command(why) => f.write_str(why),
            SandboxError::Lost(why) => write!(f, "the sandbox was lost: {why}"),
        }
    }
}

impl std::error::Error for SandboxError {}

/// Runs `job` to its end. Output is handed to `output` as it comes; once `cancel` is set the
/// command is killed. When this returns nothing of it runs any more, unless [`Ended::unkilled`]
/// says so.
///
/// # Errors
/// [`SandboxError`] where it did not run.
#[cfg(not(target_os = "linux"))]
pub fn run(
    _: &Launcher,
    _: &Job,
    _: &AtomicBool,
    _: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Ended, SandboxError> {
    Err(SandboxError::Unsupported)
}

/// Runs `job` to its end. Output is handed to `output` as it comes; once `cancel` is set the
/// command is killed. When this returns nothing of it runs any more, unless [`Ended::unkilled`]
/// says so.
///
/// # Errors
/// [`SandboxError`] where it did not run.
#[cfg(target_os = "linux")]
pub fn run(
    launcher: &Launcher,
    job: &Job,
    cancel: &AtomicBool,
    output: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Ended, SandboxError> {
    let listening = linux::Listening::start(launcher, job)?;
    listening.listen(cancel, output)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        process::{Child, ChildStdin, Command, Stdio},
        sync::atomic::{AtomicBool, Ordering},
        time::{Duration, Instant},
    };

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::{Ended, Launcher, SandboxError, Stream};
    use crate::{
        ARGUMENT, Guard, Guards, Job,
        frame::{self, BEGUN, END, ERR, End, FAILED, OUT},
        supervise,
    };

    /// How often it is looked whether somebody still waits.
    const LOOK_MS: u64 = 50;
    /// How much later than the command's own deadline the supervisor has to have ended.
    const SUPERVISOR_MS: u64 = 20_000;

    /// A supervisor at work.
    pub(super) struct Listening {
        child: Child,
        /// Closed to say that the command is not wanted any more.
        wanted: Option<ChildStdin>,
        deadline: Instant,
        guards: Guards,
    }

    impl Listening {
        pub(super) fn start(launcher: &Launcher, job: &Job) -> Result<Listening, SandboxError> {
            let failed = |error: std::io::Error| {
                SandboxError::Start(launcher.program.clone(), error.to_string())
            };
            let mut child = Command::new(&launcher.program)
                .args([ARGUMENT, supervise::ROLE])
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .map_err(failed)?;
            let mut stdin = child.stdin.take();
            let text = serde_json::to_vec(job).map_err(|it| failed(it.into()))?;
            if let Some(stdin) = &mut stdin {
                frame::send(stdin, OUT, &text).map_err(failed)?;
            }
            let unknown = Guard::Missing("it never began".to_owned());
            Ok(Listening {
                child,
                wanted: stdin,
                deadline: Instant::now()
                    + Duration::from_millis(job.limits.time_ms + SUPERVISOR_MS),
                guards: Guards {
                    files: unknown.clone(),
                    network: unknown.clone(),
                    processes: unknown.clone(),
                    signals: unknown,
                },
            })
        }

        pub(super) fn listen(
            mut self,
            cancel: &AtomicBool,
            output: &mut dyn FnMut(Stream, &[u8]),
        ) -> Result<Ended, SandboxError> {
            let lost = |why: &str| SandboxError::Lost(why.to_owned());
            let mut stdout = self.child.stdout.take().ok_or_else(|| lost("it has no output"))?;
            loop {
                if cancel.load(Ordering::Relaxed) {
                    self.wanted = None;
                }
                if self.deadline < Instant::now() {
                    return Err(lost("its supervisor did not end"));
                }
                let timeout = Timespec { tv_sec: 0, tv_nsec: LOOK_MS as i64 * 1_000_000 };
                let mut fds = [PollFd::new(&stdout, PollFlags::IN)];
                match poll(&mut fds, Some(&timeout)) {
                    Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                    Ok(_) => {}
                    Err(error) => return Err(lost(&error.to_string())),
                }
                let frame = frame::receive(&mut stdout).map_err(|it| lost(&it.to_string()))?;
                let (tag, bytes) = frame.ok_or_else(|| lost("its supervisor was killed"))?;
                let broken = |it: serde_json::Error| SandboxError::Lost(it.to_string());
                match tag {
                    OUT => output(Stream::Out, &bytes),
                    ERR => output(Stream::Err, &bytes),
                    BEGUN => self.guards = serde_json::from_slice(&bytes).map_err(broken)?,
                    FAILED => {
                        let why = String::from_utf8_lossy(&bytes).into_owned();
                        return Err(SandboxError::Command(why));
                    }
                    END => {
                        let end: End = serde_json::from_slice(&bytes).map_err(broken)?;
                        return Ok(self.ended(&end));
                    }
                    _ => return Err(lost("its supervisor speaks another language")),
                }
            }
        }

        fn ended(&self, end: &End) -> Ended {
            Ended {
                how: end.how,
                guards: self.guards.clone(),
                cpu_ms: end.cpu_ms,
                peak_bytes: end.peak_bytes,
                unkilled: end.unkilled,
            }
        }
    }

    impl Drop for Listening {
        fn drop(&mut self) {
            // The supervisor, told so, kills what it watches and ends; where it does not, it is
            // killed, and the command with it by the signal of a parent's death.
            self.wanted = None;
            let until = Instant::now() + Duration::from_millis(2 * SUPERVISOR_MS);
            while Instant::now() < until {
                match self.child.try_wait() {
                    Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                    _ => return,
                }
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
