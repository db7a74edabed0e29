//! Whether a word can be a name: the language's own grammar says so.

use grammars::Language;
use graph::SymbolRef;
use syntax::FileFacts;
use text::TextRange;

use crate::{Analysis, FileRange, RenameError};

/// Longer names are refused before they are parsed.
const NAME_BYTES_MAX: usize = 256;

impl Analysis {
    /// That the new name is a name in the language of each definition.
    pub(super) fn check_spelling(
        &self,
        family: &[SymbolRef],
        new_name: &str,
    ) -> Result<(), RenameError> {
        for symbol in family {
            let facts = self.facts(symbol.file).ok_or(RenameError::NoSymbol)?;
            let range = facts.symbol(symbol.symbol).name_range;
            self.check_spelling_at(FileRange { file: symbol.file, range }, new_name)?;
        }
        Ok(())
    }

    /// That the file, with the name at a range replaced, has the new name there and no new errors.
    pub(super) fn check_spelling_at(
        &self,
        at: FileRange,
        new_name: &str,
    ) -> Result<(), RenameError> {
        let path = self.path(at.file).ok_or(RenameError::NoSymbol)?;
        let facts = self.facts(at.file).ok_or(RenameError::NoSymbol)?;
        let Some(language) = facts.language else { return Err(RenameError::NoSymbol) };
        if new_name.is_empty() || NAME_BYTES_MAX < new_name.len() {
            return Err(not_a_name(language, new_name));
        }
        let stale = || RenameError::Stale(path.clone());
        let text = self.text(at.file).ok_or_else(stale)?;
        let mut renamed = text.to_string();
        let range = at.range.to_usize();
        if text.get(range.clone()).is_none() {
            return Err(stale());
        }
        renamed.replace_range(range, new_name);
        let after = syntax::facts(path.as_str(), &renamed, language);
        let range = TextRange::at(at.range.start(), text::TextSize::of(new_name));
        if after.errors.len() <= facts.errors.len() && has_name_at(&after, range, new_name) {
            Ok(())
        } else {
            Err(not_a_name(language, new_name))
        }
    }
}

/// A word of the language is a keyword where it cannot be a name; anything else is no name at all.
fn not_a_name(language: &'static Language, name: &str) -> RenameError {
    let (name, language_name) = (name.to_owned(), language.name);
    if is_word_of(language, &name) {
        RenameError::Keyword { name, language: language_name }
    } else {
        RenameError::NotAnIdentifier { name, language: language_name }
    }
}

/// Whether the grammar writes the word literally.
fn is_word_of(language: &Language, word: &str) -> bool {
    let grammar = language.grammar();
    let kinds = 0..u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
    let mut words = kinds.filter(|it| !grammar.node_kind_is_named(*it));
    word.chars().all(char::is_alphanumeric)
        && words.any(|it| grammar.node_kind_for_id(it) == Some(word))
}

fn has_name_at(facts: &FileFacts, range: TextRange, name: &str) -> bool {
    let defined = facts.symbols.iter().any(|it| {
        let shown = it.name_range;
        shown.end() == range.end() && range.contains_range(shown) && facts.name(it.name) == name
    });
    let imported = || {
        let mut locals = facts.imports.iter().filter_map(|it| it.local);
        locals.any(|(local, at)| at == range && facts.name(local) == name)
    };
    defined || imported()
}
