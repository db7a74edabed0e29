//! The code that a task needs: what a search finds, what stands around it, who calls it and what it
//! calls, its tests, what was changed when something like it was done, and what is remembered.

mod here;

use ide::SymbolRef;
use memory::{Freshness, Pack, Piece, Query, RecallQuery, pack};
use text::TextRange;
use vfs::{FileId, VfsPath};

use crate::{Area, HistoryQuery, Neighbours, ReadError, Snapshot, files::root_of};

/// Tokens of a context where nobody says how many.
pub const CONTEXT_TOKENS: usize = 8_000;
/// Tokens of a context at most.
pub const CONTEXT_TOKENS_MAX: usize = 200_000;
/// Hits of the search that are looked at.
const HITS_MAX: usize = 150;
/// Hits whose neighbours are looked at.
const SEEDS_MAX: usize = 12;
/// Tests of one hit.
const TESTS_MAX: usize = 2;
/// Commits like the task that are looked at.
const COMMITS_MAX: usize = 6;
/// Memories that are put in.
const MEMORIES_MAX: usize = 5;
/// A longer definition is put in by its head alone.
const PIECE_BYTES_MAX: usize = 6 * 1024;

/// What a neighbour is worth, in shares of the hit that it belongs to.
const CALLEE: f32 = 0.25;
const CALLER: f32 = 0.2;
const TEST: f32 = 0.1;
const CONTAINER: f32 = 0.15;
/// What the best commit like the task makes each of its symbols worth, in shares of the best hit.
const COMMIT: f32 = 0.25;
/// What a memory is worth, in shares of the best hit.
const MEMORY: f32 = 0.5;

/// What a context is for.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextQuery {
    /// What is to be done.
    pub task: String,
    /// How many tokens it may have.
    pub tokens_max: usize,
    /// Whether commits are looked at.
    pub with_history: bool,
    /// Where the user is: what is selected there comes first.
    pub at: Option<Area>,
    /// Hits of a smaller relevance, 0 to 1, are left out: 0 where the user asks for the context.
    pub relevance_min: f32,
}

/// A context and what it does not hold.
#[derive(Clone, Debug, Default)]
pub struct ContextPack {
    /// What was chosen.
    pub pack: Pack,
    /// What was not looked at; for people.
    pub limits: Vec<String>,
}

impl Snapshot {
    /// The best set of pieces for a task within its tokens, no byte twice, each with its reasons.
    ///
    /// # Errors
    /// What the index reports.
    pub fn context(&self, query: &ContextQuery) -> Result<ContextPack, ReadError> {
        let task = query.task.as_str();
        let mut limits = Vec::new();
        let mut pieces = Vec::new();
        if let Some(at) = &query.at {
            self.of_place(self.area(at)?, &mut pieces)?;
        }
        let mut search = Query::text(task, HITS_MAX);
        search.filters.relevance_min = query.relevance_min;
        let answer = self.search(&search)?;
        for (nth, hit) in answer.hits.iter().enumerate() {
            self.check()?;
            // By its place rather than by its score: scores of one question lie close together.
            let value = 1.0 / ((nth + 1) as f32).sqrt();
            let why = format!("hit {}: {}", nth + 1, hit.why());
            let Some(file) = self.file_of(&hit.root, &hit.path) else { continue };
            let symbol = self.symbol_of_hit(file, hit);
            let range = match symbol {
                Some(symbol) => self.range_of(symbol),
                None => Some(hit.range),
            };
            pieces.extend(range.and_then(|it| self.piece(file, it, symbol, (&why, value))));
            if nth < SEEDS_MAX
                && let Some(symbol) = symbol
            {
                self.push_neighbours(symbol, value, &mut pieces)?;
            }
        }
        if query.with_history {
            self.of_commits(task, &mut pieces, &mut limits);
        }
        self.of_memories(task, &mut pieces, &mut limits)?;
        for (retriever, why) in &answer.absent {
            limits.push(format!("without {retriever}: {why}"));
        }
        if 0.0 < query.relevance_min {
            let percent = query.relevance_min * 100.0;
            limits.push(format!("hits of a relevance below {percent:.0} % are left out"));
        }
        limits.push("tokens are an estimate, which differs from model to model".to_owned());
        Ok(ContextPack { pack: pack(pieces, query.tokens_max), limits })
    }

    /// What stands around a hit, calls it, is called by it, and tests it.
    fn push_neighbours(
        &self,
        symbol: SymbolRef,
        value: f32,
        acc: &mut Vec<Piece>,
    ) -> Result<(), ReadError> {
        let Some(facts) = self.analysis.facts(symbol.file) else { return Ok(()) };
        let name = facts.name_path(symbol.symbol);
        let Neighbours { container, callers, callees, tests } = self.neighbours(symbol)?;
        if let Some(around) = container.and_then(|it| it.symbol) {
            let why = format!("around {name}");
            let head = self.head_of(around);
            let piece = head.and_then(|it| {
                self.piece(symbol.file, it, Some(around), (&why, value * CONTAINER))
            });
            acc.extend(piece);
        }
        let of_kinds = [
            (&callees[..], "called by", CALLEE),
            (&callers, "calls", CALLER),
            (&tests[..tests.len().min(TESTS_MAX)], "tests", TEST),
        ];
        for (targets, how, share) in of_kinds {
            let why = format!("{how} {name}");
            let pieces = targets.iter().filter_map(|it| {
                let symbol = it.symbol?;
                self.piece(symbol.file, self.range_of(symbol)?, Some(symbol), (&why, value * share))
            });
            acc.extend(pieces);
        }
        Ok(())
    }

