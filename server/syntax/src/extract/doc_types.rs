//! Types that are written in comments, in languages that have no other place for them:
//! `@param {Cart} cart`, `@typedef {import('./shop').Cart} Cart`.

use grammars::Language;

use crate::{
    Import, Imported, NameId, ScopeIdx, SymbolKind,
    extract::{definitions::Definition, docs, imports, symbols::Draft, uses::Uses},
    names::Interner,
    raw::{Raw, Source, Span},
};

/// Types of one comment.
const TYPES_MAX: usize = 256;
/// A longer type is none.
const TYPE_BYTES_MAX: usize = 1_024;

/// A tag with a type in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tagged<'t> {
    tag: &'t str,
    /// What stands between the braces.
    ty: &'t str,
    ty_start: usize,
    /// The word behind them: a parameter, or what a type is called.
    word: &'t str,
    word_start: usize,
}

/// A type that is taken from another file: `import('./shop').Cart`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FromFile<'t> {
    source: &'t str,
    name: &'t str,
    /// Where the name stands in the type.
    name_start: usize,
}

/// The names of types in a comment, for the list of all names of the file.
pub(crate) fn names(comment: &str, language: &Language) -> Vec<(usize, usize)> {
    if !is_read(comment, language) {
        return Vec::new();
    }
    let tagged = tagged(comment, language).into_iter();
    tagged.flat_map(|it| type_names(it.ty).map(move |(at, len)| (it.ty_start + at, len))).collect()
}

/// Gives definitions the types that the comments before them say they have.
pub(crate) fn declare(
    definitions: &mut [Definition],
    draft: &Draft,
    raw: &Raw,
    source: Source<'_>,
) {
    if source.language.doc_types.is_empty() {
        return;
    }
    for index in 0..draft.symbols.len() {
        let symbol = &draft.symbols[index];
        let definition = &definitions[draft.definition_of[index] as usize];
        if symbol.kind == SymbolKind::Parameter {
            continue;
        }
        let Some(doc) = docs::comment_before(definition, raw, source) else { continue };
        let start = doc.start as usize;
        let comment = source.text_of(doc);
        if !is_read(comment, source.language) {
            continue;
        }
        for it in tagged(comment, source.language) {
            let Some((at, len)) = type_names(it.ty).next() else { continue };
            let begin = (start + it.ty_start + at) as u32;
            let span = Span { start: begin, end: begin + len as u32 };
            let declared = match source.language.doc_parameters.contains(&it.tag) {
                true => parameter(draft, index, source, it.word),
                false if it.tag == TYPEDEF => None,
                false => Some(index),
            };
            let Some(declared) = declared else { continue };
            let declared = &mut definitions[draft.definition_of[declared] as usize];
            declared.type_node.get_or_insert(span);
        }
    }
}

/// The tag that names a type of another file.
const TYPEDEF: &str = "@typedef";

/// The parameter of a function by its name.
fn parameter(draft: &Draft, function: usize, source: Source<'_>, name: &str) -> Option<usize> {
    let inner = draft.symbols[function].inner?;
    let end = draft.symbols[function].range.end();
    let inside = draft.symbols[function + 1..].iter().take_while(|it| it.range.start() < end);
    let is_named = |it: &crate::Symbol| {
        let range = it.name_range.to_usize();
        it.kind == SymbolKind::Parameter
            && it.scope == inner
            && source.text.get(range) == Some(name)
    };
    inside.into_iter().position(is_named).map(|it| function + 1 + it)
}

/// The types that comments take from other files, as imports of the file.
pub(crate) fn imports(
    raw: &Raw,
    source: Source<'_>,
    uses: &mut Uses,
    names: &mut Interner,
) -> Vec<imports::Draft> {
    let mut res = Vec::new();
    if source.language.doc_types.is_empty() {
        return res;
    }
    for trivia in raw.trivia.iter().filter(|it| it.is_comment) {
        let comment = source.text_of(trivia.span);
        if !is_read(comment, source.language) {
            continue;
        }
        for it in tagged(comment, source.language) {
            let Some(from) = from_file(it.ty) else { continue };
            let start = trivia.span.start as usize + it.ty_start + from.name_start;
            let span = Span { start: start as u32, end: (start + from.name.len()) as u32 };
            let Some(leaf) = uses.leaf_at(span) else { continue };
            uses.uses[leaf as usize].is_import = true;
            let mut id = |it: &str| NameId::new(names.intern(it) as usize);
            let word_start = trivia.span.start + it.word_start as u32;
            let word = Span { start: word_start, end: word_start + it.word.len() as u32 };
            let is_named = it.tag == TYPEDEF && !it.word.is_empty() && it.word != from.name;
            let import = Import {
                range: trivia.span.range(),
                scope: ScopeIdx::FILE,
                path: Box::new([id(from.source)]),
                from_source: true,
                dots: 0,
                name: Imported::Name(id(from.name)),
                local: is_named.then(|| (id(it.word), word.range())),
                reexport: false,
                reference: None,
            };
            res.push(imports::Draft { import, leaf: Some(leaf) });
        }
    }
    res
}

