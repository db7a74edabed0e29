//! `aios describe`: all that this server is, for people and for agents.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use agent::{SKILLS, Workflow, limit_values};
use clap::CommandFactory;
use engine::{AgentStatus, EPISODES_MAX, Experiment, LoadGraph, ModelState, ReadError, Snapshot};
use evolve::{Accepted, Level, summary};
use serde_json::{Value, json};
use settings::{Kind, SETTINGS, Scope, Setting, Source};

use crate::{
    args::Cli, commands::episodes::KEPT_MAX, exit::Exit, output::Output, session::Session,
};

/// Experiments that are looked through for what was learned.
const EXPERIMENTS_MAX: usize = 500;

/// `aios describe`.
pub(crate) fn run(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Never)?;
    let own = session.ask("describe", described)?;
    let mut all = json!({
        "name": "aios",
        "versions": {
            "aios": env!("CARGO_PKG_VERSION"),
            "facts": syntax::FACTS_VERSION,
            "words": memory::WORDS_VERSION,
        },
        "capabilities": capabilities(),
        "commands": {
            "shell": shell_commands(),
            "editor": editor_commands(),
            "skills": skills(),
        },
        "limits": limits(),
    });
    if let (Value::Object(all), Value::Object(own)) = (&mut all, own) {
        all.extend(own);
    }
    output.line(|| all.clone(), || text(&all))?;
    Ok(Exit::Done)
}

/// What a moment of the workspace knows of the server: settings, agents, what was learned.
fn described(snapshot: &Snapshot) -> Result<Value, ReadError> {
    let experiments = snapshot.experiments(EXPERIMENTS_MAX)?;
    let model = match snapshot.model_state(None) {
        ModelState::Ready => "ready".to_owned(),
        ModelState::Off => "off".to_owned(),
        ModelState::Missing(why) => why,
    };
    let agents = snapshot.agents()?;
    let episodes = snapshot.noted_episodes(None, KEPT_MAX)?;
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    episodes.iter().for_each(|it| *counted.entry(&it.kind).or_default() += 1);
    let words = &snapshot.own.written_vocabulary;
    Ok(json!({
        "workspace": snapshot.roots.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "standing": snapshot.own.standing.name(),
        "model": model,
        "agents": agents.iter().map(agent_json).collect::<Vec<_>>(),
        "workflows": snapshot.own.workflows.iter().map(workflow_json).collect::<Vec<_>>(),
        "settings": settings_of(snapshot, &experiments),
        "learned": learned(&experiments),
        "vocabulary": {
            "file": evolve::VOCABULARY_FILE,
            "learned": words.learned,
            "words": words.words.len(),
            "often": words.often.len(),
            "trusted": !snapshot.own.vocabulary_waits(),
        },
        "episodes": { "on": snapshot.settings.episodes, "kept": counted, "each_max": EPISODES_MAX },
    }))
}

/// An agent: where it stands, what it can do, and how much its runs may take.
fn agent_json(it: &AgentStatus) -> Value {
    let def = it.agent.as_ref().map(|it| &it.def);
    let capabilities = def.map(|it| &it.capabilities).into_iter().flatten();
    let limits = def.map(|it| limit_values(&it.limits)).into_iter().flatten();
    let limits: serde_json::Map<String, Value> =
        limits.map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "name": it.name,
        "type": def.map(|it| it.kind.name()),
        "file": it.agent.as_ref().and_then(|it| it.path.as_deref()),
        "built_in": it.agent.as_ref().is_some_and(|it| it.path.is_none()),
        "state": it.state.name(),
        "blocked": it.blocked,
        "capabilities": capabilities.map(|it| it.name.as_str()).collect::<Vec<_>>(),
        "tools": def.map(|it| it.tools.clone()),
        "limits": limits,
    })
}

/// A workflow: its file, what it takes and its steps.
fn workflow_json((path, it): (&String, &Arc<Workflow>)) -> Value {
    json!({
        "name": it.name,
        "file": path,
        "parameters": it.parameters.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        "steps": it.steps.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
    })
}

/// Every setting with who set it: `default`, `learned`, `user`, `workspace` or `editor`.
fn settings_of(snapshot: &Snapshot, experiments: &[Experiment]) -> Vec<Value> {
    let in_force = experiments.iter().filter(|it| it.is_in_force);
    let accepted: Vec<Accepted> = in_force.filter_map(|it| Accepted::of(&it.row, true)).collect();
    let learned = |key: &str| accepted.iter().flat_map(|it| &it.patch).any(|it| it.0 == key);
    let of = |it: &Setting| {
        let set = snapshot.in_force.get(it.key);
        let origin = match set.map(|it| it.1) {
            None => "default",
            Some(Source::Workspace) if learned(it.key) => "learned",
            Some(Source::Workspace) => "workspace",
            Some(Source::User) => "user",
            Some(Source::Client) => "editor",
        };
        json!({
            "key": it.key,
            "default": it.default,
            "value": set.map_or_else(|| it.default.to_owned(), |it| it.0.to_string()),
            "origin": origin,
            "who": match it.scope {
                Scope::Workspace => "user, workspace",
                Scope::Policy => "user; workspace only stricter",
                Scope::Trusted => "user, workspace once trusted",
                Scope::Machine => "user",
            },
            "bounds": match it.kind {
                Kind::Int(min, max) => json!([min, max]),
                Kind::Choice(words) => json!(words),
                _ => Value::Null,
            },
        })
    };
    SETTINGS.iter().map(of).collect()
}

