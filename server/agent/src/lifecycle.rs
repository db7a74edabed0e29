//! The life of an agent: its states, the transitions between them, and what follows from the file
//! that defines it. A table; nothing here acts.

use std::fmt;

/// Where an agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentState {
    /// It is proposed; its file may not be there yet.
    Created,
    /// Its definition is there and has no faults.
    Initialized,
    /// It may be run.
    Active,
    /// It is set aside for a while.
    Suspended,
    /// Its definition is another one than the one that was active, and waits to be taken.
    Modified,
    /// It has ended; only a new one of its name can begin.
    Terminated,
}

/// A step from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transition {
    /// It begins.
    Create,
    /// Its definition was read.
    Initialize,
    /// It may be run from now on.
    Activate,
    /// It is set aside.
    Suspend,
    /// It goes on.
    Resume,
    /// Another definition of it is proposed, or was found.
    Modify,
    /// The other definition is taken.
    Apply,
    /// It ends.
    Terminate,
}

/// A transition that does not lead out of where the agent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IllegalTransition {
    /// Where it stands; `None`: there is no such agent.
    pub state: Option<AgentState>,
    /// What was wanted.
    pub transition: Transition,
}

/// What is recorded of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Where it stands.
    pub state: AgentState,
    /// Names the definition that it stands there with; empty where none was there yet.
    pub definition: String,
}

/// What is found of an agent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Names the definition.
    pub definition: &'a str,
    /// Whether the user has said that it may act.
    pub is_trusted: bool,
    /// Whether it came with the program: nobody has to activate it.
    pub is_built_in: bool,
}

