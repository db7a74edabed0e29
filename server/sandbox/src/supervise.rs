//! The supervisor: starts the command, passes its output on, watches its limits, and leaves nothing
//! of it alive.

use std::{
    io::{self, Read, Write},
    os::fd::AsFd,
    process::{Child, ChildStderr, ChildStdout, Command, ExitCode, Stdio},
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitStatus},
};

use crate::{
    ARGUMENT, Job, enter,
    frame::{self, BEGUN, END, ERR, End, Entered, FAILED, OUT},
    run::{How, Limit},
    tree,
};

/// How this part is asked for.
pub(crate) const ROLE: &str = "supervise";
/// How often limits are looked at.
const LOOK_MS: u64 = 20;
/// How long a command may take to end by itself once it was asked to.
const GRACE_MS: u64 = 500;
/// Bytes that are passed on at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// The line before the command's output is no longer than this.
const ENTERED_BYTES_MAX: usize = 64 * 1024;

/// Is the supervisor. The job comes as one frame on standard input, which then stays open for as
/// long as somebody wants the command to run.
pub(crate) fn supervise() -> ExitCode {
    match try_supervise() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let why = error.to_string();
            let _ = frame::send(&mut io::stdout().lock(), FAILED, why.as_bytes());
            tree::kill_all();
            ExitCode::FAILURE
        }
    }
}

fn try_supervise() -> io::Result<()> {
    let (_, job) = frame::receive(&mut io::stdin().lock())?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let text = String::from_utf8(job).map_err(io::Error::other)?;
    let job: Job = serde_json::from_str(&text)?;
    // Whatever the command leaves behind becomes a child of this process, not of the system's.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let child = Command::new(std::env::current_exe()?)
        .args([ARGUMENT, enter::ENTER])
        .env_clear()
        .env(enter::JOB, &text)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut watch = Watch::new(&job, child)?;
    let how = watch.run()?;
    let unkilled = tree::kill_all();
    watch.drain()?;
    if let Some(why) = watch.failed {
        return frame::send(&mut io::stdout().lock(), FAILED, why.as_bytes());
    }
    let end = End { how, cpu_ms: tree::reaped_cpu_ms(), peak_bytes: watch.peak_bytes, unkilled };
    frame::send(&mut io::stdout().lock(), END, &serde_json::to_vec(&end)?)
}

struct Watch<'a> {
    job: &'a Job,
    began: Instant,
    command: Pid,
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    /// Bytes of output until the line of [`Entered`] is complete; `None` afterwards.
    entering: Option<Vec<u8>>,
    failed: Option<String>,
    output_bytes: u64,
    peak_bytes: u64,
}

