//! What a change leaves: facts of texts that were parsed when it was tried.

use std::{collections::BTreeMap, sync::Arc};

use syntax::FileFacts;
use vfs::{ContentHash, VfsPath};

/// The facts of texts that a change leaves, by their paths after it: whoever proposes the change
/// need not parse them again.
#[derive(Clone, Debug, Default)]
pub struct Leaves(BTreeMap<VfsPath, (ContentHash, Arc<FileFacts>)>);

/// They say nothing that the change does not: all are equal.
impl PartialEq for Leaves {
    fn eq(&self, _: &Leaves) -> bool {
        true
    }
}

impl Eq for Leaves {}

impl Leaves {
    /// Notes the facts of `text` at `path`. Those of texts in no known language say nothing.
    pub(crate) fn note(&mut self, path: &VfsPath, text: &str, facts: &Arc<FileFacts>) {
        if facts.language.is_some() {
            let hash = ContentHash::of(text.as_bytes());
            self.0.insert(path.clone(), (hash, Arc::clone(facts)));
        }
    }

    /// The facts of the text at `path`, where it is the one with this hash.
    pub fn facts(&self, path: &VfsPath, hash: ContentHash) -> Option<&Arc<FileFacts>> {
        let (known, facts) = self.0.get(path)?;
        (*known == hash).then_some(facts)
    }
}
