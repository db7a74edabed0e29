//! Dead code: definitions that nothing reaches which is not dead itself.
//!
//! Everything that somebody outside may use counts as alive, and so does all that it uses: exported
//! names, tests, what stands at the top level of a file, what an attribute is on, members that a
//! base may ask for, names that some place writes without anybody knowing what they mean there.

use graph::{Asking, SymbolRef};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::SymbolIdx;
use vfs::FileId;

use super::{Answer, AnswerItem, Limit, Progress, nodes::Node};
use crate::{
    Analysis, Cancellable,
    privates::{is_private, may_be_dead},
};

/// What becomes of exported names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// Somebody outside may use them: they are alive.
    Alive,
    /// Nobody does: they are dead where nothing in the workspace reaches them.
    Judged,
}

/// What dead code is looked for, and how much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadCodeConfig {
    /// What becomes of exported names.
    pub exported: Exported,
    /// Definitions that are told at most.
    pub items_max: usize,
}

/// What the search for dead code knows.
#[derive(Default)]
struct Search {
    /// Definitions that may turn out dead.
    candidates: FxHashSet<SymbolRef>,
    alive: FxHashSet<SymbolRef>,
    /// What each candidate uses.
    uses: FxHashMap<SymbolRef, Vec<SymbolRef>>,
    /// Names that do not resolve somewhere.
    unknown: FxHashSet<String>,
    /// Files in which a candidate could have stood, were its language one that tells.
    n_silent: usize,
}

impl Analysis {
    /// Definitions that nothing alive reaches, by file and place. Only what is certain: where a use
    /// cannot be ruled out there is none in the answer. Looks at the whole workspace.
    ///
    /// # Errors
    /// [`crate::Cancelled`] after a newer edit.
    pub fn dead_code(&self, config: DeadCodeConfig, progress: Progress<'_>) -> Cancellable<Answer> {
        let asking = self.graph().asking();
        let files = self.graph().files();
        let mut search = Search::default();
        for file in &files {
            if asking.is_in_program(*file) {
                self.add_candidates(*file, config.exported, &mut search);
            }
        }
        let mut left = Vec::new();
        for (n, file) in files.iter().enumerate() {
            progress(n, files.len());
            self.add_uses(&asking, *file, &mut search, &mut left)?;
        }
        search.spread(left);
        self.spare_doubtful(&asking, &mut search)?;
        let mut dead: Vec<SymbolRef> =
            search.candidates.difference(&search.alive).copied().collect();
        dead.sort_by_key(|it| (self.path(it.file).map(|it| it.as_str().to_owned()), it.symbol));
        let limit = (config.items_max < dead.len()).then(|| Limit {
            what: "symbols",
            max: config.items_max,
            left_out: dead.len() - config.items_max,
        });
        let used: FxHashSet<SymbolRef> =
            dead.iter().flat_map(|it| search.uses.get(it).into_iter().flatten().copied()).collect();
        dead.truncate(config.items_max);
        let items = dead.iter().filter_map(|it| {
            let why = match used.contains(it) {
                true => "only dead code refers to it",
                false => "nothing refers to it",
            };
            let mut target = self.nav_target(*it)?;
            target.why = why;
            let is_test = self.is_test(Node::from(*it));
            Some(AnswerItem { target, depth: 0, from: None, edge: None, is_test, group: 0 })
        });
        let items: Vec<AnswerItem> = items.collect();
        let coverage = self.coverage(&asking, &[], &items)?;
        let mut notes = Vec::new();
        if 0 < search.n_silent {
            notes.push(format!(
                "{} files are in languages whose packs do not tell what is private: nothing in \
                 them is judged",
                search.n_silent
            ));
        }
        Ok(Answer { items, coverage, limit, notes })
    }

    fn add_candidates(&self, file: FileId, exported: Exported, search: &mut Search) {
        let Some(facts) = self.facts(file) else { return };
        if self.is_declaration_file(file) {
            return;
        }
        let mut is_silent = !facts.symbols.is_empty() && facts.language.is_some();
        for (symbol, it) in facts.symbols() {
            if !may_be_dead(facts, symbol) {
                continue;
            }
            is_silent = false;
            let is_own = is_private(facts, it);
            let judged = exported == Exported::Judged && it.exported;
            if is_own || judged {
                search.candidates.insert(SymbolRef { file, symbol });
            }
        }
        let is_all = facts.language.is_some_and(|it| !it.tells_private());
        let is_code = facts.language.is_some_and(|it| it.modules != grammars::Modules::None);
        search.n_silent += usize::from(is_silent && is_all && is_code);
    }

    /// Notes what a file uses: from inside a candidate as its use, from anywhere else as alive.
    fn add_uses(
        &self,
        asking: &Asking<'_>,
        file: FileId,
        search: &mut Search,
        alive: &mut Vec<SymbolRef>,
    ) -> Cancellable<()> {
        let Some(facts) = self.facts(file) else { return Ok(()) };
        let found = asking.uses_in_file(file, &mut || self.check())?;
        for (within, it) in found.uses {
            if !search.candidates.contains(&it.target) {
                continue;
            }
            let mut around = std::iter::successors(within, |it| facts.symbol(*it).parent);
            let candidate = around.find_map(|symbol: SymbolIdx| {
                let it = SymbolRef { file, symbol };
                search.candidates.contains(&it).then_some(it)
            });
            match candidate {
                Some(candidate) => search.uses.entry(candidate).or_default().push(it.target),
                None => alive.push(it.target),
            }
        }
        let names = found.unknown.into_iter().map(|it| facts.name(it).to_owned());
        search.unknown.extend(names);
        Ok(())
    }

    /// Takes back all of which it is not certain that they are dead.
    fn spare_doubtful(&self, asking: &Asking<'_>, search: &mut Search) -> Cancellable<()> {
        loop {
            let dead: Vec<SymbolRef> =
                search.candidates.difference(&search.alive).copied().collect();
            let mut spared = Vec::new();
            for it in dead {
                self.check()?;
                if self.is_doubtful(asking, it, search) {
                    spared.push(it);
                }
            }
            if spared.is_empty() {
                return Ok(());
            }
            search.spread(spared);
        }
    }

    fn is_doubtful(&self, asking: &Asking<'_>, symbol: SymbolRef, search: &Search) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return true };
        let name = facts.name(facts.symbol(symbol.symbol).name);
        if search.unknown.contains(name) || self.has_attribute(symbol) {
            return true;
        }
        // Another dead definition may use it; then the text of that one holds the name.
        let used_by_dead = search.uses.iter().any(|(from, to)| {
            *from != symbol && to.contains(&symbol) && !search.alive.contains(from)
        });
        !used_by_dead && self.may_be_used(asking, symbol)
    }
}

impl Search {
    /// Makes definitions alive, and all that they use.
    fn spread(&mut self, mut left: Vec<SymbolRef>) {
        while let Some(it) = left.pop() {
            if self.alive.insert(it) {
                left.extend(self.uses.get(&it).into_iter().flatten().copied());
            }
        }
    }
}
