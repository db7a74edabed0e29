//! Ropes, the texts of open documents: converted and edited in place, never copied whole.

use ropey::Rope;

use crate::{EditsError, LineCol, PositionEncoding, TextEdits, TextRange, TextSize};

/// The offset of a line and column in `rope`, clamped as LSP says: a column beyond the line is the
/// line's end, a line beyond the text is the text's end, the middle of a character its start.
pub fn rope_offset(rope: &Rope, position: LineCol, encoding: PositionEncoding) -> TextSize {
    let Some(line) = line_without_end(rope, position.line) else {
        return TextSize::from_usize(rope.len_bytes());
    };
    let mut left = position.col;
    let mut at = line.start().to_usize();
    for c in rope.byte_slice(line.to_usize()).chars() {
        let units = encoding.units(c);
        if left < units {
            break;
        }
        left -= units;
        at += c.len_utf8();
    }
    TextSize::from_usize(at)
}

/// Line and column of `offset` in `rope`. Beyond the text it is the text's end, inside a character
/// the character's start, inside a line end the line's end.
pub fn rope_line_col(rope: &Rope, offset: TextSize, encoding: PositionEncoding) -> LineCol {
    let byte = offset.to_usize().min(rope.len_bytes());
    let line = rope.byte_to_line(byte) as u32;
    let range = line_without_end(rope, line).expect("`byte_to_line` gives a line that exists");
    let end = byte.min(range.end().to_usize());
    let mut at = range.start().to_usize();
    let mut col = 0;
    for c in rope.byte_slice(range.to_usize()).chars() {
        at += c.len_utf8();
        if end < at {
            break;
        }
        col += encoding.units(c);
    }
    LineCol { line, col }
}

/// Replaces `range` of `rope` by `text`.
///
/// # Errors
/// [`EditsError::OutOfText`] where the range reaches beyond the rope or cuts a character; the rope
/// is then as it was.
pub fn edit_rope(rope: &mut Rope, range: TextRange, text: &str) -> Result<(), EditsError> {
    let start = char_at(rope, range.start())?;
    let end = char_at(rope, range.end())?;
    if start < end {
        rope.remove(start..end);
    }
    if !text.is_empty() {
        rope.insert(start, text);
    }
    Ok(())
}

/// Makes all `edits`, which count in `rope` as it is.
///
/// # Errors
/// [`EditsError::OutOfText`] where an edit does not fit; the rope is then as it was.
pub fn edit_rope_all(rope: &mut Rope, edits: &TextEdits) -> Result<(), EditsError> {
    let mut edited = rope.clone();
    // From the end, so that the offsets of the edits still to come stay right.
    for edit in edits.iter().rev() {
        edit_rope(&mut edited, edit.range, &edit.text)?;
    }
    *rope = edited;
    Ok(())
}

/// True where the rope holds exactly `text`.
pub fn rope_is(rope: &Rope, text: &str) -> bool {
    rope.len_bytes() == text.len() && *rope == text
}

fn char_at(rope: &Rope, offset: TextSize) -> Result<usize, EditsError> {
    let char = rope.try_byte_to_char(offset.to_usize());
    let char = char.map_err(|_| EditsError::OutOfText(offset))?;
    if rope.char_to_byte(char) == offset.to_usize() {
        Ok(char)
    } else {
        Err(EditsError::OutOfText(offset))
    }
}

/// The line without its line end; `None` beyond the last.
fn line_without_end(rope: &Rope, line: u32) -> Option<TextRange> {
    let line = line as usize;
    if rope.len_lines() <= line {
        return None;
    }
    let start = rope.line_to_byte(line);
    let mut end = rope.line_to_byte(line + 1);
    if line + 1 < rope.len_lines() {
        let last = rope.byte(end - 1);
        end -= 1;
        if last == b'\n' && start < end && rope.byte(end - 1) == b'\r' {
            end -= 1;
        }
    }
    Some(TextRange::from_usize(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LineIndex, TextEdit};

    const TEXT: &str = "a😀b\r\nçd\rx\n";

    #[test]
    fn positions_agree_with_the_line_index_everywhere() {
        let rope = Rope::from_str(TEXT);
        let index = LineIndex::new(TEXT);
        for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32] {
            for byte in 0..=TEXT.len() + 1 {
                let offset = TextSize::from_usize(byte);
                let position = index.line_col(offset, encoding);
                assert_eq!(rope_line_col(&rope, offset, encoding), position, "byte {byte}");
            }
            for line in 0..index.n_lines() {
                for col in 0..9 {
                    let position = LineCol { line, col };
                    let expected = index.offset(position, encoding).unwrap();
                    assert_eq!(rope_offset(&rope, position, encoding), expected, "{position:?}");
                }
            }
        }
    }

    #[test]
    fn a_line_beyond_the_text_is_its_end() {
        let rope = Rope::from_str(TEXT);
        let position = LineCol { line: 99, col: 0 };
        let offset = rope_offset(&rope, position, PositionEncoding::Utf16);
        assert_eq!(offset, TextSize::of(TEXT));
    }

    #[test]
    fn edits_of_a_rope_are_the_edits_of_its_text() {
        let mut rope = Rope::from_str(TEXT);
        let edit = |start, end, text: &str| TextEdit {
            range: TextRange::from_usize(start, end),
            text: text.to_owned(),
        };
        let edits = TextEdits::new(vec![edit(0, 1, "xyz"), edit(6, 8, "")]).unwrap();
        edit_rope_all(&mut rope, &edits).unwrap();
        assert!(rope_is(&rope, &edits.apply(TEXT).unwrap()));
    }

    #[test]
    fn an_edit_that_cuts_a_character_changes_nothing() {
        let mut rope = Rope::from_str(TEXT);
        let cut = TextRange::from_usize(2, 5);
        let res = edit_rope(&mut rope, cut, "");
        assert_eq!(res, Err(EditsError::OutOfText(TextSize::new(2))));
        let beyond = edit_rope(&mut rope, TextRange::from_usize(0, 99), "");
        assert!(beyond.is_err());
        assert!(rope_is(&rope, TEXT));
    }
}
