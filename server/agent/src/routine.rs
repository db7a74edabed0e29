//! The workflow that does what a user would else give as commands, one after the other.

use std::fmt::Write as _;

use crate::{
    AgentKind, Needed, Skill, Tool, Workflow, built_in::SKILLS_AGENT, table::NAME_CHARS_MAX,
};

/// Words between two steps of a name.
const THEN: &str = "-then-";

/// True where the command of this name can be a step of a workflow.
pub fn can_be_step(command: &str) -> bool {
    let skill = Skill::named(command).filter(|it| it.name == command);
    skill.is_some_and(|it| Tool::Skill(it.id).is_for(AgentKind::Specialist))
}

/// True where the steps of `workflow` are these commands, by the agent that has them all.
pub fn is_routine(workflow: &Workflow, commands: &[&str]) -> bool {
    let steps = workflow.steps.iter();
    let done = steps.map(|it| it.capability.as_deref().filter(|_| it.agent == SKILLS_AGENT));
    done.eq(commands.iter().map(|it| Some(*it)))
}

/// Name and text of a workflow whose steps are `commands`; its parameters are what they have to be
/// told. `None` where one of them can be no step.
pub fn routine(commands: &[String]) -> Option<(String, String)> {
    if commands.iter().any(|it| !can_be_step(it)) {
        return None;
    }
    let skills: Vec<&Skill> = commands.iter().filter_map(|it| Skill::named(it)).collect();
    let mut name = commands.join(THEN);
    name.truncate(NAME_CHARS_MAX);
    let name = name.trim_end_matches('-');
    let mut needed: Vec<&str> = Vec::new();
    for it in skills.iter().flat_map(|it| it.parameters) {
        if it.needed != Needed::Never && !needed.contains(&it.name) {
            needed.push(it.name);
        }
    }
    let mut res = format!("name: {name}\nversion: 1.0.0\ndescription: {}\n", commands.join(", "));
    let mut say = |line: String| {
        writeln!(res, "{line}").expect("writing to a string does not fail");
    };
    if !needed.is_empty() {
        say("parameters:".to_owned());
        needed.iter().for_each(|it| say(format!("- {{name: {it}, type: string, required: true}}")));
    }
    say(format!("triggers:\n- {{type: command, pattern: {name}}}\nsteps:"));
    for (nth, skill) in skills.iter().enumerate() {
        let needs = if nth == 0 { String::new() } else { format!(", needs: [s{nth}]") };
        let takes_symbol = skill.parameters.iter().any(|it| it.name == "symbol");
        let told = skill.parameters.iter().filter(|it| {
            // What one step is told of a file, the others are told, too.
            let is_shared = it.name == "file" && !takes_symbol;
            needed.contains(&it.name) && (it.needed != Needed::Never || is_shared)
        });
        let told: Vec<String> =
            told.map(|it| format!("{}: '{{params.{}}}'", it.name, it.name)).collect();
        let params = match told.is_empty() {
            true => String::new(),
            false => format!(", params: {{{}}}", told.join(", ")),
        };
        let step = format!("- {{id: s{}, agent: {SKILLS_AGENT}", nth + 1);
        say(format!("{step}, capability: {}{needs}{params}}}", skill.name));
    }
    Some((name.to_owned(), res))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn commands_become_steps_that_are_told_what_they_have_to_know() {
        let commands = ["review", "organize-imports", "document"].map(str::to_owned);
        let (name, text) = routine(&commands).unwrap();
        expect![[r#"
            name: review-then-organize-imports-then-document
            version: 1.0.0
            description: review, organize-imports, document
            parameters:
            - {name: file, type: string, required: true}
            - {name: symbol, type: string, required: true}
            triggers:
            - {type: command, pattern: review-then-organize-imports-then-document}
            steps:
            - {id: s1, agent: skills, capability: review, params: {file: '{params.file}'}}
            - {id: s2, agent: skills, capability: organize-imports, needs: [s1], params: {file: '{params.file}'}}
            - {id: s3, agent: skills, capability: document, needs: [s2], params: {symbol: '{params.symbol}'}}
        "#]]
        .assert_eq(&text);
        let workflow = Workflow::parse(&text, Some(&["skills".to_owned()])).unwrap();
        assert_eq!(workflow.name, name);
        assert!(is_routine(&workflow, &["review", "organize-imports", "document"]));
        assert!(!is_routine(&workflow, &["review", "document"]));
    }

    #[test]
    fn every_skill_that_an_agent_may_do_can_be_a_step_and_no_other_command() {
        for skill in crate::SKILLS.iter().filter(|it| can_be_step(it.name)) {
            let commands = ["cycles".to_owned(), skill.name.to_owned()];
            let (_, text) = routine(&commands).unwrap();
            assert!(Workflow::parse(&text, None).is_ok(), "{text}");
        }
        for command in ["undo", "redo", "remember", "evolve", "apply", "write", ""] {
            assert!(!can_be_step(command), "{command}");
        }
        let long: Vec<String> = vec!["missing-changes".to_owned(); 5];
        assert!(Workflow::parse(&routine(&long).unwrap().1, None).is_ok());
    }
}
