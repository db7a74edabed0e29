//! The questions about how symbols hang together: `callers`, `callees`, `impact`, `tests`, `path`,
//! `cycles`, `dead-code`, `graph`.

use std::path::Path;

use engine::{LoadGraph, ReadError, Snapshot};
use ide::{
    Answer, AnswerItem, Coverage, CycleKind, DeadCodeConfig, Exported, Limit, Picture,
    PictureFormat, SymbolRef, WalkConfig,
};
use serde_json::{Value, json};

use crate::{
    args::{CyclesArgs, DeadCodeArgs, GraphArgs, PathArgs, QuestionArgs, WalkArgs},
    commands::{
        ask::{Row, shown_path, site_row, target_row},
        target::Target,
    },
    exit::Exit,
    output::{Output, Paint},
    session::Session,
};

/// An answer with its rows, made where the snapshot is.
struct Told {
    rows: Vec<ToldRow>,
    tail: Tail,
}

/// One row of an answer.
struct ToldRow {
    row: Row,
    /// What JSON tells besides.
    extra: Value,
}

/// What follows an answer: what it does not cover.
struct Tail {
    coverage: Coverage,
    waiting: usize,
    limit: Option<Limit>,
    notes: Vec<String>,
}

/// `aios callers`: one row for each place.
pub(crate) fn callers(root: &Path, args: &QuestionArgs, output: Output) -> anyhow::Result<Exit> {
    let max = usize::from(args.limit);
    let ask = move |snapshot: &Snapshot, symbols: &[SymbolRef]| {
        Ok(snapshot.analysis.callers_of(symbols, max)?)
    };
    about(root, &args.symbol, ("callers", by_place), output, ask)
}

/// `aios callees`.
pub(crate) fn callees(root: &Path, args: &QuestionArgs, output: Output) -> anyhow::Result<Exit> {
    let max = usize::from(args.limit);
    let ask = move |snapshot: &Snapshot, symbols: &[SymbolRef]| {
        Ok(snapshot.analysis.callees_of(symbols, max)?)
    };
    about(root, &args.symbol, ("callees", by_symbol), output, ask)
}

/// `aios impact`.
pub(crate) fn impact(root: &Path, args: &WalkArgs, output: Output) -> anyhow::Result<Exit> {
    let config = walk(args);
    let ask = move |snapshot: &Snapshot, symbols: &[SymbolRef]| {
        Ok(snapshot.analysis.impact(symbols, config)?)
    };
    about(root, &args.symbol, ("dependents", by_symbol), output, ask)
}

/// `aios tests`.
pub(crate) fn tests(root: &Path, args: &WalkArgs, output: Output) -> anyhow::Result<Exit> {
    let config = walk(args);
    let ask = move |snapshot: &Snapshot, symbols: &[SymbolRef]| {
        Ok(snapshot.analysis.tests_of(symbols, config)?)
    };
    about(root, &args.symbol, ("tests", by_symbol), output, ask)
}

/// `aios path`.
pub(crate) fn path(root: &Path, args: &PathArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let from = Target::parse(&args.from, &session.root)?;
    let to = Target::parse(&args.to, &session.root)?;
    let told = session.ask("path", move |snapshot| {
        let (from, to) = (symbols(snapshot, &from)?, symbols(snapshot, &to)?);
        let answer = snapshot.analysis.path_between(&from, &to)?;
        Ok(told(snapshot, answer, by_symbol))
    })?;
    let nothing = format!("no way leads from `{}` to `{}` or back", args.from, args.to);
    print(&told, output, &nothing)
}

/// `aios cycles`.
pub(crate) fn cycles(root: &Path, args: &CyclesArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let kind = if args.calls { CycleKind::Calls } else { CycleKind::Imports };
    let max = usize::from(args.limit);
    let told = session.ask_long("looking for cycles", move |snapshot, progress| {
        let answer = snapshot.analysis.cycles(kind, max, progress)?;
        Ok(told(snapshot, answer, by_symbol))
    })?;
    let nothing = if args.calls { "no functions call each other" } else { "no import cycle" };
    print(&told, output, nothing)
}

