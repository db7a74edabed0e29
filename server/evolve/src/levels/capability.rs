//! What could be done at once: commands that are given one after the other again and again, and
//! questions that nothing here can answer.

use std::collections::BTreeMap;

use store::history::EpisodeRow;

use super::{Level, Looked, Seen, Suggestion, Wish, n_days, sure::at_least};

/// A sequence is one that came so often.
const SUPPORT_MIN: usize = 5;
/// And on so many days: an afternoon of one kind is no habit.
const DAYS_MIN: usize = 3;
/// Commands of a sequence.
const STEPS_MAX: usize = 5;
/// A command that comes later does not belong to the one before.
const PAUSE_MS: u64 = 15 * 60 * 1000;
/// After the first command the others have to come at least so often, with 95 % confidence.
const SHARE_MIN: f64 = 0.5;
/// So many questions of a kind have to be without an answer.
const MISSED_MIN: usize = 8;

/// Commands that are given one after the other, for a workflow. `commands` are the oldest first;
/// `is_step` says which can be a step of one, `is_known` which sequences there is one of.
pub fn routines(
    commands: &[EpisodeRow],
    is_step: &dyn Fn(&str) -> bool,
    is_known: &dyn Fn(&[&str]) -> bool,
) -> Looked {
    let sittings = sittings(commands);
    let mut found: Vec<(Vec<&str>, Vec<&EpisodeRow>)> = Vec::new();
    let mut best: Option<(Vec<&str>, usize)> = None;
    for n in (2..=STEPS_MAX).rev() {
        for (names, firsts) in sequences(&sittings, n, is_step) {
            let is_part =
                |it: &(Vec<&str>, Vec<&EpisodeRow>)| it.0.windows(n).any(|it| it == names);
            if found.iter().any(is_part) || is_known(&names) {
                continue;
            }
            let n_first = sittings.iter().flatten().filter(|it| it.what == names[0]).count();
            let is_habit = SUPPORT_MIN <= firsts.len()
                && DAYS_MIN <= n_days(firsts.iter().copied())
                && SHARE_MIN <= at_least(firsts.len(), n_first);
            if is_habit {
                found.push((names, firsts));
            } else if best.as_ref().is_none_or(|it| it.1 < firsts.len()) {
                best = Some((names, firsts.len()));
            }
        }
    }
    let mut notes = Vec::new();
    if found.is_empty() {
        let most = best.map_or("none was repeated".to_owned(), |(names, n)| {
            format!("the most frequent, {}, came {n} times", arrows(&names))
        });
        notes.push(format!(
            "{} commands are noted; of sequences of them {most}. One is a habit from {SUPPORT_MIN} \
             times on {DAYS_MIN} days on, where the others follow the first more often than not",
            commands.len()
        ));
    }
    let suggestions = found.into_iter().map(|(names, firsts)| {
        let n_first = sittings.iter().flatten().filter(|it| it.what == names[0]).count();
        routine(&names, &firsts, n_first)
    });
    let mut suggestions: Vec<Suggestion> = suggestions.collect();
    suggestions.sort_by_key(|it| (std::cmp::Reverse(it.seen[0].n), it.about.clone()));
    Looked { suggestions, notes }
}

fn routine(names: &[&str], firsts: &[&EpisodeRow], n_first: usize) -> Suggestion {
    let (shown, n) = (arrows(names), firsts.len());
    Suggestion {
        level: Level::Capability,
        rule: "routine",
        about: format!("routine {shown}"),
        title: format!("One command for {shown}"),
        seen: vec![
            Seen::of(format!("{shown}, one after the other"), firsts.iter().copied()),
            Seen { what: format!("{} in all", names[0]), n: n_first, when_ms: None },
        ],
        before: format!("{} commands", names.len()),
        after: "one workflow".to_owned(),
        sure: format!(
            "after `{}` came the others {n} of {n_first} times: with 95 % confidence at least \
             {:.0} % of the time",
            names[0],
            100.0 * at_least(n, n_first)
        ),
        wish: Wish::Routine(names.iter().map(|it| (*it).to_owned()).collect()),
    }
}

fn arrows(names: &[&str]) -> String {
    names.join(" → ")
}

