//! Files whose imports are out of order, or lack one: the projects are in order, so that nothing
//! could be organised or added in them as they are.

use std::sync::Arc;

use ide::{
    Analysis, AnalysisHost, Change, FileDelta, FilePosition, FileState, Refactor, Refactoring,
};
use syntax::{Access, FileFacts, Import, Imported};
use text::TextRange;
use vfs::FileId;

use crate::{Made, Project, Random, facts_of};

/// Removes an import of the project's own code and asks for it where the name is used.
pub(crate) fn add_import(
    project: &Project,
    file: FileId,
    random: &mut Random,
) -> Result<Made, String> {
    let (facts, text) = read(project, file);
    let graph = project.analysis.graph();
    let mut own: Vec<(&Import, &str)> = Vec::new();
    for (nth, import) in facts.imports.iter().enumerate() {
        let (Some(name), false) = (local_name(&facts, import), import.reexport) else { continue };
        let is_ours = !graph.imported_files(file, nth).is_empty();
        if is_ours && import.scope.index() == 0 && is_alone(&facts, &text, import) {
            own.push((import, name));
        }
    }
    if own.is_empty() {
        return Err("no import of the project's own code stands by itself".to_owned());
    }
    let (import, name) = own[random.below(own.len())];
    let lines = lines_of(&text, import.range);
    let without = format!("{}{}", &text[..lines.start], &text[lines.end..]);
    let (analysis, facts) = with_text(project, file, &without);
    let uses = facts.references.iter().filter(|it| it.access() == Access::Bare && !it.is_import());
    let mut uses = uses.filter(|it| facts.name(it.name()) == name);
    let used = uses.next().ok_or("the imported name is not used by itself")?;
    let at = FilePosition { file, offset: used.range().start() };
    make(project, (file, without), &analysis, at, &Refactor::AddImport { module: None })
}

/// Puts the first of the imports last, adds one that nothing uses, and organises them.
pub(crate) fn organize_imports(
    project: &Project,
    file: FileId,
    random: &mut Random,
) -> Result<Made, String> {
    let (facts, text) = read(project, file);
    let alone: Vec<&Import> = facts
        .imports
        .iter()
        .filter(|it| it.scope.index() == 0 && !it.reexport && is_alone(&facts, &text, it))
        .collect();
    let (Some(first), Some(last)) = (alone.first(), alone.last()) else {
        return Err("no import stands by itself".to_owned());
    };
    let (first, last) = (lines_of(&text, first.range), lines_of(&text, last.range));
    let unused = unused_import(project, file, random).unwrap_or_default();
    let moved = if first == last { "" } else { &text[first.clone()] };
    let start = if first == last { first.start } else { first.end };
    let disordered =
        [&text[..first.start], &text[start..last.end], moved, &unused, &text[last.end..]];
    let disordered = disordered.concat();
    let (analysis, _) = with_text(project, file, &disordered);
    let at = FilePosition { file, offset: TextRange::from_usize(0, 0).start() };
    make(project, (file, disordered), &analysis, at, &Refactor::OrganizeImports)
}

/// A line that imports, in a file beside this one, a name that this one does not write.
fn unused_import(project: &Project, file: FileId, random: &mut Random) -> Option<String> {
    let own = read(project, file);
    let folder = project.analysis.path(file)?.parent();
    let mut lines = Vec::new();
    for other in project.files.iter().filter(|it| **it != file) {
        let (facts, text) = read(project, *other);
        let is_beside = project.analysis.path(*other)?.parent() == folder;
        if !is_beside || facts.language != own.0.language {
            continue;
        }
        for import in facts.imports.iter().filter(|it| is_alone(&facts, &text, it)) {
            let Some(name) = local_name(&facts, import) else { continue };
            let line = &text[lines_of(&text, import.range)];
            let is_top = import.scope.index() == 0 && !import.reexport;
            if is_top && !own.1.contains(name) && line.starts_with(['i', 'f', 'u', '\t']) {
                lines.push(line.to_owned());
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    Some(lines.swap_remove(random.below(lines.len())))
}

fn make(
    project: &Project,
    (file, base): (FileId, String),
    analysis: &Analysis,
    at: FilePosition,
    refactor: &Refactor,
) -> Result<Made, String> {
    let range = ide::FileRange { file, range: TextRange::empty(at.offset) };
    let Refactoring { change, left, .. } =
        analysis.refactor(range, refactor).map_err(|it| it.to_string())?;
    let path = project.analysis.path(file).ok_or("the file is gone")?.clone();
    Ok(Made { change, is_proven: left.is_empty(), base: Some((path, base)) })
}

/// The project with another text of one file.
fn with_text(project: &Project, file: FileId, text: &str) -> (Analysis, Arc<FileFacts>) {
    let old = project.analysis.clone();
    let root = &old.workspace().roots[0];
    let path = old.path(file).unwrap();
    let facts = Arc::new(facts_of(path.relative_to(root).unwrap(), text));
    let graph = old.graph();
    let delta = |it: FileId| FileDelta {
        file: it,
        path: old.path(it).unwrap().clone(),
        state: FileState::Settled(Arc::clone(match it == file {
            true => &facts,
            false => graph.facts(it).unwrap(),
        })),
    };
    let files = graph.files().into_iter().map(delta).collect();
    let mut host = AnalysisHost::new();
    host.apply_change(Change { files });
    host.set_workspace(old.workspace().clone());
    let text: Arc<str> = Arc::from(text);
    let before = project.analysis.clone();
    let read = move |it: FileId| match it == file {
        true => Some(Arc::clone(&text)),
        false => before.text(it),
    };
    (host.analysis(Arc::new(read)), facts)
}

fn read(project: &Project, file: FileId) -> (Arc<FileFacts>, Arc<str>) {
    let facts = project.analysis.facts(file).unwrap();
    (Arc::clone(facts), project.analysis.text(file).unwrap())
}

fn local_name<'a>(facts: &'a FileFacts, import: &Import) -> Option<&'a str> {
    match (import.local, import.name) {
        (Some((name, _)), _) | (None, Imported::Name(name)) => Some(facts.name(name)),
        // A package is called as the end of its path.
        (None, Imported::Module) => facts.name(*import.path.last()?).rsplit(['/', '.']).next(),
        _ => None,
    }
}

/// Whether an import has its lines for itself.
fn is_alone(facts: &FileFacts, text: &str, import: &Import) -> bool {
    let lines = lines_of(text, import.range);
    let inside = |it: &&Import| lines.contains(&it.range.start().to_usize());
    let written = text[lines.clone()].trim();
    let own = &text[import.range.to_usize()];
    // What is indented stands under a condition; a group is indented by a tab.
    facts.imports.iter().filter(inside).count() == 1
        && !text[lines.clone()].starts_with(' ')
        && (written == own || written.strip_prefix("import ") == Some(own))
}

fn lines_of(text: &str, range: TextRange) -> std::ops::Range<usize> {
    let range = range.to_usize();
    let start = text[..range.start].rfind('\n').map_or(0, |it| it + 1);
    let last = range.end.saturating_sub(usize::from(text[..range.end].ends_with('\n')));
    let end = text[last..].find('\n').map_or(text.len(), |it| last + it + 1);
    start..end
}
