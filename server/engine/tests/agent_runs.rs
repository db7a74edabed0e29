//! Agents at work through the whole engine: with and without a model, at their limits, interrupted,
//! cancelled, hanging, and up to what they must not do.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use agent::{End, Limit, Transition};
use desk::Desk;
use engine::{AgentReport, AgentRequest, AgentTask, Clock, RunOutcome, RunRequest};
use models::{ChatModel, ChatRequest, Delta, ModelError, Registered, Registry, Reply, Scripted};
use proposal::AgentRunId;

const WRITER: &str = "\
name: writer
version: 1.0.0
type: generator
instructions: Write.
tools: [read, edit, write, search]
limits: {steps: 20, seconds: 600}
";
/// The same with little time.
const HASTY: &str = "\
name: hasty
version: 1.0.0
type: generator
instructions: Write.
limits: {seconds: 1}
";
const FILE: &str = ".aios/agents/writer.yaml";
const CART: &str = "def total(items):\n    return sum(items)\n";

/// A model that does what a test wants of it.
struct Acting<F>(F);

impl<F: Fn(&ChatRequest, &AtomicBool) -> Result<Reply, ModelError> + Send + Sync> ChatModel
    for Acting<F>
{
    fn id(&self) -> &str {
        "acting"
    }

    fn chat(
        &self,
        request: &ChatRequest,
        cancel: &Arc<AtomicBool>,
        _: &mut dyn FnMut(Delta<'_>),
    ) -> Result<Reply, ModelError> {
        self.0(request, cancel)
    }
}

/// A gate that steps wait at until a test opens it.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        let is_open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(is_open, |it| !*it).unwrap());
    }
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

fn registry(model: impl ChatModel + 'static) -> Registry {
    Registry::new(vec![Registered { model: Arc::new(model), price: None }], None)
}

fn script(lines: Vec<Result<Reply, ModelError>>) -> Registry {
    registry(Scripted::new("scripted", lines))
}

fn edits(path: &str, old: &str, new: &str) -> Result<Reply, ModelError> {
    let arguments = format!("{{\"path\": {path:?}, \"old\": {old:?}, \"new\": {new:?}}}");
    Ok(Reply::calls("c", "edit", &arguments))
}

fn says(text: &str) -> Result<Reply, ModelError> {
    Ok(Reply::says(text))
}

impl Desk {
    /// A workspace with a writer that may act.
    fn with_writer(models: Registry) -> Desk {
        let hasty = (".aios/agents/hasty.yaml", HASTY);
        Desk::with_models(&[(FILE, WRITER), hasty, ("cart.py", CART)], models).with_both_active()
    }

    fn with_both_active(mut self) -> Desk {
        let desk = &mut self;
        desk.trust();
        for name in ["writer", "hasty"] {
            let (name, transition) = (name.to_owned(), Transition::Activate);
            let request = RunRequest::Agent(AgentRequest::Move { name, transition });
            assert!(matches!(desk.run(request), RunOutcome::Done(_)));
        }
        self
    }

