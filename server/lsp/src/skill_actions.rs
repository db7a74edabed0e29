//! Code actions that carry skills out. Their titles are made without asking anything; what they do
//! begins when one is chosen.

use agent::SkillId;
use ide::{FilePosition, FileRange, SymbolRef};
use serde_json::{Value, json};
use text::{TextRange, TextSize};
use tower_lsp::gen_lsp_types::{CodeAction, CodeActionKind, Diagnostic, Range};
use vfs::{FileId, VfsPath};

use crate::{
    ext,
    handlers::code_action::{is_selection, with_command},
    view::View,
};

/// What begins a comment that asks for something.
const COMMENT: &str = "aios: ";
/// Where reports stand in menus.
const REPORT: &str = "source.aios";
/// Remedies of findings that are offered at one place.
const REMEDIES_MAX: usize = 6;

/// What can be asked about a place: its symbol, its file, the selection.
pub(crate) fn questions(view: &View<'_>, path: &VfsPath, range: Range) -> Vec<CodeAction> {
    let mut acc = Vec::new();
    let Some(at) = view.file_range(path, range) else { return acc };
    let argument = argument(view, at, range);
    if let Some(name) = symbol_meant(view, at) {
        for (skill, title) in [
            (SkillId::Explain, "explain"),
            (SkillId::Impact, "impact of"),
            (SkillId::Tests, "tests for"),
            (SkillId::History, "history of"),
        ] {
            let title = format!("AIOS: {title} `{name}`");
            acc.push(action(&title, skill, &argument, json!({})));
        }
    }
    if is_selection(range) {
        acc.push(action(
            "AIOS: review the selection",
            SkillId::Review,
            &argument,
            json!({ "of": "selection" }),
        ));
    }
    let of_file = json!({ "of": "file" });
    acc.push(action("AIOS: review this file", SkillId::Review, &argument, of_file));
    let of_changes = json!({ "of": "changes" });
    let title = "AIOS: review what is not committed";
    acc.push(action(title, SkillId::Review, &argument, of_changes));
    let title = "AIOS: changelog of what was changed here";
    acc.push(action(title, SkillId::Changelog, &argument, json!({})));
    if !view.snapshot.found.is_empty() {
        let clear = with_command("AIOS: clear the marks", ext::CLEAR_FINDINGS, json!({}));
        acc.push(CodeAction { kind: Some(CodeActionKind::from(REPORT)), ..clear });
    }
    acc
}

/// What mends a finding that is marked here, and an import cycle.
pub(crate) fn remedies(
    view: &View<'_>,
    path: &VfsPath,
    range: Range,
    diagnostics: &[Diagnostic],
) -> Vec<CodeAction> {
    let mut acc = Vec::new();
    let Some(at) = view.file_range(path, range) else { return acc };
    let argument = argument(view, at, range);
    let is_ours = |it: &&Diagnostic| it.source.as_deref() == Some("aios");
    let is_cycle = |it: &Diagnostic| {
        let code = it.code.as_ref().and_then(|it| serde_json::to_value(it).ok());
        code.is_some_and(|it| it == "import-cycle")
    };
    if diagnostics.iter().filter(is_ours).any(is_cycle) {
        let title = "AIOS: break the import cycle";
        acc.push(fix(action(title, SkillId::BreakCycle, &argument, json!({}))));
    }
    let found = view.snapshot.found_in(at.file);
    let here =
        found.iter().filter(|it| it.0.intersects(at.range) || it.0.touches(at.range.start()));
    for (range, finding) in here.take(REMEDIES_MAX) {
        let Some(skill) = finding.remedy else { continue };
        let name = finding.symbol.as_deref().unwrap_or("this file");
        let title = format!("AIOS: mend ({}): {} `{name}`", finding.rule, skill.skill().title);
        let argument = place(view, at.file, *range);
        acc.push(fix(action(&title, skill, &argument, json!({}))));
    }
    acc
}

/// What a comment asks for: `aios: review this file`.
pub(crate) fn asked_for(view: &View<'_>, path: &VfsPath, range: Range) -> Option<CodeAction> {
    let at = view.file_range(path, range)?;
    let lines = view.snapshot.line_index(at.file)?;
    let line = lines.line(lines.line_of(at.range.start()))?;
    let text = view.snapshot.text(at.file)?;
    let (_, asked) = text.get(line.to_usize())?.split_once(COMMENT)?;
    let language = view.snapshot.analysis.facts(at.file).and_then(|it| it.language);
    let end = language.and_then(|it| it.block_comment).map_or("\u{0}", |it| it.1);
    let asked = asked.trim_end().trim_end_matches(end).trim();
    if asked.is_empty() {
        return None;
    }
    let (before, _) = text.get(line.to_usize())?.split_once(COMMENT)?;
    // A comment on a line of its own speaks of what stands below it.
    let is_alone = !before.chars().any(char::is_alphanumeric);
    let below = || {
        let next = lines.line(lines.line_of(at.range.start()) + 1)?;
        let blanks = text.get(next.to_usize())?;
        let blanks = blanks.len() - blanks.trim_start().len();
        let start = TextSize::from_usize(next.start().to_usize() + blanks);
        Some(view.location(at.file, TextRange::empty(start)).range)
    };
    let range = if is_alone { below().unwrap_or(range) } else { range };
    let mut argument = argument(view, at, range);
    argument["text"] = json!(asked);
    let action = with_command(&format!("AIOS: do `{asked}`"), ext::DO_COMMAND, argument);
    Some(CodeAction { kind: Some(CodeActionKind::from("refactor.rewrite.aios.do")), ..action })
}

/// The argument of a skill that is asked for where something is marked.
pub(crate) fn place(view: &View<'_>, file: FileId, range: TextRange) -> Value {
    let at = view.location(file, range).range;
    argument(view, FileRange { file, range }, at)
}

/// Where the user is, as the argument of a command.
pub(crate) fn argument(view: &View<'_>, at: FileRange, range: Range) -> Value {
    let uri = view.uri(view.snapshot.vfs.path(at.file));
    let version = view.snapshot.vfs.overlay(at.file).map(|it| it.version);
    json!({ "textDocument": { "uri": uri, "version": version }, "range": range })
}

fn action(title: &str, skill: SkillId, argument: &Value, arguments: Value) -> CodeAction {
    let mut argument = argument.clone();
    argument["skill"] = json!(skill.skill().name);
    argument["arguments"] = arguments;
    let kind = format!("{REPORT}.{}", skill.skill().name);
    CodeAction {
        kind: Some(CodeActionKind::from(kind)),
        ..with_command(title, ext::SKILL, argument)
    }
}

fn fix(action: CodeAction) -> CodeAction {
    CodeAction { kind: Some(CodeActionKind::QuickFix), ..action }
}

/// The name of the definition that the place names, or is in.
pub(crate) fn symbol_meant(view: &View<'_>, at: FileRange) -> Option<String> {
    let analysis = &view.snapshot.analysis;
    let position = FilePosition { file: at.file, offset: at.range.start() };
    match analysis.symbols_at(position).ok()?.first().copied() {
        Some(SymbolRef { file, symbol }) => Some(analysis.facts(file)?.name_path(symbol)),
        None => symbol_around(view, at),
    }
}

/// The name of the definition that the place is in.
pub(crate) fn symbol_around(view: &View<'_>, at: FileRange) -> Option<String> {
    let facts = view.snapshot.analysis.facts(at.file)?;
    Some(facts.name_path(facts.symbol_around(at.range.start())?))
}
