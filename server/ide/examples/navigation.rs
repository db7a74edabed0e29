//! Scores definitions and references against labelled questions, in process:
//! `cargo run --release -p ide --example navigation -- SAMPLES PROJECTS [NAME…] [--fails]`.
//! With `--callers FOLDER NAME` it lists who calls a symbol instead; with `--renames` it also
//! renames each defined symbol, checks that nothing breaks, and renames it back.
// A tool for whoever works on resolution: it reads files and prints, which the crate itself never
// does.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

#[path = "project/files.rs"]
mod files;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use ide::{Analysis, AnalysisHost, Change, FileDelta, FilePosition, FileState};
use serde_json::Value;
use text::{LineCol, PositionEncoding};
use vfs::{FileId, VfsPath};

/// File, line, column: all from 0, columns in UTF-16.
type Place = (String, u64, u64);

/// Sums over the questions of one kind.
#[derive(Default)]
struct Tally {
    n: usize,
    first: usize,
    any: usize,
    none: usize,
    got: usize,
    good: usize,
}

struct Project {
    root: VfsPath,
    analysis: Analysis,
    files: BTreeMap<String, FileId>,
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let shows_fails = args.iter().any(|it| it == "--fails");
    let renames_too = args.iter().any(|it| it == "--renames");
    args.retain(|it| it != "--fails" && it != "--renames");
    if args[0] == "--callers" {
        return callers(&load(Path::new(&args[1])), &args[2]);
    }
    let (samples, projects) = (PathBuf::from(&args[0]), PathBuf::from(&args[1]));
    let mut names: Vec<&str> = args[2..].iter().map(String::as_str).collect();
    if names.is_empty() {
        names = vec!["ripgrep", "flask", "rxjs", "markdown-it", "chi", "commons-codec"];
    }
    for name in names {
        let start = Instant::now();
        let project = load(&projects.join(name));
        let built = start.elapsed();
        println!("{name}: {} files in {built:?}", project.files.len());
        let start = Instant::now();
        let counts = project.analysis.graph().count_edges(&mut || Ok(())).unwrap();
        println!("  {counts:?} in {:?}", start.elapsed());
        definitions(
            &project,
            &read_lines(&samples.join(format!("{name}.refs.jsonl"))),
            shows_fails,
        );
        let questions = read_lines(&samples.join(format!("{name}.defs.jsonl")));
        references(&project, &questions, shows_fails);
        if renames_too {
            renames(&project, &questions, shows_fails);
        }
    }
}

fn callers(project: &Project, name: &str) {
    for target in project.analysis.find_symbol(name).unwrap() {
        let (path, line, _) = at(project, target.file, target.name_range.start());
        println!("{path}:{} {:?} {}", line + 1, target.kind, target.name);
        let symbol = target.symbol.unwrap();
        for call in project.analysis.callers(symbol).unwrap() {
            for site in &call.sites {
                let (path, line, _) = at(project, site.file, site.range.start());
                println!("  {path}:{} {} in {:?}", line + 1, site.resolution, site.within);
            }
        }
        let guesses = project.analysis.candidate_references(symbol).unwrap();
        println!("  {} places of that name are unresolved", guesses.len());
    }
}

fn load(folder: &Path) -> Project {
    let folder = std::fs::canonicalize(folder).unwrap();
    let root = VfsPath::from_path(&folder).unwrap();
    let mut paths = Vec::new();
    files::walk(&folder, &mut paths);
    paths.sort();
    let mut host = AnalysisHost::new();
    let mut files = BTreeMap::new();
    for (index, path) in paths.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let path = VfsPath::from_path(path).unwrap();
        let relative = path.relative_to(&root).unwrap().to_owned();
        let first = text.lines().next().unwrap_or_default();
        let facts = match grammars::language_for_path(&relative, first) {
            Some(language) => syntax::facts(&relative, &text, language),
            None => syntax::facts_of_text(&relative, &text),
        };
        let file = FileId::from_index(index as u32);
        files.insert(relative, file);
        let state = FileState::Settled(Arc::new(facts));
        host.apply_change(Change { files: vec![FileDelta { file, path, state }] });
    }
    let read = move |file: FileId| -> Option<Arc<str>> {
        Some(Arc::from(std::fs::read_to_string(paths.get(file.index())?).ok()?))
    };
    Project { root, analysis: host.analysis(Arc::new(read)), files }
}

