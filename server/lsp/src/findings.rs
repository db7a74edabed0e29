//! Findings as the protocol's diagnostics: which rules count for a document, and how bad each is.

use std::hash::{Hash as _, Hasher as _};

use engine::ReadError;
use ide::{Finding, Rule, Rules};
use rustc_hash::FxHasher;
use settings::Severity;
use text::TextRange;
use tower_lsp::gen_lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
};
use vfs::FileId;

use crate::{others::Others, own_findings::own_findings, view::View};

/// The diagnostics of a file: what is certain, as the settings want it, and what the last review
/// found.
pub(crate) fn diagnostics(
    view: &View<'_>,
    others: &Others,
    file: FileId,
) -> Result<Vec<Diagnostic>, ReadError> {
    let mut all = certain(view, others, file)?;
    let known: Vec<_> = all.iter().map(|it| (it.range, it.code.clone())).collect();
    let found = view.snapshot.found_in(file);
    let found = found.into_iter().map(|it| of_finding(view, file, it));
    all.extend(found.filter(|it| !known.contains(&(it.range, it.code.clone()))));
    Ok(all)
}

fn of_finding(
    view: &View<'_>,
    file: FileId,
    (range, finding): (TextRange, &agent::Finding),
) -> Diagnostic {
    let related = finding.related.iter().filter_map(|(path, range, word)| {
        let file = view.snapshot.file(path).ok()?;
        let location = view.location(file, *range);
        Some(DiagnosticRelatedInformation { location, message: word.clone() })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    let can_relate = view.session.can.related_information && !related.is_empty();
    Diagnostic {
        range: view.location(file, range).range,
        severity: Some(DiagnosticSeverity::Information),
        code: Some(finding.rule.to_owned().into()),
        code_description: None,
        source: Some("aios".to_owned()),
        message: finding.message.clone().into(),
        tags: None,
        related_information: can_relate.then_some(related),
        data: None,
    }
}

/// The diagnostics of a file that need no review, as the settings want them.
fn certain(view: &View<'_>, others: &Others, file: FileId) -> Result<Vec<Diagnostic>, ReadError> {
    let snapshot = view.snapshot;
    let wanted = snapshot.settings.findings;
    // A compiler or its server says the same, and better.
    let alone = !others.has_other(view, file);
    let rules = Rules {
        import_cycles: wanted.import_cycles.is_some(),
        unresolved_imports: wanted.unresolved_imports.is_some() && alone,
        unused_private: wanted.unused_private.is_some() && alone,
    };
    let own = own_findings(view, file);
    if rules == Rules::default() || !own.is_empty() {
        return Ok(own);
    }
    let found = snapshot.analysis.findings(file, rules, &|path| snapshot.may_exist(path))?;
    let severity = |rule| match rule {
        Rule::ImportCycle => wanted.import_cycles,
        Rule::UnresolvedImport => wanted.unresolved_imports,
        Rule::UnusedPrivate => wanted.unused_private,
    };
    Ok(found.iter().map(|it| diagnostic(view, file, it, severity(it.rule))).collect())
}

/// A name for an answer: the same for the same diagnostics, whatever else has changed.
pub(crate) fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = FxHasher::default();
    let text = serde_json::to_string(diagnostics).expect("diagnostics are plain data");
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn diagnostic(
    view: &View<'_>,
    file: FileId,
    finding: &Finding,
    severity: Option<Severity>,
) -> Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = finding
        .related
        .iter()
        .map(|(at, word)| DiagnosticRelatedInformation {
            location: view.location(at.file, at.range),
            message: word.clone(),
        })
        .collect();
    let can = &view.session.can;
    let is_unused = finding.rule == Rule::UnusedPrivate && can.unnecessary_tag;
    Diagnostic {
        range: view.location(file, finding.range).range,
        severity: severity.map(|it| match it {
            Severity::Hint => DiagnosticSeverity::Hint,
            Severity::Information => DiagnosticSeverity::Information,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Error => DiagnosticSeverity::Error,
        }),
        code: Some(finding.rule.as_str().to_owned().into()),
        code_description: None,
        source: Some("aios".to_owned()),
        message: finding.message.clone().into(),
        tags: is_unused.then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (can.related_information && !related.is_empty()).then_some(related),
        data: None,
    }
}
