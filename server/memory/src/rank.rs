//! The sum that orders hits: pure, so that an evaluation can replay it.

use rustc_hash::FxHashMap;
use store::{DocumentId, Field, Nearest, Role, ScoredDoc};

use crate::{Feature, Values};

/// The constants of the store's BM25.
pub(crate) const STORE_K1: f32 = 1.2;
pub(crate) const STORE_B: f32 = 0.75;

/// Share of length normalisation in the score of a body: 0 none, 1 all. Long functions are what is
/// looked for more often than the store's fixed share, made for prose, allows.
const LENGTH_SHARE: f32 = 0.4;

/// A text as far from the question as this, in lengths of the list of the nearest, is no nearer
/// than any other.
const NEARNESS_MIN: f32 = -1.0;

/// Most that a length counts, as a logarithm.
const LENGTH_MAX: f32 = 3.0;

/// The scored lists of one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lists {
    /// Full text, one list a field; the lists of [`Field::File`] and [`Field::Path`] hold the
    /// document 0 of each file.
    pub fields: Vec<(Field, Vec<ScoredDoc>)>,
    /// By vector, the nearest first.
    pub nearest: Vec<Nearest>,
    /// Files that the question names.
    pub mentioned: Vec<i64>,
    /// Documents that hold a line the question names.
    pub at_line: Vec<DocumentId>,
    /// Documents in which an identifier that is asked for stands as it was written.
    pub verbatim: Vec<DocumentId>,
    /// Documents that a word of the question stands for in this repository, whatever they say
    /// themselves, and how much it does.
    pub meant: Vec<(DocumentId, f32)>,
}

/// What a part of a score is for, and how much it counts.
pub type Part = (&'static str, f32);

/// A document with what the lists say of it, before it is known what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The document.
    pub id: DocumentId,
    /// What the lists say.
    pub values: Values,
}

/// A document and its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The document.
    pub id: DocumentId,
    /// The sum of `parts`.
    pub score: f32,
    /// What the score is made of, the largest first.
    pub parts: Vec<Part>,
    /// What the parts were weighted from.
    pub values: Values,
    /// The cosine to the question, where there is a vector.
    pub cosine: Option<f32>,
}

impl Lists {
    /// Every document that is in a list; the best `max` by their sum. A file that is found only by
    /// its own fields is stood for by its first document.
    pub fn candidates(&self, weights: &Values, max: usize) -> Vec<Candidate> {
        let scale = self.scale();
        let mut of_file: FxHashMap<i64, Values> = FxHashMap::default();
        let mut res: FxHashMap<DocumentId, Values> = FxHashMap::default();
        for (field, list) in &self.fields {
            let feature = Feature::of_field(*field);
            for it in list {
                let values = match field.is_of_file() {
                    true => of_file.entry(it.id.file()).or_default(),
                    false => res.entry(it.id).or_default(),
                };
                values[feature] = it.score * scale;
            }
        }
        for it in &self.nearest {
            let nearness = self.nearness(it.similarity);
            res.entry(it.id).or_default()[Feature::Vector] = nearness;
            let best = &mut of_file.entry(it.id.file()).or_default()[Feature::FileVector];
            *best = best.max(nearness);
        }
        for id in &self.verbatim {
            res.entry(*id).or_default()[Feature::Verbatim] = 1.0;
        }
        for (id, share) in &self.meant {
            res.entry(*id).or_default()[Feature::Vocabulary] = *share;
        }
        for id in &self.at_line {
            res.entry(*id).or_default()[Feature::Line] = 1.0;
        }
        for file in &self.mentioned {
            of_file.entry(*file).or_default()[Feature::Mention] = 1.0;
        }
        for file in of_file.keys() {
            res.entry(DocumentId::new(*file, 0)).or_default();
        }
        let mut order: Vec<(f32, Candidate)> = res
            .into_iter()
            .map(|(id, mut values)| {
                let of_file = of_file.get(&id.file()).copied().unwrap_or_default();
                of_file.iter().for_each(|(feature, value)| values[feature] = value);
                let sum = values.iter().map(|(feature, value)| weights[feature] * value).sum();
                (sum, Candidate { id, values })
            })
            .collect();
        let by_sum = |a: &(f32, Candidate), b: &(f32, Candidate)| {
            b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id))
        };
        if max < order.len() {
            order.select_nth_unstable_by(max, by_sum);
            order.truncate(max);
        }
        order.sort_unstable_by(by_sum);
        order.into_iter().map(|it| it.1).collect()
    }

    /// Cosines of one question lie close together: how much a text is nearer than the last of the
    /// list says more.
    pub fn nearness(&self, similarity: f32) -> f32 {
        let of = |it: Option<&Nearest>| it.map_or(0.0, |it| it.similarity);
        let (best, last) = (of(self.nearest.first()), of(self.nearest.last()));
        // Of a list of one nothing but itself is known.
        let last = if last < best { last } else { best.min(0.0) };
        ((similarity - last) / (best - last).max(f32::MIN_POSITIVE)).max(NEARNESS_MIN)
    }

    /// What makes the best body 1. All fields share it, so that a name that says much of a question
    /// still outweighs one that says little.
    fn scale(&self) -> f32 {
        let best = |only_body: bool| {
            let lists = self.fields.iter().filter(|it| !only_body || it.0 == Field::Body);
            lists.flat_map(|it| &it.1).map(|it| it.score).fold(0.0, f32::max)
        };
        let body = best(true);
        let best = if 0.0 < body { body } else { best(false) };
        if 0.0 < best { 1.0 / best } else { 1.0 }
    }
}

