//! The product's own files, those under `.aios/` of the first folder: read, validated, and kept at
//! their last good state.

pub(crate) mod runs;
pub(crate) mod trust;

use std::{collections::BTreeMap, fmt, ops::ControlFlow, sync::Arc};

use agent::{AgentDef, Definition, Workflow};
use evolve::{VOCABULARY_FILE, Vocabulary};
use proposal::{Proposal, RiskKind, RiskLevel, RiskReason, Simulation};
use settings::{Layers, Source, WORKSPACE_FILE};
use store::{Trust, TrustRow};
use vfs::{ContentHash, Link, Listed, Loader, VfsPath, WalkLimits, decode};

use crate::{
    Snapshot,
    own::trust::{Standing, TrustChange},
};

/// The folder below the workspace.
pub(crate) const OWN_FOLDER: &str = ".aios";
/// Files in it at most; more are told and left out.
const FILES_MAX: usize = 500;
/// Characters of a definition's name in the records.
const DIGEST_CHARS: usize = 32;
/// Problems that are named in the reason of a risk at most.
const SHOWN_MAX: usize = 3;

/// What the product is told by the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Whether the user trusts it.
    pub standing: Standing,
    /// What is there and not trusted, file by file.
    pub changes: Vec<TrustChange>,
    /// Names the contents of all files: what the user has seen when they say that they trust it.
    pub fingerprint: String,
    /// Names the contents of the files that [`Own::fingerprint`] stands for, one by one.
    pub contents: BTreeMap<String, String>,
    /// The agents by file, each in its last good state.
    pub agents: BTreeMap<String, Arc<AgentDef>>,
    /// Names the contents of the files of [`Own::agents`] and [`Own::workflows`].
    pub digests: BTreeMap<String, String>,
    /// The workflows by file, each in its last good state.
    pub workflows: BTreeMap<String, Arc<Workflow>>,
    /// What the repository's own words stand for, in its last good state; nothing while the file is
    /// not as the user trusts it.
    pub vocabulary: Arc<Vocabulary>,
    /// What the file says in its last good state, trusted or not.
    pub written_vocabulary: Arc<Vocabulary>,
    /// What is wrong in the files as they are.
    pub problems: Vec<OwnProblem>,
}

/// Something wrong in a file under `.aios/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnProblem {
    /// The file, below the workspace.
    pub path: String,
    /// The line, from 1; 0 where it is the file as a whole.
    pub line: u32,
    /// The column, from 1; 0 where it is not known.
    pub column: u32,
    /// What is wrong.
    pub fact: String,
}

impl fmt::Display for OwnProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match (self.line, self.column) {
            (0, _) => {}
            (line, 0) => write!(f, ":{line}")?,
            (line, column) => write!(f, ":{line}:{column}")?,
        }
        write!(f, ": {}", self.fact)
    }
}

/// What was read of the files, and of what is trusted.
pub(crate) struct OwnRead {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) unread: Vec<OwnProblem>,
    pub(crate) trusted: Option<TrustRow>,
    /// How often trust had been given or taken when it was read.
    pub(crate) n_trust_writes: u64,
    /// Set where the record of trust cannot be read: nothing is trusted then.
    pub(crate) trouble: Option<String>,
}

