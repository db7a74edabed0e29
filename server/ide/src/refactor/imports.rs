//! Imports: how they are written, where they stand, which are missing and which are too many.

mod packages;
mod unused;

use grammars::Modules;
use graph::{Resolved, SymbolRef};
use syntax::{Access, FileFacts, Import, Imported, Node};
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use super::{
    RefactorError, Refactored,
    draft::Draft,
    lines::{filled, line_start, newline, next_line},
    refused,
    source::{Source, children, range_of},
};
use crate::{Analysis, FilePosition, FileRange, navigate::Name};

/// Definitions of a name among which one can be chosen.
const CHOICES_MAX: usize = 16;
/// Endings that a source of an ES module may have.
const SOURCE_ENDINGS: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts"];

const NOT_MISSING: RefactorError = RefactorError::NotHere("no import is missing here");
const NOTHING_TO_DO: RefactorError = RefactorError::NotHere("the imports are in order");
const RING: &str = "its module imports this file, too: the order may matter";
const EFFECTS: &str = "goes, for nothing uses its name: keep it if importing it does something";

/// A module that a name could come from.
pub(super) struct ImportChoice {
    /// What the action is called.
    pub(super) title: String,
    /// How the file names the module.
    pub(super) module: String,
    means: Means,
}

/// What the name stands for once its module is imported.
enum Means {
    /// A definition of the module.
    Symbol(SymbolRef),
    /// The package itself: these files.
    Package(Vec<FileId>),
}

impl Analysis {
    /// The modules from which the name at a position could be imported.
    pub(super) fn import_choices(
        &self,
        source: &Source<'_>,
        at: FileRange,
    ) -> Refactored<Vec<ImportChoice>> {
        let name = self.unimported_name(source, at)?;
        let mut res = match source.language.modules {
            Modules::FolderPackages => self.package_choices(source, &name),
            _ => self.symbol_choices(source, &name),
        };
        res.sort_by(|a, b| a.module.len().cmp(&b.module.len()).then(a.module.cmp(&b.module)));
        res.truncate(CHOICES_MAX);
        match res.is_empty() {
            true => Err(NOT_MISSING),
            false => Ok(res),
        }
    }

    fn symbol_choices(&self, source: &Source<'_>, name: &str) -> Vec<ImportChoice> {
        let mut res: Vec<ImportChoice> = Vec::new();
        for symbol in self.graph().definitions_named(name) {
            let Some(facts) = self.facts(symbol.file) else { continue };
            let it = facts.symbol(symbol.symbol);
            let modules = facts.language.map(|it| it.modules);
            let is_top = it.parent.is_none() && it.exported && symbol.file != source.file;
            if !is_top || modules != Some(source.language.modules) {
                continue;
            }
            let Some(module) = self.module_path(source, symbol.file) else { continue };
            if res.iter().all(|it| it.module != module) {
                let title = format!("Import `{name}` from `{module}`");
                res.push(ImportChoice { title, module, means: Means::Symbol(symbol) });
            }
        }
        res
    }

    /// The bare name at a position that nothing in its file explains.
    fn unimported_name(&self, source: &Source<'_>, at: FileRange) -> Refactored<String> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let Some(Name::Reference(reference)) = self.name(position) else { return Err(NOT_MISSING) };
        let it = source.facts.reference(reference);
        let is_bare = it.access() == Access::Bare && !it.is_import();
        let has_way =
            !source.rules.import_name.is_empty() || !source.rules.import_module.is_empty();
        if !is_bare || !has_way {
            return Err(NOT_MISSING);
        }
        match self.graph().resolve(source.file, reference) {
            Resolved::External | Resolved::Unresolved => {}
            _ => return Err(NOT_MISSING),
        }
        let is_imported = source
            .facts
            .imports
            .iter()
            .any(|import| local_name(source, import) == Some(source.facts.name(it.name())));
        match is_imported {
            true => Err(NOT_MISSING),
            false => Ok(source.facts.name(it.name()).to_owned()),
        }
    }

