//! The cache as its users see it: what was put is found, and what goes wrong outside is told.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, path::Path};

use expect_test::{Expect, expect};
use store::{
    Access, Document, Fault, Field, FileCounts, FileDocuments, FileRow, FileWrite, FullTextQuery,
    Mode, Role, SkippedRow, Store, TextVectors, VectorFiles, VectorFormat, VectorSpace, open,
    open_in_memory,
};

const ROOT: &str = "/project";
const VERSION: &str = "1";

fn row(path: &str, text: &str) -> FileRow {
    FileRow {
        path: path.to_owned(),
        len: text.len() as u64,
        mtime_ns: 1_700_000_000_000_000_001,
        hash: *blake3::hash(text.as_bytes()).as_bytes(),
        language: Some("rust".to_owned()),
        is_test: false,
        counts: FileCounts { symbols: 2, lines: 3 },
    }
}

/// A file whose every line is a document named by its first word.
fn file(path: &str, text: &str) -> FileWrite {
    let chunks = text.lines().enumerate().map(|(line, words)| Document {
        range: (line as u32, line as u32 + 1),
        lines: (line as u32 + 1, line as u32 + 1),
        symbol: words.split(' ').next().map(str::to_owned),
        kind: None,
        role: Role::Definition,
        hash: 1_000 + line as u64,
        body: words.to_owned(),
        name: words.split(' ').next().unwrap_or("").to_owned(),
        doc: String::new(),
    });
    let documents = FileDocuments {
        body: text.to_owned(),
        path: path.replace(['/', '.'], " "),
        chunks: chunks.collect(),
    };
    FileWrite {
        row: row(path, text),
        facts: Some(text.as_bytes().to_vec()),
        documents: Some(documents),
        skipped: None,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn find(store: &dyn Store, field: Field, text: &str) -> String {
    let query = FullTextQuery { field, words: &words(text), hits_max: 10 };
    let found = store.search(&query).unwrap();
    let ids: Vec<_> = found.iter().map(|it| it.id).collect();
    let rows = store.documents(&ids).unwrap();
    let lines = rows.iter().map(|it| format!("{}:{}", it.path, it.lines.0));
    lines.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(files: &[(&str, &str)], field: Field, query: &str, expected: Expect) {
    let store = open_in_memory().unwrap();
    let batch: Vec<FileWrite> = files.iter().map(|(path, text)| file(path, text)).collect();
    store.put(ROOT, &batch).unwrap();
    expected.assert_eq(&find(&store, field, query));
}

const TWO: [(&str, &str); 2] = [
    ("src/io.rs", "read all bytes from disk\nwrite bytes bytes bytes"),
    ("src/net.rs", "connect to host\nclose socket"),
];

#[test]
fn a_field_finds_its_own_words_best_first() {
    check(&TWO, Field::Body, "bytes", expect!["src/io.rs:2 src/io.rs:1"]);
    check(&TWO, Field::Name, "bytes", expect![""]);
    check(&TWO, Field::Name, "close write", expect!["src/io.rs:2 src/net.rs:2"]);
    check(&TWO, Field::File, "socket", expect!["src/net.rs:1"]);
    check(&TWO, Field::Path, "io", expect!["src/io.rs:1"]);
    check(&TWO, Field::Body, "", expect![""]);
    check(&TWO, Field::Body, "\" OR * NEAR(", expect![""]);
}

#[test]
fn rows_facts_and_skipped_files_come_back_as_they_were() {
    let store = open_in_memory().unwrap();
    let old = file("a.rs", "one");
    store.put(ROOT, &[file("b.rs", "two"), old.clone()]).unwrap();
    store.put("/other", &[file("c.rs", "three")]).unwrap();
    assert_eq!(store.files(ROOT).unwrap(), [row("a.rs", "one"), row("b.rs", "two")]);
    assert_eq!(store.facts(&old.row).unwrap().as_deref(), Some("one".as_bytes()));
    let as_test = FileRow { is_test: true, ..old.row };
    assert_eq!(store.facts(&as_test).unwrap(), None);

    let mut seen = Vec::new();
    let mut keep = |row: FileRow, facts: Vec<u8>| seen.push((row.path, facts.len()));
    store.facts_of(ROOT, &mut keep).unwrap();
    assert_eq!(seen, [("a.rs".to_owned(), 3), ("b.rs".to_owned(), 3)]);

    let skipped = SkippedRow { path: "x.png".to_owned(), reason: "binary".to_owned() };
    store.set_skipped(ROOT, std::slice::from_ref(&skipped)).unwrap();
    assert_eq!(store.skipped(ROOT).unwrap(), [skipped]);
    assert_eq!(store.skipped("/other").unwrap(), []);
    assert_eq!(store.roots().unwrap(), ["/other", ROOT]);
    store.set_meta("summary", "3 files").unwrap();
    assert_eq!(store.meta("summary").unwrap().as_deref(), Some("3 files"));
}

#[test]
fn a_changed_file_is_found_by_what_it_is_now() {
    let store = open_in_memory().unwrap();
    store.put(ROOT, &[file("a.rs", "old words\nmore old"), file("b.rs", "other")]).unwrap();
    store.put(ROOT, &[file("a.rs", "new words")]).unwrap();
    assert_eq!(find(&store, Field::Body, "old"), "");
    assert_eq!(find(&store, Field::Body, "new words"), "a.rs:1");
    let touched =
        FileWrite { row: row("a.rs", "new words"), facts: None, documents: None, skipped: None };
    store.put(ROOT, &[touched]).unwrap();
    assert_eq!(find(&store, Field::Body, "words"), "a.rs:1");
    store.remove(ROOT, &["a.rs", "never.rs"]).unwrap();
    assert_eq!(find(&store, Field::Body, "words"), "");
    assert_eq!(find(&store, Field::File, "words new"), "");
    assert_eq!(store.files(ROOT).unwrap(), [row("b.rs", "other")]);
}

#[test]
fn a_file_that_changes_often_is_found_as_if_it_had_been_written_once() {
    const LINES: [&str; 6] =
        ["read all bytes", "write bytes", "close socket", "read all bytes", "one", "one two"];
    let changing = open_in_memory().unwrap();
    for step in 0_usize..60 {
        // Lines come, go, move and appear twice.
        let lines =
            (0..step * 7 % 11).map(|nth| LINES[(nth * (step / 5 + 1) + step) % LINES.len()]);
        let text = lines.collect::<Vec<_>>().join("\n");
        changing.put(ROOT, &[file("a.rs", &text)]).unwrap();
        let once = open_in_memory().unwrap();
        once.put(ROOT, &[file("a.rs", &text)]).unwrap();
        for field in Field::ALL {
            for word in ["read", "bytes", "socket", "one", "two", "a"] {
                let sorted = |store: &dyn Store| {
                    let found = find(store, field, word);
                    let mut found: Vec<String> = found.split(' ').map(str::to_owned).collect();
                    found.sort();
                    found
                };
                assert_eq!(sorted(&changing), sorted(&once), "step {step}, {field:?} {word}");
            }
        }
    }
}

#[test]
fn statistics_count_texts_and_words() {
    let store = open_in_memory().unwrap();
    store.put(ROOT, &[file("a.rs", "x y z\nx"), file("b.rs", "x x")]).unwrap();
    store.put(ROOT, &[file("c.rs", "gone")]).unwrap();
    store.remove(ROOT, &["c.rs"]).unwrap();
    let statistics = store.statistics(Field::Body, &words("x y w")).unwrap();
    assert_eq!((statistics.n_docs, statistics.words_mean), (3, 2.0));
    assert_eq!(statistics.n_docs_with, [3, 1, 0]);
}

#[test]
fn a_batch_is_written_whole_or_not_at_all() {
    let store = open_in_memory().unwrap();
    let mut broken = file("b.rs", "two");
    let documents = broken.documents.as_mut().unwrap();
    documents.chunks = vec![documents.chunks[0].clone(); store::DOCUMENTS_PER_FILE_MAX];
    let error = store.put(ROOT, &[file("a.rs", "one"), broken]).unwrap_err();
    assert!(matches!(error.fault, Fault::Invalid(_)), "{error}");
    assert_eq!(store.files(ROOT).unwrap(), []);
    assert_eq!(find(&store, Field::Body, "one"), "");
}

#[test]
fn spare_facts_are_kept_for_a_while_and_no_longer() {
    let store = open_in_memory().unwrap();
    let batch: Vec<FileWrite> = (0..4_010)
        .map(|it| FileWrite { documents: None, ..file("a.rs", &it.to_string()) })
        .collect();
    store.put(ROOT, &batch).unwrap();
    assert_eq!(store.collect_garbage().unwrap(), 9);
    assert_eq!(store.facts(&batch[0].row).unwrap(), None);
    assert!(store.facts(&batch[4_009].row).unwrap().is_some());
    assert_eq!(store.collect_garbage().unwrap(), 0);
}

fn fill(dir: &Path) {
    let opened = open(dir, Access::ReadWrite, VERSION).unwrap();
    assert!(matches!(opened.mode, Mode::Writer), "{:?}", opened.mode);
    let text: String = (0..300).map(|it| format!("name{it} bytes{it} word\n")).collect();
    let batch: Vec<FileWrite> =
        (0..20).map(|it| file(&format!("src/f{it}.rs"), &format!("{text}{it}"))).collect();
    opened.store.put(ROOT, &batch).unwrap();
}

/// Everything a user does; `false` where the store reports damage. Anything else panics the test.
fn is_usable(store: &dyn Store) -> bool {
    let query = FullTextQuery { field: Field::Body, words: &words("bytes7 word"), hits_max: 50 };
    let mut n_facts = 0;
    let res = (|| {
        store.files(ROOT)?;
        store.facts_of(ROOT, &mut |_, _| n_facts += 1)?;
        let ids: Vec<_> = store.search(&query)?.iter().map(|it| it.id).collect();
        store.documents(&ids)?;
        store.put(ROOT, &[file("src/f1.rs", "changed"), file("src/new.rs", "new")])
    })();
    match res {
        Ok(()) => n_facts == 20,
        Err(error) => {
            assert!(error.asks_for_rebuild(), "{error}");
            false
        }
    }
}

#[test]
fn a_cache_comes_back_as_it_was_left() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    assert!(matches!(opened.mode, Mode::Writer) && opened.recovered.is_none());
    assert_eq!(opened.store.files(ROOT).unwrap().len(), 20);
    assert_eq!(find(&opened.store, Field::Body, "name7").split(' ').count(), 10);
    assert!(is_usable(&opened.store));
}

#[test]
fn a_file_that_is_no_database_is_dropped_and_told() {
    for bytes in ["".repeat(0), "no database".repeat(1_000)] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.db"), &bytes).unwrap();
        let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
        assert!(matches!(opened.mode, Mode::Writer));
        assert_eq!(opened.recovered.is_some(), !bytes.is_empty());
        opened.store.put(ROOT, &[file("a.rs", "one")]).unwrap();
    }
}

#[test]
fn a_truncated_cache_is_dropped_and_told() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let index = dir.path().join("index.db");
    let len = fs::metadata(&index).unwrap().len();
    fs::File::options().write(true).open(&index).unwrap().set_len(len / 2).unwrap();
    let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    let why = opened.recovered.expect("half a cache is none").why;
    assert!(matches!(why.fault, Fault::Corrupt(_)), "{why}");
    assert_eq!(opened.store.files(ROOT).unwrap(), []);
}

