//! Two settings on the same questions: how much better one is, and how sure that is.

use std::fmt;

use crate::random::Seeded;

/// Samples that are drawn of the differences.
const SAMPLES: usize = 4_000;

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
    /// How often chance alone would make so many of those that differ better (one-sided sign test).
    pub chance: f64,
}

impl Comparison {
    /// The mean difference.
    pub fn gain(&self) -> f64 {
        self.after - self.before
    }

    /// True where it is better beyond chance: the interval lies above nothing, and the sign test
    /// says the same.
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
        chance: sign_test(better, worse),
    }
}

/// How likely a fair coin shows at least `better` heads in `better + worse` throws.
fn sign_test(better: usize, worse: usize) -> f64 {
    let n = better + worse;
    // The terms of the binomial distribution, as logarithms: n may be large.
    let mut term = -(n as f64) * std::f64::consts::LN_2;
    let mut res = 0.0;
    for k in 0..=n {
        if better <= k {
            res += term.exp();
        }
        term += ((n - k) as f64).ln() - ((k + 1) as f64).ln();
    }
    res.min(1.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_test_counts_coins() {
        assert!((sign_test(0, 0) - 1.0).abs() < 1e-9);
        assert!((sign_test(5, 0) - 1.0 / 32.0).abs() < 1e-9);
        assert!((sign_test(4, 1) - 6.0 / 32.0).abs() < 1e-9);
        assert!((sign_test(0, 5) - 1.0).abs() < 1e-9);
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
