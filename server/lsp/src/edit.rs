//! A change as the edit that a client makes.

use std::{collections::BTreeMap, sync::Arc};

use proposal::{ChangeAnnotation, Place};
use text::{LineIndex, TextEdit, TextEdits, TextRange};
use tower_lsp::gen_lsp_types as proto;
use vfs::{FileOperation, SourceChange, VfsPath};

use crate::{
    session::Session,
    view::{Spellings, to_range},
};

/// A change with what it takes to write it in the protocol's words.
pub(crate) struct Written<'a> {
    pub(crate) change: &'a SourceChange,
    /// The lines of every text that is edited, before the edits.
    pub(crate) lines: &'a BTreeMap<VfsPath, Arc<LineIndex>>,
    /// Versions of the open documents; a closed file has none.
    pub(crate) versions: &'a BTreeMap<VfsPath, i32>,
    /// Reasons of the parts; sent to clients that can show them.
    pub(crate) annotations: &'a [ChangeAnnotation],
    /// Whether the user is to confirm each part.
    pub(crate) confirm: bool,
}

/// The client's way to write edits and paths.
#[derive(Clone, Copy)]
pub(crate) struct Style<'a> {
    pub(crate) session: &'a Session,
    pub(crate) spellings: &'a Spellings,
}

/// The edit, as far as the client can take it: without versions and file operations for a client
/// that knows only the older form.
pub(crate) fn workspace_edit(style: Style<'_>, written: &Written<'_>) -> proto::WorkspaceEdit {
    if !style.session.can.document_changes {
        return plain_edit(style, written);
    }
    let annotated = style.session.can.change_annotations;
    let ids = if annotated { annotation_ids(written.annotations) } else { BTreeMap::new() };
    let mut changes: Vec<proto::DocumentChange> = Vec::new();
    for (path, edits) in &written.change.edits {
        let edits = edits_of(style, written, path, edits, &ids);
        let version = written.versions.get(path).copied();
        changes.push(document_edit(style.spellings.uri(path), version, edits).into());
    }
    for (nth, operation) in written.change.operations.iter().enumerate() {
        let annotation = ids.get(&Place::Operation { nth }).cloned();
        add_operation(&mut changes, style, operation, annotation);
    }
    proto::WorkspaceEdit {
        changes: None,
        document_changes: Some(changes),
        change_annotations: (!ids.is_empty()).then(|| annotations(written)),
    }
}

fn plain_edit(style: Style<'_>, written: &Written<'_>) -> proto::WorkspaceEdit {
    let changes = written.change.edits.iter().map(|(path, edits)| {
        let edits = text_edits(style, written, path, edits).collect();
        (style.spellings.uri(path), edits)
    });
    proto::WorkspaceEdit {
        changes: Some(changes.collect()),
        document_changes: None,
        change_annotations: None,
    }
}

fn text_edits<'a>(
    style: Style<'a>,
    written: &'a Written<'_>,
    path: &VfsPath,
    edits: &'a TextEdits,
) -> impl Iterator<Item = proto::TextEdit> + use<'a> {
    let lines = written.lines.get(path).cloned().unwrap_or_default();
    let encoding = style.session.encoding;
    let mut end_before = None;
    edits.iter().map(move |it| {
        let at_end = added_at_end(&lines, it).filter(|at| end_before < Some(at.0.start()));
        end_before = Some(it.range.end());
        let (range, new_text) = at_end.unwrap_or_else(|| (it.range, it.text.clone()));
        proto::TextEdit { range: to_range(&lines, range, encoding), new_text }
    })
}

/// What adds lines behind the last one of a text, as an edit at the end of that line, which comes
/// to the same: Neovim leaves an empty line behind what it adds where there is no line yet.
fn added_at_end(lines: &LineIndex, edit: &TextEdit) -> Option<(TextRange, String)> {
    let last = lines.n_lines().checked_sub(1)?;
    let is_behind = edit.range.is_empty() && edit.range.start() == lines.len();
    if !is_behind || !lines.line(last)?.is_empty() {
        return None;
    }
    let line = lines.line(last.checked_sub(1)?)?;
    let end = match TextRange::new(line.end(), lines.len()).to_usize().len() {
        1 => "\n",
        _ => "\r\n",
    };
    let added = edit.text.strip_suffix(end).filter(|it| !it.ends_with('\r'))?;
    Some((TextRange::empty(line.end()), format!("{end}{added}")))
}

