//! Lines and columns: between byte offsets and what a client counts in.

use crate::{TextRange, TextSize};

/// What a client counts columns in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes.
    Utf8,
    /// 16-bit code units, the default of LSP.
    Utf16,
    /// Code points.
    Utf32,
}

impl PositionEncoding {
    /// How many units `c` takes.
    pub fn units(self, c: char) -> u32 {
        match self {
            PositionEncoding::Utf8 => c.len_utf8() as u32,
            PositionEncoding::Utf16 => c.len_utf16() as u32,
            PositionEncoding::Utf32 => 1,
        }
    }
}

/// A line and a column, both from 0; the column counts units of some [`PositionEncoding`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Line, from 0.
    pub line: u32,
    /// Units from the start of the line.
    pub col: u32,
}

/// Where the lines of one text begin and which characters are wider than a byte: enough to convert
/// positions without the text itself. Line ends are `\n`, `\r\n` and a lone `\r`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// Start of each line; the first is 0, or where the text begins behind its mark. Never empty.
    starts: Vec<u32>,
    /// End of each line without its line end is `starts[i + 1] - ends[i]`; 0, 1 or 2 bytes.
    end_lens: Vec<u8>,
    /// Offsets and UTF-8 lengths of the characters outside ASCII, in order.
    wide: Vec<(u32, u8)>,
    len: u32,
}

/// The byte order mark.
const MARK: char = '\u{feff}';

/// Line starts, lengths of the line ends, wide characters, and the length of the text.
pub type LineParts<'a> = (&'a [u32], &'a [u8], &'a [(u32, u8)], u32);

impl Default for LineIndex {
    /// The one empty line of the empty text.
    fn default() -> LineIndex {
        LineIndex::new("")
    }
}

