//! A proposal as a unified diff: the text of the diff document and of `aios show`.

use std::ops::Range;

use vfs::VfsPath;

use crate::{
    FilePlan, Mark, Part, PartId, Proposal, SimulatedFile, Simulation,
    lines::{self, Hunk},
    parts::{parts, simulated},
    show::{self, count},
};

/// Lines around a change that are shown.
const CONTEXT_LINES: usize = 3;
/// A longer diff is cut, and says so.
const DIFF_LINES_MAX: usize = 20_000;
/// Places left to the user that are listed.
const LEFT_MAX: usize = 50;

/// How a diff is written.
#[derive(Clone, Copy, Debug)]
pub struct DiffStyle<'a> {
    /// The folders of the workspace; paths are written below them.
    pub roots: &'a [VfsPath],
    /// The lines that say how the reader answers, without a leading `#`.
    pub answers: &'a [&'a str],
    /// Whether each part has a mark by which the reader takes it or leaves it.
    pub has_marks: bool,
}

/// What a line of a diff is; a terminal colours by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffLineKind {
    /// The proposal's title.
    Title,
    /// What the proposal says of itself.
    Header,
    /// The head of a file.
    File,
    /// The head of a hunk.
    Hunk,
    /// The same before and after.
    Context,
    /// New.
    Added,
    /// Gone.
    Removed,
    /// A remark that is no part of the texts.
    Note,
}

/// One line of a diff, without its line end. What cannot be seen is made visible in it, so that it
/// can be sent to a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What it is.
    pub kind: DiffLineKind,
    /// Its text, with the `+` or `-`.
    pub text: String,
    /// The file, by its number in the proposal, and the hunk in it that the line belongs to.
    pub place: Option<(usize, usize)>,
}

/// The diff of `proposal` as lines; `simulation` holds the texts. Contents of secret files are not
/// shown.
pub fn diff_lines(
    proposal: &Proposal,
    simulation: &Simulation,
    style: &DiffStyle<'_>,
) -> Vec<DiffLine> {
    let mut acc = Vec::new();
    header(&mut acc, proposal, style);
    let parts = parts(proposal, simulation);
    for (nth, plan) in proposal.files.iter().enumerate() {
        if DIFF_LINES_MAX <= acc.len() {
            let rest = count(proposal.files.len() - nth, "more file");
            note(&mut acc, &format!("{rest}: the diff is cut after {DIFF_LINES_MAX} lines"), None);
            break;
        }
        let of_file = parts.iter().filter(|it| it.id.file as usize == nth);
        let file = FileDiff {
            nth,
            plan,
            file: simulated(plan, simulation),
            parts: of_file.collect(),
            style,
        };
        file.write(&mut acc);
    }
    acc
}

/// The same as one text.
pub fn diff_text(proposal: &Proposal, simulation: &Simulation, style: &DiffStyle<'_>) -> String {
    diff_lines(proposal, simulation, style).iter().fold(String::new(), |mut acc, it| {
        acc.push_str(&it.text);
        acc.push('\n');
        acc
    })
}

fn header(acc: &mut Vec<DiffLine>, proposal: &Proposal, style: &DiffStyle<'_>) {
    let mut add = |kind, text: &str| {
        let text = show::visible_line(text);
        acc.push(DiffLine { kind, text: format!("# {text}").trim_end().to_owned(), place: None });
    };
    add(DiffLineKind::Title, &proposal.title);
    let (action, caller) = (&proposal.origin.action, &proposal.origin.caller);
    add(DiffLineKind::Header, &format!("{}: {action}, asked for by {caller}", proposal.id));
    if !proposal.reason.is_empty() {
        add(DiffLineKind::Header, &format!("Why: {}", proposal.reason));
    }
    add(DiffLineKind::Header, &format!("Risk: {}", proposal.risk.level));
    for reason in &proposal.risk.reasons {
        add(DiffLineKind::Header, &format!("  {}: {}", reason.level, reason.detail));
    }
    add(DiffLineKind::Header, &format!("Touches: {}", impact(proposal)));
    if let Some(effect) = &proposal.impact.effect {
        add(DiffLineKind::Header, &format!("  {}", crate::effect::describe(effect)));
    }
    if proposal.impact.rollback == crate::Rollback::Tried {
        add(DiffLineKind::Header, "  the way back was tried: every byte and file as before");
    }
    for annotation in &proposal.annotations {
        let description = annotation.description.iter().map(|it| format!(": {it}"));
        let description: String = description.collect();
        add(DiffLineKind::Header, &format!("  {}{description}", annotation.label));
    }
    if !proposal.left.is_empty() {
        add(DiffLineKind::Header, "Left to you:");
    }
    for left in proposal.left.iter().take(LEFT_MAX) {
        let path = show::path(&left.path, style.roots);
        let text = if crate::is_secret(&left.path) { "" } else { left.text.trim() };
        let place = format!("  {path}:{}: {}: {text}", left.line + 1, left.reason);
        add(DiffLineKind::Header, &place);
    }
    if let Some(n) = proposal.left.len().checked_sub(LEFT_MAX).filter(|it| *it != 0) {
        add(DiffLineKind::Header, &format!("  and {n} more"));
    }
    if proposal.is_redacted {
        add(
            DiffLineKind::Header,
            "Contents of secret files were not kept: it has to be made anew to be applied.",
        );
    }
    for answer in style.answers {
        add(DiffLineKind::Header, answer);
    }
}

