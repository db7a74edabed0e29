//! Agents that have something run: a specialist its own programs, a generator the project's checks
//! on what it has taken down. By the real program, in the sandbox, only where trusted.

use fixture::provider::{Protocol, Provider, Turn};

use crate::{
    cli::{aios, json},
    models::{self, config},
    workspace::Workspace,
};

const LINES: &str = r#"name: lines
version: 1.0.0
type: specialist
instructions: Say how long files are.
tools:
  - name: count
    description: How many lines a file has
    run: [sh, .aios/tools/count.sh, '{path}', '{word}']
    parameters:
      - {name: path, type: string, required: true}
      - {name: word, type: string}
capabilities:
  - name: count
    description: Counts lines
    skill: count
    parameters: [{name: path, type: string, required: true}]
"#;
/// Counts, and tries what it may not.
const COUNT: &str = "\
n=$(wc -l < \"$1\") || exit 9
echo \"$n lines, $# arguments\"
echo changed > \"$1\" || echo no writing
echo made > made.txt || echo no new file
printf 'a\\033[2Jb\\n'
";
const AGENT: &str = ".aios/agents/lines.yaml";
const TOOL: &str = ".aios/tools/count.sh";

fn workspace() -> Workspace {
    let files = [(AGENT, LINES), (TOOL, COUNT), ("a.py", "x = 1\ny = 2\n"), (".env", "KEY=1\n")];
    Workspace::new(&files)
}

fn activate(workspace: &Workspace, agent: &str) {
    assert_eq!(aios(workspace, &["trust", "--yes"]).0, 0);
    assert_eq!(aios(workspace, &["agent", "activate", agent]).0, 0);
}

#[test]
fn a_specialist_runs_the_program_that_it_brings_and_nothing_else_comes_of_it() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let workspace = workspace();
    let count = |path: &str| aios(&workspace, &["run", "lines", "--param", path]);
    let (code, why) = count("path=a.py");
    assert!(code == 1 && why.contains("trust"), "{why}");
    activate(&workspace, "lines");
    let (code, text) = count("path=a.py");
    assert!(code == 0 && text.contains("2 lines, 1 arguments"), "{text}");
    for it in ["no writing", "no new file", "a‹U+001B›[2Jb"] {
        assert!(text.contains(it), "{it}: {text}");
    }
    assert_eq!(workspace.read("a.py"), "x = 1\ny = 2\n");
    assert!(!workspace.has("made.txt"));
    let run = json(&workspace, &["runs"])[0]["run"].as_str().unwrap().to_owned();
    let steps = json(&workspace, &["runs", "show", &run]);
    let kinds: Vec<&str> = steps.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["task", "call", "answer", "say", "end"]);
    let shown = json(&workspace, &["agent", "show", "lines"]);
    assert_eq!(shown[0]["tools"], serde_json::json!(["count"]));
    // What an agent may not read, its program is not given; what fails is told.
    for (path, fact) in [
        ("path=.env", "may hold secrets"),
        ("path=../a.py", "is no file of the workspace"),
        ("path=none.py", "`count` ended with exit code 9: "),
    ] {
        let (code, why) = count(path);
        assert!(code == 1 && why.contains(fact), "{why}");
    }
    // What trust never looked at is not run.
    workspace.write("elsewhere.sh", COUNT);
    std::fs::remove_file(workspace.root().join(TOOL)).unwrap();
    std::os::unix::fs::symlink("../../elsewhere.sh", workspace.root().join(TOOL)).unwrap();
    let (code, why) = count("path=a.py");
    assert!(code == 1 && why.contains("links and files that git ignores"), "{why}");
    std::fs::remove_file(workspace.root().join(TOOL)).unwrap();
    // A program that was changed is not the one that was trusted.
    workspace.write(TOOL, "echo other\n");
    let (code, why) = count("path=a.py");
    assert!(code == 1 && why.contains("trust"), "{why}");
}

const MENDER: &str = "\
name: mender
version: 1.0.0
type: generator
instructions: Mend.
tools: [read, edit, verify, rewrite]
";
const CHECK: &str = "[verify]\ncommands = [\"grep -q good value.py\"]\n";

#[test]
fn an_agent_checks_what_it_has_taken_down_before_it_says_that_it_is_right() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let edit = |old: &str, new: &str| {
        let arguments = format!(r#"{{"path": "value.py", "old": {old:?}, "new": {new:?}}}"#);
        Turn::Call("edit", arguments)
    };
    let verify = || Turn::Call("verify", "{}".to_owned());
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        let files = [
            (".aios/agents/mender.yaml", MENDER),
            (".aios/config.toml", CHECK),
            ("value.py", "value = 'good'\n"),
        ];
        let workspace = Workspace::new(&files);
        activate(&workspace, "mender");
        let turns = vec![
            edit("good", "bad"),
            verify(),
            edit("bad", "as good"),
            verify(),
            Turn::Say("Mended.".to_owned()),
        ];
        let provider = Provider::script(protocol, turns);
        let config = config(protocol, &provider.url(), "env:TEST_KEY");
        let run = ["run", "mender", "--message", "mend it"];
        let (code, text) = models::aios(&workspace, &config, &run);
        assert_eq!(code, 0, "{text}");
        let asked = provider.asked();
        let heard = |nth: usize| asked[nth].body.to_string();
        assert!(heard(2).contains("checks: failed"), "{}", heard(2));
        assert!(!heard(2).contains("checks: passed"));
        assert!(heard(4).contains("checks: passed"), "{}", heard(4));
        assert_eq!(workspace.read("value.py"), "value = 'good'\n", "nothing is applied yet");
        assert_eq!(aios(&workspace, &["apply"]).0, 0);
        assert_eq!(workspace.read("value.py"), "value = 'as good'\n");
    }
}

#[test]
fn an_agent_rewrites_what_a_pattern_meets_but_not_what_says_what_it_may_do() {
    let rewrite = |language: &str, pattern: &str, replacement: &str| {
        let arguments = serde_json::json!({
            "language": language, "pattern": pattern, "replacement": replacement,
        });
        Turn::Call("rewrite", arguments.to_string())
    };
    let workspace = Workspace::new(&[
        (".aios/agents/mender.yaml", MENDER),
        (".aios/config.toml", "top_k = 5\n"),
        ("value.py", "a = old(1)\nb = old(f(2))\n"),
    ]);
    activate(&workspace, "mender");
    let turns = vec![
        rewrite("toml", "top_k = 5", "top_k = 50"),
        rewrite("python", "old($A)", "new($A)"),
        Turn::Say("Rewritten.".to_owned()),
    ];
    let provider = Provider::script(Protocol::OpenAi, turns);
    let config = config(Protocol::OpenAi, &provider.url(), "env:TEST_KEY");
    let run = ["run", "mender", "--message", "go"];
    let (code, text) = models::aios(&workspace, &config, &run);
    assert_eq!(code, 0, "{text}");
    let asked = provider.asked()[1].body.to_string();
    assert!(asked.contains("no agent changes it so"), "{asked}");
    assert_eq!(aios(&workspace, &["apply"]).0, 0);
    assert_eq!(workspace.read("value.py"), "a = new(1)\nb = new(f(2))\n");
    assert_eq!(workspace.read(".aios/config.toml"), "top_k = 5\n");
}
