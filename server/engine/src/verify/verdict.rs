//! What checks found: plain values, and how they are kept.

use std::fmt::Write as _;

use store::history::{CheckRow, VerdictRow};

/// What all checks of a change found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// All in all.
    pub outcome: VerdictOutcome,
    /// Each check, in the order in which they were made.
    pub checks: Vec<CheckReport>,
    /// What the reader has to know to believe it: guards that do not hold, what was left out.
    pub notes: Vec<String>,
}

/// All in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictOutcome {
    /// Every check passed.
    Passed,
    /// A check fails with the change and passed without it.
    Failed,
    /// No check says that the change is wrong, and some could not say anything.
    Open,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The command, or what was looked at.
    pub name: String,
    /// What came of it.
    pub result: CheckResult,
    /// More about it, in a line.
    pub detail: String,
    /// The end of what it said.
    pub output: String,
    /// Processor time.
    pub cpu_ms: u64,
}

/// What came of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// It passed.
    Passed,
    /// It fails with the change; without it it passes, or nobody looked.
    Failed,
    /// It fails without the change too.
    FailedBefore,
    /// It could not be run, or reached a limit.
    NotRun,
}

impl VerdictOutcome {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            VerdictOutcome::Passed => "passed",
            VerdictOutcome::Failed => "failed",
            VerdictOutcome::Open => "open",
        }
    }
}

impl CheckResult {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            CheckResult::Passed => "passed",
            CheckResult::Failed => "failed",
            CheckResult::FailedBefore => "failed before too",
            CheckResult::NotRun => "not run",
        }
    }
}

impl Verdict {
    /// The verdict of these checks.
    pub(crate) fn of(checks: Vec<CheckReport>, notes: Vec<String>) -> Verdict {
        let any = |result| checks.iter().any(|it| it.result == result);
        let is_open = any(CheckResult::NotRun) || any(CheckResult::FailedBefore);
        let outcome = match (any(CheckResult::Failed), is_open || checks.is_empty()) {
            (true, _) => VerdictOutcome::Failed,
            (false, true) => VerdictOutcome::Open,
            (false, false) => VerdictOutcome::Passed,
        };
        Verdict { outcome, checks, notes }
    }

    /// The first check that failed, in a line.
    pub fn first_failure(&self) -> String {
        let failed = self.checks.iter().find(|it| it.result == CheckResult::Failed);
        failed.map_or_else(String::new, |it| format!("`{}`: {}", it.name, it.detail))
    }

    /// The verdict as text, a line a check.
    pub fn describe(&self) -> String {
        let mut res = format!("checks: {}\n", self.outcome.name());
        for check in &self.checks {
            let seconds = check.cpu_ms as f64 / 1000.0;
            let (name, result) = (&check.name, check.result.name());
            let _ = write!(res, "  {result}: {name} ({seconds:.1} s CPU)");
            if !check.detail.is_empty() {
                let _ = write!(res, ": {}", check.detail);
            }
            res.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(res, "  note: {note}");
        }
        res
    }

    pub(crate) fn to_row(&self, proposal: Option<&str>, now_ms: u64) -> VerdictRow {
        let check = |it: &CheckReport| CheckRow {
            name: it.name.clone(),
            result: it.result.name().to_owned(),
            detail: it.detail.clone(),
            output: it.output.clone(),
            cpu_ms: it.cpu_ms,
        };
        VerdictRow {
            proposal: proposal.map(str::to_owned),
            at_ms: now_ms,
            outcome: self.outcome.name().to_owned(),
            checks: self.checks.iter().map(check).collect(),
            notes: self.notes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(results: &[CheckResult], expected: VerdictOutcome) {
        let report = |result: &CheckResult| CheckReport {
            name: String::new(),
            result: *result,
            detail: String::new(),
            output: String::new(),
            cpu_ms: 0,
        };
        let checks = results.iter().map(report).collect();
        assert_eq!(Verdict::of(checks, Vec::new()).outcome, expected);
    }

    #[test]
    fn what_failed_before_does_not_speak_against_the_change() {
        use CheckResult::{Failed, FailedBefore, NotRun, Passed};
        check(&[Passed, Passed], VerdictOutcome::Passed);
        check(&[Passed, FailedBefore], VerdictOutcome::Open);
        check(&[NotRun, Failed], VerdictOutcome::Failed);
        check(&[], VerdictOutcome::Open);
    }
}