fn impact(proposal: &Proposal) -> String {
    let impact = &proposal.impact;
    let mut res = count(impact.files, "file");
    for (n, what) in
        [(impact.created, "created"), (impact.deleted, "deleted"), (impact.renamed, "moved")]
    {
        if n != 0 {
            res += &format!(", {n} {what}");
        }
    }
    res += &format!("; +{} -{} lines", impact.lines_added, impact.lines_removed);
    if impact.references != 0 {
        res += &format!("; {}", count(impact.references, "reference"));
    }
    if !impact.tests.is_empty() {
        res += &format!("; {} with tests", count(impact.tests.len(), "file"));
    }
    res
}

fn note(acc: &mut Vec<DiffLine>, text: &str, place: Option<(usize, usize)>) {
    acc.push(DiffLine { kind: DiffLineKind::Note, text: format!("\\ {text}"), place });
}

/// One file of a diff.
struct FileDiff<'a> {
    nth: usize,
    plan: &'a FilePlan,
    file: Option<&'a SimulatedFile>,
    parts: Vec<&'a Part>,
    style: &'a DiffStyle<'a>,
}

impl FileDiff<'_> {
    fn write(&self, acc: &mut Vec<DiffLine>) {
        self.head(acc);
        let place = Some((self.nth, 0));
        if self.plan.is_secret {
            return note(acc, "a secret file: its contents are not shown", place);
        }
        let Some(file) = self.file else {
            return note(acc, "its contents are not known any more", place);
        };
        if file.pre == file.post {
            return;
        }
        let (old, new) = (file.pre_text().unwrap_or(""), file.post_text().unwrap_or(""));
        let (old, new) = (lines::split(old), lines::split(new));
        let ends = (line_ends(&old), line_ends(&new));
        let is_plain =
            matches!(ends, (LineEnds::Lf | LineEnds::None, LineEnds::Lf | LineEnds::None));
        let is_crlf =
            matches!(ends, (LineEnds::Crlf | LineEnds::None, LineEnds::Crlf | LineEnds::None));
        if is_crlf && !is_plain {
            note(acc, "every line ends with CRLF", place);
        }
        let hunks = lines::hunks(&old, &new);
        let mut lines = Lines { acc, old: &old, new: &new, shows_ends: !is_plain && !is_crlf };
        for hunk_nth in 0..hunks.len() {
            let place = (self.nth, hunk_nth);
            if DIFF_LINES_MAX <= lines.acc.len() {
                let text = format!("more hunks: the diff is cut after {DIFF_LINES_MAX} lines");
                return note(lines.acc, &text, Some(place));
            }
            let is_it = |it: &&&Part| it.id.hunk == Some(hunk_nth as u32);
            let title = self.parts.iter().find(is_it).map(|it| self.title(it));
            lines.hunk(&around(&hunks, hunk_nth, old.len()), &title.unwrap_or_default(), place);
        }
    }

    fn head(&self, acc: &mut Vec<DiffLine>) {
        let place = Some((self.nth, 0));
        let (plan, roots) = (self.plan, self.style.roots);
        let show = |side: &str, path: &VfsPath| format!("{side}/{}", show::path(path, roots));
        let mut add = |text: String| {
            acc.push(DiffLine { kind: DiffLineKind::File, text, place });
        };
        if let Some(whole) = self.parts.iter().find(|it| it.id.hunk.is_none()) {
            add(format!("# {}", self.title(whole)));
        }
        let (before, after) = (plan.before.as_ref(), plan.after.as_ref());
        let (old, new) = (before.unwrap_or(plan.path()), after.unwrap_or(plan.path()));
        add(format!("diff --git {} {}", show("a", old), show("b", new)));
        match (before, after) {
            (None, _) => add("new file mode 100644".to_owned()),
            (_, None) => add("deleted file mode 100644".to_owned()),
            (Some(before), Some(after)) if before != after => {
                add(format!("rename from {}", show::path(before, roots)));
                add(format!("rename to {}", show::path(after, roots)));
            }
            _ => {}
        }
        if plan.hash_before != plan.hash_after {
            let nowhere = || "/dev/null".to_owned();
            add(format!("--- {}", before.map_or_else(nowhere, |it| show("a", it))));
            add(format!("+++ {}", after.map_or_else(nowhere, |it| show("b", it))));
        }
    }

    /// The part's mark, its id, and why it is.
    fn title(&self, part: &Part) -> String {
        let PartId { hunk, .. } = part.id;
        let mark = if self.style.has_marks { Mark::Open.sign() } else { "" };
        let does = if hunk.is_none() { part.does() } else { "" };
        let reasons = if hunk.is_none() { String::new() } else { part.reasons.join(", ") };
        let id = part.id.to_string();
        let words = [mark, &id, does, &reasons].into_iter().filter(|it| !it.is_empty());
        show::visible_line(&words.collect::<Vec<_>>().join(" "))
    }
}

