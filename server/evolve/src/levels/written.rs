//! A suggestion for people: in a sentence, and as a part of its document.

use std::fmt::Write as _;

use store::history::SuggestionRow;

/// The suggestion in a sentence or two.
pub fn suggestion_summary(row: &SuggestionRow) -> String {
    let seen = row.seen.iter().map(|it| format!("{} {}", it.n, it.what));
    let seen: Vec<String> = seen.collect();
    format!("{} (seen: {}; {})", row.title, seen.join(", "), row.sure)
}

/// The suggestion as a part of a document in Markdown. `day` writes a moment, in milliseconds since
/// 1970.
pub fn suggestion_report(row: &SuggestionRow, day: &dyn Fn(u64) -> String) -> String {
    let mut res = String::new();
    let mut say = |line: String| {
        writeln!(res, "{line}").expect("writing to a string does not fail");
    };
    say(format!("\n## {}\n", row.title));
    say(format!("Level {}, by the rule `{}`.\n", row.level, row.rule));
    say("| seen | how often | first | last |\n| --- | --- | --- | --- |".to_owned());
    for it in &row.seen {
        let moment = |ms: u64| if ms == 0 { "–".to_owned() } else { day(ms) };
        say(format!(
            "| {} | {} | {} | {} |",
            cell(&it.what),
            it.n,
            moment(it.first_ms),
            moment(it.last_ms)
        ));
    }
    say("\n| before | after | how sure |\n| --- | --- | --- |".to_owned());
    say(format!("| {} | {} | {} |", cell(&row.before), cell(&row.after), cell(&row.sure)));
    res
}

/// A text that ends no cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
