//! Types that names have in a part of the text, because they were asked for them.

use std::cmp::Reverse;

use grammars::Capture;
use text::TextRange;

use crate::{
    Asked, Narrowing, Symbol, SymbolIdx,
    extract::{symbols::Links, uses::find},
    raw::{Captured, Span},
};

/// What one match says.
#[derive(Debug)]
pub(crate) struct Narrowed {
    asked: Span,
    to: Span,
    within: Span,
}

/// Takes down where a match says that something has a type; one for each of several types.
pub(crate) fn take(acc: &mut Vec<Narrowed>, captured: &[Captured]) {
    let get = |capture| find(captured, capture);
    let (Some(asked), Some(mut within)) = (get(Capture::Narrowed), get(Capture::NarrowedIn)) else {
        return;
    };
    if let Some(after) = get(Capture::NarrowedAfter) {
        within.start = after.end.min(within.end);
    }
    let types = captured.iter().filter(|it| it.capture == Capture::NarrowedTo);
    acc.extend(types.map(|it| Narrowed { asked, to: it.span, within }));
}

/// The facts that follow, outer regions before inner.
pub(crate) fn narrowings(
    found: &[Narrowed],
    symbols: &[Symbol],
    links: &mut Links<'_>,
) -> Vec<Narrowing> {
    let mut res: Vec<Narrowing> = Vec::new();
    for it in found {
        let asked = match links.name_at(it.asked) {
            Some(it) => Some(Asked::Reference(it)),
            None => local_at(symbols, it.asked.range()).map(Asked::Local),
        };
        let (Some(asked), Some(type_ref)) = (asked, links.head(it.to)) else { continue };
        res.push(Narrowing { range: it.within.range(), asked, type_ref });
    }
    let key = |it: &Narrowing| {
        let range: TextRange = it.range;
        (range.start(), Reverse(range.end()), it.asked, it.type_ref)
    };
    res.sort_unstable_by_key(key);
    res.dedup();
    res
}

/// The local whose name stands at `range`.
fn local_at(symbols: &[Symbol], range: TextRange) -> Option<SymbolIdx> {
    let first = symbols.partition_point(|it| it.range.start() < range.start());
    let here = symbols[first..].iter().take_while(|it| it.range.start() == range.start());
    let mut here = here.enumerate().filter(|(_, it)| it.is_local && it.name_range == range);
    here.next().map(|(n, _)| SymbolIdx::new(first + n))
}
