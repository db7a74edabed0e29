//! Workflows of the real binary, killed in the middle and gone on with.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    cli::{aios, json},
    workspace::Workspace,
};

/// How long a workflow may take to come to a step. The machine may be busy.
const STEP_MS_MAX: u64 = 60_000;

/// An agent without a model: it puts a mark into a file.
pub(crate) const SCRIBE: &str = "\
name: scribe
version: 1.0.0
type: generator
instructions: Writes a mark.
capabilities:
- name: mark
  description: Puts a mark before the end
  skill: edit
  parameters:
  - {name: path, type: string, required: true}
  - {name: old, type: string, required: true}
  - {name: new, type: string, required: true}
";

/// A workspace with a workflow of five steps: each puts a mark before the end of a file. A step
/// that took effect twice would leave two marks.
fn workspace() -> Workspace {
    let mut flow = "name: five\nversion: 1.0.0\nsteps:\n".to_owned();
    for nth in 1..=5 {
        let needs = if nth == 1 { String::new() } else { format!("s{}", nth - 1) };
        flow.push_str(&format!(
            "- {{id: s{nth}, agent: scribe, needs: [{needs}], params: {{path: log.txt, \
             old: end, new: 'm{nth} end'}}}}\n"
        ));
    }
    let workspace = Workspace::new(&[
        ("log.txt", "end\n"),
        (".aios/agents/scribe.yaml", SCRIBE),
        (".aios/workflows/five.yaml", &flow),
    ]);
    assert_eq!(aios(&workspace, &["trust", "--yes"]).0, 0);
    assert_eq!(aios(&workspace, &["agent", "activate", "scribe"]).0, 0);
    workspace
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aios"));
    command.args(args).current_dir(workspace.root()).env("AIOS_STATE_DIR", workspace.state());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until `holds`, or the child ends by itself.
fn wait(child: &mut Child, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_millis(STEP_MS_MAX);
    while !holds() && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "the workflow does not get there");
        thread::sleep(Duration::from_millis(1));
    }
}

fn kill(mut child: Child) {
    // Where it has ended already there is nothing to kill.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Goes on until the run is over; gives how often it was gone on with.
fn finish(workspace: &Workspace) -> usize {
    for nth in 0..10 {
        let all = json(workspace, &["workflow", "list"]);
        let run = all.iter().find(|it| it["run"].is_string()).unwrap();
        match run["state"].as_str().unwrap() {
            "done" => return nth,
            "interrupted" | "waiting" | "running" => {
                let id = run["run"].as_str().unwrap();
                aios(workspace, &["workflow", "resume", id, "--yes"]);
            }
            other => panic!("{other}: {run}"),
        }
    }
    panic!("the workflow does not end");
}

#[track_caller]
fn each_effect_is_there_once(workspace: &Workspace) {
    assert_eq!(workspace.read("log.txt"), "m1 m2 m3 m4 m5 end\n");
    let proposals = json(workspace, &["proposals"]);
    let marks: Vec<_> = proposals.iter().filter(|it| it["title"] == "Change log.txt").collect();
    assert_eq!(marks.len(), 5, "{marks:?}");
    assert!(marks.iter().all(|it| it["state"] == "applied"), "{marks:?}");
}

#[test]
fn a_workflow_killed_at_each_of_its_steps_goes_on_and_each_effect_is_made_once() {
    let mut n_resumed = 0;
    for nth in 1..=5 {
        let workspace = workspace();
        let mut child = start(&workspace, &["workflow", "run", "five", "--yes"]);
        let mark = format!("m{nth} ");
        wait(&mut child, || workspace.read("log.txt").contains(&mark));
        kill(child);
        n_resumed += finish(&workspace);
        each_effect_is_there_once(&workspace);
    }
    assert!(3 <= n_resumed, "it was killed after it was done: {n_resumed}");
}

#[test]
fn a_workflow_killed_at_any_moment_again_and_again_makes_each_effect_once() {
    // The moments are spread by a fixed rule, so that a failure can be met again.
    for seed in 0..3_u64 {
        let workspace = workspace();
        let mut child = start(&workspace, &["workflow", "run", "five", "--yes"]);
        wait(&mut child, || !json(&workspace, &["workflow", "list"])[1..].is_empty());
        for nth in 0..3 {
            thread::sleep(Duration::from_millis((seed * 37 + nth * 61) % 150));
            kill(child);
            let all = json(&workspace, &["workflow", "list"]);
            let run = all.iter().find(|it| it["run"].is_string()).unwrap();
            let id = run["run"].as_str().unwrap().to_owned();
            child = start(&workspace, &["workflow", "resume", &id, "--yes"]);
            let before = workspace.read("log.txt");
            wait(&mut child, || workspace.read("log.txt") != before);
        }
        kill(child);
        finish(&workspace);
        each_effect_is_there_once(&workspace);
    }
}

#[test]
fn what_a_workflow_proposes_waits_for_the_user_and_a_failure_takes_it_back() {
    let workspace = workspace();
    assert_eq!(aios(&workspace, &["workflow", "run", "five"]).0, 0);
    assert_eq!(workspace.read("log.txt"), "end\n", "nothing before the user says so");
    let run = json(&workspace, &["workflow", "list"])[1].clone();
    assert_eq!(run["state"], "waiting");
    let id = run["run"].as_str().unwrap().to_owned();
    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    assert_eq!(aios(&workspace, &["workflow", "resume", &id]).0, 0);
    assert_eq!(workspace.read("log.txt"), "m1 end\n");
    // The second change is set aside: the step fails, and the first is taken back.
    assert_eq!(aios(&workspace, &["reject"]).0, 0);
    let (code, text) = aios(&workspace, &["workflow", "resume", &id]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("step s2: p-") && text.contains("is rejected"), "{text}");
    assert_eq!(workspace.read("log.txt"), "end\n");
    let shown = json(&workspace, &["workflow", "show", &id]);
    assert_eq!((&shown[0]["state"], &shown[1]["state"]), (&"failed".into(), &"undone".into()));
}
