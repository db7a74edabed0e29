//! A folder of code as a store: read, parsed and put as the server does it, without the server.

use std::{fs, path::Path};

use grammars::language_for_path;
use memory::documents;
use store::{FileCounts, FileRow, FileWrite, Store};
use syntax::{FileFacts, facts, facts_of_text};

/// The root under which everything is put.
pub(crate) const ROOT: &str = "/corpus";

/// Larger files are data.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Files written in one transaction.
pub(crate) const BATCH: usize = 64;

/// A file, by its path relative to the folder.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All text files below `folder`, by path, without hidden folders and build outputs.
pub(crate) fn read_folder(folder: &Path) -> Vec<SourceFile> {
    let mut res = Vec::new();
    add_folder(&mut res, folder, folder);
    res.sort_by(|a, b| a.path.cmp(&b.path));
    res
}

/// The facts of a file, in the language its path and first line tell.
pub(crate) fn facts_of(file: &SourceFile) -> FileFacts {
    let first_line = file.text.lines().next().unwrap_or("");
    match language_for_path(&file.path, first_line) {
        Some(language) => facts(&file.path, &file.text, language),
        None => facts_of_text(&file.path, &file.text),
    }
}

/// What is written of a file.
pub(crate) fn write_of(file: &SourceFile, facts: &FileFacts) -> FileWrite {
    FileWrite {
        row: FileRow {
            path: file.path.clone(),
            len: file.text.len() as u64,
            mtime_ns: 1,
            hash: *blake3::hash(file.text.as_bytes()).as_bytes(),
            language: facts.language.map(|it| it.id.to_owned()),
            is_test: facts.is_test,
            counts: FileCounts::default(),
        },
        facts: None,
        documents: Some(documents(&file.path, &file.text, facts)),
        skipped: None,
    }
}

/// Puts all of `files`.
pub(crate) fn put_all(store: &dyn Store, files: &[SourceFile]) {
    for batch in files.chunks(BATCH) {
        let batch: Vec<FileWrite> = batch.iter().map(|it| write_of(it, &facts_of(it))).collect();
        store.put(ROOT, &batch).expect("a store in memory takes what is put");
    }
}

fn add_folder(acc: &mut Vec<SourceFile>, root: &Path, folder: &Path) {
    let entries = fs::read_dir(folder).expect("folders of a corpus can be listed");
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_hidden = name.as_encoded_bytes().starts_with(b".");
        if is_hidden || name == "target" || name == "node_modules" {
            continue;
        }
        let path = entry.path();
        let Ok(file_type) = entry.file_type() else { continue };
        if file_type.is_dir() {
            add_folder(acc, root, &path);
        } else if file_type.is_file() {
            acc.extend(read_file(root, &path));
        }
    }
}

/// A file as text; `None` where it is large, binary or not UTF-8.
fn read_file(root: &Path, path: &Path) -> Option<SourceFile> {
    let is_small = fs::metadata(path).is_ok_and(|it| it.len() <= FILE_BYTES_MAX);
    let text = if is_small { fs::read_to_string(path).ok()? } else { return None };
    let path = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
    (!text.contains('\0')).then_some(SourceFile { path, text })
}
