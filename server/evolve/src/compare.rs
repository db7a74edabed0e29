//! Two settings on the same questions: how much better one is, and how sure that is.

use std::fmt;

use crate::random::Seeded;

/// Samples that are drawn of the differences.
const SAMPLES: usize = 4_000;
/// Draws of signs at most: the last look at the same questions allows 39 in a million.
const FLIPS_MAX: usize = 60_000;
/// Once chance was as good so often, no more is drawn.
const REACHED_MAX: usize = 30;

/// What a paired comparison found. Differences are those of the second setting to the first, in
/// shares of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Questions.
    pub n: usize,
    /// Mean under the first setting.
    pub before: f64,
    /// Mean under the second.
    pub after: f64,
    /// Lower end of the interval in which the mean difference lies.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How sure the interval is, for example 0.95.
    pub confidence: f64,
    /// Questions answered better.
    pub better: usize,
    /// Questions answered worse.
    pub worse: usize,
    /// How often chance alone would make the second setting so much better (one-sided
    /// randomisation test: which of two scores is whose is drawn anew).
    pub chance: f64,
}

/// Questions before and since, compared. Means are shares of 1: a question counts 1 whose first hit
/// was opened and worked on, less the later it stood, and nothing where no hit was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Apart {
    /// Questions before.
    pub n_before: usize,
    /// Questions since.
    pub n_after: usize,
    /// Mean before.
    pub before: f64,
    /// Mean since.
    pub after: f64,
    /// Lower end of the interval in which the difference of the means lies.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How sure the interval is.
    pub confidence: f64,
    /// How often chance alone would make the questions since so much worse (one-sided
    /// randomisation test: which questions are those since is drawn anew).
    pub chance: f64,
}

impl Comparison {
    /// The mean difference.
    pub fn gain(&self) -> f64 {
        self.after - self.before
    }

    /// True where it is better beyond chance: the interval lies above nothing, and the
    /// randomisation test says the same.
    pub fn is_better(&self) -> bool {
        0.0 < self.low && self.chance < (1.0 - self.confidence) / 2.0
    }

    /// True where it is worse beyond chance.
    pub fn is_worse(&self) -> bool {
        self.high < 0.0
    }
}

