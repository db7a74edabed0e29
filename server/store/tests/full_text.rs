//! Full text as it is read from the pages against full text as SQLite computes it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use rustc_hash::FxHashMap;
use store::{
    Access, Document, Field, FileCounts, FileDocuments, FileRow, FileWrite, FullTextQuery, Store,
    open,
};

const ROOT: &str = "/project";

/// Numbers that look drawn, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % n
    }

    /// A word; some stand in nearly every text, most in few.
    fn word(&mut self) -> String {
        let most = 1 + self.below(400);
        format!("w{}", self.below(most))
    }

    fn words(&mut self, most: u64) -> String {
        let n = self.below(most + 1);
        (0..n).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

fn file(nth: u64, dice: &mut Dice) -> FileWrite {
    let n = dice.below(6);
    let chunks = (0..n).map(|nth| Document {
        range: (nth as u32, nth as u32 + 1),
        hash: nth,
        body: dice.words(60),
        name: dice.words(4),
        doc: dice.words(9),
        ..Document::default()
    });
    let chunks = chunks.collect();
    let path = format!("src/f{nth}.rs");
    FileWrite {
        row: FileRow {
            path: path.clone(),
            len: nth,
            mtime_ns: 1,
            hash: [0; 32],
            language: None,
            is_test: false,
            counts: FileCounts::default(),
        },
        facts: None,
        documents: Some(FileDocuments {
            body: dice.words(200),
            path: format!("src f{nth}"),
            chunks,
        }),
        skipped: None,
    }
}

fn files(numbers: impl Iterator<Item = u64>, dice: &mut Dice) -> Vec<FileWrite> {
    numbers.map(|it| file(it, dice)).collect()
}

fn table(field: Field) -> &'static str {
    match field {
        Field::Body => "full_body",
        Field::Name => "full_name",
        Field::Doc => "full_doc",
        Field::File => "full_file",
        Field::Path => "full_path",
    }
}

/// Rows and scores as SQLite says them.
fn expected(db: &Connection, field: Field, words: &[String]) -> FxHashMap<i64, f64> {
    let table = table(field);
    let any: Vec<String> = words.iter().map(|it| format!("\"{it}\"")).collect();
    let sql = format!("SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?");
    let mut rows = db.prepare(&sql).expect("a read");
    let rows =
        rows.query_map([any.join(" OR ")], |row| Ok((row.get(0)?, row.get(1)?))).expect("a read");
    rows.collect::<rusqlite::Result<_>>().expect("a read")
}

/// Asks for rare words, common ones, several, one twice, and one that is nowhere.
fn check(dir: &Path, store: &dyn Store, dice: &mut Dice) {
    let db = Connection::open_with_flags(dir.join("index.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("a read");
    let numbers = |id: store::DocumentId| id.file() * ((1 << 16) + 40_503) + id.nth() as i64;
    for nth in 0..12 {
        let mut words: Vec<String> = (0..=nth % 5).map(|_| dice.word()).collect();
        match nth {
            0 => words = vec!["w0".to_owned()],
            1 => words = vec!["nowhere".to_owned()],
            2 => words = vec!["w1".to_owned(), "w1".to_owned(), "w300".to_owned()],
            3 => words = vec!["src".to_owned(), "f7".to_owned()],
            4 => words = vec!["many".to_owned()],
            _ => {}
        }
        for field in Field::ALL {
            let expected = expected(&db, field, &words);
            let query = FullTextQuery { field, words: &words, hits_max: usize::MAX };
            let found = store.search(&query).expect("a read");
            assert_eq!(found.len(), expected.len(), "{field:?} {words:?}");
            assert!(found.is_sorted_by(|a, b| b.score <= a.score), "{field:?} {words:?}");
            for it in &found {
                let wanted = expected[&numbers(it.id)];
                let is_same = (f64::from(it.score) - wanted).abs() <= 1e-5 * wanted.max(1e-3);
                assert!(is_same, "{field:?} {words:?}: {} and not {wanted}", it.score);
            }
            let first = FullTextQuery { hits_max: 3, ..query };
            assert_eq!(store.search(&first).expect("a read"), found[..found.len().min(3)]);
            for (word, n_with) in
                words.iter().zip(store.statistics(field, &words).expect("a read").n_docs_with)
            {
                let n = self::expected(&db, field, std::slice::from_ref(word)).len();
                assert_eq!(n_with, n as u64, "{field:?} {word}");
            }
        }
    }
}

#[test]
fn pages_say_what_sqlite_says_whatever_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), Access::ReadWrite, "1").unwrap().store;
    let dice = &mut Dice(7);
    check(dir.path(), &store, dice);
    // Lists of many pages, and a text in which one word goes on over pages.
    for from in (0..1_500).step_by(125) {
        store.put(ROOT, &files(from..from + 125, dice)).unwrap();
    }
    let mut long = file(1_500, dice);
    let documents = long.documents.as_mut().unwrap();
    documents.body = "many ".repeat(9_000) + "w0 w1";
    documents.chunks = vec![Document { body: documents.body.clone(), ..Document::default() }];
    store.put(ROOT, &[long]).unwrap();
    check(dir.path(), &store, dice);
    // Rows that are gone, rows that are others now, and parts that are merged.
    for _ in 0..25 {
        let first = dice.below(1_400);
        store.put(ROOT, &files(first..first + 1 + dice.below(40), dice)).unwrap();
        let gone = format!("src/f{}.rs", dice.below(1_500));
        store.remove(ROOT, &[&gone]).unwrap();
    }
    check(dir.path(), &store, dice);
    for nth in 0..60 {
        store.put(ROOT, &files(nth..nth + 1, dice)).unwrap();
        if nth % 20 == 0 {
            check(dir.path(), &store, dice);
        }
    }
    check(dir.path(), &store, dice);
    // Who only reads finds the same, and sees what is written meanwhile.
    let reader = open(dir.path(), Access::ReadOnly, "1").unwrap().store;
    check(dir.path(), &reader, dice);
    store.put(ROOT, &files(0..100, dice)).unwrap();
    check(dir.path(), &reader, dice);
    check(dir.path(), &store, dice);
}
