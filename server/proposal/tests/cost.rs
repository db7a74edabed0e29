//! What a large change costs. Small by default; figures come from
//! `RUN_BENCHES=1 cargo test --release -p proposal --test cost -- --nocapture`.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, sync::Arc};

use proposal::{
    Context, DiffStyle, Draft, Journal, PresentFile, ProposalId, TransactionId, UndoRequest,
    UndoScope, diff_text, propose,
};
use store::history::{History, open_history};
use syntax::FileFacts;
use text::{TextEdit, TextEdits, TextRange};
use vfs::{SourceChange, VfsPath};

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

#[test]
fn a_rename_with_many_sites() {
    let is_real = env::var_os("RUN_BENCHES").is_some();
    let (n_files, n_lines) = if is_real { (100, 400) } else { (5, 50) };
    let mut files: BTreeMap<VfsPath, Arc<str>> = BTreeMap::new();
    let mut change = SourceChange::default();
    for n in 0..n_files {
        let path = VfsPath::new(&format!("/w/src/f{n}.rs")).unwrap();
        let lines = (0..n_lines).map(|line| match line % (n_lines / 5) {
            1 => format!("    total += area({line});\n"),
            0 => format!("}}\n\npub fn f{line}(total: &mut f32) {{\n"),
            _ => format!("    *total = total.max({line}.0) + f32::from({n}u8);\n"),
        });
        let body: String = lines.collect();
        let text = format!("pub fn first() {{\n{body}}}\n");
        let edits = text.match_indices("area").map(|(at, it)| TextEdit {
            range: TextRange::from_usize(at, at + it.len()),
            text: "surface".to_owned(),
        });
        change.edits.insert(path.clone(), TextEdits::new(edits.collect()).unwrap());
        files.insert(path, Arc::from(text));
    }
    let n_sites: usize = change.edits.values().map(|it| it.iter().len()).sum();
    assert_eq!(n_sites, n_files * 5);
    let rust = grammars::language("rust").unwrap();
    let facts: BTreeMap<&VfsPath, Arc<FileFacts>> = files
        .iter()
        .map(|it| (it.0, Arc::new(syntax::facts(&it.0.as_str()[3..], it.1, rust))))
        .collect();

    let mut report = String::new();
    let roots = [VfsPath::new("/w").unwrap()];
    let present = |files: &BTreeMap<VfsPath, Arc<str>>, path: &VfsPath| {
        Ok(files.get(path).map(|it| PresentFile::closed(it.as_bytes())))
    };
    let draft = Draft { title: "Rename".to_owned(), change, ..Draft::default() };
    let before = |path: &VfsPath| present(&files, path);
    let ctx = Context {
        id: ProposalId::new(0, 1),
        now_ms: 0,
        roots: &roots,
        present: &before,
        facts: &|path, _| facts.get(path).cloned(),
    };
    let (proposal, simulation) = measured("propose", &mut report, || propose(draft, &ctx).unwrap());
    assert_eq!(proposal.impact.references, n_sites);
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
    let applied: BTreeMap<VfsPath, Arc<str>> = simulation
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
    assert_eq!(undo.simulation.files.len(), n_files);
    let kept = history.usage().unwrap().blob_bytes;
    let n_bytes: usize = files.values().map(|it| it.len()).sum();
    writeln!(report, "{n_sites} sites, {n_bytes} bytes of text, {kept} bytes kept").unwrap();
    if is_real {
        println!("{report}");
    }
}
