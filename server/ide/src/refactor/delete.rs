//! Safe delete: a definition goes where nothing uses it.

use grammars::Modules;
use graph::{Resolution, SymbolRef};
use syntax::{Node, Symbol, SymbolKind};
use text::TextRange;
use vfs::{FileId, VfsPath};

use super::{
    RefactorError, Refactored,
    draft::Draft,
    lines::whole_lines,
    refused,
    source::{Source, range_of},
    value::Nature,
};
use crate::{
    Analysis, FilePosition, FileRange,
    navigate::Name,
    rename::words::{is_callable, is_quoted, words},
};

/// Files that write the name, beyond which a menu does not wait for the answer.
pub(super) const TITLE_FILES_MAX: usize = 50;

const NOT_A_DEFINITION: RefactorError =
    RefactorError::NotHere("there is no definition here that could be deleted");
const PUBLIC: &str = "it is public: code outside the workspace may use it";
const STRING: &str = "a string of that name";
const SHAPE: &str = "something may ask for it by its shape";
const MERGED: &str = "it is put together with declarations elsewhere";
/// From a definition to the value that is written out with it.
const VALUE_DEPTH: usize = 2;
const NAMESAKE: &str = "what its receiver is was inferred: it may mean the one that goes";

impl Analysis {
    /// The draft of a deletion where a menu may wait for it.
    pub(super) fn delete_title(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let Some(Name::Definition(symbol)) = self.name(position) else {
            return Err(NOT_A_DEFINITION);
        };
        let name = source.facts.name(source.facts.symbol(symbol).name);
        if TITLE_FILES_MAX < self.graph().files_mentioning(name).len() {
            return Err(NOT_A_DEFINITION);
        }
        self.safe_delete(source, at)
    }

