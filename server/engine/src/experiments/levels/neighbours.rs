//! Which file needs which, for suggestions about where files stand and which are read at all.

use std::collections::{BTreeMap, BTreeSet};

use evolve::{Looked, Standing, cycles, misplaced};
use ide::CycleKind;
use vfs::FileId;

use crate::{
    RunOutcome, Snapshot,
    edits::tasks::{EditContext, Ended},
    files::root_of,
};

/// Cycles that are listed at most.
const CYCLES_MAX: usize = 20;
/// What was looked at lately that is asked for: all that is kept.
const RECENT_MAX: usize = 1_000;

/// The indexed files below the first folder; true for those that something else needs or that
/// somebody looked at.
pub(super) fn indexed(ctx: &EditContext) -> Result<BTreeMap<String, bool>, Ended> {
    let Snapshot { vfs, roots, .. } = &ctx.snapshot;
    let needed: BTreeSet<FileId> = edges(ctx)?.into_iter().map(|it| it.1).collect();
    let recent = ctx.snapshot.recent(None, RECENT_MAX);
    let recent = recent.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
    let looked_at: BTreeSet<String> = recent.into_iter().map(|it| it.path).collect();
    let mut res = BTreeMap::new();
    for (file, path, _) in vfs.files().filter(|it| it.2.is_some()) {
        let Some(below) = roots.first().and_then(|it| path.relative_to(it)) else { continue };
        let is_open = vfs.overlay(file).is_some();
        let is_wanted = is_open || needed.contains(&file) || looked_at.contains(below);
        res.insert(below.to_owned(), is_wanted);
    }
    Ok(res)
}

/// What the rules about the structure say.
pub(super) fn structure(ctx: &EditContext) -> Result<Looked, Ended> {
    let cancelled = |_| Box::new(RunOutcome::Cancelled);
    let analysis = &ctx.snapshot.analysis;
    let answer =
        analysis.cycles(CycleKind::Imports, CYCLES_MAX, &mut |_, _| {}).map_err(cancelled)?;
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for item in &answer.items {
        if let Some(path) = below(ctx, item.target.file) {
            found.entry(item.group).or_default().push(path);
        }
    }
    let found: Vec<Vec<String>> = found.into_values().collect();
    Ok(cycles(&found).and(misplaced(&standings(ctx)?)))
}

/// Every file of the first folder with its neighbours; tests are none.
fn standings(ctx: &EditContext) -> Result<Vec<Standing>, Ended> {
    let mut neighbours: BTreeMap<FileId, BTreeMap<FileId, bool>> = BTreeMap::new();
    for (from, to) in edges(ctx)? {
        // Who uses it counts as a user, whether or not it is used, too.
        neighbours.entry(to).or_default().insert(from, true);
        neighbours.entry(from).or_default().entry(to).or_insert(false);
    }
    let mut res = Vec::new();
    for (file, around) in neighbours {
        let Some(path) = below(ctx, file) else { continue };
        let mut standing = Standing { path, neighbours: BTreeMap::new() };
        for (other, is_user) in around {
            let Some(path) = below(ctx, other) else { continue };
            let folder = path.rsplit_once('/').map_or("", |it| it.0);
            let counts = standing.neighbours.entry(folder.to_owned()).or_insert((0, 0));
            match is_user {
                true => counts.0 += 1,
                false => counts.1 += 1,
            }
        }
        res.push(standing);
    }
    Ok(res)
}

/// Which file imports which; tests neither way.
fn edges(ctx: &EditContext) -> Result<BTreeSet<(FileId, FileId)>, Ended> {
    let graph = ctx.snapshot.analysis.graph();
    let is_code = |file: FileId| graph.facts(file).is_some_and(|it| !it.is_test);
    let mut res = BTreeSet::new();
    for file in graph.files() {
        if ctx.cancel.is_cancelled() {
            return Err(Box::new(RunOutcome::Cancelled));
        }
        let Some(facts) = graph.facts(file).filter(|it| !it.is_test) else { continue };
        for nth in 0..facts.imports.len() {
            let to = graph.imported_files(file, nth);
            res.extend(
                to.into_iter().filter(|it| *it != file && is_code(*it)).map(|it| (file, it)),
            );
        }
    }
    Ok(res)
}

/// The path below the first folder.
fn below(ctx: &EditContext, file: FileId) -> Option<String> {
    let path = ctx.snapshot.analysis.path(file)?;
    let root = root_of(&ctx.snapshot.roots, path)?;
    let is_first = ctx.snapshot.roots.first() == Some(root);
    is_first.then(|| path.relative_to(root).map(str::to_owned))?
}
