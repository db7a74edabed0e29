//! What a value depends on, and whether it may be evaluated elsewhere.

use graph::{Resolved, SymbolRef};
use syntax::{Node, ReferenceKind, SymbolKind};

use super::source::{Source, children, range_of, stands_at, walk};
use crate::Analysis;

/// How freely a value can be moved, freest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nature {
    /// It is the same wherever and however often it is evaluated.
    Stable,
    /// What something else does may change it.
    Reads,
    /// It does something.
    Effects,
}

impl Analysis {
    /// The nature of what is written in `node`.
    pub(super) fn nature(&self, source: &Source<'_>, node: Node<'_>) -> Nature {
        let mut res = Nature::Stable;
        walk(node, &mut |it| {
            if source.rules.effects.contains(&it.kind()) {
                res = Nature::Effects;
            } else if source.rules.reads.contains(&it.kind()) {
                res = res.max(Nature::Reads);
            }
            // What a closure does, it does when it is called.
            res != Nature::Effects && !source.rules.functions.contains(&it.kind())
        });
        if res == Nature::Stable && self.reads_variables(source, node) {
            return Nature::Reads;
        }
        res
    }

    /// Whether a name in `node` stands for something that is given values more than once.
    fn reads_variables(&self, source: &Source<'_>, node: Node<'_>) -> bool {
        let range = range_of(node);
        let inside = source.facts.references().filter(|it| range.contains_range(it.1.range()));
        for (reference, _) in inside {
            match self.graph().resolve(source.file, reference) {
                Resolved::Targets(targets) => {
                    if targets.iter().any(|it| self.is_changed(source, it.symbol_ref())) {
                        return true;
                    }
                }
                Resolved::Unresolved => return true,
                Resolved::Module(_) | Resolved::External => {}
            }
        }
        false
    }

    /// Whether a symbol may have another value later.
    pub(super) fn is_changed(&self, source: &Source<'_>, symbol: SymbolRef) -> bool {
        let Some(facts) = self.facts(symbol.file) else { return true };
        let it = facts.symbol(symbol.symbol);
        match it.kind {
            SymbolKind::Variable | SymbolKind::Parameter if it.is_local => {}
            SymbolKind::Variable | SymbolKind::Field | SymbolKind::Property => return true,
            _ => return false,
        }
        if symbol.file != source.file {
            return true;
        }
        let declared = source.around(it.name_range).and_then(|it| it.parent());
        if declared.is_some_and(|it| is_marked_mutable(source, it)) {
            return true;
        }
        let uses = facts.references().filter(|used| used.1.name() == it.name);
        uses.filter(|used| is_writing(source, used.1)).any(|(reference, _)| {
            let resolved = self.graph().resolve(symbol.file, reference);
            resolved.targets().iter().any(|it| it.symbol_ref() == symbol)
        })
    }

    /// Whether `node`, evaluated before its whole statement, gives what it gives now. `way` leads
    /// from it to the statement. The error says what stands against it.
    pub(super) fn is_first(&self, source: &Source<'_>, way: &[Node<'_>]) -> Result<(), String> {
        self.is_first_as(source, way, self.nature(source, way[0]))
    }

    /// The same for another value of that nature in the place of the first node of `way`.
    pub(super) fn is_first_as(
        &self,
        source: &Source<'_>,
        way: &[Node<'_>],
        nature: Nature,
    ) -> Result<(), String> {
        for step in way.windows(2) {
            let [child, parent] = [step[0], step[1]];
            if !stands_at(parent, child, source.rules.evaluated) {
                return Err(format!(
                    "it is not evaluated exactly once, before all else, at line {}",
                    source.line(range_of(parent))
                ));
            }
            let before = children(parent, source.language);
            let before = before.into_iter().take_while(|it| it.id() != child.id());
            let before: Vec<Node<'_>> = before.collect();
            if !before.is_empty() && has_lazy(source, parent, &before) {
                return Err("it is evaluated under a condition only".to_owned());
            }
            for earlier in before {
                let other = self.nature(source, earlier);
                // The name of what is called is looked up first, but calls do not change it.
                let is_callee = stands_at(parent, earlier, source.rules.not_as);
                let conflicts = match nature {
                    Nature::Stable => false,
                    Nature::Reads => other == Nature::Effects,
                    Nature::Effects if is_callee => other == Nature::Effects,
                    Nature::Effects => other != Nature::Stable,
                };
                if conflicts {
                    let what = short(source.of(earlier));
                    return Err(format!("`{what}` is evaluated before it, and that may matter"));
                }
            }
        }
        Ok(())
    }
}

/// Whether a use gives the variable a value, or lends it to something that may.
fn is_writing(source: &Source<'_>, it: &syntax::Reference) -> bool {
    if it.kind() == ReferenceKind::Write {
        return true;
    }
    let Some(node) = source.around(it.range()) else { return true };
    let Some(parent) = node.parent() else { return false };
    source.rules.effects.contains(&parent.kind())
        && stands_at(parent, node, source.rules.not_as)
        && it.kind() != ReferenceKind::Call
}

/// Whether a declaration says that its variable changes.
fn is_marked_mutable(source: &Source<'_>, declaration: Node<'_>) -> bool {
    let inner = children(declaration, source.language);
    inner.iter().any(|it| source.rules.mutable.contains(&it.kind()))
}

fn has_lazy(source: &Source<'_>, parent: Node<'_>, before: &[Node<'_>]) -> bool {
    let lazy = source.rules.lazy_operators;
    let mut cursor = parent.walk();
    if parent.children(&mut cursor).any(|it| lazy.contains(&it.kind())) {
        return true;
    }
    let mut found = false;
    for it in before {
        walk(*it, &mut |it| {
            found |= it.is_named() && lazy.contains(&it.kind());
            !found
        });
    }
    found
}

/// The beginning of a text, on one line.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}
