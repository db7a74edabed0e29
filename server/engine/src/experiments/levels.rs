//! What was noted of the server's use, looked through for what should be another way: the first
//! suggestion that can be made is a proposal, or is told where no file could say it.

mod neighbours;

use agent::{
    Revision, SkillId, built_in_agents, can_be_step, instructed, instructing, is_routine,
    limit_values, revised, routine,
};
use disk::IGNORE_FILE;
use evolve::{
    Accepted, AgentNow, Indexed, Level, Looked, NUMBERS, RunLimit, Suggestion, TakenBack, Troubled,
    Vocabulary, Wish, admitted_file, failing_agents, longer_lists, noisy_files, routines,
    short_limits, troubled_agents, unanswered, without,
};
use ide::{FileMove, Mover, RefactorError, Refactoring};
use proposal::{ExperimentId, ProposalId, ProposalState, TransactionKind, UndoRequest, UndoScope};
use settings::Source;
use store::history::{EpisodeRow, ExperimentBody, ExperimentRow, VariantRow};
use vfs::VfsPath;

use super::{
    DAY_MS, EvolveDone, KEPT_MAX, REMEMBERED_MS,
    standing::{Experiment, Made, experiments, failed},
};
use crate::{
    EPISODES_MAX, Lane, Own, RunId, RunOutcome,
    edits::{
        refactor::{ACTION_MOVE_FILES, refactoring_draft},
        tasks::{self, EditContext, Ended, not_allowed, refused},
    },
    own::OWN_FOLDER,
    state::GlobalState,
    task::{Task, TaskDone},
};

/// What the run is called that nobody asked for.
pub(crate) const RUN: &str = "look for suggestions";
/// Episodes that are looked through: all that are kept of every kind.
const EPISODES_READ_MAX: usize = 16 * EPISODES_MAX;
/// Transactions that are looked through for that of a proposal.
const TRANSACTIONS_MAX: usize = 5_000;
/// Suggestions that are named beside the one that is made.
const NAMED_MAX: usize = 5;

impl GlobalState {
    /// Looks for suggestions at these levels.
    pub(super) fn look(&mut self, run: RunId, levels: Vec<Level>, is_asked_for: bool) {
        let Some(ctx) = self.edit_context_of(run) else { return };
        self.experiments.running = Some(run);
        self.experiments.looked_ms = Some(self.outside.clock.wall_ms());
        if is_asked_for {
            self.begin_progress(run, "Looking at what was done");
        }
        // Whoever asks a model waits, and nothing else may wait for that.
        let asks =
            is_asked_for && levels.contains(&Level::Code) && ctx.snapshot.models.get(None).is_ok();
        let lane = if asks { Lane::Agents } else { Lane::Work };
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane,
            name: RUN,
            on_panic: TaskDone::Evolve(EvolveDone::Over(run, lost)),
            work: Box::new(move || {
                let ended = looked(&ctx, run, &levels, is_asked_for);
                TaskDone::Evolve(ended.unwrap_or_else(|it| EvolveDone::Over(run, *it)))
            }),
        });
    }

    /// True where an idle server may look for suggestions: it looked and the last was made long
    /// enough ago, and nothing waits for an answer.
    pub(super) fn is_time_to_look(&self) -> bool {
        let Some(journal) = &self.outside.journal else { return false };
        let now_ms = self.outside.clock.wall_ms();
        if self.experiments.looked_ms.is_some_and(|it| now_ms < it + DAY_MS) {
            return false;
        }
        let Ok(past) = experiments(journal, KEPT_MAX) else { return false };
        let keeps_still = |it: &Experiment| {
            let is_recent = it.row.body.suggestion.is_some() && now_ms < it.row.at_ms + DAY_MS;
            is_recent || it.state == Some(ProposalState::Pending)
        };
        self.configuration.settings.episodes && !past.iter().any(keeps_still)
    }
}

