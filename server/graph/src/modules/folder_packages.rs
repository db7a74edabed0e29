//! All files of a folder as one package, imported by the path of its folder below a module's name.

use std::{borrow::Cow, sync::Arc};

use syntax::Import;
use vfs::FileId;

use super::found;
use crate::{
    entry::{folder, folder_key, manifests_key, stem, stem_key},
    manifest::{Manifest, manifest_folder},
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Packages of this ending hold a folder's tests beside the folder's own package.
const TEST_PACKAGE: &str = "_test";

/// The package that an import names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let Some(source) = import.path.last() else { return Outcome::Unknown };
    match folder_of(res, file, facts.name(*source)) {
        Some(folder) => found(Thing::Folder(Arc::from(folder))),
        None => Outcome::External,
    }
}

/// The folder of an import path: by the module whose name it begins with; without manifests by the
/// only folder whose path ends so.
fn folder_of(res: &Resolver<'_>, file: FileId, source: &str) -> Option<String> {
    let mut has_module = false;
    for manifest in res.graph.at_place(manifests_key()) {
        let entry = res.entry(*manifest);
        let Some(Manifest::GoModule(module)) = &entry.manifest else { continue };
        has_module = true;
        let Some(rest) = source.strip_prefix(&**module) else { continue };
        if rest.is_empty() || rest.starts_with('/') {
            return Some(format!("{}{rest}", manifest_folder(&entry.path)));
        }
    }
    if has_module {
        return None;
    }
    let from = res.entry(file).path.as_str();
    let ending = format!("/{source}");
    let in_folder = res.graph.at_place(stem_key(stem(&ending))).iter();
    let mut folders: Vec<&str> = in_folder.map(|it| folder(res.entry(*it).path.as_str())).collect();
    folders.retain(|it| it.ends_with(&ending) || is_own_root(it, &ending, from));
    folders.dedup();
    match folders[..] {
        [one] => Some(one.to_owned()),
        _ => None,
    }
}

/// Whether a folder could be the checkout of an import path: `…/chi` for `github.com/go-chi/chi`.
fn is_own_root(folder: &str, ending: &str, from: &str) -> bool {
    let name = &ending[ending.rfind('/').unwrap_or(0)..];
    ending.contains('.') && folder.ends_with(name) && from.starts_with(folder)
}

/// The name that an import binds: the package's own, else the last part of its path.
pub(super) fn binding<'a>(
    res: &'a Resolver<'_>,
    file: FileId,
    import: &'a Import,
) -> Option<Cow<'a, str>> {
    let source = res.facts(file).name(*import.path.last()?);
    if let Some(folder) = folder_of(res, file, source)
        && let Some(package) = package_of(res, &folder)
    {
        return Some(Cow::Borrowed(package));
    }
    let mut parts = source.rsplit('/');
    let last = parts.next()?;
    // `x/v2` is package `x`.
    let is_version = last.strip_prefix('v').is_some_and(|it| it.parse::<u32>().is_ok());
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    Some(Cow::Borrowed(name.split('.').next().unwrap_or(name)))
}

fn package_of<'g>(res: &Resolver<'g>, folder: &str) -> Option<&'g str> {
    let packages = files_of(res, folder).into_iter().filter_map(|it| package(res, it));
    packages.into_iter().find(|it| !it.ends_with(TEST_PACKAGE))
}

fn package<'g>(res: &Resolver<'g>, file: FileId) -> Option<&'g str> {
    let facts = res.facts(file);
    facts.package.map(|it| facts.name(it))
}

fn files_of(res: &Resolver<'_>, path: &str) -> Vec<FileId> {
    let files = res.graph.at_place(folder_key(path)).iter().copied();
    files
        .filter(|it| {
            folder(res.entry(*it).path.as_str()) == path
                && res.modules(*it) == grammars::Modules::FolderPackages
        })
        .collect()
}

/// What `name` is in the package of a folder.
pub(super) fn member(res: &Resolver<'_>, path: &str, name: &str, want: Want) -> Outcome {
    let files = files_of(res, path);
    let own = |it: &FileId| package(res, *it).is_some_and(|it| !it.ends_with(TEST_PACKAGE));
    in_files(res, files.into_iter().filter(own), name, want, "member of the named package")
}

/// A name of the other files of the package.
pub(super) fn beyond_file(res: &Resolver<'_>, file: FileId, name: &str, want: Want) -> Outcome {
    let own = package(res, file);
    let files = files_of(res, folder(res.entry(file).path.as_str()));
    let same = files.into_iter().filter(|it| *it != file && package(res, *it) == own);
    in_files(res, same, name, want, "defined in the same package").or_else(|| Outcome::External)
}

fn in_files(
    res: &Resolver<'_>,
    files: impl Iterator<Item = FileId>,
    name: &str,
    want: Want,
    why: &'static str,
) -> Outcome {
    let defining = res.graph.defining(name);
    let mut hits = Vec::new();
    for file in files.filter(|it| defining.binary_search(it).is_ok()) {
        let Some(id) = res.facts(file).names.find(name) else { continue };
        let found = res.defined_in(Place::top_level(file), id, want);
        hits.extend(found.into_iter().map(|it| Hit { why, ..it }));
    }
    Outcome::of(hits)
}
