//! A review: everything that is known to be worth a word about a selection, a file, or all that is
//! not committed. It asks what the other skills ask, and keeps what concerns its subject.

use std::collections::BTreeMap;

use agent::{Finding, SkillId, SkillReply};
use history::changed_lines;
use ide::{FileRange, Rule, Rules, SymbolRef, WalkConfig};
use rustc_hash::FxHashSet;
use text::{TextRange, TextSize};
use vfs::FileId;

use super::{
    SkillCall,
    found::{FINDINGS_MAX, found, functions},
};
use crate::{PatternQuery, ReadError, Snapshot};

/// A longer function is told; the limit that this project sets itself.
const LINES_MAX: u32 = 70;
/// Functions whose tests are looked for.
const TESTED_MAX: usize = 300;
/// What the walk for tests goes.
const WALK: WalkConfig = WalkConfig { depth_max: 10, items_max: 1 };

/// What is reviewed: of each file the ranges that count.
struct Scope {
    title: String,
    files: BTreeMap<FileId, Vec<TextRange>>,
    /// True where it is what changed since the last commit.
    is_change: bool,
    limits: Vec<String>,
}

impl Scope {
    /// Whether a range touches what is reviewed.
    fn has(&self, file: FileId, range: TextRange) -> bool {
        let ranges = self.files.get(&file);
        ranges
            .is_some_and(|it| it.iter().any(|it| it.intersects(range) || it.touches(range.start())))
    }
}

