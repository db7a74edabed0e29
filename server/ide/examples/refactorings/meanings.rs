//! What every name of a project means, before and after a change. This asks the whole project,
//! unchanged files too, and knows nothing of how the change came about: the engine's own trial
//! looks only at the files that it changes and at those that use what moves.

use std::{collections::BTreeSet, sync::Arc};

use graph::{CodeGraph, Resolved};
use ide::Analysis;
use rustc_hash::FxHashMap;
use text::{TextEdits, TextRange, TextSize};
use vfs::{FileId, FileOperation, SourceChange, VfsPath};

use crate::facts_of;

/// What a name means.
#[derive(Clone, PartialEq, Eq)]
enum Meaning {
    /// Definitions, by their files and where their names begin.
    Places(BTreeSet<(FileId, TextSize)>),
    Modules(BTreeSet<FileId>),
    /// Nothing in the project.
    Elsewhere,
}

impl Meaning {
    fn shown(&self, graph: &CodeGraph) -> String {
        let path = |file: FileId| graph.path(file).map_or(String::new(), ToString::to_string);
        match self {
            Meaning::Places(all) => {
                let all = all.iter().map(|it| format!("{}@{}", path(it.0), it.1.raw()));
                all.collect::<Vec<_>>().join(" ")
            }
            Meaning::Modules(all) => {
                let all = all.iter().map(|it| path(*it));
                format!("module {}", all.collect::<Vec<_>>().join(" "))
            }
            Meaning::Elsewhere => "nothing here".to_owned(),
        }
    }
}

/// A name in the text: where it stands, and what it means.
struct Name {
    range: TextRange,
    meaning: Meaning,
}

/// The names of a project as it is.
pub(crate) struct Meanings {
    names: FxHashMap<FileId, Vec<Name>>,
}

impl Meanings {
    pub(crate) fn of(analysis: &Analysis) -> Meanings {
        let graph = analysis.graph();
        let names = graph.files().into_iter().map(|it| (it, names_of(graph, it))).collect();
        Meanings { names }
    }

    /// The names that a change does not write and that mean something else after it, as
    /// `path:line name: what before, what now`.
    pub(crate) fn lost(&self, analysis: &Analysis, change: &SourceChange) -> Vec<String> {
        let (graph, moving) = after(analysis, change);
        let edits = |file: FileId| change.edits.get(analysis.path(file)?);
        let mut res = Vec::new();
        for (file, names) in &self.names {
            let Some(facts) = graph.facts(*file) else { continue };
            for name in names {
                let Some(start) = moved(edits(*file), name.range) else { continue };
                let found = facts.reference_at(start);
                let found = found.filter(|it| facts.reference(*it).start() == start);
                let now = found.map(|it| meaning(&graph, graph.resolve(*file, it)));
                let is_kept =
                    now.as_ref().is_some_and(|now| is_same(&name.meaning, now, &edits, &moving));
                if !is_kept {
                    let path = analysis.path(*file).map_or(String::new(), ToString::to_string);
                    let line = analysis.line_index(*file).map(|it| it.line_of(name.range.start()));
                    let text = analysis.text(*file).unwrap_or_default();
                    let written = text.get(name.range.to_usize()).unwrap_or_default();
                    let before = name.meaning.shown(analysis.graph());
                    let now = now.map_or("no name".to_owned(), |it| it.shown(&graph));
                    let line = line.map_or(0, |it| it + 1);
                    res.push(format!("{path}:{line} {written}: {before}, now {now}"));
                }
            }
        }
        res
    }
}

fn names_of(graph: &CodeGraph, file: FileId) -> Vec<Name> {
    let Some(facts) = graph.facts(file) else { return Vec::new() };
    let names = facts.references();
    let name = |(reference, it): (_, &syntax::Reference)| Name {
        range: it.range(),
        meaning: meaning(graph, graph.resolve(file, reference)),
    };
    names.map(name).collect()
}

fn meaning(graph: &CodeGraph, resolved: Resolved) -> Meaning {
    match resolved {
        Resolved::Targets(targets) => {
            let places = targets.iter().filter_map(|it| {
                let facts = graph.facts(it.file)?;
                Some((it.file, facts.symbol(it.symbol).name_range.start()))
            });
            Meaning::Places(places.collect())
        }
        Resolved::Module(files) => Meaning::Modules(files.into_iter().collect()),
        Resolved::External | Resolved::Unresolved => Meaning::Elsewhere,
    }
}

/// Whether a name means what it meant. What stands in text that the change writes is taken for
/// what stood in text that it removes.
fn is_same<'e>(
    before: &Meaning,
    now: &Meaning,
    edits: &impl Fn(FileId) -> Option<&'e TextEdits>,
    moving: &BTreeSet<FileId>,
) -> bool {
    let (before, now) = match (before, now) {
        (Meaning::Places(before), Meaning::Places(now)) => (before, now),
        // A package has other files where one comes or goes.
        (Meaning::Modules(before), Meaning::Modules(now)) if !moving.is_empty() => {
            return before.difference(moving).eq(now.difference(moving));
        }
        _ => return before == now,
    };
    let kept = |it: &(FileId, TextSize)| {
        let start = moved(edits(it.0), TextRange::at(it.1, TextSize::from_usize(1)))?;
        Some((it.0, start))
    };
    let stay: BTreeSet<(FileId, TextSize)> = before.iter().filter_map(kept).collect();
    let has_moved = stay.len() < before.len();
    stay.is_subset(now) && (stay.len() < now.len()) == has_moved
}

/// Where what stands at `range` stands afterwards; `None` where an edit replaces a part of it.
fn moved(edits: Option<&TextEdits>, range: TextRange) -> Option<TextSize> {
    let mut grown: i64 = 0;
    for edit in edits.into_iter().flat_map(TextEdits::iter) {
        if edit.range.end() <= range.start() {
            grown += edit.text.len() as i64 - i64::from(edit.range.len().raw());
        } else if edit.range.start() < range.end() {
            return None;
        }
    }
    usize::try_from(i64::from(range.start().raw()) + grown).ok().map(TextSize::from_usize)
}

/// The graph after a change, and the files that it moves or makes.
fn after(analysis: &Analysis, change: &SourceChange) -> (CodeGraph, BTreeSet<FileId>) {
    let text = |path: &VfsPath| Some(analysis.text(analysis.file(path)?)?.to_string());
    let texts = change.apply(&text).unwrap();
    let mut graph = analysis.graph().clone();
    let mut next = graph.files().last().map_or(0, |it| it.index() + 1);
    let mut ids: FxHashMap<VfsPath, FileId> = FxHashMap::default();
    for operation in &change.operations {
        if let FileOperation::Rename { from, to } = operation {
            ids.extend(analysis.file(from).map(|it| (to.clone(), it)));
        }
    }
    let mut moving: BTreeSet<FileId> = ids.values().copied().collect();
    let (gone, there): (Vec<_>, Vec<_>) = texts.iter().partition(|it| it.1.is_none());
    for (path, _) in gone {
        if let Some(file) = analysis.file(path) {
            graph.set_file(file, path, None);
        }
    }
    for (path, text) in there {
        let file = ids.get(path).copied().or_else(|| analysis.file(path)).unwrap_or_else(|| {
            next += 1;
            let made = FileId::from_index(u32::try_from(next - 1).unwrap());
            moving.insert(made);
            made
        });
        let root = &analysis.workspace().roots[0];
        let relative = path.relative_to(root).unwrap_or(path.as_str());
        let facts = facts_of(relative, text.as_deref().unwrap_or_default());
        graph.set_file(file, path, Some(Arc::new(facts)));
    }
    (graph, moving)
}
