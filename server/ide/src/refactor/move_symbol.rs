//! Move symbol: a definition goes to another file, and the imports of all who use it follow.

mod needs;
mod users;

use grammars::Modules;
use graph::{Asking, ImportedFiles, SymbolRef};
use rustc_hash::FxHashSet;
use syntax::{Node, Symbol, SymbolKind};
use text::{TextRange, TextSize};
use vfs::{FileId, FileOperation, VfsPath};

use self::needs::Needs;
use super::{
    RefactorError, Refactored,
    delete::definition_node,
    draft::Draft,
    extract_function::blank_lines,
    imports::{dotted, import_place, without_ending},
    lines::{newline, whole_lines},
    refused,
    source::{Source, range_of},
    value::Nature,
};
use crate::{Analysis, FilePosition, FileRange, navigate::Name, rename::words::is_callable};

/// Files that are looked through for a ring of imports.
const REACHED_MAX: usize = 20_000;

const NOT_A_DEFINITION: RefactorError =
    RefactorError::NotHere("there is no definition here that stands by itself in its file");

/// What moves, and where to.
struct Plan<'a> {
    source: &'a Source<'a>,
    symbol: SymbolRef,
    name: String,
    /// The definition without what is written before it.
    node: Node<'a>,
    gone: TextRange,
    to: VfsPath,
    /// `None`: the file is made.
    home: Option<Source<'a>>,
}

impl Plan<'_> {
    fn is_inside(&self, file: FileId, range: TextRange) -> bool {
        file == self.source.file && self.gone.contains_range(range)
    }

    /// Whether files of one folder know each other's names without an import.
    fn is_shared(&self) -> bool {
        let modules = self.source.language.modules;
        matches!(modules, Modules::FolderPackages | Modules::QualifiedPackages)
    }
}

impl Analysis {
    /// To `to`, a path that may count from the file's folder; `None`: a new file named after it.
    pub(super) fn move_symbol(
        &self,
        source: &Source<'_>,
        at: FileRange,
        to: Option<&str>,
    ) -> Refactored<Draft> {
        let symbol = self.movable_at(source, at)?;
        let plan = self.move_plan(source, symbol, to)?;
        let needs = self.names_needed(&plan)?;
        let mut draft = Draft {
            title: format!("Move `{}` to {}", plan.name, plan.to.file_name().unwrap_or_default()),
            reason: "every name in it and every use of it means what it meant".to_owned(),
            ..Draft::default()
        };
        let users = self.follow_users(&plan, &mut draft)?;
        self.check_rings(&plan, &users, &needs)?;
        let is_used = !users.is_empty();
        let gone = whole_lines(&source.text, plan.gone);
        draft.replace(source.path, gone, String::new());
        if !plan.is_shared() && users.contains(&source.file) {
            self.import_back(&plan, gone, &mut draft)?;
        }
        self.settle(&plan, &needs.lines, is_used, &mut draft);
        draft.watched = users;
        Ok(draft)
    }

    /// The title of a move to a file of its own, where a menu may offer that.
    pub(super) fn move_title(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let symbol = self.movable_at(source, at)?;
        let to = own_file(source, source.facts.name(source.facts.symbol(symbol.symbol).name))?;
        if self.file(&to).is_some() {
            return Err(NOT_A_DEFINITION);
        }
        let title = format!("Move to the new file {}", to.file_name().unwrap_or_default());
        Ok(Draft { title, ..Draft::default() })
    }

