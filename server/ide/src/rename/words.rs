//! Where the old name stands although no edit and no other symbol accounts for it: in strings and
//! comments, as the key of an argument, in a class without a name.

use std::collections::BTreeSet;

use grammars::Modules;
use graph::{Resolution, Resolved, SymbolRef};
use rustc_hash::FxHashSet;
use syntax::{Access, FileFacts, ScopeKind, SymbolIdx, SymbolKind};
use text::{TextRange, TextSize};
use vfs::FileId;

use super::{LEFT_MAX, LeftOut, Plan, RenameError};
use crate::{Analysis, FileRange, Site};

/// Files whose texts are searched.
const FILES_MAX: usize = 512;
/// Bytes of the arguments of one call that are searched.
const ARGUMENTS_BYTES_MAX: usize = 4096;

const UNRESOLVED: &str = "a name that could not be resolved";
const SHORTHAND: &str = "this shorthand may name it";
const KEY: &str = "a keyword argument or key of that name";
const STRING: &str = "a string of that name";
const OVERRIDE: &str = "a class without a name may override it here";
const SHAPE: &str = "an interface outside the workspace may ask for the old name";
const INTERFACE: &str = "an interface and its types may have to keep one name";
const PROSE: &str = "in a comment, string or unresolved text, maybe more than once";
const OVERLOAD: &str = "an overload of the same name: it is renamed, too";

/// What a place of the old name is.
enum Word {
    /// Something else, for certain.
    Other,
    /// Perhaps the symbol, for this reason.
    Left(&'static str),
    /// A word that is no name of the language.
    Prose,
}

impl Analysis {
    /// Adds what bears the old name, is not among the sites and is not known to mean another thing.
    pub(super) fn leave_words(
        &self,
        plan: &Plan,
        sites: &[Site],
        left: &mut Vec<LeftOut>,
    ) -> Result<(), RenameError> {
        let edited = sites.iter().map(|it| (it.file, it.range.end()));
        let listed = left.iter().map(|it| (it.file, it.range.end()));
        let mut known: FxHashSet<(FileId, TextSize)> = edited.chain(listed).collect();
        for at in self.keyword_arguments(plan)? {
            if known.insert((at.file, at.range.end())) {
                left.extend(self.left_at(at.file, at.range, KEY));
            }
        }
        self.leave_interfaces(plan, &mut known, left);
        let mut with_prose: FxHashSet<FileId> = FxHashSet::default();
        for area in self.areas(plan)? {
            self.check()?;
            let Some(text) = self.text(area.file) else { continue };
            for range in words(&text, area.range, &plan.old_name) {
                let at = FileRange { file: area.file, range };
                if LEFT_MAX <= left.len() {
                    return Ok(());
                }
                if known.contains(&(at.file, range.end())) {
                    continue;
                }
                let reason = match self.word(at, &text, plan) {
                    Word::Other => continue,
                    Word::Left(reason) => reason,
                    Word::Prose if with_prose.insert(at.file) => PROSE,
                    Word::Prose => continue,
                };
                left.extend(self.left_at(at.file, range, reason));
            }
        }
        Ok(())
    }

    /// Says of each overload of the symbol that it changes with it.
    pub(super) fn mention_overloads(&self, meant: SymbolRef, plan: &Plan, acc: &mut Vec<LeftOut>) {
        let Some(facts) = self.facts(meant.file) else { return };
        let own = facts.symbol(meant.symbol);
        let is_body = |it: &syntax::Symbol| facts.detail(it).signature_end.is_some();
        if !is_callable(own.kind) || !is_body(own) {
            return;
        }
        let beside = plan.family.iter().filter(|it| **it != meant && it.file == meant.file);
        for it in beside.map(|it| facts.symbol(it.symbol)) {
            if it.parent == own.parent && it.kind == own.kind && is_body(it) {
                acc.extend(self.left_at(meant.file, it.name_range, OVERLOAD));
            }
        }
    }

