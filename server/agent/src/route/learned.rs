//! What was learned from sentences whose meaning is known: how much each term speaks for each
//! meaning. A logistic regression over all meanings at once.

use std::collections::BTreeMap;

use super::wording::{Terms, is_pair, is_word};

/// How often all sentences are gone through.
const ROUNDS: usize = 15;
/// How far one sentence moves a weight at first; each weight moves less the more it has moved.
const STEP: f32 = 0.1;
/// How much of a weight is lost each time, so that none grows without need.
const LOSS: f32 = 1e-5;
/// An error so small that nothing is learned from it.
const ERROR_MIN: f32 = 1e-3;
/// The sentences of one meaning stand together and are learned from far apart: this many on.
const STRIDE: usize = 997;
/// What a word counts that stands in no other sentence: it speaks for none of the meanings.
const UNKNOWN: f32 = 0.5;

/// Weights of terms.
pub(super) struct Learned {
    columns: BTreeMap<String, usize>,
    /// A row for each column, with a weight for each meaning.
    weights: Vec<f32>,
    n_meanings: usize,
}

/// The columns of a sentence with their values: of length one with what has no column.
type Row = Vec<(usize, f32)>;

/// The column of words that are not known.
const UNKNOWN_COLUMN: usize = 0;

impl Learned {
    /// Learns from sentences, each with the number of its meaning.
    pub(super) fn of(sentences: &[(usize, Terms)], n_meanings: usize) -> Learned {
        let mut n_sentences: BTreeMap<&str, usize> = BTreeMap::new();
        for term in sentences.iter().flat_map(|it| it.1.keys()) {
            *n_sentences.entry(term).or_default() += 1;
        }
        let terms = n_sentences.keys().enumerate();
        let columns: BTreeMap<String, usize> =
            terms.map(|(nth, term)| ((*term).to_owned(), UNKNOWN_COLUMN + 1 + nth)).collect();
        let n_weights = (columns.len() + 1) * n_meanings;
        let mut res = Learned { columns, weights: vec![0.0; n_weights], n_meanings };
        let is_lone = |term: &str| n_sentences.get(term) == Some(&1);
        let rows: Vec<Row> = sentences.iter().map(|it| res.row(&it.1, &is_lone)).collect();
        let mut moved = vec![f32::EPSILON; n_weights];
        for _ in 0..ROUNDS {
            for nth in (0..rows.len()).map(|it| it * STRIDE % rows.len()) {
                res.learn(&rows[nth], sentences[nth].0, &mut moved);
            }
        }
        res
    }

    /// How sure each meaning is; together one.
    pub(super) fn shares(&self, terms: &Terms) -> Vec<f32> {
        self.shares_of(&self.row(terms, &|term| !self.columns.contains_key(term)))
    }

    fn row(&self, terms: &Terms, is_unknown: &dyn Fn(&str) -> bool) -> Row {
        let n_unknown = terms.keys().filter(|it| is_word(it) && is_unknown(it)).count();
        let mut res = vec![(UNKNOWN_COLUMN, UNKNOWN * n_unknown as f32)];
        let mut squares = res[0].1.powi(2);
        for (term, n) in terms {
            if let Some(column) = self.columns.get(term) {
                res.push((*column, *n));
            }
            if self.columns.contains_key(term) || !is_pair(term) {
                squares += n * n;
            }
        }
        let length = squares.sqrt().max(f32::EPSILON);
        res.iter_mut().for_each(|it| it.1 /= length);
        res
    }

    fn shares_of(&self, row: &Row) -> Vec<f32> {
        let mut res = vec![0.0; self.n_meanings];
        for (column, value) in row {
            let weights = &self.weights[column * self.n_meanings..][..self.n_meanings];
            res.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
        let max = res.iter().copied().fold(f32::MIN, f32::max);
        res.iter_mut().for_each(|it| *it = (*it - max).exp());
        let all: f32 = res.iter().sum();
        res.iter_mut().for_each(|it| *it /= all);
        res
    }

    /// Moves the weights of a sentence towards what it means.
    fn learn(&mut self, row: &Row, meaning: usize, moved: &mut [f32]) {
        let mut errors = self.shares_of(row);
        errors[meaning] -= 1.0;
        for (nth, error) in errors.iter().enumerate().filter(|it| ERROR_MIN <= it.1.abs()) {
            for (column, value) in row {
                let at = column * self.n_meanings + nth;
                let slope = value * error + LOSS * self.weights[at];
                moved[at] += slope * slope;
                self.weights[at] -= STEP * slope / moved[at].sqrt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_speak_for_the_meaning_in_whose_sentences_they_stand() {
        let terms =
            |text: &str| -> Terms { text.split(' ').map(|it| (it.to_owned(), 1.0)).collect() };
        let of = |it: &(usize, &str)| (it.0, terms(it.1));
        let sentences =
            [(0, "sort the imports"), (1, "run the tests"), (0, "sort it"), (1, "run it all")];
        let learned = Learned::of(&sentences.each_ref().map(of), 2);
        let [first, second] = learned.shares(&terms("sort the list"))[..] else { panic!() };
        assert!(0.6 < first && (first + second - 1.0).abs() < 1e-5, "{first} {second}");
        let shares = learned.shares(&terms("the it"));
        assert!((shares[0] - shares[1]).abs() < 0.5, "{shares:?}");
    }
}
