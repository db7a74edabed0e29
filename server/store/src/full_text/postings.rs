//! The texts a word stands in, read from the pages of an FTS5 table.
//!
//! Asked by SQL, FTS5 steps through its virtual machine for every text and looks up the length of
//! each: some microseconds a text, which for a common word is most of a question's time. Its pages
//! are documented where they are written (`fts5_index.c`, "Overview") and a part of SQLite's file
//! format; read as they lie they take nanoseconds a text. `tests/full_text.rs` holds both readings
//! against each other.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use rustc_hash::FxHashSet;

use super::varint;
use crate::{Field, schema::table, sqlite::damaged};

/// Row of the list of segments.
const STRUCTURE_ROW: i64 = 10;

/// What that list begins with behind a cookie of four bytes, in tables that can forget rows
/// without their text.
const STRUCTURE_MAGIC: &[u8] = b"\xff\x00\x00\x01";

/// Bits of a page's row number that are below the segment's number.
const SEGMENT_SHIFT: u32 = 37;

/// Added to a segment's number, it numbers the pages of its forgotten rows.
const FORGOTTEN: i64 = 1 << 16;

/// Bytes before the first entry of a page: where its first row and where its footer begin.
const HEAD_BYTES: usize = 4;

/// Bytes before the rows of a page of forgotten ones.
const FORGOTTEN_HEAD_BYTES: usize = 8;

/// What the terms of the only index of a table begin with.
const TERM_PREFIX: u8 = b'0';

/// A text and how often the word stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Posting {
    pub(crate) row: i64,
    pub(crate) count: u32,
}

/// The postings of one field, as they are in the transaction that `db` is in.
pub(crate) struct Postings<'db> {
    pages: Pages<'db>,
    find_page: CachedStatement<'db>,
    segments: Vec<Segment>,
}

/// A part of the index that was written at once, its terms in order.
#[derive(Debug)]
struct Segment {
    number: i64,
    first_page: i64,
    last_page: i64,
    /// Rows that are in it and count no longer.
    forgotten: FxHashSet<i64>,
}

/// The list of segments as it is kept: another one where anything of the field was written.
pub(crate) fn structure(db: &Connection, field: Field) -> rusqlite::Result<Vec<u8>> {
    Pages::new(db, field)?.bytes(STRUCTURE_ROW)
}

impl<'db> Postings<'db> {
    pub(crate) fn open(
        db: &'db Connection,
        field: Field,
        structure: &[u8],
    ) -> rusqlite::Result<Postings<'db>> {
        let mut pages = Pages::new(db, field)?;
        let mut segments = Vec::new();
        for (mut segment, n_forgotten) in segments_of(structure).ok_or_else(broken)? {
            for nth in 0..n_forgotten {
                let row = ((segment.number + FORGOTTEN) << SEGMENT_SHIFT) + nth;
                add_forgotten(&mut segment.forgotten, &pages.bytes(row)?).ok_or_else(broken)?;
            }
            segments.push(segment);
        }
        let find_page = db.prepare_cached(&format!(
            "SELECT pgno FROM {}_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1",
            table(field)
        ))?;
        Ok(Postings { pages, find_page, segments })
    }

    /// Puts the postings of `word` in place of what `acc` holds: rising rows, segment by segment.
    pub(crate) fn of(&mut self, acc: &mut Vec<Posting>, word: &str) -> rusqlite::Result<()> {
        acc.clear();
        let mut term = vec![TERM_PREFIX];
        term.extend(word.as_bytes());
        for segment in &self.segments {
            let found: Option<i64> = self
                .find_page
                .query_row(params![segment.number, term], |row| row.get(0))
                .optional()?;
            // The lowest bit says something about long lists. A segment that is being merged into
            // another has lost its first pages.
            let page = found.map_or(1, |it| it >> 1).max(segment.first_page);
            if segment.last_page < page {
                continue;
            }
            let mut list = List::new(&mut self.pages, segment, page)?;
            list.read(acc, &term)?;
        }
        Ok(())
    }
}

/// The pages of one table.
struct Pages<'db> {
    read: CachedStatement<'db>,
}

