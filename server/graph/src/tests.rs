//! What names stand for, rule by rule, in fixtures of several files.

mod c;
mod csharp;
mod edges;
mod go;
mod java;
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
    let (graph, file, offset) = graph_at(fixture);
    let reference = graph.facts(file).unwrap().reference_at(offset).expect("a name at the cursor");
    expected.assert_eq(&render_resolved(&graph, &graph.resolve(file, reference)));
}
