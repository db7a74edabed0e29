//! A run of a workflow as a state machine: which steps may begin, which wait for the user, and what
//! is taken back when one fails. All of its state is in its steps, so that it can be kept and
//! brought back between any two of them.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Approval, Condition, Each, Step, Workflow};

/// Steps that one step may become.
const FAN_MAX: usize = 100;

/// A run of a workflow.
#[derive(Clone, Debug)]
pub struct WorkflowRun {
    workflow: Arc<Workflow>,
    parameters: BTreeMap<String, String>,
    steps: Vec<StepRun>,
}

/// A step of a run; one that fans out is several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRun {
    /// Its name in the run: the step's id, with a number where it is one of several.
    pub name: String,
    /// The step in the workflow.
    pub step: String,
    /// What it is for, where it is one of several.
    pub item: Option<String>,
    /// How it stands.
    pub state: StepState,
    /// How often it was begun.
    pub attempts: u32,
    /// What came of it.
    pub output: StepOutput,
    /// Why it stands so, for people.
    pub why: String,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It has not begun.
    Waiting,
    /// Its agent is at work.
    Running,
    /// What it proposes waits for the user, or is being applied.
    Approving,
    /// It is done, and what it proposed is applied.
    Done,
    /// Its condition does not hold.
    Skipped,
    /// It failed, or the user said no.
    Failed,
    /// What it changed is being taken back.
    Undoing,
    /// What it changed is taken back.
    Undone,
}

/// What came of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepOutput {
    /// What was said.
    pub text: String,
    /// How much was found.
    pub findings: u32,
    /// What was proposed.
    pub proposals: Vec<String>,
}

/// What comes in about a step, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepInput {
    /// Its agent is done, or failed for this reason.
    Ran(Result<StepOutput, String>),
    /// What it proposed is applied.
    Approved,
    /// The user said no, or it could not be applied.
    Declined(String),
    /// What it changed is taken back, or is not, for this reason.
    Undone(Result<(), String>),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepEffect {
    /// Have the agent of the step do it.
    Run {
        /// The step.
        name: String,
        /// The agent.
        agent: String,
        /// Which of its capabilities.
        capability: Option<String>,
        /// Its arguments.
        arguments: BTreeMap<String, String>,
        /// What is said to it.
        message: String,
    },
    /// Have what it proposed applied; by the user, where that is said.
    Approve {
        /// The step.
        name: String,
        /// Its proposals.
        proposals: Vec<String>,
        /// Who decides.
        approval: Approval,
    },
    /// Take back what it changed.
    Undo {
        /// The step.
        name: String,
        /// The proposals that were applied.
        proposals: Vec<String>,
    },
}

/// How a run of a workflow stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkflowState {
    /// Something is under way.
    Running,
    /// Only the user can go on: these proposals wait for them.
    Waiting(Vec<String>),
    /// All of it is done.
    Done,
    /// A step failed; what was changed is taken back as far as the workflow wants it.
    Failed(String),
}

impl StepState {
    const ALL: [StepState; 8] = [
        StepState::Waiting,
        StepState::Running,
        StepState::Approving,
        StepState::Done,
        StepState::Skipped,
        StepState::Failed,
        StepState::Undoing,
        StepState::Undone,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            StepState::Waiting => "waiting",
            StepState::Running => "running",
            StepState::Approving => "approving",
            StepState::Done => "done",
            StepState::Skipped => "skipped",
            StepState::Failed => "failed",
            StepState::Undoing => "undoing",
            StepState::Undone => "undone",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<StepState> {
        StepState::ALL.into_iter().find(|it| it.name() == name)
    }

    /// True where nothing more comes of it by going on.
    fn is_over(self) -> bool {
        !matches!(self, StepState::Waiting | StepState::Running | StepState::Approving)
    }
}

impl WorkflowRun {
    /// A run that has not begun.
    pub fn new(workflow: Arc<Workflow>, parameters: BTreeMap<String, String>) -> WorkflowRun {
        let steps = workflow.steps.iter().map(|it| StepRun::new(it.id.clone(), it)).collect();
        WorkflowRun { workflow, parameters, steps }
    }

