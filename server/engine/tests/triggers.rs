//! What starts by itself, and what is called before and after: events, schedules with missed times,
//! hooks with their order, failures, guards and once.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use agent::Transition;
use desk::Desk;
use engine::{
    Abilities, AgentRequest, ClientChange, Clock, Given, GivenEdit, Notice, Place, RunOutcome,
    RunRequest, Then,
};
use proposal::ProposalId;
use vfs::ContentHash;

const HOUR_MS: u64 = 3_600_000;

/// An agent that reads a file, and what else its definition says.
fn reader(name: &str, more: &str) -> (String, String) {
    let text = format!(
        "name: {name}\nversion: 1.0.0\ntype: assistant\ninstructions: Read.\ncapabilities:\n\
         - name: look\n  description: Reads\n  skill: read\n  parameters:\n  \
         - {{name: path, type: string, default: cart.py}}\n{more}"
    );
    (format!(".aios/agents/{name}.yaml"), text)
}

/// A clock that a test moves.
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn wall_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Desk {
    fn with_agents(agents: &[(String, String)]) -> Desk {
        Desk::over(agents, None)
    }

    fn over(agents: &[(String, String)], clock: Option<Arc<Hands>>) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        desk::write(dir.path(), "cart.py", "x = 1\n");
        for (path, text) in agents {
            desk::write(dir.path(), path, text);
        }
        let mut desk = Desk::open_at(dir, clock.map(|it| it as Arc<dyn Clock>));
        desk.problems(&[]);
        desk.trust();
        for (path, _) in agents {
            let name = path.rsplit('/').next().unwrap().trim_end_matches(".yaml").to_owned();
            let transition = Transition::Activate;
            let request = RunRequest::Agent(AgentRequest::Move { name, transition });
            assert!(matches!(desk.run(request), RunOutcome::Done(_)));
        }
        desk
    }

    /// Says that the client stays, as an editor does.
    fn stay(&mut self) {
        let abilities = Abilities { apply_edit: true, ..Abilities::default() };
        self.engine.post(ClientChange::Abilities(abilities));
        // The marks are read behind it.
        self.run(RunRequest::Index);
        self.run(RunRequest::Index);
    }

    /// Nothing is shown before it is applied.
    fn preview_nothing(&self) {
        let never = settings::Value::Text("never".to_owned());
        let table = [("preview".to_owned(), never)].into_iter().collect();
        self.engine.post(ClientChange::Settings(settings::Value::Table(table)));
    }

    /// Waits until a message says this.
    fn hears(&mut self, wanted: &str) -> String {
        loop {
            match self.notices.blocking_recv().unwrap() {
                Notice::Message { text, .. } if text.contains(wanted) => return text,
                _ => {}
            }
        }
    }

    /// What agents were run for, the oldest first.
    fn causes(&self) -> Vec<String> {
        let runs = self.engine.read_blocking("runs", |it| it.agent_runs(100)).unwrap();
        runs.into_iter().rev().map(|it| it.cause).collect()
    }

    fn proposal(&mut self, text: &str) -> ProposalId {
        let files = vec![(self.root.join("cart.py"), Some(text.to_owned()))];
        let (title, reason) = ("Change it".to_owned(), String::new());
        self.proposed(RunRequest::Write { title, reason, files, then: Then::Keep })
    }

    fn apply(&mut self, text: &str) -> RunOutcome {
        let id = self.proposal(text);
        self.run(RunRequest::Apply(id))
    }
}

#[test]
fn an_event_starts_the_agents_that_wait_for_it_and_no_others() {
    let on = |event: &str| format!("triggers:\n- {{type: event, pattern: '{event}'}}\n");
    let mut desk = Desk::with_agents(&[
        reader("python", &on("saved *.py")),
        reader("rust", &on("saved *.rs")),
        reader("opener", &on("opened")),
    ]);
    let save = |desk: &Desk| {
        desk.engine.post(ClientChange::Save { path: desk.root.join("cart.py") });
    };
    save(&desk);
    desk.run(RunRequest::Index);
    assert!(desk.causes().is_empty(), "a command of one moment starts nothing");
    desk.stay();
    save(&desk);
    desk.hears("python done");
    assert_eq!(desk.causes(), ["event saved cart.py"]);
    // What is not trusted any more starts nothing.
    assert!(matches!(desk.run(RunRequest::Untrust), RunOutcome::Done(_)));
    save(&desk);
    desk.run(RunRequest::Index);
    assert_eq!(desk.causes().len(), 1);
}

