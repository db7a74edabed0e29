//! `textDocument/codeAction` and its resolve: what can be done here.

use engine::ReadError;
use ide::{
    ACTION_CREATE_SETTINGS, ACTION_REFACTOR, ACTION_RENAME, ACTION_REWRITE, Action, Refactor,
};
use proposal::{Recorded, Transaction, TransactionKind, paths_below};
use serde_json::{Value, json};
use tower_lsp::{
    gen_lsp_types::{
        CodeAction, CodeActionDisabled, CodeActionKind, CodeActionParams, CodeActionResponse,
        CodeActionTriggerKind, Command, Range,
    },
    jsonrpc::Result,
};
use vfs::VfsPath;

use crate::{
    agent_actions,
    backend::Backend,
    ext, from_proto,
    review::{check_action, document_actions},
    settings_actions::settings_actions,
    skill_actions::{asked_for, questions, remedies},
    view::View,
};

/// The action of proposals of what is missing after a change that was applied in part.
const ACTION_COMPLETE: &str = "complete";
/// A kind of its own: it changes nothing, and VS Code hides the kind `source` from its light bulb.
pub(crate) const SEARCH_KIND: &str = "aios.search";
/// A longer selection is no question.
const QUESTION_BYTES_MAX: usize = 2_000;
/// How far back the last change to a file is looked for.
const TRANSACTIONS_MAX: usize = 20;

pub(crate) async fn handle_code_action(
    backend: &Backend,
    params: CodeActionParams,
) -> Result<Option<Vec<CodeActionResponse>>> {
    let path = from_proto::path(&params.text_document)?;
    let answer = backend.link().read("actions", move |view| {
        let mut acc = Vec::new();
        document_actions(&mut acc, view, &path, params.range.start.line);
        agent_actions::document_actions(&mut acc, view, &path);
        if let Some(at) = view.file_range(&path, params.range) {
            let actions = view.snapshot.analysis.actions(at)?;
            acc.extend(actions.iter().map(|it| code_action(view, it)));
        }
        acc.extend(asked_for(view, &path, params.range));
        acc.extend(remedies(view, &path, params.range, &params.context.diagnostics));
        let is_asked = params.context.trigger_kind != Some(CodeActionTriggerKind::Automatic);
        if is_asked {
            acc.extend(settings_actions(view, &path)?);
            acc.extend(questions(view, &path, params.range));
            acc.extend(undo_action(view, &path)?);
            acc.extend(rest_actions(view, &path)?);
            acc.extend(search_actions(view, &path, params.range));
            if view.file_range(&path, params.range).is_some() {
                acc.push(check_action(view));
            }
        }
        let given = (params.context.diagnostics.as_slice(), is_asked);
        acc.extend(agent_actions::agents(view, &path, params.range, given)?);
        if let Some(only) = &params.context.only {
            acc.retain(|it| only.iter().any(|kind| is_of_kind(it, kind)));
        }
        Ok(Some(acc.into_iter().filter_map(|it| for_client(view, it)).collect()))
    });
    answer.await
}

/// Editors ask this for every action, also for one that has all it needs; it goes back as it came.
pub(crate) async fn handle_code_action_resolve(
    _backend: &Backend,
    action: CodeAction,
) -> Result<CodeAction> {
    Ok(action)
}

/// Undo of the last change of ours that still stands in this file. Not for questions that an editor
/// asks by itself with every move of the cursor.
fn undo_action(
    view: &View<'_>,
    path: &VfsPath,
) -> std::result::Result<Option<CodeAction>, ReadError> {
    let Some(journal) = &view.snapshot.journal else { return Ok(None) };
    let recent = journal.transactions(TRANSACTIONS_MAX)?;
    let stands = |it: &&Transaction| it.kind != TransactionKind::Undo && it.is_in_force(path);
    Ok(recent.iter().find(stands).map(|last| CodeAction {
        kind: Some(CodeActionKind::from("refactor.rewrite.aios.undo")),
        ..with_command(
            &format!("AIOS: undo last change ({})", last.title),
            ext::UNDO,
            json!({ "transaction": last.id.as_str() }),
        )
    }))
}

/// What waits here because a change was applied in part: it can be completed or set aside.
fn rest_actions(
    view: &View<'_>,
    path: &VfsPath,
) -> std::result::Result<Vec<CodeAction>, ReadError> {
    let Some(journal) = &view.snapshot.journal else { return Ok(Vec::new()) };
    let recent = journal.proposals(TRANSACTIONS_MAX)?;
    let is_here = |it: &Recorded| it.proposal.files.iter().any(|file| file.path() == path);
    let rests = recent.into_iter().filter(|it| {
        it.is_pending() && it.proposal.origin.action == ACTION_COMPLETE && is_here(it)
    });
    let actions = rests.flat_map(|Recorded { proposal, .. }| {
        let verbs = [("apply", ext::APPLY_PROPOSAL), ("set aside", ext::REJECT_PROPOSAL)];
        verbs.map(|(verb, command)| CodeAction {
            kind: Some(CodeActionKind::from("refactor.rewrite.aios.rest")),
            ..with_command(
                &format!("AIOS: {verb}: {}", proposal.title),
                command,
                json!({ "proposal": proposal.id.as_str() }),
            )
        })
    });
    Ok(actions.collect())
}

