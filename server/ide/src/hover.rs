//! What to show about the name under the cursor.

use std::fmt::Write as _;

use graph::{Resolution, Resolved, SymbolRef, Target};
use text::TextRange;
use vfs::{FileId, VfsPath};

use crate::{Analysis, Cancellable, FilePosition, Hover};

/// Bytes of a signature or a comment that are shown.
const SHOWN_BYTES_MAX: usize = 4096;
/// Definitions of one name that are shown.
const SHOWN_TARGETS_MAX: usize = 4;

/// Definitions that only bear the name that are shown.
const GUESSES_MAX: usize = 2;

/// What can be said of who uses a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uses {
    /// All files are read.
    Counted,
    /// Files that are not read yet may use it, too.
    Unknown,
}

/// What is known of one definition, as text.
struct Card {
    language: &'static str,
    signature: String,
    doc: String,
    place: String,
    how: String,
    /// What else is known of it, a line each.
    notes: Vec<String>,
}

impl Analysis {
    /// Signature, documentation and how it was resolved.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn hover(&self, position: FilePosition, uses: Uses) -> Cancellable<Option<Hover>> {
        self.check()?;
        let Some(range) = self.name_at(position.file, position.offset) else { return Ok(None) };
        let cards: Vec<Card> = match self.resolved_at(position) {
            Resolved::Targets(targets) => {
                let mut cards = Vec::new();
                for it in targets.iter().take(SHOWN_TARGETS_MAX) {
                    let Some(card) = self.card(it, position) else { continue };
                    cards.push(Card { notes: self.notes_on(it.symbol_ref(), uses)?, ..card });
                }
                cards
            }
            Resolved::Module(files) => {
                files.first().and_then(|it| self.module_card(*it)).into_iter().collect()
            }
            Resolved::Unresolved => self.guess_cards(position)?,
            Resolved::External => return Ok(None),
        };
        if cards.is_empty() {
            return Ok(None);
        }
        let markdown: Vec<String> = cards.iter().map(Card::markdown).collect();
        let plain: Vec<String> = cards.iter().map(Card::plain).collect();
        let (markdown, plain) = (markdown.join("\n\n---\n\n"), plain.join("\n\n"));
        Ok(Some(Hover { markdown, plain, range }))
    }

    /// What a symbol is by itself, as Markdown: its signature and its documentation.
    pub fn description(&self, symbol: SymbolRef) -> Option<String> {
        let facts = self.facts(symbol.file)?;
        let at = facts.symbol(symbol.symbol).name_range.start();
        let target = Target {
            file: symbol.file,
            symbol: symbol.symbol,
            resolution: Resolution::Exact,
            confidence: 1.0,
            why: "",
        };
        let card = self.card(&target, FilePosition { file: symbol.file, offset: at })?;
        Some(card.description())
    }

    fn card(&self, target: &Target, from: FilePosition) -> Option<Card> {
        let symbol = target.symbol_ref();
        let facts = self.facts(symbol.file)?;
        let it = facts.symbol(symbol.symbol);
        let head = TextRange::new(it.range.start(), facts.signature_end(it));
        let signature = self.slice(symbol.file, head).map(|it| tidy_signature(&it));
        let name = facts.name(it.name).to_owned();
        let doc = facts.doc(it).and_then(|it| self.slice(symbol.file, it));
        let is_here = symbol.file == from.file && it.name_range.touches(from.offset);
        let how = match is_here {
            true => String::new(),
            false => format!("{} · {}", target.resolution, target.why),
        };
        Some(Card {
            language: facts.language.map_or("", |it| it.id),
            signature: signature.filter(|it| !it.is_empty()).unwrap_or(name),
            doc: doc.map(|it| plain_comment(&it)).unwrap_or_default(),
            place: self.place(symbol)?,
            how,
            notes: Vec::new(),
        })
    }

    /// Definitions that only bear the name, marked as the guesses they are.
    fn guess_cards(&self, position: FilePosition) -> Cancellable<Vec<Card>> {
        let guesses = self.candidates(position)?;
        let n_guesses = guesses.len();
        let symbols = guesses.iter().filter_map(|it| it.symbol).take(GUESSES_MAX);
        let targets = symbols.map(|it| Target {
            file: it.file,
            symbol: it.symbol,
            resolution: Resolution::Candidate,
            confidence: 0.0,
            why: "by its name only, a guess",
        });
        let mut cards: Vec<Card> = targets.filter_map(|it| self.card(&it, position)).collect();
        if let Some(last) = cards.last_mut().filter(|_| GUESSES_MAX < n_guesses) {
            last.notes.push(format!("{} more bear the name", n_guesses - GUESSES_MAX));
        }
        Ok(cards)
    }

    /// What is known of a symbol besides what it is: who uses it. Further notes join here.
    fn notes_on(&self, symbol: SymbolRef, uses: Uses) -> Cancellable<Vec<String>> {
        let mut notes = Vec::new();
        let is_local = self.facts(symbol.file).is_none_or(|it| it.symbol(symbol.symbol).is_local);
        if is_local || !(self.is_callable(symbol) || self.is_type(symbol)) {
            return Ok(notes);
        }
        if uses == Uses::Unknown {
            notes.push("uses are not counted yet: files are still being read".to_owned());
        } else if let Some(usage) = self.usage(symbol)?
            && let Some(facts) = self.facts(symbol.file)
        {
            notes.push(usage.describe(facts.symbol(symbol.symbol).kind));
        }
        Ok(notes)
    }

    fn module_card(&self, file: FileId) -> Option<Card> {
        let facts = self.facts(file)?;
        let path = self.shown_path(file)?;
        Some(Card {
            language: facts.language.map_or("", |it| it.id),
            signature: path.rsplit('/').next().unwrap_or(&path).to_owned(),
            doc: String::new(),
            place: path,
            how: "exact · module of that path".to_owned(),
            notes: Vec::new(),
        })
    }

    /// `Type::method` and where it is.
    fn place(&self, symbol: SymbolRef) -> Option<String> {
        let facts = self.facts(symbol.file)?;
        let line = facts.lines.line_of(facts.symbol(symbol.symbol).name_range.start()) + 1;
        let path = self.shown_path(symbol.file)?;
        Some(format!("{} · {path}:{line}", self.graph().name_path(symbol)?))
    }

    /// The path below the workspace's root.
    pub(crate) fn shown_path(&self, file: FileId) -> Option<String> {
        Some(self.shown(self.path(file)?))
    }

    /// `path` as people read it: below its folder, with the folder's name where there are several.
    pub(crate) fn shown(&self, path: &VfsPath) -> String {
        let roots = &self.workspace().roots;
        let root = roots.iter().find(|it| path.starts_with(it)).filter(|_| 1 < roots.len());
        match root.and_then(|it| it.file_name()) {
            Some(name) => format!("{name}/{}", self.below_root(path)),
            None => self.below_root(path).to_owned(),
        }
    }

    /// `path` below the workspace's root; whole where it lies outside.
    pub(crate) fn below_root<'a>(&self, path: &'a VfsPath) -> &'a str {
        let inside = self.workspace().roots.iter().find_map(|it| path.relative_to(it));
        inside.unwrap_or(path.as_str())
    }

    fn slice(&self, file: FileId, range: TextRange) -> Option<String> {
        let text = self.text(file)?;
        let slice = text.get(range.to_usize())?;
        let mut end = slice.len().min(SHOWN_BYTES_MAX);
        while !slice.is_char_boundary(end) {
            end -= 1;
        }
        Some(slice[..end].to_owned())
    }
}