impl<'db> Pages<'db> {
    fn new(db: &'db Connection, field: Field) -> rusqlite::Result<Pages<'db>> {
        let read =
            db.prepare_cached(&format!("SELECT block FROM {}_data WHERE id = ?", table(field)))?;
        Ok(Pages { read })
    }

    fn bytes(&mut self, row: i64) -> rusqlite::Result<Vec<u8>> {
        self.read.query_row([row], |row| row.get(0)).optional()?.ok_or_else(broken)
    }

    /// Reads a page in place of `page`.
    fn load(&mut self, page: &mut Page, row: i64) -> rusqlite::Result<()> {
        let loaded = self.read.query_row([row], |row| {
            page.bytes.clear();
            page.bytes.extend_from_slice(row.get_ref(0)?.as_blob()?);
            Ok(())
        });
        loaded.optional()?.ok_or_else(broken)?;
        page.end = page.number_at(2).filter(|it| *it <= page.bytes.len()).ok_or_else(broken)?;
        Ok(())
    }
}

/// A page: entries, then a footer that says where the terms begin.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    /// Where the footer begins.
    end: usize,
}

impl Page {
    fn number_at(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(usize::from(u16::from_be_bytes(*bytes)))
    }

    /// Where the first row stands that no term of this page comes before; 0 where there is none.
    fn first_row(&self) -> usize {
        self.number_at(0).unwrap_or(0)
    }

    /// Where the first term begins.
    fn first_term(&self) -> Option<usize> {
        let mut footer = self.bytes.get(self.end..)?;
        Some(varint(&mut footer)? as usize)
    }

    /// Where the list of `term` begins and where the next term does, which ends it. The outer
    /// `None` is a damaged page.
    fn find(&self, term: &[u8]) -> Option<Option<(usize, Option<usize>)>> {
        let mut footer = self.bytes.get(self.end..)?;
        if footer.is_empty() {
            return Some(None);
        }
        let mut at = varint(&mut footer)? as usize;
        let mut name: Vec<u8> = Vec::new();
        let mut is_first = true;
        loop {
            let mut rest = self.bytes.get(at..self.end)?;
            let n_kept = if is_first { 0 } else { varint(&mut rest)? as usize };
            let n_new = varint(&mut rest)? as usize;
            let (new, rest) = rest.split_at_checked(n_new)?;
            name.truncate(n_kept);
            name.extend(new);
            let next = match footer.is_empty() {
                true => None,
                false => Some(at.checked_add(varint(&mut footer)? as usize)?),
            };
            match (name.as_slice().cmp(term), next) {
                (std::cmp::Ordering::Equal, _) => return Some(Some((self.end - rest.len(), next))),
                (std::cmp::Ordering::Less, Some(next)) if at < next => at = next,
                _ => return Some(None),
            }
            is_first = false;
        }
    }
}

/// The list of one term in one segment, which may go over many pages.
struct List<'a, 'db> {
    pages: &'a mut Pages<'db>,
    segment: &'a Segment,
    number: i64,
    page: Page,
    /// Where the next entry begins.
    at: usize,
    /// Where the list ends, if it does on this page.
    end: Option<usize>,
}

impl<'a, 'db> List<'a, 'db> {
    fn new(
        pages: &'a mut Pages<'db>,
        segment: &'a Segment,
        number: i64,
    ) -> rusqlite::Result<List<'a, 'db>> {
        let mut page = Page::default();
        pages.load(&mut page, (segment.number << SEGMENT_SHIFT) + number)?;
        Ok(List { pages, segment, number, page, at: 0, end: None })
    }

    fn read(&mut self, acc: &mut Vec<Posting>, term: &[u8]) -> rusqlite::Result<()> {
        let Some((start, end)) = self.page.find(term).ok_or_else(broken)? else { return Ok(()) };
        (self.at, self.end) = (start, end);
        // A term may be the last thing on its page; its first row is then the first of the next.
        let mut is_absolute = true;
        let mut row = 0_i64;
        if self.page.end <= self.at && !self.turn_to_rows()? {
            return Ok(());
        }
        while self.end.is_none_or(|it| self.at < it) {
            let number = self.varint()?.cast_signed();
            row = if is_absolute { number } else { row.wrapping_add(number) };
            let n_bytes = (self.varint()? >> 1) as usize;
            let (count, is_whole) = self.count(n_bytes)?;
            if !self.segment.forgotten.contains(&row) {
                acc.push(Posting { row, count });
            }
            is_absolute = !is_whole || self.page.end <= self.at;
            if is_absolute && !self.stand_at_row(is_whole)? {
                break;
            }
        }
        Ok(())
    }

