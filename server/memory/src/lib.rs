//! Recall: what of a file can be found, and the one ranked answer to a question.

mod documents;
mod feature;
mod kinds;
mod pack;
mod pieces;
mod places;
mod query;
mod question;
mod rank;
mod recall;
mod search;
mod unsaved;
mod words;

pub use crate::{
    documents::{WORDS_VERSION, documents},
    feature::{Feature, QuestionKind, Relevance, Values, Weights},
    pack::{Pack, Piece, count_tokens, pack},
    pieces::{Embedding, PieceConfig},
    query::{Answer, Filters, Hit, Query, QueryVector, Retriever, Signals, Tests, UnsavedFile},
    question::asked_words,
    rank::{Candidate, Known, Lists, Part, Ranked, Signal, rank},
    recall::{
        ANCHORS_MAX, AnchorNow, Freshness, MEMORIES_MAX, MEMORY_BYTES_MAX, MemoryKind, RecallQuery,
        Recalled, Term, content_hash, has_words, markdown, recall,
    },
    search::{Sources, reorder, search},
    words::{distinct as distinct_words, words_of},
};
