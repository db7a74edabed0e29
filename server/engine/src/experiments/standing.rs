//! Where the experiments of the archive stand, and taking one of them back: in any order, whatever
//! was built on it since.

use std::collections::BTreeMap;

use evolve::{
    Accepted, Apart, NUMBERS, TAKEN_BACK, TakenBack, Vocabulary, WORDS_ANEW_KEY, accepted_variant,
    in_force, parameters, without, worse_in_use,
};
use proposal::{ExperimentId, Journal, Proposal, ProposalId, ProposalState, Simulation};
use settings::{Setting, Value};
use store::history::{ExperimentBody, ExperimentRow};
use vfs::VfsPath;

use super::{KEPT_MAX, files::files, levels, words};
use crate::{
    ReadError, RunId, RunOutcome, Snapshot, Then,
    edits::{
        EditDone,
        tasks::{self, EditContext, Ended},
    },
    state::GlobalState,
};

pub(super) type Made = (Proposal, Simulation);

/// An experiment of the archive, and where what it proposed stands.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// What the archive keeps.
    pub row: ExperimentRow,
    /// The state of its proposal; `None` where it has none, or the journal let it go.
    pub state: Option<ProposalState>,
    /// True where it is in force: its proposal was applied, and nobody took it back.
    pub is_in_force: bool,
}

impl Snapshot {
    /// The newest `n_max` experiments, newest first.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where the history cannot be read.
    pub fn experiments(&self, n_max: usize) -> Result<Vec<Experiment>, ReadError> {
        let no_history = || ReadError::Failed("there is no history".to_owned());
        let journal = self.journal.as_ref().ok_or_else(no_history)?;
        Ok(experiments(journal, n_max)?)
    }
}

/// The same from the journal.
pub(super) fn experiments(
    journal: &Journal,
    n_max: usize,
) -> Result<Vec<Experiment>, store::StoreError> {
    let mut taken_back: Vec<String> = Vec::new();
    let mut res = Vec::new();
    for row in journal.experiments().experiments(n_max)? {
        let id = row.proposal.as_deref().and_then(ProposalId::parse);
        // The journal may have let it go.
        let state = id.and_then(|it| journal.proposal(&it).ok()).map(|it| it.state);
        let is_applied = state == Some(ProposalState::Applied);
        if row.outcome == TAKEN_BACK && (is_applied || row.proposal.is_none()) {
            taken_back.extend(row.body.parent.clone());
        }
        let is_change = accepted_variant(&row).is_some() || row.body.suggestion.is_some();
        let is_accepted = is_applied && is_change;
        let is_in_force = is_accepted && !taken_back.contains(&row.id);
        res.push(Experiment { row, state, is_in_force });
    }
    Ok(res)
}

impl GlobalState {
    /// Proposes to take back what an experiment set; `None`: the newest that is in force.
    pub(crate) fn take_back_experiment(&mut self, run: RunId, id: Option<String>, then: Then) {
        self.edit_task(run, "take back experiment", move |ctx| match take_back(ctx, id) {
            Ok(Some(made)) => EditDone::Proposed(run, then, Ok(Box::new(made))),
            Ok(None) => {
                let what = "it is taken back: what it set was set anew since, so nothing changes";
                EditDone::Over(run, RunOutcome::Done(what.to_owned()))
            }
            Err(ended) => EditDone::Over(run, *ended),
        });
    }
}

/// The proposal; `None` where nothing has to change, and it counts as taken back from now on.
fn take_back(ctx: &EditContext, id: Option<String>) -> Result<Option<Made>, Ended> {
    let all = experiments(&ctx.journal, KEPT_MAX).map_err(failed)?;
    let is_meant = |it: &&Experiment| id.as_ref().is_none_or(|id| *id == it.row.id);
    let Some(target) = all.iter().filter(|it| it.is_in_force).find(is_meant) else {
        let which = id.map_or("any experiment".to_owned(), |it| format!("`{it}`"));
        let why = format!("nothing that {which} changed is in force");
        return Err(Box::new(RunOutcome::Refused(why)));
    };
    let (_, made) = taken_back(ctx, &all, target, None)?;
    Ok(made)
}

