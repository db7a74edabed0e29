//! Between our values and the rows of the store.

use std::collections::BTreeMap;

use store::history::{
    AnnotationRow, EditRow, FileEditsRow, FilePlanRow, FlipRow, ImpactRow, LeftRow, OperationRow,
    PlaceRow, ProposalBody, ProposalRow, ProposalState, ReversalRow, RiskReasonRow,
};
use text::{TextEdit, TextEdits, TextRange};
use vfs::{ContentHash, FileOperation, SourceChange, VfsPath};

use crate::{
    ChangeAnnotation, FilePlan, Flip, Impact, LeftSite, Origin, PartId, Place, Proposal,
    ProposalId, Reverses, Risk, RiskKind, RiskLevel, RiskReason, SyntaxProblem, TransactionId,
    impact_rows::{effect, effect_row, rollback, rollback_row},
    is_secret,
};

/// The row of a new proposal, without the texts of secret files.
pub(crate) fn row(proposal: &Proposal) -> ProposalRow {
    ProposalRow {
        id: proposal.id.to_string(),
        created_ms: proposal.created_ms,
        state: ProposalState::Pending,
        title: proposal.title.clone(),
        reason: proposal.reason.clone(),
        caller: proposal.origin.caller.clone(),
        action: proposal.origin.action.clone(),
        body: body(proposal),
    }
}

/// True where the row of `proposal` lacks some of its texts.
pub(crate) fn is_redacted(proposal: &Proposal) -> bool {
    let creates_secret = proposal.change.operations.iter().any(|it| match it {
        FileOperation::Create { path, .. } => is_secret(path),
        _ => false,
    });
    creates_secret || proposal.change.edits.keys().any(|it| is_kept_back(proposal, it))
}

/// True where the file at `path`, before the change, is a secret or becomes one.
fn is_kept_back(proposal: &Proposal, path: &VfsPath) -> bool {
    let becomes_secret = |it: &FilePlan| it.is_secret && it.before.as_ref() == Some(path);
    is_secret(path) || proposal.files.iter().any(becomes_secret)
}

fn body(proposal: &Proposal) -> ProposalBody {
    let change = &proposal.change;
    ProposalBody {
        files: proposal.files.iter().map(plan_row).collect(),
        edits: change
            .edits
            .iter()
            .filter(|it| !is_kept_back(proposal, it.0))
            .map(edits_row)
            .collect(),
        operations: change.operations.iter().map(operation_row).collect(),
        annotations: proposal.annotations.iter().map(annotation_row).collect(),
        risk: proposal.risk.level as u8,
        risk_reasons: proposal.risk.reasons.iter().map(reason_row).collect(),
        impact: impact_row(&proposal.impact),
        left: proposal.left.iter().map(left_row).collect(),
        reverses: proposal.reverses.as_ref().map(|it| ReversalRow {
            root: it.root.to_string(),
            is_undo: it.is_undo,
            already: it.already.clone(),
            already_flips: it.already_flips.iter().map(|it| (it.0, flip_row(&it.1))).collect(),
        }),
        is_redacted: is_redacted(proposal),
        part_of: proposal.part_of.as_ref().map(ProposalId::to_string),
        rejected: proposal.rejected.iter().map(|it| (it.file, it.hunk)).collect(),
    }
}

fn plan_row(it: &FilePlan) -> FilePlanRow {
    FilePlanRow {
        before: it.before.as_ref().map(VfsPath::to_string),
        after: it.after.as_ref().map(VfsPath::to_string),
        hash_before: it.hash_before.map(|it| *it.as_bytes()),
        hash_after: it.hash_after.map(|it| *it.as_bytes()),
        version: it.version,
        leads_to: it.leads_to.as_ref().map(VfsPath::to_string),
        is_secret: it.is_secret,
        root_nth: it.root_nth,
        flip: it.flip.as_ref().map(flip_row),
    }
}

fn flip_row(it: &Flip) -> FlipRow {
    FlipRow { hunks: it.hunks.clone(), off: it.off.clone(), is_undone: it.is_undone }
}

fn edits_row((path, edits): (&VfsPath, &TextEdits)) -> FileEditsRow {
    let edit = |it: &TextEdit| EditRow {
        start: it.range.start().raw(),
        end: it.range.end().raw(),
        text: it.text.clone(),
    };
    FileEditsRow { path: path.to_string(), edits: edits.iter().map(edit).collect() }
}

