//! Runs every refactoring at random places of real projects, in process:
//! `cargo run --release -p ide --example refactorings -- PROJECTS NAME… [--n 50] [--seed 1]
//! [--only KIND] [--compile COMMAND] [--why]`. Says how many places it looked at, how many changes
//! were made, after how many the files still parse, every name of the project means what it meant,
//! and the inverse gives every byte back. With a command it makes the changes in a copy of the
//! project, several files at once, and counts those after which the command still succeeds: of
//! those that leave nothing to the user, with `--marked` of the others too. `--why` lists what is
//! refused and what fails.
// A tool for whoever works on refactorings: it reads files and prints, which the crate itself never
// does.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::unwrap_used)]

mod compiling;
mod disorder;
#[path = "../project/files.rs"]
mod files;
mod meanings;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use ide::{
    Analysis, AnalysisHost, Change, FileDelta, FileMove, FilePosition, FileRange, FileState, Mover,
    Refactor, Workspace,
};
use syntax::{FileFacts, SymbolKind};
use text::{TextRange, TextSize};
use vfs::{FileId, SourceChange, VfsPath};

use crate::meanings::Meanings;

/// Places looked at for one refactoring, at most so many times the number wanted.
const TRIES: usize = 60;

const KINDS: [&str; 10] = [
    "extractVariable",
    "inlineVariable",
    "inlineFunction",
    "extractFunction",
    "safeDelete",
    "addImport",
    "organizeImports",
    "moveSymbol",
    "moveFile",
    "rename",
];

struct Options {
    n: usize,
    seed: u64,
    compile: Option<String>,
    marked_too: bool,
    why: bool,
}

struct Project {
    root: PathBuf,
    files: Vec<FileId>,
    analysis: Analysis,
    meanings: Meanings,
}

/// What a refactoring gave.
struct Made {
    change: SourceChange,
    is_proven: bool,
    /// The file that the change was made against a text of its own of.
    base: Option<(VfsPath, String)>,
}

