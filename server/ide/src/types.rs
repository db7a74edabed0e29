//! Questions and answers as plain values: byte offsets and file ids, no protocol.

use graph::{Cancelled, EdgeKind, Resolution, SymbolRef};
use syntax::SymbolKind;
use text::{TextRange, TextSize};
use vfs::FileId;

/// An answer, or word that a newer edit made it worthless.
pub type Cancellable<T> = Result<T, Cancelled>;

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePosition {
    /// The file.
    pub file: FileId,
    /// The byte.
    pub offset: TextSize,
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileRange {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub range: TextRange,
}

/// One symbol of a file with those written inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineItem {
    /// Its name.
    pub name: String,
    /// More about it on the same line: the type it implements, its signature's rest. May be empty.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name.
    pub name_range: TextRange,
    /// What is written inside, in order.
    pub children: Vec<OutlineItem>,
}

/// A definition one can go to.
#[derive(Clone, Debug, PartialEq)]
pub struct NavTarget {
    /// The symbol in the graph; `None` where the target is a whole file.
    pub symbol: Option<SymbolRef>,
    /// The file.
    pub file: FileId,
    /// All of it.
    pub range: TextRange,
    /// Its name.
    pub name_range: TextRange,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The names around it, outermost first, joined by `::`; `None` at a file's top level.
    pub container: Option<String>,
    /// How it was found.
    pub resolution: Resolution,
    /// In a few words, how it was found.
    pub why: &'static str,
}

/// A hit of the search for symbols.
#[derive(Clone, Debug, PartialEq)]
pub struct SymbolHit {
    /// Where it is.
    pub target: NavTarget,
    /// The higher, the better; comparable within one answer only.
    pub score: f32,
}

/// A place that names a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The file.
    pub file: FileId,
    /// The name there.
    pub range: TextRange,
    /// What it does with the symbol.
    pub kind: EdgeKind,
    /// True where it gives it a value.
    pub is_write: bool,
    /// How it was found.
    pub resolution: Resolution,
    /// Name path of the definition around it; `None` at the top level of the file.
    pub within: Option<String>,
}

/// Where a symbol is named.
#[derive(Clone, Debug, PartialEq)]
pub struct References {
    /// Its definitions, several where it has overloads or overrides.
    pub declarations: Vec<NavTarget>,
    /// The places, sorted by file and offset. Without the declarations.
    pub found: Vec<Site>,
}

/// An occurrence of what is under the cursor, in the same file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Highlight {
    /// The name.
    pub range: TextRange,
    /// What happens there.
    pub kind: HighlightKind,
}

/// What happens at an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HighlightKind {
    /// It is read, called or named.
    Read,
    /// It is declared or given a value.
    Write,
}

/// What to show about the name under the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// As Markdown.
    pub markdown: String,
    /// The same without markup.
    pub plain: String,
    /// The name.
    pub range: TextRange,
}

/// One end of calls: who calls, or who is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The caller or callee; a target without symbol is the top level of its file.
    pub target: NavTarget,
    /// The places of the calls, in the caller's file.
    pub sites: Vec<Site>,
}