/// `aios dead-code`.
pub(crate) fn dead_code(root: &Path, args: &DeadCodeArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let exported = if args.exported { Exported::Judged } else { Exported::Alive };
    let config = DeadCodeConfig { exported, items_max: usize::from(args.limit) };
    let told = session.ask_long("looking for dead code", move |snapshot, progress| {
        let answer = snapshot.analysis.dead_code(config, progress)?;
        Ok(told(snapshot, answer, by_symbol))
    })?;
    print(&told, output, "nothing is certainly dead")
}

/// `aios graph`: a diagram on standard output.
pub(crate) fn graph(root: &Path, args: &GraphArgs, output: Output) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let format = if args.dot { PictureFormat::Dot } else { PictureFormat::Mermaid };
    let items_max = usize::from(args.limit);
    let config = WalkConfig { depth_max: args.depth.into(), items_max };
    let about = args.symbol.as_deref().map(|it| Target::parse(it, &session.root)).transpose()?;
    let (picture, waiting) = session.ask_long("drawing", move |snapshot, progress| {
        let analysis = &snapshot.analysis;
        let picture = match about {
            Some(about) => analysis.neighbourhood(&symbols(snapshot, &about)?, config, format)?,
            None => analysis.modules_picture(items_max, format, progress)?,
        };
        Ok((picture, snapshot.status.lag))
    })?;
    let Picture { text, nodes, edges, coverage, limit } = picture;
    let tail = Tail { coverage, waiting, limit, notes: Vec::new() };
    let object = || {
        let mut object = tail.json();
        (object["text"], object["nodes"], object["edges"]) =
            (json!(text), json!(nodes), json!(edges));
        object
    };
    // People read a diagram's comments; its own end stays a diagram.
    let comment = if args.dot { "//" } else { "%%" };
    let comments = tail.lines().into_iter().map(|it| format!("{comment} {it}\n"));
    let text = || format!("{text}{}", comments.collect::<String>()).trim_end().to_owned();
    output.line(object, text)?;
    Ok(Exit::Done)
}

fn walk(args: &WalkArgs) -> WalkConfig {
    WalkConfig { depth_max: args.depth.into(), items_max: args.limit.into() }
}

