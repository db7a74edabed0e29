//! Structural search and replace: every match of a pattern with holes becomes something else.

use std::{borrow::Cow, collections::BTreeSet};

use ast_grep_core::{
    Language as Patterns, Pattern, PatternError,
    matcher::PatternBuilder,
    tree_sitter::{LanguageExt, StrDoc, TSLanguage},
};
use grammars::Language;
use text::{TextEdit, TextEdits, TextRange};
use vfs::{SourceChange, VfsPath};

use super::{RefactorError, Refactored, Refactoring, refused, value::short};
use crate::{Analysis, FileRange};

/// Matches of one rewrite; more are refused.
const MATCHES_MAX: usize = 10_000;
/// Bytes of a pattern, and of what takes its place.
const PATTERN_BYTES_MAX: usize = 8 * 1024;
/// Nodes inside each other in a pattern: it is matched by recursion.
const PATTERN_DEPTH_MAX: usize = 200;
/// What a comment begins with that asks for a rewrite.
const COMMENT: &str = "aios:rewrite ";
/// What separates pattern and replacement there.
const ARROW: &str = " ==> ";

/// What becomes what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Code with holes: `$A` for one node, `$$$A` for any number.
    pub pattern: String,
    /// What it becomes, with the same holes.
    pub replacement: String,
    /// The id of its language.
    pub language: String,
    /// Only this file, or what is below this folder.
    pub below: Option<VfsPath>,
}

/// A language as the matcher wants it.
#[derive(Clone)]
struct Grammar(&'static Language);

impl Patterns for Grammar {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        match self.expando_char() {
            '$' => Cow::Borrowed(query),
            expando => Cow::Owned(with_expando(query, expando)),
        }
    }

    fn expando_char(&self) -> char {
        self.0.pattern_char.chars().next().unwrap_or('$')
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.0.grammar().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.0.grammar().field_id_for_name(field).map(|it| it.get())
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|text| StrDoc::try_new(text, self.clone()))
    }
}

impl LanguageExt for Grammar {
    fn get_ts_language(&self) -> TSLanguage {
        self.0.grammar()
    }
}

/// `query` with the `$`s that begin a hole replaced.
fn with_expando(query: &str, expando: char) -> String {
    let mut res = String::with_capacity(query.len());
    let mut n_dollars = 0;
    let end = |res: &mut String, n: &mut usize, next: Option<char>| {
        let is_hole = matches!(next, Some('A'..='Z' | '_')) || *n == 3;
        res.extend(std::iter::repeat_n(if is_hole { expando } else { '$' }, *n));
        *n = 0;
    };
    for it in query.chars() {
        if it == '$' {
            n_dollars += 1;
            continue;
        }
        end(&mut res, &mut n_dollars, Some(it));
        res.push(it);
    }
    end(&mut res, &mut n_dollars, None);
    res
}

/// That the pattern is no larger and no deeper than can be matched.
fn check_size(rewrite: &Rewrite, grammar: &Grammar) -> Refactored<()> {
    if PATTERN_BYTES_MAX < rewrite.pattern.len().max(rewrite.replacement.len()) {
        return refused(format!("a pattern has at most {PATTERN_BYTES_MAX} bytes"));
    }
    let text = grammar.pre_process_pattern(&rewrite.pattern);
    let Some(tree) = syntax::tree(&text, grammar.0) else {
        return refused(format!("`{}` cannot be parsed", short(&rewrite.pattern)));
    };
    let mut cursor = tree.walk();
    let mut depth = 1;
    loop {
        if PATTERN_DEPTH_MAX < depth {
            return refused(format!("a pattern is at most {PATTERN_DEPTH_MAX} nodes deep"));
        }
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
            depth -= 1;
        }
    }
}