    /// A run as it was kept.
    pub fn restore(
        workflow: Arc<Workflow>,
        parameters: BTreeMap<String, String>,
        steps: Vec<StepRun>,
    ) -> WorkflowRun {
        WorkflowRun { workflow, parameters, steps }
    }

    /// The workflow.
    pub fn workflow(&self) -> &Arc<Workflow> {
        &self.workflow
    }

    /// All steps, as they stand.
    pub fn steps(&self) -> &[StepRun] {
        &self.steps
    }

    /// What has to be done again after an interruption: what was under way, and nothing else.
    pub fn again(&self) -> Vec<StepEffect> {
        let effect = |it: &StepRun| match it.state {
            StepState::Running => self.run_effect(it),
            StepState::Approving => Some(self.approve_effect(it)),
            StepState::Undoing => Some(undo_effect(it)),
            _ => None,
        };
        self.steps.iter().filter_map(effect).collect()
    }

    /// Takes in what came of a step. What it was not about changes nothing.
    pub fn take(&mut self, name: &str, input: StepInput) {
        let Some(nth) = self.steps.iter().position(|it| it.name == name) else { return };
        let retries = self.step_of(&self.steps[nth]).map_or(0, |it| it.retries);
        let step = &mut self.steps[nth];
        match (step.state, input) {
            (StepState::Running, StepInput::Ran(Ok(output))) => {
                step.state = match output.proposals.is_empty() {
                    true => StepState::Done,
                    false => StepState::Approving,
                };
                step.output = output;
            }
            (StepState::Running, StepInput::Ran(Err(why))) => {
                let may_again = step.attempts <= retries;
                step.state = if may_again { StepState::Waiting } else { StepState::Failed };
                step.why = why;
            }
            (StepState::Approving, StepInput::Approved) => step.state = StepState::Done,
            (StepState::Approving, StepInput::Declined(why)) => {
                (step.state, step.why) = (StepState::Failed, why);
            }
            (StepState::Undoing, StepInput::Undone(undone)) => {
                step.state = StepState::Undone;
                if let Err(why) = undone {
                    step.why = format!("not taken back: {why}");
                }
            }
            _ => {}
        }
    }

    /// Begins what may begin now, and says what is to be done for it.
    pub fn advance(&mut self) -> Vec<StepEffect> {
        if self.failure().is_some() {
            return self.go_back().into_iter().collect();
        }
        let mut res = Vec::new();
        while let Some(nth) = self.steps.iter().position(|it| self.may_begin(it)) {
            res.extend(self.begin(nth));
        }
        for it in self.steps.iter().filter(|it| it.state == StepState::Approving) {
            res.push(self.approve_effect(it));
        }
        res
    }

    /// How it stands.
    pub fn state(&self) -> WorkflowState {
        let is = |state| move |it: &&StepRun| it.state == state;
        let n_running = self.steps.iter().filter(is(StepState::Running)).count();
        let n_undoing = self.steps.iter().filter(is(StepState::Undoing)).count();
        if 0 < n_running + n_undoing {
            return WorkflowState::Running;
        }
        if let Some(why) = self.failure() {
            let is_left = self.steps.iter().any(|it| self.is_to_be_undone(it));
            return if is_left { WorkflowState::Running } else { WorkflowState::Failed(why) };
        }
        let asked = self.steps.iter().filter(is(StepState::Approving));
        let asked: Vec<String> = asked.flat_map(|it| it.output.proposals.clone()).collect();
        match self.steps.iter().all(|it| it.state.is_over()) {
            true => WorkflowState::Done,
            false if asked.is_empty() => WorkflowState::Running,
            false => WorkflowState::Waiting(asked),
        }
    }

    fn failure(&self) -> Option<String> {
        let failed = self.steps.iter().find(|it| it.state == StepState::Failed)?;
        Some(format!("step {}: {}", failed.name, failed.why))
    }

    /// After a failure: once nothing runs, the steps that are done are taken back one after the
    /// other, the last first.
    fn go_back(&mut self) -> Option<StepEffect> {
        let is_busy = |it: &StepRun| matches!(it.state, StepState::Running | StepState::Undoing);
        if self.steps.iter().any(is_busy) {
            return None;
        }
        let nth = self.steps.iter().rposition(|it| self.is_to_be_undone(it))?;
        self.steps[nth].state = StepState::Undoing;
        Some(undo_effect(&self.steps[nth]))
    }

