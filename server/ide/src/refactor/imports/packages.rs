//! Imports of whole packages by the path of their folder.

use std::collections::BTreeMap;

use grammars::Modules;
use graph::SymbolRef;
use syntax::{Access, FileFacts, Import, Node, Qualifier};
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use super::{ImportChoice, Means, import_place};
use crate::{
    Analysis, FileRange,
    refactor::{
        draft::Draft,
        lines::{filled, newline},
        source::{Source, children, range_of},
    },
};

/// A package of this name is a program, which nobody imports.
const PROGRAM: &str = "main";
/// What lies below a folder of this name is seen from around that folder only.
const INTERNAL: &str = "internal";

impl Analysis {
    /// The packages called `name` that have all that the file takes from it.
    pub(super) fn package_choices(&self, source: &Source<'_>, name: &str) -> Vec<ImportChoice> {
        let taken = members(source.facts, name);
        if taken.is_empty() || name == PROGRAM {
            return Vec::new();
        }
        let mut packages: BTreeMap<VfsPath, Vec<FileId>> = BTreeMap::new();
        for file in self.graph().files() {
            let is_it = self.facts(file).is_some_and(|it| package_of(it) == Some(name));
            let folder = self.path(file).filter(|_| is_it).and_then(VfsPath::parent);
            if let Some(folder) = folder.filter(|it| Some(it) != source.path.parent().as_ref()) {
                packages.entry(folder).or_default().push(file);
            }
        }
        let mut res = Vec::new();
        for (folder, files) in packages {
            let has_all = taken.iter().all(|it| self.exported_by(&files, &it.1).is_some());
            let Some(module) = self.package_path(&folder).filter(|_| has_all) else { continue };
            if is_seen(&folder, source.path) {
                let title = format!("Import `{module}`");
                let means = Means::Package(self.files_of_folder(&folder));
                res.push(ImportChoice { title, module, means });
            }
        }
        res
    }

    /// Imports a package, and says what `name` and its members mean from then on.
    pub(super) fn add_package(
        &self,
        source: &Source<'_>,
        (name, module): (&str, &str),
        files: Vec<FileId>,
        draft: &mut Draft,
    ) {
        let (place, text) = match last_spec(source) {
            // It joins the others of their group.
            Some(spec) => {
                let start = super::line_start(&source.text, spec.start_byte());
                let indent: String =
                    source.text[start..].chars().take_while(|it| it.is_whitespace()).collect();
                let text = format!("{}{indent}\"{module}\"", newline(&source.text));
                (TextSize::from_usize(spec.end_byte()), text)
            }
            None => {
                let line = filled(source.rules.import_module, &[("module", module)]);
                import_place(source, &line)
            }
        };
        draft.replace(source.path, TextRange::empty(place), text);
        let at = |range| FileRange { file: source.file, range };
        for (_, it) in source.facts.references() {
            if it.access() == Access::Bare && source.facts.name(it.name()) == name {
                draft.packages.push((at(it.range()), files.clone()));
            }
        }
        for (range, member) in members(source.facts, name) {
            let symbol = self.exported_by(&files, &member);
            draft.gains.extend(symbol.map(|it| (at(range), it)));
        }
    }

