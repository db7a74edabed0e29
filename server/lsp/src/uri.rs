//! Between the client's URIs and paths.
//!
//! A `file:` URI is its path. Every other URI (`untitled:`, a notebook cell, a file on another
//! host) is a document without a file; it stands under a folder that no disk has, its whole URI
//! being the name, so that nothing above has to know the difference.

use tower_lsp::gen_lsp_types::Uri;
use vfs::VfsPath;

/// The folder of documents without a file. No real path has a NUL byte's picture in it.
const ELSEWHERE: &str = "/\u{2400}uri";

/// Bytes of a URI that are taken; none of an editor's comes near.
const URI_BYTES_MAX: usize = 16 * 1024;

/// The path that `uri` names; `None` for what is no URI.
pub(crate) fn to_path(uri: &Uri) -> Option<VfsPath> {
    let uri = uri.0.as_str();
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme.bytes().all(|it| it.is_ascii_alphanumeric() || b"+-.".contains(&it));
    if !is_scheme || URI_BYTES_MAX < uri.len() {
        return None;
    }
    let on_disk = scheme.eq_ignore_ascii_case("file").then(|| file_path(rest)).flatten();
    Some(on_disk.unwrap_or_else(|| elsewhere().join(&encode(uri, b""))))
}

/// The URI of `path`, in the spelling that most editors use.
pub(crate) fn from_path(path: &VfsPath) -> Uri {
    if let Some(uri) = path.relative_to(&elsewhere()).and_then(decode) {
        return Uri(uri);
    }
    Uri(format!("file://{}", encode(path.as_str(), b"/!$&'()*+,;=:@")))
}

/// True for a document that is no file of this machine.
pub(crate) fn is_elsewhere(path: &VfsPath) -> bool {
    path.starts_with(&elsewhere())
}

fn elsewhere() -> VfsPath {
    VfsPath::new(ELSEWHERE).expect("it begins with a slash")
}

/// The path in `//host/path` or `/path`, where it is one of this machine.
fn file_path(rest: &str) -> Option<VfsPath> {
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/')?);
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return None;
            }
            path
        }
    };
    let mut path = decode(path).filter(|it| !it.contains('\0'))?;
    if cfg!(windows) && path.as_bytes().get(2) == Some(&b':') {
        // The drive has one spelling in a `VfsPath`.
        path[..2].make_ascii_lowercase();
    }
    VfsPath::new(&path)
}

fn encode(text: &str, kept: &[u8]) -> String {
    let mut res = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            res.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            res.push('%');
            res.push(char::from(HEX[usize::from(byte >> 4)]));
            res.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    res
}

/// `text` without percent escapes; a `%` that begins none stands for itself.
fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut res = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digit = |offset: usize| char::from(*bytes.get(at + offset)?).to_digit(16);
        match (bytes[at], digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                res.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                res.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(res).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, path: &str) {
        assert_eq!(to_path(&Uri(uri.to_owned())).unwrap().as_str(), path);
    }

    #[track_caller]
    fn check_both(uri: &str, path: &str) {
        check(uri, path);
        assert_eq!(from_path(&VfsPath::new(path).unwrap()).0, uri);
    }

    #[test]
    fn a_file_uri_is_its_path() {
        check_both("file:///a/b.rs", "/a/b.rs");
        check_both(
            "file:///dir%20with%20%C3%A9%E4%B8%AD%20%231%20100%25/a+b.rs",
            "/dir with é中 #1 100%/a+b.rs",
        );
        check("file:///a%2fb/%6Dain%2b.rs", "/a/b/main+.rs");
        check("file://localhost/a", "/a");
        check("file:/a/./b", "/a/b");
        check("file:///100%/x", "/100%/x");
    }

    #[test]
    fn any_other_uri_is_a_document_without_a_file() {
        for uri in [
            "untitled:Untitled-1",
            "vscode-notebook-cell:/a/b.ipynb#X1",
            "weird+scheme://host/a%20b",
            "file://",
            "file:///%00bad",
            "file:///%ff",
            "file://host/share",
            "inmemory:",
        ] {
            let path = to_path(&Uri(uri.to_owned())).unwrap();
            assert!(is_elsewhere(&path), "{uri}");
            assert_eq!(from_path(&path).0, uri);
        }
    }

    #[test]
    fn what_is_no_uri_has_no_path() {
        for text in ["not a uri at all", "", "/a/b", "1a:b"] {
            assert_eq!(to_path(&Uri(text.to_owned())), None, "{text}");
        }
    }
}
