//! Parts of a change: applied by themselves, taken back and brought back one by one.

mod world;

use std::collections::BTreeMap;

use proposal::{
    Draft, JournalError, Origin, Outcome, PartId, Proposal, ProposalState, Selection, UndoRequest,
    UndoScope, narrow, parts, propose, simulate,
};
use text::{TextEdit, TextEdits, TextRange};
use vfs::{FileOperation, SourceChange};

use crate::world::{World, path};

/// The texts of `a` after each of `steps` on a change of four of its lines: `-2` takes the hunk 2
/// back, `+2` brings it back, `-` and `+` mean all of it.
#[track_caller]
fn check_hunks(steps: &[(&str, &str)], state: ProposalState) {
    let world = World::new(&[("a", "1\n2\n3\nmid\n4\n")]);
    let before = world.get("a").unwrap();
    let edits = "1 2 3 4".split(' ').map(|it| {
        let at = before.find(it).unwrap();
        TextEdit { range: TextRange::from_usize(at, at + 1), text: format!("x{it}") }
    });
    // Neighbouring lines are one hunk, and so are 1, 2 and 3: the middle line parts them.
    let change = SourceChange {
        edits: BTreeMap::from([(path("a"), TextEdits::new(edits.collect()).unwrap())]),
        operations: Vec::new(),
    };
    let proposal = world.propose(change);
    let id = world.apply(&proposal);
    for (step, expected) in steps {
        let (sign, hunk) = step.split_at(1);
        let scope = match hunk.parse::<u32>() {
            Ok(hunk) => UndoScope::Parts(vec![PartId { file: 0, hunk: Some(hunk - 1) }]),
            Err(_) => UndoScope::Transaction,
        };
        let request = UndoRequest { transaction: Some(id.clone()), scope, caller: "t".to_owned() };
        let reversal = world.with_context(|ctx| match sign {
            "-" => world.journal.undo(&request, ctx),
            _ => world.journal.redo(&request, ctx),
        });
        let left = match reversal {
            Ok(reversal) => {
                world.journal.record(&reversal.proposal).unwrap();
                world.apply(&reversal.proposal);
                world.get("a").unwrap().replace('\n', " ")
            }
            Err(error) => error.to_string().replace(id.as_str(), "it"),
        };
        assert_eq!(left.trim_end(), *expected, "{step}");
    }
    assert_eq!(world.state(&proposal.id), state);
}

#[test]
fn hunks_are_taken_back_and_brought_back_in_any_order() {
    let all = "x1 x2 x3 mid x4";
    check_hunks(
        &[("-2", "x1 x2 x3 mid 4"), ("-1", "1 2 3 mid 4"), ("-1", "there is nothing to take back")],
        ProposalState::Undone,
    );
    check_hunks(
        &[("-1", "1 2 3 mid x4"), ("+1", all), ("-2", "x1 x2 x3 mid 4"), ("+", all)],
        ProposalState::Applied,
    );
    // What was taken back last comes back first.
    check_hunks(
        &[("-1", "1 2 3 mid x4"), ("-", "1 2 3 mid 4"), ("+", "1 2 3 mid x4"), ("+", all)],
        ProposalState::Applied,
    );
    check_hunks(
        &[("-", "1 2 3 mid 4"), ("+2", "1 2 3 mid x4"), ("+", all), ("-", "1 2 3 mid 4")],
        ProposalState::Undone,
    );
    check_hunks(&[("-3", "it: has no hunk 1.3 that stands alone")], ProposalState::Applied);
    check_hunks(&[("-1", "1 2 3 mid x4")], ProposalState::Partial);
}

