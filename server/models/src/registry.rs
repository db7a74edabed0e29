//! The models that the user has, by their ids.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use crate::{ChatModel, ChatRequest, Delta, Embedder, ModelError, Price, Reply};

/// A model that can be asked.
#[derive(Clone)]
pub struct Registered {
    /// It.
    pub model: Arc<dyn ChatModel>,
    /// What its tokens cost, where the user said.
    pub price: Option<Price>,
}

/// All models, or why there are none.
#[derive(Clone, Default)]
pub struct Registry {
    is_enabled: bool,
    models: Vec<Registered>,
    /// Asked where nobody names one.
    default: Option<String>,
    /// What gives texts their vectors, where it is not the built-in model.
    embedder: Option<Result<Arc<dyn Embedder>, ModelError>>,
}

/// Why no model can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoModel {
    /// The user wants none: nothing that needs one is even offered.
    Off,
    /// None is configured.
    NoneConfigured,
    /// There is none of this name.
    Unknown {
        /// The name.
        id: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl fmt::Display for NoModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoModel::Off => f.write_str("models are switched off by `ai.enabled`"),
            NoModel::NoneConfigured => f.write_str("no model is configured: see `ai.models`"),
            NoModel::Unknown { id, known } => {
                write!(f, "no model `{id}` is configured; there is {}", known.join(", "))
            }
        }
    }
}

impl std::error::Error for NoModel {}

impl Registry {
    /// `models`, of which `default` is asked where nobody names one; without it the first.
    pub fn new(models: Vec<Registered>, default: Option<String>) -> Registry {
        Registry { is_enabled: true, models, default, embedder: None }
    }

    /// The same with what gives texts their vectors, or why it cannot.
    #[must_use]
    pub fn with_embedder(self, embedder: Result<Arc<dyn Embedder>, ModelError>) -> Registry {
        Registry { embedder: Some(embedder), ..self }
    }

    /// What gives texts their vectors; `None` for the built-in model.
    pub fn embedder(&self) -> Option<&Result<Arc<dyn Embedder>, ModelError>> {
        self.embedder.as_ref()
    }

    /// No models, because the user wants none.
    pub fn off() -> Registry {
        Registry::default()
    }

    /// The model `id`, or the one that is asked where nobody names one.
    ///
    /// # Errors
    /// Why there is none, to be shown beside what needs one.
    pub fn get(&self, id: Option<&str>) -> Result<&Registered, NoModel> {
        if !self.is_enabled {
            return Err(NoModel::Off);
        }
        let Some(first) = self.models.first() else { return Err(NoModel::NoneConfigured) };
        let Some(id) = id.or(self.default.as_deref()) else { return Ok(first) };
        self.models.iter().find(|it| it.model.id() == id).ok_or_else(|| NoModel::Unknown {
            id: id.to_owned(),
            known: self.models.iter().map(|it| it.model.id().to_owned()).collect(),
        })
    }

    /// All of them.
    pub fn models(&self) -> &[Registered] {
        &self.models
    }
}

/// A model whose settings cannot be obeyed: it says so whenever it is asked.
#[derive(Clone, Debug)]
pub struct Faulty {
    id: String,
    error: ModelError,
}

impl Faulty {
    /// The model `id`, which always answers with `error`.
    pub fn new(id: &str, error: ModelError) -> Faulty {
        Faulty { id: id.to_owned(), error }
    }
}

impl ChatModel for Faulty {
    fn id(&self) -> &str {
        &self.id
    }

    fn chat(
        &self,
        _: &ChatRequest,
        _: &Arc<AtomicBool>,
        _: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        Err(self.error.clone())
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.models.iter().map(|it| it.model.id()).collect();
        let Registry { is_enabled, default, .. } = self;
        write!(f, "Registry {{ enabled: {is_enabled}, models: {ids:?}, default: {default:?} }}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scripted;

    fn registered(id: &str) -> Registered {
        Registered { model: Arc::new(Scripted::new(id, Vec::new())), price: None }
    }

    #[test]
    fn a_model_is_found_by_its_id_or_by_default() {
        let models = || vec![registered("a"), registered("b")];
        let id = |registry: &Registry, id: Option<&str>| match registry.get(id) {
            Ok(found) => found.model.id().to_owned(),
            Err(why) => why.to_string(),
        };
        let plain = Registry::new(models(), None);
        assert_eq!((id(&plain, None), id(&plain, Some("b"))), ("a".to_owned(), "b".to_owned()));
        assert_eq!(id(&plain, Some("c")), "no model `c` is configured; there is a, b");
        assert_eq!(id(&Registry::new(models(), Some("b".to_owned())), None), "b");
        let none = "no model is configured: see `ai.models`";
        assert_eq!(id(&Registry::new(Vec::new(), None), Some("a")), none);
        assert_eq!(id(&Registry::off(), None), "models are switched off by `ai.enabled`");
    }
}