/// What was done without a long pause through one client, the same again and again taken as once.
fn sittings(commands: &[EpisodeRow]) -> Vec<Vec<&EpisodeRow>> {
    let mut open: BTreeMap<&str, Vec<&EpisodeRow>> = BTreeMap::new();
    let mut res = Vec::new();
    for row in commands.iter().filter(|it| it.kind == "command") {
        let sitting = open.entry(&row.client).or_default();
        match sitting.last() {
            Some(last) if PAUSE_MS < row.at_ms.saturating_sub(last.at_ms) => {
                res.push(std::mem::replace(sitting, vec![row]));
            }
            Some(last) if last.what == row.what && last.path == row.path => {}
            _ => sitting.push(row),
        }
    }
    res.extend(open.into_values());
    res
}

/// Every sequence of `n` different commands that can be steps and are about no more than one file,
/// with the first command of each time that it came; no command counts twice.
fn sequences<'a>(
    sittings: &[Vec<&'a EpisodeRow>],
    n: usize,
    is_step: &dyn Fn(&str) -> bool,
) -> BTreeMap<Vec<&'a str>, Vec<&'a EpisodeRow>> {
    let mut res: BTreeMap<Vec<&str>, (Vec<&EpisodeRow>, Option<(usize, usize)>)> = BTreeMap::new();
    for (nth, sitting) in sittings.iter().enumerate() {
        for (at, window) in sitting.windows(n).enumerate() {
            let names: Vec<&str> = window.iter().map(|it| it.what.as_str()).collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            let mut paths: Vec<&str> = window.iter().map(|it| it.path.as_str()).collect();
            paths.retain(|it| !it.is_empty());
            paths.dedup();
            if once.len() < n || 1 < paths.len() || !names.iter().all(|it| is_step(it)) {
                continue;
            }
            let (firsts, until) = res.entry(names).or_default();
            if until.is_some_and(|it| it.0 == nth && at < it.1) {
                continue;
            }
            *until = Some((nth, at + n));
            firsts.push(window[0]);
        }
    }
    res.into_iter().map(|(names, (firsts, _))| (names, firsts)).collect()
}

