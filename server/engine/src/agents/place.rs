//! What an agent is given by where the user is and what they type: the symbol, the place and the
//! file fill the parameters of those names, the words the one that takes words.

use agent::{AgentDef, Parameter};
use text::{LineCol, PositionEncoding, TextRange};
use vfs::FileId;

use crate::{AgentTask, Area, ReadError, Snapshot};

/// `task` with its parameters filled; what is given already stays.
///
/// # Errors
/// [`ReadError::Refused`] where the document was edited since.
pub(crate) fn filled(
    snapshot: &Snapshot,
    def: &AgentDef,
    task: &AgentTask,
) -> Result<AgentTask, ReadError> {
    let mut task = task.clone();
    let Some(capability) = def.capability(task.capability.as_deref()) else { return Ok(task) };
    let mut says_where = false;
    if let Some(area) = &task.at {
        let place = Place::of(snapshot, area)?;
        let open = |it: &&Parameter| it.is_place() && !task.arguments.contains_key(&it.name);
        let open: Vec<&Parameter> = capability.parameters.iter().filter(open).collect();
        for it in open {
            let value = match it.name.as_str() {
                "symbol" => place.symbol.clone(),
                "place" => Some(place.lines.clone()),
                _ => Some(place.path.clone()),
            };
            says_where |= value.is_some();
            task.arguments.extend(value.map(|value| (it.name.clone(), value)));
        }
        let asks_model = capability.skill.is_none() || !task.message.trim().is_empty();
        if !says_where && asks_model && capability.parameters.iter().all(|it| !it.is_place()) {
            task.message = format!("{}\n(at {})", task.message.trim(), place.lines);
        }
    }
    if let Some(words) = capability.words()
        && !task.arguments.contains_key(&words.name)
        && !task.message.trim().is_empty()
    {
        let message = std::mem::take(&mut task.message);
        task.arguments.insert(words.name.clone(), message.trim().to_owned());
    }
    task.at = None;
    Ok(task)
}

/// Where the user is, as it is written.
struct Place {
    path: String,
    /// `src/cart.py:3-7`: what is selected, else the definition around the cursor, else the line.
    lines: String,
    /// The definition's name, or its place where the name is not its own.
    symbol: Option<String>,
}

impl Place {
    fn of(snapshot: &Snapshot, area: &Area) -> Result<Place, ReadError> {
        let at = snapshot.area(area)?;
        let path = snapshot.shown_path(snapshot.vfs.path(at.file));
        let symbol = snapshot.symbol_in(area).ok();
        let facts = snapshot.analysis.facts(at.file);
        let around = facts.as_ref().and_then(|facts| {
            let symbol = facts.symbol_around(at.range.start())?;
            Some(facts.symbol(symbol).range)
        });
        let range = match around {
            Some(around) if at.range.is_empty() => around,
            _ => at.range,
        };
        let (first, last) = lines_of(snapshot, at.file, range);
        let lines = match first == last {
            true => format!("{path}:{first}"),
            false => format!("{path}:{first}-{last}"),
        };
        let symbol = symbol.and_then(|symbol| {
            let facts = snapshot.analysis.facts(symbol.file)?;
            let name = facts.name_path(symbol.symbol);
            if snapshot.analysis.graph().definitions_at_path(&name).len() == 1 {
                return Some(name);
            }
            let position = snapshot.analysis.position_of(symbol)?;
            let path = snapshot.shown_path(snapshot.vfs.path(position.file));
            let encoding = PositionEncoding::Utf32;
            let at = snapshot.line_col(position.file, position.offset, encoding)?;
            Some(format!("{path}:{}:{}", at.line + 1, at.col + 1))
        });
        Ok(Place { path, lines, symbol })
    }
}

/// The first and the last line, from 1. One that ends where a line begins does not hold it.
fn lines_of(snapshot: &Snapshot, file: FileId, range: TextRange) -> (u32, u32) {
    let at = |offset| {
        let found = snapshot.line_col(file, offset, PositionEncoding::Utf32);
        found.unwrap_or(LineCol { line: 0, col: 0 })
    };
    let (first, last) = (at(range.start()), at(range.end()));
    let is_before = last.col == 0 && first.line < last.line;
    (first.line + 1, last.line + 1 - u32::from(is_before))
}