#[test]
fn a_schedule_starts_its_agent_once_and_missed_times_are_told_not_made_up_for() {
    // Half past some hour: a schedule of every full hour is due in half an hour.
    let clock = Arc::new(Hands(AtomicU64::new(500_000 * HOUR_MS + HOUR_MS / 2)));
    let hourly = "triggers:\n- {type: schedule, pattern: '0 * * * *'}\n";
    let mut desk = Desk::over(&[reader("hourly", hourly)], Some(Arc::clone(&clock)));
    desk.stay();
    clock.0.fetch_add(HOUR_MS, Ordering::Relaxed);
    desk.run(RunRequest::Index);
    desk.hears("hourly done");
    assert_eq!(desk.causes(), ["schedule 0 * * * *"]);
    // Several times at once, as after a sleep of the machine, are one.
    clock.0.fetch_add(5 * HOUR_MS, Ordering::Relaxed);
    desk.run(RunRequest::Index);
    desk.hears("hourly done");
    assert_eq!(desk.causes().len(), 2);
    let dir = desk.close();
    clock.0.fetch_add(3 * HOUR_MS, Ordering::Relaxed);
    let mut desk = Desk::open_at(dir, Some(clock as Arc<dyn Clock>));
    desk.stay();
    let told = desk.told.iter().find(|it| it.contains("was not started")).cloned();
    let told = told.unwrap_or_else(|| desk.hears("was not started"));
    assert!(told.contains("3 times") && told.contains("not made up for"), "{told}");
    assert_eq!(desk.causes().len(), 2);
}

#[test]
fn hooks_are_called_by_priority_and_a_failing_one_is_told_and_breaks_nothing() {
    let hook = |handler: &str, priority: i32| {
        format!(
            "hooks:\n- {{type: before, event: apply, handler: {handler}, priority: {priority}}}\n"
        )
    };
    let mut desk = Desk::with_agents(&[
        reader("low", &hook("agent reader", -1)),
        reader("high", &hook("agent reader", 7)),
        reader("broken", &hook("agent nobody", 3)),
        reader("reader", ""),
    ]);
    assert!(matches!(desk.apply("x = 2\n"), RunOutcome::Changed { .. }));
    assert_eq!(desk.text("cart.py").unwrap(), "x = 2\n");
    assert_eq!(desk.causes(), ["hook before:apply of high", "hook before:apply of low"]);
    let told = desk.told.iter().find(|it| it.contains("hook before:apply of broken failed"));
    assert!(told.unwrap().contains("no agent `nobody`"), "{:?}", desk.told);
}

#[test]
fn a_guard_that_fails_keeps_the_change_from_being_applied() {
    let guard = "hooks:\n- {type: before, event: apply, handler: agent nobody, guard: true}\n";
    let mut desk = Desk::with_agents(&[reader("keeper", guard)]);
    let refused = desk.apply("x = 2\n");
    assert!(
        matches!(&refused, RunOutcome::Refused(why) if why.contains("hook before:apply of keeper")),
        "{refused:?}"
    );
    assert_eq!(desk.text("cart.py").unwrap(), "x = 1\n");
}

#[test]
fn a_hook_that_is_called_once_is_used_up_by_success_and_stays_so() {
    let once = "hooks:\n- {type: before, event: apply, handler: agent once, once: true}\n\
                - {type: after, event: apply, handler: agent once}\n";
    let mut desk = Desk::with_agents(&[reader("once", once)]);
    let applied = |desk: &mut Desk, text: &str| {
        assert!(matches!(desk.apply(text), RunOutcome::Changed { .. }));
        // What comes after is not waited for.
        while desk.causes().iter().filter(|it| it.contains("after")).count() == 0 {
            desk.run(RunRequest::Index);
        }
    };
    applied(&mut desk, "x = 2\n");
    assert_eq!(desk.causes(), ["hook before:apply of once", "hook after:apply of once"]);
    let mut desk = desk.reopen();
    assert!(matches!(desk.apply("x = 3\n"), RunOutcome::Changed { .. }));
    let before = desk.causes().iter().filter(|it| it.contains("before")).count();
    assert_eq!(before, 1, "it was used up");
}