    #[track_caller]
    fn ran(&mut self, task: AgentTask) -> AgentReport {
        match self.run(RunRequest::RunAgent(Box::new(task))) {
            RunOutcome::Ran(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    fn kinds(&self, id: &AgentRunId) -> Vec<String> {
        let id = id.clone();
        let (_, steps) = self.engine.read_blocking("run", move |it| it.agent_run(&id)).unwrap();
        steps.into_iter().map(|it| it.kind).collect()
    }
}

fn told(agent: &str, message: &str) -> AgentTask {
    AgentTask { message: message.to_owned(), ..AgentTask::by_user(agent) }
}

fn find(text: &str) -> AgentTask {
    let arguments = [("query".to_owned(), text.to_owned())].into();
    AgentTask { arguments, ..AgentTask::by_user("find") }
}

#[test]
fn an_agent_without_a_model_answers_and_its_steps_are_kept() {
    let mut desk = Desk::new(&[("cart.py", CART)]);
    let report = desk.ran(find("total of items"));
    assert_eq!(report.end, End::Done);
    assert!(report.text.contains("cart.py"), "{}", report.text);
    assert_eq!(desk.kinds(&report.id), ["task", "call", "answer", "say", "end"]);
    let runs = desk.engine.read_blocking("runs", |it| it.agent_runs(10)).unwrap();
    assert_eq!((runs.len(), runs[0].end.state.as_str()), (1, "done"));
    let missing = desk.run(RunRequest::RunAgent(Box::new(AgentTask::by_user("find"))));
    assert!(matches!(&missing, RunOutcome::Refused(why) if why.contains("`query`")), "{missing:?}");
    let nobody = desk.run(RunRequest::RunAgent(Box::new(AgentTask::by_user("nobody"))));
    assert!(matches!(&nobody, RunOutcome::Refused(why) if why.contains("no agent `nobody`")));
}

#[test]
fn a_model_proposes_and_nothing_is_changed_before_the_user_says_so() {
    let lines = vec![edits("cart.py", "sum(items)", "sum(items) or 0"), says("Done.")];
    let mut desk = Desk::with_writer(script(lines));
    let report = desk.ran(told("writer", "never none"));
    assert_eq!((report.end, report.text.as_str()), (End::Done, "Done."));
    assert_eq!(desk.text("cart.py").unwrap(), CART);
    assert_eq!(
        desk.kinds(&report.id),
        [
            "task",
            "context",
            "ask",
            "reply",
            "call",
            "change",
            "ask",
            "reply",
            "change",
            "proposing",
            "proposed",
            "say",
            "end"
        ]
    );
    desk.applied(RunRequest::Apply(report.proposals[0].clone()));
    assert!(desk.text("cart.py").unwrap().contains("or 0"));
    desk.undo();
    assert_eq!(desk.text("cart.py").unwrap(), CART);
}

#[test]
fn a_model_is_given_a_place_with_what_belongs_to_it_and_no_guesses() {
    let mut desk = Desk::with_writer(script(vec![says("Fine."), says("Fine.")]));
    desk.edit("shop.py", "from cart import total\n\n\ndef price(cart):\n    return total(cart)\n");
    desk.edit("other.py", "def unlike(items):\n    return items\n");
    let mut given = |message: &str| {
        let report = desk.ran(told("writer", message));
        let steps = desk.engine.read_blocking("run", move |it| it.agent_run(&report.id));
        let (_, steps) = steps.unwrap();
        steps.into_iter().find(|it| it.kind == "context").unwrap().body
    };
    let of_place = given("is cart.py:1 right?");
    assert!(of_place.contains("cart.py:1-2 (named in the task)"), "{of_place}");
    assert!(of_place.contains("cart.py:1-2 (the definition here"), "{of_place}");
    assert!(of_place.contains("shop.py:4-5 (calls total)"), "{of_place}");
    // Nobody asked for what is only a little like it.
    let of_words = given("some of the items");
    assert_eq!(of_words, "");
}

#[test]
fn what_the_policy_does_not_allow_is_refused_and_in_the_transcript() {
    let write = |path: &str| {
        let arguments = format!("{{\"path\": {path:?}, \"text\": \"x\"}}");
        Ok(Reply::calls("c", "write", &arguments))
    };
    let lines = vec![
        write("../outside.py"),
        write("/etc/passwd"),
        write(".git/hooks/pre-commit"),
        Ok(Reply::calls("c", "shell", "{\"command\": \"rm -rf /\"}")),
        Ok(Reply::calls("c", "read", "{\"path\": \".env\"}")),
        write(".aios/agents/evil.yaml"),
        says("I tried."),
    ];
    let mut desk = Desk::with_writer(script(lines));
    desk.edit(".env", "KEY=1\n");
    let report = desk.ran(told("writer", "go"));
    assert_eq!(report.end, End::Done);
    let kinds = desk.kinds(&report.id);
    assert_eq!(kinds.iter().filter(|it| *it == "refusal").count(), 5, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|it| *it == "denied").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|it| *it == "reply").count(), 7, "each attempt is there");
    assert_eq!(report.proposals, []);
    assert_eq!(desk.text(".aios/agents/evil.yaml"), None);
    let out = desk.dir.path().join("outside.py");
    assert!(!out.exists() && desk.text(".git/hooks/pre-commit").is_none());
}

#[test]
fn an_agent_that_may_not_act_is_not_run() {
    let mut desk = Desk::with_models(&[(FILE, WRITER)], script(vec![says("hi")]));
    let refused =
        |desk: &mut Desk| match desk.run(RunRequest::RunAgent(Box::new(told("writer", "go")))) {
            RunOutcome::Refused(why) => why,
            other => panic!("{other:?}"),
        };
    assert!(refused(&mut desk).contains("is not trusted"));
    desk.trust();
    assert!(refused(&mut desk).contains("is initialized, and only active ones act"));
    let runs = desk.engine.read_blocking("runs", |it| it.agent_runs(10)).unwrap();
    assert!(runs.is_empty());
}

#[test]
fn a_panic_and_a_hang_end_their_own_run_and_no_other() {
    let gate = Gate::default();
    let waits = gate.clone();
    let model = Acting(move |request: &ChatRequest, _: &AtomicBool| {
        match format!("{:?}", request.messages) {
            it if it.contains("panic") => panic!("as told"),
            it if it.contains("hang") => waits.wait(),
            _ => {}
        }
        says("well")
    });
    let mut desk = Desk::with_writer(registry(model));
    let hanging = desk.engine.run(RunRequest::RunAgent(Box::new(told("hasty", "hang"))));
    let report = desk.ran(told("writer", "panic"));
    assert!(matches!(&report.end, End::Failed(why) if why.contains("internal error")));
    assert_eq!(desk.kinds(&report.id), ["task", "context", "ask", "end"]);
    assert_eq!(desk.ran(told("writer", "work")).end, End::Done);
    let outcome = desk.outcome(hanging);
    let RunOutcome::Ran(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.end, End::Stopped(Limit::Seconds(1)));
    // Its thread is still there, and everything else goes on.
    assert_eq!(desk.ran(told("writer", "work")).end, End::Done);
    gate.open();
}

#[test]
fn a_slow_model_has_as_much_time_as_its_run() {
    let (gate, reached) = (Gate::default(), Gate::default());
    let (waits, reaches) = (gate.clone(), reached.clone());
    let model = Acting(move |_: &ChatRequest, _: &AtomicBool| {
        reaches.open();
        waits.wait();
        says("late")
    });
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [(FILE, WRITER), (".aios/agents/hasty.yaml", HASTY), ("cart.py", CART)] {
        desk::write(dir.path(), path, text);
    }
    let hands = Arc::new(Hands(AtomicU64::new(1_700_000_000_000)));
    let clock = Arc::clone(&hands) as Arc<dyn Clock>;
    let mut desk = Desk::open_with_at(dir, registry(model), clock).with_both_active();
    let run = desk.engine.run(RunRequest::RunAgent(Box::new(told("writer", "slowly"))));
    reached.wait();
    let mut moved = |seconds: u64| {
        hands.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
        desk.run(RunRequest::Index);
        desk.engine.read_blocking("runs", |it| it.agent_runs(1)).unwrap()[0].end.state.clone()
    };
    assert_eq!(moved(590), "running");
    moved(11);
    let outcome = desk.outcome(run);
    let RunOutcome::Ran(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.end, End::Stopped(Limit::Seconds(600)));
    gate.open();
}

#[test]
fn a_cancelled_run_ends_at_once_though_its_step_does_not() {
    let (gate, reached, looked) = (Gate::default(), Gate::default(), Gate::default());
    let (waits, reaches, looks) = (gate.clone(), reached.clone(), looked.clone());
    let was_told = Arc::new(AtomicBool::new(false));
    let told_model = Arc::clone(&was_told);
    let model = Acting(move |_: &ChatRequest, cancel: &AtomicBool| {
        reaches.open();
        waits.wait();
        told_model.store(cancel.load(Ordering::Relaxed), Ordering::Relaxed);
        looks.open();
        says("late")
    });
    let mut desk = Desk::with_writer(registry(model));
    let run = desk.engine.run(RunRequest::RunAgent(Box::new(told("writer", "hang"))));
    reached.wait();
    desk.engine.cancel(run);
    let outcome = desk.outcome(run);
    let RunOutcome::Ran(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.end, End::Cancelled);
    assert_eq!(desk.kinds(&report.id).last().unwrap(), "end");
    gate.open();
    // Nobody waits for a step that was given up.
    looked.wait();
    assert!(was_told.load(Ordering::Relaxed), "the model was told");
}

#[test]
fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
    let busy = |status| {
        Err(ModelError::Status {
            model: "scripted".to_owned(),
            status,
            message: "busy".to_owned(),
            retry_after: Some(Duration::ZERO),
        })
    };
    let mut desk = Desk::with_writer(script(vec![busy(429), busy(503), says("at last")]));
    let report = desk.ran(told("writer", "go"));
    assert_eq!((report.end, report.text.as_str()), (End::Done, "at last"));
    let mut desk = Desk::with_writer(script(vec![busy(401), says("never")]));
    let report = desk.ran(told("writer", "go"));
    assert!(matches!(&report.end, End::Failed(why) if why.contains("busy")), "{:?}", report.end);
}

