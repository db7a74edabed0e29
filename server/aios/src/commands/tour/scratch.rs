//! A copy of a workspace in a temporary folder, which remembers how every file was.

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use disk::Disk;
use vfs::{Listed, Loader as _, VfsPath, WalkLimits};

/// A larger workspace is not copied whole: the tour shows things, it does not measure them.
const FILES_COPIED_MAX: usize = 3_000;

/// The copy. It is deleted with this value.
pub(super) struct Scratch {
    folder: tempfile::TempDir,
    /// The top of the copy, in `folder`.
    root: PathBuf,
    /// Every file of the copy as it was at first.
    before: BTreeMap<PathBuf, Vec<u8>>,
    sources: Vec<PathBuf>,
}

impl Scratch {
    /// Copies the files of `root` that the server would index.
    pub(super) fn copy_of(root: &Path) -> anyhow::Result<Scratch> {
        let folder = tempfile::Builder::new().prefix("aios-tour-").tempdir()?;
        let copy = folder.path().canonicalize()?.join("workspace");
        fs::create_dir(&copy)?;
        let mut before = BTreeMap::new();
        for file in listed_files(root)? {
            let to = copy.join(file.strip_prefix(root).context("a file outside of its folder")?);
            let Ok(bytes) = fs::read(&file) else { continue };
            fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            fs::write(&to, &bytes).with_context(|| to.display().to_string())?;
            before.insert(to, bytes);
        }
        ensure!(!before.is_empty(), "{} holds no file that could be indexed", root.display());
        let sources = sources(before.keys());
        Ok(Scratch { folder, root: copy, before, sources })
    }

    /// The top of the copy.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the tour's server keeps its state.
    pub(super) fn state_dir(&self) -> &Path {
        self.folder.path()
    }

    /// How many files were copied.
    pub(super) fn n_files(&self) -> usize {
        self.before.len()
    }

    /// The files of the language that most files are written in.
    pub(super) fn sources(&self) -> &[PathBuf] {
        &self.sources
    }

    /// The files whose bytes are not those at first: edited, deleted, created.
    pub(super) fn changed(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut res: Vec<PathBuf> = Vec::new();
        for (path, bytes) in &self.before {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                res.push(path.clone());
            }
        }
        let created = listed_files(self.root())?;
        res.extend(created.into_iter().filter(|it| !self.before.contains_key(it)));
        Ok(res)
    }

    /// How many more syntax errors `path` has now than at first.
    pub(super) fn new_syntax_errors(&self, path: &Path) -> anyhow::Result<usize> {
        let before = self.before.get(path).map(|it| String::from_utf8_lossy(it).into_owned());
        let now = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let n_before = before.map_or(0, |it| n_syntax_errors(path, &it));
        Ok(n_syntax_errors(path, &now).saturating_sub(n_before))
    }
}

fn n_syntax_errors(path: &Path, text: &str) -> usize {
    let first_line = text.lines().next().unwrap_or_default();
    let language = grammars::language_for_path(&path.to_string_lossy(), first_line);
    language.map_or(0, |it| syntax::facts(&path.to_string_lossy(), text, it).errors.len())
}

fn listed_files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let root = VfsPath::from_path(root).context("the folder's name is not UTF-8")?;
    let mut files = Vec::new();
    let limits = WalkLimits { files_max: FILES_COPIED_MAX, ..WalkLimits::default() };
    Disk.list(&root, &limits, &mut |found| {
        if let Listed::File { path, .. } = found {
            files.push(path.as_path());
        }
        ControlFlow::Continue(())
    });
    files.sort();
    Ok(files)
}

/// Of `files` those in the programming language that most of them are written in.
fn sources<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Vec<PathBuf> {
    let mut by_language: BTreeMap<&str, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let language = grammars::language_for_path(&file.to_string_lossy(), "");
        let Some(language) = language.filter(|it| it.modules != grammars::Modules::None) else {
            continue;
        };
        by_language.entry(language.id).or_default().push(file.clone());
    }
    by_language.into_values().max_by_key(Vec::len).unwrap_or_default()
}