/// Compares the scores of the same questions. The interval is that of a paired bootstrap: the
/// questions are drawn again, with their differences, [`SAMPLES`] times.
pub fn compare(before: &[f64], after: &[f64], confidence: f64, seed: u64) -> Comparison {
    assert_eq!(before.len(), after.len(), "both settings answer the same questions");
    let n = before.len();
    if n == 0 {
        return Comparison { confidence, chance: 1.0, ..Comparison::default() };
    }
    let differences: Vec<f64> = before.iter().zip(after).map(|(b, a)| a - b).collect();
    let mean = |it: &[f64]| it.iter().sum::<f64>() / n as f64;
    let mut random = Seeded::new(seed);
    let mut means: Vec<f64> = (0..SAMPLES)
        .map(|_| (0..n).map(|_| differences[random.below(n)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    let tail = ((1.0 - confidence) / 2.0 * SAMPLES as f64) as usize;
    let better = differences.iter().filter(|it| 1e-9 < **it).count();
    let worse = differences.iter().filter(|it| **it < -1e-9).count();
    Comparison {
        n,
        before: mean(before),
        after: mean(after),
        low: means[tail],
        high: means[SAMPLES - 1 - tail],
        confidence,
        better,
        worse,
        chance: chance(&differences, &mut random),
    }
}

/// Compares the answers of different questions: how much better those `after` are than those
/// `before`. The interval is that of a bootstrap of both; the chance is how often the questions
/// fall apart as badly where it is drawn anew which of them came after.
pub(crate) fn apart(before: &[f64], after: &[f64], confidence: f64, random: &mut Seeded) -> Apart {
    let mean = |it: &[f64]| it.iter().sum::<f64>() / it.len().max(1) as f64;
    let mut drawn_mean = |of: &[f64]| {
        let n = of.len().max(1) as f64;
        (0..of.len()).map(|_| of[random.below(of.len())]).sum::<f64>() / n
    };
    let mut differences: Vec<f64> =
        (0..SAMPLES).map(|_| drawn_mean(after) - drawn_mean(before)).collect();
    differences.sort_by(f64::total_cmp);
    let tail = ((1.0 - confidence) / 2.0 * SAMPLES as f64) as usize;
    Apart {
        n_before: before.len(),
        n_after: after.len(),
        before: mean(before),
        after: mean(after),
        low: differences[tail],
        high: differences[SAMPLES - 1 - tail],
        confidence,
        chance: chance_of_less(before, after, random),
    }
}

/// How often those `after` add up to as little where it is drawn anew which they are.
fn chance_of_less(before: &[f64], after: &[f64], random: &mut Seeded) -> f64 {
    let sum: f64 = after.iter().sum();
    let mut all = [after, before].concat();
    let mut n_reached = 0;
    for nth in 1..=FLIPS_MAX {
        // The first places of a shuffle.
        for place in 0..after.len() {
            let other = place + random.below(all.len() - place);
            all.swap(place, other);
        }
        n_reached += usize::from(all[..after.len()].iter().sum::<f64>() <= sum + 1e-9);
        if REACHED_MAX <= n_reached {
            return n_reached as f64 / nth as f64;
        }
    }
    (n_reached + 1) as f64 / (FLIPS_MAX + 1) as f64
}

/// How often the differences add up to as much where a coin decides the sign of each.
fn chance(differences: &[f64], random: &mut Seeded) -> f64 {
    let differences: Vec<f64> = differences.iter().copied().filter(|it| 1e-9 < it.abs()).collect();
    let sum: f64 = differences.iter().sum();
    let mut n_reached = 0;
    for nth in 1..=FLIPS_MAX {
        let flipped: f64 = differences.chunks(64).map(|chunk| flipped(chunk, random)).sum();
        n_reached += usize::from(sum - 1e-9 <= flipped);
        // What chance reaches so often needs no sharper number.
        if REACHED_MAX <= n_reached {
            return n_reached as f64 / nth as f64;
        }
    }
    (n_reached + 1) as f64 / (FLIPS_MAX + 1) as f64
}

/// The sum of up to 64 numbers, each with a sign of chance.
fn flipped(numbers: &[f64], random: &mut Seeded) -> f64 {
    let coins = random.next_number();
    let signed = numbers.iter().enumerate().map(|(nth, it)| {
        let is_heads = coins >> nth & 1 == 1;
        if is_heads { *it } else { -it }
    });
    signed.sum()
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { before, after, low, high, confidence, better, worse, n, .. } = self;
        let gain = 100.0 * self.gain();
        write!(
            f,
            "{:.1} → {:.1} ({gain:+.1}, {:.1} % sure between {:+.1} and {:+.1}; of {n}, {better} \
             better, {worse} worse)",
            100.0 * before,
            100.0 * after,
            100.0 * confidence,
            100.0 * low,
            100.0 * high,
        )
    }
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Apart { n_before, n_after, before, after, low, high, confidence, .. } = self;
        write!(
            f,
            "{:.1} of {n_before} questions before → {:.1} of {n_after} since ({:+.1}, {:.1} % sure \
             between {:+.1} and {:+.1})",
            100.0 * before,
            100.0 * after,
            100.0 * (after - before),
            100.0 * confidence,
            100.0 * low,
            100.0 * high,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_how_often_coins_do_as_well() {
        let of = |differences: &[f64]| chance(differences, &mut Seeded::new(1));
        let is_about = |it: f64, expected: f64| (it / expected - 1.0).abs() < 0.35;
        assert!((of(&[]) - 1.0).abs() < 1e-9);
        // Five heads, and ten.
        assert!(is_about(of(&[0.5; 5]), 1.0 / 32.0));
        assert!(is_about(of(&[0.5; 10]), 1.0 / 1024.0));
        // One that loses as much as three gain; and one that loses little.
        assert!(is_about(of(&[0.2, 0.2, 0.2, -0.6]), 9.0 / 16.0));
        assert!(is_about(of(&[0.6, 0.6, 0.6, 0.6, -0.1]), 2.0 / 32.0));
        assert!(0.9 < of(&[-0.5; 5]));
    }

    #[test]
    fn what_gains_everywhere_is_better_and_what_gains_here_and_loses_there_is_not() {
        let before = vec![0.2; 60];
        let clear: Vec<f64> = (0..60).map(|it| if it % 3 == 0 { 0.7 } else { 0.2 }).collect();
        let found = compare(&before, &clear, 0.95, 1);
        assert!(found.is_better() && !found.is_worse(), "{found}");
        assert_eq!((found.better, found.worse), (20, 0));
        let mixed: Vec<f64> = (0..60).map(|it| if it % 2 == 0 { 0.4 } else { 0.0 }).collect();
        let found = compare(&before, &mixed, 0.95, 1);
        assert!(!found.is_better() && !found.is_worse(), "{found}");
        let found = compare(&clear, &before, 0.95, 1);
        assert!(found.is_worse(), "{found}");
    }

    #[test]
    fn few_questions_prove_nothing() {
        let found = compare(&[0.0, 0.0], &[1.0, 1.0], 0.95, 1);
        assert!(!found.is_better(), "{found}");
        assert!(!compare(&[], &[], 0.95, 1).is_better());
    }

    /// Two settings that differ by chance alone are called better no more often than said.
    #[test]
    fn chance_is_called_better_as_seldom_as_it_says() {
        let mut random = Seeded::new(3);
        let n_called = (0..200).filter(|seed| {
            let mut draw = || (0..80).map(|_| random.below(2) as f64).collect::<Vec<_>>();
            compare(&draw(), &draw(), 0.95, *seed).is_better()
        });
        let n_called = n_called.count();
        assert!(n_called <= 10, "{n_called} of 200");
    }
}
