//! The base protocol, read with limits: bytes from the client in, message bodies out.
//!
//! Nothing a client sends makes this reader fail, stop or keep more than one body: a header that is
//! too long or makes no sense is told and left behind, a body that is too long is passed over.

/// Bytes of one header line that are looked at; what a line has beyond them is dropped.
pub(crate) const HEADER_LINE_BYTES_MAX: usize = 8 * 1024;
/// Bytes of one header, all lines together; beyond them it is told as malformed, but a body that it
/// announces is still taken.
pub(crate) const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one message body; a longer one is passed over without being kept.
pub(crate) const BODY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A body is given this much room at once; a longer one has to arrive before it takes memory.
const BODY_ROOM_BYTES_MAX: u64 = 1024 * 1024;

const CONTENT_LENGTH: &str = "content-length";

/// What the reader found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// One whole message body.
    Body(Vec<u8>),
    /// Something that is no message; says what.
    Malformed(&'static str),
}

/// The reader: bytes are pushed in pieces of any size.
#[derive(Debug)]
pub(crate) struct Framer {
    state: State,
}

#[derive(Debug)]
enum State {
    Header(Header),
    Body { left: usize, body: Vec<u8> },
    Skip { left: u64 },
}

#[derive(Debug, Default)]
struct Header {
    line: Vec<u8>,
    /// Bytes of the line at hand, also those that were dropped.
    line_bytes: usize,
    bytes: usize,
    n_lines: usize,
    length: Length,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Length {
    #[default]
    Missing,
    Known(u64),
    Nonsense,
}

impl Framer {
    /// A reader at the start of a stream.
    pub(crate) fn new() -> Framer {
        Framer { state: State::Header(Header::default()) }
    }

    /// Takes the next bytes of the stream; frames that they complete are added to `acc`.
    pub(crate) fn push(&mut self, acc: &mut Vec<Frame>, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (state, taken) = match &mut self.state {
                State::Header(header) => header.push(acc, bytes),
                State::Body { left, body } => {
                    let taken = bytes.len().min(*left);
                    body.extend_from_slice(&bytes[..taken]);
                    *left -= taken;
                    let done = (*left == 0).then(|| {
                        acc.push(Frame::Body(std::mem::take(body)));
                        State::Header(Header::default())
                    });
                    (done, taken)
                }
                State::Skip { left } => {
                    let taken = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= taken as u64;
                    ((*left == 0).then(|| State::Header(Header::default())), taken)
                }
            };
            bytes = &bytes[taken..];
            if let Some(state) = state {
                self.state = state;
            }
        }
    }
}

impl Header {
    /// Takes bytes up to the end of one line; gives the state after it, if that is another one.
    fn push(&mut self, acc: &mut Vec<Frame>, bytes: &[u8]) -> (Option<State>, usize) {
        let end = bytes.iter().position(|it| *it == b'\n');
        let taken = end.map_or(bytes.len(), |it| it + 1);
        let room = HEADER_LINE_BYTES_MAX.saturating_sub(self.line.len());
        self.line.extend_from_slice(&bytes[..taken.min(room)]);
        self.line_bytes += taken;
        self.bytes = self.bytes.saturating_add(taken);
        let state = end.and_then(|_| self.end_of_line(acc));
        (state, taken)
    }

    fn end_of_line(&mut self, acc: &mut Vec<Frame>) -> Option<State> {
        let line = std::mem::take(&mut self.line);
        let is_whole = self.line_bytes == line.len();
        self.line_bytes = 0;
        let line = line.trim_ascii_end();
        if is_whole && line.is_empty() {
            return self.end_of_header(acc);
        }
        self.n_lines += 1;
        if is_whole {
            match length_of(line) {
                Length::Missing => {}
                length => self.length = length,
            }
        }
        None
    }

    fn end_of_header(&self, acc: &mut Vec<Frame>) -> Option<State> {
        if self.n_lines == 0 {
            return Some(State::Header(Header::default()));
        }
        if HEADER_BYTES_MAX < self.bytes {
            acc.push(Frame::Malformed("the header is too long"));
        }
        match self.length {
            Length::Missing => acc.push(Frame::Malformed("the header names no Content-Length")),
            Length::Nonsense => acc.push(Frame::Malformed("the Content-Length is no number")),
            Length::Known(0) => acc.push(Frame::Malformed("the body is empty")),
            Length::Known(length) if BODY_BYTES_MAX < length => {
                acc.push(Frame::Malformed("the body is too long"));
                return Some(State::Skip { left: length });
            }
            Length::Known(length) => {
                let room = length.min(BODY_ROOM_BYTES_MAX) as usize;
                return Some(State::Body { left: length as usize, body: Vec::with_capacity(room) });
            }
        }
        Some(State::Header(Header::default()))
    }
}

