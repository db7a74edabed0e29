//! Vectors: SQLite keeps the truth, usearch a file beside it that is built again at any doubt.

mod codec;
mod file;

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use usearch::{Index, IndexOptions, MetricKind, ScalarKind, ffi::Matches};

use crate::{
    DocumentId, Fault,
    rows::DOCUMENT_STRIDE,
    sqlite::{damaged, lock, meta},
};

/// Hash of the text that a vector stands for. The largest number is no key: usearch marks free
/// places with it.
pub type VectorKey = u64;

/// Most components a vector may have.
pub(crate) const VECTOR_DIMS_MAX: usize = 4_096;

/// Vectors taken into the index while it is locked: a question waits no longer than this takes.
const ADDED_AT_ONCE: usize = 64;

/// A question waits until so many vectors are taken in; of more it does without.
const BEHIND_MAX: usize = 2_000;

/// Up to so many vectors every one is compared: that is exact, and as fast as following the graph.
const EXACT_MAX: usize = 4_096;

/// Neighbours that are looked at where a vector is put in. The library's own 128 costs more than
/// twice the time; a search looks at as many as it wants back, and that is more.
const EXPANSION_ADD: usize = 64;

/// A file that lacks one vector in so many is written again.
const LACKING_SHARE: usize = 10;

/// One vector in so many that no document has any more: then the index is built again.
const DEAD_SHARE: usize = 4;

/// How a component is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorFormat {
    /// One signed byte, in shares of the vector's largest component.
    I8,
    /// Half a float.
    F16,
    /// A float.
    F32,
}

/// The vectors of one model: only those can be compared with each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorSpace {
    /// Id of the model, with its version and whatever else its vectors depend on.
    pub model: String,
    /// Components of a vector.
    pub dims: usize,
    /// How they are kept.
    pub format: VectorFormat,
}

/// The vectors of one text: one for each piece it was cut into; none where it says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct TextVectors {
    /// Hash of the text.
    pub key: VectorKey,
    /// One for each piece.
    pub pieces: Vec<Vec<f32>>,
}

/// What is believed of the index files that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorFiles {
    /// One that is as long as it was written is whole. Whoever asks for no vector loads none.
    Trust,
    /// All bytes are checked, and what is damaged is made anew: for who goes on and will be asked.
    Check,
}

/// A document near a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The document.
    pub id: DocumentId,
    /// Cosine: 1 is the same direction. Of a text in pieces that of the nearest.
    pub similarity: f32,
}

/// The usearch indexes of one store, each loaded when it is first asked.
pub(crate) struct Vectors {
    /// Where index files are kept; `None` keeps them in memory only.
    dir: Option<PathBuf>,
    loaded: Mutex<FxHashMap<VectorSpace, Loaded>>,
}

/// An index in memory and how much of the truth is in it.
pub(crate) struct Loaded {
    index: Index,
    format: VectorFormat,
    dims: usize,
    /// The last row that was taken in.
    last_row: i64,
    /// The last row that is in the file.
    saved_row: i64,
}

impl Vectors {
    pub(crate) fn new(state_dir: Option<&Path>) -> Vectors {
        Vectors { dir: state_dir.map(|it| it.join("vectors")), loaded: Mutex::default() }
    }

    /// Those of `keys` that have no whole vector yet.
    pub(crate) fn missing(
        &self,
        db: &Connection,
        space: &VectorSpace,
        keys: &[VectorKey],
    ) -> rusqlite::Result<Vec<VectorKey>> {
        let Some(id) = space_id(db, space)? else { return Ok(keys.to_vec()) };
        let mut known = db.prepare_cached(HAS_VECTOR)?;
        let len = codec::encoded_len(space.format, space.dims) as i64;
        let mut res = Vec::new();
        for key in keys {
            if !known.exists(params![id, key.cast_signed(), len])? {
                res.push(*key);
            }
        }
        Ok(res)
    }