impl LineIndex {
    /// The lines of `text`.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let len = bytes.len() as u32;
        let mut index = LineIndex { starts: vec![0], end_lens: Vec::new(), wide: Vec::new(), len };
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            let step = match byte {
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
                b'\n' | b'\r' => 1,
                0..=0x7f => {
                    at += 1;
                    continue;
                }
                _ => {
                    let len = utf8_len(byte);
                    index.wide.push((at as u32, len));
                    at += usize::from(len);
                    continue;
                }
            };
            at += step;
            index.starts.push(at as u32);
            index.end_lens.push(step as u8);
        }
        index.end_lens.push(0);
        index
    }

    /// The lines of `text`, which is the text of this index with `was` replaced by what stands in
    /// `now`. Reads only the lines that these touch.
    ///
    /// # Panics
    /// Where `text` is shorter than that.
    pub fn spliced(&self, text: &str, was: TextRange, now: TextRange) -> LineIndex {
        let (was_end, now_end) = (was.end().raw(), now.end().raw());
        // A `\r` before the replaced part may lose the `\n` behind it, or get one.
        let before = TextSize::new(was.start().raw().saturating_sub(1));
        let first = self.line_of(before) as usize;
        let from = if first == 0 { 0 } else { self.starts[first] };
        // The first line that begins behind what is replaced stays, and whatever follows it.
        let kept = self.starts.partition_point(|it| *it <= was_end);
        let moved = |it: u32| it - was_end + now_end;
        let until = self.starts.get(kept).map_or(text.len() as u32, |it| moved(*it));
        let read = LineIndex::new(&text[from as usize..until as usize]);
        // Behind its last line end, what was read has an empty line of its own, unless it goes on
        // to the end of the text.
        let n_read = read.starts.len() - usize::from(kept < self.starts.len());
        let wide_first = self.wide.partition_point(|it| it.0 < from);
        let wide_kept = match self.starts.get(kept) {
            Some(start) => self.wide.partition_point(|it| it.0 < *start),
            None => self.wide.len(),
        };
        let mut res = LineIndex {
            starts: self.starts[..first].to_vec(),
            end_lens: self.end_lens[..first].to_vec(),
            wide: self.wide[..wide_first].to_vec(),
            len: text.len() as u32,
        };
        res.starts.extend(read.starts[..n_read].iter().map(|it| it + from));
        res.end_lens.extend(&read.end_lens[..n_read]);
        res.wide.extend(read.wide.iter().map(|(at, len)| (at + from, *len)));
        res.starts.extend(self.starts[kept..].iter().map(|it| moved(*it)));
        res.end_lens.extend(&self.end_lens[kept..]);
        res.wide.extend(self.wide[wide_kept..].iter().map(|(at, len)| (moved(*at), *len)));
        res
    }

    /// An index from its parts, as [`LineIndex::parts`] gave them; `None` where they contradict.
    pub fn from_parts(
        starts: Vec<u32>,
        end_lens: Vec<u8>,
        wide: Vec<(u32, u8)>,
        len: u32,
    ) -> Option<LineIndex> {
        let sorted = starts.is_sorted_by(|a, b| a < b) && wide.is_sorted_by(|a, b| a.0 < b.0);
        let ends = starts.iter().skip(1).chain([&len]).zip(&end_lens).zip(&starts);
        let fits = ends
            .into_iter()
            .all(|((end, end_len), start)| start.saturating_add(u32::from(*end_len)) <= *end);
        let wide_fits = wide
            .iter()
            .all(|(at, n)| (2..=4).contains(n) && at.saturating_add(u32::from(*n)) <= len);
        let whole = starts.first() == Some(&0) && starts.len() == end_lens.len();
        (sorted && fits && wide_fits && whole).then_some(LineIndex { starts, end_lens, wide, len })
    }

    /// The lines as an editor counts in them that takes the byte order mark off a `text` it opens:
    /// column 0 is behind it.
    pub fn as_opened(mut self, text: &str) -> LineIndex {
        if text.starts_with(MARK) {
            self.starts[0] = MARK.len_utf8() as u32;
        }
        self
    }

    /// True where the text may begin with a byte order mark.
    pub fn may_have_mark(&self) -> bool {
        self.wide.first() == Some(&(0, MARK.len_utf8() as u8))
    }

    /// Line starts, lengths of the line ends, wide characters, and the length of the text.
    pub fn parts(&self) -> LineParts<'_> {
        (&self.starts, &self.end_lens, &self.wide, self.len)
    }

    /// Number of lines; a text that ends in a line end has an empty last one.
    pub fn n_lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Length of the text.
    pub fn len(&self) -> TextSize {
        TextSize::new(self.len)
    }

    /// True for the empty text.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The line without its line end; `None` beyond the last.
    pub fn line(&self, line: u32) -> Option<TextRange> {
        let start = *self.starts.get(line as usize)?;
        let next = self.starts.get(line as usize + 1).copied().unwrap_or(self.len);
        let end = next - u32::from(*self.end_lens.get(line as usize)?);
        Some(TextRange::new(TextSize::new(start), TextSize::new(end)))
    }

    /// The line that holds `offset`, from 0; an offset beyond the text is on the last line.
    pub fn line_of(&self, offset: TextSize) -> u32 {
        (self.starts.partition_point(|start| *start <= offset.raw()) as u32).saturating_sub(1)
    }

    /// Line and column of `offset`. Inside a line end it is the end of the line; beyond the text,
    /// its end; inside a character, the character's start.
    pub fn line_col(&self, offset: TextSize, encoding: PositionEncoding) -> LineCol {
        let offset = offset.min(self.len());
        let line = self.line_of(offset);
        let range = self.line(line).expect("`line_of` gives a line that exists");
        let end = offset.min(range.end()).raw();
        let start = range.start().raw();
        let mut col = 0;
        let mut ascii_from = start;
        for (at, len) in self.wide_in(range) {
            if end <= at {
                break;
            }
            col += at - ascii_from;
            if end < at + u32::from(len) {
                return LineCol { line, col };
            }
            col += units_of_len(len, encoding);
            ascii_from = at + u32::from(len);
        }
        LineCol { line, col: col + end.saturating_sub(ascii_from) }
    }

    /// The offset of a line and column. A column beyond the line is its end, one inside a character
    /// the character's start, as LSP asks; a line beyond the text is `None`.
    pub fn offset(&self, position: LineCol, encoding: PositionEncoding) -> Option<TextSize> {
        let range = self.line(position.line)?;
        let mut left = position.col;
        let mut at = range.start().raw();
        for (wide_at, len) in self.wide_in(range) {
            let ascii = wide_at - at;
            if left <= ascii {
                break;
            }
            left -= ascii;
            at = wide_at;
            let units = units_of_len(len, encoding);
            if left < units {
                return Some(TextSize::new(at));
            }
            left -= units;
            at += u32::from(len);
        }
        Some(TextSize::new(at.saturating_add(left).min(range.end().raw())))
    }

    fn wide_in(&self, range: TextRange) -> impl Iterator<Item = (u32, u8)> {
        let from = self.wide.partition_point(|(at, _)| *at < range.start().raw());
        self.wide[from..].iter().copied().take_while(move |(at, _)| *at < range.end().raw())
    }
}

/// Bytes of the character that begins with `first`, a byte outside ASCII.
fn utf8_len(first: u8) -> u8 {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    }
}

