//! Skills carried out on one moment of the workspace: each a question to what is known already, its
//! answer as text, findings or a change on paper.

mod asked;
mod changes;
mod found;
mod page;
pub(crate) mod places;
mod review;
pub(crate) mod runs;
mod typed;

use agent::{Arguments, SkillChoice, SkillId, SkillReply};
use ide::{FilePosition, FileRange, NavTarget, SymbolRef};
use text::{LineCol, PositionEncoding, TextRange};
use vfs::{FileId, VfsPath};

pub use self::typed::{By, Typed, Understood};
use crate::{Area, Place, ReadError, Snapshot, files::root_of};

/// Symbols of one name that a user chooses from.
const CHOICES_MAX: usize = 12;

/// A skill with its arguments and where it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkillCall {
    /// Which.
    pub skill: SkillId,
    /// What it was told.
    pub arguments: Arguments,
    /// Where the user is, for what was not told.
    pub at: Option<Area>,
}

/// What a skill is about.
pub(crate) enum Subject {
    /// These symbols.
    Symbols(Vec<SymbolRef>),
    /// Several bear the name, and the skill takes one.
    Choices(SkillReply),
}

impl Snapshot {
    /// What a skill answers. It changes nothing: a change comes back on paper. What only the engine
    /// does itself (`undo`, `remember`) is a run, [`crate::RunRequest::Skill`].
    ///
    /// # Errors
    /// [`ReadError::Refused`] where what it is about is not there.
    pub fn skill(&self, call: &SkillCall) -> Result<SkillReply, ReadError> {
        match call.skill {
            SkillId::Impact | SkillId::Tests | SkillId::Callers | SkillId::Callees => {
                self.dependency_skill(call)
            }
            SkillId::Explain => self.explain_skill(call),
            SkillId::Search => self.search_skill(call),
            SkillId::Cycles => self.cycles_skill(call),
            SkillId::Recall => self.recall_skill(call),
            SkillId::History => self.history_skill(call),
            SkillId::Context => self.context_skill(call),
            SkillId::Changelog => self.changelog_skill(call),
            SkillId::Review => self.review_skill(call),
            SkillId::DeadCode => self.dead_code_skill(),
            SkillId::Copies
            | SkillId::Conventions
            | SkillId::Hotspots
            | SkillId::MissingChanges => self.pattern_skill(call.skill),
            SkillId::OrganizeImports
            | SkillId::SafeDelete
            | SkillId::Document
            | SkillId::BreakCycle
            | SkillId::Rename
            | SkillId::CreateAgent => self.change_skill(call),
            SkillId::Undo | SkillId::Redo | SkillId::Remember | SkillId::Verify => {
                let name = call.skill.skill().name;
                Err(ReadError::Refused(format!("/{name} is done for a user only, as a run")))
            }
        }
    }

    /// An answer as text, for people and for models.
    pub fn reply_markdown(&self, reply: &SkillReply) -> String {
        page::reply_markdown(self, reply)
    }

    /// The symbols that a call is about: the one that is named, else the one under the cursor or
    /// around it. `max` says how many of one name the skill takes.
    pub(crate) fn subject(&self, call: &SkillCall, max: usize) -> Result<Subject, ReadError> {
        let Some(named) = call.arguments.get("symbol") else {
            let at = call.at.as_ref().ok_or_else(|| {
                let name = call.skill.skill().name;
                ReadError::Refused(format!("/{name} needs a symbol: name one"))
            })?;
            return Ok(Subject::Symbols(vec![self.symbol_in(at)?]));
        };
        if let Some(position) = self.written_place(named)? {
            return Ok(Subject::Symbols(vec![self.symbol_of(&Place::Offset(position))?]));
        }
        let found = self.analysis.find_symbol(named)?;
        let symbols: Vec<SymbolRef> = found.iter().filter_map(|it| it.symbol).collect();
        match symbols.len() {
            0 => Err(ReadError::Refused(format!("there is no symbol `{named}`"))),
            n if n <= max => Ok(Subject::Symbols(symbols)),
            n => {
                let choices = found.iter().take(CHOICES_MAX);
                Ok(Subject::Choices(SkillReply::Choices {
                    question: format!("`{named}` names {n} symbols: which one?"),
                    choices: choices.map(|it| self.choice(call, it)).collect(),
                }))
            }
        }
    }