    /// Root and path of the files that have a document without a vector.
    pub(crate) fn files_without(
        &self,
        db: &Connection,
        space: &VectorSpace,
    ) -> rusqlite::Result<Vec<(String, String)>> {
        let id = space_id(db, space)?.unwrap_or(-1);
        let len = codec::encoded_len(space.format, space.dims) as i64;
        let mut rows = db.prepare_cached(&format!(
            "SELECT r.path, f.path FROM files f JOIN roots r ON r.id = f.root
             WHERE f.embedded IS NOT ?1 AND {LACKS_VECTORS} ORDER BY r.path, f.path"
        ))?;
        rows.query_map(params![id, len, DOCUMENT_STRIDE], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    /// Keeps vectors; indexes take them in afterwards, by [`Vectors::catch_up`].
    pub(crate) fn put(
        &self,
        db: &Connection,
        space: &VectorSpace,
        texts: &[TextVectors],
    ) -> Result<(), Fault> {
        let id = match space_id(db, space)? {
            Some(id) => id,
            None => add_space(db, space)?,
        };
        let mut delete = db.prepare_cached("DELETE FROM vectors WHERE space = ? AND hash = ?")?;
        let mut insert = db
            .prepare_cached("INSERT INTO vectors (space, hash, piece, data) VALUES (?, ?, ?, ?)")?;
        for text in texts.iter().filter(|it| it.key != VectorKey::MAX) {
            let key = text.key.cast_signed();
            delete.execute(params![id, key])?;
            if text.pieces.is_empty() {
                insert.execute(params![id, key, 0, [0_u8; 0]])?;
            }
            for (nth, vector) in text.pieces.iter().enumerate() {
                if vector.len() != space.dims {
                    let why = format!("a vector of {} dims among {}", vector.len(), space.dims);
                    return Err(Fault::Invalid(why));
                }
                let data = codec::encode(space.format, vector);
                insert.execute(params![id, key, nth as i64, data])?;
            }
        }
        Ok(())
    }

    /// Takes into the index what it does not have yet.
    pub(crate) fn catch_up(&self, db: &Connection, space: &VectorSpace) -> Result<(), Fault> {
        let Some(id) = space_id(db, space)? else { return Ok(()) };
        if self.is_left_alone(db, space, id)? {
            return Ok(());
        }
        self.with_loaded(db, space, id, |_| Ok(()))?;
        loop {
            let mut all = lock(&self.loaded);
            let Some(loaded) = all.get_mut(space) else { return Ok(()) };
            if loaded.take_in(db, id, ADDED_AT_ONCE)? < ADDED_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// The nearest documents, best first: those of the `texts_max` nearest texts.
    pub(crate) fn nearest(
        &self,
        db: &Connection,
        space: &VectorSpace,
        vector: &[f32],
        texts_max: usize,
    ) -> Result<Vec<Nearest>, Fault> {
        let Some(id) = checked_space(db, space, vector)? else { return Ok(Vec::new()) };
        let matches = self.with_loaded(db, space, id, |it| it.search(vector, texts_max))?;
        let mut documents =
            db.prepare_cached("SELECT id FROM documents WHERE hash = ? ORDER BY id")?;
        let mut seen = rustc_hash::FxHashSet::default();
        let mut res = Vec::new();
        for (key, distance) in matches.keys.iter().zip(&matches.distances) {
            // Of a text in pieces the nearest comes first.
            if !seen.insert(*key) {
                continue;
            }
            let ids = documents.query_map([key.cast_signed()], |row| row.get(0))?;
            for id in ids {
                let id = DocumentId::from_raw(id?);
                res.push(Nearest { id, similarity: 1.0 - distance });
            }
        }
        Ok(res)
    }

    /// How near the texts of `keys` are; `None` for one without a vector.
    pub(crate) fn similarities(
        &self,
        db: &Connection,
        space: &VectorSpace,
        vector: &[f32],
        keys: &[VectorKey],
    ) -> Result<Vec<Option<f32>>, Fault> {
        let Some(id) = checked_space(db, space, vector)? else { return Ok(vec![None; keys.len()]) };
        self.with_loaded(db, space, id, |it| {
            keys.iter().map(|key| it.similarity(vector, *key)).collect()
        })
    }

    /// True where nobody asked the index yet and its file lacks no more than a question takes in by
    /// itself: to load it costs more than to read a saved file.
    fn is_left_alone(&self, db: &Connection, space: &VectorSpace, id: i64) -> Result<bool, Fault> {
        let Some(dir) = &self.dir else { return Ok(false) };
        if lock(&self.loaded).contains_key(space) {
            return Ok(false);
        }
        let Some(last_row) = file::last_row(db, dir, id)? else { return Ok(false) };
        let newest: Option<i64> = db.query_row(NEWEST, [], |row| row.get(0))?;
        let lacking = (newest.unwrap_or(0) - last_row).max(0) as usize;
        Ok(lacking <= (last_row as usize / LACKING_SHARE).min(BEHIND_MAX))
    }

    /// Writes the index files that are missing, or lack so much that a start would feel it. Files
    /// and rows of spaces other than `kept` go, where one is given.
    pub(crate) fn save(
        &self,
        db: &Connection,
        kept: Option<&VectorSpace>,
        files: VectorFiles,
    ) -> Result<(), Fault> {
        for (space, id) in spaces(db)? {
            if kept.is_some_and(|it| *it != space) {
                db.execute("DELETE FROM vectors WHERE space = ?", [id])?;
                db.execute("DELETE FROM spaces WHERE id = ?", [id])?;
                lock(&self.loaded).remove(&space);
                if let Some(dir) = &self.dir {
                    file::remove(db, dir, id)?;
                }
                continue;
            }
            if kept.is_some() {
                note_embedded(db, &space, id)?;
            }
            let Some(dir) = &self.dir else { continue };
            if files == VectorFiles::Check {
                self.with_loaded(db, &space, id, |_| Ok(()))?;
            }
            self.catch_up(db, &space)?;
            let mut all = lock(&self.loaded);
            let Some(loaded) = all.get_mut(&space) else { continue };
            if loaded.wants_saving(meta(db, &file::stamp_key(id))?.is_some()) {
                file::write(db, dir, id, &loaded.index, loaded.last_row)?;
                loaded.saved_row = loaded.last_row;
            }
        }
        Ok(())
    }

    /// Asks the index, which is loaded first where it is not, and has then all rows.
    fn with_loaded<T>(
        &self,
        db: &Connection,
        space: &VectorSpace,
        id: i64,
        ask: impl FnOnce(&Loaded) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut all = lock(&self.loaded);
        if !all.contains_key(space) {
            all.insert(space.clone(), self.load(db, space, id)?);
        }
        let loaded = all.get_mut(space).expect("it was just put there");
        if self.dir.is_none() || loaded.is_behind_little(db, id)? {
            loaded.take_in(db, id, usize::MAX)?;
        }
        ask(loaded)
    }

    /// The index from its file, where that is whole and of now; else an empty one, which takes all
    /// in from the truth. The bytes that are checked are the bytes that are loaded, and they are
    /// copied: usearch corrupts memory when a viewed index is searched with a filter.
    fn load(&self, db: &Connection, space: &VectorSpace, id: i64) -> Result<Loaded, Fault> {
        let index = Index::new(&options(space)).map_err(usearch_fault)?;
        let mut res =
            Loaded { index, format: space.format, dims: space.dims, last_row: 0, saved_row: 0 };
        let found = match &self.dir {
            Some(dir) => file::read(db, dir, id, &res.index)?,
            None => None,
        };
        if let Some(last_row) = found {
            let alive: i64 = db.query_row(N_ALIVE, params![id, last_row], |row| row.get(0))?;
            let dead = res.index.size().saturating_sub(alive as usize);
            if dead * DEAD_SHARE <= res.index.size() {
                (res.last_row, res.saved_row) = (last_row, last_row);
            } else {
                res.index = Index::new(&options(space)).map_err(usearch_fault)?;
            }
        }
        Ok(res)
    }
}

impl Loaded {
    /// Adds at most `max` rows that are not there yet; gives how many rows were looked at.
    fn take_in(&mut self, db: &Connection, id: i64, max: usize) -> Result<usize, Fault> {
        let mut rows = db.prepare_cached(ROWS_AFTER)?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let mut rows = rows.query(params![id, self.last_row, max])?;
        let mut n_rows = 0;
        while let Some(row) = rows.next()? {
            n_rows += 1;
            self.last_row = row.get(0)?;
            let key = row.get::<_, i64>(1)?.cast_unsigned();
            let piece: i64 = row.get(2)?;
            let data = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            if data.is_empty() {
                continue;
            }
            let Some(vector) = codec::decode(self.format, self.dims, data) else {
                tracing::warn!(key, "a vector is damaged; its text is embedded again");
                continue;
            };
            if piece == 0 && self.index.contains(key) {
                // The text was there before and came back: its vectors are the same.
                continue;
            }
            self.add(key, &vector)?;
        }
        Ok(n_rows)
    }

    fn add(&self, key: VectorKey, vector: &[f32]) -> Result<(), Fault> {
        if self.index.size() == self.index.capacity() {
            let more = (self.index.capacity() * 2).max(1_024);
            self.index.reserve(more).map_err(usearch_fault)?;
        }
        match self.format {
            VectorFormat::I8 => self.index.add(key, &codec::to_bytes(vector)),
            VectorFormat::F16 | VectorFormat::F32 => self.index.add(key, vector),
        }
        .map_err(usearch_fault)
    }

    fn search(&self, vector: &[f32], max: usize) -> Result<Matches, Fault> {
        let is_small = self.index.size() <= EXACT_MAX;
        let bytes = codec::to_bytes(vector);
        match (self.format, is_small) {
            (VectorFormat::I8, true) => self.index.exact_search(&bytes, max),
            (VectorFormat::I8, false) => self.index.search(&bytes, max),
            (_, true) => self.index.exact_search(vector, max),
            (_, false) => self.index.search(vector, max),
        }
        .map_err(usearch_fault)
    }

    /// The cosine to the nearest piece of a text.
    fn similarity(&self, vector: &[f32], key: VectorKey) -> Result<Option<f32>, Fault> {
        let n_pieces = self.index.count(key);
        if n_pieces == 0 {
            return Ok(None);
        }
        let pieces: Vec<f32> = match self.format {
            VectorFormat::I8 => {
                let mut bytes = vec![0_i8; n_pieces * self.dims];
                self.index.get(key, &mut bytes).map_err(usearch_fault)?;
                bytes.into_iter().map(f32::from).collect()
            }
            VectorFormat::F16 | VectorFormat::F32 => {
                let mut floats = vec![0_f32; n_pieces * self.dims];
                self.index.get(key, &mut floats).map_err(usearch_fault)?;
                floats
            }
        };
        let cosines = pieces.chunks_exact(self.dims).map(|it| cosine(vector, it));
        Ok(cosines.max_by(f32::total_cmp))
    }

    /// True where catching up takes no longer than a question may.
    fn is_behind_little(&self, db: &Connection, id: i64) -> Result<bool, Fault> {
        let beyond =
            db.prepare_cached(IS_BEYOND)?.exists(params![id, self.last_row, BEHIND_MAX as i64])?;
        Ok(!beyond)
    }

    /// True where the file is missing, or what it lacks is a tenth of the whole.
    fn wants_saving(&self, has_file: bool) -> bool {
        let lacking = (self.last_row - self.saved_row).max(0) as usize;
        !has_file || self.index.size() / LACKING_SHARE < lacking
    }
}

/// Notes which files have all their vectors, so that the next start need not look for each.
fn note_embedded(db: &Connection, space: &VectorSpace, id: i64) -> rusqlite::Result<()> {
    let len = codec::encoded_len(space.format, space.dims) as i64;
    db.execute(
        &format!(
            "UPDATE files AS f SET embedded = ?1
             WHERE f.embedded IS NOT ?1 AND NOT {LACKS_VECTORS}"
        ),
        params![id, len, DOCUMENT_STRIDE],
    )?;
    Ok(())
}

/// Whether file `f` has a document without a vector in space `?1`, whose vectors take `?2` bytes;
/// `?3` is [`DOCUMENT_STRIDE`].
const LACKS_VECTORS: &str = "EXISTS (SELECT 1 FROM documents d
    WHERE d.id BETWEEN f.id * ?3 AND f.id * ?3 + ?3 - 1
    AND NOT EXISTS (SELECT 1 FROM vectors
        WHERE space = ?1 AND hash = d.hash AND length(data) IN (0, ?2)))";

// These three go through rows in the order in which they were added. A `+` keeps SQLite from the
// index by space and hash: there it would look at every row of the space, and sort them.

/// Rows that are not empty, up to one of them.
const N_ALIVE: &str = "SELECT count(*) FROM vectors WHERE +space = ? AND id <= ? AND data <> x''";

/// The rows after one of them.
const ROWS_AFTER: &str = "SELECT id, hash, piece, data FROM vectors WHERE +space = ? AND id > ?
    ORDER BY id LIMIT ?";

/// The last row of all spaces.
const NEWEST: &str = "SELECT max(id) FROM vectors";

/// Whether there are more than so many rows after one of them.
const IS_BEYOND: &str = "SELECT 1 FROM vectors WHERE +space = ? AND id > ? LIMIT 1 OFFSET ?";

/// A key has a whole vector, or is known to say nothing.
const HAS_VECTOR: &str =
    "SELECT 1 FROM vectors WHERE space = ? AND hash = ? AND length(data) IN (0, ?)";

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f32::MIN_POSITIVE)
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
        // One text may have several pieces.
        multi: true,
        expansion_add: EXPANSION_ADD,
        ..IndexOptions::default()
    }
}

