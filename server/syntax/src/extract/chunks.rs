//! The parts of a file that are searched on their own.

use text::{LineIndex, TextRange, TextSize};

use crate::{
    Chunk, Symbol, SymbolIdx, SymbolKind,
    extract::{docs::Documented, symbols::is_type},
    renamed::Replaced,
};

/// Lines of a chunk where nothing tells where to cut.
const LINES_MAX: u32 = 40;

/// A longer definition is cut at line ends.
const CHUNK_BYTES_MAX: u32 = 8 * 1024;

/// What lies between definitions is a chunk if it has as many bytes that are not blank.
const GAP_BYTES_MIN: usize = 24;

/// Chunks of a text without definitions.
pub(crate) fn of_lines(text: &str, lines: &LineIndex) -> Vec<Chunk> {
    let mut res = Vec::new();
    let whole = TextRange::new(TextSize::default(), lines.len());
    push_lines(&mut res, text, lines, (whole, None));
    res
}

/// Chunks of the part `within` of a text: functions, types, sections, and what lies between them.
pub(crate) fn of_symbols(
    (text, within): (&str, TextRange),
    lines: &LineIndex,
    symbols: &[Symbol],
    documented: &[Documented],
) -> Vec<Chunk> {
    let mut res = Vec::new();
    let mut covered = within.start();
    let parts = parts(lines, symbols, documented);
    for (range, idx) in parts {
        // Parts of definitions on one line may meet: a byte belongs to one chunk.
        let range = TextRange::new(range.start().max(covered), range.end());
        if range.is_empty() {
            continue;
        }
        push_gap(&mut res, text, lines, TextRange::new(covered, range.start()));
        push_part(&mut res, text, lines, (range, Some(idx)));
        covered = range.end();
    }
    push_gap(&mut res, text, lines, TextRange::new(covered, within.end()));
    res
}

/// The definitions that are chunks, with what documents them, in the order of the text.
fn parts(
    lines: &LineIndex,
    symbols: &[Symbol],
    documented: &[Documented],
) -> Vec<(TextRange, SymbolIdx)> {
    let mut res: Vec<(TextRange, SymbolIdx)> = Vec::new();
    let mut covered = TextSize::default();
    for (index, symbol) in symbols.iter().enumerate() {
        let lead = TextSize::new(documented[index].lead);
        if symbol.is_local || symbol.range.start() < covered {
            continue;
        }
        let end = match symbol.kind {
            SymbolKind::Heading => {
                let later = symbols[index + 1..].iter();
                let next = later.filter(|it| it.kind == SymbolKind::Heading);
                let next = next.map(|it| it.range.start()).find(|it| symbol.range.start() < *it);
                next.unwrap_or(lines.len())
            }
            kind if is_container(kind) => head_end(index, lines, symbols, documented),
            SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Type => symbol.range.end(),
            _ if is_code(symbol, lines) => symbol.range.end(),
            _ => continue,
        };
        res.push((TextRange::new(lead, end), SymbolIdx::new(index)));
        covered = end;
    }
    res
}

fn is_container(kind: SymbolKind) -> bool {
    is_type(kind)
        || matches!(kind, SymbolKind::Module | SymbolKind::Namespace | SymbolKind::Package)
}

/// A container is cut before the first of its functions, for these are chunks of their own.
fn head_end(
    index: usize,
    lines: &LineIndex,
    symbols: &[Symbol],
    documented: &[Documented],
) -> TextSize {
    let end = symbols[index].range.end();
    let inside = symbols[index + 1..].iter().zip(&documented[index + 1..]);
    let mut inside = inside.take_while(|(it, _)| it.range.start() < end);
    let is_part = |it: &Symbol| !it.is_local && (is_code(it, lines) || is_container(it.kind));
    let first = inside.find(|(it, _)| is_part(it));
    first.map_or(end, |(_, it)| TextSize::new(it.lead))
}

/// Functions, and properties that are written as functions are.
fn is_code(symbol: &Symbol, lines: &LineIndex) -> bool {
    match symbol.kind {
        SymbolKind::Function
        | SymbolKind::Method
        | SymbolKind::Constructor
        | SymbolKind::Macro
        | SymbolKind::Test
        | SymbolKind::Table => true,
        SymbolKind::Property => {
            lines.line_of(symbol.range.start()) < lines.line_of(symbol.range.end())
        }
        _ => false,
    }
}

fn push_gap(res: &mut Vec<Chunk>, text: &str, lines: &LineIndex, gap: TextRange) {
    if GAP_BYTES_MIN <= n_printed(text[gap.to_usize()].as_bytes()) {
        push_lines(res, text, lines, (gap, None));
    }
}

