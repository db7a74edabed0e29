//! Experiments with the server's own settings: begun when somebody asks or when nobody does
//! anything, carried on step by step, and ended with a proposal or without.

mod files;
pub(crate) mod levels;
pub(crate) mod standing;
pub(crate) mod watching;
mod words;

use std::sync::Arc;

use evolve::{
    Attempt, EvidenceConfig, Evolution, EvolutionConfig, EvolutionStep, Evolved, FoundBy,
    LEARNED_ANEW, LOOKS_MAX, Level, Model, OFTEN_KEY, Parameter, TrialConfig, Vocabulary,
    WORDS_ANEW_KEY, WORDS_KEY, admitted, declared, in_force, measured, parameters, shipped,
    summary, tasks_row,
};
use history::{Repository, Update, UpdateConfig};
use proposal::{ExperimentId, Proposal, ProposalState, Simulation};
use settings::{EvolvePolicy, Source};
use store::history::{ExperimentBody, ExperimentRow, VariantRow};
use vfs::VfsPath;

use crate::{
    Clock, Lane, Offer, ProgressState, RunId, RunOutcome, RunRequest,
    answers::past::Histories,
    edits::tasks::{self, EditContext, Ended},
    event::ClientId,
    notice::Notice,
    state::GlobalState,
    task::{Cancel, Task, TaskDone},
};

/// Tasks that are made of the past at most, the newest.
const TASKS_MAX: usize = 320;
/// Commits that are looked at for them.
const COMMITS_MAX: usize = 3_000;
/// Variants that are measured.
const MEASURED_MAX: usize = 900;
/// Searches after the first.
const REFINEMENTS_MAX: usize = 2;
/// Experiments that are kept.
const KEPT_MAX: usize = 500;
/// Experiments that are looked at for what was tried before.
const REMEMBERED_MAX: usize = 50;
/// So long a variant that was dropped is not tried again.
const REMEMBERED_MS: u64 = 60 * DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// A step gives its thread back after so much CPU time.
const STEP_MS: u64 = 100;
/// Nobody did anything for so long: the server is idle.
const IDLE_MS: u64 = 10 * 60 * 1000;
/// How often an idle server looks whether it is time for an experiment.
const LOOK_MS: u64 = 60 * 60 * 1000;
/// Between two experiments that nobody asked for, by the wall's clock.
const BETWEEN_MS: u64 = DAY_MS;

/// What is to be tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvolveRequest {
    /// A variant of the caller's, ruled on before any search: settings and values as written.
    pub given: Vec<(String, String)>,
    /// Only commits before this moment are evidence, in seconds since 1970.
    pub until_s: Option<i64>,
    /// Not the weights of the search are to be tried, but what was noted is looked through for
    /// suggestions at this level.
    pub level: Option<Level>,
}

/// Experiments of this server.
#[derive(Default)]
pub(crate) struct Experiments {
    /// The run of the one that is under way.
    running: Option<RunId>,
    /// The one that waits until the server is idle again.
    parked: Option<Box<Evolving>>,
    /// When somebody did something last.
    active_ms: u64,
    /// When an idle server looks next.
    look_ms: u64,
    /// When it was looked for suggestions last, by the wall's clock.
    looked_ms: Option<u64>,
}

/// What comes back of a task.
pub(crate) enum EvolveDone {
    /// It is so far, and wants to go on.
    More(Box<Evolving>),
    /// It has ended: what the archive keeps, and the proposal where there is one.
    Ended(RunId, Box<ExperimentRow>, Option<Box<(Proposal, Simulation)>>),
    /// What is in force is no worse in use, or there is too little use to tell.
    Watched(RunId),
    /// It came to nothing.
    Over(RunId, RunOutcome),
}

