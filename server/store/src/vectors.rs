//! Vectors: SQLite keeps the truth, usearch a file beside it that is built again at any doubt.

use crate::DocumentId;

/// Hash of the text that a vector stands for.
pub type VectorKey = u64;

/// How a component is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorFormat {
    /// One signed byte, for vectors of length one.
    I8,
    /// Half a float.
    F16,
    /// A float.
    F32,
}

/// The vectors of one model: only those can be compared with each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VectorSpace {
    /// Id of the model, with its version.
    pub model: String,
    /// Components of a vector.
    pub dims: usize,
    /// How they are kept.
    pub format: VectorFormat,
}

/// A document near a vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The document.
    pub id: DocumentId,
    /// Cosine: 1 is the same direction.
    pub similarity: f32,
}
