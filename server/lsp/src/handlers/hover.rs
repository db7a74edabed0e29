//! `textDocument/hover`: what is known of the name under the cursor, what is remembered of it, and
//! which commit touched it last.

use engine::{ReadError, Snapshot};
use history::hex;
use ide::{FilePosition, SymbolRef, Uses};
use memory::{Freshness, Recalled};
use tower_lsp::{
    gen_lsp_types::{Hover, HoverParams},
    jsonrpc::Result,
};

use crate::{backend::Backend, from_proto, to_proto};

/// Memories that a hover shows.
const MEMORIES_MAX: usize = 3;
/// Bytes of a memory that it shows.
const MEMORY_BYTES_MAX: usize = 400;

pub(crate) async fn handle_hover(backend: &Backend, params: HoverParams) -> Result<Option<Hover>> {
    let at = params.text_document_position_params;
    let path = from_proto::path(&at.text_document)?;
    let answer = backend.link().read_about("textDocument/hover", path.clone(), move |view| {
        let Some(position) = view.position(&path, at.position) else { return Ok(None) };
        let Some((_, lines)) = view.file(&path) else { return Ok(None) };
        let uses = match view.snapshot.status.unread {
            true => Uses::Unknown,
            false => Uses::Counted,
        };
        let hover = view.snapshot.analysis.hover(position, uses)?;
        let Some(mut hover) = hover else { return Ok(None) };
        for note in notes(view.snapshot, position)? {
            hover.plain.push_str(&format!("\n{note}"));
            // In code, so that nothing of it is markup, and in one line.
            hover.markdown.push_str(&format!("  \n`{}`", note.replace('`', "'")));
        }
        Ok(Some(to_proto::hover(view, &lines, hover)))
    });
    answer.await
}

/// What is known of the symbol beside the code, a line each.
fn notes(
    snapshot: &Snapshot,
    position: FilePosition,
) -> std::result::Result<Vec<String>, ReadError> {
    let Some(symbol) = snapshot.analysis.symbols_at(position)?.first().copied() else {
        return Ok(Vec::new());
    };
    let mut res = Vec::new();
    // Without a history there is nothing to recall, and a hover is no place to say so.
    let recalled = snapshot.memories_of(symbol).unwrap_or_default();
    res.extend(recalled.iter().take(MEMORIES_MAX).map(remembered));
    if MEMORIES_MAX < recalled.len() {
        res.push(format!("and {} more memories", recalled.len() - MEMORIES_MAX));
    }
    res.extend(last_change(snapshot, symbol));
    Ok(res)
}

fn remembered(it: &Recalled) -> String {
    let text = it.memory.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.floor_char_boundary(MEMORY_BYTES_MAX.min(text.len()));
    let state = match it.freshness {
        Freshness::Fresh => String::new(),
        stale => format!(", {stale}: the code changed since"),
    };
    format!("{}{state}: {}", it.memory.kind, &text[..end])
}

fn last_change(snapshot: &Snapshot, symbol: SymbolRef) -> Option<String> {
    let (is_uncommitted, touch) = snapshot.last_change(symbol)?;
    let commit = &touch.commit;
    let now = if is_uncommitted { "changed since the last commit; before " } else { "" };
    let subject = proposal::visible_line(&commit.subject);
    let author = proposal::visible_line(&commit.author.0);
    let key = hex(&commit.key);
    let days = (snapshot.now_ms() / 1000).cast_signed() - commit.time_s;
    let ago = match days.max(0) / 86_400 {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    Some(format!("{now}changed {ago} by {author}: {subject} ({})", &key[..key.len().min(10)]))
}
