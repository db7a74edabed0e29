//! One trial: a search on the older tasks, a ruling on the newer ones. A state machine stepped with
//! plain values; what it rules by is fixed before anything is searched, and no candidate can reach
//! it: a candidate is a list of numbers within bounds, nothing else.

use memory::Weights;

use crate::{
    Candidate, Comparison, FoundBy, Guard, Parameter, Percents, Replay, Search, SearchConfig,
    compare,
};

/// All looks at one set of held-out tasks together may accept so often what is no better. A server
/// holds a trial a day: with one in twenty there would be something wrong in force before long.
const CHANCE_MAX: f64 = 0.0025;
/// Looks at one set of held-out tasks; then it has nothing left to prove.
pub const LOOKS_MAX: u32 = 6;
/// A smaller gain is not worth a question.
const GAIN_MIN: f64 = 0.005;
/// How far a guard's mean may lie below what it was, within noise: of forty questions one may be
/// answered half as well, which is chance.
const GUARD_LOSS_MAX: f64 = 0.02;
/// Questions may cost so many times what they did.
const COST_MAX: f64 = 1.5;
/// Fewer tasks since the words in force were learned prove nothing of others.
const WORDS_TASKS_MIN: usize = 40;
/// What a logarithm of distance from the shipped weights costs, in gain: at first only what gains
/// much with little change is looked at.
const PULL: f64 = 0.004;
/// By how much each refinement lets the search go further.
const PULL_TIMES: f64 = 0.4;
/// What a guard's loss costs the search, in gain.
const GUARD_PRICE: f64 = 5.0;

/// The questions that a trial is held on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arena {
    /// The older tasks: the search sees them.
    pub tuning: Vec<Replay>,
    /// The newer tasks: the ruling alone sees them.
    pub held_out: Vec<Replay>,
    /// What may not sink.
    pub guards: Vec<Guard>,
    /// The newest of all tasks, asked with the words in force instead of those learned anew: tasks
    /// that those words were not learned from.
    pub standing: Vec<Replay>,
    /// The guards, asked with the words in force.
    pub standing_guards: Vec<Guard>,
    /// CPU time of a question, in milliseconds: without the past, and what the past adds.
    pub cost_ms: (f64, f64),
}

/// How a trial is held.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialConfig {
    /// What may be changed.
    pub parameters: Vec<Parameter>,
    /// What is set now.
    pub now: Percents,
    /// What is shipped: the search is held near it.
    pub shipped: Percents,
    /// Candidates of somebody else's, to be ruled on before any search.
    pub given: Vec<Percents>,
    /// Candidates that were declared before anything was measured: no task was seen by whoever
    /// chose them, so the older ones prove as much as the newer.
    pub declared: Vec<Percents>,
    /// What chance begins with.
    pub seed: u64,
    /// Candidates that are measured at most.
    pub measured_max: usize,
    /// Searches after the first, each held less closely to what is shipped.
    pub refinements_max: usize,
    /// Looks at these held-out tasks by earlier trials.
    pub looks: u32,
    /// What was ruled on before and is not to be tried again.
    pub known: Vec<Percents>,
    /// True where words learned anew were ruled on lately: they are not ruled on again.
    pub knows_words: bool,
}

/// A candidate with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The candidate.
    pub candidate: Candidate,
    /// On the tasks that the search saw.
    pub tuning: Comparison,
    /// On those that it did not: files and functions together.
    pub held_out: Comparison,
    /// The same, together with how early they stand: what the ruling goes by.
    pub early: Comparison,
    /// The same, files among the first five alone.
    pub files: Comparison,
    /// The same, functions among the first ten alone.
    pub functions: Comparison,
    /// Each guard.
    pub guards: Vec<(&'static str, Comparison)>,
    /// What a question costs under it, in times of what it costs now.
    pub cost: f64,
    /// Why it was not accepted; `None`: it was.
    pub against: Option<String>,
}

/// What came of a trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ruling {
    /// Every candidate that was looked at on the held-out tasks, in order; the last may be the one
    /// that was accepted.
    pub attempts: Vec<Attempt>,
    /// Candidates that were measured on the tuning tasks.
    pub n_measured: usize,
    /// True where the held-out tasks were looked at too often to prove anything more.
    pub is_out_of_looks: bool,
}

