//! Tidy: what no compiler checks about this source tree. Each failure names file, line and rule.

mod calls;
mod comments;
mod docs;
mod floors;
mod licences;
mod marks;
mod names;
mod packs;
mod rust;
mod shape;
mod tree;
mod trips;

use std::process::Command;

use crate::{
    floors::Floors,
    rust::RustFile,
    tree::{Problem, entries, read, root, rust_files},
};

#[track_caller]
fn report(mut problems: Vec<Problem>) {
    problems.sort();
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert!(lines.is_empty(), "{} found\n{}\n", lines.len(), lines.join("\n"));
}

#[track_caller]
fn check_rust(check: impl Fn(&RustFile) -> Vec<Problem>) {
    let files = rust_files();
    assert!(!files.is_empty(), "the source tree was not found");
    report(files.iter().flat_map(check).collect());
}

#[test]
fn crates_know_lower_floors_only() {
    let manifest = read("Cargo.toml").expect("the root manifest is there");
    let floors = Floors::read(&manifest);
    let mut problems = floors.complete();
    for member in &floors.members {
        let path = format!("{member}/Cargo.toml");
        let text = read(&path).expect("every member has a manifest");
        problems.extend(floors.check(&path, &text));
    }
    report(problems);
}

#[test]
fn every_file_says_what_it_is_for() {
    check_rust(|file| shape::header(file).into_iter().collect());
}

#[test]
fn functions_and_files_fit_the_reader() {
    check_rust(|file| {
        let mut problems = shape::functions(file);
        problems.extend(shape::file_size(file));
        problems
    });
}

#[test]
fn lines_fit_a_hundred_columns() {
    check_rust(shape::long_lines);
    let of_editors = |path: &str| path.starts_with("editors/") && path.ends_with(".lua");
    let texts = entries().into_iter().filter(|it| of_editors(&it.path));
    let problems = texts.filter_map(|it| Some(shape::long_text_lines(&it.path, &read(&it.path)?)));
    report(problems.flatten().collect());
}

#[test]
fn names_say_something() {
    check_rust(names::banned);
    report(entries().iter().filter_map(|it| names::banned_in_path(&it.path)).collect());
}

#[test]
fn nothing_lies_about() {
    report(entries().iter().filter_map(|it| names::stray(&it.path)).collect());
}

#[test]
fn outside_things_are_touched_by_their_crate_only() {
    check_rust(calls::doors);
    check_rust(calls::prints);
}

#[test]
fn nothing_panics_on_what_a_user_can_cause() {
    check_rust(calls::panics);
}

#[test]
fn tests_run_and_check_values() {
    check_rust(calls::tests_rules);
    report(marks::pairs(rust_files()));
}

#[test]
fn work_that_is_left_is_marked_so_that_it_is_found() {
    check_rust(comments::todos);
    // Shown with `--nocapture`: what is left, in one list.
    for file in rust_files() {
        for (line, what) in comments::left(file) {
            println!("{}:{line}: {what}", file.path);
        }
    }
}

#[test]
fn nothing_refers_to_what_a_reader_lacks() {
    let is_text = |path: &str| {
        let endings = [".rs", ".toml", ".md", ".scm", ".lua", ".sh", ".py", ".json", ".yml", "run"];
        endings.iter().any(|it| path.ends_with(it))
    };
    let texts = entries().into_iter().filter(|it| is_text(&it.path));
    let problems = texts.filter_map(|it| Some(comments::outside_names(&it.path, &read(&it.path)?)));
    report(problems.flatten().collect());
}

#[test]
fn large_files_stay_out() {
    let large = |it: &tree::Entry| shape::large_file(&it.path, it.bytes);
    report(entries().iter().filter_map(large).collect());
}

#[test]
fn language_packs_are_complete() {
    report(packs::complete(&entries(), &grammars::LANGUAGES));
}

#[test]
fn the_map_of_the_server_lists_its_crates() {
    let manifest = read("Cargo.toml").expect("the root manifest is there");
    let members = Floors::read(&manifest).members;
    let name = |it: &String| it.rsplit('/').next().unwrap_or(it).to_owned();
    let crates: Vec<String> = members.iter().map(name).collect();
    let readme = read("server/README.md").unwrap_or_default();
    let mut problems = docs::crate_map(&readme, &crates);
    problems.extend(docs::crates_gone(&readme, &crates));
    report(problems);
}

#[test]
fn what_users_meet_is_documented() {
    let is_document = |path: &str| path.ends_with(".md") || path.ends_with("/doc/aios.txt");
    let documents: String = entries()
        .iter()
        .filter(|it| is_document(&it.path))
        .filter_map(|it| read(&it.path))
        .collect();
    check_rust(|file| {
        let is_public = file.path == "server/lsp/src/ext.rs";
        let prefixes: &[&str] = if is_public { &["aios.", "aios/"] } else { &[] };
        docs::undocumented(file, prefixes, &documents)
    });
    let keys: Vec<&str> = settings::SETTINGS.iter().map(|it| it.key).collect();
    let schema = read("server/settings/src/schema.rs").unwrap_or_default();
    report(docs::settings(&keys, &schema, &documents));
}

#[test]
fn documents_link_to_what_is_there() {
    let exists = |path: &str| root().join(path).exists();
    let is_document = |path: &str| path.ends_with(".md") && !path.contains("/fixtures/");
    let documents = entries().into_iter().filter(|it| is_document(&it.path));
    let problems =
        documents.filter_map(|it| Some(docs::links(&it.path, &read(&it.path)?, &exists)));
    report(problems.flatten().collect());
}

#[test]
fn every_trip_is_made_in_every_editor() {
    report(trips::trips());
}

#[test]
fn news_have_a_place() {
    report(docs::changelog(&read("CHANGELOG.md").unwrap_or_default()).into_iter().collect());
}

#[test]
fn licences_allow_giving_away() {
    // Packages of other platforms need not be on this machine.
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|it| it.strip_prefix("host: ")).expect("cargo names it");
    let arguments = ["metadata", "--format-version=1", "--offline", "--filter-platform", host];
    let refused = licences::refused(&cargo(&arguments));
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn code_is_formatted() {
    let difference = cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"]);
    assert!(difference.is_empty(), "`cargo fmt --all` changes\n{difference}");
}

/// What cargo answers on its standard output.
#[track_caller]
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo started this test, so it can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    // A check that finds something fails too, but says on its output what.
    assert!(output.status.success() || !output.stdout.is_empty(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
