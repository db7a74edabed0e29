//! Move file or folder: the imports of all users follow, and those of what moves.

mod dotted_packages;
mod folder_packages;
mod mentions;
mod mod_tree;
mod qualified_packages;
mod relative_files;

use std::collections::{BTreeMap, BTreeSet};

use grammars::Modules;
use rustc_hash::FxHashMap;
use text::TextRange;
use vfs::{FileId, FileOperation, VfsPath};

use super::{
    RefactorError, Refactored, Refactoring,
    draft::{Draft, Strictness},
    refused,
    source::Source,
};
use crate::Analysis;

/// A file or folder that gets another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMove {
    /// Where it is.
    pub from: VfsPath,
    /// Where it will be.
    pub to: VfsPath,
}

/// Who moves the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    /// The change itself.
    Change,
    /// The editor, right after the change is made.
    Editor,
    /// The editor has moved them already.
    Done,
}

/// Files with their paths after the move.
pub(super) struct Moved {
    paths: FxHashMap<FileId, VfsPath>,
}

impl Moved {
    fn has(&self, file: FileId) -> bool {
        self.paths.contains_key(&file)
    }

    /// Where a file is afterwards.
    fn path<'a>(&'a self, analysis: &'a Analysis, file: FileId) -> Option<&'a VfsPath> {
        self.paths.get(&file).or_else(|| analysis.path(file))
    }
}

impl Analysis {
    /// What has to be written when files move. Names that cannot be made to follow are listed.
    ///
    /// # Errors
    /// The reason why it cannot be done.
    pub fn move_files(&self, moves: &[FileMove], mover: Mover) -> Refactored<Refactoring> {
        self.check()?;
        if mover == Mover::Done {
            return self.moved_back(moves)?.follow_moved(moves);
        }
        let moved = self.moved(moves)?;
        let mut draft = self.move_draft(moves, &moved)?;
        let renames = moved.paths.iter().filter_map(|(file, to)| {
            let from = self.path(*file)?.clone();
            Some(FileOperation::Rename { from, to: to.clone() })
        });
        draft.operations = renames.collect();
        draft.operations.sort_by_key(|it| match it {
            FileOperation::Rename { from, .. } => from.clone(),
            FileOperation::Create { path, .. } | FileOperation::Delete { path } => path.clone(),
        });
        let mut done = self.tried(draft)?;
        if mover == Mover::Editor {
            done.change.operations.clear();
        }
        Ok(done)
    }

    /// The moment before the editor moved the files.
    fn moved_back(&self, moves: &[FileMove]) -> Refactored<Analysis> {
        let mut graph = self.graph().clone();
        for it in moves {
            for file in self.files_below(&it.to) {
                let Some(path) = self.path(file) else { continue };
                let Some(back) = replaced(path, &it.to, &it.from) else { continue };
                if graph.file_at(back.as_str()).is_some_and(|it| it != file) {
                    return refused(format!("{back} is still there"));
                }
                let facts = self.facts(file).cloned();
                graph.set_file(file, path, None);
                graph.set_file(file, &back, facts);
            }
        }
        Ok(self.with_graph(graph))
    }

    /// The edits after a move, by the paths that the files have now.
    fn follow_moved(&self, moves: &[FileMove]) -> Refactored<Refactoring> {
        let mut done = self.move_files(moves, Mover::Editor)?;
        let forward = |path: &VfsPath| {
            let mut moves = moves.iter();
            moves.find_map(|it| replaced(path, &it.from, &it.to)).unwrap_or_else(|| path.clone())
        };
        let edits = std::mem::take(&mut done.change.edits);
        done.change.edits = edits.into_iter().map(|it| (forward(&it.0), it.1)).collect();
        done.left.iter_mut().for_each(|it| it.path = forward(&it.path));
        Ok(done)
    }

    fn files_below(&self, path: &VfsPath) -> Vec<FileId> {
        if let Some(file) = self.file(path) {
            return vec![file];
        }
        let files = self.graph().files().into_iter();
        files.filter(|it| self.path(*it).is_some_and(|it| it.starts_with(path))).collect()
    }

