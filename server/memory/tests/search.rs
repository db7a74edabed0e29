//! The search as its users see it: what is asked, what comes first, and why.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use fixture::Fixture;
use memory::{
    Answer, Candidate, Feature, Filters, Known, Lists, Query, QueryVector, Retriever, Signal,
    Signals, Sources, Tests, UnsavedFile, Values, Weights, documents, rank, reorder, search,
};
use store::{
    DocumentId, Field, FileCounts, FileRow, FileWrite, Role, ScoredDoc, SqliteStore, Store,
    TextVectors, VectorFormat, VectorSpace, open_in_memory,
};
use syntax::FileFacts;

fn sources<'a>(
    store: &'a dyn Store,
    unsaved: &'a [UnsavedFile<'a>],
    weights: &'a Weights,
) -> Sources<'a> {
    Sources { unsaved, ..Sources::saved(store, weights) }
}

const ROOT: &str = "/project";

fn facts(path: &str, text: &str) -> FileFacts {
    match grammars::language_for_path(path, "") {
        Some(language) => syntax::facts(path, text, language),
        None => syntax::facts_of_text(path, text),
    }
}

/// A store with the files of a fixture.
fn store_of(fixture: &str) -> SqliteStore {
    let store = open_in_memory().unwrap();
    let fixture = Fixture::parse(fixture);
    let writes = fixture.files.iter().map(|file| {
        let path = file.path.trim_start_matches('/');
        let facts = facts(path, &file.text);
        FileWrite {
            row: FileRow {
                path: path.to_owned(),
                len: file.text.len() as u64,
                mtime_ns: 0,
                hash: *blake3::hash(file.text.as_bytes()).as_bytes(),
                language: facts.language.map(|it| it.id.to_owned()),
                is_test: facts.is_test,
                counts: FileCounts::default(),
            },
            facts: None,
            documents: Some(documents(path, &file.text, &facts)),
            skipped: None,
        }
    });
    store.put(ROOT, &writes.collect::<Vec<_>>()).unwrap();
    store
}

/// One hit a line: where, what, and the names of the parts of its score.
fn render(answer: &Answer) -> String {
    let hits = answer.hits.iter().map(|it| {
        let symbol = it.symbol.as_deref().unwrap_or("-");
        let parts: Vec<&str> = it.parts.iter().map(|(name, _)| *name).collect();
        format!("{}:{}-{} {symbol} ({})", it.path, it.lines.0, it.lines.1, parts.join(", "))
    });
    hits.collect::<Vec<_>>().join("\n")
}

fn ask(store: &dyn Store, query: &Query) -> Answer {
    let answer = search(&Sources::saved(store, &Weights::default()), query).unwrap();
    for hit in &answer.hits {
        let sum: f32 = hit.parts.iter().map(|(_, score)| score).sum();
        assert!((sum - hit.score).abs() < 1e-3, "{}: {} is not {}", hit.path, hit.score, hit.why());
    }
    answer
}

#[track_caller]
fn check(query: &str, expected: Expect) {
    expected.assert_eq(&render(&ask(&store_of(SHOP), &Query::text(query, 3))));
}

const SHOP: &str = r#"
//- /src/cart.rs
/// What somebody wants to buy.
pub struct Cart {
    lines: Vec<Line>,
}

impl Cart {
    /// The sum of all prices, discounts taken off.
    pub fn total_price(&self) -> u32 {
        self.lines.iter().map(|it| it.price).sum()
    }

    pub fn add_line(&mut self, line: Line) {
        self.lines.push(line);
    }
}

#[test]
fn total_price_of_nothing_is_zero() {
    assert_eq!(Cart { lines: vec![] }.total_price(), 0);
}
//- /src/checkout.py
def pay(cart):
    """Charges the card and sends the receipt."""
    return charge(cart.total_price())


def retry(times):
    for _ in range(times):
        yield
//- /docs/guide.md
# Checkout

How to pay: the total price is charged once.
//- /notes.txt
remember the milk
"#;

