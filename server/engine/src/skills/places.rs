//! What the last skill found that finds places, as it is to be marked: where the code moved since,
//! the mark moves with it; where it is gone, so is the mark.

use std::sync::Arc;

use agent::Finding;
use text::{TextRange, TextSize};
use vfs::{FileId, VfsPath};

use crate::Snapshot;

/// A finding with what is needed to find its place again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub finding: Finding,
    /// The line it stood in.
    line: String,
}

impl Snapshot {
    /// The findings with the lines that they stand in now.
    pub(crate) fn as_found(&self, findings: &[Finding]) -> Arc<[Found]> {
        let found = findings.iter().map(|it| Found {
            finding: it.clone(),
            line: self.line_at(&it.path, it.range.start()).unwrap_or_default(),
        });
        found.collect()
    }

    /// The findings of a file, each where it stands now.
    pub fn found_in(&self, file: FileId) -> Vec<(TextRange, &Finding)> {
        let path = self.vfs.path(file);
        let own = self.found.iter().filter(|it| it.finding.path == *path);
        own.filter_map(|it| Some((self.place_now(file, it)?, &it.finding))).collect()
    }

    fn place_now(&self, file: FileId, found: &Found) -> Option<TextRange> {
        let Found { finding, line } = found;
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
