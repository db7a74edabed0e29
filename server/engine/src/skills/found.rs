//! Skills that find places: dead code, copies, conventions, hotspots, what usually changes too.

use agent::{Finding, SkillId, SkillReply, Takes};
use ide::{DeadCodeConfig, Exported, FileRange, SymbolRef};
use patterns::{Evidence, Site};
use syntax::FileFacts;
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use super::{named, page::Page};
use crate::{PatternQuery, ReadError, Snapshot};

/// Findings of one answer.
pub(super) const FINDINGS_MAX: usize = 200;

impl Snapshot {
    pub(super) fn dead_code_skill(&self) -> Result<SkillReply, ReadError> {
        let (findings, limits) = self.dead_code_findings()?;
        Ok(found("Dead code", findings, limits, "nothing is certain to be dead"))
    }

    /// What nothing alive uses, in all files.
    pub(super) fn dead_code_findings(&self) -> Result<(Vec<Finding>, Vec<String>), ReadError> {
        let config = DeadCodeConfig { exported: Exported::Alive, items_max: FINDINGS_MAX };
        let answer = self.analysis.dead_code(config, &mut |_, _| {})?;
        let findings = answer.items.iter().map(|it| {
            let name = named(&it.target);
            let message = format!("`{name}`: {}", it.target.why);
            let at = FileRange { file: it.target.file, range: it.target.name_range };
            Finding { remedy: Some(SkillId::SafeDelete), ..self.finding("dead-code", at, message) }
        });
        Ok((findings.collect(), answer.limits()))
    }

    /// Copies, conventions, hotspots and missing changes as findings.
    pub(super) fn pattern_skill(&self, skill: SkillId) -> Result<SkillReply, ReadError> {
        let (query, rule, nothing) = match skill {
            SkillId::Copies => {
                (PatternQuery::Duplicates, "copy", "no two functions are nearly the same")
            }
            SkillId::Conventions => {
                (PatternQuery::Conventions, "convention", "every name keeps to its convention")
            }
            SkillId::Hotspots => (PatternQuery::Hotspots, "hotspot", "nothing stands out"),
            _ => (
                PatternQuery::CoChange { commit: None },
                "missing-change",
                "nothing that usually changes too was left out",
            ),
        };
        let found_patterns = self.patterns(&query, FINDINGS_MAX)?;
        let mut findings = Vec::new();
        for it in &found_patterns.found {
            match skill {
                // Each exception stands for itself; what most keep to is no finding.
                SkillId::Conventions => findings.extend(self.exceptions(rule, it)),
                _ => findings.extend(self.pattern_finding(rule, it)),
            }
        }
        let title = skill.skill().title;
        let mut limits = found_patterns.limits;
        if skill == SkillId::Conventions {
            if findings.is_empty() && !found_patterns.found.is_empty() {
                let mut page = Page::new(self, title);
                page.paragraph(&format!("{nothing}:"));
                found_patterns.found.iter().for_each(|it| page.entry(0, &it.title));
                page.limits(&limits);
                return Ok(page.done());
            }
            limits.extend(found_patterns.found.iter().map(|it| it.title.clone()));
        }
        Ok(found(title, findings, limits, nothing))
    }

    /// What a pattern found as one finding at the first place that speaks for it.
    pub(super) fn pattern_finding(
        &self,
        rule: &'static str,
        found: &patterns::Finding,
    ) -> Option<Finding> {
        let (first, others) = found.evidence.split_first()?;
        let note = if first.note.is_empty() { String::new() } else { format!(": {}", first.note) };
        let mut finding = self.at_evidence(rule, first, format!("{}{note}", found.title))?;
        finding.related = others
            .iter()
            .filter_map(|it| {
                let (path, range) = self.site(&it.site)?;
                Some((path, range, it.note.clone()))
            })
            .collect();
        Some(finding)
    }

    /// What does not keep to a convention, each as a finding.
    pub(super) fn exceptions(
        &self,
        rule: &'static str,
        convention: &patterns::Finding,
    ) -> Vec<Finding> {
        let told = convention.evidence.iter().filter_map(|it| {
            let name = match &it.site {
                Site::Code { name, .. } => name.as_str(),
                Site::Path(path) => path.as_str(),
            };
            let message = format!("`{name}` is {}: {}", it.note, convention.title);
            self.at_evidence(rule, it, message)
        });
        told.collect()
    }