/// An experiment under way. After every step its thread is free for what the user waits on.
pub(crate) struct Evolving {
    run: RunId,
    cancel: Cancel,
    clock: Arc<dyn Clock>,
    histories: Histories,
    commits_max: usize,
    root: VfsPath,
    model: Option<Model>,
    config: EvolutionConfig,
    body: ExperimentBody,
    stage: Stage,
    /// How far it is, for people.
    progress: (&'static str, usize, usize),
    is_asked_for: bool,
}

enum Stage {
    Begin,
    Read(Box<Update>),
    Evolve(Box<Evolution>),
    Done(Box<Evolved>),
    /// The budget was spent first.
    Spent,
}

impl GlobalState {
    /// Begins an experiment that somebody asks for.
    pub(crate) fn evolve_run(&mut self, run: RunId, request: EvolveRequest) {
        if self.configuration.settings.evolve == EvolvePolicy::Off {
            let why = "experiments are off: the setting `evolve` says so";
            return self.end_run(run, RunOutcome::Refused(why.to_owned()));
        }
        if self.experiments.running.is_some() || self.experiments.parked.is_some() {
            let why = "an experiment is under way already";
            return self.end_run(run, RunOutcome::Refused(why.to_owned()));
        }
        match request.level {
            None => self.begin_experiment(run, request, true),
            Some(level) if request.given.is_empty() && request.until_s.is_none() => {
                self.look(run, vec![level], true);
            }
            Some(level) => {
                let why = format!(
                    "only weights are tried on the history, not what is suggested at \
                                   the level `{}`",
                    level.name()
                );
                self.end_run(run, RunOutcome::Refused(why));
            }
        }
    }

    /// Somebody does something: whoever waits for idle time waits longer.
    pub(crate) fn note_active(&mut self) {
        self.experiments.active_ms = self.outside.clock.now_ms();
    }

    /// When an idle server has something to do.
    pub(crate) fn next_experiment_ms(&self) -> Option<u64> {
        let may = self.configuration.settings.evolve != EvolvePolicy::Off
            && self.configuration.graph == crate::LoadGraph::Always
            && self.outside.journal.is_some()
            && !self.files.roots.is_empty()
            && self.experiments.running.is_none();
        let Experiments { active_ms, look_ms, parked, .. } = &self.experiments;
        let idle_ms = active_ms + IDLE_MS;
        let due_ms = if parked.is_some() { idle_ms } else { idle_ms.max(*look_ms) };
        may.then_some(due_ms)
    }

    /// The server is idle: goes on with what waits for that, or begins an experiment.
    pub(crate) fn experiment_due(&mut self) {
        self.experiments.look_ms = self.outside.clock.now_ms() + LOOK_MS;
        if let Some(parked) = self.experiments.parked.take() {
            self.experiments.running = Some(parked.run);
            return self.go_on_evolving(parked);
        }
        if !self.index.is_busy() {
            self.watch_experiment();
        }
    }

    /// Begins an experiment where nobody does anything and it is time for one, else a look at what
    /// was done.
    fn begin_unasked(&mut self) {
        let is_free = self.experiments.running.is_none() && self.experiments.parked.is_none();
        let is_for_weights = self.is_time_for_experiment();
        let is_time = is_for_weights || self.is_time_to_look();
        if !is_free || !self.is_idle() || !is_time {
            return;
        }
        let run = self.runs.own_id();
        let client = self.clients.owner().unwrap_or(ClientId(u64::MAX));
        let name = if is_for_weights { "evolve" } else { levels::RUN };
        self.runs.begin_own(run, client, name, self.outside.clock.now_ms());
        match is_for_weights {
            true => self.begin_experiment(run, EvolveRequest::default(), false),
            false => self.look(run, Level::ALL.to_vec(), false),
        }
    }

    /// True where the last experiment is long enough ago, and nobody was asked in vain: while a
    /// proposal waits, or soon after the user said no to one, nothing is sought unasked.
    fn is_time_for_experiment(&self) -> bool {
        let Some(journal) = &self.outside.journal else { return false };
        let now_ms = self.outside.clock.wall_ms();
        let Ok(past) = standing::experiments(journal, REMEMBERED_MAX) else { return false };
        let is_recent = past.first().is_some_and(|it| now_ms < it.row.at_ms + BETWEEN_MS);
        let is_waiting = past.iter().any(|it| it.state == Some(ProposalState::Pending));
        let is_of_weights = |it: &&standing::Experiment| it.row.body.suggestion.is_none();
        let mut of_weights = past.iter().filter(is_of_weights);
        let asked = of_weights.find(|it| evolve::accepted_variant(&it.row).is_some());
        let is_vain =
            asked.is_some_and(|it| now_ms < it.row.at_ms + REMEMBERED_MS && !it.is_in_force);
        !is_recent && !is_waiting && !is_vain
    }