#[test]
fn flipped_bytes_are_noticed_or_harmless_and_the_next_start_is_clean() {
    let filled = tempfile::tempdir().unwrap();
    fill(filled.path());
    let bytes = fs::read(filled.path().join("index.db")).unwrap();
    let mut n_told = 0;
    for nth in 0..60 {
        let mut bytes = bytes.clone();
        // Whole runs of bytes, spread over all pages: headers, cells and free space.
        let at = (nth * 7_919 * 61) % (bytes.len() - 64);
        bytes[at..at + 64].iter_mut().for_each(|it| *it ^= 0xff);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.db"), &bytes).unwrap();
        let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
        if opened.recovered.is_some() {
            n_told += 1;
            opened.store.put(ROOT, &[file("a.rs", "one")]).unwrap();
            continue;
        }
        if is_usable(&opened.store) {
            continue;
        }
        n_told += 1;
        drop(opened);
        let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
        if opened.recovered.is_some() {
            assert_eq!(opened.store.files(ROOT).unwrap(), []);
        }
        let again = open(dir.path(), Access::ReadOnly, VERSION).unwrap();
        assert!(matches!(again.mode, Mode::Reader(None)), "{:?}", again.mode);
    }
    assert!(10 < n_told, "only {n_told} of 60 damages were noticed");
}

