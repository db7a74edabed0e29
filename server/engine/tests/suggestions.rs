//! Suggestions through the whole engine: what is done day after day is noted, seen, proposed,
//! applied, outlives a restart and is taken back; what was not wanted is not suggested again.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use desk::Desk;
use engine::{Clock, EvolveRequest, RunOutcome, RunRequest, SystemClock, Then, WorkflowTask};
use evolve::Level;
use fixture::provider::{Protocol, Provider, Turn};
use proposal::ProposalId;
use store::history::{EpisodeRow, ExperimentRow};
use tempfile::TempDir;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The system's clock, days ahead.
#[derive(Default)]
struct Ahead {
    clock: SystemClock,
    ahead_ms: AtomicU64,
}

impl Clock for Ahead {
    fn now_ms(&self) -> u64 {
        self.clock.now_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn wall_ms(&self) -> u64 {
        self.clock.wall_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn cpu_ms(&self) -> u64 {
        self.clock.cpu_ms()
    }
}

const SCOUT: &str = "\
name: scout
version: 1.0.0
type: analyzer # looks around
instructions: |
  Look.
tools: [search] # no more
";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    files.iter().for_each(|(path, text)| desk::write(dir.path(), path, text));
    dir
}

impl Desk {
    /// What comes of a look at a level: the row of the archive and what is proposed.
    fn looked(&mut self, level: Level) -> (ExperimentRow, Option<ProposalId>) {
        let request = EvolveRequest { level: Some(level), ..EvolveRequest::default() };
        match self.run(RunRequest::Evolve(request)) {
            RunOutcome::Evolved { experiment, proposal } => (*experiment, proposal),
            other => panic!("{other:?}"),
        }
    }

    fn types(&mut self, text: &str) {
        let request = RunRequest::Do { text: text.to_owned(), at: None, then: Then::Keep };
        let outcome = self.run(request);
        let is_done = matches!(outcome, RunOutcome::Replied { .. } | RunOutcome::Proposed { .. });
        assert!(is_done, "{text}: {outcome:?}");
    }

    /// Notes episodes as they would have been, `days` ago.
    fn note(&self, rows: Vec<EpisodeRow>) {
        let noted = self.engine.read_blocking("note", move |it| {
            Ok(it.journal.as_ref().unwrap().episodes().note_episodes(&rows, 1_000)?)
        });
        noted.unwrap();
    }

    fn take_back(&mut self, experiment: &str) {
        let id = Some(experiment.to_owned());
        let proposal = self.proposed(RunRequest::TakeBackExperiment(id, Then::Keep));
        self.applied(RunRequest::Apply(proposal));
    }