/// Reads the files of `root`, the first folder of the workspace.
pub(crate) fn read(loader: &dyn Loader, trust: &Trust, root: &VfsPath) -> OwnRead {
    let n_trust_writes = trust.n_writes();
    let (trusted, trouble) = match trust.of(root.as_str()) {
        Ok(trusted) => (trusted, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let (files, unread) = (BTreeMap::new(), Vec::new());
    let mut res = OwnRead { files, unread, trusted, n_trust_writes, trouble };
    let limits = WalkLimits { files_max: FILES_MAX, file_bytes_max: agent::TEXT_BYTES_MAX as u64 };
    let mut paths = Vec::new();
    loader.list(&root.join(OWN_FOLDER), &limits, &mut |listed| {
        match listed {
            // A link may lead anywhere, and what git leaves out nobody reviews.
            Listed::File { path, .. }
                if loader.is_listed(root, &path) && loader.link(root, &path) == Link::None =>
            {
                paths.push(path);
            }
            Listed::File { .. } => {}
            Listed::Skipped { path, reason } if path.starts_with(&root.join(OWN_FOLDER)) => {
                res.unread.extend(problem(root, &path, reason.to_string()));
            }
            Listed::Skipped { .. } => {}
        }
        ControlFlow::Continue(())
    });
    for path in paths {
        let text = loader.read(&path).and_then(|bytes| decode(&path, bytes));
        let Some(relative) = path.relative_to(root) else { continue };
        match text {
            Ok(text) => drop(res.files.insert(relative.to_owned(), text)),
            Err(vfs::ReadError::NotFound { .. }) => {}
            Err(error) => res.unread.extend(problem(root, &path, error.skip_reason().to_string())),
        }
    }
    res
}

fn problem(root: &VfsPath, path: &VfsPath, fact: String) -> Option<OwnProblem> {
    let path = path.relative_to(root)?.to_owned();
    // A folder that is not there is no problem.
    (path != OWN_FOLDER).then_some(OwnProblem { path, line: 0, column: 0, fact })
}

impl Own {
    /// What `read` makes of `old`: what is wrong keeps its last good state. The settings go into
    /// `layers`.
    pub(crate) fn next(old: &Own, read: OwnRead, layers: &mut Layers) -> Own {
        let OwnRead { files, unread, trusted, .. } = read;
        let (standing, changes, fingerprint) = trust::standing(&files, trusted.as_ref());
        let mut res = Own {
            standing,
            changes,
            fingerprint,
            contents: files.iter().map(|it| (it.0.clone(), digest(it.1))).collect(),
            agents: BTreeMap::new(),
            digests: BTreeMap::new(),
            workflows: BTreeMap::new(),
            vocabulary: Arc::default(),
            written_vocabulary: Arc::default(),
            problems: unread,
        };
        layers.set_trusted(standing.files_may_act());
        match files.get(WORKSPACE_FILE) {
            Some(text) => {
                let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, text);
                res.problems.extend(errors.into_iter().map(|it| settings_problem(&it)));
            }
            // What cannot be read keeps its last good state too.
            None if res.problems.iter().any(|it| it.path == WORKSPACE_FILE) => {}
            None => layers.remove(Source::Workspace),
        }
        res.take_agents(old, &files);
        res.take_workflows(old, &files);
        res.take_vocabulary(old, &files, trusted.as_ref());
        res.problems.sort();
        res
    }

    /// True where the file of the repository's words says something that does not count, because it
    /// is not as the user trusts it.
    pub fn vocabulary_waits(&self) -> bool {
        self.vocabulary.is_empty() && !self.written_vocabulary.is_empty()
    }

    fn take_agents(&mut self, old: &Own, files: &BTreeMap<String, String>) {
        for (path, text) in files.iter().filter(|it| is(it.0, Definition::Agent)) {
            let good = match AgentDef::parse(text) {
                Ok(agent) => Some((Arc::new(agent), digest(text))),
                Err(problems) => {
                    self.add(path, problems);
                    old.agents.get(path).cloned().zip(old.digests.get(path).cloned())
                }
            };
            let Some((agent, digest)) = good else { continue };
            if let Some(other) = self.agents.iter().find(|it| it.1.name == agent.name) {
                let fact = format!("`{}` is an agent of {} already", agent.name, other.0);
                self.problems.push(OwnProblem { path: path.clone(), line: 1, column: 1, fact });
                continue;
            }
            self.agents.insert(path.clone(), agent);
            self.digests.insert(path.clone(), digest);
        }
    }

    fn take_workflows(&mut self, old: &Own, files: &BTreeMap<String, String>) {
        let built_in = agent::built_in_agents().iter().map(|it| &it.def);
        let agents: Vec<String> =
            self.agents.values().chain(built_in).map(|it| it.name.clone()).collect();
        for (path, text) in files.iter().filter(|it| is(it.0, Definition::Workflow)) {
            let good = match Workflow::parse(text, Some(&agents)) {
                Ok(workflow) => Some((Arc::new(workflow), digest(text))),
                Err(problems) => {
                    self.add(path, problems);
                    old.workflows.get(path).cloned().zip(old.digests.get(path).cloned())
                }
            };
            if let Some((workflow, digest)) = good {
                self.workflows.insert(path.clone(), workflow);
                self.digests.insert(path.clone(), digest);
            }
        }
    }

    /// What words stand for decides what is read first, by people and by agents: so it counts only
    /// where the user trusts the file just as it is.
    fn take_vocabulary(
        &mut self,
        old: &Own,
        files: &BTreeMap<String, String>,
        trusted: Option<&TrustRow>,
    ) {
        let mut keep = || {
            self.vocabulary = Arc::clone(&old.vocabulary);
            self.written_vocabulary = Arc::clone(&old.written_vocabulary);
        };
        let Some(text) = files.get(VOCABULARY_FILE) else {
            // What cannot be read keeps its last good state.
            if self.problems.iter().any(|it| it.path == VOCABULARY_FILE) {
                keep();
            }
            return;
        };
        match Vocabulary::parse(text) {
            Ok((vocabulary, facts)) => {
                self.written_vocabulary = Arc::new(vocabulary);
                if trusted.is_some_and(|it| it.has(VOCABULARY_FILE, text)) {
                    self.vocabulary = Arc::clone(&self.written_vocabulary);
                }
                let path = VOCABULARY_FILE.to_owned();
                let problem =
                    |(line, fact)| OwnProblem { path: path.clone(), line, column: 0, fact };
                self.problems.extend(facts.into_iter().map(problem));
            }
            Err((line, fact)) => {
                keep();
                let path = VOCABULARY_FILE.to_owned();
                self.problems.push(OwnProblem { path, line, column: 0, fact });
            }
        }
    }

    fn add(&mut self, path: &str, problems: Vec<agent::Problem>) {
        self.problems.extend(problems.into_iter().map(|it| OwnProblem {
            path: path.to_owned(),
            line: it.line,
            column: it.column,
            fact: it.fact,
        }));
    }
}

/// Names a definition: short, and another one for every other text.
pub(crate) fn digest(text: &str) -> String {
    ContentHash::of(text.as_bytes()).to_string().chars().take(DIGEST_CHARS).collect()
}

fn is(path: &str, definition: Definition) -> bool {
    Definition::of_path(path) == Some(definition)
}

fn settings_problem(error: &settings::SettingsError) -> OwnProblem {
    let fact = match error.key.as_str() {
        "" => error.fact.clone(),
        key => format!("{key}: {}", error.fact),
    };
    let path = error.file.clone();
    OwnProblem { path, line: error.line.unwrap_or(0), column: 0, fact }
}

/// What is wrong in `text` as the file at `path` (below the workspace); empty for files that are
/// none of the product's own. For who shows it while it is being written.
pub fn own_problems(path: &str, text: &str, own: &Own) -> Vec<OwnProblem> {
    problems_in(&BTreeMap::from([(path.to_owned(), text.to_owned())]), own)
}

/// The same of several files that would be there together.
fn problems_in(files: &BTreeMap<String, String>, own: &Own) -> Vec<OwnProblem> {
    let mut trial = Own::default();
    if let Some(text) = files.get(WORKSPACE_FILE) {
        let mut layers = Layers::default();
        layers.set_trusted(own.standing.files_may_act());
        let errors = layers.set_toml(Source::Workspace, WORKSPACE_FILE, text);
        trial.problems.extend(errors.iter().map(settings_problem));
    }
    trial.take_agents(&Own::default(), files);
    for (path, agent) in &own.agents {
        trial.agents.entry(path.clone()).or_insert_with(|| Arc::clone(agent));
    }
    trial.take_workflows(&Own::default(), files);
    trial.take_vocabulary(&Own::default(), files, None);
    trial.problems.sort();
    trial.problems
}

/// Says of a proposal which of the product's own files the server would not take as it leaves them.
pub(crate) fn weigh(proposal: &mut Proposal, simulation: &Simulation, snapshot: &Snapshot) {
    let Some(root) = snapshot.roots.first() else { return };
    let own = simulation.files.iter().filter_map(|it| {
        let path = it.after.as_ref().filter(|it| it.starts_with(&root.join(OWN_FOLDER)))?;
        Some((path.relative_to(root)?.to_owned(), it.post_text()?.to_owned()))
    });
    let problems = problems_in(&own.collect(), &snapshot.own);
    if problems.is_empty() {
        return;
    }
    let shown: Vec<String> = problems.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    let rest = match problems.len().saturating_sub(SHOWN_MAX) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let detail = format!("is not taken as it is, what was good stays: {}{rest}", shown.join("; "));
    let reason = RiskReason { level: RiskLevel::High, kind: RiskKind::OwnInvalid, detail };
    proposal::add_reason(&mut proposal.risk, reason);
}
