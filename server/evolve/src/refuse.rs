//! What an experiment may change, and why everything else is refused.

use settings::{Kind, Scope, Setting, Value};

use crate::{Parameter, Percents, Vocabulary};

/// The settings that an experiment may change, and the most that each is tried at, in percent:
/// beyond, one part of the sum drowns the others. The evidence says nothing about other settings.
const KEYS: [(&str, u16); 9] = [
    ("weights.name", 400),
    ("weights.doc", 400),
    ("weights.file", 400),
    ("weights.path", 400),
    ("weights.vector", 400),
    ("weights.test", 400),
    // What is shipped of it is a twentieth of the words of a body.
    ("weights.history", 500),
    (WORDS_KEY, 400),
    (OFTEN_KEY, 400),
];

/// What weighs the words of the vocabulary's file, and what weighs the places in it that change
/// often. Nothing is shipped of either: the file itself is what an experiment brings.
pub const WORDS_KEY: &str = "weights.vocabulary";
/// See [`WORDS_KEY`].
pub const OFTEN_KEY: &str = "weights.often";

/// Which words an experiment learned anew: no setting, but a number in the archive.
pub const WORDS_ANEW_KEY: &str = "words learned anew";

/// What an experiment may change, and how far: as the table of settings allows, and no further than
/// makes sense.
pub fn parameters() -> Vec<Parameter> {
    let of = |(key, most): (&'static str, u16)| {
        let Kind::Int(min, max) = Setting::find(key)?.kind else { return None };
        let min = u16::try_from(min).ok()?;
        let max = u16::try_from(max).ok()?.min(most);
        Some(Parameter { key, min, max })
    };
    KEYS.into_iter().filter_map(of).collect()
}

/// The variants that every experiment rules on before it searches: what the history teaches of the
/// repository's own words and of places that change often, as much as it weighs by default.
pub fn declared(parameters: &[Parameter], now: &[u16]) -> Vec<Percents> {
    let with = |words: u16, often: u16| {
        let values = parameters.iter().zip(now).map(|(parameter, now)| match parameter.key {
            WORDS_KEY if *now == 0 => words,
            OFTEN_KEY if *now == 0 => often,
            _ => *now,
        });
        values.collect::<Percents>()
    };
    // No more: each look makes the next one prove more.
    let mut res = vec![with(100, 100), with(100, 0)];
    res.retain(|it| it != now);
    res.dedup();
    res
}

/// What is shipped of `parameters`.
pub fn shipped(parameters: &[Parameter]) -> Percents {
    in_force(parameters, &Vocabulary::default(), &|it| match Setting::find(it)?.default_value() {
        Value::Int(value) => u16::try_from(value).ok(),
        _ => None,
    })
}

/// What counts of `parameters` where `vocabulary` is in force and `set` tells a setting: what
/// weighs something that is not there counts nothing.
pub fn in_force(
    parameters: &[Parameter],
    vocabulary: &Vocabulary,
    set: &dyn Fn(&str) -> Option<u16>,
) -> Percents {
    let of = |it: &Parameter| match it.key {
        WORDS_KEY if vocabulary.words.is_empty() => 0,
        OFTEN_KEY if vocabulary.often.is_empty() => 0,
        key => set(key).unwrap_or(100),
    };
    parameters.iter().map(of).collect()
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

/// Whether a suggestion may write the file at `path`, below its folder: agents and workflows of the
/// workspace, what is left out of the index, and code. What is trusted, what hooks and plugins do
/// and the settings as a text are none of these; numbers of settings are set one by one.
///
/// # Errors
/// The reason why it may not.
pub fn admitted_file(path: &str) -> Result<(), String> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_plain = parts.iter().all(|it| !matches!(*it, "" | "." | ".."));
    let is_yaml = |name: &str| name.ends_with(".yaml") && !name.starts_with('.');
    let is_admitted = is_plain
        && match parts.as_slice() {
            [".aios", "agents" | "workflows", name] => is_yaml(name),
            [".aiosignore"] => true,
            all => !all.iter().any(|it| it.starts_with('.')),
        };
    match is_admitted {
        true => Ok(()),
        false => Err(format!(
            "`{path}` is refused: what decides over suggestions, what they are measured by and \
             what is trusted are out of their reach"
        )),
    }
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
        let variant = [100, 70, 100, 100, 100, 100, 100, 100, 100];
        assert_eq!(ask("weights.doc", "70").unwrap(), variant);
        for wrong in ["401", "-1", "1e3", "", "70; evolve = \"auto-config\""] {
            let error = ask("weights.doc", wrong).unwrap_err();
            assert!(error.contains("is no whole number between 0 and 400"), "{error}");
        }
    }

    #[test]
    fn a_suggestion_writes_agents_workflows_and_code_and_nothing_that_decides() {
        for path in [".aios/agents/a.yaml", ".aios/workflows/a-b.yaml", ".aiosignore", "src/a.rs"] {
            assert_eq!(admitted_file(path), Ok(()), "{path}");
        }
        for path in [
            ".aios/config.toml",
            ".aios/vocabulary.toml",
            ".aios/plugins/p/plugin.toml",
            ".aios/agents/../config.toml",
            ".aios/agents/deep/a.yaml",
            ".git/config",
            "src/.cargo/config.toml",
            "../trust.db",
            "/etc/passwd",
            "",
        ] {
            let error = admitted_file(path).unwrap_err();
            assert!(error.contains("out of their reach"), "{path}: {error}");
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