    fn is_idle(&self) -> bool {
        let idle_ms = self.experiments.active_ms + IDLE_MS;
        idle_ms <= self.outside.clock.now_ms() && !self.index.is_busy()
    }

    fn begin_experiment(&mut self, run: RunId, request: EvolveRequest, is_asked_for: bool) {
        match self.experiment(run, request, is_asked_for) {
            Ok(evolving) => {
                self.experiments.running = Some(run);
                if is_asked_for {
                    self.begin_progress(run, "Looking for better settings");
                }
                self.go_on_evolving(Box::new(evolving));
            }
            Err(outcome) => self.end_run(run, *outcome),
        }
    }

    /// What an experiment begins with.
    fn experiment(
        &self,
        run: RunId,
        request: EvolveRequest,
        is_asked_for: bool,
    ) -> Result<Evolving, Ended> {
        let refused = |why: &str| Box::new(RunOutcome::Refused(why.to_owned()));
        let root = self.files.roots.first().cloned();
        let root = root.ok_or_else(|| refused("no folder is open"))?;
        let journal = self.outside.journal.as_ref();
        let journal = journal.ok_or_else(|| refused("there is no history to keep it in"))?;
        let (parameters, now) = self.parameters_now();
        let given = match request.given.is_empty() {
            true => Vec::new(),
            false => vec![admitted(&parameters, &now, &request.given).map_err(|it| refused(&it))?],
        };
        let past = journal.experiments().experiments(REMEMBERED_MAX);
        let past = past.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
        let anew = words::in_force(&past, &self.own.vocabulary);
        let pairs = parameters.iter().map(|it| it.key).zip(now.iter().copied());
        let pairs = pairs.chain([(WORDS_ANEW_KEY, anew)]);
        let before: Vec<(String, u16)> = pairs.map(|it| (it.0.to_owned(), it.1)).collect();
        let seed = self.outside.random.next();
        let now_ms = self.outside.clock.wall_ms();
        let mut trial = TrialConfig {
            shipped: shipped(&parameters),
            declared: declared(&parameters, &now),
            parameters,
            given,
            seed,
            measured_max: MEASURED_MAX,
            refinements_max: REFINEMENTS_MAX,
            looks: 0,
            known: known(&past, &before, now_ms),
            knows_words: past.iter().any(|it| dropped_words(it, now_ms)),
            now,
        };
        let parent = accepted_as(&past, &before);
        trial.given.extend(parent.and_then(|it| taken_back(it, &trial)));
        let evidence = EvidenceConfig {
            tasks_max: TASKS_MAX,
            commits_max: COMMITS_MAX,
            until_s: request.until_s,
        };
        Ok(Evolving {
            run,
            cancel: self.runs.get(run).map(|it| it.cancel.clone()).unwrap_or_default(),
            clock: Arc::clone(&self.outside.clock),
            histories: self.outside.histories.clone(),
            commits_max: self.configuration.settings.history_commits_max,
            model: self
                .outside
                .embedder
                .clone()
                .map(|embedder| Model { embedder, pieces: self.configuration.pieces() }),
            body: ExperimentBody {
                root: root.to_string(),
                parent: parent.map(|it| it.id.clone()),
                before,
                cpu_ms_max: self.configuration.settings.evolve_cpu_seconds_max * 1000,
                seed,
                ..ExperimentBody::default()
            },
            root,
            config: self.evolution(evidence, trial, &past),
            stage: Stage::Begin,
            progress: ("reading the history", 0, 0),
            is_asked_for,
        })
    }

    fn evolution(
        &self,
        evidence: EvidenceConfig,
        trial: TrialConfig,
        past: &[ExperimentRow],
    ) -> EvolutionConfig {
        let standing = Vocabulary::clone(&self.own.vocabulary);
        EvolutionConfig { evidence, trial, ruled: ruled(past), standing, untaught: 0 }
    }