/// What experiments and suggestions changed that is in force, each with what speaks for it.
fn learned(experiments: &[Experiment]) -> Vec<Value> {
    let in_force = experiments.iter().filter(|it| it.is_in_force);
    let one = in_force.map(|it| {
        let suggestion = it.row.body.suggestion.as_ref();
        json!({
            "experiment": it.row.id,
            "level": suggestion.map_or("weights", |it| &it.level),
            "rule": suggestion.map(|it| &it.rule),
            "proof": summary(&it.row),
        })
    });
    one.collect()
}

/// What is typed after a slash, in chats, requests and workflows.
fn skills() -> Vec<Value> {
    let one = SKILLS.iter().map(|it| {
        let arguments = it.parameters.iter().map(|it| it.name).collect::<Vec<_>>();
        json!({ "name": it.name, "does": it.description, "arguments": arguments })
    });
    one.collect()
}

fn capabilities() -> Value {
    let languages = grammars::LANGUAGES.iter().map(|it| it.id);
    json!({
        "languages": languages.collect::<Vec<_>>(),
        "front_ends": ["lsp", "shell"],
        "recall": [
            "full text", "names", "vectors", "graph", "history", "past use",
            "the repository's words",
        ],
        "changes": ["proposed", "previewed", "journaled", "taken back by hunk, file or change"],
        "experiments": evolve::parameters().iter().map(|it| it.key).collect::<Vec<_>>(),
        "suggestions": Level::ALL.map(Level::name),
    })
}

fn shell_commands() -> Vec<Value> {
    let cli = Cli::command();
    let commands = cli.get_subcommands().filter(|it| !it.is_hide_set());
    let one = |it: &clap::Command| {
        let about = it.get_about().map(ToString::to_string).unwrap_or_default();
        json!({ "name": it.get_name(), "does": about })
    };
    commands.map(one).collect()
}

fn editor_commands() -> Vec<Value> {
    let commands = lsp::ext::COMMANDS.iter();
    let one =
        commands.map(|it| json!({ "name": it.name, "arguments": it.arguments, "does": it.doc }));
    one.collect()
}

/// What can be set of limits: the least and the most.
fn limits() -> Value {
    let limits = SETTINGS.iter().filter_map(|it| match it.kind {
        Kind::Int(min, max) if it.key.ends_with("_max") => {
            Some((it.key.to_owned(), json!({ "default": it.default, "min": min, "max": max })))
        }
        _ => None,
    });
    Value::Object(limits.collect())
}

/// The same for people: what is not as everywhere, and how much of the rest there is.
fn text(all: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let words = |value: &Value| {
        let words = list(value);
        words.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect::<Vec<_>>().join(", ")
    };
    let names = |value: &Value| {
        let names = list(value);
        let names = names.iter().filter_map(|it| it["name"].as_str().map(str::to_owned));
        names.collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![
        format!("aios {}", all["versions"]["aios"].as_str().unwrap_or_default()),
        format!(
            "workspace   {} ({})",
            words(&all["workspace"]),
            all["standing"].as_str().unwrap_or_default()
        ),
        format!("languages   {}", words(&all["capabilities"]["languages"])),
        format!("recall      {}", words(&all["capabilities"]["recall"])),
        format!("model       {}", all["model"].as_str().unwrap_or_default()),
        format!("agents      {}", names(&all["agents"])),
        format!("workflows   {}", names(&all["workflows"])),
        format!("skills      {}", names(&all["commands"]["skills"])),
        format!("commands    {}", names(&all["commands"]["shell"])),
        format!(
            "in editors  {} commands; `--json` lists them",
            list(&all["commands"]["editor"]).len()
        ),
    ];
    for it in list(&all["settings"]).iter().filter(|it| it["origin"] != "default") {
        let (key, origin) = (it["key"].as_str(), it["origin"].as_str());
        lines.push(format!(
            "set         {} by {}",
            key.unwrap_or_default(),
            origin.unwrap_or_default()
        ));
    }
    for it in list(&all["learned"]) {
        lines.push(format!("learned     {}", it["proof"].as_str().unwrap_or_default()));
    }
    let words = &all["vocabulary"];
    if words["words"] != 0 || words["often"] != 0 {
        lines.push(format!(
            "words       {} of this repository's own, {} places that change often ({}{})",
            words["words"],
            words["often"],
            words["file"].as_str().unwrap_or_default(),
            if words["trusted"] == true { "" } else { ", not trusted" }
        ));
    }
    let kept = all["episodes"]["kept"].as_object().cloned().unwrap_or_default();
    let kept: Vec<String> = kept.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    lines.push(match (all["episodes"]["on"] == true, kept.is_empty()) {
        (false, _) => "episodes    off".to_owned(),
        (true, true) => "episodes    none yet".to_owned(),
        (true, false) => format!("episodes    {}", kept.join(", ")),
    });
    lines.join("\n")
}