/// A hunk and the lines around it that are shown; between two hunks each line is shown once at
/// most.
fn around(hunks: &[Hunk], nth: usize, n_old: usize) -> Shown {
    let hunk = hunks[nth].clone();
    let last_end = nth.checked_sub(1).map_or(0, |it| hunks[it].old.end);
    let shown_before = if nth == 0 { 0 } else { CONTEXT_LINES };
    let free = hunk.old.start.saturating_sub(last_end + shown_before);
    let next_start = hunks.get(nth + 1).map_or(n_old, |it| it.old.start);
    Shown {
        before: free.min(CONTEXT_LINES),
        after: (next_start - hunk.old.end).min(CONTEXT_LINES),
        hunk,
    }
}

/// How much of the old text is shown with a hunk.
struct Shown {
    hunk: Hunk,
    before: usize,
    after: usize,
}

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnds {
    /// There is no line end.
    None,
    /// All by `\n`.
    Lf,
    /// All by `\r\n`.
    Crlf,
    /// Some so and some so, or by `\r`.
    Mixed,
}

fn line_ends(lines: &[&str]) -> LineEnds {
    let ended = lines.iter().filter(|it| it.ends_with(['\n', '\r']));
    let kinds = ended.map(|it| match it {
        it if it.ends_with("\r\n") => LineEnds::Crlf,
        it if it.ends_with('\n') => LineEnds::Lf,
        _ => LineEnds::Mixed,
    });
    let merged = kinds.reduce(|a, b| if a == b { a } else { LineEnds::Mixed });
    merged.unwrap_or(LineEnds::None)
}

struct Lines<'a> {
    acc: &'a mut Vec<DiffLine>,
    old: &'a [&'a str],
    new: &'a [&'a str],
    /// Line ends differ, so each is shown.
    shows_ends: bool,
}

impl Lines<'_> {
    fn hunk(&mut self, shown: &Shown, title: &str, place: (usize, usize)) {
        let Shown { hunk, before, after } = shown;
        let old = hunk.old.start - before..hunk.old.end + after;
        let new = hunk.new.start - before..hunk.new.end + after;
        let text = format!("@@ -{} +{} @@ {title}", span(&old), span(&new));
        let text = text.trim_end().to_owned();
        self.acc.push(DiffLine { kind: DiffLineKind::Hunk, text, place: Some(place) });
        self.lines(self.old, old.start..hunk.old.start, DiffLineKind::Context, place);
        self.lines(self.old, hunk.old.clone(), DiffLineKind::Removed, place);
        self.lines(self.new, hunk.new.clone(), DiffLineKind::Added, place);
        self.lines(self.old, hunk.old.end..old.end, DiffLineKind::Context, place);
    }

    fn lines(
        &mut self,
        lines: &[&str],
        range: Range<usize>,
        kind: DiffLineKind,
        place: (usize, usize),
    ) {
        let sign = match kind {
            DiffLineKind::Added => "+",
            DiffLineKind::Removed => "-",
            _ => " ",
        };
        for line in &lines[range] {
            let content = line.trim_end_matches(['\n', '\r']);
            let content = show::visible_line(content);
            let end = match &line[line.trim_end_matches(['\n', '\r']).len()..] {
                "\r\n" if self.shows_ends => "␍",
                "\r" => "␍ (alone)",
                _ => "",
            };
            // An empty line of context has no space either: editors strip it, and diff tools know
            // that.
            let is_empty = content.is_empty() && end.is_empty() && kind == DiffLineKind::Context;
            let text = if is_empty { String::new() } else { format!("{sign}{content}{end}") };
            self.acc.push(DiffLine { kind, text, place: Some(place) });
            if !line.ends_with(['\n', '\r']) {
                note(self.acc, "No newline at end of file", Some(place));
            }
        }
    }
}

/// Lines as a hunk's head counts them: from 1, and of no lines the one before them.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        n => format!("{},{n}", range.start + 1),
    }
}