impl AgentState {
    /// All of them.
    pub const ALL: [AgentState; 6] = [
        AgentState::Created,
        AgentState::Initialized,
        AgentState::Active,
        AgentState::Suspended,
        AgentState::Modified,
        AgentState::Terminated,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            AgentState::Created => "created",
            AgentState::Initialized => "initialized",
            AgentState::Active => "active",
            AgentState::Suspended => "suspended",
            AgentState::Modified => "modified",
            AgentState::Terminated => "terminated",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<AgentState> {
        AgentState::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Transition {
    /// All of them.
    pub const ALL: [Transition; 8] = [
        Transition::Create,
        Transition::Initialize,
        Transition::Activate,
        Transition::Suspend,
        Transition::Resume,
        Transition::Modify,
        Transition::Apply,
        Transition::Terminate,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Transition::Create => "create",
            Transition::Initialize => "initialize",
            Transition::Activate => "activate",
            Transition::Suspend => "suspend",
            Transition::Resume => "resume",
            Transition::Modify => "modify",
            Transition::Apply => "apply",
            Transition::Terminate => "terminate",
        }
    }

    /// The transition of this name.
    pub fn parse(name: &str) -> Option<Transition> {
        Transition::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Where it leads from and to; from `None`: there is no agent of the name.
    fn way(self) -> (Option<AgentState>, AgentState) {
        use AgentState::{Active, Created, Initialized, Modified, Suspended, Terminated};
        match self {
            Transition::Create => (None, Created),
            Transition::Initialize => (Some(Created), Initialized),
            Transition::Activate => (Some(Initialized), Active),
            Transition::Suspend => (Some(Active), Suspended),
            Transition::Resume => (Some(Suspended), Active),
            Transition::Modify => (Some(Active), Modified),
            Transition::Apply => (Some(Modified), Active),
            Transition::Terminate => (Some(Active), Terminated),
        }
    }

    /// The state that it leads to from `state`.
    ///
    /// # Errors
    /// Where it does not begin there.
    pub fn leads(self, state: Option<AgentState>) -> Result<AgentState, IllegalTransition> {
        let (from, to) = self.way();
        // Whoever has ended leaves the name to a new one.
        let state_now = state.filter(|it| *it != AgentState::Terminated || from.is_some());
        match from == state_now {
            true => Ok(to),
            false => Err(IllegalTransition { state, transition: self }),
        }
    }

    /// True where it lets an agent act that could not before.
    pub fn lets_act(self) -> bool {
        matches!(self, Transition::Activate | Transition::Resume | Transition::Apply)
    }
}

impl fmt::Display for IllegalTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transition = self.transition.name();
        match (self.state, self.transition.way().0) {
            (None, _) => write!(f, "there is none, so that `{transition}` leads nowhere"),
            (Some(state), None) => {
                write!(f, "it is {}: `{transition}` begins a new one", state.name())
            }
            (Some(state), Some(from)) => {
                let (state, from) = (state.name(), from.name());
                write!(f, "it is {state}, and `{transition}` leads on from {from} only")
            }
        }
    }
}

impl std::error::Error for IllegalTransition {}

/// The transitions that follow by themselves from what is found: a definition that is read for the
/// first time, or another one than was recorded.
pub fn settle(life: Option<&Life>, found: Found<'_>) -> Vec<Transition> {
    let is_other = life.is_some_and(|it| it.definition != found.definition);
    match life.map(|it| it.state) {
        None if found.is_built_in => {
            vec![Transition::Create, Transition::Initialize, Transition::Activate]
        }
        None => vec![Transition::Create, Transition::Initialize],
        Some(AgentState::Created) => vec![Transition::Initialize],
        // Trusting the new content is what takes it.
        Some(AgentState::Active) if is_other && found.is_trusted => {
            vec![Transition::Modify, Transition::Apply]
        }
        Some(AgentState::Active) if is_other => vec![Transition::Modify],
        Some(AgentState::Modified) if is_other && found.is_trusted => vec![Transition::Apply],
        Some(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn every_state_has_the_transitions_of_the_drawing_and_no_other() {
        let states = [None].into_iter().chain(AgentState::ALL.map(Some));
        let mut table = String::new();
        for state in states {
            let name = state.map_or("(none)", AgentState::name);
            let legal = Transition::ALL.iter().filter_map(|it| {
                let to = it.leads(state).ok()?;
                Some(format!(" {}->{}", it.name(), to.name()))
            });
            table.push_str(&format!("{name}:{}\n", legal.collect::<String>()));
        }
        expect![[r#"
            (none): create->created
            created: initialize->initialized
            initialized: activate->active
            active: suspend->suspended modify->modified terminate->terminated
            suspended: resume->active
            modified: apply->active
            terminated: create->created
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn an_illegal_transition_says_where_it_would_begin() {
        let error = Transition::Resume.leads(Some(AgentState::Active)).unwrap_err();
        assert_eq!(error.to_string(), "it is active, and `resume` leads on from suspended only");
        let error = Transition::Suspend.leads(None).unwrap_err();
        assert_eq!(error.to_string(), "there is none, so that `suspend` leads nowhere");
        let error = Transition::Create.leads(Some(AgentState::Active)).unwrap_err();
        assert_eq!(error.to_string(), "it is active: `create` begins a new one");
    }

    #[track_caller]
    fn check(state: Option<AgentState>, is_other: bool, found: (bool, bool), expected: &[&str]) {
        let definition = if is_other { "old" } else { "new" }.to_owned();
        let life = state.map(|state| Life { state, definition });
        let (is_trusted, is_built_in) = found;
        let found = Found { definition: "new", is_trusted, is_built_in };
        let settled = settle(life.as_ref(), found);
        assert_eq!(settled.iter().map(|it| it.name()).collect::<Vec<_>>(), expected);
        // Whatever follows is legal, one after the other.
        let mut state = state;
        for transition in settled {
            state = Some(transition.leads(state).unwrap());
        }
    }

    #[test]
    fn what_follows_from_a_definition_waits_for_trust() {
        check(None, false, (false, false), &["create", "initialize"]);
        check(None, false, (true, true), &["create", "initialize", "activate"]);
        check(Some(AgentState::Created), true, (false, false), &["initialize"]);
        check(Some(AgentState::Active), false, (true, false), &[]);
        check(Some(AgentState::Active), true, (false, false), &["modify"]);
        check(Some(AgentState::Active), true, (true, false), &["modify", "apply"]);
        check(Some(AgentState::Modified), true, (false, false), &[]);
        check(Some(AgentState::Modified), true, (true, false), &["apply"]);
        check(Some(AgentState::Modified), false, (true, false), &[]);
        check(Some(AgentState::Suspended), true, (true, false), &[]);
        check(Some(AgentState::Terminated), true, (true, false), &[]);
    }
}
