//! The one writer: takes an event at a time and owns everything that changes.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc::RecvTimeoutError},
    time::Duration,
};

use ide::{AnalysisHost, Change, Workspace};
use memory::PieceConfig;
use models::{Embedder, Registry};
use settings::{Layers, Settings, Source, Value};
use vfs::VfsPath;

use crate::{
    ChatModels, ClientChange, EngineConfig, Lane, LoadGraph, MemoryPart, Notice, NoticeLevel,
    QueueLengths, ServerStatus, Snapshot, WhenChanged,
    agents::{commits::Commits, events::Events, runs::AgentRuns},
    answers::patterns::Fingerprints,
    clients::Clients,
    edits::Proposals,
    episodes::{Episodes, SLOW_MS},
    event::{ClientId, Event, Inbox, Outlet, ReadJob},
    experiments::Experiments,
    files::Files,
    give_back::GiveBack,
    indexing::{Indexing, embedding::Embeddings, history::NewestHistory},
    outside::{IndexAccess, Outside},
    own::Own,
    runs::Runs,
    skills::places::Found,
    task::{Spawn, Task, TaskDone},
    workflows::runs::Flows,
};

/// Longer events are warnings in the log.
const EVENT_MS_MAX: u64 = 10;

/// A status that a read sees may be so old.
const STATUS_MS: u64 = 200;

/// All mutable state. Its parts are modules of their own, which add the methods that concern them:
/// `files` (with `settle`), `indexing`, `runs`, `edits` (proposals) and `clients`.
pub(crate) struct GlobalState {
    pub(crate) outside: Outside,
    pub(crate) files: Files,
    pub(crate) host: AnalysisHost,
    pub(crate) index: Indexing,
    pub(crate) embeddings: Embeddings,
    pub(crate) newest_history: NewestHistory,
    pub(crate) runs: Runs,
    pub(crate) agent_runs: AgentRuns,
    pub(crate) flows: Flows,
    pub(crate) events: Events,
    pub(crate) commits: Commits,
    pub(crate) proposals: Proposals,
    pub(crate) clients: Clients,
    pub(crate) configuration: Configuration,
    fingerprints: Fingerprints,
    pub(crate) experiments: Experiments,
    pub(crate) episodes: Episodes,
    pub(crate) own: Arc<Own>,
    pub(crate) give_back: GiveBack,
    /// What the last skill found that finds places.
    pub(crate) found: Arc<[Found]>,
    status: Arc<ServerStatus>,
    status_at_ms: Option<u64>,
}

/// What is set, and how this process was started.
pub(crate) struct Configuration {
    layers: Layers,
    /// What is set, and by whom.
    in_force: Arc<InForce>,
    pub(crate) settings: Arc<Settings>,
    /// The models that the settings name.
    pub(crate) models: Arc<Registry>,
    make_models: ChatModels,
    pub(crate) graph: LoadGraph,
    /// True where the server may watch files itself.
    pub(crate) may_watch: bool,
}

/// What is set, and by whom.
pub(crate) type InForce = BTreeMap<&'static str, (Value, Source)>;

impl Configuration {
    /// How texts are cut for a model.
    pub(crate) fn pieces(&self) -> PieceConfig {
        PieceConfig {
            tokens_max: self.settings.chunk_tokens,
            overlap: self.settings.overlap_tokens,
        }
    }

    /// What each source sets.
    pub(crate) fn layers(&self) -> &Layers {
        &self.layers
    }

    /// The same, to change it.
    pub(crate) fn layers_mut(&mut self) -> &mut Layers {
        &mut self.layers
    }
}

impl GlobalState {
    /// Opens the stores and waits for events.
    pub(crate) fn new(config: EngineConfig, spawn: Box<dyn Spawn>, inbox: Inbox) -> GlobalState {
        let (outside, messages) = Outside::open(&config, spawn, inbox);
        let settings = Arc::new(config.settings.settings());
        let mut state = GlobalState {
            outside,
            files: Files::default(),
            host: AnalysisHost::new(),
            index: Indexing::default(),
            embeddings: Embeddings::default(),
            newest_history: NewestHistory::default(),
            runs: Runs::default(),
            agent_runs: AgentRuns::default(),
            flows: Flows::default(),
            events: Events::default(),
            commits: Commits::default(),
            proposals: Proposals::default(),
            clients: Clients::default(),
            configuration: Configuration {
                in_force: Arc::new(config.settings.in_force()),
                layers: config.settings,
                models: Arc::new((config.chat)(&settings.ai)),
                settings,
                make_models: config.chat,
                graph: config.graph,
                may_watch: config.watch,
            },
            fingerprints: Fingerprints::default(),
            experiments: Experiments::default(),
            episodes: Episodes::default(),
            own: Arc::default(),
            give_back: GiveBack::default(),
            found: Arc::default(),
            status: Arc::default(),
            status_at_ms: None,
        };
        for (level, text) in messages {
            if NoticeLevel::Info < level {
                state.index.trouble(text.clone());
            }
            state.clients.message(level, text);
        }
        state.tell_embedder_fault();
        state
    }

