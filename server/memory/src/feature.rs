//! What speaks for a hit or against it, and how much each counts for which kind of question.

use std::ops::{Index, IndexMut};

use store::Field;

use crate::Hit;

/// One thing that speaks for a hit or against it. Its value is about 0 to 1; what counts against a
/// hit has a negative weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Feature {
    /// The words of the chunk, as a share of the best body.
    Body,
    /// The words of its symbol's name and of the types around it, in the same measure.
    Name,
    /// The words of its documentation, in the same measure.
    Doc,
    /// The words of its file, in the same measure.
    File,
    /// The words of its path, in the same measure.
    Path,
    /// Nearness of its vector: 1 for the nearest text, 0 for the last of the list, below beyond.
    Vector,
    /// Nearness of the nearest text of its file.
    FileVector,
    /// The symbol's name stands in the question as an identifier.
    Exact,
    /// Share of the words of the symbol's name that stand in the question.
    NameShare,
    /// The question names its file.
    Mention,
    /// The question names a line of it: a frame of a trace.
    Line,
    /// How much longer it is than the mean, as a logarithm; shorter counts the other way.
    Length,
    /// It is test code, and the question does not speak of tests.
    Test,
    /// It is prose, data, or what stands between definitions.
    Section,
    /// It calls, is called by or contains better hits; known to whoever has the graph, and weighed
    /// by [`crate::reorder`].
    Neighbour,
    /// Changes of the past that speak like the question touched it; given by whoever asks.
    History,
    /// It was of use before; given by whoever asks.
    PastUse,
    /// An identifier that is asked for stands in it as it was written.
    Verbatim,
    /// The question says a word that stands for it in this repository; given by whoever asks.
    Vocabulary,
    /// It changes more often than most of this repository; given by whoever asks.
    Often,
}

impl Feature {
    /// How many there are.
    pub const COUNT: usize = 20;

    /// All of them, in their order.
    pub const ALL: [Feature; Feature::COUNT] = [
        Feature::Body,
        Feature::Name,
        Feature::Doc,
        Feature::File,
        Feature::Path,
        Feature::Vector,
        Feature::FileVector,
        Feature::Exact,
        Feature::NameShare,
        Feature::Mention,
        Feature::Line,
        Feature::Length,
        Feature::Test,
        Feature::Section,
        Feature::Neighbour,
        Feature::History,
        Feature::PastUse,
        Feature::Verbatim,
        Feature::Vocabulary,
        Feature::Often,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Feature::Body => "body",
            Feature::Name => "name",
            Feature::Doc => "doc",
            Feature::File => "file",
            Feature::Path => "path",
            Feature::Vector => "vector",
            Feature::FileVector => "file vector",
            Feature::Exact => "exact name",
            Feature::NameShare => "share of the name",
            Feature::Mention => "file in the question",
            Feature::Line => "line in the question",
            Feature::Length => "length",
            Feature::Test => "test",
            Feature::Section => "no definition",
            Feature::Neighbour => "neighbours",
            Feature::History => "history",
            Feature::PastUse => "past use",
            Feature::Verbatim => "identifier in it",
            Feature::Vocabulary => "the repository's words",
            Feature::Often => "changes often",
        }
    }

    pub(crate) fn of_field(field: Field) -> Feature {
        match field {
            Field::Body => Feature::Body,
            Field::Name => Feature::Name,
            Field::Doc => Feature::Doc,
            Field::File => Feature::File,
            Field::Path => Feature::Path,
        }
    }
}

/// A number for each feature.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Values([f32; Feature::COUNT]);

impl Values {
    /// Those that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (Feature, f32)> {
        Feature::ALL.into_iter().zip(self.0).filter(|it| it.1 != 0.0)
    }

    /// `share` of the way from these to `other`.
    fn toward(mut self, other: &Values, share: f32) -> Values {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += (b - *a) * share);
        self
    }
}

impl Index<Feature> for Values {
    type Output = f32;

    fn index(&self, feature: Feature) -> &f32 {
        &self.0[feature as usize]
    }
}

impl IndexMut<Feature> for Values {
    fn index_mut(&mut self, feature: Feature) -> &mut f32 {
        &mut self.0[feature as usize]
    }
}

/// What a question is, which decides what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// One name or two.
    Identifier,
    /// A file, perhaps with a line.
    Path,
    /// An error message or a trace.
    Error,
    /// What is to be changed: a commit's message, an issue.
    Change,
    /// A sentence that says what some code does, or asks for it.
    Sentence,
    /// What may be a change as well as a sentence: `compare hashes in constant time`.
    Either {
        /// How likely it is a change.
        change_percent: u8,
    },
}

/// How much each feature counts, by kind of question.
///
/// Learned by `tests/eval/ranking/learn.py`; the figures stand in `README.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// For sentences.
    pub sentence: Values,
    /// For changes.
    pub change: Values,
    /// For names.
    pub identifier: Values,
    /// For paths.
    pub path: Values,
    /// For errors and traces.
    pub error: Values,
    /// Where the score of a sentence's hit becomes a relevance.
    pub relevance_of_sentence: Relevance,
    /// The same for all others.
    pub relevance: Relevance,
}

