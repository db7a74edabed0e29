//! Line ends as grammars read them. LSP ends a line at a lone `\r` too, grammars only at `\n`: to
//! them a lone `\r` is read as `\n`, which is as long, so that no offset moves.

/// As much of `bytes` as grammars may read as it stands; `after` follows it. Not empty where
/// `bytes` is not.
pub(crate) fn readable(bytes: &[u8], after: Option<u8>) -> &[u8] {
    match lone_cr(bytes, after) {
        Some(0) => b"\n",
        Some(at) => &bytes[..at],
        None => bytes,
    }
}

fn lone_cr(bytes: &[u8], after: Option<u8>) -> Option<usize> {
    let next = |at: usize| bytes.get(at + 1).copied().or(after);
    let crs = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\r');
    crs.map(|(at, _)| at).find(|at| next(*at) != Some(b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut read = Vec::new();
        while read.len() < text.len() {
            read.extend_from_slice(readable(&text.as_bytes()[read.len()..], None));
        }
        assert_eq!(String::from_utf8(read).unwrap(), expected);
    }

    #[test]
    fn only_a_lone_cr_is_read_as_another_line_end() {
        check("a\r\nb\nc", "a\r\nb\nc");
        check("a\rb\r\r\nc\r", "a\nb\n\r\nc\n");
        let long = "x = 1\r\n".repeat(1000);
        check(&long, &long);
        check(&long.replace('\n', ""), &long.replace("\r\n", "\n"));
    }

    #[test]
    fn what_follows_a_piece_is_looked_at() {
        assert_eq!(readable(b"a\r", Some(b'\n')), b"a\r");
        assert_eq!(readable(b"a\r", Some(b'b')), b"a");
    }
}
