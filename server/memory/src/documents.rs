//! What of a file can be found: its chunks, its path, and the file as a whole.

use store::{DOCUMENTS_PER_FILE_MAX, Document, FileDocuments, Role};
use syntax::{Chunk, FileFacts, Symbol, SymbolKind};
use text::{PositionEncoding, TextRange};

use crate::words::push_words;

/// The number of what [`documents`] makes of a file; another number means "index again".
pub const WORDS_VERSION: u32 = 1;

/// Enclosing types that are named with a symbol; further out stand modules and namespaces, which
/// the path already tells.
const OWNERS_MAX: usize = 2;

/// The documents of the file at `path`, relative to its root, with this text and these facts.
pub fn documents(path: &str, text: &str, facts: &FileFacts) -> FileDocuments {
    let mut res = FileDocuments::default();
    push_words(&mut res.path, path);
    push_words(&mut res.body, text);
    let chunks = facts.chunks.iter().take(DOCUMENTS_PER_FILE_MAX - 1);
    res.chunks.extend(chunks.filter_map(|it| document(text, facts, it)));
    res
}

/// The document of one chunk; `None` where facts and text do not belong together.
fn document(text: &str, facts: &FileFacts, chunk: &Chunk) -> Option<Document> {
    let whole = text.get(chunk.range.to_usize())?;
    let symbol = chunk.symbol.map(|it| facts.symbol(it));
    let doc = symbol.and_then(|it| facts.detail(it).doc);
    let mut document = Document {
        range: (chunk.range.start().raw(), chunk.range.end().raw()),
        lines: lines(facts, chunk.range),
        symbol: symbol.map(|it| facts.name(it.name).to_owned()),
        role: role(facts, symbol),
        hash: chunk.hash,
        ..Document::default()
    };
    match doc.filter(|it| chunk.range.contains_range(*it)) {
        Some(doc) => {
            // Documentation is prose: among the words of the body it would outweigh them.
            let before = TextRange::new(chunk.range.start(), doc.start());
            let after = TextRange::new(doc.end(), chunk.range.end());
            push_words(&mut document.body, text.get(before.to_usize())?);
            push_words(&mut document.body, text.get(after.to_usize())?);
        }
        None => push_words(&mut document.body, whole),
    }
    if let Some(doc) = doc {
        push_words(&mut document.doc, text.get(doc.to_usize())?);
    }
    if let Some(symbol) = symbol {
        push_name(&mut document.name, facts, symbol);
    }
    Some(document)
}

/// First and last line, from 1. A chunk that ends with a line end does not reach into the next
/// line.
fn lines(facts: &FileFacts, range: TextRange) -> (u32, u32) {
    let line = |offset| facts.lines.line_col(offset, PositionEncoding::Utf8);
    let (first, last) = (line(range.start()), line(range.end()));
    let is_at_start = last.col == 0 && first.line < last.line;
    (first.line + 1, last.line + 1 - u32::from(is_at_start))
}

fn role(facts: &FileFacts, symbol: Option<&Symbol>) -> Role {
    if facts.is_test || symbol.is_some_and(|it| it.is_test) {
        return Role::Test;
    }
    match symbol.map(|it| it.kind) {
        None | Some(SymbolKind::Heading | SymbolKind::Key) => Role::Section,
        Some(_) => Role::Definition,
    }
}

/// The symbol's name with the types around it: `Receiver::poll` is found by both words.
fn push_name(acc: &mut String, facts: &FileFacts, symbol: &Symbol) {
    push_words(acc, facts.name(symbol.name));
    if let Some(owner) = facts.owner(symbol) {
        push_words(acc, facts.name(owner));
    }
    let mut owners = 0;
    let mut next = symbol.parent;
    while let Some(owner) = next.map(|it| facts.symbol(it)) {
        if OWNERS_MAX <= owners {
            break;
        }
        if is_type(owner.kind) {
            push_words(acc, facts.name(owner.name));
            owners += 1;
        }
        next = owner.parent;
    }
}

fn is_type(kind: SymbolKind) -> bool {
    matches!(
        kind,
        SymbolKind::Class
            | SymbolKind::Struct
            | SymbolKind::Enum
            | SymbolKind::Interface
            | SymbolKind::Union
            | SymbolKind::Type
            | SymbolKind::Implementation
    )
}
