//! How dangerous a change is, and whether it has to be shown first.

use settings::Preview;
use syntax::Unfit;
use vfs::{SourceChange, VfsPath};

use crate::{
    Impact, LeftSite, Risk, RiskKind, RiskLevel, RiskReason, Rollback, Simulation, is_secret,
};

/// From this many files on a change is worth a look.
const FILES_MEDIUM_MIN: usize = 20;
/// From this many files on nobody can look at all of them.
const FILES_HIGH_MIN: usize = 100;
/// Names listed in one reason at most.
const NAMES_MAX: usize = 5;

/// True where the user has to see `change` before it is applied: as `policy` says, and always where
/// it touches `.aios/`, the product's own behaviour.
pub fn needs_preview(risk: &Risk, policy: Preview, change: &SourceChange) -> bool {
    if change.paths().iter().any(is_own) {
        return true;
    }
    match policy {
        Preview::Always => true,
        Preview::Risky => RiskLevel::Medium <= risk.level,
        Preview::Never => false,
    }
}

/// True below a folder `.aios`.
pub(crate) fn is_own(path: &VfsPath) -> bool {
    path.as_str().split('/').any(|it| it == ".aios")
}

/// What a change does, as far as its risk goes.
pub(crate) struct Facts<'a> {
    pub(crate) impact: &'a Impact,
    pub(crate) simulation: &'a Simulation,
    pub(crate) left: &'a [LeftSite],
    /// Files that should not be edited by hand, and why.
    pub(crate) unfit: &'a [(VfsPath, Unfit)],
    /// How a path is shown.
    pub(crate) show: &'a dyn Fn(&VfsPath) -> String,
}

/// Weighs a change.
pub(crate) fn risk(facts: &Facts<'_>) -> Risk {
    let mut reasons = Vec::new();
    let mut add = |level, kind, detail| reasons.push(RiskReason { level, kind, detail });
    let (impact, files) = (facts.impact, &facts.simulation.files);
    let paths = |is: &dyn Fn(&crate::SimulatedFile) -> bool| {
        files.iter().filter(|it| is(it)).map(|it| (facts.show)(it.path())).collect::<Vec<_>>()
    };

    if !impact.syntax_errors.is_empty() {
        let places = impact.syntax_errors.iter();
        let places = places.map(|it| format!("{}:{}", (facts.show)(&it.path), it.line + 1));
        let detail = format!("no longer parses as before: {}", list(&places.collect::<Vec<_>>()));
        add(RiskLevel::High, RiskKind::NewSyntaxErrors, detail);
    }
    let secrets = paths(&|it| it.before.iter().chain(&it.after).any(is_secret));
    if !secrets.is_empty() {
        let detail = format!(
            "contents of secret files are not kept, so this cannot be taken back: {}",
            list(&secrets)
        );
        add(RiskLevel::High, RiskKind::Secret, detail);
    }
    if let (Rollback::Impossible(why), true) = (&impact.rollback, secrets.is_empty()) {
        let detail = format!("cannot be taken back: {why}");
        add(RiskLevel::High, RiskKind::NoRollback, detail);
    }
    let deleted = paths(&|it| it.after.is_none());
    if !deleted.is_empty() {
        add(RiskLevel::Medium, RiskKind::DeletesFiles, format!("deletes {}", list(&deleted)));
    }
    let moved = paths(&|it| it.before.is_some() && it.after.is_some() && it.before != it.after);
    if !moved.is_empty() {
        add(RiskLevel::Medium, RiskKind::MovesFiles, format!("moves {}", list(&moved)));
    }
    let own = paths(&|it| it.before.iter().chain(&it.after).any(is_own));
    if !own.is_empty() {
        let detail = format!("changes how this server behaves: {}", list(&own));
        add(RiskLevel::Medium, RiskKind::OwnSettings, detail);
    }
    if !impact.exported.is_empty() {
        let detail =
            format!("renames or removes what other files may see: {}", list(&impact.exported));
        add(RiskLevel::Medium, RiskKind::ExportedSymbol, detail);
    }
    if !facts.left.is_empty() {
        let detail = match facts.left.len() {
            1 => "1 place could not be proved and is left to you".to_owned(),
            n => format!("{n} places could not be proved and are left to you"),
        };
        add(RiskLevel::Medium, RiskKind::CandidatesLeft, detail);
    }
    for (kind, unfit, what) in [
        (RiskKind::Generated, Unfit::Generated, "a tool writes anew"),
        (RiskKind::Vendored, Unfit::Vendored, "somebody else's code"),
    ] {
        let names: Vec<String> =
            facts.unfit.iter().filter(|it| it.1 == unfit).map(|it| (facts.show)(&it.0)).collect();
        if !names.is_empty() {
            add(RiskLevel::Medium, kind, format!("{what}: {}", list(&names)));
        }
    }
    if FILES_MEDIUM_MIN <= impact.files {
        let is_high = FILES_HIGH_MIN <= impact.files;
        let level = if is_high { RiskLevel::High } else { RiskLevel::Medium };
        add(level, RiskKind::ManyFiles, format!("{} files", impact.files));
    }
    let mut res = Risk::default();
    reasons.into_iter().for_each(|it| add_reason(&mut res, it));
    res
}

/// Adds a reason in its place.
pub fn add_reason(risk: &mut Risk, reason: RiskReason) {
    risk.level = risk.level.max(reason.level);
    risk.reasons.push(reason);
    risk.reasons.sort_by(|a, b| (b.level, a.kind).cmp(&(a.level, b.kind)));
}

/// The names with commas; after some of them, how many more there are.
fn list(names: &[String]) -> String {
    let shown = names[..names.len().min(NAMES_MAX)].join(", ");
    match names.len().checked_sub(NAMES_MAX) {
        None | Some(0) => shown,
        Some(n) => format!("{shown} and {n} more"),
    }
}
