//! Which files are better not read at all, and how many hits a list needs: by what was read again
//! and again for nobody, and by which hits were opened.

use std::collections::{BTreeMap, BTreeSet};

use store::history::EpisodeRow;

use super::{
    Level, Looked, Seen, Suggestion, Wish, n_days,
    sure::{at_least, at_most},
};

/// A file makes noise that was read so often.
const READ_MIN: u64 = 60;
/// And on so many days.
const DAYS_MIN: usize = 3;
/// So many files of one kind in a folder are one line.
const ALIKE_MIN: usize = 3;
/// Lines of one suggestion.
const LINES_MAX: usize = 10;
/// So many hits have to be opened before they tell anything of how long a list should be.
const OPENED_MIN: usize = 40;
/// At least this share of them stood in the last third, with 95 % confidence.
const DEEP_SHARE_MIN: f64 = 0.1;
/// At most this share of the answers may be slow.
const SLOW_SHARE_MAX: f64 = 0.05;

/// How many places a search lists.
const TOP_K: &str = "memory.top_k";

/// The settings beside the weights that a suggestion may set, with the least and the most. Which
/// hit was opened is known up to the twentieth.
pub const NUMBERS: [(&str, u16, u16); 1] = [(TOP_K, 5, 20)];

/// The files that are indexed, below their folder; true for those that something else needs: code
/// that is imported, what was looked at.
pub type Indexed<'a> = BTreeMap<&'a str, bool>;

/// Files that change again and again and that nobody ever opens, finds or needs: they are better
/// left out. `rows` are episodes of all kinds, oldest first.
pub fn noisy_files(rows: &[EpisodeRow], indexed: &Indexed<'_>) -> Looked {
    let of_use = |it: &&EpisodeRow| it.kind != "noise" && !it.path.is_empty();
    let wanted: BTreeSet<&str> = rows.iter().filter(of_use).map(|it| it.path.as_str()).collect();
    let mut noisy: BTreeMap<&str, Vec<&EpisodeRow>> = BTreeMap::new();
    for row in rows.iter().filter(|it| it.kind == "noise") {
        let is_free = indexed.get(row.path.as_str()) == Some(&false);
        // A name with a line end in it would be several lines.
        let is_line = !row.path.contains(char::is_control);
        if is_free && is_line && !wanted.contains(row.path.as_str()) {
            noisy.entry(&row.path).or_default().push(row);
        }
    }
    let n_seen = noisy.len();
    let read = |rows: &[&EpisodeRow]| rows.iter().map(|it| it.place).sum::<u64>();
    noisy.retain(|_, rows| READ_MIN <= read(rows) && DAYS_MIN <= n_days(rows.iter().copied()));
    if noisy.is_empty() {
        let note = format!(
            "{n_seen} files changed often and were never opened, found or needed; none of them was \
             read {READ_MIN} times on {DAYS_MIN} days"
        );
        return Looked { suggestions: Vec::new(), notes: vec![note] };
    }
    let lines = lines(&noisy, indexed);
    let seen: Vec<Seen> = lines.iter().map(|(line, files)| seen(line, files, &noisy)).collect();
    let shown: Vec<&str> = lines.keys().map(String::as_str).collect();
    let shown = shown.join(" ");
    let n_read: usize = seen.iter().map(|it| it.n).sum();
    let n_files = lines.values().map(Vec::len).sum::<usize>();
    let suggestion = Suggestion {
        level: Level::Configuration,
        rule: "noise",
        about: format!("noise {shown}"),
        title: format!("Leave out {shown}, which changes often and nobody looks at"),
        before: format!("{n_files} files are read each time that they change"),
        after: format!("{} lines in `.aiosignore`", lines.len()),
        sure: format!(
            "read {n_read} times for nobody: with 95 % confidence fewer than {:.1} % of these \
             reads are of use; nothing in the index imports these files",
            100.0 * at_most(0, n_read)
        ),
        seen,
        wish: Wish::Ignore(lines.into_keys().collect()),
    };
    Looked { suggestions: vec![suggestion], notes: Vec::new() }
}

