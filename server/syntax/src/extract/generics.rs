//! The types that other types are given or put together from: `T` of `Vec<T>`, `A` of `(A, B)`.

use grammars::Capture;

use crate::{
    TypeArgument,
    extract::{symbols::Links, uses::find},
    raw::{Captured, Span},
};

/// A type, and one that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Given {
    of: Span,
    argument: Span,
}

/// What is said of types, sorted by what it is.
#[derive(Debug, Default)]
pub(crate) struct Types {
    /// What types are given.
    pub(crate) given: Vec<Given>,
    /// What they are put together from.
    pub(crate) parts: Vec<Given>,
    /// What they are one of, or all at once.
    pub(crate) choices: Vec<Given>,
}

impl Types {
    /// Takes down what a match says.
    pub(crate) fn take(&mut self, captured: &[Captured]) {
        let lists = [
            (&mut self.given, Capture::TypeOf, Capture::TypeArgument),
            (&mut self.parts, Capture::TypeParts, Capture::TypePart),
            (&mut self.choices, Capture::TypeChoices, Capture::TypeChoice),
        ];
        for (list, whole, part) in lists {
            let Some(of) = find(captured, whole) else { continue };
            let parts = captured.iter().filter(|it| it.capture == part);
            list.extend(parts.map(|it| Given { of, argument: it.span }));
        }
    }
}

/// The facts that follow: what there is besides the first.
pub(crate) fn type_choices(given: Vec<Given>, links: &mut Links<'_>) -> Vec<TypeArgument> {
    let mut res = type_arguments(given, links);
    res.retain(|it| it.argument.is_some() && it.argument != Some(it.of));
    res.dedup();
    res
}

/// The facts that follow; of what is put together inside another only the outermost counts.
pub(crate) fn type_parts(mut given: Vec<Given>, links: &mut Links<'_>) -> Vec<TypeArgument> {
    given.sort_unstable_by_key(|it| (it.of.start, std::cmp::Reverse(it.of.end), it.argument));
    given.dedup();
    let mut res: Vec<TypeArgument> = Vec::new();
    let mut outermost: Option<Span> = None;
    for it in given {
        if outermost.is_some_and(|around| around != it.of && around.holds(it.of)) {
            continue;
        }
        outermost = Some(it.of);
        let Some(of) = links.head(it.of) else { continue };
        res.push(TypeArgument { of, argument: links.head(it.argument) });
    }
    res.sort_by_key(|it| it.of);
    res
}

/// The facts that follow, in the order of the text.
pub(crate) fn type_arguments(mut given: Vec<Given>, links: &mut Links<'_>) -> Vec<TypeArgument> {
    given.sort_unstable();
    given.dedup();
    let mut res: Vec<TypeArgument> = Vec::with_capacity(given.len());
    for it in given {
        let Some(of) = links.head(it.of) else { continue };
        res.push(TypeArgument { of, argument: links.head(it.argument) });
    }
    // Types that were given others stand in order already, but for those with a path before them.
    res.sort_by_key(|it| it.of);
    res
}
