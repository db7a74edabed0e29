//! What tells functions of one name apart: the types of parameters as written, and what is known of
//! the types of arguments.

use crate::{
    Argument, Given, ReferenceIdx, SymbolIdx, WrittenType,
    extract::{
        definitions::Definition,
        symbols::Draft,
        uses::{Before, Uses},
    },
    names::{Interner, unnumbered},
    raw::{Shows, Source, Span},
};

/// What is needed to name types.
pub(crate) struct Overloading<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) names: &'a mut Interner,
}

impl Overloading<'_> {
    /// The types that symbols are declared with, in the order of the symbols; none where types tell
    /// nothing apart.
    pub(crate) fn written_types(
        &mut self,
        draft: &Draft,
        definitions: &[Definition],
    ) -> Vec<WrittenType> {
        if !self.source.language.overloads.by_types() {
            return Vec::new();
        }
        let mut res = Vec::new();
        for (index, definition) in draft.definition_of.iter().enumerate() {
            let it = &definitions[*definition as usize];
            let Some(node) = it.type_node else { continue };
            let rest = self.rest_between(node, it.name);
            let written = plain_type(self.source.text_of(node)) + rest;
            let name = unnumbered(self.names.intern(&written));
            res.push(WrittenType { symbol: SymbolIdx::new(index), name });
        }
        res
    }

    /// What between a type and the name of its parameter says that it takes all that is left.
    fn rest_between(&self, node: Span, name: Span) -> &'static str {
        let between = Span { start: node.end, end: name.start };
        let between = self.source.text_of(between);
        let mut marks = self.source.language.overloads.rest.iter();
        marks.find(|it| between.contains(**it)).copied().unwrap_or_default()
    }

    /// What calls are given, in the order of the calls.
    pub(crate) fn arguments(
        &mut self,
        uses: &mut Uses,
        reference_of: &[Option<ReferenceIdx>],
    ) -> Vec<Argument> {
        let mut given = std::mem::take(&mut uses.arguments);
        given.sort_by_key(|it| it.0);
        let mut res = Vec::with_capacity(given.len());
        for (callee, argument) in given {
            let Some(call) = reference_of[callee as usize] else { continue };
            let of = |leaf: u32| reference_of[leaf as usize];
            let given = match argument.shows {
                Shows::NoPrimitive => Given::NoPrimitive,
                Shows::Literal(name) => self.named(name.to_owned()),
                Shows::Type => self.named(plain_type(self.source.text_of(argument.span))),
                Shows::ArrayOf => self.named(plain_type(self.source.text_of(argument.span)) + "[]"),
                Shows::Value => match uses.value_at(argument.span) {
                    Before::Leaf(leaf) => of(leaf).map_or(Given::Unknown, Given::Value),
                    Before::Call(leaf) => of(leaf).map_or(Given::Unknown, Given::Result),
                    Before::Element(leaf) => of(leaf).map_or(Given::Unknown, Given::Element),
                    Before::Nothing
                    | Before::Opaque
                    | Before::Span(_)
                    | Before::Many(_)
                    | Before::ManyOfCalls(_)
                    | Before::ElementOfCall(_) => Given::Unknown,
                },
            };
            res.push(Argument { call, given });
        }
        res
    }

    fn named(&mut self, name: String) -> Given {
        Given::Type(unnumbered(self.names.intern(&name)))
    }
}

/// A type as it is compared: without spaces, without what stands in angle brackets, without the
/// path before its last name.
fn plain_type(written: &str) -> String {
    let mut depth = 0_u32;
    let mut res = String::new();
    for c in written.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '.' | ':' if depth == 0 => res.clear(),
            _ if depth != 0 || c.is_whitespace() => {}
            _ => res.push(c),
        }
    }
    res
}