    fn is_to_be_undone(&self, run: &StepRun) -> bool {
        let undoes = self.step_of(run).is_some_and(|it| it.compensate);
        run.state == StepState::Done && undoes && !run.output.proposals.is_empty()
    }

    fn step_of(&self, run: &StepRun) -> Option<&Step> {
        self.workflow.steps.iter().find(|it| it.id == run.step)
    }

    fn may_begin(&self, run: &StepRun) -> bool {
        let needs = self.step_of(run).map_or(&[][..], |it| &it.needs);
        let is_over = |need: &String| {
            self.steps.iter().filter(|it| it.step == *need).all(|it| it.state.is_over())
        };
        run.state == StepState::Waiting && needs.iter().all(is_over)
    }

    fn begin(&mut self, nth: usize) -> Option<StepEffect> {
        let run = &self.steps[nth];
        let step = self.step_of(run)?.clone();
        if step.condition.as_ref().is_some_and(|it| !self.holds(it)) {
            self.steps[nth].state = StepState::Skipped;
            return None;
        }
        if let (Some(each), None) = (&step.for_each, &run.item) {
            self.fan_out(nth, &step, each);
            return None;
        }
        self.steps[nth].state = StepState::Running;
        self.steps[nth].attempts += 1;
        self.run_effect(&self.steps[nth])
    }

    /// Puts one step for each item in the place of a step.
    fn fan_out(&mut self, nth: usize, step: &Step, each: &Each) {
        let mut items = match each {
            Each::Items(items) => items.clone(),
            Each::LinesOf(of) => self.text_of(of).lines().map(|it| it.trim().to_owned()).collect(),
        };
        items.retain(|it| !it.is_empty());
        let name = self.steps[nth].name.clone();
        let mut runs: Vec<StepRun> = Vec::new();
        for (n, item) in items.iter().take(FAN_MAX).enumerate() {
            let mut run = StepRun::new(format!("{name}[{n}]"), step);
            run.item = Some(item.clone());
            runs.push(run);
        }
        if runs.is_empty() {
            self.steps[nth].state = StepState::Skipped;
            self.steps[nth].why = "there is nothing to do it for".to_owned();
            return;
        }
        if FAN_MAX < items.len() {
            runs[0].why = format!("only the first {FAN_MAX} of {} items", items.len());
        }
        self.steps.splice(nth..=nth, runs);
    }

    fn run_effect(&self, run: &StepRun) -> Option<StepEffect> {
        let step = self.step_of(run)?;
        let fill = |text: &String| self.fill(text, run);
        Some(StepEffect::Run {
            name: run.name.clone(),
            agent: step.agent.clone(),
            capability: step.capability.clone(),
            arguments: step.params.iter().map(|(name, text)| (name.clone(), fill(text))).collect(),
            message: step.input.as_ref().map(fill).unwrap_or_default(),
        })
    }

    fn approve_effect(&self, run: &StepRun) -> StepEffect {
        StepEffect::Approve {
            name: run.name.clone(),
            proposals: run.output.proposals.clone(),
            approval: self.step_of(run).map_or(Approval::Ask, |it| it.approval),
        }
    }

    /// `text` with what stands in braces: `{item}`, `{params.NAME}`, `{STEP.text}`.
    fn fill(&self, text: &str, run: &StepRun) -> String {
        let mut res = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            res.push_str(before);
            let Some(end) = from.find('}') else {
                rest = from;
                break;
            };
            let name = &from[1..end];
            match self.value(name, run) {
                Some(value) => res.push_str(&value),
                None => res.push_str(&from[..=end]),
            }
            rest = &from[end + 1..];
        }
        res.push_str(rest);
        res
    }

    fn value(&self, name: &str, run: &StepRun) -> Option<String> {
        if name == "item" {
            return run.item.clone();
        }
        match name.split_once('.')? {
            ("params", name) => self.parameters.get(name).cloned(),
            (step, "text") if self.workflow.steps.iter().any(|it| it.id == step) => {
                Some(self.text_of(step))
            }
            _ => None,
        }
    }

