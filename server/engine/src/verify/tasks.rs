//! The work of a check, on a thread of its own: copies, runs, compares with how it was before.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use disk::{CopyRequest, WorkspaceCopy, copy_workspace};
use proposal::{Proposal, ProposalId, ProposalState, Simulation, TransactionId, visible_line};
use sandbox::{Ended, How, Job, Limits, Network, SandboxError};
use settings::{TestsRun, VerifySettings};
use vfs::VfsPath;

use crate::{
    CheckReport, CheckResult, RunOutcome, Verdict,
    edits::tasks::{self, EditContext},
    verify::{
        Sandboxing,
        checks::{Check, Project, configured, detected_in, nested, reached},
    },
};

/// Bytes of output that are kept of one check: its end, where failures are.
const OUTPUT_BYTES_KEPT: usize = 16 * 1024;
/// Characters of a line that is told while a check runs.
const LINE_CHARS_MAX: usize = 120;
/// Processes of one check at once.
const PROCESSES_MAX: u32 = 512;

/// What is checked.
pub(crate) enum Subject {
    /// The workspace as it is.
    Workspace,
    /// A proposal of the journal.
    Recorded(ProposalId),
    /// What an agent has taken down, and nobody was asked about.
    Draft {
        /// The change.
        proposal: Arc<Proposal>,
        /// Its files before and after.
        simulation: Arc<Simulation>,
    },
    /// A change that was just applied.
    Applied {
        /// The change.
        proposal: Arc<Proposal>,
        /// Its files before and after.
        simulation: Arc<Simulation>,
        /// By which it is taken back.
        transaction: TransactionId,
    },
}

/// What a check works with.
pub(crate) struct VerifyContext<'a> {
    pub(crate) edit: &'a EditContext,
    pub(crate) sandboxing: Sandboxing,
    /// Where copy, caches and scratch files lie.
    pub(crate) folder: PathBuf,
    pub(crate) root: VfsPath,
    pub(crate) settings: VerifySettings,
    /// Tells how far it is.
    pub(crate) say: Box<dyn Fn(String) + Send>,
}

/// Files that hold something else than on disk.
type Over = Vec<(VfsPath, Option<Arc<[u8]>>)>;

/// The change under check.
struct Case {
    proposal: Option<Arc<Proposal>>,
    /// True where the journal knows the proposal.
    is_recorded: bool,
    transaction: Option<TransactionId>,
    /// What the copy holds instead of what is on disk.
    over: Over,
    /// The same without the change; `None`: it is not known how it was.
    before: Option<Over>,
}

/// Checks `subject`, and keeps the verdict.
pub(crate) fn verify(ctx: &VerifyContext<'_>, subject: Subject) -> RunOutcome {
    let case = match case(ctx, subject) {
        Ok(case) => case,
        Err(outcome) => return *outcome,
    };
    let mut notes = Vec::new();
    let mut reports = code_reports(case.proposal.as_deref());
    let is_broken = reports.iter().any(|it| it.result == CheckResult::Failed);
    if is_broken {
        notes.push("commands were not run: the code is broken already".to_owned());
    } else {
        match run_commands(ctx, &case, &mut notes) {
            Ok(more) => reports.extend(more),
            Err(why) if ctx.edit.cancel.is_cancelled() => {
                tracing::debug!(why, "a check was cancelled");
                return RunOutcome::Cancelled;
            }
            Err(why) => return RunOutcome::Failed(why),
        }
    }
    if ctx.edit.cancel.is_cancelled() {
        return RunOutcome::Cancelled;
    }
    let verdict = Verdict::of(reports, notes);
    let proposal = case.proposal.as_ref().filter(|_| case.is_recorded).map(|it| it.id.clone());
    let row = verdict.to_row(proposal.as_ref().map(ProposalId::as_str), ctx.edit.clock.wall_ms());
    if let Err(error) = ctx.edit.journal.add_verdict(&row) {
        tracing::warn!(%error, "the verdict could not be kept");
    }
    RunOutcome::Verified { proposal, transaction: case.transaction, verdict: Box::new(verdict) }
}