    /// What may be changed, and what each is now.
    fn parameters_now(&self) -> (Vec<Parameter>, Vec<u16>) {
        let mut parameters = parameters();
        // What the editor says is stronger than what is proposed: it would change nothing.
        let layers = self.configuration.layers();
        parameters.retain(|it| layers.origin(it.key) != Some(Source::Client));
        // Nothing is built on words that wait for trust, nor put in their place.
        if self.own.vocabulary_waits() {
            parameters.retain(|it| ![WORDS_KEY, OFTEN_KEY].contains(&it.key));
        }
        let weights = &self.configuration.settings.weights;
        let set = |key: &str| {
            let of = weights.iter().find(|it| key.strip_prefix("weights.") == Some(it.0));
            of.map(|it| it.1)
        };
        let now = in_force(&parameters, &self.own.vocabulary, &set);
        (parameters, now)
    }

    fn go_on_evolving(&self, evolving: Box<Evolving>) {
        let run = evolving.run;
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "evolve",
            on_panic: TaskDone::Evolve(EvolveDone::Over(run, lost)),
            work: Box::new(move || TaskDone::Evolve(evolving.step())),
        });
    }

    /// Takes in what a task brought.
    pub(crate) fn evolve_done(&mut self, done: EvolveDone) {
        match done {
            EvolveDone::More(evolving)
                if matches!(evolving.stage, Stage::Done(_) | Stage::Spent) =>
            {
                self.end_experiment(*evolving);
            }
            EvolveDone::More(evolving) => self.more(evolving),
            EvolveDone::Ended(run, row, made) => self.experiment_ended(run, *row, made),
            EvolveDone::Watched(run) => {
                self.end_run(run, RunOutcome::Done("nothing is worse in use".to_owned()));
                self.begin_unasked();
            }
            EvolveDone::Over(run, outcome) => {
                self.no_longer_runs(run);
                self.end_run(run, outcome);
            }
        }
    }

    fn no_longer_runs(&mut self, run: RunId) {
        let running = &mut self.experiments.running;
        *running = running.take().filter(|it| *it != run);
    }

    fn more(&mut self, evolving: Box<Evolving>) {
        let run = evolving.run;
        if !evolving.is_asked_for && !self.is_idle() && !evolving.cancel.is_cancelled() {
            self.experiments.running = None;
            self.experiments.parked = Some(evolving);
            return;
        }
        if let Some(client) =
            self.runs.get(run).map(|it| it.client).filter(|_| evolving.is_asked_for)
        {
            let (doing, done, all) = evolving.progress;
            let message =
                if 0 < all { format!("{doing}: {done} of {all}") } else { doing.to_owned() };
            let state = ProgressState::Report { message, percent: None };
            self.clients.tell(client, Notice::Progress { run, state });
        }
        self.go_on_evolving(evolving);
    }

    /// Writes down what came of it, and makes the proposal.
    fn end_experiment(&mut self, evolving: Evolving) {
        let run = evolving.run;
        let Some(ctx) = self.edit_context_of(run) else {
            self.experiments.running = None;
            return;
        };
        let lost = RunOutcome::Failed("internal error, see the log".to_owned());
        self.outside.give(Task {
            lane: Lane::Work,
            name: "end experiment",
            on_panic: TaskDone::Evolve(EvolveDone::Over(run, lost)),
            work: Box::new(move || {
                let ended = evolving.end(&ctx);
                TaskDone::Evolve(ended.unwrap_or_else(|it| EvolveDone::Over(run, *it)))
            }),
        });
    }

    fn experiment_ended(
        &mut self,
        run: RunId,
        row: ExperimentRow,
        made: Option<Box<(Proposal, Simulation)>>,
    ) {
        self.no_longer_runs(run);
        let proposal = made.map(|it| it.0.id);
        let level = row.body.suggestion.as_ref().and_then(|it| Level::parse(&it.level));
        let is_automatic = self.configuration.settings.evolve == EvolvePolicy::AutoConfig
            && level.is_none_or(|it| it == Level::Configuration);
        match &proposal {
            Some(id) if is_automatic => {
                let text = format!("{}; applied, as `evolve` says: {id}", summary(&row));
                self.clients.message(crate::NoticeLevel::Info, text);
                let own = self.runs.own_id();
                let client = self.runs.get(run).map_or(ClientId(u64::MAX), |it| it.client);
                self.runs.begin_own(own, client, "apply", self.outside.clock.now_ms());
                self.apply_proposal(own, id.clone());
            }
            Some(id) => {
                let offer = |title: &str, request| Offer { title: title.to_owned(), request };
                self.clients.offer(
                    summary(&row),
                    vec![
                        offer("Look", RunRequest::ShowExperiment(row.id.clone())),
                        offer("Apply", RunRequest::Apply(id.clone())),
                        offer("Not", RunRequest::Reject(id.clone())),
                    ],
                );
            }
            // What no file could say is told, once.
            None if row.body.suggestion.is_some() => {
                self.clients.message(crate::NoticeLevel::Info, summary(&row));
            }
            None => {}
        }
        self.end_run(run, RunOutcome::Evolved { experiment: Box::new(row), proposal });
    }

    /// Writes the document of an experiment, and has the client open it.
    pub(crate) fn show_experiment(&mut self, run: RunId, id: String) {
        let folder = self.outside.proposals_folder.clone();
        self.edit_task(run, "show experiment", move |ctx| {
            let path = write_report(ctx, folder, &id);
            crate::edits::EditDone::HistoryShown(run, path)
        });
    }
}

