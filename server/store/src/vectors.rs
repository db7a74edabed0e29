//! Vectors: SQLite keeps the truth, usearch a file beside it that is built again at any doubt.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Mutex,
};

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use usearch::{Index, IndexOptions, MetricKind, ScalarKind};

use crate::{
    DocumentId, Fault,
    sqlite::{damaged, lock, meta, set_meta},
};

/// Hash of the text that a vector stands for. The largest number is no key: usearch marks free
/// places with it.
pub type VectorKey = u64;

/// Most components a vector may have.
pub(crate) const VECTOR_DIMS_MAX: usize = 4_096;

/// Number of the file's layout; another number is another file.
const VECTOR_FILE_SCHEMA: u32 = 1;

/// How a component is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorFormat {
    /// One signed byte, for vectors of length one.
    I8,
    /// Half a float.
    F16,
    /// A float.
    F32,
}

/// The vectors of one model: only those can be compared with each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorSpace {
    /// Id of the model, with its version.
    pub model: String,
    /// Components of a vector.
    pub dims: usize,
    /// How they are kept.
    pub format: VectorFormat,
}

/// A document near a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The document.
    pub id: DocumentId,
    /// Cosine: 1 is the same direction.
    pub similarity: f32,
}

/// The usearch indexes of one store, each loaded when it is first asked.
pub(crate) struct Vectors {
    /// Where index files are kept; `None` keeps them in memory only.
    dir: Option<PathBuf>,
    loaded: Mutex<FxHashMap<VectorSpace, Index>>,
}

impl Vectors {
    pub(crate) fn new(state_dir: Option<&Path>) -> Vectors {
        Vectors { dir: state_dir.map(|it| it.join("vectors")), loaded: Mutex::default() }
    }

    /// Those of `keys` that have no vector yet.
    pub(crate) fn missing(
        &self,
        db: &Connection,
        space: &VectorSpace,
        keys: &[VectorKey],
    ) -> rusqlite::Result<Vec<VectorKey>> {
        let Some(id) = space_id(db, space)? else { return Ok(keys.to_vec()) };
        let mut known = db.prepare_cached("SELECT 1 FROM vectors WHERE space = ? AND hash = ?")?;
        let mut res = Vec::new();
        for key in keys {
            if !known.exists(params![id, key.cast_signed()])? {
                res.push(*key);
            }
        }
        Ok(res)
    }

    /// Keeps vectors. The index file is out of date from here on; a loaded index is dropped, and
    /// the next question builds both again from the truth.
    pub(crate) fn put(
        &self,
        db: &Connection,
        space: &VectorSpace,
        vectors: &[(VectorKey, Vec<f32>)],
    ) -> Result<(), Fault> {
        let id = match space_id(db, space)? {
            Some(id) => id,
            None => add_space(db, space)?,
        };
        let mut insert = db.prepare_cached(
            "INSERT OR REPLACE INTO vectors (space, hash, data) VALUES (?, ?, ?)",
        )?;
        for (key, vector) in vectors.iter().filter(|it| it.0 != VectorKey::MAX) {
            if vector.len() != space.dims {
                let why = format!("a vector of {} dims among {}", vector.len(), space.dims);
                return Err(Fault::Invalid(why));
            }
            insert.execute(params![id, key.cast_signed(), encode(space.format, vector)])?;
        }
        db.prepare_cached("DELETE FROM meta WHERE key = ?")?.execute([file_key(id)])?;
        lock(&self.loaded).remove(space);
        Ok(())
    }

    /// The nearest documents, best first.
    pub(crate) fn nearest(
        &self,
        db: &Connection,
        space: &VectorSpace,
        vector: &[f32],
        hits_max: usize,
    ) -> Result<Vec<Nearest>, Fault> {
        if vector.len() != space.dims {
            let why = format!("a question of {} dims among {}", vector.len(), space.dims);
            return Err(Fault::Invalid(why));
        }
        let Some(id) = space_id(db, space)? else { return Ok(Vec::new()) };
        let mut loaded = lock(&self.loaded);
        if !loaded.contains_key(space) {
            loaded.insert(space.clone(), self.load(db, space, id)?);
        }
        let matches = loaded[space].search(vector, hits_max).map_err(usearch_fault)?;
        let mut documents =
            db.prepare_cached("SELECT id FROM documents WHERE hash = ? ORDER BY id")?;
        let mut res = Vec::new();
        for (key, distance) in matches.keys.iter().zip(&matches.distances) {
            let ids = documents.query_map([key.cast_signed()], |row| row.get(0))?;
            for id in ids {
                let id = DocumentId::from_raw(id?);
                res.push(Nearest { id, similarity: 1.0 - distance });
            }
        }
        res.truncate(hits_max);
        Ok(res)
    }

