//! Which formatter a project uses for a file: what its own files say. Pure: files are asked for by
//! a function.

use std::collections::BTreeSet;

/// Files that a formatter goes by, looked for in the folders around what it formats.
pub(crate) const CONFIGS: &[&str] = &[
    ".clang-format",
    ".editorconfig",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".prettierignore",
    ".prettierrc",
    ".prettierrc.cjs",
    ".prettierrc.js",
    ".prettierrc.json",
    ".prettierrc.json5",
    ".prettierrc.mjs",
    ".prettierrc.toml",
    ".prettierrc.yaml",
    ".prettierrc.yml",
    ".ruff.toml",
    ".rustfmt.toml",
    "Cargo.toml",
    "go.mod",
    "package.json",
    "prettier.config.cjs",
    "prettier.config.js",
    "prettier.config.mjs",
    "pyproject.toml",
    "ruff.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

/// rustfmt reads one file and leaves the modules that it declares alone only where it is given the
/// text itself.
const RUSTFMT: &str = r#"edition=$1; shift; code=0
for file do
  (cd "$(dirname "$file")" && own=$(basename "$file") &&
    rustfmt --edition "$edition" <"$own" >"$TMPDIR/formatted" && cat "$TMPDIR/formatted" >"$own") ||
    code=1
done
exit $code"#;

/// The edition of a crate that names none.
const EDITION: &str = "2015";

const PRETTIER_ENDINGS: &[&str] = &[
    "cjs", "css", "cts", "html", "js", "json", "jsx", "less", "md", "mjs", "mts", "scss", "ts",
    "tsx", "vue", "yaml", "yml",
];
const C_ENDINGS: &[&str] = &["c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx"];

/// A formatter and how it is run: in the folder at the top, with the files behind its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Formatter {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The program and its arguments.
    pub(crate) argv: Vec<String>,
}

/// The files of a project, by their paths below its top.
pub(crate) struct Files<'a> {
    /// The text of one.
    pub(crate) read: &'a dyn Fn(&str) -> Option<String>,
    /// Whether there is one.
    pub(crate) has: &'a dyn Fn(&str) -> bool,
}

/// The formatter of the file at `path`; `None` where the project names none that is known.
pub(crate) fn formatter_of(path: &str, files: &Files<'_>) -> Option<Formatter> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "rs" => rustfmt(path, files),
        "py" | "pyi" => black(path, files).or_else(|| ruff(path, files)),
        "go" => files.nearest(path, "go.mod").map(|_| formatter("gofmt", &["gofmt", "-w"])),
        _ if PRETTIER_ENDINGS.contains(&ending) => prettier(path, files),
        _ if C_ENDINGS.contains(&ending) => files
            .nearest(path, ".clang-format")
            .map(|_| formatter("clang-format", &["clang-format", "-i"])),
        _ => None,
    }
}

/// The files that formatters of `paths` may go by, those that are there.
pub(crate) fn configs<'a>(
    paths: impl Iterator<Item = &'a str>,
    files: &Files<'_>,
) -> BTreeSet<String> {
    let folders: BTreeSet<&str> = paths.flat_map(around).collect();
    let all = folders.iter().flat_map(|folder| CONFIGS.iter().map(|name| join(folder, name)));
    all.filter(|it| (files.has)(it)).collect()
}

fn formatter(name: &'static str, argv: &[&str]) -> Formatter {
    Formatter { name, argv: argv.iter().map(|it| (*it).to_owned()).collect() }
}

/// The folders around a file, the innermost first; the top is the empty path.
fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |it| match it.rsplit_once('/') {
        Some((folder, _)) => Some(folder),
        None => (!it.is_empty()).then_some(""),
    })
    .skip(1)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl Files<'_> {
    /// The path of the nearest file of that name.
    fn nearest(&self, path: &str, name: &str) -> Option<String> {
        around(path).map(|it| join(it, name)).find(|it| (self.has)(it))
    }

    /// True where the nearest file of that name speaks of `word`.
    fn nearest_says(&self, path: &str, name: &str, word: &str) -> bool {
        let text = self.nearest(path, name).and_then(|it| (self.read)(&it));
        text.is_some_and(|it| it.contains(word))
    }

    /// A program that was installed beside the project, else its name.
    fn program(&self, path: &str, name: &str) -> String {
        let places = [".venv/bin", "venv/bin"].map(|it| format!("{it}/{name}"));
        let found = places.iter().find_map(|it| self.nearest(path, it));
        found.map_or_else(|| name.to_owned(), |it| format!("./{it}"))
    }
}

fn rustfmt(path: &str, files: &Files<'_>) -> Option<Formatter> {
    let manifest = files.nearest(path, "Cargo.toml")?;
    let own = (files.read)(&manifest).unwrap_or_default();
    let of_workspace = || {
        let mut tables =
            around(&manifest).map(|it| join(it, "Cargo.toml")).filter_map(|it| (files.read)(&it));
        tables.find_map(|it| edition(&it, "[workspace.package]"))
    };
    let edition = match edition(&own, "[package]") {
        Some(edition) if edition.starts_with("20") => edition,
        Some(_) => of_workspace().unwrap_or_else(|| EDITION.to_owned()),
        None => EDITION.to_owned(),
    };
    Some(formatter("rustfmt", &["sh", "-c", RUSTFMT, "rustfmt", &edition]))
}