    /// The texts in which the name may be written: of a local its function, else the files that
    /// define, use or import the symbol.
    fn areas(&self, plan: &Plan) -> Result<Vec<FileRange>, RenameError> {
        if self.is_local(plan) {
            let own = plan.family.iter().filter_map(|it| {
                let facts = self.facts(it.file)?;
                let range = function_around(facts, it.symbol);
                Some(FileRange { file: it.file, range })
            });
            let areas: BTreeSet<FileRange> = own.collect();
            return Ok(areas.into_iter().collect());
        }
        let modules = |file| self.facts(file).and_then(|it| it.language).map(|it| it.modules);
        let of_symbol: BTreeSet<FileId> = plan.family.iter().map(|it| it.file).collect();
        let mut files: Vec<FileId> = of_symbol.iter().copied().collect();
        let mut others: Vec<FileId> = self.graph().files_mentioning(&plan.old_name);
        for file in &of_symbol {
            others.extend(self.graph().importers(*file, &mut || self.check())?);
        }
        others.sort_unstable();
        others.dedup();
        others.retain(|it| {
            !of_symbol.contains(it) && of_symbol.iter().any(|own| modules(*own) == modules(*it))
        });
        files.extend(others);
        files.truncate(FILES_MAX);
        let whole = |file: FileId| {
            let range = TextRange::at(TextSize::default(), TextSize::of(&self.text(file)?));
            Some(FileRange { file, range })
        };
        Ok(files.into_iter().filter_map(whole).collect())
    }

    fn word(&self, at: FileRange, text: &str, plan: &Plan) -> Word {
        let Some(facts) = self.facts(at.file) else { return Word::Other };
        let FileRange { file, range } = at;
        let reference = facts.reference_at(range.start());
        if let Some(it) = reference.filter(|it| facts.reference(*it).range().end() == range.end()) {
            return self.used_word(file, it, plan);
        }
        if let Some(symbol) = facts.symbol_named_at(range.start()) {
            return self.defined_word(SymbolRef { file, symbol }, plan);
        }
        let mut locals = facts.imports.iter().filter_map(|it| it.local);
        if locals.any(|it| it.1 == range) {
            return Word::Other;
        }
        let is_local = self.is_local(plan);
        if is_key(text, range) {
            return if is_local { Word::Other } else { Word::Left(KEY) };
        }
        if is_quoted(text, range) && !is_local {
            return Word::Left(STRING);
        }
        Word::Prose
    }

    fn used_word(&self, file: FileId, reference: syntax::ReferenceIdx, plan: &Plan) -> Word {
        let Some(facts) = self.facts(file) else { return Word::Other };
        let it = facts.reference(reference);
        let by_guess = |targets: &[graph::Target]| {
            targets.iter().all(|it| it.resolution == Resolution::Candidate)
        };
        let is_open = match self.graph().resolve(file, reference) {
            Resolved::Unresolved => true,
            Resolved::Targets(targets) => by_guess(&targets),
            Resolved::Module(_) | Resolved::External => false,
        };
        match is_open {
            true if it.access() == Access::Bare || !self.is_local(plan) => Word::Left(UNRESOLVED),
            false if it.is_shorthand() && !it.is_import() && self.is_member(plan) => {
                Word::Left(SHORTHAND)
            }
            _ => Word::Other,
        }
    }

    fn defined_word(&self, symbol: SymbolRef, plan: &Plan) -> Word {
        let Some(facts) = self.facts(symbol.file) else { return Word::Other };
        let it = facts.symbol(symbol.symbol);
        let is_owned = !self.graph().owners(symbol).is_empty();
        let in_class = facts.scope(it.scope).kind == ScopeKind::Class;
        match it.kind {
            _ if plan.family.contains(&symbol) || self.is_local(plan) => Word::Other,
            _ if it.shorthand => Word::Left(SHORTHAND),
            kind if is_callable(kind) && is_owned && self.is_nameless(plan) => Word::Left(OVERRIDE),
            _ if is_owned || !self.is_member(plan) => Word::Other,
            kind if is_callable(kind) && in_class => Word::Left(OVERRIDE),
            SymbolKind::Property | SymbolKind::Field | SymbolKind::Key => Word::Left(KEY),
            _ => Word::Other,
        }
    }

