//! What turns texts into vectors; the models themselves live elsewhere.

use std::fmt;

/// A model whose vectors can be compared with each other.
pub trait Embedder: Send + Sync {
    /// The model with its version; vectors of different ids are never compared.
    fn id(&self) -> &str;

    /// Components of a vector.
    fn dims(&self) -> usize;

    /// One vector for each text, in their order.
    ///
    /// # Errors
    /// Where the model is down, refuses or answers too little.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// Why a model gave no vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedError {
    /// The model's id.
    pub model: String,
    /// What it said.
    pub fact: String,
}

impl fmt::Display for EmbedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "embedding model `{}`: {}", self.model, self.fact)
    }
}

impl std::error::Error for EmbedError {}
