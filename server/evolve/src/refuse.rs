//! What an experiment may change, and why everything else is refused.

use settings::{Kind, Scope, Setting, Value};

use crate::{Parameter, Percents};

/// The most that a weight is tried at, in percent: beyond, one part of the sum drowns the others.
const PERCENT_MAX: i64 = 400;

/// The settings that an experiment may change. The evidence says nothing about the others.
const KEYS: [&str; 7] = [
    "weights.name",
    "weights.doc",
    "weights.file",
    "weights.path",
    "weights.vector",
    "weights.test",
    "weights.history",
];

/// What an experiment may change, and how far: as the table of settings allows, and no further than
/// makes sense.
pub fn parameters() -> Vec<Parameter> {
    let of = |key: &&'static str| {
        let Kind::Int(min, max) = Setting::find(key)?.kind else { return None };
        let min = u16::try_from(min).ok()?;
        let max = u16::try_from(max.min(PERCENT_MAX)).ok()?;
        Some(Parameter { key, min, max })
    };
    KEYS.iter().filter_map(of).collect()
}

/// What is shipped of `parameters`.
pub fn shipped(parameters: &[Parameter]) -> Percents {
    let of = |it: &Parameter| match Setting::find(it.key)?.default_value() {
        Value::Int(value) => u16::try_from(value).ok(),
        _ => None,
    };
    parameters.iter().map(|it| of(it).unwrap_or(100)).collect()
}

/// The variant that `given` asks for (key and value as written), the others as they are in `now`.
///
/// # Errors
/// The reason why a variant is refused: what decides over variants, what they are measured by and
/// what they may cost is none of theirs to change.
pub fn admitted(
    parameters: &[Parameter],
    now: &[u16],
    given: &[(String, String)],
) -> Result<Percents, String> {
    let mut res = now.to_vec();
    for (key, written) in given {
        let place = parameters.iter().position(|it| it.key == key);
        let Some(place) = place else { return Err(refusal(key)) };
        let Parameter { min, max, .. } = parameters[place];
        let value = written.trim().parse().ok().filter(|it| (min..=max).contains(it));
        res[place] = value.ok_or_else(|| {
            format!("{key}: `{written}` is no whole number between {min} and {max}")
        })?;
    }
    Ok(res)
}

fn refusal(key: &str) -> String {
    let why = match Setting::find(key) {
        _ if key.starts_with("evolve") => {
            "it decides over experiments or what they may cost; only you change it, in your own \
             settings"
        }
        Some(it) if matches!(it.scope, Scope::Policy | Scope::Trusted | Scope::Machine) => {
            "it is policy; an experiment changes none"
        }
        Some(_) => "the evidence says nothing about it",
        None => {
            "it is no setting; what measures, the split of the evidence, the guards and what is \
             trusted are out of reach of what they judge"
        }
    };
    format!("`{key}` is refused: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(key: &str, value: &str) -> Result<Percents, String> {
        let parameters = parameters();
        let now = vec![100; parameters.len()];
        admitted(&parameters, &now, &[(key.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_variant_is_numbers_within_bounds() {
        assert_eq!(ask("weights.doc", "70").unwrap(), [100, 70, 100, 100, 100, 100, 100]);
        for wrong in ["401", "-1", "1e3", "", "70; evolve = \"auto-config\""] {
            let error = ask("weights.doc", wrong).unwrap_err();
            assert!(error.contains("is no whole number between 0 and 400"), "{error}");
        }
    }

    #[test]
    fn what_judges_is_out_of_reach_of_what_is_judged() {
        for (key, reason) in [
            ("evolve_cpu_seconds_max", "what they may cost"),
            ("evolve", "decides over experiments"),
            ("preview", "policy"),
            ("verify.commands", "policy"),
            ("history.commits_max", "says nothing about it"),
            ("server/evolve/src/trial.rs", "out of reach"),
            ("guards.exact_names", "out of reach"),
            ("split", "out of reach"),
            ("trust.toml", "out of reach"),
        ] {
            let error = ask(key, "1").unwrap_err();
            assert!(error.contains(reason), "{key}: {error}");
        }
    }
}
