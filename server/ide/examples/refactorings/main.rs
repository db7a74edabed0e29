//! Runs every refactoring at random places of real projects, in process:
//! `cargo run --release -p ide --example refactorings -- PROJECTS NAME… [--n 50] [--seed 1]
//! [--compile COMMAND]`. Says how many places it looked at, how many changes were made, whether the
//! files still parse, and whether the inverse gives every byte back. With a command it copies the
//! project, makes the changes there, several files at once, and counts those after which the
//! command still succeeds; `--why` lists what is refused and what fails.
// A tool for whoever works on refactorings: it reads files and prints, which the crate itself never
// does.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use ide::{
    Analysis, AnalysisHost, Change, FileDelta, FileMove, FilePosition, FileRange, FileState, Mover,
    Refactor, Workspace,
};
use syntax::SymbolKind;
use text::{TextRange, TextSize};
use vfs::{FileId, SourceChange, VfsPath};

/// Places looked at for one refactoring, at most so many times the number wanted.
const TRIES: usize = 60;

const KINDS: [&str; 9] = [
    "extractVariable",
    "inlineVariable",
    "inlineFunction",
    "extractFunction",
    "safeDelete",
    "organizeImports",
    "moveSymbol",
    "moveFile",
    "rename",
];

struct Options {
    n: usize,
    seed: u64,
    compile: Option<String>,
    why: bool,
}

struct Project {
    root: PathBuf,
    files: Vec<FileId>,
    analysis: Analysis,
}

/// One change that was made.
struct Done {
    change: SourceChange,
    is_proven: bool,
    place: String,
}

#[derive(Default)]
struct Tally {
    looked_at: usize,
    refused: BTreeMap<String, usize>,
    done: Vec<Done>,
    worse: usize,
    not_undone: usize,
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut option = |name: &str| {
        let at = args.iter().position(|it| it == name)?;
        args.remove(at);
        Some(args.remove(at))
    };
    let n = option("--n").map_or(50, |it| it.parse().unwrap());
    let seed = option("--seed").map_or(1, |it| it.parse().unwrap());
    let compile = option("--compile");
    let only = option("--only");
    let why = args.iter().any(|it| it == "--why");
    args.retain(|it| it != "--why");
    let options = Options { n, seed, compile, why };
    let projects = PathBuf::from(&args[0]);
    for name in &args[1..] {
        let copy = std::env::temp_dir().join(format!("aios-refactorings-{name}"));
        let _ = std::fs::remove_dir_all(&copy);
        copy_folder(&projects.join(name), &copy);
        let project = load(&copy);
        println!("{name}: {} files", project.files.len());
        println!(
            "  {:<16}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}",
            "", "looked at", "applied", "proven", "worse", "undone", "compiles"
        );
        for kind in KINDS.iter().filter(|it| only.as_deref().is_none_or(|only| only == **it)) {
            run(&project, kind, &options);
        }
        std::fs::remove_dir_all(&copy).unwrap();
    }
}

fn run(project: &Project, kind: &str, options: &Options) {
    let mut random = Random(options.seed ^ 0x9e37_79b9_7f4a_7c15);
    let mut candidates = candidates(project, kind, &mut random);
    let mut tally = Tally::default();
    while tally.done.len() < options.n && tally.looked_at < options.n * TRIES {
        if candidates.is_empty() {
            break;
        }
        let at = candidates.swap_remove(random.below(candidates.len()));
        tally.looked_at += 1;
        let place = place(project, at);
        match perform(project, kind, at, &mut random) {
            Ok((change, is_proven)) => {
                judge(project, &change, &mut tally);
                tally.done.push(Done { change, is_proven, place });
            }
            Err(why) => *tally.refused.entry(class_of(&why)).or_default() += 1,
        }
    }
    let proven = tally.done.iter().filter(|it| it.is_proven).count();
    let compiles = options.compile.as_ref().map(|command| compiled(project, &tally, command));
    let compiles_text = compiles.as_ref().map_or("-".to_owned(), |failed| {
        let bad = failed.iter().filter(|it| tally.done[**it].is_proven).count();
        format!("{}/{}", proven - bad, proven)
    });
    println!(
        "  {kind:<16}{:>10}{:>10}{proven:>10}{:>10}{:>10}{compiles_text:>12}",
        tally.looked_at,
        tally.done.len(),
        tally.worse,
        tally.done.len() - tally.not_undone,
    );
    if options.why {
        let mut reasons: Vec<(&String, &usize)> = tally.refused.iter().collect();
        reasons.sort_by_key(|it| std::cmp::Reverse(it.1));
        for (why, n) in reasons.into_iter().take(12) {
            println!("      {n:>5} {why}");
        }
        for nth in compiles.into_iter().flatten() {
            let it = &tally.done[nth];
            println!("      FAILS {} {}", if it.is_proven { "" } else { "(marked)" }, it.place);
            it.change.paths().iter().for_each(|path| println!("            changes {path}"));
        }
    }
}

