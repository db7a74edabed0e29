//! Imports that name modules by dotted paths, from the package or relative to the own one.

use graph::Resolved;
use syntax::Imported;
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use super::{Moved, written_in};
use crate::{
    Analysis,
    refactor::{
        draft::Draft,
        imports::{dotted, without_ending},
        lines::newline,
        source::{Source, parts, range_of},
    },
};

const PACKAGE: &str = "the module would not be below the folder that its name begins in";

impl Analysis {
    /// Rewrites the imports of a file, and the names that reach a moved module by its path.
    pub(super) fn move_dotted(&self, source: &Source<'_>, moved: &Moved, draft: &mut Draft) {
        for (nth, import) in source.facts.imports.iter().enumerate() {
            match import.name {
                Imported::Module => self.move_whole(source, nth, moved, draft),
                _ => self.move_from(source, nth, moved, draft),
            }
        }
    }

    /// `import a.b`, `import a.b as c`.
    fn move_whole(&self, source: &Source<'_>, nth: usize, moved: &Moved, draft: &mut Draft) {
        let import = &source.facts.imports[nth];
        let names: Vec<&str> = import.path.iter().map(|it| source.facts.name(*it)).collect();
        let written = names.join(".");
        let last = import.reference.map(|it| self.graph().resolve(source.file, it));
        let targets = match last {
            Some(Resolved::Module(files)) => files,
            _ => self.graph().imported_files(source.file, nth),
        };
        for target in targets {
            if !moved.has(target) {
                continue;
            }
            let Some(range) = written_in(source, import.range, &written) else { continue };
            let Some(new) = self.absolute(&written, target, moved) else {
                draft.left.extend(self.left_at(source.file, range, PACKAGE));
                continue;
            };
            // An alias is used under its own name.
            if import.local.is_none_or(|it| range.contains_range(it.1)) {
                self.move_uses(source, target, (&written, &new), draft);
            }
            draft.replace(source.path, range, new);
        }
    }

    /// `a.b.f()` after `import a.b`.
    fn move_uses(
        &self,
        source: &Source<'_>,
        target: FileId,
        (written, new): (&str, &str),
        draft: &mut Draft,
    ) {
        for (reference, it) in source.facts.references().filter(|it| !it.1.is_import()) {
            let end = it.range().end().to_usize();
            let Some(start) = end.checked_sub(written.len()) else { continue };
            if source.text.get(start..end) != Some(written) {
                continue;
            }
            if self.graph().resolve(source.file, reference) == Resolved::Module(vec![target]) {
                draft.replace(source.path, TextRange::from_usize(start, end), new.to_owned());
            }
        }
    }

    /// `from a.b import c`, where `a.b` moves, or the module `c` alone, or the importing file.
    fn move_from(&self, source: &Source<'_>, nth: usize, moved: &Moved, draft: &mut Draft) {
        let import = &source.facts.imports[nth];
        let Some(node) = source.node(import.range) else { return };
        let Some(module) = parts(node, source.rules.import_modules) else { return };
        let module = module[0];
        let own_moves = moved.has(source.file) && 0 < import.dots;
        let files = self.graph().imported_files(source.file, nth);
        let names: Vec<&str> = import.path.iter().map(|it| source.facts.name(*it)).collect();
        let sub = match self.graph().resolve_import(source.file, nth) {
            Resolved::Module(files) if files.len() == 1 && import.name != Imported::Glob => {
                Some(files[0])
            }
            _ => None,
        };
        let package = files.first().copied();
        if sub.is_some_and(|it| !moved.has(it)) && !own_moves {
            // Its folder is a package without the file, too.
            return;
        }
        if package.is_some_and(|it| moved.has(it)) || own_moves && package.is_some() {
            let Some(target) = package else { return };
            let new = match import.dots {
                0 => self.absolute(&names.join("."), target, moved),
                _ => self.relative(source.file, target, moved),
            };
            match new {
                Some(new) if new == source.of(module) => {}
                Some(new) => {
                    draft.replace(source.path, range_of(module), new);
                }
                None => draft.left.extend(self.left_at(source.file, range_of(module), PACKAGE)),
            }
        } else if let Some(sub) = sub.filter(|it| moved.has(*it) || own_moves) {
            self.move_module_name(source, (nth, sub), moved, draft);
        }
    }