/// Notes in the archive that `target` of `all` is to be taken back, perhaps because of how it does
/// in use; the row, and the proposal where something has to change.
pub(super) fn taken_back(
    ctx: &EditContext,
    all: &[Experiment],
    target: &Experiment,
    in_use: Option<&Apart>,
) -> Result<(ExperimentRow, Option<Made>), Ended> {
    let (made, note) = match accepted_variant(&target.row) {
        Some(_) => settings_back(ctx, target, all, in_use)?,
        None => levels::take_back(ctx, target, all)?,
    };
    let now_ms = ctx.clock.wall_ms();
    let row = ExperimentRow {
        id: ExperimentId::new(now_ms, ctx.random.next()).to_string(),
        at_ms: now_ms,
        outcome: TAKEN_BACK.to_owned(),
        proposal: made.as_ref().map(|it| it.0.id.to_string()),
        body: ExperimentBody {
            root: target.row.body.root.clone(),
            parent: Some(target.row.id.clone()),
            notes: vec![note],
            variants: in_use.into_iter().map(worse_in_use).collect(),
            ..ExperimentBody::default()
        },
    };
    ctx.journal.experiments().add_experiment(&row, KEPT_MAX).map_err(failed)?;
    Ok((row, made))
}

pub(super) fn failed(why: store::StoreError) -> Ended {
    Box::new(RunOutcome::Failed(why.to_string()))
}

/// Takes back the settings of an experiment: the proposal, and what is to be noted.
fn settings_back(
    ctx: &EditContext,
    target: &Experiment,
    all: &[Experiment],
    in_use: Option<&Apart>,
) -> Result<(Option<Made>, String), Ended> {
    let accepted = all.iter().rev().filter(|it| it.row.body.root == target.row.body.root);
    let accepted: Vec<Accepted> =
        accepted.filter_map(|it| Accepted::of(&it.row, it.is_in_force)).collect();
    let mut now = counting(&ctx.snapshot);
    let rows = all.iter().map(|it| &it.row);
    let anew = words::in_force(rows.clone(), &ctx.snapshot.own.written_vocabulary);
    now.insert(WORDS_ANEW_KEY.to_owned(), anew);
    let TakenBack { changes, left } = without(&accepted, &target.row.id, &now);
    let mut notes: Vec<String> =
        changes.iter().map(|(key, now, then)| format!("{key} {now} → {then}")).collect();
    notes.extend(left.iter().map(|(key, why)| format!("{key} stays: {why}")));
    let why = in_use.map_or(String::new(), |it| format!(" because it is worse in use ({it})"));
    let note = format!("experiment {} is taken back{why}: {}", target.row.id, notes.join(", "));
    let made = match changes.is_empty() {
        true => None,
        false => {
            let older = rows.skip_while(|it| it.id != target.row.id);
            Some(write(ctx, (target, older), &changes, &note)?)
        }
    };
    Ok((made, note))
}

/// What each setting that experiments may change counts now.
fn counting(snapshot: &Snapshot) -> BTreeMap<String, u16> {
    let parameters = parameters();
    let set = |key: &str| {
        let weights = snapshot.settings.weights.iter();
        let name = key.strip_prefix("weights.")?;
        weights.copied().find(|it| it.0 == name).map(|it| it.1)
    };
    let counts = in_force(&parameters, &snapshot.own.written_vocabulary, &set);
    let mut res: BTreeMap<String, u16> =
        parameters.iter().map(|it| it.key.to_owned()).zip(counts).collect();
    // What suggestions set beside the weights.
    for (key, ..) in NUMBERS {
        let set = snapshot.in_force.get(key).map(|it| it.0.clone());
        let value = set.or_else(|| Some(Setting::find(key)?.default_value()));
        if let Some(Value::Int(value)) = value {
            res.extend(u16::try_from(value).ok().map(|it| (key.to_owned(), it)));
        }
    }
    res
}

/// Proposes the settings as they are without the experiment.
fn write<'a>(
    ctx: &EditContext,
    (target, older): (&Experiment, impl Iterator<Item = &'a ExperimentRow>),
    changes: &[(String, u16, u16)],
    reason: &str,
) -> Result<Made, Ended> {
    let root = VfsPath::new(&target.row.body.root);
    let no_folder = || Box::new(RunOutcome::Refused("its folder is not open".to_owned()));
    let root = root.ok_or_else(no_folder)?;
    let numbers: Vec<(String, u16)> = changes.iter().map(|it| (it.0.clone(), it.2)).collect();
    let anew = numbers.iter().find(|it| it.0 == WORDS_ANEW_KEY);
    let anew = anew.and_then(|it| words::text(older, it.1)).map(Vocabulary::parse);
    let anew = anew.transpose().map_err(|it| Box::new(RunOutcome::Failed(it.1)))?;
    let learned = Vocabulary::default();
    let files = files(ctx, &root, &numbers, (anew.map(|it| it.0), &learned))?;
    let title = format!("Take back experiment {}", target.row.id);
    tasks::write_files(ctx, (title, reason.to_owned()), &files)
}