impl Ruling {
    /// The candidate that was accepted.
    pub fn accepted(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|it| it.against.is_none())
    }
}

/// A trial under way.
#[derive(Clone, Debug)]
pub struct Trial {
    config: TrialConfig,
    search: Option<Search>,
    /// Refinements that were begun.
    n_refined: usize,
    ruling: Ruling,
}

/// What is to be done with a trial.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Another step.
    Step,
    /// It is over.
    Done(Ruling),
}

impl Trial {
    /// A trial that was not begun.
    pub fn new(config: TrialConfig) -> Trial {
        Trial { config, search: None, n_refined: 0, ruling: Ruling::default() }
    }

    /// Goes on a little.
    pub fn step(&mut self, arena: &Arena) -> Next {
        if self.ruling.accepted().is_some() {
            return self.end();
        }
        if !self.config.knows_words && !self.is_out_of_looks() {
            self.config.knows_words = true;
            self.rule_on_words(arena);
            return Next::Step;
        }
        if !self.config.given.is_empty() && !self.is_out_of_looks() {
            let values = self.config.given.remove(0);
            let worth = self.worth(arena, &values);
            self.rule(arena, Candidate { values, worth, found_by: FoundBy::Given });
            return Next::Step;
        }
        if !self.config.declared.is_empty() && !self.is_out_of_looks() {
            let values = self.config.declared.remove(0);
            self.rule_on_declared(arena, values);
            return Next::Step;
        }
        let mut search = self.search.take().unwrap_or_else(|| self.new_search(arena));
        if search.step(&mut |values| self.worth(arena, values)) {
            self.search = Some(search);
            return Next::Step;
        }
        self.ruling.n_measured += search.n_measured();
        let known = |it: &Candidate| {
            it.values == self.config.now
                || self.config.known.contains(&it.values)
                || self.ruling.attempts.iter().any(|seen| seen.candidate.values == it.values)
        };
        let best = search.best().clone();
        let is_out_of_looks = self.is_out_of_looks();
        self.ruling.is_out_of_looks = is_out_of_looks;
        if !known(&best) && !is_out_of_looks {
            self.rule_where_it_may(arena, best);
        }
        if self.n_refined == self.config.refinements_max || is_out_of_looks {
            return self.end();
        }
        self.n_refined += 1;
        Next::Step
    }

    fn is_out_of_looks(&self) -> bool {
        LOOKS_MAX <= self.config.looks + self.ruling.attempts.len() as u32
    }

    /// Candidates that were measured so far.
    pub(crate) fn n_measured(&self) -> usize {
        self.ruling.n_measured + self.search.as_ref().map_or(0, Search::n_measured)
    }

    fn end(&mut self) -> Next {
        Next::Done(std::mem::take(&mut self.ruling))
    }

    fn new_search(&self, arena: &Arena) -> Search {
        let config = SearchConfig {
            measured_max: self.config.measured_max / (self.config.refinements_max + 1),
            seed: self.config.seed.wrapping_add(self.n_refined as u64),
        };
        let TrialConfig { parameters, now, .. } = &self.config;
        Search::new(parameters.clone(), now.clone(), config, &mut |it| self.worth(arena, it))
    }

    /// What the search goes by: where the right functions stand on the tuning tasks, less the
    /// distance from what is shipped, less what the guards lose.
    fn worth(&self, arena: &Arena, values: &[u16]) -> f64 {
        let weights = self.weights(values);
        let gain = mean(arena.tuning.iter().map(|it| {
            let score = it.score(&weights);
            f64::from(score.gain) + f64::from(score.files_gain)
        })) / 2.0;
        let now = self.weights(&self.config.now);
        let lost = arena.guards.iter().map(|guard| {
            let of = |weights: &Weights| mean(guard.replays.iter().map(|it| both(it, weights)));
            (of(&now) - of(&weights)).max(0.0)
        });
        let lost: f64 = lost.sum();
        let from = values.iter().zip(&self.config.shipped);
        let distance: f64 = from.map(|it| distance(*it.0, *it.1).powi(2)).sum();
        let pull = PULL * PULL_TIMES.powi(self.n_refined as i32);
        gain - pull * distance - GUARD_PRICE * lost
    }

