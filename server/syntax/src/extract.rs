//! From a text to its facts.

use grammars::Language;

use crate::FileFacts;

/// The facts of `text` in `language`. `path` (relative, `/` separated) decides only whether the file
/// holds tests and whether it is a manifest.
pub fn facts(path: &str, text: &str, language: &'static Language) -> FileFacts {
    let _ = (path, text, language);
    todo!()
}

/// The facts of a text in no known language: lines, and chunks of 40 lines; its text, where `path`
/// is that of a manifest.
pub fn facts_of_text(path: &str, text: &str) -> FileFacts {
    let _ = (path, text);
    todo!()
}