    fn at_evidence(
        &self,
        rule: &'static str,
        evidence: &Evidence,
        message: String,
    ) -> Option<Finding> {
        match &evidence.site {
            Site::Code { file, range, .. } => {
                Some(self.finding(rule, FileRange { file: *file, range: *range }, message))
            }
            Site::Path(_) => {
                let (path, range) = self.site(&evidence.site)?;
                let (symbol, related, remedy) = (None, Vec::new(), None);
                Some(Finding { rule, path, range, symbol, message, related, remedy })
            }
        }
    }

    fn site(&self, site: &Site) -> Option<(VfsPath, TextRange)> {
        match site {
            Site::Code { file, range, .. } => Some((self.vfs.path(*file).clone(), *range)),
            Site::Path(path) => {
                let mut paths = self.roots.iter().map(|it| it.join(path));
                let path = paths.find(|it| self.file(it).is_ok())?;
                Some((path, TextRange::empty(TextSize::default())))
            }
        }
    }

    /// A finding about what stands at a range.
    pub(super) fn finding(&self, rule: &'static str, at: FileRange, message: String) -> Finding {
        let symbol = self.analysis.facts(at.file).and_then(|facts| {
            let idx = facts.symbol_named_at(at.range.start());
            let idx = idx.filter(|it| !facts.symbol(*it).is_local);
            Some(facts.name_path(idx.or_else(|| facts.symbol_around(at.range.start()))?))
        });
        Finding {
            rule,
            path: self.vfs.path(at.file).clone(),
            range: at.range,
            symbol,
            message,
            related: Vec::new(),
            remedy: None,
        }
    }

    /// The command that mends a finding as it was found.
    pub fn remedy(&self, finding: &Finding) -> Option<String> {
        let skill = finding.remedy?.skill();
        let file = self.file(&finding.path).ok()?;
        let place = match skill.parameters.first().map(|it| it.takes) {
            Some(Takes::File) => self.shown_path(&finding.path),
            _ => self.place_text(FileRange { file, range: finding.range }),
        };
        Some(format!("/{} {place}", skill.name))
    }

    /// A place as commands take it: `src/a.rs:10:5`.
    pub(super) fn place_text(&self, at: FileRange) -> String {
        let path = self.shown_path(self.vfs.path(at.file));
        let line_col = self.line_col(at.file, at.range.start(), text::PositionEncoding::Utf32);
        line_col.map_or(path.clone(), |it| format!("{path}:{}:{}", it.line + 1, it.col + 1))
    }

    /// The range of a symbol's name.
    pub(super) fn name_of(&self, symbol: SymbolRef) -> Option<FileRange> {
        let range = self.analysis.facts(symbol.file)?.symbol(symbol.symbol).name_range;
        Some(FileRange { file: symbol.file, range })
    }
}

/// The findings, by file and place; or word that there is none.
pub(super) fn found(
    title: &str,
    mut findings: Vec<Finding>,
    limits: Vec<String>,
    nothing: &str,
) -> SkillReply {
    if findings.is_empty() {
        let limits: String = limits.iter().map(|it| format!("; {it}")).collect();
        return SkillReply::Nothing(format!("{nothing}{limits}"));
    }
    findings.sort_by(|a, b| {
        (&a.path, a.range.start(), a.rule).cmp(&(&b.path, b.range.start(), b.rule))
    });
    SkillReply::Findings { title: title.to_owned(), findings, limits }
}

/// The definitions of a file that hold code of their own: functions of all kinds.
pub(super) fn functions(file: FileId, facts: &FileFacts) -> impl Iterator<Item = SymbolRef> {
    use syntax::SymbolKind::{Constructor, Function, Method};
    let of_kind = |it: &syntax::Symbol| matches!(it.kind, Function | Method | Constructor);
    facts
        .symbols()
        .filter(move |(_, it)| of_kind(it) && !it.is_local)
        .map(move |(symbol, _)| SymbolRef { file, symbol })
}