fn read_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn definitions(project: &Project, questions: &[Value], shows_fails: bool) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for question in questions {
        let Some(position) = position(project, question) else {
            println!("  no file {}", question["f"]);
            continue;
        };
        let here = place(question);
        let wanted = places(&question["d"]);
        let wanted_lines: BTreeSet<(String, u64)> =
            wanted.iter().map(|it| (it.0.clone(), it.1)).collect();
        let targets = project.analysis.definition(position).unwrap();
        let mut got: Vec<Place> = Vec::new();
        for target in &targets {
            let at = at(project, target.file, target.name_range.start());
            if at != here && !got.contains(&at) {
                got.push(at);
            }
        }
        let good: Vec<bool> =
            got.iter().map(|it| wanted_lines.contains(&(it.0.clone(), it.1))).collect();
        let n_good = good.iter().filter(|it| **it).count();
        let mut tags = vec!["all".to_owned(), question["s"].as_str().unwrap().to_owned()];
        let listed = question["t"].as_array().into_iter().flatten();
        tags.extend(listed.map(|it| format!("#{}", it.as_str().unwrap())));
        for tag in tags {
            let tally = tallies.entry(tag).or_default();
            tally.n += 1;
            tally.first += usize::from(good.first() == Some(&true));
            tally.any += usize::from(n_good > 0);
            tally.none += usize::from(got.is_empty());
            tally.got += got.len();
            tally.good += n_good;
        }
        if shows_fails && good.first() != Some(&true) {
            let why: Vec<&str> = targets.iter().map(|it| it.why).collect();
            println!("  MISS {question} got {got:?} {why:?}");
        }
    }
    println!(
        "  {:<14}{:>5}{:>8}{:>8}{:>8}{:>8}",
        "definition", "n", "first", "any", "none", "prec"
    );
    for (tag, it) in tallies {
        let of = |a: usize, b: usize| a as f64 / b.max(1) as f64;
        println!(
            "  {tag:<14}{:>5}{:>8.3}{:>8.3}{:>8.3}{:>8.3}",
            it.n,
            of(it.first, it.n),
            of(it.any, it.n),
            of(it.none, it.n),
            of(it.good, it.got)
        );
    }
}

fn references(project: &Project, questions: &[Value], shows_fails: bool) {
    let (mut good, mut extra, mut missing, mut f1) = (0, 0, 0, 0.0);
    let mut times = Vec::new();
    for question in questions {
        let Some(position) = position(project, question) else { continue };
        let start = Instant::now();
        let found = project.analysis.references(position).unwrap();
        times.push(start.elapsed());
        let optional = places(&question["opt"]);
        let here = place(question);
        let sites = found.into_iter().flat_map(|it| it.found);
        let got: BTreeSet<Place> = sites
            .map(|it| at(project, it.file, it.range.start()))
            .filter(|it| *it != here && !optional.contains(it))
            .collect();
        let wanted: BTreeSet<Place> = places(&question["refs"]).into_iter().collect();
        let both = got.intersection(&wanted).count();
        good += both;
        extra += got.len() - both;
        missing += wanted.len() - both;
        let all = got.len() + wanted.len();
        f1 += if all == 0 { 1.0 } else { 2.0 * both as f64 / all as f64 };
        if shows_fails && got != wanted {
            let missing: Vec<_> = wanted.difference(&got).take(3).collect();
            let extra: Vec<_> = got.difference(&wanted).take(3).collect();
            println!("  REFS {:?} {} missing {missing:?} extra {extra:?}", here, question["n"]);
        }
    }
    times.sort();
    println!(
        "  references n={} precision={:.3} recall={:.3} macro-f1={:.3} p95={:?}",
        questions.len(),
        good as f64 / (good + extra).max(1) as f64,
        good as f64 / (good + missing).max(1) as f64,
        f1 / questions.len().max(1) as f64,
        times.get(times.len() * 95 / 100)
    );
}