    /// Writes the index files that are missing or out of date.
    pub(crate) fn save(&self, db: &Connection) -> Result<(), Fault> {
        let Some(dir) = &self.dir else { return Ok(()) };
        for (space, id) in spaces(db)? {
            if meta(db, &file_key(id))?.is_some() {
                continue;
            }
            let index = build(db, &space, id)?;
            let mut bytes = vec![0; index.serialized_length()];
            index.save_to_buffer(&mut bytes).map_err(usearch_fault)?;
            replace_file(dir, &file_name(id), &bytes)?;
            set_meta(db, &file_key(id), &file_stamp(db, id, &bytes)?)?;
            lock(&self.loaded).insert(space, index);
        }
        Ok(())
    }

    /// The index from its file, where that is whole and of now; else from the truth. The bytes that
    /// are checked are the bytes that are loaded, and they are copied: usearch corrupts memory when
    /// a viewed index is searched with a filter.
    fn load(&self, db: &Connection, space: &VectorSpace, id: i64) -> Result<Index, Fault> {
        let bytes = self.dir.as_ref().and_then(|dir| fs::read(dir.join(file_name(id))).ok());
        if let Some(bytes) = bytes {
            let stamp = meta(db, &file_key(id))?;
            if stamp.is_some() && stamp == Some(file_stamp(db, id, &bytes)?) {
                let index = Index::new(&options(space)).map_err(usearch_fault)?;
                if index.load_from_buffer(&bytes).is_ok() {
                    return Ok(index);
                }
            }
            tracing::info!(model = %space.model, "the vector file does not fit; building it again");
        }
        build(db, space, id)
    }
}

fn build(db: &Connection, space: &VectorSpace, id: i64) -> Result<Index, Fault> {
    let index = Index::new(&options(space)).map_err(usearch_fault)?;
    let count: u32 =
        db.query_row("SELECT count(*) FROM vectors WHERE space = ?", [id], |row| row.get(0))?;
    index.reserve(count as usize).map_err(usearch_fault)?;
    let mut rows = db.prepare_cached("SELECT hash, data FROM vectors WHERE space = ?")?;
    let mut rows = rows.query([id])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let data: Vec<u8> = row.get(1)?;
        let vector = decode(space.format, &data).filter(|it| it.len() == space.dims);
        let vector = vector.ok_or_else(|| damaged("a vector has the wrong length"))?;
        index.add(key.cast_unsigned(), &vector).map_err(usearch_fault)?;
    }
    Ok(index)
}

fn options(space: &VectorSpace) -> IndexOptions {
    IndexOptions {
        dimensions: space.dims,
        metric: MetricKind::Cos,
        quantization: match space.format {
            VectorFormat::I8 => ScalarKind::I8,
            VectorFormat::F16 => ScalarKind::F16,
            VectorFormat::F32 => ScalarKind::F32,
        },
        ..IndexOptions::default()
    }
}

fn usearch_fault(error: impl std::fmt::Display) -> Fault {
    Fault::Invalid(format!("usearch: {error}"))
}

fn space_id(db: &Connection, space: &VectorSpace) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM spaces WHERE model = ? AND dims = ? AND format = ?")?
        .query_row(params![space.model, space.dims as i64, format_name(space.format)], |row| {
            row.get(0)
        })
        .optional()
}

fn add_space(db: &Connection, space: &VectorSpace) -> Result<i64, Fault> {
    if space.dims == 0 || VECTOR_DIMS_MAX < space.dims {
        return Err(Fault::Invalid(format!("{} dims for a vector", space.dims)));
    }
    // Most workspaces never have a vector, so they do not pay for the way back from one.
    db.execute_batch("CREATE INDEX IF NOT EXISTS documents_by_hash ON documents (hash)")?;
    db.prepare_cached("INSERT INTO spaces (model, dims, format) VALUES (?, ?, ?)")?
        .execute(params![space.model, space.dims as i64, format_name(space.format)])?;
    Ok(db.last_insert_rowid())
}

