//! A refactoring carried out on a copy of the workspace: does every name still mean what it meant?

use std::sync::Arc;

use graph::{CodeGraph, Resolved, SymbolRef};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::{FileFacts, ReferenceIdx, SymbolKind};
use text::{TextRange, TextSize};
use vfs::{FileId, FileOperation, VfsPath};

use super::{
    RefactorError, Refactored, Refactoring,
    draft::{Draft, Move, Strictness},
    refused,
};
use crate::{Analysis, Leaves};

const OTHERWISE: &str = "would mean something else";

/// A definition after the change: its file, and where its name begins.
type Place = (FileId, TextSize);

/// The workspace after a change.
struct After {
    graph: CodeGraph,
    /// Files whose text or path changes, by their path before.
    changed: Vec<FileId>,
    shifts: FxHashMap<FileId, Shift>,
    /// Where the text of each edit, and of each file that is made, begins afterwards.
    landed: FxHashMap<usize, Place>,
    leaves: Leaves,
}

/// What names have to stand for that stand for something else now.
#[derive(Default)]
struct Gains {
    symbols: FxHashMap<(FileId, TextRange), Vec<SymbolRef>>,
    packages: FxHashMap<(FileId, TextRange), Vec<FileId>>,
}

/// How the offsets of one file move.
#[derive(Default)]
struct Shift {
    /// Old range, and how much longer what replaces it is; sorted.
    edits: Vec<(TextRange, i64)>,
}

impl Shift {
    /// Where what stands at `range` stands afterwards; `None` where an edit replaces a part of it.
    fn moved(&self, range: TextRange) -> Option<TextSize> {
        let mut grown: i64 = 0;
        for (edited, delta) in &self.edits {
            if range.end() <= edited.start()
                && !(edited.is_empty() && edited.start() == range.start())
            {
                break;
            }
            if edited.end() <= range.start() {
                grown += delta;
                continue;
            }
            return None;
        }
        let start = i64::from(range.start().raw()) + grown;
        usize::try_from(start).ok().map(TextSize::from_usize)
    }
}

impl Analysis {
    /// The draft, ready to be proposed: every name that it does not replace means what it meant,
    /// and nothing parses worse.
    pub(super) fn tried(&self, mut draft: Draft) -> Refactored<Refactoring> {
        let change = draft.change()?;
        let after = self.after(&draft)?;
        let definitions = self.moved_definitions(&draft, &after);
        let gains = self.gains(&draft);
        let mut files: Vec<FileId> = after.changed.clone();
        files.extend(&draft.watched);
        files.sort_unstable();
        files.dedup();
        for file in files {
            self.check()?;
            for lost in self.compare_file(file, &after, &definitions, &gains) {
                match draft.strictness {
                    Strictness::Refuse => return self.lost(file, lost, OTHERWISE),
                    Strictness::Mark => draft.left.extend(self.left_at(file, lost, OTHERWISE)),
                }
            }
        }
        draft.left.truncate(crate::LEFT_MAX);
        for it in &draft.moves {
            self.check()?;
            self.compare_move(it, &after, &definitions)?;
        }
        let Draft { title, reason, left, .. } = draft;
        Ok(Refactoring { title, reason, change, left, leaves: after.leaves })
    }

