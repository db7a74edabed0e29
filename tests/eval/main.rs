//! How well and at what price the search answers, on code with known answers.

mod corpus;
mod cost;
mod own_code;
mod vectors;
