//! Recall: what of a file can be found, and the one ranked answer to a question.

mod documents;
mod query;
mod rank;
mod search;
mod words;

pub use crate::{
    documents::documents,
    query::{Answer, Filters, Hit, Query, Retriever, Tests, UnsavedFile},
    rank::{Lists, Weights, rank},
    search::search,
};
