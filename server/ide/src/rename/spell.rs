//! Whether a word can be a name: the language's keywords and its own grammar say so.

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
        if language.keywords.contains(&new_name) {
            let (name, language) = (new_name.to_owned(), language.name);
            return Err(RenameError::Keyword { name, language });
        }
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

fn not_a_name(language: &'static Language, name: &str) -> RenameError {
    RenameError::NotAnIdentifier { name: name.to_owned(), language: language.name }
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
