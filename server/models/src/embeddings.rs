//! Vectors from a provider: OpenAI's `/v1/embeddings`, which servers on this machine speak too.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use ureq::http::Uri;

use crate::{
    EmbedError, Embedder, Keys, ModelError, ModelSpec, Remote, Timeouts, Wire,
    remote::{endpoint, without_key},
};

/// Where requests go, below the address.
const PATH: &str = "/embeddings";

/// Somebody waits for the vector of a question; without it the answer goes by words.
const QUESTION_TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    first_byte: Duration::from_secs(2),
    idle: Duration::from_secs(1),
    total: Duration::from_secs(3),
};

/// Questions whose vectors are kept: the same one is asked again with another filter, or page.
const QUESTIONS_MAX: usize = 64;

/// Bytes of code that are about a token of any model.
const BYTES_PER_TOKEN: usize = 3;

/// An embedding model that is asked over the network.
pub struct RemoteEmbedder {
    id: String,
    dims: usize,
    uri: Uri,
    remote: Remote,
    /// The last questions, the newest at the end.
    asked: Mutex<VecDeque<(String, Vec<f32>)>>,
}

impl RemoteEmbedder {
    /// The model of `spec`, whose vectors have `dims` components. Nothing is sent before texts are
    /// embedded.
    ///
    /// # Errors
    /// Where the provider does not speak OpenAI's protocol, or its address is none that anything
    /// is sent to.
    pub fn new(
        spec: ModelSpec,
        dims: usize,
        keys: Arc<dyn Keys>,
    ) -> Result<RemoteEmbedder, ModelError> {
        let refused = |fact: String| ModelError::Refused { model: spec.id.clone(), fact };
        if spec.wire == Wire::Anthropic {
            return Err(refused("its provider has no embeddings".to_owned()));
        }
        let uri = endpoint(&spec, PATH).map_err(refused)?;
        // The same name at another address may be another model.
        let id = format!("{} at {}", spec.name, spec.url.trim_end_matches('/'));
        let remote = Remote::new(spec, keys)?;
        Ok(RemoteEmbedder { id, dims, uri, remote, asked: Mutex::default() })
    }

    fn ask(&self, texts: &[&str], timeouts: &Timeouts) -> Result<Vec<Vec<f32>>, ModelError> {
        let name = &self.remote.spec().name;
        let body = json!({ "model": name, "input": texts, "encoding_format": "float" });
        let (mut answer, key) =
            self.remote.answer(&self.uri, body.to_string(), timeouts, &Arc::default())?;
        let mut read = || {
            let text = self.remote.read_all(&mut answer)?;
            vectors(&text, texts.len(), self.dims).map_err(|fact| self.remote.malformed(&fact))
        };
        read().map_err(|error| without_key(error, key.as_ref()))
    }

    fn failed(&self, error: &ModelError) -> EmbedError {
        EmbedError { model: self.id.clone(), fact: error.to_string() }
    }
}

impl Embedder for RemoteEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn count_tokens(&self, text: &str) -> usize {
        count_tokens(text)
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        // Providers refuse a text that says nothing.
        let some: Vec<&str> = texts.iter().copied().filter(|it| !it.trim().is_empty()).collect();
        let mut found = match some.is_empty() {
            true => Vec::new(),
            false => {
                self.ask(&some, &self.remote.spec().timeouts).map_err(|it| self.failed(&it))?
            }
        }
        .into_iter();
        let mut vector_of = |text: &&str| match text.trim().is_empty() {
            true => vec![0.0; self.dims],
            false => found.next().unwrap_or_default(),
        };
        Ok(texts.iter().map(&mut vector_of).collect())
    }

    fn embed_question(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let known = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, vector)) = known().iter().find(|it| it.0 == text) {
            return Ok(vector.clone());
        }
        let found = self.ask(&[text], &QUESTION_TIMEOUTS).map_err(|it| self.failed(&it))?;
        let vector = found.into_iter().next().unwrap_or_default();
        let mut known = known();
        if known.len() == QUESTIONS_MAX {
            known.pop_front();
        }
        known.push_back((text.to_owned(), vector.clone()));
        Ok(vector)
    }
}

impl fmt::Debug for RemoteEmbedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteEmbedder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// About how many tokens a text has for a model of which nothing is known.
pub(crate) fn count_tokens(text: &str) -> usize {
    text.len().div_ceil(BYTES_PER_TOKEN)
}

/// The vectors of an answer, in the order of the texts, of length one.
fn vectors(answer: &str, n_texts: usize, dims: usize) -> Result<Vec<Vec<f32>>, String> {
    let answer: Value = serde_json::from_str(answer).map_err(|_| "the answer is no JSON")?;
    let data = answer["data"].as_array().ok_or("the answer has no list `data`")?;
    if data.len() != n_texts {
        return Err(format!("gave {} vectors for {n_texts} texts", data.len()));
    }
    let mut res: Vec<Vec<f32>> = vec![Vec::new(); n_texts];
    for (nth, it) in data.iter().enumerate() {
        let index = it["index"].as_u64().map_or(nth, |it| it as usize);
        let place = res.get_mut(index).filter(|it| it.is_empty());
        let place = place.ok_or("numbers its vectors wrongly")?;
        let numbers = it["embedding"].as_array().ok_or("a vector is no list of numbers")?;
        if numbers.len() != dims {
            let n = numbers.len();
            return Err(format!(
                "gave a vector of {n} components, not of {dims}: see `memory.embedder_dims`"
            ));
        }
        let components: Option<Vec<f32>> =
            numbers.iter().map(|it| it.as_f64().map(|it| it as f32)).collect();
        let mut components = components.ok_or("a vector is no list of numbers")?;
        let length = components.iter().map(|it| it * it).sum::<f32>().sqrt();
        if !length.is_finite() || length == 0.0 {
            return Err("a vector has no length".to_owned());
        }
        components.iter_mut().for_each(|it| *it /= length);
        *place = components;
    }
    Ok(res)
}
