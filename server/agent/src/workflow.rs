//! A workflow: steps, each done by an agent, in the order in which they need each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Parameter, StepState, Trigger,
    definition::{parameter, triggers, version},
    table::Table,
    yaml::{At, Node, NodeKind, Problem, parse},
};

/// How often a step may be tried again.
pub(crate) const RETRIES_MAX: u64 = 5;

/// A workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its name, one in the workspace.
    pub name: String,
    /// Its version, three numbers.
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
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
    /// Which of the agent's capabilities; `None`: its first.
    pub capability: Option<String>,
    /// The arguments; what stands in braces is filled in.
    pub params: BTreeMap<String, String>,
    /// What the agent is told with it; what stands in braces is filled in.
    pub input: Option<String>,
    /// The steps that come before it.
    pub needs: Vec<String>,
    /// When it is done at all.
    pub condition: Option<Condition>,
    /// What it is done for, once each.
    pub for_each: Option<Each>,
    /// How often it is tried again when it fails.
    pub retries: u32,
    /// Who decides on what it proposes.
    pub approval: Approval,
    /// Whether its changes are taken back when a later step fails.
    pub compensate: bool,
}

/// When a step is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Another step stands so: `look is done`.
    State(String, StepState),
    /// Another step found something: `look.findings`.
    Findings(String),
    /// Another step proposed something: `edit.proposals`.
    Proposals(String),
    /// A parameter of the workflow has this value: `params.depth is full`.
    Parameter(String, String),
    /// The opposite: `not look.findings`.
    Not(Box<Condition>),
}

/// What a step is done for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Each {
    /// These.
    Items(Vec<String>),
    /// The lines that another step said: `list.lines`.
    LinesOf(String),
}

/// Who decides on what a step proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The user, always.
    Ask,
    /// The settings: what they want previewed waits for the user.
    None,
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
    let parameters = table.list("parameters", acc).iter();
    let parameters = parameters.filter_map(|it| parameter(it, acc)).collect();
    let triggers = triggers(&mut table, acc);
    let steps: Vec<Placed> =
        table.list("steps", acc).iter().filter_map(|it| step(it, acc)).collect();
    if steps.is_empty() {
        acc.push(table.at.problem("a workflow needs `steps`, at least one"));
    }
    table.end(acc);
    check_names(&steps, agents, acc);
    let steps = in_order(steps, acc);
    Some(Workflow { name, version, description, parameters, triggers, steps })
}

fn step(node: &Node, acc: &mut Vec<Problem>) -> Option<Placed> {
    let mut table = Table::of(node, "a step", acc)?;
    let id = table.need_name("id", acc);
    let agent_at = table.get("agent").map_or(table.at, |it| it.at);
    let agent = table.need_name("agent", acc);
    let capability = table.text("capability", acc);
    let params = params(&mut table, acc);
    let input = table.text("input", acc);
    let (needs, needs_at): (Vec<String>, Vec<At>) = table.texts("needs", acc).into_iter().unzip();
    let condition = condition(&mut table, &needs, acc);
    let for_each = for_each(&mut table, &needs, acc);
    let retries = table.number("retries", (0, RETRIES_MAX), acc).unwrap_or(0) as u32;
    let approvals = [("ask", Approval::Ask), ("none", Approval::None)];
    let approval = match table.get("approval") {
        Some(_) => table.need_word("approval", &approvals, acc),
        None => None,
    };
    let compensate = table.flag("compensate", acc).unwrap_or(true);
    let at = table.at;
    table.end(acc);
    let step = Step {
        id,
        agent,
        capability,
        params,
        input,
        needs,
        condition,
        for_each,
        retries,
        approval: approval.unwrap_or(Approval::Ask),
        compensate,
    };
    Some(Placed { step, at, agent_at, needs_at })
}

/// The arguments of a step: texts by name.
fn params(table: &mut Table<'_>, acc: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let Some(node) = table.get("params") else { return BTreeMap::new() };
    let NodeKind::Table(pairs) = &node.kind else {
        acc.push(node.at.problem("`params` is a table of texts"));
        return BTreeMap::new();
    };
    let mut res = BTreeMap::new();
    for (key, value) in pairs {
        match (&key.kind, &value.kind) {
            (NodeKind::Text(name, _), NodeKind::Text(text, _)) => {
                res.insert(name.clone(), text.clone());
            }
            _ => acc.push(value.at.problem("a parameter is a text")),
        }
    }
    res
}