#[test]
fn another_version_or_schema_is_dropped_and_told() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let opened = open(dir.path(), Access::ReadWrite, "2").unwrap();
    let why = opened.recovered.expect("another version").why;
    assert!(why.to_string().ends_with("index.db: made by another version, `1`"), "{why}");
    assert_eq!(opened.store.files(ROOT).unwrap(), []);
    drop(opened.store);

    // One of an older program is no damage, and the nearest to ours is as little ours.
    let db = || rusqlite::Connection::open(dir.path().join("index.db")).unwrap();
    let ours: i64 = db().pragma_query_value(None, "user_version", |it| it.get(0)).unwrap();
    for number in [99, ours - 1] {
        db().pragma_update(None, "user_version", number).unwrap();
        let opened = open(dir.path(), Access::ReadWrite, "2").unwrap();
        let why = opened.recovered.expect("another schema").why;
        assert!(matches!(why.fault, Fault::Schema(found) if found == number), "{why}");
    }
}

#[test]
fn the_second_opener_reads_what_the_first_writes() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let first = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    let second = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    let Mode::Reader(Some(why)) = &second.mode else { panic!("{:?}", second.mode) };
    assert!(why.to_string().ends_with("writer.lock: held by another process"), "{why}");

    first.store.put(ROOT, &[file("late.rs", "latecomer")]).unwrap();
    assert_eq!(find(&second.store, Field::Body, "latecomer"), "late.rs:1");
    let error = second.store.put(ROOT, &[file("x.rs", "x")]).unwrap_err();
    assert!(matches!(error.fault, Fault::ReadOnly), "{error}");
    drop((first, second));
    let third = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    assert!(matches!(third.mode, Mode::Writer));
}