fn operation_row(operation: &FileOperation) -> OperationRow {
    match operation {
        FileOperation::Create { path, text } => OperationRow::Create {
            path: path.to_string(),
            text: if is_secret(path) { String::new() } else { text.clone() },
        },
        FileOperation::Delete { path } => OperationRow::Delete { path: path.to_string() },
        FileOperation::Rename { from, to } => {
            OperationRow::Rename { from: from.to_string(), to: to.to_string() }
        }
    }
}

fn annotation_row(it: &ChangeAnnotation) -> AnnotationRow {
    let place = |it: &Place| match it {
        Place::Edit { path, nth } => PlaceRow::Edit { path: path.to_string(), nth: *nth as u32 },
        Place::Operation { nth } => PlaceRow::Operation { nth: *nth as u32 },
    };
    AnnotationRow {
        label: it.label.clone(),
        description: it.description.clone(),
        places: it.places.iter().map(place).collect(),
    }
}

fn reason_row(it: &RiskReason) -> RiskReasonRow {
    RiskReasonRow {
        level: it.level as u8,
        kind: it.kind.name().to_owned(),
        detail: it.detail.clone(),
    }
}

fn impact_row(it: &Impact) -> ImpactRow {
    let problem = |it: &SyntaxProblem| (it.path.to_string(), it.line);
    ImpactRow {
        files: it.files as u32,
        created: it.created as u32,
        deleted: it.deleted as u32,
        renamed: it.renamed as u32,
        lines_added: it.lines_added as u32,
        lines_removed: it.lines_removed as u32,
        references: it.references as u32,
        tests: it.tests.iter().map(VfsPath::to_string).collect(),
        syntax_errors: it.syntax_errors.iter().map(problem).collect(),
        exported: it.exported.clone(),
        effect: it.effect.as_ref().map(effect_row),
        rollback: rollback_row(&it.rollback),
    }
}

fn left_row(it: &LeftSite) -> LeftRow {
    LeftRow {
        path: it.path.to_string(),
        line: it.line,
        start: it.range.start().raw(),
        end: it.range.end().raw(),
        text: if is_secret(&it.path) { String::new() } else { it.text.clone() },
        reason: it.reason.clone(),
    }
}

/// The proposal of `row`; `Err` with what is wrong with it.
pub(crate) fn proposal(row: ProposalRow) -> Result<Proposal, String> {
    let body = row.body;
    let id = ProposalId::parse(&row.id).ok_or_else(|| wrong("id", &row.id))?;
    Ok(Proposal {
        id,
        title: row.title,
        reason: row.reason,
        origin: Origin { caller: row.caller, action: row.action },
        created_ms: row.created_ms,
        change: change(body.edits, body.operations)?,
        files: body.files.into_iter().map(plan).collect::<Result<_, _>>()?,
        annotations: body.annotations.into_iter().map(annotation).collect::<Result<_, _>>()?,
        risk: Risk {
            level: level(body.risk)?,
            reasons: body.risk_reasons.into_iter().filter_map(reason).collect(),
        },
        impact: impact(body.impact)?,
        left: body.left.into_iter().map(left).collect::<Result<_, _>>()?,
        reverses: body.reverses.map(reverses).transpose()?,
        is_redacted: body.is_redacted,
        part_of: body.part_of.as_deref().and_then(ProposalId::parse),
        rejected: body
            .rejected
            .iter()
            .map(|(file, hunk)| PartId { file: *file, hunk: *hunk })
            .collect(),
    })
}

fn change(edits: Vec<FileEditsRow>, operations: Vec<OperationRow>) -> Result<SourceChange, String> {
    let mut res = SourceChange { edits: BTreeMap::new(), operations: Vec::new() };
    for file in edits {
        let edits = file.edits.into_iter().map(|it| {
            let range = range(it.start, it.end)?;
            Ok(TextEdit { range, text: it.text })
        });
        let edits = TextEdits::new(edits.collect::<Result<_, String>>()?)
            .map_err(|error| error.to_string())?;
        res.edits.insert(path(&file.path)?, edits);
    }
    for operation in operations {
        res.operations.push(match operation {
            OperationRow::Create { path: at, text } => {
                FileOperation::Create { path: path(&at)?, text }
            }
            OperationRow::Delete { path: at } => FileOperation::Delete { path: path(&at)? },
            OperationRow::Rename { from, to } => {
                FileOperation::Rename { from: path(&from)?, to: path(&to)? }
            }
        });
    }
    Ok(res)
}

