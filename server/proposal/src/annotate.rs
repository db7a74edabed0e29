//! The reasons of the parts of a change, taken from the code they touch.

use std::collections::{BTreeMap, BTreeSet};

use syntax::FileFacts;
use text::TextEdit;
use vfs::{FileOperation, VfsPath};

use crate::{
    ChangeAnnotation, Draft, Place,
    code::Code,
    show::{self, count},
};

/// What an edit replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touched {
    /// The name of a definition.
    Definition,
    /// A reference in an import.
    Import,
    /// Another reference.
    Reference,
    /// Anything else.
    Text,
}

/// What the code says of a change.
#[derive(Default)]
pub(crate) struct Annotated {
    /// One reason for each part.
    pub(crate) annotations: Vec<ChangeAnnotation>,
    /// References that are rewritten.
    pub(crate) n_references: usize,
    /// Names that other files may see and that get another name.
    pub(crate) exported: Vec<String>,
}

/// The reasons of all parts of `draft`: those that it brings, and for the rest what the code says.
pub(crate) fn annotate(draft: &Draft, code: &Code, roots: &[VfsPath]) -> Annotated {
    let mut res = Annotated::default();
    let known: BTreeSet<&Place> = draft.annotations.iter().flat_map(|it| &it.places).collect();
    let mut groups: BTreeMap<(u8, String), Vec<Place>> = BTreeMap::new();
    let mut exported = BTreeSet::new();
    let homes = homes(draft, code);
    for (path, edits) in &draft.change.edits {
        let facts = code.get(path).map(|it| &**it);
        for (nth, edit) in edits.iter().enumerate() {
            let touched = facts.map_or(Touched::Text, |it| touched(it, edit));
            if touched != Touched::Text && touched != Touched::Definition {
                res.n_references += 1;
            }
            if let Some(name) = facts.and_then(|it| exported_name(it, edit)) {
                exported.insert(name);
            }
            let place = Place::Edit { path: path.clone(), nth };
            if known.contains(&place) {
                continue;
            }
            let is_test = facts.is_some_and(|it| it.is_test);
            let is_home = homes.contains(path);
            let label = label(touched, is_test, is_home, homes.is_empty());
            groups.entry(label).or_default().push(place);
        }
    }
    for (nth, operation) in draft.change.operations.iter().enumerate() {
        let place = Place::Operation { nth };
        if !known.contains(&place) {
            groups.entry((8, operation_label(operation, roots))).or_default().push(place);
        }
    }
    res.annotations = draft.annotations.clone();
    res.annotations.extend(groups.into_iter().map(|((_, label), places)| ChangeAnnotation {
        description: description(&places),
        label,
        places,
    }));
    res.exported = exported.into_iter().collect();
    res
}

/// The files in which the change touches a definition's name.
fn homes<'a>(draft: &'a Draft, code: &Code) -> BTreeSet<&'a VfsPath> {
    let files = draft.change.edits.iter().filter(|(path, edits)| {
        let Some(facts) = code.get(*path) else { return false };
        edits.iter().any(|it| touched(facts, it) == Touched::Definition)
    });
    files.map(|it| it.0).collect()
}

fn touched(facts: &FileFacts, edit: &TextEdit) -> Touched {
    let start = edit.range.start();
    let symbol = facts.symbol_named_at(start).map(|it| facts.symbol(it));
    if symbol.is_some_and(|it| it.name_range == edit.range) {
        return Touched::Definition;
    }
    match facts.reference_at(start).map(|it| facts.reference(it)) {
        Some(reference) if reference.range() == edit.range => match reference.is_import() {
            true => Touched::Import,
            false => Touched::Reference,
        },
        _ => Touched::Text,
    }
}

fn exported_name(facts: &FileFacts, edit: &TextEdit) -> Option<String> {
    let symbol = facts.symbol(facts.symbol_named_at(edit.range.start())?);
    let is_renamed = symbol.exported && symbol.name_range == edit.range;
    is_renamed.then(|| facts.name(symbol.name).to_owned())
}

/// The label of an edit, and its place among the labels.
fn label(touched: Touched, is_test: bool, is_home: bool, has_no_home: bool) -> (u8, String) {
    let (order, label) = match touched {
        Touched::Definition => (0, "definition"),
        Touched::Import => (1, "imports"),
        Touched::Reference if is_test => (4, "references in tests"),
        Touched::Reference if has_no_home => (2, "references"),
        Touched::Reference if is_home => (2, "references in the same file"),
        Touched::Reference => (3, "references in other files"),
        Touched::Text if is_test => (6, "edits in tests"),
        Touched::Text => (5, "edits"),
    };
    (order, label.to_owned())
}

fn operation_label(operation: &FileOperation, roots: &[VfsPath]) -> String {
    let show = |path: &VfsPath| show::path(path, roots);
    match operation {
        FileOperation::Create { path, .. } => format!("creates {}", show(path)),
        FileOperation::Delete { path } => format!("deletes {}", show(path)),
        FileOperation::Rename { from, to } => format!("moves {} to {}", show(from), show(to)),
    }
}

fn description(places: &[Place]) -> Option<String> {
    let mut files = BTreeSet::new();
    for place in places {
        match place {
            Place::Edit { path, .. } => files.insert(path),
            Place::Operation { .. } => return None,
        };
    }
    Some(format!("{} in {}", count(places.len(), "place"), count(files.len(), "file")))
}