    /// Rules on a candidate of the search, where it is better beyond chance on what the search saw:
    /// what is not would only use up a look.
    fn rule_where_it_may(&mut self, arena: &Arena, candidate: Candidate) {
        let (now, then) = (self.weights(&self.config.now), self.weights(&candidate.values));
        let scores = |it: &Weights| arena.tuning.iter().map(|of| early(of, it)).collect::<Vec<_>>();
        if compare(&scores(&now), &scores(&then), 0.95, self.config.seed).is_better() {
            self.rule(arena, candidate);
        }
    }

    /// Rules on a candidate that nobody searched for, by all tasks. Where a guard loses there is no
    /// need to look: that costs nothing of what the tasks can prove.
    fn rule_on_declared(&mut self, arena: &Arena, values: Percents) {
        let is_known = self.config.known.contains(&values) || values == self.config.now;
        let (now, then) = (self.weights(&self.config.now), self.weights(&values));
        let loses = |it: &Guard| {
            let of = |weights: &Weights| mean(it.replays.iter().map(|it| both(it, weights)));
            of(&then) - of(&now) < -GUARD_LOSS_MAX
        };
        if !is_known && !arena.guards.iter().any(loses) {
            let worth = self.worth(arena, &values);
            self.rule(arena, Candidate { values, worth, found_by: FoundBy::Declared });
        }
    }

    /// Rules on the words learned anew where others are in force, by the tasks that those were not
    /// learned from. What finds no more there, in the mean, need not be looked at.
    fn rule_on_words(&mut self, arena: &Arena) {
        let Arena { tuning, held_out, standing, standing_guards, guards, .. } = arena;
        let anew: Vec<&Replay> = tuning.iter().chain(held_out).collect();
        let anew = &anew[anew.len().saturating_sub(standing.len())..];
        let weights = self.weights(&self.config.now);
        let looks = self.config.looks + self.ruling.attempts.len() as u32;
        let seed = self.config.seed;
        let on = |of: fn(&Replay, &Weights) -> f64, confidence| {
            let before: Vec<f64> = standing.iter().map(|it| of(it, &weights)).collect();
            let after: Vec<f64> = anew.iter().map(|it| of(it, &weights)).collect();
            compare(&before, &after, confidence, seed)
        };
        let held_out = on(both, 0.95);
        if standing.len() < WORDS_TASKS_MIN || held_out.gain() < GAIN_MIN {
            return;
        }
        let guards = standing_guards.iter().zip(guards).map(|(before, after)| {
            let of =
                |it: &Guard| it.replays.iter().map(|it| both(it, &weights)).collect::<Vec<_>>();
            (before.name, compare(&of(before), &of(after), 0.95, seed))
        });
        let values = self.config.now.clone();
        let candidate = Candidate { values, worth: 0.0, found_by: FoundBy::LearnedAnew };
        let mut attempt = Attempt {
            candidate,
            tuning: Comparison::default(),
            held_out,
            early: on(early, confidence_of_look(looks)),
            files: on(files, 0.95),
            functions: on(functions, 0.95),
            guards: guards.collect(),
            cost: 1.0,
            against: None,
        };
        attempt.against = against(&attempt);
        self.ruling.attempts.push(attempt);
    }

    /// Looks at a candidate on the held-out tasks, and says yes or no.
    fn rule(&mut self, arena: &Arena, candidate: Candidate) {
        let unseen: Vec<&Replay> = match candidate.found_by {
            FoundBy::Declared => arena.tuning.iter().chain(&arena.held_out).collect(),
            _ => arena.held_out.iter().collect(),
        };
        let looks = self.config.looks + self.ruling.attempts.len() as u32;
        let confidence = confidence_of_look(looks);
        let (now, then) = (self.weights(&self.config.now), self.weights(&candidate.values));
        let seed = self.config.seed;
        let on = |replays: &[&Replay], of: fn(&Replay, &Weights) -> f64, confidence| {
            let scores =
                |weights: &Weights| replays.iter().map(|it| of(it, weights)).collect::<Vec<f64>>();
            compare(&scores(&now), &scores(&then), confidence, seed)
        };
        let guards = arena.guards.iter().map(|it| (it.name, on(&all(&it.replays), both, 0.95)));
        let mut attempt = Attempt {
            tuning: on(&all(&arena.tuning), both, 0.95),
            held_out: on(&unseen, both, 0.95),
            early: on(&unseen, early, confidence),
            files: on(&unseen, files, 0.95),
            functions: on(&unseen, functions, 0.95),
            guards: guards.collect(),
            cost: self.cost(arena, &candidate.values),
            candidate,
            against: None,
        };
        attempt.against = against(&attempt);
        self.ruling.attempts.push(attempt);
    }