    pub(super) fn safe_delete(&self, source: &Source<'_>, at: FileRange) -> Refactored<Draft> {
        let position = FilePosition { file: at.file, offset: at.range.start() };
        let Some(Name::Definition(symbol)) = self.name(position) else {
            return Err(NOT_A_DEFINITION);
        };
        let symbol = SymbolRef { file: source.file, symbol };
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name);
        check_kind(source, it, name)?;
        self.check_relatives(symbol, name)?;
        let node = definition_node(source, it)?;
        let gone = self.extent(source, it, node)?;
        self.check_value(source, it, node)?;
        self.check_unused(source, symbol, gone)?;
        let mut draft = Draft {
            title: format!("Delete unused {} `{name}`", it.kind.as_str()),
            reason: "no name of the workspace means it or anything inside it".to_owned(),
            ..Draft::default()
        };
        self.check_interfaces(source, symbol, name)?;
        self.mark_unproven(source, symbol, gone, &mut draft)?;
        take_out(source, node, gone, &mut draft);
        if source.rules.import_effects == "none" {
            for lines in self.imports_only_for(source, gone) {
                draft.replace(source.path, lines, String::new());
            }
        }
        Ok(draft)
    }

    /// That the symbol stands for itself only.
    pub(super) fn check_relatives(&self, symbol: SymbolRef, name: &str) -> Refactored<()> {
        if self.graph().family(symbol).len() != 1 {
            return refused(format!("`{name}` overrides, is overridden or has overloads"));
        }
        if self.check_foreign(symbol).is_err() || !self.graph().foreign_bases(symbol).is_empty() {
            return refused(format!("a type outside the workspace may ask for `{name}`"));
        }
        Ok(())
    }

    /// That no interface of the workspace has a member of that name, where types meet interfaces
    /// without naming them.
    fn check_interfaces(
        &self,
        source: &Source<'_>,
        symbol: SymbolRef,
        name: &str,
    ) -> Refactored<()> {
        let is_implicit = source.language.modules == Modules::FolderPackages;
        if !is_implicit || !self.meets_unnamed(symbol) || self.is_of_interface(symbol) {
            return Ok(());
        }
        let mut namesakes = self.graph().definitions_named(name).into_iter();
        let asking = namesakes.find(|it| self.meets_unnamed(*it) && self.is_of_interface(*it));
        let Some(asking) = asking.and_then(|it| self.nav_target(it)) else { return Ok(()) };
        let path = self.path(asking.file).map_or(String::new(), ToString::to_string);
        let lines = self.line_index(asking.file);
        let line = lines.map_or(0, |it| it.line_of(asking.name_range.start()) + 1);
        refused(format!("the interface at {path}:{line} may ask for `{name}`"))
    }

    /// All that belongs to the definition: its decorations and comments too.
    pub(super) fn extent(
        &self,
        source: &Source<'_>,
        it: &Symbol,
        node: Node<'_>,
    ) -> Refactored<TextRange> {
        let doc = source.facts.doc(it);
        let mut range = range_of(node);
        let decorations = children_before(node);
        for before in decorations {
            let kind = before.kind();
            let is_doc = doc.is_some_and(|doc| doc.intersects(range_of(before)));
            let is_attribute = source.rules.attributes.contains(&kind);
            if !is_doc && !is_attribute {
                break;
            }
            range = range.cover(range_of(before));
        }
        let own_start = it.name_range.start().to_usize();
        let head = TextRange::from_usize(range.start().to_usize(), own_start);
        if let Some(attribute) = self.binding_attribute(source, head) {
            return refused(format!("`{attribute}` may make it reachable in another way"));
        }
        Ok(range)
    }

    /// A decoration in `head` through which others may reach the definition.
    fn binding_attribute(&self, source: &Source<'_>, head: TextRange) -> Option<String> {
        let mut found = None;
        super::source::walk(source.tree.root_node(), &mut |it| {
            let range = range_of(it);
            if !range.intersects(head) {
                return false;
            }
            if head.contains_range(range) && source.rules.attributes.contains(&it.kind()) {
                let text = source.of(it);
                let name = text.trim_start_matches(['@', '#', '[', '!']);
                let name: String =
                    name.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
                if !source.rules.harmless_attributes.contains(&&*name) {
                    found = found.take().or_else(|| Some(text.to_owned()));
                }
                return false;
            }
            true
        });
        found
    }

    /// That nothing happens no more when a variable is not given its value.
    fn check_value(&self, source: &Source<'_>, it: &Symbol, node: Node<'_>) -> Refactored<()> {
        if !matches!(it.kind, SymbolKind::Variable | SymbolKind::Constant) {
            return Ok(());
        }
        match self.nature(source, node) {
            Nature::Effects => refused("its value does something when it is evaluated"),
            Nature::Stable | Nature::Reads => Ok(()),
        }
    }

    /// That no name outside of `gone` means the symbol, or one inside it.
    fn check_unused(
        &self,
        source: &Source<'_>,
        symbol: SymbolRef,
        gone: TextRange,
    ) -> Refactored<()> {
        let inside = source.facts.symbols().filter(|it| gone.contains_range(it.1.name_range));
        let own = source.facts.symbol(symbol.symbol);
        let meant: Vec<SymbolRef> = inside
            .filter(|it| !it.1.is_local || it.0 == symbol.symbol)
            .map(|it| SymbolRef { file: source.file, symbol: it.0 })
            .collect();
        let found = self.graph().references_to_all(&meant, &mut || self.check())?;
        let mut users = found.iter().filter_map(|it| {
            let range = self.facts(it.file)?.reference(it.reference).range();
            let is_inside = it.file == source.file && gone.contains_range(range);
            (!is_inside).then_some((it.file, range))
        });
        let Some((file, range)) = users.next() else { return Ok(()) };
        let n_others = users.count();
        let name = source.facts.name(own.name);
        let path = self.shown_path(file).unwrap_or_default();
        let line = self.facts(file).map_or(0, |it| it.lines.line_of(range.start()) + 1);
        refused(match n_others {
            0 => format!("`{name}` is used at {path}:{line}"),
            1 => format!("`{name}` is used at {path}:{line} and at one more place"),
            n => format!("`{name}` is used at {path}:{line} and {n} more places"),
        })
    }

    /// Adds what may use the symbol without the graph knowing; refuses where a name may mean it.
    pub(super) fn mark_unproven(
        &self,
        source: &Source<'_>,
        symbol: SymbolRef,
        gone: TextRange,
        draft: &mut Draft,
    ) -> Refactored<()> {
        let it = source.facts.symbol(symbol.symbol);
        let name = source.facts.name(it.name);
        if it.exported && !is_hidden(source, it) {
            draft.left.extend(self.left_at(source.file, it.name_range, PUBLIC));
        } else if self.meets_unnamed(symbol) && source.language.modules != Modules::FolderPackages {
            draft.left.extend(self.left_at(source.file, it.name_range, SHAPE));
        } else if let Some(why) = open_around(source, it) {
            draft.left.extend(self.left_at(source.file, it.name_range, why));
        }
        if it.is_local {
            return Ok(());
        }
        for found in self.graph().candidate_references_to(symbol, &mut || self.check())? {
            let Some(facts) = self.facts(found.file) else { continue };
            let range = facts.reference(found.reference).range();
            if found.file != source.file || !gone.contains_range(range) {
                let path = self.path(found.file).map_or(String::new(), ToString::to_string);
                let line = facts.lines.line_of(range.start()) + 1;
                return refused(format!("what `{name}` stands for at {path}:{line} is not known"));
            }
        }
        self.mark_namesakes(source, symbol, draft)?;
        let all = TextRange::from_usize(0, source.text.len());
        for range in words(&source.text, all, name) {
            if is_quoted(&source.text, range) && !gone.contains_range(range) {
                draft.left.extend(self.left_at(source.file, range, STRING));
            }
        }
        draft.left.truncate(crate::LEFT_MAX);
        Ok(())
    }

    /// Adds the uses of a namesake where only the inferred type of a receiver says that they are of
    /// another type's member: in the same folder, and of what is private in the same file.
    fn mark_namesakes(
        &self,
        source: &Source<'_>,
        symbol: SymbolRef,
        draft: &mut Draft,
    ) -> Refactored<()> {
        let folder = |file| self.path(file).and_then(VfsPath::parent);
        let it = source.facts.symbol(symbol.symbol);
        if self.graph().owners(symbol).is_empty() {
            return Ok(());
        }
        let is_hidden = is_hidden(source, it);
        let is_near = |file: FileId| match is_hidden {
            true => file == symbol.file,
            false => folder(file) == folder(symbol.file),
        };
        for other in self.graph().definitions_named(source.facts.name(it.name)) {
            let is_member = other != symbol && !self.graph().owners(other).is_empty();
            if !is_member || !is_near(other.file) {
                continue;
            }
            for found in self.graph().references_to(other, &mut || self.check())? {
                let Some(facts) = self.facts(found.file) else { continue };
                let is_open = found.resolution == Resolution::Inferred && is_near(found.file);
                if is_open && draft.left.len() < crate::LEFT_MAX {
                    let range = facts.reference(found.reference).range();
                    draft.left.extend(self.left_at(found.file, range, NAMESAKE));
                }
            }
        }
        Ok(())
    }
}

