//! Walks and reads: `vfs::Loader` over the file system.

use std::{
    fs,
    io::{ErrorKind, Read},
    ops::ControlFlow,
    path::Path,
    time::UNIX_EPOCH,
};

use ignore::{
    DirEntry, WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};
use vfs::{FILE_BYTES_MAX, Link, Listed, Loader, ReadError, SkipReason, Stat, VfsPath, WalkLimits};

/// The name of our own ignore files, which rank above `.ignore` and `.gitignore`.
pub const IGNORE_FILE: &str = ".aiosignore";

/// Hidden entries that are walked all the same: settings of this server, and what people edit.
const HIDDEN_KEPT: [&str; 2] = [".aios", ".github"];

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Loader for Disk {
    fn list(
        &self,
        root: &VfsPath,
        limits: &WalkLimits,
        found: &mut dyn FnMut(Listed) -> ControlFlow<()>,
    ) {
        let mut n_files = 0;
        let real_root = root.as_path();
        let real_root = fs::canonicalize(&real_root).unwrap_or(real_root);
        for entry in walker(&root.as_path()).build() {
            let listed = match entry {
                Ok(entry) if entry.path_is_symlink() => outside_link(&entry, &real_root),
                Ok(entry) => listed(&entry, limits),
                Err(error) => unreadable(root, &error),
            };
            let Some(listed) = listed else { continue };
            if matches!(listed, Listed::File { .. }) {
                if n_files == limits.files_max {
                    let reason = SkipReason::TooMany;
                    let _ = found(Listed::Skipped { path: root.clone(), reason });
                    return;
                }
                n_files += 1;
            }
            if found(listed).is_break() {
                return;
            }
        }
    }

    fn read(&self, path: &VfsPath) -> Result<Vec<u8>, ReadError> {
        let refused = |error| io_error(path, &error);
        // Opening a named pipe would wait for whoever writes into it.
        self.stat(path)?;
        let file = fs::File::open(path.as_path()).map_err(refused)?;
        let metadata = file.metadata().map_err(refused)?;
        if !metadata.is_file() {
            return Err(ReadError::NotFound { path: path.clone() });
        }
        let len = metadata.len();
        if FILE_BYTES_MAX < len {
            return Err(ReadError::TooLarge { path: path.clone(), len });
        }
        let mut bytes = Vec::with_capacity(len as usize);
        // The file may have grown since it was measured.
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(refused)?;
        if FILE_BYTES_MAX < bytes.len() as u64 {
            return Err(ReadError::TooLarge { path: path.clone(), len: bytes.len() as u64 });
        }
        Ok(bytes)
    }

    fn stat(&self, path: &VfsPath) -> Result<Stat, ReadError> {
        let metadata = fs::metadata(path.as_path()).map_err(|error| io_error(path, &error))?;
        if !metadata.is_file() {
            return Err(ReadError::NotFound { path: path.clone() });
        }
        Ok(stat(&metadata))
    }

    fn is_listed(&self, root: &VfsPath, path: &VfsPath) -> bool {
        let Some(relative) = path.relative_to(root) else { return false };
        let hidden = |it: &str| it.starts_with('.') && !HIDDEN_KEPT.contains(&it);
        let folders = relative.rsplit_once('/').map_or("", |it| it.0);
        if folders.split('/').any(hidden) {
            return false;
        }
        let name = path.file_name().unwrap_or_default();
        !hidden(name) && self.link(root, path) == Link::None && !is_ignored(root, path)
    }

    fn link(&self, root: &VfsPath, path: &VfsPath) -> Link {
        let mut at = Some(path.clone()).filter(|it| it != root);
        while let Some(it) = at {
            if fs::symlink_metadata(it.as_path()).is_ok_and(|it| it.is_symlink()) {
                let real_root = fs::canonicalize(root.as_path());
                return match (fs::canonicalize(it.as_path()), real_root) {
                    (Ok(target), Ok(root)) if !target.starts_with(&root) => Link::Outside,
                    _ => Link::Inside,
                };
            }
            at = it.parent().filter(|it| it != root);
        }
        Link::None
    }

    fn leads_to(&self, root: &VfsPath, path: &VfsPath) -> Option<VfsPath> {
        if self.link(root, path) == Link::None {
            return None;
        }
        fs::canonicalize(path.as_path()).ok().and_then(|it| VfsPath::from_path(&it))
    }
}

/// The walk of everything worth reading below `root`.
fn walker(root: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap_or("");
            let hidden = name.starts_with('.') && !HIDDEN_KEPT.contains(&name);
            entry.depth() == 0 || !hidden
        });
    builder
}

/// What leaves files out, the strongest first; the last is the user's own for one repository.
const IGNORE_FILES: [&str; 4] = [IGNORE_FILE, ".ignore", ".gitignore", ".git/info/exclude"];

