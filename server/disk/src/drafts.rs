//! A few files by themselves, as a change would leave them, for a program that works on each alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
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
            let folder = to.parent().unwrap_or(tree);
            fs::create_dir_all(folder)?;
            fs::write(&to, bytes)?;
            let below = Path::new(relative).ancestors().skip(1);
            for folder in below {
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
        // A program may have left a link in its place, which may lead anywhere.
        match fs::symlink_metadata(&path)?.is_file() {
            true => fs::read(path),
            false => Err(io::ErrorKind::InvalidData.into()),
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
        // What is left of it is taken away by the next one.
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
        let file = ("a".to_owned(), Vec::new());
        let drafts = Drafts::write(&tree, dir.path(), &[file]).unwrap();
        fs::remove_file(tree.join("a")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), tree.join("a")).unwrap();
        assert!(drafts.read("a").is_err());
    }
}