    /// The graph with the facts of the changed texts.
    fn after(&self, draft: &Draft) -> Refactored<After> {
        let mut after = After {
            graph: self.graph().clone(),
            changed: Vec::new(),
            shifts: FxHashMap::default(),
            landed: FxHashMap::default(),
            leaves: Leaves::default(),
        };
        let mut paths: Vec<&VfsPath> = draft.edits.iter().map(|it| &it.0).collect();
        paths.sort();
        paths.dedup();
        let mut texts: FxHashMap<VfsPath, String> = FxHashMap::default();
        for path in paths {
            self.check()?;
            let file = self.file(path).ok_or_else(|| RefactorError::Stale(path.clone()))?;
            texts.insert(path.clone(), self.edited(draft, path, file, &mut after)?);
        }
        let mut next = self.graph().files().last().map_or(0, |it| it.index() + 1);
        let mut gone: FxHashSet<FileId> = FxHashSet::default();
        for (nth, operation) in draft.operations.iter().enumerate() {
            match operation {
                FileOperation::Create { path, text } => {
                    let file = FileId::from_index(u32::try_from(next).unwrap_or(u32::MAX));
                    next += 1;
                    after.landed.insert(draft.edits.len() + nth, (file, TextSize::default()));
                    self.set(&mut after, file, path, text);
                }
                FileOperation::Delete { path } => {
                    let Some(file) = self.file(path) else { continue };
                    gone.insert(file);
                    after.graph.set_file(file, path, None);
                    texts.remove(path);
                }
                FileOperation::Rename { from, to } => {
                    let Some(file) = self.file(from) else { continue };
                    let text = texts.remove(from).or_else(|| Some(self.text(file)?.to_string()));
                    let text = text.ok_or_else(|| RefactorError::Stale(from.clone()))?;
                    after.graph.set_file(file, from, None);
                    self.set(&mut after, file, to, &text);
                    after.changed.push(file);
                }
            }
        }
        for (path, text) in texts {
            let Some(file) = self.file(&path) else { continue };
            let facts = self.set(&mut after, file, &path, &text);
            let before = self.facts(file).map_or(0, |it| it.errors.len());
            if let Some(error) = facts.errors.get(before) {
                let line = facts.lines.line_of(error.start()) + 1;
                return refused(format!("{path} would not parse at line {line} any more"));
            }
            after.changed.push(file);
        }
        after.changed.retain(|it| !gone.contains(it));
        Ok(after)
    }

    /// The text of a file after the draft's edits; notes how its offsets move.
    fn edited(
        &self,
        draft: &Draft,
        path: &VfsPath,
        file: FileId,
        after: &mut After,
    ) -> Refactored<String> {
        let stale = || RefactorError::Stale(path.clone());
        let old = self.text(file).ok_or_else(stale)?;
        let mut edits: Vec<(usize, &text::TextEdit)> = draft
            .edits
            .iter()
            .enumerate()
            .filter(|it| it.1.0 == *path)
            .map(|(nth, it)| (nth, &it.1))
            .collect();
        edits.sort_by_key(|it| it.1.range);
        let (mut text, mut at) = (String::with_capacity(old.len()), 0);
        let mut shift = Shift::default();
        for (nth, edit) in edits {
            let range = edit.range.to_usize();
            text.push_str(old.get(at..range.start).ok_or_else(stale)?);
            after.landed.insert(nth, (file, TextSize::from_usize(text.len())));
            text.push_str(&edit.text);
            at = range.end;
            let delta = edit.text.len() as i64 - i64::from(edit.range.len().raw());
            shift.edits.push((edit.range, delta));
        }
        text.push_str(old.get(at..).ok_or_else(stale)?);
        after.shifts.insert(file, shift);
        Ok(text)
    }

    fn set(&self, after: &mut After, file: FileId, path: &VfsPath, text: &str) -> Arc<FileFacts> {
        let first = text.lines().next().unwrap_or_default();
        let below = self.below_root(path);
        let facts = match grammars::language_for_path(path.as_str(), first) {
            Some(language) => syntax::facts(below, text, language),
            None => syntax::facts_of_text(below, text),
        };
        let facts = Arc::new(facts);
        after.leaves.note(path, text, &facts);
        after.graph.set_file(file, path, Some(Arc::clone(&facts)));
        facts
    }

    /// Where the definitions inside moved text stand afterwards.
    fn moved_definitions(&self, draft: &Draft, after: &After) -> FxHashMap<Place, Place> {
        let mut res = FxHashMap::default();
        for it in &draft.moves {
            res.extend(self.definitions_of(it, after));
        }
        for it in &draft.redeclared {
            if let Some((file, landed)) = landing(it, after) {
                res.insert((it.from.file, it.from.range.start()), (file, landed.start()));
            }
        }
        res
    }

