//! The model of single hunks: which of them stand, what turns one of them, and proposals of which
//! only some parts are applied.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use proposal::{
    FileStanding, Part, PartId, PartKind, Proposal, SimulatedFile, UndoScope, narrow, parts,
    propose, simulate,
};
use vfs::VfsPath;

use crate::{Ending, Link, RootFile, Walk, World, at, lines};

/// The hunks of a root's file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hunks {
    /// Lines of the text before and of the text after.
    all: Vec<(Range<usize>, Range<usize>)>,
    /// The texts that they count in.
    pre: String,
    post: String,
    /// Those that are taken back while the rest stands.
    pub(crate) off: BTreeSet<u32>,
    /// True where the root's change left the file in its place.
    is_in_place: bool,
    /// True once something was done to single hunks.
    is_used: bool,
    /// What was done to them last, and whether that was an undo.
    last: (bool, BTreeSet<u32>),
}

/// A change of which hunks stand.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    n_all: usize,
    now: BTreeSet<u32>,
    then: BTreeSet<u32>,
}

impl Turn {
    /// True where it is not about all of the file.
    pub(crate) fn is_part(&self) -> bool {
        self.flips().len() < self.n_all
    }

    fn flips(&self) -> BTreeSet<u32> {
        self.now.symmetric_difference(&self.then).copied().collect()
    }
}

impl Hunks {
    pub(crate) fn of<'a>(link: Option<&Link>, parts: impl Iterator<Item = &'a Part>) -> Hunks {
        let Some(link) = link else { return Hunks::default() };
        let hunks = parts.filter(|it| it.kind == PartKind::Hunk);
        let all: Vec<_> = hunks.map(|it| (it.old.clone(), it.new.clone())).collect();
        let flips = (0..all.len() as u32).collect();
        Hunks {
            all,
            pre: link.pre.clone().unwrap_or_default(),
            post: link.post.clone().unwrap_or_default(),
            is_in_place: link.before.is_some() && link.before == link.after,
            last: (false, flips),
            ..Hunks::default()
        }
    }

    /// True where single hunks count: something was done to them, or the journal has seen a text in
    /// which only some stand, as when an editor brings back what it declined before.
    pub(crate) fn is_used(&self) -> bool {
        self.is_used || !self.off.is_empty()
    }

    /// Something was done to the file.
    pub(crate) fn done(&mut self, is_undo: bool, turn: Option<&Turn>) {
        let all = (0..self.all.len() as u32).collect();
        self.last = (is_undo, turn.map_or(all, Turn::flips));
        self.is_used |= turn.is_some();
    }

    /// The text in which these hunks stand.
    fn text(&self, on: &BTreeSet<u32>) -> String {
        let (pre, post) = (lines(&self.pre), lines(&self.post));
        compose(&pre, &post, &self.all, &|nth| on.contains(&(nth as u32)))
    }
}

fn compose(
    pre: &[&str],
    post: &[&str],
    hunks: &[(Range<usize>, Range<usize>)],
    is_on: &dyn Fn(usize) -> bool,
) -> String {
    let mut res = String::new();
    let mut at = 0;
    for (nth, (old, new)) in hunks.iter().enumerate() {
        res.extend(pre[at..old.start].iter().copied());
        let lines = if is_on(nth) { &post[new.clone()] } else { &pre[old.clone()] };
        res.extend(lines.iter().copied());
        at = old.end;
    }
    res.extend(pre[at..].iter().copied());
    res
}

impl RootFile {
    /// The hunks that can be chosen: those of a file that the root left in its place. A redo that
    /// was made in part may have left a moved file so, too; that one is refused.
    pub(crate) fn choosable(&self) -> Vec<u32> {
        if self.hunks.is_in_place { (0..self.hunks.all.len() as u32).collect() } else { Vec::new() }
    }

    pub(crate) fn is_reversible(&self, is_undo: bool) -> bool {
        match self.standing {
            FileStanding::InForce => is_undo || !self.hunks.off.is_empty(),
            FileStanding::Undone => !is_undo,
            _ => false,
        }
    }

