//! Recall: what of a file can be found, and the one ranked answer to a question.

mod documents;
mod pieces;
mod places;
mod query;
mod rank;
mod search;
mod unsaved;
mod words;

pub use crate::{
    documents::{WORDS_VERSION, documents},
    pieces::{Embedding, PieceConfig},
    query::{Answer, Filters, Hit, Query, QueryVector, Retriever, Tests, UnsavedFile},
    rank::{Candidate, Known, Lists, Part, Ranked, Weights, rank},
    search::{Sources, search},
};
