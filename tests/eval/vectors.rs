//! What vectors cost: embedding, keeping, finding, and what a save adds.
//!
//! `RUN_BENCHES=1 cargo test --release -p memory --test eval vectors -- --nocapture` measures a
//! hundred thousand chunks; without it a few hundred show that it runs.

use std::{fmt::Write as _, fs, path::Path};

use memory::{Embedding, PieceConfig, Query, QueryVector, Sources, Weights, search};
use models::{Embedder, built_in};
use rustc_hash::FxHashSet;
use store::{Access, Store, open};
use syntax::FileFacts;

use crate::{
    corpus::{SourceFile, facts_of, put_all, read_folder},
    cost::cpu_seconds,
};

/// CPU seconds to embed and index a hundred thousand chunks.
const SECONDS_PER_100K_MAX: f64 = 30.0;

/// Bytes of the index file for a hundred thousand vectors.
const BYTES_PER_100K_MAX: u64 = 60_000_000;

/// CPU milliseconds of a question: the middle one, and the 95th of a hundred.
const QUESTION_MS_MAX: (f64, f64) = (10.0, 30.0);

/// Hits of a question: a server looks at so many for what is related, and shows ten.
const HITS_MAX: usize = 20;

/// CPU milliseconds until one saved file of a few functions has its vectors.
const SAVE_MS_MAX: f64 = 50.0;

#[test]
fn vectors_stay_within_their_budgets() {
    let is_real = std::env::var_os("RUN_BENCHES").is_some();
    let n_wanted = if is_real { 100_000 } else { 300 };
    let dir = tempfile::tempdir().expect("a scratch folder");
    let files = files(n_wanted);
    let store = open(dir.path(), Access::ReadWrite, "bench").expect("a new cache opens").store;
    put_all(&store, &files);
    let embedding = Embedding { model: built_in(), pieces: PieceConfig::default() };

    let mut n_vectors = 0;
    let (mut embedded, mut only_model) = (0.0, 0.0);
    for file in &files {
        // What a file holds is known before its chunks are embedded.
        let facts = facts_of(file);
        embedded += cpu_seconds(|| {
            let (n, seconds) = embed(&store, embedding, (file, &facts));
            n_vectors += n;
            only_model += seconds;
        });
    }
    let saved = cpu_seconds(|| {
        store.save_vectors(&embedding.space(), store::VectorFiles::Check).expect("a save")
    });
    let bytes = fs::metadata(dir.path().join("vectors/1.usearch")).map_or(0, |it| it.len());
    let mut one = files[files.len() / 2].text.clone();
    one.push_str("\nfn one_more(path: &Path) -> usize {\n    path.as_os_str().len()\n}\n");
    let changed = SourceFile { path: files[files.len() / 2].path.clone(), text: one };
    let save_ms = 1e3
        * cpu_seconds(|| {
            put_all(&store, std::slice::from_ref(&changed));
            let facts = facts_of(&changed);
            let (n, _) = embed(&store, embedding, (&changed, &facts));
            assert_eq!(n, 1, "only the new function");
        });
    let mut questions: Vec<f64> = (0..200).map(|n| 1e3 * ask(&store, embedding, n)).collect();
    // The first loads what all others find loaded.
    questions.remove(0);
    questions.sort_by(f64::total_cmp);
    let (p50, p95) = (questions[questions.len() / 2], questions[questions.len() * 95 / 100]);

    eprintln!("{n_vectors} vectors of {} components, {} files", built_in().dims(), files.len());
    eprintln!("  the model alone    {only_model:8.2} CPU s");
    eprintln!("  with keeping them  {embedded:8.2} CPU s, and {saved:.2} to write the file");
    eprintln!("  the index file     {:8.1} MB", bytes as f64 / 1e6);
    eprintln!("  one saved file     {save_ms:8.1} CPU ms");
    eprintln!(
        "  a question         {p50:8.1} CPU ms at the middle, {p95:.1} at the 95th percentile"
    );
    if is_real && !cfg!(debug_assertions) {
        let share = n_vectors as f64 / 1e5;
        assert!(embedded + saved <= SECONDS_PER_100K_MAX * share, "{embedded:.1} + {saved:.1} s");
        assert!(bytes as f64 <= BYTES_PER_100K_MAX as f64 * share, "{bytes} bytes");
        assert!(p50 <= QUESTION_MS_MAX.0 && p95 <= QUESTION_MS_MAX.1, "{p50:.1}, {p95:.1} ms");
        assert!(save_ms <= SAVE_MS_MAX, "{save_ms:.1} ms");
    }
}

/// Gives the texts of `file` their vectors; how many were new, and what the model alone took.
fn embed(
    store: &dyn Store,
    embedding: Embedding<'_>,
    (file, facts): (&SourceFile, &FileFacts),
) -> (usize, f64) {
    let keys: Vec<u64> = facts.chunks.iter().map(|it| it.hash).collect();
    let space = embedding.space();
    let missing = store.vectors_missing(&space, &keys).expect("a read");
    let missing: FxHashSet<u64> = missing.into_iter().collect();
    let mut vectors = Vec::new();
    let seconds = cpu_seconds(|| {
        let new = embedding.vectors(&file.text, &facts, &missing);
        vectors = new.expect("the built-in model never fails");
    });
    let n = vectors.iter().map(|it| it.pieces.len()).sum();
    if !vectors.is_empty() {
        store.put_vectors(&space, &vectors).expect("a write");
    }
    (n, seconds)
}

fn ask(store: &dyn Store, embedding: Embedding<'_>, n: usize) -> f64 {
    let text = ["read the settings of a workspace", "where are names resolved", "write_file 7"];
    let text = format!("{} {n}", text[n % text.len()]);
    let weights = Weights::default();
    cpu_seconds(|| {
        let components = embedding.model.embed_question(&text).expect("it never fails");
        let vector = Some(QueryVector { space: embedding.space(), components });
        let query = Query { vector, ..Query::text(&text, HITS_MAX) };
        drop(search(&Sources::saved(store, &weights), &query).expect("a search"));
    })
}

/// This repository's own server, as often as it takes; each copy names its functions anew, so that
/// no text stands twice.
fn files(n_chunks: usize) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let own: Vec<SourceFile> = read_folder(&root)
        .into_iter()
        .filter(|it| it.path.ends_with(".rs"))
        .map(|it| SourceFile { path: it.path, text: it.text })
        .collect();
    let mut res = Vec::new();
    let mut n = 0;
    for copy in 0.. {
        for file in &own {
            let mut text = String::with_capacity(file.text.len() * 2);
            for line in file.text.split_inclusive('\n') {
                text.push_str(line);
                if line.trim_start().starts_with("fn ") || line.trim_start().starts_with("pub") {
                    let _ = writeln!(text, "    // copy{copy}");
                }
            }
            let file = SourceFile { path: format!("copy{copy}/{}", file.path), text };
            n += facts_of(&file).chunks.len();
            res.push(file);
            if n_chunks <= n {
                return res;
            }
        }
    }
    res
}