fn case(ctx: &VerifyContext<'_>, subject: Subject) -> Result<Case, Box<RunOutcome>> {
    let unsaved = unsaved(ctx);
    match subject {
        Subject::Workspace => {
            let over = unsaved;
            Ok(Case { proposal: None, is_recorded: false, transaction: None, over, before: None })
        }
        Subject::Draft { proposal, simulation } => Ok(Case {
            proposal: Some(proposal),
            is_recorded: false,
            transaction: None,
            over: with(&unsaved, applied(&simulation)),
            before: Some(unsaved),
        }),
        Subject::Applied { proposal, simulation, transaction } => {
            let before = Some(with(&unsaved, reverted(&simulation)));
            let over = with(&unsaved, applied(&simulation));
            let transaction = Some(transaction);
            Ok(Case { proposal: Some(proposal), is_recorded: true, transaction, over, before })
        }
        Subject::Recorded(id) => recorded(ctx, &id, unsaved),
    }
}

/// A proposal of the journal: one that waits is tried in the copy, one that was applied is in the
/// files already.
fn recorded(
    ctx: &VerifyContext<'_>,
    id: &ProposalId,
    unsaved: Over,
) -> Result<Case, Box<RunOutcome>> {
    let refused = |it| tasks::refused(&it);
    let recorded = ctx.edit.journal.proposal(id).map_err(refused)?;
    let simulation = ctx.edit.simulation_of(&recorded).map_err(refused)?;
    let has_secrets = recorded.proposal.files.iter().any(|it| it.is_secret);
    let (over, before) = match recorded.state {
        ProposalState::Pending => (with(&unsaved, applied(&simulation)), Some(unsaved)),
        ProposalState::Applied if !has_secrets => {
            let before = with(&unsaved, reverted(&simulation));
            (unsaved, Some(before))
        }
        _ => (unsaved, None),
    };
    let proposal = Some(Arc::new(recorded.proposal));
    Ok(Case { proposal, is_recorded: true, transaction: None, over, before })
}

/// Texts of open documents: what the user sees is what is checked.
fn unsaved(ctx: &VerifyContext<'_>) -> Over {
    let vfs = &ctx.edit.snapshot.vfs;
    let open = vfs.overlays().filter(|it| vfs.path(it.0).starts_with(&ctx.root));
    open.map(|(file, overlay)| {
        let bytes: Arc<[u8]> = Arc::from(overlay.rope.to_string().into_bytes());
        (vfs.path(file).clone(), Some(bytes))
    })
    .collect()
}

fn applied(simulation: &Simulation) -> Over {
    let gone = simulation.files.iter().filter_map(|it| Some((it.before.clone()?, None)));
    let there = simulation.files.iter().filter_map(|it| Some((it.after.clone()?, it.post.clone())));
    gone.chain(there).collect()
}

fn reverted(simulation: &Simulation) -> Over {
    let gone = simulation.files.iter().filter_map(|it| Some((it.after.clone()?, None)));
    let there = simulation.files.iter().filter_map(|it| Some((it.before.clone()?, it.pre.clone())));
    gone.chain(there).collect()
}

/// `more` over `base`; the last word on each file.
fn with(base: &Over, more: Over) -> Over {
    let all = base.iter().cloned().chain(more);
    let all: BTreeMap<VfsPath, Option<Arc<[u8]>>> = all.collect();
    all.into_iter().collect()
}

/// What the code itself says of the change: it was looked at when it was proposed.
fn code_reports(proposal: Option<&Proposal>) -> Vec<CheckReport> {
    let Some(proposal) = proposal else { return Vec::new() };
    let report = |name: &str, wrong: Option<String>| CheckReport {
        name: name.to_owned(),
        result: if wrong.is_some() { CheckResult::Failed } else { CheckResult::Passed },
        detail: wrong.unwrap_or_default(),
        output: String::new(),
        cpu_ms: 0,
    };
    let problem = proposal.impact.syntax_errors.first();
    let syntax = problem.map(|it| format!("{}:{} no longer parses", it.path, it.line + 1));
    let mut res = vec![report("parse", syntax)];
    if let Some(effect) = &proposal.impact.effect {
        let first = effect.dangling.first();
        let graph = first.map(|it| {
            format!("`{}` in {}:{} leads nowhere afterwards", it.name, it.path, it.line + 1)
        });
        res.push(report("graph", graph));
    }
    res
}

fn run_commands(
    ctx: &VerifyContext<'_>,
    case: &Case,
    notes: &mut Vec<String>,
) -> Result<Vec<CheckReport>, String> {
    let checks = choose(ctx, case, notes);
    if checks.is_empty() {
        notes.push("no command is known that checks this project: set verify.commands".to_owned());
        return Ok(Vec::new());
    }
    (ctx.say)("copying the workspace".to_owned());
    let request = CopyRequest { root: ctx.root.clone(), over: case.over.clone() };
    let is_wanted = || !ctx.edit.cancel.is_cancelled();
    let copy = copy_workspace(&ctx.folder, &request, &is_wanted)?;
    let mut res = Vec::new();
    for check in &checks {
        if ctx.edit.cancel.is_cancelled() {
            return Err("cancelled".to_owned());
        }
        let report = run_check(ctx, case, &copy, check, notes);
        let has_failed = report.result == CheckResult::Failed;
        res.push(report);
        if has_failed {
            // What does not build has no tests to run.
            break;
        }
    }
    notes.sort();
    notes.dedup();
    Ok(res)
}