/// The places at which a refactoring is tried.
fn candidates(project: &Project, kind: &str, random: &mut Random) -> Vec<FileRange> {
    let mut res = Vec::new();
    for file in &project.files {
        let Some(facts) = project.analysis.facts(*file) else { continue };
        let Some(language) = facts.language.filter(|it| !it.refactor.blocks.is_empty()) else {
            continue;
        };
        let whole = TextRange::empty(TextSize::default());
        match kind {
            "organizeImports" | "moveFile" => res.push(FileRange { file: *file, range: whole }),
            "inlineVariable" | "inlineFunction" | "moveSymbol" | "safeDelete" | "rename" => {
                let symbols = facts.symbols.iter().filter(|it| match kind {
                    "inlineVariable" => {
                        matches!(it.kind, SymbolKind::Variable | SymbolKind::Constant)
                    }
                    "safeDelete" => it.kind != SymbolKind::Parameter,
                    "inlineFunction" => {
                        matches!(it.kind, SymbolKind::Function | SymbolKind::Method)
                    }
                    "moveSymbol" => it.parent.is_none() && !it.is_local,
                    _ => true,
                });
                let ranges = symbols.map(|it| TextRange::empty(it.name_range.start()));
                res.extend(ranges.map(|range| FileRange { file: *file, range }));
            }
            _ => {
                let text = project.analysis.text(*file).unwrap();
                let Some(tree) = syntax::tree(&text, language) else { continue };
                nodes(tree.root_node(), &mut |node| {
                    let range = TextRange::from_usize(node.start_byte(), node.end_byte());
                    let is_value = language.refactor.values.contains(&node.kind());
                    let in_block = node
                        .parent()
                        .is_some_and(|it| language.refactor.blocks.contains(&it.kind()));
                    if is_value && kind == "extractVariable" {
                        res.push(FileRange { file: *file, range });
                    } else if in_block && kind == "extractFunction" {
                        let mut last = node;
                        for _ in 0..random.below(3) {
                            last = last.next_named_sibling().unwrap_or(last);
                        }
                        let range = TextRange::from_usize(node.start_byte(), last.end_byte());
                        res.push(FileRange { file: *file, range });
                    }
                });
            }
        }
    }
    res
}

fn nodes<'t>(node: syntax::Node<'t>, visit: &mut dyn FnMut(syntax::Node<'t>)) {
    visit(node);
    let mut cursor = node.walk();
    let inner: Vec<syntax::Node<'t>> = node.named_children(&mut cursor).collect();
    inner.into_iter().for_each(|it| nodes(it, visit));
}

fn perform(
    project: &Project,
    kind: &str,
    at: FileRange,
    random: &mut Random,
) -> Result<(SourceChange, bool), String> {
    let analysis = &project.analysis;
    match kind {
        "rename" => {
            let position = FilePosition { file: at.file, offset: at.range.start() };
            let done = analysis.rename(position, "zz_new_name").map_err(|it| it.to_string())?;
            Ok((done.change, done.left.is_empty()))
        }
        "moveFile" => {
            let from = analysis.path(at.file).unwrap().clone();
            let to = destination(project, &from, random);
            let done = analysis.move_files(&[FileMove { from, to }], Mover::Change);
            let done = done.map_err(|it| it.to_string())?;
            Ok((done.change, done.left.is_empty()))
        }
        _ => {
            let to = (kind == "moveSymbol").then(|| home(project, at.file, random));
            let refactor = Refactor::of_id(kind, to).unwrap();
            let done = analysis.refactor(at, &refactor).map_err(|it| it.to_string())?;
            Ok((done.change, done.left.is_empty()))
        }
    }
}

