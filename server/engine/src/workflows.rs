//! Workflows: what they are asked to do and how each stands, kept step by step.

pub(crate) mod runs;
pub(crate) mod steps;
