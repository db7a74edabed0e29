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
    /// The vocabulary in force: newer commits may say that one learned anew is better.
    pub standing: Vocabulary,
    /// So many of the newest tasks are asked with what was known before the first of them: as who
    /// never learns anew. For evaluations.
    pub untaught: usize,
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
    /// What all commits teach of the repository's own words, but those of untaught tasks.
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
    lessons: Lessons,
    /// What the commits before the moment teach: what its tasks are asked with.
    vocabulary: Vocabulary,
    /// The number of the first task that the vocabulary in force cannot have learned from.
    unlearned: usize,
    replays: Vec<Replay>,
    /// Those of the tasks from `unlearned` on, asked with the vocabulary in force.
    standing: Vec<Replay>,
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

    /// Reads what can be learned of what is said of which places.
    fn learn(&mut self, mut lessons: Box<Lessons>) -> Result<EvolutionStep, CorpusError> {
        let commits = self.commits.as_ref();
        let tasks = [self.res.tuning.as_slice(), &self.res.held_out].concat();
        let all = tasks.len();
        let began_s = tasks.iter().map(|it| it.commit.time_s).min().unwrap_or_default();
        let untaught = all - self.config.untaught.min(all);
        let until_s = match tasks.get(untaught) {
            Some(task) => task.commit.time_s,
            None => self.config.evidence.until_s.unwrap_or(i64::MAX),
        };
        if lessons.step(&self.repository, commits, began_s..until_s)? {
            let (done, all) = lessons.progress();
            self.stage = Stage::Learn(lessons);
            return Ok(EvolutionStep::More { doing: "learning words", done, all });
        }
        self.res.vocabulary = lessons.vocabulary(commits, until_s)?;
        self.stage = Stage::Replay(Box::new(Replaying {
            corpus: Corpus::new(self.model.clone())?,
            unlearned: self.unlearned(&tasks)?,
            tasks,
            lessons: *lessons,
            vocabulary: Vocabulary::default(),
            replays: Vec::new(),
            standing: Vec::new(),
            moment: None,
            is_moving: false,
            cost_ms: (0.0, 0.0),
        }));
        Ok(EvolutionStep::More { doing: "asking the past", done: 0, all })
    }

    /// The first task that the vocabulary in force cannot have learned from; past the last where
    /// none is in force. One that does not say from what it was learned may have seen them all: it
    /// stays where a newer one cannot beat it even so.
    fn unlearned(&self, tasks: &[Task]) -> Result<usize, CorpusError> {
        if self.config.standing.is_empty() {
            return Ok(tasks.len());
        }
        let key = self.config.standing.learned_up_to();
        let learned = key.map(|it| self.commits.commit(&it)).transpose()?.flatten();
        let is_learned =
            |it: &Task| learned.as_ref().is_some_and(|at| it.commit.time_s <= at.time_s);
        Ok(tasks.iter().position(|it| !is_learned(it)).unwrap_or(tasks.len()))
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
            it.corpus.go_before(&self.repository, it.lessons.renames(), &it.tasks[done])?;
            it.is_moving = true;
            // No question is asked with what its own answer taught.
            let taught = done.min(all - self.config.untaught.min(all));
            let until_s = it.tasks[taught].commit.time_s;
            it.vocabulary = it.lessons.vocabulary(self.commits.as_ref(), until_s)?;
        } else {
            it.ask(&self.repository, self.commits.as_ref(), &self.config.standing, cpu_ms)?;
        }
        self.stage = Stage::Replay(it);
        Ok(EvolutionStep::More { doing: "asking the past", done, all })
    }

    fn begin_trial(&mut self, it: Replaying) -> Result<EvolutionStep, CorpusError> {
        let guards = |vocabulary: &Vocabulary| {
            guards(&self.repository, &it.corpus, vocabulary, self.config.trial.seed)
        };
        let standing_guards = match it.standing.is_empty() {
            true => Vec::new(),
            false => guards(&self.config.standing)?,
        };
        let guards = guards(&self.res.vocabulary)?;
        let mut tuning = it.replays;
        let held_out = tuning.split_off(self.res.tuning.len());
        let n = it.tasks.len() as f64;
        let cost_ms = (it.cost_ms.0 / n, it.cost_ms.1 / n);
        let standing = it.standing;
        self.res.arena = Arena { tuning, held_out, guards, standing, standing_guards, cost_ms };
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
        standing: &Vocabulary,
        cpu_ms: &dyn Fn() -> u64,
    ) -> Result<(), CorpusError> {
        let nth = self.replays.len();
        let began_ms = cpu_ms();
        let asked = asked(&self.tasks[nth], commits, self.lessons.renames())?;
        let past_ms = cpu_ms();
        let replay = ask(repository, &self.corpus, &self.vocabulary, &asked)?;
        self.cost_ms.0 += cpu_ms().saturating_sub(past_ms) as f64;
        self.cost_ms.1 += past_ms.saturating_sub(began_ms) as f64;
        self.replays.push(replay);
        if self.unlearned <= nth {
            self.standing.push(ask(repository, &self.corpus, standing, &asked)?);
        }
        Ok(())
    }
}