#[test]
fn a_folder_that_cannot_be_used_leaves_a_store_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let file_in_the_way = dir.path().join("state");
    fs::write(&file_in_the_way, "").unwrap();
    let opened = open(&file_in_the_way.join("aios"), Access::ReadWrite, VERSION).unwrap();
    let Mode::Memory(why) = &opened.mode else { panic!("{:?}", opened.mode) };
    assert!(why.to_string().contains("state"), "{why}");
    opened.store.put(ROOT, &[file("a.rs", "one")]).unwrap();
    assert_eq!(find(&opened.store, Field::Body, "one"), "a.rs:1");
}

#[test]
fn why_a_file_was_left_out_is_written_and_goes_with_its_row() {
    let store = open_in_memory().unwrap();
    let left_out = |reason: Option<&str>| {
        let skipped = reason.map(str::to_owned);
        store.put(ROOT, &[FileWrite { skipped, ..file("a.rs", "one") }]).unwrap();
        let rows = store.skipped(ROOT).unwrap();
        rows.into_iter().map(|it| format!("{} {}", it.path, it.reason)).collect::<Vec<_>>()
    };
    assert_eq!(left_out(Some("binary")), ["a.rs binary"]);
    assert_eq!(left_out(Some("minified")), ["a.rs minified"]);
    assert!(left_out(None).is_empty());
    assert_eq!(left_out(Some("binary")).len(), 1);
    store.remove(ROOT, &["a.rs"]).unwrap();
    assert_eq!(store.skipped(ROOT).unwrap(), []);
}

#[test]
fn a_full_disk_is_told_and_what_was_there_stays() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    opened.store.limit_pages(10).unwrap();
    let big = "word ".repeat(400_000);
    let error = opened.store.put(ROOT, &[file("big.rs", &big)]).unwrap_err();
    assert!(error.to_string().ends_with("index.db: the disk is full"), "{error}");
    assert_eq!(opened.store.files(ROOT).unwrap().len(), 20);
    assert_eq!(find(&opened.store, Field::Body, "name3").split(' ').count(), 10);
}

