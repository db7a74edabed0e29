//! All answers of an engine as one text, so that two engines can be compared.

use std::fmt::Write as _;

use engine::{ReadError, Snapshot};
use ide::{FilePosition, OutlineItem};
use vfs::FileId;

/// What a snapshot answers about every file: text, outline, definitions, references.
pub(crate) fn answers(snapshot: &Snapshot) -> Result<String, ReadError> {
    let mut files: Vec<FileId> = snapshot.analysis.graph().files();
    files.sort_by_key(|it| snapshot.vfs.path(*it).clone());
    let mut res = String::new();
    for file in files {
        let path = snapshot.vfs.path(file);
        let text = snapshot.text(file);
        writeln!(res, "{path}: {text:?}").unwrap();
        let outline = snapshot.analysis.document_symbols(file)?;
        for item in &outline {
            write_item(&mut res, snapshot, file, item, 1)?;
        }
    }
    Ok(res)
}

fn write_item(
    res: &mut String,
    snapshot: &Snapshot,
    file: FileId,
    item: &OutlineItem,
    depth: usize,
) -> Result<(), ReadError> {
    let indent = "  ".repeat(depth);
    writeln!(res, "{indent}{} {:?} {:?}", item.name, item.kind, item.range).unwrap();
    let position = FilePosition { file, offset: item.name_range.start() };
    let references = snapshot.analysis.references(position)?;
    let mut places: Vec<String> = references
        .iter()
        .flat_map(|it| &it.found)
        .map(|it| format!("{} {:?} {}", snapshot.vfs.path(it.file), it.range, it.resolution))
        .collect();
    places.sort();
    for place in places {
        writeln!(res, "{indent}  <- {place}").unwrap();
    }
    for child in &item.children {
        write_item(res, snapshot, file, child, depth + 1)?;
    }
    Ok(())
}
