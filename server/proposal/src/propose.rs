//! From a draft to a proposal: simulated, measured, weighed.

use std::{fmt, sync::Arc};

use syntax::FileFacts;
use vfs::{ContentHash, VfsPath};

use crate::{
    Draft, FilePlan, Impact, Present, Proposal, ProposalId, SimulateError, SimulatedFile,
    Simulation,
    annotate::{Annotated, annotate},
    code::{Code, code, syntax_problems, unfit},
    lines, risk,
    rollback::rollback,
    secret::is_secret,
    show, simulate,
};

/// A change of more files is refused.
pub const PROPOSAL_FILES_MAX: usize = 5_000;
/// A change that meets or leaves more bytes than this is refused.
pub const PROPOSAL_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What a proposal is made in.
pub struct Context<'a> {
    /// The id it will have.
    pub id: ProposalId,
    /// This moment, in milliseconds since 1970.
    pub now_ms: u64,
    /// The folders of the workspace; nothing outside them is changed.
    pub roots: &'a [VfsPath],
    /// The texts of this moment.
    pub present: &'a Present<'a>,
    /// The facts of a file whose bytes have this hash, where they are known; saves parsing it.
    pub facts: &'a dyn Fn(&VfsPath, ContentHash) -> Option<Arc<FileFacts>>,
}

/// How closely a draft is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// What is not known of its files is found out.
    Closely,
    /// It leads back to texts that were looked at before.
    Again,
}

/// Why a draft becomes no proposal. Every variant says the file or the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposeError {
    /// It changes nothing.
    Empty,
    /// It does not fit the texts of this moment.
    Simulate(SimulateError),
    /// It would touch a file outside the workspace.
    Outside(VfsPath),
    /// It would touch what nobody but git writes.
    Forbidden(VfsPath),
    /// It touches more files than [`PROPOSAL_FILES_MAX`].
    TooManyFiles(usize),
    /// It touches more bytes than [`PROPOSAL_BYTES_MAX`].
    TooManyBytes(usize),
}

impl fmt::Display for ProposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProposeError::Empty => f.write_str("the change is empty"),
            ProposeError::Simulate(error) => error.fmt(f),
            ProposeError::Outside(path) => write!(f, "{path}: outside the workspace"),
            ProposeError::Forbidden(path) => write!(f, "{path}: belongs to git"),
            ProposeError::TooManyFiles(n) => {
                write!(f, "the change touches {n} files, more than {PROPOSAL_FILES_MAX}")
            }
            ProposeError::TooManyBytes(n) => {
                write!(f, "the change touches {n} bytes, more than {PROPOSAL_BYTES_MAX}")
            }
        }
    }
}

impl std::error::Error for ProposeError {}

/// Looks at `draft`: carries it out in an overlay, parses what it leaves, and says what it touches
/// and how dangerous it is. Gives the simulation too: the texts that a diff is made of.
///
/// # Errors
/// [`ProposeError`] where it cannot be made or is not allowed.
pub fn propose(draft: Draft, ctx: &Context<'_>) -> Result<(Proposal, Simulation), ProposeError> {
    propose_looking(draft, ctx, Look::Closely)
}

pub(crate) fn propose_looking(
    draft: Draft,
    ctx: &Context<'_>,
    look: Look,
) -> Result<(Proposal, Simulation), ProposeError> {
    if draft.change.is_empty() {
        return Err(ProposeError::Empty);
    }
    check_places(&draft.change.paths(), ctx.roots)?;
    let mut simulation = simulate(&draft.change, ctx.present).map_err(ProposeError::Simulate)?;
    if simulation.files.is_empty() {
        return Err(ProposeError::Empty);
    }
    let n_bytes = simulation.files.iter().map(|it| size(&it.pre) + size(&it.post)).sum();
    if PROPOSAL_BYTES_MAX < n_bytes {
        return Err(ProposeError::TooManyBytes(n_bytes));
    }
    let code = code(&simulation, ctx, look);
    let annotated = annotate(&draft, &code, ctx.roots);
    let mut impact = impact(&simulation, &code, &annotated);
    if look == Look::Closely {
        impact.syntax_errors = syntax_problems(&mut simulation, &code, &draft.leaves, ctx);
        impact.rollback = rollback(&simulation, ctx.present);
    }
    let risk = risk::risk(&risk::Facts {
        impact: &impact,
        simulation: &simulation,
        left: &draft.left,
        unfit: &unfit(&simulation, ctx),
        show: &|path| show::path(path, ctx.roots),
    });
    let proposal = Proposal {
        id: ctx.id.clone(),
        title: draft.title,
        reason: draft.reason,
        origin: draft.origin,
        created_ms: ctx.now_ms,
        change: draft.change,
        files: simulation.files.iter().map(plan).collect(),
        annotations: annotated.annotations,
        risk,
        impact,
        left: draft.left,
        reverses: None,
        is_redacted: false,
        part_of: None,
        rejected: Vec::new(),
    };
    Ok((proposal, simulation))
}

fn check_places(paths: &[VfsPath], roots: &[VfsPath]) -> Result<(), ProposeError> {
    if PROPOSAL_FILES_MAX < paths.len() {
        return Err(ProposeError::TooManyFiles(paths.len()));
    }
    for path in paths {
        if !roots.iter().any(|root| path != root && path.starts_with(root)) {
            return Err(ProposeError::Outside(path.clone()));
        }
        if path.as_str().split('/').any(|it| it == ".git") {
            return Err(ProposeError::Forbidden(path.clone()));
        }
    }
    Ok(())
}

fn size(bytes: &Option<Arc<[u8]>>) -> usize {
    bytes.as_ref().map_or(0, |it| it.len())
}

fn plan(file: &SimulatedFile) -> FilePlan {
    FilePlan {
        before: file.before.clone(),
        after: file.after.clone(),
        hash_before: file.pre.as_deref().map(ContentHash::of),
        hash_after: file.post.as_deref().map(ContentHash::of),
        version: file.version,
        leads_to: file.leads_to.clone(),
        is_secret: file.before.iter().chain(&file.after).any(is_secret),
        root_nth: None,
        flip: None,
    }
}

fn impact(simulation: &Simulation, code: &Code, annotated: &Annotated) -> Impact {
    let files = &simulation.files;
    let count = |is: &dyn Fn(&SimulatedFile) -> bool| files.iter().filter(|it| is(it)).count();
    let mut res = Impact {
        files: files.len(),
        created: count(&|it| it.before.is_none()),
        deleted: count(&|it| it.after.is_none()),
        renamed: count(&|it| it.before.is_some() && it.after.is_some() && it.before != it.after),
        references: annotated.n_references,
        exported: annotated.exported.clone(),
        ..Impact::default()
    };
    for file in files {
        let facts = file.before.as_ref().and_then(|it| code.get(it));
        if facts.is_some_and(|it| it.is_test) {
            res.tests.push(file.path().clone());
        }
        if let Some(facts) = facts.filter(|_| file.after.is_none()) {
            let exported = facts.symbols().filter(|it| it.1.exported && it.1.parent.is_none());
            res.exported.extend(exported.map(|it| facts.name(it.1.name).to_owned()));
        }
        if file.pre == file.post {
            continue;
        }
        let old = lines::split(file.pre_text().unwrap_or_default());
        let new = lines::split(file.post_text().unwrap_or_default());
        for hunk in lines::hunks(&old, &new) {
            res.lines_removed += hunk.old.len();
            res.lines_added += hunk.new.len();
        }
    }
    res
}