fn choose(ctx: &VerifyContext<'_>, case: &Case, notes: &mut Vec<String>) -> Vec<Check> {
    if !ctx.settings.commands.is_empty() {
        return configured(&ctx.settings.commands);
    }
    let effect = case.proposal.as_ref().and_then(|it| it.impact.effect.as_ref());
    let tests = effect.map(|it| reached(&it.tests, &ctx.root)).unwrap_or_default();
    if effect.is_some() && tests.is_empty() && ctx.settings.tests == TestsRun::Reached {
        notes.push("no test is known to reach the change: none was run".to_owned());
    }
    // Without a change there is nothing to reach.
    let wanted = match (case.proposal.is_some(), ctx.settings.tests) {
        (false, TestsRun::Reached) => TestsRun::All,
        (_, tests) => tests,
    };
    let summary = ctx.edit.snapshot.analysis.graph().summary();
    let project = Project {
        read: &|file| {
            let bytes = ctx.edit.snapshot.loader.read(&ctx.root.join(file)).ok()?;
            String::from_utf8(bytes).ok()
        },
        has_language: &|id| summary.languages.iter().any(|it| it.language == id),
        reached: &tests,
        tests: wanted,
        has_network: ctx.settings.has_network,
    };
    let subject = subject_paths(ctx, case);
    let has = |file: &str| ctx.edit.snapshot.loader.stat(&ctx.root.join(file)).is_ok();
    let folders = nested(subject.iter().map(String::as_str), &has, notes);
    detected_in(&project, &folders)
}

/// The files that a check is about, below the workspace: those of the change, else all.
fn subject_paths(ctx: &VerifyContext<'_>, case: &Case) -> Vec<String> {
    let relative = |path: &VfsPath| path.relative_to(&ctx.root).map(str::to_owned);
    match &case.proposal {
        Some(proposal) => proposal.files.iter().filter_map(|it| relative(it.path())).collect(),
        None => {
            let analysis = &ctx.edit.snapshot.analysis;
            let files = analysis.graph().files();
            files.into_iter().filter_map(|it| relative(analysis.path(it)?)).collect()
        }
    }
}

/// Runs one check; where it fails, once more without the change.
fn run_check(
    ctx: &VerifyContext<'_>,
    case: &Case,
    copy: &WorkspaceCopy,
    check: &Check,
    notes: &mut Vec<String>,
) -> CheckReport {
    let (mut report, is_failure) = carry_out(ctx, copy, check, notes);
    let Some(before) = case.before.as_ref().filter(|_| is_failure) else { return report };
    if ctx.edit.cancel.is_cancelled() {
        return report;
    }
    (ctx.say)(format!("{}: fails; without the change?", check.name));
    let root = &ctx.root;
    let put = |over: &Over| {
        let all = over.iter().filter_map(|it| Some((it.0.relative_to(root)?, &it.1)));
        all.map(|(path, bytes)| copy.put(path, bytes.as_deref())).collect::<Result<Vec<()>, _>>()
    };
    let on_disk = |over: &Over, other: &Over| -> Over {
        let only_here = over.iter().filter(|it| !other.iter().any(|o| o.0 == it.0));
        only_here
            .map(|it| (it.0.clone(), ctx.edit.snapshot.loader.read(&it.0).ok().map(Arc::from)))
            .collect()
    };
    if put(&on_disk(&case.over, before)).and_then(|_| put(before)).is_err() {
        return report;
    }
    let (earlier, failed_earlier) = carry_out(ctx, copy, check, notes);
    report.cpu_ms += earlier.cpu_ms;
    if failed_earlier {
        report.result = CheckResult::FailedBefore;
    }
    if put(&on_disk(before, &case.over)).and_then(|_| put(&case.over)).is_err() {
        notes.push("the copy could not be set back".to_owned());
    }
    report
}