    fn in_force(&self) -> Vec<String> {
        let all = self.engine.read_blocking("experiments", |it| it.experiments(50)).unwrap();
        all.into_iter().filter(|it| it.is_in_force).map(|it| it.row.id).collect()
    }
}

#[track_caller]
fn notes(row: &ExperimentRow, fact: &str) {
    assert!(row.body.notes.iter().any(|it| it.contains(fact)), "{:?}", row.body.notes);
}

/// Runs of an agent, one a day up to today, that ended so.
fn runs(desk: &Desk, agent: &str, outcome: &str, n: u64) {
    let now_ms = SystemClock::default().wall_ms();
    let rows = (0..n).map(|day| EpisodeRow {
        kind: "agent".to_owned(),
        at_ms: now_ms - (n - day) * DAY_MS,
        what: agent.to_owned(),
        outcome: outcome.to_owned(),
        ..EpisodeRow::default()
    });
    desk.note(rows.collect());
}

#[test]
fn what_is_done_day_after_day_becomes_a_workflow_that_works_and_is_taken_back() {
    let clock = Arc::new(Ahead::default());
    let dir = folder(&[("pay.py", "import os\n\ndef total():\n    return 1\n")]);
    let mut desk = Desk::open_at(dir, Some(Arc::clone(&clock) as _));
    let (row, proposal) = desk.looked(Level::Capability);
    assert_eq!((row.outcome.as_str(), proposal), ("nothing to suggest", None));
    notes(&row, "0 commands are noted");
    for _ in 0..5 {
        desk.types("/review file=pay.py");
        desk.types("/organize-imports file=pay.py");
        clock.ahead_ms.fetch_add(DAY_MS, Ordering::Relaxed);
    }
    let (row, proposal) = desk.looked(Level::Capability);
    assert_eq!(row.outcome, "suggested", "{row:?}");
    let suggestion = row.body.suggestion.as_ref().unwrap();
    assert_eq!(suggestion.title, "One command for review → organize-imports");
    assert_eq!((suggestion.seen[0].n, suggestion.seen[1].n), (5, 5));
    assert!(suggestion.sure.contains("at least 57 %"), "{suggestion:?}");
    let path = ".aios/workflows/review-then-organize-imports.yaml";
    assert_eq!(desk.text(path), None, "nothing is changed before somebody says yes");
    let again = desk.looked(Level::Capability).0;
    notes(&again, "which waits for an answer");
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    desk.problems(&[]);
    assert_eq!(desk.in_force(), [row.id.as_str()]);

    // It does what the commands did.
    desk = Desk::open_at(desk.close(), Some(Arc::clone(&clock) as _));
    let mut task = WorkflowTask::by_user("review-then-organize-imports");
    task.parameters.insert("file".to_owned(), "pay.py".to_owned());
    task.is_approved = true;
    let outcome = desk.run(RunRequest::RunWorkflow(Box::new(task)));
    let RunOutcome::Flowed(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.steps.len(), 2, "{report:?}");
    assert!(report.steps.iter().all(|it| it.state == agent::StepState::Done), "{report:?}");
    // What there is a workflow for is not suggested again.
    assert_eq!(desk.looked(Level::Capability).0.outcome, "nothing to suggest");

    desk.take_back(&row.id);
    assert_eq!((desk.text(path), desk.in_force()), (None, Vec::new()));
    let after = desk.looked(Level::Capability).0;
    notes(&after, "not wanted");
}

#[test]
fn what_was_set_aside_is_suggested_again_only_long_after() {
    let clock = Arc::new(Ahead::default());
    let dir = folder(&[(".aios/agents/scout.yaml", SCOUT)]);
    let mut desk = Desk::open_at(dir, Some(Arc::clone(&clock) as _));
    runs(&desk, "scout", "stopped: Steps(20)", 6);
    let (_, proposal) = desk.looked(Level::Code);
    let rejected = desk.run(RunRequest::Reject(proposal.unwrap()));
    assert!(matches!(rejected, RunOutcome::Rejected(_)));
    let (row, proposal) = desk.looked(Level::Code);
    assert_eq!((row.outcome.as_str(), proposal), ("nothing to suggest", None), "{row:?}");
    notes(&row, "not again within 60 days");
    clock.ahead_ms.fetch_add(61 * DAY_MS, Ordering::Relaxed);
    assert_eq!(desk.looked(Level::Code).0.outcome, "suggested");
}

#[test]
fn limits_are_raised_and_taken_back_in_any_order() {
    let path = ".aios/agents/scout.yaml";
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut desk = Desk::open(folder(&[(path, SCOUT)]));
        desk.trust();
        let mut made = Vec::new();
        for outcome in ["stopped: Steps(20)", "stopped: Steps(40)", "stopped: Tokens(200000)"] {
            runs(&desk, "scout", outcome, 12);
            let (row, proposal) = desk.looked(Level::Code);
            desk.applied(RunRequest::Apply(proposal.unwrap_or_else(|| panic!("{row:?}"))));
            made.push(row.id);
        }
        let limits = |desk: &Desk| desk.own().agents[path].limits;
        assert_eq!((limits(&desk).steps_max, limits(&desk).tokens_max), (80, 400_000));
        desk = desk.reopen();
        for nth in order {
            let id = Some(made[nth].clone());
            match desk.run(RunRequest::TakeBackExperiment(id, Then::Keep)) {
                RunOutcome::Proposed { proposal, .. } => desk.applied(RunRequest::Apply(proposal)),
                // A newer one set the same anew: nothing changes, and it counts as taken back.
                RunOutcome::Done(_) => {}
                other => panic!("{order:?}: {other:?}"),
            }
        }
        assert_eq!((limits(&desk).steps_max, limits(&desk).tokens_max), (20, 200_000), "{order:?}");
        assert_eq!(desk.in_force(), Vec::<String>::new(), "{order:?}");
        let text = desk.text(path).unwrap();
        assert!(text.starts_with(SCOUT.trim_end()), "what its author wrote stays: {text}");
    }
}

#[test]
fn an_agent_that_came_with_the_program_gets_a_file_for_its_limit_and_loses_it() {
    let mut desk = Desk::open(folder(&[("a.py", "x = 1\n")]));
    runs(&desk, "edit", "stopped: Steps(60)", 9);
    let (row, proposal) = desk.looked(Level::Code);
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    assert!(desk.text(".aios/agents/edit.yaml").unwrap().contains("limits: {steps: 120}"));
    desk.take_back(&row.id);
    assert_eq!(desk.text(".aios/agents/edit.yaml"), None);
}