    /// What a question costs: only asking the past adds to it.
    fn cost(&self, arena: &Arena, values: &[u16]) -> f64 {
        let (without, past) = arena.cost_ms;
        let of = |values: &[u16]| {
            let asks = self.config.parameters.iter().zip(values);
            let asks = asks.into_iter().any(|it| it.0.key == PAST_KEY && 0 < *it.1);
            without + if asks { past } else { 0.0 }
        };
        if without <= 0.0 { 1.0 } else { of(values) / of(&self.config.now) }
    }

    fn weights(&self, values: &[u16]) -> Weights {
        weights_of(&self.config.parameters, values)
    }
}

/// How far a value is from what is shipped.
fn distance(value: u16, shipped: u16) -> f64 {
    let share = |it: u16| f64::from(it) / 100.0;
    match shipped {
        // What ships nothing has a scale of its own.
        0 => share(value) / 2.0,
        // From nothing to a tenth is as far as from a tenth to all.
        _ => (share(value) + 0.1).ln() - (share(shipped) + 0.1).ln(),
    }
}

/// The parameter whose weight makes a question ask the past.
const PAST_KEY: &str = "weights.history";

/// The shipped weights as `values` bend them.
pub fn weights_of(parameters: &[Parameter], values: &[u16]) -> Weights {
    let percents = parameters.iter().zip(values);
    let percents: Vec<(&str, u16)> = percents
        .filter_map(|(parameter, value)| Some((parameter.key.strip_prefix("weights.")?, *value)))
        .collect();
    Weights::default().bent(&percents)
}

/// How sure the `nth` look at the same held-out tasks has to be: each costs half of the chance that
/// is left, so that all together are wrong no more often than one may be. Being better is one end
/// of the interval, half of what lies outside.
fn confidence_of_look(nth: u32) -> f64 {
    1.0 - 2.0 * CHANCE_MAX / f64::from(2u32.pow(nth.min(LOOKS_MAX) + 1))
}

/// What speaks against a candidate.
fn against(attempt: &Attempt) -> Option<String> {
    let Attempt { held_out, early, tuning, files, functions, guards, cost, .. } = attempt;
    for (name, guard) in guards {
        if guard.is_worse() || guard.gain() < -GUARD_LOSS_MAX {
            return Some(format!("{name} are answered worse: {guard}"));
        }
    }
    if COST_MAX < *cost {
        return Some(format!("a question would cost {cost:.1} times what it does"));
    }
    for (name, part) in [("files", files), ("functions", functions)] {
        if part.is_worse() {
            return Some(format!("{name} are found worse: {part}"));
        }
    }
    if !early.is_better() || held_out.gain() < GAIN_MIN {
        let seen = 100.0 * tuning.gain();
        return Some(format!(
            "no better than chance on commits that the search did not see: {held_out}; with how \
             early they stand {early}; on those that it saw: {seen:+.1}"
        ));
    }
    None
}

/// Files and functions together, and how early they stand: of questions whose answer is found
/// before and after, it tells which finds it sooner.
fn early(replay: &Replay, weights: &Weights) -> f64 {
    let score = replay.score(weights);
    let all = [score.files_at_5, score.functions_at_10, score.files_gain, score.gain];
    all.into_iter().map(f64::from).sum::<f64>() / all.len() as f64
}

/// Files and functions together.
fn both(replay: &Replay, weights: &Weights) -> f64 {
    (files(replay, weights) + functions(replay, weights)) / 2.0
}

fn files(replay: &Replay, weights: &Weights) -> f64 {
    f64::from(replay.score(weights).files_at_5)
}

fn functions(replay: &Replay, weights: &Weights) -> f64 {
    f64::from(replay.score(weights).functions_at_10)
}

fn all(replays: &[Replay]) -> Vec<&Replay> {
    replays.iter().collect()
}

fn mean(of: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = of.len().max(1);
    of.sum::<f64>() / n as f64
}
