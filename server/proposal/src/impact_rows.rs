//! What a proposal does to the graph, and whether it can be taken back, as rows.

use ide::{ApiChange, ApiChangeKind, Dangling, Effect, TestReached};
use store::history::EffectRow;
use vfs::VfsPath;

use crate::Rollback;

/// The word for a way back that was tried.
const TRIED: &str = "tried";

pub(crate) fn effect_row(it: &Effect) -> EffectRow {
    let dangling = it.dangling.iter().map(|it| (it.path.to_string(), it.line, it.name.clone()));
    let api = it
        .api
        .iter()
        .map(|it| (it.path.to_string(), it.name.clone(), it.kind == ApiChangeKind::Added));
    EffectRow {
        gained: it.gained as u32,
        lost: it.lost as u32,
        dangling: dangling.collect(),
        n_dangling: it.n_dangling as u32,
        api: api.collect(),
        n_api: it.n_api as u32,
        tests: it.tests.iter().map(|it| (it.path.to_string(), it.name.clone())).collect(),
        is_partial: it.is_partial,
    }
}

pub(crate) fn effect(it: EffectRow) -> Result<Effect, String> {
    let path = |text: &str| VfsPath::new(text).ok_or_else(|| format!("`{text}` is no path"));
    let dangling = it.dangling.into_iter();
    let dangling = dangling.map(|(at, line, name)| Ok(Dangling { path: path(&at)?, line, name }));
    let kind = |is_new| if is_new { ApiChangeKind::Added } else { ApiChangeKind::Removed };
    let api = it.api.into_iter();
    let api =
        api.map(|(at, name, is_new)| Ok(ApiChange { path: path(&at)?, name, kind: kind(is_new) }));
    let tests = it.tests.into_iter();
    let tests = tests.map(|(at, name)| Ok(TestReached { path: path(&at)?, name }));
    Ok(Effect {
        gained: it.gained as usize,
        lost: it.lost as usize,
        dangling: dangling.collect::<Result<_, String>>()?,
        n_dangling: it.n_dangling as usize,
        api: api.collect::<Result<_, String>>()?,
        n_api: it.n_api as usize,
        tests: tests.collect::<Result<_, String>>()?,
        is_partial: it.is_partial,
    })
}

pub(crate) fn rollback_row(it: &Rollback) -> String {
    match it {
        Rollback::Untried => String::new(),
        Rollback::Tried => TRIED.to_owned(),
        Rollback::Impossible(why) => why.clone(),
    }
}

pub(crate) fn rollback(it: String) -> Rollback {
    match it.as_str() {
        "" => Rollback::Untried,
        TRIED => Rollback::Tried,
        _ => Rollback::Impossible(it),
    }
}
