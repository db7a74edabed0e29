//! Modules that are declared: a file gets another name where it is, with its declaration and every
//! path that leads through it.

use grammars::Modules;
use graph::Resolved;
use vfs::{FileId, VfsPath};

use super::Moved;
use crate::{
    Analysis,
    refactor::{Refactored, draft::Draft, imports::without_ending, refused},
};

impl Analysis {
    /// Renames the declared modules among what moves.
    pub(super) fn move_modules(&self, moved: &Moved, draft: &mut Draft) -> Refactored<()> {
        let mut files: Vec<FileId> = moved.paths.keys().copied().collect();
        files.sort_unstable();
        for file in files {
            let language = self.facts(file).and_then(|it| it.language);
            if language.is_none_or(|it| it.modules != Modules::ModTree) {
                continue;
            }
            self.move_module(file, moved, draft)?;
        }
        Ok(())
    }

    fn move_module(&self, file: FileId, moved: &Moved, draft: &mut Draft) -> Refactored<()> {
        let (Some(old), Some(new)) = (self.path(file), moved.path(self, file)) else {
            return Ok(());
        };
        let name = |path: &str| {
            let stem = without_ending(path);
            let stem = stem.strip_suffix("/mod").unwrap_or(stem);
            let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
            (folder.to_owned(), name.to_owned())
        };
        let ((old_folder, old_name), (folder, new_name)) = (name(old.as_str()), name(new.as_str()));
        // What lies in the folder of a module that moves goes with it.
        let follows = moved.paths.iter().any(|(other, to)| {
            let joined = |path: &str| {
                let (folder, name) = name(path);
                format!("{folder}/{name}")
            };
            let is_parent = |path: &VfsPath| joined(path.as_str()) == old_folder;
            self.path(*other).is_some_and(is_parent) && joined(to.as_str()) == folder
        });
        if follows && old_name == new_name {
            return Ok(());
        }
        if old_folder != folder {
            return refused(format!(
                "{old}: a declared module can get another name, but no other folder"
            ));
        }
        if matches!(&*old_name, "lib" | "main" | "build") || old_name == new_name {
            return refused(format!("{old}: this file is found by its name"));
        }
        let mut is_declared = false;
        for user in self.graph().files_mentioning(&old_name) {
            self.move_paths(user, file, (&old_name, &new_name), draft);
            // What a path means that was not recognised would be lost.
            draft.watched.push(user);
        }
        for user in self.graph().files() {
            let Some(facts) = self.facts(user) else { continue };
            for it in facts.mods.iter().filter(|it| facts.name(it.name) == old_name) {
                let declares = self.declares(user, old.as_str());
                if declares && it.path.is_none() {
                    is_declared = true;
                    let Some(path) = self.path(user) else { continue };
                    draft.replace(path, it.name_range, new_name.clone());
                }
            }
        }
        match is_declared {
            true => Ok(()),
            false => refused(format!("{old}: where this module is declared was not found")),
        }
    }

    /// The parts of paths that mean the module.
    fn move_paths(
        &self,
        user: FileId,
        file: FileId,
        (old_name, new_name): (&str, &str),
        draft: &mut Draft,
    ) {
        let (Some(facts), Some(path)) = (self.facts(user), self.path(user)) else { return };
        let Some(text) = self.text(user) else { return };
        for (reference, it) in facts.references() {
            // A module is no value: it stands in an import, or leads to something.
            let behind = text.get(it.range().end().to_usize()..).unwrap_or_default();
            let may_mean = it.is_import() || behind.trim_start().starts_with("::");
            if facts.name(it.name()) != old_name || !may_mean {
                continue;
            }
            if self.graph().resolve(user, reference) == Resolved::Module(vec![file]) {
                draft.replace(path, it.range(), new_name.to_owned());
            }
        }
    }

    /// Whether the file at `module` is one that `user` can declare: beside it, or in its folder.
    fn declares(&self, user: FileId, module: &str) -> bool {
        let Some(path) = self.path(user) else { return false };
        let stem = without_ending(path.as_str());
        let own_folder = path.as_str().rsplit_once('/').map_or("", |it| it.0);
        let is_root = ["lib", "main", "mod"].iter().any(|it| stem.ends_with(&format!("/{it}")));
        let folder = if is_root { own_folder } else { stem };
        let target = without_ending(module);
        let target = target.strip_suffix("/mod").unwrap_or(target);
        target.rsplit_once('/').is_some_and(|it| it.0 == folder)
    }
}
