//! What the past teaches of a repository's own words: which places change when a message says them,
//! beyond what chance explains, and which places change often.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use grammars::language_for_path;
use history::{HistoryError, Renames, Repository, link};
use memory::asked_words;
use rustc_hash::{FxHashMap, FxHashSet};
use store::commits::{CommitId, Commits};

use crate::{
    evidence::{is_function_kind, question},
    vocabulary::{Spot, Vocabulary, Word},
};

/// A commit of more files is about many things.
const FILES_MAX: u32 = 12;
/// Commits that are learned from, the newest first.
const COMMITS_MAX: usize = 20_000;
/// Of those before the moment of a vocabulary, so many are looked into for functions: each costs
/// two versions of its files to parse.
pub(crate) const LINKED_MAX: usize = 600;
/// Messages that are read in one step, and commits that are looked into.
const READ_PER_STEP: usize = 400;
const LINKED_PER_STEP: usize = 4;
/// A place that changed less often with a word is chance.
const TIMES_MIN: u32 = 3;
/// Twice the logarithm of how much likelier the word makes the place has to be so much: beyond it
/// chance gets once in a thousand.
const LIKELIHOOD_MIN: f64 = 10.8;
/// Places of a word.
const PLACES_MAX: usize = 3;
/// Pairs of a word and a file that are kept, the surest first, and of a word and a function.
const FILE_PAIRS_MAX: usize = 400;
const FUNCTION_PAIRS_MAX: usize = 300;
/// Files and functions that change most.
const OFTEN_FILES_MAX: usize = 50;
const OFTEN_FUNCTIONS_MAX: usize = 100;
/// Bytes of a commit's key that people are told.
const SHORT_BYTES: usize = 5;
/// A change counts half after a year.
const HALF_LIFE_S: f64 = 365.0 * 86_400.0;

/// Commits as they are learned from.
pub(crate) struct Lessons {
    /// Oldest first.
    lessons: Vec<Lesson>,
    /// Those that were not read, the newest last.
    unread: Vec<(CommitId, i64, Vec<u32>)>,
    /// Places of commits that are still to be looked into: numbers of lessons.
    unlinked: Vec<usize>,
    spots: Numbers<Spot>,
    words: Numbers<String>,
    renames: Renames,
}

/// One commit: what it says, and what it changed.
struct Lesson {
    commit: CommitId,
    time_s: i64,
    words: Vec<u32>,
    spots: Vec<u32>,
}

/// Things and their numbers.
struct Numbers<T> {
    all: Vec<T>,
    of: FxHashMap<T, u32>,
}

impl<T: Clone + Eq + std::hash::Hash> Numbers<T> {
    fn number(&mut self, it: T) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.of.entry(it.clone()).or_insert(next);
        if number == next {
            self.all.push(it);
        }
        number
    }
}

impl<T> Default for Numbers<T> {
    fn default() -> Numbers<T> {
        Numbers { all: Vec::new(), of: FxHashMap::default() }
    }
}

/// What speaks for a pair of a word and a place.
struct Pair {
    likelihood: f64,
    word: u32,
    spot: u32,
    times: u32,
}

impl Lessons {
    /// Begins with the commits of a repository.
    pub(crate) fn begin(
        repository: &Repository,
        commits: &dyn Commits,
        renames: Renames,
    ) -> Result<Lessons, HistoryError> {
        let head = commits.head()?.map(|it| it.head).unwrap_or_default();
        let there = repository.files_at(&head)?;
        let mut spots = Numbers::default();
        let mut unread: Vec<(CommitId, i64, Vec<u32>)> = Vec::new();
        commits.each_change(&mut |seen| {
            if FILES_MAX < seen.n_files || COMMITS_MAX < unread.len() {
                return;
            }
            // What is gone by now stands for nothing.
            let now = Some(renames.now(seen.path)).filter(|it| there.contains_key(*it));
            let path = now.and_then(|it| repository.in_folder(it)).filter(|it| is_code(it));
            let Some(path) = path else { return };
            let spot = spots.number(Spot { path: path.to_owned(), symbol: None });
            match unread.last_mut().filter(|it| it.0 == seen.commit) {
                Some(commit) => commit.2.push(spot),
                None => unread.push((seen.commit, seen.time_s, vec![spot])),
            }
        })?;
        Ok(Lessons {
            lessons: Vec::new(),
            unread,
            unlinked: Vec::new(),
            spots,
            words: Numbers::default(),
            renames,
        })
    }

