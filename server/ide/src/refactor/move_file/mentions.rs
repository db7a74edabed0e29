//! Files that are no code and name a file that moves: manifests, configurations. They are left to
//! the user, for what reads them is not known.

use std::collections::BTreeSet;

use grammars::{Docs, Modules};
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use super::Moved;
use crate::{
    Analysis,
    refactor::{Refactored, draft::Draft, imports::without_ending},
};

/// Files around that are looked through.
const FILES_MAX: usize = 64;
/// Longer ones are not.
const BYTES_MAX: usize = 1 << 20;
/// Places in one file that are listed.
const PLACES_MAX: usize = 20;

const NAMES: &str = "it names a file that moves, and does not follow";
const FOUND: &str = "what finds this file by its name and folder does not follow";

impl Analysis {
    /// Marks where the data files in the folders around name a file that moves, by its path from
    /// there: with or without its ending, or with dots.
    pub(super) fn leave_mentions(&self, moved: &Moved, draft: &mut Draft) -> Refactored<()> {
        for file in self.data_around(moved) {
            self.check()?;
            let (Some(path), Some(text)) = (self.path(file), self.text(file)) else { continue };
            let Some(folder) = path.parent().filter(|_| text.len() <= BYTES_MAX) else { continue };
            let mut ranges = BTreeSet::new();
            for from in moved.paths.keys().filter_map(|it| self.path(*it)) {
                let Some(below) = from.relative_to(&folder) else { continue };
                for spelling in spellings(below) {
                    ranges.extend(mentions(&text, &spelling).map(|at| (at, spelling.len())));
                }
            }
            let mut end = 0;
            for (at, len) in ranges.into_iter().take(PLACES_MAX) {
                // Of several spellings at one place one is enough.
                if end <= at {
                    end = at + len;
                    let range = TextRange::from_usize(at, end);
                    draft.left.extend(self.left_at(file, range, NAMES));
                }
            }
        }
        Ok(())
    }

    /// Marks what moves and is found by its name and its folder, where it does not keep both.
    pub(super) fn leave_found_by_name(&self, moved: &Moved, draft: &mut Draft) {
        for (file, to) in &moved.paths {
            let (Some(from), Some(facts)) = (self.path(*file), self.facts(*file)) else { continue };
            let names = facts.language.map_or(&[][..], |it| it.refactor.found_by_name);
            let is_kept = || stem(from) == stem(to) && self.all_follow(from, to, moved);
            if names.contains(&stem(from)) && !is_kept() {
                let start = TextRange::empty(TextSize::default());
                draft.left.extend(self.left_at(*file, start, FOUND));
            }
        }
    }

    /// Whether everything that is in the folder of a file, or below, goes with it.
    fn all_follow(&self, from: &VfsPath, to: &VfsPath, moved: &Moved) -> bool {
        let (Some(old), Some(new)) = (from.parent(), to.parent()) else { return false };
        let files = self.graph().files().into_iter();
        let mut beside = files.filter_map(|it| Some((it, self.path(it)?.relative_to(&old)?)));
        beside.all(|(file, below)| moved.paths.get(&file) == Some(&new.join(below)))
    }

    /// The files without code in the folders around what moves.
    fn data_around(&self, moved: &Moved) -> Vec<FileId> {
        let mut folders: BTreeSet<VfsPath> = BTreeSet::new();
        for from in moved.paths.keys().filter_map(|it| self.path(*it)) {
            folders.extend(std::iter::successors(from.parent(), VfsPath::parent));
        }
        let is_data = |it: &FileId| {
            let language = self.facts(*it).and_then(|it| it.language);
            let has_code = |it: &grammars::Language| {
                it.modules != Modules::None
                    || it.docs == Docs::Text
                    || !it.refactor.blocks.is_empty()
            };
            let is_around = self.path(*it).and_then(VfsPath::parent);
            language.is_some_and(|it| !has_code(it))
                && is_around.is_some_and(|it| folders.contains(&it))
                && !moved.has(*it)
        };
        let files = self.graph().files().into_iter();
        files.filter(is_data).take(FILES_MAX).collect()
    }
}

fn stem(path: &VfsPath) -> &str {
    without_ending(path.file_name().unwrap_or_default())
}

/// How a path may be written.
fn spellings(below: &str) -> Vec<String> {
    let mut res = vec![below.to_owned()];
    let plain = without_ending(below);
    // A single word is too often something else.
    if plain.contains('/') {
        res.push(plain.to_owned());
        res.push(plain.replace('/', "."));
    }
    res
}

/// Where `path` is written by itself, perhaps behind `./`.
fn mentions<'t>(text: &'t str, path: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '@');
    let found = text.match_indices(path).map(|it| it.0);
    found.filter(move |at| {
        let before = text[..*at].strip_suffix("./").unwrap_or(&text[..*at]);
        let after = text[at + path.len()..].chars().next();
        !before.chars().next_back().is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