/// Questions after which somebody opened, by hand, a file of a kind that no language pack reads: to
/// be told, for a pack is nothing that could be written of itself. `rows` are episodes of all
/// kinds.
pub fn unanswered(rows: &[EpisodeRow]) -> Looked {
    let missed = rows.iter().filter(|it| it.kind == "missed");
    let mut by_kind: BTreeMap<&str, Vec<&EpisodeRow>> = BTreeMap::new();
    for row in missed {
        let name = row.path.rsplit('/').next().unwrap_or_default();
        let kind = name.rsplit_once('.').map_or(name, |it| it.1);
        by_kind.entry(kind).or_default().push(row);
    }
    let n_questions = rows.iter().filter(|it| it.kind == "question").count();
    let most = by_kind.iter().max_by_key(|it| it.1.len());
    let most = most.map(|(kind, rows)| format!("the most, {}, ended in `.{kind}`", rows.len()));
    let is_class =
        |it: &&Vec<&EpisodeRow>| MISSED_MIN <= it.len() && DAYS_MIN <= n_days(it.iter().copied());
    let classes = by_kind.iter().filter(|it| is_class(&it.1));
    let suggestions = classes.map(|(kind, rows)| Suggestion {
        level: Level::Capability,
        rule: "unanswered",
        about: format!("unanswered .{kind}"),
        title: format!("Questions end in `.{kind}` files, which no language pack reads"),
        seen: vec![
            Seen::of(
                format!("a `.{kind}` file was opened by hand after a question"),
                rows.iter().copied(),
            ),
            Seen { what: "questions in all".to_owned(), n: n_questions, when_ms: None },
        ],
        before: format!("`.{kind}` is read as plain text"),
        after: format!(
            "a folder below `grammars/` with a grammar and queries for `.{kind}` makes its \
             functions and types places that can be found"
        ),
        sure: format!(
            "{} of {n_questions} questions, with 95 % confidence at least {:.0} %",
            rows.len(),
            100.0 * at_least(rows.len(), n_questions.max(rows.len()))
        ),
        wish: Wish::Told,
    });
    let suggestions: Vec<Suggestion> = suggestions.collect();
    let mut notes = Vec::new();
    if suggestions.is_empty() {
        notes.push(format!(
            "{n_questions} questions are noted; of those that ended in a file that no language \
             pack reads {}. {MISSED_MIN} of one kind on {DAYS_MIN} days are needed",
            most.unwrap_or_else(|| "there is none".to_owned())
        ));
    }
    Looked { suggestions, notes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels::DAY_MS;

    /// On each of `days` these commands, a minute apart; `name path` names a file.
    fn days(days: &[Vec<&str>]) -> Vec<EpisodeRow> {
        let mut res = Vec::new();
        for (day, commands) in days.iter().enumerate() {
            for (nth, command) in commands.iter().enumerate() {
                let (what, path) = command.split_once(' ').unwrap_or((command, ""));
                res.push(EpisodeRow {
                    kind: "command".to_owned(),
                    at_ms: day as u64 * DAY_MS + nth as u64 * 60_000,
                    client: "test".to_owned(),
                    what: what.to_owned(),
                    path: path.to_owned(),
                    ..EpisodeRow::default()
                });
            }
        }
        res
    }

    fn found(rows: &[EpisodeRow]) -> Vec<Vec<String>> {
        let is_step = |it: &str| it != "undo";
        let looked = routines(rows, &is_step, &|_| false);
        assert_eq!(looked.suggestions.is_empty(), !looked.notes.is_empty(), "{looked:?}");
        let wishes = looked.suggestions.into_iter().map(|it| match it.wish {
            Wish::Routine(names) => names,
            other => panic!("{other:?}"),
        });
        wishes.collect()
    }

    #[test]
    fn what_is_done_day_after_day_is_one_routine_of_its_whole_length() {
        let day = vec!["review", "organize-imports", "document"];
        let all = found(&days(&vec![day; 6]));
        assert_eq!(all, [["review", "organize-imports", "document"]]);
    }

    #[test]
    fn one_command_again_and_again_is_none_nor_is_what_cannot_be_a_step() {
        let day = vec!["review a.py", "review b.py", "review c.py"];
        assert!(found(&days(&vec![day; 9])).is_empty());
        assert!(found(&days(&vec![vec!["review", "undo"]; 9])).is_empty());
    }

    #[test]
    fn few_times_or_one_afternoon_are_no_habit() {
        let day = vec!["review", "document"];
        assert!(found(&days(&vec![day.clone(); 4])).is_empty());
        assert!(found(&days(&[day.repeat(20)])).is_empty());
        assert_eq!(found(&days(&vec![day; 5])), [["review", "document"]]);
    }

    #[test]
    fn what_seldom_follows_its_first_command_is_none() {
        let mut all = vec![vec!["review", "document"]; 6];
        all.extend(vec![vec!["review"]; 6]);
        assert!(found(&days(&all)).is_empty());
        let looked = routines(&days(&all), &|_| true, &|_| false);
        assert!(looked.notes[0].contains("review → document, came 6 times"), "{looked:?}");
    }

    #[test]
    fn what_is_about_two_files_is_no_sequence() {
        assert!(found(&days(&vec![vec!["review a.py", "document b.py"]; 9])).is_empty());
        assert_eq!(found(&days(&vec![vec!["review a.py", "document a.py"]; 9])).len(), 1);
    }

    #[test]
    fn a_long_pause_ends_a_sitting() {
        let mut rows = days(&vec![vec!["review", "document"]; 9]);
        for row in rows.iter_mut().filter(|it| it.what == "document") {
            row.at_ms += PAUSE_MS;
        }
        assert!(found(&rows).is_empty());
    }

    #[test]
    fn questions_that_end_in_files_nobody_reads_are_told() {
        let missed = |path: &str, day: u64| EpisodeRow {
            kind: "missed".to_owned(),
            at_ms: day * DAY_MS,
            path: path.to_owned(),
            ..EpisodeRow::default()
        };
        let mut rows: Vec<EpisodeRow> = (0..9).map(|it| missed("a/pay.cob", it)).collect();
        rows.extend((0..4).map(|it| missed("b.zig", it)));
        let looked = unanswered(&rows);
        let about: Vec<&str> = looked.suggestions.iter().map(|it| it.about.as_str()).collect();
        assert_eq!(about, ["unanswered .cob"]);
        assert_eq!(looked.suggestions[0].seen[0].n, 9);
        let looked = unanswered(&rows[..3]);
        assert!(looked.suggestions.is_empty() && looked.notes[0].contains("the most, 3"));
    }
}
