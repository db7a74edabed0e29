//! The words of a text as the static model was trained on them: runs of letters cut at case, runs
//! of digits, runs of what lies outside ASCII.

/// The words of `text` in their order, as ranges of bytes; no more than `max`.
pub(crate) fn words(text: &str, max: usize) -> impl Iterator<Item = &[u8]> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let next = move || {
        while at < bytes.len() {
            let start = at;
            at = end_of_word(bytes, at);
            if start < at {
                return Some(&bytes[start..at]);
            }
            at += 1;
        }
        None
    };
    std::iter::from_fn(next).take(max)
}

/// Where the word that begins at `start` ends; `start` where none begins there.
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let run = |from: usize, is_in: fn(&u8) -> bool| {
        from + bytes[from..].iter().take_while(|it| is_in(it)).count()
    };
    match bytes[start] {
        b'A'..=b'Z' => {
            let upper = run(start, u8::is_ascii_uppercase);
            let is_followed = bytes.get(upper).is_some_and(u8::is_ascii_lowercase);
            match (upper - start, is_followed) {
                // `Server`: one capital and what follows it.
                (1, true) => run(upper, u8::is_ascii_lowercase),
                // `HTTPServer`: the last capital begins the next word.
                (_, true) => upper - 1,
                (_, false) => upper,
            }
        }
        b'a'..=b'z' => run(start, u8::is_ascii_lowercase),
        b'0'..=b'9' => run(start, u8::is_ascii_digit),
        0x80.. => run(start, |it| !it.is_ascii()),
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let words: Vec<_> =
            words(text, 100).map(|it| String::from_utf8_lossy(it).into_owned()).collect();
        expected.assert_eq(&words.join(" "));
    }

    #[test]
    fn words_are_cut_at_case_and_kind() {
        check("HTTPServer2_readAll(xY)", expect!["HTTP Server 2 read All x Y"]);
        check("größe ABC A", expect!["gr öß e ABC A"]);
        check("  \n\t..", expect![""]);
    }
}
