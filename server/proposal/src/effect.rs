//! What a proposal does to the rest of the workspace, as the graph knows it.

use ide::{Analysis, ChangedFile, Effect};

use crate::{Proposal, RiskKind, RiskLevel, RiskReason, Simulation, risk, show};

/// Places that are named in the reason of a risk at most.
const NAMED_MAX: usize = 5;

/// Looks at what `proposal` does to the graph of `analysis`, and weighs it. Where the reading is
/// cancelled the proposal stays as it is, without an effect.
pub fn add_effect(proposal: &mut Proposal, simulation: &Simulation, analysis: &Analysis) {
    let files = changed_files(proposal, simulation);
    if files.is_empty() {
        return;
    }
    let Ok(effect) = analysis.effect(&files) else { return };
    if effect.n_dangling != 0 {
        let roots = &analysis.workspace().roots;
        let places = effect.dangling.iter().take(NAMED_MAX);
        let places = places
            .map(|it| format!("`{}` in {}:{}", it.name, show::path(&it.path, roots), it.line + 1));
        let named: Vec<String> = places.collect();
        let rest = effect.n_dangling.saturating_sub(named.len());
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        let detail = format!("leads nowhere afterwards: {}{rest}", named.join(", "));
        let kind = RiskKind::Dangling;
        risk::add_reason(&mut proposal.risk, RiskReason { level: RiskLevel::High, kind, detail });
    }
    proposal.impact.effect = Some(effect);
}

fn changed_files(proposal: &Proposal, simulation: &Simulation) -> Vec<ChangedFile> {
    let files = simulation.files.iter().filter_map(|file| {
        let facts = file.after.as_ref().and_then(|it| simulation.parsed.facts(it));
        // A text that is no code has a place in the graph only as a whole.
        if file.before == file.after && facts.is_none() {
            return None;
        }
        let edits = file.before.as_ref().and_then(|it| proposal.change.edits.get(it));
        let edited = edits.into_iter().flat_map(|it| it.iter().map(|it| it.range)).collect();
        Some(ChangedFile { before: file.before.clone(), after: file.after.clone(), facts, edited })
    });
    files.collect()
}

/// An effect in one line.
pub(crate) fn describe(effect: &Effect) -> String {
    let mut parts = vec![format!("uses +{} -{}", effect.gained, effect.lost)];
    if effect.n_dangling != 0 {
        parts.push(format!("{} left dangling", effect.n_dangling));
    }
    if effect.n_api != 0 {
        let names = effect.api.iter().take(NAMED_MAX).map(|it| {
            let sign = match it.kind {
                ide::ApiChangeKind::Added => '+',
                ide::ApiChangeKind::Removed => '-',
            };
            format!("{sign}{}", it.name)
        });
        let names: Vec<String> = names.collect();
        let rest = effect.n_api.saturating_sub(names.len());
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        parts.push(format!("seen from other files: {}{rest}", names.join(", ")));
    }
    parts.push(match effect.tests.len() {
        0 => "no test is known to reach it".to_owned(),
        1 => "1 test reaches it".to_owned(),
        n => format!("{n} tests reach it"),
    });
    if effect.is_partial {
        parts.push("a limit was met, there may be more".to_owned());
    }
    parts.join("; ")
}
