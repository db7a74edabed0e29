//! A proposal as parts that can be taken one by one: hunks of lines, and files that come, go or
//! move.

use std::{collections::BTreeSet, fmt, ops::Range};

use text::{TextEdit, TextEdits};
use vfs::{FileOperation, SourceChange, VfsPath};

use crate::{
    ChangeAnnotation, Draft, FilePlan, Place, Proposal, SimulatedFile, Simulation,
    lines::{self, Hunk},
};

/// Which part of a proposal: `2` is what becomes of its second file, `2.3` the third hunk in that.
/// A transaction has the same files and hunks as the proposal that it applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartId {
    /// The file, by its number in the proposal, from 0.
    pub file: u32,
    /// The hunk, by its number in the file, from 0; `None`: that the file comes, goes or moves.
    pub hunk: Option<u32>,
}

/// What a part does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Changes neighbouring lines.
    Hunk,
    /// Changes a secret file, whose lines are not shown.
    Hidden,
    /// Creates a file.
    Create,
    /// Deletes a file.
    Delete,
    /// Moves a file.
    Move,
}

/// One part of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub id: PartId,
    /// The file, by the path after the change, else before.
    pub path: VfsPath,
    /// What it does.
    pub kind: PartKind,
    /// The lines that go, from 0; empty for what is no hunk.
    pub old: Range<usize>,
    /// The lines that come.
    pub new: Range<usize>,
    /// Why, from the proposal's annotations.
    pub reasons: Vec<String>,
}

/// Why parts cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartsError {
    /// There is no such part.
    NoPart(PartId),
    /// Nothing was chosen.
    Nothing,
    /// Files that take each other's places come and go together, or not at all.
    Tangled(VfsPath),
}

impl fmt::Display for PartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hunk {
            None => write!(f, "{}", self.file + 1),
            Some(hunk) => write!(f, "{}.{}", self.file + 1, hunk + 1),
        }
    }
}

impl PartId {
    /// The id that is written `text`; `None` where no id is written so.
    pub fn parse(text: &str) -> Option<PartId> {
        let number = |it: &str| it.parse::<u32>().ok()?.checked_sub(1);
        match text.split_once('.') {
            None => Some(PartId { file: number(text)?, hunk: None }),
            Some((file, hunk)) => Some(PartId { file: number(file)?, hunk: Some(number(hunk)?) }),
        }
    }
}

impl fmt::Display for PartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartsError::NoPart(id) => write!(f, "there is no part {id}"),
            PartsError::Nothing => f.write_str("no part was chosen"),
            PartsError::Tangled(path) => {
                write!(f, "{path}: takes another file's place, so both are chosen or none")
            }
        }
    }
}

impl std::error::Error for PartsError {}

impl PartKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            PartKind::Hunk => "hunk",
            PartKind::Hidden => "hidden",
            PartKind::Create => "create",
            PartKind::Delete => "delete",
            PartKind::Move => "move",
        }
    }
}

/// All parts of `proposal`, by file and line. `simulation` holds its texts.
pub fn parts(proposal: &Proposal, simulation: &Simulation) -> Vec<Part> {
    let mut acc = Vec::new();
    for (nth, plan) in proposal.files.iter().enumerate() {
        let file = simulated(plan, simulation);
        if let Some(kind) = whole_kind(plan) {
            let reasons = operation_reasons(proposal, plan);
            acc.push(Part::new(nth, None, plan, kind, reasons));
        }
        let Some(cut) = Cut::of(plan, file) else { continue };
        for (hunk_nth, hunk) in cut.hunks.iter().enumerate() {
            let reasons = cut.reasons(proposal, plan, hunk);
            let part = Part::new(nth, Some(hunk_nth), plan, PartKind::Hunk, reasons);
            acc.push(Part { old: hunk.old.clone(), new: hunk.new.clone(), ..part });
        }
    }
    acc
}

/// The part of `proposal` that is `chosen`, as a draft over the same texts.
///
/// # Errors
/// [`PartsError`] where that is nothing, or cannot be taken by itself.
pub fn narrow(
    proposal: &Proposal,
    simulation: &Simulation,
    chosen: &BTreeSet<PartId>,
) -> Result<Draft, PartsError> {
    let all: BTreeSet<PartId> = parts(proposal, simulation).iter().map(|it| it.id).collect();
    if let Some(unknown) = chosen.iter().find(|it| !all.contains(it)) {
        return Err(PartsError::NoPart(*unknown));
    }
    if chosen.is_empty() {
        return Err(PartsError::Nothing);
    }
    let mut narrowed = Narrowed::new(proposal);
    narrowed.operations(chosen)?;
    for (nth, plan) in proposal.files.iter().enumerate() {
        narrowed.edits(nth, plan, simulated(plan, simulation), chosen);
    }
    let n_all = all.len();
    let title = match chosen.len() {
        n if n == n_all => proposal.title.clone(),
        n => format!("{} ({n} of {n_all} parts)", proposal.title),
    };
    let annotations = proposal.annotations.iter().zip(narrowed.places);
    let annotations = annotations.filter(|it| !it.1.is_empty());
    Ok(Draft {
        title,
        reason: proposal.reason.clone(),
        origin: proposal.origin.clone(),
        change: narrowed.change,
        annotations: annotations
            .map(|(it, places)| ChangeAnnotation { places, description: None, ..it.clone() })
            .collect(),
        left: proposal.left.clone(),
        ..Draft::default()
    })
}

