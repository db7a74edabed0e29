//! How much a run may take, and how much it has.

use std::fmt;

use models::Cost;

use crate::{table::Table, yaml::Problem};

/// What holds where a definition says nothing.
const STEPS_DEFAULT: u32 = 20;
const TOKENS_DEFAULT: u64 = 200_000;
const SECONDS_DEFAULT: u32 = 600;

/// No definition may ask for more.
pub(crate) const STEPS_MAX: u32 = 500;
pub(crate) const TOKENS_MAX: u64 = 10_000_000;
pub(crate) const SECONDS_MAX: u32 = 24 * 60 * 60;
pub(crate) const COST_MICROS_MAX: u64 = 1_000_000_000;

/// How much a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Questions to the model and calls of tools.
    pub steps_max: u32,
    /// Tokens, read and written.
    pub tokens_max: u64,
    /// Time, of the wall's clock.
    pub seconds_max: u32,
    /// Money, in millionths of the unit that the models' prices are in; `None`: it is not counted.
    pub cost_micros_max: Option<u64>,
}

/// How much a run has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Questions and calls.
    pub steps: u32,
    /// Tokens.
    pub tokens: u64,
    /// Money, as in [`Limits::cost_micros_max`].
    pub cost_micros: u64,
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = if self.steps == 1 { "step" } else { "steps" };
        write!(f, "{} {steps}, {} tokens", self.steps, self.tokens)?;
        match self.cost_micros {
            0 => Ok(()),
            micros => write!(f, ", cost {}", Cost(micros)),
        }
    }
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Of steps.
    Steps(u32),
    /// Of tokens.
    Tokens(u64),
    /// Of time.
    Seconds(u32),
    /// Of money.
    CostMicros(u64),
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps_max: STEPS_DEFAULT,
            tokens_max: TOKENS_DEFAULT,
            seconds_max: SECONDS_DEFAULT,
            cost_micros_max: None,
        }
    }
}

impl Spent {
    /// What was taken after `before`.
    pub(crate) fn since(&self, before: &Spent) -> Spent {
        Spent {
            steps: self.steps.saturating_sub(before.steps),
            tokens: self.tokens.saturating_sub(before.tokens),
            cost_micros: self.cost_micros.saturating_sub(before.cost_micros),
        }
    }
}

impl Limits {
    /// The limit that `spent` has reached, so that nothing more may be begun.
    pub fn reached(&self, spent: &Spent) -> Option<Limit> {
        if self.steps_max <= spent.steps {
            return Some(Limit::Steps(self.steps_max));
        }
        if self.tokens_max <= spent.tokens {
            return Some(Limit::Tokens(self.tokens_max));
        }
        let cost = self.cost_micros_max.filter(|it| *it <= spent.cost_micros);
        cost.map(Limit::CostMicros)
    }

    /// What a definition says under `limits`.
    pub(crate) fn read(table: &mut Table<'_>, acc: &mut Vec<Problem>) -> Limits {
        let mut res = Limits::default();
        let Some(node) = table.get("limits") else { return res };
        let Some(mut table) = Table::of(node, "limits", acc) else { return res };
        if let Some(n) = table.number("steps", (1, STEPS_MAX.into()), acc) {
            res.steps_max = n as u32;
        }
        if let Some(n) = table.number("tokens", (1, TOKENS_MAX), acc) {
            res.tokens_max = n;
        }
        if let Some(n) = table.number("seconds", (1, SECONDS_MAX.into()), acc) {
            res.seconds_max = n as u32;
        }
        res.cost_micros_max = table.number("cost_micros", (1, COST_MICROS_MAX), acc);
        table.end(acc);
        res
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Steps(max) => write!(f, "limit reached: {max} steps"),
            Limit::Tokens(max) => write!(f, "limit reached: {max} tokens"),
            Limit::Seconds(max) => write!(f, "limit reached: {max} seconds"),
            Limit::CostMicros(max) => write!(f, "limit reached: {max} millionths of cost"),
        }
    }
}