fn edits_of(
    style: Style<'_>,
    written: &Written<'_>,
    path: &VfsPath,
    edits: &TextEdits,
    ids: &BTreeMap<Place, String>,
) -> Vec<proto::Edit> {
    text_edits(style, written, path, edits)
        .enumerate()
        .map(|(nth, text_edit)| match ids.get(&Place::Edit { path: path.clone(), nth }) {
            Some(id) => proto::AnnotatedTextEdit { annotation_id: id.clone(), text_edit }.into(),
            None => text_edit.into(),
        })
        .collect()
}

fn document_edit(
    uri: proto::Uri,
    version: Option<i32>,
    edits: Vec<proto::Edit>,
) -> proto::TextDocumentEdit {
    let text_document_identifier = proto::TextDocumentIdentifier { uri };
    proto::TextDocumentEdit {
        text_document: proto::OptionalVersionedTextDocumentIdentifier {
            version,
            text_document_identifier,
        },
        edits,
    }
}

fn add_operation(
    acc: &mut Vec<proto::DocumentChange>,
    style: Style<'_>,
    operation: &FileOperation,
    annotation_id: Option<String>,
) {
    match operation {
        FileOperation::Create { path, text } => {
            let uri = style.spellings.uri(path);
            let create = proto::CreateFile {
                uri: uri.clone(),
                options: None,
                annotation_id: annotation_id.clone(),
            };
            acc.push(create.into());
            if !text.is_empty() {
                let text_edit =
                    proto::TextEdit { range: proto::Range::default(), new_text: text.clone() };
                let edit: proto::Edit = match annotation_id {
                    Some(annotation_id) => {
                        proto::AnnotatedTextEdit { annotation_id, text_edit }.into()
                    }
                    None => text_edit.into(),
                };
                acc.push(document_edit(uri, None, vec![edit]).into());
            }
        }
        FileOperation::Delete { path } => {
            let uri = style.spellings.uri(path);
            acc.push(proto::DeleteFile { uri, options: None, annotation_id }.into());
        }
        FileOperation::Rename { from, to } => {
            let (old_uri, new_uri) = (style.spellings.uri(from), style.spellings.uri(to));
            let rename = proto::RenameFile { old_uri, new_uri, options: None, annotation_id };
            acc.push(rename.into());
        }
    }
}

fn annotation_ids(annotations: &[ChangeAnnotation]) -> BTreeMap<Place, String> {
    let places = annotations.iter().enumerate();
    places
        .flat_map(|(nth, it)| {
            it.places.iter().map(move |place| (place.clone(), annotation_id(nth)))
        })
        .collect()
}

fn annotations(
    written: &Written<'_>,
) -> std::collections::HashMap<String, proto::ChangeAnnotation> {
    let annotation = |it: &ChangeAnnotation| proto::ChangeAnnotation {
        label: it.label.clone(),
        needs_confirmation: written.confirm.then_some(true),
        description: it.description.clone(),
    };
    let annotations = written.annotations.iter().enumerate();
    annotations.map(|(nth, it)| (annotation_id(nth), annotation(it))).collect()
}

