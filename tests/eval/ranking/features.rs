//! Asks labelled questions in process and writes what every hit is made of, for `learn.py`: the
//! quicker sister of `collect.py`, without the server and what only it knows.
//!
//! `cargo run --release -p memory --example features -- MODEL TREES INDEXES HITS OUT SET.jsonl ...`
//!
//! MODEL is the file of a static embedding, or `built-in`. An index is made once for all models,
//! and holds the vectors of the last one.

// What is asked, and what answers, lies in files; which tree is read is told.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

#[path = "../corpus.rs"]
mod corpus;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use memory::{Embedding, PieceConfig, Query, QueryVector, Sources, Weights, search};
use models::{StaticCode, built_in};
use rustc_hash::FxHashSet;
use serde_json::{Value, json};
use store::{Access, SqliteStore, Store, open};

use crate::corpus::{facts_of, put_all, read_folder};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, trees, indexes, hits, out, sets @ ..] = args.as_slice() else {
        panic!("features MODEL TREES INDEXES HITS OUT SET.jsonl ...");
    };
    let embedding = Embedding { model: read_model(model), pieces: PieceConfig::default() };
    let hits_max = hits.parse().expect("HITS is a number");
    let mut by_tree: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for set in sets {
        for line in fs::read_to_string(set).expect("a set can be read").lines() {
            let question: Value = serde_json::from_str(line).expect("a set is JSON lines");
            let text = |key: &str| question[key].as_str().expect("a question has it").to_owned();
            let tree = format!("{}-{}", text("repo").replace('/', "+"), &text("commit")[..10]);
            by_tree.entry(tree).or_default().push(question);
        }
    }
    let mut out = fs::File::create(out).expect("the output can be written");
    for (tree, questions) in by_tree {
        let index = Path::new(indexes).join(&tree);
        let store = indexed(&Path::new(trees).join(&tree), &index, embedding);
        for question in questions {
            writeln!(out, "{}", asked(&store, embedding, &question, hits_max))
                .expect("the output can be written");
        }
    }
}

fn read_model(path: &str) -> &'static StaticCode {
    if path == "built-in" {
        return built_in();
    }
    // One model is used until the end.
    let bytes = fs::read(path).expect("a model can be read").leak();
    Box::leak(Box::new(StaticCode::load(bytes).expect("a model is a static embedding")))
}

/// The tree as a store with vectors of the model, made where it is not there yet.
fn indexed(tree: &Path, index: &PathBuf, embedding: Embedding<'_>) -> SqliteStore {
    fs::create_dir_all(index).expect("a folder for the index");
    let store = open(index, Access::ReadWrite, "features").expect("an index opens").store;
    let space = embedding.space();
    let embedded = store.meta("features").expect("a read");
    if embedded.as_ref() == Some(&space.model) {
        return store;
    }
    eprintln!("{}", tree.display());
    let files = read_folder(tree);
    if embedded.is_none() {
        put_all(&store, &files);
    }
    for file in &files {
        let facts = facts_of(file);
        let keys: Vec<u64> = facts.chunks.iter().map(|it| it.hash).collect();
        let missing = store.vectors_missing(&space, &keys).expect("a read");
        let missing: FxHashSet<u64> = missing.into_iter().collect();
        let vectors = embedding.vectors(&file.text, &facts, &missing).expect("vectors");
        if !vectors.is_empty() {
            store.put_vectors(&space, &vectors).expect("a write");
        }
    }
    store.save_vectors(&space, store::VectorFiles::Check).expect("a save");
    store.set_meta("features", &space.model).expect("a write");
    store
}

fn asked(store: &dyn Store, embedding: Embedding<'_>, question: &Value, hits_max: usize) -> Value {
    let text = question["query"].as_str().expect("a question has it");
    let components = embedding.model.embed_question(text).expect("it never fails");
    let vector = Some(QueryVector { space: embedding.space(), components });
    let query = Query { vector, ..Query::text(text, hits_max) };
    let weights = Weights::default();
    let answer = search(&Sources::saved(store, &weights), &query).expect("a search");
    let files: Vec<&str> =
        question["files"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let none = Vec::new();
    let functions = question["functions"].as_array().unwrap_or(&none);
    let hits = answer.hits.iter().map(|hit| {
        let values: BTreeMap<&str, f32> =
            hit.values.iter().map(|(it, value)| (it.as_str(), value)).collect();
        let gold_file = files.iter().position(|it| *it == hit.path);
        let gold: Vec<usize> = (0..functions.len())
            .filter(|it| is_right(&hit.path, hit.lines, &functions[*it]))
            .collect();
        json!({
            "file": hit.path, "lines": hit.lines, "symbol": hit.symbol, "kind": hit.kind,
            "gold_file": gold_file.map_or(Value::Bool(false), |it| json!(it)), "gold": gold,
            "values": values, "cosine": hit.cosine,
        })
    });
    json!({
        "id": question["id"], "repo": question["repo"], "lang": question["lang"],
        "commit": question["commit"], "query": text, "set": question["set"],
        "asked": format!("{:?}", answer.kind),
        "words": text.split_whitespace().count(), "n_files": files.len(),
        "n_functions": functions.len(), "hits": hits.collect::<Vec<_>>(),
    })
}

/// As `score_search.py` counts.
fn is_right(path: &str, lines: (u32, u32), gold: &Value) -> bool {
    let line = |key: &str| gold[key].as_u64().unwrap_or(0) as u32;
    let (start, end) = (line("start"), line("end"));
    let is_long = 80.max(4 * (end - start + 1)) < lines.1 - lines.0 + 1;
    gold["file"] == path && lines.0 <= end && start <= lines.1 && !is_long
}
