//! The document that lists the hits of a search: from its lines to the code.

use engine::{HITS_DOCUMENT, hit_at, hits_in};
use tower_lsp::gen_lsp_types::{DocumentLink, Location, Position, Range};
use vfs::VfsPath;

use crate::view::View;

/// Where the line `line` (from 0) of the list leads; `None` where `path` is not the list.
pub(crate) fn listed_at(view: &View<'_>, path: &VfsPath, line: u32) -> Option<Location> {
    let (target, line) = hit_at(&text(view, path)?, line as usize)?;
    let start = Position { line, character: 0 };
    Some(Location { uri: view.uri(&target), range: Range { start, end: start } })
}

/// The places of the list as links; `None` where `path` is not the list.
pub(crate) fn links(view: &View<'_>, path: &VfsPath) -> Option<Vec<DocumentLink>> {
    let text = text(view, path)?;
    let links = hits_in(&text).map(|(nth, end, (target, line))| {
        let written = text.lines().nth(nth).and_then(|it| it.get(..end)).unwrap_or_default();
        let width = written.chars().map(|it| view.session.encoding.units(it)).sum();
        let position = |character| Position { line: nth as u32, character };
        let mut uri = view.uri(&target);
        // Editors open a link with this ending at the line.
        uri.0.push_str(&format!("#L{}", line + 1));
        DocumentLink {
            range: Range { start: position(0), end: position(width) },
            target: Some(uri),
            tooltip: None,
            data: None,
        }
    });
    Some(links.collect())
}

/// The list as the editor has it.
fn text(view: &View<'_>, path: &VfsPath) -> Option<String> {
    let name = path.relative_to(view.snapshot.proposals_folder.as_ref()?)?;
    let file = view.snapshot.vfs.file_id(path).filter(|_| name == HITS_DOCUMENT)?;
    Some(view.snapshot.vfs.overlay(file)?.rope.to_string())
}
