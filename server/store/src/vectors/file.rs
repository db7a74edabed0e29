//! The file of one usearch index, and the stamp that says what is in it.

use std::{fs, io, io::Write as _, path::Path};

use rusqlite::Connection;
use usearch::Index;

use super::usearch_fault;
use crate::{
    Fault,
    sqlite::{meta, set_meta},
};

/// Number of the file's layout; another number is another file.
const VECTOR_FILE_SCHEMA: u32 = 2;

/// The last row that is in the file of `space`, as it was noted when that was written; `None` where
/// the file is gone or has another length. Reads none of it.
pub(crate) fn last_row(db: &Connection, dir: &Path, space: i64) -> Result<Option<i64>, Fault> {
    let stamp = meta(db, &stamp_key(space))?;
    let Some(stamp) = stamp.as_deref().and_then(Stamp::parse) else { return Ok(None) };
    let len = fs::metadata(dir.join(file_name(space))).ok().map(|it| it.len());
    // Earlier versions noted no length.
    let is_there = len.is_some_and(|len| stamp.len.is_none_or(|it| it == len));
    Ok(is_there.then_some(stamp.last_row))
}

/// Loads the file of `space` into `index`; gives the last row that is in it. `None` where there is
/// no file, or not the one that was written.
pub(crate) fn read(
    db: &Connection,
    dir: &Path,
    space: i64,
    index: &Index,
) -> Result<Option<i64>, Fault> {
    let Some(stamp) = meta(db, &stamp_key(space))? else { return Ok(None) };
    let Ok(bytes) = fs::read(dir.join(file_name(space))) else { return Ok(None) };
    let stamp = Stamp::parse(&stamp).filter(|it| it.hash == blake3::hash(&bytes).to_string());
    if let Some(stamp) = stamp
        && index.load_from_buffer(&bytes).is_ok()
    {
        return Ok(Some(stamp.last_row));
    }
    tracing::warn!(
        space,
        "the file of vectors is damaged or of another version; it is built again"
    );
    Ok(None)
}

/// Writes `index`, which has all rows up to `last_row`, in place of the file of `space`.
pub(crate) fn write(
    db: &Connection,
    dir: &Path,
    space: i64,
    index: &Index,
    last_row: i64,
) -> Result<(), Fault> {
    let mut bytes = vec![0; index.serialized_length()];
    index.save_to_buffer(&mut bytes).map_err(usearch_fault)?;
    fs::create_dir_all(dir)?;
    let name = file_name(space);
    let half = dir.join(format!("{name}.half"));
    let mut file = fs::File::create(&half)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(half, dir.join(name))?;
    let (hash, len) = (blake3::hash(&bytes), bytes.len());
    let stamp = format!("{VECTOR_FILE_SCHEMA} {last_row} {hash} {len}");
    set_meta(db, &stamp_key(space), &stamp)?;
    Ok(())
}

/// What is noted of a file of this layout.
struct Stamp<'a> {
    last_row: i64,
    hash: &'a str,
    /// Bytes; not noted by earlier versions.
    len: Option<u64>,
}

impl Stamp<'_> {
    fn parse(stamp: &str) -> Option<Stamp<'_>> {
        let mut parts = stamp.split(' ');
        let schema: u32 = parts.next()?.parse().ok()?;
        let last_row = parts.next()?.parse().ok()?;
        let hash = parts.next()?;
        let len = parts.next().and_then(|it| it.parse().ok());
        (schema == VECTOR_FILE_SCHEMA).then_some(Stamp { last_row, hash, len })
    }
}

/// Removes the file of `space` and its stamp.
pub(crate) fn remove(db: &Connection, dir: &Path, space: i64) -> Result<(), Fault> {
    db.execute("DELETE FROM meta WHERE key = ?", [stamp_key(space)])?;
    match fs::remove_file(dir.join(file_name(space))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Under which `meta` keeps the stamp.
pub(crate) fn stamp_key(space: i64) -> String {
    format!("vector file {space}")
}

fn file_name(space: i64) -> String {
    format!("{space}.usearch")
}
