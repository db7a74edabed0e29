//! From the words of whoever asks to a symbol of a snapshot.

use ide::{FilePosition, SymbolRef};
use vfs::{FileId, VfsPath};

use crate::{Place, ReadError, Snapshot};

/// Symbols of one name that a refusal lists.
const LISTED_MAX: usize = 5;

impl Snapshot {
    /// The position that is meant.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where it is in no file, in another version of it, or the name of no
    /// symbol or of several.
    pub fn place(&self, place: &Place) -> Result<FilePosition, ReadError> {
        match place {
            Place::Offset(position) => Ok(*position),
            Place::Position { path, position, encoding, version } => {
                let file = self.unchanged_file(path, *version)?;
                Ok(FilePosition { file, offset: self.offset(file, *position, *encoding)? })
            }
            Place::Symbol(name) => {
                let symbol = self.symbol_named(name)?;
                let position = self.analysis.position_of(symbol);
                let unnamed = || ReadError::Refused(format!("`{name}` has no name to change"));
                position.ok_or_else(unnamed)
            }
        }
    }

    /// The file, where it is what the client saw.
    ///
    /// # Errors
    /// [`ReadError::Refused`] where it is open in another version.
    pub(crate) fn unchanged_file(
        &self,
        path: &VfsPath,
        version: Option<i32>,
    ) -> Result<FileId, ReadError> {
        let file = self.file(path)?;
        let open = self.vfs.overlay(file).map(|it| it.version);
        if version.is_some() && version != open {
            let why = format!("{path}: edited since the action was offered");
            return Err(ReadError::Refused(why));
        }
        Ok(file)
    }

    /// The symbol that is meant: the one that is named at a place, else the one around it.
    ///
    /// # Errors
    /// As [`Snapshot::place`], and where there is no symbol.
    pub fn symbol_of(&self, place: &Place) -> Result<SymbolRef, ReadError> {
        let position = self.place(place)?;
        if let Some(symbol) = self.analysis.symbols_at(position)?.first() {
            return Ok(*symbol);
        }
        let FilePosition { file, offset } = position;
        let around = self.analysis.facts(file).and_then(|it| it.symbol_around(offset));
        let nothing = || ReadError::Refused(format!("{}: no symbol there", self.vfs.path(file)));
        around.map(|symbol| SymbolRef { file, symbol }).ok_or_else(nothing)
    }

    /// The one symbol of this name path.
    fn symbol_named(&self, name: &str) -> Result<SymbolRef, ReadError> {
        let analysis = &self.analysis;
        match analysis.graph().definitions_at_path(name).as_slice() {
            [] => Err(ReadError::Refused(format!("there is no symbol `{name}`"))),
            [symbol] => Ok(*symbol),
            several => {
                let places = several.iter().take(LISTED_MAX).filter_map(|it| {
                    let target = analysis.nav_target(*it)?;
                    let path = analysis.path(target.file)?;
                    let facts = analysis.facts(target.file)?;
                    Some(format!("{path}:{}", facts.lines.line_of(target.name_range.start()) + 1))
                });
                let places: Vec<String> = places.collect();
                let (n, places) = (several.len(), places.join(", "));
                Err(ReadError::Refused(format!("`{name}` names {n} symbols: {places}")))
            }
        }
    }
}
