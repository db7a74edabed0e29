//! What turns texts into vectors, whoever does it.

use std::fmt;

/// A model whose vectors can be compared with each other.
pub trait Embedder: Send + Sync {
    /// The model with its version; vectors of different ids are never compared.
    fn id(&self) -> &str;

    /// Components of a vector.
    fn dims(&self) -> usize;

    /// How many tokens of this model `text` is about; what is longer than the model takes is cut
    /// before it is embedded.
    fn count_tokens(&self, text: &str) -> usize;

    /// True where a text costs next to nothing, so that one is embedded while somebody waits.
    fn is_cheap(&self) -> bool {
        false
    }

    /// Makes ready what a question would wait for, such as a program that has to be started.
    ///
    /// # Errors
    /// Where that cannot be, and no text would get a vector.
    fn prepare(&self) -> Result<(), EmbedError> {
        Ok(())
    }

    /// One vector for each text, in their order, of length one; of zeros where a text says nothing
    /// to the model.
    ///
    /// # Errors
    /// Where the model is down, refuses or answers too little.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// The vector of a question. Models that treat questions apart do so here.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    fn embed_question(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let mut vectors = self.embed(&[text])?;
        vectors.pop().ok_or_else(|| EmbedError {
            model: self.id().to_owned(),
            fact: "gave no vector for a question".to_owned(),
        })
    }
}

impl<E: Embedder + ?Sized> Embedder for &E {
    fn id(&self) -> &str {
        (**self).id()
    }

    fn dims(&self) -> usize {
        (**self).dims()
    }

    fn count_tokens(&self, text: &str) -> usize {
        (**self).count_tokens(text)
    }

    fn is_cheap(&self) -> bool {
        (**self).is_cheap()
    }

    fn prepare(&self) -> Result<(), EmbedError> {
        (**self).prepare()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        (**self).embed(texts)
    }

    fn embed_question(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        (**self).embed_question(text)
    }
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
