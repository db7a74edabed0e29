//! The agents that come with the program. A file of the workspace with an agent of the same name
//! takes the place of one.

use std::sync::{Arc, LazyLock};

use crate::AgentDef;

/// An agent that comes with the program.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    /// Its definition as it is written.
    pub text: &'static str,
    /// What the text says.
    pub def: Arc<AgentDef>,
}

/// The one that does every skill that needs no model, for the steps of workflows.
pub(crate) const SKILLS_AGENT: &str = "skills";

/// The texts, by name.
const TEXTS: &[&str] = &[
    include_str!("../agents/ask.yaml"),
    include_str!("../agents/edit.yaml"),
    include_str!("../agents/explain.yaml"),
    include_str!("../agents/find.yaml"),
    include_str!("../agents/fix.yaml"),
    include_str!("../agents/new-agent.yaml"),
    include_str!("../agents/skills.yaml"),
    include_str!("../agents/write-docs.yaml"),
    include_str!("../agents/write-tests.yaml"),
];

static AGENTS: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
    let parse = |text: &&'static str| {
        let def = AgentDef::parse(text).expect("each of the texts is read in a test");
        BuiltIn { text, def: Arc::new(def) }
    };
    TEXTS.iter().map(parse).collect()
});

/// The agents that come with the program, by name.
pub fn built_in_agents() -> &'static [BuiltIn] {
    &AGENTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentKind, SKILLS, Tool};

    #[test]
    fn every_built_in_agent_is_well_defined_and_has_its_own_name() {
        for text in TEXTS {
            assert_eq!(AgentDef::parse(text).err(), None, "{text}");
        }
        let names: Vec<&str> = built_in_agents().iter().map(|it| it.def.name.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }

    #[test]
    fn one_agent_does_every_skill_that_an_agent_may_do() {
        let skills = built_in_agents().iter().find(|it| it.def.name == SKILLS_AGENT).unwrap();
        let done = skills.def.capabilities.iter();
        let done: Vec<Tool> =
            done.filter_map(|it| it.skill.clone().filter(|of| of.name() == it.name)).collect();
        let may = SKILLS.iter().map(|it| Tool::Skill(it.id));
        assert_eq!(done, may.filter(|it| it.is_for(AgentKind::Specialist)).collect::<Vec<_>>());
    }
}