/// A suggestion with its proposal, where it makes one.
type Chosen = (Suggestion, Option<Made>);

/// What suggestions are chosen by.
struct Looking<'a> {
    ctx: &'a EditContext,
    root: VfsPath,
    /// Episodes of all kinds, the oldest first.
    rows: Vec<EpisodeRow>,
    past: Vec<Experiment>,
    now_ms: u64,
    is_asked_for: bool,
    notes: Vec<String>,
}

/// What the rules say at these levels, as a row of the archive with its proposal.
fn looked(
    ctx: &EditContext,
    run: RunId,
    levels: &[Level],
    is_asked_for: bool,
) -> Result<EvolveDone, Ended> {
    let root = ctx.snapshot.roots.first().cloned();
    let root = root.ok_or_else(|| not_allowed("no folder is open"))?;
    let rows = ctx.snapshot.noted_episodes(None, EPISODES_READ_MAX);
    let mut rows = rows.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
    rows.reverse();
    let past = experiments(&ctx.journal, KEPT_MAX).map_err(failed)?;
    let (now_ms, notes) = (ctx.clock.wall_ms(), Vec::new());
    let mut looking = Looking { ctx, root, rows, past, now_ms, is_asked_for, notes };
    let chosen = looking.choose(levels)?;
    if chosen.is_none() && !is_asked_for {
        return Ok(EvolveDone::Over(run, RunOutcome::Done("there is nothing to suggest".into())));
    }
    let outcome = match &chosen {
        None => "nothing to suggest",
        Some((_, None)) => "told",
        Some((_, Some(_))) => "suggested",
    };
    let (suggestion, made) = chosen.map_or((None, None), |it| (Some(it.0), it.1));
    let (before, variants) = suggestion.as_ref().and_then(numbers_of).unwrap_or_default();
    let level = suggestion.as_ref().map(|it| it.level).or_else(|| levels.first().copied());
    let row = ExperimentRow {
        id: ExperimentId::new(now_ms, ctx.random.next()).to_string(),
        at_ms: now_ms,
        outcome: outcome.to_owned(),
        proposal: made.as_ref().map(|it| it.0.id.to_string()),
        body: ExperimentBody {
            root: looking.root.to_string(),
            level: level.map_or_else(String::new, |it| it.name().to_owned()),
            suggestion: suggestion.map(|it| it.row()),
            before,
            variants,
            notes: looking.notes,
            ..ExperimentBody::default()
        },
    };
    ctx.journal.experiments().add_experiment(&row, KEPT_MAX).map_err(failed)?;
    Ok(EvolveDone::Ended(run, Box::new(row), made.map(Box::new)))
}

