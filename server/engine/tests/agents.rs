//! The lives of agents through the whole engine: every legal and illegal transition, what follows
//! from files and trust, and that nothing untrusted acts.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use agent::{AgentState, Transition};
use desk::Desk;
use engine::{AgentRequest, Caller, Role, RunOutcome, RunRequest, Then};
use expect_test::expect;

const REVIEW: &str = "name: review\nversion: 1.0.0\ntype: analyzer\ninstructions: Be brief.\n";
const FILE: &str = ".aios/agents/review.yaml";

impl Desk {
    fn agent(&mut self, request: AgentRequest) -> RunOutcome {
        let outcome = self.run(RunRequest::Agent(request));
        self.run(RunRequest::Index);
        outcome
    }

    fn step(&mut self, transition: Transition) -> RunOutcome {
        self.agent(AgentRequest::Move { name: "review".to_owned(), transition })
    }

    #[track_caller]
    fn moves(&mut self, transition: Transition) {
        match self.step(transition) {
            RunOutcome::Done(_) | RunOutcome::Changed { .. } => {}
            other => panic!("{other:?}"),
        }
    }

    fn state(&self) -> Option<AgentState> {
        let agents = self.engine.read_blocking("agents", |it| it.agents()).unwrap();
        agents.into_iter().find(|it| it.name == "review").map(|it| it.state)
    }

    fn blocked(&self) -> Option<String> {
        self.engine.read_blocking("agent", |it| Ok(it.agent("review")?.blocked)).unwrap()
    }