    /// The call with one of several symbols of a name, by its place.
    fn choice(&self, call: &SkillCall, target: &NavTarget) -> SkillChoice {
        let path = self.vfs.path(target.file);
        let at = self.line_col(target.file, target.name_range.start(), PositionEncoding::Utf32);
        let at = at.unwrap_or(LineCol { line: 0, col: 0 });
        let place = format!("{}:{}:{}", self.shown_path(path), at.line + 1, at.col + 1);
        let skill = call.skill.skill();
        let others = call.arguments.iter().filter(|it| it.0 != "symbol");
        let others: String = others.map(|(name, text)| format!(" {name}={text}")).collect();
        SkillChoice {
            title: format!("{} {} at {place}", target.kind.as_str(), named(target)),
            command: format!("/{} {place}{others}", skill.name),
        }
    }

    /// The symbol under the cursor, or around it.
    pub(crate) fn symbol_in(&self, at: &Area) -> Result<SymbolRef, ReadError> {
        match at {
            Area::Place(place) => self.symbol_of(place),
            Area::Range { path, range, encoding, version } => self.symbol_of(&Place::Position {
                path: path.clone(),
                position: range.0,
                encoding: *encoding,
                version: *version,
            }),
        }
    }

    /// The place of the symbol that is named where the user is; none where there is none.
    pub(crate) fn symbol_place(&self, at: &Area) -> Option<Place> {
        let symbol = self.symbol_in(at).ok()?;
        Some(Place::Offset(self.analysis.position_of(symbol)?))
    }

    /// What is selected.
    pub(crate) fn area(&self, area: &Area) -> Result<FileRange, ReadError> {
        match area {
            Area::Place(place) => {
                let at = self.place(place)?;
                Ok(FileRange { file: at.file, range: TextRange::empty(at.offset) })
            }
            Area::Range { path, range, encoding, version } => {
                let file = self.unchanged_file(path, *version)?;
                let offset = |it| self.offset(file, it, *encoding);
                let (start, end) = (offset(range.0)?, offset(range.1)?);
                Ok(FileRange { file, range: TextRange::new(start.min(end), start.max(end)) })
            }
        }
    }

    /// The file that is named, else the one where the user is.
    pub(crate) fn subject_file(&self, call: &SkillCall) -> Result<Option<FileId>, ReadError> {
        if let Some(named) = call.arguments.get("file") {
            let missing = || ReadError::Refused(format!("there is no file `{named}`"));
            return self.named_file(named).ok_or_else(missing).map(Some);
        }
        call.at.as_ref().map(|it| Ok(self.area(it)?.file)).transpose()
    }

    /// The file at a path below one of the folders, or at a whole path.
    pub(crate) fn named_file(&self, named: &str) -> Option<FileId> {
        let below = self.roots.iter().map(|it| it.join(named));
        let mut paths = VfsPath::new(named).into_iter().chain(below);
        paths.find_map(|it| self.file(&it).ok())
    }

    /// What `src/a.rs:10:5` means, lines and columns from 1; `None` for what is no place.
    fn written_place(&self, written: &str) -> Result<Option<FilePosition>, ReadError> {
        let parts: Vec<&str> = written.rsplitn(3, ':').collect();
        let number = |it: &&str| it.parse::<u32>().ok().filter(|it| 0 < *it);
        let (path, line, col) = match parts.as_slice() {
            [col, line, path] if number(line).is_some() && number(col).is_some() => {
                (*path, number(line), number(col))
            }
            [line, rest @ ..] if number(line).is_some() && !rest.is_empty() => {
                (written.rsplit_once(':').map_or("", |it| it.0), number(line), Some(1))
            }
            _ => return Ok(None),
        };
        let (Some(line), Some(col)) = (line, col) else { return Ok(None) };
        let Some(file) = self.named_file(path) else { return Ok(None) };
        let position = LineCol { line: line - 1, col: col - 1 };
        let offset = self.offset(file, position, PositionEncoding::Utf32)?;
        Ok(Some(FilePosition { file, offset }))
    }

    /// `path` below its folder, else whole.
    pub(crate) fn shown_path(&self, path: &VfsPath) -> String {
        let below = root_of(&self.roots, path).and_then(|root| path.relative_to(root));
        below.unwrap_or(path.as_str()).to_owned()
    }
}

/// `Type::method`; a file's top level by its file's name alone.
pub(crate) fn named(target: &NavTarget) -> String {
    match &target.container {
        Some(container) => format!("{container}::{}", target.name),
        None => target.name.clone(),
    }
}
