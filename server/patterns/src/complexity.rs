//! How hard a function is to follow, from its facts alone.

use std::cmp::Reverse;

use syntax::{FileFacts, ScopeKind, Symbol};
use text::TextRange;

/// One for the function and one for every block in it, each counted as often as it lies deep: what
/// is nested is harder than what follows one after the other.
pub fn complexity(facts: &FileFacts, symbol: &Symbol) -> u32 {
    let range = symbol.range;
    let first = facts.scopes.partition_point(|it| it.range.start() < range.start());
    let scopes = facts.scopes[first..].iter().take_while(|it| it.range.start() < range.end());
    let scopes = scopes.filter(|it| it.kind == ScopeKind::Block).map(|it| it.range);
    let first = facts.branches.partition_point(|it| it.start() < range.start());
    let branches = facts.branches[first..].iter().take_while(|it| it.start() < range.end());
    let blocks = scopes.chain(branches.copied());
    let mut blocks: Vec<TextRange> = blocks.filter(|it| range.contains_range(*it)).collect();
    blocks.sort_by_key(|it| (it.start(), Reverse(it.end())));
    let mut open = Vec::new();
    let mut sum = 1;
    for block in blocks {
        open.retain(|end| block.start() < *end);
        open.push(block.end());
        sum += open.len() as u32;
    }
    sum
}