impl Part {
    fn new(
        file: usize,
        hunk: Option<usize>,
        plan: &FilePlan,
        kind: PartKind,
        reasons: Vec<String>,
    ) -> Part {
        let id = PartId { file: file as u32, hunk: hunk.map(|it| it as u32) };
        Part { id, path: plan.path().clone(), kind, old: 0..0, new: 0..0, reasons }
    }

    /// What it does, in a few words: `creates src/a.rs` is said of the file, lines of a hunk.
    pub fn does(&self) -> &'static str {
        match self.kind {
            PartKind::Hunk => "changes lines",
            PartKind::Hidden => "changes a secret file",
            PartKind::Create => "creates the file",
            PartKind::Delete => "deletes the file",
            PartKind::Move => "moves the file",
        }
    }
}

/// The file of `simulation` that `plan` is about.
pub(crate) fn simulated<'a>(
    plan: &FilePlan,
    simulation: &'a Simulation,
) -> Option<&'a SimulatedFile> {
    simulation.files.iter().find(|it| it.before == plan.before && it.after == plan.after)
}

/// What becomes of the file as a whole, where that is a part.
fn whole_kind(plan: &FilePlan) -> Option<PartKind> {
    match (&plan.before, &plan.after) {
        (None, _) => Some(PartKind::Create),
        (_, None) => Some(PartKind::Delete),
        (Some(before), Some(after)) if before != after => Some(PartKind::Move),
        _ if plan.is_secret => Some(PartKind::Hidden),
        _ => None,
    }
}

/// A file's texts cut into hunks; only of files that are there before and after.
struct Cut<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    hunks: Vec<Hunk>,
}

impl<'a> Cut<'a> {
    fn of(plan: &FilePlan, file: Option<&'a SimulatedFile>) -> Option<Cut<'a>> {
        if plan.before.is_none() || plan.after.is_none() || plan.is_secret {
            return None;
        }
        let (old, new) = (file?.pre_text()?, file?.post_text()?);
        let (old, new) = (lines::split(old), lines::split(new));
        let hunks = lines::hunks(&old, &new);
        Some(Cut { old, new, hunks })
    }

    /// The bytes of the old text that `hunk` replaces.
    fn bytes(&self, hunk: &Hunk) -> Range<usize> {
        let start = lines::bytes(&self.old[..hunk.old.start]);
        start..start + lines::bytes(&self.old[hunk.old.clone()])
    }

    fn reasons(&self, proposal: &Proposal, plan: &FilePlan, hunk: &Hunk) -> Vec<String> {
        let Some((path, edits)) = edits_of(proposal, plan) else { return Vec::new() };
        let bytes = self.bytes(hunk);
        let mut res: Vec<String> = Vec::new();
        for (nth, _) in edits.iter().enumerate().filter(|it| touches(it.1, &bytes)) {
            let place = Place::Edit { path: path.clone(), nth };
            let label = proposal.annotation_of(&place).map(|it| it.1.label.clone());
            res.extend(label.filter(|it| !res.contains(it)));
        }
        res
    }
}

fn edits_of<'a>(
    proposal: &'a Proposal,
    plan: &'a FilePlan,
) -> Option<(&'a VfsPath, &'a TextEdits)> {
    let path = plan.before.as_ref()?;
    Some((path, proposal.change.edits.get(path)?))
}

fn touches(edit: &TextEdit, bytes: &Range<usize>) -> bool {
    let range = edit.range.to_usize();
    range.start <= bytes.end && bytes.start <= range.end
}

fn operation_reasons(proposal: &Proposal, plan: &FilePlan) -> Vec<String> {
    let operations = proposal.change.operations.iter().enumerate();
    let about = operations.filter(|it| is_about(it.1, plan));
    let labels = about.filter_map(|(nth, _)| {
        Some(proposal.annotation_of(&Place::Operation { nth })?.1.label.clone())
    });
    labels.collect()
}

fn is_about(operation: &FileOperation, plan: &FilePlan) -> bool {
    let (before, after) = (plan.before.as_ref(), plan.after.as_ref());
    match operation {
        FileOperation::Create { path, .. } => before.is_none() && after == Some(path),
        FileOperation::Delete { path } => after.is_none() && before == Some(path),
        FileOperation::Rename { from, to } => before == Some(from) && after == Some(to),
    }
}

