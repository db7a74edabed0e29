//! The document that lists what a search found: a place a line, which every editor can follow, with
//! the first lines of the code.

use memory::{Answer, Hit, Query};
use vfs::VfsPath;

use crate::{ReadError, RunId, RunOutcome, Snapshot, state::GlobalState};

/// The document's name in the folder of proposals.
pub const HITS_DOCUMENT: &str = "search.txt";
/// Lines of code shown of each hit.
const LINES_MAX: usize = 4;
/// What is shown of a question.
const QUESTION_CHARS_MAX: usize = 200;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// What a question is about, and the line (from 1) of a file where it stands: no answer.
    Question(String, Option<(VfsPath, u32)>),
    /// Code like what stands at this line (from 1) of a file.
    Like(VfsPath, u32),
}

impl GlobalState {
    /// Searches, writes the document and has it shown.
    pub(crate) fn show_hits(&mut self, run: RunId, sought: Sought) {
        self.memory_task(run, move |snapshot| show(snapshot, &sought));
    }
}

fn show(snapshot: &Snapshot, sought: &Sought) -> Result<RunOutcome, ReadError> {
    let Some(folder) = &snapshot.proposals_folder else {
        let why = "there is no state folder to write it in";
        return Err(ReadError::Refused(why.to_owned()));
    };
    let hits_max = snapshot.settings.top_k;
    let mut query = Query::text("", hits_max);
    query.filters.relevance_min = f32::from(snapshot.settings.threshold) / 100.0;
    let answer = match sought {
        Sought::Question(text, None) => snapshot.search(&Query { text: text.clone(), ..query })?,
        Sought::Question(text, Some(asked_at)) => {
            let query = Query { hits_max: hits_max + 1, text: text.clone(), ..query };
            let mut answer = snapshot.search(&query)?;
            answer.hits.retain(|it| !stands_in(it, asked_at));
            answer.hits.truncate(hits_max);
            answer
        }
        Sought::Like(path, line) => snapshot.similar(path, *line, &query)?,
    };
    let path = folder.join(HITS_DOCUMENT);
    disk::write_document(&path, &text(snapshot, sought, &answer))
        .map_err(|it| ReadError::Failed(it.to_string()))?;
    Ok(RunOutcome::Shown(path))
}

fn stands_in(hit: &Hit, (path, line): &(VfsPath, u32)) -> bool {
    let is_there = || path_of(hit).is_some_and(|it| it == *path);
    (hit.lines.0..=hit.lines.1).contains(line) && is_there()
}

fn path_of(hit: &Hit) -> Option<VfsPath> {
    VfsPath::new(&hit.root).map(|it| it.join(&hit.path))
}

fn text(snapshot: &Snapshot, sought: &Sought, answer: &Answer) -> String {
    let mut res = match sought {
        Sought::Question(text, _) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let shown: String = words.join(" ").chars().take(QUESTION_CHARS_MAX).collect();
            format!("# Where is this done: {}\n", proposal::visible_line(&shown))
        }
        Sought::Like(path, line) => format!("# Code like {path}:{line}\n"),
    };
    let took: Vec<String> = answer.retrievers.iter().map(ToString::to_string).collect();
    res.push_str(&format!("# {} places, by {}", answer.hits.len(), took.join(", ")));
    for (retriever, why) in &answer.absent {
        res.push_str(&format!("; without {retriever}: {why}"));
    }
    res.push('\n');
    for hit in &answer.hits {
        push_hit(&mut res, snapshot, hit);
    }
    res
}

fn push_hit(acc: &mut String, snapshot: &Snapshot, hit: &Hit) {
    let Some(path) = path_of(hit) else { return };
    let (first, last) = hit.lines;
    let what = [hit.kind.as_deref(), hit.symbol.as_deref()];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    let percent = hit.relevance * 100.0;
    acc.push_str(&format!("\n{path}:{first}  to {last}  {}  {percent:.0} %\n", what.join(" ")));
    let text = snapshot.file(&path).ok().and_then(|it| snapshot.text(it));
    let code = text.as_deref().and_then(|it| it.get(hit.range.to_usize())).unwrap_or_default();
    for line in code.lines().take(LINES_MAX) {
        acc.push_str(&format!("    {}\n", proposal::visible_line(line)));
    }
}

/// The place that the line `line` (from 0) of such a document is about: that of the hit it belongs
/// to, with its line from 0.
pub fn hit_at(document: &str, line: usize) -> Option<(VfsPath, u32)> {
    let lines: Vec<&str> = document.lines().take(line + 1).collect();
    lines.into_iter().rev().find_map(place_of)
}

/// The places that such a document lists: the line that names each, the bytes of the name in it,
/// and where it leads.
pub fn hits_in(document: &str) -> impl Iterator<Item = (usize, usize, (VfsPath, u32))> {
    document.lines().enumerate().filter_map(|(nth, line)| {
        let end = line.split_once("  to ")?.0.len();
        Some((nth, end, place_of(line)?))
    })
}

fn place_of(line: &str) -> Option<(VfsPath, u32)> {
    let (place, _) = line.split_once("  to ").filter(|_| !line.starts_with([' ', '#']))?;
    let (path, number) = place.rsplit_once(':')?;
    Some((VfsPath::new(path)?, number.parse::<u32>().ok()?.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_document_leads_to_the_hit_it_belongs_to() {
        let document = "# Code like /w/a.rs:1\n# 2 places\n\n\
                        /w/b c.rs:12  to 20  function parse  80 %\n    fn parse() {\n\n\
                        /w/d.rs:1  to 1    3 %\n    use x;\n";
        let at = |line| hit_at(document, line).map(|(path, line)| format!("{path} {line}"));
        assert_eq!(at(0), None);
        assert_eq!(at(3).as_deref(), Some("/w/b c.rs 11"));
        assert_eq!(at(4).as_deref(), Some("/w/b c.rs 11"));
        assert_eq!(at(7).as_deref(), Some("/w/d.rs 0"));
        let listed: Vec<_> = hits_in(document).map(|(line, end, _)| (line, end)).collect();
        assert_eq!(listed, [(3, "/w/b c.rs:12".len()), (6, "/w/d.rs:1".len())]);
    }
}
