//! What is noted of the user's work: in the order in which it was done, forgotten when asked, and
//! nothing at all where one switch says so.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use desk::Desk;
use engine::{ClientChange, Forget, Place, RunOutcome, RunRequest, Then};

impl Desk {
    /// Kind, what, outcome, file and place of what was noted, the oldest first.
    fn noted(&self) -> Vec<String> {
        let rows = self.engine.read_blocking("noted", |it| it.noted_episodes(None, 100)).unwrap();
        let text = |it: &store::history::EpisodeRow| {
            format!("{} {}: {} {} {}", it.kind, it.what, it.outcome, it.path, it.place)
        };
        rows.iter().rev().map(|it| text(it).trim_end_matches(" 0").trim_end().to_owned()).collect()
    }

    fn asks(&self, question: &str, paths: &[&str]) {
        let paths = paths.iter().map(|it| self.root.join(it)).collect();
        self.engine.post(ClientChange::Found { question: question.to_owned(), paths });
    }

    fn opens(&self, path: &str) {
        self.engine.post(ClientChange::Open {
            path: self.root.join(path),
            language: "python".to_owned(),
            version: 1,
            text: self.text(path).unwrap(),
        });
    }

    fn closes(&self, path: &str) {
        self.engine.post(ClientChange::Close { path: self.root.join(path) });
    }

    fn renames(&mut self, to: &str) {
        let at = Place::Symbol("f".to_owned());
        let rename = RunRequest::Rename { at, new_name: to.to_owned(), then: Then::Keep };
        let id = self.proposed(rename);
        self.applied(RunRequest::Apply(id));
    }
}

#[test]
fn what_was_asked_opened_used_and_changed_is_noted_and_forgotten() {
    let mut desk = Desk::new(&[("a.py", "def f(): ...\n"), ("b.py", "x = 1\n"), ("c.py", "")]);
    desk.asks("where is x set", &["a.py", "b.py"]);
    // What was not found is opened for another reason; what is opened twice counts once.
    desk.opens("c.py");
    desk.opens("b.py");
    desk.closes("b.py");
    desk.opens("b.py");
    desk.engine.post(ClientChange::Save { path: desk.root.join("b.py") });
    desk.closes("b.py");
    desk.renames("g");
    desk.undo();
    let expected = [
        "question where is x set:   2",
        "opened where is x set:  b.py 2",
        "used where is x set:  b.py 2",
        "command rename: ",
        "change Rename `f` to `g`: applied",
        "change Undo: Rename `f` to `g`: taken back",
    ];
    let noted = desk.noted();
    assert_eq!(noted.len(), expected.len(), "{noted:#?}");
    for (noted, expected) in noted.iter().zip(expected) {
        assert!(noted.starts_with(expected.trim_end()), "{noted} / {expected}");
    }
    let forgotten = desk.run(RunRequest::Forget(Forget::Episodes));
    assert!(matches!(forgotten, RunOutcome::Forgotten(n) if expected.len() <= n), "{forgotten:?}");
    assert_eq!(desk.noted(), Vec::<String>::new());
}

#[test]
fn one_switch_ends_it() {
    let mut desk = Desk::new(&[("a.py", "def f(): ...\n")]);
    let off = settings::Value::Text("off".to_owned());
    let table = [("episodes".to_owned(), off)].into_iter().collect();
    desk.engine.post(ClientChange::Settings(settings::Value::Table(table)));
    desk.asks("where is f", &["a.py"]);
    desk.opens("a.py");
    desk.closes("a.py");
    desk.renames("g");
    assert_eq!(desk.noted(), Vec::<String>::new());
    let recent = desk.engine.read_blocking("recent", |it| it.recent(None, 10)).unwrap();
    assert_eq!(recent, [], "what was looked at lately neither");
}
