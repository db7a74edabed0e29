//! An experiment as rows of the archive, and as a document for people.

use std::fmt::Write as _;

use store::history::{ExperimentRow, MeasureRow, TasksRow, VariantRow};

use crate::{
    Apart, Attempt, Comparison, Parameter, TAKEN_BACK, Task,
    levels::{suggestion_report, suggestion_summary},
    lineage::accepted_variant,
    search::FoundBy,
};

/// What an attempt was measured by, as the archive keeps it.
pub fn measured(attempt: &Attempt, parameters: &[Parameter]) -> VariantRow {
    let Attempt { candidate, tuning, held_out, early, files, functions, guards, .. } = attempt;
    let named = |name: &str, it: &Comparison| (name.to_owned(), row(it));
    let mut measures = vec![
        named(HELD_OUT, held_out),
        named("these and how early they stand, which the ruling goes by", early),
        named("files among the first 5, held out", files),
        named("functions among the first 10 hits, held out", functions),
        named("both, on the commits that the search saw", tuning),
    ];
    measures.extend(guards.iter().map(|(name, it)| named(&format!("guard: {name}"), it)));
    let values = parameters.iter().zip(&candidate.values);
    VariantRow {
        values: values.map(|(parameter, value)| (parameter.key.to_owned(), *value)).collect(),
        found_by: match candidate.found_by {
            FoundBy::Start => "what was set",
            FoundBy::Coordinate => "moving one setting",
            FoundBy::Population => "crossing variants",
            FoundBy::Given => "given",
            FoundBy::Declared => "declared beforehand",
            FoundBy::LearnedAnew => LEARNED_ANEW,
        }
        .to_owned(),
        measures,
        against: attempt.against.clone(),
    }
}

/// What spoke against something in force, as the archive keeps it.
pub fn worse_in_use(found: &Apart) -> VariantRow {
    let row = MeasureRow {
        n: found.n_after as u64,
        before: found.before,
        after: found.after,
        low: found.low,
        high: found.high,
        confidence: found.confidence,
        ..MeasureRow::default()
    };
    VariantRow {
        found_by: "use".to_owned(),
        measures: vec![("where the hits stood that were opened and used".to_owned(), row)],
        against: Some(format!("worse in use: {found}")),
        ..VariantRow::default()
    }
}

/// How words that are learned anew are found.
pub const LEARNED_ANEW: &str = "learning the words anew";

/// What people look at first.
const HELD_OUT: &str = "both, on commits that the search did not see";

fn row(it: &Comparison) -> MeasureRow {
    MeasureRow {
        n: it.n as u64,
        before: it.before,
        after: it.after,
        low: it.low,
        high: it.high,
        confidence: it.confidence,
        better: it.better as u64,
        worse: it.worse as u64,
    }
}

/// Some tasks, as the archive keeps them.
pub fn tasks_row(tasks: &[Task]) -> TasksRow {
    let time = |it: Option<&Task>| it.map_or(0, |it| it.commit.time_s);
    TasksRow { n: tasks.len() as u64, from_s: time(tasks.first()), to_s: time(tasks.last()) }
}

/// The experiment in a sentence or two, for people.
pub fn summary(row: &ExperimentRow) -> String {
    if row.outcome == TAKEN_BACK {
        return row.body.notes.join("; ");
    }
    if let Some(suggestion) = &row.body.suggestion {
        return suggestion_summary(suggestion);
    }
    let Some(variant) = accepted_variant(row) else {
        return match row.body.variants.last().and_then(|it| it.against.as_deref()) {
            Some(why) => format!("nothing is proposed: {why}"),
            None => format!("nothing is proposed: {}", row.body.notes.join("; ")),
        };
    };
    let changed = changed(row, variant);
    let held_out = variant.measures.iter().find(|it| it.0 == HELD_OUT).map(|it| measure(&it.1));
    format!(
        "{}: files and functions found {}, on {} commits that the search did not see",
        changed.join(", "),
        held_out.unwrap_or_default(),
        row.body.held_out.n
    )
}

