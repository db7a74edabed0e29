//! Files that are not indexed and name what a change is about: they are not changed, and whoever
//! looks at the change has to know.

use proposal::LeftSite;
use text::TextRange;
use vfs::{SkipReason, VfsPath, decode};

use crate::edits::tasks::EditContext;

/// Files that are looked through.
const FILES_MAX: usize = 200;
/// Characters of a line that are shown.
const LINE_CHARS_MAX: usize = 200;

/// Where files of the same kind of code as `home`, which the index has not read, name `name`: the
/// first place of each. Where there are too many to look through, that is said of the first of the
/// others.
pub(crate) fn named_unread(ctx: &EditContext, home: &VfsPath, name: &str) -> Vec<LeftSite> {
    let modules =
        |path: &VfsPath| grammars::language_for_path(path.as_str(), "").map(|it| it.modules);
    let own = modules(home);
    let skipped = &ctx.snapshot.analysis.workspace().skipped;
    let is_alike = |path| own.is_some() && modules(path) == own;
    let mut unread: Vec<(&VfsPath, &String)> =
        skipped.iter().filter(|it| may_be_code(it.1) && is_alike(it.0)).collect();
    unread.sort();
    let (looked, others) = unread.split_at(unread.len().min(FILES_MAX));
    // The first of a long list is seen.
    let not_looked = others.first().map(|(path, reason)| {
        let n_others = others.len() - 1;
        unlooked(path, format!("the file and {n_others} others were not looked through: {reason}"))
    });
    let found = looked.iter().filter_map(|(path, reason)| look_at(ctx, path, reason, name));
    not_looked.into_iter().chain(found).collect()
}

/// Whether a file that was left out for this reason may be code that somebody writes here.
fn may_be_code(reason: &str) -> bool {
    match SkipReason::parse(reason) {
        Some(
            SkipReason::NotUtf8
            | SkipReason::Generated
            | SkipReason::Unreadable(_)
            | SkipReason::TooLarge,
        ) => true,
        Some(
            SkipReason::Binary
            | SkipReason::Minified
            | SkipReason::Vendored
            | SkipReason::Secret
            | SkipReason::OutsideLink
            | SkipReason::TooMany
            | SkipReason::NotParsed,
        )
        | None => false,
    }
}

fn unlooked(path: &VfsPath, reason: String) -> LeftSite {
    let range = TextRange::default();
    LeftSite { path: path.clone(), range, line: 0, text: String::new(), reason }
}

fn look_at(ctx: &EditContext, path: &VfsPath, reason: &str, name: &str) -> Option<LeftSite> {
    let Ok(bytes) = ctx.snapshot.loader.read(path) else {
        return Some(unlooked(path, format!("the file was not looked through: {reason}")));
    };
    let at = word_in(&bytes, name.as_bytes())?;
    let line = bytes[..at].iter().filter(|it| **it == b'\n').count();
    let text = bytes.split(|it| *it == b'\n').nth(line).unwrap_or_default();
    let text: String = String::from_utf8_lossy(text).chars().take(LINE_CHARS_MAX).collect();
    // In another encoding no offset means anything to whoever reads it as text.
    let is_text = decode(path, bytes).is_ok();
    let range = TextRange::from_usize(at, at + name.len());
    Some(LeftSite {
        path: path.clone(),
        range: if is_text { range } else { TextRange::default() },
        line: u32::try_from(line).unwrap_or(u32::MAX),
        text,
        reason: format!("the file is not changed: {reason}"),
    })
}

/// Where `word` stands by itself.
fn word_in(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let is_part = |it: &u8| it.is_ascii_alphanumeric() || *it == b'_' || !it.is_ascii();
    let mut found = bytes.windows(word.len().max(1)).enumerate().filter(|it| it.1 == word);
    let is_alone = |at: usize| {
        let before = at.checked_sub(1).and_then(|it| bytes.get(it));
        !before.is_some_and(is_part) && !bytes.get(at + word.len()).is_some_and(is_part)
    };
    found.find(|it| is_alone(it.0)).map(|it| it.0)
}