/// True where an ignore file in a folder around `path` leaves it out. As in a walk, all files of
/// one name come before those of the next, and of one name the nearest decides; folders around
/// `root` have their say too, and what git leaves out everywhere for this user comes last.
fn is_ignored(root: &VfsPath, path: &VfsPath) -> bool {
    // A rule in it that cannot be read is skipped, as in the walk.
    let (everywhere, _) = Gitignore::global();
    // A folder that is left out takes everything below it along.
    let mut at = path.clone();
    let mut is_dir = false;
    while at != *root {
        if is_ignored_itself(&everywhere, &at, is_dir) {
            return true;
        }
        let Some(parent) = at.parent() else { return false };
        at = parent;
        is_dir = true;
    }
    false
}

fn is_ignored_itself(everywhere: &Gitignore, path: &VfsPath, is_dir: bool) -> bool {
    for name in IGNORE_FILES {
        let mut folder = path.parent();
        while let Some(it) = folder {
            let file = it.join(name).as_path();
            if file.is_file() {
                let mut builder = GitignoreBuilder::new(it.as_path());
                // A rule that cannot be read is skipped, here as in the walk.
                let _ = builder.add(file);
                if let Ok(rules) = builder.build() {
                    match rules.matched(path.as_path(), is_dir) {
                        ignore::Match::Ignore(_) => return true,
                        ignore::Match::Whitelist(_) => return false,
                        ignore::Match::None => {}
                    }
                }
            }
            folder = it.parent();
        }
    }
    everywhere.matched(path.as_path(), is_dir).is_ignore()
}

/// What is told of a link: nothing where it leads to what is walked anyway, or to nothing.
fn outside_link(entry: &DirEntry, real_root: &Path) -> Option<Listed> {
    let target = fs::canonicalize(entry.path()).ok()?;
    let path = VfsPath::from_path(entry.path())?;
    let reason = SkipReason::OutsideLink;
    (!target.starts_with(real_root)).then_some(Listed::Skipped { path, reason })
}

fn listed(entry: &DirEntry, limits: &WalkLimits) -> Option<Listed> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return None;
    }
    let path = VfsPath::from_path(entry.path());
    let Some(path) = path else {
        let path = VfsPath::from_path(Path::new(&*entry.path().to_string_lossy()))?;
        let reason = SkipReason::Unreadable("its name is not UTF-8".to_owned());
        return Some(Listed::Skipped { path, reason });
    };
    let metadata = match entry.metadata() {
        Ok(it) => it,
        Err(error) => {
            let reason = SkipReason::Unreadable(error.to_string());
            return Some(Listed::Skipped { path, reason });
        }
    };
    if !metadata.is_file() {
        return None;
    }
    if limits.file_bytes_max < metadata.len() {
        return Some(Listed::Skipped { path, reason: SkipReason::TooLarge });
    }
    Some(Listed::File { path, stat: stat(&metadata) })
}

fn unreadable(root: &VfsPath, error: &ignore::Error) -> Option<Listed> {
    let mut path = root.clone();
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = VfsPath::from_path(at).unwrap_or(path);
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                inner = err;
            }
            // A broken ignore file: the walk goes on without the rule, the file itself is no loss.
            ignore::Error::Glob { .. } | ignore::Error::Partial(_) => return None,
            _ => break,
        }
    }
    let reason = SkipReason::Unreadable(inner.to_string());
    Some(Listed::Skipped { path, reason })
}

fn stat(metadata: &fs::Metadata) -> Stat {
    let mtime = metadata.modified().ok();
    let mtime_ns = mtime.map_or(0, |it| match it.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    });
    Stat { len: metadata.len(), mtime_ns }
}