/// Whether types are read from a comment.
fn is_read(comment: &str, language: &Language) -> bool {
    !language.doc_types.is_empty() && comment.starts_with("/**") && comment.contains('{')
}

/// The tags of a comment that a type in braces follows.
fn tagged<'t>(comment: &'t str, language: &Language) -> Vec<Tagged<'t>> {
    let mut res = Vec::new();
    for (at, _) in comment.match_indices('@') {
        let rest = &comment[at..];
        let end = rest[1..].find(|c: char| !c.is_alphanumeric()).map_or(rest.len(), |it| it + 1);
        let tag = &rest[..end];
        if !language.doc_types.contains(&tag) && !language.doc_parameters.contains(&tag) {
            continue;
        }
        let after = rest[end..].trim_start_matches([' ', '\t']);
        let Some(inside) = after.strip_prefix('{') else { continue };
        let Some(len) = braces_end(inside) else { continue };
        let ty_start = comment.len() - inside.len();
        let behind = &inside[len + 1..];
        let word = behind.trim_start_matches([' ', '\t', '[']);
        let word_start = comment.len() - word.len();
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let word_end = word.find(|c: char| !is_word(c)).unwrap_or(word.len());
        let (ty, word) = (&inside[..len], &word[..word_end]);
        res.push(Tagged { tag, ty, ty_start, word, word_start });
        if TYPES_MAX <= res.len() {
            break;
        }
    }
    res
}

/// Where the brace closes that was opened before a text.
fn braces_end(inside: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in inside.bytes().enumerate().take(TYPE_BYTES_MAX) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The names in a type that begin as those of classes do, each with its length; what stands in
/// quotes is none.
fn type_names(ty: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut quote = None;
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(c) = ty[at..].chars().next() {
            if quote.is_some() || matches!(c, '\'' | '"') {
                quote = if quote == Some(c) { None } else { quote.or(Some(c)) };
                at += c.len_utf8();
                continue;
            }
            if !is_word(c) {
                at += c.len_utf8();
                continue;
            }
            let len = ty[at..].find(|c: char| !is_word(c)).unwrap_or(ty.len() - at);
            let start = at;
            at += len;
            if c.is_uppercase() {
                return Some((start, len));
            }
        }
        None
    })
}

/// The type of another file that a type is, or begins with.
fn from_file(ty: &str) -> Option<FromFile<'_>> {
    let at = ty.find("import(")?;
    let inside = &ty[at + "import(".len()..];
    let quote = inside.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let end = inside[1..].find(quote)? + 1;
    let source = &inside[1..end];
    let rest = inside[end + 1..].strip_prefix(").")?;
    let (_, len) = type_names(rest).next().filter(|it| it.0 == 0)?;
    Some(FromFile { source, name: &rest[..len], name_start: ty.len() - rest.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_types_and_names() {
        let language = grammars::language("javascript").unwrap();
        let comment = "/** @param {Cart|null} [cart] it\n * @returns {Promise<Bag>} @see {X} */";
        let found: Vec<(&str, &str, &str)> =
            tagged(comment, language).iter().map(|it| (it.tag, it.ty, it.word)).collect();
        let expected = [("@param", "Cart|null", "cart"), ("@returns", "Promise<Bag>", "")];
        assert_eq!(found, expected);
        let names: Vec<&str> =
            names(comment, language).iter().map(|it| &comment[it.0..it.0 + it.1]).collect();
        assert_eq!(names, ["Cart", "Promise", "Bag"]);
        let from = from_file("import('../a-B').Shop<T>").unwrap();
        assert_eq!((from.source, from.name, from.name_start), ("../a-B", "Shop", 17));
        assert_eq!(type_names("'A'|é{B: \"C\"}").count(), 1);
    }
}
