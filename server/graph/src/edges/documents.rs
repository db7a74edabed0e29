//! Edges from documentation to what it mentions.

use syntax::{DocLink, SymbolIdx, SymbolKind, segments};
use vfs::FileId;

use super::{Edge, End, Evidence, How};
use crate::{
    Cancelled, Check, CodeGraph, EdgeKind, Resolution, SymbolRef,
    resolve::{Outcome, Place, Resolver, Thing, Want},
};

/// Why a symbol's own comment documents it.
const OWN: How = How::exact("its own documentation");
/// Why a text that no scope leads from documents a symbol.
const BY_NAME: How =
    How { resolution: Resolution::Candidate, why: "the only definition of that name" };

impl CodeGraph {
    /// The edges from the documentation of one symbol, or from what documents no symbol of a file.
    pub(super) fn documents_from(
        &self,
        res: &Resolver<'_>,
        file: FileId,
        symbol: Option<SymbolIdx>,
    ) -> Vec<Edge> {
        let facts = res.facts(file);
        let own = facts.doc_links.iter().filter(|it| source_of(res, file, it) == symbol);
        own.flat_map(|it| self.link_edges(res, file, it)).collect()
    }

    /// The edges from whatever documentation mentions a symbol.
    pub(super) fn documents_into(
        &self,
        res: &Resolver<'_>,
        symbol: SymbolRef,
        check: Check<'_>,
    ) -> Result<Vec<Edge>, Cancelled> {
        let to = End::Symbol(symbol);
        let mut edges = Vec::new();
        if let Some(range) = res.facts(symbol.file).doc(res.symbol(symbol)) {
            let ends = (End::File(symbol.file), to);
            let evidence = Evidence { file: symbol.file, range };
            edges.push(Edge::found(EdgeKind::Documents, ends, OWN, evidence));
        }
        let name = res.name(symbol);
        for file in self.mentioning(name) {
            check()?;
            let facts = res.facts(*file);
            if facts.doc_links.is_empty() {
                continue;
            }
            let Some(id) = facts.names.find(name) else { continue };
            let named = facts.doc_links.iter().filter(|it| it.name == id);
            edges.extend(
                named.flat_map(|it| self.link_edges(res, *file, it)).filter(|it| it.to == to),
            );
        }
        Ok(edges)
    }

    fn link_edges(&self, res: &Resolver<'_>, file: FileId, link: &DocLink) -> Vec<Edge> {
        let from = match source_of(res, file, link) {
            Some(symbol) => End::Symbol(SymbolRef { file, symbol }),
            None => End::File(file),
        };
        let evidence = Evidence { file, range: link.range };
        let edge = |(to, how): (SymbolRef, How)| {
            Edge::found(EdgeKind::Documents, (from, End::Symbol(to)), how, evidence)
        };
        let to = self.linked(res, file, link).into_iter();
        to.filter(|it| End::Symbol(it.0) != from).map(edge).collect()
    }

    /// What a link means: by scope from where the documented symbol stands, as a member of its
    /// type, else the only definition that could be meant.
    fn linked(&self, res: &Resolver<'_>, file: FileId, link: &DocLink) -> Vec<(SymbolRef, How)> {
        let facts = res.facts(file);
        let path = facts.name(link.path);
        if let Some(symbol) = link.symbol {
            let outcome = from_symbol(res, SymbolRef { file, symbol }, path);
            if outcome != Outcome::Unknown && outcome != Outcome::External {
                let hits = outcome.hits().iter();
                let symbols = hits.filter_map(|hit| match hit.thing {
                    Thing::Symbol(it) => Some((it, How::of_hit(hit))),
                    _ => None,
                });
                // A parameter hides what bears its name outside, and is nobody's end itself.
                return symbols.filter(|it| !res.symbol(it.0).is_local).collect();
            }
        }
        let mut found = self.definitions_at_path(&segments(path).collect::<Vec<_>>().join("::"));
        found.retain(|it| {
            let kind = res.symbol(*it).kind;
            !matches!(kind, SymbolKind::Key | SymbolKind::Heading | SymbolKind::Selector)
        });
        match found[..] {
            [one] => vec![(one, BY_NAME)],
            _ => Vec::new(),
        }
    }
}

/// The symbol that a link is written at: the documented one, or the heading above.
fn source_of(res: &Resolver<'_>, file: FileId, link: &DocLink) -> Option<SymbolIdx> {
    link.symbol.or_else(|| res.facts(file).symbol_around(link.range.start()))
}

fn from_symbol(res: &Resolver<'_>, documented: SymbolRef, path: &str) -> Outcome {
    let symbol = res.symbol(documented);
    let scope = symbol.inner.unwrap_or(symbol.scope);
    let mut names = segments(path);
    let first = names.next().unwrap_or(path);
    let place = Place::new(documented.file, scope, Some(symbol.range.end()));
    let has_more = names.clone().next().is_some();
    let mut at = Outcome::Unknown;
    if has_more {
        at = res.bare(place, first, Want::Container);
    }
    if at.hits().is_empty() {
        at = res.bare(place, first, Want::Any);
    }
    if at.hits().is_empty() {
        // The type around, or the documented type itself.
        let around = res.owner_types(documented.file, symbol.name_range.start());
        for owner in around {
            let found = res.member(&owner, first, Want::Any, documented.file);
            if !found.hits().is_empty() {
                at = found;
                break;
            }
        }
    }
    for name in names {
        let Outcome::Hits(hits) = at else { return at };
        let next = hits.iter().map(|it| res.member(&it.thing, name, Want::Any, documented.file));
        at = next.into_iter().find(|it| !it.hits().is_empty()).unwrap_or(Outcome::Unknown);
    }
    at
}
