//! Which definitions only their own file or package can use, and whether anything may.
//!
//! Where a doubt is left a definition counts as used: attributes hand it to somebody unseen, a name
//! in a string may be looked up, a name that does not resolve may mean it.

use grammars::{Exports, Language, Modules};
use graph::{Asking, SymbolRef};
use syntax::{FileFacts, ScopeIdx, Symbol, SymbolIdx, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use crate::{Analysis, imports::modules};

/// Files that write a name at most; a name that more files write counts as used.
const FILES_MAX: usize = 200;
/// Attributes that hand a definition to nobody.
const HARMLESS: [&str; 6] = ["derive", "inline", "must_use", "doc", "track_caller", "cold"];

/// Whether a definition could be dead at all, were nothing to use it: a function, type or value of
/// a kind that languages let one keep to oneself.
pub(crate) fn may_be_dead(facts: &FileFacts, idx: SymbolIdx) -> bool {
    let symbol = facts.symbol(idx);
    let name = facts.name(symbol.name);
    let is_known = matches!(
        modules(facts),
        Modules::ModTree
            | Modules::RelativeFiles
            | Modules::DottedPackages
            | Modules::FolderPackages
            | Modules::QualifiedPackages
    );
    let by_kind = matches!(
        symbol.kind,
        SymbolKind::Function
            | SymbolKind::Method
            | SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Type
            | SymbolKind::Constant
            | SymbolKind::Variable
    );
    is_known
        && by_kind
        && !symbol.is_local
        && !symbol.is_test
        && !facts.is_test
        && !facts.gave_up
        && is_at_home(facts, symbol)
        && !is_entry(facts, name)
        && has_body(facts, symbol)
}

/// Whether others than its own file or package cannot name the definition.
pub(crate) fn is_private(facts: &FileFacts, symbol: &Symbol) -> bool {
    let by_language = match facts.language.map(|it| it.exports) {
        Some(Exports::Modifier) if modules(facts) == Modules::RelativeFiles => {
            // A script's names are everybody's.
            !facts.imports.is_empty() || facts.symbols.iter().any(|it| it.exported)
        }
        Some(Exports::Modifier | Exports::Capital | Exports::Underscore) => true,
        Some(Exports::All) => facts.language.is_some_and(Language::tells_private),
        None => false,
    };
    by_language && !symbol.exported
}

/// At the top of a file or of a module in it; methods only where a type's blocks say that they are
/// its own, for elsewhere a base or an interface may ask for them.
fn is_at_home(facts: &FileFacts, symbol: &Symbol) -> bool {
    let Some(parent) = symbol.parent else {
        // What stands further in, in an object or a block that declares things for others, is no
        // name of the file.
        return facts.owner(symbol).is_none()
            && symbol.scope == ScopeIdx::FILE
            && symbol.kind != SymbolKind::Method;
    };
    let parent = facts.symbol(parent);
    match parent.kind {
        SymbolKind::Module => modules(facts) == Modules::ModTree && !parent.is_test,
        SymbolKind::Implementation => facts.interface(parent).is_none() && parent.parent.is_none(),
        // What is kept inside a type by a word is asked for by no other.
        _ if facts.language.is_some_and(|it| it.exports == Exports::All) => {
            is_private(facts, symbol)
        }
        _ => false,
    }
}

/// Names that somebody outside the program calls, or that stand for nothing.
fn is_entry(facts: &FileFacts, name: &str) -> bool {
    let is_python_like = modules(facts) == Modules::DottedPackages;
    let reserved = name.starts_with("__") || name == "_";
    // An underscore says "not used" everywhere but where it says "private".
    let unused_by_name = name.starts_with('_') && !is_python_like;
    let by_pack = facts.language.is_some_and(|it| it.refactor.entry_points.contains(&name));
    reserved
        || unused_by_name
        || by_pack
        || matches!(name, "main" | "init" | "setup" | "default" | "handler")
}

/// A function without one is written in another language, or declared for somebody else.
fn has_body(facts: &FileFacts, symbol: &Symbol) -> bool {
    let is_function = matches!(symbol.kind, SymbolKind::Function | SymbolKind::Method);
    !is_function || facts.detail(symbol).signature_end.is_some()
}

impl Analysis {
    /// Whether anything but itself may use a definition, as far as its own file and the places that
    /// write its name can tell. Costs by the number of files that write the name.
    pub(crate) fn may_be_used(&self, asking: &Asking<'_>, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return true };
        let it = facts.symbol(symbol.symbol);
        let elsewhere = |at: TextSize| !it.range.contains(at);
        let mut named =
            facts.references.iter().filter(|it| it.name() == symbol_name(facts, symbol));
        if named.any(|it| elsewhere(it.start())) || self.is_written_elsewhere(symbol) {
            return true;
        }
        let files = self.graph().files_mentioning(facts.name(it.name));
        FILES_MAX < files.len()
            || files.iter().any(|file| *file != symbol.file && asking.may_use(*file, symbol))
            || self.has_namesake(symbol)
    }

    /// Whether a file declares what others define, and so nothing of its own.
    pub(crate) fn is_declaration_file(&self, file: FileId) -> bool {
        self.path(file).is_some_and(|it| {
            let path = it.as_str();
            path.ends_with(".pyi") || path.ends_with(".d.ts")
        })
    }

    /// Whether an attribute, an annotation or a decorator is on the definition, or a comment that a
    /// compiler reads: somebody unseen may use it then.
    pub(crate) fn has_attribute(&self, symbol: SymbolRef) -> bool {
        let (Some(facts), Some(text)) = (self.facts(symbol.file), self.text(symbol.file)) else {
            return true;
        };
        let it = facts.symbol(symbol.symbol);
        let head = text.get(it.range.start().to_usize()..it.name_range.start().to_usize());
        let before = text.get(..it.range.start().to_usize()).unwrap_or_default();
        let above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
        let above = above.map(str::trim).take_while(|it| is_above(it));
        let mut lines = head.unwrap_or_default().lines().map(str::trim).chain(above);
        lines.any(is_attribute)
    }

    /// Whether the name stands anywhere in its file outside the definition and its comment, in a
    /// string or a comment, too.
    fn is_written_elsewhere(&self, symbol: SymbolRef) -> bool {
        let (Some(facts), Some(text)) = (self.facts(symbol.file), self.text(symbol.file)) else {
            return true;
        };
        let it = facts.symbol(symbol.symbol);
        let own = [Some(it.range), Some(it.name_range), facts.doc(it)];
        let is_own = |at: usize| {
            let at = TextSize::new(at as u32);
            own.iter().flatten().any(|it: &TextRange| it.contains(at))
        };
        let name = facts.name(it.name);
        text.match_indices(name).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !(before.is_some_and(is_word) || after.is_some_and(is_word) || is_own(at))
        })
    }

    /// Whether another definition of the name stands where the same uses could mean it: one for
    /// another platform, another part of one thing.
    fn has_namesake(&self, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return true };
        let name = facts.name(facts.symbol(symbol.symbol).name);
        let beside = self.graph().files_beside(symbol.file);
        let same = self.graph().definitions_named(name);
        same.iter().any(|it| *it != symbol && beside.contains(&it.file))
    }
}

fn symbol_name(facts: &FileFacts, symbol: SymbolRef) -> syntax::NameId {
    facts.symbol(symbol.symbol).name
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_' || it == '$'
}

/// Lines right above a definition that may belong to it.
fn is_above(line: &str) -> bool {
    let begins = ["#[", "@", "//", "#", "*", "/*", "[", ")", "]"];
    begins.iter().any(|it| line.starts_with(it)) || line.ends_with("*/") || line.ends_with(']')
}

fn is_attribute(line: &str) -> bool {
    if let Some(attribute) = line.strip_prefix("#[") {
        let word: String = attribute.chars().take_while(|it| is_word(*it)).collect();
        return !HARMLESS.contains(&word.as_str());
    }
    line.starts_with('@') || line.starts_with("//go:") || line.starts_with("//export")
}
