//! How many of the sentences that developers might type are routed right, with no model. They are
//! in `tests/eval/sentences.txt` and had no part in building what routes them.

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

/// Every sentence of the evaluation, with the skill that it means.
fn sentences() -> Vec<(String, String)> {
    of_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval/sentences.txt"))
}

/// All that is learned from but the title and the description of each skill.
fn learned_from() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sentences");
    let files = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let examples = SKILLS.iter().flat_map(|it| it.examples.iter().map(|it| it.to_lowercase()));
    let sentences = files.flat_map(|it| of_file(&it)).map(|it| it.1.to_lowercase());
    sentences.chain(examples).collect()
}

fn of_file(path: &Path) -> Vec<(String, String)> {
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
fn sentences_are_routed_and_writing_is_never_guessed() {
    let all = sentences();
    assert_eq!(all.len(), SKILLS.len() * 10 + 40);
    let (sum, none) = counted("all", &all);
    // What was measured, less a little.
    assert!(238 <= sum.clear && 256 <= sum.clear + sum.offered && sum.wrong <= 8);
    assert!(none.wrong <= 5);
}

/// What is as short as *dead code* cannot be said otherwise; whether more is known than what was
/// learned by heart is seen without it.
#[test]
fn sentences_that_were_not_learned_word_by_word_are_routed_as_well() {
    let (mut all, known) = (sentences(), learned_from());
    all.retain(|it| !known.contains(&it.1.to_lowercase()));
    let (sum, none) = counted("new", &all);
    assert!(200 <= sum.all && sum.all * 9 <= sum.clear * 10 && none.wrong <= 5);
}

/// What became of all sentences that mean a skill, and of those that mean none; told under a title,
/// each of them where `AIOS_SENTENCES` is set.
fn counted(title: &str, sentences: &[(String, String)]) -> (Count, Count) {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    let mut writes_wrong = Vec::new();
    for (of, sentence) in sentences {
        let route = router().route(sentence, &|_| false);
        let was = counts.entry(of.clone()).or_default().take(of, &route);
        if let Route::Clear(it) = &route
            && let Some(skill) = it.skill()
            && skill.name != *of
            && skill.writes()
        {
            writes_wrong.push(format!("{sentence} -> {}", skill.name));
        }
        if std::env::var("AIOS_SENTENCES").is_ok() {
            println!("{was:<14} [{of}] {sentence}  {}", shown(&route));
        }
    }
    let mut sum = Count::default();
    println!("{title:<18} clear offered wrong nothing");
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
    let none = counts.remove("none").unwrap_or_default();
    println!("of {} that no skill is meant by: {} taken for one", none.all, none.wrong);
    (sum, none)
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