/// The lines that leave these files out, and no others: a folder's files of one kind together,
/// where all of them make noise.
fn lines<'a>(
    noisy: &BTreeMap<&'a str, Vec<&EpisodeRow>>,
    indexed: &Indexed<'_>,
) -> BTreeMap<String, Vec<&'a str>> {
    let mut alike: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for path in noisy.keys() {
        alike.entry(kind_of(path)).or_default().push(path);
    }
    let mut res = BTreeMap::new();
    for ((folder, kind), files) in alike {
        let n_all = indexed.keys().filter(|it| kind_of(it) == (folder, kind)).count();
        if !kind.is_empty() && ALIKE_MIN <= files.len() && files.len() == n_all {
            res.insert(format!("/{}*.{}", literally(folder), literally(kind)), files);
        } else {
            res.extend(files.iter().map(|it| (format!("/{}", literally(it)), vec![*it])));
        }
    }
    while LINES_MAX < res.len() {
        res.pop_last();
    }
    res
}

/// The folder of a file, with its slash, and the ending of its name.
fn kind_of(path: &str) -> (&str, &str) {
    let (folder, name) = path.split_at(path.rfind('/').map_or(0, |it| it + 1));
    (folder, name.rsplit_once('.').map_or("", |it| it.1))
}

/// A part of a path that means itself in an ignore file.
fn literally(text: &str) -> String {
    let mut res = String::new();
    for it in text.chars() {
        if matches!(it, '*' | '?' | '[' | ']' | '\\' | ' ' | '!' | '#' | '{' | '}') {
            res.push('\\');
        }
        res.push(it);
    }
    res
}

fn seen(line: &str, files: &[&str], noisy: &BTreeMap<&str, Vec<&EpisodeRow>>) -> Seen {
    let rows = files.iter().flat_map(|it| &noisy[it]).copied();
    let n_read = rows.clone().map(|it| it.place).sum::<u64>();
    let what = format!("{line} was read again");
    Seen { n: usize::try_from(n_read).unwrap_or(usize::MAX), ..Seen::of(what, rows) }
}