/// Asks something about one symbol and prints the answer.
fn about(
    root: &Path,
    symbol: &str,
    (what, rows): (&'static str, RowsOf),
    output: Output,
    ask: impl FnOnce(&Snapshot, &[SymbolRef]) -> Result<Answer, ReadError> + Send + 'static,
) -> anyhow::Result<Exit> {
    let session = Session::indexed(root, LoadGraph::Always)?;
    let target = Target::parse(symbol, &session.root)?;
    let told = session.ask_long(what, move |snapshot, _| {
        let symbols = symbols(snapshot, &target)?;
        Ok(told(snapshot, ask(snapshot, &symbols)?, rows))
    })?;
    print(&told, output, &format!("no {what} of `{symbol}` were found"))
}

/// The symbols that a target may be.
fn symbols(snapshot: &Snapshot, target: &Target) -> Result<Vec<SymbolRef>, ReadError> {
    let mut symbols = Vec::new();
    for position in target.positions(snapshot)? {
        symbols.extend(snapshot.analysis.symbols_at(position)?);
    }
    symbols.sort_unstable();
    symbols.dedup();
    match (symbols.is_empty(), target) {
        (false, _) => Ok(symbols),
        (true, Target::Name(name)) => {
            Err(ReadError::Refused(format!("no symbol `{name}` was found")))
        }
        (true, Target::At(path, at)) => {
            let why = format!("{path}:{}:{}: no symbol stands there", at.line + 1, at.col + 1);
            Err(ReadError::Refused(why))
        }
    }
}

type RowsOf = fn(&Snapshot, &AnswerItem) -> Vec<ToldRow>;

fn told(snapshot: &Snapshot, answer: Answer, rows: RowsOf) -> Told {
    let Answer { items, coverage, limit, notes } = answer;
    let rows = items.iter().flat_map(|it| rows(snapshot, it)).collect();
    Told { rows, tail: Tail { coverage, waiting: snapshot.status.lag, limit, notes } }
}

/// A row for each place of the edge.
fn by_place(snapshot: &Snapshot, item: &AnswerItem) -> Vec<ToldRow> {
    let Some(edge) = &item.edge else { return Vec::new() };
    let rows = edge.sites.iter().map(|site| {
        let mut row = site_row(snapshot, site);
        row.what = match item.target.symbol {
            Some(_) => target_row(snapshot, &item.target).what,
            None => "(top level)".to_owned(),
        };
        row.why = site.resolution.to_string();
        ToldRow { row, extra: json!({ "test": item.is_test }) }
    });
    rows.collect()
}

/// One row for the symbol.
fn by_symbol(snapshot: &Snapshot, item: &AnswerItem) -> Vec<ToldRow> {
    let mut row = target_row(snapshot, &item.target);
    if item.target.symbol.is_none() {
        row.what = shown_path(snapshot, snapshot.vfs.path(item.target.file));
        row.kind = "top level of".to_owned();
    }
    row.why = match &item.edge {
        Some(edge) => format!("{}, {}", edge.kind.as_str(), edge.resolution),
        None if item.depth == 0 && item.from.is_none() => item.target.why.to_owned(),
        None => String::new(),
    };
    if item.is_test {
        row.why = format!("test; {}", row.why);
    }
    row.depth = (item.depth as usize).saturating_sub(1);
    let edge = item.edge.as_ref().map(|it| {
        let sites = it.sites.iter().map(|it| site_row(snapshot, it).json());
        json!({
            "kind": it.kind.as_str(),
            "resolution": it.resolution.as_str(),
            "sites": sites.collect::<Vec<_>>(),
        })
    });
    let extra = json!({
        "depth": item.depth,
        "from": item.from,
        "group": item.group,
        "test": item.is_test,
        "edge": edge,
    });
    vec![ToldRow { row, extra }]
}

fn print(told: &Told, output: Output, nothing: &str) -> anyhow::Result<Exit> {
    for ToldRow { row, extra } in &told.rows {
        let object = || {
            let mut object = row.json();
            if let (Some(object), Some(extra)) = (object.as_object_mut(), extra.as_object()) {
                object.extend(extra.clone());
            }
            object
        };
        output.line(object, || row.text(output))?;
    }
    if told.rows.is_empty() {
        let exit = output.refuse(nothing)?;
        for line in told.tail.lines() {
            output.say(output.paint(Paint::Faint, line))?;
        }
        return Ok(exit);
    }
    if output.is_json() {
        output.line(|| told.tail.json(), String::new)?;
    }
    for line in told.tail.lines() {
        output.say(output.paint(Paint::Faint, line))?;
    }
    Ok(Exit::Done)
}

impl Tail {
    fn json(&self) -> Value {
        let coverage = &self.coverage;
        json!({
            "coverage": {
                "files": coverage.files,
                "references": coverage.references,
                "unresolved": coverage.unresolved,
                "same_name": coverage.same_name,
                "is_sample": coverage.is_sample,
                "waiting": self.waiting,
            },
            "limit": self.limit.map(|it| json!({
                "what": it.what, "max": it.max, "left_out": it.left_out,
            })),
            "notes": self.notes,
        })
    }

    /// What people should know of the answer, a line each.
    fn lines(&self) -> Vec<String> {
        let Tail { coverage, limit, notes, waiting: _ } = self;
        let (coverage, limit, notes) = (*coverage, *limit, notes.clone());
        let mut lines = Answer { items: Vec::new(), coverage, limit, notes }.limits();
        if 0 < self.waiting {
            lines.push(format!("{} files wait to be indexed", self.waiting));
        }
        lines
    }
}