    fn events(&self) -> String {
        let events = self.engine.read_blocking("events", |it| it.agent_events("review")).unwrap();
        let words =
            events.iter().map(|it| format!("{}>{}({})", it.transition, it.state, it.caller));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Brings `review` to a state by the shortest way.
    fn bring_to(&mut self, state: AgentState) {
        use Transition::{Activate, Suspend, Terminate};
        let way: &[Transition] = match state {
            AgentState::Created | AgentState::Initialized => &[],
            AgentState::Active | AgentState::Modified => &[Activate],
            AgentState::Suspended => &[Activate, Suspend],
            AgentState::Terminated => &[Activate, Terminate],
        };
        let then = Then::Keep;
        let (name, text) = ("review".to_owned(), REVIEW.to_owned());
        let create = RunRequest::Agent(AgentRequest::Create { name: name.clone(), text, then });
        let id = self.proposed(create);
        if state == AgentState::Created {
            return;
        }
        self.applied(RunRequest::Apply(id));
        self.trust();
        way.iter().for_each(|it| self.moves(*it));
        if state == AgentState::Modified {
            let text = REVIEW.replace("brief", "thorough");
            self.proposed(RunRequest::Agent(AgentRequest::Modify { name, text, then }));
        }
    }
}

#[test]
fn every_transition_from_every_state_is_taken_or_refused_by_name() {
    let moves = [
        Transition::Activate,
        Transition::Suspend,
        Transition::Resume,
        Transition::Apply,
        Transition::Terminate,
    ];
    let mut table = String::new();
    for state in AgentState::ALL {
        table.push_str(&format!("{}:", state.name()));
        for transition in moves {
            let mut desk = Desk::new(&[]);
            desk.bring_to(state);
            assert_eq!(desk.state(), Some(state));
            match desk.step(transition) {
                RunOutcome::Refused(why) => {
                    assert!(why.contains(state.name()) && why.contains("`review`"), "{why}");
                    assert!(why.contains(transition.name()), "{why}");
                    assert_eq!(desk.state(), Some(state), "nothing changed");
                }
                _ => {
                    let to = desk.state().unwrap().name();
                    table.push_str(&format!(" {}->{to}", transition.name()));
                }
            }
        }
        table.push('\n');
    }
    expect![[r#"
        created:
        initialized: activate->active
        active: suspend->suspended terminate->terminated
        suspended: resume->active
        modified: apply->active
        terminated:
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_whole_life_is_recorded_and_outlives_the_server() {
    let mut desk = Desk::new(&[]);
    desk.bring_to(AgentState::Modified);
    assert!(desk.blocked().unwrap().contains("is modified"));
    desk.moves(Transition::Apply);
    assert!(desk.text(FILE).unwrap().contains("thorough"), "its proposal was applied");
    assert_eq!(desk.blocked(), None);
    desk.moves(Transition::Suspend);
    let mut desk = desk.reopen();
    assert_eq!(desk.state(), Some(AgentState::Suspended));
    desk.moves(Transition::Resume);
    desk.moves(Transition::Terminate);
    expect![[r#"create>created(local) initialize>initialized(system) activate>active(local) modify>modified(local) apply>active(system) suspend>suspended(local) resume>active(local) terminate>terminated(local)"#]].assert_eq(&desk.events());
    // Only a new one can begin under the name; its file is there already.
    let (name, text, then) = ("review".to_owned(), REVIEW.to_owned(), Then::Keep);
    desk.proposed(RunRequest::Agent(AgentRequest::Create { name, text, then }));
    assert_eq!(desk.state(), Some(AgentState::Initialized));
    desk.moves(Transition::Activate);
}

#[test]
fn what_is_not_trusted_cannot_be_let_act_and_what_changes_stops_acting() {
    let mut desk = Desk::new(&[(FILE, REVIEW)]);
    assert_eq!(desk.state(), Some(AgentState::Initialized));
    let refused = desk.step(Transition::Activate);
    assert!(matches!(&refused, RunOutcome::Refused(why) if why.contains("is not trusted")));
    desk.trust();
    desk.moves(Transition::Activate);
    assert_eq!(desk.blocked(), None);
    // Somebody else changes the file: it may not act until the user trusts what it is now.
    desk.edit(FILE, &REVIEW.replace("brief", "evil"));
    assert_eq!(desk.state(), Some(AgentState::Modified));
    assert!(desk.blocked().unwrap().contains("not trusted"));
    let refused = desk.step(Transition::Apply);
    assert!(matches!(&refused, RunOutcome::Refused(why) if why.contains("is not trusted")));
    desk.trust();
    assert_eq!((desk.state(), desk.blocked()), (Some(AgentState::Active), None));
    expect![[r#"create>created(system) initialize>initialized(system) activate>active(local) modify>modified(system) apply>active(system)"#]].assert_eq(&desk.events());
}

#[test]
fn a_modification_that_is_set_aside_leaves_the_agent_as_it_was() {
    let mut desk = Desk::new(&[]);
    desk.bring_to(AgentState::Active);
    let (name, then) = ("review".to_owned(), Then::Keep);
    let text = REVIEW.replace("brief", "thorough");
    let id = desk.proposed(RunRequest::Agent(AgentRequest::Modify { name, text, then }));
    assert!(matches!(desk.run(RunRequest::Reject(id)), RunOutcome::Rejected(_)));
    desk.moves(Transition::Apply);
    assert_eq!((desk.state(), desk.blocked()), (Some(AgentState::Active), None));
    assert!(desk.text(FILE).unwrap().contains("brief"));
}

#[test]
fn a_definition_with_faults_or_of_another_name_is_not_proposed() {
    let mut desk = Desk::new(&[]);
    for (text, why) in [
        ("name: review\nversion: 1\n", "1:1: an agent needs `instructions`"),
        (&REVIEW.replace("review", "other"), "the definition is of `other`, not of `review`"),
    ] {
        let (name, text, then) = ("review".to_owned(), text.to_owned(), Then::Keep);
        let refused = desk.agent(AgentRequest::Create { name, text, then });
        assert!(matches!(&refused, RunOutcome::Refused(it) if it.contains(why)), "{refused:?}");
    }
    assert_eq!(desk.state(), None);
}

#[test]
fn a_built_in_agent_is_active_and_a_file_of_its_name_takes_its_place() {
    let mut desk = Desk::new(&[]);
    let find = |desk: &Desk| desk.engine.read_blocking("agent", |it| it.agent("find")).unwrap();
    assert_eq!((find(&desk).state, find(&desk).blocked), (AgentState::Active, None));
    let text = "name: find\nversion: 2.0.0\ntype: assistant\ninstructions: Mine.\n".to_owned();
    let (name, then) = ("find".to_owned(), Then::Keep);
    let id = desk.proposed(RunRequest::Agent(AgentRequest::Modify { name, text, then }));
    desk.applied(RunRequest::Apply(id));
    // The user applied it, and so trusts it.
    assert_eq!((find(&desk).state, find(&desk).blocked), (AgentState::Active, None));
    assert_eq!(find(&desk).agent.unwrap().def.instructions, "Mine.");
    desk.undo();
    assert_eq!(find(&desk).agent.unwrap().path, None, "back at the one of the program");
    assert_eq!((find(&desk).state, find(&desk).blocked), (AgentState::Active, None));
}

#[test]
fn an_agent_may_propose_agents_and_lets_none_act() {
    let mut desk = Desk::new(&[(FILE, REVIEW)]);
    desk.trust();
    let caller = Caller { role: Role::Agent, ..Caller::local("agent", Default::default()) };
    let agent = desk.engine.connect(caller);
    desk.notices = agent.subscribe();
    desk.engine = agent;
    let refused = desk.step(Transition::Activate);
    assert!(matches!(&refused, RunOutcome::Refused(why) if why.contains("may not decide")));
    let text = "name: mine\nversion: 1.0.0\ntype: assistant\ninstructions: Hm.\n".to_owned();
    let (name, then) = ("mine".to_owned(), Then::Keep);
    desk.proposed(RunRequest::Agent(AgentRequest::Create { name, text, then }));
}
