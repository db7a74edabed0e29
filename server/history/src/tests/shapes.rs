//! Shapes of repositories: branches, merges, rewritten, shallow, linked, nested.

use std::fs;

use store::commits::Commits;

use super::{World, git_in};
use crate::{Absent, Repository};

#[test]
fn rewritten_commits_are_gone() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    world.write("a.txt", "2\n");
    world.commit("a mistake");
    world.update();
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    world.write("a.txt", "3\n");
    world.commit("better");
    let updated = world.update();
    assert!(updated.moved);
    assert_eq!(world.subjects_of("a.txt"), ["better", "first"]);
    assert_eq!(world.commits.search(&["mistake".to_owned()], 10).unwrap(), []);
}

#[test]
fn a_head_that_went_back_knows_nothing_of_what_came_after() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    world.write("a.txt", "2\n");
    world.commit("second");
    world.update();
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    assert_eq!(world.update().reached, 1);
    assert_eq!(world.subjects_of("a.txt"), ["first"]);
    world.git(&["reset", "-q", "--hard", "ORIG_HEAD"]);
    assert_eq!((world.update().read, world.commits.n_reached().unwrap()), (0, 2));
}

#[test]
fn a_limit_is_kept_and_told() {
    let mut world = World::new();
    for n in 0..5 {
        world.write("a.txt", &format!("{n}\n"));
        world.commit(&format!("change {n}"));
    }
    let updated = world.update_to(3);
    assert_eq!((updated.read, updated.reached), (3, 3));
    assert_eq!(updated.cut.as_deref(), Some("only the newest 3 commits are read"));
    assert_eq!(world.subjects_of("a.txt"), ["change 4", "change 3", "change 2"]);
}

#[test]
fn the_newest_commits_are_enough_until_somebody_wants_all() {
    let mut world = World::new();
    let change = |world: &mut World, n: u32| {
        world.write("a.txt", &format!("{n}\n"));
        world.commit(&format!("change {n}"));
    };
    (0..5).for_each(|n| change(&mut world, n));
    let newest = |world: &World| {
        let updated = world.update_as(1000, Some(3));
        let head = world.commits.head().unwrap().unwrap();
        (updated.read, updated.reached, head.is_complete)
    };
    assert_eq!(newest(&world), (3, 3, false));
    assert_eq!(newest(&world), (0, 3, false));
    change(&mut world, 5);
    assert_eq!(newest(&world), (1, 3, false));
    assert_eq!(world.subjects_of("a.txt"), ["change 5", "change 4", "change 3"]);
    assert_eq!((world.update().read, world.commits.n_reached().unwrap()), (2, 6));
    // Whoever has all keeps all.
    change(&mut world, 6);
    assert_eq!(newest(&world), (1, 7, true));
}

#[test]
fn a_short_history_is_read_to_its_end() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    assert_eq!(world.update_as(1000, Some(3)).read, 1);
    assert!(world.commits.head().unwrap().unwrap().is_complete);
}

#[test]
fn a_shallow_clone_says_so_and_blames_nobody_for_its_edge() {
    let mut world = World::new();
    for n in 0..4 {
        world.write("a.txt", &format!("{n}\n"));
        world.commit(&format!("change {n}"));
    }
    let clone = World::new();
    let from = format!("file://{}", world.root().display());
    git_in(&clone.root(), &["fetch", "-q", "--depth", "2", &from, "main"], 9);
    git_in(&clone.root(), &["reset", "-q", "--hard", "FETCH_HEAD"], 9);
    let updated = clone.update();
    assert_eq!(updated.reached, 2);
    assert!(updated.cut.unwrap().starts_with("the clone is shallow"));
    assert_eq!(clone.subjects_of("a.txt"), ["change 3"]);
}

#[test]
fn a_merge_is_told_by_its_branches() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("base");
    world.git(&["checkout", "-q", "-b", "side"]);
    world.write("b.txt", "1\n");
    world.commit("on the side");
    world.git(&["checkout", "-q", "main"]);
    world.write("a.txt", "2\n");
    world.commit("on main");
    world.git(&["merge", "-q", "--no-ff", "-m", "merge side", "side"]);
    assert_eq!(world.update().reached, 4);
    assert_eq!(world.subjects_of("b.txt"), ["on the side"]);
    assert_eq!(world.subjects_of("a.txt"), ["on main", "base"]);
}

#[test]
fn a_linked_worktree_has_the_history_of_its_own_branch() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    let linked = tempfile::TempDir::new().unwrap();
    let path = linked.path().join("tree");
    world.git(&["worktree", "add", "-q", "-b", "other", path.to_str().unwrap()]);
    fs::write(path.join("a.txt"), "2\n").unwrap();
    git_in(&path, &["commit", "-q", "-am", "second"], 5);
    let repository = Repository::open(&path.canonicalize().unwrap()).unwrap();
    assert_ne!(repository.head().unwrap(), world.open().head().unwrap());
    assert_eq!(repository.in_repository("a.txt"), "a.txt");
}

#[test]
fn a_folder_inside_a_repository_counts_from_itself() {
    let mut world = World::new();
    world.write("sub/a.txt", "1\n");
    world.commit("first");
    let repository = Repository::open(&world.root().join("sub")).unwrap();
    assert_eq!(repository.in_repository("a.txt"), "sub/a.txt");
    assert_eq!(repository.in_folder("sub/a.txt"), Some("a.txt"));
    assert_eq!(repository.in_folder("b.txt"), None);
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let mut inner = World::new();
    inner.write("a.txt", "1\n");
    inner.commit("inside");
    let mut world = World::new();
    let from = inner.root().display().to_string();
    let file = "protocol.file.allow=always";
    world.git(&["-c", file, "submodule", "--quiet", "add", &from, "sub"]);
    world.commit("take it in");
    assert_eq!(world.update().reached, 1);
    assert!(world.subjects_of("sub").is_empty());
    let repository = Repository::open(&world.root().join("sub")).unwrap();
    assert_eq!(repository.in_repository("a.txt"), "a.txt");
    assert_eq!(repository.head().unwrap(), inner.open().head().unwrap());
}

#[test]
fn a_damaged_repository_is_told_and_nothing_worse() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    fs::write(world.root().join(".git/HEAD"), "ref: refs/heads/../../../etc/passwd\n").unwrap();
    let said = match Repository::open(&world.root()) {
        Ok(repository) => repository.head().err(),
        Err(absent) => Some(absent),
    };
    assert!(matches!(said, Some(Absent::Unreadable(_) | Absent::NoRepository)), "{said:?}");
}

#[test]
fn commits_whose_trees_are_missing_are_passed_over() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    let tree = world.git(&["rev-parse", "HEAD^{tree}"]);
    world.write("a.txt", "2\n");
    world.commit("second");
    let (dir, file) = tree.trim().split_at(2);
    fs::remove_file(world.root().join(".git/objects").join(dir).join(file)).unwrap();
    assert_eq!(world.update().reached, 2);
}