#[test]
fn a_name_finds_its_definition_before_its_uses_and_tests() {
    check(
        "total_price",
        expect![[r#"
            src/cart.rs:8-10 total_price (exact name, identifier in it, name, body, share of the name, length, file)
            src/checkout.py:1-3 pay (identifier in it, body, length, file)
            src/cart.rs:17-20 total_price_of_nothing_is_zero (identifier in it, body, name, length, share of the name, file, test)"#]],
    );
    check(
        "Cart",
        expect![[r#"
            src/cart.rs:2-4 Cart (exact name, path, body, share of the name, name, file, length)
            src/cart.rs:6-6 Cart (exact name, path, body, share of the name, name, file, length, no definition)
            src/cart.rs:8-10 total_price (path, length, file, name)"#]],
    );
}

#[test]
fn a_sentence_finds_code_by_its_documentation() {
    check(
        "where are discounts taken off the prices",
        expect![[r#"
            src/cart.rs:8-10 total_price (doc, file, name, body, share of the name, length)
            src/cart.rs:17-20 total_price_of_nothing_is_zero (file, name, body, share of the name, length, test)
            src/cart.rs:2-4 Cart (file, length)"#]],
    );
    check("send a receipt", expect!["src/checkout.py:1-3 pay (file, doc, length)"]);
}

#[test]
fn a_path_and_a_line_are_places() {
    check(
        "src/checkout.py",
        expect![[r#"
            src/checkout.py:1-3 pay (file in the question, path, length)
            docs/guide.md:1-3 Checkout (body, name, file, share of the name, length, no definition)
            src/cart.rs:2-4 Cart (path, length)"#]],
    );
    check(
        "panicked at src/cart.rs:14:9",
        expect![[r#"
            src/cart.rs:12-14 add_line (path, line in the question, file in the question, length, file, name)
            src/cart.rs:2-4 Cart (path, file in the question, body, share of the name, name, file, length)
            src/cart.rs:8-10 total_price (path, file in the question, length, file, name)"#]],
    );
    check(
        "File \"/home/me/shop/src/checkout.py\", line 7, in retry",
        expect![[r#"
            src/checkout.py:6-8 retry (line in the question, body, file in the question, name, path, file, share of the name, length)
            src/checkout.py:1-3 pay (file in the question, path, file, length)
            src/cart.rs:12-14 add_line (file, name, body, share of the name, length, path)"#]],
    );
}

#[test]
fn text_of_no_language_is_found_too() {
    check("milk", expect!["notes.txt:1-1 - (body, file, length, no definition)"]);
    check("", expect![""]);
    check(
        "nothing_has_this_name",
        expect![[r#"
            src/cart.rs:17-20 total_price_of_nothing_is_zero (body, name, file, length, share of the name, test)
            src/cart.rs:2-4 Cart (file, length)"#]],
    );
}

#[test]
fn filters_leave_out_files_and_tests() {
    let store = store_of(SHOP);
    let ask = |filters| {
        let query = Query { filters, ..Query::text("total price", 9) };
        let answer = ask(&store, &query);
        let hits = answer.hits.iter().map(|it| format!("{}:{}", it.path, it.lines.0));
        hits.collect::<Vec<_>>().join(" ")
    };
    let all = Filters::default();
    expect!["src/cart.rs:8 src/cart.rs:17 src/checkout.py:1 src/cart.rs:2 docs/guide.md:1"]
        .assert_eq(&ask(all.clone()));
    expect!["src/cart.rs:8 src/checkout.py:1 src/cart.rs:2 docs/guide.md:1"]
        .assert_eq(&ask(Filters { tests: Tests::Without, ..all.clone() }));
    expect!["src/cart.rs:17"].assert_eq(&ask(Filters { tests: Tests::Only, ..all.clone() }));
    let docs = Filters { path_prefix: Some("docs/".to_owned()), ..all.clone() };
    expect!["docs/guide.md:1"].assert_eq(&ask(docs));
    let python = Filters { language: Some("python".to_owned()), ..all.clone() };
    expect!["src/checkout.py:1"].assert_eq(&ask(python));
    expect![""].assert_eq(&ask(Filters { roots: vec!["/elsewhere".to_owned()], ..all }));
}

#[test]
fn two_worktrees_in_one_store_do_not_see_each_other() {
    let store = store_of(SHOP);
    let text = "def pay_later(cart):\n    pass\n";
    let facts = facts("later.py", text);
    let row = FileRow {
        path: "later.py".to_owned(),
        len: text.len() as u64,
        mtime_ns: 0,
        hash: [0; 32],
        language: Some("python".to_owned()),
        is_test: false,
        counts: FileCounts::default(),
    };
    let documents = Some(documents("later.py", text, &facts));
    store.put("/worktree", &[FileWrite { row, facts: None, documents, skipped: None }]).unwrap();
    let ask = |root: &str| {
        let filters = Filters { roots: vec![root.to_owned()], ..Filters::default() };
        render(&ask(&store, &Query { filters, ..Query::text("pay", 9) }))
    };
    expect!["later.py:1-2 pay_later (body, name, share of the name, file, length)"]
        .assert_eq(&ask("/worktree"));
    expect![[r#"
        src/checkout.py:1-3 pay (exact name, name, body, share of the name, length, file)
        docs/guide.md:1-3 Checkout (body, file, length, no definition)"#]]
    .assert_eq(&ask(ROOT));
}

#[test]
fn an_open_file_is_found_as_it_is_in_the_editor() {
    let store = store_of(SHOP);
    let text = "def pay(cart):\n    return refund(cart)\n\n\ndef refund(cart):\n    pass\n";
    let facts = facts("src/checkout.py", text);
    let unsaved = [UnsavedFile { root: ROOT, path: "src/checkout.py", text, facts: &facts }];
    let ask = |words| {
        render(
            &search(&sources(&store, &unsaved, &Weights::default()), &Query::text(words, 3))
                .unwrap(),
        )
    };
    expect![[r#"
        src/checkout.py:5-6 refund (exact name, body, file, name, share of the name, length)
        src/checkout.py:1-2 pay (body, file, length)"#]]
    .assert_eq(&ask("refund"));
    expect![""].assert_eq(&ask("receipt"));
    expect![[r#"
        src/checkout.py:1-2 pay (file in the question, line in the question, path, length)
        docs/guide.md:1-3 Checkout (body, name, file, share of the name, length, no definition)"#]]
    .assert_eq(&ask("checkout.py:2"));
    expect![[r#"
        src/cart.rs:12-14 add_line (exact name, identifier in it, body, name, file, share of the name, length)
        src/cart.rs:8-10 total_price (file, length, body)
        src/cart.rs:2-4 Cart (file, body, length)"#]]
    .assert_eq(&ask("add_line"));
}

#[test]
fn an_unsaved_text_scores_as_it_will_when_it_is_saved() {
    let store = store_of(SHOP);
    let text = Fixture::parse(SHOP).files[0].text.clone();
    let facts = facts("src/cart.rs", &text);
    let unsaved = [UnsavedFile { root: ROOT, path: "src/cart.rs", text: &text, facts: &facts }];
    for words in ["total_price", "sum of all prices", "add a line to the cart"] {
        let query = Query::text(words, 9);
        let saved = search(&Sources::saved(&store, &Weights::default()), &query).unwrap();
        let open = search(&sources(&store, &unsaved, &Weights::default()), &query).unwrap();
        assert_eq!(render(&saved), render(&open));
        for (saved, open) in saved.hits.iter().zip(&open.hits) {
            assert!((saved.score - open.score).abs() < 1e-3, "{} {}", saved.why(), open.why());
        }
    }
}

#[test]
fn vectors_take_part_where_there_is_a_model_and_are_missed_where_not() {
    let store = store_of(SHOP);
    let without = ask(&store, &Query::text("retry", 3));
    assert_eq!(without.retrievers, [Retriever::FullText]);
    assert_eq!(without.absent[0].0, Retriever::Vectors);

    let space = VectorSpace { model: "m".to_owned(), dims: 2, format: VectorFormat::F32 };
    let vector = QueryVector { space: space.clone(), components: vec![1.0, 0.0] };
    let query = Query { vector: Some(vector), ..Query::text("zzz", 3) };
    assert_eq!(ask(&store, &query).absent[0].1, "no vectors of model `m` yet");

    let facts = facts("src/checkout.py", &Fixture::parse(SHOP).files[1].text);
    let hash = facts.chunks.last().unwrap().hash;
    store.put_vectors(&space, &[TextVectors { key: hash, pieces: vec![vec![1.0, 0.0]] }]).unwrap();
    let answer = ask(&store, &query);
    assert_eq!(answer.retrievers, [Retriever::FullText, Retriever::Vectors]);
    expect![[r#"
        src/checkout.py:1-3 pay (file vector, length)
        src/checkout.py:6-8 retry (file vector, vector, length)"#]]
    .assert_eq(&render(&answer));
}

#[test]
fn a_long_question_is_cut_and_says_so() {
    let words: Vec<String> = (0..40).map(|it| format!("word{it}")).collect();
    let answer = ask(&store_of(SHOP), &Query::text(&words.join(" "), 3));
    assert_eq!(answer.words_left_out, 8);
}

#[test]
fn the_order_is_a_pure_sum_of_the_lists() {
    let id = |file, nth| DocumentId::new(file, nth);
    let scored = |file, nth, score| ScoredDoc { id: id(file, nth), score };
    let lists = Lists {
        fields: vec![
            (Field::Body, vec![scored(1, 0, 4.0), scored(1, 1, 2.0), scored(2, 0, 5.0)]),
            (Field::Name, vec![scored(1, 1, 10.0)]),
            (Field::File, vec![scored(1, 0, 2.0), scored(3, 0, 8.0)]),
        ],
        at_line: vec![id(2, 0)],
        ..Lists::default()
    };
    let mut weights = Values::default();
    weights[Feature::Body] = 1.0;
    weights[Feature::Name] = 0.5;
    weights[Feature::File] = 0.5;
    weights[Feature::Line] = 0.1;
    weights[Feature::Test] = -0.4;
    let candidates = lists.candidates(&weights, 3);
    let places: Vec<(i64, usize)> =
        candidates.iter().map(|it: &Candidate| (it.id.file(), it.id.nth())).collect();
    assert_eq!(places, [(1, 1), (2, 0), (1, 0)]);

    let known = Known { length: 1.0, ..Known::default() };
    let known = [Some(Known { role: Role::Test, ..known }), None, Some(known)];
    let ranked = rank(candidates, &known, &weights);
    let told: Vec<String> =
        ranked.iter().map(|it| format!("{} {} {:?}", it.id.nth(), it.score, it.parts)).collect();
    expect![[r#"
        1 1.2 [("name", 1.0), ("body", 0.4), ("file", 0.2), ("test", -0.4)]
        0 1 [("body", 0.8), ("file", 0.2)]"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_method_that_stands_alone_is_no_mere_section() {
    let store = store_of(
        "//- /read.ts\npublic async readConfig(path: string): Promise<Config> {\n    \
         const data = await this.fs.readFile(path);\n    return JSON.parse(data);\n}\n\
         //- /index.ts\nexport { readConfig } from './read';\nexport * from './config';\n",
    );
    let answer = ask(&store, &Query::text("reads the config file", 3));
    let sections: Vec<(&str, f32)> =
        answer.hits.iter().map(|it| (it.path.as_str(), it.values[Feature::Section])).collect();
    assert_eq!(sections, [("read.ts", 0.0), ("index.ts", 1.0)]);
}

#[test]
fn what_others_know_of_places_counts() {
    let store = store_of(SHOP);
    let mut weights = Weights::default();
    for weight in [&mut weights.sentence, &mut weights.change, &mut weights.identifier] {
        weight[Feature::History] = 1.0;
        weight[Feature::PastUse] = 1.0;
        weight[Feature::Neighbour] = 1.0;
    }
    let mut signals = Signals::default();
    signals.add("src/checkout.py", None, Signal { history: 0.25, ..Signal::default() });
    let signal = Signal { history: 0.5, past_use: 0.125, ..Signal::default() };
    signals.add("src/checkout.py", Some("retry"), signal);
    let sources = Sources { signals: &signals, ..Sources::saved(&store, &weights) };
    let query = Query { hits_max: 9, ..Query::text("the total price", 9) };
    let mut answer = search(&sources, &query).unwrap();
    let of = |answer: &Answer, symbol: &str, feature| {
        let hit = answer.hits.iter().find(|it| it.symbol.as_deref() == Some(symbol)).unwrap();
        hit.values[feature]
    };
    assert_eq!(of(&answer, "pay", Feature::History), 0.25);
    assert_eq!(of(&answer, "total_price", Feature::History), 0.0);
    // A hit that is related to a better one comes up, and the sum is told as before.
    assert_ne!(answer.hits[0].symbol.as_deref(), Some("pay"));
    for hit in answer.hits.iter_mut().filter(|it| it.symbol.as_deref() == Some("pay")) {
        hit.values[Feature::Neighbour] = 5.0;
    }
    reorder(&mut answer, &weights, (&Filters::default(), 2));
    assert_eq!(answer.hits.len(), 2);
    assert_eq!(answer.hits[0].symbol.as_deref(), Some("pay"));
    assert_eq!(answer.hits[0].parts[0], ("neighbours", 5.0));
    let sum: f32 = answer.hits[0].parts.iter().map(|it| it.1).sum();
    assert_eq!(sum, answer.hits[0].score);
}

#[test]
fn a_name_is_found_where_no_symbol_bears_it_and_where_it_is_a_common_word() {
    let store = store_of(
        "//- /tests/misc.rs\nrgtest!(compressed_xz, |dir: Dir| {\n    \
         dir.create(\"sherlock.xz\");\n});\n\
         //- /src/flags.rs\nfn doc(&self) -> &str {\n    \
         \"Search compressed files: xz, xz.\"\n}\n\
         //- /src/make.rs\npub fn from(text: &str) -> Made {\n    parse(text)\n}\n",
    );
    let first = |text: &str| {
        let hit = ask(&store, &Query::text(text, 3)).hits.into_iter().next();
        hit.map_or("nothing".to_owned(), |it| it.path)
    };
    assert_eq!(first("compressed_xz"), "tests/misc.rs");
    assert_eq!(first("from"), "src/make.rs");
    assert_eq!(first("search_many_xz"), "src/flags.rs", "by its parts");
}
