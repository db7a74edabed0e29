//! Edges between files, by what they import of each other.

use syntax::Imported;
use text::TextRange;
use vfs::FileId;

use crate::{
    Cancelled, Check, CodeGraph, modules,
    resolve::{Outcome, Resolver, Thing, Want},
};

/// One import of a file, and the files that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileImport {
    /// The file that imports.
    pub from: FileId,
    /// Where in its facts: the index in `imports`.
    pub import: usize,
    /// The statement.
    pub range: TextRange,
    /// The files of the module that is imported, or from which something is: none where that is
    /// outside the workspace, or not known.
    pub to: Vec<FileId>,
    /// The module would have to be in the workspace, and is not there.
    pub is_missing: bool,
}

impl CodeGraph {
    /// The imports of some files and the files they lead to, in order. Costs by the imports of
    /// these files alone.
    ///
    /// # Errors
    /// [`Cancelled`] where `check` says so.
    pub fn file_imports(
        &self,
        files: &[FileId],
        check: Check<'_>,
    ) -> Result<Vec<FileImport>, Cancelled> {
        let res = Resolver::new(self);
        let mut imports = Vec::new();
        for file in files {
            check()?;
            let n_imports = self.facts(*file).map_or(0, |it| it.imports.len());
            imports.extend((0..n_imports).map(|it| file_import(&res, *file, it)));
        }
        Ok(imports)
    }
}

fn file_import(res: &Resolver<'_>, file: FileId, index: usize) -> FileImport {
    let import = &res.facts(file).imports[index];
    let module = match crate::resolve::is_local_export(import) {
        true => Outcome::External,
        false => modules::import_module(res, file, import),
    };
    // What is imported by name may be a module itself: `from . import pay`, `use crate::pay;`.
    let own = match import.name {
        Imported::Name(_) if module != Outcome::External => res.import(file, index, Want::Any),
        _ => Outcome::Unknown,
    };
    let is_module = |it: &Thing| !matches!(it, Thing::Symbol(_));
    let named: Vec<&Thing> =
        own.hits().iter().map(|it| &it.thing).filter(|it| is_module(it)).collect();
    let things = match named.is_empty() {
        true => module.hits().iter().map(|it| &it.thing).collect(),
        false => named,
    };
    let mut to: Vec<FileId> = things.into_iter().flat_map(|it| res.files_of(it)).collect();
    to.sort_unstable();
    to.dedup();
    let is_missing = module == Outcome::Unknown && to.is_empty();
    FileImport { from: file, import: index, range: import.range, to, is_missing }
}