/// Takes a definition out, and leaves what a block must hold.
pub(super) fn take_out(source: &Source<'_>, node: Node<'_>, gone: TextRange, draft: &mut Draft) {
    let block = std::iter::successors(Some(node), Node::parent)
        .find(|it| it.parent().is_some_and(|it| source.rules.blocks.contains(&it.kind())));
    let is_alone = block
        .and_then(|it| it.parent())
        .is_some_and(|it| it.named_child_count() == 1 && it.parent().is_some());
    let is_part = node.parent().is_some_and(|it| source.rules.written_out.contains(&it.kind()));
    let gone = if is_part { with_comma(&source.text, gone) } else { gone };
    match is_alone && !source.rules.empty_block.is_empty() {
        true => draft.replace(source.path, gone, source.rules.empty_block.to_owned()),
        false => draft.replace(source.path, whole_lines(&source.text, gone), String::new()),
    };
}

/// A part of a value with the comma behind it.
fn with_comma(text: &str, range: TextRange) -> TextRange {
    let behind = &text[range.end().to_usize()..];
    let gap = behind.len() - behind.trim_start().len();
    match behind[gap..].starts_with(',') {
        true => TextRange::from_usize(range.start().to_usize(), range.end().to_usize() + gap + 1),
        false => range,
    }
}