#[test]
fn the_rest_of_what_a_killed_server_made_in_part_is_proposed() {
    let texts = [("a", "1\n\n2\n\n1\n"), ("b", "1\n")];
    // Killed in the middle of the whole change, and after the part that was chosen.
    for is_chosen in [false, true] {
        let world = World::new(&texts);
        let mut change = world.replace_all("a", "1", "x");
        change.edits.extend(world.replace_all("b", "1", "x").edits);
        let whole = world.propose(change);
        let made = if is_chosen {
            let simulation = simulate(&whole.change, &|it| world.present(it)).unwrap();
            let chosen = PartId { file: 0, hunk: Some(0) };
            let draft = narrow(&whole, &simulation, &[chosen].into_iter().collect()).unwrap();
            let part = world.with_context(|ctx| propose(draft, ctx)).unwrap().0;
            let part = Proposal { part_of: Some(whole.id.clone()), ..part };
            world.journal.record(&part).unwrap();
            part
        } else {
            whole
        };
        let (id, _) = world.begin(&made).unwrap();
        world.set("a", "x\n\n2\n\n1\n");
        let finished = world.finish(&id);
        // Somebody writes on in a file that was begun.
        world.set("a", "x\n\n2\nmine\n\n1\n");
        let rest = world.with_context(|ctx| world.journal.rest_after_kill(&finished, ctx));
        let (rest, _) = rest.unwrap().unwrap();
        assert_eq!(rest.title, "The rest of: Change it");
        world.journal.record(&rest).unwrap();
        world.apply(&rest);
        assert_eq!(world.get("a").unwrap(), "x\n\n2\nmine\n\nx\n");
        assert_eq!(world.get("b").unwrap(), "x\n");
    }
    // What the user rejected is no part of it: `b` stays, and the last hunk of `a` is completed.
    let world = World::new(&texts);
    let mut change = world.replace_all("a", "1", "x");
    change.edits.extend(world.replace_all("b", "1", "x").edits);
    let whole = world.propose(change);
    let simulation = simulate(&whole.change, &|it| world.present(it)).unwrap();
    let chosen = PartId { file: 0, hunk: Some(0) };
    let draft = narrow(&whole, &simulation, &[chosen].into_iter().collect()).unwrap();
    let part = world.with_context(|ctx| propose(draft, ctx)).unwrap().0;
    let rejected = vec![PartId { file: 1, hunk: Some(0) }];
    let part = Proposal { part_of: Some(whole.id.clone()), rejected, ..part };
    world.journal.record(&part).unwrap();
    let (id, _) = world.begin(&part).unwrap();
    world.set("a", "x\n\n2\n\n1\n");
    let finished = world.finish(&id);
    let rest = world.with_context(|ctx| world.journal.rest_after_kill(&finished, ctx));
    let (rest, _) = rest.unwrap().unwrap();
    world.journal.record(&rest).unwrap();
    world.apply(&rest);
    assert_eq!(world.get("a").unwrap(), "x\n\n2\n\nx\n");
    assert_eq!(world.get("b").unwrap(), "1\n");
    // What was made as a whole, or not at all, has no rest.
    let world = World::new(&texts);
    let whole = world.propose(world.replace_all("a", "1", "x"));
    let (id, simulation) = world.begin(&whole).unwrap();
    world.write(&simulation);
    let finished = world.finish(&id);
    let rest = world.with_context(|ctx| world.journal.rest_after_kill(&finished, ctx));
    assert!(rest.unwrap().is_none());
}

#[test]
fn an_undo_of_a_hunk_that_is_undone_brings_back_that_hunk_only() {
    let world = World::new(&[("a", "1\n\n2\n\n1\n"), ("b", "1\n")]);
    let mut change = world.replace_all("a", "1", "x");
    change.edits.extend(world.replace_all("b", "1", "x").edits);
    let id = world.apply(&world.propose(change));
    let hunk = |file, hunk| UndoScope::Parts(vec![PartId { file, hunk: Some(hunk) }]);
    let of_b = world.undo_some(Some(&id), UndoScope::Files(vec![path("b")])).unwrap();
    world.apply(&of_b);
    let of_a = world.undo_some(Some(&id), hunk(0, 1)).unwrap();
    let of_a = world.apply(&of_a);
    assert_eq!(world.get("a").unwrap(), "x\n\n2\n\n1\n");
    let back = world.undo(Some(&of_a)).unwrap();
    assert_eq!(back.title, "Redo: Change it");
    world.apply(&back);
    assert_eq!(world.get("a").unwrap(), "x\n\n2\n\nx\n");
    assert_eq!(world.get("b").unwrap(), "1\n");
}

#[test]
fn a_hunk_that_was_changed_since_is_refused_and_the_other_is_taken_back() {
    let world = World::new(&[("a", "1\n\n2\n\n1\n")]);
    let proposal = world.propose(world.replace_all("a", "1", "x"));
    let id = world.apply(&proposal);
    world.set("a", "mine x\n\n2\n\nx\nmore\n");
    let hunk = |hunk| UndoScope::Parts(vec![PartId { file: 0, hunk: Some(hunk) }]);
    let error = world.undo_some(Some(&id), hunk(0)).unwrap_err();
    assert_eq!(error.to_string(), "/w/a: changed since in the same place (line 1)");
    let undo = world.undo_some(Some(&id), hunk(1)).unwrap();
    world.apply(&undo);
    assert_eq!(world.get("a").unwrap(), "mine x\n\n2\n\n1\nmore\n");
    assert_eq!(world.state(&proposal.id), ProposalState::Partial);
}

#[test]
fn the_editors_undo_of_a_hunks_redo_is_told() {
    let world = World::new(&[("a", "1\n\n2\n\n1\n")]);
    let proposal = world.propose(world.replace_all("a", "1", "x"));
    let id = world.apply(&proposal);
    let undo = world.undo_some(Some(&id), UndoScope::Transaction).unwrap();
    world.apply(&undo);
    let scope = UndoScope::Parts(vec![PartId { file: 0, hunk: Some(1) }]);
    let request = UndoRequest { transaction: Some(id.clone()), scope, caller: "t".to_owned() };
    let redo = world.with_context(|ctx| world.journal.redo(&request, ctx)).unwrap().proposal;
    world.journal.record(&redo).unwrap();
    world.apply(&redo);
    let off = || world.journal.transaction(&id).unwrap().files.remove(0).hunks_off;
    assert_eq!(off(), [0]);
    world.set("a", "1\n\n2\n\n1\n");
    let noted = |world: &World| {
        world.journal.note_editor_undo(&[path("a")], &|it| world.present(it)).unwrap()
    };
    assert_eq!(noted(&world).len(), 1);
    assert_eq!(off(), [0, 1]);
    world.set("a", "1\n\n2\n\nx\n");
    noted(&world);
    assert_eq!(off(), [0]);
}