#[test]
fn a_guard_stands_before_a_change_that_is_applied_without_another_word_too() {
    let guard = "hooks:\n- {type: before, event: apply, handler: agent nobody, guard: true}\n\
                 - {type: before, event: apply, handler: agent keeper, priority: 5}\n";
    let mut desk = Desk::with_agents(&[reader("keeper", guard)]);
    desk.preview_nothing();
    let files = vec![(desk.root.join("cart.py"), Some("x = 2\n".to_owned()))];
    let (title, reason) = ("Change it".to_owned(), String::new());
    let refused = desk.run(RunRequest::Write { title, reason, files, then: Then::Follow });
    assert!(
        matches!(&refused, RunOutcome::Refused(why) if why.contains("hook before:apply of keeper")),
        "{refused:?}"
    );
    assert_eq!(desk.text("cart.py").unwrap(), "x = 1\n");
    assert_eq!(desk.causes(), ["hook before:apply of keeper"]);
    // What comes after it is not held up.
    assert!(matches!(desk.run(RunRequest::Untrust), RunOutcome::Done(_)));
    assert!(matches!(desk.apply("x = 3\n"), RunOutcome::Changed { .. }));
}

#[test]
fn a_hook_may_change_something_itself_before_what_waits_for_it() {
    let hook = "hooks:\n- {type: before, event: apply, handler: 'command /document f', \
                guard: true, once: true}\n";
    let mut desk = Desk::with_agents(&[reader("keeper", hook)]);
    desk.preview_nothing();
    let files = vec![(desk.root.join("cart.py"), Some("x = 2\n".to_owned()))];
    let (title, reason) = ("Change it".to_owned(), String::new());
    let outcome = desk.run(RunRequest::Write { title, reason, files, then: Then::Follow });
    // There is no `f`: the guard says so, and nobody waits for anybody.
    assert!(matches!(&outcome, RunOutcome::Refused(why) if why.contains('f')), "{outcome:?}");
}

#[test]
fn a_commit_starts_what_waits_for_it_and_a_checkout_does_not() {
    let clock = Arc::new(Hands(AtomicU64::new(HOUR_MS)));
    let on = "triggers:\n- {type: event, pattern: committed}\n";
    let mut desk = Desk::over(&[reader("watcher", on)], Some(Arc::clone(&clock)));
    let folder = desk.dir.path().join("w");
    let git = |args: &[&str]| {
        let set = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let mut command = std::process::Command::new("git");
        let output = command.args(set).args(args).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "first"]);
    git(&["branch", "other"]);
    git(&["commit", "-q", "--allow-empty", "-m", "second"]);
    let look = |desk: &mut Desk, clock: &Hands| {
        for _ in 0..3 {
            clock.0.fetch_add(3_000, Ordering::Relaxed);
            desk.run(RunRequest::Index);
        }
    };
    desk.stay();
    look(&mut desk, &clock);
    assert!(desk.causes().is_empty(), "what was there at the start is no news");
    git(&["checkout", "-q", "other"]);
    look(&mut desk, &clock);
    assert!(desk.causes().is_empty(), "nothing was committed");
    git(&["commit", "-q", "--allow-empty", "-m", "third"]);
    clock.0.fetch_add(3_000, Ordering::Relaxed);
    desk.run(RunRequest::Index);
    desk.hears("watcher done");
    assert_eq!(desk.causes(), ["event committed"]);
    git(&["commit", "-q", "--amend", "--allow-empty", "-m", "fourth"]);
    clock.0.fetch_add(3_000, Ordering::Relaxed);
    desk.run(RunRequest::Index);
    desk.hears("watcher done");
}

#[test]
fn diagnostics_that_change_start_what_waits_for_them_but_not_without_end() {
    let on = "triggers:\n- {type: event, pattern: 'diagnostics-changed *.py'}\n";
    let mut desk = Desk::with_agents(&[reader("watcher", on)]);
    desk.stay();
    let changed = |desk: &Desk| {
        let path = desk.root.join("cart.py");
        desk.engine.post(ClientChange::DiagnosticsChanged { path });
    };
    // Whatever it does may change them again.
    for _ in 0..12 {
        changed(&desk);
        desk.hears("watcher done");
    }
    changed(&desk);
    let told = desk.hears("too often");
    assert!(told.contains("agent watcher"), "{told}");
    assert_eq!(desk.causes().len(), 12);
    assert_eq!(desk.causes()[0], "event diagnostics-changed cart.py");
}