fn write_report(ctx: &EditContext, folder: Option<VfsPath>, id: &str) -> Result<VfsPath, String> {
    let folder = folder.ok_or("there is no state folder to write it in")?;
    let row = ctx.journal.experiments().experiment(id).map_err(|it| it.to_string())?;
    let row = row.ok_or_else(|| format!("there is no experiment `{id}`"))?;
    let path = folder.join(&format!("{}.md", row.id));
    let text = evolve::report(&row, &proposal::minute);
    disk::write_document(&path, &text).map_err(|it| it.to_string())?;
    Ok(path)
}

impl Evolving {
    /// Goes on for a moment.
    fn step(mut self: Box<Self>) -> EvolveDone {
        let run = self.run;
        let began_ms = self.clock.cpu_ms();
        loop {
            if self.cancel.is_cancelled() {
                return EvolveDone::Over(run, RunOutcome::Cancelled);
            }
            if let Err(why) = self.go_on() {
                return EvolveDone::Over(run, RunOutcome::Refused(why));
            }
            let spent_ms = self.clock.cpu_ms().saturating_sub(began_ms);
            let is_over = matches!(self.stage, Stage::Done(_));
            if !is_over && self.body.cpu_ms_max <= self.body.cpu_ms + spent_ms {
                self.stage = Stage::Spent;
            }
            if is_over || STEP_MS <= spent_ms || matches!(self.stage, Stage::Spent) {
                self.body.cpu_ms += spent_ms;
                return EvolveDone::More(self);
            }
        }
    }

    fn go_on(&mut self) -> Result<(), String> {
        match std::mem::replace(&mut self.stage, Stage::Spent) {
            Stage::Begin => {
                let repository = self.open()?;
                let commits = self.commits()?;
                let mut go_on = |_| std::ops::ControlFlow::Continue(());
                let update =
                    Update::begin(repository, commits.as_ref(), &self.reading(), &mut go_on);
                self.stage = Stage::Read(Box::new(update.map_err(|it| it.to_string())?));
            }
            Stage::Read(mut update) => {
                let commits = self.commits()?;
                let read = update.step(commits.as_ref(), &self.reading());
                self.progress.1 = update.progress().done;
                self.progress.2 = update.progress().all;
                self.stage = match read.map_err(|it| it.to_string())? {
                    None => Stage::Read(update),
                    Some(_) => {
                        let (model, config) = (self.model.clone(), self.config.clone());
                        let evolution = Evolution::begin(self.open()?, commits, model, config);
                        Stage::Evolve(Box::new(evolution.map_err(|it| it.to_string())?))
                    }
                };
            }
            Stage::Evolve(mut evolution) => {
                let clock = Arc::clone(&self.clock);
                let step = evolution.step(&move || clock.cpu_ms()).map_err(|it| it.to_string())?;
                self.stage = match step {
                    EvolutionStep::More { doing, done, all } => {
                        self.progress = (doing, done, all);
                        Stage::Evolve(evolution)
                    }
                    EvolutionStep::Done(evolved) => Stage::Done(evolved),
                };
            }
            over => self.stage = over,
        }
        Ok(())
    }