    fn moved(&self, moves: &[FileMove]) -> Refactored<Moved> {
        let mut paths = FxHashMap::default();
        for it in moves {
            if it.from == it.to {
                return refused(format!("{} is there already", it.to));
            }
            if it.to.starts_with(&it.from) {
                return refused(format!("{} lies inside {}", it.to, it.from));
            }
            for file in self.files_below(&it.from) {
                let Some(old) = self.path(file) else { continue };
                let Some(new) = replaced(old, &it.from, &it.to) else { continue };
                if self.file(&new).is_some() {
                    return refused(format!("{new} exists already"));
                }
                paths.insert(file, new);
            }
        }
        match paths.is_empty() {
            true => refused(format!(
                "{}: no such file in the workspace",
                moves.first().map_or("", |it| it.from.as_str())
            )),
            false => Ok(Moved { paths }),
        }
    }

    /// Files that may name what a file defines without importing it.
    fn neighbours(&self, file: FileId) -> Vec<FileId> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        if facts.language.is_none_or(|it| it.modules != Modules::QualifiedPackages) {
            return Vec::new();
        }
        let top = facts.symbols.iter().filter(|it| it.parent.is_none() && !it.is_local);
        top.flat_map(|it| self.graph().files_mentioning(facts.name(it.name))).collect()
    }

    fn move_draft(&self, moves: &[FileMove], moved: &Moved) -> Refactored<Draft> {
        let title = match moves {
            [it] => {
                let name = it.from.file_name().unwrap_or_default();
                match it.from.parent() == it.to.parent() {
                    true => format!("Rename {name} to {}", it.to.file_name().unwrap_or_default()),
                    false => match it.to.parent().map(|it| self.shown(&it)).unwrap_or_default() {
                        top if top.is_empty() => format!("Move {name} to the top folder"),
                        folder => format!("Move {name} to {folder}"),
                    },
                }
            }
            several => format!("Move {} files", several.len()),
        };
        let mut draft = Draft {
            title,
            reason: "every import of what moves, and every one in it, leads where it led"
                .to_owned(),
            strictness: Strictness::Mark,
            ..Draft::default()
        };
        let mut files: BTreeSet<FileId> = moved.paths.keys().copied().collect();
        for file in moved.paths.keys() {
            files.extend(self.graph().importers(*file, &mut || self.check())?);
            files.extend(self.neighbours(*file));
        }
        for file in &files {
            self.check()?;
            let source = match self.source(*file) {
                Ok(source) => source,
                Err(RefactorError::NotHere(_)) => continue,
                Err(error) => return Err(error),
            };
            match source.language.modules {
                Modules::RelativeFiles => self.move_sources(&source, moved, &mut draft),
                Modules::DottedPackages => self.move_dotted(&source, moved, &mut draft),
                Modules::QualifiedPackages => self.move_qualified(&source, moved, &mut draft)?,
                Modules::FolderPackages => self.move_package(&source, moves, moved, &mut draft)?,
                Modules::ModTree => {}
                Modules::Includes | Modules::Constants | Modules::None => {}
            }
        }
        self.move_modules(moved, &mut draft)?;
        self.leave_mentions(moved, &mut draft)?;
        self.leave_found_by_name(moved, &mut draft);
        draft.watched = files.into_iter().collect();
        // Several imports of one statement write the same place.
        let mut known: BTreeMap<(VfsPath, TextRange), String> = BTreeMap::new();
        draft.edits.retain(|(path, edit)| {
            edit.range.is_empty()
                || known.insert((path.clone(), edit.range), edit.text.clone()).is_none()
        });
        Ok(draft)
    }
}

/// `path` with `from` at its beginning replaced by `to`.
fn replaced(path: &VfsPath, from: &VfsPath, to: &VfsPath) -> Option<VfsPath> {
    if path == from {
        return Some(to.clone());
    }
    Some(to.join(path.relative_to(from)?))
}

/// Where `text` stands inside `range` of a file, by itself; the last of several.
fn written_in(source: &Source<'_>, range: TextRange, text: &str) -> Option<TextRange> {
    let slice = source.text.get(range.to_usize())?;
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    let found = slice.rmatch_indices(text).find(|(at, _)| {
        let before = slice[..*at].chars().next_back();
        let after = slice[at + text.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })?;
    let start = range.start().to_usize() + found.0;
    Some(TextRange::from_usize(start, start + text.len()))
}
