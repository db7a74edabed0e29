//! Questions asked of the past once, and scored again and again under other weights.

use history::{Renames, Repository, TouchedAlike, touched_alike};
use memory::{
    Hit, Query, QueryVector, QuestionKind, Signal, Signals, Sources, Values, Weights, search,
};
use rustc_hash::FxHashMap;
use store::commits::Commits;

use crate::{Corpus, CorpusError, FunctionName, Task, Vocabulary, corpus::ROOT};

/// Candidates that are kept of a question: those that the shipped weights put first.
const CANDIDATES_MAX: usize = 150;
/// Files and hits that are looked at before people ask otherwise.
const FILES_SHOWN: usize = 5;
const HITS_SHOWN: usize = 10;
/// Longer hits than so many lines, and than four of what was looked for, answer nothing.
const HIT_LINES_MIN: u32 = 80;

/// One candidate of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its file, numbered within the question.
    pub file: u16,
    /// The functions that it is, a bit each.
    pub functions: u8,
    /// True where its file answers.
    pub is_of_right_file: bool,
    /// What it would be weighted from.
    pub values: Values,
}

/// A question with all that its answer is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// What the question was taken for.
    pub kind: QuestionKind,
    /// The candidates, in the order of the shipped weights.
    pub found: Vec<Found>,
    /// Files that answer.
    pub n_files: u8,
    /// Functions that answer.
    pub n_functions: u8,
}

/// How well one question is answered, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Share of the right files among the first five.
    pub files_at_5: f32,
    /// Share of the right functions among the first ten hits.
    pub functions_at_10: f32,
    /// Share of the right functions, each the less the later it stands: smoother, for the search.
    pub gain: f32,
    /// The same of files.
    pub files_gain: f32,
}

/// A question, what answers it, and what the past says of files.
pub(crate) struct Asked {
    pub(crate) question: String,
    pub(crate) files: Vec<String>,
    pub(crate) functions: Vec<FunctionName>,
    /// Files that commits which speak like the question touched, and how much they say so.
    pub(crate) alike: Vec<TouchedAlike>,
}

pub(crate) fn asked(
    task: &Task,
    commits: &dyn Commits,
    renames: &Renames,
) -> Result<Asked, CorpusError> {
    let words = memory::asked_words(&task.question);
    Ok(Asked {
        question: task.question.clone(),
        files: task.files.clone(),
        functions: task.functions.clone(),
        alike: touched_alike(commits, renames, &words, Some(task.commit.time_s))?,
    })
}

/// Asks one question of the index as it is, with the words that the repository had by then.
pub(crate) fn ask(
    repository: &Repository,
    corpus: &Corpus,
    vocabulary: &Vocabulary,
    asked: &Asked,
) -> Result<Replay, CorpusError> {
    let mut signals = Signals::default();
    for (path, history) in &asked.alike {
        if let Some(path) = repository.in_folder(path).and_then(|it| corpus.then(it)) {
            signals.add(path, None, Signal { history: *history, ..Signal::default() });
        }
    }
    for (spot, signal) in vocabulary.signals(&asked.question) {
        if let Some(path) = corpus.then(&spot.path) {
            signals.add(path, spot.symbol.as_deref(), signal);
        }
    }
    let weights = Weights::default();
    let sources = Sources { signals: &signals, ..Sources::saved(&corpus.store, &weights) };
    let mut query = Query::text(&asked.question, CANDIDATES_MAX);
    if let Some(embedding) = corpus.embedding() {
        let components = embedding.model.embed_question(&asked.question)?;
        if components.iter().any(|it| *it != 0.0) {
            query.vector = Some(QueryVector { space: embedding.space(), components });
        }
    }
    query.filters.roots = vec![ROOT.to_owned()];
    let answer = search(&sources, &query)?;
    let right = right_lines(repository, corpus, &asked.functions);
    let mut files: FxHashMap<&str, u16> = FxHashMap::default();
    let found = answer.hits.iter().map(|hit| {
        let next = files.len() as u16;
        Found {
            file: *files.entry(&hit.path).or_insert(next),
            functions: functions_of(hit, &right),
            is_of_right_file: asked.files.contains(&hit.path),
            values: hit.values,
        }
    });
    Ok(Replay {
        found: found.collect(),
        kind: answer.kind.unwrap_or(QuestionKind::Change),
        n_files: asked.files.len() as u8,
        n_functions: asked.functions.len() as u8,
    })
}

/// Where the right functions stand in the index: file, first and last line.
fn right_lines<'t>(
    repository: &Repository,
    corpus: &Corpus,
    functions: &'t [FunctionName],
) -> Vec<Option<(&'t str, u32, u32)>> {
    let mut facts = FxHashMap::default();
    let places = functions.iter().map(|it| {
        let read = || corpus.file(repository, &it.path);
        let of_file = facts.entry(it.path.as_str()).or_insert_with(read);
        let (_, facts) = of_file.as_ref()?;
        let named = |idx| facts.name_path(idx) == it.name;
        let (_, symbol) = facts.symbols().find(|(idx, symbol)| !symbol.is_local && named(*idx))?;
        let line = |offset| facts.lines.line_of(offset) + 1;
        Some((it.path.as_str(), line(symbol.range.start()), line(symbol.range.end())))
    });
    places.collect()
}

/// The right functions that a hit is, a bit each.
fn functions_of(hit: &Hit, right: &[Option<(&str, u32, u32)>]) -> u8 {
    let mut res = 0;
    for (nth, place) in right.iter().enumerate() {
        let Some((path, first, last)) = place else { continue };
        let n_lines = hit.lines.1 - hit.lines.0 + 1;
        let is_long = HIT_LINES_MIN.max(4 * (last - first + 1)) < n_lines;
        if hit.path == *path && hit.lines.0 <= *last && *first <= hit.lines.1 && !is_long {
            res |= 1 << nth;
        }
    }
    res
}

impl Replay {
    /// How well the question is answered under `weights`.
    pub fn score(&self, weights: &Weights) -> Score {
        let weights = weights.of(self.kind);
        let sum = |it: &Found| it.values.iter().map(|(of, value)| weights[of] * value).sum::<f32>();
        let mut order: Vec<(f32, u16)> =
            self.found.iter().enumerate().map(|(nth, it)| (sum(it), nth as u16)).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut files = Vec::new();
        let mut right = (0u32, 0u32);
        let (mut seen, mut gains) = (0u8, (0.0, 0.0));
        for (place, (_, nth)) in order.iter().enumerate() {
            let it = &self.found[*nth as usize];
            if !files.contains(&it.file) {
                if it.is_of_right_file {
                    right.0 += u32::from(files.len() < FILES_SHOWN);
                    gains.0 += 1.0 / (files.len() as f32 + 2.0).log2();
                }
                files.push(it.file);
            }
            let new = it.functions & !seen;
            seen |= new;
            gains.1 += new.count_ones() as f32 / (place as f32 + 2.0).log2();
            if place < HITS_SHOWN {
                right.1 = seen.count_ones();
            }
        }
        let share = |n: f32, of: u8| n / f32::from(of.max(1));
        Score {
            files_at_5: share(right.0 as f32, self.n_files),
            functions_at_10: share(right.1 as f32, self.n_functions),
            gain: share(gains.1, self.n_functions),
            files_gain: share(gains.0, self.n_files),
        }
    }
}