/// One change that was made, against the project as it is.
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
    parsed: usize,
    /// Changes after which a name means something else, with such a name.
    otherwise: Vec<(usize, String)>,
    undone: usize,
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
    let mut flag = |name: &str| {
        let n = args.len();
        args.retain(|it| it != name);
        args.len() < n
    };
    let (why, marked_too) = (flag("--why"), flag("--marked"));
    let options = Options { n, seed, compile, marked_too, why };
    let projects = PathBuf::from(&args[0]);
    for name in &args[1..] {
        let copy = std::env::temp_dir().join(format!("aios-refactorings-{name}"));
        let _ = std::fs::remove_dir_all(&copy);
        copy_folder(&projects.join(name), &copy);
        let project = load(&copy);
        println!("{name}: {} files", project.files.len());
        if let Some(command) = &options.compile {
            assert!(compiling::succeeds(&project, command), "the command fails before any change");
        }
        println!(
            "  {:<16}{:>10}{:>8}{:>8}{:>10}{:>8}{:>10}{:>10}{:>10}",
            "", "looked at", "made", "parse", "as before", "undone", "proven", "compile", "marked"
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
            Ok(made) => {
                let change = judge(project, &made, &mut tally);
                tally.done.push(Done { change, is_proven: made.is_proven, place });
            }
            Err(why) => *tally.refused.entry(class_of(&why)).or_default() += 1,
        }
    }
    let asked = |it: &&usize| options.marked_too || tally.done[**it].is_proven;
    let all: Vec<usize> = (0..tally.done.len()).collect();
    let asked: Vec<usize> = all.iter().filter(asked).copied().collect();
    let failed = options.compile.as_ref().map(|it| compiling::failed(project, (&tally, asked), it));
    let compiled = |is_proven: bool| {
        let all: Vec<&usize> =
            all.iter().filter(|it| tally.done[**it].is_proven == is_proven).collect();
        match &failed {
            Some(failed) if is_proven || options.marked_too => {
                let n = all.iter().filter(|it| !failed.contains(it)).count();
                format!("{n}/{}", all.len())
            }
            _ => format!("-/{}", all.len()),
        }
    };
    println!(
        "  {kind:<16}{:>10}{:>8}{:>8}{:>10}{:>8}{:>10}{:>10}{:>10}",
        tally.looked_at,
        tally.done.len(),
        tally.parsed,
        tally.done.len() - tally.otherwise.len(),
        tally.undone,
        tally.done.iter().filter(|it| it.is_proven).count(),
        compiled(true),
        compiled(false),
    );
    if options.why {
        let mut reasons: Vec<(&String, &usize)> = tally.refused.iter().collect();
        reasons.sort_by_key(|it| std::cmp::Reverse(it.1));
        for (why, n) in reasons.into_iter().take(12) {
            println!("      {n:>5} {why}");
        }
        for (nth, name) in &tally.otherwise {
            let Done { change, is_proven, place } = &tally.done[*nth];
            let marked = if *is_proven { "" } else { "(marked) " };
            println!("      OTHERWISE {marked}at {name} after {place}");
            change.operations.iter().for_each(|it| println!("            {it:?}"));
        }
        for nth in failed.into_iter().flatten() {
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
            "addImport" | "organizeImports" | "moveFile" => {
                res.push(FileRange { file: *file, range: whole })
            }
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
) -> Result<Made, String> {
    let analysis = &project.analysis;
    let made = |change, left: Vec<_>| Made { change, is_proven: left.is_empty(), base: None };
    match kind {
        "addImport" => disorder::add_import(project, at.file, random),
        "organizeImports" => disorder::organize_imports(project, at.file, random),
        "rename" => {
            let position = FilePosition { file: at.file, offset: at.range.start() };
            let done = analysis.rename(position, "zz_new_name").map_err(|it| it.to_string())?;
            Ok(made(done.change, done.left))
        }
        "moveFile" => {
            let from = analysis.path(at.file).unwrap().clone();
            let to = destination(project, &from, random);
            let done = analysis.move_files(&[FileMove { from, to }], Mover::Change);
            let done = done.map_err(|it| it.to_string())?;
            Ok(made(done.change, done.left))
        }
        _ => {
            let to = (kind == "moveSymbol").then(|| home(project, at.file, random));
            let refactor = Refactor::of_id(kind, to).unwrap();
            let done = analysis.refactor(at, &refactor).map_err(|it| it.to_string())?;
            Ok(made(done.change, done.left))
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

/// Whether the files parse as before, every name means what it meant, and the inverse gives every
/// byte back. Gives the change against the project as it is.
fn judge(project: &Project, made: &Made, tally: &mut Tally) -> SourceChange {
    let on_disk = |path: &VfsPath| std::fs::read_to_string(path.as_path()).ok();
    let text = |path: &VfsPath| match &made.base {
        Some((base, text)) if base == path => Some(text.clone()),
        _ => on_disk(path),
    };
    let after = made.change.apply(&text).unwrap();
    let inverse = made.change.inverse(&text).unwrap();
    let back = inverse.apply(&|path| match after.get(path) {
        Some(now) => now.clone(),
        None => text(path),
    });
    let is_back = back.is_ok_and(|it| it.iter().all(|(path, now)| *now == text(path)));
    tally.undone += usize::from(is_back);
    let is_read = |(path, new): (&VfsPath, &Option<String>)| {
        let old = project.analysis.file(path).and_then(|it| project.analysis.facts(it));
        let old = old.map_or(0, |it| it.errors.len());
        new.as_ref().is_none_or(|it| facts_of(path.as_str(), it).errors.len() <= old)
    };
    tally.parsed += usize::from(after.iter().all(is_read));
    let whole = match &made.base {
        Some(_) => SourceChange::between(
            &after.keys().map(|it| (it.clone(), on_disk(it))).collect(),
            &|it| after.get(it).cloned().flatten(),
        ),
        None => made.change.clone(),
    };
    let lost = project.meanings.lost(&project.analysis, &whole);
    tally.otherwise.extend(lost.into_iter().next().map(|it| (tally.done.len(), it)));
    whole
}

fn facts_of(path: &str, text: &str) -> FileFacts {
    let first = text.lines().next().unwrap_or_default();
    match grammars::language_for_path(path, first) {
        Some(language) => syntax::facts(path, text, language),
        None => syntax::facts_of_text(path, text),
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
    files::walk(&root, &mut paths);
    paths.sort();
    let mut host = AnalysisHost::new();
    let mut files = Vec::new();
    let vfs_root = VfsPath::from_path(&root).unwrap();
    for (index, path) in paths.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let path = VfsPath::from_path(path).unwrap();
        let relative = path.relative_to(&vfs_root).unwrap();
        let facts = facts_of(relative, &text);
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
    let analysis = host.analysis(Arc::new(read));
    let meanings = Meanings::of(&analysis);
    Project { root, files, analysis, meanings }
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
