//! The sum that orders hits: pure, so that an evaluation can replay it.

/// How much each part counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {}

/// The scored lists of one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {}

/// Orders.
pub fn rank() {}
