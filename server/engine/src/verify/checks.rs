//! Which commands check a project: those that were set, else those that its own files speak of.
//! Pure: files are asked for by a function.

use std::collections::BTreeSet;

use ide::TestReached;
use settings::TestsRun;

/// Tests that are named on one command line at most; with more, all of them are run.
const NAMED_MAX: usize = 50;
/// Projects below the top of the workspace that are checked at most.
const NESTED_MAX: usize = 8;
/// Files that make a folder a project of its own.
const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "go.mod",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
];

/// What runs Python.
const PYTHON: &str = "python3";
/// Files that say how a project's Python is tested.
const PYTHON_MARKS: &[&str] =
    &["pytest.ini", "conftest.py", "tests/conftest.py", "pyproject.toml", "setup.cfg", "tox.ini"];

/// One command of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// What is shown.
    pub(crate) name: String,
    /// The folder it runs in, below the workspace; empty at its top.
    pub(crate) folder: String,
    /// The program and its arguments.
    pub(crate) argv: Vec<String>,
    /// True where it runs tests.
    pub(crate) is_test: bool,
}

/// What is known when checks are chosen.
pub(crate) struct Project<'a> {
    /// The text of a file at the top of the project.
    pub(crate) read: &'a dyn Fn(&str) -> Option<String>,
    /// Languages of the workspace, by id.
    pub(crate) has_language: &'a dyn Fn(&str) -> bool,
    /// Tests that reach the change, their paths below the project.
    pub(crate) reached: &'a [(String, Option<String>)],
    /// Which tests are wanted.
    pub(crate) tests: TestsRun,
    /// True where commands may use the network.
    pub(crate) has_network: bool,
}

/// The reached tests by their paths below `root`.
pub(crate) fn reached(tests: &[TestReached], root: &vfs::VfsPath) -> Vec<(String, Option<String>)> {
    let below = tests
        .iter()
        .filter_map(|it| Some((it.path.relative_to(root)?.to_owned(), it.name.clone())));
    below.collect()
}

/// Commands that were set, each a line of a shell.
pub(crate) fn configured(lines: &[String]) -> Vec<Check> {
    let checks = lines.iter().map(|line| Check {
        name: line.clone(),
        folder: String::new(),
        argv: vec!["sh".to_owned(), "-c".to_owned(), line.clone()],
        is_test: false,
    });
    checks.collect()
}

/// The folders below the top in which one of `paths` belongs to a project of its own: the nearest
/// around it with a manifest. Told where there are more than can be checked.
pub(crate) fn nested<'a>(
    paths: impl Iterator<Item = &'a str>,
    has: &dyn Fn(&str) -> bool,
    notes: &mut Vec<String>,
) -> Vec<String> {
    let mut res: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for path in paths {
        let mut folder = path;
        while let Some((around, _)) = folder.rsplit_once('/').filter(|it| seen.insert(it.0)) {
            folder = around;
            if MANIFESTS.iter().any(|it| has(&format!("{folder}/{it}"))) {
                res.insert(folder.to_owned());
                break;
            }
        }
    }
    if NESTED_MAX < res.len() {
        let n = res.len() - NESTED_MAX;
        notes.push(format!("{n} more folders are projects of their own, and were not checked"));
    }
    res.into_iter().take(NESTED_MAX).collect()
}

/// The checks of the workspace, and those of the projects in `folders` that no tool at the top
/// takes in.
pub(crate) fn detected_in(project: &Project<'_>, folders: &[String]) -> Vec<Check> {
    let mut res = detected(project);
    // A language without a manifest at the top is checked there only where nothing nearer is.
    let is_python_at_top = PYTHON_MARKS.iter().any(|it| project.has(it));
    let is_taken_in = |it: &String| it != PYTHON || is_python_at_top;
    let at_top: BTreeSet<String> =
        res.iter().filter_map(|it| it.argv.first().cloned()).filter(is_taken_in).collect();
    for folder in folders {
        let read = |file: &str| (project.read)(&format!("{folder}/{file}"));
        let below = |path: &str| path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned);
        let reached: Vec<(String, Option<String>)> =
            project.reached.iter().filter_map(|it| Some((below(&it.0)?, it.1.clone()))).collect();
        let own = detected(&Project { read: &read, reached: &reached, ..*project });
        let is_python = PYTHON_MARKS.iter().any(|it| read(it).is_some());
        let fits = |it: &Check| {
            let program = it.argv.first();
            program.is_some_and(|it| !at_top.contains(it) && (it != PYTHON || is_python))
        };
        let own: Vec<Check> = own.into_iter().filter(fits).collect();
        if own.iter().any(|it| it.argv.first().is_some_and(|it| it == PYTHON)) {
            res.retain(|it| !it.folder.is_empty() || it.argv.first().is_none_or(|it| it != PYTHON));
        }
        res.extend(own.into_iter().map(|it| Check {
            name: format!("{folder}: {}", it.name),
            folder: folder.clone(),
            ..it
        }));
    }
    let (builds, tests): (Vec<Check>, Vec<Check>) = res.into_iter().partition(|it| !it.is_test);
    builds.into_iter().chain(tests).collect()
}

