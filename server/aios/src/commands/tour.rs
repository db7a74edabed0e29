//! `aios tour`: the real server at work on a scratch copy, seen from an editor's side.

mod client;
mod scratch;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, ensure};
use proposal::visible_line;
use serde_json::{Value, json};

use self::{
    client::{Client, path_of, uri},
    scratch::Scratch,
};
use crate::{
    exit::Exit,
    output::{Output, Paint},
};

/// The tour prefers to rename something that is used, but not so often that the diff fills screens.
const SITES_WANTED: std::ops::RangeInclusive<usize> = 4..=12;
/// How many symbols are asked for their references before the best one so far is taken.
const SYMBOLS_TRIED_MAX: usize = 60;
/// Lines of the diff that are shown.
const DIFF_LINES_MAX: usize = 60;
/// What the tour appends to a name to get a new one.
const NEW_NAME_SUFFIX: &str = "_renamed";

/// Runs the tour on a copy of `root` and prints it.
pub(crate) fn run(root: &Path, output: Output) -> anyhow::Result<Exit> {
    let scratch = Scratch::copy_of(root)?;
    heading(output, 1, "A scratch copy, so that nothing of yours is touched")?;
    output.say(format!("  {} files of {}", scratch.n_files(), root.display()))?;
    output.say(format!("  copied to {}", scratch.root().display()))?;

    heading(output, 2, "The real server, started as an editor starts it")?;
    let program = std::env::current_exe().context("this program cannot be found")?;
    let mut client = Client::start(&program, scratch.root(), scratch.state_dir())?;
    let started = Instant::now();
    wait_for_index(&mut client)?;
    output.say(format!("  indexed in {:.1} s", started.elapsed().as_secs_f32()))?;
    if let Some(last) = client.progress.last() {
        output.say(format!("  {last}"))?;
    }

    heading(output, 3, "Questions")?;
    let target = choose_symbol(&mut client, &scratch)?;
    ask(&mut client, &target, output)?;

    heading(output, 4, &format!("Rename `{}` everywhere, as a proposal", target.name))?;
    let new_name = format!("{}{NEW_NAME_SUFFIX}", target.name);
    let diff = propose(&mut client, &target, &new_name)?;
    show_diff(output, &client.text(&diff)?)?;
    ensure!(scratch.changed()?.is_empty(), "a proposal must not change a file");

    heading(output, 5, "Apply it, then look whether it is what was promised")?;
    run_action(&mut client, &diff, "AIOS: apply")?;
    client.save_all()?;
    let changed = scratch.changed()?;
    ensure!(!changed.is_empty(), "nothing was changed by the rename");
    for path in &changed {
        let broken = scratch.new_syntax_errors(path)?;
        ensure!(broken == 0, "{} has {broken} new syntax errors", path.display());
        output.say(format!("  {}  still parses", output.paint(Paint::Place, path.display())))?;
    }

    heading(output, 6, "Take it back")?;
    change(&mut client, &json!("aios.undo"), json!({}))?;
    client.save_all()?;
    let left = scratch.changed()?;
    ensure!(left.is_empty(), "{} files differ after the undo", left.len());
    output.say(format!("  {} files compared, every byte as before", scratch.n_files()))?;
    ensure!(client.stop()?, "the server did not end cleanly");

    heading(output, 7, "Add it to your editor")?;
    output.say(editors(&program))?;
    output.line(
        || json!({"tour": "done", "renamed": target.name, "files": changed.len()}),
        || output.paint(Paint::Added, "Done: asked, changed, verified and undone."),
    )?;
    Ok(Exit::Done)
}

/// A symbol to show things on.
struct Target {
    name: String,
    path: PathBuf,
    position: Value,
    references: Vec<Value>,
}

fn heading(output: Output, n: usize, title: &str) -> anyhow::Result<()> {
    output.say(format!("\n{}", output.paint(Paint::Head, format!("{n}. {title}"))))?;
    Ok(())
}

fn wait_for_index(client: &mut Client) -> anyhow::Result<()> {
    let is_done = |it: &Value| {
        let status = &it["params"];
        let has_files = status["indexed"].as_u64().is_some_and(|it| 0 < it);
        it["method"] == "aios/serverStatus" && status["quiescent"] == true && has_files
    };
    client.wait("the end of indexing", is_done).map(drop)
}

/// Runs a command and waits for what came of it, which must be that the change is there.
fn change(client: &mut Client, command: &Value, argument: Value) -> anyhow::Result<()> {
    let mut argument = argument;
    argument["wait"] = true.into();
    let params = json!({"command": command, "arguments": [argument]});
    let answer = client.request("workspace/executeCommand", params)?;
    ensure!(answer["outcome"] == "applied", "{command} ended as {answer}");
    Ok(())
}

/// A function that is used in a handful of places, in several files where there is one.
fn choose_symbol(client: &mut Client, scratch: &Scratch) -> anyhow::Result<Target> {
    let mut best: Option<Target> = None;
    let mut n_tried = 0;
    for path in scratch.sources() {
        let symbols = client
            .request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri(path)}}))?;
        for (name, position) in functions(&symbols) {
            if n_tried == SYMBOLS_TRIED_MAX {
                return best.context("no function with references was found here");
            }
            n_tried += 1;
            let references = references(client, path, &position)?;
            let target = Target { name, path: path.clone(), position, references };
            if SITES_WANTED.contains(&target.references.len()) && 1 < n_files(&target) {
                return Ok(target);
            }
            let sites = |it: &Target| it.references.len().min(*SITES_WANTED.end());
            if best.as_ref().is_none_or(|it| sites(it) < sites(&target)) {
                best = Some(target);
            }
        }
    }
    best.context("no function with a name of five letters or more was found here")
}