impl Watch<'_> {
    fn new(job: &Job, mut child: Child) -> io::Result<Watch<'_>> {
        let id = i32::try_from(child.id()).map_err(io::Error::other)?;
        Ok(Watch {
            job,
            began: Instant::now(),
            command: Pid::from_raw(id).ok_or(io::ErrorKind::Other)?,
            out: child.stdout.take(),
            err: child.stderr.take(),
            entering: Some(Vec::new()),
            failed: None,
            output_bytes: 0,
            peak_bytes: 0,
        })
    }

    /// Watches until the command has ended or must end.
    fn run(&mut self) -> io::Result<How> {
        loop {
            let is_wanted = self.wait()?;
            if let Some(how) = self.ended() {
                return Ok(how);
            }
            if !is_wanted {
                return Ok(How::Cancelled);
            }
            if let Some(limit) = self.limit() {
                return Ok(self.ask_to_end(limit));
            }
        }
    }

    /// Waits for output, or a moment. False where nobody wants the command any more.
    fn wait(&mut self) -> io::Result<bool> {
        let stdin = io::stdin();
        let mut fds = vec![PollFd::new(&stdin, PollFlags::IN)];
        fds.extend(self.out.as_ref().map(|it| PollFd::from_borrowed_fd(it.as_fd(), PollFlags::IN)));
        let has_out = self.out.is_some();
        fds.extend(self.err.as_ref().map(|it| PollFd::from_borrowed_fd(it.as_fd(), PollFlags::IN)));
        let has_err = self.err.is_some();
        let timeout = Timespec { tv_sec: 0, tv_nsec: LOOK_MS as i64 * 1_000_000 };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_ready = |nth: usize| !fds[nth].revents().is_empty();
        // Nothing more is ever sent on standard input: it is ready when it was closed.
        let is_wanted = !is_ready(0);
        let (out, err) = (has_out && is_ready(1), has_err && is_ready(1 + usize::from(has_out)));
        drop(fds);
        if out {
            self.read_out()?;
        }
        if err {
            self.read_err()?;
        }
        Ok(is_wanted)
    }

    fn read_out(&mut self) -> io::Result<usize> {
        let Some(out) = &mut self.out else { return Ok(0) };
        let mut chunk = vec![0; CHUNK_BYTES];
        let n = read_some(out, &mut chunk)?;
        if n == 0 {
            self.out = None;
            return Ok(0);
        }
        match self.entering.take() {
            None => self.pass_on(OUT, &chunk[..n])?,
            Some(line) => self.enter(line, &chunk[..n])?,
        }
        Ok(n)
    }

    /// Takes in what comes before the command's own output.
    fn enter(&mut self, mut line: Vec<u8>, chunk: &[u8]) -> io::Result<()> {
        line.extend_from_slice(chunk);
        let Some(end) = line.iter().position(|it| *it == b'\n') else {
            self.entering = (line.len() < ENTERED_BYTES_MAX).then_some(line);
            return Ok(());
        };
        match serde_json::from_slice(&line[..end]) {
            Ok(Entered::Begun(guards)) => {
                frame::send(&mut io::stdout().lock(), BEGUN, &serde_json::to_vec(&guards)?)?;
            }
            Ok(Entered::Failed(why)) => self.failed = Some(why),
            Err(error) => self.failed = Some(error.to_string()),
        }
        self.pass_on(OUT, &line[end + 1..])
    }

    fn read_err(&mut self) -> io::Result<usize> {
        let Some(err) = &mut self.err else { return Ok(0) };
        let mut chunk = vec![0; CHUNK_BYTES];
        let n = read_some(err, &mut chunk)?;
        if n == 0 {
            self.err = None;
            return Ok(0);
        }
        self.pass_on(ERR, &chunk[..n])?;
        Ok(n)
    }

    /// Passes output on, up to the limit.
    fn pass_on(&mut self, tag: u8, bytes: &[u8]) -> io::Result<()> {
        let rest = self.job.limits.output_bytes.saturating_sub(self.output_bytes);
        self.output_bytes += bytes.len() as u64;
        let bytes = &bytes[..bytes.len().min(usize::try_from(rest).unwrap_or(usize::MAX))];
        match bytes.is_empty() {
            true => Ok(()),
            false => frame::send(&mut io::stdout().lock(), tag, bytes),
        }
    }

    /// How the command ended, where it has.
    fn ended(&mut self) -> Option<How> {
        let mut res = None;
        tree::reap(|pid, status| {
            if pid == self.command {
                res = Some(how(status));
            }
        });
        res
    }

    /// The limit that was reached.
    fn limit(&mut self) -> Option<Limit> {
        let limits = self.job.limits;
        let usage = tree::usage();
        self.peak_bytes = self.peak_bytes.max(usage.memory_bytes);
        let reached = [
            (u128::from(limits.time_ms) < self.began.elapsed().as_millis(), Limit::Time),
            (limits.output_bytes < self.output_bytes, Limit::Output),
            (limits.processes < usage.processes, Limit::Processes),
            (limits.memory_bytes < usage.memory_bytes, Limit::Memory),
        ];
        reached.into_iter().find(|it| it.0).map(|it| it.1)
    }

    /// Asks the command to end where it is only late; everything else is killed as it stands.
    fn ask_to_end(&mut self, limit: Limit) -> How {
        if limit == Limit::Time {
            tree::signal_command(Signal::TERM);
            let asked = Instant::now();
            while self.ended().is_none() && asked.elapsed().as_millis() < u128::from(GRACE_MS) {
                // What it says on the way is passed on; a fault ends the waiting.
                if self.wait().is_err() {
                    break;
                }
            }
        }
        How::Stopped(limit)
    }

    /// Passes on what is left in the pipes. All writers are dead, so this ends.
    fn drain(&mut self) -> io::Result<()> {
        while 0 < self.read_out()? {}
        while 0 < self.read_err()? {}
        io::stdout().lock().flush()
    }
}

fn read_some(from: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn how(status: WaitStatus) -> How {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => How::Exited(code),
        (None, Some(signal)) => How::Signalled(signal),
        (None, None) => How::Signalled(0),
    }
}
