//! Licences: what is linked into the binary may be given away with it.

use serde_json::Value;

/// Licences that ask for no more than their text being kept.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
    "NCSA",
];

/// Packages of `metadata` (the answer of `cargo metadata`) whose licence is none of those.
pub(crate) fn refused(metadata: &str) -> Vec<String> {
    let metadata: Value = serde_json::from_str(metadata).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("the answer of cargo has packages");
    packages
        .iter()
        .filter_map(|package| {
            let (name, version) = (package["name"].as_str()?, package["version"].as_str()?);
            match package["license"].as_str() {
                Some(licence) if is_allowed(licence) => None,
                Some(licence) => {
                    Some(format!("{name} {version}: the licence `{licence}` is not allowed"))
                }
                None => Some(format!("{name} {version}: names no licence")),
            }
        })
        .collect()
}

/// An expression of SPDX: every part joined by AND must be allowed, of those joined by OR one.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let tokens: Vec<String> = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut at = 0;
    let res = any(&tokens, &mut at);
    res && at == tokens.len()
}

fn any(tokens: &[String], at: &mut usize) -> bool {
    let mut res = all(tokens, at);
    while tokens.get(*at).is_some_and(|it| it == "OR") {
        *at += 1;
        res |= all(tokens, at);
    }
    res
}

fn all(tokens: &[String], at: &mut usize) -> bool {
    let mut res = one(tokens, at);
    while tokens.get(*at).is_some_and(|it| it == "AND") {
        *at += 1;
        res &= one(tokens, at);
    }
    res
}

fn one(tokens: &[String], at: &mut usize) -> bool {
    let Some(token) = tokens.get(*at) else { return false };
    *at += 1;
    if token == "(" {
        let res = any(tokens, at);
        let is_closed = tokens.get(*at).is_some_and(|it| it == ")");
        *at += 1;
        return res && is_closed;
    }
    let mut name = token.clone();
    if tokens.get(*at).is_some_and(|it| it == "WITH") {
        let exception = tokens.get(*at + 1).map_or("", String::as_str);
        name = format!("{name} WITH {exception}");
        *at += 2;
    }
    ALLOWED.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT", "", "Apache-2.0 WITH Something"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn a_package_without_a_good_licence_is_named() {
        let metadata = r#"{"packages": [
            {"name": "a", "version": "1.0.0", "license": "MIT"},
            {"name": "b", "version": "2.0.0", "license": "AGPL-3.0"},
            {"name": "c", "version": "3.0.0", "license": null}
        ]}"#;
        assert_eq!(
            refused(metadata),
            ["b 2.0.0: the licence `AGPL-3.0` is not allowed", "c 3.0.0: names no licence"]
        );
    }
}