    fn definitions_of(&self, it: &Move, after: &After) -> Vec<(Place, Place)> {
        let Some((file, landed)) = landing(it, after) else { return Vec::new() };
        let (Some(old), Some(new)) = (self.facts(it.from.file), after.graph.facts(file)) else {
            return Vec::new();
        };
        let names = |facts: &FileFacts, range: TextRange| -> Vec<TextSize> {
            let inside = facts.symbols.iter().map(|it| it.name_range);
            let mut res: Vec<TextSize> =
                inside.filter(|it| range.contains_range(*it)).map(TextRange::start).collect();
            res.sort_unstable();
            res.dedup();
            res
        };
        let (old, new) = (names(old, it.from.range), names(new, landed));
        let pairs = old.into_iter().zip(new);
        pairs.map(|(old, new)| ((it.from.file, old), (file, new))).collect()
    }

    fn gains(&self, draft: &Draft) -> Gains {
        let mut res = Gains::default();
        for (at, symbol) in &draft.gains {
            res.symbols.entry((at.file, at.range)).or_default().push(*symbol);
        }
        let packages = draft.packages.iter();
        res.packages = packages.map(|(at, files)| ((at.file, at.range), files.clone())).collect();
        res
    }

    /// The names of a file that no edit touches and that would not mean what they mean.
    fn compare_file(
        &self,
        file: FileId,
        after: &After,
        definitions: &FxHashMap<Place, Place>,
        gains: &Gains,
    ) -> Vec<TextRange> {
        let mut res = Vec::new();
        let (Some(old), Some(new)) = (self.facts(file), after.graph.facts(file)) else {
            return res;
        };
        let none = Shift::default();
        let shift = after.shifts.get(&file).unwrap_or(&none);
        for (reference, it) in old.references() {
            let Some(start) = shift.moved(it.range()) else { continue };
            let Some(found) = reference_at(new, start, old.name(it.name())) else {
                res.push(it.range());
                continue;
            };
            let at = (file, it.range());
            let meant = match (gains.symbols.get(&at), gains.packages.get(&at)) {
                (Some(symbols), _) => Meant::Places(self.places(symbols, after, definitions)),
                (None, Some(files)) => Meant::Module(files.clone()),
                (None, None) => self.meant(file, reference, after, definitions),
            };
            if !is_met(&meant, &after.graph.resolve(file, found), &after.graph) {
                res.push(it.range());
            }
        }
        res
    }

    /// The same for text that stands elsewhere afterwards.
    fn compare_move(
        &self,
        it: &Move,
        after: &After,
        definitions: &FxHashMap<Place, Place>,
    ) -> Refactored<()> {
        let Some((file, landed)) = landing(it, after) else { return Ok(()) };
        let (Some(old), Some(new)) = (self.facts(it.from.file), after.graph.facts(file)) else {
            return Ok(());
        };
        // Of text that is written several times, each copy has definitions of its own.
        let mut own = definitions.clone();
        own.extend(self.definitions_of(it, after));
        let inside = |facts: &FileFacts, range: TextRange| -> Vec<ReferenceIdx> {
            let all = facts.references().filter(|it| range.contains_range(it.1.range()));
            all.map(|it| it.0).collect()
        };
        let (before, behind) = (inside(old, it.from.range), inside(new, landed));
        if before.len() != behind.len() {
            return self.lost(
                it.from.file,
                it.from.range,
                "is read otherwise where it would stand",
            );
        }
        for (reference, found) in before.into_iter().zip(behind) {
            let written = old.reference(reference);
            let meant = self.meant(it.from.file, reference, after, &own);
            let resolved = after.graph.resolve(file, found);
            let is_parameter = is_local(self, it.from.file, reference)
                && resolved.targets().iter().any(|it| {
                    let facts = after.graph.facts(it.file);
                    facts.is_some_and(|it2| it2.symbol(it.symbol).kind == SymbolKind::Parameter)
                });
            if !is_parameter && !is_met(&meant, &resolved, &after.graph) {
                return self.lost(it.from.file, written.range(), OTHERWISE);
            }
        }
        Ok(())
    }

