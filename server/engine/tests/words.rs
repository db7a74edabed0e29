//! What a change is called and why one is refused: paths are those below the workspace's folder.

// A test sets the scene by itself and may fail where it stands.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod desk;

use desk::Desk;
use engine::{Area, Place, RunOutcome, RunRequest, Then};
use ide::{FileMove, Mover, Refactor};
use text::{LineCol, PositionEncoding};

fn title(desk: &mut Desk, request: RunRequest) -> String {
    let id = desk.proposed(request);
    let proposal = desk
        .engine
        .read_blocking("title", move |it| Ok(it.journal.as_ref().unwrap().proposal(&id)?));
    proposal.unwrap().proposal.title
}

#[test]
fn titles_and_refusals_name_paths_below_the_folder() {
    let files = [
        ("pkg/shape.py", "def area(r):\n    return r\n"),
        ("pkg/area.py", "def area(a, b):\n    ...\n"),
    ];
    let mut desk = Desk::new(&files);
    let at = |it: &str| desk.root.join(it);
    let (shape, top) = (at("pkg/shape.py"), at("shape.py"));
    let (inner, written) = (at("pkg/inner/shape.py"), at("pkg/new.py"));
    let moved = |to| {
        let moves = vec![FileMove { from: shape.clone(), to }];
        RunRequest::MoveFiles { moves, mover: Mover::Change, then: Then::Keep }
    };
    assert_eq!(title(&mut desk, moved(top)), "Move shape.py to the top folder");
    assert_eq!(title(&mut desk, moved(inner)), "Move shape.py to pkg/inner");
    let name = format!("Write {written}");
    let files = vec![(written, Some("x = 1\n".to_owned()))];
    let write = RunRequest::Write { title: name, reason: String::new(), files, then: Then::Keep };
    assert_eq!(title(&mut desk, write), "Write pkg/new.py");

    let place = Place::Position {
        path: shape,
        position: LineCol { line: 0, col: 5 },
        encoding: PositionEncoding::Utf8,
        version: None,
    };
    let refactor = RunRequest::Refactor {
        at: Area::Place(place),
        refactor: Refactor::MoveSymbol { to: Some("area.py".to_owned()) },
        then: Then::Keep,
    };
    match desk.run(refactor) {
        RunOutcome::Refused(why) => assert_eq!(why, "pkg/area.py defines `area` already"),
        other => panic!("{other:?}"),
    }
}