/// A file of code that a definition could move to.
fn home(project: &Project, from: FileId, random: &mut Random) -> String {
    let path = |file: FileId| project.analysis.path(file).unwrap();
    let ending = |path: &VfsPath| path.as_str().rsplit_once('.').map(|it| it.1.to_owned());
    let is_beside = random.below(2) == 0;
    let fits = |it: &&FileId| {
        let is_near = !is_beside || path(**it).parent() == path(from).parent();
        **it != from && is_near && ending(path(**it)) == ending(path(from))
    };
    let homes: Vec<&FileId> = project.files.iter().filter(fits).collect();
    match homes.is_empty() {
        true => path(from).to_string(),
        false => path(*homes[random.below(homes.len())]).to_string(),
    }
}

/// Another folder that holds code, or another name where the file is.
fn destination(project: &Project, from: &VfsPath, random: &mut Random) -> VfsPath {
    let other = project.files[random.below(project.files.len())];
    let folder = project.analysis.path(other).unwrap().parent().unwrap();
    let name = from.file_name().unwrap();
    let in_modules = from.as_str().ends_with(".rs");
    if folder == from.parent().unwrap() || in_modules {
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        return from.parent().unwrap().join(&format!("{stem}_moved.{ending}"));
    }
    folder.join(name)
}

/// Whether the files parse as before, and the inverse gives every byte back.
fn judge(project: &Project, change: &SourceChange, tally: &mut Tally) {
    let text = |path: &VfsPath| std::fs::read_to_string(path.as_path()).ok();
    let after = change.apply(&text).unwrap();
    let inverse = change.inverse(&text).unwrap();
    let back = inverse.apply(&|path| {
        after
            .get(path)
            .cloned()
            .flatten()
            .or_else(|| if after.contains_key(path) { None } else { text(path) })
    });
    let is_back = back.is_ok_and(|it| it.iter().all(|(path, now)| *now == text(path)));
    tally.not_undone += usize::from(!is_back);
    let mut is_worse = false;
    for (path, new) in &after {
        let Some(new) = new else { continue };
        let Some(language) = grammars::language_for_path(path.as_str(), "") else { continue };
        let old = project.analysis.file(path).and_then(|it| project.analysis.facts(it));
        let old = old.map_or(0, |it| it.errors.len());
        is_worse |= old < syntax::facts(path.as_str(), new, language).errors.len();
    }
    tally.worse += usize::from(is_worse);
}

/// The numbers of the changes after which the command fails. Changes of different files are made
/// together; which of them is to blame, the files in the command's output say.
fn compiled(project: &Project, tally: &Tally, command: &str) -> Vec<usize> {
    let mut failed = Vec::new();
    let mut waiting: Vec<usize> = (0..tally.done.len()).collect();
    while !waiting.is_empty() {
        let mut taken: BTreeSet<VfsPath> = BTreeSet::new();
        let (mut batch, mut rest) = (Vec::new(), Vec::new());
        for nth in waiting {
            let paths = tally.done[nth].change.paths();
            let is_free = paths.iter().all(|it| !taken.contains(it));
            match is_free && tally.done[nth].change.operations.is_empty() || batch.is_empty() {
                true => {
                    taken.extend(paths);
                    batch.push(nth);
                    if !tally.done[nth].change.operations.is_empty() {
                        // A file that moves is named in other files, too.
                        taken.extend(
                            project
                                .files
                                .iter()
                                .filter_map(|it| project.analysis.path(*it).cloned()),
                        );
                    }
                }
                false => rest.push(nth),
            }
        }
        waiting = rest;
        failed.extend(blamed(project, tally, &batch, command));
    }
    failed
}

