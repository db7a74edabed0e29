//! Repositories that try to have something run, or to be believed.

use std::{fs, os::unix::fs::PermissionsExt};

use store::commits::Commits;

use super::World;
use crate::{Repository, link};

/// Every way that is known in which a repository's own files name a program.
fn config(marker: &str) -> String {
    format!(
        "[core]\n\
         fsmonitor = touch {marker}\n\
         hooksPath = .git/evil\n\
         editor = touch {marker}\n\
         pager = touch {marker}\n\
         sshCommand = touch {marker}\n\
         gitProxy = touch {marker}\n\
         askPass = touch {marker}\n\
         attributesFile = {marker}.attributes\n\
         excludesFile = {marker}.excludes\n\
         [include]\n\
         path = {marker}.include\n\
         [includeIf \"gitdir:/\"]\n\
         path = {marker}.include\n\
         [diff]\n\
         external = touch {marker}\n\
         [diff \"evil\"]\n\
         command = touch {marker}\n\
         textconv = touch {marker}\n\
         [filter \"evil\"]\n\
         clean = touch {marker}\n\
         smudge = touch {marker}\n\
         process = touch {marker}\n\
         required = true\n\
         [merge \"evil\"]\n\
         driver = touch {marker}\n\
         [alias]\n\
         log = !touch {marker}\n\
         [credential]\n\
         helper = !touch {marker}\n\
         [gpg]\n\
         program = touch {marker}\n\
         [safe]\n\
         directory = *\n\
         [extensions]\n\
         partialClone = evil\n\
         [remote \"evil\"]\n\
         url = ext::touch {marker}\n\
         promisor = true\n\
         uploadpack = touch {marker}\n\
         [uploadpack]\n\
         packObjectsHook = touch {marker}\n"
    )
}

#[test]
fn nothing_that_a_repository_names_is_run() {
    let mut world = World::new();
    world.write("a.py", "def pay():\n    return 1\n");
    world.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    world.commit("first");
    world.write("a.py", "def pay():\n    return 2\n");
    world.commit("second");

    let git = world.root().join(".git");
    let marker = world.root().join("run");
    let touch = format!("#!/bin/sh\ntouch {}\n", marker.display());
    for folder in ["evil", "hooks"] {
        fs::create_dir_all(git.join(folder)).unwrap();
        for hook in ["post-index-change", "reference-transaction", "post-checkout", "fsmonitor"] {
            let path = git.join(folder).join(hook);
            fs::write(&path, &touch).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let include = format!("[core]\nfsmonitor = touch {}\n", marker.display());
    fs::write(format!("{}.include", marker.display()), include).unwrap();
    let mut text = fs::read_to_string(git.join("config")).unwrap();
    text.push_str(&config(&marker.display().to_string()));
    fs::write(git.join("config"), text).unwrap();
    // A content that is not there would be fetched by whoever believes in promises.
    let blob = world.git(&["-c", "core.fsmonitor=false", "rev-parse", "HEAD~1:a.py"]);
    let (dir, file) = blob.trim().split_at(2);
    fs::remove_file(git.join("objects").join(dir).join(file)).unwrap();
    let _ = fs::remove_file(&marker);

    assert_eq!(world.update().reached, 2);
    let traced = world.trace("a.py", 0..2);
    assert_eq!((traced.touches.len(), traced.n_unread), (0, 2));
    for (commit, _) in world.commits.commits_of("a.py", 10).unwrap() {
        link(&world.open(), &world.commits, commit.id, &mut || Ok(())).unwrap();
    }
    assert!(!marker.exists(), "something was run");
}

#[test]
fn a_work_tree_that_is_set_elsewhere_is_not_believed() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    world.commit("first");
    world.git(&["config", "core.worktree", "/"]);
    let repository = Repository::open(&world.root()).unwrap();
    assert_eq!(repository.in_repository("a.txt"), "a.txt");
    assert_eq!(repository.file_at(&repository.head().unwrap(), "etc/passwd").unwrap(), None);
}

#[test]
fn text_of_commits_is_kept_as_text_and_cut() {
    let mut world = World::new();
    world.write("a.txt", "1\n");
    let message = format!("a \u{1b}[31mred\u{1b}[0m title\n\n{}", "long ".repeat(5000));
    world.commit(&message);
    world.update();
    let (commit, _) = world.commits.commits_of("a.txt", 1).unwrap().remove(0);
    assert!(commit.subject.starts_with("a \u{1b}[31mred"), "shown by whoever shows it, escaped");
    assert!(commit.body.len() <= 4096);
}