/// The length that a header line names. The name is looked for anywhere in the line: after a body
/// that was longer than announced, its rest stands before the next header.
fn length_of(line: &[u8]) -> Length {
    let line = String::from_utf8_lossy(line).to_ascii_lowercase();
    let Some(at) = line.rfind(CONTENT_LENGTH) else {
        return Length::Missing;
    };
    let Some(value) = line[at + CONTENT_LENGTH.len()..].trim_start().strip_prefix(':') else {
        return Length::Missing;
    };
    let value = value.trim();
    // `parse` would take a sign.
    if value.is_empty() || !value.bytes().all(|it| it.is_ascii_digit()) {
        return Length::Nonsense;
    }
    value.parse().map_or(Length::Nonsense, Length::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frames of `bytes`, whole and in single bytes: both have to be the same.
    #[track_caller]
    fn check(bytes: &[u8], expected: &[Frame]) {
        let mut whole = Vec::new();
        Framer::new().push(&mut whole, bytes);
        assert_eq!(whole, expected);
        let mut pieces = Vec::new();
        let mut framer = Framer::new();
        for byte in bytes {
            framer.push(&mut pieces, &[*byte]);
        }
        assert_eq!(pieces, expected);
    }

    fn body(text: &str) -> Frame {
        Frame::Body(text.as_bytes().to_vec())
    }

    #[test]
    fn messages_glued_together_are_told_apart() {
        check(
            b"Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]",
            &[body("{}"), body("[1]")],
        );
    }

    #[test]
    fn unknown_headers_and_bare_line_feeds_are_accepted() {
        check(b"X-Unknown: 1\nContent-Length: 2\n\n{}\r\n", &[body("{}")]);
    }

    #[test]
    fn a_header_without_a_sound_length_is_told_and_left_behind() {
        for header in ["Content-Length: abc", "Content-Length: -5", "Content-Length: +5"] {
            check(
                format!("{header}\r\n\r\nContent-Length: 2\r\n\r\n{{}}").as_bytes(),
                &[Frame::Malformed("the Content-Length is no number"), body("{}")],
            );
        }
        check(
            b"X: 1\r\n\r\nContent-Length: 2\r\n\r\n{}",
            &[Frame::Malformed("the header names no Content-Length"), body("{}")],
        );
    }

    #[test]
    fn a_header_line_without_end_takes_no_memory() {
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        framer.push(&mut frames, b"X-Junk: ");
        for _ in 0..160 {
            framer.push(&mut frames, &[b'a'; 64 * 1024]);
            let State::Header(header) = &framer.state else { panic!("left the header") };
            assert!(header.line.capacity() <= 2 * HEADER_LINE_BYTES_MAX);
        }
        framer.push(&mut frames, b"\r\nContent-Length: 2\r\n\r\n{}");
        assert_eq!(frames, [Frame::Malformed("the header is too long"), body("{}")]);
    }

    #[test]
    fn a_body_over_the_limit_is_passed_over() {
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        let length = BODY_BYTES_MAX + 1;
        framer.push(&mut frames, format!("Content-Length: {length}\r\n\r\n").as_bytes());
        let piece = vec![b'x'; 1024 * 1024];
        for _ in 0..256 {
            framer.push(&mut frames, &piece);
        }
        framer.push(&mut frames, b"xContent-Length: 2\r\n\r\n{}");
        assert_eq!(frames, [Frame::Malformed("the body is too long"), body("{}")]);
    }

    #[test]
    fn a_huge_length_allocates_nothing() {
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        framer.push(&mut frames, b"Content-Length: 200000000\r\n\r\n{}");
        let State::Body { body, .. } = &framer.state else { panic!("not in the body") };
        assert!(body.capacity() <= 2 * BODY_ROOM_BYTES_MAX as usize);
        framer.state = State::Header(Header::default());
        framer.push(&mut frames, b"Content-Length: 1000000000000000\r\n\r\n{}");
        assert_eq!(frames, [Frame::Malformed("the body is too long")]);
    }

    #[test]
    fn the_rest_of_a_body_longer_than_announced_does_not_hide_the_next_header() {
        check(
            b"Content-Length: 2\r\n\r\n{} }Content-Length: 2\r\n\r\n{}",
            &[body("{}"), body("{}")],
        );
    }
}