/// `look is done`, `look.findings`, `params.depth is full`, and `not` before any of them. A step
/// that it speaks of is one that is needed.
fn condition(table: &mut Table<'_>, needs: &[String], acc: &mut Vec<Problem>) -> Option<Condition> {
    let at = table.get("if")?.at;
    let text = table.text("if", acc)?;
    let parsed = parse_condition(text.trim(), needs);
    parsed.map_err(|fact| acc.push(at.problem(fact))).ok()
}

/// Two `not`s are none: however many stand there, nothing nests.
fn parse_condition(mut text: &str, needs: &[String]) -> Result<Condition, String> {
    let mut is_not = false;
    while let Some(rest) = text.strip_prefix("not ") {
        (text, is_not) = (rest.trim_start(), !is_not);
    }
    let condition = parse_plain(text, needs)?;
    Ok(if is_not { Condition::Not(Box::new(condition)) } else { condition })
}

fn parse_plain(text: &str, needs: &[String]) -> Result<Condition, String> {
    let needed = |step: &str| match needs.iter().any(|it| it == step) {
        true => Ok(step.to_owned()),
        false => Err(format!("`if` speaks of `{step}`, which the step does not need")),
    };
    match text.split_once(" is ") {
        Some((left, right)) => {
            let (left, right) = (left.trim(), right.trim());
            if let Some(name) = left.strip_prefix("params.") {
                return Ok(Condition::Parameter(name.to_owned(), right.to_owned()));
            }
            let state = StepState::parse(right);
            let state = state.ok_or_else(|| format!("a step is never `{right}`"))?;
            Ok(Condition::State(needed(left)?, state))
        }
        None => match text.split_once('.') {
            Some((step, "findings")) => Ok(Condition::Findings(needed(step)?)),
            Some((step, "proposals")) => Ok(Condition::Proposals(needed(step)?)),
            _ => Err(format!(
                "`if` is `STEP is STATE`, `STEP.findings`, `STEP.proposals` or `params.NAME is \
                 VALUE`, not `{text}`"
            )),
        },
    }
}

/// A list of texts, or `STEP.lines` of a step that is needed.
fn for_each(table: &mut Table<'_>, needs: &[String], acc: &mut Vec<Problem>) -> Option<Each> {
    let node = table.get("for_each")?;
    let NodeKind::Text(text, _) = &node.kind else {
        let items = table.texts("for_each", acc);
        return Some(Each::Items(items.into_iter().map(|it| it.0).collect()));
    };
    match text.strip_suffix(".lines").filter(|it| needs.iter().any(|need| need == it)) {
        Some(step) => Some(Each::LinesOf(step.to_owned())),
        None => {
            let fact = "`for_each` is a list, or `STEP.lines` of a step that is needed";
            acc.push(node.at.problem(fact));
            None
        }
    }
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
    let mut waiting: BTreeSet<String> = left.iter().map(|it| it.step.id.clone()).collect();
    while let Some(nth) =
        left.iter().position(|it| it.step.needs.iter().all(|need| !waiting.contains(need)))
    {
        let step = left.remove(nth).step;
        waiting.remove(&step.id);
        done.push(step);
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
        check(
            "- {id: a, agent: review, if: b.findings, for_each: b.lines}\n\
             - {id: c, agent: review, needs: [a], if: a is well, retries: 9}\n",
            expect![[r#"
                4:30: `if` speaks of `b`, which the step does not need
                4:52: `for_each` is a list, or `STEP.lines` of a step that is needed
                5:42: a step is never `well`
                5:62: `retries` is a whole number from 0 to 5, not `9`"#]],
        );
        check("", expect!["1:1: a workflow needs `steps`, at least one"]);
    }

    #[test]
    fn a_file_that_somebody_made_long_on_purpose_is_read_all_the_same() {
        let nots = "not ".repeat(60_000);
        let second = format!("- {{id: b, agent: review, needs: [a], if: {nots}a.findings}}\n");
        check(&format!("- {{id: a, agent: review}}\n{second}"), expect!["a b"]);
        // As many steps as a file can have, the last one first.
        let n = 1_100;
        let step = |nth: usize| format!("- {{id: s{nth}, agent: review, needs: [s{}]}}\n", nth + 1);
        let steps: String = (0..n).map(step).collect();
        let text =
            format!("name: a\nversion: 1.0.0\nsteps:\n{steps}- {{id: s{n}, agent: review}}\n");
        let workflow = Workflow::parse(&text, None).unwrap();
        assert_eq!((&*workflow.steps[0].id, &*workflow.steps[n].id), ("s1100", "s0"));
    }
}