    pub(super) fn add_import(
        &self,
        source: &Source<'_>,
        at: FileRange,
        module: Option<&str>,
    ) -> Refactored<Draft> {
        let name = self.unimported_name(source, at)?;
        let choices = self.import_choices(source, at)?;
        let chosen = match module {
            Some(module) => choices.into_iter().find(|it| it.module == module),
            None if choices.len() == 1 => choices.into_iter().next(),
            None => {
                let modules: Vec<&str> = choices.iter().map(|it| it.module.as_str()).collect();
                return refused(format!(
                    "`{name}` is defined in several modules: {}",
                    modules.join(", ")
                ));
            }
        };
        let Some(ImportChoice { title, module, means }) = chosen else {
            return refused(format!("`{name}` cannot be imported from there"));
        };
        let mut draft = Draft {
            title,
            reason: "the only definition of that name that is meant".to_owned(),
            ..Draft::default()
        };
        let symbol = match means {
            Means::Symbol(symbol) => symbol,
            Means::Package(files) => {
                self.add_package(source, (&name, &module), files, &mut draft);
                return Ok(draft);
            }
        };
        let is_ordered = source.language.modules == Modules::DottedPackages;
        if is_ordered && self.imported_from(vec![symbol.file])?.contains(&source.file) {
            draft.left.extend(self.left_at(source.file, at.range, RING));
        }
        let line = import_line(source, (&module, &name, &name), false);
        let mut first = TextSize::from_usize(source.text.len());
        for (reference, it) in source.facts.references() {
            let is_it = it.access() == Access::Bare && source.facts.name(it.name()) == name;
            if is_it && self.graph().resolve(source.file, reference).targets().is_empty() {
                draft.gains.push((FileRange { file: source.file, range: it.range() }, symbol));
                first = first.min(it.start());
            }
        }
        let (place, text) = import_place_before(source, &line, first);
        draft.replace(source.path, TextRange::empty(place), text);
        Ok(draft)
    }

    /// How `source` names the module that is a file; the trial says whether that is right.
    pub(super) fn module_path(&self, source: &Source<'_>, file: FileId) -> Option<String> {
        let path = self.path(file)?;
        match source.language.modules {
            Modules::RelativeFiles => Some(self.relative_source(source, source.path, path)),
            Modules::DottedPackages => {
                let root = self.package_root(path)?;
                dotted(path, &root)
            }
            Modules::QualifiedPackages => {
                let facts = self.facts(file)?;
                Some(facts.name(facts.package?).to_owned())
            }
            Modules::ModTree => self.crate_path(source.path, path),
            Modules::FolderPackages | Modules::Includes | Modules::Constants | Modules::None => {
                None
            }
        }
    }

    /// The source of an ES module `to`, as `from` would write it: as its own imports are written,
    /// else as those of other files.
    pub(super) fn relative_source(
        &self,
        source: &Source<'_>,
        from: &VfsPath,
        to: &VfsPath,
    ) -> String {
        let relative = relative_path(from, to);
        let stem = without_ending(&relative);
        let own = source_ending(source.facts);
        let others = || {
            let files = self.graph().files().into_iter().filter_map(|it| self.facts(it));
            let alike = files.filter(|it| it.language == Some(source.language));
            alike.filter_map(|it| source_ending(it)).next().flatten()
        };
        match own.unwrap_or_else(others) {
            // What runs as it is written is named as it is.
            Some(_) if relative.ends_with("js") => relative.clone(),
            None if relative.ends_with(".mjs") || relative.ends_with(".cjs") => relative.clone(),
            Some(ending) => format!("{stem}.{ending}"),
            None => stem.strip_suffix("/index").filter(|it| *it != ".").unwrap_or(stem).to_owned(),
        }
    }

