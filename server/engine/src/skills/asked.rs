//! Skills that answer a question with a report: what depends on what, what was remembered, what was
//! changed.

use agent::{SkillId, SkillReply};
use ide::{Answer, CycleKind, NavTarget, SymbolRef, WalkConfig};
use memory::{Query, RecallQuery};
use proposal::TransactionKind;
use vfs::FileId;

use super::{
    SkillCall, Subject, named,
    page::{Page, code, count},
};
use crate::{CONTEXT_TOKENS, ContextQuery, HistoryQuery, ReadError, Snapshot};

/// Symbols of one answer.
const ITEMS_MAX: usize = 200;
/// Edges from what was asked about.
const DEPTH_MAX: u32 = 10;
/// Symbols of one name that are asked about together.
const TOGETHER_MAX: usize = 8;
/// Hits, memories or commits of one report.
const LISTED_MAX: usize = 20;
/// Reasons that are told of each.
const REASONS_MAX: usize = 3;
/// Neighbours of one kind that an explanation names.
const NEIGHBOURS_MAX: usize = 12;
/// Changes that a changelog looks back at.
const CHANGES_MAX: usize = 500;

const WALK: WalkConfig = WalkConfig { depth_max: DEPTH_MAX, items_max: ITEMS_MAX };

impl Snapshot {
    /// Impact, tests, callers, callees.
    pub(super) fn dependency_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let symbols = match self.subject(call, TOGETHER_MAX)? {
            Subject::Symbols(symbols) => symbols,
            Subject::Choices(choices) => return Ok(choices),
        };
        let name = self.names(&symbols);
        let (title, nothing, answer) = match call.skill {
            SkillId::Tests => (
                format!("Tests that reach {name}"),
                "no test is known to reach it",
                self.analysis.tests_of(&symbols, WALK)?,
            ),
            SkillId::Callers => (
                format!("Who calls {name}"),
                "nothing is known to call it",
                self.analysis.callers_of(&symbols, ITEMS_MAX)?,
            ),
            SkillId::Callees => (
                format!("What {name} calls"),
                "it is not known to call anything of this workspace",
                self.analysis.callees_of(&symbols, ITEMS_MAX)?,
            ),
            _ => (
                format!("What depends on {name}"),
                "nothing is known to depend on it",
                self.analysis.impact(&symbols, WALK)?,
            ),
        };
        let mut page = Page::new(self, title);
        for it in symbols.iter().filter_map(|it| self.analysis.nav_target(*it)) {
            let target = page.target(&it);
            page.paragraph(&target);
        }
        self.add_answer(&mut page, call.skill, &answer, nothing);
        Ok(page.done())
    }

    fn add_answer(&self, page: &mut Page<'_>, skill: SkillId, answer: &Answer, nothing: &str) {
        if answer.items.is_empty() {
            page.paragraph(nothing);
        } else {
            let n_tests = answer.items.iter().filter(|it| it.is_test).count();
            let n_direct = answer.items.iter().filter(|it| it.depth == 1).count();
            let all = count(answer.items.len(), "symbol", "symbols");
            let tests = count(n_tests, "test", "tests");
            let among = if n_tests == 0 { "no test".to_owned() } else { tests.clone() };
            page.paragraph(&match skill {
                SkillId::Impact => {
                    format!("{all}, {n_direct} directly, with {among} among them:")
                }
                SkillId::Tests => format!("{tests}, each below the way to it:"),
                _ => format!("{all}:"),
            });
            page.items(&answer.items);
        }
        page.limits_of(answer);
    }

    fn names(&self, symbols: &[SymbolRef]) -> String {
        let first = symbols.first().and_then(|it| self.analysis.nav_target(*it));
        code(&first.map(|it| named(&it)).unwrap_or_default())
    }

    /// A symbol or a file, told from the graph alone.
    pub(super) fn explain_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        if let Some(file) = self.whole_file(call)? {
            return self.explain_file(file);
        }
        match self.subject(call, 1) {
            Ok(Subject::Symbols(symbols)) => self.explain_symbol(symbols[0]),
            Ok(Subject::Choices(choices)) => Ok(choices),
            // Outside of all definitions the file is what the user looks at.
            Err(why) if call.arguments.get("symbol").is_none() => match self.subject_file(call)? {
                Some(file) => self.explain_file(file),
                None => Err(why),
            },
            Err(why) => Err(why),
        }
    }

    /// The file that a call names, by its own parameter or in the place of a symbol.
    fn whole_file(&self, call: &SkillCall) -> Result<Option<FileId>, ReadError> {
        if call.arguments.get("file").is_some() {
            return self.subject_file(call);
        }
        let named = call.arguments.get("symbol").filter(|it| it.contains('.'));
        Ok(named.and_then(|it| self.named_file(it)))
    }

    fn explain_symbol(&self, symbol: SymbolRef) -> Result<SkillReply, ReadError> {
        let analysis = &self.analysis;
        let missing = || ReadError::Refused("the symbol is gone".to_owned());
        let target = analysis.nav_target(symbol).ok_or_else(missing)?;
        let mut page = Page::new(self, code(&named(&target)));
        let about = page.target(&target);
        page.paragraph(&format!("{about}{}", self.usage_of(symbol, &target)?));
        if let Some(description) = analysis.description(symbol) {
            page.markdown(&description);
        }
        let types = [
            ("What it stands on", analysis.supertypes(symbol)?),
            ("What stands on it", analysis.subtypes(symbol)?),
        ];
        for (title, targets) in types.iter().filter(|it| !it.1.is_empty()) {
            page.section(title);
            for it in targets.iter().take(NEIGHBOURS_MAX) {
                let text = page.target(it);
                page.entry(0, &text);
            }
        }
        let one = [symbol];
        let callers = analysis.callers_of(&one, NEIGHBOURS_MAX)?;
        let callees = analysis.callees_of(&one, NEIGHBOURS_MAX)?;
        let tests = analysis.tests_of(&one, WalkConfig { items_max: NEIGHBOURS_MAX, ..WALK })?;
        let impact = analysis.impact(&one, WALK)?;
        for (title, answer) in
            [("Who calls it", &callers), ("What it calls", &callees), ("Tests", &tests)]
        {
            if !answer.items.is_empty() {
                page.section(title);
                page.items(&answer.items);
                let more = answer.limit.map_or(0, |it| it.left_out);
                if 0 < more {
                    page.entry(0, &format!("and {more} more"));
                }
            }
        }
        if !impact.items.is_empty() {
            let files: std::collections::BTreeSet<FileId> =
                impact.items.iter().map(|it| it.target.file).collect();
            let symbols = count(impact.items.len(), "symbol", "symbols");
            let files = count(files.len(), "file", "files");
            page.paragraph(&format!("A change of it may reach {symbols} in {files}."));
        }
        if let Some((is_uncommitted, touch)) = self.last_change(symbol) {
            let changed = if is_uncommitted { ", and it was changed since" } else { "" };
            page.paragraph(&format!(
                "Last touched by {} in {}{changed}.",
                code(&touch.commit.subject),
                &history::hex(&touch.commit.key)[..10]
            ));
        }
        page.limits_of(&impact);
        Ok(page.done())
    }

    fn explain_file(&self, file: FileId) -> Result<SkillReply, ReadError> {
        let analysis = &self.analysis;
        let path = self.vfs.path(file);
        let missing = || ReadError::NoFile(path.clone());
        let facts = analysis.facts(file).ok_or_else(missing)?;
        let mut page = Page::new(self, self.shown_path(path));
        let language = facts.language.map_or("plain text", |it| it.name);
        let lines = count(facts.lines.n_lines() as usize, "line", "lines");
        let link = page.link_to(path, None);
        let test = if facts.is_test { ", a file of tests" } else { "" };
        page.paragraph(&format!("{link}: {language}, {lines}{test}."));
        page.section("Definitions");
        let mut n_defined = 0;
        for (idx, it) in facts.symbols().filter(|it| !it.1.is_local) {
            let symbol = SymbolRef { file, symbol: idx };
            let depth = std::iter::successors(it.parent, |it| facts.symbol(*it).parent).count();
            if ITEMS_MAX <= n_defined || 2 < depth {
                continue;
            }
            self.check()?;
            n_defined += 1;
            let Some(target) = analysis.nav_target(symbol) else { continue };
            let entry = format!("{}{}", page.target(&target), self.usage_of(symbol, &target)?);
            page.entry(depth, &entry);
        }
        if n_defined == 0 {
            page.paragraph("It defines nothing.");
        }
        let loads = analysis.import_links(file)?;
        let mut files: Vec<FileId> = loads.iter().map(|it| it.target).collect();
        files.sort_unstable();
        files.dedup();
        if !files.is_empty() {
            page.section("What it imports");
            for it in files {
                let link = page.link_to(self.vfs.path(it), None);
                page.entry(0, &link);
            }
        }
        Ok(page.done())
    }

    /// How much a symbol is used, as the end of a line about it.
    fn usage_of(&self, symbol: SymbolRef, target: &NavTarget) -> Result<String, ReadError> {
        let usage = self.analysis.usage(symbol)?.map(|it| it.describe(target.kind));
        Ok(usage.map(|it| format!(" · {it}")).unwrap_or_default())
    }

    pub(super) fn search_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let query = call.arguments.get("query").unwrap_or_default();
        let answer = self.search(&Query::text(query, LISTED_MAX))?;
        let mut page = Page::new(self, format!("Search: {}", code(query)));
        if answer.hits.is_empty() {
            return Ok(SkillReply::Nothing(format!("nothing was found for `{query}`")));
        }
        for hit in &answer.hits {
            let path = vfs::VfsPath::new(&hit.root).map(|it| it.join(&hit.path));
            let Some(file) = path.and_then(|it| self.file(&it).ok()) else { continue };
            let link = page.link(file, hit.range.start());
            let name = hit.symbol.as_deref().map(|it| format!("{} · ", code(it)));
            let why = hit.why();
            // The strongest come first, and all of them are in `aios search`.
            let why: Vec<&str> = why.split(" + ").take(REASONS_MAX).collect();
            let line = format!("{}{link} · {}", name.unwrap_or_default(), why.join(" + "));
            page.entry(0, &line);
        }
        let absent = answer.absent.iter().map(|(it, why)| format!("without {it}: {why}"));
        page.limits(&absent.collect::<Vec<_>>());
        Ok(page.done())
    }

    pub(super) fn cycles_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let (kind, title) = match call.arguments.get("of") {
            Some("calls") => (CycleKind::Calls, "Functions that call each other"),
            _ => (CycleKind::Imports, "Modules that load each other"),
        };
        let answer = self.analysis.cycles(kind, ITEMS_MAX, &mut |_, _| {})?;
        if answer.items.is_empty() {
            return Ok(SkillReply::Nothing("there is no such cycle".to_owned()));
        }
        let mut page = Page::new(self, title);
        let mut group = None;
        for item in &answer.items {
            if group != Some(item.group) {
                page.section(&format!("Cycle {}", item.group + 1));
                group = Some(item.group);
            }
            let target = match item.target.symbol {
                Some(_) => page.target(&item.target),
                None => page.link_to(self.vfs.path(item.target.file), None),
            };
            let way = item.edge.as_ref().and_then(|it| it.sites.first());
            let way = way.map(|it| format!(" · by {}", page.link(it.file, it.range.start())));
            page.entry(0, &format!("{target}{}", way.unwrap_or_default()));
        }
        page.limits_of(&answer);
        Ok(page.done())
    }

    pub(super) fn recall_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let text = call.arguments.get("query").unwrap_or_default();
        let recalled = self.recall(&RecallQuery {
            text: text.to_owned(),
            now_ms: self.wall_ms,
            memories_max: LISTED_MAX,
            ..RecallQuery::default()
        })?;
        if recalled.is_empty() {
            return Ok(SkillReply::Nothing("nothing of that is remembered".to_owned()));
        }
        let mut page = Page::new(self, "What is remembered");
        for it in &recalled {
            let text = it.memory.text.lines().collect::<Vec<_>>().join(" ");
            let state = it.freshness.as_str();
            page.entry(0, &format!("{text} · {}, {state}, {}", it.memory.kind, it.memory.id));
        }
        Ok(page.done())
    }

    pub(super) fn history_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let query = HistoryQuery { commits_max: LISTED_MAX, ..HistoryQuery::default() };
        let found = match self.whole_file(call)? {
            Some(file) => self.file_history(file, &query)?,
            None => match self.subject(call, 1)? {
                Subject::Symbols(symbols) => self.symbol_history(symbols[0], &query)?,
                Subject::Choices(choices) => return Ok(choices),
            },
        };
        let what = found.symbol.as_deref().unwrap_or(&found.path);
        let mut page = Page::new(self, format!("History of {}", code(what)));
        if found.is_uncommitted {
            page.paragraph("It was changed since the last commit.");
        }
        for it in &found.touches {
            let key = &history::hex(&it.commit.key)[..10];
            let subject = code(&it.commit.subject);
            let (added, removed) = it.lines;
            let author = &it.commit.author.0;
            page.entry(0, &format!("{key} {subject} · {author} · +{added} −{removed}"));
        }
        if found.touches.is_empty() {
            page.paragraph("No commit that was read touched it.");
        }
        page.limits(&found.limits);
        Ok(page.done())
    }

    pub(super) fn context_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let task = call.arguments.get("task").unwrap_or_default().to_owned();
        let at = call.at.clone();
        let query = ContextQuery {
            task,
            tokens_max: CONTEXT_TOKENS,
            with_history: true,
            at,
            relevance_min: 0.0,
        };
        let found = self.context(&query)?;
        let mut page = Page::new(self, format!("Context: {}", code(&query.task)));
        for (piece, tokens) in &found.pack.pieces {
            let name = piece.symbol.as_deref().unwrap_or(&piece.path);
            let (first, last) = piece.lines;
            page.section(&code(name));
            page.markdown(&format!(
                "{}:{first}-{last} · {tokens} tokens · {}\n\n{}",
                piece.path,
                piece.why,
                fenced(&piece.text)
            ));
        }
        page.limits(&found.limits);
        Ok(page.done())
    }

    /// What was applied and stands, newest first, by who did it.
    pub(super) fn changelog_skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        let Some(journal) = &self.journal else {
            return Ok(SkillReply::Nothing("there is no journal".to_owned()));
        };
        let since = call.arguments.get("since");
        let since_ms = since.and_then(|it| agent::since_ms(it, self.wall_ms)).unwrap_or(0);
        let recent = journal.transactions(CHANGES_MAX)?;
        let stands = recent.iter().filter(|it| {
            let is_in_force = it.files.iter().any(|file| it.is_in_force(&file.path));
            it.kind == TransactionKind::Apply && is_in_force && since_ms <= it.started_ms
        });
        let stands: Vec<_> = stands.collect();
        if stands.is_empty() {
            let why = "no change that was made here stands in that time";
            return Ok(SkillReply::Nothing(why.to_owned()));
        }
        let mut page = Page::new(self, "Changelog");
        for it in &stands {
            let files: Vec<String> = it
                .files
                .iter()
                .take(NEIGHBOURS_MAX)
                .map(|it| page.link_to(&it.path, None))
                .collect();
            let more = it.files.len().saturating_sub(files.len());
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let part = if it.standing() == "in force" { "" } else { " (in part)" };
            let title = proposal::visible_line(&it.title);
            page.entry(
                0,
                &format!("{title}{part} · {}{more} · by {}", files.join(", "), it.caller),
            );
        }
        let n_undone = recent.iter().filter(|it| it.kind == TransactionKind::Apply).count();
        let n_undone = n_undone.saturating_sub(stands.len());
        let mut limits = vec!["only what was changed through aios is told".to_owned()];
        if 0 < n_undone {
            limits.push(format!(
                "{n_undone} changes that were taken back, or are older, are not told"
            ));
        }
        page.limits(&limits);
        Ok(page.done())
    }
}

/// Code in a fence that is longer than any in it.
fn fenced(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}\n{}\n{fence}", text.trim_end())
}