fn renames(project: &Project, questions: &[Value], shows_fails: bool) {
    let (mut done, mut refused, mut sites, mut left, mut broken) = (0, 0, 0, 0, 0);
    for question in questions {
        let Some(position) = position(project, question) else { continue };
        let rename = match project.analysis.rename(position, "zz_new_name") {
            Ok(rename) => rename,
            Err(reason) => {
                refused += 1;
                if shows_fails {
                    println!("  REFUSED {:?} {}: {reason}", place(question), question["n"]);
                }
                continue;
            }
        };
        done += 1;
        sites += rename.sites.len();
        left += rename.left.len();
        if !is_sound(project, &rename) {
            broken += 1;
            println!("  BROKEN {:?} {}", place(question), question["n"]);
        }
    }
    println!("  renames {done}, refused {refused}, sites {sites}, left {left}, broken {broken}");
}

/// Whether the renamed files parse as before and the new name, renamed back, gives the old texts.
fn is_sound(project: &Project, rename: &ide::Rename) -> bool {
    let mut host = AnalysisHost::new();
    let mut after = Vec::new();
    let mut same_errors = true;
    let mut deltas = Vec::new();
    let mut texts = std::collections::HashMap::new();
    for file in project.files.values() {
        let path = project.analysis.path(*file).unwrap().clone();
        let mut facts = Arc::clone(project.analysis.facts(*file).unwrap());
        if let Some(edits) = rename.change.edits.get(&path) {
            let text = edits.apply(&project.analysis.text(*file).unwrap()).unwrap();
            let new = syntax::facts(path.as_str(), &text, facts.language.unwrap());
            if facts.errors.len() < new.errors.len() {
                println!("  ERRORS {path}");
                same_errors = false;
            }
            facts = Arc::new(new);
            texts.insert(*file, Arc::<str>::from(text));
            after.push(*file);
        }
        deltas.push(FileDelta { file: *file, path, state: FileState::Settled(facts) });
    }
    host.apply_change(Change { files: deltas });
    let old = project.analysis.clone();
    let now = host.analysis(Arc::new(move |it| texts.get(&it).cloned().or_else(|| old.text(it))));
    let found = now.find_symbol("zz_new_name").unwrap();
    let file = *after.first().unwrap();
    let local = now
        .facts(file)
        .unwrap()
        .symbols()
        .find(|it| now.facts(file).unwrap().name(it.1.name) == "zz_new_name");
    let symbol = found.first().and_then(|it| it.symbol);
    let symbol = symbol.or(local.map(|it| ide::SymbolRef { file, symbol: it.0 }));
    let Some(position) = symbol.and_then(|it| now.position_of(it)) else { return false };
    let back = match now.rename(position, &rename.old_name) {
        Ok(back) => back,
        Err(reason) => {
            println!("  BACK {reason}");
            return false;
        }
    };
    let is_same = after.iter().all(|it| {
        let path = now.path(*it).unwrap();
        let text = now.text(*it).unwrap();
        let text = match back.change.edits.get(path) {
            Some(edits) => edits.apply(&text).unwrap(),
            None => text.to_string(),
        };
        let old = project.analysis.text(*it).unwrap();
        for (now, old) in text.lines().zip(old.lines()).filter(|(now, old)| now != old) {
            println!("  DIFFERS {path}: {old} | {now}");
        }
        *text == *old
    });
    same_errors && is_same
}

fn position(project: &Project, question: &Value) -> Option<FilePosition> {
    let (path, line, col) = place(question);
    let file = *project.files.get(&path)?;
    let lines = project.analysis.line_index(file)?;
    let position = LineCol { line: line as u32, col: col as u32 };
    Some(FilePosition { file, offset: lines.offset(position, PositionEncoding::Utf16)? })
}

fn place(question: &Value) -> Place {
    let number = |key: &str| question[key].as_u64().unwrap();
    (question["f"].as_str().unwrap().to_owned(), number("l"), number("c"))
}

fn places(list: &Value) -> Vec<Place> {
    let places = list.as_array().into_iter().flatten();
    let place = |it: &Value| {
        (it[0].as_str().unwrap().to_owned(), it[1].as_u64().unwrap(), it[2].as_u64().unwrap())
    };
    places.map(place).collect()
}

fn at(project: &Project, file: FileId, offset: text::TextSize) -> Place {
    let path = project.analysis.path(file).unwrap();
    let lines = project.analysis.line_index(file).unwrap();
    let position = lines.line_col(offset, PositionEncoding::Utf16);
    let relative = path.relative_to(&project.root).unwrap().to_owned();
    (relative, u64::from(position.line), u64::from(position.col))
}
