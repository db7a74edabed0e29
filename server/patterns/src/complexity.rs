//! How hard a function is to follow, from its facts alone.

use syntax::{FileFacts, ScopeKind, Symbol};

/// One for the function and one for every block in it, each counted as often as it lies deep: what
/// is nested is harder than what follows one after the other. Languages whose blocks open no scope
/// count less than they should.
pub fn complexity(facts: &FileFacts, symbol: &Symbol) -> u32 {
    let range = symbol.range;
    let first = facts.scopes.partition_point(|it| it.range.start() < range.start());
    let mut open = Vec::new();
    let mut sum = 1;
    for scope in &facts.scopes[first..] {
        if range.end() <= scope.range.start() {
            break;
        }
        if scope.kind != ScopeKind::Block || !range.contains_range(scope.range) {
            continue;
        }
        open.retain(|end| scope.range.start() < *end);
        open.push(scope.range.end());
        sum += open.len() as u32;
    }
    sum
}