/// Commands by the project's own files, builds before tests, reached tests before all.
fn detected(project: &Project<'_>) -> Vec<Check> {
    let mut acc = Vec::new();
    for tool in [cargo, node, go, python, maven, gradle] {
        tool(project, &mut acc);
    }
    let (builds, tests): (Vec<Check>, Vec<Check>) = acc.into_iter().partition(|it| !it.is_test);
    builds.into_iter().chain(tests).collect()
}

impl Project<'_> {
    fn has(&self, file: &str) -> bool {
        (self.read)(file).is_some()
    }

    /// Names of the reached tests in files that end so, without doubles; `None` where they are too
    /// many to be named.
    fn names(&self, ends: &[&str]) -> Option<BTreeSet<&str>> {
        let here = self.reached.iter().filter(|it| ends.iter().any(|end| it.0.ends_with(end)));
        let names: BTreeSet<&str> = here.filter_map(|it| it.1.as_deref()).collect();
        (names.len() <= NAMED_MAX).then_some(names)
    }

    /// Files of the reached tests that end so.
    fn files(&self, ends: &[&str]) -> BTreeSet<&str> {
        let here = self.reached.iter().map(|it| it.0.as_str());
        here.filter(|it| ends.iter().any(|end| it.ends_with(end))).take(NAMED_MAX).collect()
    }

    fn wants_reached(&self) -> bool {
        self.tests != TestsRun::None
    }

    fn wants_all(&self) -> bool {
        self.tests == TestsRun::All
    }
}

fn check(acc: &mut Vec<Check>, argv: &[&str], is_test: bool) {
    let argv: Vec<String> =
        argv.iter().filter(|it| !it.is_empty()).map(|it| (*it).to_owned()).collect();
    acc.push(Check { name: argv.join(" "), folder: String::new(), argv, is_test });
}

fn cargo(project: &Project<'_>, acc: &mut Vec<Check>) {
    if !project.has("Cargo.toml") {
        return;
    }
    let offline = if project.has_network { "" } else { "--offline" };
    check(acc, &["cargo", "check", offline, "--workspace", "--all-targets"], false);
    let names = project.names(&[".rs"]).unwrap_or_default();
    if project.wants_reached() && !names.is_empty() {
        let mut argv = vec!["cargo", "test", offline, "--workspace", "--"];
        argv.extend(names);
        check(acc, &argv, true);
    }
    if project.wants_all() {
        check(acc, &["cargo", "test", offline, "--workspace"], true);
    }
}

fn node(project: &Project<'_>, acc: &mut Vec<Check>) {
    let Some(package) = (project.read)("package.json") else { return };
    if project.has("tsconfig.json") && project.has("node_modules/typescript/package.json") {
        check(acc, &["node", "node_modules/typescript/bin/tsc", "--noEmit", "-p", "."], false);
    }
    let files = project.files(&[".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cjs"]);
    let uses = |name: &str| package.contains(&format!("\"{name}\""));
    let runner =
        [("vitest", "node_modules/vitest/vitest.mjs"), ("jest", "node_modules/jest/bin/jest.js")]
            .into_iter()
            .find(|it| uses(it.0) && project.has(it.1));
    if let (Some((name, program)), true, false) =
        (runner, project.wants_reached(), files.is_empty())
    {
        let mut argv = vec!["node", program];
        argv.extend((name == "vitest").then_some("run"));
        argv.extend(&files);
        check(acc, &argv, true);
    }
    let has_script = package.contains("\"test\"") && !package.contains("no test specified");
    let is_only_way = runner.is_none() && project.wants_reached() && !files.is_empty();
    if has_script && (project.wants_all() || is_only_way) {
        check(acc, &["npm", "test", "--silent"], true);
    }
}

