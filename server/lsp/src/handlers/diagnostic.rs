//! `textDocument/diagnostic`: findings, for clients that pull them.

use engine::ClientChange;
use tower_lsp::{
    gen_lsp_types::{
        DocumentDiagnosticParams, DocumentDiagnosticReport, FullDocumentDiagnosticReport,
        RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
        UnchangedDocumentDiagnosticReport,
    },
    jsonrpc::Result,
};

use crate::{
    backend::Backend,
    findings::{diagnostics, result_id},
    from_proto,
};

pub(crate) async fn handle_document_diagnostic(
    backend: &Backend,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReport> {
    let path = from_proto::path(&params.text_document)?;
    let others = backend.link().others.clone();
    let engine = backend.link().engine.clone();
    let answer = backend.link().read("diagnostics", move |view| {
        let items = match view.file(&path) {
            Some((file, _)) => diagnostics(view, &others, file)?,
            None => Vec::new(),
        };
        let id = result_id(&items);
        if params.previous_result_id.as_ref() == Some(&id) {
            let report = UnchangedDocumentDiagnosticReport { result_id: id };
            return Ok(DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(
                RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: report,
                },
            ));
        }
        if params.previous_result_id.is_some() || !items.is_empty() {
            engine.post(ClientChange::DiagnosticsChanged { path });
        }
        let report = FullDocumentDiagnosticReport { result_id: Some(id), items };
        Ok(DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(
            RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: report,
            },
        ))
    });
    answer.await
}
