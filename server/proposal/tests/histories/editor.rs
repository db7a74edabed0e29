//! The editor's own undo and redo of what a transaction did.

use proposal::FileStanding;

use crate::{Link, RootFile, Walk, at};

impl Walk {
    /// The editor takes back what the last transaction did to one file, and perhaps brings it back.
    pub(crate) fn editor_undoes(&mut self) {
        let Some(last) = (0..self.roots.len()).max_by_key(|it| self.roots[*it].forward_at) else {
            return;
        };
        let files = self.roots[last].files.iter().enumerate();
        let edited = files.filter_map(|(nth, file)| {
            let link = file.forward.clone()?;
            let is_in_place = link.before == link.after && link.pre != link.post;
            let is_there =
                link.after.as_ref().and_then(|it| self.world.get(it)) == link.post.as_ref();
            let is_wanted = is_in_place
                && is_there
                && self.is_last_in(file, &link)
                && file.standing == FileStanding::InForce
                && !file.hunks.is_used();
            is_wanted.then_some((nth, link))
        });
        let edited: Vec<(usize, Link)> = edited.collect();
        let Some((nth, link)) = self.rng.pick(&edited).cloned() else { return };
        let path = link.after.unwrap();
        let mut turns = vec![(link.pre.unwrap(), FileStanding::EditorUndone)];
        if self.rng.chance(50) {
            turns.push((link.post.unwrap(), FileStanding::InForce));
        }
        for (text, standing) in turns {
            self.world.insert(path.clone(), text);
            let world = self.world.clone();
            let noted =
                self.journal.note_editor_undo(std::slice::from_ref(&path), &|it| at(&world, it));
            let noted = noted.unwrap();
            let ours = noted.iter().find(|it| it.transaction == self.roots[last].id);
            assert_eq!(ours.map(|it| it.standing), Some(standing), "{noted:?}");
            self.roots[last].files[nth].standing = standing;
            // Older ones may have come back into sight: the text before the last is theirs.
            let id = self.roots[last].id.clone();
            for other in noted.iter().filter(|it| it.transaction != id) {
                let root = self.roots.iter_mut().find(|it| it.id == other.transaction).unwrap();
                let known = self.journal.transaction(&other.transaction).unwrap();
                for (file, known) in root.files.iter_mut().zip(known.files) {
                    let is_it = |link: &Link| link.after.as_ref() == Some(&path);
                    if file.forward.as_ref().is_some_and(is_it) {
                        assert!(file.hunks.is_used() || known.standing == other.standing);
                        file.standing = known.standing;
                        file.hunks.off = known.hunks_off.into_iter().collect();
                    }
                }
            }
        }
        self.seen.editor += 1;
    }

    /// True where no other transaction has changed the file since and still stands: its text is
    /// that one's.
    fn is_last_in(&self, file: &RootFile, link: &Link) -> bool {
        let all = self.roots.iter().flat_map(|it| &it.files);
        let here = all.filter(|it| it.forward.as_ref().is_some_and(|it| it.after == link.after));
        let mut standing = here.filter(|it| it.standing == FileStanding::InForce);
        standing.all(|it| it.forward_at <= file.forward_at)
    }
}