    fn varint(&mut self) -> rusqlite::Result<u64> {
        let mut rest = self.page.bytes.get(self.at..self.page.end).ok_or_else(broken)?;
        let res = varint(&mut rest).ok_or_else(broken)?;
        self.at = self.page.end - rest.len();
        Ok(res)
    }

    /// Counts the positions in the next `n_bytes`, each of which ends with a byte below 128; false
    /// where they went on behind this page.
    fn count(&mut self, n_bytes: usize) -> rusqlite::Result<(u32, bool)> {
        let mut left = n_bytes;
        let mut res = 0;
        let mut is_whole = true;
        loop {
            let rest = self.page.bytes.get(self.at..self.page.end).ok_or_else(broken)?;
            let here = &rest[..left.min(rest.len())];
            res += here.iter().filter(|it| **it < 0x80).count();
            self.at += here.len();
            left -= here.len();
            if left == 0 {
                return Ok((res as u32, is_whole));
            }
            if !self.turn()? {
                return Err(broken());
            }
            is_whole = false;
        }
    }

    /// The next page; false behind the last.
    fn turn(&mut self) -> rusqlite::Result<bool> {
        if self.segment.last_page <= self.number {
            return Ok(false);
        }
        self.number += 1;
        self.pages.load(&mut self.page, (self.segment.number << SEGMENT_SHIFT) + self.number)?;
        self.at = HEAD_BYTES;
        self.end = self.page.first_term();
        Ok(true)
    }

    /// Goes to the first row of the list that stands on a page behind the entry that was read;
    /// false where the list ends before.
    fn stand_at_row(&mut self, is_whole: bool) -> rusqlite::Result<bool> {
        // An entry that went on over the end of its page left the page on which it ends open.
        if is_whole && !self.turn()? {
            return Ok(false);
        }
        self.find_row()
    }

    fn turn_to_rows(&mut self) -> rusqlite::Result<bool> {
        Ok(self.turn()? && self.find_row()?)
    }

    fn find_row(&mut self) -> rusqlite::Result<bool> {
        loop {
            self.at = self.page.first_row();
            if self.at != 0 {
                return Ok(self.at < self.page.end);
            }
            if self.end.is_some() || !self.turn()? {
                return Ok(false);
            }
        }
    }
}

/// The segments of a list of them, each with how many pages of forgotten rows it has.
fn segments_of(structure: &[u8]) -> Option<Vec<(Segment, i64)>> {
    let mut rest = structure.get(4..)?.strip_prefix(STRUCTURE_MAGIC)?;
    let bytes = &mut rest;
    let (n_levels, _n_segments, _n_writes) = (varint(bytes)?, varint(bytes)?, varint(bytes)?);
    let mut res = Vec::new();
    for _ in 0..n_levels {
        let (_n_merging, n_segments) = (varint(bytes)?, varint(bytes)?);
        for _ in 0..n_segments {
            let number = i64::try_from(varint(bytes)?).ok().filter(|it| *it < FORGOTTEN)?;
            let (first_page, last_page) = (varint(bytes)?, varint(bytes)?);
            let (_origins, n_forgotten) = ((varint(bytes)?, varint(bytes)?), varint(bytes)?);
            let (_n_rows_forgotten, _n_rows) = (varint(bytes)?, varint(bytes)?);
            let segment = Segment {
                number,
                first_page: i64::from(u32::try_from(first_page).ok()?),
                last_page: i64::from(u32::try_from(last_page).ok()?),
                forgotten: FxHashSet::default(),
            };
            res.push((segment, i64::from(u32::try_from(n_forgotten).ok()?)));
        }
    }
    Some(res)
}

/// Adds the rows of a page of forgotten ones: a hash table whose free places are zero.
fn add_forgotten(acc: &mut FxHashSet<i64>, page: &[u8]) -> Option<()> {
    let (head, places) = page.split_at_checked(FORGOTTEN_HEAD_BYTES)?;
    if head[1] != 0 {
        acc.insert(0);
    }
    match head[0] {
        4 => acc.extend(
            places
                .as_chunks()
                .0
                .iter()
                .map(|it| i64::from(u32::from_be_bytes(*it)))
                .filter(|it| *it != 0),
        ),
        _ => acc.extend(
            places.as_chunks().0.iter().map(|it| i64::from_be_bytes(*it)).filter(|it| *it != 0),
        ),
    }
    Some(())
}

fn broken() -> rusqlite::Error {
    damaged("a page of the full-text index is none")
}
