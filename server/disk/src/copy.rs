//! A copy of a workspace for somebody else's programs to work in: kept beside the index, brought up
//! to date by what differs, so that what they built there is still of use.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use ignore::WalkBuilder;
use vfs::VfsPath;

/// Files of a copy at most.
pub const COPY_FILES_MAX: usize = 100_000;
/// Bytes of a copy at most.
pub const COPY_BYTES_MAX: u64 = 4 << 30;

/// Folders that hold what was installed: ignored by git, needed by builds, never written.
pub(crate) const INSTALLED: [&str; 3] = ["node_modules", ".venv", "venv"];
/// The list of what was copied, beside the copy.
const LIST: &str = "copied.list";
/// Held while the copy is used.
const LOCK: &str = "lock";

/// What is copied, and over it what a change makes of it.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    /// The workspace.
    pub root: VfsPath,
    /// Files that hold something else than on disk; `None`: they are not there.
    pub over: Vec<(VfsPath, Option<Arc<[u8]>>)>,
}

/// A copy that nobody else uses meanwhile.
#[derive(Debug)]
pub struct WorkspaceCopy {
    /// Its top.
    pub tree: PathBuf,
    /// Folders outside it that it leads to: what was installed in the workspace.
    pub installed: Vec<PathBuf>,
    /// Files that were written just now.
    pub n_written: usize,
    _lock: fs::File,
}

/// Brings the copy in `folder` up to date, and holds it. `is_wanted` is asked on the way.
///
/// # Errors
/// What the disk reports, a limit, or that another server uses the copy; in words.
pub fn copy_workspace(
    folder: &Path,
    request: &CopyRequest,
    is_wanted: &dyn Fn() -> bool,
) -> Result<WorkspaceCopy, String> {
    let told = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| format!("{path}: {error}")
    };
    fs::create_dir_all(folder).map_err(told(folder))?;
    let lock = fs::File::create(folder.join(LOCK)).map_err(told(folder))?;
    lock.try_lock().map_err(|_| "another check is under way in this workspace".to_owned())?;
    let tree = folder.join("tree");
    fs::create_dir_all(&tree).map_err(told(&tree))?;
    let list = folder.join(LIST);
    let before = read_list(&list);
    let mut copying =
        Copying { root: request.root.as_path(), tree: tree.clone(), before, ..Copying::default() };
    // While it is used, nothing is known of it: a killed check leaves a copy that is made anew.
    let _ = fs::remove_file(&list);
    copying.all(is_wanted)?;
    for (path, bytes) in &request.over {
        let Some(relative) = path.relative_to(&request.root) else { continue };
        copying.put(relative, bytes.as_deref()).map_err(told(&tree.join(relative)))?;
    }
    // What a command made beside them is left; what came from the workspace goes with it.
    for gone in copying.before.keys().filter(|it| !copying.there.contains_key(*it)) {
        let _ = put(&tree, gone, None);
    }
    let lines = copying.there.iter().map(|(path, stamp)| format!("{path}\t{stamp}\n"));
    fs::write(&list, lines.collect::<String>()).map_err(told(&list))?;
    let Copying { installed, n_written, .. } = copying;
    Ok(WorkspaceCopy { tree, installed, n_written, _lock: lock })
}

impl WorkspaceCopy {
    /// Puts something else into a file of the copy; `None`: it goes.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn put(&self, relative: &str, bytes: Option<&[u8]>) -> io::Result<()> {
        put(&self.tree, relative, bytes)
    }
}

#[derive(Default)]
struct Copying {
    root: PathBuf,
    tree: PathBuf,
    /// What an earlier copy put where, and what it was made of.
    before: BTreeMap<String, String>,
    there: BTreeMap<String, String>,
    installed: Vec<PathBuf>,
    n_bytes: u64,
    n_written: usize,
}

