//! The way back, tried before anybody goes forth: the change carried out in an overlay, its inverse
//! carried out over that, and every byte and every file compared with the beginning.

use std::{collections::BTreeMap, sync::Arc};

use vfs::VfsPath;

use crate::{Checkpoint, Present, PresentFile, Rollback, Simulation, reverse::inverse, simulate};

/// Tries the way back from what `simulation` leaves.
pub(crate) fn rollback(simulation: &Simulation, present: &Present<'_>) -> Rollback {
    let mut after: BTreeMap<&VfsPath, Option<Arc<[u8]>>> = BTreeMap::new();
    for path in simulation.files.iter().filter_map(|it| it.before.as_ref()) {
        after.insert(path, None);
    }
    for file in &simulation.files {
        after.extend(file.after.as_ref().map(|path| (path, file.post.clone())));
    }
    let present_after = |path: &VfsPath| match after.get(path) {
        Some(bytes) => Ok(bytes.clone().map(PresentFile::closed)),
        None => present(path),
    };
    let images = Checkpoint::of(simulation).files;
    let inverse = match inverse(&images, &present_after) {
        Ok(inverse) => inverse,
        Err(error) => return Rollback::Impossible(error.to_string()),
    };
    let back = match simulate(&inverse.change, &present_after) {
        Ok(back) => back,
        Err(error) => return Rollback::Impossible(error.to_string()),
    };
    // What stands where, once the way back was gone.
    let mut now = after.clone();
    for path in back.files.iter().filter_map(|it| it.before.as_ref()) {
        now.insert(path, None);
    }
    for file in &back.files {
        now.extend(file.after.as_ref().map(|path| (path, file.post.clone())));
    }
    let mut wanted: BTreeMap<&VfsPath, Option<Arc<[u8]>>> =
        now.keys().map(|it| (*it, None)).collect();
    for file in &simulation.files {
        wanted.extend(file.before.as_ref().map(|path| (path, file.pre.clone())));
    }
    match wanted.iter().find(|(path, bytes)| now.get(*path) != Some(*bytes)) {
        None => Rollback::Tried,
        Some((path, _)) => Rollback::Impossible(format!("{path}: would not be as it was")),
    }
}