    /// The path of a module as another file writes it: in its crate from the crate's root on, of
    /// another crate from that one's name on.
    pub(super) fn crate_path(&self, from: &VfsPath, to: &VfsPath) -> Option<String> {
        let (own, root) = (self.crate_root(from), self.crate_root(to));
        let is_own = own.is_some() && own == root;
        let (start, folder) = match root.filter(|_| is_own) {
            Some(root) if root == *to => return Some("crate".to_owned()),
            Some(root) => ("crate".to_owned(), root.parent()?),
            None => {
                let folder = VfsPath::new(to.as_str().rsplit_once("/src/")?.0)?;
                (folder.file_name()?.replace('-', "_"), folder.join("src"))
            }
        };
        let relative = without_ending(to.relative_to(&folder)?);
        let relative = relative.strip_suffix("/mod").unwrap_or(relative);
        let parts = relative.split('/').filter(|it| !matches!(*it, "lib" | "main"));
        Some(std::iter::once(&*start).chain(parts).collect::<Vec<&str>>().join("::"))
    }

    /// The file in which the tree of a file's modules begins.
    fn crate_root(&self, path: &VfsPath) -> Option<VfsPath> {
        match self.graph().lookup(self.file(path)?, TextSize::default(), "crate") {
            Resolved::Module(files) => self.path(*files.first()?).cloned(),
            _ => None,
        }
    }

    /// The folder above the topmost package around a file.
    pub(super) fn package_root(&self, path: &VfsPath) -> Option<VfsPath> {
        let mut folder = path.parent()?;
        while self.file(&folder.join("__init__.py")).is_some() {
            folder = folder.parent()?;
        }
        Some(folder)
    }

    /// Takes out the imports that nothing uses, and sorts the rest where their order means nothing.
    pub(super) fn organize_imports(&self, source: &Source<'_>) -> Refactored<Draft> {
        let root = source.tree.root_node();
        let top = children(root, source.language);
        let statements: Vec<Node<'_>> = match source.language.modules {
            Modules::FolderPackages => self.specs(source, &top),
            _ => top,
        };
        let statements = statements.into_iter().filter(|it| {
            let range = range_of(*it);
            source.facts.imports.iter().any(|import| is_statement(source, import, range))
        });
        let mut draft = Draft {
            title: "Organise imports".to_owned(),
            reason: "names that nothing in the file writes are not imported any more".to_owned(),
            ..Draft::default()
        };
        // Whether each stays.
        let mut all: Vec<(Node<'_>, bool)> = Vec::new();
        for statement in statements {
            let imports: Vec<(usize, &Import)> = source
                .facts
                .imports
                .iter()
                .enumerate()
                .filter(|it| is_statement(source, it.1, range_of(statement)))
                .collect();
            match imports.iter().all(|it| self.is_unused(source, it.0, it.1)) {
                true => {
                    let range = range_of(statement);
                    let end = next_line(&source.text, range.end().to_usize());
                    let start = line_start(&source.text, range.start().to_usize());
                    let lines = TextRange::from_usize(start, end);
                    let is_alone =
                        source.text[lines.to_usize()].trim() == source.of(statement).trim();
                    all.push((statement, !is_alone));
                    if !is_alone {
                        continue;
                    }
                    draft.replace(source.path, lines, String::new());
                    if source.rules.import_effects != "none" {
                        draft.left.extend(self.left_at(source.file, range, EFFECTS));
                    }
                }
                false => all.push((statement, true)),
            }
        }
        if source.rules.import_order == "free" {
            sort_groups(source, &all, &mut draft);
        }
        match draft.edits.is_empty() {
            true => Err(NOTHING_TO_DO),
            false => Ok(draft),
        }
    }
}

/// The name that an import makes known.
pub(super) fn local_name<'a>(source: &'a Source<'_>, import: &Import) -> Option<&'a str> {
    if let Some((name, _)) = import.local {
        return Some(source.facts.name(name));
    }
    match import.name {
        Imported::Name(name) => Some(source.facts.name(name)),
        Imported::Module if !import.from_source => {
            let name = match source.language.modules {
                Modules::DottedPackages => import.path.first(),
                _ => import.path.last(),
            };
            name.map(|it| source.facts.name(*it))
        }
        Imported::Module if source.language.modules == Modules::FolderPackages => {
            package_name(source.facts.name(*import.path.first()?))
        }
        Imported::Module | Imported::Default | Imported::Glob => None,
    }
}

