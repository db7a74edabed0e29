//! The product's own files through the whole engine: each of the four levels proposed, applied,
//! reloaded, broken on purpose and taken back, and the trust that goes with them.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use std::{
    fs,
    ops::ControlFlow,
    sync::{Arc, Mutex, mpsc},
};

use desk::{Desk, write};
use disk::Disk;
use engine::{Abilities, Caller, Place, Role, RunOutcome, RunRequest, Standing, Then};
use settings::Settings;
use vfs::{Listed, Loader, ReadError, Stat, VfsPath, WalkLimits};

const AGENT: &str = "name: review\nversion: 1.0.0\ntype: analyzer\ninstructions: Be brief.\n";
const FLOW: &str = "name: ship\nversion: 1.0.0\nsteps:\n- {id: look, agent: review}\n";

#[test]
fn configuration_is_proposed_applied_reloaded_broken_and_taken_back() {
    let mut desk = Desk::new(&[("a.py", "x = 1\n")]);
    desk.trust();
    desk.change(".aios/config.toml", "[index]\nfiles_max = 70\n[verify]\nseconds_max = 9\n");
    assert_eq!((desk.settings().files_max, desk.settings().verify.seconds_max), (70, 9));
    assert_eq!(desk.own().standing, Standing::Trusted, "the user has seen and applied it");
    desk.change(".aios/config.toml", "[index]\nfiles_max = \"all\"\n");
    desk.problems(&[".aios/config.toml:2: index.files_max: a text is no whole number"]);
    assert_eq!(desk.settings().files_max, 70, "the last good value stays");
    desk.undo();
    desk.problems(&[]);
    assert_eq!(desk.settings().verify.seconds_max, 9);
    desk.undo();
    assert_eq!(desk.text(".aios/config.toml"), None);
    assert_eq!(desk.settings().files_max, Settings::default().files_max);
}

#[test]
fn code_of_the_product_in_the_workspace_is_changed_like_any_other() {
    let mut desk = Desk::new(&[(".aios/scripts/check.py", "def check():\n    return 1\n")]);
    desk.trust();
    desk.change(".aios/scripts/check.py", "def check():\n    return 2\n");
    assert_eq!(desk.own().standing, Standing::Trusted);
    // What no longer parses is told before it is applied, as a high risk.
    let files = vec![(desk.root.join(".aios/scripts/check.py"), Some("def (:\n".to_owned()))];
    let (title, reason) = ("Break it".to_owned(), String::new());
    let id = desk.proposed(RunRequest::Write { title, reason, files, then: Then::Keep });
    let risk = desk.engine.read_blocking("risk", move |it| {
        let journal = it.journal.as_ref().unwrap();
        Ok(journal.proposal(&id)?.proposal.risk.level)
    });
    assert_eq!(risk.unwrap(), proposal::RiskLevel::High);
    assert_eq!(desk.text(".aios/scripts/check.py").unwrap(), "def check():\n    return 2\n");
    desk.undo();
    assert_eq!(desk.text(".aios/scripts/check.py").unwrap(), "def check():\n    return 1\n");
}

#[test]
fn structure_is_changed_with_all_references_and_taken_back() {
    let defines = "def area(r):\n    return r * r\n";
    let uses = "from shape import area\n\nprint(area(2))\n";
    let mut desk = Desk::new(&[("shape.py", defines), ("main.py", uses)]);
    let at = Place::Symbol("area".to_owned());
    let rename = RunRequest::Rename { at, new_name: "surface".to_owned(), then: Then::Keep };
    let id = desk.proposed(rename);
    desk.applied(RunRequest::Apply(id));
    assert!(desk.text("main.py").unwrap().contains("surface(2)"));
    // A structure that is broken on purpose is told: the use that would lead nowhere is named.
    let files = vec![(desk.root.join("shape.py"), None)];
    let (title, reason) = ("Delete it".to_owned(), String::new());
    let id = desk.proposed(RunRequest::Write { title, reason, files, then: Then::Keep });
    let impact = desk.engine.read_blocking("impact", move |it| {
        Ok(it.journal.as_ref().unwrap().proposal(&id)?.proposal.impact)
    });
    let effect = impact.unwrap().effect.unwrap();
    assert!(effect.dangling.iter().any(|it| it.name == "surface"), "{effect:?}");
    desk.undo();
    assert_eq!(
        (desk.text("shape.py").unwrap(), desk.text("main.py").unwrap()),
        (defines.to_owned(), uses.to_owned())
    );
}

