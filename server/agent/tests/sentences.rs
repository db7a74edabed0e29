//! How many of the sentences that developers might type are routed right, with no model. They are
//! in `tests/eval/sentences.txt` and `sentences-2.txt` to `-4.txt`; what part each had in building
//! what routes them stands in the README of this crate.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::{collections::BTreeMap, path::Path};

use agent::{Route, Routed, SKILLS, Skill, router};

/// What became of the sentences of one capability.
#[derive(Default)]
struct Count {
    all: usize,
    /// The right skill, without a question.
    clear: usize,
    /// The right one among those to choose from.
    offered: usize,
    /// Another one, without a question.
    wrong: usize,
    /// No skill at all.
    nothing: usize,
}

/// Written before the first matcher, and thirty that no skill is meant by.
const FIRST: &str = "sentences.txt";
/// Written before the second.
const SECOND: &str = "sentences-2.txt";
/// Written before the third, with thirty that no skill is meant by.
const THIRD: &str = "sentences-3.txt";
/// Written before the fourth, with forty that no skill is meant by.
const FOURTH: &str = "sentences-4.txt";

fn sentences(file: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval");
    let path = folder.join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let mut of = String::new();
    let mut res = Vec::new();
    for line in text.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        match line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(name) => of = name.to_owned(),
            None => res.push((of.clone(), line.to_owned())),
        }
    }
    res
}

#[test]
fn no_sentence_of_the_evaluation_is_an_example() {
    let (first, second, third) = (sentences(FIRST), sentences(SECOND), sentences(THIRD));
    assert_eq!((first.len(), second.len()), (SKILLS.len() * 10 + 30, SKILLS.len() * 10));
    assert_eq!(third.len(), first.len());
    let examples: Vec<&str> = SKILLS.iter().flat_map(|it| it.examples.iter().copied()).collect();
    let same: Vec<&str> = first
        .iter()
        .chain(&second)
        .chain(&third)
        .map(|it| it.1.as_str())
        .filter(|it| examples.iter().any(|example| example.eq_ignore_ascii_case(it)))
        .collect();
    // What is as short as the name of the skill cannot be said otherwise.
    let is_short = |it: &&str| it.split_whitespace().count() <= 5;
    assert!(same.iter().all(is_short), "{same:?}");
}

#[test]
fn sentences_are_routed_and_writing_is_never_guessed() {
    let (sum, none) = counted(FIRST);
    println!("of {} that no skill is meant by: {} taken for one", none.all, none.wrong);
    // What was measured, less a little.
    assert!(240 <= sum.clear && 252 <= sum.clear + sum.offered && sum.wrong <= 8);
    assert!(none.wrong <= 5);
}

#[test]
fn sentences_of_another_day_are_routed_as_well() {
    let (sum, _) = counted(SECOND);
    assert!(234 <= sum.clear && 250 <= sum.clear + sum.offered && sum.wrong <= 7);
}

#[test]
fn sentences_of_a_third_day_are_routed_as_well() {
    let (sum, none) = counted(THIRD);
    println!("of {} that no skill is meant by: {} taken for one", none.all, none.wrong);
    assert!(190 <= sum.clear && 226 <= sum.clear + sum.offered && sum.wrong <= 13);
    assert!(none.wrong <= 5);
}

#[test]
fn sentences_of_a_fourth_day_are_routed_as_well() {
    let (sum, none) = counted(FOURTH);
    println!("of {} that no skill is meant by: {} taken for one", none.all, none.wrong);
    assert!(238 <= sum.clear && 256 <= sum.clear + sum.offered && sum.wrong <= 8);
    assert!(none.wrong <= 5);
}

/// What became of all sentences of a file that mean a skill, and of those that mean none.
fn counted(file: &str) -> (Count, Count) {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut writes_wrong = Vec::new();
    for (of, sentence) in sentences(file) {
        let route = router().route(&sentence, &|_| false);
        let was = counts.entry(of.clone()).or_default().take(&of, &route);
        if let Route::Clear(it) = &route
            && let Some(skill) = it.skill()
            && skill.name != of
            && skill.writes()
        {
            writes_wrong.push(format!("{sentence} -> {}", skill.name));
        }
        if std::env::var("AIOS_SENTENCES").is_ok_and(|it| it == file) {
            println!("{was:<14} [{of}] {sentence}  {}", shown(&route));
        }
    }
    let mut sum = Count::default();
    println!("{file:<18} clear offered wrong nothing");
    for (name, it) in &counts {
        println!("{name:<18} {:>5} {:>7} {:>5} {:>7}", it.clear, it.offered, it.wrong, it.nothing);
        if Skill::named(name).is_some() {
            sum.all += it.all;
            sum.clear += it.clear;
            sum.offered += it.offered;
            sum.wrong += it.wrong;
        }
    }
    let Count { all, clear, offered, wrong, .. } = sum;
    println!("of {all}: {clear} clear, {offered} more offered, {wrong} wrong without a question");
    println!("taken for a skill that writes, which is asked about: {writes_wrong:#?}");
    (sum, counts.remove("none").unwrap_or_default())
}

impl Count {
    /// Counts a sentence that means the skill `of`; gives what became of it in a word.
    fn take(&mut self, of: &str, route: &Route) -> &'static str {
        self.all += 1;
        let is = |it: &Routed| it.skill().is_some_and(|it| it.name == of);
        match route {
            Route::Clear(it) if is(it) => {
                self.clear += 1;
                "clear"
            }
            Route::Clear(_) => {
                self.wrong += 1;
                "WRONG"
            }
            Route::Unclear(all) if all.iter().any(is) => {
                self.offered += 1;
                "offered"
            }
            Route::Unclear(_) => "others offered",
            Route::Nothing(_) => {
                self.nothing += 1;
                "nothing"
            }
        }
    }
}

fn shown(route: &Route) -> String {
    let name = |it: &Routed| it.skill().map_or("an agent", |it| it.name);
    let one = |it: &Routed| format!("{} {:.2}", name(it), it.score);
    match route {
        Route::Clear(it) | Route::Nothing(it) => one(it),
        Route::Unclear(all) => all.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}
