//! What can be done in the documents that the server writes: the diff of a proposal, the list of
//! changes, what is not trusted.

use engine::Standing;
use proposal::{
    HistoryPlace, Mark, Marked, PartId, ProposalId, TransactionKind, history_at, mark_at, marks,
};
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types::{self as proto, CodeAction, CodeActionKind};
use vfs::VfsPath;

use crate::{ext, handlers::code_action::with_command, view::View};

/// The document that lists the changes, in the folder of proposals.
const HISTORY_DOCUMENT: &str = "history.txt";
/// The document that shows what is not trusted, there too.
const TRUST_DOCUMENT: &str = "trust.diff";

/// The actions of such a document, with the cursor on `line` (from 0).
pub(crate) fn document_actions(
    acc: &mut Vec<CodeAction>,
    view: &View<'_>,
    path: &VfsPath,
    line: u32,
) {
    let Some(document) = Document::open(view, path) else { return };
    match &document.kind {
        Kind::Diff(proposal) => document.diff_actions(acc, proposal, line as usize),
        Kind::History => document.history_actions(acc, line as usize),
        Kind::Trust => acc.extend(document.trust_action()),
    }
}

enum Kind {
    /// The diff of this proposal.
    Diff(ProposalId),
    /// The list of changes.
    History,
    /// What is not trusted.
    Trust,
}

struct Document<'a> {
    view: &'a View<'a>,
    path: &'a VfsPath,
    kind: Kind,
    /// Its text and version in the editor; a closed document is not acted in.
    text: String,
    version: i32,
}

