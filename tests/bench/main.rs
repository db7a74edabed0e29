//! What indexing a workspace costs, in CPU seconds and bytes, beside yardsticks measured in the
//! same run.
//!
//! By default this runs on this repository's own `server/` and only says that the bench works; real
//! figures come from `RUN_BENCHES=1 AIOS_BENCH_ROOT=/path/to/code cargo test --release -p aios
//! --test bench -- --nocapture`. Wall time is printed nowhere: machines are shared, CPU time is
//! not. The README beside this file tells the figures of this and the other benchmarks.

// The clock for CPU time is Unix's.
#![cfg(unix)]

mod hostile;
#[cfg(target_os = "linux")]
mod titles;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What one process cost.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    cpu_s: f64,
    peak_mb: f64,
}

#[test]
fn indexing_costs_are_reported_beside_yardsticks() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("AIOS_BENCH_ROOT").map(PathBuf::from);
    let is_real = std::env::var_os("RUN_BENCHES").is_some();
    let root = match root {
        Some(root) if is_real => root,
        _ => here.join("../engine"),
    };
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let copy = scratch.path().join("code");
    copy_tree(&root, &copy);
    let state = scratch.path().join("state");

    let (cold, summary) = index(&copy, &state);
    let unchanged = middle_of_three(|| {
        let (cost, again) = index(&copy, &state);
        assert_eq!(summary["files"], again["files"], "an index of unchanged files is the same");
        assert_eq!(again["read"], 0, "nothing is parsed where nothing changed");
        cost
    });
    let one_file = middle_of_three(|| {
        let edited = touch_one_file(&copy);
        let (cost, after) = index(&copy, &state);
        assert_eq!(after["read"], 1, "one file was saved: {}", edited.display());
        cost
    });

    let mut report = format!(
        "{} files, {} lines, {} symbols in {}\n",
        summary["files"],
        summary["lines"],
        summary["symbols"],
        root.display()
    );
    let mut row = |name: &str, cost: Option<Cost>| {
        let Some(cost) = cost else {
            return writeln!(report, "{name:<28} not installed").expect("a string takes text");
        };
        let ratio = cold.cpu_s / cost.cpu_s.max(0.001);
        let peak = match cost.peak_mb {
            0.0 => String::new(),
            mb => format!("{mb:.0} MB"),
        };
        writeln!(
            report,
            "{name:<28} {:>8.2} CPU s {peak:>8}   cold index is {ratio:.1} times that",
            cost.cpu_s
        )
        .expect("a string takes text");
    };
    row("aios index, cold", Some(cold));
    row("aios index, nothing changed", Some(unchanged));
    row("aios index, one file saved", Some(one_file));
    row("bare parse, one thread", Some(bare_parse(&copy)));
    row("universal-ctags -R", measured(&copy, "ctags -R -f - ."));
    row("rg --files", measured(&copy, "rg --files"));
    println!("{report}");
}

/// The second dearest of three times the same.
fn middle_of_three(mut once: impl FnMut() -> Cost) -> Cost {
    let mut costs = [once(), once(), once()];
    costs.sort_by(|a, b| a.cpu_s.total_cmp(&b.cpu_s));
    costs[1]
}

/// Runs `aios index`, which tells its own CPU time and peak memory.
fn index(root: &Path, state: &Path) -> (Cost, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_aios"))
        .args(["index", "--json", "--root"])
        .arg(root)
        .env("AIOS_STATE_DIR", state)
        .output()
        .expect("the binary that this test was built with can be started");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let last = stdout.lines().last().unwrap_or_default();
    let summary: Value = serde_json::from_str(last).unwrap_or_else(|error| {
        panic!("no summary ({error}): {stdout}{}", String::from_utf8_lossy(&output.stderr))
    });
    let number = |key: &str| summary[key].as_f64().unwrap_or_else(|| panic!("no {key}: {summary}"));
    let cost = Cost { cpu_s: number("cpu_ms") / 1e3, peak_mb: number("peak_bytes") / 1e6 };
    (cost, summary)
}

/// CPU time of parsing every file of a known language, and nothing else.
fn bare_parse(root: &Path) -> Cost {
    let mut parser = tree_sitter::Parser::new();
    let before = cpu_s();
    for file in files_of(root) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let first_line = text.lines().next().unwrap_or_default();
        let language = grammars::language_for_path(&file.to_string_lossy(), first_line);
        let Some(language) = language else { continue };
        parser.set_language(&language.grammar()).expect("the grammars fit the parser's library");
        parser.parse(&text, None).expect("a parse without limits ends");
    }
    Cost { cpu_s: cpu_s() - before, peak_mb: 0.0 }
}

/// CPU time of this process so far.
fn cpu_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// CPU time and peak memory of a yardstick by bash and GNU time; `None` where it is not installed.
fn measured(dir: &Path, command: &str) -> Option<Cost> {
    let program = command.split(' ').next()?;
    let script = format!(
        "command -v {program} >/dev/null || exit 9
        TIMEFORMAT='%U %S'; time {command} >/dev/null 2>&1"
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(dir).output().ok()?;
    if output.status.code() == Some(9) {
        return None;
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let times = stderr.lines().last()?.split(' ').map(str::parse::<f64>);
    let cpu_s = times.collect::<Result<Vec<f64>, _>>().ok()?.into_iter().sum();
    Some(Cost { cpu_s, peak_mb: 0.0 })
}

/// Appends a comment to the first source file, as a save does.
fn touch_one_file(root: &Path) -> PathBuf {
    let is_source = |it: &PathBuf| it.extension().is_some_and(|it| it == "rs" || it == "py");
    let mut files = files_of(root);
    files.sort();
    let file = files.into_iter().find(is_source).expect("the benched folder holds Rust or Python");
    let mut text = fs::read_to_string(&file).expect("a source file is text");
    text.push_str("\n\n");
    fs::write(&file, text).expect("the copy can be written");
    file
}

fn copy_tree(from: &Path, to: &Path) {
    for file in files_of(from) {
        let target = to.join(file.strip_prefix(from).expect("the walk stays below its root"));
        fs::create_dir_all(target.parent().expect("a file has a folder"))
            .expect("a folder is made");
        fs::copy(&file, target).expect("a file is copied");
    }
}

fn files_of(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(it)
                    if it.is_dir() && !is_hidden && path.file_name() != Some("target".as_ref()) =>
                {
                    folders.push(path);
                }
                Ok(it) if it.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files
}
