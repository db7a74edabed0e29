//! Imports that name files relative to the importing one.

use text::TextRange;
use vfs::VfsPath;

use super::{Moved, written_in};
use crate::{
    Analysis,
    refactor::{
        draft::Draft,
        imports::{relative_path, without_ending},
        source::Source,
    },
};

impl Analysis {
    /// Rewrites the sources of the imports of a file.
    pub(super) fn move_sources(&self, source: &Source<'_>, moved: &Moved, draft: &mut Draft) {
        let Some(own) = moved.path(self, source.file) else { return };
        for (nth, import) in source.facts.imports.iter().enumerate() {
            let Some(written) = import.path.first().filter(|_| import.from_source) else {
                continue;
            };
            let written = source.facts.name(*written);
            let targets = self.graph().imported_files(source.file, nth);
            let new = match targets[..] {
                [target] if moved.has(target) || moved.has(source.file) => {
                    let (Some(old), Some(new)) = (self.path(target), moved.path(self, target))
                    else {
                        continue;
                    };
                    respelled(written, (source.path, old), (own, new))
                }
                // What is no code, as a style sheet, stays where it is.
                [] if moved.has(source.file) && written.starts_with('.') => {
                    let Some(folder) = source.path.parent() else { continue };
                    Some(relative_path(own, &folder.join(written)))
                }
                _ => continue,
            };
            let Some(new) = new.filter(|it| it != written) else { continue };
            let quoted = ['\'', '"', '`'].iter().find_map(|quote| {
                let quoted = format!("{quote}{written}{quote}");
                let slice = source.text.get(import.range.to_usize())?;
                let at = import.range.start().to_usize() + slice.rfind(&quoted)? + 1;
                Some(TextRange::from_usize(at, at + written.len()))
            });
            let Some(range) = quoted.or_else(|| written_in(source, import.range, written)) else {
                continue;
            };
            draft.replace(source.path, range, new);
        }
    }
}

/// How an import is written after a move, in the manner in which it was: with or without ending and
/// `index`, by an alias or relative.
fn respelled(
    written: &str,
    (from_old, to_old): (&VfsPath, &VfsPath),
    (from, to): (&VfsPath, &VfsPath),
) -> Option<String> {
    let relative = relative_path(from, to);
    if !written.starts_with('.') {
        // Nothing to do where only the importing file moves.
        return if to_old == to { None } else { Some(by_alias(written, to_old, to, &relative)) };
    }
    if from_old == from && to_old == to {
        return None;
    }
    let name = to_old.file_name().unwrap_or_default();
    let stem = without_ending(name);
    let last = written.rsplit('/').next().unwrap_or(written);
    let plain = without_ending(&relative);
    Some(match last {
        _ if last == name => relative.clone(),
        _ if last == stem => plain.to_owned(),
        _ if without_ending(last) == stem => {
            format!("{plain}{}", &last[stem.len()..])
        }
        _ => match plain.strip_suffix("/index") {
            Some("." | "..") | None if plain.ends_with("/index") => {
                plain.trim_end_matches("/index").to_owned()
            }
            Some(folder) => folder.to_owned(),
            None => plain.to_owned(),
        },
    })
}

/// The same through the alias of a folder, where the file stays below it.
fn by_alias(written: &str, old: &VfsPath, new: &VfsPath, relative: &str) -> String {
    let old = without_ending(old.as_str());
    let old = old.strip_suffix("/index").unwrap_or(old);
    let plain = without_ending(written);
    let plain = if old.ends_with(written) { written } else { plain };
    let parts: Vec<&str> = plain.split('/').collect();
    for start in 1..parts.len() {
        let below = parts[start..].join("/");
        let Some(folder) = old.strip_suffix(&below).filter(|it| it.ends_with('/')) else {
            continue;
        };
        let new = without_ending(new.as_str());
        let new = new.strip_suffix("/index").unwrap_or(new);
        if let Some(rest) = new.strip_prefix(folder) {
            return format!("{}/{rest}{}", parts[..start].join("/"), &written[plain.len()..]);
        }
    }
    without_ending(relative).to_owned()
}