impl Looking<'_> {
    /// The first suggestion at these levels that can be made.
    fn choose(&mut self, levels: &[Level]) -> Result<Option<Chosen>, Ended> {
        let mut chosen = None;
        for level in levels {
            let Looked { suggestions, notes } = at_level(self.ctx, *level, &self.rows)?;
            self.notes.extend(notes);
            for it in suggestions.into_iter().take(NAMED_MAX) {
                match chosen {
                    None => chosen = self.made(it)?,
                    Some(_) => self.notes.push(format!("seen too: {}", it.title)),
                }
            }
        }
        // A model costs something: nobody asks one unasked.
        if chosen.is_none() && self.is_asked_for && levels.contains(&Level::Code) {
            chosen = self.by_model()?;
        }
        Ok(chosen)
    }

    /// The suggestion with its proposal; none where it was not wanted or cannot be made.
    fn made(&mut self, it: Suggestion) -> Result<Option<Chosen>, Ended> {
        if self.ctx.cancel.is_cancelled() {
            return Err(Box::new(RunOutcome::Cancelled));
        }
        if let Some(why) = why_not(&self.past, &it.about, self.now_ms, self.is_asked_for) {
            self.notes.push(format!("{}: {why}", it.title));
            return Ok(None);
        }
        match make(self.ctx, &self.root, &it) {
            Ok(made) => Ok(Some((it, made))),
            Err(ended) => {
                self.notes.push(format!("{}: {}", it.title, ended.describe()));
                Ok(None)
            }
        }
    }

    /// Other instructions for an agent whose runs go wrong, as a model writes them.
    fn by_model(&mut self) -> Result<Option<Chosen>, Ended> {
        let ctx = self.ctx;
        let mut troubled = troubled_agents(&self.rows, &agents_now(ctx)?).into_iter();
        let may = |it: &Troubled| why_not(&self.past, &it.about(), self.now_ms, true).is_none();
        let Some(it) = troubled.find(may) else { return Ok(None) };
        let name = &it.agent;
        let roster = ctx.snapshot.own.roster();
        let Some(agent) = roster.iter().find(|agent| agent.def.name == *name) else {
            return Ok(None);
        };
        let model = match ctx.snapshot.models.get(None) {
            Ok(model) => model,
            Err(why) => {
                let why = format!("other instructions for `{name}` need a model: {why}");
                self.notes.push(why);
                return Ok(None);
            }
        };
        let ends: Vec<&str> = it.ends.iter().map(String::as_str).collect();
        let request = instructing(&agent.def, &ends);
        let reply = model.model.chat(&request, &ctx.cancel.flag(), &mut |_| {});
        if ctx.cancel.is_cancelled() {
            return Err(Box::new(RunOutcome::Cancelled));
        }
        let id = model.model.id();
        let said = reply.map_err(|it| it.to_string()).and_then(|it| instructed(&agent.def, &it));
        match said {
            Ok(text) => self.made(it.suggestion(&text, id)),
            Err(why) => {
                self.notes.push(format!("other instructions for `{name}` by {id}: {why}"));
                Ok(None)
            }
        }
    }
}

/// The setting that a suggestion sets, as experiments keep it: so it is taken back in any order,
/// too.
fn numbers_of(it: &Suggestion) -> Option<(Vec<(String, u16)>, Vec<VariantRow>)> {
    let Wish::Number { key, before, after } = it.wish else { return None };
    let variant = VariantRow {
        values: vec![(key.to_owned(), after)],
        found_by: "what was seen".to_owned(),
        ..VariantRow::default()
    };
    Some((vec![(key.to_owned(), before)], vec![variant]))
}

/// What the rules of one level see.
fn at_level(ctx: &EditContext, level: Level, rows: &[EpisodeRow]) -> Result<Looked, Ended> {
    let own = &ctx.snapshot.own;
    Ok(match level {
        Level::Configuration => {
            let indexed = neighbours::indexed(ctx)?;
            let indexed: Indexed<'_> = indexed.iter().map(|it| (it.0.as_str(), *it.1)).collect();
            let top_k = u16::try_from(ctx.snapshot.settings.top_k).unwrap_or(u16::MAX);
            noisy_files(rows, &indexed).and(longer_lists(rows, top_k))
        }
        Level::Structure => neighbours::structure(ctx)?,
        Level::Code => {
            let agents = agents_now(ctx)?;
            short_limits(rows, &agents).and(failing_agents(rows, &agents))
        }
        Level::Capability => {
            let is_known = |names: &[&str]| own.workflows.values().any(|it| is_routine(it, names));
            let commands = rows.iter().filter(|it| it.kind == "command");
            let commands: Vec<EpisodeRow> = commands.cloned().collect();
            routines(&commands, &can_be_step, &is_known).and(unanswered(rows))
        }
    })
}

fn agents_now(ctx: &EditContext) -> Result<Vec<AgentNow>, Ended> {
    let all = ctx.snapshot.agents().map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
    let one = |it: crate::AgentStatus| {
        let agent = it.agent?;
        Some(AgentNow {
            name: it.name,
            limits: LIMITS.map(|(limit, nth)| (limit, limit_values(&agent.def.limits)[nth].1)),
            is_own: agent.path.is_some(),
            is_active: it.blocked.is_none(),
        })
    };
    Ok(all.into_iter().filter_map(one).collect())
}