/// A change that is being narrowed.
struct Narrowed<'a> {
    proposal: &'a Proposal,
    change: SourceChange,
    /// For each annotation of the proposal the places that are left of it.
    places: Vec<Vec<Place>>,
}

impl<'a> Narrowed<'a> {
    fn new(proposal: &'a Proposal) -> Narrowed<'a> {
        let places = vec![Vec::new(); proposal.annotations.len()];
        Narrowed { proposal, change: SourceChange::default(), places }
    }

    fn keep(&mut self, old: &Place, new: Place) {
        if let Some((nth, _)) = self.proposal.annotation_of(old) {
            self.places[nth].push(new);
        }
    }

    /// The operations of the chosen files. Where a path is in two of them, they are one part.
    fn operations(&mut self, chosen: &BTreeSet<PartId>) -> Result<(), PartsError> {
        let proposal = self.proposal;
        let whole = |nth: usize| chosen.contains(&PartId { file: nth as u32, hunk: None });
        let files = proposal.files.iter().enumerate();
        let operated: Vec<(usize, &FilePlan)> =
            files.filter(|it| whole_kind(it.1).is_some_and(|it| it != PartKind::Hidden)).collect();
        let tangled = repeated(&proposal.change.operations);
        if let Some(path) = tangled {
            let n_chosen = operated.iter().filter(|it| whole(it.0)).count();
            if n_chosen == 0 {
                return Ok(());
            }
            if n_chosen < operated.len() {
                return Err(PartsError::Tangled(path.clone()));
            }
        }
        for (nth, operation) in proposal.change.operations.iter().enumerate() {
            let is_chosen = tangled.is_some()
                || operated.iter().any(|it| whole(it.0) && is_about(operation, it.1));
            if is_chosen {
                let new = Place::Operation { nth: self.change.operations.len() };
                self.change.operations.push(operation.clone());
                self.keep(&Place::Operation { nth }, new);
            }
        }
        Ok(())
    }

    /// The edits of one file, as far as they are chosen.
    fn edits(
        &mut self,
        nth: usize,
        plan: &FilePlan,
        file: Option<&SimulatedFile>,
        chosen: &BTreeSet<PartId>,
    ) {
        let Some((path, edits)) = edits_of(self.proposal, plan) else { return };
        let file_nth = nth as u32;
        let is_on =
            |hunk: usize| chosen.contains(&PartId { file: file_nth, hunk: Some(hunk as u32) });
        let all: Vec<usize> = (0..edits.iter().len()).collect();
        let Some(cut) = Cut::of(plan, file) else {
            // Its lines are no parts: it is taken whole, or not.
            if chosen.contains(&PartId { file: file_nth, hunk: None }) {
                self.take(path, edits, &all);
            }
            return;
        };
        let n_on = (0..cut.hunks.len()).filter(|it| is_on(*it)).count();
        if n_on == cut.hunks.len() {
            return self.take(path, edits, &all);
        }
        if n_on == 0 {
            return;
        }
        let text = lines::compose(&cut.old, &cut.new, &cut.hunks, &is_on);
        let old = cut.old.concat();
        let on: Vec<Range<usize>> = (cut.hunks.iter().enumerate())
            .filter(|it| is_on(it.0))
            .map(|it| cut.bytes(it.1))
            .collect();
        let is_picked = |edit: &TextEdit| on.iter().any(|it| touches(edit, it));
        let picked: Vec<usize> =
            edits.iter().enumerate().filter(|it| is_picked(it.1)).map(|it| it.0).collect();
        let kept = picked.iter().filter_map(|it| edits.iter().nth(*it).cloned()).collect();
        match TextEdits::new(kept).ok().and_then(|it| it.apply(&old).ok()) {
            Some(res) if res == text => self.take(path, edits, &picked),
            // An edit reaches over several hunks: the lines are what was chosen.
            _ => drop(self.change.edits.insert(path.clone(), lines::edits(&old, &text))),
        }
    }

    fn take(&mut self, path: &VfsPath, edits: &TextEdits, nths: &[usize]) {
        let kept: Vec<TextEdit> = (edits.iter().enumerate())
            .filter(|it| nths.contains(&it.0))
            .map(|it| it.1.clone())
            .collect();
        for (new, old) in nths.iter().enumerate() {
            let place = |nth| Place::Edit { path: path.clone(), nth };
            self.keep(&place(*old), place(new));
        }
        let kept = TextEdits::new(kept).expect("some of disjoint edits are disjoint");
        self.change.edits.insert(path.clone(), kept);
    }
}

/// A path that two operations are about.
fn repeated(operations: &[FileOperation]) -> Option<&VfsPath> {
    let mut seen = BTreeSet::new();
    let paths = operations.iter().flat_map(|it| match it {
        FileOperation::Create { path, .. } | FileOperation::Delete { path } => vec![path],
        FileOperation::Rename { from, to } => vec![from, to],
    });
    paths.into_iter().find(|it| !seen.insert(*it))
}
