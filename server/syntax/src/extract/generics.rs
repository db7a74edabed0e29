//! The types that other types are given: `T` of `Vec<T>`.

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

/// Takes down the types that a match says are given to another one.
pub(crate) fn take(acc: &mut Vec<Given>, captured: &[Captured]) {
    let Some(of) = find(captured, Capture::TypeOf) else { return };
    let arguments = captured.iter().filter(|it| it.capture == Capture::TypeArgument);
    acc.extend(arguments.map(|it| Given { of, argument: it.span }));
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
