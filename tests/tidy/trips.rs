//! The list of trips through the editors: every name in the table of `editors/README.md` is a test,
//! and every trip has one in each editor.

use crate::tree::{Problem, entries, read};

const SECTION: &str = "style: Tests";
const TABLE: &str = "editors/README.md";
const HEAD: &str = "| trip |";
/// The editors in the order of the columns: where their tests are, and what stands before a name
/// there.
const EDITORS: [Editor; 3] = [
    Editor { folder: "editors/vscode/spec/", before: &["spec('"] },
    Editor { folder: "editors/neovim/spec/", before: &["case('", "case(\""] },
    Editor { folder: "tests/e2e/helix", before: &["fn "] },
];

struct Editor {
    folder: &'static str,
    before: &'static [&'static str],
}

/// What is wrong in the table.
pub(crate) fn trips() -> Vec<Problem> {
    let table = read(TABLE).unwrap_or_default();
    let tests = EDITORS.map(|editor| {
        let files = entries().into_iter().filter(|it| it.path.starts_with(editor.folder));
        let texts: String = files.filter_map(|it| read(&it.path)).collect();
        (texts, editor.before)
    });
    let is_test = |column: usize, name: &str| {
        let (texts, before) = &tests[column];
        before.iter().any(|it| {
            let called = format!("{it}{name}");
            texts.match_indices(&called).any(|(at, _)| texts[at + called.len()..].starts_with(END))
        })
    };
    problems(&table, &is_test)
}

/// What ends the name of a test.
const END: [char; 3] = ['\'', '"', '('];

fn problems(table: &str, is_test: &dyn Fn(usize, &str) -> bool) -> Vec<Problem> {
    let lines = table.lines().enumerate().skip_while(|it| !it.1.starts_with(HEAD)).skip(2);
    let rows: Vec<(usize, &str)> = lines.take_while(|it| it.1.starts_with('|')).collect();
    let mut acc = Vec::new();
    if rows.is_empty() {
        acc.push(Problem::new(TABLE, 1, "there is no table of trips".to_owned(), SECTION));
    }
    for (row, line) in rows {
        let cells: Vec<&str> = line.trim_matches('|').split('|').skip(1).collect();
        for (column, editor) in EDITORS.iter().enumerate() {
            let names = cells.get(column).map(|it| names(it)).unwrap_or_default();
            let mut wrong: Vec<String> = names
                .iter()
                .filter(|it| !is_test(column, it))
                .map(|it| format!("`{it}` is no test in {}", editor.folder))
                .collect();
            if names.is_empty() {
                wrong.push(format!("a trip without a test in {}", editor.folder));
            }
            acc.extend(wrong.into_iter().map(|it| Problem::new(TABLE, row + 1, it, SECTION)));
        }
    }
    acc
}

/// What stands in backticks, single or double ones.
fn names(cell: &str) -> Vec<String> {
    let mut acc = Vec::new();
    let mut rest = cell;
    while let Some(start) = rest.find('`') {
        let fence = if rest[start..].starts_with("``") { "``" } else { "`" };
        let inside = &rest[start + fence.len()..];
        let Some(end) = inside.find(fence) else { break };
        acc.push(inside[..end].trim().to_owned());
        rest = &inside[end + fence.len()..];
    }
    acc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trip_without_a_test_and_a_test_that_is_none_are_found() {
        let table = "| trip | a | b | c |\n| --- | --- | --- | --- |\n\
                     | one | `x`, ``u `k` v`` | `y` |  |\n\nend\n";
        let is_test = |column, name: &str| column != 1 && (name == "x" || name == "u `k` v");
        let found: Vec<String> =
            problems(table, &is_test).iter().map(|it| it.message.clone()).collect();
        let wanted =
            ["`y` is no test in editors/neovim/spec/", "a trip without a test in tests/e2e/helix"];
        assert_eq!(found, wanted);
        assert_eq!(problems("nothing", &is_test).len(), 1);
    }
}
