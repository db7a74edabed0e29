//! What there is to say to a program on this machine before it is asked: where it may listen, and
//! whether it answers there.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// A port of this machine at which nobody listens now.
///
/// # Errors
/// What the system reports.
pub fn free_port() -> io::Result<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(free.local_addr()?.port())
}

/// Whether a server of models answers at `port`, and is done with reading its model. A connection
/// that is not taken up within `wait` is none.
pub fn is_serving(port: u16, wait: Duration) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, wait)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        io::Result::Ok(head)
    };
    // llama.cpp says 503 while it reads; others know no such path, and are ready.
    ask().is_ok_and(|head| head.starts_with(b"HTTP/1.") && &head[9..] != b"503")
}