#[test]
fn vectors_are_found_by_nearness_and_rebuilt_at_any_doubt() {
    let dir = tempfile::tempdir().unwrap();
    let space = VectorSpace { model: "m1".to_owned(), dims: 3, format: VectorFormat::F16 };
    let text = |key, vector: &[f32]| TextVectors { key, pieces: vec![vector.to_vec()] };
    let vectors = [text(1_000, &[1.0, 0.0, 0.0]), text(1_001, &[0.0, 1.0, 0.0])];
    let question = [0.9, 0.1, 0.0];
    let near = |store: &dyn Store| {
        let found = store.nearest(&space, &question, 1).unwrap();
        (found[0].id.nth(), (found[0].similarity * 100.0).round())
    };
    {
        let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
        opened.store.put(ROOT, &[file("a.rs", "one\ntwo")]).unwrap();
        assert_eq!(opened.store.nearest(&space, &question, 1).unwrap(), []);
        let keys = [1_000, 5];
        assert_eq!(opened.store.vectors_missing(&space, &keys).unwrap(), keys);
        opened.store.put_vectors(&space, &vectors).unwrap();
        assert_eq!(opened.store.vectors_missing(&space, &keys).unwrap(), [5]);
        assert_eq!(near(&opened.store), (0, 99.0));
        opened.store.collect_garbage().unwrap();
        let error = opened.store.put_vectors(&space, &[text(1, &[1.0])]).unwrap_err();
        assert!(matches!(error.fault, Fault::Invalid(_)), "{error}");
    }
    let path = dir.path().join("vectors/1.usearch");
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for bytes in [whole.clone(), flipped, whole[..whole.len() / 2].to_vec(), Vec::new()] {
        fs::write(&path, bytes).unwrap();
        let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
        assert_eq!(near(&opened.store), (0, 99.0));
    }
    let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    opened.store.remove(ROOT, &["a.rs"]).unwrap();
    assert_eq!(opened.store.collect_garbage().unwrap(), 2);
    assert_eq!(opened.store.nearest(&space, &question, 1).unwrap(), []);
}

#[test]
fn files_whose_texts_have_vectors_are_not_looked_through_again() {
    let dir = tempfile::tempdir().unwrap();
    let space =
        |model: &str| VectorSpace { model: model.to_owned(), dims: 2, format: VectorFormat::F32 };
    let (one, other) = (space("one"), space("other"));
    let opened = open(dir.path(), Access::ReadWrite, VERSION).unwrap();
    let store = &opened.store;
    let lacking = |space: &VectorSpace| {
        let found = store.files_without_vectors(space).unwrap();
        found.into_iter().map(|it| it.1).collect::<Vec<_>>().join(" ")
    };
    let embed = |space: &VectorSpace, write: &FileWrite| {
        let chunks = write.documents.iter().flat_map(|it| &it.chunks);
        let vector = |it: &Document| TextVectors { key: it.hash, pieces: vec![vec![1.0, 0.0]] };
        let vectors: Vec<TextVectors> = chunks.map(vector).collect();
        store.put_vectors(space, &vectors).unwrap();
    };
    // A text is told by its line.
    let (a, b) = (file("a.rs", "one"), file("b.rs", "one\ntwo"));
    store.put(ROOT, &[a.clone(), b.clone()]).unwrap();
    assert_eq!(lacking(&one), "a.rs b.rs");
    embed(&one, &a);
    store.save_vectors(&one, VectorFiles::Trust).unwrap();
    assert_eq!(lacking(&one), "b.rs");
    embed(&one, &b);
    store.save_vectors(&one, VectorFiles::Trust).unwrap();
    assert_eq!((lacking(&one).as_str(), lacking(&other).as_str()), ("", "a.rs b.rs"));
    store.put(ROOT, &[file("a.rs", "one\ntwo\nthree")]).unwrap();
    assert_eq!(lacking(&one), "a.rs");
    // Another model: the vectors of the first go, and what was noted of them means nothing.
    embed(&other, &b);
    store.save_vectors(&other, VectorFiles::Trust).unwrap();
    assert_eq!((lacking(&other).as_str(), lacking(&one).as_str()), ("a.rs", "a.rs b.rs"));
}
