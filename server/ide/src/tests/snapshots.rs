//! Moments of the workspace: buffers come before files, edits cancel, settling does not.

use std::sync::{Arc, atomic::AtomicBool};

use expect_test::expect;
use fixture::Fixture;
use vfs::VfsPath;

use crate::{
    Cancelled, FileState,
    fixture::{World, document, facts_of},
};

const FILES: &str =
    "//- /a.ts\nexport function pay() {}\n//- /b.ts\nimport { pay } from './a';\npay();\n";

fn names(world: &World, path: &str) -> Vec<String> {
    let analysis = world.analysis();
    let file = analysis.file(&VfsPath::new(path).unwrap()).unwrap();
    analysis.document_symbols(file).unwrap().into_iter().map(|it| it.name).collect()
}

#[test]
fn answers_come_from_the_unsaved_buffer() {
    let mut world = World::new(&Fixture::parse(FILES));
    world.set("/a.ts", FileState::Open(document("/a.ts", 1, "export function buy() {}\n")));
    assert_eq!(names(&world, "/a.ts"), ["buy"]);
    let analysis = world.analysis();
    let found = analysis.find_symbol("buy").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(&*analysis.text(found[0].file).unwrap(), "export function buy() {}\n");
    world.set("/a.ts", FileState::Closed);
    assert_eq!(names(&world, "/a.ts"), ["pay"]);
}

#[test]
fn a_settled_buffer_is_not_read_again() {
    let mut world = World::new(&Fixture::parse(FILES));
    let open = document("/a.ts", 1, "export function buy() {}\n");
    world.set("/a.ts", FileState::Open(open.clone()));
    assert_eq!(world.analysis().unsettled().len(), 1);
    world.set("/a.ts", FileState::Settled(Arc::clone(open.facts())));
    assert_eq!(world.analysis().unsettled().len(), 0);
    assert_eq!(names(&world, "/a.ts"), ["buy"]);
    // Facts of an older text do not take the place of the buffer's.
    world.set("/a.ts", FileState::Settled(facts_of("/a.ts", "export function old() {}\n")));
    assert_eq!(names(&world, "/a.ts"), ["buy"]);
}

#[test]
fn a_file_that_is_gone_leaves_no_symbol() {
    let mut world = World::new(&Fixture::parse(FILES));
    let before = world.analysis();
    world.set("/a.ts", FileState::Gone);
    assert!(world.analysis().find_symbol("pay").unwrap().is_empty());
    assert_eq!(before.find_symbol("pay").unwrap().len(), 1);
}

#[test]
fn an_edit_cancels_the_reads_before_it_and_settling_does_not() {
    let mut world = World::new(&Fixture::parse(FILES));
    let analysis = world.analysis();
    world.set("/b.ts", FileState::Settled(facts_of("/b.ts", "")));
    assert_eq!(analysis.check(), Ok(()));
    let kept = analysis.uncancelled();
    world.set("/a.ts", FileState::Open(document("/a.ts", 1, "")));
    assert_eq!(analysis.workspace_symbols("pay", 9), Err(Cancelled));
    assert_eq!(kept.workspace_symbols("pay", 9).unwrap().len(), 1);
    assert_eq!(world.analysis().check(), Ok(()));
}

#[test]
fn a_read_can_be_taken_back() {
    let world = World::new(&Fixture::parse(FILES));
    let flag = Arc::new(AtomicBool::new(false));
    let analysis = world.analysis().with_cancel(Arc::clone(&flag));
    assert_eq!(analysis.check(), Ok(()));
    flag.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(analysis.find_symbol("pay"), Err(Cancelled));
    assert_eq!(world.analysis().check(), Ok(()));
}

#[test]
fn a_rename_is_computed_on_the_buffer() {
    let mut world = World::new(&Fixture::parse(FILES));
    let text = "// new\nexport function pay() {}\npay();\n";
    world.set("/a.ts", FileState::Open(document("/a.ts", 7, text)));
    let analysis = world.analysis();
    let pay = analysis.find_symbol("pay").unwrap().remove(0);
    let position = analysis.position_of(pay.symbol.unwrap()).unwrap();
    let rename = analysis.rename(position, "buy").unwrap();
    expect![[r#"
        //- /a.ts
        // new
        export function buy() {}
        buy();
        //- /b.ts
        import { buy } from './a';
        buy();"#]]
    .assert_eq(&crate::fixture::render_change(&analysis, &rename.change));
}

#[test]
fn a_text_that_has_changed_since_is_not_edited() {
    let mut world = World::new(&Fixture::parse(FILES));
    let file = world.host.settled().file_at("/b.ts").unwrap();
    world.texts.insert(file, Arc::from("import { something } from './a';"));
    let analysis = world.analysis();
    let pay = analysis.find_symbol("pay").unwrap().remove(0);
    let position = analysis.position_of(pay.symbol.unwrap()).unwrap();
    let refused = analysis.rename(position, "buy").unwrap_err();
    expect!["/b.ts has changed since it was indexed"].assert_eq(&refused.to_string());
}
