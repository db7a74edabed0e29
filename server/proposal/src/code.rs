//! What the code of a change's files says: before it the facts, after it what does not parse.

use std::{collections::BTreeMap, sync::Arc};

use grammars::Language;
use ide::Leaves;
use syntax::{FileFacts, Unfit};
use text::{Rope, TextRange};
use vfs::{ContentHash, VfsPath};

use crate::{
    Context, SimulatedFile, Simulation, SyntaxProblem, propose::Look, simulate::ParsedText,
};

/// Bytes at the beginning of a file that say whether a tool wrote it.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The code of a change's files before it, by path.
pub(crate) type Code = BTreeMap<VfsPath, Arc<FileFacts>>;

/// The facts of all edited or deleted files in a known language; those that are not known are
/// extracted only where the change is looked at closely.
pub(crate) fn code(simulation: &Simulation, ctx: &Context<'_>, look: Look) -> Code {
    let changed = simulation.files.iter().filter(|it| it.pre != it.post);
    let known = changed.filter_map(|file| {
        let (path, text) = (file.before.as_ref()?, file.pre_text()?);
        let known = (ctx.facts)(path, ContentHash::of(text.as_bytes()));
        let known = known.filter(|it| it.lines.len().to_usize() == text.len());
        let facts = known.or_else(|| {
            let language = language(path, text).filter(|_| look == Look::Closely)?;
            Some(Arc::new(syntax::facts(relative(path, ctx.roots), text, language)))
        })?;
        Some((path.clone(), facts))
    });
    known.collect()
}

/// Files that parse worse than before.
pub(crate) fn syntax_problems(
    simulation: &mut Simulation,
    code: &Code,
    leaves: &Leaves,
    ctx: &Context<'_>,
) -> Vec<SyntaxProblem> {
    let Simulation { files, parsed } = simulation;
    // What only moves is parsed too: what it means depends on where it is.
    let changed = files.iter().filter(|it| it.pre != it.post || it.before != it.after);
    let problems = changed.filter_map(|file| {
        let (path, text) = (file.after.as_ref()?, file.post_text()?);
        let language = language(path, text)?;
        let known = leaves.facts(path, ContentHash::of(text.as_bytes()));
        let known = known.filter(|it| it.language == Some(language));
        let text = match known {
            Some(facts) => ParsedText::Before(Arc::clone(facts)),
            None => {
                let rope = Rope::from_str(text);
                ParsedText::Here(syntax::parse(relative(path, ctx.roots), &rope, language, None))
            }
        };
        let problem = syntax_problem(file, &text, code);
        parsed.0.insert(path.clone(), text);
        problem
    });
    problems.collect()
}

fn syntax_problem(file: &SimulatedFile, parsed: &ParsedText, code: &Code) -> Option<SyntaxProblem> {
    let (path, text) = (file.after.as_ref()?, file.post_text()?);
    let after = parsed.errors();
    let empty = Vec::new();
    let facts = file.before.as_ref().and_then(|it| code.get(it));
    let before = facts.map_or(&empty[..], |it| &it.errors[..]);
    if file.pre == file.post || after.len() <= before.len() {
        return None;
    }
    let slice = |text: &str, range: &TextRange| text.get(range.to_usize()).map(str::to_owned);
    let known: Vec<_> = before.iter().map(|it| slice(file.pre_text().unwrap_or(""), it)).collect();
    let new = after.iter().find(|it| !known.contains(&slice(text, it))).unwrap_or(&after[0]);
    Some(SyntaxProblem {
        path: path.clone(),
        line: text.get(..new.to_usize().start).map_or(0, |it| it.matches('\n').count()) as u32,
    })
}

/// Edited files that nobody should edit by hand.
pub(crate) fn unfit(simulation: &Simulation, ctx: &Context<'_>) -> Vec<(VfsPath, Unfit)> {
    let edited = simulation.files.iter().filter(|it| it.post.is_some() && it.pre != it.post);
    let unfit = edited.filter_map(|file| {
        let (path, bytes) = (file.before.as_ref()?, file.pre.as_ref()?);
        let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
        let unfit = syntax::classify(relative(path, ctx.roots), head)?;
        Some((path.clone(), unfit))
    });
    unfit.collect()
}

fn language(path: &VfsPath, text: &str) -> Option<&'static Language> {
    grammars::language_for_path(path.as_str(), text.lines().next().unwrap_or(""))
}

fn relative<'a>(path: &'a VfsPath, roots: &[VfsPath]) -> &'a str {
    roots.iter().find_map(|it| path.relative_to(it)).unwrap_or(path.as_str())
}