    /// Reads some more; false once all is read. Functions are looked for in the newest commits
    /// before each of the moments within `moments_s`.
    pub(crate) fn step(
        &mut self,
        repository: &Repository,
        commits: &dyn Commits,
        moments_s: Range<i64>,
    ) -> Result<bool, HistoryError> {
        if !self.unread.is_empty() {
            self.read(commits)?;
            if self.unread.is_empty() {
                self.lessons.sort_by_key(|it| it.time_s);
                let first = self.until(moments_s.start).end.saturating_sub(LINKED_MAX);
                self.unlinked = (first..self.until(moments_s.end).end).collect();
            }
            return Ok(true);
        }
        for _ in 0..LINKED_PER_STEP {
            let Some(nth) = self.unlinked.pop() else { return Ok(false) };
            let links = link(repository, commits, self.lessons[nth].commit, &mut || Ok(()))?.links;
            let functions = links.into_iter().filter(|it| is_function_kind(&it.kind));
            for it in functions {
                let now = self.renames.now(&it.path);
                let Some(path) = repository.in_folder(now).filter(|it| self.is_known(it)) else {
                    continue;
                };
                let name = it.symbol.rsplit("::").next().unwrap_or(&it.symbol);
                let spot = Spot { path: path.to_owned(), symbol: Some(name.to_owned()) };
                let spot = self.spots.number(spot);
                let spots = &mut self.lessons[nth].spots;
                if !spots.contains(&spot) {
                    spots.push(spot);
                }
            }
        }
        Ok(true)
    }

    fn read(&mut self, commits: &dyn Commits) -> Result<(), HistoryError> {
        let rest = self.unread.len().saturating_sub(READ_PER_STEP);
        let batch = self.unread.split_off(rest);
        let ids: Vec<CommitId> = batch.iter().map(|it| it.0).collect();
        let rows = commits.commits(&ids)?;
        let mut rows: FxHashMap<CommitId, _> = rows.into_iter().map(|it| (it.id, it)).collect();
        for (commit, time_s, spots) in batch {
            let Some(row) = rows.remove(&commit).filter(|it| it.n_parents <= 1) else { continue };
            let said = asked_words(&question(&row)).into_iter().filter(|it| is_word(it));
            let said: BTreeSet<String> = said.collect();
            let words = said.into_iter().map(|it| self.words.number(it)).collect();
            self.lessons.push(Lesson { commit, time_s, words, spots });
        }
        Ok(())
    }