/// Whether a search should list more places: where the hits that are opened stand deep in the list.
/// `now` is how many it lists. `rows` are episodes of all kinds, oldest first.
pub fn longer_lists(rows: &[EpisodeRow], now: u16) -> Looked {
    let (_, _, most) = NUMBERS[0];
    let opened: Vec<&EpisodeRow> = rows.iter().filter(|it| it.kind == "opened").collect();
    let n_questions = rows.iter().filter(|it| it.kind == "question").count();
    let slow = rows.iter().filter(|it| it.kind == "slow" && it.what == "search");
    let n_slow = slow.count();
    let last_third = u64::from(now) - u64::from(now) / 3;
    let deep: Vec<&EpisodeRow> =
        opened.iter().copied().filter(|it| last_third < it.place).collect();
    let share = at_least(deep.len(), opened.len());
    let is_slow = SLOW_SHARE_MAX * (n_questions as f64) < n_slow as f64;
    let after = (now + now.div_ceil(2)).min(most);
    let is_told = OPENED_MIN <= opened.len() && DEEP_SHARE_MIN <= share && now < after;
    if !is_told || is_slow {
        let why = match is_told && is_slow {
            true => {
                format!("{n_slow} of {n_questions} answers were slow, longer ones would be more")
            }
            false => format!(
                "a longer list needs {OPENED_MIN} of them and more than a tenth in its last third, \
                 and is never longer than {most}"
            ),
        };
        let (n, n_deep) = (opened.len(), deep.len());
        let note = format!("{n} hits were opened, {n_deep} behind the place {last_third}: {why}");
        return Looked { suggestions: Vec::new(), notes: vec![note] };
    }
    let suggestion = Suggestion {
        level: Level::Configuration,
        rule: "list",
        about: format!("{TOP_K} {after}"),
        title: format!("List {after} places of a search instead of {now}"),
        seen: vec![
            Seen::of(
                format!("a hit behind the place {last_third} was opened"),
                deep.iter().copied(),
            ),
            Seen::of("hits were opened".to_owned(), opened.iter().copied()),
            Seen { what: "answers were slow".to_owned(), n: n_slow, when_ms: None },
        ],
        before: format!("{TOP_K} = {now}"),
        after: format!("{TOP_K} = {after}"),
        sure: format!(
            "with 95 % confidence at least {:.0} % of what is opened stands there; what stands \
             behind the list nobody could open",
            100.0 * share
        ),
        wish: Wish::Number { key: TOP_K, before: now, after },
    };
    Looked { suggestions: vec![suggestion], notes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels::DAY_MS;

    fn row(kind: &str, path: &str, day: u64, place: u64) -> EpisodeRow {
        EpisodeRow {
            kind: kind.to_owned(),
            path: path.to_owned(),
            at_ms: day * DAY_MS,
            place,
            ..EpisodeRow::default()
        }
    }

    /// Twenty reads a day of each file.
    fn noise(paths: &[&str], days: u64) -> Vec<EpisodeRow> {
        let of = |day: u64| paths.iter().map(move |it| row("noise", it, day, 20));
        (0..days).flat_map(of).collect()
    }

    #[track_caller]
    fn check_noise(rows: &[EpisodeRow], indexed: &[(&str, bool)], expected: &[&str]) {
        let looked = noisy_files(rows, &indexed.iter().copied().collect());
        let wishes = looked.suggestions.iter().flat_map(|it| match &it.wish {
            Wish::Ignore(lines) => lines.clone(),
            other => panic!("{other:?}"),
        });
        assert_eq!(wishes.collect::<Vec<String>>(), expected, "{looked:?}");
    }

    #[test]
    fn what_changes_again_and_again_for_nobody_is_left_out() {
        let files = [("out/state.json", false), ("src/a.py", false)];
        check_noise(&noise(&["out/state.json"], 3), &files, &["/out/state.json"]);
        check_noise(&noise(&["out/state.json"], 2), &files, &[]);
        let mut one_day = noise(&["out/state.json"], 9);
        one_day.iter_mut().for_each(|it| it.at_ms = 5);
        check_noise(&one_day, &files, &[]);
    }

    #[test]
    fn a_name_that_would_be_several_lines_is_none() {
        let path = "out/a\n*.py";
        check_noise(&noise(&[path], 3), &[(path, false)], &[]);
    }

    #[test]
    fn what_is_opened_used_or_needed_makes_no_noise() {
        let rows = noise(&["out/state.json"], 9);
        for kind in ["opened", "used", "missed", "command"] {
            let mut rows = rows.clone();
            rows.push(row(kind, "out/state.json", 1, 1));
            check_noise(&rows, &[("out/state.json", false)], &[]);
        }
        check_noise(&rows, &[("out/state.json", true)], &[]);
        check_noise(&rows, &[], &[]);
    }

    #[test]
    fn files_of_one_kind_are_one_line_only_where_all_of_them_make_noise() {
        let names = ["o/a.log", "o/b.log", "o/c.log"];
        let mut files = names.map(|it| (it, false)).to_vec();
        files.push(("o/read.md", true));
        check_noise(&noise(&names, 3), &files, &["/o/*.log"]);
        files.push(("o/d.log", false));
        check_noise(&noise(&names, 3), &files, &["/o/a.log", "/o/b.log", "/o/c.log"]);
        check_noise(
            &noise(&["o/[x] *.log"], 3),
            &[("o/[x] *.log", false)],
            &["/o/\\[x\\]\\ \\*.log"],
        );
    }

    fn opened(places: &[u64], n_slow: u64) -> Vec<EpisodeRow> {
        let mut res = Vec::new();
        for (nth, place) in places.iter().enumerate() {
            res.push(row("question", "", nth as u64, 10));
            res.push(row("opened", "a.py", nth as u64, *place));
        }
        let slow = EpisodeRow { what: "search".to_owned(), ..row("slow", "", 1, 0) };
        res.extend((0..n_slow).map(|_| slow.clone()));
        res
    }

    #[test]
    fn a_list_grows_where_what_is_opened_stands_deep_in_it() {
        let deep = [1, 2, 9, 10].repeat(12);
        let looked = longer_lists(&opened(&deep, 0), 10);
        let wish = &looked.suggestions[0].wish;
        assert_eq!(*wish, Wish::Number { key: TOP_K, before: 10, after: 15 });
        assert_eq!(looked.suggestions[0].seen[0].n, 24);
        assert!(longer_lists(&opened(&deep, 9), 10).notes[0].contains("were slow"));
        assert!(longer_lists(&opened(&[1, 2, 3, 9].repeat(9), 0), 10).suggestions.is_empty());
        assert!(longer_lists(&opened(&[1, 2, 3].repeat(30), 0), 10).suggestions.is_empty());
        assert!(longer_lists(&opened(&[20].repeat(90), 0), 20).suggestions.is_empty());
    }
}