impl Snapshot {
    /// What a reviewer would say.
    pub(super) fn review_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let mut scope = self.review_scope(call)?;
        if scope.files.is_empty() {
            return Ok(SkillReply::Nothing("nothing has changed since the last commit".to_owned()));
        }
        let mut findings = Vec::new();
        let mut limits = std::mem::take(&mut scope.limits);
        let functions = self.functions_in(&scope);
        self.certain_findings(&scope, &mut findings)?;
        self.long_functions(&functions, &mut findings);
        self.untested(&functions, &mut findings, &mut limits)?;
        let (dead, _) = self.dead_code_findings()?;
        self.keep(&scope, dead, &mut findings);
        self.review_patterns(&scope, &mut findings, &mut limits)?;
        findings.sort_by_key(|it| (it.path.clone(), it.range.start(), it.rule));
        // What is dead is both unused and untested; it is told once.
        let dead: FxHashSet<_> = findings
            .iter()
            .filter(|it| matches!(it.rule, "dead-code" | "unused-private"))
            .map(|it| (it.path.clone(), it.symbol.clone()))
            .collect();
        findings.retain(|it| {
            it.rule != "untested" || !dead.contains(&(it.path.clone(), it.symbol.clone()))
        });
        findings.dedup_by(|a, b| {
            let same = a.path == b.path && a.range == b.range;
            same && (a.rule == b.rule || a.rule == "unused-private" && b.rule == "dead-code")
        });
        limits.push(format!(
            "looked for: import cycles, unresolved imports, dead code, functions of more than \
             {LINES_MAX} lines, copies, names against convention, functions that no test reaches{}",
            if scope.is_change { ", files that usually change too" } else { "" }
        ));
        Ok(found(&scope.title, findings, limits, "nothing to say"))
    }

    fn review_scope(&self, call: &SkillCall) -> Result<Scope, ReadError> {
        let area = call.at.as_ref().map(|it| self.area(it)).transpose()?;
        let file = self.subject_file(call)?;
        let selected = area.filter(|it| !it.range.is_empty());
        let whole = |file: FileId| {
            let end = self.analysis.facts(file).map_or(TextSize::default(), |it| it.lines.len());
            let range = TextRange::new(TextSize::default(), end);
            (FileRange { file, range }, self.shown_path(self.vfs.path(file)))
        };
        let (at, what) = match (call.arguments.get("of"), selected, file) {
            (Some("changes"), ..) | (None, None, None) => return self.changes_scope(),
            (Some("file"), _, Some(file)) => whole(file),
            (Some("file"), _, None) => {
                return Err(ReadError::Refused("/review of=file needs a file".to_owned()));
            }
            (Some(_), Some(at), _) => (at, format!("the selection, {}", self.place_text(at))),
            (Some(_), None, _) => {
                return Err(ReadError::Refused("nothing is selected".to_owned()));
            }
            (None, Some(at), _) if call.arguments.get("file").is_none() => {
                (at, format!("the selection, {}", self.place_text(at)))
            }
            (None, _, Some(file)) => whole(file),
            (None, Some(at), None) => (at, self.place_text(at)),
        };
        Ok(Scope {
            title: format!("Review of {what}"),
            files: BTreeMap::from([(at.file, vec![at.range])]),
            is_change: false,
            limits: Vec::new(),
        })
    }

    /// The lines that are not what the last commits hold, unsaved ones too.
    fn changes_scope(&self) -> Result<Scope, ReadError> {
        let mut files = BTreeMap::new();
        let mut refused = None;
        let mut n_folders = 0;
        for root in self.roots.iter() {
            let opened = match self.history(root) {
                Ok(opened) => opened,
                Err(why) => {
                    refused = Some(why);
                    continue;
                }
            };
            n_folders += 1;
            for (file, key) in self.changed_files(root, &opened)? {
                let Some(text) = self.text(file) else { continue };
                let before = key.and_then(|it| opened.repository.blob(&it));
                let changed = changed_lines(&before.unwrap_or_default(), text.as_bytes());
                let Some(facts) = self.analysis.facts(file) else { continue };
                let ranges = changed.iter().filter_map(|it| {
                    let start = facts.lines.line(it.start)?.start();
                    let last = facts.lines.line(it.end.saturating_sub(1).max(it.start))?;
                    Some(TextRange::new(start, if it.is_empty() { start } else { last.end() }))
                });
                files.insert(file, ranges.collect());
            }
        }
        if n_folders == 0 {
            return refused.map_or_else(
                || Err(ReadError::Refused("no folder is open".to_owned())),
                |why| Err(ReadError::Refused(format!("what changed is not known: {why}"))),
            );
        }
        let title = match files.len() {
            1 => "Review of what is not committed: 1 file".to_owned(),
            n => format!("Review of what is not committed: {n} files"),
        };
        let limits = vec!["files that were deleted or moved are not looked into".to_owned()];
        Ok(Scope { title, files, is_change: true, limits })
    }

    /// The functions that what is reviewed touches.
    fn functions_in(&self, scope: &Scope) -> Vec<SymbolRef> {
        let mut res = Vec::new();
        for file in scope.files.keys() {
            let Some(facts) = self.analysis.facts(*file) else { continue };
            let touched = functions(*file, facts)
                .filter(|it| scope.has(*file, facts.symbol(it.symbol).range));
            res.extend(touched);
        }
        res
    }

    /// What is certainly wrong in the files: cycles that their imports begin, imports that lead
    /// nowhere, private definitions that nothing uses.
    fn certain_findings(&self, scope: &Scope, acc: &mut Vec<Finding>) -> Result<(), ReadError> {
        let rules = Rules { import_cycles: true, unresolved_imports: true, unused_private: true };
        for file in scope.files.keys() {
            let found = self.analysis.findings(*file, rules, &|path| self.may_exist(path))?;
            for it in found {
                let range = self.around(*file, it.range);
                if !scope.has(*file, range) {
                    continue;
                }
                let at = FileRange { file: *file, range: it.range };
                let remedy = match it.rule {
                    Rule::UnusedPrivate => Some(SkillId::SafeDelete),
                    Rule::ImportCycle => Some(SkillId::BreakCycle),
                    Rule::UnresolvedImport => None,
                };
                let related = it
                    .related
                    .into_iter()
                    .map(|(at, word)| (self.vfs.path(at.file).clone(), at.range, word));
                let related = related.collect();
                acc.push(Finding {
                    remedy,
                    related,
                    ..self.finding(it.rule.as_str(), at, it.message)
                });
            }
        }
        Ok(())
    }

    /// The definition whose name stands at a range, else the range.
    fn around(&self, file: FileId, range: TextRange) -> TextRange {
        let facts = self.analysis.facts(file);
        let symbol = facts.and_then(|it| Some(it.symbol(it.symbol_named_at(range.start())?)));
        symbol.map_or(range, |it| it.range)
    }

    fn long_functions(&self, functions: &[SymbolRef], acc: &mut Vec<Finding>) {
        for it in functions {
            let Some(facts) = self.analysis.facts(it.file) else { continue };
            let symbol = facts.symbol(it.symbol);
            let line = |offset| facts.lines.line_of(offset);
            let all = line(symbol.range.end()) - line(symbol.range.start()) + 1;
            if all <= LINES_MAX || symbol.is_test {
                continue;
            }
            let lines = self.lines_of_code(it.file, symbol.range, facts.doc(symbol));
            if lines <= LINES_MAX {
                continue;
            }
            let name = facts.name_path(it.symbol);
            let message = format!(
                "`{name}` has {lines} lines of code: a part of it may be a function of its own"
            );
            let at = FileRange { file: it.file, range: symbol.name_range };
            acc.push(self.finding("long-function", at, message));
        }
    }

    /// Lines of a definition that hold more than a comment; its documentation is none of them.
    fn lines_of_code(&self, file: FileId, range: TextRange, doc: Option<TextRange>) -> u32 {
        let Some(text) = self.text(file) else { return 0 };
        let language = self.analysis.facts(file).and_then(|it| it.language);
        let mark = language.and_then(|it| it.line_comment).unwrap_or("\u{0}");
        let mut start = 0;
        let mut n_lines = 0;
        for line in text.split_inclusive('\n') {
            let at = TextRange::from_usize(start, start + line.trim_end().len());
            start += line.len();
            let is_inside = at.start() < range.end() && range.start() <= at.end();
            let is_doc = doc.is_some_and(|doc| doc.contains_range(at));
            let code = line.trim();
            let is_code = !code.is_empty() && !code.starts_with(mark);
            n_lines += u32::from(is_inside && is_code && !is_doc);
        }
        n_lines
    }

    /// Functions that no test reaches, in a workspace that has tests.
    fn untested(
        &self,
        functions: &[SymbolRef],
        acc: &mut Vec<Finding>,
        limits: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        let facts = |file: FileId| self.analysis.facts(file);
        let has_tests = self.vfs.files().any(|it| {
            facts(it.0).is_some_and(|it| it.is_test || it.symbols.iter().any(|it| it.is_test))
        });
        if !has_tests {
            limits.push("there are no tests here that could reach anything".to_owned());
            return Ok(());
        }
        let is_test = |it: &SymbolRef| {
            facts(it.file).is_none_or(|facts| facts.is_test || facts.symbol(it.symbol).is_test)
        };
        let candidates: Vec<&SymbolRef> = functions.iter().filter(|it| !is_test(it)).collect();
        if TESTED_MAX < candidates.len() {
            let n = candidates.len() - TESTED_MAX;
            limits.push(format!("of {n} functions the tests were not looked for"));
        }
        for it in candidates.into_iter().take(TESTED_MAX) {
            self.check()?;
            if !self.analysis.tests_of(&[*it], WALK)?.items.is_empty() {
                continue;
            }
            let Some(at) = self.name_of(*it) else { continue };
            let name = facts(it.file).map(|facts| facts.name_path(it.symbol));
            let message = format!("no test is known to reach `{}`", name.unwrap_or_default());
            acc.push(self.finding("untested", at, message));
        }
        Ok(())
    }

    /// Copies, names, and what usually changes too.
    fn review_patterns(
        &self,
        scope: &Scope,
        acc: &mut Vec<Finding>,
        limits: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        let copies = self.patterns(&PatternQuery::Duplicates, usize::MAX)?;
        for it in &copies.found {
            let ours = it.evidence.iter().position(|it| self.is_in(scope, &it.site));
            let Some(ours) = ours else { continue };
            // The place that is reviewed comes first, the others are what it is like.
            let mut turned = it.clone();
            turned.evidence.swap(0, ours);
            acc.extend(self.pattern_finding("copy", &turned));
        }
        let conventions = self.patterns(&PatternQuery::Conventions, usize::MAX)?;
        for it in &conventions.found {
            let ours = it.evidence.iter().filter(|it| self.is_in(scope, &it.site)).cloned();
            let ours = patterns::Finding { evidence: ours.collect(), ..it.clone() };
            acc.extend(self.exceptions("convention", &ours));
        }
        if scope.is_change {
            let query = PatternQuery::CoChange { commit: None };
            match self.patterns(&query, FINDINGS_MAX) {
                Ok(missing) => {
                    let findings = missing
                        .found
                        .iter()
                        .filter_map(|it| self.pattern_finding("missing-change", it));
                    acc.extend(findings);
                    limits.extend(missing.limits);
                }
                Err(ReadError::Refused(why)) => limits.push(format!("no co-change: {why}")),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn is_in(&self, scope: &Scope, site: &patterns::Site) -> bool {
        match site {
            patterns::Site::Code { file, range, .. } => {
                scope.has(*file, self.around(*file, *range))
            }
            patterns::Site::Path(_) => false,
        }
    }

    /// Those findings that concern what is reviewed.
    fn keep(&self, scope: &Scope, findings: Vec<Finding>, acc: &mut Vec<Finding>) {
        acc.extend(findings.into_iter().filter(|it| {
            let file = self.file(&it.path);
            file.is_ok_and(|file| scope.has(file, self.around(file, it.range)))
        }));
    }
}
