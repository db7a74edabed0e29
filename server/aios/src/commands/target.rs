//! A symbol as it is written on a command line: a name path, or `FILE:LINE:COLUMN`.

use std::path::Path;

use engine::{Place, ReadError, Snapshot};
use ide::{FilePosition, NavTarget};
use text::{LineCol, PositionEncoding};
use vfs::VfsPath;

/// What the user pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A name path as `Parser::parse`.
    Name(String),
    /// A place in a file, both numbers from 0.
    At(VfsPath, LineCol),
}

impl Target {
    /// What `written` means; files are looked up from the current folder, then from `root`.
    pub(crate) fn parse(written: &str, root: &VfsPath) -> Target {
        place(written, root).unwrap_or_else(|| Target::Name(written.to_owned()))
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

/// `FILE:LINE` or `FILE:LINE:COLUMN`, counted from 1 as compilers do, where FILE exists.
fn place(written: &str, root: &VfsPath) -> Option<Target> {
    let (rest, last) = written.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let (file, line, column) = match rest.rsplit_once(':') {
        Some((file, line)) if line.parse::<u32>().is_ok() => (file, line.parse().ok()?, last),
        _ => (rest, last, 1),
    };
    let position = LineCol { line: line.checked_sub(1)?, col: column.checked_sub(1)? };
    Some(Target::At(existing_file(file, root)?, position))
}

/// The file that `written` names, from the current folder or from `root`.
pub(crate) fn existing_file(written: &str, root: &VfsPath) -> Option<VfsPath> {
    let below_root = root.join(written);
    let from_here = Path::new(written).canonicalize().ok().filter(|it| it.is_file());
    let from_here = from_here.and_then(|it| VfsPath::from_path(&it));
    from_here.or_else(|| below_root.as_path().is_file().then_some(below_root))
}