#[test]
fn a_capability_is_proposed_applied_reloaded_broken_and_taken_back() {
    let mut desk = Desk::new(&[]);
    desk.trust();
    desk.change(".aios/agents/review.yaml", AGENT);
    desk.change(".aios/workflows/ship.yaml", FLOW);
    assert_eq!(desk.own().agents[".aios/agents/review.yaml"].instructions, "Be brief.");
    assert_eq!(desk.own().workflows[".aios/workflows/ship.yaml"].steps[0].agent, "review");
    desk.change(".aios/agents/review.yaml", "name: review\nversion: 2.0.0\ntype: poet\n");
    desk.problems(&[
        ".aios/agents/review.yaml:1:1: an agent needs `instructions`",
        ".aios/agents/review.yaml:3:7: `type` is one of assistant, analyzer, generator, \
         specialist, not `poet`",
    ]);
    assert!(desk.told.iter().any(|it| it.contains("review.yaml:3:7")), "{:?}", desk.told);
    assert_eq!(desk.own().agents[".aios/agents/review.yaml"].version, "1.0.0", "last good");
    assert_eq!(desk.own().workflows.len(), 1, "its agent is still there");
    desk.undo();
    desk.problems(&[]);
    desk.undo();
    desk.undo();
    assert!(desk.own().agents.is_empty() && desk.own().workflows.is_empty());
    assert_eq!(desk.own().standing, Standing::Trusted);
}

#[test]
fn an_untrusted_workspace_is_restricted_and_asks_again_when_it_changes() {
    let config = "[verify]\nseconds_max = 9\n[index]\nfiles_max = 70\n";
    let mut desk = Desk::new(&[(".aios/config.toml", config), ("a.py", "def f(): ...\n")]);
    assert_eq!(desk.own().standing, Standing::Untrusted);
    assert_eq!((desk.settings().verify.seconds_max, desk.settings().files_max), (600, 70));
    assert!(desk.told.iter().any(|it| it.contains("until you trust it")), "{:?}", desk.told);
    // The user's own changes work.
    let at = Place::Symbol("f".to_owned());
    let rename = RunRequest::Rename { at, new_name: "g".to_owned(), then: Then::Keep };
    let id = desk.proposed(rename);
    desk.applied(RunRequest::Apply(id));
    desk.trust();
    assert_eq!(desk.settings().verify.seconds_max, 9);
    // Somebody else changes it: it is restricted again, and what changed is known.
    desk.edit(".aios/config.toml", &config.replace('9', "99999"));
    assert_eq!(desk.own().standing, Standing::Changed);
    assert_eq!(desk.settings().verify.seconds_max, 600);
    let shown = engine::render_changes(&desk.own().changes);
    assert!(shown.contains("-seconds_max = 9\n+seconds_max = 99999\n"), "{shown}");
    // What was seen is what is trusted, and nothing else.
    let seen = Some(desk.own().fingerprint.clone());
    write(desk.dir.path(), ".aios/config.toml", "[verify]\ncommands = [\"sh evil\"]\n");
    assert!(matches!(desk.run(RunRequest::Trust { seen }), RunOutcome::Refused(_)));
    assert_eq!(desk.own().standing, Standing::Changed);
    desk.edit(".aios/config.toml", config);
    assert_eq!(desk.own().standing, Standing::Trusted, "back at what was trusted");
    assert!(matches!(desk.run(RunRequest::Untrust), RunOutcome::Done(_)));
    assert_eq!(desk.own().standing, Standing::Untrusted);
}

/// Reads from disk, and waits once, where it is told to, when `.aios/` is listed: what is trusted
/// was read before.
#[derive(Default)]
struct Halting(Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>);

impl Loader for Halting {
    fn list(
        &self,
        root: &VfsPath,
        limits: &WalkLimits,
        found: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    ) {
        let halt = match root.as_str().ends_with("/.aios") {
            true => self.0.lock().unwrap().take(),
            false => None,
        };
        if let Some((reached, go_on)) = halt {
            reached.send(()).unwrap();
            go_on.recv().unwrap();
        }
        Disk.list(root, limits, found);
    }

    fn read(&self, path: &VfsPath) -> Result<Vec<u8>, ReadError> {
        Disk.read(path)
    }

    fn stat(&self, path: &VfsPath) -> Result<Stat, ReadError> {
        Disk.stat(path)
    }

    fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool {
        Disk.is_listed(root, path)
    }
}

