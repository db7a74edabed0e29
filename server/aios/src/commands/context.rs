//! `aios context`: the code that a task needs, within a number of tokens.

use std::path::Path;

use engine::{Area, ContextQuery, LoadGraph};
use memory::Piece;
use proposal::visible_line;
use serde_json::{Value, json};

use crate::{
    args::ContextArgs,
    commands::{history, target::Target},
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// Runs the command.
pub(crate) fn run(root: &Path, args: &ContextArgs, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed_with_vectors(root, LoadGraph::Always)?;
    if !args.without_history {
        history::read(&mut session)?;
    }
    let at = match &args.at {
        Some(at) => Some(Area::Place(Target::parse(at, &session.root)?.into_place())),
        None => None,
    };
    let query = ContextQuery {
        at,
        task: args.task.join(" "),
        tokens_max: args.tokens as usize,
        with_history: !args.without_history,
        relevance_min: 0.0,
    };
    let found = session.ask("context", move |snapshot| snapshot.context(&query))?;
    for (piece, tokens) in &found.pack.pieces {
        output.line(|| piece_json(piece, *tokens), || piece_text(piece, *tokens, output))?;
    }
    if found.pack.pieces.is_empty() {
        return Ok(output.refuse("nothing was found for this task")?);
    }
    let (tokens, left) = (found.pack.tokens, found.pack.n_left_out);
    output.line(
        || json!({"tokens": tokens, "left_out": left, "limits": found.limits}),
        || {
            let limits = found.limits.join("; ");
            let text = format!("about {tokens} tokens, {left} pieces left out; {limits}");
            output.paint(Paint::Faint, text)
        },
    )?;
    Ok(Exit::Done)
}

fn piece_json(piece: &Piece, tokens: usize) -> Value {
    json!({
        "file": piece.path,
        "start_line": piece.lines.0,
        "end_line": piece.lines.1,
        "symbol": piece.symbol,
        "why": piece.why,
        "value": piece.value,
        "tokens": tokens,
        "text": piece.text,
    })
}

fn piece_text(piece: &Piece, tokens: usize, output: Output) -> String {
    let place = format!("{}:{}-{}", piece.path, piece.lines.0, piece.lines.1);
    let name = piece.symbol.as_deref().unwrap_or("");
    let head = format!(
        "{}  {}  {}",
        output.paint(Paint::Place, place),
        output.paint(Paint::Name, name),
        output.paint(Paint::Faint, format!("{tokens} tokens; {}", piece.why))
    );
    let lines: Vec<String> = piece.text.lines().map(visible_line).collect();
    format!("{head}\n{}\n", lines.join("\n"))
}