    /// `from a import b`, where `b` is the module that moves.
    fn move_module_name(
        &self,
        source: &Source<'_>,
        (nth, target): (usize, FileId),
        moved: &Moved,
        draft: &mut Draft,
    ) {
        let import = &source.facts.imports[nth];
        let (Some(old), Some(new)) = (self.path(target), moved.path(self, target)) else { return };
        let (Some(old_name), Some(name)) = (module_name(old), module_name(new)) else { return };
        let Some(folder) = new.parent() else { return };
        let names: Vec<&str> = import.path.iter().map(|it| source.facts.name(*it)).collect();
        let from = match import.dots {
            0 => {
                let whole = format!("{}.{old_name}", names.join("."));
                let whole = self.absolute(&whole, target, moved);
                whole.and_then(|it| Some(it.rsplit_once('.')?.0.to_owned()))
            }
            _ => moved
                .path(self, source.file)
                .and_then(|own| relative_name(own, &folder.join("__init__.py"))),
        };
        let range = TextRange::new(import.range.start(), import.range.end());
        let Some(from) = from else {
            draft.left.extend(self.left_at(source.file, range, PACKAGE));
            return;
        };
        let bound = import.local.map_or(old_name, |it| source.facts.name(it.0));
        let alias = if bound == name { String::new() } else { format!(" as {bound}") };
        let line = format!("from {from} import {name}{alias}");
        let others = source.facts.imports.iter().filter(|it| it.range == import.range).count();
        if others == 1 {
            draft.replace(source.path, import.range, line);
            return;
        }
        let written = match import.local {
            Some(local) => {
                let start = written_in(source, import.range, old_name).map(TextRange::start);
                start.map(|it| TextRange::new(it, local.1.end()))
            }
            None => written_in(source, import.range, old_name),
        };
        let Some(written) = written else { return };
        draft.replace(source.path, with_comma(&source.text, written), String::new());
        let end = import.range.end();
        let text = format!("{}{line}", newline(&source.text));
        draft.replace(source.path, TextRange::empty(end), text);
    }

    /// The dotted name of a moved file below the folder in which its old one begins.
    fn absolute(&self, written: &str, target: FileId, moved: &Moved) -> Option<String> {
        let (old, new) = (self.path(target)?, moved.path(self, target)?);
        let mut root = old.parent()?;
        while dotted(old, &root).as_deref() != Some(written) {
            root = root.parent()?;
        }
        dotted(new, &root).filter(|it| !it.is_empty())
    }

    fn relative(&self, from: FileId, target: FileId, moved: &Moved) -> Option<String> {
        relative_name(moved.path(self, from)?, moved.path(self, target)?)
    }
}

/// The name of a module as a file writes it that shares a package with it.
fn relative_name(from: &VfsPath, to: &VfsPath) -> Option<String> {
    let folder = from.parent()?;
    let mut above = folder.clone();
    let mut dots = 1;
    let to_folder = to.parent()?;
    while to_folder != above && !to_folder.starts_with(&above) {
        above = above.parent()?;
        dots += 1;
    }
    let rest = match to == &above.join("__init__.py") {
        true => String::new(),
        false => dotted(to, &above)?,
    };
    Some(format!("{}{rest}", ".".repeat(dots)))
}

fn module_name(path: &VfsPath) -> Option<&str> {
    let stem = without_ending(path.as_str()).strip_suffix("/__init__");
    stem.unwrap_or(without_ending(path.as_str())).rsplit('/').next()
}

/// A name in a list with the comma before or behind it.
fn with_comma(text: &str, range: TextRange) -> TextRange {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let after = &text[end..];
    let gap = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let behind = &after[gap + 1..];
        let blank = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        return TextRange::new(range.start(), TextSize::from_usize(end + gap + 1 + blank));
    }
    let before = text[..start].trim_end();
    match before.ends_with(',') {
        true => TextRange::new(TextSize::from_usize(before.len() - 1), range.end()),
        false => range,
    }
}
