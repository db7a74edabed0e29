//! Comparing the disk with the index: which files are new, changed, gone or as they were.

use std::{ops::ControlFlow, sync::Arc};

use rustc_hash::{FxHashMap, FxHashSet};
use store::{FileCounts, FileRow, Store, Trust};
use vfs::{
    ContentHash, DiskState, Link, Listed, Loader, ReadError, SkipReason, Stat, VfsPath, WalkLimits,
};

use crate::{
    files::root_of,
    indexing::summary::has_counts,
    own::{self, OWN_FOLDER, OwnRead},
    task::Cancel,
};

/// What a scan or a look at single files needs.
#[derive(Clone)]
pub(crate) struct ScanContext {
    pub(crate) loader: Arc<dyn Loader>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) trust: Arc<Trust>,
    pub(crate) roots: Arc<[VfsPath]>,
    pub(crate) limits: WalkLimits,
    /// False where another server writes the index.
    pub(crate) may_write: bool,
    pub(crate) cancel: Cancel,
}

/// A file that is to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) root: VfsPath,
    pub(crate) path: VfsPath,
    /// As it is on disk.
    pub(crate) stat: Stat,
    /// As the index knows it.
    pub(crate) known: Option<Known>,
}

/// What the index knows of a file without its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) disk: DiskState,
    /// Id of its language; `None` for plain text.
    pub(crate) language: Option<Arc<str>>,
    pub(crate) is_test: bool,
    pub(crate) counts: FileCounts,
}

/// What a comparison found.
#[derive(Default)]
pub(crate) struct Scan {
    /// The folder, where all of it was compared.
    pub(crate) root: Option<VfsPath>,
    /// The index knows them, and nothing says that they have changed.
    pub(crate) unchanged: Vec<Candidate>,
    /// To be read.
    pub(crate) changed: Vec<Candidate>,
    /// The index knows them; they are not there any more.
    pub(crate) gone: Vec<VfsPath>,
    /// Left out, or read in part only.
    pub(crate) skipped: Vec<(VfsPath, SkipReason)>,
    /// Not there: where they were left out, they are no longer.
    pub(crate) missing: Vec<VfsPath>,
    /// The files under `.aios/` of the first folder, where they were looked at.
    pub(crate) own: Option<OwnRead>,
    /// True where the counts of the last round are kept.
    pub(crate) has_counts: bool,
    /// What the user has to know.
    pub(crate) troubles: Vec<String>,
}