/// From a score to the chance that the hit is what was meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relevance {
    /// Added.
    pub base: f32,
    /// Times the score.
    pub score: f32,
    /// Times the cosine.
    pub cosine: f32,
    /// Times how much better it is than the best other hit.
    pub lead: f32,
}

impl Relevance {
    /// `share` of the way from this to `other`.
    fn toward(self, other: &Relevance, share: f32) -> Relevance {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        Relevance {
            base: mix(self.base, other.base),
            score: mix(self.score, other.score),
            cosine: mix(self.cosine, other.cosine),
            lead: mix(self.lead, other.lead),
        }
    }

    /// Tells each of `hits`, best first, the chance, 0 to 1, that it is what was meant. A hit that
    /// stands out is more likely right than one of many that are as good.
    pub(crate) fn tell(&self, hits: &mut [Hit]) {
        let score = |nth: usize| hits.get(nth).map(|it| it.score);
        let (Some(first), second) = (score(0), score(1)) else { return };
        for (nth, hit) in hits.iter_mut().enumerate() {
            let best_other = if nth == 0 { second.unwrap_or(0.0) } else { first };
            let cosine = hit.cosine.unwrap_or(0.0).max(0.0);
            let lead = hit.score - best_other;
            let sum = self.base + self.score * hit.score + self.cosine * cosine + self.lead * lead;
            hit.relevance = 1.0 / (1.0 + (-sum).exp());
        }
    }
}

impl Weights {
    /// The weights for one kind of question; for what may be either those of both, by their chance.
    pub fn of(&self, kind: QuestionKind) -> Values {
        match kind {
            QuestionKind::Sentence => self.sentence,
            QuestionKind::Change => self.change,
            QuestionKind::Either { change_percent } => {
                self.sentence.toward(&self.change, f32::from(change_percent) / 100.0)
            }
            QuestionKind::Identifier => self.identifier,
            QuestionKind::Path => self.path,
            QuestionKind::Error => self.error,
        }
    }

    /// These weights with features named as in the settings (`weights.…`) taken in percent of what
    /// they are.
    #[must_use]
    pub fn bent(mut self, percents: &[(&str, u16)]) -> Weights {
        for (name, percent) in percents.iter().filter(|it| it.1 != 100) {
            let feature = match *name {
                "body" => Feature::Body,
                "name" => Feature::Name,
                "doc" => Feature::Doc,
                "file" => Feature::File,
                "path" => Feature::Path,
                "vector" => Feature::Vector,
                "test" => Feature::Test,
                "neighbour" => Feature::Neighbour,
                "history" => Feature::History,
                "past_use" => Feature::PastUse,
                "vocabulary" => Feature::Vocabulary,
                "often" => Feature::Often,
                _ => continue,
            };
            self.scale(feature, f32::from(*percent) / 100.0);
        }
        self
    }

    /// Where a score becomes a relevance, for one kind of question.
    pub fn relevance_of(&self, kind: QuestionKind) -> Relevance {
        match kind {
            QuestionKind::Sentence => self.relevance_of_sentence,
            QuestionKind::Either { change_percent } => {
                let share = f32::from(change_percent) / 100.0;
                self.relevance_of_sentence.toward(&self.relevance, share)
            }
            _ => self.relevance,
        }
    }

    /// Takes a feature times `factor`, for every kind of question.
    pub fn scale(&mut self, feature: Feature, factor: f32) {
        let Weights { sentence, change, identifier, path, error, .. } = self;
        let all = [sentence, change, identifier, path, error];
        all.into_iter().for_each(|it| it[feature] *= factor);
    }
}

impl Default for Weights {
    fn default() -> Weights {
        let sentence = Values([
            0.2, 0.21, 0.3, 0.33, 0.3, 0.52, 0.28, 0.35, 0.1, 0.6, 0.6, -0.04, -0.8, -0.2, 0.02,
            0.03, 0.1, 0.0, 0.1, 0.0,
        ]);
        let change = Values([
            0.64, 0.46, 0.0, 0.49, 0.57, 0.04, 0.08, 0.12, 0.12, 0.6, 0.6, 0.1, -0.8, -0.8, 0.02,
            0.03, 0.1, 0.0, 0.4, 0.3,
        ]);
        let mut identifier = change;
        identifier[Feature::Exact] = 3.0;
        identifier[Feature::Verbatim] = 1.5;
        let mut path = change;
        path[Feature::Mention] = 3.0;
        path[Feature::Line] = 3.0;
        let mut error = change;
        error[Feature::Line] = 1.5;
        let relevance_of_sentence = Relevance { base: -2.7, score: 1.2, cosine: 0.0, lead: 4.0 };
        let relevance = Relevance { base: -3.7, score: 1.65, cosine: 0.0, lead: 1.5 };
        Weights { sentence, change, identifier, path, error, relevance_of_sentence, relevance }
    }
}