#[test]
fn a_chosen_part_is_applied_and_the_rest_waits() {
    let world = World::new(&[("a", "1\n\n2\n\n1\n"), ("b", "1\n"), ("old", "1\n")]);
    let mut change = world.replace_all("a", "1", "x");
    change.edits.extend(world.replace_all("b", "1", "x").edits);
    let (from, to) = (path("old"), path("new"));
    change.operations.push(FileOperation::Rename { from, to });
    let proposal = world.propose(change);
    let simulation = simulate(&proposal.change, &|it| world.present(it)).unwrap();
    let ids: Vec<String> =
        parts(&proposal, &simulation).iter().map(|it| it.id.to_string()).collect();
    assert_eq!(ids, ["1.1", "1.2", "2.1", "3"]);
    let chosen = |ids: &[&str]| ids.iter().filter_map(|it| PartId::parse(it)).collect();
    let draft = narrow(&proposal, &simulation, &chosen(&["1.2", "3"])).unwrap();
    assert_eq!(draft.title, "Change it (2 of 4 parts)");
    let made = world.with_context(|ctx| propose(draft, ctx)).unwrap().0;
    let part = Proposal { part_of: Some(proposal.id.clone()), ..made };
    world.journal.record(&part).unwrap();
    assert_eq!(world.state(&proposal.id), ProposalState::Pending);
    world.apply(&part);
    assert_eq!(world.get("a").unwrap(), "1\n\n2\n\nx\n");
    assert_eq!((world.get("old"), world.get("new")), (None, Some("1\n".to_owned())));
    assert_eq!(world.state(&part.id), ProposalState::Applied);
    assert_eq!(world.state(&proposal.id), ProposalState::Partial);
    // Whatever the user writes meanwhile stays.
    world.set("a", "1\n\n2\nmine\n\nx\n");
    let rest = world.with_context(|ctx| world.journal.rest(&proposal, &simulation, ctx)).unwrap();
    let rest = rest.unwrap().0;
    assert_eq!(rest.title, "The rest of: Change it");
    world.journal.record(&rest).unwrap();
    world.apply(&rest);
    assert_eq!(world.get("a").unwrap(), "x\n\n2\nmine\n\nx\n");
    assert_eq!(world.get("b").unwrap(), "x\n");
    let rest = world.with_context(|ctx| world.journal.rest(&proposal, &simulation, ctx)).unwrap();
    assert_eq!(rest, None);
    let error = narrow(&proposal, &simulation, &chosen(&["4"])).unwrap_err();
    assert_eq!(error.to_string(), "there is no part 4");
}

#[test]
fn what_an_editor_declined_can_be_asked_again() {
    let world = World::new(&[("a", "1\n")]);
    let proposal = world.replace(&["a"], "1", "x");
    let (id, _) = world.begin(&proposal).unwrap();
    assert_eq!(world.finish(&id).measured.outcome, Outcome::Declined);
    world.journal.reopen(&proposal.id).unwrap();
    world.apply(&proposal);
    assert!(matches!(world.journal.reopen(&proposal.id), Err(JournalError::NotPending(..))));
}

#[test]
fn changes_are_chosen_by_time_and_by_author() {
    let world = World::new(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")]);
    let by = |file: &str, caller: &str| {
        let change = world.replace_all(file, "1", "x");
        let origin = Origin { caller: caller.to_owned(), action: "edit".to_owned() };
        let draft = Draft { title: file.to_owned(), origin, change, ..Draft::default() };
        let proposal = world.with_context(|ctx| propose(draft, ctx)).unwrap().0;
        world.journal.record(&proposal).unwrap();
        world.apply(&proposal)
    };
    let ids = [by("a", "x"), by("b", "y"), by("c", "x")];
    let times: Vec<u64> =
        ids.iter().map(|it| world.journal.transaction(it).unwrap().started_ms).collect();
    let of = |caller: &str, since_ms: Option<u64>, is_undo| {
        let selection =
            Selection { since_ms, caller: Some(caller.to_owned()), ..Selection::default() };
        world.journal.reversible(&selection, is_undo).unwrap()
    };
    assert_eq!(of("x", None, true), [ids[2].clone(), ids[0].clone()]);
    assert_eq!(of("x", Some(times[1]), true), [ids[2].clone()]);
    assert_eq!(of("x", None, false), []);
    let undo = world.undo(Some(&ids[0])).unwrap();
    let undo = world.apply(&undo);
    assert_eq!(of("x", None, true), [ids[2].clone()]);
    assert_eq!(of("x", None, false), [undo]);
    let selection = Selection { path: Some(path("b")), ..Selection::default() };
    let listed = world.journal.selected(&selection, 9).unwrap();
    assert_eq!(listed.iter().map(|it| &it.id).collect::<Vec<_>>(), [&ids[1]]);
}
