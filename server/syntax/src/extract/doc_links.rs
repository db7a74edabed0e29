//! Names that documentation mentions: code in backticks, links in brackets, tags.

use grammars::Docs;
use text::{TextRange, TextSize};

use crate::{
    DocLink, SymbolIdx,
    extract::docs::Documented,
    names::{Interner, unnumbered},
    raw::Source,
};

/// Names of one file's documentation that are kept.
pub(crate) const LINKS_MAX: usize = 4096;
/// Longer code is no name.
const NAME_BYTES_MAX: usize = 128;
/// Longer code between backticks is none.
const CODE_BYTES_MAX: usize = 1_024;
/// Tags of documentation whose next word is a name.
const TAGS: [&str; 4] = ["@see ", "{@link ", "{@linkcode ", "{@linkplain "];

/// A mentioned name before it is interned.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mention<'t> {
    start: u32,
    path: &'t str,
}

/// The names that the documentation in a text mentions, in order, each place once.
pub(crate) fn find(
    source: Source<'_>,
    documented: &[Documented],
    names: &mut Interner,
) -> Box<[DocLink]> {
    let text = source.text;
    let mut found: Vec<(u32, &str, Option<SymbolIdx>)> = Vec::new();
    if source.language.docs == Docs::Text {
        let whole = mentions(text, Brackets::Text).into_iter();
        found.extend(whole.map(|it| (it.start, it.path, None)));
    }
    for (index, it) in documented.iter().enumerate() {
        let Some(doc) = it.doc else { continue };
        let start = doc.start().raw();
        let own = mentions(&text[start as usize..doc.end().raw() as usize], Brackets::Link);
        let symbol = Some(SymbolIdx::new(index));
        found.extend(own.into_iter().map(|it| (start + it.start, it.path, symbol)));
    }
    found.sort_unstable();
    found.dedup_by_key(|it| it.0);
    found.truncate(LINKS_MAX);
    let links = found.into_iter().map(|(start, path, symbol)| {
        let range = TextRange::at(TextSize::new(start), TextSize::new(path.len() as u32));
        let name = segments(path).last().unwrap_or(path);
        let (path, name) = (names.intern(path), names.intern(name));
        DocLink { path: unnumbered(path), name: unnumbered(name), range, symbol }
    });
    links.collect()
}

/// What a word in brackets is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    /// A link to what it names.
    Link,
    /// Text: a link to somewhere, or a mere word.
    Text,
}

/// The names that a text mentions, in order.
fn mentions(text: &str, brackets: Brackets) -> Vec<Mention<'_>> {
    let mut res = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|it| matches!(it, b'`' | b'[' | b'@')) {
        at += found;
        match bytes[at] {
            b'`' => at = code_span(text, at, &mut res),
            b'[' if brackets == Brackets::Link => {
                let inner = head_of(&text[at + 1..]);
                // With backticks inside, the code in them is what is named.
                if let Some(end) =
                    inner.find([']', '\n', '`']).filter(|it| bytes[at + 1 + it] == b']')
                {
                    take_name(text, at + 1, &inner[..end], &mut res);
                }
                at += 1;
            }
            b'@' => {
                let tag = TAGS.iter().find(|tag| {
                    let before = tag.find('@').unwrap_or(0);
                    // By bytes: what stands before the sign may be the middle of a letter.
                    at.checked_sub(before).is_some_and(|it| bytes[it..].starts_with(tag.as_bytes()))
                });
                if let Some(tag) = tag {
                    let start = at + tag.len() - tag.find('@').unwrap_or(0);
                    let rest = head_of(&text[start..]);
                    let end =
                        rest.find(|c: char| c.is_whitespace() || matches!(c, '}' | '|' | ','));
                    take_name(text, start, &rest[..end.unwrap_or(rest.len())], &mut res);
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    res
}

/// As much of a text as a piece of code in it may be long.
fn head_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(CODE_BYTES_MAX)]
}

/// The name between backticks that begin at `at`, and where to go on. Code in fences, of three or
/// more, is passed over.
fn code_span<'t>(text: &'t str, at: usize, acc: &mut Vec<Mention<'t>>) -> usize {
    const FENCE: usize = 3;
    let n_ticks = text[at..].bytes().take_while(|it| *it == b'`').count();
    let start = at + n_ticks;
    let ticks = &text[at..start];
    let rest = &text[start..];
    if FENCE <= n_ticks {
        return rest.find(ticks).map_or(text.len(), |it| start + it + n_ticks);
    }
    let line = head_of(rest).lines().next().unwrap_or_default();
    let Some(end) = line.find(ticks) else { return start };
    take_name(text, start, &line[..end], acc);
    start + end + n_ticks
}

/// Keeps a piece of code that is nothing but a name: `pay`, `Cart::total()`, `~shop.pay`, `vec!`.
fn take_name<'t>(text: &'t str, start: usize, code: &'t str, acc: &mut Vec<Mention<'t>>) {
    let trimmed = code.trim_start_matches(['~', '.', '#', ' ']);
    let start = start + (code.len() - trimmed.len());
    let path = match trimmed.find('(') {
        Some(bracket) if trimmed.trim_end().ends_with(')') => &trimmed[..bracket],
        _ => trimmed,
    };
    let path = path.trim_end_matches(['!', ' ']);
    let is_name = |it: &str| {
        let mut chars = it.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'))
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    };
    if path.len() <= NAME_BYTES_MAX && segments(path).all(is_name) {
        acc.push(Mention { start: start as u32, path: &text[start..start + path.len()] });
    }
}

/// The names of a written path, whatever stands between them.
pub fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.split(['.', '#']).flat_map(|it| it.split("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let found = mentions(text, Brackets::Link);
        assert!(found.iter().all(|it| text[it.start as usize..].starts_with(it.path)));
        found.iter().map(|it| it.path).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn code_links_and_tags_are_names() {
        assert_eq!(
            found("/// See `pay` and [`Cart::total`], `a.b()`, not `a + b`."),
            "pay Cart::total a.b"
        );
        assert_eq!(found("// Pay uses [Cart.Total] and [x y]."), "Cart.Total");
        assert_eq!(
            found("/** {@link Cart#total} \n * @see Cart @param Cart */"),
            "Cart#total Cart"
        );
        assert_eq!(found(":class:`~shop.Cart` ``pay`` `vec![]` `vec!`"), "shop.Cart pay vec");
        assert_eq!(found("a ` b\n`c` ```\n`d`\n``` `e` ``` `f`"), "c e");
        assert_eq!(found("`é` [`ü.x`] `` ` [ @"), "é ü.x");
        assert_eq!(found("é@see ł@e¶ @see ü.y"), "ü.y");
    }

    #[test]
    fn a_name_is_not_looked_for_further_than_code_may_be_long() {
        let far = "x ".repeat(CODE_BYTES_MAX);
        assert_eq!(found(&format!("` {far}`\n`a`")), "a");
        assert_eq!(found(&format!("[{far}] [`b`]")), "b");
    }
}