/// Each setting that a variant changes: before and after.
fn changed(row: &ExperimentRow, variant: &VariantRow) -> Vec<String> {
    let pairs = row.body.before.iter().zip(&variant.values);
    let changed = pairs.filter(|(before, after)| before.1 != after.1);
    changed.map(|(before, after)| format!("{} {} → {}", after.0, before.1, after.1)).collect()
}

fn measure(it: &MeasureRow) -> String {
    let percent = |share: f64| 100.0 * share;
    format!(
        "{:.1} → {:.1} % ({:+.1}, with {:.1} % confidence {:+.1} to {:+.1}; better {}, worse {})",
        percent(it.before),
        percent(it.after),
        percent(it.after - it.before),
        percent(it.confidence),
        percent(it.low),
        percent(it.high),
        it.better,
        it.worse
    )
}

/// The experiment as a document in Markdown. `day` writes a moment, in milliseconds since 1970.
pub fn report(row: &ExperimentRow, day: &dyn Fn(u64) -> String) -> String {
    let mut res = String::new();
    let mut say = |line: String| {
        writeln!(res, "{line}").expect("writing to a string does not fail");
    };
    let body = &row.body;
    say(format!("# Experiment {}: {}\n", row.id, row.outcome));
    say(format!("{}\n", summary(row)));
    let tasks = |it: &TasksRow| {
        let moment = |s: i64| day(s.max(0).cast_unsigned() * 1000);
        format!("{} commits, {} to {}", it.n, moment(it.from_s), moment(it.to_s))
    };
    say(format!("- when: {}", day(row.at_ms)));
    say(format!("- of: {}", body.root));
    if 0 < body.tuning.n {
        say(format!("- the search saw: {}", tasks(&body.tuning)));
    }
    if 0 < body.held_out.n {
        say(format!("- the ruling went by: {}", tasks(&body.held_out)));
    }
    if body.level.is_empty() {
        say(format!("- commits looked at: {}", body.n_commits));
        say(format!("- variants measured: {}", body.n_measured));
        let seconds = |ms: u64| ms as f64 / 1000.0;
        say(format!(
            "- CPU time: {:.1} s of {:.0} s allowed",
            seconds(body.cpu_ms),
            seconds(body.cpu_ms_max)
        ));
        say(format!("- seed: {}", body.seed));
    }
    if let Some(parent) = &body.parent {
        say(format!("- began at what experiment {parent} proposed"));
    }
    if let Some(proposal) = &row.proposal {
        say(format!("- proposal: {proposal}"));
    }
    body.notes.iter().for_each(|it| say(format!("- {it}")));
    if let Some(suggestion) = &body.suggestion {
        say(suggestion_report(suggestion, day).trim_end().to_owned());
    }
    for (nth, variant) in body.variants.iter().enumerate() {
        let verdict = variant.against.as_deref().unwrap_or("accepted");
        say(format!("\n## Variant {}: {verdict}\n", nth + 1));
        let changed = changed(row, variant);
        let changed =
            if changed.is_empty() { "nothing new".to_owned() } else { changed.join(", ") };
        say(format!("Found by {}: {changed}.\n", variant.found_by));
        if variant.measures.is_empty() {
            continue;
        }
        say("| measure | questions | before | after | difference | sure | better | worse |".into());
        say("| --- | --- | --- | --- | --- | --- | --- | --- |".into());
        for (name, it) in &variant.measures {
            say(format!(
                "| {name} | {} | {:.1} | {:.1} | {:+.1} | {:.1} %: {:+.1} to {:+.1} | {} | {} |",
                it.n,
                100.0 * it.before,
                100.0 * it.after,
                100.0 * (it.after - it.before),
                100.0 * it.confidence,
                100.0 * it.low,
                100.0 * it.high,
                it.better,
                it.worse
            ));
        }
    }
    res
}