    fn movable_at(&self, source: &Source<'_>, at: FileRange) -> Refactored<SymbolRef> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let Some(Name::Definition(symbol)) = self.name(position) else {
            return Err(NOT_A_DEFINITION);
        };
        let it = source.facts.symbol(symbol);
        let is_kind = is_callable(it.kind) && it.kind != SymbolKind::Constructor
            || matches!(
                it.kind,
                SymbolKind::Class
                    | SymbolKind::Struct
                    | SymbolKind::Enum
                    | SymbolKind::Interface
                    | SymbolKind::Union
                    | SymbolKind::Type
                    | SymbolKind::Constant
                    | SymbolKind::Variable
            );
        match is_kind && it.parent.is_none() && !it.is_local {
            true => Ok(SymbolRef { file: source.file, symbol }),
            false => Err(NOT_A_DEFINITION),
        }
    }

    fn move_plan<'a>(
        &'a self,
        source: &'a Source<'a>,
        symbol: SymbolRef,
        to: Option<&str>,
    ) -> Refactored<Plan<'a>> {
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name).to_owned();
        let own = source
            .facts
            .symbols
            .iter()
            .filter(|other| other.parent.is_none() && !other.is_local && other.name == it.name);
        if own.count() != 1 {
            return refused(format!("`{name}` is defined here more than once"));
        }
        let node = definition_node(source, it)?;
        let gone = self.extent(source, it, node)?;
        self.check_movable(source, symbol, node)?;
        let to = self.place_of(source, &name, to)?;
        check_file_name(source, it, &to)?;
        let home = match self.file(&to) {
            Some(file) if file == source.file => return refused("it is there already"),
            Some(file) => Some(self.source(file)?),
            None => None,
        };
        if home.as_ref().is_some_and(|it| it.language != source.language) {
            return refused(format!("{to} is written in another language"));
        }
        let is_test = |it: &VfsPath| source.language.is_test_path(self.below_root(it));
        if source.language.modules == Modules::FolderPackages
            && is_test(source.path) != is_test(&to)
        {
            return refused(format!(
                "one of {to} and {} is built with the tests only",
                source.path
            ));
        }
        let is_taken = home.as_ref().is_some_and(|home| {
            home.facts
                .symbols
                .iter()
                .any(|it| it.parent.is_none() && !it.is_local && home.facts.name(it.name) == name)
        });
        match is_taken {
            true => refused(format!("{to} defines `{name}` already")),
            false => Ok(Plan { source, symbol, name, node, gone, to, home }),
        }
    }

    /// That it means the same when it is evaluated elsewhere.
    fn check_movable(
        &self,
        source: &Source<'_>,
        symbol: SymbolRef,
        node: Node<'_>,
    ) -> Refactored<()> {
        let it = source.facts.symbol(symbol.symbol);
        let is_value = matches!(it.kind, SymbolKind::Variable | SymbolKind::Constant);
        if is_value && self.nature(source, node) != Nature::Stable {
            return refused("its value would be made at another moment");
        }
        if it.kind == SymbolKind::Variable && self.is_written(symbol)? {
            return refused("it is given another value");
        }
        let text = source.of(node);
        if text.starts_with("export default") {
            return refused("it is the default of its file");
        }
        let scoped = ["pub(super)", "pub(in", "pub(self)"];
        match scoped.iter().any(|it| text.starts_with(it)) {
            true => refused("who may use it depends on where it stands"),
            false => Ok(()),
        }
    }

    fn is_written(&self, symbol: SymbolRef) -> Refactored<bool> {
        let found = self.graph().references_to(symbol, &mut || self.check())?;
        Ok(found.iter().any(|it| {
            let kind = self.facts(it.file).map(|facts| facts.reference(it.reference).kind());
            kind == Some(syntax::ReferenceKind::Write)
        }))
    }

    /// The file it goes to; where names are shared by a folder it stays in that.
    fn place_of(&self, source: &Source<'_>, name: &str, to: Option<&str>) -> Refactored<VfsPath> {
        let folder = source.path.parent().unwrap_or_else(|| source.path.clone());
        let to = match to {
            None => own_file(source, name)?,
            Some(to) => match VfsPath::new(to) {
                Some(path) if to.starts_with('/') => path,
                _ => folder.join(to),
            },
        };
        let roots = &self.workspace().roots;
        if !roots.iter().any(|it| to.starts_with(it)) {
            return refused(format!("{to} is outside of the workspace"));
        }
        let language = grammars::language_for_path(to.as_str(), "");
        if language != Some(source.language) {
            return refused(format!("{to} is no file of {}", source.language.name));
        }
        match source.language.modules {
            Modules::FolderPackages | Modules::QualifiedPackages => {
                if to.parent() != Some(folder) {
                    return refused("it stays in its package: move the file instead");
                }
            }
            Modules::ModTree => {
                if self.file(&to).is_none() {
                    return refused(format!("{to} is no module yet"));
                }
                let path = self.crate_path(source.path, &to);
                if !path.is_some_and(|it| it.starts_with("crate")) {
                    return refused(format!("{to} belongs to another crate"));
                }
            }
            Modules::RelativeFiles if !is_module(source) => {
                return refused("its file is no ES module");
            }
            Modules::RelativeFiles | Modules::DottedPackages => {}
            Modules::Includes | Modules::Constants | Modules::None => return Err(NOT_A_DEFINITION),
        }
        Ok(to)
    }

    /// That no two files would come to import each other, where that matters.
    fn check_rings(&self, plan: &Plan<'_>, users: &[FileId], needs: &Needs) -> Refactored<()> {
        let modules = plan.source.language.modules;
        if !matches!(modules, Modules::RelativeFiles | Modules::DottedPackages) {
            return Ok(());
        }
        let ring = |path: Option<&VfsPath>| match path {
            Some(path) => refused(format!("{path} and {} would import each other", plan.to)),
            None => Ok(()),
        };
        let home = plan.home.as_ref().map(|it| it.file);
        let mut first: Vec<FileId> = home.into_iter().collect();
        first.extend(needs.needs_source.then_some(plan.source.file));
        let reached = self.imported_from(first)?;
        let user = users.iter().find(|it| Some(**it) != home && reached.contains(*it));
        ring(user.and_then(|it| self.path(*it)))?;
        // What the new place comes to import must not lead back to it, unless it did already.
        let Some(home) = home else { return Ok(()) };
        let fresh = needs.files.iter().chain(needs.needs_source.then_some(&plan.source.file));
        let known = self.imported_from(vec![home])?;
        for file in fresh.filter(|it| !known.contains(*it)) {
            if self.imported_from(vec![*file])?.contains(&home) {
                ring(self.path(*file))?;
            }
        }
        Ok(())
    }

    /// These files and all that they come to import.
    pub(super) fn imported_from(&self, mut todo: Vec<FileId>) -> Refactored<FxHashSet<FileId>> {
        let asking = self.graph().asking();
        let mut reached: FxHashSet<FileId> = todo.iter().copied().collect();
        while let Some(file) = todo.pop().filter(|_| reached.len() < REACHED_MAX) {
            self.check()?;
            todo.extend(self.loaded_by(&asking, file).into_iter().filter(|it| reached.insert(*it)));
        }
        Ok(reached)
    }

    /// The files that the imports of a file load: the modules that they name, and those that they
    /// take out of them.
    pub(super) fn loaded_by(&self, asking: &Asking<'_>, file: FileId) -> Vec<FileId> {
        let n_imports = self.facts(file).map_or(0, |it| it.imports.len());
        let mut res = Vec::new();
        for nth in 0..n_imports {
            res.extend(self.graph().imported_files(file, nth));
            if let ImportedFiles::Files(files) = asking.imported_files(file, nth) {
                res.extend(files);
            }
        }
        res
    }

    /// Writes the definition at its new place.
    fn settle(&self, plan: &Plan<'_>, lines: &[String], is_used: bool, draft: &mut Draft) {
        let source = plan.source;
        let newline =
            plan.home.as_ref().map_or_else(|| newline(&source.text), |it| newline(&it.text));
        let start = plan.node.start_byte();
        // What a list elsewhere in the file exports does not say so itself.
        let word = source.rules.made_visible;
        let says = word.split(['(', ' ']).next().unwrap_or_default();
        let is_visible = source.of(plan.node).starts_with(says);
        let word = if is_used && !is_visible { word } else { "" };
        let head = TextRange::from_usize(plan.gone.start().to_usize(), start);
        let rest = TextRange::from_usize(start, plan.gone.end().to_usize());
        let before = source.text.get(head.to_usize()).unwrap_or_default();
        let own = source.text.get(rest.to_usize()).unwrap_or_default();
        let between = blank_lines(source, plan.node, newline);
        let n_blank = between.matches('\n').count();
        let imports: String = lines.iter().map(|it| format!("{it}{newline}")).collect();
        let (front, edit) = match &plan.home {
            Some(home) => {
                if !imports.is_empty() {
                    let all = imports.trim_end();
                    let (place, text) = import_place(home, all);
                    draft.replace(home.path, TextRange::empty(place), text);
                }
                let end = home.text.len();
                let full = home.text.trim_end().len();
                let there = home.text[full..].matches('\n').count();
                let n_missing = if full == 0 { 0 } else { (1 + n_blank).saturating_sub(there) };
                let gap = newline.repeat(n_missing);
                let text = format!("{gap}{before}{word}{own}{newline}");
                let end = TextRange::empty(TextSize::from_usize(end));
                (gap, draft.replace(home.path, end, text))
            }
            None => {
                let clause = package_clause(source, newline);
                let n_blank = if imports.is_empty() { 0 } else { n_blank };
                let gap = newline.repeat(n_blank);
                let front = format!("{clause}{imports}{gap}");
                let text = format!("{front}{before}{word}{own}{newline}");
                let path = plan.to.clone();
                draft.operations.push(FileOperation::Create { path, text });
                (front, draft.edits.len())
            }
        };
        let mut at = front.len();
        for (range, skip) in [(head, word.len()), (rest, 0)] {
            let within = TextRange::from_usize(at, at + range.len().to_usize());
            draft.moved(FileRange { file: source.file, range }, edit, within);
            at += range.len().to_usize() + skip;
        }
    }

    /// With how many dots a file names the modules beside it: one where it belongs to a package,
    /// for outside of one a name with a dot leads nowhere.
    fn dots_of(&self, user: &Source<'_>) -> u8 {
        let init = user.path.parent().map(|it| it.join("__init__.py"));
        let is_package = init.is_some_and(|it| self.file(&it).is_some());
        u8::from(is_package || user.facts.imports.iter().any(|it| it.dots != 0))
    }

    /// How `user` names the module that the file at `to` is.
    fn module_at(&self, user: &Source<'_>, to: &VfsPath, dots: u8) -> Option<String> {
        match user.language.modules {
            Modules::RelativeFiles => Some(self.relative_source(user, user.path, to)),
            Modules::DottedPackages => {
                let name = dotted(to, &to.parent()?)?;
                if dots == 1 && to.parent() == user.path.parent() && !name.contains('.') {
                    return Some(format!(".{name}"));
                }
                dotted(to, &self.package_root(to)?)
            }
            Modules::ModTree => {
                let path = self.crate_path(user.path, to)?;
                let parent = path.rsplit_once("::").map_or("crate", |it| it.0);
                // A module is known below its parent, whatever it is called from elsewhere.
                let own = self.crate_path(user.path, user.path)?;
                (path.starts_with("crate") && own.starts_with(parent)).then_some(path)
            }
            _ => None,
        }
    }
}

