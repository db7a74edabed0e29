//! Programs that serve models on this machine. Each runs below a keeper, which is this program once
//! more: it waits until nobody holds its input any more, and then ends what it has started. So the
//! program ends with us, however we end.

use std::{
    io::Read as _,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use models::{PORT, Program, Programs};

/// What makes this program a keeper.
const KEEP: &str = "__keep";
/// How often it is looked whether the program listens.
const LOOK: Duration = Duration::from_millis(50);
/// A large model is read from a slow disk in this time.
const LOOKS_MAX: u32 = 20 * 300;

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
        cancel: &Arc<AtomicBool>,
    ) -> Result<Box<dyn Program>, Option<String>> {
        let told = |it: std::io::Error| Some(it.to_string());
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(told)?;
        let port = free.local_addr().map_err(told)?.port();
        drop(free);
        let command = command.iter().map(|it| it.replace(PORT, &port.to_string()));
        let mut keeper = Command::new(std::env::current_exe().map_err(told)?);
        keeper.arg(KEEP).args(command);
        // Its input is what ties it to us; what the program prints is nobody's.
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let keeper = keeper.spawn().map_err(told)?;
        let mut kept = Kept { keeper, port };
        for _ in 0..LOOKS_MAX {
            if cancel.load(Ordering::Relaxed) {
                return Err(None);
            }
            if kept.has_ended() {
                return Err(Some("its program ended before it answered".to_owned()));
            }
            if listens(port) {
                return Ok(Box::new(kept));
            }
            thread::sleep(LOOK);
        }
        Err(Some("its program does not answer".to_owned()))
    }
}

/// Whether something at `port` answers, and is done with reading its model.
fn listens(port: u16) -> bool {
    use std::io::Write as _;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, LOOK)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        std::io::Result::Ok(head)
    };
    // llama.cpp says 503 while it reads; others know no such path, and are ready.
    ask().is_ok_and(|head| head.starts_with(b"HTTP/1.") && &head[9..] != b"503")
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
    if first != KEEP {
        return None;
    }
    let started = Command::new(program).args(rest).stdin(Stdio::null()).spawn();
    let Ok(mut child) = started else { return Some(ExitCode::FAILURE) };
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
    Some(ExitCode::SUCCESS)
}