    fn open(&self) -> Result<Repository, String> {
        Repository::open(&self.root.as_path()).map_err(|it| it.to_string())
    }

    fn commits(&self) -> Result<Arc<dyn store::commits::Commits>, String> {
        let folder = self.histories.folder(&self.root).map_err(|it| it.to_string())?;
        Ok(Arc::clone(&folder.commits))
    }

    fn reading(&self) -> UpdateConfig<'static> {
        UpdateConfig { commits_max: self.commits_max, newest: None, words: &memory::words_of }
    }

    /// What the archive keeps, and the proposal.
    fn end(mut self, ctx: &EditContext) -> Result<EvolveDone, Ended> {
        let now_ms = ctx.clock.wall_ms();
        let mut row = ExperimentRow {
            id: ExperimentId::new(now_ms, ctx.random.next()).to_string(),
            at_ms: now_ms,
            ..ExperimentRow::default()
        };
        let mut made = None;
        match std::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Done(evolved) => {
                row.outcome = self.take_in(&evolved);
                let accepted = evolved.ruling.as_ref().and_then(|it| it.accepted());
                row.body = self.body;
                if let Some(accepted) = accepted {
                    number_words(ctx, &mut row, accepted, &evolved.vocabulary)?;
                    let keys = self.config.trial.parameters.iter().map(|it| it.key.to_owned());
                    let values = keys.zip(accepted.candidate.values.iter().copied());
                    let learned = &evolved.vocabulary;
                    made = Some(propose(ctx, &self.root, (&row, learned), values.collect())?);
                }
            }
            _ => {
                let (doing, done, all) = self.progress;
                row.outcome = "out of budget".to_owned();
                self.body.notes.push(format!(
                    "the CPU time that one experiment may cost was spent while {doing} ({done} of \
                     {all}); `evolve_cpu_seconds_max` allows more"
                ));
                row.body = self.body;
            }
        }
        row.proposal = made.as_ref().map(|it| it.0.id.to_string());
        let kept = ctx.journal.experiments().add_experiment(&row, KEPT_MAX);
        kept.map_err(|it| Box::new(RunOutcome::Failed(it.to_string())))?;
        Ok(EvolveDone::Ended(self.run, Box::new(row), made.map(Box::new)))
    }

    /// Notes what was found; what came of it, in a word.
    fn take_in(&mut self, evolved: &Evolved) -> String {
        self.body.n_commits = evolved.n_commits as u64;
        self.body.tuning = tasks_row(&evolved.tuning);
        self.body.held_out = tasks_row(&evolved.held_out);
        let Some(ruling) = &evolved.ruling else {
            let n = evolved.tuning.len() + evolved.held_out.len();
            self.body.notes.push(format!(
                "too little evidence: {n} of {} commits say in words what they do and change few \
                 functions; nothing is proposed",
                evolved.n_commits
            ));
            return "too little evidence".to_owned();
        };
        self.body.n_measured = ruling.n_measured as u64;
        let parameters = &self.config.trial.parameters;
        let anew = self.body.before.iter().filter(|it| it.0 == WORDS_ANEW_KEY);
        let anew: Vec<(String, u16)> = anew.cloned().collect();
        let variants = ruling.attempts.iter().map(|it| {
            let mut row = measured(it, parameters);
            row.values.extend(anew.iter().cloned());
            row
        });
        self.body.variants = variants.collect();
        match (ruling.accepted(), ruling.attempts.is_empty()) {
            (Some(_), _) => "accepted".to_owned(),
            (None, false) => "dropped".to_owned(),
            (None, true) => {
                let why = match ruling.is_out_of_looks {
                    true => format!(
                        "these commits were ruled by {LOOKS_MAX} times; they prove nothing more \
                         until newer ones are there"
                    ),
                    false => "no variant is better on the commits that the search saw".to_owned(),
                };
                self.body.notes.push(why);
                "nothing better".to_owned()
            }
        }
    }
}

