//! Refactorings: before, selection, after, in each language; and what is refused, with the reason.

mod break_cycle;
mod delete;
mod document;
mod extract_function;
mod extract_variable;
mod imports;
mod inline_function;
mod inline_variable;
mod move_file;
mod move_symbol;
mod rewrite;

use expect_test::Expect;

use vfs::FileOperation;

use crate::{
    Analysis, Refactor, RefactorError, Refactoring,
    fixture::{analysis_of_selection, render_change, render_place},
};

/// The same where a mark is not needed.
#[track_caller]
fn check_done(analysis: &Analysis, done: Result<Refactoring, RefactorError>, expected: &Expect) {
    let done = match done {
        Ok(done) => done,
        Err(reason) => return expected.assert_eq(&format!("refused: {reason}")),
    };
    let mut lines = vec![render_change(analysis, &done.change)];
    lines.extend(done.change.operations.iter().map(|it| match it {
        FileOperation::Create { path, text } => format!("create {path}\n{}", text.trim_end()),
        FileOperation::Delete { path } => format!("delete {path}"),
        FileOperation::Rename { from, to } => format!("move {from} to {to}"),
    }));
    for left in &done.left {
        let place = render_place(analysis, left.file, left.range);
        lines.push(format!("left {place} {}", left.reason));
    }
    expected.assert_eq(&lines.join("\n"));
}

/// The files after a refactoring, what is created, removed and moved, and what was left to the
/// user; or why it is refused.
#[track_caller]
fn check(refactor: &Refactor, fixture: &str, expected: Expect) {
    let (analysis, at) = analysis_of_selection(fixture);
    check_done(&analysis, analysis.refactor(at, refactor), &expected);
}
