//! A symbol as it is written on a command line: a name path, or `FILE:LINE:COLUMN`.

use std::{ops::ControlFlow, path::Path};

use disk::Disk;
use engine::{Place, ReadError, Snapshot};
use ide::{FilePosition, NavTarget};
use text::{LineCol, LineIndex, PositionEncoding};
use vfs::{Listed, Loader as _, VfsPath, WalkLimits, decode};

/// Files of one name that are shown where any of them may be meant.
const CHOICES_SHOWN_MAX: usize = 5;

/// What the user pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A name path as `Parser::parse`.
    Name(String),
    /// A place in a file, both numbers from 0.
    At(VfsPath, LineCol),
}

impl Target {
    /// What `written` means; files are looked up as by [`file_named`].
    ///
    /// # Errors
    /// [`ReadError::Refused`] where it is written as a place that is not there.
    pub(crate) fn parse(written: &str, root: &VfsPath) -> Result<Target, ReadError> {
        let name = || Target::Name(written.to_owned());
        let Some((file, line, column)) = parts(written) else { return Ok(name()) };
        let Some(path) = file_named(file, root)? else { return Ok(name()) };
        let position = position_in(&path, line, column);
        let position = position.map_err(|why| ReadError::Refused(format!("{file}: {why}")))?;
        Ok(Target::At(path, position))
    }

    /// The same for a run of the engine.
    pub(crate) fn into_place(self) -> Place {
        match self {
            Target::Name(name) => Place::Symbol(name),
            Target::At(path, position) => {
                Place::Position { path, position, encoding: PositionEncoding::Utf32, version: None }
            }
        }
    }

    /// The positions of the symbols that this may be: one for a place, any number for a name.
    ///
    /// # Errors
    /// Where the file or the line is not there.
    pub(crate) fn positions(&self, snapshot: &Snapshot) -> Result<Vec<FilePosition>, ReadError> {
        match self {
            Target::Name(name) => {
                let found = snapshot.analysis.find_symbol(name)?;
                Ok(found.iter().map(position_of).collect())
            }
            Target::At(path, position) => {
                Ok(vec![snapshot.position(path, *position, PositionEncoding::Utf32)?])
            }
        }
    }
}

fn position_of(target: &NavTarget) -> FilePosition {
    FilePosition { file: target.file, offset: target.name_range.start() }
}

/// The parts of `FILE:LINE` or `FILE:LINE:COLUMN`.
fn parts(written: &str) -> Option<(&str, u32, u32)> {
    let (rest, last) = written.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let with_column =
        rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    Some(match with_column {
        Some((file, line)) => (file, line, last),
        None => (rest, last, 1),
    })
}

/// The position of a line and a column that are counted from 1, as compilers do, or why the file
/// has no such position.
fn position_in(path: &VfsPath, line: u32, column: u32) -> Result<LineCol, String> {
    let (Some(line_at), Some(col)) = (line.checked_sub(1), column.checked_sub(1)) else {
        return Err("lines and columns are counted from 1".to_owned());
    };
    let position = LineCol { line: line_at, col };
    // Why a file cannot be read is told by whoever needs its text.
    let text = Disk.read(path).and_then(|bytes| decode(path, bytes));
    let Ok(text) = text else { return Ok(position) };
    let lines = LineIndex::new(&text);
    let Some(offset) = lines.offset(position, PositionEncoding::Utf32) else {
        return Err(format!("there is no line {line}, the file has {}", lines.n_lines()));
    };
    // A column beyond the line is brought to its end.
    let end = lines.line_col(offset, PositionEncoding::Utf32).col;
    match end < col {
        true => Err(format!("line {line} has no column {column}, it ends at {}", end + 1)),
        false => Ok(position),
    }
}

/// The file that `written` names: from the current folder, from `root`, or else the only one in the
/// workspace whose path ends so. `None` where it may be the name of something else.
///
/// # Errors
/// [`ReadError::Refused`] where it can only be a file, and there is none or more than one.
pub(crate) fn file_named(written: &str, root: &VfsPath) -> Result<Option<VfsPath>, ReadError> {
    if let Some(path) = existing_file(written, root) {
        return Ok(Some(path));
    }
    if !written.contains('/') && grammars::language_for_path(written, "").is_none() {
        return Ok(None);
    }
    let refused = |why: &str| Err(ReadError::Refused(format!("{written}: {why}")));
    let mut found = files_ending(written, root);
    match found.len() {
        0 => refused("no such file"),
        1 => Ok(found.pop()),
        n => {
            let some = found.iter().take(CHOICES_SHOWN_MAX).filter_map(|it| it.relative_to(root));
            let some: Vec<&str> = some.collect();
            let more = match n - some.len() {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            refused(&format!("{n} files are named so: {}{more}", some.join(", ")))
        }
    }
}

/// The files of the workspace whose paths end in `written`, name by name.
fn files_ending(written: &str, root: &VfsPath) -> Vec<VfsPath> {
    let end = format!("/{written}");
    let mut res = Vec::new();
    Disk.list(root, &WalkLimits::default(), &mut |listed| {
        if let Listed::File { path, .. } = listed
            && path.relative_to(root).is_some_and(|it| it.ends_with(&end))
        {
            res.push(path);
        }
        ControlFlow::Continue(())
    });
    res.sort();
    res
}

fn existing_file(written: &str, root: &VfsPath) -> Option<VfsPath> {
    let below_root = root.join(written);
    let from_here = Path::new(written).canonicalize().ok().filter(|it| it.is_file());
    let from_here = from_here.and_then(|it| VfsPath::from_path(&it));
    from_here.or_else(|| below_root.as_path().is_file().then_some(below_root))
}
