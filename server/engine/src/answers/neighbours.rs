//! What stands around a symbol: what holds it, who calls it, whom it calls, what tests it.

use ide::{NavTarget, SymbolRef};
use memory::Hit;
use syntax::SymbolKind;
use vfs::{FileId, VfsPath};

use crate::{ReadError, Snapshot};

/// Neighbours of one kind that a hit carries.
pub const NEIGHBOURS_MAX: usize = 4;

/// What stands around one symbol, the surest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours {
    /// The definition around it.
    pub container: Option<NavTarget>,
    /// Who calls it, tests left out; one without a symbol is the top level of its file.
    pub callers: Vec<NavTarget>,
    /// Whom it calls.
    pub callees: Vec<NavTarget>,
    /// The tests that call it.
    pub tests: Vec<NavTarget>,
}

impl Snapshot {
    /// What stands around a hit; nothing where it is no definition.
    ///
    /// # Errors
    /// [`ReadError::Stale`] after an edit.
    pub fn neighbours_of_hit(&self, hit: &Hit) -> Result<Neighbours, ReadError> {
        let symbol =
            self.file_of(&hit.root, &hit.path).and_then(|file| self.symbol_of_hit(file, hit));
        symbol.map_or(Ok(Neighbours::default()), |it| self.neighbours(it))
    }

    /// What stands around `symbol`, at most [`NEIGHBOURS_MAX`] of a kind.
    pub(crate) fn neighbours(&self, symbol: SymbolRef) -> Result<Neighbours, ReadError> {
        let mut res = Neighbours::default();
        let Some(facts) = self.analysis.facts(symbol.file) else { return Ok(res) };
        let it = facts.symbol(symbol.symbol);
        res.container = it.parent.and_then(|parent| {
            self.analysis.nav_target(SymbolRef { file: symbol.file, symbol: parent })
        });
        let is_function =
            matches!(it.kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor);
        if !is_function {
            return Ok(res);
        }
        let callees = self.analysis.callees(symbol)?.into_iter().map(|it| it.target);
        res.callees = callees.take(NEIGHBOURS_MAX).collect();
        let callers = self.analysis.callers(symbol)?.into_iter().map(|it| it.target);
        (res.tests, res.callers) = callers.partition(|it| self.is_test(it));
        res.tests.truncate(NEIGHBOURS_MAX);
        res.callers.truncate(NEIGHBOURS_MAX);
        Ok(res)
    }

    fn is_test(&self, target: &NavTarget) -> bool {
        let Some(facts) = self.analysis.facts(target.file) else { return false };
        facts.is_test || target.symbol.is_some_and(|it| facts.symbol(it.symbol).is_test)
    }

    pub(crate) fn file_of(&self, root: &str, path: &str) -> Option<FileId> {
        self.file(&VfsPath::new(root)?.join(path)).ok()
    }

    /// The definition that a hit is; none for what stands between definitions.
    pub(crate) fn symbol_of_hit(&self, file: FileId, hit: &Hit) -> Option<SymbolRef> {
        let name = hit.symbol.as_deref()?;
        let facts = self.analysis.facts(file)?;
        let around = facts.symbols().filter(|(_, it)| {
            !it.is_local && facts.name(it.name) == name && it.range.intersects(hit.range)
        });
        let symbol = around.min_by_key(|(_, it)| it.range.len())?.0;
        Some(SymbolRef { file, symbol })
    }
}