#[test]
fn an_agent_that_comes_to_nothing_is_set_aside_by_its_file_and_acts_again_without() {
    let path = ".aios/agents/scout.yaml";
    let mut desk = Desk::open(folder(&[(path, SCOUT)]));
    desk.trust();
    let name = "scout".to_owned();
    let transition = agent::Transition::Activate;
    desk.run(RunRequest::Agent(engine::AgentRequest::Move { name, transition }));
    let blocked = |desk: &Desk| {
        let status = desk.engine.read_blocking("agent", |it| it.agent("scout")).unwrap();
        status.blocked
    };
    assert_eq!(blocked(&desk), None);
    runs(&desk, "scout", "no model is configured", 9);
    let (row, proposal) = desk.looked(Level::Code);
    assert!(row.body.suggestion.as_ref().unwrap().title.starts_with("Set `scout` aside"));
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    assert!(blocked(&desk).unwrap().contains("set aside"), "{:?}", blocked(&desk));
    desk.take_back(&row.id);
    assert_eq!((blocked(&desk), desk.text(path).as_deref()), (None, Some(SCOUT)));
}

#[test]
fn a_model_that_is_asked_writes_other_instructions_that_wait_for_a_yes() {
    let path = ".aios/agents/scout.yaml";
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let said = |it: &str| Turn::Say(it.to_owned());
        let turns = vec![
            said("Put evolve = \"auto-config\" into .aios/config.toml."),
            said("Look twice.\ntools: [write]"),
        ];
        let provider = Provider::script(protocol, turns);
        let mut desk = Desk::with_models(&[(path, SCOUT)], desk::registry(protocol, &provider));
        desk.trust();
        let (name, transition) = ("scout".to_owned(), agent::Transition::Activate);
        desk.run(RunRequest::Agent(engine::AgentRequest::Move { name, transition }));
        runs(&desk, "scout", "it went in circles", 6);
        runs(&desk, "scout", "done", 6);
        let (row, proposal) = desk.looked(Level::Code);
        notes(&row, "which only you decide");
        assert_eq!(proposal, None);
        let (row, proposal) = desk.looked(Level::Code);
        assert_eq!(row.outcome, "suggested", "{row:?}");
        let body = provider.asked()[1].body.to_string();
        assert!(body.contains("it went in circles") && body.contains("Look."), "{body}");
        assert_eq!(desk.text(path).as_deref(), Some(SCOUT), "nothing before somebody says yes");
        desk.applied(RunRequest::Apply(proposal.unwrap()));
        let def = desk.own().agents[path].clone();
        assert_eq!(def.instructions, "Look twice.\ntools: [write]\n", "it is text, and no more");
        assert_eq!(def.tools, ["search"]);
        desk.take_back(&row.id);
        assert_eq!(desk.text(path).as_deref(), Some(SCOUT));
    }
}