/// Why others may ask for a definition by what is around it: a value that is written out is used by
/// its shape, and some declarations are put together with those of others.
fn open_around(source: &Source<'_>, it: &Symbol) -> Option<&'static str> {
    let node = source.around(it.range)?;
    let around = || std::iter::successors(node.parent(), Node::parent);
    let is_part = !it.is_local
        && around().take(VALUE_DEPTH).any(|it| source.rules.written_out.contains(&it.kind()));
    let is_open = || around().any(|it| source.rules.open_inside.contains(&it.kind()));
    match is_part {
        true => Some(SHAPE),
        false => is_open().then_some(MERGED),
    }
}

/// Whether the definition says that its type or file only may use it.
fn is_hidden(source: &Source<'_>, it: &Symbol) -> bool {
    let head = TextRange::new(it.range.start(), it.name_range.start().max(it.range.start()));
    let head = source.text.get(head.to_usize()).unwrap_or_default();
    let mut words = head.split(|it: char| !it.is_alphanumeric());
    words.any(|it| source.rules.hidden_by.contains(&it))
}

fn check_kind(source: &Source<'_>, it: &Symbol, name: &str) -> Refactored<()> {
    match it.kind {
        SymbolKind::Macro => return refused("what uses a macro is not always seen"),
        kind if is_callable(kind) && kind != SymbolKind::Constructor => {}
        SymbolKind::Class
        | SymbolKind::Struct
        | SymbolKind::Enum
        | SymbolKind::Interface
        | SymbolKind::Union
        | SymbolKind::Type
        | SymbolKind::Constant
        | SymbolKind::Variable => {}
        _ => return Err(NOT_A_DEFINITION),
    }
    let is_given = 4 < name.len() && name.starts_with("__") && name.ends_with("__");
    if it.is_test || is_given || source.rules.entry_points.contains(&name) {
        return refused(format!("`{name}` is called from outside"));
    }
    Ok(())
}

/// The node that is all of a definition, with what is written around it.
pub(super) fn definition_node<'t>(source: &'t Source<'_>, it: &Symbol) -> Refactored<Node<'t>> {
    // The range of a local is its name: what declares it stands around.
    let node = match it.is_local && it.kind == SymbolKind::Variable {
        true => source.around(it.name_range).and_then(|it| {
            let up = std::iter::successors(Some(it), Node::parent).take(4);
            let mut declared =
                up.filter(|it| super::source::parts(*it, source.rules.variables).is_some());
            declared.next()
        }),
        false => source.node(it.range),
    };
    let several = "its declaration does more than define it";
    let Some(mut node) = node else { return refused(several) };
    while let Some(parent) = node.parent() {
        let is_wrapper = source.rules.definition_wrappers.contains(&parent.kind());
        let is_in_block =
            parent.parent().is_some_and(|it| source.rules.blocks.contains(&it.kind()));
        let is_body = source.rules.blocks.contains(&parent.kind()) || parent.parent().is_none();
        if is_body || !(is_wrapper || is_in_block && parent.named_child_count() == 1) {
            break;
        }
        node = parent;
    }
    // `a = b = 1`, `const a = 1, b = 2`.
    let names = source.facts.symbols.iter().filter(|other| {
        let is_inside = range_of(node).contains_range(other.name_range);
        is_inside && other.scope == it.scope && other.name_range != it.name_range
    });
    let is_variable = matches!(it.kind, SymbolKind::Variable | SymbolKind::Constant);
    if is_variable && names.count() > 0 {
        return refused(several);
    }
    Ok(node)
}

/// The siblings before a node, nearest first. Each step costs as much as there are siblings before
/// it: who asks for all of thousands waits.
fn children_before(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.prev_named_sibling(), |it| it.prev_named_sibling())
}