/// The limits in the order of [`limit_values`].
const LIMITS: [(RunLimit, usize); 3] =
    [(RunLimit::Steps, 0), (RunLimit::Tokens, 1), (RunLimit::Seconds, 2)];

/// Why the same is not suggested now: it waits, or the user said no to it not long ago.
fn why_not(past: &[Experiment], about: &str, now_ms: u64, is_asked_for: bool) -> Option<String> {
    let is_same =
        |it: &&Experiment| it.row.body.suggestion.as_ref().is_some_and(|it| it.about == about);
    let last = past.iter().find(is_same)?;
    let day = proposal::minute(last.row.at_ms);
    let is_recent = now_ms < last.row.at_ms + REMEMBERED_MS;
    let days = REMEMBERED_MS / DAY_MS;
    match last.state {
        Some(ProposalState::Pending) => {
            let id = last.row.proposal.as_deref().unwrap_or_default();
            Some(format!("suggested at {day} as {id}, which waits for an answer"))
        }
        Some(_) if is_recent && !last.is_in_force => {
            Some(format!("suggested at {day}, and not wanted; not again within {days} days"))
        }
        None if is_recent && !is_asked_for => {
            Some(format!("told at {day}; not again within {days} days"))
        }
        _ => None,
    }
}

/// The proposal of a suggestion; none where it is only told.
fn make(ctx: &EditContext, root: &VfsPath, it: &Suggestion) -> Result<Option<Made>, Ended> {
    let files = match &it.wish {
        Wish::Told => return Ok(None),
        Wish::Routine(commands) => {
            let (name, text) = routine(commands).ok_or_else(|| not_allowed("not a workflow"))?;
            let path = format!("{OWN_FOLDER}/workflows/{name}.yaml");
            if ctx.present(&root.join(&path)).map_err(not_allowed)?.is_some() {
                return Err(not_allowed(format!("{path} is there already")));
            }
            vec![(path, Some(text))]
        }
        Wish::Limit { agent, limit, after, .. } => {
            vec![revised_file(ctx, root, agent, Revision::Limit(limit.name(), *after))?]
        }
        Wish::Instructions { agent, text } => {
            vec![revised_file(ctx, root, agent, Revision::Instructions(text))?]
        }
        Wish::Suspend(agent) => vec![revised_file(ctx, root, agent, Revision::Suspended)?],
        Wish::Ignore(lines) => {
            let mut text = super::files::text_of(ctx, &root.join(IGNORE_FILE))?;
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            lines.iter().for_each(|it| text.extend([it.as_str(), "\n"]));
            vec![(IGNORE_FILE.to_owned(), Some(text))]
        }
        Wish::Number { key, after, .. } => {
            return number(ctx, root, (key, *after), (it.title.clone(), it.sure.clone())).map(Some);
        }
        Wish::Move { from, to } => {
            let moves = FileMove { from: root.join(from), to: root.join(to) };
            let done = ctx.snapshot.analysis.move_files(&[moves], Mover::Change);
            return refactored(ctx, root, ACTION_MOVE_FILES, done).map(Some);
        }
        Wish::BreakCycle(path) => {
            let file = ctx.snapshot.file(&root.join(path)).map_err(not_allowed)?;
            let done = ctx.snapshot.analysis.break_cycle(file);
            return refactored(ctx, root, SkillId::BreakCycle.skill().name, done).map(Some);
        }
    };
    write(ctx, root, (it.title.clone(), it.sure.clone()), files).map(Some)
}

