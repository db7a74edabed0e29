//! What of a file can be found: its chunks, its path, and the file as a whole.

use store::{DOCUMENTS_PER_FILE_MAX, Document, FileDocuments, Role};
use syntax::{Chunk, FileFacts, ReferenceKind, Symbol, SymbolKind};
use text::TextRange;

use crate::words::push_words;

/// The number of what [`documents`] makes of a file; another number means "index again".
pub const WORDS_VERSION: u32 = 4;

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
    let symbol = chunk.symbol.map(|it| facts.symbol(it));
    let doc = symbol.and_then(|it| facts.detail(it).doc);
    let inside = doc.filter(|it| chunk.range.contains_range(*it));
    // Documentation is prose: among the words of the body it would outweigh them. And where it
    // comes first the hit begins behind it, at what was looked for, not a screen above.
    let (before, after) = match inside {
        Some(doc) => (
            trimmed(text, TextRange::new(chunk.range.start(), doc.start()))?,
            trimmed(text, TextRange::new(doc.end(), chunk.range.end()))?,
        ),
        None => (TextRange::empty(chunk.range.start()), trimmed(text, chunk.range)?),
    };
    let range = match (before.is_empty(), after.is_empty()) {
        (_, true) => trimmed(text, chunk.range)?,
        (true, false) => after,
        (false, false) => before.cover(after),
    };
    let mut document = Document {
        range: (range.start().raw(), range.end().raw()),
        lines: lines(facts, range),
        symbol: symbol.map(|it| facts.name(it.name).to_owned()),
        kind: symbol.map(|it| it.kind.as_str().to_owned()),
        role: role(facts, chunk, symbol),
        hash: chunk.hash,
        ..Document::default()
    };
    push_words(&mut document.body, text.get(before.to_usize())?);
    push_words(&mut document.body, text.get(after.to_usize())?);
    if let Some(doc) = doc {
        push_words(&mut document.doc, text.get(doc.to_usize())?);
    }
    if let Some(symbol) = symbol {
        push_name(&mut document.name, facts, symbol);
    }
    Some(document)
}

/// `range` without the white space at its ends: what lies between two definitions begins behind the
/// one and ends in the indentation of the other.
fn trimmed(text: &str, range: TextRange) -> Option<TextRange> {
    let whole = text.get(range.to_usize())?;
    let start = range.start().to_usize() + whole.len() - whole.trim_start().len();
    Some(TextRange::from_usize(start, start + whole.trim().len()))
}

/// First and last line, from 1.
fn lines(facts: &FileFacts, range: TextRange) -> (u32, u32) {
    (facts.lines.line_of(range.start()) + 1, facts.lines.line_of(range.end()) + 1)
}

fn role(facts: &FileFacts, chunk: &Chunk, symbol: Option<&Symbol>) -> Role {
    if facts.is_test || symbol.is_some_and(|it| it.is_test) {
        return Role::Test;
    }
    let is_data = facts.references.is_empty();
    match symbol.map(|it| it.kind) {
        // A table of a database is used by name somewhere, one of a data file is not.
        Some(SymbolKind::Table) if is_data => Role::Section,
        // What a script does, and a method that stands alone as it was copied from its class.
        None if !has_definitions(facts) && has_calls(facts, chunk) => Role::Definition,
        // The head of an implementation says nothing that its type and its functions do not.
        None | Some(SymbolKind::Heading | SymbolKind::Key | SymbolKind::Implementation) => {
            Role::Section
        }
        Some(_) => Role::Definition,
    }
}

/// True where the file defines what can be looked for: a function or a type.
fn has_definitions(facts: &FileFacts) -> bool {
    let is_function =
        |kind| matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor);
    facts.symbols.iter().any(|it| !it.is_local && (is_function(it.kind) || is_type(it.kind)))
}

/// True where a chunk does something, as lists of imports and of exports do not.
fn has_calls(facts: &FileFacts, chunk: &Chunk) -> bool {
    let start = facts.references.partition_point(|it| it.start() < chunk.range.start());
    let inside = facts.references[start..].iter().take_while(|it| it.start() < chunk.range.end());
    inside.into_iter().any(|it| it.kind() == ReferenceKind::Call)
}

/// The symbol's name with the types around it: `Receiver::poll` is found by both words.
fn push_name(acc: &mut String, facts: &FileFacts, symbol: &Symbol) {
    push_words(acc, facts.name(symbol.name));
    if acc.is_empty() {
        // A name of words that say nothing in a text is still looked for: `from`, `with`.
        acc.push_str(&facts.name(symbol.name).to_lowercase());
        acc.push(' ');
    }
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
