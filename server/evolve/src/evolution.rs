//! All of one experiment, step by step: tasks are gathered, the code as it was is indexed and
//! asked, a trial is held. Whoever steps it decides when; between two steps everything can wait.

use std::sync::Arc;

use history::{Renames, Repository};
use store::commits::Commits;

use crate::{
    Arena, Corpus, CorpusError, Evidence, EvidenceConfig, Model, Next, Replay, Ruling, Task, Trial,
    TrialConfig, Vocabulary,
    evidence::Gathering,
    guard::guards,
    lessons::Lessons,
    replay::{ask, asked},
};

/// Fewer tasks on either side of the split prove nothing.
const TASKS_MIN: usize = 40;
/// Of all tasks the newest two fifths are held out.
const HELD_OUT: (usize, usize) = (2, 5);
/// So many tasks are asked of the same moment before the index goes on to a later one. The index is
/// then at most so many tasks behind, never ahead.
const TASKS_PER_MOMENT: usize = 8;
/// Commits that are looked at in one step, each a few files to parse.
const COMMITS_PER_STEP: usize = 4;

/// How an experiment is made.
#[derive(Clone, Debug, PartialEq)]
pub struct EvolutionConfig {
    /// What of the past is evidence.
    pub evidence: EvidenceConfig,
    /// How the trial is held.
    pub trial: TrialConfig,
    /// By which commits earlier trials ruled (the time of the first and of the last, in seconds
    /// since 1970), and how often each looked at them.
    pub ruled: Vec<(i64, i64, u32)>,
}

/// What came of an experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evolved {
    /// Commits that were looked at.
    pub n_commits: usize,
    /// The older tasks.
    pub tuning: Vec<Task>,
    /// The newer tasks.
    pub held_out: Vec<Task>,
    /// What the trial ruled; `None` where there is too little evidence.
    pub ruling: Option<Ruling>,
    /// The questions with all that their answers were made of.
    pub arena: Arena,
    /// What the commits before the held-out tasks teach of the repository's own words.
    pub vocabulary: Vocabulary,
}

/// An experiment under way.
pub struct Evolution {
    repository: Repository,
    commits: Arc<dyn Commits>,
    model: Option<Model>,
    config: EvolutionConfig,
    stage: Stage,
    res: Evolved,
}

enum Stage {
    Gather(Gathering),
    Learn(Box<Lessons>),
    Replay(Box<Replaying>),
    Try(Box<Trial>),
    Over,
}

struct Replaying {
    corpus: Corpus,
    tasks: Vec<Task>,
    /// What the commits before the first task teach: what the tuning tasks are asked with.
    vocabulary: Vocabulary,
    n_tuning: usize,
    renames: Renames,
    replays: Vec<Replay>,
    /// Which moment the index is at, or on its way to.
    moment: Option<usize>,
    /// True while it is on its way.
    is_moving: bool,
    /// CPU time of the questions, and of asking the past for them, in milliseconds.
    cost_ms: (f64, f64),
}

/// How far an experiment is.
#[derive(Clone, Debug, PartialEq)]
pub enum EvolutionStep {
    /// It goes on.
    More {
        /// What it does, for people.
        doing: &'static str,
        /// How much of that is done.
        done: usize,
        /// Of how much.
        all: usize,
    },
    /// It is over.
    Done(Box<Evolved>),
}

impl Evolution {
    /// Begins an experiment on the past of `repository`, as far as `commits` knows it.
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn begin(
        repository: Repository,
        commits: Arc<dyn Commits>,
        model: Option<Model>,
        config: EvolutionConfig,
    ) -> Result<Evolution, CorpusError> {
        let stage = Stage::Gather(Gathering::begin(commits.as_ref(), &config.evidence)?);
        Ok(Evolution { repository, commits, model, config, stage, res: Evolved::default() })
    }

