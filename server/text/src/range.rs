//! Byte offsets and half-open byte ranges of one text.

use std::{fmt, ops};

/// A byte offset, or a length in bytes. Texts above 4 GiB are refused long before they get here.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextSize(u32);

impl TextSize {
    /// The offset `raw` bytes into a text.
    pub const fn new(raw: u32) -> TextSize {
        TextSize(raw)
    }

    /// The length of `text`.
    pub fn of(text: &str) -> TextSize {
        TextSize::from_usize(text.len())
    }

    /// `n` as an offset; a number beyond `u32` becomes the largest offset, which no text has.
    pub fn from_usize(n: usize) -> TextSize {
        TextSize(u32::try_from(n).unwrap_or(u32::MAX))
    }

    /// The offset as a number of bytes.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The offset as an index into a `str` or slice.
    pub const fn to_usize(self) -> usize {
        self.0 as usize
    }
}

impl ops::Add for TextSize {
    type Output = TextSize;

    fn add(self, other: TextSize) -> TextSize {
        TextSize(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for TextSize {
    type Output = TextSize;

    fn sub(self, other: TextSize) -> TextSize {
        TextSize(self.0.saturating_sub(other.0))
    }
}

impl fmt::Debug for TextSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Bytes from `start` up to, not including, `end`. Invariant: `start <= end`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    start: TextSize,
    end: TextSize,
}

impl TextRange {
    /// From `start` to `end`; a range that would run backwards is the empty one at `start`.
    pub fn new(start: TextSize, end: TextSize) -> TextRange {
        TextRange { start, end: end.max(start) }
    }

    /// `len` bytes from `start` on.
    pub fn at(start: TextSize, len: TextSize) -> TextRange {
        TextRange { start, end: start + len }
    }

    /// The empty range at `offset`.
    pub fn empty(offset: TextSize) -> TextRange {
        TextRange { start: offset, end: offset }
    }

    /// The range of `usize` offsets `start..end`.
    pub fn from_usize(start: usize, end: usize) -> TextRange {
        TextRange::new(TextSize::from_usize(start), TextSize::from_usize(end))
    }

    /// Where the range begins.
    pub const fn start(self) -> TextSize {
        self.start
    }

    /// The first offset after the range.
    pub const fn end(self) -> TextSize {
        self.end
    }

    /// Number of bytes.
    pub fn len(self) -> TextSize {
        self.end - self.start
    }

    /// True where the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True where `offset` is inside the range; the end is not.
    pub fn contains(self, offset: TextSize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// True where `offset` is inside the range or right after it, as a cursor behind a word is.
    pub fn touches(self, offset: TextSize) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// True where all of `other` lies inside.
    pub fn contains_range(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// True where both share at least one byte, or one is empty and inside the other.
    pub fn intersects(self, other: TextRange) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
            || (self.is_empty() && other.touches(self.start))
            || (other.is_empty() && self.touches(other.start))
    }

    /// The smallest range that holds both.
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range as an index into a `str`.
    pub fn to_usize(self) -> ops::Range<usize> {
        self.start.to_usize()..self.end.to_usize()
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}..{:?}", self.start, self.end)
    }
}
