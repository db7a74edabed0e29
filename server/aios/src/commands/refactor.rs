//! `aios refactor`: changes of code that leave what it does.

use std::path::Path;

use engine::{Area, LoadGraph, ReadError, RunRequest, Then};
use ide::Refactor;
use text::{LineCol, PositionEncoding};
use vfs::VfsPath;

use crate::{
    args::RefactorKind,
    commands::{
        change::{Afterwards, proposed},
        target::{Target, existing_file},
    },
    exit::Exit,
    output::Output,
    session::Session,
};

/// `aios refactor`.
pub(crate) fn refactor(
    root: &Path,
    kind: &RefactorKind,
    afterwards: Afterwards,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let place = |written: &str| -> Result<Area, ReadError> {
        Ok(Area::Place(Target::parse(written, &session.root)?.into_place()))
    };
    let (at, refactor) = match kind {
        RefactorKind::ExtractVariable(args) => {
            let refactor = Refactor::ExtractVariable { name: args.name.clone() };
            (area(&args.area, &session.root)?, refactor)
        }
        RefactorKind::InlineVariable(args) => (place(&args.symbol)?, Refactor::InlineVariable),
        RefactorKind::Delete(args) => (place(&args.symbol)?, Refactor::SafeDelete),
    };
    let outcome = session.run(RunRequest::Refactor { at, refactor, then: Then::Keep })?;
    proposed(&mut session, outcome, afterwards, output)
}

/// What `FILE:LINE:COLUMN-LINE:COLUMN` means.
///
/// # Errors
/// [`ReadError::Refused`] where it is written otherwise or there is no such file.
fn area(written: &str, root: &VfsPath) -> Result<Area, ReadError> {
    let refused = |why: &str| ReadError::Refused(format!("`{written}`: {why}"));
    let shape = || refused("write FILE:LINE:COLUMN-LINE:COLUMN, both counted from 1");
    let (start, end) = written.rsplit_once('-').ok_or_else(shape)?;
    let (rest, column) = start.rsplit_once(':').ok_or_else(shape)?;
    let (file, line) = rest.rsplit_once(':').ok_or_else(shape)?;
    let (end_line, end_column) = end.split_once(':').ok_or_else(shape)?;
    let position = |line: &str, column: &str| {
        let number = |it: &str| it.parse::<u32>().ok()?.checked_sub(1);
        Some(LineCol { line: number(line)?, col: number(column)? })
    };
    let start = position(line, column).ok_or_else(shape)?;
    let end = position(end_line, end_column).ok_or_else(shape)?;
    let path = existing_file(file, root).ok_or_else(|| refused("no such file"))?;
    Ok(Area::Range { path, range: (start, end), encoding: PositionEncoding::Utf32, version: None })
}
