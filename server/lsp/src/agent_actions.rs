//! Code actions that start agents and workflows, and those of the documents in which users write to
//! agents. Titles are made without asking a model; a model is asked when one is chosen.

use agent::{AgentDef, Capability, read_message, read_request};
use engine::{ModelState, ReadError, Standing};
use proposal::AgentRunId;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{CodeAction, CodeActionDisabled, CodeActionKind, Diagnostic, Range};
use vfs::VfsPath;

use crate::{
    ext,
    handlers::code_action::{is_selection, with_command},
    skill_actions::{argument, symbol_around, symbol_meant},
    view::View,
};

/// Where agents stand in menus that list what changes code.
const CHANGE: &str = "refactor.rewrite.aios.agent";
/// Where the others stand.
const ANSWER: &str = "source.aios.agent";
/// Diagnostics of one place that are offered to be mended.
const FIXES_MAX: usize = 3;
/// Characters of a diagnostic in a title.
const TITLE_CHARS_MAX: usize = 60;

/// The agents that a place, or what is wrong there, can be given to. `is_asked`: the user wants to
/// know what can be done, and not only the editor.
pub(crate) fn agents(
    view: &View<'_>,
    path: &VfsPath,
    range: Range,
    (diagnostics, is_asked): (&[Diagnostic], bool),
) -> Result<Vec<CodeAction>, ReadError> {
    let mut acc = Vec::new();
    let Some(at) = view.file_range(path, range) else { return Ok(acc) };
    if view.snapshot.journal.is_none() || (!is_asked && diagnostics.is_empty()) {
        return Ok(acc);
    }
    let place = argument(view, at, range);
    let named = |name: Option<String>| match (name, is_selection(range)) {
        (_, true) => "the selection".to_owned(),
        (Some(name), false) => format!("`{name}`"),
        (None, false) => "this".to_owned(),
    };
    let (code, symbol) = (named(symbol_around(view, at)), named(symbol_meant(view, at)));
    for status in view.snapshot.agents()? {
        let Some(agent) = status.agent.filter(|_| status.blocked.is_none()) else { continue };
        let model = view.snapshot.model_state(agent.def.model.as_deref());
        let place = Place { argument: &place, code: &code, symbol: &symbol };
        for capability in &agent.def.capabilities {
            let mut offered = Vec::new();
            match (agent.path.is_none(), agent.def.name.as_str()) {
                (true, "fix") => fixes(&mut offered, &place, capability, diagnostics),
                _ if !is_asked => {}
                (true, name) => {
                    let it = built_in(name, &place, capability);
                    offered.extend(it.map(|it| (it, true)));
                }
                (false, _) if capability.is_for_a_place() => {
                    let it = of_workspace(&agent.def, capability, &place);
                    offered.push((it, capability.skill.is_none()));
                }
                (false, _) => {}
            }
            acc.extend(offered.into_iter().filter_map(|it| with_model(it, &model)));
        }
    }
    if is_asked {
        acc.extend(workflows(view));
        // Some editors hide what is disabled, and nobody would hear why there is nothing.
        if let ModelState::Missing(_) = view.snapshot.model_state(None) {
            let title = "AIOS: edit, fix, write tests … with a model (none is configured)";
            let it = with_command(title, ext::RUN_AGENT, json!({ "agent": "edit" }));
            acc.push(CodeAction { kind: Some(CodeActionKind::from(ANSWER)), ..it });
        }
    }
    Ok(acc)
}

/// An action that asks a model, as far as there is one; the others as they are.
fn with_model((action, asks_model): (CodeAction, bool), model: &ModelState) -> Option<CodeAction> {
    match model {
        ModelState::Off if asks_model => None,
        ModelState::Missing(reason) if asks_model => {
            let disabled = Some(CodeActionDisabled { reason: reason.clone() });
            Some(CodeAction { disabled, ..action })
        }
        _ => Some(action),
    }
}

/// Where an agent would be started.
struct Place<'a> {
    argument: &'a Value,
    /// For titles: the code that an agent is given as its place.
    code: &'a str,
    /// For titles: the symbol that it is given.
    symbol: &'a str,
}

impl Place<'_> {
    /// `prompt` is what the user is asked for before it starts.
    fn action(
        &self,
        (title, kind): (&str, &str),
        (agent, capability): (&str, &Capability),
        more: Value,
        prompt: Option<&str>,
    ) -> CodeAction {
        let mut argument = self.argument.clone();
        argument["agent"] = json!(agent);
        argument["capability"] = json!(capability.name);
        if let (Value::Object(more), Value::Object(argument)) = (more, &mut argument) {
            argument.extend(more);
        }
        if let Some(prompt) = prompt {
            argument["prompt"] = json!(prompt);
        }
        let kind = format!("{kind}.{agent}");
        CodeAction {
            kind: Some(CodeActionKind::from(kind)),
            ..with_command(title, ext::RUN_AGENT, argument)
        }
    }
}