fn annotation_id(nth: usize) -> String {
    format!("aios.{nth}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TEXT: &str = "pay()\nx = 😀pay\n";

    fn path(path: &str) -> VfsPath {
        VfsPath::new(path).unwrap()
    }

    fn edit(start: usize, end: usize) -> TextEdit {
        TextEdit { range: TextRange::from_usize(start, end), text: "buy".to_owned() }
    }

    fn place(nth: usize) -> Place {
        Place::Edit { path: path("/w/a.py"), nth }
    }

    /// Two edits of an open file, a file that is created and one that goes; one of the edits and
    /// the created file have reasons.
    fn check(declared: &Value, expected: &Value) {
        let params = json!({ "capabilities": declared });
        let session = Session::new(&serde_json::from_value(params).unwrap());
        let edits = TextEdits::new(vec![edit(0, 3), edit(14, 17)]).unwrap();
        let change = SourceChange {
            edits: BTreeMap::from([(path("/w/a.py"), edits)]),
            operations: vec![
                FileOperation::Create { path: path("/w/new.py"), text: "1\n".to_owned() },
                FileOperation::Delete { path: path("/w/old.py") },
            ],
        };
        let annotations = [ChangeAnnotation {
            label: "references".to_owned(),
            description: None,
            places: vec![place(1), Place::Operation { nth: 0 }],
        }];
        let written = Written {
            change: &change,
            lines: &BTreeMap::from([(path("/w/a.py"), Arc::new(LineIndex::new(TEXT)))]),
            versions: &BTreeMap::from([(path("/w/a.py"), 7)]),
            annotations: &annotations,
            confirm: true,
        };
        let style = Style { session: &session, spellings: &Spellings::default() };
        let actual = serde_json::to_value(workspace_edit(style, &written)).unwrap();
        assert_eq!(actual, *expected, "{actual:#}");
    }

    fn text_edit(line: u32, start: u32, end: u32) -> Value {
        let at = |character: u32| json!({ "line": line, "character": character });
        json!({ "range": { "start": at(start), "end": at(end) }, "newText": "buy" })
    }

    #[test]
    fn what_is_added_behind_the_last_line_is_added_at_its_end() {
        let check = |text: &str, at: usize, added: &str, expected: Option<(usize, &str)>| {
            let edit = TextEdit { range: TextRange::from_usize(at, at), text: added.to_owned() };
            let actual = added_at_end(&LineIndex::new(text), &edit);
            let expected =
                expected.map(|(at, text)| (TextRange::from_usize(at, at), text.to_owned()));
            assert_eq!(actual, expected, "{text:?} {added:?}");
        };
        check("a\nb\n", 4, "c\n", Some((3, "\nc")));
        check("a\r\n", 3, "b\r\n", Some((1, "\r\nb")));
        // Without a line end behind it the text would lose one; elsewhere nothing is amiss.
        check("a\nb\n", 4, "c", None);
        check("a\nb\n", 4, "c\r\n", None);
        check("a\nb", 3, "c\n", None);
        check("a\nb\n", 2, "c\n", None);
        check("", 0, "c\n", None);
    }

    #[test]
    fn a_client_of_the_first_days_gets_edits_by_uri() {
        let edits = json!([text_edit(0, 0, 3), text_edit(1, 6, 9)]);
        check(&json!({}), &json!({ "changes": { "file:///w/a.py": edits } }));
    }

    #[test]
    fn versions_operations_and_reasons_go_to_clients_that_take_them() {
        let declared = json!({
            "general": { "positionEncodings": ["utf-8"] },
            "workspace": {
                "workspaceEdit": { "documentChanges": true, "changeAnnotationSupport": {} },
            },
        });
        let mut second = text_edit(1, 8, 11);
        second["annotationId"] = json!("aios.0");
        let top = json!({ "line": 0, "character": 0 });
        let insert = json!({
            "range": { "start": top, "end": top },
            "newText": "1\n",
            "annotationId": "aios.0",
        });
        let expected = json!({
            "documentChanges": [
                {
                    "textDocument": { "uri": "file:///w/a.py", "version": 7 },
                    "edits": [text_edit(0, 0, 3), second],
                },
                { "kind": "create", "uri": "file:///w/new.py", "annotationId": "aios.0" },
                {
                    "textDocument": { "uri": "file:///w/new.py", "version": null },
                    "edits": [insert],
                },
                { "kind": "delete", "uri": "file:///w/old.py" },
            ],
            "changeAnnotations": {
                "aios.0": { "label": "references", "needsConfirmation": true },
            },
        });
        check(&declared, &expected);
    }
}
