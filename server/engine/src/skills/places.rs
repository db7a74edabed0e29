//! What the last skill found that finds places, as it is to be marked: where the code moved since,
//! the mark moves with it; where it is gone, so is the mark.

use std::sync::Arc;

use agent::Finding;
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use crate::Snapshot;

/// Findings that are marked at most.
const FOUND_MAX: usize = 5_000;
/// By whom a skill's findings are.
pub(crate) const BY_SKILL: &str = "skill";

/// A finding with what is needed to find its place again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// Who found it: an agent, or the last skill.
    by: String,
    /// The line it stood in.
    line: String,
}

impl Snapshot {
    /// What is known to be found, with what `by` has found just now in the place of what it had
    /// found before. Each with the line that it stands in.
    pub(crate) fn as_found(&self, by: &str, findings: &[Finding]) -> Arc<[Found]> {
        let found = findings.iter().map(|it| Found {
            finding: it.clone(),
            by: by.to_owned(),
            line: self.line_at(&it.path, it.range.start()).unwrap_or_default(),
        });
        let others = self.found.iter().filter(|it| it.by != by).cloned();
        found.chain(others).take(FOUND_MAX).collect()
    }

    /// The findings of a file, each where it stands now.
    pub fn found_in(&self, file: FileId) -> Vec<(TextRange, &Finding)> {
        let path = self.vfs.path(file);
        let own = self.found.iter().filter(|it| it.finding.path == *path);
        own.filter_map(|it| Some((self.place_now(file, it)?, &it.finding))).collect()
    }

    fn place_now(&self, file: FileId, found: &Found) -> Option<TextRange> {
        let Found { finding, line, .. } = found;
        let start = finding.range.start();
        if self.line_at(&finding.path, start).as_ref() == Some(line) {
            return Some(finding.range);
        }
        let facts = self.analysis.facts(file)?;
        if let Some(name) = &finding.symbol {
            let it = facts.symbols().find(|it| !it.1.is_local && facts.name_path(it.0) == *name)?;
            return Some(it.1.name_range);
        }
        let text = self.text(file)?;
        let mut at = 0;
        for it in text.split_inclusive('\n') {
            if it.trim_end() == line.trim_end() && !line.trim().is_empty() {
                return Some(TextRange::from_usize(at, at + it.trim_end().len()));
            }
            at += it.len();
        }
        None
    }

    fn line_at(&self, path: &VfsPath, offset: TextSize) -> Option<String> {
        let file = self.file(path).ok()?;
        let lines = self.line_index(file)?;
        let line = lines.line(lines.line_of(offset))?;
        Some(self.text(file)?.get(line.to_usize())?.to_owned())
    }
}