fn usearch_fault(error: impl std::fmt::Display) -> Fault {
    Fault::Invalid(format!("usearch: {error}"))
}

/// The number of `space`; `None` where it has no vectors.
fn checked_space(
    db: &Connection,
    space: &VectorSpace,
    vector: &[f32],
) -> Result<Option<i64>, Fault> {
    if vector.len() != space.dims {
        let why = format!("a question of {} dims among {}", vector.len(), space.dims);
        return Err(Fault::Invalid(why));
    }
    Ok(space_id(db, space)?)
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

/// All spaces that have vectors, with their numbers.
pub(crate) fn spaces(db: &Connection) -> rusqlite::Result<Vec<(VectorSpace, i64)>> {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{IS_BEYOND, N_ALIVE, ROWS_AFTER};
    use crate::{
        database::{Open, open_database},
        schema::SCHEMA,
    };

    /// By the other index a batch of rows costs as much as all of them.
    #[test]
    fn rows_are_gone_through_in_their_own_order() {
        let memory = Path::new(":memory:");
        let db = open_database(memory, Open::ReadWrite, 1_024, &SCHEMA).unwrap();
        for sql in [N_ALIVE, ROWS_AFTER, IS_BEYOND] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let ones = rusqlite::params_from_iter(vec![1; plan.parameter_count()]);
            let steps = plan.query_map(ones, |row| row.get("detail")).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            let [only] = steps.as_slice() else { panic!("{steps:?}") };
            assert!(only.contains("INTEGER PRIMARY KEY"), "{only}");
        }
    }
}