    /// The symbols, as they are today, that commits like the task touched.
    fn of_commits(&self, task: &str, acc: &mut Vec<Piece>, limits: &mut Vec<String>) {
        let query = HistoryQuery { commits_max: COMMITS_MAX, ..HistoryQuery::default() };
        let commits = match self.commits_like(task, &query) {
            Ok(commits) => commits,
            Err(why) => {
                limits.push(format!("without history: {why}"));
                return;
            }
        };
        let best = commits.first().map_or(1.0, |it| it.score.max(f32::EPSILON));
        for it in &commits {
            let value = COMMIT * it.score / best;
            for link in it.links.iter().filter(|it| !it.symbol.is_empty()) {
                let Some(symbol) = self.symbol_at_path(&it.root, &link.path, &link.symbol) else {
                    continue;
                };
                let why = format!("changed in `{}`", it.commit.subject);
                let piece = self
                    .range_of(symbol)
                    .and_then(|it| self.piece(symbol.file, it, Some(symbol), (&why, value)));
                acc.extend(piece);
            }
        }
    }

    /// What is remembered of the task and still fresh.
    fn of_memories(
        &self,
        task: &str,
        acc: &mut Vec<Piece>,
        limits: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        if self.journal.is_none() {
            return Ok(());
        }
        let recalled = self.recall(&RecallQuery {
            text: task.to_owned(),
            now_ms: self.wall_ms,
            memories_max: MEMORIES_MAX,
            ..RecallQuery::default()
        })?;
        let best = recalled.first().map_or(1.0, |it| it.score.max(f32::EPSILON));
        let mut n_stale = 0;
        for it in recalled {
            if matches!(it.freshness, Freshness::Drifted | Freshness::Orphaned) {
                n_stale += 1;
                continue;
            }
            let value = MEMORY * it.score / best;
            acc.push(Piece {
                root: String::new(),
                path: format!("memory {}", it.memory.id),
                range: 0..it.memory.text.len() as u32,
                lines: (1, it.memory.text.lines().count() as u32),
                symbol: None,
                why: format!("{}, {}", it.memory.kind, it.freshness),
                value,
                text: it.memory.text,
            });
        }
        if 0 < n_stale {
            limits.push(format!("{n_stale} memories are left out: the code changed since"));
        }
        Ok(())
    }

    fn piece(
        &self,
        file: FileId,
        range: TextRange,
        symbol: Option<SymbolRef>,
        (why, value): (&str, f32),
    ) -> Option<Piece> {
        let mut range = range;
        let mut why = why.to_owned();
        if PIECE_BYTES_MAX < range.to_usize().len() {
            range = symbol.and_then(|it| self.head_of(it)).unwrap_or(range);
            why.push_str(", the head only");
        }
        let path = self.vfs.path(file);
        let root = root_of(&self.roots, path)?;
        let facts = self.analysis.facts(file)?;
        let text = self.text(file)?;
        let mut bytes = range.to_usize();
        bytes.start = indented(&text, bytes.start);
        let end = text.floor_char_boundary(bytes.end.min(bytes.start + PIECE_BYTES_MAX));
        let text = text.get(bytes.start..end)?.to_owned();
        let line = |offset| facts.lines.line_of(offset) + 1;
        let last = TextRange::from_usize(bytes.start, end).end();
        Some(Piece {
            root: root.as_str().to_owned(),
            path: path.relative_to(root)?.to_owned(),
            range: bytes.start as u32..end as u32,
            lines: (line(range.start()), line(last)),
            symbol: symbol.map(|it| facts.name_path(it.symbol)),
            why,
            value,
            text,
        })
    }

    /// All of a definition with its documentation.
    fn range_of(&self, symbol: SymbolRef) -> Option<TextRange> {
        let facts = self.analysis.facts(symbol.file)?;
        let it = facts.symbols.get(symbol.symbol.index())?;
        Some(facts.doc(it).map_or(it.range, |doc| doc.cover(it.range)))
    }

    /// The definition without its body.
    fn head_of(&self, symbol: SymbolRef) -> Option<TextRange> {
        let facts = self.analysis.facts(symbol.file)?;
        let it = facts.symbols.get(symbol.symbol.index())?;
        let head = TextRange::new(it.range.start(), facts.signature_end(it));
        Some(facts.doc(it).filter(|doc| doc.end() <= head.start()).map_or(head, |d| d.cover(head)))
    }

    /// The symbol of a name path in a file, as both are today.
    fn symbol_at_path(&self, root: &VfsPath, path: &str, name: &str) -> Option<SymbolRef> {
        let file = self.file(&root.join(path)).ok()?;
        let facts = self.analysis.facts(file)?;
        let found = facts.symbols().find(|(idx, it)| !it.is_local && facts.name_path(*idx) == name);
        found.map(|it| SymbolRef { file, symbol: it.0 })
    }
}

/// The start of the line that an offset stands in, where only space stands before it: code is read
/// more easily with its first line indented as the others are.
fn indented(text: &str, start: usize) -> usize {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    if before[line..].trim_start().is_empty() { line } else { start }
}