#[test]
fn an_endless_loop_of_calls_ends_at_the_limit() {
    let call = || Ok(Reply::calls("c", "read", "{\"path\": \"cart.py\"}"));
    let mut desk = Desk::with_writer(script((0..50).map(|_| call()).collect()));
    let report = desk.ran(told("writer", "go"));
    assert_eq!((report.end, report.spent.steps), (End::Stopped(Limit::Steps(20)), 20));
}

#[test]
fn an_interrupted_run_goes_on_and_proposes_once() {
    let (gate, reached) = (Gate::default(), Gate::default());
    let (waits, reaches) = (gate.clone(), reached.clone());
    let lines = Scripted::new("acting", vec![edits("cart.py", "sum(items)", "sum(items) or 0")]);
    let model = Acting(move |request: &ChatRequest, _: &AtomicBool| {
        let cancel = Arc::new(AtomicBool::new(false));
        lines.chat(request, &cancel, &mut |_| {}).or_else(|_| {
            reaches.open();
            waits.wait();
            says("lost")
        })
    });
    let desk = Desk::with_writer(registry(model));
    desk.engine.run(RunRequest::RunAgent(Box::new(told("writer", "go"))));
    reached.wait();
    // The server ends while the model is being asked for the second time.
    let dir = desk.close();
    gate.open();
    let mut desk = Desk::open_with(dir, script(vec![says("Done.")]));
    let run = loop {
        let runs = desk.engine.read_blocking("runs", |it| it.agent_runs(1)).unwrap();
        if runs[0].end.state == "interrupted" {
            break AgentRunId::parse(&runs[0].id).unwrap();
        }
        // The step of the first server holds its history a moment longer.
        desk = Desk::open_with(desk.close(), script(vec![says("Done.")]));
    };
    let outcome = desk.run(RunRequest::ResumeAgent(run.clone(), engine::Then::Keep));
    let RunOutcome::Ran(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!((report.end, report.text.as_str()), (End::Done, "Done."));
    assert_eq!(report.proposals.len(), 1);
    let all = desk
        .engine
        .read_blocking("proposals", |it| Ok(it.journal.as_ref().unwrap().proposals(10)?.len()));
    assert_eq!(all.unwrap(), 1, "it was proposed once");
    let again = desk.run(RunRequest::ResumeAgent(run, engine::Then::Keep));
    assert!(matches!(&again, RunOutcome::Refused(why) if why.contains("is done")), "{again:?}");
}

#[test]
fn a_message_goes_to_another_agent_in_its_envelope_and_loops_end() {
    let send = |to: &str, message: &str| {
        let arguments = format!("{{\"to\": {to:?}, \"message\": {message:?}}}");
        Ok(Reply::calls("c", "send", &arguments))
    };
    // Two agents that answer each message by another one, until they are not let.
    let model = Acting(move |request: &ChatRequest, _: &AtomicBool| {
        let all = format!("{:?}", request.messages);
        let to = if request.system.contains("I am a.") { "b" } else { "a" };
        match request.messages.last() {
            Some(models::Message::ToolResult { text, .. }) => says(&format!("heard: {text}")),
            _ if all.contains("alone") => send("nobody", "hello"),
            _ => send(to, "your turn"),
        }
    });
    let agent = |name: &str| {
        format!(
            "name: {name}\nversion: 1.0.0\ntype: assistant\ninstructions: I am {name}.\n\
             tools: [send]\n"
        )
    };
    let (a, b) = (agent("a"), agent("b"));
    let files = [(".aios/agents/a.yaml", a.as_str()), (".aios/agents/b.yaml", b.as_str())];
    let mut desk = Desk::with_models(&files, registry(model));
    desk.trust();
    for name in ["a", "b"] {
        let (name, transition) = (name.to_owned(), Transition::Activate);
        let request = RunRequest::Agent(AgentRequest::Move { name, transition });
        assert!(matches!(desk.run(request), RunOutcome::Done(_)));
    }
    let report = desk.ran(told("a", "begin"));
    assert_eq!(report.end, End::Done);
    assert!(report.text.contains("4 messages led to this one already"), "{}", report.text);
    let messages = desk.engine.read_blocking("messages", |it| it.agent_messages(100)).unwrap();
    let ends: Vec<String> =
        messages.iter().rev().map(|it| format!("{}>{}#{}", it.from, it.to, it.hops)).collect();
    assert_eq!(ends, ["a>b#1", "b>a#2", "a>b#3", "b>a#4"]);
    let first = messages.last().unwrap();
    assert_eq!((first.message.as_str(), first.context.as_str()), ("your turn", "begin"));
    assert_eq!(first.run, report.id.as_str());
    let report = desk.ran(told("a", "alone"));
    assert!(report.text.contains("there is no agent `nobody`"), "{}", report.text);
}

#[test]
fn what_an_analyzer_finds_is_marked_and_what_it_does_not_find_any_more_is_not() {
    const LINTER: &str = "\
name: linter
version: 1.0.0
type: analyzer
instructions: Look.
capabilities:
- {name: look, description: Looks for what nothing uses, skill: dead-code}
";
    let file = (".aios/agents/linter.yaml", LINTER);
    let mut desk = Desk::new(&[file, ("cart.py", "def _old():\n    return 1\n")]);
    desk.trust();
    let (name, transition) = ("linter".to_owned(), Transition::Activate);
    let request = RunRequest::Agent(AgentRequest::Move { name, transition });
    assert!(matches!(desk.run(request), RunOutcome::Done(_)));
    let marked = |desk: &Desk| {
        let path = desk.root.join("cart.py");
        let read = move |it: &engine::Snapshot| {
            let file = it.file(&path)?;
            Ok(it.found_in(file).iter().map(|it| it.1.rule.to_owned()).collect::<Vec<String>>())
        };
        desk.engine.read_blocking("found", read).unwrap()
    };
    assert_eq!(desk.ran(AgentTask::by_user("linter")).findings.len(), 1);
    assert_eq!(marked(&desk), ["dead-code"]);
    desk.edit("cart.py", "x = 1\n");
    assert!(desk.ran(AgentTask::by_user("linter")).findings.is_empty());
    desk.edit("cart.py", "def _old():\n    return 1\n");
    assert!(marked(&desk).is_empty());
}