fn built_in(name: &str, place: &Place<'_>, capability: &Capability) -> Option<CodeAction> {
    let Place { code, symbol, .. } = place;
    let (title, kind, more, prompt) = match name {
        "edit" => {
            let prompt = Some("What shall be changed?");
            (format!("AIOS: change {code} as told …"), CHANGE, json!({}), prompt)
        }
        "write-tests" => (format!("AIOS: write tests for {code}"), CHANGE, json!({}), None),
        "write-docs" => (format!("AIOS: write documentation for {code}"), CHANGE, json!({}), None),
        "explain" => {
            let more = json!({ "message": "Explain it." });
            (format!("AIOS: explain {symbol} with a model"), ANSWER, more, None)
        }
        "ask" => {
            let prompt = Some("What do you want to know?");
            ("AIOS: ask the workspace …".to_owned(), ANSWER, json!({}), prompt)
        }
        "new-agent" => {
            let prompt = Some("What shall the agent do?");
            ("AIOS: make an agent from a description …".to_owned(), ANSWER, json!({}), prompt)
        }
        _ => return None,
    };
    // What it does without a model is another action.
    let needs_model = capability.skill.is_none() || name == "explain";
    needs_model.then(|| place.action((&title, kind), (name, capability), more, prompt))
}

fn fixes(
    acc: &mut Vec<(CodeAction, bool)>,
    place: &Place<'_>,
    capability: &Capability,
    diagnostics: &[Diagnostic],
) {
    for it in diagnostics.iter().take(FIXES_MAX) {
        let message = serde_json::to_value(&it.message).unwrap_or_default();
        let Some(message) = message.as_str().or_else(|| message["value"].as_str()) else {
            continue;
        };
        let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(TITLE_CHARS_MAX).collect();
        let dots = if short.len() < line.len() { "…" } else { "" };
        let title = format!("AIOS: fix with a model: {short}{dots}");
        let more = json!({ "arguments": { "diagnostic": line }, "range": it.range });
        let action = place.action((&title, CHANGE), ("fix", capability), more, None);
        acc.push((CodeAction { kind: Some(CodeActionKind::QuickFix), ..action }, true));
    }
}

fn of_workspace(def: &AgentDef, capability: &Capability, place: &Place<'_>) -> CodeAction {
    let description = capability.description.split_whitespace().collect::<Vec<_>>().join(" ");
    let prompt = capability.words().map(|it| it.name.as_str());
    let dots = if prompt.is_some() { " …" } else { "" };
    let title = format!("AIOS: {}: {description}{dots}", def.name);
    place.action((&title, ANSWER), (&def.name, capability), json!({}), prompt)
}

/// The workflows that begin without being told anything.
fn workflows(view: &View<'_>) -> Vec<CodeAction> {
    let own = &view.snapshot.own;
    if own.standing != Standing::Trusted {
        return Vec::new();
    }
    let ready = own.workflows.values().filter(|it| it.parameters.iter().all(|it| !it.required));
    let actions = ready.map(|it| {
        let title = format!("AIOS: run workflow {}", it.name);
        let action = with_command(&title, ext::RUN_WORKFLOW, json!({ "workflow": it.name }));
        CodeAction { kind: Some(CodeActionKind::from("source.aios.workflow")), ..action }
    });
    actions.collect()
}

/// What can be done in a request to an agent, or in the document of a run.
pub(crate) fn document_actions(acc: &mut Vec<CodeAction>, view: &View<'_>, path: &VfsPath) {
    let Some(name) = view.snapshot.runs_folder.as_ref().and_then(|it| path.relative_to(it)) else {
        return;
    };
    let file = view.snapshot.vfs.file_id(path);
    let Some(overlay) = file.and_then(|it| view.snapshot.vfs.overlay(it)) else { return };
    let text = overlay.rope.to_string();
    let Some(stem) = name.strip_suffix(".md") else { return };
    let (agent, command, argument) = match AgentRunId::parse(stem) {
        Some(id) => {
            let Some(message) = read_message(&text) else { return };
            let row = view.snapshot.agent_run(&id).ok();
            let Some(agent) = row.map(|it| it.0.agent) else { return };
            let argument = json!({ "transcript": id.as_str(), "message": message });
            (agent, ext::CONTINUE_RUN, argument)
        }
        None => {
            let Some(written) = read_request(&text) else { return };
            let argument = json!({
                "agent": written.agent,
                "capability": written.capability,
                "arguments": written.arguments,
                "message": written.message,
            });
            (written.agent, ext::RUN_AGENT, argument)
        }
    };
    let action = with_command(&format!("AIOS: send this to {agent}"), command, argument);
    acc.push(CodeAction {
        kind: Some(CodeActionKind::from("quickfix.aios")),
        is_preferred: Some(true),
        ..action
    });
}
