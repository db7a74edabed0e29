//! Headers, sizes and lines: what can be seen of a file without knowing what it means.

use tree_sitter::Node;

use crate::{rust::RustFile, tree::Problem};

const FUNCTION_LINES_MAX: usize = 70;
const PARAMETERS_MAX: usize = 5;
const FILE_LINES_MAX: usize = 800;
const LINE_CHARS_MAX: usize = 100;
/// Larger files are rarely source, and every clone pays for them for ever.
const FILE_BYTES_MAX: u64 = 200 * 1024;

/// Large files that are allowed, with the reason.
const LARGE_FILES: &[(&str, &str)] =
    &[("server/models/weights/code-static-256.cemb", "the built-in model is part of the program")];

const SIZE: &str = "style: Size and shape";

/// The first line of a file says what it is for.
pub(crate) fn header(file: &RustFile) -> Option<Problem> {
    let first = file.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//! ").unwrap_or_default();
    let message = match says.split_whitespace().count() {
        0 => "the first line is no `//!` header that says what the file is for",
        1 | 2 => "the `//!` header says too little: what is the file for?",
        _ => return None,
    };
    Some(Problem::new(&file.path, 1, message.to_owned(), "style: Comments"))
}

/// Functions of one screen with few parameters.
pub(crate) fn functions(file: &RustFile) -> Vec<Problem> {
    let mut acc = Vec::new();
    file.each(|node| {
        if !matches!(node.kind(), "function_item" | "function_signature_item") || file.is_test(node)
        {
            return;
        }
        let name = node.child_by_field_name("name").map_or("", |it| file.text_of(it));
        let line = file.line_of(node);
        let lines = node.end_position().row - node.start_position().row + 1;
        if lines > FUNCTION_LINES_MAX {
            let message = format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}");
            acc.push(Problem::new(&file.path, line, message, SIZE));
        }
        let n_parameters = node.child_by_field_name("parameters").map_or(0, parameters);
        if n_parameters > PARAMETERS_MAX {
            let message =
                format!("`{name}` has {n_parameters} parameters, at most {PARAMETERS_MAX}");
            acc.push(Problem::new(&file.path, line, message, SIZE));
        }
    });
    acc
}

/// The receiver counts, as it does for clippy.
fn parameters(list: Node<'_>) -> usize {
    let mut cursor = list.walk();
    let kinds = ["parameter", "self_parameter", "variadic_parameter"];
    list.named_children(&mut cursor).filter(|it| kinds.contains(&it.kind())).count()
}

/// A long file says in its header why it is one.
pub(crate) fn file_size(file: &RustFile) -> Option<Problem> {
    let lines = file.code_lines();
    let mut header = file.text.lines().take_while(|it| it.starts_with("//!"));
    if lines <= FILE_LINES_MAX || header.any(|it| it.contains("Long because")) {
        return None;
    }
    let message = format!(
        "{lines} lines without tests, at most {FILE_LINES_MAX}, \
         or a sentence `Long because …` in the header"
    );
    Some(Problem::new(&file.path, 1, message, SIZE))
}

/// Lines fit a screen beside another. A line that is one long word (a link) and the inside of a raw
/// string (a fixture) stay as they are.
pub(crate) fn long_lines(file: &RustFile) -> Vec<Problem> {
    let mut exempt = Vec::new();
    file.each(|node| {
        if node.kind() == "raw_string_literal" {
            exempt.push(node.start_position().row..=node.end_position().row);
        }
    });
    let is_exempt = |row: usize| exempt.iter().any(|it| it.contains(&row));
    long_text_lines(&file.path, &file.text)
        .into_iter()
        .filter(|it| !is_exempt(it.line - 1))
        .collect()
}

/// The same for a file that is not Rust.
pub(crate) fn long_text_lines(path: &str, text: &str) -> Vec<Problem> {
    let too_long = |line: &str| {
        let n_chars = line.chars().count();
        let longest = line.split_whitespace().map(|it| it.chars().count()).max().unwrap_or(0);
        (n_chars > LINE_CHARS_MAX && longest <= LINE_CHARS_MAX - 20).then_some(n_chars)
    };
    text.lines()
        .enumerate()
        .filter_map(|(row, line)| {
            let message = format!("{} characters, at most {LINE_CHARS_MAX}", too_long(line)?);
            Some(Problem::new(path, row + 1, message, "style: What tidy checks"))
        })
        .collect()
}

/// Files that are too large for a source tree.
pub(crate) fn large_file(path: &str, bytes: u64) -> Option<Problem> {
    if bytes <= FILE_BYTES_MAX || LARGE_FILES.iter().any(|(allowed, _)| *allowed == path) {
        return None;
    }
    let message = format!("{bytes} bytes, at most {FILE_BYTES_MAX}; every clone pays for them");
    Some(Problem::new(path, 1, message, "style: What tidy checks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> RustFile {
        RustFile::parse("server/x/src/a.rs", text.to_owned())
    }

    #[test]
    fn header_must_say_something() {
        assert!(header(&file("//! What a file is for.\nfn a() {}")).is_none());
        assert!(header(&file("//! stub\n")).is_some());
        assert!(header(&file("fn a() {}\n//! What a file is for.")).is_some());
        assert!(header(&file("")).is_some());
    }

    #[test]
    fn long_functions_are_named_with_their_line() {
        let body = "    a();\n".repeat(FUNCTION_LINES_MAX - 1);
        let found = functions(&file(&format!("\nfn long() {{\n{body}}}\n")));
        assert_eq!(
            found[0].to_string().split(" (").next(),
            Some("server/x/src/a.rs:2: `long` has 71 lines, at most 70")
        );
        let body = "    a();\n".repeat(FUNCTION_LINES_MAX - 2);
        assert!(functions(&file(&format!("fn fits() {{\n{body}}}\n"))).is_empty());
        let test = format!("#[test]\nfn long() {{\n{}}}\n", "    a();\n".repeat(90));
        assert!(functions(&file(&test)).is_empty());
    }

    #[test]
    fn the_sixth_parameter_is_one_too_many() {
        let found = functions(&file("trait T { fn a(&self, b: u8, c: u8, d: u8, e: u8, f: u8); }"));
        assert_eq!(found.len(), 1);
        assert!(functions(&file("fn a(a: u8, b: u8, c: u8, d: u8, e: u8) {}")).is_empty());
    }

    #[test]
    fn long_files_need_a_reason_and_tests_do_not_count() {
        let code = "fn a() {}\n".repeat(FILE_LINES_MAX + 1);
        assert!(file_size(&file(&code)).is_some());
        assert!(
            file_size(&file(&format!("//! A table.\n//! Long because it is.\n{code}"))).is_none()
        );
        let tests = format!("#[cfg(test)]\nmod tests {{\n{code}}}\n");
        assert!(file_size(&file(&tests)).is_none());
    }

    #[test]
    fn long_lines_are_found_but_links_and_fixtures_are_let_be() {
        let words = "word ".repeat(21);
        let link = format!("// See https://example.org/{}", "a".repeat(90));
        assert_eq!(long_text_lines("a.lua", &format!("x\n{words}"))[0].line, 2);
        assert!(long_text_lines("a.lua", &link).is_empty());
        assert!(long_lines(&file(&format!("const A: &str = r#\"\n{words}\n\"#;"))).is_empty());
        assert_eq!(long_lines(&file(&format!("// {words}\n"))).len(), 1);
    }

    #[test]
    fn large_files_are_told() {
        assert!(large_file("a.bin", FILE_BYTES_MAX + 1).is_some());
        assert!(large_file("a.rs", FILE_BYTES_MAX).is_none());
    }
}
