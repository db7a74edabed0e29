//! Plain sentences: with a model behind a real address, in both protocols, by the tool that it
//! calls; without one by likeness; to skills, and to the agents of the workspace.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use agent::{SkillReply, Transition};
use desk::{Desk, registry};
use engine::{AgentRequest, By, RunOutcome, RunRequest, Then};
use fixture::provider::{Protocol, Provider, Turn};
use models::Registry;

const BOTH: [Protocol; 2] = [Protocol::Anthropic, Protocol::OpenAi];

const CART: &str = "def total(items):\n    return sum(items)\n";
const SHOP: &str = "from cart import total\n\nprint(total([1]))\n";
const FILES: &[(&str, &str)] = &[("cart.py", CART), ("shop.py", SHOP)];

/// An agent of the workspace that needs no model.
fn keeper(kind: &str) -> String {
    format!(
        "name: licence-keeper\nversion: 1.0.0\ntype: {kind}\ninstructions: Look.\ncapabilities:\n\
         - name: look\n  description: Checks that a file begins with a licence header\n  skill: \
         read\n  parameters:\n  - {{name: path, type: string, default: cart.py}}\n"
    )
}

fn call(tool: &'static str, arguments: &str) -> Turn {
    Turn::Call(tool, arguments.to_owned())
}

impl Desk {
    fn typed(&mut self, text: &str) -> RunOutcome {
        let text = text.to_owned();
        self.run(RunRequest::Do { text, at: None, then: Then::Keep })
    }