fn push_part(
    res: &mut Vec<Chunk>,
    text: &str,
    lines: &LineIndex,
    (range, symbol): (TextRange, Option<SymbolIdx>),
) {
    if range.len().raw() <= CHUNK_BYTES_MAX {
        let hash = hash_of(text[range.to_usize()].as_bytes());
        res.push(Chunk { range, symbol, hash });
    } else {
        push_lines(res, text, lines, (range, symbol));
    }
}

/// Cuts `range` every [`LINES_MAX`] lines. A line that is longer than a chunk stays whole.
fn push_lines(
    res: &mut Vec<Chunk>,
    text: &str,
    lines: &LineIndex,
    (range, symbol): (TextRange, Option<SymbolIdx>),
) {
    let mut start = range.start();
    while start < range.end() {
        let next = lines.line(lines.line_of(start) + LINES_MAX).map(|it| it.start());
        let end = next.unwrap_or(range.end()).min(range.end());
        let part = TextRange::new(start, end);
        let bytes = text[part.to_usize()].as_bytes();
        if !bytes.trim_ascii().is_empty() {
            res.push(Chunk { range: part, symbol, hash: hash_of(bytes) });
        }
        start = end;
    }
}

/// The chunks of a text in which names were replaced; `after` is what came of it. `None` where it
/// may be cut at other places than before.
pub(crate) fn moved(chunks: &[Chunk], replaced: &Replaced, after: &str) -> Option<Box<[Chunk]>> {
    let mut res = Vec::with_capacity(chunks.len());
    let mut covered = TextSize::default();
    for (index, chunk) in chunks.iter().enumerate() {
        let gap = TextRange::new(covered, chunk.range.start());
        let range = replaced.range(chunk.range)?;
        let is_touched = replaced.touches(chunk.range);
        let bytes = after[range.to_usize()].as_bytes();
        let stays = is_no_chunk(gap, replaced, after)?
            && match chunk.symbol {
                _ if !is_touched => true,
                Some(_) => is_cut_alike(chunks, index, replaced)?,
                None => GAP_BYTES_MIN <= n_printed(bytes),
            };
        if !stays {
            return None;
        }
        let hash = if is_touched { hash_of(bytes) } else { chunk.hash };
        res.push(Chunk { range, hash, ..*chunk });
        covered = chunk.range.end();
    }
    let rest = TextRange::new(covered, replaced.end_before());
    is_no_chunk(rest, replaced, after)?.then(|| res.into())
}

/// Whether what lay between two chunks has too little in it for one afterwards, too.
fn is_no_chunk(gap: TextRange, replaced: &Replaced, after: &str) -> Option<bool> {
    if !replaced.touches(gap) {
        return Some(true);
    }
    let range = replaced.range(gap)?;
    Some(n_printed(after[range.to_usize()].as_bytes()) < GAP_BYTES_MIN)
}

/// Whether the definition that a chunk is a part of is whole afterwards where it was, and cut where
/// it was.
fn is_cut_alike(chunks: &[Chunk], index: usize, replaced: &Replaced) -> Option<bool> {
    let symbol = chunks[index].symbol;
    let is_part = |it: &&Chunk| it.symbol == symbol;
    let n_before = chunks[..index].iter().rev().take_while(is_part).count();
    let n_behind = chunks[index..].iter().take_while(is_part).count();
    let parts = &chunks[index - n_before..index + n_behind];
    let (first, last) = (parts[0].range, parts[parts.len() - 1].range);
    // Blank parts are no chunks: the definition is at least so long, and ends before the next one.
    let known = TextRange::new(first.start(), last.end());
    let next = chunks.get(index + n_behind).map_or(replaced.end_before(), |it| it.range.start());
    let most = TextRange::new(first.start(), next);
    let len = |it: TextRange| Some((it.len().raw(), replaced.range(it)?.len().raw()));
    let ((known_before, known_after), (most_before, most_after)) = (len(known)?, len(most)?);
    let is_whole = parts.len() == 1 && most_before.max(most_after) <= CHUNK_BYTES_MAX;
    Some(is_whole || CHUNK_BYTES_MAX < known_before.min(known_after))
}

/// How many bytes are not blank, as far as that matters.
fn n_printed(bytes: &[u8]) -> usize {
    bytes.iter().filter(|it| !it.is_ascii_whitespace()).take(GAP_BYTES_MIN).count()
}

/// A hash for "is this the same text", equal everywhere and always: it is stored.
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut words = bytes.chunks_exact(8);
    let mut hash = (bytes.len() as u64).wrapping_mul(FACTOR);
    let mut mix = |word: u64| {
        hash = (hash ^ word).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    };
    for word in &mut words {
        mix(u64::from_le_bytes(word.try_into().expect("chunks of eight have eight bytes")));
    }
    for byte in words.remainder() {
        mix(u64::from(*byte) | 0x100);
    }
    hash ^ hash >> 32
}
