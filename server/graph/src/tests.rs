//! What names stand for, rule by rule, in fixtures of several files.

mod c;
mod csharp;
mod edges;
mod go;
mod java;
mod names;
mod narrowing;
mod php;
mod python;
mod queries;
mod ruby;
mod rust;
mod same_as_rebuilt;
mod scopes;
mod typescript;

use expect_test::Expect;

use crate::fixture::{graph_at, render_resolved};

/// What the name at the cursor stands for.
#[track_caller]
fn check(fixture: &str, expected: Expect) {
    expected.assert_eq(&resolved(fixture));
}

/// What the name at the cursor stands for, as text.
#[track_caller]
fn resolved(fixture: &str) -> String {
    let (graph, file, offset) = graph_at(fixture);
    let reference = graph.facts(file).unwrap().reference_at(offset).expect("a name at the cursor");
    render_resolved(&graph, &graph.resolve(file, reference))
}
