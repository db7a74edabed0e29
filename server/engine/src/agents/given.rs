//! What a model is given before it asks, and whether what it says in the end is borne out.

use agent::{Citation, Shown, Task, check_citations, citations};
use memory::Piece;
use text::{LineCol, PositionEncoding};
use vfs::VfsPath;

use crate::{Area, ContextQuery, ReadError, Snapshot};

/// Tokens of what is found for a task.
const TOKENS_MAX: usize = 6_000;
/// Lines around a place that the task names.
const AROUND_LINES: u32 = 20;
/// Places that a task names and that are shown.
const PLACES_MAX: usize = 4;

/// The code that `task` names with what belongs to it, and what a search finds for it that is
/// surely meant, each piece with its place.
///
/// # Errors
/// What the index reports.
pub(crate) fn context_for(snapshot: &Snapshot, task: &Task) -> Result<String, ReadError> {
    let words = task.describe();
    let mut res = String::new();
    let places = citations(&words);
    let mut shown: Vec<(&str, u32, u32)> = Vec::new();
    for it in places.iter().take(PLACES_MAX) {
        let from = it.lines.0.saturating_sub(AROUND_LINES).max(1);
        let wide = (from, it.lines.1.saturating_add(AROUND_LINES));
        let Some(text) = lines_of(snapshot, &it.path, wide) else { continue };
        push_piece(&mut res, (&it.path, from, "named in the task"), &text);
        shown.push((&it.path, from, from + text.lines().count() as u32));
    }
    let query = ContextQuery {
        // What an agent says of itself is no question about the code.
        task: task.words().collect::<Vec<_>>().join(" "),
        tokens_max: TOKENS_MAX,
        with_history: true,
        at: places.first().and_then(|it| area(snapshot, it)),
        relevance_min: f32::from(snapshot.settings.context_threshold) / 100.0,
    };
    let pack = snapshot.context(&query)?.pack;
    let is_shown = |it: &Piece| {
        let (first, last) = it.lines;
        shown.iter().any(|of| of.0 == it.path && of.1 <= first && last < of.2)
    };
    for (piece, _) in &pack.pieces {
        let (first, last) = piece.lines;
        match is_shown(piece) {
            true => {
                let (path, why) = (&piece.path, &piece.why);
                res.push_str(&format!("{path}:{first}-{last} ({why}; shown above)\n\n"));
            }
            false => push_piece(&mut res, (&piece.path, first, &piece.why), &piece.text),
        }
    }
    Ok(res)
}

/// The start of a place that a task names.
fn area(snapshot: &Snapshot, it: &Citation) -> Option<Area> {
    let found = snapshot.roots.iter().map(|root| root.join(&it.path));
    let path = found.into_iter().find(|it| snapshot.file(it).is_ok())?;
    let start = LineCol { line: it.lines.0.checked_sub(1)?, col: 0 };
    let encoding = PositionEncoding::Utf8;
    Some(Area::Range { path, range: (start, start), encoding, version: None })
}

fn push_piece(acc: &mut String, (path, first, why): (&str, u32, &str), text: &str) {
    let last = first + (text.lines().count() as u32).saturating_sub(1);
    acc.push_str(&format!("{path}:{first}-{last} ({why})\n"));
    for (line, n) in text.lines().zip(first..) {
        acc.push_str(&format!("{n:>5} {line}\n"));
    }
    acc.push('\n');
}

/// What a model said, with a mark behind each citation that nothing bears out, and how many are.
pub(crate) fn checked_answer(snapshot: &Snapshot, text: &str, mut shown: Shown) -> String {
    let Some(root) = snapshot.roots.first() else { return text.to_owned() };
    shown.take_root_off(root.as_str());
    let of_lines = |path: &str, (first, last): (u32, u32)| {
        let path = path.strip_prefix(root.as_str()).map_or(path, |it| it.trim_start_matches('/'));
        exactly(snapshot, path, (first, last))
    };
    let checked = check_citations(text, of_lines, &shown);
    match checked.citations.is_empty() {
        true => checked.text,
        false => format!("{}\n\n({})", checked.text.trim_end(), checked.describe()),
    }
}

/// Lines of a file, as many of them as there are; `None` where it has none of them.
fn lines_of(snapshot: &Snapshot, path: &str, (first, last): (u32, u32)) -> Option<String> {
    let file = snapshot.roots.iter().find_map(|it| snapshot.file(&it.join(path)).ok())?;
    let text = snapshot.text(file)?;
    if proposal::is_secret(snapshot.vfs.path(file)) {
        return None;
    }
    let lines = text.lines().skip(first as usize - 1).take((last - first + 1) as usize);
    let lines: Vec<&str> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The same where all of them are there.
fn exactly(snapshot: &Snapshot, path: &str, lines: (u32, u32)) -> Option<String> {
    let is_plain = VfsPath::new(&format!("/{path}")).is_some();
    let text = lines_of(snapshot, path, lines).filter(|_| is_plain)?;
    (text.lines().count() as u32 == lines.1 - lines.0 + 1).then_some(text)
}