fn go(project: &Project<'_>, acc: &mut Vec<Check>) {
    if !project.has("go.mod") {
        return;
    }
    check(acc, &["go", "build", "./..."], false);
    check(acc, &["go", "vet", "./..."], false);
    let folders: BTreeSet<String> = project
        .files(&["_test.go"])
        .iter()
        .map(|it| format!("./{}", it.rsplit_once('/').map_or("", |it| it.0)))
        .collect();
    if project.wants_reached() && !folders.is_empty() {
        let mut argv = vec!["go", "test"];
        argv.extend(folders.iter().map(String::as_str));
        check(acc, &argv, true);
    }
    if project.wants_all() {
        check(acc, &["go", "test", "./..."], true);
    }
}

fn python(project: &Project<'_>, acc: &mut Vec<Check>) {
    let marks = ["pytest.ini", "conftest.py", "tests/conftest.py"];
    let tables = ["pyproject.toml", "setup.cfg", "tox.ini"];
    let names_pytest = |it: &&str| (project.read)(it).is_some_and(|it| it.contains("pytest"));
    let is_pytest = marks.iter().any(|it| project.has(it)) || tables.iter().any(names_pytest);
    if !(project.has_language)("python") {
        return;
    }
    let files = project.files(&[".py"]);
    let module = if is_pytest { "pytest" } else { "unittest" };
    if project.wants_reached() && !files.is_empty() {
        let mut argv = vec![PYTHON, "-m", module];
        argv.extend(is_pytest.then_some("-q"));
        argv.extend(&files);
        check(acc, &argv, true);
    }
    if project.wants_all() {
        let all = if is_pytest { ["-q", ""] } else { ["discover", ""] };
        check(acc, &[PYTHON, "-m", module, all[0], all[1]], true);
    }
}

fn maven(project: &Project<'_>, acc: &mut Vec<Check>) {
    if !project.has("pom.xml") {
        return;
    }
    let offline = if project.has_network { "" } else { "-o" };
    check(acc, &["mvn", "-q", "-B", offline, "test-compile"], false);
    let classes = java_classes(project);
    if project.wants_reached() && !classes.is_empty() {
        let classes = format!("-Dtest={}", classes.join(","));
        check(acc, &["mvn", "-q", "-B", offline, &classes, "test"], true);
    }
    if project.wants_all() {
        check(acc, &["mvn", "-q", "-B", offline, "test"], true);
    }
}

fn gradle(project: &Project<'_>, acc: &mut Vec<Check>) {
    if !project.has("build.gradle") && !project.has("build.gradle.kts") {
        return;
    }
    let offline = if project.has_network { "" } else { "--offline" };
    let program = if project.has("gradlew") { "./gradlew" } else { "gradle" };
    check(acc, &[program, "-q", "--no-daemon", offline, "testClasses"], false);
    let classes = java_classes(project);
    if project.wants_reached() && !classes.is_empty() {
        let mut argv = vec![program, "-q", "--no-daemon", offline, "test"];
        classes.iter().for_each(|it| argv.extend(["--tests", it.as_str()]));
        check(acc, &argv, true);
    }
    if project.wants_all() {
        check(acc, &[program, "-q", "--no-daemon", offline, "test"], true);
    }
}

