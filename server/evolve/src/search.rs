//! The search for better settings: from where it stands along each parameter, then by a population
//! whose best are crossed and changed. The same seed finds the same.

use crate::random::Seeded;

/// What may be changed, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The setting's key.
    pub key: &'static str,
    /// The least it may be.
    pub min: u16,
    /// The most.
    pub max: u16,
}

/// A value for each parameter, in their order.
pub type Percents = Vec<u16>;

/// A setting and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The values.
    pub values: Percents,
    /// What the search goes by: more is better.
    pub worth: f64,
    /// How it was found, for its lineage.
    pub found_by: FoundBy,
}

/// How a candidate was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// It is what is set now.
    Start,
    /// One parameter of the best was moved.
    Coordinate,
    /// Two of the population were crossed and changed.
    Population,
    /// Somebody gave it.
    Given,
    /// It was declared before anything was measured.
    Declared,
    /// What is set stays; the words that it weighs are learned anew.
    LearnedAnew,
}

/// How long it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchConfig {
    /// Candidates that are measured at most.
    pub measured_max: usize,
    /// What chance begins with.
    pub seed: u64,
}

/// Times and shares by which a value is moved: far first, then near.
const MOVES: [f64; 6] = [0.5, 2.0, 0.7, 1.4, 0.85, 1.18];
/// What a value of nothing is moved to.
const FROM_NOTHING: u16 = 50;
/// Of the population, so many live on.
const KEPT: usize = 8;
/// Children of one generation.
const CHILDREN: usize = 16;
/// How far a child's value strays, as a logarithm.
const STRAY: f64 = 0.25;

/// A search under way, done step by step so that whoever does it can do other things in between.
#[derive(Clone, Debug)]
pub struct Search {
    parameters: Vec<Parameter>,
    config: SearchConfig,
    random: Seeded,
    /// The best, best first.
    population: Vec<Candidate>,
    n_measured: usize,
    /// Where the walk along the parameters stands; `None` once no move helps.
    walk: Option<(usize, usize, bool)>,
}

impl Search {
    /// A search that begins at `start`.
    pub fn new(
        parameters: Vec<Parameter>,
        start: Percents,
        config: SearchConfig,
        worth: &mut dyn FnMut(&[u16]) -> f64,
    ) -> Search {
        assert_eq!(parameters.len(), start.len(), "there is a value for each parameter");
        let first = Candidate { worth: worth(&start), values: start, found_by: FoundBy::Start };
        Search {
            random: Seeded::new(config.seed),
            parameters,
            config,
            population: vec![first],
            n_measured: 1,
            walk: Some((0, 0, false)),
        }
    }

    /// Measures some more candidates; false once it is done.
    pub fn step(&mut self, worth: &mut dyn FnMut(&[u16]) -> f64) -> bool {
        if self.config.measured_max <= self.n_measured || self.parameters.is_empty() {
            return false;
        }
        match self.walk {
            Some(at) => self.walk(at, worth),
            None => self.breed(worth),
        }
        true
    }

    /// The best that was found.
    pub fn best(&self) -> &Candidate {
        &self.population[0]
    }

    /// The best that were found, best first.
    pub fn population(&self) -> &[Candidate] {
        &self.population
    }

    /// Candidates that were measured.
    pub fn n_measured(&self) -> usize {
        self.n_measured
    }

    /// Moves one parameter of the best by one step.
    fn walk(
        &mut self,
        (parameter, step, has_gained): (usize, usize, bool),
        worth: &mut dyn FnMut(&[u16]) -> f64,
    ) {
        let best = self.best().worth;
        let mut values = self.best().values.clone();
        let moved = match values[parameter] {
            0 => f64::from(FROM_NOTHING) * MOVES[step],
            value => f64::from(value) * MOVES[step],
        };
        values[parameter] = self.bounded(parameter, moved);
        self.measure(values, FoundBy::Coordinate, worth);
        let has_gained = has_gained || best < self.best().worth;
        self.walk = match (step + 1 < MOVES.len(), parameter + 1 < self.parameters.len()) {
            (true, _) => Some((parameter, step + 1, has_gained)),
            (false, true) => Some((parameter + 1, 0, has_gained)),
            (false, false) if has_gained => Some((0, 0, false)),
            (false, false) => None,
        };
    }

    /// A generation: children of the best.
    fn breed(&mut self, worth: &mut dyn FnMut(&[u16]) -> f64) {
        let children: Vec<Percents> = (0..CHILDREN).map(|_| self.child()).collect();
        for values in children {
            self.measure(values, FoundBy::Population, worth);
        }
    }

    fn child(&mut self) -> Percents {
        let n = self.population.len();
        let (one, other) = (self.random.below(n), self.random.below(n));
        let mut res = self.population[one].values.clone();
        for (parameter, value) in res.iter_mut().enumerate() {
            if self.random.below(2) == 0 {
                *value = self.population[other].values[parameter];
            }
            if self.random.below(3) == 0 {
                let moved = f64::from((*value).max(1)) * (STRAY * self.random.normal()).exp();
                *value = self.bounded(parameter, moved);
            }
        }
        res
    }

    fn bounded(&self, parameter: usize, value: f64) -> u16 {
        let Parameter { min, max, .. } = self.parameters[parameter];
        value.round().clamp(f64::from(min), f64::from(max)) as u16
    }

    fn measure(
        &mut self,
        values: Percents,
        found_by: FoundBy,
        worth: &mut dyn FnMut(&[u16]) -> f64,
    ) {
        self.n_measured += 1;
        if self.population.iter().any(|it| it.values == values) {
            return;
        }
        let candidate = Candidate { worth: worth(&values), values, found_by };
        let place = self.population.partition_point(|it| candidate.worth <= it.worth);
        self.population.insert(place, candidate);
        self.population.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: [Parameter; 3] = [
        Parameter { key: "a", min: 0, max: 400 },
        Parameter { key: "b", min: 0, max: 400 },
        Parameter { key: "c", min: 0, max: 100 },
    ];

    fn found(seed: u64, worth: &mut dyn FnMut(&[u16]) -> f64) -> Search {
        let config = SearchConfig { measured_max: 600, seed };
        let mut search = Search::new(PARAMETERS.to_vec(), vec![100, 100, 0], config, worth);
        while search.step(worth) {}
        search
    }

    #[test]
    fn a_hill_is_climbed_within_the_bounds() {
        let mut worth = |it: &[u16]| {
            let off = |value: u16, best: f64| ((f64::from(value) - best) / 100.0).powi(2);
            -off(it[0], 230.0) - off(it[1], 40.0) - off(it[2], 500.0)
        };
        let best = found(1, &mut worth).best().clone();
        assert!(best.values[0].abs_diff(230) < 12, "{best:?}");
        assert!(best.values[1].abs_diff(40) < 12, "{best:?}");
        assert_eq!(best.values[2], 100, "the bound holds");
    }

    #[test]
    fn a_seed_is_one_search_and_the_number_measured_is_bounded() {
        let mut n = 0;
        let mut worth = |it: &[u16]| {
            n += 1;
            -f64::from(it[0].abs_diff(37))
        };
        let one = found(5, &mut worth).best().clone();
        assert_eq!(one, *found(5, &mut worth).best());
        assert!(n <= 2 * (600 + CHILDREN), "{n}");
    }

    #[test]
    fn where_nothing_helps_it_stays() {
        let mut worth = |it: &[u16]| if it == [100, 100, 0] { 0.0 } else { -1.0 };
        assert_eq!(found(2, &mut worth).best().found_by, FoundBy::Start);
    }
}