    /// Takes events until the last.
    pub(crate) fn run(&mut self, outlet: &Outlet) {
        loop {
            let Some(event) = self.next_event(outlet) else { return };
            outlet.taken();
            if matches!(event, Event::Stop) {
                tracing::info!("stopping");
                self.stop_indexing();
                self.stop_embedding();
                self.newest_history.cancel.cancel();
                self.runs.cancel_all();
                self.write_episodes();
                return;
            }
            let began_ms = self.outside.clock.now_ms();
            let name = event.name();
            self.handle(event);
            let took_ms = self.outside.clock.now_ms() - began_ms;
            if EVENT_MS_MAX < took_ms {
                tracing::warn!(event = name, took_ms, "a slow event");
            }
        }
    }

    /// The next event; until there is one, due timers fire. `None` where nobody can send any more.
    fn next_event(&mut self, outlet: &Outlet) -> Option<Event> {
        if let Ok(event) = outlet.receiver.try_recv() {
            return Some(event);
        }
        // Nothing waits: what was put off so that it is done once is done now.
        self.flush();
        loop {
            if self.fold() {
                match outlet.receiver.try_recv() {
                    Ok(event) => return Some(event),
                    Err(_) => continue,
                }
            }
            let now_ms = self.outside.clock.now_ms();
            let event = match self.next_timer_ms() {
                None => outlet.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due_ms) => {
                    let wait = Duration::from_millis(due_ms.saturating_sub(now_ms));
                    outlet.receiver.recv_timeout(wait)
                }
            };
            match event {
                Ok(event) => return Some(event),
                Err(RecvTimeoutError::Timeout) => self.fire_timers(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Takes one event.
    pub(crate) fn handle(&mut self, event: Event) {
        // Successive edits are told together; everything else sees them.
        if !matches!(event, Event::Client(_, ClientChange::Edit { .. })) {
            self.flush();
        }
        if !matches!(event, Event::Task(_)) {
            self.note_active();
        }
        match event {
            Event::Connect(client, caller) => self.clients.connect(client, caller),
            Event::Subscribe(client, notices) => {
                self.clients.subscribe(client, notices);
                let status = self.refresh_status();
                self.clients.tell(client, Notice::Status(status));
            }
            Event::Client(client, change) => self.client_change(client, change),
            Event::Read(job) => self.read(job),
            Event::Run(client, run, request) => self.start_run(client, run, request),
            Event::Cancel(run) => self.cancel_run(run),
            Event::Watched(changes) => self.files_changed(changes),
            Event::Task(done) => match done {
                TaskDone::Read => {}
                TaskDone::AgentStep(done) => self.agent_step_done(*done),
                TaskDone::AgentHeard(heard) => self.agent_heard(heard),
                TaskDone::Index(done) => self.index_done(done),
                TaskDone::Embed(done) => self.embed_done(done),
                TaskDone::Settle(done) => self.settled(done),
                TaskDone::Edit(done) => self.edit_done(done),
                TaskDone::Ended { run, outcome } => self.end_run(run, outcome),
                TaskDone::History(done) => self.history_done(done),
                TaskDone::Own(done) => self.own_done(*done),
                TaskDone::Verify(done) => self.verify_done(done),
                TaskDone::Skill(done) => self.skill_done(*done),
                TaskDone::Evolve(done) => self.evolve_done(done),
            },
            Event::Stop => {}
        }
        // However much the client has to say, the index goes on.
        self.fold();
        self.fire_timers();
    }

    fn client_change(&mut self, client: ClientId, change: ClientChange) {
        match change {
            ClientChange::OpenWorkspace { roots } => self.set_roots(roots, &[]),
            ClientChange::Folders { added, removed } => self.set_roots(added, &removed),
            ClientChange::Open { path, language, version, text } => {
                self.files.open(&path, &language, version, &text);
                self.note_recent("place", Some(&path), "");
                self.note_looked_at(&path, false);
                self.fire("opened", Some(&path));
                self.flush();
                self.documents_changed();
            }
            ClientChange::Edit { path, version, edits, encoding } => {
                if !self.files.edit(&path, version, edits, encoding) {
                    tracing::warn!(%path, "an edit of a document that is not open");
                }
                self.documents_changed();
            }
            ClientChange::Save { path } => {
                self.files.saved(&path);
                self.note_recent("edit", Some(&path), "");
                self.note_looked_at(&path, true);
                self.fire("saved", Some(&path));
                self.read_again(&[path]);
            }
            ClientChange::DiagnosticsChanged { path } => {
                self.fire("diagnostics-changed", Some(&path));
            }
            ClientChange::Asked { question } => self.note_recent("query", None, &question),
            ClientChange::Found { question, paths } => self.note_found(client, &question, paths),
            ClientChange::Close { path } => {
                let change = self.files.close(&path);
                self.apply(change);
                self.give_back.note_closed(self.outside.clock.now_ms());
                self.read_again(&[path]);
                self.documents_changed();
            }
            ClientChange::Watched(changes) => self.files_changed(changes),
            ClientChange::Settings(value) => {
                let name = self.clients.caller(client).map_or("client", |it| &it.client).to_owned();
                let errors = self.configuration.layers.set_value(Source::Client, &name, &value);
                for error in errors {
                    self.clients.message(NoticeLevel::Warning, error.to_string());
                }
                self.settings_changed();
            }
            ClientChange::EditAnswered { proposal, step, applied, reason } => {
                self.edit_answered(&proposal, step, applied, reason);
            }
            ClientChange::Abilities(abilities) => {
                self.clients.set_abilities(client, abilities);
                self.read_schedules();
                self.watch();
            }
        }
    }

    /// The folders of the workspace change: new ones are read, old ones forgotten.
    fn set_roots(&mut self, added: Vec<VfsPath>, removed: &[VfsPath]) {
        let mut roots: Vec<VfsPath> =
            self.files.roots.iter().filter(|it| !removed.contains(it)).cloned().collect();
        let mut added: Vec<VfsPath> = added.into_iter().filter(|it| !roots.contains(it)).collect();
        added.sort();
        added.dedup();
        roots.extend(added.iter().cloned());
        roots.sort();
        self.files.roots = Arc::from(roots);
        self.clients.roots = Arc::clone(&self.files.roots);
        self.forget_outside();
        self.tell_host_the_workspace();
        self.watch();
        self.recover_journal();
        self.scan_opened(added);
    }

    /// Watches the folders where no client does.
    fn watch(&mut self) {
        use settings::Watching;
        let wanted = match self.configuration.settings.watch {
            Watching::Auto => !self.clients.any_watches(),
            Watching::Server => true,
            Watching::Off => false,
        };
        self.outside.watcher = None;
        if !wanted || !self.configuration.may_watch || self.files.roots.is_empty() {
            return;
        }
        let inbox = self.outside.inbox.clone();
        let told = Box::new(move |changes| {
            inbox.send(Event::Watched(changes));
        });
        match disk::watch(&self.files.roots, told) {
            Ok((watcher, errors)) => {
                self.outside.watcher = Some(watcher);
                for error in errors {
                    self.clients.message(NoticeLevel::Warning, error.to_string());
                }
            }
            Err(error) => self.clients.message(NoticeLevel::Warning, error.to_string()),
        }
    }

    /// Something was set: what follows from it.
    pub(crate) fn settings_changed(&mut self) {
        self.configuration.in_force = Arc::new(self.configuration.layers.in_force());
        let settings = Arc::new(self.configuration.layers.settings());
        if settings == self.configuration.settings {
            return;
        }
        let old = std::mem::replace(&mut self.configuration.settings, Arc::clone(&settings));
        if old.ai != settings.ai {
            let id = |it: Option<Arc<dyn Embedder>>| it.map(|it| (it.id().to_owned(), it.dims()));
            let before = id(self.embedder());
            self.configuration.models = Arc::new((self.configuration.make_models)(&settings.ai));
            self.tell_embedder_fault();
            if before != id(self.embedder()) {
                self.want_all_vectors();
            }
        }
        if old.watch != settings.watch {
            self.watch();
        }
        let cut = |it: &Settings| (it.chunk_tokens, it.overlap_tokens);
        if cut(&old) != cut(&settings) {
            self.want_all_vectors();
        }
        if (old.files_max, old.file_bytes_max) != (settings.files_max, settings.file_bytes_max) {
            self.scan(self.files.roots.to_vec());
        }
    }

    /// Hands the host what was edited since the last time.
    pub(crate) fn flush(&mut self) {
        if self.files.is_flushed() {
            return;
        }
        let change = self.files.flush(self.outside.clock.now_ms());
        self.apply(change);
    }

    /// Hands the host a change.
    pub(crate) fn apply(&mut self, change: Change) {
        if !change.files.is_empty() {
            self.host.apply_change(change);
        }
    }

    /// Tells the host the folders and what is left out.
    pub(crate) fn tell_host_the_workspace(&mut self) {
        let skipped = self.index.skipped().iter();
        let skipped = skipped.map(|(path, reason)| (path.clone(), reason.to_string())).collect();
        let has_settings = |root: &&VfsPath| {
            let file = self.files.vfs.file_id(&root.join(settings::WORKSPACE_FILE));
            file.is_some_and(|it| self.files.vfs.exists(it))
        };
        let with_settings = self.files.roots.iter().filter(has_settings).cloned().collect();
        self.host.set_workspace(Workspace {
            roots: self.files.roots.to_vec(),
            with_settings,
            skipped: Arc::new(skipped),
        });
    }

    fn read(&mut self, job: ReadJob) {
        let snapshot = self.snapshot(Arc::clone(&job.cancel));
        let ReadJob { name, config, cancel, answer, _ticket } = job;
        let noting = self.noting().zip(Some(Arc::clone(&self.outside.clock)));
        let snapshot = match config.when_changed {
            WhenChanged::Cancel => snapshot,
            WhenChanged::Finish => {
                Snapshot { analysis: snapshot.analysis.uncancelled(), ..snapshot }
            }
        };
        self.outside.give(Task {
            lane: config.lane,
            name,
            on_panic: TaskDone::Read,
            work: Box::new(move || {
                let _ticket = _ticket;
                let began_ms = noting.as_ref().map_or(0, |it| it.1.now_ms());
                // Nobody waits: the answer would be thrown away.
                if !cancel.load(std::sync::atomic::Ordering::Relaxed) {
                    answer(Ok(&snapshot));
                }
                if let Some((noting, clock)) = noting {
                    let took_ms = clock.now_ms().saturating_sub(began_ms);
                    if SLOW_MS <= took_ms {
                        noting.push_slow(name, clock.wall_ms(), took_ms);
                    }
                }
                TaskDone::Read
            }),
        });
    }

    /// This moment.
    pub(crate) fn snapshot(&mut self, cancel: Arc<std::sync::atomic::AtomicBool>) -> Snapshot {
        let text_of = self.files.text_of(&self.outside.loader);
        Snapshot {
            analysis: self.host.analysis(text_of).with_cancel(Arc::clone(&cancel)),
            vfs: self.files.vfs.clone(),
            revision: self.host.revision(),
            status: self.recent_status(),
            settings: Arc::clone(&self.configuration.settings),
            in_force: Arc::clone(&self.configuration.in_force),
            models: Arc::clone(&self.configuration.models),
            own: Arc::clone(&self.own),
            found: Arc::clone(&self.found),
            roots: Arc::clone(&self.files.roots),
            journal: self.outside.journal.clone(),
            proposals_folder: self.outside.proposals_folder.clone(),
            runs_folder: self.outside.runs_folder(),
            loader: Arc::clone(&self.outside.loader),
            store: Arc::clone(&self.outside.store),
            embedder: self.embedder(),
            pieces: self.configuration.pieces(),
            histories: self.outside.histories.clone(),
            fingerprints: self.fingerprints.clone(),
            wall_ms: self.outside.clock.wall_ms(),
            noting: self.noted(),
            cancel,
        }
    }

    /// How the server was a moment ago: looking closely costs more than most reads.
    fn recent_status(&mut self) -> Arc<ServerStatus> {
        let now_ms = self.outside.clock.now_ms();
        let is_recent = self.status_at_ms.is_some_and(|it| now_ms < it + STATUS_MS);
        // Whether an answer is complete must be true at its very moment.
        let is_true = self.status.unread == self.index.is_reading();
        if is_recent && is_true { Arc::clone(&self.status) } else { self.refresh_status() }
    }

    /// About how much memory the parts hold.
    pub(crate) fn memory(&self) -> Vec<MemoryPart> {
        let documents = self.files.vfs.overlays().map(|it| it.1.rope.len_bytes()).sum();
        vec![
            MemoryPart { name: "facts", bytes: self.index.facts_bytes() },
            MemoryPart { name: "paths", bytes: self.files.vfs.bytes() },
            MemoryPart { name: "open documents", bytes: documents },
        ]
    }

    /// How the server is, as of now.
    fn refresh_status(&mut self) -> Arc<ServerStatus> {
        let (inbox, reads) = self.outside.inbox.lengths();
        let status = ServerStatus {
            revision: self.host.revision(),
            files: self.files.vfs.n_files(),
            indexed: self.index.n_indexed(),
            lag: self.index.n_waiting(),
            unembedded: self.n_unembedded(),
            indexing: self.index.is_busy(),
            unread: self.index.is_reading(),
            queues: QueueLengths {
                inbox,
                reads,
                runs: self.runs.len(),
                tasks: self.outside.spawn.n_tasks(),
            },
            memory: self.memory(),
            read_only: self.outside.access == IndexAccess::Read,
            skipped: self.index.skipped_head(),
            n_skipped: self.index.skipped().len(),
            health: self.index.health(),
            message: self.index.health_message(),
        };
        self.status_at_ms = Some(self.outside.clock.now_ms());
        self.status = Arc::new(status);
        Arc::clone(&self.status)
    }

    /// Tells clients how the server is.
    pub(crate) fn tell_status(&mut self) {
        let status = self.refresh_status();
        self.clients.tell_all(&Notice::Status(status));
    }

    /// When something is to be done that no event brings.
    pub(crate) fn next_timer_ms(&self) -> Option<u64> {
        let quiet = self.files.next_quiet_ms();
        let agents = self.agent_runs.next_timer_ms();
        quiet
            .into_iter()
            .chain(self.proposals.next_timer_ms())
            .chain(agents)
            .chain(self.next_experiment_ms())
            .chain(self.events.next_timer_ms())
            .chain(self.commits.next_timer_ms())
            .chain(self.give_back.next_timer_ms())
            .min()
    }

    /// Does what is due.
    pub(crate) fn fire_timers(&mut self) {
        let now_ms = self.outside.clock.now_ms();
        if self.files.next_quiet_ms().is_some_and(|it| it <= now_ms) {
            self.settle_quiet(now_ms);
        }
        if self.proposals.next_timer_ms().is_some_and(|it| it <= now_ms) {
            self.measure_due(now_ms);
        }
        if self.agent_runs.next_timer_ms().is_some_and(|it| it <= now_ms) {
            self.agents_due(now_ms);
        }
        if self.next_experiment_ms().is_some_and(|it| it <= now_ms) {
            self.experiment_due();
        }
        if self.events.next_timer_ms().is_some_and(|it| it <= now_ms) {
            self.schedules_due();
        }
        if self.commits.next_timer_ms().is_some_and(|it| it <= now_ms) {
            self.look_for_commits();
        }
        if self.give_back.next_timer_ms().is_some_and(|it| it <= now_ms) {
            self.give_memory_back();
        }
    }
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Connect(..) => "connect",
            Event::Subscribe(..) => "subscribe",
            Event::Client(_, change) => change.name(),
            Event::Read(job) => job.name,
            Event::Run(_, _, request) => request.name(),
            Event::Cancel(_) => "cancel",
            Event::Watched(_) => "watched",
            Event::Task(TaskDone::Read) => "read done",
            Event::Task(TaskDone::AgentStep(_)) => "agent step done",
            Event::Task(TaskDone::AgentHeard(_)) => "agent heard",
            Event::Task(TaskDone::Index(_)) => "index done",
            Event::Task(TaskDone::Embed(_)) => "embed done",
            Event::Task(TaskDone::Settle(_)) => "settle done",
            Event::Task(TaskDone::Edit(_)) => "edit done",
            Event::Task(TaskDone::Ended { .. }) => "run ended",
            Event::Task(TaskDone::History(_)) => "history done",
            Event::Task(TaskDone::Own(_)) => "own done",
            Event::Task(TaskDone::Verify(_)) => "verify done",
            Event::Task(TaskDone::Skill(_)) => "skill done",
            Event::Task(TaskDone::Evolve(_)) => "evolve done",
            Event::Stop => "stop",
        }
    }
}

/// How a lane is called in the log.
impl std::fmt::Display for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Lane::Latency => "latency",
            Lane::Work => "work",
            Lane::Outside => "outside",
            Lane::Agents => "agents",
        })
    }
}
