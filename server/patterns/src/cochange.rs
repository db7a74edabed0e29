//! Missing co-change: files that usually change together with those that changed, and did not.

use history::Past;

use crate::{Evidence, Finding, Findings, Site};

/// How sure a habit must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoChangeConfig {
    /// In so many commits at least both were changed.
    pub together_min: u32,
    /// Of the commits of the one, the share in which the other was changed, from 0 to 1.
    pub share_min: f32,
    /// At most so many findings.
    pub findings_max: usize,
}

impl CoChangeConfig {
    /// What was measured to be worth showing; see `README.md`.
    pub const MEASURED: CoChangeConfig =
        CoChangeConfig { together_min: 5, share_min: 0.9, findings_max: 20 };
}

/// Files that are usually changed with one of `changed` and are not among them. `exists` says which
/// files are still there.
pub fn missing_partners(
    past: &Past,
    changed: &[&str],
    exists: &dyn Fn(&str) -> bool,
    config: &CoChangeConfig,
) -> Findings {
    let mut res = Findings::default();
    for file in changed {
        for partner in past.partners(&[file], usize::MAX) {
            let is_habit =
                config.together_min <= partner.together && config.share_min <= partner.share();
            if !is_habit || changed.contains(&partner.path.as_str()) || !exists(&partner.path) {
                continue;
            }
            let note = format!(
                "{} of the last {} commits that changed {file} changed it too",
                partner.together, partner.of
            );
            let evidence = Evidence { site: Site::Path(partner.path.clone()), note };
            let known = res.found.iter_mut().find(|it| it.title == title(&partner.path));
            match known {
                Some(finding) => {
                    finding.score = finding.score.max(partner.share());
                    finding.evidence.push(evidence);
                }
                None => res.found.push(Finding {
                    title: title(&partner.path),
                    score: partner.share(),
                    evidence: vec![evidence],
                }),
            }
        }
    }
    res.limits
        .push(format!("commits of more than {} files do not count", history::CO_CHANGE_FILES_MAX));
    res.best(config.findings_max)
}

fn title(path: &str) -> String {
    format!("{path} was not changed")
}
