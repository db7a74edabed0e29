//! Packages that are folders: a package moves as a whole.

use text::TextRange;

use super::{FileMove, Moved};
use crate::{
    Analysis,
    refactor::{Refactored, draft::Draft, refused, source::Source},
};

impl Analysis {
    /// Rewrites the imports of packages that move.
    pub(super) fn move_package(
        &self,
        source: &Source<'_>,
        moves: &[FileMove],
        moved: &Moved,
        draft: &mut Draft,
    ) -> Refactored<()> {
        if let Some(new) = moved.paths.get(&source.file) {
            let is_single = moves.iter().any(|it| it.from == *source.path);
            if is_single && new.parent() != source.path.parent() {
                return refused(format!(
                    "{}: a file of one package cannot join another one by moving",
                    source.path
                ));
            }
        }
        for (nth, import) in source.facts.imports.iter().enumerate() {
            let Some(written) = import.path.first().filter(|_| import.from_source) else {
                continue;
            };
            let written = source.facts.name(*written);
            let files = self.graph().imported_files(source.file, nth);
            let Some(first) = files.first().filter(|it| moved.has(**it)) else { continue };
            let old = self.path(*first).and_then(|it| it.parent());
            let new = moved.path(self, *first).and_then(|it| it.parent());
            let (Some(old), Some(new)) = (old, new) else { continue };
            // The module's folder: what is left of the path without the part that both write.
            let parts: Vec<&str> = written.split('/').collect();
            let root = (1..parts.len()).find_map(|start| {
                let below = parts[start..].join("/");
                let root = old.as_str().strip_suffix(&below)?.strip_suffix('/')?;
                Some((parts[..start].join("/"), root.to_owned()))
            });
            let Some((module, root)) = root else { continue };
            let Some(rest) = new.as_str().strip_prefix(&format!("{root}/")) else { continue };
            let Some(slice) = source.text.get(import.range.to_usize()) else { continue };
            let Some(at) = slice.rfind(written) else { continue };
            let at = import.range.start().to_usize() + at;
            let range = TextRange::from_usize(at, at + written.len());
            draft.replace(source.path, range, format!("{module}/{rest}"));
        }
        Ok(())
    }
}
