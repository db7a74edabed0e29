//! Workflows that wait for the user in a server that stays: the answer itself makes them go on.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::time::{Duration, Instant};

use agent::{Transition, WorkflowState};
use desk::Desk;
use engine::{Abilities, AgentRequest, ClientChange, RunOutcome, RunRequest, WorkflowTask};
use proposal::ProposalId;

/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

const SCRIBE: &str = "\
name: scribe
version: 1.0.0
type: generator
instructions: Writes a file.
capabilities:
- name: note
  description: Writes a file
  skill: write
  parameters:
  - {name: path, type: string, required: true}
  - {name: text, type: string, required: true}
";
const FLOW: &str = "\
name: two
version: 1.0.0
steps:
- {id: first, agent: scribe, params: {path: one.txt, text: 'one'}}
- {id: second, agent: scribe, needs: [first], params: {path: two.txt, text: 'two'}}
";

fn desk() -> Desk {
    let files = [
        ("cart.py", "x = 1\n"),
        (".aios/agents/scribe.yaml", SCRIBE),
        (".aios/workflows/two.yaml", FLOW),
    ];
    let mut desk = Desk::new(&files);
    desk.problems(&[]);
    desk.trust();
    let (name, transition) = ("scribe".to_owned(), Transition::Activate);
    let request = RunRequest::Agent(AgentRequest::Move { name, transition });
    assert!(matches!(desk.run(request), RunOutcome::Done(_)));
    let abilities = Abilities { apply_edit: true, ..Abilities::default() };
    desk.engine.post(ClientChange::Abilities(abilities));
    desk
}

impl Desk {
    /// Runs the workflow up to where it waits: the run and what it waits for.
    fn begin(&mut self) -> (String, ProposalId) {
        let task = WorkflowTask::by_user("two");
        let RunOutcome::Flowed(report) = self.run(RunRequest::RunWorkflow(Box::new(task))) else {
            panic!("it does not run");
        };
        let WorkflowState::Waiting(proposals) = &report.state else { panic!("{report:?}") };
        (report.id.clone(), ProposalId::parse(&proposals[0]).unwrap())
    }

    /// Waits until the run stands so; gives what is said of it.
    fn until(&mut self, run: &str, wanted: &dyn Fn(&str, &str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let id = run.to_owned();
            let read = move |it: &engine::Snapshot| it.workflow_run(&id);
            let (row, _) = self.engine.read_blocking("run", read).unwrap();
            if wanted(&row.state, &row.why) {
                return row.why;
            }
            assert!(Instant::now() < end, "it is {}: {}", row.state, row.why);
            self.run(RunRequest::Index);
        }
    }
}

#[test]
fn a_workflow_goes_on_by_itself_once_its_proposal_is_applied() {
    let mut desk = desk();
    let (run, first) = desk.begin();
    assert_eq!(desk.text("one.txt"), None, "nothing before the user says so");
    desk.applied(RunRequest::Apply(first.clone()));
    let second = desk.until(&run, &|state, why| state == "waiting" && why != first.as_str());
    assert_eq!(desk.text("one.txt").unwrap(), "one");
    desk.applied(RunRequest::Apply(ProposalId::parse(&second).unwrap()));
    desk.until(&run, &|state, _| state == "done");
    assert_eq!(desk.text("two.txt").unwrap(), "two");
}

#[test]
fn a_workflow_ends_and_takes_back_what_it_did_once_its_proposal_is_set_aside() {
    let mut desk = desk();
    let (run, first) = desk.begin();
    desk.applied(RunRequest::Apply(first.clone()));
    let second = desk.until(&run, &|state, why| state == "waiting" && why != first.as_str());
    let second = ProposalId::parse(&second).unwrap();
    assert!(matches!(desk.run(RunRequest::Reject(second)), RunOutcome::Rejected(_)));
    let why = desk.until(&run, &|state, _| state == "failed");
    assert!(why.contains("is rejected"), "{why}");
    assert_eq!(desk.text("one.txt"), None);
}