fn spaces(db: &Connection) -> rusqlite::Result<Vec<(VectorSpace, i64)>> {
    let mut rows = db.prepare_cached("SELECT id, model, dims, format FROM spaces ORDER BY id")?;
    rows.query_map([], |row| {
        let format: String = row.get(3)?;
        let format = format_named(&format).ok_or_else(|| damaged("unknown vector format"))?;
        let dims = row.get::<_, u32>(2)? as usize;
        Ok((VectorSpace { model: row.get(1)?, dims, format }, row.get(0)?))
    })?
    .collect()
}

fn format_name(format: VectorFormat) -> &'static str {
    match format {
        VectorFormat::I8 => "i8",
        VectorFormat::F16 => "f16",
        VectorFormat::F32 => "f32",
    }
}

fn format_named(name: &str) -> Option<VectorFormat> {
    [VectorFormat::I8, VectorFormat::F16, VectorFormat::F32]
        .into_iter()
        .find(|it| format_name(*it) == name)
}

fn file_name(space: i64) -> String {
    format!("{space}.usearch")
}

fn file_key(space: i64) -> String {
    format!("vector file {space}")
}

/// What must be the same for a file to be of now: layout, number of vectors, every byte.
fn file_stamp(db: &Connection, space: i64, bytes: &[u8]) -> rusqlite::Result<String> {
    let count: i64 =
        db.query_row("SELECT count(*) FROM vectors WHERE space = ?", [space], |row| row.get(0))?;
    Ok(format!("{VECTOR_FILE_SCHEMA} {count} {}", blake3::hash(bytes)))
}

fn replace_file(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Fault> {
    fs::create_dir_all(dir)?;
    let half = dir.join(format!("{name}.half"));
    let mut file = fs::File::create(&half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(half, dir.join(name))?;
    Ok(())
}

fn encode(format: VectorFormat, vector: &[f32]) -> Vec<u8> {
    match format {
        VectorFormat::F32 => vector.iter().flat_map(|it| it.to_le_bytes()).collect(),
        VectorFormat::F16 => vector.iter().flat_map(|it| to_half(*it).to_le_bytes()).collect(),
        VectorFormat::I8 => {
            vector.iter().map(|it| ((it * 127.0).round() as i8).cast_unsigned()).collect()
        }
    }
}

fn decode(format: VectorFormat, data: &[u8]) -> Option<Vec<f32>> {
    match format {
        VectorFormat::F32 => {
            let (parts, rest) = data.as_chunks();
            rest.is_empty().then(|| parts.iter().map(|it| f32::from_le_bytes(*it)).collect())
        }
        VectorFormat::F16 => {
            let (parts, rest) = data.as_chunks();
            let halves = parts.iter().map(|it| from_half(u16::from_le_bytes(*it)));
            rest.is_empty().then(|| halves.collect())
        }
        VectorFormat::I8 => {
            Some(data.iter().map(|it| f32::from(it.cast_signed()) / 127.0).collect())
        }
    }
}

/// The nearest half float; what is too large becomes infinite, what is too small zero.
fn to_half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let exponent = ((bits >> 23) & 0xff).cast_signed() - 127;
    let fraction = bits & 0x7f_ffff;
    match exponent {
        16.. => sign | 0x7c00 | u16::from(exponent == 128 && fraction != 0),
        -14..16 => {
            let half = (((exponent + 15) as u32) << 10) | (fraction >> 13);
            sign | (half + ((fraction >> 12) & 1)) as u16
        }
        -25..-14 => {
            let whole = fraction | 0x80_0000;
            let shift = (-exponent - 1) as u32;
            sign | ((whole >> shift) + ((whole >> (shift - 1)) & 1)) as u16
        }
        _ => sign,
    }
}

fn from_half(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1f);
    let fraction = f32::from(half & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * 2f32.powi(-14),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_what_they_can() {
        for value in [0.0, 1.0, -1.0, 0.5, 65504.0, 2f32.powi(-14), 2f32.powi(-24), -0.333_251_95] {
            assert_eq!(from_half(to_half(value)), value);
        }
        assert_eq!(from_half(to_half(1e9)), f32::INFINITY);
        assert_eq!(from_half(to_half(1e-9)), 0.0);
        assert!(from_half(to_half(f32::NAN)).is_nan());
        let worst = (0..10_000)
            .map(|it| it as f32 / 10_000.0)
            .map(|it| (from_half(to_half(it)) - it).abs())
            .fold(0.0, f32::max);
        assert!(worst <= 2f32.powi(-12), "{worst}");
    }
}
