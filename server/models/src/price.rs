//! What answers cost, as the user wrote down what tokens cost.

use std::fmt;

use crate::Usage;

/// What a million tokens cost, in whatever currency the user counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// That the model reads.
    pub input: f64,
    /// That it reads from the provider's cache.
    pub cached_input: f64,
    /// That it writes.
    pub output: f64,
}

/// An amount of money, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost(pub u64);

impl Price {
    /// What `usage` costs, rounded up: a limit is never passed unseen.
    pub fn of(&self, usage: &Usage) -> Cost {
        // A price for a million tokens is one of millionths for a token.
        let millionths = usage.input as f64 * self.input
            + usage.cached_input as f64 * self.cached_input
            + usage.output as f64 * self.output;
        Cost(millionths.ceil() as u64)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        write!(f, "{whole}.{:04}", rest.div_ceil(100).min(9999))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_token_has_its_price() {
        let price = Price { input: 3.0, cached_input: 0.3, output: 15.0 };
        let usage = Usage { input: 1000, cached_input: 10_000, output: 200, n_uncounted: 0 };
        assert_eq!(price.of(&usage), Cost(3000 + 3000 + 3000));
        assert_eq!(price.of(&usage).to_string(), "0.0090");
        assert_eq!(price.of(&Usage { input: 1, ..Usage::default() }), Cost(3));
        assert_eq!(Cost(12_345_678).to_string(), "12.3457");
        assert_eq!(Cost(1).to_string(), "0.0001");
    }
}
