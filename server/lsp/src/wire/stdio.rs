//! Standard input and output as queues: each has a thread, because a pipe can only be waited for by
//! blocking.

use std::{
    io::{self, Read, Write},
    thread,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::{mpsc, oneshot},
};

use super::outbox::Outlet;

const READ_BYTES_MAX: usize = 64 * 1024;
/// Pieces of input that wait for the loop; then the client has to.
const PIECES_MAX: usize = 16;

/// Everything that standard input gives.
pub(crate) fn stdin() -> io::Result<mpsc::Receiver<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut buffer = vec![0; READ_BYTES_MAX];
        loop {
            let n = match stdin.read(&mut buffer) {
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => 0,
            };
            if n == 0 || sender.blocking_send(buffer[..n].to_vec()).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

/// Everything that `stream` gives; for conversations inside one process.
pub(crate) fn pump(mut stream: impl AsyncRead + Send + Unpin + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    tokio::spawn(async move {
        let mut buffer = vec![0; READ_BYTES_MAX];
        while let Ok(n @ 1..) = stream.read(&mut buffer).await {
            if sender.send(buffer[..n].to_vec()).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// Writes all of `outlet` to standard output; the receiver hears when that is over.
pub(crate) fn stdout(mut outlet: Outlet) -> io::Result<oneshot::Receiver<()>> {
    let (done, over) = oneshot::channel();
    thread::Builder::new().name("stdout".to_owned()).spawn(move || {
        let mut stdout = io::stdout().lock();
        // `Stdout` buffers by lines; a frame has none, so each is flushed.
        while let Some(frame) = outlet.blocking_recv() {
            if stdout.write_all(&frame).and_then(|()| stdout.flush()).is_err() {
                break;
            }
            outlet.written(&frame);
        }
        // Nobody waits any more once the process is ending.
        let _ = done.send(());
    })?;
    Ok(over)
}
