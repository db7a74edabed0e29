//! What an experiment changes, as files under `.aios/`: the settings, and the words of the
//! repository that count by them.

use evolve::{OFTEN_KEY, VOCABULARY_FILE, Vocabulary, WORDS_ANEW_KEY, WORDS_KEY};
use settings::{Setting, Value, WORKSPACE_FILE};
use vfs::VfsPath;

use crate::edits::tasks::{self, EditContext, Ended};

/// A file and what it is to hold; `None`: it goes.
pub(super) type Wanted = (VfsPath, Option<String>);

/// The files below `root` that make the settings `changed` count; the others stay as they are.
/// What comes into force of the repository's words is `learned`; what is in force stays, or becomes
/// `anew`.
pub(super) fn files(
    ctx: &EditContext,
    root: &VfsPath,
    changed: &[(String, u16)],
    (anew, learned): (Option<Vocabulary>, &Vocabulary),
) -> Result<Vec<Wanted>, Ended> {
    let path = root.join(WORKSPACE_FILE);
    let text = text_of(ctx, &path)?;
    let changed = changed.iter().filter(|it| it.0 != WORDS_ANEW_KEY);
    let changed: Vec<(String, u16)> = changed.cloned().collect();
    let numbers: Vec<(String, u16)> = changed.iter().map(number).collect();
    let new = settings::with_numbers(&text, &numbers).map_err(tasks::not_allowed)?;
    let mut res = Vec::new();
    if new != text {
        // A file in which nothing is left was there for what is taken back only.
        res.push((path, Some(new).filter(|it| !it.trim().is_empty())));
    }
    let now = &ctx.snapshot.own.written_vocabulary;
    let then = vocabulary(anew.as_ref().unwrap_or(now), &changed, learned);
    if then != **now {
        let text = (!then.is_empty()).then(|| then.text());
        res.push((root.join(VOCABULARY_FILE), text));
    }
    Ok(res)
}

/// What a setting is to say: where nothing of what it weighs is left, what it says by default.
fn number((key, value): &(String, u16)) -> (String, u16) {
    let default = || match Setting::find(key)?.default_value() {
        Value::Int(value) => u16::try_from(value).ok(),
        _ => None,
    };
    let is_gone = *value == 0 && [WORDS_KEY, OFTEN_KEY].contains(&key.as_str());
    (key.clone(), if is_gone { default().unwrap_or(*value) } else { *value })
}

/// The words that the file says once `changed` count.
fn vocabulary(now: &Vocabulary, changed: &[(String, u16)], learned: &Vocabulary) -> Vocabulary {
    let value = |key: &str| changed.iter().find(|it| it.0 == key).map(|it| it.1);
    let mut res = now.clone();
    match value(WORDS_KEY) {
        Some(0) => res = res.only(false, true),
        Some(_) if now.words.is_empty() => res = res.with_words_of(learned),
        _ => {}
    }
    match value(OFTEN_KEY) {
        Some(0) => res.only(true, false),
        Some(_) if now.often.is_empty() => res.with_often_of(learned),
        _ => res,
    }
}

/// What a file holds; nothing where there is none.
pub(super) fn text_of(ctx: &EditContext, path: &VfsPath) -> Result<String, Ended> {
    let now = ctx.present(path).map_err(tasks::not_allowed)?;
    let text = now.map(|it| vfs::decode(path, it.bytes.to_vec())).transpose();
    Ok(text.map_err(tasks::not_allowed)?.unwrap_or_default())
}
