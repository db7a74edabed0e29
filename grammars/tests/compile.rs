//! What compiling the queries of each language costs: every process pays it once for each language
//! it meets. `RUN_BENCHES=1 cargo test --release -p grammars --test compile -- --nocapture` prints
//! the CPU time of each; with `PACK=<id>` also that of each pattern alone, for whoever rewrites
//! one. Without, two small languages run through the same code.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a benchmark is read by people")]

use grammars::{LANGUAGES, Language};
use rustix::time::{ClockId, clock_gettime};
use tree_sitter::Query;

/// Microseconds of this thread that `f` takes.
fn cpu_us(f: impl FnOnce()) -> u64 {
    let now = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1_000
    };
    let before = now();
    f();
    now() - before
}

fn runs_benches() -> bool {
    std::env::var_os("RUN_BENCHES").is_some()
}

#[test]
fn queries_compile() {
    let few = |it: &&Language| runs_benches() || matches!(it.id, "json" | "toml");
    let mut costs: Vec<(u64, &str)> = Vec::new();
    for language in LANGUAGES.iter().filter(few) {
        costs.push((cpu_us(|| assert!(language.query().is_ok())), language.id));
    }
    assert!(!costs.is_empty());
    if runs_benches() {
        costs.sort_unstable();
        for (us, id) in costs.iter().rev() {
            eprintln!("{id}: {:.1} ms", *us as f64 / 1_000.0);
        }
    }
    if let Some(id) = std::env::var_os("PACK") {
        let wanted = LANGUAGES.iter().find(|it| it.id == id);
        patterns_alone(wanted.expect("`PACK` names a language"));
    }
}

/// The cost of each pattern without what any query of the language costs.
fn patterns_alone(language: &Language) {
    let grammar = language.grammar();
    let base = cpu_us(|| drop(Query::new(&grammar, "(ERROR) @a").unwrap()));
    eprintln!("{}: {base} us for no pattern at all", language.id);
    let compiled = language.query().unwrap();
    let mut costs = Vec::new();
    for (index, place) in compiled.patterns.iter().enumerate() {
        let file = language.query_files.iter().find(|it| it.name == place.file).unwrap();
        let next = compiled.patterns.get(index + 1).filter(|it| it.file == place.file);
        let line = |n: usize| file.text.split_inclusive('\n').take(n - 1).map(str::len).sum();
        let (start, end): (usize, usize) =
            (line(place.line), next.map_or(file.text.len(), |it| line(it.line)));
        let text = language.rewritten(&file.text[start..end]);
        let Ok(query) = Query::new(&grammar, &text) else { continue };
        let us = cpu_us(|| drop(Query::new(&grammar, &text)));
        costs.push((us.saturating_sub(base), place, query.pattern_count()));
    }
    costs.sort_unstable_by_key(|it| std::cmp::Reverse(it.0));
    for (us, place, n) in costs.iter().take(40) {
        eprintln!("{us:>7} us {}:{} ({n})", place.file, place.line);
    }
}
