//! Parses one file and extracts its facts: a pure function of its text, with no knowledge of other
//! files.

mod behind_macro;
mod classify;
mod codec;
mod extract;
mod facts;
mod fold;
mod hostile;
mod line_ends;
mod names;
mod parse;
mod raw;
mod read;
mod reference;
mod renamed;
mod shared;
mod splice;
mod tokens;
mod tree;
mod types;

pub use tree_sitter::{InputEdit, Point};

pub use crate::{
    classify::{Unfit, classify},
    extract::{facts, facts_of_text, segments},
    facts::{
        Base, BaseKind, Chunk, Detail, DetailIdx, DocLink, FACTS_VERSION, FileFacts, Import,
        ImportIdx, Imported, MANIFEST_BYTES_MAX, ModDecl, NAME_BYTES_MAX, NameId, Names, Part,
        ReferenceIdx, Scope, ScopeIdx, ScopeKind, Symbol, SymbolIdx, SymbolKind, Value,
    },
    fold::{Folding, FoldingKind, folding_ranges, selection_ranges},
    parse::{Parse, input_edit, parse},
    reference::{ARGUMENTS_MAX, Access, Qualifier, REFERENCES_MAX, Reference, ReferenceKind},
    renamed::{NameChange, renamed},
    tree::{Node, Tree, tree},
    types::{Argument, Asked, Given, Narrowing, TypeArgument, WrittenType},
};
