//! Programs that serve models on this machine. Each runs below a keeper, which is this program once
//! more: it waits until nobody holds its input any more, and then ends what it has started, and
//! what that has started. So the program ends with us, however we end.

use std::{
    io::{Read as _, Write as _},
    process::{Child, ChildStderr, Command, ExitCode, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use models::{PORT, Program, Programs, Share, free_port, is_serving};

/// What makes this program a keeper, and what one of a program that has of the processors what
/// nobody else wants.
const KEEP: &str = "__keep";
const KEEP_IDLE: &str = "__keep-idle";
/// The lowest that a process can go below others.
#[cfg(unix)]
const NICE_MAX: i32 = 19;
/// How often it is looked whether the program listens.
const LOOK: Duration = Duration::from_millis(50);
/// A large model is read from a slow disk in this time.
const LOOKS_MAX: u32 = 20 * 300;
/// Bytes of what it has printed last that are kept.
const SAID_BYTES_MAX: usize = 4096;
/// Characters of that which are told.
const SAID_CHARS_MAX: usize = 300;

/// The programs of whoever runs this.
pub(crate) struct UserPrograms;

struct Kept {
    keeper: Child,
    port: u16,
}

impl Programs for UserPrograms {
    fn start(
        &self,
        command: &[String],
        share: Share,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Box<dyn Program>, Option<String>> {
        let told = |it: std::io::Error| Some(it.to_string());
        let port = free_port().map_err(told)?;
        let command = command.iter().map(|it| it.replace(PORT, &port.to_string()));
        let mut keeper = Command::new(std::env::current_exe().map_err(told)?);
        let keep = match share {
            Share::Full => KEEP,
            Share::Idle => KEEP_IDLE,
        };
        keeper.arg(keep).args(command);
        // Its input is what ties it to us; of what the program prints only why it ends is told.
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut keeper = keeper.spawn().map_err(told)?;
        let said = keeper.stderr.take().map(Said::listen);
        let mut kept = Kept { keeper, port };
        for _ in 0..LOOKS_MAX {
            if cancel.load(Ordering::Relaxed) {
                return Err(None);
            }
            if kept.has_ended() {
                let why = said.map(Said::last_line).unwrap_or_default();
                return Err(Some(format!("its program ended before it answered{why}")));
            }
            if is_serving(port, LOOK) {
                return Ok(Box::new(kept));
            }
            thread::sleep(LOOK);
        }
        Err(Some("its program does not answer".to_owned()))
    }
}

/// The end of what a program prints where it tells of errors. It is read as long as it is printed:
/// who is not listened to stands still.
struct Said {
    end: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Said {
    fn listen(mut stderr: ChildStderr) -> Said {
        let end = Arc::<Mutex<Vec<u8>>>::default();
        let of_reader = Arc::clone(&end);
        let reader = thread::spawn(move || {
            let mut piece = [0; SAID_BYTES_MAX];
            while let Ok(n @ 1..) = stderr.read(&mut piece) {
                let mut end = of_reader.lock().unwrap_or_else(PoisonError::into_inner);
                end.extend_from_slice(&piece[..n]);
                let n_over = end.len().saturating_sub(SAID_BYTES_MAX);
                end.drain(..n_over);
            }
        });
        Said { end, reader }
    }

    /// The last line of a program that has ended, to stand behind what became of it.
    fn last_line(self) -> String {
        // Whatever it has started may hold the other end, and is not waited for.
        for _ in 0..4 {
            if !self.reader.is_finished() {
                thread::sleep(LOOK);
            }
        }
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&end);
        let line = text.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or_default();
        let line: String = line.trim().chars().take(SAID_CHARS_MAX).collect();
        if line.is_empty() { line } else { format!(": {}", proposal::visible_line(&line)) }
    }
}

impl Program for Kept {
    fn port(&self) -> u16 {
        self.port
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.keeper.try_wait(), Ok(None))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // The end of its input ends the keeper, and with it the program.
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            tracing::warn!(%error, "a model's program is not waited for");
        }
    }
}

/// Keeps a program until nobody holds our input; `None` where this process is no keeper.
pub(crate) fn keep(args: &[String]) -> Option<ExitCode> {
    let [first, program, rest @ ..] = args else { return None };
    if first != KEEP && first != KEEP_IDLE {
        return None;
    }
    // What is started has the rank of whoever starts it. Where that is refused it has ours.
    #[cfg(unix)]
    if first == KEEP_IDLE {
        let _ = rustix::process::nice(NICE_MAX);
    }
    // A group of its own: what a terminal says to us does not reach it, and it ends as a whole.
    // Where that is refused, this process leads one already.
    #[cfg(unix)]
    let _ = rustix::process::setpgid(None, None);
    let started = Command::new(program).args(rest).stdin(Stdio::null()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            // Whoever keeps us tells it.
            let _ = writeln!(std::io::stderr(), "`{program}` cannot be started: {error}");
            return Some(ExitCode::FAILURE);
        }
    };
    let input = thread::spawn(|| {
        let mut rest = Vec::new();
        // Nothing is ever written: this ends when the other end is gone.
        let _ = std::io::stdin().read_to_end(&mut rest);
    });
    while !input.is_finished() {
        match child.try_wait() {
            Ok(None) => thread::sleep(LOOK),
            _ => return Some(ExitCode::FAILURE),
        }
    }
    // It may have ended by itself in this moment.
    let _ = child.kill();
    let _ = child.wait();
    // A script may have started others. This process ends with them.
    #[cfg(unix)]
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::KILL);
    Some(ExitCode::SUCCESS)
}