fn blamed(project: &Project, tally: &Tally, batch: &[usize], command: &str) -> Vec<usize> {
    let mut before: BTreeMap<VfsPath, Option<String>> = BTreeMap::new();
    let text = |path: &VfsPath| std::fs::read_to_string(path.as_path()).ok();
    for nth in batch {
        for (path, new) in tally.done[*nth].change.apply(&text).unwrap() {
            before.entry(path.clone()).or_insert_with(|| text(&path));
            write(&path, new.as_deref());
        }
    }
    let output = Command::new("sh").arg("-c").arg(command).current_dir(&project.root).output();
    let output = output.unwrap();
    for (path, old) in &before {
        write(path, old.as_deref());
    }
    if output.status.success() {
        return Vec::new();
    }
    if let [only] = batch {
        return vec![*only];
    }
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let root = VfsPath::from_path(&project.root).unwrap();
    let named: Vec<usize> = batch
        .iter()
        .copied()
        .filter(|nth| {
            let paths = tally.done[*nth].change.paths();
            paths.iter().any(|it| said.contains(it.relative_to(&root).unwrap_or(it.as_str())))
        })
        .collect();
    if named.is_empty() || named.len() == batch.len() {
        let (a, b) = batch.split_at(batch.len() / 2);
        return [blamed(project, tally, a, command), blamed(project, tally, b, command)].concat();
    }
    // A compiler stops early: without those it names, others may show.
    let rest: Vec<usize> = batch.iter().copied().filter(|it| !named.contains(it)).collect();
    let mut res: Vec<usize> =
        named.iter().flat_map(|it| blamed(project, tally, &[*it], command)).collect();
    res.extend(blamed(project, tally, &rest, command));
    res
}

fn write(path: &VfsPath, text: Option<&str>) {
    let path = path.as_path();
    match text {
        Some(text) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        None => {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A reason without what is particular to its place.
fn class_of(why: &str) -> String {
    let mut res = String::new();
    for (nth, part) in why.split('`').enumerate() {
        res.push_str(if nth % 2 == 0 { part } else { "…" });
    }
    let words = res.split(' ').map(|it| match it.starts_with('/') || it.parse::<u32>().is_ok() {
        true => "…",
        false => it,
    });
    words.collect::<Vec<&str>>().join(" ")
}

fn place(project: &Project, at: FileRange) -> String {
    let path = project.analysis.path(at.file).unwrap();
    let line = project.analysis.line_index(at.file).unwrap().line_of(at.range.start()) + 1;
    let text = project.analysis.text(at.file).unwrap();
    let written = text.get(at.range.to_usize()).unwrap_or_default();
    format!("{path}:{line} {}", written.lines().next().unwrap_or_default())
}

fn load(folder: &Path) -> Project {
    let root = std::fs::canonicalize(folder).unwrap();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let mut host = AnalysisHost::new();
    let mut files = Vec::new();
    let vfs_root = VfsPath::from_path(&root).unwrap();
    for (index, path) in paths.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let path = VfsPath::from_path(path).unwrap();
        let relative = path.relative_to(&vfs_root).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let facts = match grammars::language_for_path(relative, first) {
            Some(language) => syntax::facts(relative, &text, language),
            None => syntax::facts_of_text(relative, &text),
        };
        let file = FileId::from_index(index as u32);
        if facts.language.is_some_and(|it| !it.refactor.blocks.is_empty()) {
            files.push(file);
        }
        let state = FileState::Settled(Arc::new(facts));
        host.apply_change(Change { files: vec![FileDelta { file, path, state }] });
    }
    host.set_workspace(Workspace { roots: vec![vfs_root], ..Workspace::default() });
    let read = move |file: FileId| -> Option<Arc<str>> {
        Some(Arc::from(std::fs::read_to_string(paths.get(file.index())?).ok()?))
    };
    Project { root, files, analysis: host.analysis(Arc::new(read)) }
}

fn walk(folder: &Path, acc: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_hidden = name.starts_with('.') || ["node_modules", "target"].contains(&&*name);
        match entry.file_type().unwrap() {
            it if it.is_dir() && !is_hidden => walk(&entry.path(), acc),
            it if it.is_file() => acc.push(entry.path()),
            _ => {}
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap() {
            it if it.is_dir() => copy_folder(&entry.path(), &target),
            it if it.is_file() => {
                std::fs::copy(entry.path(), target).unwrap();
            }
            _ => {}
        }
    }
}

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}
