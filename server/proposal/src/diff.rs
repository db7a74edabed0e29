//! A proposal as a unified diff: the text of the diff document and of `aios show`.

use vfs::VfsPath;

use crate::{Proposal, Simulation};

/// How a diff is written.
#[derive(Clone, Copy, Debug)]
pub struct DiffStyle<'a> {
    /// The folders of the workspace; paths are written below them.
    pub roots: &'a [VfsPath],
    /// The lines that say how the reader answers, without a leading `#`.
    pub answers: &'a [&'a str],
}

/// What a line of a diff is; a terminal colours by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffLineKind {
    /// The proposal's own lines at the top.
    Title,
    /// What the proposal says of itself.
    Header,
    /// The head of a file.
    File,
    /// The head of a hunk.
    Hunk,
    /// The same before and after.
    Context,
    /// New.
    Added,
    /// Gone.
    Removed,
    /// A remark that is no part of the texts.
    Note,
}

/// One line of a diff, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What it is.
    pub kind: DiffLineKind,
    /// Its text, with the `+` or `-`.
    pub text: String,
    /// The file, by its number in the proposal, and the hunk in it that the line belongs to.
    pub place: Option<(usize, usize)>,
}

/// The diff of `proposal` as lines; `simulation` holds the texts. Contents of secret files are not
/// shown.
pub fn diff_lines(
    proposal: &Proposal,
    simulation: &Simulation,
    style: &DiffStyle<'_>,
) -> Vec<DiffLine> {
    let _ = (proposal, simulation, style);
    todo!()
}

/// The same as one text.
pub fn diff_text(proposal: &Proposal, simulation: &Simulation, style: &DiffStyle<'_>) -> String {
    diff_lines(proposal, simulation, style).iter().fold(String::new(), |mut acc, it| {
        acc.push_str(&it.text);
        acc.push('\n');
        acc
    })
}