#[test]
fn a_look_that_began_before_trust_was_given_does_not_take_it_back() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), ".aios/config.toml", "[verify]\nseconds_max = 9\n");
    let loader = Arc::new(Halting::default());
    let mut desk = Desk::open_by(dir, Arc::clone(&loader) as _);
    assert_eq!(desk.own().standing, Standing::Untrusted);
    let ((reach, reached), (go, go_on)) = (mpsc::channel(), mpsc::channel());
    *loader.0.lock().unwrap() = Some((reach, go_on));
    let look = desk.engine.run(RunRequest::Index);
    reached.recv().unwrap();
    desk.trust();
    go.send(()).unwrap();
    assert!(matches!(desk.outcome(look), RunOutcome::Indexed(_)));
    assert_eq!(desk.own().standing, Standing::Trusted);
    // Once it was looked again, too.
    desk.run(RunRequest::Index);
    assert_eq!((desk.own().standing, desk.settings().verify.seconds_max), (Standing::Trusted, 9));
}

#[test]
fn what_the_user_applied_is_trusted_and_nothing_else_is() {
    let mut desk = Desk::new(&[("a.py", "x = 1\n")]);
    desk.change(".aios/config.toml", "[verify]\nseconds_max = 9\n");
    assert_eq!((desk.own().standing, desk.settings().verify.seconds_max), (Standing::Applied, 9));
    assert!(!desk.told.iter().any(|it| it.contains("until you trust it")), "{:?}", desk.told);
    // The project's own code is another matter.
    match desk.run(RunRequest::Verify(None)) {
        RunOutcome::Refused(why) => assert!(why.contains("trust the workspace first"), "{why}"),
        other => panic!("{other:?}"),
    }
    // What comes with somebody else's commit is asked about, and only that.
    desk.edit(".aios/agents/review.yaml", AGENT);
    assert_eq!(desk.own().standing, Standing::Untrusted);
    let asked: Vec<&String> =
        desk.told.iter().filter(|it| it.contains("until you trust it")).collect();
    assert!(asked[0].starts_with(".aios/agents/review.yaml came with this workspace"), "{asked:?}");
    // A change of it shows a part of it, and taking its deletion back shows nothing of it.
    desk.change(".aios/agents/review.yaml", &AGENT.replace("1.0.0", "1.0.1"));
    assert_eq!(desk.own().standing, Standing::Untrusted);
    let files = vec![(desk.root.join(".aios/agents/review.yaml"), None)];
    let (title, reason) = ("Delete it".to_owned(), String::new());
    let id = desk.proposed(RunRequest::Write { title, reason, files, then: Then::Keep });
    desk.applied(RunRequest::Apply(id));
    assert_eq!(desk.own().standing, Standing::Applied);
    desk.undo();
    assert_eq!(desk.own().standing, Standing::Untrusted);
    // It outlives the server.
    desk.edit(".aios/agents/review.yaml", "");
    fs::remove_file(desk.dir.path().join("w/.aios/agents/review.yaml")).unwrap();
    let desk = desk.reopen();
    assert_eq!((desk.own().standing, desk.settings().verify.seconds_max), (Standing::Applied, 9));
}

#[test]
fn trust_outlives_the_server_and_lies_outside_the_repository() {
    let mut desk = Desk::new(&[(".aios/agents/review.yaml", AGENT)]);
    desk.trust();
    let files = fs::read_dir(desk.dir.path().join("w/.aios")).unwrap().count();
    assert_eq!(files, 1);
    let desk = desk.reopen();
    assert_eq!(desk.own().standing, Standing::Trusted);
}

#[test]
fn an_agent_may_propose_and_may_not_trust() {
    let mut desk = Desk::new(&[(".aios/agents/review.yaml", AGENT)]);
    let caller = Caller { role: Role::Agent, ..Caller::local("agent", Abilities::default()) };
    let agent = desk.engine.connect(caller);
    desk.notices = agent.subscribe();
    desk.engine = agent;
    let seen = Some(desk.own().fingerprint.clone());
    let refused = desk.run(RunRequest::Trust { seen });
    assert!(matches!(&refused, RunOutcome::Refused(why) if why.contains("may not trust")));
}

#[cfg(unix)]
#[test]
fn a_link_under_the_folder_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.py", "x = 1\n");
    fs::write(dir.path().join("outside.yaml"), AGENT).unwrap();
    fs::create_dir_all(dir.path().join("w/.aios/agents")).unwrap();
    let link = dir.path().join("w/.aios/agents/review.yaml");
    std::os::unix::fs::symlink(dir.path().join("outside.yaml"), link).unwrap();
    let desk = Desk::open(dir);
    assert!(desk.own().agents.is_empty());
}