/// Proposes another number for a setting, where a suggestion may set it and nobody stronger does.
fn number(
    ctx: &EditContext,
    root: &VfsPath,
    (key, value): (&str, u16),
    words: (String, String),
) -> Result<Made, Ended> {
    let is_admitted = |it: &(&str, u16, u16)| it.0 == key && (it.1..=it.2).contains(&value);
    if !NUMBERS.iter().any(is_admitted) {
        return Err(not_allowed(format!("`{key}` = {value} is refused: no suggestion sets it")));
    }
    if ctx.snapshot.in_force.get(key).is_some_and(|it| it.1 == Source::Client) {
        return Err(not_allowed(format!("the editor sets `{key}`, which is stronger")));
    }
    let numbers = [(key.to_owned(), value)];
    let files = super::files::files(ctx, root, &numbers, (None, &Vocabulary::default()))?;
    tasks::write_files(ctx, words, &files)
}

/// Proposes what a refactoring did on paper, where it leaves nothing to the user and touches no
/// file that is out of reach.
fn refactored(
    ctx: &EditContext,
    root: &VfsPath,
    action: &str,
    done: Result<Refactoring, RefactorError>,
) -> Result<Made, Ended> {
    let done = done.map_err(not_allowed)?;
    if !done.left.is_empty() {
        let n = done.left.len();
        return Err(not_allowed(format!(
            "{n} places would be left to you: not without being asked"
        )));
    }
    for path in done.change.paths() {
        admitted_file(path.relative_to(root).unwrap_or_default()).map_err(not_allowed)?;
    }
    ctx.propose(refactoring_draft(ctx, action, done))
}

/// Proposes that files hold this, where a suggestion may write them.
fn write(
    ctx: &EditContext,
    root: &VfsPath,
    words: (String, String),
    files: Vec<(String, Option<String>)>,
) -> Result<Made, Ended> {
    files.iter().try_for_each(|it| admitted_file(&it.0)).map_err(not_allowed)?;
    let files: Vec<(VfsPath, Option<String>)> =
        files.into_iter().map(|(path, text)| (root.join(&path), text)).collect();
    tasks::write_files(ctx, words, &files)
}

/// The file of an agent with a revision. One that came with the program gets a file.
fn revised_file(
    ctx: &EditContext,
    root: &VfsPath,
    name: &str,
    revision: Revision<'_>,
) -> Result<(String, Option<String>), Ended> {
    let (path, text) = file_of(ctx, root, name)?;
    Ok((path, Some(revised(&text, revision).map_err(not_allowed)?)))
}

/// Where an agent is defined, or would be, and how it is.
fn file_of(ctx: &EditContext, root: &VfsPath, name: &str) -> Result<(String, String), Ended> {
    let own: &Own = &ctx.snapshot.own;
    if let Some((path, _)) = own.agents.iter().find(|it| it.1.name == name) {
        let text = super::files::text_of(ctx, &root.join(path))?;
        return Ok((path.clone(), text));
    }
    let built_in = built_in_agents().iter().find(|it| it.def.name == name);
    let built_in = built_in.ok_or_else(|| not_allowed(format!("there is no agent `{name}`")))?;
    Ok((format!("{OWN_FOLDER}/agents/{name}.yaml"), built_in.text.to_owned()))
}

/// Takes back what a suggestion changed: the proposal, and what is to be noted; without a proposal
/// where nothing has to change.
pub(super) fn take_back(
    ctx: &EditContext,
    target: &Experiment,
    all: &[Experiment],
) -> Result<(Option<Made>, String), Ended> {
    let suggestion = target.row.body.suggestion.as_ref();
    let title = suggestion.map(|it| it.title.as_str()).unwrap_or_default();
    let note = format!("suggestion {} is taken back: {title}", target.row.id);
    if suggestion.is_some_and(|it| it.number.is_some()) {
        return number_back(ctx, target, all, note);
    }
    if let Some(lines) = suggestion.map(|it| &it.lines).filter(|it| !it.is_empty()) {
        return lines_back(ctx, target, lines, note);
    }
    let proposal = target.row.proposal.as_deref().and_then(ProposalId::parse);
    let transactions = ctx.journal.transactions(TRANSACTIONS_MAX).map_err(|it| refused(&it))?;
    let made = transactions
        .iter()
        .find(|it| it.kind == TransactionKind::Apply && Some(&it.proposal) == proposal.as_ref());
    let made = made.ok_or_else(|| not_allowed("the journal let it go: it cannot be taken back"))?;
    let request = UndoRequest {
        transaction: Some(made.id.clone()),
        scope: UndoScope::Transaction,
        caller: ctx.caller.clone(),
    };
    let reversal = ctx.proposing(|it| ctx.journal.undo(&request, it));
    let reversal = reversal.map_err(|it| refused(&it))?;
    ctx.journal.record(&reversal.proposal).map_err(|it| refused(&it))?;
    Ok((Some((reversal.proposal, reversal.simulation)), note))
}