impl Analysis {
    /// Rewrites every match in the indexed files of the language. What the code does may change:
    /// that is the point.
    ///
    /// # Errors
    /// Where the pattern cannot be read, matches nothing or too much.
    pub fn rewrite(&self, rewrite: &Rewrite) -> Refactored<Refactoring> {
        self.check()?;
        let Some(language) = grammars::language(&rewrite.language) else {
            return refused(unknown_language(&rewrite.language));
        };
        let grammar = Grammar(language);
        check_size(rewrite, &grammar)?;
        let pattern = Pattern::try_new(&rewrite.pattern, grammar.clone());
        let pattern = match pattern {
            Ok(pattern) if !pattern.has_error() => pattern,
            Ok(_) => {
                let name = language.name;
                let pattern = short(&rewrite.pattern);
                return refused(format!("`{pattern}` is not {name} that parses"));
            }
            Err(error) => return refused(words_of(&error, &short(&rewrite.pattern))),
        };
        check_holes(&pattern, &rewrite.replacement)?;
        let fixed = pattern.fixed_string().into_owned();
        let (mut change, mut n_matches) = (SourceChange::default(), 0);
        for file in self.graph().files() {
            self.check()?;
            let Some(path) = self.path(file).filter(|it| is_wanted(it, rewrite)) else { continue };
            if self.facts(file).and_then(|it| it.language) != Some(language)
                || self.workspace().skipped.contains_key(path)
            {
                continue;
            }
            let text = self.text(file).ok_or_else(|| RefactorError::Stale(path.clone()))?;
            if !text.contains(&fixed) {
                continue;
            }
            let edits = edits(&text, &grammar, &pattern, &rewrite.replacement);
            n_matches += edits.len();
            if MATCHES_MAX < n_matches {
                return refused(format!("more than {MATCHES_MAX} places match: narrow it down"));
            }
            if !edits.is_empty() {
                let edits =
                    TextEdits::new(edits).map_err(|_| RefactorError::Stale(path.clone()))?;
                change.edits.insert(path.clone(), edits);
            }
        }
        let n_files = change.edits.len();
        if n_matches == 0 {
            return refused(format!("nothing matches `{}`", short(&rewrite.pattern)));
        }
        let places = match n_matches {
            1 => "1 place matches".to_owned(),
            n => format!("{n} places match"),
        };
        let files = if n_files == 1 { "file" } else { "files" };
        Ok(Refactoring {
            title: format!(
                "Rewrite `{}` to `{}`",
                short(&rewrite.pattern),
                short(&rewrite.replacement)
            ),
            reason: format!("{places} the pattern, in {n_files} {files}"),
            change,
            ..Refactoring::default()
        })
    }

    /// What a comment at a range asks to rewrite.
    pub(crate) fn rewrite_at(&self, at: FileRange) -> Option<Rewrite> {
        let facts = self.facts(at.file)?;
        let language = facts.language?;
        let line = facts.lines.line(facts.lines.line_of(at.range.start()))?;
        let text = self.text(at.file)?;
        let (_, asked) = text.get(line.to_usize())?.split_once(COMMENT)?;
        let end = language.block_comment.map_or("\u{0}", |it| it.1);
        let asked = asked.trim_end().trim_end_matches(end);
        let (pattern, replacement) = asked.split_once(ARROW)?;
        Some(Rewrite {
            pattern: pattern.trim().to_owned(),
            replacement: replacement.trim().to_owned(),
            language: language.id.to_owned(),
            below: None,
        })
    }
}

/// The edits of one text; of matches inside each other the outermost.
fn edits(text: &str, grammar: &Grammar, pattern: &Pattern, replacement: &str) -> Vec<TextEdit> {
    let root = grammar.ast_grep(text);
    let node = root.root();
    let mut res: Vec<TextEdit> = Vec::new();
    let mut end = 0;
    for found in node.find_all(pattern) {
        let range = found.range();
        // A comment that asks for the rewrite is no match of it, nor is what lies inside a match.
        if range.start < end {
            continue;
        }
        let edit = found.make_edit(pattern, &replacement);
        let new = String::from_utf8_lossy(&edit.inserted_text).into_owned();
        let old = TextRange::from_usize(edit.position, edit.position + edit.deleted_length);
        end = old.end().to_usize().max(range.end);
        if text.get(old.to_usize()) != Some(new.as_str()) {
            res.push(TextEdit { range: old, text: new });
        }
    }
    res
}

fn is_wanted(path: &VfsPath, rewrite: &Rewrite) -> bool {
    rewrite.below.as_ref().is_none_or(|it| path == it || path.starts_with(it))
}

/// That every hole of the replacement is filled by the pattern.
fn check_holes(pattern: &Pattern, replacement: &str) -> Refactored<()> {
    let defined = pattern.defined_vars();
    let mut missing = BTreeSet::new();
    for (at, _) in replacement.match_indices('$') {
        let rest = &replacement[at + 1..];
        let name: String = rest
            .chars()
            .take_while(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || *it == '_')
            .collect();
        let is_name = name.starts_with(|it: char| it.is_ascii_uppercase() || it == '_');
        if is_name && !defined.contains(name.as_str()) {
            missing.insert(name);
        }
    }
    match missing.into_iter().next() {
        Some(name) => refused(format!("`${name}` of the replacement is not in the pattern")),
        None => Ok(()),
    }
}

fn unknown_language(asked: &str) -> String {
    let known: Vec<&str> = grammars::LANGUAGES.iter().map(|it| it.id).collect();
    format!("there is no language `{asked}`: {}", known.join(", "))
}

fn words_of(error: &PatternError, pattern: &str) -> String {
    match error {
        PatternError::MultipleNode(_) => {
            format!("`{pattern}` is more than one piece of code: write one expression or statement")
        }
        PatternError::NoContent(_) => "the pattern is empty".to_owned(),
        PatternError::RootMultiMetaVar(_) => {
            format!("`{pattern}` alone matches everything: put it into something")
        }
        other => other.to_string(),
    }
}
