//! What a model is given before it asks, and whether what it says in the end is borne out.

use agent::{Shown, Task, check_citations, citations};
use vfs::VfsPath;

use crate::{ContextQuery, ReadError, Snapshot};

/// Tokens of what is found for a task.
const TOKENS_MAX: usize = 6_000;
/// Lines around a place that the task names.
const AROUND_LINES: u32 = 20;
/// Places that a task names and that are shown.
const PLACES_MAX: usize = 4;

/// The code that `task` names and that a search finds for it, each piece with its place.
///
/// # Errors
/// What the index reports.
pub(crate) fn context_for(snapshot: &Snapshot, task: &Task) -> Result<String, ReadError> {
    let words = task.describe();
    let mut res = String::new();
    for it in citations(&words).iter().take(PLACES_MAX) {
        let from = it.lines.0.saturating_sub(AROUND_LINES).max(1);
        let wide = (from, it.lines.1.saturating_add(AROUND_LINES));
        let Some(text) = lines_of(snapshot, &it.path, wide) else { continue };
        push_piece(&mut res, (&it.path, from, "named in the task"), &text);
    }
    let tokens_max = TOKENS_MAX;
    // The places that it names are above, in full.
    let query = ContextQuery { task: words, tokens_max, with_history: false, at: None };
    for (piece, _) in &snapshot.context(&query)?.pack.pieces {
        push_piece(&mut res, (&piece.path, piece.lines.0, &piece.why), &piece.text);
    }
    Ok(res)
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
