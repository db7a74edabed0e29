//! How many words each text of a field has: what BM25 asks for every text it scores.
//!
//! FTS5 keeps the lengths in a row a text. Where a question asks for few of them they are looked
//! up; where it asks for many, all are read once and kept, some twelve bytes a text.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use rusqlite::{Connection, OptionalExtension};

use super::{
    postings::{Posting, structure},
    varint,
};
use crate::{
    DocumentId, Field,
    schema::table,
    sqlite::{damaged, lock},
};

/// A question that asks for one length in so many has all of them read.
const READ_ALL_SHARE: usize = 32;

/// Files whose lengths are renewed one by one; where more are written, all are read again when they
/// are asked for.
pub(crate) const FILES_RENEWED_MAX: usize = 64;

/// The lengths of a field, by rising rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lengths {
    rows: Vec<i64>,
    words: Vec<u32>,
}

/// The lengths that were read, a field each, with the structure they belong to.
#[derive(Debug, Default)]
pub(crate) struct LengthCache {
    fields: Mutex<[Option<Kept>; Field::ALL.len()]>,
}

#[derive(Debug)]
struct Kept {
    /// The list of segments as it was: another one where anything was written since.
    structure: Vec<u8>,
    lengths: Arc<Lengths>,
}

impl Lengths {
    /// Where `row` stands, sought from `start` on, below which it is not.
    pub(crate) fn place(&self, row: i64, start: usize) -> Option<usize> {
        // The next one wanted is most often near: steps that double find it sooner than halves.
        let mut step = 1;
        let mut low = start;
        while self.rows.get(low + step).is_some_and(|it| *it <= row) {
            low += step;
            step *= 2;
        }
        let high = self.rows.len().min(low + step);
        let rest = self.rows.get(low..high)?;
        rest.binary_search(&row).ok().map(|it| low + it)
    }

    /// The row at a place.
    pub(crate) fn row(&self, place: usize) -> i64 {
        self.rows[place]
    }

    /// Words of the text at a place.
    pub(crate) fn words(&self, place: usize) -> u32 {
        self.words[place]
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Those of `rows`.
    fn of_rows(db: &Connection, field: Field, rows: &BTreeSet<i64>) -> rusqlite::Result<Lengths> {
        let sql = format!("SELECT sz FROM {}_docsize WHERE id = ?", table(field));
        let mut find = db.prepare_cached(&sql)?;
        let mut res = Lengths::default();
        for row in rows {
            if let Some(words) = find.query_row([row], |found| n_words(found, 0)).optional()? {
                res.rows.push(*row);
                res.words.push(words);
            }
        }
        Ok(res)
    }

    /// Those of the rows from `first` to before `end`.
    fn between(db: &Connection, field: Field, first: i64, end: i64) -> rusqlite::Result<Lengths> {
        let sql = format!(
            "SELECT id, sz FROM {}_docsize WHERE id >= ? AND id < ? ORDER BY id",
            table(field)
        );
        let mut all = db.prepare_cached(&sql)?;
        let mut all = all.query([first, end])?;
        let mut res = Lengths::default();
        while let Some(row) = all.next()? {
            res.rows.push(row.get(0)?);
            res.words.push(n_words(row, 1)?);
        }
        Ok(res)
    }

    /// Takes what is in the rows from `first` to before `end` from `new`.
    fn replace(&mut self, first: i64, end: i64, new: Lengths) {
        let start = self.rows.partition_point(|it| *it < first);
        let end = self.rows.partition_point(|it| *it < end);
        self.rows.splice(start..end, new.rows);
        self.words.splice(start..end, new.words);
    }
}

impl LengthCache {
    /// The lengths of at least the texts in `lists`, out of `n_texts`, as `structure` has them.
    pub(crate) fn get(
        &self,
        db: &Connection,
        (field, structure): (Field, &[u8]),
        lists: &[(f64, Vec<Posting>)],
        n_texts: usize,
    ) -> rusqlite::Result<Arc<Lengths>> {
        let mut fields = lock(&self.fields);
        let kept = &mut fields[field as usize];
        if let Some(kept) = kept.as_ref().filter(|it| it.structure == structure) {
            return Ok(Arc::clone(&kept.lengths));
        }
        let n_wanted: usize = lists.iter().map(|it| it.1.len()).sum();
        if n_wanted * READ_ALL_SHARE < n_texts {
            let wanted = lists.iter().flat_map(|it| &it.1).map(|it| it.row);
            let wanted: BTreeSet<i64> = wanted.collect();
            return Ok(Arc::new(Lengths::of_rows(db, field, &wanted)?));
        }
        let lengths = Arc::new(Lengths::between(db, field, i64::MIN, i64::MAX)?);
        *kept = Some(Kept { structure: structure.to_owned(), lengths: Arc::clone(&lengths) });
        Ok(lengths)
    }

    /// True where nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.fields).iter().all(Option::is_none)
    }

    /// Keeps nothing any more.
    pub(crate) fn clear(&self) {
        *lock(&self.fields) = Default::default();
    }

    /// Reads the lengths of `files` again, which were just written.
    pub(crate) fn renew(&self, db: &Connection, files: &[i64]) -> rusqlite::Result<()> {
        let _moment = db.unchecked_transaction()?;
        let mut fields = lock(&self.fields);
        for field in Field::ALL {
            let Some(kept) = &mut fields[field as usize] else { continue };
            let lengths = Arc::make_mut(&mut kept.lengths);
            for file in files {
                let first = DocumentId::new(*file, 0).raw();
                let end = DocumentId::new(*file + 1, 0).raw();
                lengths.replace(first, end, Lengths::between(db, field, first, end)?);
            }
            kept.structure = structure(db, field)?;
        }
        Ok(())
    }
}

/// The words of a text of one column, as FTS5 notes them.
fn n_words(row: &rusqlite::Row<'_>, idx: usize) -> rusqlite::Result<u32> {
    let mut bytes = row.get_ref(idx)?.as_blob()?;
    let n_words = varint(&mut bytes).and_then(|it| u32::try_from(it).ok());
    n_words.ok_or_else(|| damaged("a text of the full-text index has no length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_from_every_place_before_it() {
        let rows = vec![1, 3, 4, 9, 20, 21, 22, 40];
        let lengths = Lengths { words: vec![1; rows.len()], rows };
        for (place, row) in lengths.rows.iter().enumerate() {
            for start in 0..=place {
                assert_eq!(lengths.place(*row, start), Some(place));
            }
        }
        for row in [0, 2, 10, 50] {
            assert_eq!(lengths.place(row, 0), None);
        }
        assert_eq!(lengths.place(40, 8), None);
    }

    #[test]
    fn a_range_is_replaced() {
        let mut lengths = Lengths { rows: vec![1, 5, 6, 9], words: vec![10, 50, 60, 90] };
        lengths.replace(5, 9, Lengths { rows: vec![7], words: vec![70] });
        assert_eq!((lengths.rows, lengths.words), (vec![1, 7, 9], vec![10, 70, 90]));
    }
}
