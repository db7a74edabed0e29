//! What the supervisor tells the server: frames of a tag, a length and that many bytes.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::{Guards, run::How};

/// Longer frames are a fault: the supervisor sends output in smaller pieces.
const FRAME_BYTES_MAX: usize = 1 << 20;

/// Bytes of standard output.
pub(crate) const OUT: u8 = b'o';
/// Bytes of standard error.
pub(crate) const ERR: u8 = b'e';
/// A [`Guards`]: the command begins.
pub(crate) const BEGUN: u8 = b'g';
/// An [`End`]: nothing runs any more.
pub(crate) const END: u8 = b'x';
/// A text: the command could not be started.
pub(crate) const FAILED: u8 = b'f';

/// The last word.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) how: How,
    /// Processor time of all its processes.
    pub(crate) cpu_ms: u64,
    /// The most memory that was seen.
    pub(crate) peak_bytes: u64,
    /// Processes that could not be killed.
    pub(crate) unkilled: u32,
}

/// What the moment before the command says: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entered {
    /// The command begins under these guards.
    Begun(Guards),
    /// It does not begin.
    Failed(String),
}

/// Sends one frame.
pub(crate) fn send(to: &mut impl Write, tag: u8, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    to.write_all(&[tag])?;
    to.write_all(&len.to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Receives one frame; `None` at the end.
pub(crate) fn receive(from: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut tag = [0];
    if from.read(&mut tag)? == 0 {
        return Ok(None);
    }
    let mut len = [0; 4];
    from.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if FRAME_BYTES_MAX < len {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is too long"));
    }
    let mut bytes = vec![0; len];
    from.read_exact(&mut bytes)?;
    Ok(Some((tag[0], bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_sent_and_long_ones_are_refused() {
        let mut wire = Vec::new();
        send(&mut wire, OUT, b"hello").unwrap();
        send(&mut wire, END, b"").unwrap();
        let mut from = &wire[..];
        assert_eq!(receive(&mut from).unwrap(), Some((OUT, b"hello".to_vec())));
        assert_eq!(receive(&mut from).unwrap(), Some((END, Vec::new())));
        assert_eq!(receive(&mut from).unwrap(), None);
        assert!(receive(&mut &[OUT, 255, 255, 255, 255][..]).is_err());
        assert!(receive(&mut &[OUT, 9, 0, 0, 0, 1][..]).is_err());
    }
}