#[test]
fn a_command_of_the_workspace_starts_its_agent_and_so_does_an_agents_name() {
    let on = "triggers:\n- {type: command, pattern: look-around}\n";
    let mut desk = Desk::with_agents(&[reader("looker", on), reader("reader", "")]);
    let mut typed = |text: &str| {
        let text = text.to_owned();
        desk.run(RunRequest::Do { text, at: None, then: Then::Keep })
    };
    for (text, agent) in
        [("/look-around", "looker"), ("/reader path=cart.py", "reader"), ("/looker", "looker")]
    {
        let outcome = typed(text);
        let RunOutcome::Ran(report) = &outcome else { panic!("{text}: {outcome:?}") };
        assert_eq!((report.agent.as_str(), report.end.name()), (agent, "done"), "{text}");
    }
    let refused = typed("/look-aroun");
    assert!(
        matches!(&refused, RunOutcome::Refused(why) if why == "there is no skill `look-aroun`"),
        "{refused:?}"
    );
    assert_eq!(desk.causes(), ["command /look-around", "command /reader", "command /looker"]);
    let items = desk.engine.read_blocking("complete", |it| it.complete_command("/loo")).unwrap();
    let items: Vec<&str> = items.items.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(items, ["/look-around", "/looker"]);
    // What is not trusted has no commands.
    assert!(matches!(desk.run(RunRequest::Untrust), RunOutcome::Done(_)));
    let text = "/look-around".to_owned();
    let refused = desk.run(RunRequest::Do { text, at: None, then: Then::Keep });
    assert!(matches!(&refused, RunOutcome::Refused(_)), "{refused:?}");
}

/// The rename of `x` that an editor is about to make by itself.
fn renamed_by_editor(desk: &Desk) -> RunRequest {
    let given = desk.engine.read_blocking("rename", |snapshot| {
        let position = snapshot.place(&Place::Symbol("x".to_owned()))?;
        let rename = snapshot.analysis.rename(position, "y")?;
        let text = |path| ContentHash::of(&snapshot.present(path).unwrap().unwrap().bytes);
        let seen = rename.change.edits.keys().map(|path| (path.clone(), text(path))).collect();
        Ok(GivenEdit { what: Given::Rename(rename), seen })
    });
    RunRequest::EditGiven(Box::new(given.unwrap()))
}

#[test]
fn hooks_stand_before_what_an_editor_changes_by_itself_too() {
    let hooks = "hooks:\n- {type: before, event: apply, handler: agent nobody, guard: true}\n\
                 - {type: before, event: apply, handler: agent keeper, priority: 5}\n";
    let mut desk = Desk::with_agents(&[reader("keeper", hooks)]);
    let run = desk.engine.run(renamed_by_editor(&desk));
    let why = loop {
        match desk.notices.blocking_recv().unwrap() {
            Notice::MayEdit { .. } => panic!("the guard did not let it pass"),
            Notice::MayNotEdit { run: refused, why } if refused == run => break why,
            _ => {}
        }
    };
    assert!(why.contains("hook before:apply of keeper"), "{why}");
    assert!(matches!(desk.outcome(run), RunOutcome::Refused(it) if it == why));
    assert_eq!(
        desk.causes(),
        ["hook before:apply of keeper"],
        "those of higher priority came first"
    );
}

#[test]
fn what_an_editor_changes_by_itself_is_made_after_its_hooks() {
    let hook = "hooks:\n- {type: before, event: apply, handler: agent keeper, guard: true}\n";
    let mut desk = Desk::with_agents(&[reader("keeper", hook)]);
    let run = desk.engine.run(renamed_by_editor(&desk));
    loop {
        match desk.notices.blocking_recv().unwrap() {
            Notice::MayEdit { run: allowed } if allowed == run => break,
            Notice::RunDone { outcome, .. } => panic!("{outcome:?}"),
            _ => {}
        }
    }
    assert_eq!(desk.causes(), ["hook before:apply of keeper"]);
}