/// Whether a range is more than where the cursor stands. Some editors (Helix) always select the
/// character below it.
pub(crate) fn is_selection(range: Range) -> bool {
    let (start, end) = (range.start, range.end);
    start.line != end.line || start.character + 1 < end.character
}

/// Searches that begin here: for code like this, and for what the selection, or without one the
/// line, speaks of. Not for questions that an editor asks by itself either.
fn search_actions(view: &View<'_>, path: &VfsPath, range: Range) -> Vec<CodeAction> {
    let at = view.file_range(path, range);
    let place = at.and_then(|at| {
        let text = view.snapshot.text(at.file)?;
        let facts = view.snapshot.analysis.facts(at.file)?;
        let line = facts.lines.line(range.start.line)?;
        let asked = if is_selection(range) { at.range } else { line };
        let has_chunk = facts.chunks.iter().any(|it| it.range.intersects(line));
        Some((text.get(asked.to_usize())?.trim().to_owned(), has_chunk))
    });
    let Some((asked, has_chunk)) = place else { return Vec::new() };
    let action = |title: &str, argument: Value| CodeAction {
        kind: Some(CodeActionKind::from(SEARCH_KIND)),
        ..with_command(title, ext::SHOW_HITS, argument)
    };
    let mut res = Vec::new();
    let here = json!({ "uri": view.uri(path), "position": range.start });
    if has_chunk {
        res.push(action("AIOS: find similar code", json!({ "similarTo": here })));
    }
    if memory::has_words(&asked) && asked.len() <= QUESTION_BYTES_MAX {
        let argument = json!({ "query": asked, "askedAt": here });
        res.push(action("AIOS: where is this done?", argument));
    }
    res
}

fn code_action(view: &View<'_>, action: &Action) -> CodeAction {
    let path = view.snapshot.vfs.path(action.at.file);
    let version = view.snapshot.vfs.overlay(action.at.file).map(|it| it.version);
    let place = view.location(action.at.file, action.at.range);
    let (command, argument) = match action.id {
        ACTION_RENAME => {
            let text_document = json!({ "uri": place.uri, "version": version });
            let position = json!(place.range.start);
            (ext::RENAME_SYMBOL, json!({ "textDocument": text_document, "position": position }))
        }
        ACTION_CREATE_SETTINGS => {
            let roots = view.snapshot.roots.iter();
            let root = roots.filter(|it| path.starts_with(it)).max_by_key(|it| it.as_str().len());
            (ext::CREATE_SETTINGS, json!({ "root": root.map(|it| view.uri(it)) }))
        }
        ACTION_REFACTOR => {
            let text_document = json!({ "uri": place.uri, "version": version });
            let refactor = action.refactor.as_ref().map(|it| it.id());
            let range = json!(place.range);
            let mut argument =
                json!({ "textDocument": text_document, "range": range, "refactor": refactor });
            if let Some(Refactor::AddImport { module: Some(module) }) = &action.refactor {
                argument["name"] = json!(module);
            }
            (ext::REFACTOR, argument)
        }
        ACTION_REWRITE => {
            let rewrite = action.rewrite.as_ref();
            let argument = json!({
                "pattern": rewrite.map(|it| &it.pattern),
                "replacement": rewrite.map(|it| &it.replacement),
                "language": rewrite.map(|it| &it.language),
            });
            (ext::REWRITE, argument)
        }
        other => unreachable!("the façade knows no action `{other}`"),
    };
    let mut disabled = action.disabled.clone();
    if action.id == ACTION_RENAME && !view.session.can.input_new_name {
        // A command cannot ask for a name in a protocol without input; the editor's rename can.
        disabled = disabled.or_else(|| Some("use the editor's rename, which asks here".to_owned()));
    }
    CodeAction {
        kind: Some(CodeActionKind::from(action.kind)),
        disabled: disabled.map(|reason| CodeActionDisabled {
            reason: paths_below(&reason, &view.snapshot.roots),
        }),
        ..with_command(&action.title, command, argument)
    }
}

/// An action that runs one of our commands.
pub(crate) fn with_command(title: &str, command: &str, argument: Value) -> CodeAction {
    CodeAction {
        title: title.to_owned(),
        data: Some(argument.clone()),
        command: Some(Command {
            title: title.to_owned(),
            tooltip: None,
            command: command.to_owned(),
            arguments: Some(vec![argument]),
        }),
        ..CodeAction::default()
    }
}

/// True where `action` is of `kind` or below it: `refactor` holds `refactor.rewrite`.
fn is_of_kind(action: &CodeAction, kind: &CodeActionKind) -> bool {
    let Some(own) = &action.kind else { return false };
    let rest = own.as_str().strip_prefix(kind.as_str());
    rest.is_some_and(|it| kind.as_str().is_empty() || it.is_empty() || it.starts_with('.'))
}

/// The action as far as the client can take it; `None` where it cannot.
fn for_client(view: &View<'_>, mut action: CodeAction) -> Option<CodeActionResponse> {
    let can = &view.session.can;
    if action.disabled.is_some() {
        if !can.disabled_actions || !can.code_action_literals {
            return None;
        }
        action.command = None;
    }
    if !can.code_action_literals {
        // What is an edit alone, the user of such an editor makes by hand.
        return action.command.map(CodeActionResponse::from);
    }
    if !can.code_action_data {
        action.data = None;
    }
    Some(action.into())
}
