//! Commits and the symbols they touched; files that change together.

use expect_test::{Expect, expect};
use store::commits::Commits;

use super::World;
use crate::{Trace, link};

fn shop() -> World {
    let mut world = World::new();
    world.write("shop.py", "def pay(n):\n    return n\n\n\ndef ship():\n    pass\n");
    world.commit("Open the shop");
    world.write("shop.py", "def pay(n):\n    return n + 1\n\n\ndef ship():\n    pass\n");
    world.commit("Add the fee");
    world.write(
        "shop.py",
        "import os\n\n\ndef pay(n):\n    return n + 1\n\n\ndef ship():\n    os.truck()\n",
    );
    world.commit("Ship by truck");
    world.update();
    world
}

#[track_caller]
fn check(trace: &Trace, expected: Expect) {
    let line = |it: &crate::Touch| {
        let came = if it.came { " came" } else { "" };
        format!("{} +{} -{}{came}\n", it.commit.subject, it.lines.0, it.lines.1)
    };
    let mut shown: String = trace.touches.iter().map(line).collect();
    if trace.is_uncommitted {
        shown.insert_str(0, "uncommitted\n");
    }
    expected.assert_eq(&shown);
}

#[test]
fn lines_are_followed_back_to_the_commit_they_came_with() {
    let world = shop();
    let pay = world.trace("shop.py", 3..5);
    check(
        &pay,
        expect![[r#"
        Add the fee +1 -1
        Open the shop +2 -0 came
    "#]],
    );
    assert!(pay.is_whole());
    check(
        &world.trace("shop.py", 7..9),
        expect![[r#"
        Ship by truck +1 -1
        Open the shop +2 -0 came
    "#]],
    );
}

#[test]
fn lines_that_are_not_committed_are_told() {
    let world = shop();
    world.write(
        "shop.py",
        "import os\n\n\ndef pay(n):\n    # more\n    return n + 2\n\n\n\
         def ship():\n    os.truck()\n",
    );
    check(
        &world.trace("shop.py", 3..6),
        expect![[r#"
        uncommitted
        Add the fee +1 -1
        Open the shop +2 -0 came
    "#]],
    );
    check(
        &world.trace("shop.py", 8..10),
        expect![[r#"
        Ship by truck +1 -1
        Open the shop +2 -0 came
    "#]],
    );
}

#[test]
fn a_renamed_file_keeps_its_past() {
    let mut world = shop();
    world.git(&["mv", "shop.py", "store.py"]);
    world.commit("Call it a store");
    world.update();
    check(
        &world.trace("store.py", 3..5),
        expect![[r#"
        Add the fee +1 -1
        Open the shop +2 -0 came
    "#]],
    );
    let past = world.past();
    assert_eq!(past.file("store.py").map(|it| it.n_commits), Some(4));
    assert_eq!(past.file("shop.py"), None);
}

#[test]
fn a_file_renamed_and_edited_in_one_commit_keeps_its_past() {
    let mut world = shop();
    world.git(&["rm", "-q", "shop.py"]);
    world.write(
        "store.py",
        "import os\n\n\ndef pay(n):\n    return n + 2\n\n\ndef ship():\n    os.truck()\n",
    );
    world.write("other.py", "def other():\n    pass\n");
    world.commit("Call it a store");
    world.update();
    check(
        &world.trace("store.py", 3..5),
        expect![[r#"
        Call it a store +1 -1
        Add the fee +1 -1
        Open the shop +2 -0 came
    "#]],
    );
    check(
        &world.trace("other.py", 0..2),
        expect![[r#"
        Call it a store +2 -0 came
    "#]],
    );
}

#[test]
fn both_sides_of_a_merge_are_found() {
    let mut world = shop();
    world.git(&["checkout", "-q", "-b", "side"]);
    world.write(
        "shop.py",
        "import os\n\n\ndef pay(n):\n    return n + 5\n\n\ndef ship():\n    os.truck()\n",
    );
    world.commit("Raise the fee");
    world.git(&["checkout", "-q", "main"]);
    world.write(
        "shop.py",
        "import os\n\n\ndef pay(n):\n    return n + 1\n\n\ndef ship():\n    os.train()\n",
    );
    world.commit("Ship by train");
    world.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    world.update();
    check(
        &world.trace("shop.py", 3..5),
        expect![[r#"
        Raise the fee +1 -1
        Add the fee +1 -1
        Open the shop +2 -0 came
    "#]],
    );
    check(
        &world.trace("shop.py", 7..9),
        expect![[r#"
        Ship by train +1 -1
        Ship by truck +1 -1
        Open the shop +2 -0 came
    "#]],
    );
}

#[test]
fn a_commit_names_the_symbols_it_touched() {
    let world = shop();
    let shown = |subject: &str| {
        let found = world.commits.commits_of("shop.py", 10).unwrap();
        let (commit, _) = found.into_iter().find(|it| it.0.subject == subject).unwrap();
        let linked = link(&world.open(), &world.commits, commit.id, &mut || Ok(())).unwrap();
        let links = linked.links.iter();
        let links = links.map(|it| format!("{} {} {:?}", it.kind, it.symbol, it.lines));
        links.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(shown("Add the fee"), "function pay (1, 1)");
    assert_eq!(shown("Ship by truck"), "  (3, 0), function ship (1, 1)");
}

#[test]
fn files_that_change_together_are_partners() {
    let mut world = World::new();
    for n in 0..4 {
        world.write("parser.rs", &format!("{n}\n"));
        world.write("docs.md", &format!("{n}\n"));
        if n < 2 {
            world.write("lexer.rs", &format!("{n}\n"));
        }
        world.commit(&format!("grammar {n}"));
    }
    world.write("alone.rs", "1\n");
    world.commit("alone");
    world.update();
    let past = world.past();
    let shown: Vec<String> = past
        .partners(&["parser.rs"], 10)
        .iter()
        .map(|it| format!("{} {}/{}", it.path, it.together, it.of))
        .collect();
    assert_eq!(shown, ["docs.md 4/4", "lexer.rs 2/4"]);
    assert!(past.partners(&["alone.rs"], 10).is_empty());
    let parser = past.file("parser.rs").unwrap();
    assert_eq!((parser.n_commits, parser.n_authors), (4, 1));
    assert!(3.9 < parser.churn && parser.churn < 4.0);
}