    /// What the package that an import names calls itself, where it is in the workspace and the
    /// import gives it no other name.
    pub(super) fn package_name_of<'a>(
        &'a self,
        source: &Source<'_>,
        nth: usize,
        import: &Import,
    ) -> Option<&'a str> {
        if source.language.modules != Modules::FolderPackages || import.local.is_some() {
            return None;
        }
        let files = self.graph().imported_files(source.file, nth);
        files.iter().find_map(|it| package_of(self.facts(*it)?))
    }

    /// The statements of imports: of a group its single lines, but where all of them go.
    pub(super) fn specs<'t>(&self, source: &'t Source<'_>, top: &[Node<'t>]) -> Vec<Node<'t>> {
        let mut res = Vec::new();
        for statement in top {
            let range = range_of(*statement);
            let inside: Vec<(usize, &Import)> = source
                .facts
                .imports
                .iter()
                .enumerate()
                .filter(|it| range.contains_range(it.1.range))
                .collect();
            let goes = inside.iter().all(|it| self.is_unused(source, it.0, it.1));
            match inside.len() {
                0 => {}
                1 => res.push(*statement),
                _ if goes => res.push(*statement),
                _ => res.extend(inside.iter().filter_map(|it| source.node(it.1.range))),
            }
        }
        res
    }

    fn exported_by(&self, files: &[FileId], name: &str) -> Option<SymbolRef> {
        let defined = self.graph().definitions_named(name);
        defined.into_iter().find(|it| {
            let is_top = self.facts(it.file).is_some_and(|facts| {
                let symbol = facts.symbol(it.symbol);
                symbol.exported && symbol.parent.is_none() && package_of(facts).is_some()
            });
            is_top && files.contains(&it.file)
        })
    }

    /// The path by which a folder is imported: below the module that it belongs to.
    fn package_path(&self, folder: &VfsPath) -> Option<String> {
        let mut around = folder.clone();
        loop {
            let manifest = self.file(&around.join("go.mod")).and_then(|it| self.facts(it));
            if let Some(text) = manifest.and_then(|it| it.manifest.as_deref()) {
                let line = text.lines().find_map(|it| it.trim().strip_prefix("module "))?;
                let module = line.split("//").next()?.trim().trim_matches('"');
                return Some(match folder.relative_to(&around).filter(|it| !it.is_empty()) {
                    Some(below) => format!("{module}/{below}"),
                    None => module.to_owned(),
                });
            }
            around = around.parent()?;
        }
    }

    fn files_of_folder(&self, folder: &VfsPath) -> Vec<FileId> {
        let files = self.graph().files().into_iter();
        let is_there =
            |it: &FileId| self.path(*it).and_then(VfsPath::parent).as_ref() == Some(folder);
        let has_packages = |it: &FileId| {
            let language = self.facts(*it).and_then(|it| it.language);
            language.is_some_and(|it| it.modules == Modules::FolderPackages)
        };
        files.filter(is_there).filter(has_packages).collect()
    }
}

/// Whether a package is called as the last part of its path says: those of the standard library
/// are. What is imported for its effects has no name at all.
pub(super) fn is_named_by_path(source: &Source<'_>, import: &Import) -> bool {
    let path = import.path.first().map_or("", |it| source.facts.name(*it));
    let written = source.text.get(import.range.to_usize()).unwrap_or_default();
    !written.starts_with('_') && path.split('/').next().is_some_and(|it| !it.contains('.'))
}

/// What a file takes from a package that it calls `name`.
fn members(facts: &FileFacts, name: &str) -> Vec<(TextRange, String)> {
    let of_package = |it: &syntax::Reference| match it.qualifier() {
        Qualifier::Reference(before) => {
            let before = facts.reference(before);
            before.access() == Access::Bare && facts.name(before.name()) == name
        }
        _ => false,
    };
    let found = facts.references.iter().filter(|it| of_package(it));
    found.map(|it| (it.range(), facts.name(it.name()).to_owned())).collect()
}

/// The package that a file says it is of, where its language's packages are folders.
fn package_of(facts: &FileFacts) -> Option<&str> {
    let has_packages = facts.language.is_some_and(|it| it.modules == Modules::FolderPackages);
    facts.package.filter(|_| has_packages).map(|it| facts.name(it))
}

/// Whether a file may import a folder.
fn is_seen(folder: &VfsPath, from: &VfsPath) -> bool {
    let hidden = format!("/{INTERNAL}");
    let text = format!("{folder}/");
    match text.rfind(&format!("{hidden}/")) {
        Some(at) => from.as_str().starts_with(&format!("{}/", &text[..at])),
        None => true,
    }
}

/// The last import of the last group.
fn last_spec<'t>(source: &'t Source<'_>) -> Option<Node<'t>> {
    let last = source.facts.imports.last()?;
    let spec = source.node(last.range)?;
    // A group has a list around its lines.
    let top = children(source.tree.root_node(), source.language);
    let is_top = |it: &Node<'_>| top.iter().any(|node| node.id() == it.id());
    spec.parent().filter(|it| !is_top(it) && it.is_named()).map(|_| spec)
}