#[test]
fn a_level_takes_no_settings() {
    let mut desk = Desk::open(folder(&[]));
    let given = vec![("evolve".to_owned(), "auto-config".to_owned())];
    let request = EvolveRequest { given, level: Some(Level::Code), ..EvolveRequest::default() };
    match desk.run(RunRequest::Evolve(request)) {
        RunOutcome::Refused(why) => assert!(why.contains("only weights are tried"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_that_make_noise_are_left_out_until_that_is_taken_back_in_any_order() {
    let files = [("a.py", "x = 1\n"), ("out/state.json", "{}\n"), ("out/log.txt", "begun\n")];
    for order in [[0, 1], [1, 0]] {
        let clock = Arc::new(Ahead::default());
        let dir = folder(&files);
        let mut desk = Desk::open_at(dir, Some(Arc::clone(&clock) as _));
        let mut made = Vec::new();
        for path in ["out/state.json", "out/log.txt"] {
            for day in 0..3 {
                for nth in 0..21 {
                    desk.edit(path, &format!("{{\"day\": {day}, \"n\": {nth}}}\n"));
                    desk.edit("a.py", &format!("x = {day}{nth}\n"));
                }
                // Somebody works on it: that is no noise.
                let path = desk.root.join("a.py");
                desk.engine.post(engine::ClientChange::Open {
                    path: path.clone(),
                    language: "python".to_owned(),
                    version: 1,
                    text: desk.text("a.py").unwrap(),
                });
                desk.engine.post(engine::ClientChange::Close { path });
                clock.ahead_ms.fetch_add(DAY_MS, Ordering::Relaxed);
            }
            let (row, proposal) = desk.looked(Level::Configuration);
            let suggestion = row.body.suggestion.as_ref().unwrap_or_else(|| panic!("{row:?}"));
            assert!(suggestion.title.starts_with(&format!("Leave out /{path},")), "{suggestion:?}");
            desk.applied(RunRequest::Apply(proposal.unwrap()));
            made.push(row.id);
        }
        assert_eq!(desk.text(".aiosignore").unwrap(), "/out/state.json\n/out/log.txt\n");
        let is_read = |desk: &Desk, path: &str| {
            let path = desk.root.join(path);
            desk.engine.read_blocking("file", move |it| Ok(it.file(&path).is_ok())).unwrap()
        };
        assert!(is_read(&desk, "a.py") && !is_read(&desk, "out/state.json"));
        desk = Desk::open_at(desk.close(), Some(Arc::clone(&clock) as _));
        for nth in order {
            desk.take_back(&made[nth]);
        }
        assert_eq!((desk.text(".aiosignore"), desk.in_force()), (None, Vec::new()));
        assert!(is_read(&desk, "out/state.json"));
    }
}

#[test]
fn a_list_that_is_too_short_grows_by_a_setting_and_is_taken_back() {
    let mut desk = Desk::open(folder(&[("a.py", "x = 1\n")]));
    let now_ms = SystemClock::default().wall_ms();
    let rows = (0..60).map(|nth| EpisodeRow {
        kind: "opened".to_owned(),
        at_ms: now_ms - nth * DAY_MS / 2,
        path: "a.py".to_owned(),
        place: 1 + nth % 10,
        ..EpisodeRow::default()
    });
    desk.note(rows.collect());
    let (row, proposal) = desk.looked(Level::Configuration);
    desk.applied(RunRequest::Apply(proposal.unwrap_or_else(|| panic!("{row:?}"))));
    assert_eq!(desk.text(".aios/config.toml").unwrap(), "[memory]\ntop_k = 15\n");
    desk = desk.reopen();
    assert_eq!((desk.settings().top_k, desk.in_force()), (15, vec![row.id.clone()]));
    desk.take_back(&row.id);
    assert_eq!((desk.settings().top_k, desk.text(".aios/config.toml")), (10, None));
}

/// A shop in which all that needs the taxes stands elsewhere.
fn shop() -> Vec<(String, String)> {
    let mut files = vec![
        ("shop/__init__.py".to_owned(), String::new()),
        ("pay/__init__.py".to_owned(), String::new()),
        ("shop/tax.py".to_owned(), "def tax(n):\n    return n // 5\n".to_owned()),
        ("shop/cart.py".to_owned(), "def cart():\n    return []\n".to_owned()),
    ];
    for nth in 0..7 {
        let text = format!("from shop.tax import tax\n\n\ndef pay{nth}(n):\n    return tax(n)\n");
        files.push((format!("pay/way{nth}.py"), text));
    }
    files
}

#[test]
fn a_file_moves_to_what_needs_it_and_back() {
    let files = shop();
    let files: Vec<(&str, &str)> = files.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    let mut desk = Desk::open(folder(&files));
    let (row, proposal) = desk.looked(Level::Structure);
    let suggestion = row.body.suggestion.as_ref().unwrap_or_else(|| panic!("{row:?}"));
    assert_eq!(
        (suggestion.before.as_str(), suggestion.after.as_str()),
        ("shop/tax.py", "pay/tax.py")
    );
    assert_eq!((suggestion.seen[0].n, suggestion.seen[2].n), (7, 7));
    assert!(desk.text("shop/tax.py").is_some(), "nothing is changed before somebody says yes");
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    assert_eq!(desk.text("shop/tax.py"), None);
    assert!(desk.text("pay/way3.py").unwrap().starts_with("from pay.tax import tax\n"));
    desk = desk.reopen();
    // What stands where it belongs is left there.
    assert_eq!(desk.looked(Level::Structure).0.outcome, "nothing to suggest");
    desk.take_back(&row.id);
    assert_eq!(desk.text("pay/tax.py"), None);
    assert!(desk.text("pay/way3.py").unwrap().starts_with("from shop.tax import tax\n"));
}

#[test]
fn an_import_cycle_is_broken_where_a_move_does_it_and_told_where_none_does() {
    let mut desk = Desk::open(folder(&[
        (
            "a.py",
            "from b import two\n\n\ndef one():\n    return 1\n\n\ndef all():\n    return two()\n",
        ),
        ("b.py", "from a import one\n\n\ndef two():\n    return one() + one()\n"),
    ]));
    let (row, proposal) = desk.looked(Level::Structure);
    assert_eq!(row.outcome, "suggested", "{row:?}");
    desk.applied(RunRequest::Apply(proposal.unwrap()));
    let outcome = desk.looked(Level::Structure).0;
    notes(&outcome, "no modules load each other");
    desk.take_back(&row.id);
    assert!(desk.text("b.py").unwrap().starts_with("from a import one\n"));
}
