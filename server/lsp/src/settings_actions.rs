//! Code actions on the settings file of a workspace and on its vocabulary: what experiments propose
//! to change in them, what they changed, and taking that back.

use engine::{Experiment, ReadError};
use evolve::{TAKEN_BACK, VOCABULARY_FILE, accepted_variant, summary};
use proposal::ProposalState;
use serde_json::json;
use settings::{EvolvePolicy, WORKSPACE_FILE};
use tower_lsp::gen_lsp_types::{CodeAction, CodeActionKind};
use vfs::VfsPath;

use crate::{ext, handlers::code_action::with_command, view::View};

/// It shows something.
const SHOW: &str = "source.aios.evolve";
/// It changes the file.
const CHANGE: &str = "refactor.rewrite.aios.evolve";
/// Experiments that are looked at.
const EXPERIMENTS_MAX: usize = 50;
/// Of those in force, so many can be taken back from here.
const TAKEN_BACK_MAX: usize = 3;
/// Characters of what changes in a title.
const TITLE_CHARS_MAX: usize = 80;

/// What can be done with the settings file or the vocabulary at `path`; nothing where it is
/// neither.
pub(crate) fn settings_actions(
    view: &View<'_>,
    path: &VfsPath,
) -> Result<Vec<CodeAction>, ReadError> {
    let mut roots = view.snapshot.roots.iter();
    let is_settings =
        roots.any(|it| [WORKSPACE_FILE, VOCABULARY_FILE].iter().any(|own| it.join(own) == *path));
    if !is_settings || view.snapshot.journal.is_none() {
        return Ok(Vec::new());
    }
    let all = view.snapshot.experiments(EXPERIMENTS_MAX)?;
    let mut res = Vec::new();
    for it in all.iter().filter(|it| it.state == Some(ProposalState::Pending)) {
        waiting(&mut res, it);
    }
    for it in all.iter().filter(|it| it.is_in_force).take(TAKEN_BACK_MAX) {
        let changes = changes(it);
        let argument = json!({ "experiment": it.row.id });
        res.push(action(
            (&format!("AIOS: why {changes}?"), SHOW),
            ext::SHOW_EXPERIMENT,
            argument.clone(),
        ));
        res.push(action(
            (&format!("AIOS: take back {changes}"), CHANGE),
            ext::TAKE_BACK_EXPERIMENT,
            argument,
        ));
    }
    if view.snapshot.settings.evolve != EvolvePolicy::Off {
        let title = "AIOS: look for settings that find this code better";
        res.push(action((title, SHOW), ext::EVOLVE, json!({})));
    }
    Ok(res)
}

/// A proposal of an experiment waits: what would change, why, and yes or no.
fn waiting(acc: &mut Vec<CodeAction>, it: &Experiment) {
    let Some(proposal) = &it.row.proposal else { return };
    let changes = changes(it);
    let of_experiment = json!({ "experiment": it.row.id });
    let of_proposal = json!({ "proposal": proposal });
    acc.push(action(
        (&format!("AIOS: show what would change: {changes}"), SHOW),
        ext::SHOW_PROPOSAL,
        of_proposal.clone(),
    ));
    if it.row.outcome != TAKEN_BACK {
        let title = format!("AIOS: show the proof for {changes}");
        acc.push(action((&title, SHOW), ext::SHOW_EXPERIMENT, of_experiment));
    }
    for (verb, command) in [("apply", ext::APPLY_PROPOSAL), ("reject", ext::REJECT_PROPOSAL)] {
        let title = format!("AIOS: {verb} {changes}");
        acc.push(action((&title, CHANGE), command, of_proposal.clone()));
    }
}

/// What an experiment changes, in a few words.
fn changes(it: &Experiment) -> String {
    let text = match accepted_variant(&it.row) {
        None => summary(&it.row),
        Some(variant) => {
            let pairs = it.row.body.before.iter().zip(&variant.values);
            let changed = pairs.filter(|(before, after)| before.1 != after.1);
            let changed =
                changed.map(|(before, after)| format!("{} {} → {}", after.0, before.1, after.1));
            changed.collect::<Vec<_>>().join(", ")
        }
    };
    if text.chars().count() <= TITLE_CHARS_MAX {
        return text;
    }
    text.chars().take(TITLE_CHARS_MAX - 1).chain(['…']).collect()
}

fn action(
    (title, kind): (&str, &'static str),
    command: &'static str,
    argument: serde_json::Value,
) -> CodeAction {
    CodeAction { kind: Some(CodeActionKind::from(kind)), ..with_command(title, command, argument) }
}
