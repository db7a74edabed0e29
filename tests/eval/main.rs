//! How well and at what price the search answers, on code with known answers.

// What is measured lies in files.
#![allow(clippy::disallowed_methods)]

mod corpus;
mod cost;
mod own_code;
mod vectors;
