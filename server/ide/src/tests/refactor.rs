//! Refactorings: before, selection, after, in each language; and what is refused, with the reason.

mod delete;
mod extract_variable;
mod inline_variable;

use expect_test::Expect;

use crate::{
    Refactor,
    fixture::{analysis_of_selection, render_change, render_place},
};

/// The files after a refactoring, what is created, removed and moved, and what was left to the
/// user; or why it is refused.
#[track_caller]
fn check(refactor: &Refactor, fixture: &str, expected: Expect) {
    let (analysis, at) = analysis_of_selection(fixture);
    let done = match analysis.refactor(at, refactor) {
        Ok(done) => done,
        Err(reason) => return expected.assert_eq(&format!("refused: {reason}")),
    };
    let mut lines = vec![render_change(&analysis, &done.change)];
    lines.extend(done.change.operations.iter().map(|it| format!("{it:?}")));
    for left in &done.left {
        let place = render_place(&analysis, left.file, left.range);
        lines.push(format!("left {place} {}", left.reason));
    }
    expected.assert_eq(&lines.join("\n"));
}
