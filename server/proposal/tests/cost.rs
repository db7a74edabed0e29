//! What a large change costs. Small by default; figures come from
//! `RUN_BENCHES=1 cargo test --release -p proposal --test cost -- --nocapture`.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, sync::Arc};

use ide::{Analysis, AnalysisHost, Change, FileDelta, FilePosition, FileState, Workspace};
use proposal::{
    Context, DiffStyle, Draft, Journal, PresentFile, ProposalId, TransactionId, UndoRequest,
    UndoScope, add_effect, diff_text, propose,
};
use store::history::{History, open_history};
use text::TextSize;
use vfs::{FileId, VfsPath};

/// Calls of the renamed function in each file.
const SITES: usize = 5;

/// CPU time of this thread, where the system tells it.
fn cpu_ms() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn measured<T>(what: &str, report: &mut String, work: impl FnOnce() -> T) -> T {
    let begin = cpu_ms();
    let res = work();
    writeln!(report, "{what:<40} {:8.1} ms CPU", cpu_ms() - begin).unwrap();
    res
}

type Files = BTreeMap<VfsPath, Arc<str>>;

/// A crate of `n_files` modules, each of which uses one function `SITES` times.
fn workspace(n_files: usize, n_lines: usize) -> Files {
    let mut files = Files::new();
    let mut root = String::from("pub fn area(r: usize) -> f32 {\n    r as f32\n}\n\n");
    for n in 0..n_files {
        writeln!(root, "pub mod f{n};").unwrap();
        let lines = (0..n_lines).map(|line| match line % (n_lines / SITES) {
            1 => format!("    *total += area({line});\n"),
            0 => format!("}}\n\npub fn f{line}(total: &mut f32) {{\n"),
            _ => format!("    *total = total.max({line}.0) + f32::from({n}u8);\n"),
        });
        let body: String = lines.collect();
        let text = format!("use crate::area;\n\npub fn first() {{\n{body}}}\n");
        files.insert(VfsPath::new(&format!("/w/src/f{n}.rs")).unwrap(), Arc::from(text));
    }
    files.insert(VfsPath::new("/w/src/lib.rs").unwrap(), Arc::from(root));
    let manifest = "[package]\nname = \"shapes\"\nversion = \"1.0.0\"\n";
    files.insert(VfsPath::new("/w/Cargo.toml").unwrap(), Arc::from(manifest));
    files
}

/// The workspace as the server knows it.
fn analysis(files: &Files) -> Analysis {
    let mut host = AnalysisHost::new();
    let mut change = Change::default();
    let texts: Vec<Arc<str>> = files.values().cloned().collect();
    for (index, (path, text)) in files.iter().enumerate() {
        let below = path.as_str().strip_prefix("/w/").unwrap();
        let language = grammars::language_for_path(below, "").unwrap();
        let facts = Arc::new(syntax::facts(below, text, language));
        let file = FileId::from_index(index as u32);
        change.files.push(FileDelta { file, path: path.clone(), state: FileState::Settled(facts) });
    }
    host.apply_change(change);
    let roots = vec![VfsPath::new("/w").unwrap()];
    host.set_workspace(Workspace { roots, ..Workspace::default() });
    host.analysis(Arc::new(move |file| texts.get(file.index()).cloned()))
}

#[test]
fn a_rename_with_many_sites() {
    let is_real = env::var_os("RUN_BENCHES").is_some();
    let (n_files, n_lines) = if is_real { (100, 400) } else { (5, 50) };
    let files = workspace(n_files, n_lines);
    let analysis = analysis(&files);
    let mut report = String::new();
    let file = analysis.file(&VfsPath::new("/w/src/lib.rs").unwrap()).unwrap();
    let position = FilePosition { file, offset: TextSize::from_usize("pub fn ".len()) };
    let rename = measured("rename: find and try", &mut report, || {
        analysis.rename(position, "surface").unwrap()
    });
    // With its definition, and an import a file.
    assert_eq!(rename.sites.len(), n_files * (SITES + 1) + 1);

    let roots = [VfsPath::new("/w").unwrap()];
    let present = |files: &Files, path: &VfsPath| {
        Ok(files.get(path).map(|it| PresentFile::closed(it.as_bytes())))
    };
    let title = "Rename".to_owned();
    let unread = Draft { title, change: rename.change, ..Draft::default() };
    let draft = Draft { leaves: rename.leaves, ..unread.clone() };
    let before = |path: &VfsPath| present(&files, path);
    let ctx = Context {
        id: ProposalId::new(0, 1),
        now_ms: 0,
        roots: &roots,
        present: &before,
        facts: &|path, _| analysis.facts(analysis.file(path)?).cloned(),
    };
    let (mut proposal, simulation) =
        measured("propose", &mut report, || propose(draft, &ctx).unwrap());
    measured("look at its effect", &mut report, || {
        add_effect(&mut proposal, &simulation, &analysis);
    });
    let (read_again, _) =
        measured("propose, nothing parsed yet", &mut report, || propose(unread, &ctx).unwrap());
    assert_eq!(proposal.impact.references, n_files * (SITES + 1));
    assert_eq!(read_again.impact.syntax_errors, proposal.impact.syntax_errors);
    assert_eq!(read_again.files, proposal.files);
    measured("diff", &mut report, || {
        diff_text(
            &proposal,
            &simulation,
            &DiffStyle { roots: &roots, answers: &[], has_marks: false },
        )
    });

    let dir = tempfile::tempdir().unwrap();
    let history = Arc::new(open_history(dir.path(), 1).unwrap().history);
    let journal = Journal::new(history.clone());
    let id = TransactionId::new(0, 2);
    measured("record and begin", &mut report, || {
        journal.record(&proposal).unwrap();
        journal.begin(&proposal, id.clone(), 0, &before).unwrap();
    });
    let applied: Files = simulation
        .files
        .iter()
        .map(|it| (it.path().clone(), Arc::from(it.post_text().unwrap())))
        .collect();
    let after = |path: &VfsPath| present(&applied, path);
    measured("finish", &mut report, || journal.finish(&id, 0, &after).unwrap());
    let request =
        UndoRequest { transaction: None, scope: UndoScope::Transaction, caller: String::new() };
    let ctx = Context { id: ProposalId::new(0, 3), present: &after, facts: &|_, _| None, ..ctx };
    let undo = measured("undo", &mut report, || journal.undo(&request, &ctx).unwrap());
    assert_eq!(undo.simulation.files.len(), n_files + 1);
    let kept = history.usage().unwrap().blob_bytes;
    let n_bytes: usize = files.values().map(|it| it.len()).sum();
    let n_sites = rename.sites.len();
    writeln!(report, "{n_sites} sites, {n_bytes} bytes of text, {kept} bytes kept").unwrap();
    if is_real {
        println!("{report}");
    }
}