impl Card {
    /// The signature and the documentation, as Markdown.
    fn description(&self) -> String {
        // A fence longer than any in the text keeps the text inside it.
        let fence = "`".repeat(3.max(longest_run(&self.signature, '`') + 1));
        let mut res = format!("{fence}{}\n{}\n{fence}\n", self.language, self.signature);
        if !self.doc.is_empty() {
            write!(res, "\n{}\n", self.doc).expect("writing to a string does not fail");
        }
        res
    }

    fn markdown(&self) -> String {
        let mut res = self.description();
        write!(res, "\n`{}`", self.place.replace('`', "'"))
            .expect("writing to a string does not fail");
        if !self.how.is_empty() {
            write!(res, "  \n*{}*", self.how).expect("writing to a string does not fail");
        }
        for note in &self.notes {
            write!(res, "  \n{note}").expect("writing to a string does not fail");
        }
        res
    }

    fn plain(&self) -> String {
        let parts = [&self.signature, &self.doc, &self.place, &self.how];
        let parts: Vec<&str> = parts
            .into_iter()
            .chain(&self.notes)
            .map(|it| it.as_str())
            .filter(|it| !it.is_empty())
            .collect();
        parts.join("\n")
    }
}

/// A signature without the opening of its body and without the indentation it had.
fn tidy_signature(text: &str) -> String {
    let text = text.trim().trim_end_matches(['{', ':', '=', ';']).trim_end();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let indents = rest.iter().filter(|it| !it.trim().is_empty());
    let indent = indents.map(|it| it.len() - it.trim_start().len()).min().unwrap_or(0);
    let rest = rest.iter().map(|it| it.get(indent..).unwrap_or_default());
    let lines: Vec<&str> = std::iter::once(first).chain(rest).collect();
    lines.join("\n")
}

/// A comment without what makes it one.
fn plain_comment(text: &str) -> String {
    let text = text.trim();
    let text = ["\"\"\"", "'''"].iter().fold(text, |it, quotes| {
        it.strip_prefix(quotes).map_or(it, |it| it.strip_suffix(quotes).unwrap_or(it))
    });
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let line = line.strip_suffix("*/").unwrap_or(line);
        let marks = ["/**", "/*!", "/*", "///", "//!", "//", "--", "##", "#", "*"];
        let mark = marks.iter().find_map(|it| line.strip_prefix(it));
        let line = mark.unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n").trim().to_owned()
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|it| it != wanted).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_lose_their_marks() {
        assert_eq!(plain_comment("/// Adds.\n///\n/// Twice."), "Adds.\n\nTwice.");
        assert_eq!(plain_comment("/**\n * Adds.\n */"), "Adds.");
        assert_eq!(plain_comment("\"\"\"Adds.\n\n    Twice.\n    \"\"\""), "Adds.\n\nTwice.");
    }

    #[test]
    fn signatures_lose_their_indentation() {
        assert_eq!(
            tidy_signature("fn a(\n        b: u8,\n    ) -> u8 {"),
            "fn a(\n    b: u8,\n) -> u8"
        );
    }
}