/// Runs one check as the copy stands now; true where it has failed.
fn carry_out(
    ctx: &VerifyContext<'_>,
    copy: &WorkspaceCopy,
    check: &Check,
    notes: &mut Vec<String>,
) -> (CheckReport, bool) {
    let mut tail: Vec<u8> = Vec::new();
    (ctx.say)(check.name.clone());
    let job = job(ctx, copy, check);
    let ended = match job {
        Ok(job) => sandbox::run(
            &ctx.sandboxing.launcher,
            &job,
            &ctx.edit.cancel.flag(),
            &mut |_, bytes| {
                tail.extend_from_slice(bytes);
                tail.drain(..tail.len().saturating_sub(OUTPUT_BYTES_KEPT));
                let line = String::from_utf8_lossy(bytes);
                if let Some(line) = line.lines().rfind(|it| !it.trim().is_empty()) {
                    let line: String = visible_line(line).chars().take(LINE_CHARS_MAX).collect();
                    (ctx.say)(line);
                }
            },
        ),
        Err(error) => Err(SandboxError::Command(error)),
    };
    let output = String::from_utf8_lossy(&tail).into_owned();
    let (result, detail, cpu_ms) = match &ended {
        Ok(ended) => {
            notes.extend(ended.guards.gaps());
            (result(ended), detail(ended, &output), ended.cpu_ms)
        }
        Err(error) => (CheckResult::NotRun, error.to_string(), 0),
    };
    let report = CheckReport { name: check.name.clone(), result, detail, output, cpu_ms };
    (report, result == CheckResult::Failed)
}

fn result(ended: &Ended) -> CheckResult {
    match ended.how {
        How::Exited(0) => CheckResult::Passed,
        // What no test runner says about a test: the program or a module is not there.
        How::Exited(126 | 127) | How::Stopped(_) | How::Cancelled => CheckResult::NotRun,
        How::Exited(_) | How::Signalled(_) => CheckResult::Failed,
    }
}

/// How it ended, and the last line that says something.
fn detail(ended: &Ended, output: &str) -> String {
    if ended.how == How::Exited(0) {
        return String::new();
    }
    let said = output.lines().find(|it| it.contains("error") || it.contains("FAIL"));
    let said = said.or_else(|| output.lines().rfind(|it| !it.trim().is_empty()));
    let said = said.map(|it| format!(": {}", visible_line(it.trim()))).unwrap_or_default();
    format!("{}{said}", ended.how)
}

fn job(ctx: &VerifyContext<'_>, copy: &WorkspaceCopy, check: &Check) -> Result<Job, String> {
    let machine = &ctx.sandboxing.machine;
    let place = |name: &str| ctx.folder.join(name);
    let (home, temporary, cache) = (place("home"), place("tmp"), place("cache"));
    for folder in [&home, &temporary, &cache] {
        disk::create_folder(folder).map_err(|it| it.to_string())?;
    }
    let text = |path: &Path| path.display().to_string();
    let mut env = machine.env.clone();
    for (name, value) in [
        ("HOME", text(&home)),
        ("TMPDIR", text(&temporary)),
        ("CI", "1".to_owned()),
        ("CARGO_TARGET_DIR", text(&cache.join("target"))),
        ("CARGO_TERM_COLOR", "never".to_owned()),
        ("GOCACHE", text(&cache.join("go"))),
        ("GOFLAGS", "-mod=mod".to_owned()),
        ("PYTHONPYCACHEPREFIX", text(&cache.join("python"))),
        ("npm_config_cache", text(&cache.join("npm"))),
        ("GRADLE_USER_HOME", text(&cache.join("gradle"))),
        ("NO_COLOR", "1".to_owned()),
    ] {
        env.insert(name.to_owned(), value);
    }
    let repository = machine.read.iter().find(|it| it.ends_with(".m2/repository"));
    if let Some(repository) = repository {
        let repository = format!("-Dmaven.repo.local={}", text(repository));
        env.insert("MAVEN_OPTS".to_owned(), repository);
    }
    let read = machine.read.iter().cloned().chain(copy.installed.iter().cloned());
    let (program, args) = check.argv.split_first().ok_or("an empty command")?;
    Ok(Job {
        program: program.clone(),
        args: args.to_vec(),
        folder: copy.tree.join(&check.folder),
        env,
        read: read.collect(),
        write: vec![copy.tree.clone(), home, temporary, cache],
        network: if ctx.settings.has_network { Network::Host } else { Network::None },
        limits: Limits {
            time_ms: ctx.settings.seconds_max * 1000,
            memory_bytes: ctx.settings.memory_mib_max << 20,
            processes: PROCESSES_MAX,
            ..Limits::default()
        },
    })
}