/// Proposes the settings of an accepted variant.
fn propose(
    ctx: &EditContext,
    root: &VfsPath,
    (row, learned): (&ExperimentRow, &Vocabulary),
    values: Vec<(String, u16)>,
) -> Result<(Proposal, Simulation), Ended> {
    let before = &row.body.before;
    let changed: Vec<(String, u16)> =
        values.into_iter().filter(|it| !before.contains(it)).collect();
    let anew = row.body.words.as_ref().and_then(|it| Vocabulary::parse(&it.1).ok());
    let files = files::files(ctx, root, &changed, (anew.map(|it| it.0), learned))?;
    let title = match row.body.words {
        Some(_) => "Find code better: words learned anew, with proof".to_owned(),
        None => "Find code better: settings with proof".to_owned(),
    };
    let variants = row.body.variants.clone();
    let accepted =
        ExperimentRow { body: ExperimentBody { variants, ..row.body.clone() }, ..row.clone() };
    let reason = format!("{} (`aios evolve history {}`)", summary(&accepted), row.id);
    tasks::write_files(ctx, (title, reason), &files)
}

/// Notes in the row of an experiment that learned words anew which they are, and what they replace.
fn number_words(
    ctx: &EditContext,
    row: &mut ExperimentRow,
    accepted: &Attempt,
    learned: &Vocabulary,
) -> Result<(), Ended> {
    if accepted.candidate.found_by != FoundBy::LearnedAnew {
        return Ok(());
    }
    let past = ctx.journal.experiments().experiments(KEPT_MAX).map_err(standing::failed)?;
    let next = words::next(&past);
    let values = row.body.variants.iter_mut().filter(|it| it.against.is_none());
    for (_, number) in values.flat_map(|it| &mut it.values).filter(|it| it.0 == WORDS_ANEW_KEY) {
        *number = next;
    }
    let now = &ctx.snapshot.own.vocabulary;
    let anew = learned.only(!now.words.is_empty(), !now.often.is_empty());
    row.body.words = Some((now.text(), anew.text()));
    Ok(())
}

/// True where words learned anew were dropped lately.
fn dropped_words(it: &ExperimentRow, now_ms: u64) -> bool {
    let is_of_words = |it: &VariantRow| it.found_by == LEARNED_ANEW && it.against.is_some();
    now_ms < it.at_ms + REMEMBERED_MS && it.body.variants.iter().any(is_of_words)
}

/// The experiment whose accepted variant is what is set now.
fn accepted_as<'a>(past: &'a [ExperimentRow], now: &[(String, u16)]) -> Option<&'a ExperimentRow> {
    let is_now =
        |it: &&ExperimentRow| evolve::accepted_variant(it).is_some_and(|it| it.values == now);
    past.iter().find(is_now)
}

/// What was set before what is set now was accepted: newer commits may say that it was better.
fn taken_back(parent: &ExperimentRow, trial: &TrialConfig) -> Option<Vec<u16>> {
    let value = |key: &str| parent.body.before.iter().find(|it| it.0 == key).map(|it| it.1);
    let before: Option<Vec<u16>> = trial.parameters.iter().map(|it| value(it.key)).collect();
    before.filter(|it| *it != trial.now)
}

/// Variants that were dropped lately, while the same was set: they are not tried again.
fn known(past: &[ExperimentRow], before: &[(String, u16)], now_ms: u64) -> Vec<Vec<u16>> {
    let recent = past.iter().filter(|it| now_ms < it.at_ms + REMEMBERED_MS);
    let variants = recent.flat_map(|it| &it.body.variants);
    let keys = |it: &[(String, u16)]| it.iter().map(|it| it.0.clone()).collect::<Vec<String>>();
    let same = variants.filter(|it| keys(&it.values) == keys(before));
    let percents = |it: &VariantRow| {
        let of_settings = it.values.iter().filter(|it| it.0 != WORDS_ANEW_KEY);
        of_settings.map(|it| it.1).collect()
    };
    same.map(percents).collect()
}

/// Which commits earlier experiments ruled by, and how often each looked at them.
fn ruled(past: &[ExperimentRow]) -> Vec<(i64, i64, u32)> {
    let ruled = past.iter().filter(|it| !it.body.variants.is_empty());
    let span = |it: &ExperimentRow| {
        (it.body.held_out.from_s, it.body.held_out.to_s, it.body.variants.len() as u32)
    };
    ruled.map(span).collect()
}
