//! Raises the loopback device of a fresh network namespace: tests of servers talk to themselves.

#![expect(unsafe_code, reason = "system calls that no crate wraps safely")]

use std::io;

/// Raises `lo` in the namespace of this thread.
pub(crate) fn raise() -> io::Result<()> {
    // SAFETY: `socket` takes no pointers.
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) };
    if socket < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all bytes zero are a valid `ifreq`: numbers and arrays of them.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo\0") {
        *to = from.cast_signed() as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the descriptor is open, and the request is a whole `ifreq` that outlives the call.
    let res = unsafe { libc::ioctl(socket, libc::SIOCSIFFLAGS as _, &raw const request) };
    let res = if res < 0 { Err(io::Error::last_os_error()) } else { Ok(()) };
    // SAFETY: the descriptor is ours, and nobody uses it after this.
    unsafe { libc::close(socket) };
    res
}
