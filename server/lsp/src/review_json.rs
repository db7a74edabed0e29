//! A proposal as plain data, for clients that have it reviewed themselves.

use proposal::{Part, Proposal, Recorded, SimulatedFile, Simulation, parts};
use serde_json::{Value, json};

use crate::view::View;

/// The answer to `aios.review`. Texts of secret files are not in it.
pub(crate) fn review_json(view: &View<'_>, recorded: &Recorded, simulation: &Simulation) -> Value {
    let proposal = &recorded.proposal;
    let parts = parts(proposal, simulation);
    let files = (0..proposal.files.len()).map(|nth| {
        let own = parts.iter().filter(|it| it.id.file as usize == nth);
        file_json(view, proposal, nth, simulation, own)
    });
    let reasons = proposal.risk.reasons.iter();
    let left = proposal.left.iter().map(|it| {
        json!({ "uri": view.uri(&it.path), "line": it.line, "text": it.text, "reason": it.reason })
    });
    json!({
        "proposal": proposal.id.as_str(),
        "title": proposal.title,
        "reason": proposal.reason,
        "caller": proposal.origin.caller,
        "action": proposal.origin.action,
        "state": recorded.state.name(),
        "risk": proposal.risk.level.name(),
        "riskReasons": reasons.map(|it| it.detail.as_str()).collect::<Vec<&str>>(),
        "files": files.collect::<Vec<Value>>(),
        "left": left.collect::<Vec<Value>>(),
    })
}

fn file_json<'a>(
    view: &View<'_>,
    proposal: &Proposal,
    nth: usize,
    simulation: &Simulation,
    parts: impl Iterator<Item = &'a Part>,
) -> Value {
    let plan = &proposal.files[nth];
    let is_it = |it: &&SimulatedFile| it.before == plan.before && it.after == plan.after;
    let file = simulation.files.iter().find(is_it).filter(|_| !plan.is_secret);
    let kind = match (&plan.before, &plan.after) {
        (None, _) => "create",
        (_, None) => "delete",
        (before, after) if before != after => "move",
        _ => "edit",
    };
    json!({
        "uri": view.uri(plan.before.as_ref().unwrap_or(plan.path())),
        "newUri": plan.after.as_ref().map(|it| view.uri(it)),
        "path": plan.path().as_str(),
        "kind": kind,
        "version": plan.version,
        "secret": plan.is_secret,
        "parts": parts.map(|it| part_json(it, file)).collect::<Vec<Value>>(),
    })
}

fn part_json(part: &Part, file: Option<&SimulatedFile>) -> Value {
    let lines = |text: Option<&str>, range: &std::ops::Range<usize>| {
        let lines = text.unwrap_or_default().split_inclusive('\n');
        lines.skip(range.start).take(range.len()).collect::<String>()
    };
    json!({
        "id": part.id.to_string(),
        "kind": part.kind.name(),
        "reasons": part.reasons,
        "old": { "start": part.old.start, "lines": part.old.len() },
        "new": { "start": part.new.start, "lines": part.new.len() },
        "oldText": lines(file.and_then(SimulatedFile::pre_text), &part.old),
        "newText": lines(file.and_then(SimulatedFile::post_text), &part.new),
    })
}