/// What is known of a candidate from its row and from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// What it is to a search.
    pub role: Role,
    /// Words of its body, in means of all bodies.
    pub length: f32,
    /// Its symbol's name stands in the question as an identifier.
    pub is_named: bool,
    /// Share of the words of its symbol's name that stand in the question.
    pub name_share: f32,
    /// True where the question speaks of tests.
    pub tests_are_meant: bool,
    /// Cosine and nearness of its vector.
    pub vector: Option<(f32, f32)>,
    /// What whoever asks knows of it.
    pub signal: Signal,
}

/// What else speaks for a place, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signal {
    /// Changes of the past that speak like the question touched it.
    pub history: f32,
    /// It was of use before.
    pub past_use: f32,
    /// A word of the question stands for it in this repository.
    pub vocabulary: f32,
    /// It changes often.
    pub often: f32,
}

impl Signal {
    /// Takes the most of each.
    pub(crate) fn raise(&mut self, other: Signal) {
        self.history = self.history.max(other.history);
        self.past_use = self.past_use.max(other.past_use);
        self.vocabulary = self.vocabulary.max(other.vocabulary);
        self.often = self.often.max(other.often);
    }
}

/// Orders candidates, best first; those of which nothing is known are gone from the store and are
/// left out.
pub fn rank(candidates: Vec<Candidate>, known: &[Option<Known>], weights: &Values) -> Vec<Ranked> {
    assert_eq!(candidates.len(), known.len(), "each candidate is known or known to be gone");
    let mut res: Vec<Ranked> = candidates
        .into_iter()
        .zip(known)
        .filter_map(|(candidate, known)| Some(ranked(candidate, &(*known)?, weights)))
        .collect();
    res.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    res
}

fn ranked(candidate: Candidate, known: &Known, weights: &Values) -> Ranked {
    let Candidate { id, mut values } = candidate;
    values[Feature::Body] *= length_correction(known.length);
    values[Feature::Length] = known.length.max(1e-3).ln().clamp(-LENGTH_MAX, LENGTH_MAX);
    values[Feature::Exact] = f32::from(u8::from(known.is_named));
    values[Feature::NameShare] = known.name_share;
    if let Some((_, nearness)) = known.vector {
        values[Feature::Vector] = nearness;
    }
    match known.role {
        Role::Definition => {}
        Role::Section => values[Feature::Section] = 1.0,
        Role::Test if known.tests_are_meant => {}
        Role::Test => values[Feature::Test] = 1.0,
    }
    values[Feature::History] = known.signal.history;
    values[Feature::PastUse] = known.signal.past_use;
    values[Feature::Vocabulary] = known.signal.vocabulary;
    values[Feature::Often] = known.signal.often;
    let (score, parts) = weigh(&values, weights);
    Ranked { id, score, parts, values, cosine: known.vector.map(|it| it.0) }
}

/// The sum of all values times their weights, and what it is made of, the largest first.
pub(crate) fn weigh(values: &Values, weights: &Values) -> (f32, Vec<Part>) {
    let parts = values.iter().map(|(feature, value)| (feature.as_str(), weights[feature] * value));
    let mut parts: Vec<Part> = parts.filter(|it| it.1 != 0.0).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    (parts.iter().map(|it| it.1).sum(), parts)
}

/// What takes a body's score from the store's share of length normalisation to [`LENGTH_SHARE`];
/// exact for a word that stands once.
fn length_correction(length: f32) -> f32 {
    let divisor = |share: f32| 1.0 + STORE_K1 * (1.0 - share + share * length);
    divisor(STORE_B) / divisor(LENGTH_SHARE)
}
