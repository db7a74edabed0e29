//! Lines: indentation, whole lines of a range, and how deep a text moves.

use text::TextRange;

/// The blanks before the text of the line around `at`; `None` where other text stands before `at`.
pub(super) fn indent_at(text: &str, at: usize) -> Option<&str> {
    let before = &text[line_start(text, at)..at];
    before.trim().is_empty().then_some(before)
}

/// Where the line around `at` begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |it| it + 1)
}

/// Where the line after the one around `at` begins.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |it| at + it + 1)
}

/// What ends a line of the text.
pub(super) fn newline(text: &str) -> &'static str {
    let first = text.find('\n');
    match first {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// `range` with the rest of its lines where nothing but blanks stands there. Of the blank lines
/// around it as many go as stand before it, or all that stand behind.
pub(super) fn whole_lines(text: &str, range: TextRange) -> TextRange {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let Some(indent) = indent_at(text, start) else { return range };
    let mut end_of_lines = next_line(text, end);
    if !text[end..end_of_lines].trim().is_empty() {
        return range;
    }
    let start = start - indent.len();
    let before = text[..start].trim_end_matches([' ', '\t', '\r', '\n']);
    let blank_before = text[before.len()..start].matches('\n').count().saturating_sub(1);
    let opens = before.is_empty() || before.ends_with(['{', ':', '(']);
    let blank_max = if opens { usize::MAX } else { blank_before };
    for _ in 0..blank_max {
        let next = next_line(text, end_of_lines);
        if next == end_of_lines || !text[end_of_lines..next].trim().is_empty() {
            break;
        }
        end_of_lines = next;
    }
    TextRange::from_usize(start, end_of_lines)
}

/// The blanks at the beginning of the line around `at`.
pub(super) fn indent_of(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..at];
    &line[..line.len() - line.trim_start().len()]
}

/// `text`, whose lines but the first are indented by `from`, indented by `to`.
pub(super) fn reindented(text: &str, from: &str, to: &str) -> String {
    let mut res = String::with_capacity(text.len());
    for (nth, line) in text.split_inclusive('\n').enumerate() {
        match line.strip_prefix(from) {
            Some(rest) if nth > 0 && !line.trim().is_empty() => {
                res.push_str(to);
                res.push_str(rest);
            }
            _ => res.push_str(line),
        }
    }
    res
}

/// One step of indentation, as the file's first indented line has it.
pub(super) fn indent_step(text: &str) -> String {
    let mut indents = text.lines().filter(|it| !it.trim().is_empty()).filter_map(|line| {
        let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        // A line of a block comment is indented by one blank more than its block.
        (!blank.is_empty() && !line.trim_start().starts_with('*')).then_some(blank)
    });
    match indents.next() {
        Some(tabs) if tabs.starts_with('\t') => "\t".to_owned(),
        Some(blanks) if blanks.len() <= 8 => blanks.to_owned(),
        _ => "    ".to_owned(),
    }
}

/// `template` with `{key}`s replaced by what belongs there.
pub(super) fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut res = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        res.push_str(&rest[..at]);
        rest = &rest[at..];
        let key = rest.split_once('}').map(|it| &it.0[1..]);
        match values.iter().find(|it| Some(it.0) == key) {
            Some((key, value)) => {
                res.push_str(value);
                rest = &rest[key.len() + 2..];
            }
            None => {
                res.push('{');
                rest = &rest[1..];
            }
        }
    }
    res.push_str(rest);
    res
}