    /// How far it is.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let left = self.unread.len() + self.unlinked.len();
        (self.lessons.len(), self.lessons.len() + left)
    }

    fn is_known(&self, path: &str) -> bool {
        let file = Spot { path: path.to_owned(), symbol: None };
        self.spots.of.contains_key(&file)
    }

    pub(crate) fn renames(&self) -> &Renames {
        &self.renames
    }

    fn until(&self, until_s: i64) -> Range<usize> {
        0..self.lessons.partition_point(|it| it.time_s < until_s)
    }

    /// What the commits before a moment teach.
    pub(crate) fn vocabulary(
        &self,
        commits: &dyn Commits,
        until_s: i64,
    ) -> Result<Vocabulary, HistoryError> {
        let lessons = &self.lessons[self.until(until_s)];
        let n_linked = lessons.len().min(LINKED_MAX);
        let is_file = |spot: u32| self.spots.all[spot as usize].symbol.is_none();
        let mut pairs = surest(&pairs(lessons, &is_file), FILE_PAIRS_MAX);
        let linked = &lessons[lessons.len() - n_linked..];
        pairs.extend(surest(&self::pairs(linked, &|it| !is_file(it)), FUNCTION_PAIRS_MAX));
        let mut said: FxHashMap<u32, u32> = pairs.iter().map(|it| (it.word, 0)).collect();
        for word in lessons.iter().flat_map(|it| &it.words) {
            if let Some(n) = said.get_mut(word) {
                *n += 1;
            }
        }
        let written = self.as_written(commits, lessons, &said)?;
        let mut words: BTreeMap<String, Word> = BTreeMap::new();
        for it in &pairs {
            let Some(written) = written.get(&it.word) else { continue };
            let word = words.entry(written.clone()).or_default();
            word.said = said[&it.word];
            word.places.push((self.spots.all[it.spot as usize].clone(), it.times));
        }
        // Where all that there is counts, it is looked at from the newest.
        let until_s = lessons.last().map_or(until_s, |it| until_s.min(it.time_s + 1));
        let mut often = self.often(lessons, until_s, (&is_file, OFTEN_FILES_MAX));
        often.extend(self.often(linked, until_s, (&|it| !is_file(it), OFTEN_FUNCTIONS_MAX)));
        let last: Vec<CommitId> = lessons.last().map(|it| it.commit).into_iter().collect();
        let last = commits.commits(&last)?.pop().map_or_else(String::new, |it| short(&it.key));
        let learned = format!("{} commits up to {last}", lessons.len());
        Ok(Vocabulary::new(learned, words, often))
    }

    /// The words as most messages write them.
    fn as_written(
        &self,
        commits: &dyn Commits,
        lessons: &[Lesson],
        wanted: &FxHashMap<u32, u32>,
    ) -> Result<FxHashMap<u32, String>, HistoryError> {
        let mut counted: FxHashMap<u32, BTreeMap<String, u32>> = FxHashMap::default();
        let says = |it: &&Lesson| it.words.iter().any(|word| wanted.contains_key(word));
        let ids: Vec<CommitId> = lessons.iter().filter(says).map(|it| it.commit).collect();
        for ids in ids.chunks(READ_PER_STEP) {
            for row in commits.commits(ids)? {
                let text = question(&row).to_lowercase();
                let is_between = |c: char| !c.is_alphanumeric() && c != '_';
                for token in text.split(is_between).filter(|it| !it.is_empty()) {
                    let stem = memory::distinct_words(token).pop().unwrap_or_default();
                    let Some(word) = self.words.of.get(&stem) else { continue };
                    if wanted.contains_key(word) {
                        *counted.entry(*word).or_default().entry(token.to_owned()).or_default() +=
                            1;
                    }
                }
            }
        }
        let most = |of: BTreeMap<String, u32>| of.into_iter().max_by_key(|it| it.1);
        Ok(counted.into_iter().filter_map(|it| Some((it.0, most(it.1)?.0))).collect())
    }

    fn often(
        &self,
        lessons: &[Lesson],
        until_s: i64,
        (is_wanted, n_max): (&dyn Fn(u32) -> bool, usize),
    ) -> BTreeMap<Spot, u8> {
        let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
        for it in lessons {
            let worth = (-((until_s - it.time_s) as f64) / HALF_LIFE_S).exp2();
            for spot in it.spots.iter().filter(|it| is_wanted(**it)) {
                *sums.entry(*spot).or_default() += worth;
            }
        }
        let mut sums: Vec<(u32, f64)> = sums.into_iter().collect();
        sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let most = sums.first().map_or(1.0, |it| it.1.ln_1p()).max(f64::MIN_POSITIVE);
        let percent = |sum: f64| (100.0 * sum.ln_1p() / most).round() as u8;
        let named = |(spot, sum)| (self.spots.all[spot as usize].clone(), percent(sum));
        sums.into_iter().take(n_max).map(named).filter(|it| 0 < it.1).collect()
    }
}

