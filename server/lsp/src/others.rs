//! What other servers of the same editor answer, and what is left for us.
//!
//! The client tells it by `aios/otherServers`, see [`crate::ext::OtherServersParams`]. A request
//! that another server answers for the document's language is answered with `null` here: editors
//! that ask all their servers show one answer then, not two.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::RwLock,
};

use settings::Navigation;
use vfs::{FileId, VfsPath};

use crate::{ext::OtherServersParams, view::View};

/// What the other servers answer, by the client's names of languages.
#[derive(Debug, Default)]
pub(crate) struct Others {
    methods: RwLock<BTreeMap<String, BTreeSet<String>>>,
}

impl Others {
    /// Takes what the client tells in the place of all it told before.
    pub(crate) fn set(&self, params: OtherServersParams) {
        let methods =
            params.languages.into_iter().map(|(name, it)| (name, it.into_iter().collect()));
        *self.methods.write().expect("no holder panics") = methods.collect();
    }

    /// Whether a request about a document is ours to answer.
    pub(crate) fn leave(&self, view: &View<'_>, path: &VfsPath, method: &str) -> bool {
        let Ok(file) = view.snapshot.file(path) else { return true };
        match navigation(view, file) {
            Navigation::On => true,
            Navigation::Off => false,
            Navigation::Auto => {
                let overlay = view.snapshot.vfs.overlay(file);
                !overlay.is_some_and(|it| self.answers(&it.language, method))
            }
        }
    }

    /// Whether a file's symbols are ours to find by name. It need not be open: what counts is the
    /// language of its pack.
    pub(crate) fn leave_closed(&self, view: &View<'_>, file: FileId, method: &str) -> bool {
        let Some(pack) = pack_of_file(view, file) else { return true };
        match navigation(view, file) {
            Navigation::On => true,
            Navigation::Off => false,
            Navigation::Auto => {
                let methods = self.methods.read().expect("no holder panics");
                let mut known = methods.iter().filter(|it| pack_of(it.0) == pack);
                !known.any(|it| it.1.contains(method))
            }
        }
    }

    /// Whether another server takes care of a document at all: findings that a compiler has too are
    /// its own to tell then.
    pub(crate) fn has_other(&self, view: &View<'_>, file: FileId) -> bool {
        if navigation(view, file) == Navigation::On {
            return false;
        }
        let methods = self.methods.read().expect("no holder panics");
        let overlay = view.snapshot.vfs.overlay(file);
        overlay.is_some_and(|it| methods.get(&*it.language).is_some_and(|it| !it.is_empty()))
    }

    fn answers(&self, language: &str, method: &str) -> bool {
        let methods = self.methods.read().expect("no holder panics");
        methods.get(language).is_some_and(|it| it.contains(method))
    }
}

fn pack_of_file(view: &View<'_>, file: FileId) -> Option<&'static str> {
    view.snapshot.analysis.facts(file)?.language.map(|it| it.id)
}

fn navigation(view: &View<'_>, file: FileId) -> Navigation {
    let navigation = &view.snapshot.settings.navigation;
    pack_of_file(view, file).map_or(Navigation::Auto, |it| navigation.of(it))
}

/// The pack of a language as editors call it.
fn pack_of(language: &str) -> &str {
    match language {
        "javascriptreact" => "javascript",
        "typescriptreact" => "tsx",
        "cs" => "csharp",
        "sh" | "shellscript" => "bash",
        other => other,
    }
}