    /// What a name means now, in places after the change.
    fn meant(
        &self,
        file: FileId,
        reference: ReferenceIdx,
        after: &After,
        definitions: &FxHashMap<Place, Place>,
    ) -> Meant {
        match self.graph().resolve(file, reference) {
            Resolved::Targets(targets) => {
                let symbols: Vec<SymbolRef> = targets.iter().map(|it| it.symbol_ref()).collect();
                Meant::Places(self.places(&symbols, after, definitions))
            }
            Resolved::Module(files) => Meant::Module(files),
            Resolved::External | Resolved::Unresolved => Meant::Elsewhere,
        }
    }

    fn places(
        &self,
        symbols: &[SymbolRef],
        after: &After,
        definitions: &FxHashMap<Place, Place>,
    ) -> Vec<Option<Place>> {
        let mut res: Vec<Option<Place>> = symbols
            .iter()
            .map(|it| {
                let range = self.facts(it.file)?.symbol(it.symbol).name_range;
                if let Some(place) = definitions.get(&(it.file, range.start())) {
                    return Some(*place);
                }
                match after.shifts.get(&it.file) {
                    Some(shift) => Some((it.file, shift.moved(range)?)),
                    None => Some((it.file, range.start())),
                }
            })
            .collect();
        res.sort_unstable();
        res.dedup();
        res
    }

    fn lost<T>(&self, file: FileId, range: TextRange, what: &str) -> Refactored<T> {
        let text = self.text(file).unwrap_or_default();
        let written = super::value::short(text.get(range.to_usize()).unwrap_or_default());
        let line = self.facts(file).map_or(0, |it| it.lines.line_of(range.start()) + 1);
        let path = self.path(file).map_or(String::new(), ToString::to_string);
        refused(format!("`{written}` at {path}:{line} {what}"))
    }
}

/// What a name has to mean after the change.
enum Meant {
    /// These definitions; `None` is one that is gone.
    Places(Vec<Option<Place>>),
    Module(Vec<FileId>),
    /// Nothing in the workspace.
    Elsewhere,
}

fn is_met(meant: &Meant, found: &Resolved, graph: &CodeGraph) -> bool {
    match (meant, found) {
        (Meant::Places(wanted), Resolved::Targets(targets)) => {
            let mut places: Vec<Option<Place>> = targets
                .iter()
                .filter_map(|it| {
                    let facts = graph.facts(it.file)?;
                    Some(Some((it.file, facts.symbol(it.symbol).name_range.start())))
                })
                .collect();
            places.sort_unstable();
            places.dedup();
            places == *wanted
        }
        (Meant::Module(wanted), Resolved::Module(files)) => {
            let (mut wanted, mut files) = (wanted.clone(), files.clone());
            wanted.sort_unstable();
            files.sort_unstable();
            wanted == files
        }
        (Meant::Elsewhere, Resolved::External | Resolved::Unresolved) => true,
        _ => false,
    }
}

fn landing(it: &Move, after: &After) -> Option<(FileId, TextRange)> {
    let (file, start) = *after.landed.get(&it.edit)?;
    Some((file, TextRange::at(start + it.within.start(), it.within.len())))
}

fn reference_at(facts: &FileFacts, start: TextSize, name: &str) -> Option<ReferenceIdx> {
    let found = facts.references.partition_point(|it| it.start() < start);
    let it = facts.references.get(found)?;
    let is_it = it.start() == start && facts.name(it.name()) == name;
    is_it.then(|| ReferenceIdx::new(found))
}

fn is_local(analysis: &Analysis, file: FileId, reference: ReferenceIdx) -> bool {
    let resolved = analysis.graph().resolve(file, reference);
    let is_local = |it: &graph::Target| {
        analysis.facts(it.file).is_some_and(|facts| facts.symbol(it.symbol).is_local)
    };
    !resolved.targets().is_empty() && resolved.targets().iter().all(is_local)
}
