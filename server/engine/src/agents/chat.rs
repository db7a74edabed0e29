//! The models as the settings have them.

use std::{sync::Arc, time::Duration};

use models::{
    ChatModel, Embedder, KeyPlace, Keys, Local, LocalEmbedder, ModelError, ModelSpec, Price,
    Programs, Registered, Registry, Remembered, Remote, RemoteEmbedder, Timeouts, Wire,
};
use settings::{AiSettings, ModelProvider, ModelSettings};

/// Makes the models of the settings. A test has its own.
pub type ChatModels = Arc<dyn Fn(&AiSettings) -> Registry + Send + Sync>;

/// Models that are asked over the network, with keys from `keys`, and those that `programs` serve.
/// Nothing is sent and nothing started before one is asked.
pub fn remote_models(keys: Arc<dyn Keys>, programs: Arc<dyn Programs>) -> ChatModels {
    Arc::new(move |ai| {
        if !ai.is_enabled {
            return Registry::off();
        }
        let embeds = |it: &&ModelSettings| ai.embedder.as_ref() == Some(&it.id);
        // What embeds does not converse.
        let models = ai.models.iter().filter(|it| !embeds(it));
        let models = models.map(|it| registered(it, &keys, &programs));
        let registry = Registry::new(models.collect(), ai.model.clone());
        let Some(id) = &ai.embedder else { return registry };
        registry.with_embedder(match ai.models.iter().find(embeds) {
            Some(it) => embedder(it, ai.embedder_dims, &keys, &programs),
            None => Err(ModelError::Refused {
                model: id.clone(),
                fact: "`ai.embedder` names none of `ai.models`".to_owned(),
            }),
        })
    })
}

/// No models at all.
pub fn no_models() -> ChatModels {
    Arc::new(|ai| match ai.is_enabled {
        true => Registry::new(Vec::new(), None),
        false => Registry::off(),
    })
}

fn registered(
    settings: &ModelSettings,
    keys: &Arc<dyn Keys>,
    programs: &Arc<dyn Programs>,
) -> Registered {
    let spec = spec(settings);
    let identity = format!("{spec:?} {:?}", settings.command);
    let (keys, programs) = (Arc::clone(keys), Arc::clone(programs));
    let asked: Result<Arc<dyn ChatModel>, _> = match settings.command.clone() {
        Some(command) => Ok(Arc::new(Local::new(spec, command, keys, programs))),
        None => Remote::new(spec, keys).map(|it| Arc::new(it) as Arc<dyn ChatModel>),
    };
    let model: Arc<dyn ChatModel> = match asked {
        Ok(model) => Arc::new(Remembered::new(model, &identity)),
        Err(error) => Arc::new(models::Faulty::new(&settings.id, error)),
    };
    let price =
        settings.prices.map(|(input, cached_input, output)| Price { input, cached_input, output });
    Registered { model, price }
}

fn embedder(
    settings: &ModelSettings,
    dims: usize,
    keys: &Arc<dyn Keys>,
    programs: &Arc<dyn Programs>,
) -> Result<Arc<dyn Embedder>, ModelError> {
    let (spec, keys) = (spec(settings), Arc::clone(keys));
    Ok(match settings.command.clone() {
        Some(it) => Arc::new(LocalEmbedder::new(spec, dims, it, keys, Arc::clone(programs))),
        None => Arc::new(RemoteEmbedder::new(spec, dims, keys)?),
    })
}

fn spec(settings: &ModelSettings) -> ModelSpec {
    let total = Duration::from_secs(settings.seconds_max.into());
    ModelSpec {
        id: settings.id.clone(),
        wire: match settings.provider {
            ModelProvider::Anthropic => Wire::Anthropic,
            ModelProvider::OpenAi => Wire::OpenAi,
            ModelProvider::Compatible => Wire::Compatible,
        },
        name: settings.name.clone(),
        url: settings.url.clone(),
        // The settings were checked: it is the place of a key.
        key: settings.key.as_deref().and_then(|it| KeyPlace::parse(it).ok()),
        temperature: settings.temperature,
        tokens_max: settings.tokens_max,
        timeouts: Timeouts { total, ..Timeouts::default() },
    }
}