/// What a table of a manifest says of the edition, without quotes.
fn edition(manifest: &str, table: &str) -> Option<String> {
    let lines = manifest.lines().map(str::trim);
    let mut own = lines.skip_while(|it| *it != table).skip(1).take_while(|it| !it.starts_with('['));
    let line = own.find(|it| it.starts_with("edition"))?;
    Some(line.split_once('=')?.1.trim().trim_matches(['"', '\'']).to_owned())
}

fn black(path: &str, files: &Files<'_>) -> Option<Formatter> {
    let is_named = files.nearest_says(path, "pyproject.toml", "[tool.black]")
        || files.nearest_says(path, ".pre-commit-config.yaml", "id: black");
    let program = files.program(path, "black");
    is_named.then(|| formatter("black", &[&program, "--quiet"]))
}

fn ruff(path: &str, files: &Files<'_>) -> Option<Formatter> {
    let is_named = files.nearest_says(path, "pyproject.toml", "[tool.ruff")
        || files.nearest_says(path, ".pre-commit-config.yaml", "id: ruff-format")
        || ["ruff.toml", ".ruff.toml"].iter().any(|it| files.nearest(path, it).is_some());
    let program = files.program(path, "ruff");
    is_named.then(|| formatter("ruff", &[&program, "format", "--quiet", "--no-cache"]))
}

fn prettier(path: &str, files: &Files<'_>) -> Option<Formatter> {
    let programs =
        ["node_modules/prettier/bin/prettier.cjs", "node_modules/prettier/bin-prettier.js"];
    let is_named = files.nearest_says(path, "package.json", "\"prettier\"")
        || CONFIGS.iter().any(|it| {
            let is_own = it.starts_with(".prettierrc") || it.starts_with("prettier.config");
            is_own && files.nearest(path, it).is_some()
        });
    let program = programs.iter().find_map(|it| files.nearest(path, it)).filter(|_| is_named)?;
    Some(formatter("prettier", &["node", &program, "--write", "--log-level=warn"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, files: &[(&str, &str)], expected: &str) {
        let read = |path: &str| files.iter().find(|it| it.0 == path).map(|it| it.1.to_owned());
        let has = |path: &str| files.iter().any(|it| it.0 == path);
        let found = formatter_of(path, &Files { read: &read, has: &has });
        let found = found.map_or("none".to_owned(), |it| {
            let shown = it.argv.iter().filter(|it| **it != RUSTFMT).map(String::as_str);
            format!("{}: {}", it.name, shown.collect::<Vec<_>>().join(" "))
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn rust_is_formatted_in_the_edition_of_its_crate() {
        let own = "[package]\nname = \"a\"\nedition = \"2021\"\n";
        check("src/a.rs", &[("Cargo.toml", own)], "rustfmt: sh -c rustfmt 2021");
        let top = ("Cargo.toml", "[workspace.package]\nedition = \"2024\"\n");
        let inherits = ("x/Cargo.toml", "[package]\nedition.workspace = true\n");
        check("x/src/a.rs", &[top, inherits], "rustfmt: sh -c rustfmt 2024");
        check("a.rs", &[("Cargo.toml", "[package]\n")], "rustfmt: sh -c rustfmt 2015");
        check("a.rs", &[], "none");
    }

    #[test]
    fn python_is_formatted_by_what_the_project_names() {
        check("a.py", &[("pyproject.toml", "[project]\n")], "none");
        check("a.py", &[("pyproject.toml", "[tool.black]\n")], "black: black --quiet");
        check(
            "app/a.py",
            &[("pyproject.toml", "[tool.ruff.lint]\n"), (".venv/bin/ruff", "")],
            "ruff: ./.venv/bin/ruff format --quiet --no-cache",
        );
        check("a.py", &[(".pre-commit-config.yaml", "- id: black\n")], "black: black --quiet");
        // The nearest project decides.
        let near = ("app/pyproject.toml", "[project]\n");
        check("app/a.py", &[("pyproject.toml", "[tool.black]\n"), near], "none");
    }

    #[test]
    fn others_are_formatted_where_a_formatter_is_installed_or_the_language_has_one() {
        let prettier = ("node_modules/prettier/bin/prettier.cjs", "");
        let package = ("package.json", "{\"devDependencies\": {\"prettier\": \"3\"}}");
        check(
            "web/a.ts",
            &[prettier, package],
            "prettier: node node_modules/prettier/bin/prettier.cjs --write --log-level=warn",
        );
        check("web/a.ts", &[package], "none");
        check("web/a.ts", &[prettier], "none");
        check("a.go", &[("go.mod", "")], "gofmt: gofmt -w");
        check("x/a.cpp", &[("x/.clang-format", "")], "clang-format: clang-format -i");
        check("a.java", &[("pom.xml", "")], "none");
    }

    #[test]
    fn configurations_are_looked_for_in_all_folders_around() {
        let has =
            |it: &str| ["a/b/ruff.toml", "a/package.json", "go.mod", "c/go.mod"].contains(&it);
        let files = Files { read: &|_| None, has: &has };
        let found = configs(["a/b/x.py"].into_iter(), &files);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["a/b/ruff.toml", "a/package.json", "go.mod"]
        );
    }
}
