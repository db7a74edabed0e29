//! Marks: a branch that exists for one odd case has a mark, and a test that checks that it was hit.

use std::collections::BTreeMap;

use crate::{rust::RustFile, tree::Problem};

/// Every mark that is hit is checked by a test, and every mark that is checked can be hit.
pub(crate) fn pairs(files: &[RustFile]) -> Vec<Problem> {
    let mut hits = BTreeMap::new();
    let mut checks = BTreeMap::new();
    for file in files {
        file.each(|node| {
            if node.kind() != "macro_invocation" {
                return;
            }
            let text = file.text_of(node);
            let Some((name, rest)) = text.split_once('!') else { return };
            let mark = rest.trim_matches(['(', ')', '{', '}', ' ']);
            let mark = mark.split(',').next().unwrap_or(mark).trim().to_owned();
            let place = (file.path.clone(), file.line_of(node));
            match name.trim() {
                "cov_mark::hit" => hits.entry(mark).or_insert(place),
                "cov_mark::check" | "cov_mark::check_count" => checks.entry(mark).or_insert(place),
                _ => return,
            };
        });
    }
    let mut acc = Vec::new();
    for (mark, (path, line)) in hits.iter().filter(|(mark, _)| !checks.contains_key(*mark)) {
        let message = format!("no test checks the mark `{mark}`");
        acc.push(Problem::new(path, *line, message, "style: Tests"));
    }
    for (mark, (path, line)) in checks.iter().filter(|(mark, _)| !hits.contains_key(*mark)) {
        let message = format!("no code hits the mark `{mark}`");
        acc.push(Problem::new(path, *line, message, "style: Tests"));
    }
    acc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_without_its_half_is_found() {
        let hit =
            RustFile::parse("a.rs", "fn a() { cov_mark::hit!(odd); cov_mark::hit!(b); }".into());
        let check = RustFile::parse("b.rs", "fn a() { cov_mark::check!(odd); }".into());
        let found = pairs(&[hit, check]);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`b`"));
    }
}