/// That the file is named after it, where the compiler asks that of what is public.
fn check_file_name(source: &Source<'_>, it: &Symbol, to: &VfsPath) -> Refactored<()> {
    if source.language.modules != Modules::QualifiedPackages {
        return Ok(());
    }
    let head = TextRange::new(it.range.start(), it.name_range.start().max(it.range.start()));
    let head = source.text.get(head.to_usize()).unwrap_or_default();
    let name = source.facts.name(it.name);
    let is_named_so = without_ending(to.file_name().unwrap_or_default()) == name;
    match head.split_whitespace().any(|it| it == "public") && !is_named_so {
        true => refused(format!("`{name}` is public: its file has to be named after it")),
        false => Ok(()),
    }
}

/// A file of its own for a definition, beside the one where it is.
fn own_file(source: &Source<'_>, name: &str) -> Refactored<VfsPath> {
    let folder = source.path.parent().unwrap_or_else(|| source.path.clone());
    let ending = source.path.as_str().rsplit_once('.').map_or("", |it| it.1);
    let stem = match source.language.modules {
        Modules::DottedPackages | Modules::FolderPackages => {
            super::extract_variable::to_snake(name)
        }
        Modules::RelativeFiles | Modules::QualifiedPackages => name.to_owned(),
        Modules::ModTree | Modules::Includes | Modules::Constants | Modules::None => {
            return Err(NOT_A_DEFINITION);
        }
    };
    Ok(folder.join(&format!("{}.{ending}", stem.trim_start_matches('_'))))
}

/// Whether the file imports and exports as ES modules do.
fn is_module(source: &Source<'_>) -> bool {
    let is_statement =
        |it: &Node<'_>| ["import_statement", "export_statement"].contains(&it.kind());
    let root = source.tree.root_node();
    let mut cursor = root.walk();
    root.children(&mut cursor).any(|it| is_statement(&it))
}

/// What says to which package the file belongs, for another one beside it.
fn package_clause(source: &Source<'_>, newline: &str) -> String {
    let root = source.tree.root_node();
    let mut cursor = root.walk();
    let clause = root
        .named_children(&mut cursor)
        .find(|it| ["package_clause", "package_declaration"].contains(&it.kind()));
    clause.map_or(String::new(), |it| {
        format!(
            "{}{newline}{newline}",
            source.text.get(range_of(it).to_usize()).unwrap_or_default()
        )
    })
}
