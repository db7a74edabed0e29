//! A workflow: steps, each done by an agent, in the order in which they need each other.

use std::collections::BTreeMap;

use crate::{
    Trigger,
    definition::{triggers, version},
    table::Table,
    yaml::{At, Node, Problem, parse},
};

/// A workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its name, one in the workspace.
    pub name: String,
    /// Its version, three numbers.
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its steps, each after all that it needs.
    pub steps: Vec<Step>,
}

/// A step of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name in the workflow.
    pub id: String,
    /// The agent that does it.
    pub agent: String,
    /// What the agent is asked.
    pub input: Option<String>,
    /// The steps that come before it.
    pub needs: Vec<String>,
}

/// A step with the places that later checks name.
struct Placed {
    step: Step,
    at: At,
    agent_at: At,
    needs_at: Vec<At>,
}

impl Workflow {
    /// The workflow that `text`, a file's, defines. `agents` are the names of all agents there are;
    /// `None`: they are not known.
    ///
    /// # Errors
    /// Everything that is wrong, by place.
    pub fn parse(text: &str, agents: Option<&[String]>) -> Result<Workflow, Vec<Problem>> {
        let node = parse(text).map_err(|it| vec![it])?;
        let mut problems = Vec::new();
        let workflow = workflow(&node, agents, &mut problems);
        problems.sort();
        match workflow {
            Some(workflow) if problems.is_empty() => Ok(workflow),
            _ => Err(problems),
        }
    }
}

fn workflow(node: &Node, agents: Option<&[String]>, acc: &mut Vec<Problem>) -> Option<Workflow> {
    let mut table = Table::of(node, "a workflow", acc)?;
    let name = table.need_name("name", acc);
    let version = version(&mut table, acc);
    let description = table.text("description", acc);
    let triggers = triggers(&mut table, acc);
    let steps: Vec<Placed> =
        table.list("steps", acc).iter().filter_map(|it| step(it, acc)).collect();
    if steps.is_empty() {
        acc.push(table.at.problem("a workflow needs `steps`, at least one"));
    }
    table.end(acc);
    check_names(&steps, agents, acc);
    let steps = in_order(steps, acc);
    Some(Workflow { name, version, description, triggers, steps })
}

fn step(node: &Node, acc: &mut Vec<Problem>) -> Option<Placed> {
    let mut table = Table::of(node, "a step", acc)?;
    let id = table.need_name("id", acc);
    let agent_at = table.get("agent").map_or(table.at, |it| it.at);
    let agent = table.need_name("agent", acc);
    let input = table.text("input", acc);
    let (needs, needs_at) = table.texts("needs", acc).into_iter().unzip();
    let at = table.at;
    table.end(acc);
    Some(Placed { step: Step { id, agent, input, needs }, at, agent_at, needs_at })
}

fn check_names(steps: &[Placed], agents: Option<&[String]>, acc: &mut Vec<Problem>) {
    let mut seen = BTreeMap::new();
    for placed in steps {
        let Step { id, agent, .. } = &placed.step;
        if seen.insert(id, ()).is_some() {
            acc.push(placed.at.problem(format!("a second step `{id}`")));
        }
        if agents.is_some_and(|it| !it.contains(agent)) {
            acc.push(placed.agent_at.problem(format!("there is no agent `{agent}`")));
        }
    }
    for placed in steps {
        for (need, at) in placed.step.needs.iter().zip(&placed.needs_at) {
            if !seen.contains_key(need) {
                acc.push(at.problem(format!("there is no step `{need}`")));
            }
        }
    }
}

/// The steps, each after all that it needs; those that wait for each other are a problem.
fn in_order(mut left: Vec<Placed>, acc: &mut Vec<Problem>) -> Vec<Step> {
    let mut done: Vec<Step> = Vec::new();
    loop {
        let is_ready = |it: &Placed| {
            let known = |need: &&String| left.iter().any(|it| it.step.id == **need);
            it.step.needs.iter().filter(known).next().is_none()
        };
        let Some(nth) = left.iter().position(is_ready) else { break };
        done.push(left.remove(nth).step);
    }
    for placed in &left {
        let fact = format!("step `{}` waits for itself, by way of what it needs", placed.step.id);
        acc.push(placed.at.problem(fact));
    }
    done
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(steps: &str, expected: Expect) {
        let text = format!("name: ship\nversion: 1.0.0\nsteps:\n{steps}");
        let agents = ["review".to_owned(), "writer".to_owned()];
        let shown = match Workflow::parse(&text, Some(&agents)) {
            Ok(it) => it.steps.iter().map(|it| it.id.clone()).collect::<Vec<_>>().join(" "),
            Err(problems) => {
                problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn steps_come_after_what_they_need() {
        check(
            "- {id: last, agent: writer, needs: [first, second]}\n\
             - {id: second, agent: review, needs: [first]}\n\
             - {id: first, agent: writer, input: go}\n",
            expect!["first second last"],
        );
    }

    #[test]
    fn wrong_names_and_circles_are_told_at_their_place() {
        check(
            "- {id: a, agent: nobody, needs: [b]}\n- {id: b, agent: review, needs: [a]}\n\
             - {id: c, agent: review, needs: [d]}\n- {id: c, agent: review}\n",
            expect![[r#"
                4:3: step `a` waits for itself, by way of what it needs
                4:18: there is no agent `nobody`
                5:3: step `b` waits for itself, by way of what it needs
                6:34: there is no step `d`
                7:3: a second step `c`"#]],
        );
        check("", expect!["1:1: a workflow needs `steps`, at least one"]);
    }
}