fn plan(it: FilePlanRow) -> Result<FilePlan, String> {
    let hash = |it: [u8; 32]| ContentHash::from_bytes(&it);
    if it.before.is_none() && it.after.is_none() {
        return Err("a file that is nowhere".to_owned());
    }
    Ok(FilePlan {
        before: it.before.as_deref().map(path).transpose()?,
        after: it.after.as_deref().map(path).transpose()?,
        hash_before: it.hash_before.and_then(hash),
        hash_after: it.hash_after.and_then(hash),
        version: it.version,
        leads_to: it.leads_to.as_deref().map(path).transpose()?,
        is_secret: it.is_secret,
        root_nth: it.root_nth,
        flip: it.flip.map(flip),
    })
}

fn flip(it: FlipRow) -> Flip {
    Flip { hunks: it.hunks, off: it.off, is_undone: it.is_undone }
}

fn annotation(it: AnnotationRow) -> Result<ChangeAnnotation, String> {
    let places = it.places.into_iter().map(|it| match it {
        PlaceRow::Edit { path: at, nth } => Ok(Place::Edit { path: path(&at)?, nth: nth as usize }),
        PlaceRow::Operation { nth } => Ok(Place::Operation { nth: nth as usize }),
    });
    Ok(ChangeAnnotation {
        label: it.label,
        description: it.description,
        places: places.collect::<Result<_, String>>()?,
    })
}

/// `None` for a kind of reason that a later version of this program knows.
fn reason(it: RiskReasonRow) -> Option<RiskReason> {
    let kind = RiskKind::from_name(&it.kind)?;
    Some(RiskReason { level: level(it.level).ok()?, kind, detail: it.detail })
}

fn level(it: u8) -> Result<RiskLevel, String> {
    let levels = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];
    levels.get(usize::from(it)).copied().ok_or_else(|| wrong("risk level", &it.to_string()))
}

fn impact(it: ImpactRow) -> Result<Impact, String> {
    let problems = it.syntax_errors.into_iter();
    let problems = problems.map(|(at, line)| Ok(SyntaxProblem { path: path(&at)?, line }));
    Ok(Impact {
        files: it.files as usize,
        created: it.created as usize,
        deleted: it.deleted as usize,
        renamed: it.renamed as usize,
        lines_added: it.lines_added as usize,
        lines_removed: it.lines_removed as usize,
        references: it.references as usize,
        tests: it.tests.iter().map(|it| path(it)).collect::<Result<_, _>>()?,
        syntax_errors: problems.collect::<Result<_, String>>()?,
        exported: it.exported,
        effect: it.effect.map(effect).transpose()?,
        rollback: rollback(it.rollback),
    })
}

fn left(it: LeftRow) -> Result<LeftSite, String> {
    Ok(LeftSite {
        path: path(&it.path)?,
        range: range(it.start, it.end)?,
        line: it.line,
        text: it.text,
        reason: it.reason,
    })
}

fn reverses(it: ReversalRow) -> Result<Reverses, String> {
    let root = TransactionId::parse(&it.root).ok_or_else(|| wrong("transaction", &it.root))?;
    let already_flips = it.already_flips.into_iter().map(|it| (it.0, flip(it.1))).collect();
    Ok(Reverses { root, is_undo: it.is_undo, already: it.already, already_flips })
}

fn range(start: u32, end: u32) -> Result<TextRange, String> {
    if end < start {
        return Err(format!("a range from {start} to {end}"));
    }
    Ok(TextRange::from_usize(start as usize, end as usize))
}

/// The path that is written `text` in a row.
pub(crate) fn path(text: &str) -> Result<VfsPath, String> {
    VfsPath::new(text).ok_or_else(|| wrong("path", text))
}

fn wrong(what: &str, text: &str) -> String {
    format!("`{text}` is no {what}")
}