    fn text_of(&self, step: &str) -> String {
        let texts = self.steps.iter().filter(|it| it.step == step).map(|it| it.output.text.clone());
        texts.collect::<Vec<_>>().join("\n")
    }

    fn holds(&self, condition: &Condition) -> bool {
        let of = |step: &str| {
            let step = step.to_owned();
            self.steps.iter().filter(move |it| it.step == step)
        };
        match condition {
            Condition::State(step, state) => of(step).all(|it| it.state == *state),
            Condition::Findings(step) => of(step).any(|it| 0 < it.output.findings),
            Condition::Proposals(step) => of(step).any(|it| !it.output.proposals.is_empty()),
            Condition::Parameter(name, value) => self.parameters.get(name) == Some(value),
            Condition::Not(inner) => !self.holds(inner),
        }
    }
}

fn undo_effect(run: &StepRun) -> StepEffect {
    StepEffect::Undo { name: run.name.clone(), proposals: run.output.proposals.clone() }
}

impl StepRun {
    fn new(name: String, step: &Step) -> StepRun {
        StepRun {
            name,
            step: step.id.clone(),
            item: None,
            state: StepState::Waiting,
            attempts: 0,
            output: StepOutput::default(),
            why: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn run(steps: &str, parameters: &[(&str, &str)]) -> WorkflowRun {
        let text = format!("name: ship\nversion: 1.0.0\nsteps:\n{steps}");
        let workflow = Workflow::parse(&text, None).unwrap();
        let parameters = parameters.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
        WorkflowRun::new(Arc::new(workflow), parameters)
    }

    fn shown(run: &mut WorkflowRun) -> String {
        let effects = run.advance();
        let effects = effects.iter().map(|it| match it {
            StepEffect::Run { name, agent, arguments, message, .. } => {
                let arguments = arguments.iter().map(|(name, it)| format!(" {name}={it}"));
                format!("run {name} by {agent}{} {message}", arguments.collect::<String>())
            }
            StepEffect::Approve { name, proposals, approval } => {
                format!("approve {name} {proposals:?} {approval:?}")
            }
            StepEffect::Undo { name, proposals } => format!("undo {name} {proposals:?}"),
        });
        let mut lines: Vec<String> = effects.map(|it| it.trim_end().to_owned()).collect();
        lines.push(format!("= {:?}", run.state()));
        lines.join("\n")
    }

    fn ok(text: &str, proposals: &[&str]) -> StepInput {
        let proposals = proposals.iter().map(ToString::to_string).collect();
        StepInput::Ran(Ok(StepOutput { text: text.to_owned(), findings: 0, proposals }))
    }

    #[track_caller]
    fn check(mut run: WorkflowRun, inputs: &[(&str, StepInput)], expected: Expect) {
        let mut log = shown(&mut run);
        for (name, input) in inputs {
            run.take(name, input.clone());
            // What is kept between any two steps is all there is.
            let (workflow, parameters) = (Arc::clone(&run.workflow), run.parameters.clone());
            run = WorkflowRun::restore(workflow, parameters, run.steps.clone());
            log.push_str(&format!("\n> {name}\n{}", shown(&mut run)));
        }
        expected.assert_eq(&log);
    }

    #[test]
    fn steps_begin_when_what_they_need_is_over_and_the_user_decides_on_changes() {
        check(
            run(
                "- {id: look, agent: review}\n- {id: edit, agent: writer, needs: [look], input: \
                 'see {look.text}, {params.why}, {odd}'}\n\
                 - {id: tell, agent: writer, needs: [edit]}\n",
                &[("why", "order")],
            ),
            &[
                ("look", ok("a\nb", &[])),
                ("edit", ok("", &["p-1"])),
                ("edit", StepInput::Approved),
                ("tell", ok("", &[])),
            ],
            expect![[r#"
                run look by review
                = Running
                > look
                run edit by writer see a
                b, order, {odd}
                = Running
                > edit
                approve edit ["p-1"] Ask
                = Waiting(["p-1"])
                > edit
                run tell by writer
                = Running
                > tell
                = Done"#]],
        );
    }

    #[test]
    fn a_step_fans_out_over_a_list_or_over_the_lines_of_another() {
        check(
            run(
                "- {id: list, agent: review}\n- {id: do, agent: writer, needs: [list], \
                 for_each: list.lines, params: {file: '{item}'}}\n\
                 - {id: end, agent: writer, needs: [do]}\n",
                &[],
            ),
            &[("list", ok("a.py\n\nb.py\n", &[])), ("do[1]", ok("", &[])), ("do[0]", ok("", &[]))],
            expect![[r#"
                run list by review
                = Running
                > list
                run do[0] by writer file=a.py
                run do[1] by writer file=b.py
                = Running
                > do[1]
                = Running
                > do[0]
                run end by writer
                = Running"#]],
        );
    }

    #[test]
    fn a_step_whose_condition_does_not_hold_is_skipped() {
        let steps = "- {id: look, agent: review}\n\
             - {id: mend, agent: writer, needs: [look], if: look.findings}\n\
             - {id: cheer, agent: writer, needs: [look], if: not look.findings}\n\
             - {id: deep, agent: writer, if: params.depth is full}\n";
        check(
            run(steps, &[("depth", "full")]),
            &[("look", ok("", &[])), ("cheer", ok("", &[])), ("deep", ok("", &[]))],
            expect![[r#"
                run look by review
                run deep by writer
                = Running
                > look
                run cheer by writer
                = Running
                > cheer
                = Running
                > deep
                = Done"#]],
        );
    }

    #[test]
    fn a_failure_is_tried_again_and_then_takes_back_what_was_done_last_first() {
        let failed = |why: &str| StepInput::Ran(Err(why.to_owned()));
        check(
            run(
                "- {id: a, agent: writer}\n\
                 - {id: b, agent: writer, needs: [a], compensate: false}\n\
                 - {id: c, agent: writer, needs: [b]}\n\
                 - {id: d, agent: writer, needs: [c], retries: 1}\n",
                &[],
            ),
            &[
                ("a", ok("", &["p-a"])),
                ("a", StepInput::Approved),
                ("b", ok("", &["p-b"])),
                ("b", StepInput::Approved),
                ("c", ok("", &["p-c"])),
                ("c", StepInput::Approved),
                ("d", failed("once")),
                ("d", failed("twice")),
                ("c", StepInput::Undone(Ok(()))),
                ("a", StepInput::Undone(Err("edited since".to_owned()))),
            ],
            expect![[r#"
                run a by writer
                = Running
                > a
                approve a ["p-a"] Ask
                = Waiting(["p-a"])
                > a
                run b by writer
                = Running
                > b
                approve b ["p-b"] Ask
                = Waiting(["p-b"])
                > b
                run c by writer
                = Running
                > c
                approve c ["p-c"] Ask
                = Waiting(["p-c"])
                > c
                run d by writer
                = Running
                > d
                run d by writer
                = Running
                > d
                undo c ["p-c"]
                = Running
                > c
                undo a ["p-a"]
                = Running
                > a
                = Failed("step d: twice")"#]],
        );
    }

    #[test]
    fn what_the_user_declines_fails_the_step() {
        check(
            run("- {id: a, agent: writer, approval: none}\n", &[]),
            &[("a", ok("", &["p-1"])), ("a", StepInput::Declined("set aside".to_owned()))],
            expect![[r#"
                run a by writer
                = Running
                > a
                approve a ["p-1"] None
                = Waiting(["p-1"])
                > a
                = Failed("step a: set aside")"#]],
        );
    }

    #[test]
    fn after_an_interruption_only_what_was_under_way_is_done_again() {
        let mut it = run("- {id: a, agent: writer}\n- {id: b, agent: writer, needs: [a]}\n", &[]);
        assert!(it.again().is_empty());
        it.advance();
        assert!(matches!(&it.again()[..], [StepEffect::Run { name, .. }] if name == "a"));
        it.take("a", ok("", &["p-1"]));
        assert!(matches!(&it.again()[..], [StepEffect::Approve { name, .. }] if name == "a"));
        it.take("a", StepInput::Approved);
        assert!(it.again().is_empty());
    }
}