/// Units of a character of `len` UTF-8 bytes: only four-byte ones are surrogate pairs in UTF-16.
fn units_of_len(len: u8, encoding: PositionEncoding) -> u32 {
    match encoding {
        PositionEncoding::Utf8 => u32::from(len),
        PositionEncoding::Utf16 => 1 + u32::from(len == 4),
        PositionEncoding::Utf32 => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a😀b\r\nçd\rx\n";

    #[track_caller]
    fn check(encoding: PositionEncoding, offset: u32, line: u32, col: u32) {
        let index = LineIndex::new(TEXT);
        let position = LineCol { line, col };
        assert_eq!(index.line_col(TextSize::new(offset), encoding), position);
        assert_eq!(index.offset(position, encoding), Some(TextSize::new(offset)));
    }

    #[test]
    fn columns_count_units_of_the_encoding() {
        check(PositionEncoding::Utf8, 5, 0, 5);
        check(PositionEncoding::Utf16, 5, 0, 3);
        check(PositionEncoding::Utf32, 5, 0, 2);
        check(PositionEncoding::Utf16, 6, 0, 4);
        check(PositionEncoding::Utf16, 10, 1, 1);
    }

    #[test]
    fn every_line_end_of_the_protocol_ends_a_line() {
        let index = LineIndex::new(TEXT);
        let lines: Vec<&str> =
            (0..index.n_lines()).map(|it| &TEXT[index.line(it).unwrap().to_usize()]).collect();
        assert_eq!(lines, ["a😀b", "çd", "x", ""]);
    }

    #[test]
    fn the_empty_text_is_one_empty_line() {
        let index = LineIndex::default();
        assert_eq!(index.n_lines(), 1);
        let start = LineCol { line: 0, col: 0 };
        assert_eq!(index.line_col(TextSize::new(7), PositionEncoding::Utf16), start);
        assert_eq!(index.offset(start, PositionEncoding::Utf16), Some(TextSize::new(0)));
    }

    #[test]
    fn the_lines_of_an_edited_text_are_those_of_the_whole() {
        let pieces = ["", "x", "\n", "\r", "\r\n", "é", "a\nb", "\n\r", "\u{feff}"];
        let at = |it: usize| TextSize::from_usize(it);
        for text in [TEXT, "", "\r\n", "a\r\nb", "\n\n\r", "\u{feff}é\né"] {
            let index = LineIndex::new(text);
            let cuts: Vec<usize> =
                (0..=text.len()).filter(|it| text.is_char_boundary(*it)).collect();
            for (nth, start) in cuts.iter().enumerate() {
                for end in &cuts[nth..] {
                    for piece in pieces {
                        let edited = format!("{}{piece}{}", &text[..*start], &text[*end..]);
                        let was = TextRange::new(at(*start), at(*end));
                        let now = TextRange::new(at(*start), at(start + piece.len()));
                        let spliced = index.spliced(&edited, was, now);
                        assert_eq!(spliced, LineIndex::new(&edited), "{text:?} to {edited:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_position_inside_a_character_is_its_start_and_beyond_a_line_its_end() {
        let index = LineIndex::new(TEXT);
        let utf16 = PositionEncoding::Utf16;
        assert_eq!(index.line_col(TextSize::new(3), utf16), LineCol { line: 0, col: 1 });
        assert_eq!(index.offset(LineCol { line: 0, col: 2 }, utf16), Some(TextSize::new(1)));
        assert_eq!(index.offset(LineCol { line: 0, col: 99 }, utf16), Some(TextSize::new(6)));
        assert_eq!(index.offset(LineCol { line: 9, col: 0 }, utf16), None);
    }

    #[test]
    fn an_editor_counts_from_behind_the_mark() {
        let text = "\u{feff}aä\nb";
        let index = LineIndex::new(text).as_opened(text);
        for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32] {
            for (offset, line, col) in [(3, 0, 0), (4, 0, 1), (7, 1, 0), (8, 1, 1)] {
                let position = LineCol { line, col };
                assert_eq!(index.line_col(TextSize::new(offset), encoding), position);
                assert_eq!(index.offset(position, encoding), Some(TextSize::new(offset)));
            }
            assert_eq!(index.line_col(TextSize::new(0), encoding), LineCol::default());
        }
        let plain = LineIndex::new("中a");
        assert!(plain.may_have_mark());
        assert_eq!(plain.clone().as_opened("中a"), plain);
    }

    #[test]
    fn parts_make_the_same_index_and_nonsense_makes_none() {
        let index = LineIndex::new(TEXT);
        let (starts, ends, wide, len) = index.parts();
        let again = LineIndex::from_parts(starts.to_vec(), ends.to_vec(), wide.to_vec(), len);
        assert_eq!(again, Some(index));
        assert_eq!(LineIndex::from_parts(vec![0, 9], vec![1, 0], vec![], 3), None);
        assert_eq!(LineIndex::from_parts(vec![0, u32::MAX], vec![1, 1], vec![], 3), None);
        assert_eq!(LineIndex::from_parts(vec![0], vec![0], vec![(u32::MAX, 4)], 3), None);
        assert_eq!(LineIndex::from_parts(vec![], vec![], vec![], 0), None);
    }
}