/// What the package at a path is called, as far as the path says so.
fn package_name(path: &str) -> Option<&str> {
    let is_version =
        |it: &&str| it.strip_prefix('v').is_some_and(|it| it.chars().all(|it| it.is_ascii_digit()));
    let name = path.rsplit('/').find(|it| !is_version(it))?;
    let is_name = name.chars().all(|it| it.is_alphanumeric() || it == '_');
    is_name.then_some(name)
}

/// An import of `name` from `module`, as the file of `user` writes such.
pub(super) fn import_line(
    user: &Source<'_>,
    (module, name, local): (&str, &str, &str),
    is_type: bool,
) -> String {
    let named = if name == local { name.to_owned() } else { format!("{name} as {local}") };
    let line = filled(user.rules.import_name, &[("module", module), ("name", &named)]);
    let line = match writes_double_quotes(user) {
        true => line.replace('\'', "\""),
        false => line,
    };
    let written = user.facts.imports.iter().filter(|it| it.from_source && !it.reexport);
    let mut written = written.filter_map(|it| user.text.get(it.range.to_usize())).peekable();
    let is_bare = written.peek().is_some() && written.all(|it| !it.ends_with(';'));
    let line = if is_bare { line.trim_end_matches(';').to_owned() } else { line };
    if is_type { line.replacen("import ", "import type ", 1) } else { line }
}

/// Whether the sources of the file's imports stand in double quotes.
fn writes_double_quotes(source: &Source<'_>) -> bool {
    let written = source.facts.imports.iter().filter(|it| it.from_source);
    let texts = written.filter_map(|it| source.text.get(it.range.to_usize()));
    let (mut double, mut single) = (0, 0);
    for text in texts {
        double += usize::from(text.contains('"'));
        single += usize::from(text.contains('\''));
    }
    single < double
}

/// Where a new import goes, and its line with what separates it from the rest.
pub(super) fn import_place(source: &Source<'_>, line: &str) -> (TextSize, String) {
    import_place_before(source, line, TextSize::from_usize(source.text.len()))
}

/// The same, where it is used at `first`: an import that stands last on purpose does not draw it
/// there.
fn import_place_before(source: &Source<'_>, line: &str, first: TextSize) -> (TextSize, String) {
    let newline = newline(&source.text);
    let root = source.tree.root_node();
    let top = children(root, source.language);
    let is_import = |it: &Node<'_>| {
        let range = range_of(*it);
        source.facts.imports.iter().any(|import| {
            !import.reexport && range.contains_range(import.range) && import.scope.index() == 0
        })
    };
    let is_before = |it: &Node<'_>| range_of(*it).end() <= first;
    let imports: Vec<&Node<'_>> = top.iter().filter(|it| is_import(it) && is_before(it)).collect();
    let is_clause = |it: &&Node<'_>| {
        source.language.skip.contains(&it.kind()) || it.kind().contains("inner_attribute")
    };
    let last = imports.last().copied().or_else(|| top.iter().take_while(|it| is_clause(it)).last());
    if let Some(last) = last {
        let end = next_line(&source.text, last.end_byte().saturating_sub(1));
        let gap = if imports.is_empty() { newline } else { "" };
        let ends = source.text[..end].ends_with('\n');
        let before = if ends { gap.to_owned() } else { format!("{newline}{gap}") };
        return (TextSize::from_usize(end), format!("{before}{line}{newline}"));
    }
    let is_prologue = |it: &&Node<'_>| {
        let only = it.named_child(0).filter(|_| it.named_child_count() == 1);
        only.is_some_and(|it| it.kind() == "string")
    };
    let head = top.iter().take_while(is_prologue).last();
    let at = match head {
        Some(head) => next_line(&source.text, head.end_byte()),
        None => top.first().map_or(source.text.len(), |it| {
            let first = it.start_byte();
            // Comments right before the first definition belong to it.
            first_comment(source, *it).unwrap_or(first)
        }),
    };
    (TextSize::from_usize(at), format!("{line}{newline}{newline}"))
}

