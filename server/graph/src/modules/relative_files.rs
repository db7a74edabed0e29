//! Imports that name files: relative ones by path, others by package name or alias in a manifest.

use syntax::{FileFacts, Import, ScopeIdx};
use vfs::{FileId, VfsPath};

use super::found;
use crate::{
    entry::manifests_key,
    manifest::{Manifest, NodeManifest, PathsManifest, manifest_folder},
    resolve::{Hit, Outcome, Place, Resolver, Thing, Want},
};

/// Endings tried for a path that has none, best first.
const ENDINGS: [&str; 10] = ["ts", "tsx", "d.ts", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue"];
/// What an ending that is written may stand for in the sources.
const WRITTEN: [(&str, &[&str]); 4] = [
    (".js", &["ts", "tsx", "d.ts", "jsx"]),
    (".jsx", &["tsx"]),
    (".mjs", &["mts", "d.mts"]),
    (".cjs", &["cts", "d.cts"]),
];

/// The module that an import names.
pub(super) fn import_module(res: &Resolver<'_>, file: FileId, import: &Import) -> Outcome {
    let facts = res.facts(file);
    let Some(source) = import.path.first() else { return Outcome::Unknown };
    match file_of_source(res, file, facts.name(*source)) {
        Some(target) => found(Thing::File(target)),
        None => Outcome::External,
    }
}

/// What a name means that the file does not bind: what a declaration file, which is no module
/// itself, declares for all; else it is built in.
pub(super) fn beyond_file(res: &Resolver<'_>, file: FileId, name: &str, want: Want) -> Outcome {
    let mut declared = Vec::new();
    for other in res.graph.defining(name) {
        let entry = res.entry(*other);
        if *other == file || !entry.path.as_str().ends_with(DECLARATIONS) || is_module(&entry.facts)
        {
            continue;
        }
        let Some(id) = entry.facts.names.find(name) else { continue };
        let found = res.defined_in(Place::top_level(*other), id, want).into_iter();
        let found = found.filter(|it| res.fits(&it.thing, want));
        declared.extend(found.map(|it| Hit { why: "declared for all files", ..it }));
    }
    match declared.is_empty() {
        true => Outcome::External,
        false => Outcome::Hits(declared),
    }
}

/// What the names of files end with that only declare.
const DECLARATIONS: &str = ".d.ts";

/// Whether a file's names are its own: it imports or exports something.
fn is_module(facts: &FileFacts) -> bool {
    let exports =
        |it: &syntax::Symbol| it.exported && it.parent.is_none() && it.scope == ScopeIdx::FILE;
    !facts.imports.is_empty() || facts.symbols.iter().any(exports)
}

fn file_of_source(res: &Resolver<'_>, file: FileId, source: &str) -> Option<FileId> {
    // Bundlers write loaders and queries around a path.
    let source = source.split(['?', '!']).next().unwrap_or(source);
    let path = &res.entry(file).path;
    let own_folder = path.parent()?;
    if source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..") {
        return file_at(res, &own_folder.join(source));
    }
    if source.starts_with('/') {
        return None;
    }
    if source.starts_with('#') {
        return by_own_name(res, path, source);
    }
    by_alias(res, path, source).or_else(|| by_package(res, source))
}

/// By the `imports` of the nearest `package.json` above the file.
fn by_own_name(res: &Resolver<'_>, from: &VfsPath, source: &str) -> Option<FileId> {
    let above = std::iter::successors(from.parent(), VfsPath::parent);
    let mut packages = above.filter_map(|folder| {
        let manifest = res.graph.file_at(folder.join("package.json").as_str())?;
        match &res.entry(manifest).manifest {
            Some(Manifest::Node(node)) => Some((folder, node)),
            _ => None,
        }
    });
    let (folder, node) = packages.next()?;
    named_by(res, &folder, &node.imports, source)
}

/// The file that one of several patterns gives for a name; its sources where the built file is not
/// there.
fn named_by(
    res: &Resolver<'_>,
    folder: &VfsPath,
    patterns: &[(String, Vec<String>)],
    name: &str,
) -> Option<FileId> {
    patterns.iter().find_map(|(pattern, targets)| {
        let star = match_pattern(pattern, name)?;
        let targets: Vec<String> = targets.iter().map(|it| it.replace('*', star)).collect();
        let built = targets.iter().find_map(|it| code_at(res, &folder.join(it)));
        built.or_else(|| targets.iter().find_map(|it| source_of(res, folder, it)))
    })
}

/// The file that a path means: code, or the entry of the package in that folder.
fn file_at(res: &Resolver<'_>, path: &VfsPath) -> Option<FileId> {
    code_at(res, path).or_else(|| {
        let manifest = res.graph.file_at(&format!("{path}/package.json"))?;
        match &res.entry(manifest).manifest {
            Some(Manifest::Node(node)) => entry_of(res, path, node, "."),
            _ => None,
        }
    })
}