    /// What turns these hunks (without `hunks` all that can be), and which stand afterwards; `None`
    /// where nothing has to turn.
    pub(crate) fn turn(
        &self,
        is_undo: bool,
        hunks: Option<&BTreeSet<u32>>,
    ) -> Option<(Link, Turn)> {
        if self.standing == FileStanding::Untouched
            || (self.standing == FileStanding::EditorUndone && hunks.is_none())
        {
            return None;
        }
        let n_all = self.hunks.all.len();
        let all: BTreeSet<u32> = (0..n_all as u32).collect();
        let on: BTreeSet<u32> = all.difference(&self.hunks.off).copied().collect();
        let stands = self.standing == FileStanding::InForce;
        let now = if stands { on.clone() } else { BTreeSet::new() };
        let then = match (is_undo, hunks) {
            (true, None) => BTreeSet::new(),
            (true, Some(hunks)) => now.difference(hunks).copied().collect(),
            (false, None) if !stands && !on.is_empty() => on,
            (false, None) => all,
            (false, Some(hunks)) => now.union(hunks).copied().collect(),
        };
        let turn = Turn { n_all, now, then };
        let flips = turn.flips();
        if flips.is_empty() {
            return None;
        }
        let (was_undo, was_flipped) = &self.hunks.last;
        let last = if *was_undo { self.undo.clone()? } else { self.forward.clone()? };
        let link = match *was_undo != is_undo && *was_flipped == flips {
            true => last,
            false => Link {
                before: last.after.clone(),
                after: last.after,
                pre: Some(self.hunks.text(&turn.then)),
                post: Some(self.hunks.text(&turn.now)),
            },
        };
        Some((link, turn))
    }

    /// It stands so after an undo or a redo.
    pub(crate) fn stand(&mut self, is_undo: bool, turn: Option<&Turn>) {
        let is_undone = match turn {
            None => is_undo,
            Some(turn) => turn.then.is_empty(),
        };
        self.standing = if is_undone { FileStanding::Undone } else { FileStanding::InForce };
        if let Some(turn) = turn.filter(|_| !is_undone) {
            self.hunks.off = (0..turn.n_all as u32).filter(|it| !turn.then.contains(it)).collect();
        }
    }
}

/// These hunks of a file.
pub(crate) fn scope_of(nth: usize, hunks: &BTreeSet<u32>) -> UndoScope {
    let id = |hunk: &u32| PartId { file: nth as u32, hunk: Some(*hunk) };
    UndoScope::Parts(hunks.iter().map(id).collect())
}

impl Walk {
    /// Applies chosen parts of a proposal, then perhaps the rest of it.
    pub(crate) fn apply_chosen(&mut self) {
        let proposal = self.propose();
        let world = self.world.clone();
        let simulation = simulate(&proposal.change, &|it| at(&world, it)).unwrap();
        let all = parts(&proposal, &simulation);
        let chosen = all.iter().filter(|_| self.rng.chance(50)).map(|it| it.id);
        let chosen: BTreeSet<PartId> = chosen.collect();
        let Ok(draft) = narrow(&proposal, &simulation, &chosen) else {
            return assert!(chosen.is_empty(), "no change here is tangled");
        };
        let made = self.with_context(|_, ctx| propose(draft, ctx)).unwrap();
        let part = Proposal { part_of: Some(proposal.id.clone()), ..made.0 };
        let expected = expected(&world, &simulation.files, &all, &chosen);
        self.journal.record(&part).unwrap();
        self.apply_root(&part, Ending::Whole);
        assert_eq!(self.world, expected, "{chosen:?}");
        self.seen.chosen += 1;

        let rest =
            self.with_context(|journal, ctx| journal.rest(&proposal, &simulation, ctx)).unwrap();
        let Some((rest, _)) = rest else { return assert_eq!(chosen.len(), all.len()) };
        self.journal.record(&rest).unwrap();
        if self.rng.chance(50) {
            return self.journal.reject(&rest.id).unwrap();
        }
        self.clock += 1;
        self.apply_root(&rest, Ending::Whole);
        let every = all.iter().map(|it| it.id).collect();
        assert_eq!(self.world, self::expected(&world, &simulation.files, &all, &every));
    }
}

/// What the world is when these parts were applied.
fn expected(
    world: &World,
    files: &[SimulatedFile],
    parts: &[Part],
    chosen: &BTreeSet<PartId>,
) -> World {
    let mut res = world.clone();
    let mut put: BTreeMap<VfsPath, String> = BTreeMap::new();
    for (nth, file) in files.iter().enumerate() {
        let own = parts.iter().filter(|it| it.id.file as usize == nth);
        let (whole, hunks): (Vec<&Part>, Vec<&Part>) = own.partition(|it| it.id.hunk.is_none());
        let is_whole = whole.iter().all(|it| chosen.contains(&it.id));
        let (pre, post) = (file.pre_text().unwrap_or(""), file.post_text().unwrap_or(""));
        let text = match (&file.before, &file.after) {
            (Some(_), Some(_)) => {
                let places: Vec<_> =
                    hunks.iter().map(|it| (it.old.clone(), it.new.clone())).collect();
                let is_on = |hunk: usize| chosen.contains(&hunks[hunk].id);
                compose(&lines(pre), &lines(post), &places, &is_on)
            }
            _ if is_whole => post.to_owned(),
            _ => pre.to_owned(),
        };
        let place = if is_whole { &file.after } else { &file.before };
        file.before.iter().for_each(|it| drop(res.remove(it)));
        put.extend(place.clone().map(|it| (it, text)));
    }
    res.extend(put);
    res
}