fn io_error(path: &VfsPath, error: &std::io::Error) -> ReadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            ReadError::NotFound { path: path.clone() }
        }
        _ => ReadError::Io { path: path.clone(), error: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, VfsPath) {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = VfsPath::from_path(&dir.path().canonicalize().unwrap()).unwrap();
        (dir, root)
    }

    /// What a walk lists, sorted. A single file must be judged as the walk judged it.
    fn walk(root: &VfsPath, limits: &WalkLimits) -> String {
        let mut found = Vec::new();
        Disk.list(root, limits, &mut |listed| {
            let (path, note, is_link) = match listed {
                Listed::File { path, .. } => (path, String::new(), false),
                Listed::Skipped { path, reason } => {
                    let is_link = reason == SkipReason::OutsideLink;
                    (path, format!(" ({reason})"), is_link)
                }
            };
            let is_listed = Disk.is_listed(root, &path) || path == *root;
            assert_eq!(is_listed, !is_link, "{path}{note}");
            found.push(format!("{}{note}", path.relative_to(root).unwrap()));
            ControlFlow::Continue(())
        });
        found.sort();
        found.join("\n")
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], left_out: &[&str], expected: Expect) {
        let (_dir, root) = folder(files);
        expected.assert_eq(&walk(&root, &WalkLimits::default()));
        for path in left_out {
            assert!(!Disk.is_listed(&root, &root.join(path)), "{path} is left out");
        }
    }

    #[test]
    fn ignore_rules_hold_without_git_and_hidden_files_are_left_out() {
        check(
            &[
                (".gitignore", "*.log\nbuild/\n"),
                (".ignore", "big.txt\n"),
                (".aiosignore", "notes\n!kept.log\n"),
                ("a.rs", ""),
                ("a.log", ""),
                ("kept.log", ""),
                ("big.txt", ""),
                ("notes/b.md", ""),
                ("build/out.rs", ""),
                ("src/.gitignore", "own.rs\n"),
                ("src/own.rs", ""),
                ("src/c.rs", ""),
                (".git/config", ""),
                (".vscode/settings.json", ""),
                (".aios/config.toml", ""),
                (".github/ci.yml", ""),
            ],
            &[
                "a.log",
                "big.txt",
                "notes/b.md",
                "build/out.rs",
                "src/own.rs",
                ".git/config",
                ".vscode/settings.json",
            ],
            expect![[r#"
                .aios/config.toml
                .github/ci.yml
                a.rs
                kept.log
                src/c.rs"#]],
        );
    }

    #[test]
    fn a_file_name_ranks_before_nearness_and_the_users_own_rules_hold() {
        check(
            &[
                (".ignore", "far.txt\n"),
                ("src/.gitignore", "!far.txt\nnear.txt\n"),
                (".git/info/exclude", "mine.txt\n"),
                ("src/far.txt", ""),
                ("src/near.txt", ""),
                ("src/mine.txt", ""),
                ("src/a.rs", ""),
            ],
            &["src/far.txt", "src/near.txt", "src/mine.txt"],
            expect!["src/a.rs"],
        );
    }

    #[test]
    fn rules_of_the_folders_around_hold() {
        let (_dir, around) = folder(&[(".gitignore", "*.log\n"), ("w/a.log", ""), ("w/b.rs", "")]);
        let root = around.join("w");
        assert_eq!(walk(&root, &WalkLimits::default()), "b.rs");
        assert!(!Disk.is_listed(&root, &root.join("a.log")));
    }

    #[test]
    fn limits_are_told() {
        let (_dir, root) = folder(&[("long.txt", "123456"), ("a.txt", "1"), ("b.txt", "1")]);
        let limits = WalkLimits { files_max: 1, file_bytes_max: 5 };
        let found = walk(&root, &limits);
        assert_eq!(found.lines().filter(|it| !it.contains('(')).count(), 1, "{found}");
        assert!(found.contains(" (more files than the limit)"), "{found}");
        let all = walk(&root, &WalkLimits { file_bytes_max: 5, ..WalkLimits::default() });
        assert!(all.contains("long.txt (larger than"), "{all}");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed_and_one_that_leads_out_is_told() {
        use std::os::unix::fs::symlink;
        let (_outside_dir, outside) = folder(&[("passwd", ""), ("folder/b.rs", "")]);
        let (_dir, root) = folder(&[("src/a.rs", "")]);
        let at = |path: &str| root.join(path).as_path();
        symlink(root.as_path(), at("src/loop")).unwrap();
        symlink("a.rs", at("src/link.rs")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink(outside.join("passwd").as_path(), at("passwd.txt")).unwrap();
        symlink(outside.join("folder").as_path(), at("src/folder")).unwrap();
        let expected = expect![[r#"
            passwd.txt (link outside the workspace)
            src/a.rs
            src/folder (link outside the workspace)"#]];
        expected.assert_eq(&walk(&root, &WalkLimits::default()));
        for path in ["src/link.rs", "passwd.txt", "src/folder/b.rs", "src/loop/src/a.rs"] {
            assert!(!Disk.is_listed(&root, &root.join(path)), "{path} is left out");
        }
        // A root that is a link itself is walked.
        symlink(root.as_path(), outside.join("w").as_path()).unwrap();
        expected.assert_eq(&walk(&outside.join("w"), &WalkLimits::default()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_is_no_file_and_nobody_waits_for_it() {
        let (_dir, root) = folder(&[]);
        let pipe = root.join("pipe");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
        rustix::fs::mknodat(rustix::fs::CWD, pipe.as_path(), kind, mode, 0).unwrap();
        assert_eq!(Disk.read(&pipe), Err(ReadError::NotFound { path: pipe.clone() }));
        assert_eq!(walk(&root, &WalkLimits::default()), "");
    }

    #[test]
    fn a_read_that_cannot_be_names_the_file_and_the_fact() {
        let (_dir, root) = folder(&[("folder/a.rs", "text")]);
        assert_eq!(Disk.read(&root.join("folder/a.rs")), Ok(b"text".to_vec()));
        for path in ["missing", "folder", "folder/a.rs/b"] {
            let path = root.join(path);
            assert_eq!(Disk.stat(&path), Err(ReadError::NotFound { path: path.clone() }));
            assert_eq!(Disk.read(&path), Err(ReadError::NotFound { path }));
        }
    }
}
