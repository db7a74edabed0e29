//! What a file says of types: which are written, given to others, given to calls, asked for.

use text::TextRange;

use crate::{NameId, ReferenceIdx, SymbolIdx};

/// The type that a symbol is declared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenType {
    /// Whose type it is.
    pub symbol: SymbolIdx,
    /// As written, without type arguments and without the path before the last name: `byte[]`.
    pub name: NameId,
}

/// What is given to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name of the callee.
    pub call: ReferenceIdx,
    /// What is known of its type.
    pub given: Given,
}

/// What is known of the type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Nothing.
    Unknown,
    /// It is of no primitive type.
    NoPrimitive,
    /// It is of the type of this name.
    Type(NameId),
    /// It is what the reference stands for.
    Value(ReferenceIdx),
    /// It is what a call of the reference gives.
    Result(ReferenceIdx),
    /// It is one of the many values that the reference stands for.
    Element(ReferenceIdx),
}

/// A type that another one is given: `T` of `Vec<T>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeArgument {
    /// The name of the type that is given it.
    pub of: ReferenceIdx,
    /// The head of what it is given; `None` where that has no name of its own (`u8`).
    pub argument: Option<ReferenceIdx>,
}

/// A type that something has in a part of the text, because it was asked for it: `if
/// isinstance(x, A)`. Several of one region and reference are alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// Where it has the type.
    pub range: TextRange,
    /// What was asked.
    pub asked: Asked,
    /// The head of the type.
    pub type_ref: ReferenceIdx,
}

/// What was asked for its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// What ends with this name.
    Reference(ReferenceIdx),
    /// A local that is there for the answer.
    Local(SymbolIdx),
}
