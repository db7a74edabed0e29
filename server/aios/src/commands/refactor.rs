//! `aios refactor`: changes of code that leave what it does.

use std::path::Path;

use engine::{Area, LoadGraph, ReadError, RunRequest, Then};
use ide::{FileMove, Mover, Refactor, Rewrite};
use text::{LineCol, PositionEncoding};
use vfs::VfsPath;

use crate::{
    args::{MoveArgs, RefactorKind, RewriteArgs},
    commands::{
        change::{Afterwards, proposed},
        target::{Target, file_named},
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
        RefactorKind::ExtractFunction(args) => {
            let refactor = Refactor::ExtractFunction { name: args.name.clone() };
            (area(&args.area, &session.root)?, refactor)
        }
        RefactorKind::InlineVariable(args) => (place(&args.symbol)?, Refactor::InlineVariable),
        RefactorKind::InlineFunction(args) => (place(&args.symbol)?, Refactor::InlineFunction),
        RefactorKind::OrganizeImports(args) => {
            (place(&format!("{}:1:1", args.file))?, Refactor::OrganizeImports)
        }
        RefactorKind::AddImport(args) => {
            (place(&args.place)?, Refactor::AddImport { module: args.from.clone() })
        }
        RefactorKind::Move(args) => {
            let moves = vec![file_move(args, &session.root)?];
            let request = RunRequest::MoveFiles { moves, mover: Mover::Change, then: Then::Keep };
            let outcome = session.run(request)?;
            return proposed(&mut session, outcome, afterwards, output);
        }
        RefactorKind::MoveSymbol(args) => {
            let to = args.to.as_deref().map(std::path::absolute).transpose()?;
            let to = to.map(|it| it.to_string_lossy().into_owned());
            (place(&args.symbol)?, Refactor::MoveSymbol { to })
        }
        RefactorKind::Delete(args) => (place(&args.symbol)?, Refactor::SafeDelete),
    };
    let outcome = session.run(RunRequest::Refactor { at, refactor, then: Then::Keep })?;
    proposed(&mut session, outcome, afterwards, output)
}

/// `aios rewrite`.
pub(crate) fn rewrite(root: &Path, args: &RewriteArgs, output: Output) -> anyhow::Result<Exit> {
    let mut session = Session::indexed(root, LoadGraph::Always)?;
    let below = args.path.as_ref().map(|path| {
        let found = path.canonicalize().ok().and_then(|it| VfsPath::from_path(&it));
        let missing = || ReadError::Refused(format!("{}: no such path", path.display()));
        found.filter(|it| it.starts_with(&session.root)).ok_or_else(missing)
    });
    let rewrite = Rewrite {
        pattern: args.pattern.clone(),
        replacement: args.replacement.clone(),
        language: args.language.clone(),
        below: below.transpose()?,
    };
    let afterwards = if args.apply { Afterwards::Apply } else { Afterwards::Show };
    let outcome = session.run(RunRequest::Rewrite { rewrite, then: Then::Keep })?;
    proposed(&mut session, outcome, afterwards, output)
}

/// What moves where; paths count from the current folder.
///
/// # Errors
/// [`ReadError::Refused`] where the path is not there, or leads out of the workspace.
fn file_move(args: &MoveArgs, root: &VfsPath) -> Result<FileMove, ReadError> {
    let refused = |path: &Path, why: &str| ReadError::Refused(format!("{}: {why}", path.display()));
    let from = args.from.canonicalize().map_err(|it| refused(&args.from, &it.to_string()))?;
    let mut to = std::path::absolute(&args.to).map_err(|it| refused(&args.to, &it.to_string()))?;
    if to.is_dir()
        && let Some(name) = from.file_name()
    {
        to.push(name);
    }
    let inside = |path: &Path| {
        let inside = VfsPath::from_path(path).filter(|it| it.starts_with(root));
        inside.ok_or_else(|| refused(path, "outside the workspace"))
    };
    Ok(FileMove { from: inside(&from)?, to: inside(&to)? })
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
    let path = file_named(file, root)?.ok_or_else(|| refused("no such file"))?;
    Ok(Area::Range { path, range: (start, end), encoding: PositionEncoding::Utf32, version: None })
}
