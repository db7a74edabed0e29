//! Parts of a change as they are written on a command line: `src/a.rs`, `src/a.rs:2,4`, `3.1`.

use std::collections::BTreeSet;

use proposal::{Part, PartId};
use vfs::VfsPath;

/// The parts that `written` names among `parts`; files are named below `root`.
///
/// # Errors
/// Where a part is named that is not there.
pub(crate) fn parts_named(
    written: &[String],
    parts: &[Part],
    root: &VfsPath,
) -> anyhow::Result<BTreeSet<PartId>> {
    let mut res = BTreeSet::new();
    for written in written {
        let found = named(written, parts, root);
        if found.is_empty() {
            let all: Vec<String> = parts.iter().map(|it| it.id.to_string()).collect();
            anyhow::bail!("there is no part `{written}`; there are {}", all.join(", "));
        }
        res.extend(found);
    }
    Ok(res)
}

fn named(written: &str, parts: &[Part], root: &VfsPath) -> Vec<PartId> {
    let ids = |fits: &dyn Fn(&Part) -> bool| {
        let fitting = parts.iter().filter(|it| fits(it));
        fitting.map(|it| it.id).collect::<Vec<PartId>>()
    };
    let is_file = |part: &Part, file: &str| {
        part.path.as_str() == file || part.path.relative_to(root) == Some(file)
    };
    let file = written.strip_prefix("./").unwrap_or(written);
    let whole = ids(&|it| is_file(it, file));
    if !whole.is_empty() {
        return whole;
    }
    if let Some(id) = PartId::parse(file) {
        // The number of a file means all of it.
        return ids(&|it| it.id == id || (id.hunk.is_none() && it.id.file == id.file));
    }
    let Some((file, hunks)) = file.rsplit_once(':') else { return Vec::new() };
    let numbers: Option<Vec<u32>> =
        hunks.split(',').map(|it| it.trim().parse::<u32>().ok()?.checked_sub(1)).collect();
    let Some(numbers) = numbers else { return Vec::new() };
    let found =
        ids(&|it| is_file(it, file) && it.id.hunk.is_some_and(|hunk| numbers.contains(&hunk)));
    // One wrong number among several is not passed over.
    if found.len() == numbers.len() { found } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use proposal::PartKind;

    use super::*;

    #[test]
    fn parts_are_named_by_file_by_hunk_and_by_id() {
        let root = VfsPath::new("/w").unwrap();
        let part = |id: &str, path: &str| Part {
            id: PartId::parse(id).unwrap(),
            path: root.join(path),
            kind: PartKind::Hunk,
            old: 0..1,
            new: 0..1,
            reasons: Vec::new(),
        };
        let parts = [part("1", "src/a.rs"), part("1.1", "src/a.rs"), part("1.2", "src/a.rs")];
        let parts = [&parts[..], &[part("2.1", "b:1")]].concat();
        let check = |written: &[&str], expected: &str| {
            let written: Vec<String> = written.iter().map(|it| (*it).to_owned()).collect();
            let found = match parts_named(&written, &parts, &root) {
                Ok(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expected);
        };
        check(&["src/a.rs"], "1 1.1 1.2");
        check(&["./src/a.rs:2"], "1.2");
        check(&["/w/src/a.rs:1,2", "b:1"], "1.1 1.2 2.1");
        check(&["1"], "1 1.1 1.2");
        check(&["1.2", "2"], "1.2 2.1");
        check(&["src/a.rs:3"], "there is no part `src/a.rs:3`; there are 1, 1.1, 1.2, 2.1");
        check(&["src/a.rs:1,9"], "there is no part `src/a.rs:1,9`; there are 1, 1.1, 1.2, 2.1");
        check(&["7"], "there is no part `7`; there are 1, 1.1, 1.2, 2.1");
    }
}