    /// Where calls of the function of a parameter name it.
    fn keyword_arguments(&self, plan: &Plan) -> Result<Vec<FileRange>, RenameError> {
        let mut functions = BTreeSet::new();
        for parameter in &plan.family {
            let Some(facts) = self.facts(parameter.file) else { continue };
            let it = facts.symbol(parameter.symbol);
            let owner = facts.scope(it.scope).owner.filter(|_| it.kind == SymbolKind::Parameter);
            let owner = owner.filter(|it| is_callable(facts.symbol(*it).kind));
            let function = owner.map(|symbol| SymbolRef { file: parameter.file, symbol });
            functions.extend(function.into_iter().flat_map(|it| self.graph().family(it)));
        }
        let functions: Vec<SymbolRef> = functions.into_iter().collect();
        let mut res = Vec::new();
        for found in self.graph().references_to_all(&functions, &mut || self.check())? {
            let file = found.file;
            let (Some(facts), Some(text)) = (self.facts(file), self.text(file)) else { continue };
            let Some(inside) = arguments(&text, facts.reference(found.reference).range().end())
            else {
                continue;
            };
            let named = words(&text, inside, &plan.old_name);
            let named = named
                .into_iter()
                .filter(|it| is_key(&text, *it) && facts.reference_at(it.start()).is_none());
            res.extend(named.map(|range| FileRange { file, range }));
        }
        Ok(res)
    }

    /// Adds the members of that name of interfaces that types meet without naming them; of an
    /// interface the members of such types.
    fn leave_interfaces(
        &self,
        plan: &Plan,
        known: &mut FxHashSet<(FileId, TextSize)>,
        left: &mut Vec<LeftOut>,
    ) {
        let own: Vec<SymbolRef> =
            plan.family.iter().copied().filter(|it| self.meets_unnamed(*it)).collect();
        if own.is_empty() {
            return;
        }
        for it in own.iter().filter(|it| self.may_be_asked_for(**it)) {
            let Some(facts) = self.facts(it.file) else { continue };
            left.extend(self.left_at(it.file, facts.symbol(it.symbol).name_range, SHAPE));
        }
        let from_interface = own.iter().any(|it| self.is_of_interface(*it));
        for it in self.graph().definitions_named(&plan.old_name) {
            if !self.meets_unnamed(it) || !(from_interface || self.is_of_interface(it)) {
                continue;
            }
            let Some(facts) = self.facts(it.file) else { continue };
            let range = facts.symbol(it.symbol).name_range;
            if left.len() < LEFT_MAX && known.insert((it.file, range.end())) {
                left.extend(self.left_at(it.file, range, INTERFACE));
            }
        }
    }

    /// Whether a symbol is a method in a language whose types meet interfaces by what they have.
    pub(crate) fn meets_unnamed(&self, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return false };
        let modules = facts.language.map(|it| it.modules);
        let by_shape = matches!(modules, Some(Modules::FolderPackages | Modules::RelativeFiles));
        let is_callable = is_callable(facts.symbol(symbol.symbol).kind);
        by_shape && is_callable && !self.graph().owners(symbol).is_empty()
    }