fn n_files(target: &Target) -> usize {
    let mut uris: Vec<&str> =
        target.references.iter().filter_map(|it| it["uri"].as_str()).collect();
    uris.sort_unstable();
    uris.dedup();
    uris.len()
}

/// Names and positions of the functions and methods in an outline, outermost first; short names are
/// left out.
fn functions(symbols: &Value) -> Vec<(String, Value)> {
    const METHOD: u64 = 6;
    const FUNCTION: u64 = 12;
    // A word as short as `get` or `run` means many things, and shows little.
    const SHORT_NAME_BYTES: usize = 4;
    let mut res = Vec::new();
    let mut rest: Vec<&Value> = symbols.as_array().into_iter().flatten().rev().collect();
    while let Some(symbol) = rest.pop() {
        rest.extend(symbol["children"].as_array().into_iter().flatten().rev());
        let is_function = matches!(symbol["kind"].as_u64(), Some(METHOD | FUNCTION));
        let name = symbol["name"].as_str().unwrap_or_default();
        if is_function && SHORT_NAME_BYTES < name.len() {
            res.push((name.to_owned(), symbol["selectionRange"]["start"].clone()));
        }
    }
    res
}

fn at(path: &Path, position: &Value) -> Value {
    json!({"textDocument": {"uri": uri(path)}, "position": position})
}

fn references(client: &mut Client, path: &Path, position: &Value) -> anyhow::Result<Vec<Value>> {
    let mut params = at(path, position);
    params["context"] = json!({"includeDeclaration": true});
    let found = client.request("textDocument/references", params)?;
    Ok(found.as_array().cloned().unwrap_or_default())
}

fn ask(client: &mut Client, target: &Target, output: Output) -> anyhow::Result<()> {
    let hover = client.request("textDocument/hover", at(&target.path, &target.position))?;
    let words = hover["contents"]["value"].as_str().or(hover["contents"].as_str());
    output.say(format!("  hover on {}:", output.paint(Paint::Name, &target.name)))?;
    for line in words.unwrap_or("nothing is known").lines().take(12) {
        output.say(format!("    {}", visible_line(line)))?;
    }
    output.say(format!("  used in {} places:", target.references.len()))?;
    for place in &target.references {
        let path = place["uri"].as_str().and_then(path_of).unwrap_or_default();
        let line = place["range"]["start"]["line"].as_u64().unwrap_or_default() + 1;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        output.say(format!("    {}", output.paint(Paint::Place, format!("{name}:{line}"))))?;
    }
    Ok(())
}

/// Asks for the rename and returns the diff document that the server opened.
fn propose(client: &mut Client, target: &Target, new_name: &str) -> anyhow::Result<PathBuf> {
    let mut position = at(&target.path, &target.position);
    position["newName"] = new_name.into();
    let arguments = json!([position]);
    let params = json!({"command": "aios.renameSymbol", "arguments": arguments});
    client.request("workspace/executeCommand", params)?;
    let n_shown = client.shown.len();
    if n_shown == 0 {
        client.wait("the diff document", |it| it["method"] == "window/showDocument")?;
    }
    client.shown.last().cloned().context("no diff document was shown")
}

fn show_diff(output: Output, diff: &str) -> anyhow::Result<()> {
    for line in diff.lines().take(DIFF_LINES_MAX) {
        let painted = match line.as_bytes().first() {
            Some(b'+') => output.paint(Paint::Added, line),
            Some(b'-') => output.paint(Paint::Removed, line),
            Some(b'@') => output.paint(Paint::Place, line),
            _ => line.to_owned(),
        };
        output.say(format!("  {painted}"))?;
    }
    let n_more = diff.lines().count().saturating_sub(DIFF_LINES_MAX);
    if 0 < n_more {
        output.say(output.paint(Paint::Faint, format!("  … {n_more} more lines")))?;
    }
    Ok(())
}

/// Runs the code action of the diff document whose title begins with `title`.
fn run_action(client: &mut Client, diff: &Path, title: &str) -> anyhow::Result<()> {
    client.open(diff, "diff")?;
    let start = json!({"line": 0, "character": 0});
    let actions = client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": {"uri": uri(diff)},
            "range": {"start": start, "end": start},
            "context": {"diagnostics": []},
        }),
    )?;
    let mut offered = actions.as_array().into_iter().flatten();
    let action = offered
        .find(|it| it["title"].as_str().is_some_and(|it| it.starts_with(title)))
        .with_context(|| format!("the diff document offers no action `{title}`"))?;
    let command = &action["command"];
    change(client, &command["command"], command["arguments"][0].clone())
}

fn editors(program: &Path) -> String {
    let program = program.display();
    format!(
        "  Neovim 0.11 and newer, in init.lua:
    vim.lsp.config('aios', {{ cmd = {{ '{program}', 'lsp' }}, root_markers = {{ '.git' }} }})
    vim.lsp.enable('aios')
  Helix, in languages.toml:
    [language-server.aios]
    command = \"{program}\"
    args = [\"lsp\"]
    and `language-servers = [\"rust-analyzer\", \"aios\"]` under each [[language]]
  VS Code: `cargo xtask dist` packages the extension, `{program} setup vscode` installs it.
"
    )
}