    /// Goes on a little. `cpu_ms` tells the CPU time of this thread.
    ///
    /// # Errors
    /// [`CorpusError`].
    pub fn step(&mut self, cpu_ms: &dyn Fn() -> u64) -> Result<EvolutionStep, CorpusError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Gather(gathering) => self.gather(gathering),
            Stage::Learn(lessons) => self.learn(lessons),
            Stage::Replay(replaying) => self.replay(replaying, cpu_ms),
            Stage::Try(trial) => Ok(self.hold(trial)),
            Stage::Over => Ok(self.end(None)),
        }
    }

    fn gather(&mut self, mut gathering: Gathering) -> Result<EvolutionStep, CorpusError> {
        for _ in 0..COMMITS_PER_STEP {
            let Some(found) = gathering.step(&self.repository, self.commits.as_ref())? else {
                continue;
            };
            let Evidence { mut tasks, n_commits } = found;
            self.res.n_commits = n_commits;
            let held_out = tasks.split_off(tasks.len() - tasks.len() * HELD_OUT.0 / HELD_OUT.1);
            self.res.tuning = tasks;
            self.res.held_out = held_out;
            if self.res.tuning.len().min(self.res.held_out.len()) < TASKS_MIN {
                return Ok(self.end(None));
            }
            let commits = self.commits.as_ref();
            let lessons = Lessons::begin(&self.repository, commits, Renames::load(commits)?)?;
            self.stage = Stage::Learn(Box::new(lessons));
            return Ok(EvolutionStep::More { doing: "learning words", done: 0, all: 0 });
        }
        let (done, all) = gathering.progress();
        self.stage = Stage::Gather(gathering);
        Ok(EvolutionStep::More { doing: "looking for evidence", done, all })
    }

    /// Learns what is said of which places, twice: from what was there before the tuning tasks, and
    /// from what was there before the held-out ones. No question is asked with what its own answer
    /// taught.
    fn learn(&mut self, mut lessons: Box<Lessons>) -> Result<EvolutionStep, CorpusError> {
        let commits = self.commits.as_ref();
        let began_s = |it: &[Task]| it.iter().map(|it| it.commit.time_s).min().unwrap_or_default();
        let untils_s = [began_s(&self.res.tuning), began_s(&self.res.held_out)];
        if lessons.step(&self.repository, commits, &untils_s)? {
            let (done, all) = lessons.progress();
            self.stage = Stage::Learn(lessons);
            return Ok(EvolutionStep::More { doing: "learning words", done, all });
        }
        let vocabulary = lessons.vocabulary(commits, untils_s[0])?;
        self.res.vocabulary = lessons.vocabulary(commits, untils_s[1])?;
        let tasks = [self.res.tuning.as_slice(), &self.res.held_out].concat();
        let all = tasks.len();
        self.stage = Stage::Replay(Box::new(Replaying {
            corpus: Corpus::new(self.model.clone())?,
            tasks,
            vocabulary,
            n_tuning: self.res.tuning.len(),
            renames: lessons.into_renames(),
            replays: Vec::new(),
            moment: None,
            is_moving: false,
            cost_ms: (0.0, 0.0),
        }));
        Ok(EvolutionStep::More { doing: "asking the past", done: 0, all })
    }

    fn replay(
        &mut self,
        mut it: Box<Replaying>,
        cpu_ms: &dyn Fn() -> u64,
    ) -> Result<EvolutionStep, CorpusError> {
        let (done, all) = (it.replays.len(), it.tasks.len());
        if done == all {
            return self.begin_trial(*it);
        }
        if it.is_moving {
            it.is_moving = it.corpus.go_on(&self.repository)?;
        } else if it.moment != Some(done / TASKS_PER_MOMENT) {
            it.moment = Some(done / TASKS_PER_MOMENT);
            it.corpus.go_before(&self.repository, &it.renames, &it.tasks[done])?;
            it.is_moving = true;
        } else {
            it.ask(&self.repository, self.commits.as_ref(), &self.res.vocabulary, cpu_ms)?;
        }
        self.stage = Stage::Replay(it);
        Ok(EvolutionStep::More { doing: "asking the past", done, all })
    }

    fn begin_trial(&mut self, it: Replaying) -> Result<EvolutionStep, CorpusError> {
        let learned = &self.res.vocabulary;
        let guards = guards(&self.repository, &it.corpus, learned, self.config.trial.seed)?;
        let mut tuning = it.replays;
        let held_out = tuning.split_off(self.res.tuning.len());
        let n = it.tasks.len() as f64;
        let cost_ms = (it.cost_ms.0 / n, it.cost_ms.1 / n);
        self.res.arena = Arena { tuning, held_out, guards, cost_ms };
        let mut trial = self.config.trial.clone();
        trial.looks += self.looks();
        self.stage = Stage::Try(Box::new(Trial::new(trial)));
        Ok(self.trying(0))
    }

    /// How often earlier trials looked at most of these held-out tasks.
    fn looks(&self) -> u32 {
        let tasks = &self.res.held_out;
        let is_same = |from_s: i64, to_s: i64| {
            let seen = tasks.iter().filter(|it| (from_s..=to_s).contains(&it.commit.time_s));
            tasks.len() < 2 * seen.count()
        };
        let earlier = self.config.ruled.iter().filter(|it| is_same(it.0, it.1));
        earlier.map(|it| it.2).sum()
    }

    fn hold(&mut self, mut trial: Box<Trial>) -> EvolutionStep {
        match trial.step(&self.res.arena) {
            Next::Done(ruling) => self.end(Some(ruling)),
            Next::Step => {
                let n = trial.n_measured();
                self.stage = Stage::Try(trial);
                self.trying(n)
            }
        }
    }

    fn trying(&self, done: usize) -> EvolutionStep {
        let all = self.config.trial.measured_max;
        EvolutionStep::More { doing: "trying settings", done: done.min(all), all }
    }

    fn end(&mut self, ruling: Option<Ruling>) -> EvolutionStep {
        self.stage = Stage::Over;
        let res = std::mem::take(&mut self.res);
        EvolutionStep::Done(Box::new(Evolved { ruling, ..res }))
    }
}

impl Replaying {
    fn ask(
        &mut self,
        repository: &Repository,
        commits: &dyn Commits,
        learned: &Vocabulary,
        cpu_ms: &dyn Fn() -> u64,
    ) -> Result<(), CorpusError> {
        let is_tuning = self.replays.len() < self.n_tuning;
        let vocabulary = if is_tuning { &self.vocabulary } else { learned };
        let began_ms = cpu_ms();
        let asked = asked(&self.tasks[self.replays.len()], commits, &self.renames)?;
        let past_ms = cpu_ms();
        let replay = ask(repository, &self.corpus, vocabulary, &asked)?;
        self.cost_ms.0 += cpu_ms().saturating_sub(past_ms) as f64;
        self.cost_ms.1 += past_ms.saturating_sub(began_ms) as f64;
        self.replays.push(replay);
        Ok(())
    }
}
