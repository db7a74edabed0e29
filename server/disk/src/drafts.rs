//! A few files by themselves, as a change would leave them, for a program that works on each alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use crate::copy::{INSTALLED, link_to};

/// A folder with some files of a workspace at their places, and what was installed beside them.
/// Dropping it takes it away.
#[derive(Debug)]
pub struct Drafts {
    /// Its top.
    pub tree: PathBuf,
    /// Folders outside it that it leads to.
    pub installed: Vec<PathBuf>,
}

impl Drafts {
    /// Puts `files`, by their paths below the workspace `root`, into `tree`, which is made anew.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn write(tree: &Path, root: &Path, files: &[(String, Vec<u8>)]) -> io::Result<Drafts> {
        let _ = fs::remove_dir_all(tree);
        fs::create_dir_all(tree)?;
        let mut drafts = Drafts { tree: tree.to_owned(), installed: Vec::new() };
        for (relative, bytes) in files {
            let to = tree.join(relative);
            fs::create_dir_all(to.parent().unwrap_or(tree))?;
            fs::write(&to, bytes)?;
        }
        // Not before all are written: nothing may be written through a link into the workspace.
        for (relative, _) in files {
            for folder in Path::new(relative).ancestors().skip(1) {
                drafts.link_installed(root, folder)?;
            }
        }
        drafts.installed.sort();
        drafts.installed.dedup();
        Ok(drafts)
    }

    /// The file at `relative` as it is now.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn read(&self, relative: &str) -> io::Result<Vec<u8>> {
        let path = self.tree.join(relative);
        // A program may have left a link in its place, or in that of a folder around it, which may
        // lead anywhere.
        let is_itself = path.canonicalize()? == self.tree.canonicalize()?.join(relative);
        match is_itself && fs::symlink_metadata(&path)?.is_file() {
            true => fs::read(path),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Takes away what is in `folder` and was made before `before_ms` (since 1970): what programs
    /// left that were killed.
    pub fn sweep(folder: &Path, before_ms: u64) {
        let before = UNIX_EPOCH + Duration::from_millis(before_ms);
        let made = |it: &fs::DirEntry| it.metadata().and_then(|it| it.modified());
        let Ok(all) = fs::read_dir(folder) else { return };
        for it in all.flatten().filter(|it| made(it).is_ok_and(|made| made < before)) {
            // What cannot be taken away now is tried again the next time.
            let _ = fs::remove_dir_all(it.path());
        }
    }

    fn link_installed(&mut self, root: &Path, folder: &Path) -> io::Result<()> {
        for name in INSTALLED {
            let (source, link) = (root.join(folder).join(name), self.tree.join(folder).join(name));
            // A link of this name gets nothing that the workspace does not hold.
            if fs::symlink_metadata(&source).is_ok_and(|it| it.is_dir())
                && fs::symlink_metadata(&link).is_err()
            {
                self.installed.push(source.canonicalize()?);
                link_to(&source, &link)?;
            }
        }
        Ok(())
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        // What is left of it is swept away later.
        let _ = fs::remove_dir_all(&self.tree);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_at_their_places_beside_what_was_installed() {
        let dir = tempfile::tempdir().unwrap();
        let (root, tree) = (dir.path().join("w"), dir.path().join("s/drafts"));
        fs::create_dir_all(root.join("web/node_modules/tool")).unwrap();
        fs::write(root.join("web/node_modules/tool/run.js"), "run").unwrap();
        let file = ("web/src/a.ts".to_owned(), b"let a".to_vec());
        let drafts = Drafts::write(&tree, &root, &[file]).unwrap();
        assert_eq!(drafts.read("web/src/a.ts").unwrap(), b"let a");
        assert_eq!(fs::read(tree.join("web/node_modules/tool/run.js")).unwrap(), b"run");
        assert_eq!(drafts.installed, [root.join("web/node_modules").canonicalize().unwrap()]);
        drop(drafts);
        assert!(!tree.exists() && root.join("web/node_modules/tool/run.js").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_a_program_left_is_not_read_through() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("drafts");
        fs::write(dir.path().join("secret"), "secret").unwrap();
        let files = ["a", "in/secret"].map(|it| (it.to_owned(), Vec::new()));
        let drafts = Drafts::write(&tree, dir.path(), &files).unwrap();
        assert!(drafts.read("a").is_ok() && drafts.read("in/secret").is_ok());
        fs::remove_file(tree.join("a")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), tree.join("a")).unwrap();
        assert!(drafts.read("a").is_err());
        fs::remove_dir_all(tree.join("in")).unwrap();
        std::os::unix::fs::symlink(dir.path(), tree.join("in")).unwrap();
        assert!(drafts.read("in/secret").is_err());
    }

    #[test]
    fn a_draft_of_what_is_installed_is_not_written_into_the_workspace() {
        let dir = tempfile::tempdir().unwrap();
        let (root, tree) = (dir.path().join("w"), dir.path().join("drafts"));
        fs::create_dir_all(root.join("node_modules")).unwrap();
        fs::write(root.join("node_modules/own.js"), "before").unwrap();
        let files = ["a.js", "node_modules/own.js"].map(|it| (it.to_owned(), b"after".to_vec()));
        let drafts = Drafts::write(&tree, &root, &files).unwrap();
        assert_eq!(drafts.read("node_modules/own.js").unwrap(), b"after");
        assert_eq!(fs::read(root.join("node_modules/own.js")).unwrap(), b"before");
    }

    #[test]
    fn what_killed_programs_left_is_swept_away() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("left/in")).unwrap();
        Drafts::sweep(dir.path(), 1_000);
        assert!(dir.path().join("left").exists());
        Drafts::sweep(dir.path(), u64::from(u32::MAX) * 1_000);
        assert!(!dir.path().join("left").exists());
    }
}
