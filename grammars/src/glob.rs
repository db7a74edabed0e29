//! Globs of the language manifests: `*` within a name, `**` across folders.

/// True where all of `text` fits `pattern`. `**/` matches any number of folders, also none; `**`
/// anything; `*` anything but `/`; every other character itself.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let Some(at) = pattern.find('*') else { return pattern == text };
    let (literal, rest) = pattern.split_at(at);
    let Some(text) = text.strip_prefix(literal) else { return false };
    if let Some(rest) = rest.strip_prefix("**/") {
        let folders = text.match_indices('/').map(|(at, _)| &text[at + 1..]);
        return [text].into_iter().chain(folders).any(|it| glob_matches(rest, it));
    }
    let (rest, crosses) = match rest.strip_prefix("**") {
        Some(rest) => (rest, true),
        None => (&rest[1..], false),
    };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.take_while(|at| crosses || !text[..*at].contains('/'))
        .any(|at| glob_matches(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_in_a_folder_and_double_stars_do_not() {
        let yes = [
            ("**/tests/**", "tests/a.rs"),
            ("**/tests/**", "x/y/tests/a/b.rs"),
            ("*_test.go", "a_test.go"),
            ("**/test_*.py", "test_a.py"),
            ("**/test_*.py", "b/test_a.py"),
            ("test*", "test"),
        ];
        let no = [
            ("*_test.go", "b/a_test.go"),
            ("**/tests/**", "mytests/a.rs"),
            ("test_*", "atest_b"),
            ("Cargo.toml", "xCargo.toml"),
        ];
        assert!(yes.iter().all(|(pattern, text)| glob_matches(pattern, text)));
        assert!(!no.iter().any(|(pattern, text)| glob_matches(pattern, text)));
    }
}