impl<'a> Document<'a> {
    fn open(view: &'a View<'a>, path: &'a VfsPath) -> Option<Document<'a>> {
        let name = path.relative_to(view.snapshot.proposals_folder.as_ref()?)?;
        let kind = match name {
            HISTORY_DOCUMENT => Kind::History,
            TRUST_DOCUMENT => Kind::Trust,
            _ => Kind::Diff(ProposalId::parse(name.split('.').next()?)?),
        };
        let file = view.snapshot.vfs.file_id(path)?;
        let overlay = view.snapshot.vfs.overlay(file)?;
        let (text, version) = (overlay.rope.to_string(), overlay.version);
        Some(Document { view, path, kind, text, version })
    }

    /// Answers to the whole proposal, to the part under the cursor, and to what is marked.
    fn diff_actions(&self, acc: &mut Vec<CodeAction>, proposal: &ProposalId, line: usize) {
        let id = json!({ "proposal": proposal.as_str() });
        acc.push(answer("AIOS: apply this proposal", ext::APPLY_PROPOSAL, id.clone(), true));
        acc.push(answer("AIOS: reject this proposal", ext::REJECT_PROPOSAL, id.clone(), false));
        acc.push(self.checking("AIOS: check this proposal", id));
        let marks = marks(&self.text);
        if let Some(here) = mark_at(&self.text, line) {
            let what = if here.id.hunk.is_some() { "hunk" } else { "file operation" };
            for (word, mark) in [("accept", Mark::Accepted), ("reject", Mark::Rejected)] {
                if here.mark != mark {
                    let title = format!("AIOS: {word} this {what} ({})", here.id);
                    acc.push(self.marking(&title, std::slice::from_ref(&here), mark));
                }
            }
        }
        if marks.len() < 2 && marks.iter().all(|it| it.mark == Mark::Open) {
            return;
        }
        for (word, mark) in [("accept", Mark::Accepted), ("reject", Mark::Rejected)] {
            acc.push(self.marking(&format!("AIOS: {word} all hunks"), &marks, mark));
        }
        let of = |mark: Mark| {
            let ids = marks.iter().filter(|it| it.mark == mark).map(|it| it.id);
            ids.collect::<Vec<PartId>>()
        };
        let (accepted, rejected) = (of(Mark::Accepted), of(Mark::Rejected));
        if !accepted.is_empty() {
            let title = format!("AIOS: apply accepted ({} of {})", accepted.len(), marks.len());
            let argument = json!({
                "proposal": proposal.as_str(),
                "parts": written(&accepted),
                "reject": written(&rejected),
            });
            acc.push(answer(&title, ext::APPLY_PROPOSAL, argument, false));
        }
    }

    /// An action that runs the project's checks, greyed where they must not be run.
    fn checking(&self, title: &str, of: Value) -> CodeAction {
        CodeAction { disabled: unchecked(self.view), ..answer(title, ext::VERIFY, of, false) }
    }

    /// An action that sets `mark` at all of `places`, by an edit that the editor makes by itself.
    fn marking(&self, title: &str, places: &[Marked], mark: Mark) -> CodeAction {
        let edits = places.iter().filter(|it| it.mark != mark).map(|it| {
            // All before a mark is ASCII, so that bytes are columns in every encoding.
            let position = |character: usize| proto::Position {
                line: it.line as u32,
                character: character as u32,
            };
            proto::TextEdit {
                range: proto::Range {
                    start: position(it.columns.start),
                    end: position(it.columns.end),
                },
                new_text: mark.sign().to_owned(),
            }
        });
        CodeAction {
            title: title.to_owned(),
            kind: Some(CodeActionKind::from("quickfix.aios")),
            edit: Some(self.workspace_edit(edits.collect())),
            ..CodeAction::default()
        }
    }

    /// Trusts what the document shows, and nothing that came after it was written.
    fn trust_action(&self) -> Option<CodeAction> {
        let seen = engine::seen_in_trust_document(&self.text)?;
        Some(answer("AIOS: trust these files", ext::TRUST, json!({ "seen": seen }), true))
    }

    fn workspace_edit(&self, edits: Vec<proto::TextEdit>) -> proto::WorkspaceEdit {
        let uri = self.view.uri(self.path);
        if !self.view.session.can.document_changes {
            return proto::WorkspaceEdit {
                changes: Some([(uri, edits)].into_iter().collect()),
                document_changes: None,
                change_annotations: None,
            };
        }
        let edit = proto::TextDocumentEdit {
            text_document: proto::OptionalVersionedTextDocumentIdentifier {
                version: Some(self.version),
                text_document_identifier: proto::TextDocumentIdentifier { uri },
            },
            edits: edits.into_iter().map(proto::Edit::from).collect(),
        };
        proto::WorkspaceEdit {
            changes: None,
            document_changes: Some(vec![edit.into()]),
            change_annotations: None,
        }
    }

    /// Undo and redo of the change under the cursor, and of its file under the cursor.
    fn history_actions(&self, acc: &mut Vec<CodeAction>, line: usize) {
        let Some(HistoryPlace { transaction, file }) = history_at(&self.text, line) else { return };
        let Some(journal) = &self.view.snapshot.journal else { return };
        let Ok(known) = journal.transaction(&transaction) else { return };
        let verbs = [("undo", ext::UNDO), ("redo", ext::REDO)];
        let id = transaction.as_str();
        for (verb, command) in verbs {
            let is_of_undo = known.kind == TransactionKind::Undo;
            if !(is_of_undo && command == ext::REDO) {
                let title = format!("AIOS: {verb} this change ({})", known.title);
                acc.push(answer(&title, command, json!({ "transaction": id }), false));
            }
        }
        let path = file.and_then(|it| known.files.get(it as usize));
        if known.kind != TransactionKind::Undo {
            let of = json!({ "proposal": known.proposal.as_str() });
            acc.push(self.checking(&format!("AIOS: check this change ({})", known.title), of));
        }
        let (Some(file), Some(path)) = (file, path.map(|it| &it.path)) else { return };
        if known.kind != TransactionKind::Apply {
            return;
        }
        let name = path.file_name().unwrap_or(path.as_str());
        for (verb, command) in verbs {
            let part = PartId { file, hunk: None }.to_string();
            let argument = json!({ "transaction": id, "parts": [part] });
            acc.push(answer(&format!("AIOS: {verb} this file ({name})"), command, argument, false));
        }
    }
}

/// Runs the checks of the project as it is, in any of its files.
pub(crate) fn check_action(view: &View<'_>) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::from("source.aios.verify")),
        disabled: unchecked(view),
        ..with_command("AIOS: run the project's checks", ext::VERIFY, json!({}))
    }
}

/// Why the project's checks must not be run.
fn unchecked(view: &View<'_>) -> Option<proto::CodeActionDisabled> {
    let is_trusted = view.snapshot.own.standing == Standing::Trusted;
    (!is_trusted).then(|| proto::CodeActionDisabled {
        reason: "checks run the project's own code: trust the workspace first (aios.trust)"
            .to_owned(),
    })
}

fn written(parts: &[PartId]) -> Vec<String> {
    parts.iter().map(PartId::to_string).collect()
}

fn answer(title: &str, command: &str, argument: Value, is_preferred: bool) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::from("quickfix.aios")),
        is_preferred: Some(is_preferred),
        ..with_command(title, command, argument)
    }
}