/// Where the comments begin that stand right before a node.
fn first_comment(source: &Source<'_>, node: Node<'_>) -> Option<usize> {
    let mut first = None;
    let mut at = node;
    while let Some(before) = at.prev_named_sibling() {
        let is_comment = source.language.comments.contains(&before.kind());
        let is_first = before.start_byte() == 0;
        if !is_comment || is_first || at.start_position().row > before.end_position().row + 1 {
            break;
        }
        first = Some(before.start_byte());
        at = before;
    }
    first
}

/// Sorts the imports that stand on lines one after the other, those that go aside.
fn sort_groups(source: &Source<'_>, statements: &[(Node<'_>, bool)], draft: &mut Draft) {
    let mut groups: Vec<Vec<Node<'_>>> = Vec::new();
    let mut last: Option<Node<'_>> = None;
    for (it, stays) in statements {
        let follows = last.is_some_and(|last| {
            let between = &source.text[last.end_byte()..it.start_byte()];
            between.trim().is_empty() && between.matches('\n').count() == 1
        });
        last = Some(*it);
        if !follows {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut().filter(|_| *stays) {
            group.push(*it);
        }
    }
    for group in groups {
        let texts: Vec<&str> = group.iter().map(|it| source.of(*it)).collect();
        let mut sorted = texts.clone();
        sorted.sort_by_key(|it| sort_key(it));
        for (node, (old, new)) in group.iter().zip(texts.iter().zip(&sorted)) {
            if old != new {
                draft.replace(source.path, range_of(*node), (*new).to_owned());
            }
        }
    }
}

/// Whether `range` is what an import is written in: of a package imported by itself the whole
/// declaration.
fn is_statement(source: &Source<'_>, import: &Import, range: TextRange) -> bool {
    import.range == range
        || source.language.modules == Modules::FolderPackages && range.contains_range(import.range)
}

/// Paths sort by their parts, whatever stands between those; what stands in quotes sorts by that,
/// whatever it is called here.
fn sort_key(line: &str) -> String {
    let line = line.find('"').map_or(line, |at| &line[at..]);
    line.trim_end_matches([';', '\n']).replace("::", "\u{1}").replace('{', "\u{2}")
}

/// How a file ends the sources of its relative imports; `None` where it has none, `Some(None)` if
/// it leaves the ending out.
fn source_ending(facts: &FileFacts) -> Option<Option<&str>> {
    let written = facts.imports.iter().filter(|it| it.from_source).filter_map(|it| {
        let text = facts.name(*it.path.first()?);
        text.starts_with('.').then_some(text)
    });
    let endings = written.map(|it| {
        let ending = it.rsplit('/').next()?.rsplit_once('.')?.1;
        SOURCE_ENDINGS.contains(&ending).then_some(ending)
    });
    endings.max()
}

/// A path from the folder of `from`, beginning with `./` or `../`.
pub(super) fn relative_path(from: &VfsPath, to: &VfsPath) -> String {
    let from: Vec<&str> = from.as_str().split('/').collect();
    let to: Vec<&str> = to.as_str().split('/').collect();
    let folder = &from[..from.len() - 1];
    let same = folder.iter().zip(&to[..to.len() - 1]).take_while(|it| it.0 == it.1).count();
    let ups = folder.len() - same;
    let mut res = if ups == 0 { "./".to_owned() } else { "../".repeat(ups) };
    res.push_str(&to[same..].join("/"));
    res
}

/// A path without the ending of its file name.
pub(super) fn without_ending(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |it| it + 1);
    match path[name..].rfind('.') {
        Some(at) if at > 0 => &path[..name + at],
        _ => path,
    }
}

/// The dotted name of a file below `root`.
pub(super) fn dotted(path: &VfsPath, root: &VfsPath) -> Option<String> {
    let relative = without_ending(path.relative_to(root)?);
    let relative = relative.strip_suffix("/__init__").unwrap_or(relative);
    Some(relative.replace('/', "."))
}
