//! `aios models`: which models there are, and whether one answers.

use std::{sync::Arc, time::Instant};

use engine::remote_models;
use models::{ChatRequest, KeyPlace, Keys as _, Message, Registry};
use serde_json::json;
use settings::{AiSettings, ModelSettings};

use crate::{
    exit::Exit,
    keys::UserKeys,
    output::{Output, Paint},
    programs::UserPrograms,
    user,
};

/// Runs the command.
pub(crate) fn run(check: Option<&str>, output: Output) -> anyhow::Result<Exit> {
    let ai = user::settings().0.settings().ai;
    let registry = remote_models(Arc::new(UserKeys), Arc::new(UserPrograms))(&ai);
    match check {
        Some(id) => ask_one(&registry, id, output),
        None => list(&registry, &ai, output),
    }
}

fn list(registry: &Registry, ai: &AiSettings, output: Output) -> anyhow::Result<Exit> {
    let chosen = match registry.get(None) {
        Ok(chosen) => chosen.model.id().to_owned(),
        Err(why) => return Ok(output.refuse(why.to_string())?),
    };
    for model in &ai.models {
        let (key, is_there) = key_of(model);
        let is_chosen = model.id == chosen;
        output.line(
            || {
                json!({
                    "id": model.id,
                    "name": model.name,
                    "url": model.url,
                    "command": model.command,
                    "key": model.key,
                    "has_key": is_there,
                    "is_default": is_chosen,
                    "tokens_max": model.tokens_max,
                    "temperature": model.temperature,
                })
            },
            || {
                let mark = if is_chosen { "  (asked where nobody names one)" } else { "" };
                let id = output.paint(Paint::Name, model.id.clone());
                let place = model.command.as_ref().map_or(model.url.clone(), |it| it.join(" "));
                let place = output.paint(Paint::Place, place);
                format!("{id}  {} at {place}  {key}{mark}", model.name)
            },
        )?;
    }
    Ok(Exit::Done)
}

/// Where its key is and whether it is there; `None` where it needs none.
fn key_of(model: &ModelSettings) -> (String, Option<bool>) {
    let Some(place) = model.key.as_deref().and_then(|it| KeyPlace::parse(it).ok()) else {
        return ("no key".to_owned(), None);
    };
    match UserKeys.key(&place) {
        Some(_) => (format!("key in {place}"), Some(true)),
        None => (format!("no key in {place}"), Some(false)),
    }
}

/// Asks for one word, and says what came of it.
fn ask_one(registry: &Registry, id: &str, output: Output) -> anyhow::Result<Exit> {
    let registered = match registry.get(Some(id)) {
        Ok(registered) => registered,
        Err(why) => return Ok(output.refuse(why.to_string())?),
    };
    let request = ChatRequest {
        messages: vec![Message::User("Answer with the one word: ready".to_owned())],
        tokens_max: Some(16),
        ..ChatRequest::default()
    };
    let began = Instant::now();
    let reply = match registered.model.chat(&request, &Arc::default(), &mut |_| {}) {
        Ok(reply) => reply,
        Err(error) => return Ok(output.refuse(error.to_string())?),
    };
    let took_ms = began.elapsed().as_millis() as u64;
    let said = proposal::visible_line(reply.text.trim());
    let cost = registered.price.map(|it| it.of(&reply.usage).to_string());
    output.line(
        || {
            json!({
                "id": id, "said": said, "took_ms": took_ms,
                "tokens": reply.usage.tokens(), "cost": cost,
            })
        },
        || {
            let cost = cost.as_ref().map(|it| format!(", cost {it}")).unwrap_or_default();
            format!("{id} said `{said}` in {took_ms} ms; {}{cost}", reply.usage)
        },
    )?;
    Ok(Exit::Done)
}