impl Copying {
    fn all(&mut self, is_wanted: &dyn Fn() -> bool) -> Result<(), String> {
        let mut builder = WalkBuilder::new(&self.root);
        builder.hidden(false).require_git(false).follow_links(false).filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap_or("");
            entry.depth() == 0 || (name != ".git" && !is_private(name))
        });
        for entry in builder.build() {
            // What cannot be read is left out: the check says what it misses.
            let Ok(entry) = entry else { continue };
            let Some(kind) = entry.file_type() else { continue };
            let relative = entry.path().strip_prefix(&self.root).ok().and_then(Path::to_str);
            let Some(relative) = relative else { continue };
            if kind.is_dir() {
                self.folder(entry.path(), relative).map_err(|it| format!("{relative}: {it}"))?;
                continue;
            }
            if COPY_FILES_MAX == self.there.len() || COPY_BYTES_MAX < self.n_bytes {
                return Err(format!(
                    "the workspace has more than {COPY_FILES_MAX} files or {COPY_BYTES_MAX} bytes"
                ));
            }
            if !is_wanted() {
                return Err("cancelled".to_owned());
            }
            let copied = match kind.is_symlink() {
                true => self.link(entry.path(), relative),
                false => self.file(entry.path(), relative),
            };
            copied.map_err(|it| format!("{relative}: {it}"))?;
        }
        Ok(())
    }

    fn folder(&mut self, from: &Path, relative: &str) -> io::Result<()> {
        let to = self.tree.join(relative);
        if !fs::symlink_metadata(&to).is_ok_and(|it| it.is_dir()) {
            let _ = fs::remove_file(&to);
            fs::create_dir_all(&to)?;
        }
        for name in INSTALLED {
            let (source, link) = (from.join(name), to.join(name));
            // A repository may hold a link of this name: it gets nothing that it does not hold.
            if fs::symlink_metadata(&source).is_ok_and(|it| it.is_dir()) {
                self.installed.push(source.canonicalize()?);
                if fs::symlink_metadata(&link).is_err() {
                    link_to(&source, &link)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, from: &Path, relative: &str) -> io::Result<()> {
        let to = self.tree.join(relative);
        let metadata = fs::symlink_metadata(from)?;
        if !metadata.is_file() {
            return Ok(());
        }
        self.n_bytes += metadata.len();
        let now = stamp(&metadata, fs::symlink_metadata(&to).ok().as_ref());
        let is_same = self.before.get(relative) == Some(&now);
        if !is_same {
            let _ = fs::remove_file(&to);
            // On file systems that can, this shares the blocks until one of the two is written. The
            // copy is new, whatever the age of its source: builds go by the time of their sources.
            fs::copy(from, &to)?;
            self.n_written += 1;
        }
        let now = stamp(&metadata, fs::symlink_metadata(&to).ok().as_ref());
        self.there.insert(relative.to_owned(), now);
        Ok(())
    }

    /// A link inside the workspace stays one; another would lead to what is not copied.
    fn link(&mut self, from: &Path, relative: &str) -> io::Result<()> {
        let target = fs::read_link(from)?;
        let real = from.canonicalize();
        let is_inside = real.is_ok_and(|it| it.starts_with(&self.root));
        if !is_inside || target.is_absolute() {
            return Ok(());
        }
        self.there.insert(relative.to_owned(), "link".to_owned());
        let to = self.tree.join(relative);
        if fs::read_link(&to).ok() == Some(target.clone()) {
            return Ok(());
        }
        let _ = fs::remove_file(&to);
        link_to(&target, &to)
    }

    fn put(&mut self, relative: &str, bytes: Option<&[u8]>) -> io::Result<()> {
        match bytes {
            // It is copied anew the next time.
            Some(_) => self.there.insert(relative.to_owned(), "change".to_owned()),
            None => self.there.remove(relative),
        };
        self.n_written += 1;
        put(&self.tree, relative, bytes)
    }
}

/// Names the state of a source and of its copy.
fn stamp(from: &fs::Metadata, to: Option<&fs::Metadata>) -> String {
    let of = |it: &fs::Metadata| {
        let modified = it.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        format!("{} {}", it.len(), modified.map_or(0, |it| it.as_nanos()))
    };
    format!("{} {}", of(from), to.filter(|it| it.is_file()).map(of).unwrap_or_default())
}

fn read_list(list: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(list).unwrap_or_default();
    let lines = text.lines().filter_map(|it| it.rsplit_once('\t'));
    lines.map(|(path, stamp)| (path.to_owned(), stamp.to_owned())).collect()
}

/// Puts `bytes` into a file of `tree`, or takes it away. Never through a link: a command may have
/// left one in the place of a file or of a folder, and it may lead anywhere.
fn put(tree: &Path, relative: &str, bytes: Option<&[u8]>) -> io::Result<()> {
    let mut to = tree.to_owned();
    let (folders, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    for part in folders.split('/').filter(|it| !it.is_empty()) {
        to.push(part);
        let found = fs::symlink_metadata(&to);
        match (&found, bytes) {
            (Ok(it), _) if it.is_dir() => {}
            // What stands behind a link is not ours to take away.
            (_, None) => return Ok(()),
            (Ok(_), Some(_)) => {
                fs::remove_file(&to)?;
                fs::create_dir(&to)?;
            }
            (Err(_), Some(_)) => fs::create_dir(&to)?,
        }
    }
    to.push(name);
    let found = fs::symlink_metadata(&to);
    let is_file = found.as_ref().is_ok_and(fs::Metadata::is_file);
    match bytes {
        Some(bytes) if is_file && fs::read(&to).is_ok_and(|it| it == bytes) => Ok(()),
        Some(bytes) => {
            remove(&to, found.ok())?;
            fs::write(&to, bytes)
        }
        None => remove(&to, found.ok()),
    }
}

fn remove(at: &Path, found: Option<fs::Metadata>) -> io::Result<()> {
    match found {
        None => Ok(()),
        Some(it) if it.is_dir() => fs::remove_dir_all(at),
        Some(_) => fs::remove_file(at),
    }
}

/// Files that hold secrets by custom: no check needs them, and none gets them.
fn is_private(name: &str) -> bool {
    let is_env = name == ".env" || (name.starts_with(".env.") && !name.ends_with(".example"));
    is_env
        || matches!(name, ".npmrc" | ".netrc" | ".pypirc" | ".ssh" | ".aws" | ".gnupg")
        || [".pem", ".key", ".p12", ".pfx"].iter().any(|it| name.ends_with(it))
}

#[cfg(unix)]
pub(crate) fn link_to(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
pub(crate) fn link_to(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(dir: &Path, over: &[(&str, Option<&str>)]) -> WorkspaceCopy {
        let root = VfsPath::from_path(&dir.join("w").canonicalize().unwrap()).unwrap();
        let over = over
            .iter()
            .map(|(path, text)| (root.join(path), text.map(|it| Arc::from(it.as_bytes()))));
        let request = CopyRequest { root: root.clone(), over: over.collect() };
        copy_workspace(&dir.join("copy"), &request, &|| true).unwrap()
    }

    fn write(dir: &Path, path: &str, text: &str) {
        let path = dir.join("w").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_copy_follows_the_workspace_and_the_change_and_keeps_what_was_built() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "src/a.py", "a");
        write(dir.path(), "b.py", "b");
        write(dir.path(), ".env", "TOKEN=1");
        write(dir.path(), ".gitignore", "built\nnode_modules\n");
        write(dir.path(), "built/x", "old");
        write(dir.path(), "node_modules/m/index.js", "m");
        let first = copy(dir.path(), &[("b.py", Some("B")), ("c.py", Some("c"))]);
        let read = |path: &str| fs::read_to_string(first.tree.join(path)).ok();
        assert_eq!(read("src/a.py").as_deref(), Some("a"));
        assert_eq!((read("b.py").as_deref(), read("c.py").as_deref()), (Some("B"), Some("c")));
        assert_eq!((read(".env"), read("built/x")), (None, None));
        assert_eq!(read("node_modules/m/index.js").as_deref(), Some("m"));
        assert_eq!(first.installed.len(), 1);
        fs::create_dir_all(first.tree.join("built")).unwrap();
        fs::write(first.tree.join("built/new"), "made here").unwrap();
        drop(first);
        fs::remove_file(dir.path().join("w/src/a.py")).unwrap();
        let again = copy(dir.path(), &[]);
        let read = |path: &str| fs::read_to_string(again.tree.join(path)).ok();
        assert_eq!((read("src/a.py"), read("c.py")), (None, None));
        assert_eq!(read("b.py").as_deref(), Some("b"), "the change is not there any more");
        assert_eq!(read("built/new").as_deref(), Some("made here"));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_a_command_left_lead_nobody_out_of_the_copy() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("a.py"), "mine").unwrap();
        write(dir.path(), "src/a.py", "a");
        write(dir.path(), "old/a.py", "a");
        symlink(&outside, dir.path().join("w/node_modules")).unwrap();
        let first = copy(dir.path(), &[]);
        assert!(first.installed.is_empty());
        for folder in ["src", "old"] {
            fs::remove_dir_all(first.tree.join(folder)).unwrap();
            symlink(&outside, first.tree.join(folder)).unwrap();
        }
        first.put("src/a.py", Some(b"changed")).unwrap();
        symlink(outside.join("a.py"), first.tree.join("b.py")).unwrap();
        first.put("b.py", Some(b"changed")).unwrap();
        drop(first);
        fs::remove_dir_all(dir.path().join("w/old")).unwrap();
        let again = copy(dir.path(), &[("old/b.py", None)]);
        assert_eq!(fs::read_to_string(again.tree.join("src/a.py")).unwrap(), "a");
        assert_eq!(fs::read_to_string(outside.join("a.py")).unwrap(), "mine");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    }

    #[test]
    fn a_copy_has_one_user_and_writes_only_what_differs() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "a.py", "a");
        let first = copy(dir.path(), &[]);
        assert_eq!(first.n_written, 1);
        let root = VfsPath::from_path(&dir.path().join("w").canonicalize().unwrap()).unwrap();
        let request = CopyRequest { root, over: Vec::new() };
        let second = copy_workspace(&dir.path().join("copy"), &request, &|| true);
        assert!(second.unwrap_err().contains("under way"));
        drop(first);
        assert_eq!(copy(dir.path(), &[]).n_written, 0);
    }
}