/// The file of code that a path without a certain ending means.
fn code_at(res: &Resolver<'_>, path: &VfsPath) -> Option<FileId> {
    let text = path.as_str();
    let is_code = |it: &FileId| res.modules(*it) == grammars::Modules::RelativeFiles;
    if let Some(file) = res.graph.file_at(text).filter(is_code) {
        return Some(file);
    }
    for (written, meant) in WRITTEN {
        let Some(stem) = text.strip_suffix(written) else { continue };
        let file = meant.iter().find_map(|it| res.graph.file_at(&format!("{stem}.{it}")));
        if file.is_some() {
            return file;
        }
    }
    let plain = ENDINGS.iter().find_map(|it| res.graph.file_at(&format!("{text}.{it}")));
    plain.or_else(|| ENDINGS.iter().find_map(|it| res.graph.file_at(&format!("{text}/index.{it}"))))
}

/// By `paths` and `baseUrl` of the nearest `tsconfig.json` above the file that has any.
fn by_alias(res: &Resolver<'_>, from: &VfsPath, source: &str) -> Option<FileId> {
    let mut above: Vec<(&VfsPath, &PathsManifest)> = Vec::new();
    for file in res.graph.at_place(manifests_key()) {
        let entry = res.entry(*file);
        if let Some(Manifest::Paths(paths)) = &entry.manifest
            && entry.path.parent().is_some_and(|it| from.starts_with(&it))
        {
            above.push((&entry.path, paths));
        }
    }
    above.sort_by_key(|it| (std::cmp::Reverse(manifest_folder(it.0).len()), it.0.as_str()));
    let with_extended = above.into_iter().flat_map(|it| with_extended(res, it));
    with_extended.into_iter().find_map(|(path, paths)| {
        let base = path.parent()?.join(paths.base.as_deref().unwrap_or("."));
        let aliased = paths.aliases.iter().filter_map(|(pattern, targets)| {
            let star = match_pattern(pattern, source)?;
            targets.iter().find_map(|it| file_at(res, &base.join(&it.replace('*', star))))
        });
        let by_base = || paths.base.as_ref().and_then(|_| file_at(res, &base.join(source)));
        aliased.into_iter().next().or_else(by_base)
    })
}

/// A manifest, and those that it extends.
fn with_extended<'r>(
    res: &'r Resolver<'_>,
    manifest: (&'r VfsPath, &'r PathsManifest),
) -> Vec<(&'r VfsPath, &'r PathsManifest)> {
    const EXTENDED_MAX: usize = 16;
    let mut all = vec![manifest];
    let mut next = 0;
    while let Some((path, paths)) = all.get(next).copied() {
        next += 1;
        for extended in &paths.extends {
            let Some(base) = path.parent().map(|it| it.join(extended)) else { continue };
            let written = [base.as_str().to_owned(), format!("{base}.json")];
            let Some(file) = written.iter().find_map(|it| res.graph.file_at(it)) else { continue };
            let entry = res.entry(file);
            let is_known = all.iter().any(|it| *it.0 == entry.path);
            if let Some(Manifest::Paths(paths)) = &entry.manifest
                && !is_known
                && all.len() < EXTENDED_MAX
            {
                all.push((&entry.path, paths));
            }
        }
    }
    all
}

/// What the `*` of a pattern stands for in `source`.
fn match_pattern<'s>(pattern: &str, source: &'s str) -> Option<&'s str> {
    match pattern.split_once('*') {
        None => (pattern == source).then_some(""),
        Some((before, after)) => source.strip_prefix(before)?.strip_suffix(after),
    }
}

/// By the name of a package of the workspace.
fn by_package(res: &Resolver<'_>, source: &str) -> Option<FileId> {
    for file in res.graph.at_place(manifests_key()) {
        let entry = res.entry(*file);
        let Some(Manifest::Node(node)) = &entry.manifest else { continue };
        let Some(name) = &node.name else { continue };
        let Some(rest) = source.strip_prefix(&**name) else { continue };
        if !(rest.is_empty() || rest.starts_with('/')) {
            continue;
        }
        let folder = entry.path.parent()?;
        let subpath = format!(".{rest}");
        let found = entry_of(res, &folder, node, &subpath);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The file that a package gives for a subpath; its sources where the built file is not there.
fn entry_of(
    res: &Resolver<'_>,
    folder: &VfsPath,
    node: &NodeManifest,
    subpath: &str,
) -> Option<FileId> {
    let plain = || {
        let inside = [folder.join(subpath), folder.join("src").join(subpath)];
        inside.iter().find_map(|it| code_at(res, it))
    };
    named_by(res, folder, &node.entries, subpath).or_else(plain)
}

/// The source of a built file that is not there: `src/main.ts` for `dist/main.js`.
fn source_of(res: &Resolver<'_>, folder: &VfsPath, built: &str) -> Option<FileId> {
    let (_, inside) = built.trim_start_matches("./").split_once('/')?;
    let ending =
        [".d.ts", ".js", ".mjs", ".cjs"].into_iter().find_map(|it| inside.strip_suffix(it));
    code_at(res, &folder.join("src").join(ending.unwrap_or(inside)))
}