/// The first digits of a commit's key.
fn short(key: &[u8]) -> String {
    key.iter().take(SHORT_BYTES).fold(String::new(), |acc, it| format!("{acc}{it:02x}"))
}

/// The pairs of words and wanted places that are more than chance.
fn pairs(lessons: &[Lesson], is_wanted: &dyn Fn(u32) -> bool) -> Vec<Pair> {
    let mut of_words: FxHashMap<u32, u32> = FxHashMap::default();
    let mut of_spots: FxHashMap<u32, u32> = FxHashMap::default();
    let mut both: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut n = 0;
    for it in lessons {
        let spots: FxHashSet<u32> = it.spots.iter().copied().filter(|it| is_wanted(*it)).collect();
        if spots.is_empty() {
            continue;
        }
        n += 1;
        it.words.iter().for_each(|word| *of_words.entry(*word).or_default() += 1);
        for spot in spots {
            *of_spots.entry(spot).or_default() += 1;
            it.words.iter().for_each(|word| *both.entry((*word, spot)).or_default() += 1);
        }
    }
    let often = both.into_iter().filter(|it| TIMES_MIN <= it.1);
    let pairs = often.map(|((word, spot), times)| {
        let likelihood = likelihood(times, of_words[&word], of_spots[&spot], n);
        Pair { likelihood, word, spot, times }
    });
    pairs.filter(|it| LIKELIHOOD_MIN <= it.likelihood).collect()
}

/// The surest of them, no more than a few of each word.
fn surest(pairs: &[Pair], n_max: usize) -> Vec<Pair> {
    let mut order: Vec<&Pair> = pairs.iter().collect();
    order.sort_by(|a, b| {
        let by_number = (a.word, a.spot).cmp(&(b.word, b.spot));
        b.likelihood.total_cmp(&a.likelihood).then(by_number)
    });
    let mut of_words: FxHashMap<u32, usize> = FxHashMap::default();
    let mut is_kept = |it: &&Pair| {
        let n = of_words.entry(it.word).or_default();
        *n += 1;
        *n <= PLACES_MAX
    };
    let kept = order.into_iter().filter(|it| is_kept(it)).take(n_max);
    kept.map(|it| Pair { ..*it }).collect()
}

/// Twice the logarithm of how much likelier it is that the place changes the more often where the
/// word is said, than that the word says nothing: of `n` commits `said` say the word, `changed`
/// change the place and `times` do both. Nothing where it changes less often.
fn likelihood(times: u32, said: u32, changed: u32, n: u32) -> f64 {
    let (others, without) = (f64::from(n - said), f64::from(changed - times));
    let (times, said, all) = (f64::from(times), f64::from(said), f64::from(n));
    if others <= 0.0 || times / said <= without / others {
        return 0.0;
    }
    let log = |k: f64, n: f64, share: f64| {
        k * share.max(1e-12).ln() + (n - k) * (1.0 - share).max(1e-12).ln()
    };
    let apart = log(times, said, times / said) + log(without, others, without / others);
    let share = f64::from(changed) / all;
    2.0 * (apart - log(times, said, share) - log(without, others, share))
}

/// True for files that hold code and no tests: what a question looks for.
fn is_code(path: &str) -> bool {
    let language = language_for_path(path, "");
    // Data has no words that cannot be names.
    language.is_some_and(|it| !it.keywords.is_empty() && !it.is_test_path(path))
}

/// True for words that may stand for something. Numbers are versions and issues, which come once;
/// those of three digits also say how a request ended.
fn is_word(word: &str) -> bool {
    word.len() == 3 || word.bytes().any(|it| !it.is_ascii_digit())
}