    /// Whether an interface outside the workspace may ask for a method, where types meet interfaces
    /// without naming them: what is known in its package only is asked for in its package.
    pub(crate) fn may_be_asked_for(&self, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return false };
        let is_implicit = facts.language.is_some_and(|it| it.modules == Modules::FolderPackages);
        let is_method = is_implicit && self.meets_unnamed(symbol);
        is_method && facts.symbol(symbol.symbol).exported && !self.is_of_interface(symbol)
    }

    /// Whether an interface declares the symbol.
    pub(crate) fn is_of_interface(&self, symbol: SymbolRef) -> bool {
        self.graph().owners(symbol).into_iter().any(|it| {
            let kind = self.facts(it.file).map(|facts| facts.symbol(it.symbol).kind);
            kind == Some(SymbolKind::Interface)
        })
    }

    /// Whether the symbol is a method of a class without a name.
    fn is_nameless(&self, plan: &Plan) -> bool {
        plan.family.iter().any(|it| {
            let Some(facts) = self.facts(it.file) else { return false };
            let own = facts.symbol(it.symbol);
            let in_class = facts.scope(own.scope).kind == ScopeKind::Class;
            is_callable(own.kind) && in_class && self.graph().owners(*it).is_empty()
        })
    }

    fn is_local(&self, plan: &Plan) -> bool {
        plan.family
            .iter()
            .all(|it| self.facts(it.file).is_some_and(|facts| facts.symbol(it.symbol).is_local))
    }

    fn is_member(&self, plan: &Plan) -> bool {
        plan.family.iter().any(|it| !self.graph().owners(*it).is_empty())
    }
}

pub(crate) fn is_callable(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor)
}

/// The nearest function around a local, else its scope.
fn function_around(facts: &FileFacts, symbol: SymbolIdx) -> TextRange {
    let own = facts.symbol(symbol).scope;
    let around = std::iter::successors(Some(own), |it| facts.scope(*it).parent);
    let function = around.take(256).find(|it| facts.scope(*it).kind == ScopeKind::Function);
    facts.scope(function.unwrap_or(own)).range
}

/// Where a word stands by itself inside a range.
pub(crate) fn words(text: &str, inside: TextRange, word: &str) -> Vec<TextRange> {
    let is_part = |it: char| it.is_alphanumeric() || it == '_' || it == '$';
    let start = inside.start().to_usize();
    let Some(searched) = text.get(inside.to_usize()) else { return Vec::new() };
    let found = searched.match_indices(word).map(|it| start + it.0);
    let alone = found.filter(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    });
    alone.map(|at| TextRange::at(TextSize::from_usize(at), TextSize::of(word))).collect()
}

/// Whether a word is written as a key: `f(word=1)`, `{ word: 1 }`.
fn is_key(text: &str, range: TextRange) -> bool {
    let before = text[..range.start().to_usize()].trim_end().chars().next_back();
    let after = text[range.end().to_usize()..].trim_start();
    let assigns = after.starts_with('=') && !after.starts_with("==") && !after.starts_with("=>");
    let tells = after.starts_with(':') && !after.starts_with("::");
    matches!(before, Some('(' | ',' | '{')) && (assigns || tells)
}

/// Whether the word is all that a string holds.
pub(crate) fn is_quoted(text: &str, range: TextRange) -> bool {
    let before = text[..range.start().to_usize()].chars().next_back();
    let after = text[range.end().to_usize()..].chars().next();
    before == after && matches!(before, Some('"' | '\'' | '`'))
}

/// What is between the parentheses that open at an offset, as far as they are not inside others.
fn arguments(text: &str, at: TextSize) -> Option<TextRange> {
    let rest = text.get(at.to_usize()..)?;
    let open = rest.len() - rest.trim_start().len();
    if !rest[open..].starts_with('(') {
        return None;
    }
    let (mut depth, mut quote) = (0_usize, None);
    for (n, it) in rest.char_indices().skip_while(|it| it.0 < open).take(ARGUMENTS_BYTES_MAX) {
        match (quote, it) {
            (Some(open), _) => quote = quote.filter(|_| it != open),
            (None, '"' | '\'') => quote = Some(it),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth == 0 {
            let end = at + TextSize::from_usize(n);
            return Some(TextRange::new(at + TextSize::from_usize(open), end));
        }
    }
    None
}