/// Compares all of `root`.
pub(crate) fn scan(ctx: &ScanContext, root: &VfsPath) -> Scan {
    let mut res = Scan::default();
    let rows = ctx.store.files(root.as_str()).unwrap_or_else(|error| {
        res.troubles.push(error.to_string());
        Vec::new()
    });
    let left_out = left_out_before(ctx, root, &mut res);
    let mut rows: FxHashMap<String, FileRow> =
        rows.into_iter().map(|row| (row.path.clone(), row)).collect();
    let mut unreadable = Vec::new();
    ctx.loader.list(root, &ctx.limits, &mut |listed| {
        match listed {
            // Not even a cache keeps what a secret says: a row of it counts as gone.
            Listed::File { path, .. } if proposal::is_secret(&path) => {
                res.skipped.push((path, SkipReason::Secret));
            }
            Listed::File { path, stat } => {
                let row = path.relative_to(root).and_then(|it| rows.remove(it));
                let known = row.and_then(known_of);
                compare(
                    ctx,
                    Candidate { root: root.clone(), path, stat, known },
                    &left_out,
                    &mut res,
                );
            }
            Listed::Skipped { path, reason } => {
                if matches!(reason, SkipReason::Unreadable(_)) {
                    unreadable.push(path.clone());
                }
                res.skipped.push((path, reason));
            }
        }
        if ctx.cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if ctx.cancel.is_cancelled() {
        // Half a list says nothing about what is gone.
        return res;
    }
    res.root = Some(root.clone());
    // What cannot be seen is not gone: a network folder may come back.
    let hidden = |path: &VfsPath| unreadable.iter().any(|it| path.starts_with(it));
    res.gone = rows.into_keys().map(|it| root.join(&it)).filter(|it| !hidden(it)).collect();
    res.gone.sort();
    forget(ctx, root, &mut res);
    look_for_own(ctx, root, &mut res);
    res.has_counts = has_counts(ctx.store.as_ref(), &ctx.roots);
    res
}

/// Compares single files and folders, of which something was heard. `known` is what the loop knows.
pub(crate) fn look_again(
    ctx: &ScanContext,
    paths: &[(VfsPath, Option<Known>)],
    below: &FxHashMap<VfsPath, Vec<VfsPath>>,
) -> Scan {
    let mut res = Scan::default();
    for (path, known) in paths {
        let Some(root) = root_of(&ctx.roots, path).cloned() else { continue };
        if path.starts_with(&root.join(OWN_FOLDER)) && res.own.is_none() {
            look_for_own(ctx, &root, &mut res);
        }
        if ctx.loader.link(&root, path) == Link::Outside {
            res.gone.extend(known.as_ref().map(|_| path.clone()));
            res.skipped.push((path.clone(), SkipReason::OutsideLink));
            continue;
        }
        match ctx.loader.stat(path) {
            Ok(stat) if ctx.loader.is_listed(&root, path) => {
                let (path, known) = (path.clone(), known.clone());
                look_at_file(ctx, Candidate { root, path, stat, known }, &mut res);
            }
            Ok(_) if known.is_some() => res.gone.push(path.clone()),
            Ok(_) => {}
            Err(ReadError::NotFound { .. }) => {
                res.missing.push(path.clone());
                look_at_folder(ctx, &root, path, &mut res);
                res.gone.extend(known.as_ref().map(|_| path.clone()));
                let below = below.get(path).into_iter().flatten();
                let gone = below
                    .filter(|it| matches!(ctx.loader.stat(it), Err(ReadError::NotFound { .. })));
                res.gone.extend(gone.cloned());
            }
            Err(error) => res.skipped.push((path.clone(), error.skip_reason())),
        }
    }
    let mut roots: Vec<&VfsPath> = ctx.roots.iter().collect();
    roots.dedup();
    for root in roots {
        forget(ctx, root, &mut res);
    }
    res
}

fn look_at_file(ctx: &ScanContext, candidate: Candidate, acc: &mut Scan) {
    let is_large = ctx.limits.file_bytes_max < candidate.stat.len;
    let is_secret = || proposal::is_secret(&candidate.path);
    let unfit = is_large.then_some(SkipReason::TooLarge);
    if let Some(reason) = unfit.or_else(|| is_secret().then_some(SkipReason::Secret)) {
        acc.gone.extend(candidate.known.as_ref().map(|_| candidate.path.clone()));
        acc.skipped.push((candidate.path, reason));
        return;
    }
    match is_unchanged(&candidate) {
        true => acc.unchanged.push(candidate),
        false => acc.changed.push(candidate),
    }
}

/// A folder that came is told as one path: everything in it is new.
fn look_at_folder(ctx: &ScanContext, root: &VfsPath, folder: &VfsPath, acc: &mut Scan) {
    if !ctx.loader.is_listed(root, folder) {
        return;
    }
    ctx.loader.list(folder, &ctx.limits, &mut |listed| {
        if let Listed::File { path, stat } = listed {
            let candidate = Candidate { root: root.clone(), path, stat, known: None };
            look_at_file(ctx, candidate, acc);
        }
        ControlFlow::Continue(())
    });
}

/// True where length and time are what the index knows.
pub(crate) fn is_unchanged(candidate: &Candidate) -> bool {
    let Candidate { stat, known, .. } = candidate;
    let disk = known.as_ref().map(|it| it.disk);
    disk.is_some_and(|it| it.len == stat.len && it.mtime_ns == stat.mtime_ns)
}

/// The files whose text was looked at before and found unfit.
fn left_out_before(
    ctx: &ScanContext,
    root: &VfsPath,
    acc: &mut Scan,
) -> FxHashMap<String, SkipReason> {
    let rows = ctx.store.skipped(root.as_str()).unwrap_or_else(|error| {
        acc.troubles.push(error.to_string());
        Vec::new()
    });
    rows.into_iter().filter_map(|it| Some((it.path, SkipReason::parse(&it.reason)?))).collect()
}

fn compare(
    ctx: &ScanContext,
    candidate: Candidate,
    left_out: &FxHashMap<String, SkipReason>,
    acc: &mut Scan,
) {
    // A folder of the workspace inside another one is listed on its own.
    let Candidate { root, path, .. } = &candidate;
    if 1 < ctx.roots.len() && root_of(&ctx.roots, path) != Some(root) {
        return;
    }
    if !is_unchanged(&candidate) {
        acc.changed.push(candidate);
        return;
    }
    if let Some(reason) = path.relative_to(root).and_then(|it| left_out.get(it)) {
        acc.skipped.push((candidate.path.clone(), reason.clone()));
        if *reason != SkipReason::NotParsed {
            return;
        }
    }
    acc.unchanged.push(candidate);
}

/// What a row says; `None` where its hash is none.
fn known_of(row: FileRow) -> Option<Known> {
    let hash = ContentHash::from_bytes(&row.hash)?;
    Some(Known {
        disk: DiskState { hash, len: row.len, mtime_ns: row.mtime_ns },
        language: row.language.map(Arc::from),
        is_test: row.is_test,
        counts: row.counts,
    })
}

/// Takes what is gone out of the index.
fn forget(ctx: &ScanContext, root: &VfsPath, acc: &mut Scan) {
    let inside: FxHashSet<&str> = acc.gone.iter().filter_map(|it| it.relative_to(root)).collect();
    if inside.is_empty() || !ctx.may_write {
        return;
    }
    let mut inside: Vec<&str> = inside.into_iter().collect();
    inside.sort_unstable();
    if let Err(error) = ctx.store.remove(root.as_str(), &inside) {
        acc.troubles.push(error.to_string());
    }
}

/// Reads the product's own files; only the first folder has a say.
fn look_for_own(ctx: &ScanContext, root: &VfsPath, acc: &mut Scan) {
    if ctx.roots.first() == Some(root) {
        acc.own = Some(own::read(ctx.loader.as_ref(), &ctx.trust, root));
    }
}