    /// The choice that a sentence comes to.
    #[track_caller]
    fn choices(&mut self, text: &str) -> (String, Vec<String>) {
        match self.typed(text) {
            RunOutcome::Replied { reply, .. } => match *reply {
                SkillReply::Choices { question, choices } => {
                    (question, choices.into_iter().map(|it| it.command).collect())
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    fn with_keeper(kind: &str) -> Desk {
        let text = keeper(kind);
        let files = [FILES, &[(".aios/agents/licence-keeper.yaml", text.as_str())]].concat();
        let mut desk = Desk::with_models(&files, Registry::off());
        desk.trust();
        let (name, transition) = ("licence-keeper".to_owned(), Transition::Activate);
        let moved = desk.run(RunRequest::Agent(AgentRequest::Move { name, transition }));
        assert!(matches!(moved, RunOutcome::Done(_)), "{moved:?}");
        desk
    }
}

/// What comes of a sentence where the model plays `turns`, in both protocols.
fn each(turns: &[Turn], check: impl Fn(&mut Desk, &Provider)) {
    for protocol in BOTH {
        let provider = Provider::script(protocol, turns.to_vec());
        let mut desk = Desk::with_models(FILES, registry(protocol, &provider));
        check(&mut desk, &provider);
        assert_eq!(desk.text("cart.py").unwrap(), CART, "nothing is changed unasked");
    }
}

#[test]
fn what_a_model_calls_is_carried_out_where_it_reads() {
    each(&[call("callers", r#"{"symbol": "total"}"#)], |desk, provider| {
        let outcome = desk.typed("somebody must be adding all of this up, but who wants it?");
        let RunOutcome::Replied { markdown, understood, .. } = &outcome else {
            panic!("{outcome:?}")
        };
        let understood = understood.as_ref().unwrap();
        assert_eq!(understood.command, "/callers symbol=total");
        assert_eq!(understood.by, By::Model("test".to_owned()));
        assert!(markdown.starts_with("# Who calls `total`"), "{markdown}");
        let asked = provider.asked();
        let body = asked[0].body.to_string();
        assert!(body.contains("but who wants it?") && body.contains("safe-delete"), "{body}");
        assert_eq!(asked[0].body["temperature"], 0.0);
    });
}

#[test]
fn what_a_model_calls_is_asked_about_where_it_writes() {
    each(&[call("rename", r#"{"symbol": "total", "to": "sum_all"}"#)], |desk, _| {
        let (question, commands) = desk.choices("a better name for total is sum_all");
        assert_eq!(question, "this changes something: is it meant?");
        assert_eq!(commands, ["/rename symbol=total to=sum_all"]);
    });
    each(&[call("agent-edit-edit", r#"{"instruction": "take floats, too"}"#)], |desk, _| {
        let (_, commands) = desk.choices("let it take floats, too");
        assert_eq!(commands, [r#"/edit instruction="take floats, too""#]);
    });
    each(&[call("verify", "{}"), call("undo", "")], |desk, _| {
        assert_eq!(desk.choices("is it still green").1, ["/verify"]);
        assert_eq!(desk.choices("I do not like it").1, ["/undo"]);
    });
}

#[test]
fn an_agent_that_only_answers_is_asked_at_once() {
    let turns = [
        call("agent-ask-answer", r#"{"question": "what does total in cart.py:1 do?"}"#),
        Turn::Say("It adds up (cart.py:1-2).".to_owned()),
    ];
    each(&turns, |desk, _| {
        let outcome = desk.typed("tell me, what is total good for in the end");
        let RunOutcome::Ran(report) = &outcome else { panic!("{outcome:?}") };
        assert!(report.text.starts_with("It adds up (cart.py:1-2)."), "{}", report.text);
        let told = "understood as /ask question=\"what does total in cart.py:1 do?\" (by test)";
        assert!(desk.told.iter().any(|it| it == told), "{:?}", desk.told);
    });
}

#[test]
fn a_model_that_knows_of_no_tool_says_so() {
    each(&[Turn::Say("No tool brews coffee.".to_owned())], |desk, _| {
        let outcome = desk.typed("make me a coffee");
        assert_eq!(outcome.describe(), "test: No tool brews coffee.");
    });
}

#[test]
fn words_that_leave_no_doubt_count_where_a_model_calls_nothing() {
    each(&[Turn::Say("I am a tool that can do many things.".to_owned())], |desk, _| {
        let outcome = desk.typed("who calls total?");
        let RunOutcome::Replied { markdown, understood: Some(understood), .. } = &outcome else {
            panic!("{outcome:?}");
        };
        assert!(markdown.contains("shop.py"), "{markdown}");
        assert!(matches!(understood.by, By::Likeness(_)), "{understood}");
    });
}

#[test]
fn a_model_that_gives_no_answer_is_told_of_and_the_words_are_compared() {
    let turns = [
        call("rm", r#"{"path": "/"}"#),
        call("callers", "[1]"),
        Turn::Status(429, Vec::new(), "slow down".to_owned()),
        Turn::Malformed,
        Turn::BreakOff,
        Turn::Refuse("I will not.".to_owned()),
        Turn::Long(30 * 1024 * 1024),
    ];
    for turn in turns {
        each(std::slice::from_ref(&turn), |desk, _| {
            let outcome = desk.typed("who calls total");
            match &turn {
                // To refuse is an answer.
                Turn::Refuse(why) => assert_eq!(outcome.describe(), format!("test: {why}")),
                _ => {
                    let RunOutcome::Replied { understood: Some(it), .. } = &outcome else {
                        panic!("{turn:?}: {outcome:?}")
                    };
                    assert_eq!(it.command, "/callers symbol=total");
                    assert!(matches!(it.by, By::Likeness(_)), "{it:?}");
                    let is_told = |it: &String| it.ends_with("; the words alone were compared");
                    assert!(desk.told.iter().any(is_told), "{turn:?}: {:?}", desk.told);
                }
            }
        });
    }
}

#[test]
fn a_model_that_hangs_is_not_waited_for_once_nobody_wants_it() {
    for protocol in BOTH {
        let (asked, was_asked) = std::sync::mpsc::channel();
        let provider = Provider::start(protocol, move |_| {
            let _ = asked.send(());
            Turn::Hang
        });
        let mut desk = Desk::with_models(FILES, registry(protocol, &provider));
        let (text, then) = ("who calls total".to_owned(), Then::Keep);
        let run = desk.engine.run(RunRequest::Do { text, at: None, then });
        was_asked.recv().unwrap();
        desk.engine.cancel(run);
        let outcome = desk.outcome(run);
        assert!(matches!(outcome, RunOutcome::Cancelled), "{outcome:?}");
    }
}

#[test]
fn commands_ask_no_model() {
    each(&[], |desk, provider| {
        desk.typed("/callers total");
        desk.typed("/nonsense");
        assert_eq!(provider.asked(), []);
    });
}

#[test]
fn an_agent_of_the_workspace_is_reached_by_a_sentence_without_a_model() {
    let mut desk = Desk::with_keeper("analyzer");
    let outcome = desk.typed("does every file begin with a licence header");
    let RunOutcome::Ran(report) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((report.agent.as_str(), report.end.name()), ("licence-keeper", "done"));
    let told = desk.told.iter().find(|it| it.starts_with("understood as /licence-keeper (0."));
    assert!(told.is_some(), "{:?}", desk.told);
    // What is said to a skill still goes there.
    let outcome = desk.typed("who calls total");
    assert!(matches!(outcome, RunOutcome::Replied { .. }), "{outcome:?}");
}

#[test]
fn an_agent_of_the_workspace_that_may_propose_is_asked_about_and_a_sleeping_one_is_not_meant() {
    let mut desk = Desk::with_keeper("generator");
    let sentence = "does every file begin with a licence header";
    let (question, commands) = desk.choices(sentence);
    assert_eq!(question, "this changes something: is it meant?");
    assert_eq!(commands, ["/licence-keeper"]);
    let (name, transition) = ("licence-keeper".to_owned(), Transition::Suspend);
    desk.run(RunRequest::Agent(AgentRequest::Move { name, transition }));
    let outcome = desk.typed(sentence);
    let RunOutcome::Replied { markdown, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(!markdown.contains("/licence-keeper"), "{markdown}");
}