/// The same for lines of the file that says what is left out: it goes with the last of them.
fn lines_back(
    ctx: &EditContext,
    target: &Experiment,
    lines: &[String],
    note: String,
) -> Result<(Option<Made>, String), Ended> {
    let root = VfsPath::new(&target.row.body.root);
    let root = root.ok_or_else(|| not_allowed("its folder is not open"))?;
    let text = super::files::text_of(ctx, &root.join(IGNORE_FILE))?;
    let is_kept = |it: &&str| !lines.iter().any(|line| line == it.trim_end());
    let new: String = text.split_inclusive('\n').filter(is_kept).collect();
    if new == text {
        return Ok((None, note));
    }
    let words = (format!("Take back suggestion {}", target.row.id), note.clone());
    let new = Some(new).filter(|it| !it.trim().is_empty());
    let made = write(ctx, &root, words, vec![(IGNORE_FILE.to_owned(), new)])?;
    Ok((Some(made), note))
}

/// The same for a number in the file of an agent: as if the suggestion had never been.
fn number_back(
    ctx: &EditContext,
    target: &Experiment,
    all: &[Experiment],
    note: String,
) -> Result<(Option<Made>, String), Ended> {
    let of_root = all.iter().rev().filter(|it| it.row.body.root == target.row.body.root);
    let accepted = of_root.filter_map(|it| Accepted::number_of(&it.row, it.is_in_force));
    let accepted: Vec<Accepted<u64>> = accepted.collect();
    let agents = agents_now(ctx)?;
    let numbers = agents.iter().flat_map(|agent| {
        let key = |limit: RunLimit| format!("{} {}", agent.name, limit.name());
        agent.limits.iter().map(move |(limit, n)| (key(*limit), *n))
    });
    let TakenBack { changes, left } = without(&accepted, &target.row.id, &numbers.collect());
    let left = left.iter().map(|(key, why)| format!("; {key} stays: {why}"));
    let note = format!("{note}{}", left.collect::<String>());
    let Some((key, now, then)) = changes.first() else { return Ok((None, note)) };
    let Some((agent, limit)) = key.split_once(' ') else { return Ok((None, note)) };
    let root = VfsPath::new(&target.row.body.root);
    let root = root.ok_or_else(|| not_allowed("its folder is not open"))?;
    let (path, text) = file_of(ctx, &root, agent)?;
    let new = revised(&text, Revision::Limit(limit, *then)).map_err(not_allowed)?;
    // A file that says what the program says anyway was there for what is taken back only.
    let mut built_in = built_in_agents().iter().filter(|it| it.def.name == agent);
    let is_built_in = built_in.any(|it| same(it.text, &new));
    let new = Some(new).filter(|_| !is_built_in);
    let words = (format!("Take back suggestion {}", target.row.id), note.clone());
    let made = write(ctx, &root, words, vec![(path, new)])?;
    Ok((Some(made), format!("{note}: {key} {now} → {then}")))
}

/// True where two definitions say the same.
fn same(a: &str, b: &str) -> bool {
    agent::AgentDef::parse(a).ok() == agent::AgentDef::parse(b).ok()
}