fn java_classes(project: &Project<'_>) -> Vec<String> {
    let files = project.files(&[".java", ".kt"]);
    let names = files.iter().filter_map(|it| it.rsplit('/').next()?.split('.').next());
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn look(files: &[(&str, &str)], reached: &[(&str, &str)], tests: TestsRun, expected: Expect) {
        look_around(&[], files, (reached, tests), expected);
    }

    /// The same for a change of the files `changed`.
    #[track_caller]
    fn look_around(
        changed: &[&str],
        files: &[(&str, &str)],
        (reached, tests): (&[(&str, &str)], TestsRun),
        expected: Expect,
    ) {
        let reached: Vec<(String, Option<String>)> =
            reached.iter().map(|it| (it.0.to_owned(), Some(it.1.to_owned()))).collect();
        let has = |path: &str| files.iter().any(|it| it.0 == path);
        let folders = nested(changed.iter().copied(), &has, &mut Vec::new());
        let project = Project {
            read: &|path| files.iter().find(|it| it.0 == path).map(|it| it.1.to_owned()),
            has_language: &|id| files.iter().any(|it| id == "python" && it.0.ends_with(".py")),
            reached: &reached,
            tests,
            has_network: false,
        };
        let checks = detected_in(&project, &folders);
        let lines: Vec<&str> = checks.iter().map(|it| it.name.as_str()).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn builds_come_first_then_the_reached_tests_then_all() {
        let rust = [("Cargo.toml", ""), ("a.rs", "")];
        look(
            &rust,
            &[("src/a.rs", "one"), ("src/b.rs", "two")],
            TestsRun::All,
            expect![[r#"
            cargo check --offline --workspace --all-targets
            cargo test --offline --workspace -- one two
            cargo test --offline --workspace"#]],
        );
        look(
            &rust,
            &[],
            TestsRun::Reached,
            expect!["cargo check --offline --workspace --all-targets"],
        );
        look(
            &rust,
            &[("src/a.rs", "one")],
            TestsRun::None,
            expect!["cargo check --offline --workspace --all-targets"],
        );
    }

    #[test]
    fn a_project_below_the_top_is_checked_where_it_stands() {
        let files = [
            ("server/Cargo.toml", ""),
            ("server/a.rs", ""),
            ("web/go.mod", ""),
            ("docs/go.mod", ""),
        ];
        let changed = ["server/src/a.rs", "web/pkg/a.go"];
        look_around(
            &changed,
            &files,
            (&[("server/src/a.rs", "one"), ("web/pkg/a_test.go", "TestA")], TestsRun::Reached),
            expect![[r#"
                server: cargo check --offline --workspace --all-targets
                web: go build ./...
                web: go vet ./...
                server: cargo test --offline --workspace -- one
                web: go test ./pkg"#]],
        );
        look_around(
            &["api/a.py"],
            &[("api/pyproject.toml", "pytest"), ("api/a.py", "")],
            (&[("api/tests/test_a.py", "test_a")], TestsRun::Reached),
            expect!["api: python3 -m pytest -q tests/test_a.py"],
        );
        let with_top = [("Cargo.toml", ""), ("server/Cargo.toml", ""), ("web/go.mod", "")];
        look_around(
            &changed,
            &with_top,
            (&[], TestsRun::None),
            expect![[r#"
            cargo check --offline --workspace --all-targets
            web: go build ./...
            web: go vet ./..."#]],
        );
    }

    #[test]
    fn each_tool_is_found_by_its_own_files() {
        look(
            &[("go.mod", "")],
            &[("pkg/a_test.go", "TestA"), ("b_test.go", "TestB")],
            TestsRun::Reached,
            expect![[r#"
                go build ./...
                go vet ./...
                go test ./ ./pkg"#]],
        );
        look(
            &[("pyproject.toml", "[tool.pytest]"), ("a.py", "")],
            &[("tests/test_a.py", "test_a")],
            TestsRun::Reached,
            expect!["python3 -m pytest -q tests/test_a.py"],
        );
        look(
            &[
                ("package.json", "{\"scripts\": {\"test\": \"vitest\"}, \"vitest\": 1}"),
                ("tsconfig.json", ""),
                ("node_modules/typescript/package.json", ""),
                ("node_modules/vitest/vitest.mjs", ""),
            ],
            &[("a.test.ts", "a")],
            TestsRun::All,
            expect![[r#"
                node node_modules/typescript/bin/tsc --noEmit -p .
                node node_modules/vitest/vitest.mjs run a.test.ts
                npm test --silent"#]],
        );
        look(
            &[("pom.xml", "")],
            &[("src/test/java/ATest.java", "a")],
            TestsRun::All,
            expect![[r#"
            mvn -q -B -o test-compile
            mvn -q -B -o -Dtest=ATest test
            mvn -q -B -o test"#]],
        );
        look(
            &[("build.gradle.kts", ""), ("gradlew", "")],
            &[("src/test/java/ATest.java", "a")],
            TestsRun::Reached,
            expect![[r#"
                ./gradlew -q --no-daemon --offline testClasses
                ./gradlew -q --no-daemon --offline test --tests ATest"#]],
        );
        look(&[("README.md", "")], &[], TestsRun::All, expect![""]);
    }
}
