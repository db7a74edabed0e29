//! Whether a project still compiles after changes: several are made at once, and the command's
//! output says which of them is to blame.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Output},
};

use vfs::VfsPath;

use crate::{Project, Tally};

/// Of the changes with these numbers those after which the command fails. Changes of different
/// files are made together; which of them is to blame, the files in the command's output say.
pub(crate) fn failed(
    project: &Project,
    (tally, mut waiting): (&Tally, Vec<usize>),
    command: &str,
) -> Vec<usize> {
    let mut failed = Vec::new();
    while !waiting.is_empty() {
        let mut taken: BTreeSet<VfsPath> = BTreeSet::new();
        let (mut batch, mut rest) = (Vec::new(), Vec::new());
        for nth in waiting {
            let paths = tally.done[nth].change.paths();
            match paths.iter().any(|it| taken.contains(it)) {
                true => rest.push(nth),
                false => {
                    taken.extend(paths);
                    batch.push(nth);
                }
            }
        }
        waiting = rest;
        failed.extend(blamed(project, tally, &batch, command));
    }
    failed
}

/// Whether the command succeeds in the project as it is.
pub(crate) fn succeeds(project: &Project, command: &str) -> bool {
    run(project, command).status.success()
}

fn run(project: &Project, command: &str) -> Output {
    let output = Command::new("sh").arg("-c").arg(command).current_dir(&project.root).output();
    output.unwrap()
}

fn blamed(project: &Project, tally: &Tally, batch: &[usize], command: &str) -> Vec<usize> {
    let mut before: BTreeMap<VfsPath, Option<String>> = BTreeMap::new();
    let text = |path: &VfsPath| std::fs::read_to_string(path.as_path()).ok();
    for nth in batch {
        for (path, new) in tally.done[*nth].change.apply(&text).unwrap() {
            before.entry(path.clone()).or_insert_with(|| text(&path));
            write(&path, new.as_deref());
        }
    }
    let output = run(project, command);
    for (path, old) in &before {
        write(path, old.as_deref());
    }
    if output.status.success() {
        return Vec::new();
    }
    if let [only] = batch {
        return vec![*only];
    }
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let root = VfsPath::from_path(&project.root).unwrap();
    let named: Vec<usize> = batch
        .iter()
        .copied()
        .filter(|nth| {
            let paths = tally.done[*nth].change.paths();
            paths.iter().any(|it| said.contains(it.relative_to(&root).unwrap_or(it.as_str())))
        })
        .collect();
    if named.is_empty() || named.len() == batch.len() {
        let (a, b) = batch.split_at(batch.len() / 2);
        return [blamed(project, tally, a, command), blamed(project, tally, b, command)].concat();
    }
    // A compiler stops early: without those it names, others may show.
    let rest: Vec<usize> = batch.iter().copied().filter(|it| !named.contains(it)).collect();
    let mut res: Vec<usize> =
        named.iter().flat_map(|it| blamed(project, tally, &[*it], command)).collect();
    res.extend(blamed(project, tally, &rest, command));
    res
}

fn write(path: &VfsPath, text: Option<&str>) {
    let path = path.as_path();
    match text {
        Some(text) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        None => {
            let _ = std::fs::remove_file(path);
        }
    }
}
