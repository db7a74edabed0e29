//! Events that start agents and workflows, and the patterns that name them: `saved`, or `saved
//! src/*.py` for some files only.

/// The events that there are.
pub const EVENTS: &[&str] = &[
    "saved",
    "opened",
    "indexed",
    "committed",
    "diagnostics-changed",
    "proposal-applied",
    "proposal-undone",
];

/// Whether `pattern`, as a trigger has it, is about this event; `path` is the file that the event
/// is about, below the workspace.
pub fn matches_event(pattern: &str, event: &str, path: Option<&str>) -> bool {
    match pattern.split_once(' ') {
        None => pattern == event,
        Some((name, glob)) => name == event && path.is_some_and(|it| matches_glob(glob.trim(), it)),
    }
}

/// What is wrong with a pattern, for people.
pub(crate) fn pattern_problem(pattern: &str) -> Option<String> {
    let name = pattern.split(' ').next().unwrap_or_default();
    let is_known = EVENTS.contains(&name);
    (!is_known).then(|| format!("an event is one of {}, not `{name}`", EVENTS.join(", ")))
}

/// `*` stands for any text, folders too.
fn matches_glob(glob: &str, path: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_an_event_and_maybe_files() {
        assert!(matches_event("saved", "saved", Some("a.py")));
        assert!(!matches_event("saved", "opened", Some("a.py")));
        assert!(matches_event("saved *.py", "saved", Some("src/a.py")));
        assert!(!matches_event("saved *.py", "saved", Some("a.pyc")));
        assert!(matches_event("saved src/*/test_*", "saved", Some("src/a/b/test_c.py")));
        assert!(!matches_event("saved a.py", "saved", Some("a.pyx")));
        assert!(!matches_event("indexed *.py", "indexed", None));
    }
}
